/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The muster: all units that the room may send, as they stand now. Told of each record
 * that changes and each marker that moves, it files units anew in the yard, and holds
 * those who cannot go. It follows from the records, the markers and the time alone.
 */
#pragma once
#include "dispatch/score.h"
#include "dispatch/yard.h"
#include "track/track.h"

struct muster;

/* Older fixes than fresh_ms are no place. It listens to both until it is closed. */
struct muster *muster_open(struct model *m, struct track *t, int64_t fresh_ms,
			   int64_t now_ms);
void muster_close(struct muster *m); /* NULL is fine */
/* Takes in what has changed; each question does so too. */
void muster_settle(struct muster *m);

/* The newest place of a unit, by itself or by a device bound to it. */
const struct fix *muster_fix(struct muster *m, const struct unit *u);
/* As yard_best(), as things stand at now_ms. */
size_t muster_best(struct muster *m, const struct yard_ask *a, int64_t now_ms,
		   struct arena *arena, const struct unit ***ret);
/* Units of a world that are free. */
size_t muster_free_units(struct muster *m, int world);
/* One of them, as the ranking wants it. */
struct candidate muster_candidate(struct muster *m, const struct unit *u);
/* Who cannot go anywhere, in order of their ids: of all worlds. */
size_t muster_unable(struct muster *m, const struct unit *const **ret);
/* May the room send units of its agency at all? */
bool muster_is_lent(const struct model *m, const struct unit *u);
