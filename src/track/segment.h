/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of the shelf. "20260323-0007.raw" is in arrival order and may have
 * a torn end; ".trk" is the same rows sorted by bearer, with an index, and
 * takes its place; "20260323-0007.last" holds the last places as they were
 * when this segment began. Private to track.
 */
#pragma once
#include "track/block.h"

#define SEGMENT_NAME 32
#define DAY_MS (24 * 3600 * 1000LL)

enum segment_kind { SEGMENT_RAW, SEGMENT_SORTED, SEGMENT_LAST };

struct segment {
	int64_t day;     /* days since 1970, of arrival */
	unsigned number; /* rises over all days, so that it orders by arrival */
	enum segment_kind kind;
	uint64_t size; /* of a raw one: what is synced */
};

void segment_name(char ret[SEGMENT_NAME], const struct segment *s);
bool segment_parse(const char *name, struct segment *ret);
int segment_compare(const void *a, const void *b); /* by number */
int64_t segment_day(int64_t ms);

/* Sorted bytes of raw ones. */
void segment_sort(struct buf *out, struct span raw);
/* Visits the rows of bearer in an open file, in order of arrival. 1: stopped
 * by fn; 0: to the end; or a code of err.def. */
int segment_read(int fd, const struct segment *s, struct id bearer,
		 bool (*fn)(void *ctx, const struct row *r), void *ctx);
/* The bytes from..to of a file (to 0: its end), added to out. */
int segment_load(int fd, uint64_t from, uint64_t to, struct buf *out);
/* Writes a whole file: all of it or none, and synced. */
int segment_save(int dir_fd, const char *name, struct span bytes);
