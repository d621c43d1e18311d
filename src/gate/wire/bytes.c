/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/bytes.h"

#include "base/time.h"

#include <stdio.h>

struct span
bytes_cut(struct bytes *b, size_t n)
{
	struct span s = { b->rest.p, n < b->rest.n ? n : b->rest.n };

	b->is_short |= n > b->rest.n;
	b->rest = span_skip(b->rest, n);
	return s;
}

uint64_t
bytes_take(struct bytes *b, size_t n)
{
	struct span s = bytes_cut(b, n);
	uint64_t v = 0;

	if (s.n < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

uint64_t
bytes_take_le(struct bytes *b, size_t n)
{
	struct span s = bytes_cut(b, n);
	uint64_t v = 0;

	if (s.n < n)
		return 0;
	for (size_t i = n; i-- > 0;)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

void
bytes_hex(struct span s, char *to, size_t cap)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 3 <= cap; i++) {
		to[n++] = digits[(uint8_t)s.p[i] >> 4];
		to[n++] = digits[(uint8_t)s.p[i] & 15];
	}
	to[n] = 0;
}

bool
bytes_bcd(struct span s, char *to, size_t cap)
{
	if (s.n * 2 >= cap)
		return false;
	bytes_hex(s, to, cap);
	return strspn(to, "0123456789") == s.n * 2;
}

void
bytes_put(void *to, uint64_t v, size_t n)
{
	uint8_t *p = to;

	while (n--) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

void
bytes_put_le(void *to, uint64_t v, size_t n)
{
	uint8_t *p = to;

	for (size_t i = 0; i < n; i++) {
		p[i] = (uint8_t)v;
		v >>= 8;
	}
}

int64_t
bytes_time(const uint8_t t[6])
{
	int64_t ms;

	if (time_from_civil(2000 + t[0], t[1], t[2], t[3], t[4], t[5], &ms) < 0)
		return TIME_NONE;
	return ms;
}

int64_t
bytes_time_bcd(struct span six)
{
	char digits[13];
	uint8_t t[6];

	if (six.n != 6 || !bytes_bcd(six, digits, sizeof digits))
		return TIME_NONE;
	for (size_t i = 0; i < 6; i++)
		t[i] = (uint8_t)((digits[2 * i] - '0') * 10 + digits[2 * i + 1] - '0');
	return bytes_time(t);
}

/* Both are reflected: the lowest bit goes first. */
static uint16_t
crc(struct span s, uint16_t poly, uint16_t v)
{
	for (size_t i = 0; i < s.n; i++) {
		v ^= (uint8_t)s.p[i];
		for (int bit = 0; bit < 8; bit++)
			v = (uint16_t)(v & 1 ? v >> 1 ^ poly : v >> 1);
	}
	return v;
}

uint16_t
bytes_crc_x25(struct span s)
{
	return (uint16_t)~crc(s, 0x8408, 0xffff);
}

uint16_t
bytes_crc_arc(struct span s)
{
	return crc(s, 0xa001, 0);
}

uint16_t
bytes_crc_xmodem(struct span s)
{
	uint16_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		v ^= (uint16_t)((uint8_t)s.p[i] << 8);
		for (int bit = 0; bit < 8; bit++)
			v = (uint16_t)(v & 0x8000 ? v << 1 ^ 0x1021 : v << 1);
	}
	return v;
}

uint8_t
bytes_xor(struct span s)
{
	uint8_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v ^= (uint8_t)s.p[i];
	return v;
}
