/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests that are not a noun, as tables like the nouns'. */
#pragma once
#include "model/field.h"

struct ask_login {
	struct record r;
	char *login, *password, *totp;
};
struct ask_password {
	struct record r;
	char *old, *new;
};
struct ask_totp {
	struct record r;
	char *password;
};
enum { TOTP_ON = 1, TOTP_OFF };
struct ask_totp_set {
	struct record r;
	int state;
	char *code;
};
struct ask_session {
	struct record r;
	char *language;
};
struct ask_cancel {
	struct record r;
	char *code;
};
struct ask_press { /* for the document: /sos reads leniently by itself */
	struct record r;
	char *key, *kind, *message, *language;
	struct id site;
	struct position position;
	int64_t at;
	bool silent, test;
};
struct ask_call {
	struct record r;
	char *kind, *message;
	int priority;
	struct id site;
	struct position position;
	char *caller;
};
struct ask_late {
	struct record r;
	char *form, *kind, *message, *times;
	int priority, disposition;
	struct id site, unit;
	struct position position;
};
struct ask_offer {
	struct record r;
	char *units;
	bool partial;
};
struct ask_note {
	struct record r;
	char *text;
	bool to_owner, shared;
};
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
struct ask_priority {
	struct record r;
	int priority;
};
struct ask_callback {
	struct record r;
	char *outcome, *phone;
	bool challenge_ok;
};
struct ask_close {
	struct record r;
	int disposition;
	char *note;
};
struct ask_link {
	struct record r;
	struct id to;
};
struct ask_status {
	struct record r;
	int status;
	int64_t at;
	char *key;
	int by;
};
struct ask_override {
	struct record r;
	int reason;
	char *note;
};
struct ask_shift {
	struct record r;
	bool on, is_given;
};
struct ask_fixes {
	struct record r;
	char *fixes;
};
struct ask_enrolment {
	struct record r;
	char *code;
};
struct ask_token {
	struct record r;
	int role;
	struct id agency, unit, site;
	char *label;
};
struct ask_nothing {
	struct record r;
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
struct ask_revoke {
	struct record r;
	int state;
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

extern const struct noun ask_join, ask_decision, ask_reach, ask_correction,
	ask_translation, ask_cursor;
extern const struct noun ask_login, ask_password, ask_totp, ask_totp_set, ask_session,
	ask_cancel, ask_press, ask_call, ask_late, ask_offer, ask_note, ask_priority,
	ask_callback, ask_close, ask_link, ask_status, ask_override, ask_shift,
	ask_fixes, ask_enrolment, ask_token, ask_nothing, ask_revoke, ask_partner,
	ask_lead, ask_reason, ask_text, ask_propose, ask_schedule, ask_decide, ask_done,
	ask_hold, ask_minutes, ask_answer, ask_deliver, ask_return;
