/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: the live table of the newest sane fix of each unit or device, and
 * the history shelf (one file per day, appended in arrival order by its own
 * writer thread, durable within 250 ms; retention is unlinking a file). Fixes
 * do not pass the journal; an SOS always does.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/geo.h"
#include "base/id.h"
#include "base/time.h"

struct track;

struct fix {
	struct id bearer;  /* a unit or a device */
	int64_t device_ms; /* the device's own time; TIME_NONE: none */
	int64_t server_ms; /* arrival */
	struct position position;
	float speed_mps, course_deg; /* NAN: none */
};

/* Opens DIR/tracks/, rebuilds the last places from the newest files. dir NULL:
 * memory only. */
int track_open(const char *dir, int64_t now_ms, struct track **ret, struct buf *why);
void track_close(struct track *t); /* flushes; NULL is fine */

enum track_verdict {
	TRACK_LIVE,    /* moved the marker */
	TRACK_HISTORY, /* buffered, older than the marker or insane time: kept only */
	TRACK_JUMP,    /* live, but faster than 90 m/s from the last place: flagged */
};
/* "Latest" is accepted latest with sane device time: at most 300 s ahead of
 * server_ms and newer than the marker's; is_stored: from a device's memory. */
enum track_verdict track_put(struct track *t, const struct fix *f, bool is_stored);
/* The newest place, or NULL. Valid until the next track_put. */
const struct fix *track_last(const struct track *t, struct id bearer);
/* Forgets the live place (end of shift + 10 min, erasure). */
void track_forget(struct track *t, struct id bearer);

/* One listener (NULL: none), told after a marker has moved or was forgotten. */
void track_on_move(struct track *t, void (*fn)(void *ctx, struct id bearer), void *ctx);

/* Fixes of bearer with server_ms in [from, to), oldest first. Reads the files. */
int track_history(struct track *t, struct id bearer, int64_t from_ms, int64_t to_ms,
		  size_t limit, bool (*fn)(void *ctx, const struct fix *f), void *ctx);
/* What is not removed: where this bearer was in [from, to). */
struct track_hold {
	struct id bearer;
	int64_t from_ms, to_ms;
};
/* Removes day files wholly older than before_ms, but for what is held: of such a day
 * only the held rows stay. Returns how many files went or shrank. Any thread. */
int track_expire(struct track *t, int64_t before_ms, const struct track_hold *holds,
		 size_t n);
/* Everything put so far is durable when it returns (tests, shutdown). */
void track_flush(struct track *t);
