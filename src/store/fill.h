/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the front log into the database: what was promised waits here, in memory,
 * until a thread has put it where it can be asked for. Whoever asks waits for that
 * thread first, so a read sees all that is durable. Part of struct store.
 */
#pragma once
#include "store/front.h"

#include <pthread.h>
#include <stdatomic.h>

struct fill {
	struct front front;
	char *path;
	struct buf record;       /* of the batch that is being appended */
	int refused;             /* the error after which no more are taken */
	_Atomic bool wants_wipe; /* text was removed: what the log had, too */

	/* The newest durable event, in the database or not. */
	uint64_t last_seq;
	uint8_t last_hash[STORE_HASH_BYTES];

	pthread_mutex_t lock;
	pthread_cond_t wake, done;
	struct buf waiting; /* records that the database does not have */
	struct buf taken;   /* those that are being put there */
	struct front_gather gather;
	uint64_t n_put, n_filled; /* batches */
	_Atomic bool is_behind;   /* n_filled < n_put */
	/* Which tables wait for something, by bit: those that only waiting has, and
	 * those that the database lacks altogether. */
	uint64_t waiting_in;
	_Atomic uint64_t behind_in;
	bool is_wanted; /* somebody waits for it */
	bool is_stopping, has_thread;
	pthread_t thread;

	/* Of a store that is only read: batches that its database lacks, because the
	 * node was killed and has not started again. */
	struct front_found found;
};

struct store;

void fill_init(struct fill *f);
/* Of the writer, when its epoch is taken: makes the front log ours and puts into
 * the database what it has over it. */
int fill_open(struct store *s, struct buf *why);
int fill_start(struct store *s); /* the thread */
/* Of a reader: what the database lacks, after a short wait for a running node. */
int fill_look(struct store *s, struct store_info *info, struct buf *why);
/* Durable when it returns 0. */
int fill_append(struct store *s, const struct store_batch *batch);
/* Until the database has all that is durable; the error that ended the store. */
int fill_drain(struct store *s);
/* The same, unless nothing of this noun or of what is searched waits: a read of what
 * did not change waits for no disk. */
#define FILL_SEARCH 63
int fill_drain_of(struct store *s, int noun);
/* Of those that a reader's database lacks; as store_events. */
void fill_events(struct store *s, uint64_t after, uint64_t incident, size_t limit,
		 bool (*fn)(void *ctx, const struct store_event *e), void *ctx);
/* Puts into the database of `to` what a reader's lacks. */
int fill_copy(struct store *s, struct store *to);
void fill_close(struct store *s);
