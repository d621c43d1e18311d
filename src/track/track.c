/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live table, and the doorway to the shelf.
 *
 * "Latest" is the latest that was accepted with a sane device time, not the
 * latest to arrive: a watch that comes out of a tunnel sends its memory first.
 * All fixes are kept; the verdict says only what became of the marker.
 */
#include "track/track.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/map.h"
#include "track/shelf.h"

#define AHEAD_MS 300000  /* a device clock may be so far ahead of ours */
#define JUMP_MPS 90.0    /* no car in a city: 324 km/h */
#define JUMP_MIN_MS 1000 /* two fixes at once: their error is no speed */

struct track {
	struct shelf *shelf;
	struct map live; /* bearer to its struct fix */
	int64_t now_ms;  /* the newest arrival */
	void (*on_move)(void *ctx, struct id bearer);
	void *move_ctx;
};

/* kept: its marker so far, or NULL. */
static void
live_put(struct track *t, struct fix *kept, const struct fix *f)
{
	if (!kept) {
		kept = malloc(sizeof *kept);
		if (!kept)
			abort();
		map_put(&t->live, ID_KEY(&f->bearer), kept);
	}
	*kept = *f;
}

static bool
on_rebuilt(void *ctx, const struct row *r)
{
	struct track *t = ctx;

	live_put(t, map_get(&t->live, ID_KEY(&r->fix.bearer)), &r->fix);
	return true;
}

int
track_open(const char *dir, int64_t now_ms, struct track **ret, struct buf *why)
{
	struct track *t = calloc(1, sizeof *t);
	int rc;

	if (!t)
		return ERR_NOMEM;
	t->now_ms = now_ms;
	rc = shelf_open(dir, on_rebuilt, t, &t->shelf, why);
	if (rc != 0) {
		track_close(t);
		return rc;
	}
	log_info("track", "open", "places=%zu", t->live.n);
	*ret = t;
	return 0;
}

void
track_close(struct track *t)
{
	size_t at = 0;
	void *value;

	if (!t)
		return;
	shelf_close(t->shelf);
	while (map_next(&t->live, &at, NULL, &value))
		free(value);
	map_done(&t->live);
	free(t);
}

/* Milliseconds by which f is newer than the marker; both clocks are compared
 * with themselves only. */
static int64_t
newer_ms(const struct fix *f, const struct fix *marker, bool *ret_is_newer)
{
	int64_t ms;

	if (f->device_ms != TIME_NONE && marker->device_ms != TIME_NONE) {
		ms = f->device_ms - marker->device_ms;
		/* a watch tells whole seconds: it may be newer within that second */
		if (f->device_ms % 1000 == 0 && marker->device_ms % 1000 != 0)
			ms += 999;
		*ret_is_newer = ms > 0;
		return ms;
	}
	ms = f->server_ms - marker->server_ms;
	*ret_is_newer = ms >= 0;
	return ms;
}

/* Nearly all are as near as this: a degree is nowhere longer than here, so the
 * trigonometry can be left to those that are not. */
#define DEGREE_MAX_M 111200.0

static bool
is_within(const struct position *a, const struct position *b, double m)
{
	double north = (geo_lat(a) - geo_lat(b)) * DEGREE_MAX_M;
	double east = (geo_lon(a) - geo_lon(b)) * DEGREE_MAX_M;

	return north * north + east * east <= m * m || geo_distance_m(a, b) <= m;
}

static enum track_verdict
judge(const struct fix *f, const struct fix *marker, bool is_stored)
{
	bool is_newer;
	int64_t ms;

	if (is_stored || !f->position.is_set)
		return TRACK_HISTORY;
	if (f->device_ms != TIME_NONE &&
	    (f->device_ms < 0 || f->device_ms > f->server_ms + AHEAD_MS))
		return TRACK_HISTORY;
	if (!marker)
		return TRACK_LIVE;
	ms = newer_ms(f, marker, &is_newer);
	if (!is_newer)
		return TRACK_HISTORY;
	ms = ms < JUMP_MIN_MS ? JUMP_MIN_MS : ms;
	return is_within(&f->position, &marker->position, JUMP_MPS * (double)ms / 1000)
		       ? TRACK_LIVE
		       : TRACK_JUMP;
}

enum track_verdict
track_put(struct track *t, const struct fix *f, bool is_stored)
{
	struct fix *marker = map_get(&t->live, ID_KEY(&f->bearer));
	enum track_verdict verdict = judge(f, marker, is_stored);
	struct row r = { .fix = *f };

	r.flags = (uint8_t)((verdict != TRACK_HISTORY ? ROW_LIVE : 0) |
			    (is_stored ? ROW_STORED : 0) |
			    (f->position.is_set ? ROW_SET : 0));
	if (verdict != TRACK_HISTORY)
		live_put(t, marker, f);
	t->now_ms = f->server_ms;
	shelf_add(t->shelf, &r);
	if (verdict != TRACK_HISTORY && t->on_move)
		t->on_move(t->move_ctx, f->bearer);
	return verdict;
}

const struct fix *
track_last(const struct track *t, struct id bearer)
{
	return map_get(&t->live, ID_KEY(&bearer));
}

void
track_forget(struct track *t, struct id bearer)
{
	struct fix *kept = map_remove(&t->live, ID_KEY(&bearer));
	struct row r = { .flags = ROW_FORGET };

	if (!kept)
		return;
	/* On the shelf too, or a restart would bring it back. */
	r.fix = (struct fix){ .bearer = bearer,
			      .device_ms = TIME_NONE,
			      .server_ms = t->now_ms };
	shelf_add(t->shelf, &r);
	free(kept);
	if (t->on_move)
		t->on_move(t->move_ctx, bearer);
}

void
track_on_move(struct track *t, void (*fn)(void *ctx, struct id bearer), void *ctx)
{
	t->on_move = fn;
	t->move_ctx = ctx;
}

struct visit {
	bool (*fn)(void *ctx, const struct fix *f);
	void *ctx;
};

static bool
on_row(void *ctx, const struct row *r)
{
	struct visit *v = ctx;

	return v->fn(v->ctx, &r->fix);
}

int
track_history(struct track *t, struct id bearer, int64_t from_ms, int64_t to_ms,
	      size_t limit, bool (*fn)(void *ctx, const struct fix *f), void *ctx)
{
	struct visit v = { fn, ctx };

	return shelf_read(t->shelf, bearer, from_ms, to_ms, limit, on_row, &v);
}

int
track_expire(struct track *t, int64_t before_ms, const struct track_hold *holds,
	     size_t n)
{
	return shelf_expire(t->shelf, before_ms, holds, n);
}

void
track_flush(struct track *t)
{
	shelf_flush(t->shelf);
}
