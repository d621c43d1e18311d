/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of asks.h. */
#include "api/asks.h"

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
    LINE(ask_note, to_owner, BOOL, MAY, .doc = "the site's agency may read it"));
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
ASK(ask_shift, LINE(ask_shift, on, BOOL, MAY));
ASK(ask_fixes, LINE(ask_fixes, fixes, JSON, MUST));
ASK(ask_enrolment, LINE(ask_enrolment, code, STR, MUST, .min = 1, .max = 64));
ASK(ask_token, LINE(ask_token, role, ENUM, MUST, .names = role_names),
    LINE(ask_token, agency, ID, MAY), LINE(ask_token, unit, ID, MAY),
    LINE(ask_token, site, ID, MAY), LINE(ask_token, label, STR, MAY, .max = 95));
ASK(ask_threat, LINE(ask_threat, level, ENUM, MUST, .names = threat_level_names),
    LINE(ask_threat, reason, STR, MUST, .min = 1, .max = 2000),
    LINE(ask_threat, from, TIME, MAY, .doc = "now when left out"));
ASK(ask_glass, LINE(ask_glass, reason, STR, MUST, .min = 1, .max = 400),
    LINE(ask_glass, minutes, INT, MAY, .min = 1, .max = 120,
	 .doc = "for so long; 30 when left out"));
ASK(ask_check_in, LINE(ask_check_in, note, STR, MAY, .max = 1000));
const struct noun ask_nothing = {
	0, "ask_nothing", "ask_nothing", sizeof(struct ask_nothing), NULL, 0
};
ASK(ask_revoke, LINE(ask_revoke, state, ENUM, MUST, .names = revoke_names));
