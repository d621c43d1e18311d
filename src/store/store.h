/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shelf: one doorway for every engine. It keeps what the journal hands it
 * (events, and the records that they change, in one transaction) and gives it
 * back. It knows columns and bytes, not what they mean. SQL lives only here.
 *
 * One writer: store_open takes a lease whose epoch rises with every open, and
 * a second writer is refused. Reads see what is durable and nothing else.
 * store_append runs on the loop while commits are quick, else on the journal's
 * writer thread, never on both at once; everything else on the loop thread.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/time.h"

struct store;

#define STORE_HASH_BYTES 32
#define STORE_COLUMNS 3 /* indexed columns of a record: k1, k2, k3 */

struct store_event {
	uint64_t seq;      /* dense: last + 1 */
	int64_t at;        /* ms UTC */
	uint64_t incident; /* seq part of the incident it belongs to; 0 none */
	struct span doc;   /* the envelope as canonical JSON: what the chain hashes */
	uint8_t hash[STORE_HASH_BYTES];
};

/* An indexed column: a number, or INT64_MIN for NULL (not indexed). */
#define STORE_NULL INT64_MIN

struct store_record {
	char noun;    /* letter of the noun: its own table */
	uint64_t seq; /* the number of its id */
	int64_t k[STORE_COLUMNS];
	struct span body; /* JSON; n == 0: delete the row */
};

struct store_batch {
	const struct store_event *events;
	size_t n_events;
	const struct store_record *records; /* each (noun, seq) at most once */
	size_t n_records;
	/* Search text, folded, of an incident or a post by its number: replaces
	 * what stood there; n == 0 text removes it. */
	const struct store_search {
		uint64_t incident;
		struct span text;
		bool is_post;
		/* Whole words, blank-separated, that no text has (STORE_TAG before
		 * each): a query can ask for one of several. */
		struct span tags;
	} * searches;
	size_t n_searches;
};

struct store_info {
	uint64_t epoch;    /* of this open: 1, 2, … */
	uint64_t last_seq; /* 0: empty */
	int64_t last_at;
	uint8_t last_hash[STORE_HASH_BYTES]; /* of last_seq; zero when empty */
	bool is_new;
};

enum store_mode {
	STORE_WRITE, /* makes the folder's database if absent, migrates, leases */
	STORE_READ,  /* for verify and export: no lease, no change */
};

/* dir: the data folder, or ":memory:". why gets a sentence on failure. */
int store_open(const char *dir, enum store_mode mode, struct store **ret,
	       struct store_info *ret_info, struct buf *why);
void store_close(struct store *s); /* NULL is fine */

/* One transaction, durable when it returns 0. Any error is final: the caller
 * stops the process and the next start replays (an fsync is never retried). */
int store_append(struct store *s, const struct store_batch *batch);

/* Visits events after `after` in order, at most limit; incident != 0: only that
 * incident's. Spans live until fn returns; fn returns false to stop. */
int store_events(struct store *s, uint64_t after, uint64_t incident, size_t limit,
		 bool (*fn)(void *ctx, const struct store_event *e), void *ctx);

/* One record's body appended to *ret; ERR_NOT_FOUND. ret_k may be NULL. */
int store_get(struct store *s, char noun, uint64_t seq, struct buf *ret,
	      int64_t ret_k[STORE_COLUMNS]);

struct store_query {
	char noun;
	int column; /* 0-2: where k[column] == equals; -1: all rows */
	int64_t equals;
	uint64_t before, after; /* seq bounds, exclusive; 0: none */
	bool is_descending;     /* by seq */
	size_t limit;
};
int store_find(struct store *s, const struct store_query *q,
	       bool (*fn)(void *ctx, const struct store_record *r), void *ctx);

/* Every value of an indexed column of a noun, from its index alone. */
int store_column(struct store *s, char noun, int column,
		 void (*fn)(void *ctx, int64_t value), void *ctx);

/* Incidents whose search text has every word of the folded query (prefix match),
 * newest first, before seq `before` (0: none). */
int store_search(struct store *s, struct span folded_query, uint64_t before,
		 size_t limit, bool (*fn)(void *ctx, uint64_t incident), void *ctx);
/* The same beside the loop: any thread, on a connection of its own, one at a time. */
struct store_hunt {
	struct span words;          /* folded; empty: all */
	uint64_t before;            /* exclusive; 0: from the newest */
	int64_t since_ms, until_ms; /* of the event that made it; TIME_NONE: any */
	int64_t k2, k3;             /* STORE_NULL: any */
};
/* Numbers of incidents, newest first, into ret; how many, or a code of err.def. */
int store_hunt(struct store *s, const struct store_hunt *h, uint64_t *ret, size_t max);
#define STORE_TAG "\u2021" /* cut from every text, so no sender can write one */
/* The same of posts that have one of the tags (blank-separated); an empty query:
 * all of them. */
int store_search_posts(struct store *s, struct span folded_query, struct span tags,
		       uint64_t before, size_t limit,
		       bool (*fn)(void *ctx, uint64_t post), void *ctx);

/* Engine's own check of every page and index; sentences of what is wrong. Any
 * thread but one at a time. */
int store_check(struct store *s, struct buf *ret_report);
/* An online copy in the folder path (made; ERR_EXISTS if it holds a store) that
 * opens as a store by itself, with no search text: that is in clear. Any thread; it
 * takes its own time. */
int store_backup(struct store *s, const char *path);

struct store_space {
	int used_percent;     /* of the disk, rounded up; the reserve counts as used */
	int64_t free_bytes;   /* that this process may still take */
	bool is_reserve_gone; /* the disk was full: the reserve is being eaten */
};
/* How full the disk is. Any thread. */
int store_space(struct store *s, struct store_space *ret);
