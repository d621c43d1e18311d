/* SPDX-License-Identifier: Apache-2.0 */
/* Alphabets of text messages; their tables are those of 3GPP TS 23.038. */
#include "gate/wire/gsm7.h"

#include "base/utf8.h"

#define ESCAPE 0x1b

/* 6.2.1: the default alphabet by septet; 0x1b leads to the extension. */
static const uint16_t letters[128] = {
	'@',   0xa3,  '$',   0xa5,  0xe8,  0xe9,  0xf9, 0xec,  0xf2,  0xc7,  '\n',
	0xd8,  0xf8,  '\r',  0xc5,  0xe5,  0x394, '_',  0x3a6, 0x393, 0x39b, 0x3a9,
	0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0,     0xc6, 0xe6,  0xdf,  0xc9,  ' ',
	'!',   '"',   '#',   0xa4,  '%',   '&',   '\'', '(',   ')',   '*',   '+',
	',',   '-',   '.',   '/',   '0',   '1',   '2',  '3',   '4',   '5',   '6',
	'7',   '8',   '9',   ':',   ';',   '<',   '=',  '>',   '?',   0xa1,  'A',
	'B',   'C',   'D',   'E',   'F',   'G',   'H',  'I',   'J',   'K',   'L',
	'M',   'N',   'O',   'P',   'Q',   'R',   'S',  'T',   'U',   'V',   'W',
	'X',   'Y',   'Z',   0xc4,  0xd6,  0xd1,  0xdc, 0xa7,  0xbf,  'a',   'b',
	'c',   'd',   'e',   'f',   'g',   'h',   'i',  'j',   'k',   'l',   'm',
	'n',   'o',   'p',   'q',   'r',   's',   't',  'u',   'v',   'w',   'x',
	'y',   'z',   0xe4,  0xf6,  0xf1,  0xfc,  0xe0,
};

/* 6.2.1.1 */
static const struct {
	uint8_t septet;
	uint16_t letter;
} extension[] = { { 0x0a, '\f' }, { 0x14, '^' },   { 0x28, '{' }, { 0x29, '}' },
		  { 0x2f, '\\' }, { 0x3c, '[' },   { 0x3d, '~' }, { 0x3e, ']' },
		  { 0x40, '|' },  { 0x65, 0x20ac } };

struct target {
	char *p;
	size_t n, cap;
};

/* False: it is full. */
static bool
put(struct target *t, uint32_t c)
{
	char u[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (t->n + n > t->cap)
		return false;
	switch (n) {
	case 1:
		u[0] = (char)c;
		break;
	case 2:
		u[0] = (char)(0xc0 | c >> 6);
		u[1] = (char)(0x80 | (c & 63));
		break;
	case 3:
		u[0] = (char)(0xe0 | c >> 12);
		u[1] = (char)(0x80 | (c >> 6 & 63));
		u[2] = (char)(0x80 | (c & 63));
		break;
	default:
		u[0] = (char)(0xf0 | c >> 18);
		u[1] = (char)(0x80 | (c >> 12 & 63));
		u[2] = (char)(0x80 | (c >> 6 & 63));
		u[3] = (char)(0x80 | (c & 63));
	}
	memcpy(t->p + t->n, u, n);
	t->n += n;
	return true;
}

size_t
gsm7_to_utf8(struct span s, char *to, size_t cap)
{
	struct target t = { to, 0, cap };
	bool is_escaped = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned septet = (uint8_t)s.p[i] & 127;
		uint32_t c = letters[septet];

		if (!is_escaped && septet == ESCAPE) {
			is_escaped = true;
			continue;
		}
		for (size_t k = 0;
		     is_escaped && k < sizeof extension / sizeof *extension; k++)
			if (extension[k].septet == septet)
				c = extension[k].letter;
		is_escaped = false;
		if (!put(&t, c ? c : ' '))
			break;
	}
	return t.n;
}

static int
septet_of(uint32_t c, bool *ret_is_escaped)
{
	*ret_is_escaped = false;
	for (int i = 0; c && i < 128; i++)
		if (letters[i] == c)
			return i;
	*ret_is_escaped = true;
	for (size_t k = 0; k < sizeof extension / sizeof *extension; k++)
		if (extension[k].letter == c)
			return extension[k].septet;
	return -1;
}

bool
gsm7_from_utf8(struct span utf8, char *to, size_t cap, size_t *ret_n)
{
	size_t n = 0;
	int32_t c;

	while ((c = utf8_next(&utf8)) != -1) {
		bool is_escaped;
		int septet = c < 0 ? -1 : septet_of((uint32_t)c, &is_escaped);

		if (septet < 0 || n + 1 + is_escaped > cap)
			return false;
		if (is_escaped)
			to[n++] = ESCAPE;
		to[n++] = (char)septet;
	}
	*ret_n = n;
	return true;
}

size_t
ucs2_to_utf8(struct span s, char *to, size_t cap)
{
	struct target t = { to, 0, cap };

	for (size_t i = 0; i + 1 < s.n; i += 2) {
		uint32_t c = (uint32_t)((uint8_t)s.p[i] << 8 | (uint8_t)s.p[i + 1]);
		uint32_t low = i + 3 < s.n ? (uint32_t)((uint8_t)s.p[i + 2] << 8 |
							(uint8_t)s.p[i + 3])
					   : 0;

		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		if (!put(&t, c ? c : ' '))
			break;
	}
	return t.n;
}

bool
ucs2_from_utf8(struct span utf8, char *to, size_t cap, size_t *ret_n)
{
	size_t n = 0;
	int32_t c;

	while ((c = utf8_next(&utf8)) != -1) {
		uint32_t u = c < 0 ? 0xfffd : (uint32_t)c;
		uint32_t pair[2] = { u, 0 };
		size_t k = 1;

		if (u >= 0x10000) {
			pair[0] = 0xd800 + ((u - 0x10000) >> 10);
			pair[1] = 0xdc00 + ((u - 0x10000) & 0x3ff);
			k = 2;
		}
		if (n + 2 * k > cap)
			return false;
		for (size_t i = 0; i < k; i++) {
			to[n++] = (char)(pair[i] >> 8);
			to[n++] = (char)(pair[i] & 255);
		}
	}
	*ret_n = n;
	return true;
}

size_t
latin1_to_utf8(struct span s, char *to, size_t cap)
{
	struct target t = { to, 0, cap };

	for (size_t i = 0; i < s.n && put(&t, s.p[i] ? (uint8_t)s.p[i] : ' '); i++)
		;
	return t.n;
}

size_t
udh_length(struct span s)
{
	size_t n = s.n ? (size_t)(uint8_t)s.p[0] + 1 : 0;

	return n <= s.n ? n : 0;
}

void
udh_parts(struct span udh, unsigned *ret_ref, unsigned *ret_part, unsigned *ret_total)
{
	size_t end = udh_length(udh);

	*ret_ref = *ret_part = *ret_total = 0;
	for (size_t i = 1; i + 1 < end;) {
		const uint8_t *e = (const uint8_t *)udh.p + i;
		size_t n = e[1];

		if (i + 2 + n > end)
			return;
		if ((e[0] == 0 && n == 3) || (e[0] == 8 && n == 4)) {
			*ret_ref = n == 3 ? e[2] : (unsigned)(e[2] << 8 | e[3]);
			*ret_total = e[n];
			*ret_part = e[n + 1];
			if (*ret_part < 1 || *ret_part > *ret_total)
				*ret_total = 0;
			return;
		}
		i += 2 + n;
	}
}
