/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reviews of a site's security: audits, inspections and drills that were held;
 * and findings, what was found wrong, until someone else has looked again.
 */
#pragma once
#include "model/nouns.h"

enum review_kind { REVIEW_AUDIT = 1, REVIEW_INSPECTION, REVIEW_DRILL };

struct review {
	struct record r;
	struct id agency, site;
	int kind;
	char *title, *reviewer, *remarks;
	int64_t held_at, duration_min;
	char *participants; /* JSON list of texts */
	struct id exercise, file;
	bool withdrawn;
};

enum finding_state {
	FINDING_OPEN = 1,
	FINDING_MENDED,
	FINDING_RE_CHECKED,
	FINDING_CLOSED,
	FINDING_ACCEPTED_RISK
};
extern const char *const finding_state_names[];

struct finding {
	struct record r;
	struct id agency, site, review;
	char *text;
	int severity;
	struct id owner; /* a person of the agency */
	int64_t due_at;
	int state;
	char *reason, *state_name;
	struct id mended_by;
	int64_t found_at, state_at;
};

extern const struct noun noun_review, noun_finding;
bool finding_is_overdue(const struct finding *f, int64_t now);
