/* SPDX-License-Identifier: Apache-2.0 */
/* Assignments: one unit on one incident, with its own states and times. */
#pragma once
#include "model/nouns.h"

enum assignment_state {
	ASSIGNMENT_OFFERED = 1,
	ASSIGNMENT_ACCEPTED,
	ASSIGNMENT_EN_ROUTE,
	ASSIGNMENT_ON_SCENE,
	ASSIGNMENT_CLEARED,
	ASSIGNMENT_DECLINED,
	ASSIGNMENT_TIMED_OUT,
	ASSIGNMENT_CANCELLED,
};
extern const char *const assignment_state_names[];

/* Why the room did not send the unit that was suggested first. */
enum override_reason {
	OVERRIDE_NOT_FREE = 1, /* the nearest is not, by radio */
	OVERRIDE_LOCAL_KNOWLEDGE,
	OVERRIDE_CAPABILITY,
	OVERRIDE_CREW_REST,
	OVERRIDE_OTHER,
	OVERRIDE__COUNT
};
extern const char *const override_names[];

struct incident;
struct unit;

struct assignment {
	struct record r;
	struct id incident, unit, agency; /* agency: of the unit */
	char *callsign;
	int state;
	int64_t offered_at, accepted_at, en_route_at, on_scene_at, cleared_at, ended_at;
	int64_t expires_at;
	bool by_voice;
	bool is_offered_at_once; /* by a run card, not by a person */
	char *last_key;          /* idempotency of the last status */
	char *fixes;             /* what the recommendation stood on */
	int override_reason;     /* 0: none was given */
	char *override_note;
};

extern const struct noun noun_assignment;
bool assignment_is_open(const struct assignment *a);
bool assignment_may_go(int from, int to);
