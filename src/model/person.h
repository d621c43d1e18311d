/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People of an agency: the staff of a site, the crew of a unit. All that is
 * personal is sealed with a key of the person's own; no picture is kept.
 */
#pragma once
#include "model/nouns.h"

enum person_state { PERSON_ACTIVE = 1, PERSON_LEFT };

struct person {
	struct record r;
	struct id agency;
	char *name, *name_ur, *rank, *ref;
	char *phones;    /* JSON [{"label","number"}] */
	char *languages; /* JSON list of words */
	struct id site, unit;
	int state;
	int64_t key_slot;
	int64_t erased_at;
};

extern const char *const person_state_names[];
extern const struct noun noun_person;
