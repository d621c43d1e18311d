/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The track file's parser: any bytes as a raw segment, as a sorted one with
 * its index, and sorted anew; then the same bytes as rows under headers whose
 * sums are right, which a mutation hardly ever finds by itself.
 */
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
	struct block b;
	struct row r;
	size_t at = 0, n = 0;

	while (block_next(in, &at, &b))
		for (size_t i = 0; i < b.n; i++, n++)
			block_row(&b, i, &r);
	return n;
}

static void
sort_again(struct span in)
{
	struct buf out = { 0 };

	segment_sort(&out, in);
	assert(count_rows(buf_span(&out)) == count_rows(in));
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
	sort_again(buf_span(&raw));
	buf_done(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = malloc(n + 1); /* of this size, so that a step too far shows */
	struct span in = { copy, n };

	if (n)
		memcpy(copy, data, n);
	read_index(in);
	sort_again(in);
	as_rows(in);
	free(copy);
	return 0;
}
