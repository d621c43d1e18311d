/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests that are not a noun, as tables like the nouns'. */
#pragma once
#include "api/asks_liaison.h"
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
	struct id agency, unit, site, device;
	char *label;
};
struct ask_order {
	struct record r;
	int kind;
	int64_t seconds, for_seconds;
	char *text;
	struct id file;
};
struct ask_nothing {
	struct record r;
};
struct ask_revoke {
	struct record r;
	int state;
};

extern const struct noun ask_join, ask_decision, ask_reach, ask_correction,
	ask_translation, ask_cursor;
extern const struct noun ask_login, ask_password, ask_totp, ask_totp_set, ask_session,
	ask_cancel, ask_press, ask_call, ask_late, ask_offer, ask_note, ask_priority,
	ask_callback, ask_close, ask_link, ask_status, ask_override, ask_shift,
	ask_fixes, ask_enrolment, ask_token, ask_nothing, ask_revoke, ask_partner,
	ask_lead, ask_reason, ask_text, ask_propose, ask_schedule, ask_decide, ask_done,
	ask_hold, ask_minutes, ask_answer, ask_deliver, ask_return, ask_order;
