/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/teltonika.h"

#include "base/time.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#define FRAME_MAX 32768
#define HEAD 8 /* zeros, length */
#define TAIL 4 /* CRC */
#define PING '\xff'
#define IDENTITY_MIN 10 /* less is a length by chance */
#define IDENTITY_MAX 32
#define SURE 13     /* bytes from which a message of records can be told */
#define SUMS_MAX 16 /* that are tried: junk must not cost much */
#define UDP_HEAD 8  /* length, packet, kind, packet, length of the IMEI */
#define UDP_KIND 1
#define EPOCH_GH3000 INT64_C(1167609600) /* 2007-01-01 */

/* --- frames ------------------------------------------------------------------------
 */

static bool
is_codec(uint8_t c)
{
	return c == TELTONIKA_8E || c == TELTONIKA_16 || c == TELTONIKA_GH3000 ||
	       c == TELTONIKA_8 || (c >= TELTONIKA_12 && c <= TELTONIKA_15);
}

/* Where the records and their second count end, if written so; 0: not within s. */
static size_t
shape_end(struct span s, bool is_wide)
{
	struct bytes b = { .rest = s };
	struct teltonika_record r;
	struct teltonika_shape shape = { (uint8_t)bytes_take(&b, 1), is_wide };
	uint8_t count = (uint8_t)bytes_take(&b, 1);

	if (shape.codec >= TELTONIKA_12 && shape.codec <= TELTONIKA_15)
		return 0;
	for (unsigned i = 0; i < count; i++)
		if (!teltonika_record(shape, &b, &r))
			return 0;
	/* The same count, and a sum of 16 bits in a field of 32. */
	if (!count || bytes_take(&b, 1) != count || bytes_take(&b, 2) || b.is_short)
		return 0;
	return s.n - b.rest.n - 2;
}

static size_t
records_end(struct span s)
{
	size_t end = shape_end(s, false);

	return end || !s.n || *s.p != TELTONIKA_8 ? end : shape_end(s, true);
}

/* A message of records. Its length may be told wrongly; then its own shape says
 * where it ends, if that is earlier. */
static ssize_t
data_size(struct span in)
{
	struct bytes b = { .rest = span_skip(in, 4) };
	size_t told = bytes_take(&b, 4), end;

	if (b.is_short)
		return 0;
	if (told < 3 || told > FRAME_MAX || (b.rest.n && !is_codec((uint8_t)*b.rest.p)))
		return -1;
	if (b.rest.n > told + TAIL)
		b.rest.n = told + TAIL;
	end = records_end(b.rest);
	if (end && HEAD + end + TAIL <= in.n && end < told)
		return (ssize_t)(HEAD + end + TAIL);
	return in.n >= HEAD + told + TAIL ? (ssize_t)(HEAD + told + TAIL) : 0;
}

/* A login or a datagram: both begin with their length. */
static ssize_t
led_size(struct span in)
{
	struct bytes b = { .rest = in };
	size_t told = bytes_take(&b, 2), n;

	if (told > FRAME_MAX)
		return -1;
	if (in.n < 5)
		return 0;
	if (in.p[4] == UDP_KIND) {
		bytes_cut(&b, 4);
		n = bytes_take(&b, 2);
		if (!b.is_short && (!n || n > IDENTITY_MAX || told < UDP_HEAD + n))
			return -1;
	} else {
		if (told < IDENTITY_MIN || told > IDENTITY_MAX)
			return -1;
		for (size_t i = 2; i < in.n && i < told + 2; i++)
			if (!isdigit((unsigned char)in.p[i]))
				return -1;
	}
	return in.n >= told + 2 ? (ssize_t)told + 2 : 0;
}

static ssize_t
size_at(struct span in)
{
	static const char zeros[4];

	if (in.n < 2)
		return 0;
	if (in.p[0] || in.p[1])
		return led_size(in);
	if (memcmp(in.p, zeros, in.n < 4 ? in.n : 4) != 0)
		return -1;
	return data_size(in);
}

/* A message of records that is whole and has a right sum begins here. */
static bool
is_sound(struct span in, size_t *tries)
{
	struct bytes b = { .rest = in };
	struct span all;
	size_t told;

	if (bytes_take(&b, 4))
		return false;
	told = bytes_take(&b, 4);
	all = bytes_cut(&b, told);
	if (b.is_short || told < 3 || told > FRAME_MAX || b.rest.n < TAIL ||
	    !is_codec((uint8_t)*all.p) || all.p[1] != all.p[told - 1] || !*tries)
		return false;
	--*tries;
	return bytes_take(&b, TAIL) == bytes_crc_arc(all);
}

/* A message of records may begin here, of this size: its first time is of our days. 0:
 * none does. */
static size_t
head_size(struct span in)
{
	struct bytes b = { .rest = in };
	uint64_t zeros = bytes_take(&b, 4);
	size_t told = bytes_take(&b, 4);
	uint8_t codec = (uint8_t)bytes_take(&b, 1), count = (uint8_t)bytes_take(&b, 1);

	if (zeros || told < 3 || told > FRAME_MAX || !count || bytes_take(&b, 3) != 1 ||
	    (codec != TELTONIKA_8 && codec != TELTONIKA_8E && codec != TELTONIKA_16))
		return 0;
	return HEAD + told + TAIL;
}

/* Its length may be told wrongly: do not wait past a message that is right, nor take
 * what begins one. n 0: it is not all here. */
static ssize_t
led_on(struct span in, size_t n)
{
	size_t tries = SUMS_MAX;

	if (n && (n <= IDENTITY_MAX + 2 || is_sound(in, &tries)))
		return (ssize_t)n;
	for (size_t i = 1; i + HEAD <= in.n && (!n || i + SURE <= n); i++) {
		struct span s = span_skip(in, i);

		if (is_sound(s, &tries))
			return -(ssize_t)i;
		if (n && head_size((struct span){ s.p, SURE }) > s.n)
			return 0;
	}
	return (ssize_t)n;
}

ssize_t
teltonika_frame(struct span in)
{
	ssize_t n;

	if (!in.n)
		return 0;
	if (in.p[0] == PING)
		return 1;
	n = size_at(in);
	if (n >= 0)
		return led_on(in, (size_t)n);
	/* Junk: on to where a message may begin. */
	for (size_t i = 1; i < in.n; i++) {
		struct span rest = span_skip(in, i);

		if (*rest.p == PING || size_at(rest) >= 0)
			return -(ssize_t)i;
	}
	return -(ssize_t)in.n;
}

struct span
teltonika_login(struct span msg)
{
	struct bytes b = { .rest = msg };
	size_t n = bytes_take(&b, 2);

	if (n < IDENTITY_MIN || b.rest.n != n || n > IDENTITY_MAX)
		return (struct span){ 0 };
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)b.rest.p[i]))
			return (struct span){ 0 };
	return b.rest;
}

/* Codec, count, records and count again fill s. */
static bool
records_fit(struct span s, bool is_wide)
{
	struct bytes b = { .rest = span_skip(s, 2) };
	struct teltonika_shape shape = { (uint8_t)*s.p, is_wide };
	struct teltonika_record r;

	for (unsigned i = 0; i < (uint8_t)s.p[1]; i++)
		if (!teltonika_record(shape, &b, &r))
			return false;
	return b.rest.n == 1 && *b.rest.p == s.p[1];
}

bool
teltonika_parse(struct span msg, struct teltonika_message *ret)
{
	struct bytes b = { .rest = msg };
	struct teltonika_message m = { 0 };
	struct span all;

	if (bytes_take(&b, 2)) { /* a datagram */
		m.packet = (uint16_t)bytes_take(&b, 2);
		bytes_take(&b, 1);
		m.packet_avl = (uint8_t)bytes_take(&b, 1);
		m.identity = bytes_cut(&b, bytes_take(&b, 2));
	} else {
		bytes_take(&b, 6);
		b.rest.n -= b.rest.n < TAIL ? 0 : TAIL;
	}
	all = b.rest;
	m.shape.codec = (uint8_t)bytes_take(&b, 1);
	m.count = (uint8_t)bytes_take(&b, 1);
	m.records = b.rest;
	if (b.is_short || !is_codec(m.shape.codec))
		return false;
	m.shape.is_wide = m.shape.codec == TELTONIKA_8 && !records_fit(all, false) &&
			  records_fit(all, true);
	*ret = m;
	return true;
}

/* --- records --------------------------------------------------------------------- */

static double
float_take(struct bytes *b)
{
	uint32_t bits = (uint32_t)bytes_take(b, 4);
	float f;

	memcpy(&f, &bits, sizeof f);
	return isfinite(f) ? (double)f : NAN;
}

/* Place of a GH3000: only what its mask tells. */
static void
gh3000_place(struct bytes *b, struct teltonika_record *r)
{
	unsigned mask = (unsigned)bytes_take(b, 1);

	r->has_place = mask & 1;
	if (mask & 1) {
		r->lat = float_take(b);
		r->lon = float_take(b);
	}
	if (mask & 2)
		r->altitude_m = (int16_t)bytes_take(b, 2);
	if (mask & 4)
		r->course_deg = (double)bytes_take(b, 1) * 360 / 256;
	if (mask & 8)
		r->speed_mps = (double)bytes_take(b, 1) / 3.6;
	if (mask & 16)
		r->satellites = (int)bytes_take(b, 1);
	bytes_cut(b,
		  (mask & 32 ? 4u : 0) + (mask & 64 ? 1u : 0) + (mask & 128 ? 4u : 0));
}

static size_t
id_size(uint8_t codec)
{
	return codec == TELTONIKA_8E || codec == TELTONIKA_16 ? 2 : 1;
}

/* Each group: how many, then as many ids with values of that size. */
static const size_t group_sizes[] = { 1, 2, 4, 8 };

/* fn NULL: only to find the end. */
static void
io_walk(struct teltonika_shape shape, unsigned groups, struct bytes *b,
	void (*fn)(void *ctx, unsigned id, uint64_t value), void *ctx)
{
	size_t id_n = id_size(shape.codec), n;
	size_t count_n = shape.codec == TELTONIKA_8E ? 2 : 1;

	for (size_t g = 0; g < 4; g++) {
		if (!(groups & 1u << g))
			continue;
		n = bytes_take(b, count_n);
		for (size_t i = 0; i < n && !b->is_short; i++) {
			unsigned id = (unsigned)bytes_take(b, id_n);
			uint64_t v = bytes_take(b, group_sizes[g]);

			if (fn && !b->is_short)
				fn(ctx, id, v);
		}
	}
	n = shape.is_wide ? bytes_take(b, 1) : 0;
	bytes_cut(b, n * 17);
	if (shape.codec != TELTONIKA_8E)
		return;
	n = bytes_take(b, 2); /* of any length: beacons, names */
	for (size_t i = 0; i < n && !b->is_short; i++) {
		bytes_take(b, 2);
		bytes_cut(b, bytes_take(b, 2));
	}
}

static void
head_take(uint8_t codec, struct bytes *b, struct teltonika_record *r)
{
	r->time_ms = (int64_t)bytes_take(b, 8);
	r->priority = (int)bytes_take(b, 1);
	r->lon = (int32_t)bytes_take(b, 4) / 1e7;
	r->lat = (int32_t)bytes_take(b, 4) / 1e7;
	r->altitude_m = (int16_t)bytes_take(b, 2);
	r->course_deg = (double)bytes_take(b, 2);
	r->satellites = (int)bytes_take(b, 1);
	r->speed_mps = (double)bytes_take(b, 2) / 3.6;
	r->has_place = r->satellites > 0; /* else it is the last one again */
	r->event = (unsigned)bytes_take(b, id_size(codec));
	if (codec == TELTONIKA_16)
		bytes_take(b, 1); /* why it was made */
	bytes_take(b, codec == TELTONIKA_8E ? 2 : 1);
	if (r->time_ms < 0 || r->time_ms > INT64_C(253402300799999))
		r->time_ms = TIME_NONE;
}

bool
teltonika_record(struct teltonika_shape shape, struct bytes *b,
		 struct teltonika_record *ret)
{
	struct teltonika_record r = { .priority = -1,
				      .satellites = -1,
				      .altitude_m = NAN,
				      .course_deg = NAN,
				      .speed_mps = NAN,
				      .groups = 0x0f };
	unsigned mask, word;

	if (shape.codec == TELTONIKA_GH3000) {
		word = (unsigned)bytes_take(b, 4);
		r.time_ms = ((word & 0x3fffffff) + EPOCH_GH3000) * 1000;
		r.priority = (int)(word >> 30);
		mask = (unsigned)bytes_take(b, 1);
		if (mask & 1)
			gh3000_place(b, &r);
		r.groups = mask >> 1 & 7;
	} else {
		head_take(shape.codec, b, &r);
	}
	r.io = *b;
	io_walk(shape, r.groups, b, NULL, NULL);
	r.io.rest.n -= b->rest.n;
	*ret = r;
	return !b->is_short;
}

void
teltonika_io(struct teltonika_shape shape, const struct teltonika_record *r,
	     void (*fn)(void *ctx, unsigned id, uint64_t value), void *ctx)
{
	struct bytes b = r->io;

	io_walk(shape, r->groups, &b, fn, ctx);
}

/* --- out ---------------------------------------------------------------------------
 */

void
teltonika_write(struct gate_out *out, struct span text)
{
	char msg[512] = { 0 };
	size_t n = HEAD;

	if (text.n > sizeof msg - 32)
		return;
	bytes_put(msg + 4, text.n + 8, 4);
	memcpy(msg + n, "\x0c\x01\x05", 3);
	bytes_put(msg + n + 3, text.n, 4);
	memcpy(msg + n + 7, text.p, text.n);
	n += 7 + text.n;
	msg[n++] = 1;
	bytes_put(msg + n, bytes_crc_arc((struct span){ msg + HEAD, n - HEAD }), 4);
	gate_reply(out, (struct span){ msg, n + 4 });
}
