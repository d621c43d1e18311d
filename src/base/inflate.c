/* SPDX-License-Identifier: Apache-2.0 */
#include "base/inflate.h"

#include "base/auto.h"
#include "base/err.h"

#include <zlib.h>

#define STEP 32768

int64_t
inflate_pieces(struct span packed, bool is_gzip, uint64_t max,
	       void (*fn)(void *ctx, struct span piece), void *ctx)
{
	unsigned char out[STEP];
	z_stream z = { 0 };
	uint64_t n = 0;
	int rc;

	if (packed.n > UINT32_MAX)
		return ERR_TOO_BIG;
	if (inflateInit2(&z, is_gzip ? MAX_WBITS + 16 : -MAX_WBITS) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)packed.p;
	z.avail_in = (uInt)packed.n;
	do {
		z.next_out = out;
		z.avail_out = STEP;
		rc = inflate(&z, Z_NO_FLUSH);
		n += STEP - z.avail_out;
		if (n > max)
			break;
		if (fn)
			fn(ctx, (struct span){ (char *)out, STEP - z.avail_out });
	} while (rc == Z_OK);
	inflateEnd(&z);
	if (n > max)
		return ERR_TOO_BIG;
	return rc == Z_STREAM_END && !z.avail_in ? (int64_t)n : ERR_CORRUPT;
}

static void
add(void *ctx, struct span piece)
{
	buf_add_span(ctx, piece);
}

int
inflate_gzip(struct span packed, uint64_t max, struct buf *ret)
{
	struct buf AUTO(buf_done) all = { 0 };
	int64_t n = inflate_pieces(packed, true, max, add, &all);

	if (n < 0)
		return (int)n;
	buf_add_span(ret, buf_span(&all));
	return 0;
}
