/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal whose writer thread stands at a disk that the test holds, and whose
 * loop turns when the test says so.
 */
#pragma once
#include "law_help.h"

#include "journal/inner.h"
#include "store/sqlite.h"

struct slow {
	struct town t;
	char said[64];   /* letters of answers and events, in order */
	uint64_t at[26]; /* the event that an answer was computed at */
	bool is_held;
	pthread_mutex_t lock;
	pthread_cond_t posted;
	void (*fn[8])(void *ctx);
	void *ctx[8];
	size_t n;
};

static inline void
slow_post(void *ctx, void (*fn)(void *ctx), void *fn_ctx)
{
	struct slow *s = ctx;

	pthread_mutex_lock(&s->lock);
	s->fn[s->n] = fn;
	s->ctx[s->n++] = fn_ctx;
	pthread_cond_signal(&s->posted);
	pthread_mutex_unlock(&s->lock);
}

/* One thing that the writer posted to the loop; waits for it. */
static inline void
slow_turn(struct slow *s)
{
	void (*fn)(void *ctx);
	void *ctx;

	s->t.journal->commit_us = 1000000; /* the disk stays slow */
	pthread_mutex_lock(&s->lock);
	while (!s->n)
		pthread_cond_wait(&s->posted, &s->lock);
	fn = s->fn[0];
	ctx = s->ctx[0];
	s->n--;
	memmove(s->fn, s->fn + 1, s->n * sizeof *s->fn);
	memmove(s->ctx, s->ctx + 1, s->n * sizeof *s->ctx);
	pthread_mutex_unlock(&s->lock);
	fn(ctx);
}

static inline void
slow_hold(struct slow *s)
{
	s->t.journal->commit_us = 1000000;           /* to the writer thread */
	assert_int_equal(fill_drain(s->t.store), 0); /* or a read here would wait */
	pthread_mutex_lock(&s->t.store->fill.lock);
	s->is_held = true;
}

static inline void
slow_release(struct slow *s)
{
	pthread_mutex_unlock(&s->t.store->fill.lock);
	s->is_held = false;
}

static inline void
slow_open(struct slow *s)
{
	struct journal_config jc = { .post = slow_post, .post_ctx = s };

	*s = (struct slow){ .t.wall = T0 };
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->posted, NULL);
	strcpy(s->t.dir, "/tmp/kumak-law-XXXXXX");
	assert_non_null(mkdtemp(s->t.dir));
	assert_int_equal(crypt_start(), 0);
	/* made by a plain journal first */
	town_start(&s->t);
	town_make(&s->t);
	town_stop(&s->t);
	town_open_journal(&s->t, &jc);
}

static inline void
slow_close(struct slow *s)
{
	town_close(&s->t);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->posted);
}
