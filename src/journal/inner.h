/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's inside, shared by its own files only. */
#pragma once
#include "journal/journal.h"

#include <pthread.h>

struct waiter {
	void (*fn)(void *ctx);
	void *ctx;
	struct waiter *next;
};

struct batched_event {
	struct event e;
	size_t doc_at, doc_n;
	uint8_t hash[32];
};

/* Events decided since the last hand-over, and the bytes made of them. */
struct batch {
	struct batched_event *events;
	size_t n, cap;
	struct arena arena; /* bodies of the events */
	struct buf docs;    /* envelopes after each other */
	struct buf bodies;  /* records */
	struct buf texts;   /* search */
	struct store_event *out_events;
	struct store_record *out_records;
	struct store_search *out_searches;
	size_t records_cap;
	struct store_batch out;
	uint64_t last_seq;
	bool is_probe; /* commits even without an event */
	struct waiter *waiters, *last_waiter;
	int rc;
	int64_t took_us; /* by the writer thread */
	struct batch *next_free;
};

struct journal_sink {
	void (*fn)(void *ctx, const struct event *e); /* NULL: removed */
	void *ctx;
	struct journal_sink *next;
};

/* Records that may leave memory, oldest first. */
#define KEPT_SIGNALS 4096
#define KEPT_CLOSED 512
#define KEPT_POSTS 8192

struct journal {
	struct model model;
	struct store *store;
	const struct clock *clock;
	struct seen *seen;
	struct key_file *key_file;
	struct seal_keys keys;
	uint8_t node_key[64];
	uint64_t epoch, tail, durable;
	int64_t last_at;
	uint8_t chain_hash[32]; /* of tail */
	uint64_t head_seq;      /* of what is durable */
	int64_t head_at;
	uint8_t head_hash[32];
	struct decision decision;
	struct batch *pending, *writing, *free_batches;
	bool is_writing, is_publishing;
	int64_t commit_us; /* what a commit takes, a running mean */
	struct journal_sink *sinks;
	struct id signals[KEPT_SIGNALS], closed[KEPT_CLOSED];
	struct id posts[KEPT_POSTS];         /* and files */
	size_t n_signals, n_closed, n_posts; /* ever put; ring index is modulo */
	/* the writer thread */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, idle;
	struct batch *queued, *finished;
	bool is_stopping;
	void (*post)(void *post_ctx, void (*fn)(void *ctx), void *ctx);
	void *post_ctx;
	void (*on_answered)(void *ctx);
	void *answered_ctx;
	void (*on_failure)(const char *why);
};

/* batch.c */
void batch_add(struct journal *j, struct batch *b, struct event *e); /* takes body */
void batch_seal(struct journal *j, struct batch *b);                 /* fills b->out */
void batch_clear(struct batch *b);
void batch_free(struct batch *b);

/* seen.c: keys of presses that may be on the shelf */
struct seen;
int seen_new(struct store *store, struct seen **ret);
void seen_free(struct seen *s);
void seen_add(struct seen *s, int64_t value);
bool seen_may_have(const struct seen *s, int64_t value);

/* shelf.c: between memory and the store */
int shelf_load_live(struct journal *j, struct buf *why);
struct signal *shelf_signal(void *ctx, struct span source, struct span key);
struct post *shelf_post(void *ctx, struct id author, struct span key);
void shelf_tidy(struct journal *j, struct batch *b);
