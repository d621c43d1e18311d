/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the shelf: what its threads (shelf.c) and its queries
 * (history.c) share. Private to both.
 */
#pragma once
#include "track/segment.h"
#include "track/shelf.h"

#include "base/map.h"

#include <pthread.h>

struct rows {
	struct row *p;
	size_t n, cap;
};

struct shelf {
	int dir_fd; /* -1: memory only */
	pthread_mutex_t lock;
	pthread_cond_t wake, done, pack;
	pthread_t writer, packer;
	bool is_stopping, has_threads, wants_flush;
	struct rows pending, writing;
	size_t n_written; /* of writing: they are in their segment, or were dropped */
	uint64_t n_added, n_done;
	struct segment *segments; /* raw and sorted, by number */
	size_t n_segments;
	unsigned packed; /* the packer has seen all up to this number */
	struct shelf_count count;

	/* the writer's own */
	int fd; /* of the current segment; -1: none */
	unsigned number;
	int64_t day;
	uint64_t size;
	struct buf bytes;
	struct map last; /* bearer to its struct row on disk */
	bool is_dropping;
};

void rows_add(struct rows *rows, const struct row *r);
