/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units as they stand, filed by what ranks before distance (live, free, what they can
 * do) and by where they are, so that the best for a place are found among a few and
 * not among all. Pure: where each stands is told (muster.c). It gives at least the best
 * by the order of score.c, which then ranks them: the same list as of all units.
 */
#pragma once
#include "model/model.h"

struct yard;
struct yard *yard_new(void);
void yard_free(struct yard *y); /* NULL is fine */

/* What ranks before distance. */
struct yard_kind {
	int world;
	bool is_live, is_busy;
	const char *capabilities; /* JSON list; NULL: none */
};

/* A unit in it: a member of whoever files it. Zeroed: not filed. */
struct yard_one {
	const struct unit *unit;
	struct yard_cell *cell; /* NULL: not filed */
	size_t slot;            /* in the cell */
	double at[3];           /* metres from the earth's middle */
};

/* Files it, or files it anew; a place that is not set is nowhere, and last. */
void yard_file(struct yard *y, struct yard_one *one, const struct yard_kind *kind,
	       const struct position *at);
void yard_take(struct yard *y, struct yard_one *one); /* fine when not filed */

struct yard_ask {
	int world;
	struct position place;
	const char *const *wanted; /* capabilities */
	size_t n_wanted;
	size_t most;                     /* how many of the best; SIZE_MAX: all */
	const struct incident *incident; /* its own units are not found */
	bool is_ready_only;              /* free, and with all that is wanted */
};
/* Units of this world that are free. */
size_t yard_free_units(const struct yard *y, int world);

/* At least the best, and all who may be as good as the last of them; in no order. */
size_t yard_best(const struct yard *y, const struct yard_ask *a, struct arena *arena,
		 const struct unit ***ret);
