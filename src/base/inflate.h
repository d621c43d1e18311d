/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking deflate and gzip, piece by piece and bounded; zlib stays behind it. */
#pragma once
#include "base/buf.h"

/* Hands each unpacked piece to fn (NULL: it is only counted). How many bytes came of
 * all of `packed`; ERR_CORRUPT, also when bytes are left over; ERR_TOO_BIG beyond max.
 */
int64_t inflate_pieces(struct span packed, bool is_gzip, uint64_t max,
		       void (*fn)(void *ctx, struct span piece), void *ctx);
/* The same as one; ret untouched on failure. */
int inflate_gzip(struct span packed, uint64_t max, struct buf *ret);
