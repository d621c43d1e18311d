/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's tests share: batches that can be told again, and a folder. */
#pragma once
#include "base/crypt.h"
#include "store/ram.h"
#include "store/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A small store without a thread, so that a script takes the same steps. */
static const struct store_tuning small = {
	.wal_ahead = 64 << 10,
	.wal_chunk = 64 << 10,
	.checkpoint_at = 1 << 30,
	.front_bytes = 48 << 10,
	.fill_at = 5000,
	.reserve = 1 << 20,
	.is_threadless = true,
};

void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

/* Faults are expected: the log goes nowhere; cmocka's words and the sanitizers'
 * still come out. */
static inline void
log_hush(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int out = dup(STDERR_FILENO);

	stderr = fdopen(out, "w");
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)out);
	dup2(null, STDERR_FILENO);
	close(null);
}

static inline void
folder_remove(const char *dir)
{
	char cmd[512];

	snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
	assert_int_equal(system(cmd), 0);
}

/* The document of event seq, always the same; sometimes over several pages. */
static inline void
doc_of(struct buf *b, uint64_t seq)
{
	buf_printf(b, "{\"seq\":%llu,\"body\":\"", (unsigned long long)seq);
	for (uint64_t i = 0; i < (seq % 17 == 0 ? 9000 : 40 + seq * 37 % 500); i++)
		buf_add_c(b, (char)('a' + (seq + i) % 26));
	buf_add_z(b, "\"}");
}

static inline void
record_of(struct buf *b, char noun, uint64_t seq, uint64_t turn)
{
	buf_printf(b, "{\"noun\":\"%c\",\"seq\":%llu,\"turn\":%llu,\"pad\":\"", noun,
		   (unsigned long long)seq, (unsigned long long)turn);
	for (uint64_t i = 0; i < 100 + seq % 7 * 90; i++)
		buf_add_c(b, 'x');
	buf_add_z(b, "\"}");
}

#define BATCH_MAX 64

struct made_batch {
	struct store_event events[BATCH_MAX];
	struct store_record records[BATCH_MAX + 1];
	struct store_search search;
	struct buf docs[BATCH_MAX], bodies[BATCH_MAX + 1], text;
	struct store_batch batch;
};

static inline void
batch_done(struct made_batch *m)
{
	for (size_t i = 0; i < BATCH_MAX; i++)
		buf_done(&m->docs[i]);
	for (size_t i = 0; i <= BATCH_MAX; i++)
		buf_done(&m->bodies[i]);
	buf_done(&m->text);
}

/* n events from last + 1 on, a signal each, and the incident of this batch:
 * incident `last / 10 + 1` says how far it has come. head carries the chain. */
static inline void
batch_make(struct made_batch *m, uint64_t last, size_t n, uint8_t head[HASH_BYTES])
{
	uint64_t incident = last / 10 + 1;

	memset(m, 0, sizeof *m);
	for (size_t i = 0; i < n; i++) {
		uint64_t seq = last + 1 + i;
		struct store_event *e = &m->events[i];

		doc_of(&m->docs[i], seq);
		*e = (struct store_event){ .seq = seq,
					   .at = (int64_t)(1000 + seq),
					   .incident = seq % 3 ? incident : 0,
					   .doc = buf_span(&m->docs[i]) };
		crypt_hash2(e->hash, (struct span){ (char *)head, HASH_BYTES }, e->doc,
			    NULL);
		memcpy(head, e->hash, HASH_BYTES);
		record_of(&m->bodies[i], 'c', seq, 0);
		m->records[i] = (struct store_record){
			.noun = 'c',
			.seq = seq,
			.k = { (int64_t)incident, (int64_t)(seq * 7919 % 1000),
			       STORE_NULL },
			.body = buf_span(&m->bodies[i]),
		};
	}
	record_of(&m->bodies[n], 'i', incident, last + n);
	m->records[n] = (struct store_record){
		.noun = 'i',
		.seq = incident,
		.k = { 1, (int64_t)(last + n), STORE_NULL },
		.body = buf_span(&m->bodies[n]),
	};
	buf_printf(&m->text, "incident%llu step%llu", (unsigned long long)incident,
		   (unsigned long long)(last + n));
	m->search = (struct store_search){ .incident = incident,
					   .text = buf_span(&m->text) };
	m->batch = (struct store_batch){ .events = m->events,
					 .n_events = n,
					 .records = m->records,
					 .n_records = n + 1,
					 .searches = &m->search,
					 .n_searches = 1 };
}

static inline int
batch_put(struct store *s, uint64_t last, size_t n, uint8_t head[HASH_BYTES])
{
	struct made_batch m;
	uint8_t next[HASH_BYTES];
	int rc;

	memcpy(next, head, HASH_BYTES);
	batch_make(&m, last, n, next);
	rc = store_append(s, &m.batch);
	batch_done(&m);
	if (rc == 0)
		memcpy(head, next, HASH_BYTES);
	return rc;
}

/* Walks all events: dense, each what it was, the chain unbroken. */
struct walk {
	uint64_t last;
	uint8_t head[HASH_BYTES];
	bool is_wrong;
};

static inline bool
walk_one(void *ctx, const struct store_event *e)
{
	struct walk *w = ctx;
	struct buf doc = { 0 };

	doc_of(&doc, e->seq);
	crypt_hash2(w->head, (struct span){ (char *)w->head, HASH_BYTES }, e->doc,
		    NULL);
	if (e->seq != w->last + 1 || !span_is(e->doc, buf_span(&doc)) ||
	    memcmp(w->head, e->hash, HASH_BYTES) != 0)
		w->is_wrong = true;
	w->last = e->seq;
	buf_done(&doc);
	return !w->is_wrong;
}

static inline int
walk(struct store *s, struct walk *ret)
{
	int rc;

	*ret = (struct walk){ 0 };
	rc = store_events(s, 0, 0, SIZE_MAX, walk_one, ret);
	return rc ? rc : ret->is_wrong ? ERR_CORRUPT : 0;
}

/* One record is there as batch_make left it. */
static inline bool
has_record(struct store *s, char noun, uint64_t seq, uint64_t turn)
{
	struct buf want = { 0 }, have = { 0 };
	bool is_same;

	record_of(&want, noun, seq, turn);
	is_same = store_get(s, noun, seq, &have, NULL) == 0 &&
		  span_is(buf_span(&want), buf_span(&have));
	buf_done(&want);
	buf_done(&have);
	return is_same;
}
