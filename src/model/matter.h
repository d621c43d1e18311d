/* SPDX-License-Identifier: Apache-2.0 */
/* Matters (a concern or proposal on its way from a post to a report back) and the
 * actions that come of them. */
#pragma once
#include "model/nouns.h"

enum matter_kind {
	MATTER_PROPOSAL = 1,
	MATTER_CONCERN,
	MATTER_ADVICE,
	MATTER_QUESTION
};
/* The way, in its order. */
enum matter_state {
	MATTER_RAISED = 1,
	MATTER_PROPOSED,
	MATTER_ON_AGENDA,
	MATTER_DECIDED,
	MATTER_IN_ACTION,
	MATTER_DONE,
	MATTER_REPORTED,
	MATTER__STATES
};
enum matter_outcome { OUTCOME_AGREED = 1, OUTCOME_DECLINED, OUTCOME_DEFERRED };
extern const char *const matter_state_names[], *const matter_outcome_names[];

struct matter_step {
	int64_t at;
	struct id by;
	char *by_name;
};

struct matter {
	struct record r;
	struct id agency, post, meeting;
	int kind, state, outcome;
	char *title, *text, *decision, *report;
	struct matter_step steps[MATTER__STATES]; /* by state */
	int64_t deferred;                         /* how often */
	int64_t key_slot;
};

enum action_state { ACTION_OPEN = 1, ACTION_DONE, ACTION_DROPPED };
extern const char *const action_state_names[];

struct action {
	struct record r;
	struct id agency, owner;           /* the owner's agency; an account */
	struct id matter, meeting, agenda; /* agenda: the meeting that asks for it */
	int state;
	char *text, *note;
	int64_t due_at, made_at, chased_at, escalated_at, done_at, carried;
	int64_t key_slot;
};

extern const struct noun noun_matter, noun_action;

bool matter_is_open(const struct matter *j); /* not decided yet */
