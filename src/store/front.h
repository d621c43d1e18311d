/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front log: store.db-front, beside the database. A batch is durable when
 * its one record here is written and synced; the database is filled behind it
 * (fill.c), in larger bites. The file is made long once and never grows, so a
 * sync has no metadata to write, and a full disk cannot refuse a batch here.
 *
 * The first sector names the epoch of who writes it. Then come records, from the
 * front each time that the database has caught up. A record names the event
 * that it follows, with its hash, so what an earlier round left behind is never
 * taken for a part of this one. A record that was not written whole can only be the
 * last; a whole one behind a bad one, of events that the database lacks, means
 * that the medium lost what it had promised to keep.
 *
 * Private to the store, its tests and fuzzers.
 */
#pragma once
#include "base/map.h"
#include "store/store.h"

#include <sqlite3.h>

struct front {
	sqlite3_file *file; /* NULL: this store has none */
	int64_t size;       /* of the file, bytes */
	int64_t at;         /* where the next record goes */
	int64_t high;       /* what lies behind was never written by us */
	uint64_t epoch;     /* of the one writer */
};

/* What a scan found. */
struct front_found {
	uint8_t *bytes;      /* the whole file; freed by the caller */
	struct span records; /* those that follow each other from the front on */
	uint64_t after;      /* the event that the first follows; 0 if none */
	uint64_t last;       /* the last event in them */
	/* The last event of any whole record in the file, also behind a bad one. */
	uint64_t newest;
};

/* Made or lengthened to size if is_writer; else ERR_NOT_FOUND when it is absent.
 * path must live as long as f. */
int front_open(struct front *f, sqlite3_vfs *base, const char *path, bool is_writer,
	       int64_t size);
void front_close(struct front *f);
/* Signs the file over to this epoch: whoever wrote here before is refused.
 * ERR_CORRUPT: the file's head is of no epoch. */
int front_claim(struct front *f, uint64_t epoch);
int front_scan(struct front *f, struct front_found *ret);
/* Durable when it returns 0; any error is final. ERR_STATE: another writer has
 * claimed the file, and nothing was promised. The record must fit. */
int front_write(struct front *f, struct span record);
bool front_fits(const struct front *f, size_t bytes);
void front_rewind(struct front *f);
/* Zeros what earlier rounds left. After a rewind only. */
int front_wipe(struct front *f);

/* The record of a batch that follows event after with hash prev. */
void front_encode(struct buf *ret, const struct store_batch *b, uint64_t after,
		  const uint8_t prev[STORE_HASH_BYTES]);

struct front_head {
	uint64_t after; /* the event before the batch */
	uint8_t prev[STORE_HASH_BYTES];
	uint64_t last; /* its last; == after when it has no event */
	uint32_t n_events, n_records, n_searches;
	struct span body; /* of what the head counts */
};
/* Takes a whole record off the front of *at; false: there is none. */
bool front_take(struct span *at, struct front_head *ret);

/* Several batches as one: of a record only what it became last. */
struct front_gather {
	struct store_batch batch; /* its spans are those of the records */
	struct store_event *events;
	struct store_record *records;
	struct store_search *searches;
	size_t events_cap, records_cap, searches_cap;
	struct map places;
};
/* ERR_CORRUPT, and the gather unchanged in what batch shows. */
int front_add(struct front_gather *g, const struct front_head *h);
void front_gather_clear(struct front_gather *g);
void front_gather_done(struct front_gather *g);
