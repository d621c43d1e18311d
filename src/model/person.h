/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People of an agency: the staff of a site, the crew of a unit, and whom the police
 * protect: diplomats, experts, delegates. All that is personal is sealed with a key of
 * the person's own; no picture is kept.
 */
#pragma once
#include "model/nouns.h"

enum person_state { PERSON_ACTIVE = 1, PERSON_LEFT };
/* Whom the police protect; staff and crews are of no kind. */
enum person_kind {
	PERSON_DIPLOMAT = 1,
	PERSON_CONSULAR,
	PERSON_EXPERT,
	PERSON_DELEGATE,
	PERSON_DEPENDANT,
	PERSON_OTHER
};

struct person {
	struct record r;
	struct id agency;
	char *name, *name_ur, *rank, *ref;
	char *phones;    /* JSON [{"label","number"}] */
	char *languages; /* JSON list of words */
	struct id site, unit;
	int state;
	/* of a protected person only */
	int kind;
	struct id residence;
	char *nationality, *document, *needs;
	bool withheld;
	int64_t key_slot;
	int64_t erased_at;
};

extern const char *const person_state_names[], *const person_kind_names[];

/* How one of another agency comes to a protected person (product rule 11). */
enum person_access {
	PERSON_HIDDEN,
	PERSON_MINIMUM, /* the cell: that there is one, and where; more for a reason */
	PERSON_BY_SITE, /* as the register of that place is open to him */
};
struct model;
struct principal;
struct person;
struct site;
enum person_access person_access(const struct model *m, const struct principal *p,
				 const struct person *h, struct site **ret_site);
/* Keeps the register of protected people for the police: the foreigners' security
 * cell. */
bool principal_is_cell(const struct model *m, const struct principal *p);
/* At most so many of {label, number}, of a person or a site. */
#define PHONES_MAX 10
bool phones_are_good(const char *json);
extern const struct noun noun_person;
