/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of another system, read in (history.c). */
#pragma once
#include "model/model.h"

struct history_unit {
	struct span callsign;
	/* TIME_NONE: not told */
	int64_t dispatched_at, en_route_at, on_scene_at, cleared_at;
};
struct history_call {
	struct span source; /* where it was read from: a word for all of a reading */
	struct span number, kind;
	enum priority priority;
	struct position position;
	int64_t raised_at;
	bool is_day_only; /* raised_at is the midnight that its day began with */
	int64_t dispatched_at, en_route_at, on_scene_at, cleared_at;
	const struct history_unit *units;
	size_t n_units;
};
/* Takes one into the world of history, closed. The control agency's administrator. */
int history_take(struct decision *d, const struct history_call *c, struct id *ret);
