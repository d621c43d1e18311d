/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES 16384

struct arena_block {
	struct arena_block *next;
	size_t cap;
	_Alignas(16) char data[];
};

static size_t
rounded(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p;

	n = rounded(n);
	if (!a->head || a->used + n > a->head->cap) {
		size_t cap = n > BLOCK_BYTES ? n : BLOCK_BYTES;
		struct arena_block *b = malloc(sizeof *b + cap);

		if (!b)
			abort();
		b->next = a->head;
		b->cap = cap;
		a->head = b;
		a->used = 0;
	}
	p = a->head->data + a->used;
	a->used += n;
	return memset(p, 0, n);
}

char *
arena_dup(struct arena *a, struct span s)
{
	char *z = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(z, s.p, s.n);
	return z;
}

/* Printed once into what the block has left, again only where that is too little. */
char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	size_t room = a->head ? a->head->cap - a->used : 0;
	char *z = room ? a->head->data + a->used : NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(z, room, fmt, ap);
	va_end(ap);
	if ((size_t)n < room) {
		a->used += rounded((size_t)n + 1);
		return z;
	}
	z = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(z, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return z;
}

void
arena_reset(struct arena *a)
{
	while (a->head && (a->head->next || a->head->cap > BLOCK_BYTES)) {
		struct arena_block *b = a->head;

		a->head = b->next;
		free(b);
	}
	a->used = 0;
}

void
arena_done(struct arena *a)
{
	while (a->head) {
		struct arena_block *b = a->head;

		a->head = b->next;
		free(b);
	}
	a->used = 0;
}
