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
	bool is_decimal = true;

	if (s.n * 2 >= cap)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned high = (uint8_t)s.p[i] >> 4, low = (uint8_t)s.p[i] & 15;

		is_decimal &= high <= 9 && low <= 9;
		to[2 * i] = (char)('0' + high);
		to[2 * i + 1] = (char)('0' + low);
	}
	to[2 * s.n] = 0;
	return is_decimal;
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

/* Both are reflected: the lowest bit goes first. by_four: what four bits become when
 * they are shifted out through the polynomial. */
static uint16_t
crc(struct span s, const uint16_t by_four[16], uint16_t v)
{
	for (size_t i = 0; i < s.n; i++) {
		v ^= (uint8_t)s.p[i];
		v = (uint16_t)(v >> 4 ^ by_four[v & 15]);
		v = (uint16_t)(v >> 4 ^ by_four[v & 15]);
	}
	return v;
}

uint16_t
bytes_crc_x25(struct span s)
{
	static const uint16_t by_four[16] = {
		/* of 0x8408 */
		0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
		0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f
	};

	return (uint16_t)~crc(s, by_four, 0xffff);
}

uint16_t
bytes_crc_arc(struct span s)
{
	static const uint16_t by_four[16] = {
		/* of 0xa001 */
		0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
		0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400
	};

	return crc(s, by_four, 0);
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
