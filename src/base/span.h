/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A borrowed run of bytes. Owns nothing; the bytes outlive it by the
 * caller's word. Used instead of (char *, len) pairs everywhere.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t n;
};

#define SPAN(lit) ((struct span){ "" lit, sizeof(lit) - 1 })
#define SPAN_FMT "%.*s"
#define SPAN_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct span
span_of(const char *z)
{
	return (struct span){ z, z ? strlen(z) : 0 };
}

static inline bool
span_is(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
span_is_z(struct span a, const char *z)
{
	return span_is(a, span_of(z));
}

static inline bool
span_starts(struct span a, struct span head)
{
	return a.n >= head.n && memcmp(a.p, head.p, head.n) == 0;
}

/* a without its first n bytes (all of it gone when n is larger). */
static inline struct span
span_skip(struct span a, size_t n)
{
	if (n > a.n)
		n = a.n;
	return (struct span){ n ? a.p + n : a.p, a.n - n };
}

/* Index of the first c, or -1. */
ptrdiff_t span_find(struct span a, char c);
/* Cuts *rest at the first c: what stands before it is returned and *rest
 * goes on behind it. Without a c all is returned and *rest becomes empty. */
struct span span_cut(struct span *rest, char c);
struct span span_trim(struct span a);
/* ASCII letters compare alike in both cases. */
bool span_is_nocase(struct span a, struct span b);
/* Whole span as a decimal number; false (and *ret untouched) otherwise. */
bool span_to_i64(struct span a, int64_t *ret);
bool span_to_double(struct span a, double *ret);
/* 0-15; -1: c is no hex digit. */
int hex_digit(char c);
/* A NUL-terminated malloc'ed copy. */
char *span_dup(struct span a);
