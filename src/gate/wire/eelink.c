/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/eelink.h"

#include "base/time.h"
#include "gate/wire/pick.h"

#include <stdio.h>

#define FRAME_MAX 16384
#define PACKET_MAX 1024 /* but of texts and pictures: a longer one is none */
#define HEAD 5          /* 67 67 kind length */
#define NUMBERED 7      /* and the number */
#define AHEAD 8         /* numbers that may be lost with what was cut */
#define WRAP 6          /* "EL" length sum */
#define IMEI 8          /* packed decimals */
#define OLD_CELL 10     /* MCC, MNC, LAC u16, cell u24; not the byte behind it */
#define UNITS_PER_DEGREE 1800000.0

/* --- frames ------------------------------------------------------------------------
 */

static bool
is_packet(struct span s)
{
	return s.n && s.p[0] == 'g' && (s.n < 2 || s.p[1] == 'g');
}

static bool
is_wrapped(struct span s)
{
	return s.n && s.p[0] == 'E' && (s.n < 2 || s.p[1] == 'L');
}

static size_t
size_max(struct span in, bool wrapped)
{
	return wrapped || in.p[2] == '\x1e' || in.p[2] == '\x1f' || in.p[2] == '\x80' ||
			       in.p[2] == '\x81'
		       ? FRAME_MAX
		       : PACKET_MAX;
}

/* A head as the one that comes after that of in. */
static bool
is_next(struct span in, struct span s)
{
	static const char kinds[] = "\x01\x02\x03\x04\x05\x06\x07\x12\x14\x15\x16\x17"
				    "\x1e\x1f\x80\x81";
	struct bytes a = { .rest = span_skip(in, HEAD) },
		     b = { .rest = span_skip(s, 3) };
	size_t told = bytes_take(&b, 2);
	uint16_t ahead = (uint16_t)(bytes_take(&b, 2) - bytes_take(&a, 2));

	return is_packet(s) && s.p[2] && strchr(kinds, s.p[2]) && told >= 2 &&
	       told + HEAD <= size_max(s, false) && ahead && ahead <= AHEAD;
}

/* One that was cut short holds the head of the next. There is no sum by which to know:
 * its own head tells that it comes again, one whose number follows that it was cut. */
static ssize_t
packet_size(struct span in, size_t n)
{
	for (size_t i = NUMBERED; i + 2 <= n && i + 2 <= in.n; i++) {
		struct span s = span_skip(in, i);

		if (memcmp(s.p, in.p, s.n < NUMBERED ? s.n : NUMBERED) == 0)
			return s.n < NUMBERED ? 0 : -(ssize_t)i;
		if (s.n >= NUMBERED && i + NUMBERED <= n && is_next(in, s))
			return (ssize_t)i;
	}
	return in.n >= n ? (ssize_t)n : 0;
}

ssize_t
eelink_frame(struct span in)
{
	bool wrapped = is_wrapped(in);
	struct bytes b = { .rest = span_skip(in, wrapped ? 2 : 3) };
	size_t told = bytes_take(&b, 2), n = told + (wrapped ? 4 : HEAD);

	if (!in.n)
		return 0;
	if (wrapped || is_packet(in)) {
		if (b.is_short)
			return 0;
		if (told >= 2 && n <= size_max(in, wrapped) &&
		    (!wrapped || told >= 2 + IMEI)) {
			if (!wrapped)
				return packet_size(in, n);
			return in.n >= n ? (ssize_t)n : 0;
		}
	}
	for (size_t i = 1; i < in.n; i++)
		if (is_packet(span_skip(in, i)) || is_wrapped(span_skip(in, i)))
			return -(ssize_t)i;
	return -(ssize_t)in.n;
}

struct span
eelink_unwrap(struct span *rest)
{
	struct span imei = { 0 };

	if (!is_wrapped(*rest) || rest->n < WRAP + IMEI)
		return imei;
	imei = (struct span){ rest->p + WRAP, IMEI };
	*rest = span_skip(*rest, WRAP + IMEI);
	return imei;
}

bool
eelink_packet(struct span *rest, struct eelink_packet *ret)
{
	struct bytes b = { .rest = span_skip(*rest, 2) };
	struct eelink_packet p;

	if (!is_packet(*rest))
		return false;
	p.kind = (uint8_t)bytes_take(&b, 1);
	b.rest = bytes_cut(&b, bytes_take(&b, 2));
	*rest = span_skip(*rest, (size_t)(b.rest.p - rest->p) + b.rest.n);
	b.is_short = false; /* the last may be cut: its call is heard all the same */
	p.seq = (uint16_t)bytes_take(&b, 2);
	p.body = b.rest;
	*ret = p;
	return !b.is_short;
}

/* --- places ------------------------------------------------------------------------
 */

/* What is not here is shown as another alarm. */
static const unsigned alarm_codes[256] = {
	[0x01] = GATE_POWER_CUT,
	[0x02] = GATE_SOS,
	[0x03] = GATE_LOW_BATTERY,
	[0x04] = GATE_VIBRATION,
	[0x08] = GATE_TAMPER | GATE_OTHER, /* antenna */
	[0x09] = GATE_TAMPER | GATE_OTHER,
	[0x25] = GATE_REMOVED,
	[0x82] = GATE_OVERSPEED,
	[0x83] = GATE_FENCE_IN,
	[0x84] = GATE_FENCE_OUT,
	[0x85] = GATE_CRASH,
	[0x86] = GATE_FALL,
};

static void
alarm_take(struct bytes *b, struct gate_report *r)
{
	unsigned code = (unsigned)bytes_take(b, 1);

	/* One that does not reach its code names no kind. */
	r->alarms = b->is_short         ? GATE_GENERAL
		    : alarm_codes[code] ? alarm_codes[code]
					: GATE_OTHER;
}

static struct position
spot_take(struct bytes *b)
{
	struct position p = { .accuracy_m = -1 };
	double lat = (int32_t)bytes_take(b, 4) / UNITS_PER_DEGREE;
	double lon = (int32_t)bytes_take(b, 4) / UNITS_PER_DEGREE;

	if (!b->is_short && pick_position(lat, lon, &p))
		p.accuracy_m = -1;
	return p;
}

static void
old_place(const struct eelink_packet *p, struct bytes *b, struct gate_report *r)
{
	struct position spot = spot_take(b);

	r->speed_mps = (double)bytes_take(b, 1) / 3.6;
	r->course_deg = (double)bytes_take(b, 2);
	bytes_cut(b, OLD_CELL - 1);
	if (bytes_take(b, 1) & 1)
		r->position = spot;
	if (p->kind == 0x04)
		alarm_take(b, r);
}

/* Of a cell and of networks, as their bits say. */
static void
radio_skip(unsigned bits, struct bytes *b)
{
	unsigned counts, cells;

	bytes_cut(b, bits & 2 ? 11 : 0);
	for (unsigned i = 2; i <= 6; i++)
		bytes_cut(b, bits & 1u << i ? 7 : 0);
	if (!(bits & 0x80))
		return;
	bytes_take(b, 1);
	counts = (unsigned)bytes_take(b, 1);
	cells = counts & 7;
	bytes_cut(b, cells ? 19 + (cells - 1) * 5 : 0);
	bytes_cut(b, (counts >> 3 & 15) * 7);
}

static void
new_place(const struct eelink_packet *p, struct bytes *b, struct gate_report *r)
{
	unsigned bits = (unsigned)bytes_take(b, 1), state;
	struct position spot = { .accuracy_m = -1 };

	if (bits & 1) {
		spot = spot_take(b);
		r->altitude_m = (int16_t)bytes_take(b, 2);
		r->speed_mps = (double)bytes_take(b, 2) / 3.6;
		r->course_deg = (double)bytes_take(b, 2);
		r->satellites = (int)bytes_take(b, 1);
	}
	radio_skip(bits, b);
	if (p->kind == 0x14)
		alarm_take(b, r);
	if (p->kind == 0x15)
		bytes_take(b, 1);
	if (p->kind != 0x12 && p->kind != 0x14 && p->kind != 0x15)
		return;
	state = (unsigned)bytes_take(b, 2);
	if (state & 1 && !b->is_short)
		r->position = spot;
	if (p->kind != 0x12)
		return;
	bytes_cut(b, 14); /* battery mV, inputs, odometer, counters */
	r->steps = (int64_t)bytes_take(b, 2);
	if (b->is_short)
		r->steps = -1;
}

void
eelink_place(const struct eelink_packet *p, struct gate_report *r)
{
	struct bytes b = { .rest = p->body };
	int64_t s = (int64_t)bytes_take(&b, 4);

	r->device_time_ms = b.is_short || !s ? TIME_NONE : s * 1000;
	if (p->kind < 0x10)
		old_place(p, &b, r);
	else
		new_place(p, &b, r);
}

/* --- out ---------------------------------------------------------------------------
 */

/* Turned left by one, and the next byte added. */
static uint16_t
sum_of(struct span s)
{
	uint16_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = (uint16_t)((v << 1 | v >> 15) + (uint8_t)s.p[i]);
	return v;
}

void
eelink_write(struct gate_out *out, struct span imei, uint8_t kind, uint16_t seq,
	     struct span body)
{
	char msg[512], *at = msg + WRAP;
	size_t n;

	if (body.n > sizeof msg - WRAP - IMEI - HEAD - 2)
		return;
	if (imei.n == IMEI) {
		memcpy(at, imei.p, IMEI);
		at += IMEI;
	}
	memcpy(at, "gg", 2);
	at[2] = (char)kind;
	bytes_put(at + 3, body.n + 2, 2);
	bytes_put(at + 5, seq, 2);
	if (body.n)
		memcpy(at + 7, body.p, body.n);
	n = (size_t)(at + 7 - (msg + WRAP)) + body.n;
	if (imei.n == IMEI) {
		memcpy(msg, "EL", 2);
		bytes_put(msg + 2, n + 2, 2);
		bytes_put(msg + 4, sum_of((struct span){ msg + WRAP, n }), 2);
		gate_reply(out, (struct span){ msg, n + WRAP });
		return;
	}
	gate_reply(out, (struct span){ msg + WRAP, n });
}
