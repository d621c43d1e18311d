/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The track file's parser: any bytes as a raw segment, as a sorted one with
 * its index, and sorted anew; then the same bytes as rows under headers whose
 * sums are right, which a mutation hardly ever finds by itself.
 */
#include "track/packed.h"
#include "track/segment.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_index(struct span in)
{
	uint64_t sum, from, to;
	char key[ROW_KEY] = "khi\0\0\0\0u";
	size_t bytes;

	if (in.n < INDEX_FOOTER)
		return;
	if (index_footer(span_skip(in, in.n - INDEX_FOOTER), &bytes, &sum) != 0 ||
	    bytes > in.n - INDEX_FOOTER)
		return;
	in = (struct span){ in.p + in.n - INDEX_FOOTER - bytes, bytes };
	if (index_check(in, sum) == 0)
		index_find(in, key, &from, &to);
}

static size_t
count_rows(struct span in)
{
	struct block_walk w = { 0 };
	size_t at = 0, n = 0;

	while (block_next(in, &at, &w.b))
		for (w.row = (struct row){ 0 }; block_take(&w);)
			n++;
	return n;
}

/* n: of its plain rows. */
static void
sort_again(struct span in, size_t n)
{
	struct buf out = { 0 };

	segment_sort(&out, in);
	assert(count_rows(buf_span(&out)) == n);
	read_index(buf_span(&out));
	buf_done(&out);
}

static void
as_rows(struct span in)
{
	struct buf raw = { 0 };
	size_t n = in.n / ROW_BYTES < BLOCK_ROWS ? in.n / ROW_BYTES : BLOCK_ROWS;

	if (n < 2)
		return;
	block_encode_raw(&raw, INT64_MIN + (unsigned char)in.p[0],
			 (struct span){ in.p, n / 2 * ROW_BYTES });
	block_encode_raw(
		&raw, INT64_MAX - (unsigned char)in.p[0],
		(struct span){ in.p + n / 2 * ROW_BYTES, (n - n / 2) * ROW_BYTES });
	assert(count_rows(buf_span(&raw)) == n);
	sort_again(buf_span(&raw), n);
	buf_done(&raw);
}

/* The same as packed rows under a sum that is right: what is torn ends the block, and
 * what comes out is written again as it came. */
static void
as_packed(struct span in)
{
	struct buf block = { 0 }, again = { 0 };
	struct row before = { 0 };
	struct block_walk w = { 0 };
	size_t at = 0, n = 0;

	block_encode_packed(&block, in, BLOCK_ROWS);
	assert(block_next(buf_span(&block), &at, &w.b));
	for (; block_take(&w); n++)
		packed_put(&again, &before, &w.row);
	buf_clear(&block);
	if (n)
		block_encode_packed(&block, buf_span(&again), n);
	assert(count_rows(buf_span(&block)) == n);
	buf_done(&block);
	buf_done(&again);
}

static size_t
count_plain(struct span in)
{
	struct block b;
	size_t at = 0, n = 0;

	while (block_next(in, &at, &b))
		n += b.is_packed ? 0 : b.n;
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = malloc(n + 1); /* of this size, so that a step too far shows */
	struct span in = { copy, n };

	if (n)
		memcpy(copy, data, n);
	read_index(in);
	sort_again(in, count_plain(in));
	as_rows(in);
	as_packed(in);
	free(copy);
	return 0;
}
