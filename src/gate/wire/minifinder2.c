/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/minifinder2.h"

#include "base/time.h"
#include "gate/wire/pick.h"

#define SIGN '\xab'
#define HEAD 8
#define BODY_MAX 16384
#define ANSWER 0x7f

/* --- frames ------------------------------------------------------------------------
 */

bool
minifinder2_head(struct bytes *b, struct minifinder2_head *ret)
{
	bytes_take(b, 1);
	ret->flags = (unsigned)bytes_take(b, 1);
	ret->n = bytes_take_le(b, 2);
	ret->crc = (unsigned)bytes_take_le(b, 2);
	ret->seq = (unsigned)bytes_take_le(b, 2);
	return !b->is_short;
}

/* A whole message with a right sum begins here. */
static bool
is_sure(struct span in)
{
	struct bytes b = { .rest = in };
	struct minifinder2_head h;

	if (*in.p != SIGN || !minifinder2_head(&b, &h) || !h.n || b.rest.n < h.n)
		return false;
	b.rest.n = h.n;
	return bytes_crc_xmodem(b.rest) == h.crc;
}

ssize_t
minifinder2_frame(struct span in)
{
	struct bytes b = { .rest = in };
	struct minifinder2_head h;
	const char *sign;

	if (!in.n)
		return 0;
	sign = memchr(in.p, SIGN, in.n);
	if (!sign)
		return -(ssize_t)in.n;
	if (sign != in.p)
		return -(sign - in.p);
	if (!minifinder2_head(&b, &h))
		return 0;
	if (!h.n || h.n > BODY_MAX)
		return -1;
	if (is_sure(in))
		return (ssize_t)(HEAD + h.n);
	/* Its length may be wrong: do not wait past a message that is right. */
	for (size_t i = 1; i < in.n && i < HEAD + h.n; i++)
		if (is_sure(span_skip(in, i)))
			return -(ssize_t)i;
	return in.n >= HEAD + h.n ? (ssize_t)(HEAD + h.n) : 0;
}

/* --- items -------------------------------------------------------------------------
 */

static unsigned
alarms_of(uint32_t bits)
{
	static const unsigned by_bit[32] = {
		[0] = GATE_LOW_BATTERY, [1] = GATE_OVERSPEED, [2] = GATE_FALL,
		[3] = GATE_FALL,        [8] = GATE_POWER_CUT, [9] = GATE_OTHER,
		[10] = GATE_OTHER,      [11] = GATE_OTHER,    [12] = GATE_SOS,
		[13] = GATE_OTHER,      [14] = GATE_OTHER,    [31] = GATE_OTHER,
	};
	unsigned alarms = 0;

	for (unsigned i = 0; i < 32; i++)
		alarms |= bits & 1u << i ? by_bit[i] : 0;
	for (unsigned i = 0; i < 4; i++)
		if (bits & 1u << (4 + i))
			alarms |=
				bits & 1u << (26 + i) ? GATE_FENCE_IN : GATE_FENCE_OUT;
	return alarms || !bits ? alarms : GATE_OTHER;
}

static void
spot_take(struct bytes *b, struct gate_report *r)
{
	double lat = (int32_t)bytes_take_le(b, 4) / 1e7;
	double lon = (int32_t)bytes_take_le(b, 4) / 1e7;

	if (!b->is_short && pick_position(lat, lon, &r->position))
		r->position.accuracy_m = -1;
}

static void
gps_take(struct bytes *b, struct gate_report *r)
{
	struct gate_report was = *r;

	spot_take(b, r);
	r->speed_mps = (double)bytes_take_le(b, 2) / 3.6;
	r->course_deg = (double)bytes_take_le(b, 2);
	r->altitude_m = (int16_t)bytes_take_le(b, 2);
	if (!bytes_take_le(b, 2)) /* no precision: no fix */
		r->position = was.position;
	bytes_take_le(b, 4);
	r->satellites = (int)bytes_take(b, 1);
	if (b->is_short) /* an old firmware may tell less behind the place */
		r->satellites = -1;
}

static int64_t
time_take(struct bytes *b)
{
	int64_t s = (int64_t)bytes_take_le(b, 4);

	return b->is_short || !s ? TIME_NONE : s * 1000;
}

static void
state_take(struct bytes *b, struct gate_report *r)
{
	int64_t ms = time_take(b);
	uint32_t state = (uint32_t)bytes_take_le(b, 4);

	r->device_time_ms = ms != TIME_NONE ? ms : r->device_time_ms;
	if (b->is_short)
		return;
	if (state >> 24 <= 100)
		r->battery_pct = (int)(state >> 24);
	r->signal_pct = (int)(state >> 19 & 31) * 100 / 31;
	if (state & 1u << 7)
		r->kind = GATE_STORED_FIX; /* if it has a place: kind_set */
}

static void
beacon_take(unsigned key, struct bytes *b, struct gate_report *r)
{
	unsigned flags = (unsigned)bytes_take(b, 1);

	bytes_cut(b, key == 0x2a ? 7 : key == 0x28 ? 8 : 9); /* mac, signals, battery */
	if (flags & 0x80)
		spot_take(b, r);
}

static int
reading(struct bytes *b, unsigned max)
{
	unsigned v;

	bytes_take_le(b, 4);
	v = (unsigned)bytes_take(b, 1);
	return b->is_short || v < 2 || v > max ? -1 : (int)v;
}

void
minifinder2_read(unsigned key, struct bytes b, char *id, size_t id_cap,
		 struct gate_report *r)
{
	int64_t at;

	switch (key) {
	case 0x01:
		pick_copy(id, id_cap, span_trim(b.rest));
		break;
	case 0x02:
		r->alarms = alarms_of((uint32_t)bytes_take_le(&b, 4));
		if (b.is_short) /* it calls, and does not say for what */
			r->alarms = GATE_GENERAL;
		at = time_take(&b);
		if (r->device_time_ms == TIME_NONE)
			r->device_time_ms = at;
		break;
	case 0x14:
		r->battery_pct = b.rest.n && (uint8_t)*b.rest.p <= 100 ? *b.rest.p : -1;
		break;
	case 0x20:
		gps_take(&b, r);
		break;
	case 0x23:
	case 0x26:
		bytes_cut(&b, 6); /* of the beacon */
		spot_take(&b, r);
		break;
	case 0x24:
		state_take(&b, r);
		break;
	case 0x25:
		r->device_time_ms = time_take(&b);
		break;
	case 0x27:
		spot_take(&b, r);
		break;
	case 0x28:
	case 0x2a:
	case 0x2c:
		beacon_take(key, &b, r);
		break;
	case 0x30:
		bytes_take_le(&b, 4);
		r->steps = (int64_t)bytes_take_le(&b, 4);
		r->steps = b.is_short ? -1 : r->steps;
		break;
	case 0x40:
		r->heart_bpm = reading(&b, 250);
		break;
	case 0x41:
		r->spo2_pct = reading(&b, 100);
		break;
	default:
		break;
	}
}

bool
minifinder2_item(struct bytes *b, unsigned *ret_key, struct bytes *ret_value)
{
	size_t n = bytes_take(b, 1);
	struct bytes v = { .rest = bytes_cut(b, n) };

	if (!n || !v.rest.n)
		return false;
	*ret_key = (unsigned)bytes_take(&v, 1);
	*ret_value = v;
	return true;
}

void
minifinder2_acknowledge(unsigned seq, struct gate_out *out)
{
	static const char body[3] = { ANSWER, 1, 0 };
	char msg[HEAD + sizeof body] = { SIGN, 0, sizeof body };

	memcpy(msg + HEAD, body, sizeof body);
	bytes_put_le(msg + 4, bytes_crc_xmodem((struct span){ body, sizeof body }), 2);
	bytes_put_le(msg + 6, seq, 2);
	gate_reply(out, (struct span){ msg, sizeof msg });
}
