/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pendants, watches and locators of ZhongXun Topin (ZX303, ZX612, 365GPS), TCP 5199.
 * Source: behaviour of Traccar and of other public servers, captures. More in
 * docs/protocols/topin.md.
 *
 *   78 78 len kind body 0D 0A: like GT06, without a serial and a sum. len counts the
 *   kind or not; with Wi-Fi it counts networks; often it is wrong
 * 01 login: IMEI BCD8 …; answered 01, then 30
 * 10 11 (kept): place as of GT06 [alt i16, alarms]; 08 09: clock, lat, lon: degrees
 *   u8, sign u4, millionths u20; twice; km/h, course by 2, satellites; 08 alone: alive
 * 13: battery, firmware, zone, interval [GSM] [temperature u24] [charging] [heart]
 * 17 18 19 1A 69: clock BCD6, len networks, cells [alarms]
 * 30: what time is it   94 90 shaken   99 SOS   98 interval u16
 * alarms: bit 0 shaken, 1 overspeed, 4 low battery
 */
#include "base/err.h"
#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/gt06.h"
#include "gate/wire/pick.h"
#include "gate/wire/topin.h"

#include <stdio.h>
#include <time.h>

struct topin_state {
	char id[20];
};

/* --- reports -----------------------------------------------------------------------
 */

static unsigned
alarms_of(unsigned bits)
{
	return (bits & 1 ? GATE_VIBRATION : 0) | (bits & 2 ? GATE_OVERSPEED : 0) |
	       (bits & 16 ? GATE_LOW_BATTERY : 0) |
	       (bits & ~0x13u & 0xff ? GATE_OTHER : 0);
}

static void
fix_set(bool is_kept, struct gate_report *r)
{
	if (r->position.is_set)
		r->kind = is_kept ? GATE_STORED_FIX : GATE_FIX;
}

static void
place_report(uint8_t kind, struct span body, struct gate_report *r)
{
	struct gt06_place g;
	struct bytes b;

	r->kind = GATE_READING;
	if (!gt06_place(&(struct gt06_message){ .kind = 0x10, .body = body }, &g))
		return;
	r->device_time_ms = bytes_time(g.clock);
	r->position = g.position;
	r->speed_mps = g.speed_mps;
	r->course_deg = g.course_deg;
	r->satellites = g.satellites;
	fix_set(kind == 0x11, r);
	b = (struct bytes){ .rest = span_skip(body, g.end) };
	if (b.rest.n < 3)
		return;
	r->altitude_m = (int16_t)bytes_take(&b, 2);
	r->alarms = alarms_of((unsigned)bytes_take(&b, 1));
}

static double
degrees_take(struct bytes *b)
{
	double whole = (double)bytes_take(b, 1);
	uint32_t part = (uint32_t)bytes_take(b, 3);
	double v = whole + (part & 0xfffff) / 1e6;

	return part & 0xf00000 ? -v : v;
}

/* Kind 09 was kept, and is told not to be a fix. */
static void
second_place(uint8_t kind, struct span body, struct gate_report *r)
{
	struct bytes b = { .rest = body };
	struct span clock = bytes_cut(&b, 6);
	double lat = degrees_take(&b), lon = degrees_take(&b);

	bytes_cut(&b, 8);
	r->kind = GATE_READING;
	if (clock.n == 6)
		r->device_time_ms = bytes_time((const uint8_t *)clock.p);
	r->speed_mps = (double)bytes_take(&b, 1) / 3.6;
	r->course_deg = (double)bytes_take(&b, 1) * 2;
	r->satellites = (int)bytes_take(&b, 1);
	if (b.is_short || kind != 0x08 || !pick_position(lat, lon, &r->position))
		return;
	r->position.accuracy_m = -1;
	fix_set(false, r);
}

static void
state_report(struct span body, struct gate_report *r)
{
	struct bytes b = { .rest = body };
	unsigned battery = (unsigned)bytes_take(&b, 1), signal, heart;

	r->kind = GATE_READING;
	r->battery_pct = battery <= 100 && !b.is_short ? (int)battery : -1;
	snprintf(r->firmware, sizeof r->firmware, "%u", (unsigned)bytes_take(&b, 1));
	bytes_cut(&b, 2);
	signal = (unsigned)bytes_take(&b, 1);
	r->signal_pct = signal <= 100 && !b.is_short ? (int)signal : -1;
	bytes_cut(&b, 4); /* temperature, charging */
	heart = (unsigned)bytes_take(&b, 1);
	r->heart_bpm = heart > 1 && heart < 250 ? (int)heart : -1;
}

static void
wifi_report(struct span msg, struct gate_report *r)
{
	size_t end = topin_wifi_size(msg);

	r->kind = GATE_READING;
	r->device_time_ms = bytes_time_bcd((struct span){ msg.p + TOPIN_BODY, 6 });
	if (end && msg.n == end + 1)
		r->alarms = alarms_of((uint8_t)msg.p[end - 2]);
}

static void
report(struct span msg, uint8_t kind, struct span body, struct gate_report *r)
{
	if (kind == 0x10 || kind == 0x11)
		place_report(kind, body, r);
	else if ((kind == 0x08 && body.n) || kind == 0x09)
		second_place(kind, body, r);
	else if (kind == 0x08 || kind == 0x30 || kind == 0x98)
		r->kind = GATE_ALIVE;
	else if (kind == 0x13)
		state_report(body, r);
	else if (topin_is_wifi(kind) && body.n >= 6)
		wifi_report(msg, r);
	else if (kind == 0x90 || kind == 0x94)
		r->alarms = GATE_VIBRATION;
	else if (kind == 0x99)
		r->alarms = GATE_SOS;
	else if (kind == 0x49)
		r->kind = GATE_ORDER_ACK;
	if (kind == 0x49)
		r->acks = GATE_RING;
	if (kind >= 0x90 && r->alarms)
		r->kind = GATE_ALARM;
}

/* --- out ---------------------------------------------------------------------------
 */

static void
write_time(struct gate_out *out, int64_t now_ms)
{
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;
	char body[7];

	gmtime_r(&t, &tm);
	bytes_put(body, (uint64_t)tm.tm_year + 1900, 2);
	body[2] = (char)(tm.tm_mon + 1);
	body[3] = (char)tm.tm_mday;
	body[4] = (char)tm.tm_hour;
	body[5] = (char)tm.tm_min;
	body[6] = (char)tm.tm_sec;
	topin_write(out, sizeof body, 0x30, (struct span){ body, sizeof body });
}

static void
answer(struct span msg, uint8_t kind, struct span body, int64_t now_ms,
       struct gate_out *out)
{
	unsigned len = (uint8_t)msg.p[2];

	if (kind == 0x01)
		topin_write(out, len, kind, SPAN("\x01"));
	if (kind == 0x01 || kind == 0x30)
		write_time(out, now_ms);
	else if (topin_is_wifi(kind) || kind == 0x10 || kind == 0x11)
		topin_write(out, len, kind,
			    (struct span){ body.p, body.n < 6 ? body.n : 6 });
	else if (kind == 0x13 || kind == 0x98 || kind == 0x99 ||
		 (kind == 0x08 && !body.n))
		topin_write(out, len, kind, body);
}

static int
topin_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct topin_state *st = state;
	struct span msg = in->msg, body;
	struct bytes sum = { .rest = span_skip(msg, msg.n < 4 ? 0 : msg.n - 4) };
	uint8_t kind;

	if (msg.n < TOPIN_BODY + 2 || !topin_is_head(msg))
		return ERR_SYNTAX;
	/* A right sum: that is a GT06 device. */
	if (msg.n >= 10 &&
	    bytes_take(&sum, 2) == bytes_crc_x25((struct span){ msg.p + 2, msg.n - 6 }))
		return ERR_SYNTAX;
	kind = (uint8_t)msg.p[3];
	body = (struct span){ msg.p + TOPIN_BODY, msg.n - TOPIN_BODY - 2 };
	if (kind == 0x01 && body.n >= 8) {
		char digits[20];

		bytes_hex((struct span){ body.p, 8 }, digits, sizeof digits);
		snprintf(st->id, sizeof st->id, "%s", digits + (*digits == '0'));
	}
	report(msg, kind, body,
	       gate_report_add(out, kind == 0x01 ? GATE_HELLO : GATE_UNKNOWN, st->id));
	answer(msg, kind, body, in->now_ms, out);
	return 0;
}

static int
topin_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	int seconds = order->seconds < 10      ? 10
		      : order->seconds > 65535 ? 65535
					       : order->seconds;
	char two[2];

	(void)state;
	bytes_put(two, (uint64_t)seconds, 2);
	if (order->kind == GATE_LOCATE_NOW)
		topin_write(out, 1, 0x80, (struct span){ 0 });
	else if (order->kind == GATE_INTERVAL)
		topin_write(out, 3, 0x98, (struct span){ two, 2 });
	else if (order->kind == GATE_RING)
		topin_write(out, 2, 0x49, SPAN("\x01"));
	else
		return ERR_UNSUPPORTED;
	return 0;
}

const struct gate_driver gate_driver_topin = {
	.name = "topin",
	.port = 5199,
	.wire = GATE_TCP,
	.state = sizeof(struct topin_state),
	.frame = topin_frame,
	.decode = topin_decode,
	.encode = topin_encode,
};
