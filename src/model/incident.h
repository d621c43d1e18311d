/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents: what is being handled. States and their arrows are a table in
 * incident.c; milestones are times, each recorded once.
 */
#pragma once
#include "base/map.h"
#include "model/account.h"

enum incident_state {
	INCIDENT_NEW = 1,
	INCIDENT_ACKNOWLEDGED,
	INCIDENT_ACTIVE,
	INCIDENT_CLOSED
};
extern const char *const incident_state_names[];
enum priority { PRIORITY_P1 = 1, PRIORITY_P2, PRIORITY_P3 };
extern const char *const priority_names[];

enum milestone {
	MS_RAISED,
	MS_PRESENTED,
	MS_ACKNOWLEDGED,
	MS_OFFERED,
	MS_DISPATCHED,
	MS_EN_ROUTE,
	MS_ON_SCENE,
	MS_CLEARED,
	MS_CLOSED,
	MS__COUNT
};
extern const char *const milestone_names[];

enum disposition {
	DISP_HANDLED = 1,
	DISP_FALSE_ALARM,
	DISP_DUPLICATE,
	DISP_TEST,
	DISP_HANDED_OVER,
	DISP_CANCELLED
};
extern const char *const disposition_names[];
enum cancel_code { CANCEL_NONE = 1, CANCEL_RIGHT, CANCEL_WRONG, CANCEL_DURESS };

struct assignment;

struct incident {
	struct record r;
	char *number;
	int state;
	char *kind;
	int priority;
	int trust;
	char *labels;
	struct id site, unit, agency; /* agency: of the site or caller */
	char *site_name;              /* as it was when raised */
	struct position position;
	char *message;
	char *caller_phone, *caller_name;
	bool unacknowledged;
	bool is_test;
	int64_t unack_since; /* when the running alarm began */
	int64_t m_raised, m_presented, m_acknowledged, m_offered, m_dispatched,
		m_en_route, m_on_scene, m_cleared, m_closed;
	bool is_day_only; /* of its raising the day alone is known */
	int64_t near_at;
	struct id acknowledged_by;
	char *acknowledged_name;
	int64_t acknowledged_at; /* of the present acknowledgement */
	int64_t signals_count, people_count;
	int64_t step; /* of the ladder, 0: none yet */
	char *step_text;
	int64_t cancel_asked_at;
	int cancel;
	int64_t wrong_codes;
	int64_t frozen_seq, frozen_at; /* what the site sees ends here */
	int64_t released_at;
	char *callback; /* outcome, a word */
	int64_t callback_at;
	bool callback_challenge_ok;
	char *callback_phone;
	int disposition;
	struct id closed_by;
	char *closed_name, *close_note;
	struct id linked_to;
	struct id lead, lead_offered; /* agencies; none: the control agency */
	char *form, *late_times;
	int64_t key_slot;
	char *source; /* of the first press: finds the caller's open incident */
	int64_t erased_at;
	/* derived, in memory only */
	struct assignment **assignments;
	size_t n_assignments;
	struct map roll;      /* source → struct roll */
	bool is_loaded_whole; /* roll and assignments are here */
};

extern const struct noun noun_incident;

int64_t *incident_milestone(struct incident *i, enum milestone m);
bool incident_has_accepted(const struct incident *i);
size_t incident_open_assignments(const struct incident *i);
