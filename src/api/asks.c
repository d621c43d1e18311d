/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of asks.h. */
#include "api/asks.h"
#include "api/asks_register.h"

#include "model/model.h"

#define MUST (FIELD_POST | FIELD_NEEDED)
#define MAY FIELD_POST
#define ASK(name, ...)                                               \
	static const struct field name##_fields[] = { __VA_ARGS__ }; \
	NOUN_TABLE(name, 0, #name, #name, name, name##_fields)
#define LINE NOUN_LINE

static const char *const status_names[] = { "",          "accepted", "declined",
					    "en_route",  "on_scene", "cleared",
					    "cancelled", NULL };
static const char *const partner_roles[] = { "", "support", "informed", NULL };
static const char *const by_names[] = { "", "voice", NULL };
static const char *const on_names[] = { "", "on", "off", NULL };
static const char *const revoke_names[] = { "", "revoked", NULL };

ASK(ask_login, LINE(ask_login, login, STR, MUST, .min = 1, .max = 96),
    LINE(ask_login, password, STR, MUST, .min = 1, .max = 128),
    LINE(ask_login, totp, STR, MAY, .max = 16));
ASK(ask_password, LINE(ask_password, old, STR, MUST, .min = 1, .max = 128),
    LINE(ask_password, new, STR, MUST, .min = 10, .max = 128));
ASK(ask_totp, LINE(ask_totp, password, STR, MUST, .min = 1, .max = 128));
ASK(ask_totp_set, LINE(ask_totp_set, state, ENUM, MUST, .names = on_names),
    LINE(ask_totp_set, code, STR, MUST, .min = 1, .max = 16));
ASK(ask_session, LINE(ask_session, language, STR, MUST, .min = 2, .max = 8));
ASK(ask_cancel, LINE(ask_cancel, code, STR, MAY, .max = 64));
ASK(ask_press,
    LINE(ask_press, key, STR, MUST, .min = 1, .max = 200,
	 .doc = "repeats have the same"),
    LINE(ask_press, kind, STR, MAY, .max = 40), LINE(ask_press, site, ID, MAY),
    LINE(ask_press, position, POS, MAY),
    LINE(ask_press, message, STR, MAY, .max = 4000),
    LINE(ask_press, language, STR, MAY, .max = 16),
    LINE(ask_press, at, TIME, MAY, .doc = "the sender's own time"),
    LINE(ask_press, silent, BOOL, MAY), LINE(ask_press, test, BOOL, MAY));
ASK(ask_call, LINE(ask_call, kind, STR, MUST, .min = 1, .max = 40),
    LINE(ask_call, priority, ENUM, MUST, .names = priority_names),
    LINE(ask_call, site, ID, MAY), LINE(ask_call, position, POS, MAY),
    LINE(ask_call, message, STR, MUST, .max = 4000),
    LINE(ask_call, caller, JSON, MAY, .doc = "{phone, name}"));
ASK(ask_late,
    LINE(ask_late, form, STR, MUST, .min = 1, .max = 24,
	 .doc = "number of the paper form"),
    LINE(ask_late, kind, STR, MUST, .min = 1, .max = 40),
    LINE(ask_late, priority, ENUM, MUST, .names = priority_names),
    LINE(ask_late, site, ID, MAY), LINE(ask_late, unit, ID, MAY),
    LINE(ask_late, position, POS, MAY), LINE(ask_late, message, STR, MUST, .max = 4000),
    LINE(ask_late, times, JSON, MUST, .doc = "typed times by milestone"),
    LINE(ask_late, disposition, ENUM, MAY, .names = disposition_names));
ASK(ask_offer, LINE(ask_offer, units, LIST, MUST, .doc = "ids"),
    LINE(ask_offer, partial, BOOL, MAY));
ASK(ask_note, LINE(ask_note, text, STR, MUST, .min = 1, .max = 4000),
    LINE(ask_note, to_owner, BOOL, MAY, .doc = "the site's agency may read it"),
    LINE(ask_note, shared, BOOL, MAY,
	 .doc = "all agencies that handle the incident may read it"));
ASK(ask_partner, LINE(ask_partner, agency, ID, MUST, .doc = "who is asked in"),
    LINE(ask_partner, role, ENUM, MAY, .names = partner_roles),
    LINE(ask_partner, parts, LIST, MAY,
	 .doc = "what it sees beside the bare facts: message, caller, people, units, "
		"notes"),
    LINE(ask_partner, purpose, STR, MAY, .max = 400));
ASK(ask_order, LINE(ask_order, kind, ENUM, MUST, .names = device_order_kind_names),
    LINE(ask_order, seconds, INT, MAY, .min = 5, .max = 86400,
	 .doc = "between reports, for interval"),
    LINE(ask_order, for_seconds, INT, MAY, .min = 5, .max = 86400,
	 .doc = "how long; until another order when left out"),
    LINE(ask_order, text, STR, MAY, .min = 1, .max = 300),
    LINE(ask_order, file, ID, MAY, .doc = "for voice: sent to /devices/{id}/files"));
ASK(ask_lead, LINE(ask_lead, agency, ID, MUST, .doc = "who is to lead"));
ASK(ask_reason, LINE(ask_reason, reason, STR, MAY, .max = 400));
ASK(ask_priority, LINE(ask_priority, priority, ENUM, MUST, .names = priority_names));
ASK(ask_callback, LINE(ask_callback, outcome, STR, MUST, .min = 1, .max = 40),
    LINE(ask_callback, challenge_ok, BOOL, MAY),
    LINE(ask_callback, phone, STR, MAY, .max = 32));
ASK(ask_close, LINE(ask_close, disposition, ENUM, MUST, .names = disposition_names),
    LINE(ask_close, note, STR, MAY, .max = 4000));
ASK(ask_link, LINE(ask_link, to, ID, MUST));
ASK(ask_status, LINE(ask_status, status, ENUM, MUST, .names = status_names),
    LINE(ask_status, at, TIME, MAY), LINE(ask_status, key, STR, MAY, .max = 64),
    LINE(ask_status, by, ENUM, MAY, .names = by_names));
ASK(ask_join, LINE(ask_join, code, STR, MUST, .min = 1, .max = 64),
    LINE(ask_join, name, STR, MUST, .min = 1, .max = 95, .doc = "of the person"),
    LINE(ask_join, password, STR, MUST, .min = 10, .max = 128),
    LINE(ask_join, phone, STR, MAY, .max = 24, .doc = "that may be nudged"),
    LINE(ask_join, language, STR, MAY, .max = 8));
ASK(ask_decision, LINE(ask_decision, approve, BOOL, MUST),
    LINE(ask_decision, reason, STR, MUST, .min = 1, .max = 400));
ASK(ask_reach, LINE(ask_reach, phone, STR, FIELD_PATCH, .max = 24),
    LINE(ask_reach, quiet_from, STR, FIELD_PATCH, .max = 5, .doc = "HH:MM"),
    LINE(ask_reach, quiet_to, STR, FIELD_PATCH, .max = 5, .doc = "HH:MM"),
    LINE(ask_reach, utc_offset_min, INT, FIELD_PATCH, .min = -720, .max = 840));
ASK(ask_correction, LINE(ask_correction, subject, STR, MAY, .max = 400),
    LINE(ask_correction, text, STR, MUST, .min = 1, .max = 16000),
    LINE(ask_correction, reason, STR, MUST, .min = 1, .max = 400));
ASK(ask_translation, LINE(ask_translation, language, STR, MUST, .min = 2, .max = 8),
    LINE(ask_translation, subject, STR, MAY, .max = 400),
    LINE(ask_translation, text, STR, MUST, .min = 1, .max = 16000));
ASK(ask_cursor, LINE(ask_cursor, delivered, ID, MAY, .doc = "the newest post received"),
    LINE(ask_cursor, read, ID, MAY, .doc = "the newest post read"));
ASK(ask_override, LINE(ask_override, reason, ENUM, MUST, .names = override_names),
    LINE(ask_override, note, STR, MAY, .max = 400, .doc = "needed with other"));
ASK(ask_shift, LINE(ask_shift, on, BOOL, MAY));
ASK(ask_fixes, LINE(ask_fixes, fixes, JSON, MUST));
ASK(ask_enrolment, LINE(ask_enrolment, code, STR, MUST, .min = 1, .max = 64));
ASK(ask_token, LINE(ask_token, role, ENUM, MUST, .names = role_names),
    LINE(ask_token, agency, ID, MAY), LINE(ask_token, unit, ID, MAY),
    LINE(ask_token, site, ID, MAY),
    LINE(ask_token, device, ID, MAY, .doc = "with role device: which one speaks by it"),
    LINE(ask_token, label, STR, MAY, .max = 95));
ASK(ask_threat, LINE(ask_threat, level, ENUM, MUST, .names = threat_level_names),
    LINE(ask_threat, reason, STR, MUST, .min = 1, .max = 2000),
    LINE(ask_threat, from, TIME, MAY, .doc = "now when left out"));
ASK(ask_glass, LINE(ask_glass, reason, STR, MUST, .min = 1, .max = 400),
    LINE(ask_glass, minutes, INT, MAY, .min = 1, .max = 120,
	 .doc = "for so long; 30 when left out"));
ASK(ask_why, LINE(ask_why, reason, STR, MAY, .max = 400, .doc = "its owner reads it"));
ASK(ask_search, LINE(ask_search, agency, ID, MUST, .doc = "whose people"),
    LINE(ask_search, q, STR, MUST, .min = 1, .max = 200,
	 .doc = "begins of words, all of them; one of three letters at least"),
    LINE(ask_search, reason, STR, MAY, .max = 400, .doc = "that agency reads it"));
ASK(ask_track, LINE(ask_track, from, TIME, MAY, .doc = "an hour ago when left out"),
    LINE(ask_track, to, TIME, MAY, .doc = "now when left out"),
    LINE(ask_track, reason, STR, MAY, .max = 400, .doc = "the unit's agency reads it"));
ASK(ask_check_in, LINE(ask_check_in, note, STR, MAY, .max = 1000));
const struct noun ask_nothing = {
	0, "ask_nothing", "ask_nothing", sizeof(struct ask_nothing), NULL, 0
};
ASK(ask_revoke, LINE(ask_revoke, state, ENUM, MUST, .names = revoke_names));
ASK(ask_text, LINE(ask_text, text, STR, MUST, .min = 1, .max = 4000));
ASK(ask_propose, LINE(ask_propose, title, STR, MAY, .max = 200,
		      .doc = "as it was agreed; none: as it was raised"));
ASK(ask_schedule, LINE(ask_schedule, meeting, ID, MUST));
ASK(ask_decide,
    LINE(ask_decide, outcome, ENUM, MUST, .names = matter_outcome_names,
	 .doc = "deferred: it goes on the next agenda"),
    LINE(ask_decide, decision, STR, MAY, .max = 4000));
ASK(ask_done, LINE(ask_done, note, STR, MAY, .max = 2000),
    LINE(ask_done, dropped, BOOL, MAY, .doc = "it is not to be done any more"));
ASK(ask_hold, LINE(ask_hold, present, LIST, MUST, .doc = "ids of accounts"),
    LINE(ask_hold, minutes, STR, MAY, .max = 20000, .doc = "the police side's"),
    LINE(ask_hold, shared_minutes, STR, MAY, .max = 20000,
	 .doc = "for all who were invited"));
ASK(ask_minutes, LINE(ask_minutes, minutes, STR, MAY, .max = 20000),
    LINE(ask_minutes, shared_minutes, STR, MAY, .max = 20000));
ASK(ask_answer, LINE(ask_answer, answer, ENUM, MUST, .names = meeting_answer_names),
    LINE(ask_answer, account, ID, MAY, .doc = "for whom the desk answers"));
ASK(ask_deliver, LINE(ask_deliver, report, STR, MUST, .min = 1, .max = 20000),
    LINE(ask_deliver, files, LIST, MAY, .doc = "ids of files"));
ASK(ask_return, LINE(ask_return, reason, STR, MUST, .min = 1, .max = 2000),
    LINE(ask_return, due_at, TIME, MAY, .doc = "the new time"));
