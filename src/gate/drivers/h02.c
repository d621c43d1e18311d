/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H02 trackers and watches, TCP and UDP 5013. Source: behaviour of Traccar, captures.
 * More in docs/protocols/h02.md.
 *
 *   *HQ,ID,V1,hhmmss,A|0|V,lat,N|S,lon,E|W,knots,course,ddmmyy,STATUS,…#
 *   *HQ,ID,LINK,hhmmss,gsm,satellites,battery,steps,turns,ddmmyy,STATUS#
 *   *HQ,ID,NBR|V3,hhmmss,cells…,ddmmyy,STATUS[,battery]#
 *   V19 has three fields between ddmmyy and STATUS; VP1 no clock, and V: cells alone
 *   $ or X: ID BCD5 (of $ perhaps 8), hhmmss ddmmyy BCD, lat BCD4, battery u8, lon BCD
 * 9 digits and flags (2 fixed, 4 north, 8 east), knots and course 3 digits each, STATUS
 * u32, … lat DDMM.MMMM and lon DDDMM.MMMM, the point may be missing. $ has 32 or 45
 * bytes (42 with the long ID) and does not say how many: all that is read stands in the
 * first. STATUS is low where something is: bit 0 vibration, 1 and 18 SOS, 2 overspeed,
 * 19 power cut. All are looked at: vibration must not hide an SOS.
 */
#include "base/err.h"
#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/h02.h"
#include "gate/wire/pick.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define MPS_PER_KNOT (1852.0 / 3600)

struct h02_state {
	char id[24], maker[12];
};

static unsigned
status_alarms(uint32_t low)
{
	low = ~low;
	return (low & (1u << 1 | 1u << 18) ? GATE_SOS : 0) |
	       (low & 1u ? GATE_VIBRATION : 0) | (low & 1u << 2 ? GATE_OVERSPEED : 0) |
	       (low & 1u << 19 ? GATE_POWER_CUT : 0);
}

/* Steps of old firmware, or percent. */
static int
battery(int v)
{
	return v <= 0     ? -1
	       : v <= 3   ? (v - 1) * 10
	       : v <= 6   ? (v - 1) * 20
	       : v <= 100 ? v
			  : -1;
}

/* --- reports -------------------------------------------------------------------------
 */

/* "3514.4088", "37573392": minutes have two digits before the point, and without a
 * point degrees have n. */
static double
degrees(struct span s, size_t n)
{
	ptrdiff_t point;
	double v;

	s = span_trim(s);
	point = span_find(s, '.');
	if (point > 2)
		n = (size_t)point - 2;
	v = pick_double(span_skip(s, n));
	if (point < 0 && s.n > n + 2)
		v /= pow(10, (double)(s.n - n) - 2);
	return v >= 0 && v < 60 ? pick_double((struct span){ s.p, n }) + v / 60 : NAN;
}

static void
kind_set(struct gate_report *r, struct span content)
{
	if (r->alarms & GATE_SOS) {
		r->kind = GATE_ALARM;
		pick_key(r, content);
	} else if (r->position.is_set) {
		r->kind = GATE_FIX;
	}
}

/* STATUS stands `behind` fields behind the date, and looks like many a cell's number.
 * Of a place the date is the first field of six digits; cells come before theirs, which
 * is then the last. */
static void
tail_parse(struct span rest, struct span clock, int64_t now_ms, bool is_last,
	   int behind, struct gate_report *r)
{
	bool has_date = false;
	int wait = -1; /* fields until STATUS */

	for (; rest.n; wait--) {
		struct span s = span_trim(span_cut(&rest, ','));
		int64_t ms = pick_ddmmyy(s, clock, now_ms);
		uint32_t status;

		if (wait == 0 && s.n == 8 && pick_hex(s, &status)) {
			r->alarms = status_alarms(status);
			if (!is_last)
				return;
		}
		if (has_date && !is_last)
			continue;
		if (s.n == 6 ? pick_int(s, 0, 999999) >= 0 : !s.n && !is_last)
			wait = 1 + behind;
		has_date |= s.n == 6;
		if (ms != TIME_NONE) {
			r->device_time_ms = ms;
			r->alarms = 0;
		}
	}
}

static void
place_parse(struct span rest, struct span clock, int64_t now_ms, int behind,
	    struct gate_report *r)
{
	struct span valid = span_trim(span_cut(&rest, ','));
	double lat = degrees(span_cut(&rest, ','), 2), lon;

	if (pick_is_word(span_cut(&rest, ','), "S"))
		lat = -lat;
	lon = degrees(span_cut(&rest, ','), 3);
	if (pick_is_word(span_cut(&rest, ','), "W"))
		lon = -lon;
	r->speed_mps = pick_within(span_cut(&rest, ','), 0, 1000) * MPS_PER_KNOT;
	r->course_deg = pick_within(span_cut(&rest, ','), 0, 360);
	if ((span_is_z(valid, "A") || span_is_z(valid, "0")) &&
	    pick_position(lat, lon, &r->position))
		r->position.accuracy_m = -1;
	tail_parse(rest, clock, now_ms, false, behind, r);
}

static void
time_print(char to[16], const char *format, int64_t now_ms)
{
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;

	strftime(to, 16, format, gmtime_r(&t, &tm));
}

static int
text_decode(struct h02_state *st, const struct gate_in *in, struct gate_out *out)
{
	struct span rest = span_skip(in->msg, 1), word, clock;
	struct gate_report *r;
	char now[16] = "";

	rest.n -= rest.n && rest.p[rest.n - 1] == '#';
	pick_copy(st->maker, sizeof st->maker, span_cut(&rest, ','));
	pick_copy(st->id, sizeof st->id, span_cut(&rest, ','));
	word = span_trim(span_cut(&rest, ','));
	r = gate_report_add(out, GATE_READING, st->id);
	if (!word.n || span_is_z(word, "XT") || span_is_z(word, "V0") ||
	    span_is_z(word, "HTBT")) {
		r->kind = GATE_ALIVE;
		if (span_is_z(word, "V0") || span_is_z(word, "HTBT"))
			gate_reply(out, in->msg);
		return 0;
	}
	if (span_is_z(word, "V4")) { /* what an order gave: its word comes back */
		word = span_cut(&rest, ',');
		r->kind = GATE_ORDER_ACK;
		r->acks = span_is_z(word, "S71") || span_is_z(word, "D1")
				  ? GATE_INTERVAL
				  : 0;
		return 0;
	}
	clock = span_is_z(word, "VP1") ? (struct span){ 0 }
				       : span_trim(span_cut(&rest, ','));
	if (span_is_z(word, "LINK")) {
		r->signal_pct = pick_int(span_cut(&rest, ','), 0, 100);
		r->satellites = pick_int(span_cut(&rest, ','), 0, 200);
		r->battery_pct = pick_int(span_cut(&rest, ','), 0, 100);
		r->steps = pick_int(span_cut(&rest, ','), 0, 100000000);
		tail_parse(rest, clock, in->now_ms, true, 0, r);
	} else if (span_is_z(word, "NBR") || span_is_z(word, "V3")) {
		tail_parse(rest, clock, in->now_ms, true, 0, r);
	} else if (span_is_z(word, "VP1") && span_starts(rest, SPAN("V"))) {
		r->kind = GATE_READING;
	} else if (*word.p == 'V') {
		place_parse(rest, clock, in->now_ms, span_is_z(word, "V19") ? 3 : 0, r);
	} else {
		r->kind = GATE_UNKNOWN;
	}
	kind_set(r, in->msg);
	if (span_is_z(word, "V1") || span_is_z(word, "NBR"))
		time_print(now, "%Y%m%d%H%M%S", in->now_ms);
	if (*now)
		gate_reply_printf(out, "*%s,%s,V4,%.*s,%s#", st->maker, st->id,
				  SPAN_ARG(word), now);
	return 0;
}

static int
binary_decode(struct h02_state *st, const struct gate_in *in, struct gate_out *out)
{
	struct bytes b = { .rest = span_skip(in->msg, 1) };
	char id[17], clock[13], lat[9], lon[11], move[7];
	size_t more = h02_id_bytes(in->msg) == 8 ? 3 : 0;
	struct gate_report *r;
	double y, x;
	unsigned flags;
	int volt;

	if (in->msg.n < H02_SHORT + more)
		return ERR_SYNTAX;
	bytes_hex(bytes_cut(&b, 5 + more), id, sizeof id);
	bytes_hex(bytes_cut(&b, 6), clock, sizeof clock);
	bytes_hex(bytes_cut(&b, 4), lat, sizeof lat);
	volt = (int)bytes_take(&b, 1);
	flags = (uint8_t)b.rest.p[4] & 15;
	bytes_hex(bytes_cut(&b, 5), lon, sizeof lon);
	bytes_hex(bytes_cut(&b, 3), move, sizeof move);
	/* An IMEI, behind a 0 or before a digit that fills up. */
	snprintf(st->id, sizeof st->id, "%.15s", id + (more && *id == '0'));
	r = gate_report_add(out, GATE_READING, st->id);
	r->device_time_ms = pick_ddmmyy((struct span){ clock + 6, 6 },
					(struct span){ clock, 6 }, in->now_ms);
	r->battery_pct = battery(volt);
	r->speed_mps = pick_within((struct span){ move, 3 }, 0, 999) * MPS_PER_KNOT;
	r->course_deg = pick_within((struct span){ move + 3, 3 }, 0, 360);
	y = degrees((struct span){ lat, 8 }, 2);
	x = degrees((struct span){ lon, 9 }, 3);
	if (flags & 2 &&
	    pick_position(flags & 4 ? y : -y, flags & 8 ? x : -x, &r->position))
		r->position.accuracy_m = -1;
	r->alarms = status_alarms((uint32_t)bytes_take(&b, 4));
	/* the last counts up */
	kind_set(r, (struct span){ in->msg.p, H02_SHORT + more - 1 });
	return 0;
}

static int
h02_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	if (!in->msg.n || *in->msg.p != '*')
		return binary_decode(state, in, out);
	return text_decode(state, in, out);
}

static int
h02_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	const struct h02_state *st = state;
	char now[16];

	if (order->kind != GATE_INTERVAL)
		return ERR_UNSUPPORTED;
	time_print(now, "%H%M%S", order->now_ms);
	gate_reply_printf(out, "*%s,%s,S71,%s,22,%d#", *st->maker ? st->maker : "HQ",
			  order->identity ? order->identity : st->id, now,
			  order->seconds);
	return 0;
}

const struct gate_driver gate_driver_h02 = {
	.name = "h02",
	.port = 5013,
	.wire = GATE_TCP | GATE_UDP,
	.state = sizeof(struct h02_state),
	.frame = h02_frame,
	.decode = h02_decode,
	.encode = h02_encode,
};
