/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closures: streets that the room has drawn as closed, by a line across them or an
 * area, with a reason and until when. Routes avoid them while they hold.
 */
#pragma once
#include "model/nouns.h"

#define CLOSURE_POINTS 200 /* of its shape: more than a hand draws */

struct closure {
	struct record r;
	char *reason;
	char *shape; /* GeoJSON LineString, or Polygon of one ring */
	int64_t from, until;
	struct id by;
	char *by_name;
	int64_t drawn_at, ended_at;
	bool ended;
};

extern const struct noun noun_closure;

bool closure_holds(const struct closure *c, int64_t now);
/* When the clock alone next changes whether it holds; TIME_NONE: never. */
int64_t closure_turns_at(const struct closure *c, int64_t now);
/* The points of its shape; how many, 0: none that can be read. An area's ring is
 * given without its last point, which is its first. */
size_t closure_points(const char *shape, struct position ret[CLOSURE_POINTS],
		      bool *ret_is_area);
