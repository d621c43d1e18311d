/* SPDX-License-Identifier: Apache-2.0 */
/* Folding all events of a folder into an empty model, as a replay would. */
#pragma once
#include "law_help.h"

struct fold {
	struct store *store;
	struct key_file *keys;
	struct seal_keys seal;
	struct model m;
	size_t events;
};

static inline bool
fold_one(void *ctx, const struct store_event *se)
{
	struct fold *f = ctx;
	struct field_error why;
	struct event e;

	if (event_decode(se->doc, &f->seal, &e, &why) < 0)
		fail_msg("event %llu: %s", (unsigned long long)se->seq, why.text);
	assert_int_equal(e.seq, ++f->events); /* law 2: dense */
	model_apply(&f->m, &e);
	event_done(&e);
	return true;
}

/* The folder must be closed. */
static inline void
fold_open(struct fold *f, const char *dir)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct store_info info;
	uint8_t key[64];

	*f = (struct fold){ 0 };
	assert_int_equal(store_open(dir, STORE_READ, &f->store, &info, &why), 0);
	assert_int_equal(node_key_load(dir, false, key, &why), 0);
	assert_int_equal(key_file_open(dir, key + 32, &f->keys, &why), 0);
	f->seal = key_file_seal(f->keys);
	model_init(&f->m);
	assert_int_equal(store_events(f->store, 0, 0, SIZE_MAX >> 1, fold_one, f), 0);
	assert_int_equal(f->events, info.last_seq);
}

static inline void
fold_close(struct fold *f)
{
	model_done(&f->m);
	key_file_close(f->keys);
	store_close(f->store);
}

static inline void
fold_body(struct fold *f, enum noun_index n, struct record *rec, struct buf *ret)
{
	record_encode(ret, n, rec, model_key_slot(&f->m, n, rec), &f->seal);
}

static inline bool
fold_count(void *ctx, const struct store_record *r)
{
	(void)r;
	++*(size_t *)ctx;
	return true;
}

/* Rows of a noun on the shelf. */
static inline size_t
fold_rows(struct fold *f, enum noun_index n)
{
	struct store_query q = { .noun = nouns[n]->letter,
				 .column = -1,
				 .limit = SIZE_MAX >> 1 };
	size_t count = 0;

	assert_int_equal(store_find(f->store, &q, fold_count, &count), 0);
	return count;
}

/* Compares every record with what is on the shelf; returns how many differ.
 * differs(ctx, noun, record, shelf, replayed) is called for each of them. */
static inline size_t
fold_compare(struct fold *f,
	     void (*differs)(void *ctx, enum noun_index n, struct record *rec,
			     struct span shelf, struct span replayed),
	     void *ctx)
{
	size_t bad = 0;

	for (int n = 0; n < NOUN__COUNT; n++) {
		void *v;

		assert_int_equal(fold_rows(f, n), f->m.tables[n].n);
		for (size_t i = 0; map_next(&f->m.tables[n], &i, NULL, &v);) {
			struct buf AUTO(buf_done) shelf = { 0 }, again = { 0 };
			struct record *rec = v;
			int64_t k[3], want[3];

			if (store_get(f->store, rec->id.noun, rec->id.seq, &shelf, k) <
			    0)
				fail_msg("%s %llu is not on the shelf", nouns[n]->name,
					 (unsigned long long)rec->id.seq);
			noun_columns(n, rec, want);
			fold_body(f, n, rec, &again);
			if (memcmp(k, want, sizeof k) == 0 &&
			    span_is(buf_span(&shelf), buf_span(&again)))
				continue;
			bad++;
			differs(ctx, n, rec, buf_span(&shelf), buf_span(&again));
		}
	}
	return bad;
}
