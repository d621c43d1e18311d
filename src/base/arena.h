/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory with one lifetime: everything taken from an arena goes at once when
 * it is reset. A message's arena is reset at the top of its turn.
 */
#pragma once
#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used;
};

void *arena_alloc(struct arena *a, size_t n);    /* zeroed, 16-byte aligned */
char *arena_dup(struct arena *a, struct span s); /* NUL-terminated copy */
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Keeps one block for the next turn. */
void arena_reset(struct arena *a);
void arena_done(struct arena *a);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
