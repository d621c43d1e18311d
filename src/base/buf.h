/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer, always NUL-terminated one past its end. Out of
 * memory ends the process: the journal replays, nothing acknowledged is lost.
 */
#pragma once
#include "base/span.h"

#include <stdarg.h>

struct buf {
	char *p;
	size_t n, cap;
};

void buf_done(struct buf *b);
void buf_grow(struct buf *b, size_t more);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
/* Drops the first n bytes. */
void buf_eat(struct buf *b, size_t n);
/* Hands out the malloc'ed bytes (never NULL) and empties the buffer. */
char *buf_take(struct buf *b, size_t *ret_n);

static inline void
buf_reserve(struct buf *b, size_t more)
{
	if (b->n + more + 1 > b->cap)
		buf_grow(b, more);
}

/* The hot path of every answer and event: no call unless it must grow. */
static inline void
buf_add(struct buf *b, const void *p, size_t n)
{
	buf_reserve(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

static inline void
buf_clear(struct buf *b)
{
	b->n = 0;
}

static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

static inline void
buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

static inline void
buf_add_z(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

static inline void
buf_add_c(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}
