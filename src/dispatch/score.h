/* SPDX-License-Identifier: Apache-2.0 */
/* The ranking (score.c), pure: what it judges by is given, the roads too. */
#pragma once
#include "dispatch/dispatch.h"

struct candidate {
	const struct unit *unit;
	const struct fix *fix;       /* the newest, or NULL */
	int64_t fix_age_ms;          /* of fix */
	struct position post;        /* of the site where it stands, when is_post */
	bool is_post;                /* else its beat counts when no fix says more */
	bool is_lent;                /* its agency lets the room send it */
	const char **missing, **has; /* of the wanted capabilities; set by score */
	size_t n_missing, n_has;
};

struct score_args {
	const struct incident *incident;
	struct position place;     /* of the incident, as well as it is known */
	const char *const *wanted; /* capabilities */
	size_t n_wanted, limit;
	double detour_factor, speed_mps;
	int64_t fix_fresh_ms;
	/* Asks the roads for the best by straight line; NULL: none are known. */
	void (*by_road)(void *ctx, const struct position *to,
			const struct position *from, size_t n, struct route_leg *ret);
	void *road_ctx;
};
void score_units(const struct score_args *a, struct candidate *c, size_t n,
		 struct arena *arena, struct recommendation *ret);
/* So many of the best by straight line decide an answer of `limit`. */
size_t score_most(size_t limit);
/* Why it cannot go to this incident; NULL: it can. */
const char *score_why_not(const struct incident *i, const struct candidate *c,
			  struct arena *arena);
/* The strings of a JSON list, in the arena. */
const char **score_words(const char *json, struct arena *arena, size_t *ret_n);
bool score_has_word(const char *const *v, size_t n, const char *word);
