/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/auto.h"

int32_t
utf8_next(struct span *s)
{
	const unsigned char *p = (const unsigned char *)s->p;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t n;

	if (!s->n)
		return -1;
	c = p[0];
	n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	if (n == 1) {
		*s = span_skip(*s, 1);
		return (int32_t)c;
	}
	if (!n || n > s->n)
		goto bad;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			goto bad;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		goto bad;
	*s = span_skip(*s, n);
	return (int32_t)c;
bad:
	*s = span_skip(*s, 1);
	return -2;
}

bool
utf8_is_valid(struct span s)
{
	int32_t c;

	while ((c = utf8_next(&s)) != -1)
		if (c == -2)
			return false;
	return true;
}

void
utf8_put(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_add_c(b, (char)c);
	} else if (c < 0x800) {
		buf_add_c(b, (char)(0xc0 | c >> 6));
		buf_add_c(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_add_c(b, (char)(0xe0 | c >> 12));
		buf_add_c(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_add_c(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_add_c(b, (char)(0xf0 | c >> 18));
		buf_add_c(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_add_c(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_add_c(b, (char)(0x80 | (c & 0x3f)));
	}
}

void
utf8_mend(struct buf *b, struct span s)
{
	int32_t c;

	while ((c = utf8_next(&s)) != -1)
		utf8_put(b, c == -2 ? 0xfffd : (uint32_t)c);
}

/* Variants that Urdu, Sindhi and Arabic keyboards give for one letter. */
static uint32_t
fold_one(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if ((c >= 0x64b && c <= 0x65f) || c == 0x670 || c == 0x640 ||
	    (c >= 0x610 && c <= 0x61a) || (c >= 0x6d6 && c <= 0x6ed) || c == 0x200c ||
	    c == 0x200d || c == 0x200e || c == 0x200f)
		return 0;
	if (c >= 0x660 && c <= 0x669)
		return '0' + c - 0x660;
	if (c >= 0x6f0 && c <= 0x6f9)
		return '0' + c - 0x6f0;
	switch (c) {
	case 0x64a: /* yeh */
	case 0x649: /* alef maksura */
	case 0x626: /* yeh with hamza */
	case 0x6d2: /* yeh barree */
	case 0x6d3:
		return 0x6cc;
	case 0x643: /* kaf */
	case 0x6aa: /* swash kaf */
		return 0x6a9;
	case 0x647: /* heh */
	case 0x629: /* teh marbuta */
	case 0x6c0:
	case 0x6c2:
	case 0x6c3:
	case 0x6d5:
		return 0x6c1;
	case 0x622: /* alef with madda */
	case 0x623:
	case 0x625:
	case 0x671:
		return 0x627;
	case 0x624: /* waw with hamza */
		return 0x648;
	case 0x621: /* hamza alone */
		return 0;
	default:
		return c;
	}
}

void
utf8_fold(struct buf *b, struct span s)
{
	int32_t c;

	while ((c = utf8_next(&s)) != -1) {
		uint32_t f = c == -2 ? 0xfffd : fold_one((uint32_t)c);

		if (f)
			utf8_put(b, f);
	}
}

bool
utf8_is_blank(struct span s)
{
	/* Unicode: White_Space and Default_Ignorable_Code_Point, and Braille's blank */
	static const int32_t ranges[][2] = {
		{ 0, 0x20 },          { 0x7f, 0xa0 },       { 0xad, 0xad },
		{ 0x34f, 0x34f },     { 0x61c, 0x61c },     { 0x115f, 0x1160 },
		{ 0x1680, 0x1680 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
		{ 0x2000, 0x200f },   { 0x2028, 0x202f },   { 0x205f, 0x206f },
		{ 0x2800, 0x2800 },   { 0x3000, 0x3000 },   { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfff8 },   { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};
	int32_t c;

	while ((c = utf8_next(&s)) != -1) {
		size_t k = 0;

		while (k < ARRAY_LEN(ranges) && (c < ranges[k][0] || c > ranges[k][1]))
			k++;
		if (k == ARRAY_LEN(ranges) && c >= 0)
			return false;
	}
	return true;
}
