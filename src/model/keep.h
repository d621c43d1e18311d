/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept longer and what goes earlier: a legal hold, and the erasure that
 * somebody asked for. Who holds may not lift: another person does. Who asks for an
 * erasure may not approve it.
 */
#pragma once
#include "model/nouns.h"

enum hold_state { HOLD_ACTIVE = 1, HOLD_LIFTED };

/* Of an incident, of all incidents of a site, of a person, of a unit's track. */
struct hold {
	struct record r;
	struct id subject;
	int64_t since, until; /* of a unit: the days of its track */
	char *reason;
	int state;
	struct id set_by, lifted_by;
	char *set_name, *lifted_name, *lift_reason;
	int64_t set_at, lifted_at;
};

enum erasure_state {
	ERASURE_ASKED = 1,
	ERASURE_APPROVED,
	ERASURE_REFUSED,
	ERASURE_DONE
};

struct erasure {
	struct record r;
	struct id subject; /* a person, or a closed incident */
	struct id agency;  /* whose it is */
	char *reason;
	int state;
	struct id asked_by, decided_by;
	char *asked_name, *decided_name, *decision;
	int64_t asked_at, decided_at, done_at;
};

extern const struct noun noun_hold, noun_erasure;

struct model;
struct incident;
bool hold_is_on(const struct model *m, struct id subject);
bool incident_is_held(const struct model *m, const struct incident *i);
/* Recordings of what was no emergency go earlier. */
bool incident_is_evidence(const struct incident *i);
