/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front log's records: any bytes as a log, and any bytes as the inside of one
 * record whose sum is right, which a mutation hardly ever finds by itself.
 */
#include "store/front.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct front_gather *g)
{
	const struct store_batch *b = &g->batch;
	size_t sum = 0;

	for (size_t i = 0; i < b->n_events; i++)
		sum += b->events[i].doc.n;
	for (size_t i = 0; i < b->n_records; i++)
		sum += b->records[i].body.n;
	for (size_t i = 0; i < b->n_searches; i++)
		sum += b->searches[i].text.n + b->searches[i].tags.n;
	assert(sum != SIZE_MAX);
}

/* What is taken is put again, and is the same. */
static void
again(const struct front_gather *g, uint64_t after, const uint8_t *prev)
{
	struct front_gather twice = { 0 };
	struct front_head h;
	struct buf out = { 0 };
	struct span at;

	front_encode(&out, &g->batch, after, prev);
	at = buf_span(&out);
	assert(front_take(&at, &h) && at.n == 0 && h.after == after);
	assert(front_add(&twice, &h) == 0);
	assert(twice.batch.n_events == g->batch.n_events);
	assert(twice.batch.n_records == g->batch.n_records);
	assert(twice.batch.n_searches == g->batch.n_searches);
	front_gather_done(&twice);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span at = { (const char *)data, n };
	struct front_gather g = { 0 };
	struct front_head h;

	while (front_take(&at, &h) && front_add(&g, &h) == 0)
		check(&g);
	front_gather_clear(&g);
	if (n >= 4 + STORE_HASH_BYTES) {
		h = (struct front_head){
			.after = data[0],
			.n_events = data[1] % 8,
			.n_records = data[2] % 8,
			.n_searches = data[3] % 8,
			.body = { (const char *)data + 4, n - 4 },
		};
		if (front_add(&g, &h) == 0) {
			check(&g);
			again(&g, h.after, data + 4);
		}
	}
	front_gather_done(&g);
	return 0;
}
