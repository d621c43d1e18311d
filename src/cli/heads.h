/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that somebody kept, to hold a chain against. */
#pragma once
#include "journal/journal.h"

struct heads {
	struct chain_head *list;
	size_t n;
	uint8_t node_pub[32]; /* whose they must be, when it is known */
	bool has_node_pub;
};
bool heads_read_word(struct heads *h, const char *text); /* "SEQ:HASH" */
/* A sentence in *why: what cannot be read, or whose signature is not good. */
bool heads_read_file(struct heads *h, const char *path, struct buf *why);
void heads_sort(struct heads *h); /* as chain_verify wants them */
void heads_done(struct heads *h);
