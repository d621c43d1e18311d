/* SPDX-License-Identifier: Apache-2.0 */
#include "base/span.h"

#include <stdlib.h>
#include <strings.h>

ptrdiff_t
span_find(struct span a, char c)
{
	const char *q = a.n ? memchr(a.p, c, a.n) : NULL;

	return q ? q - a.p : -1;
}

struct span
span_cut(struct span *rest, char c)
{
	ptrdiff_t at = span_find(*rest, c);
	struct span head = *rest;

	if (at < 0) {
		*rest = span_skip(*rest, rest->n);
		return head;
	}
	head.n = (size_t)at;
	*rest = span_skip(*rest, (size_t)at + 1);
	return head;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span a)
{
	while (a.n && is_blank(a.p[0]))
		a = span_skip(a, 1);
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

bool
span_is_nocase(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

bool
span_to_i64(struct span a, int64_t *ret)
{
	bool neg = a.n && a.p[0] == '-';
	int64_t v = 0;

	if (a.n && (a.p[0] == '-' || a.p[0] == '+'))
		a = span_skip(a, 1);
	if (!a.n || a.n > 18)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		v = v * 10 + (a.p[i] - '0');
	}
	*ret = neg ? -v : v;
	return true;
}

/* What devices write: a sign, up to 15 digits, a point somewhere. Such a number and
 * the power of ten are both exact, so one division rounds as strtod() does (W. Clinger,
 * "How to read floating point numbers accurately"), in a tenth of its time. */
static bool
plain_number(struct span a, double *ret)
{
	static const double tens[] = { 1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	size_t i = 0, n_digits = 0, n_behind = 0;
	bool is_minus = a.n && a.p[0] == '-', is_behind = false;
	int64_t v = 0;

	if (a.n && (a.p[0] == '-' || a.p[0] == '+'))
		i++;
	for (; i < a.n; i++) {
		unsigned digit = (unsigned)(unsigned char)a.p[i] - '0';

		if (a.p[i] == '.' && !is_behind) {
			is_behind = true;
			continue;
		}
		if (digit > 9 || ++n_digits > 15)
			return false;
		v = v * 10 + (int64_t)digit;
		n_behind += is_behind;
	}
	if (!n_digits)
		return false;
	*ret = (is_minus ? -(double)v : (double)v) / tens[n_behind];
	return true;
}

bool
span_to_double(struct span a, double *ret)
{
	char tmp[40], *end;
	double v;

	if (plain_number(a, ret))
		return true;
	if (!a.n || a.n >= sizeof tmp)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (!strchr("0123456789+-.eE", a.p[i]) || !a.p[i])
			return false;
	memcpy(tmp, a.p, a.n);
	tmp[a.n] = 0;
	v = strtod(tmp, &end);
	if (*end || v != v || v > 1e300 || v < -1e300)
		return false;
	*ret = v;
	return true;
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *
span_dup(struct span a)
{
	char *z = malloc(a.n + 1);

	if (a.n)
		memcpy(z, a.p, a.n);
	z[a.n] = 0;
	return z;
}
