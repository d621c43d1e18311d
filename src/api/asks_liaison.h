/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests between agencies: sharing, channels, meetings, orders. */
#pragma once
#include "model/field.h"

struct ask_partner {
	struct record r;
	struct id agency;
	int role;
	char *parts, *purpose;
};
struct ask_lead {
	struct record r;
	struct id agency;
};
struct ask_reason {
	struct record r;
	char *reason;
};
struct ask_text {
	struct record r;
	char *text;
};
struct ask_propose {
	struct record r;
	char *title;
};
struct ask_schedule {
	struct record r;
	struct id meeting;
};
struct ask_decide {
	struct record r;
	int outcome;
	char *decision;
};
struct ask_done {
	struct record r;
	char *note;
	bool dropped;
};
struct ask_hold {
	struct record r;
	char *present, *minutes, *shared_minutes;
};
struct ask_minutes {
	struct record r;
	char *minutes, *shared_minutes;
};
struct ask_answer {
	struct record r;
	int answer;
	struct id account;
};
struct ask_deliver {
	struct record r;
	char *report, *files;
};
struct ask_return {
	struct record r;
	char *reason;
	int64_t due_at;
};
struct ask_correction {
	struct record r;
	char *subject, *text, *reason;
};
struct ask_translation {
	struct record r;
	char *language, *subject, *text;
};
struct ask_cursor {
	struct record r;
	struct id delivered, read;
};
struct ask_reach {
	struct record r;
	char *phone, *quiet_from, *quiet_to;
	int64_t utc_offset_min;
};
struct ask_join {
	struct record r;
	char *code, *name, *password, *phone, *language;
};
struct ask_decision {
	struct record r;
	bool approve;
	char *reason;
};
