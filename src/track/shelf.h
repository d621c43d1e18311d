/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of places on disk: segments of a day, written in arrival order
 * by a thread of their own, sorted by bearer by another once they are full.
 * Private to track.
 */
#pragma once
#include "track/block.h"

struct shelf;

/* Visits rows; false to stop. */
typedef bool (*row_fn)(void *ctx, const struct row *r);

/* dir NULL: memory only. Then calls fn with the rows from which the last
 * places follow, in order. */
int shelf_open(const char *dir, row_fn fn, void *ctx, struct shelf **ret,
	       struct buf *why);
void shelf_close(struct shelf *s);
void shelf_add(struct shelf *s, const struct row *r);
int shelf_read(struct shelf *s, struct id bearer, int64_t from_ms, int64_t to_ms,
	       size_t limit, row_fn fn, void *ctx);
int shelf_expire(struct shelf *s, int64_t before_ms, const struct track_hold *holds,
		 size_t n);
void shelf_flush(struct shelf *s);

struct shelf_count {
	uint64_t written, dropped; /* rows; dropped: the disk was full or failed */
	uint64_t segments, sorted;
};
struct shelf_count shelf_count(struct shelf *s);
