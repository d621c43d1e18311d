/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a sorted file, each written as its difference from the one before it:
 * where a raw row takes 48 bytes, these take 12 to 18. Lossless for what a raw row
 * holds. Pure. Private to track.
 */
#pragma once
#include "track/block.h"

#define PACKED_ROW_MAX 64 /* bytes of a row that shares nothing with the last */

/* prev: the row before, or zero for the first; it becomes r. */
void packed_put(struct buf *out, struct row *prev, const struct row *r);
/* Takes one off *in; false: no whole row is left, and prev stays as it was. */
bool packed_take(struct span *in, struct row *prev);
