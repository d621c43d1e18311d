/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void
buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_grow(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 128;

	while (cap < b->n + more + 1)
		cap *= 2;
	b->p = realloc(b->p, cap);
	if (!b->p)
		abort();
	b->cap = cap;
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	buf_reserve(b, 127);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	if (n > 0 && (size_t)n >= b->cap - b->n) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->p + b->n, b->cap - b->n, fmt, again);
	}
	va_end(again);
	if (n > 0)
		b->n += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char tmp[20], *q = tmp + sizeof tmp;

	do
		*--q = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(b, q, (size_t)(tmp + sizeof tmp - q));
}

void
buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_add_c(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
buf_eat(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
	b->p[b->n] = 0;
}

char *
buf_take(struct buf *b, size_t *ret_n)
{
	char *p;

	buf_reserve(b, 0);
	b->p[b->n] = 0;
	p = b->p;
	if (ret_n)
		*ret_n = b->n;
	*b = (struct buf){ 0 };
	return p;
}
