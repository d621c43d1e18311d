/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Openings: one look at what another keeps closed, and what it was for. By a grant, at
 * where a unit was, at a protected person or for one. Its owner is shown each; one that
 * is out of the way is marked. Counts are kept with the login that looks.
 */
#pragma once
#include "model/nouns.h"

enum opening_kind {
	OPENING_BY_GRANT = 1,
	OPENING_TRACK,
	OPENING_PERSON,
	OPENING_SEARCH, /* for people of one mission */
};
extern const char *const opening_kind_names[];

struct opening {
	struct record r;
	int kind;
	struct id grant, what;
	struct id owner; /* whose it is */
	struct id account, agency;
	char *account_name;
	char *reason;
	char *unusual; /* JSON list of words: why it is marked */
	int64_t from, until, found;
	int64_t at;
};

extern const struct noun noun_opening;

struct model;
struct principal;
struct event;
enum view access_opening(const struct model *m, const struct principal *p,
			 const struct opening *o);

/* --- counts: of 24 hours, and of the days of 30 ---------------------------------- */

/* So many in 24 hours are no night's work, whoever looks. */
#define LOOKS_USUAL 20
/* Or so many times the login's own median day. */
#define LOOKS_TIMES 5

/* Adds one at that time to a login's counts. */
void looks_add(char **looks, int64_t at);
/* Whether one more now is more than is usual. */
bool looks_are_many(const char *looks, int64_t now);
/* Of whoever that is, account or token; NULL: of neither. */
char **looks_of(const struct model *m, struct id who, struct record **ret_rec);
