/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trackers of the GT06 family (Concox, Jimi, Wanway, Benway, Seeworld …), TCP 5023.
 * Source: vendor documents (JM-VL03 1.1.2, GT06 1.8), behaviour of Traccar,
 * captures. More in docs/protocols/gt06.md.
 *
 *   78 78 len8 kind body serial16 crc16 0D 0A, or 79 79 len16 …
 *   len from kind to crc; crc CRC-16/X-25 from len to serial
 * 01 login: IMEI BCD8 [type u16, zone: hhmm in bits 15-4, bit 3 west]
 * place: YY MM DD hh mm ss, satellites in the low nibble, lat u32, lon u32 by
 *   1,800,000, km/h u8, flags u16: 0-9 course, 10 north, 11 west, 12 fixed
 * cell: MCC u16 (bit 15: MNC u16, else u8), LAC u16, CID u24
 * 16 26: place, cell length, cell, state, voltage 0-6 or %, GSM, alarm, language
 * 27 A4: the same and a fence; 19 A5: without place; 13 23 36: state … alone
 * 22: place, cell, ACC, why (7 a key), sent again; 95: clock, lat, lon, flags, event
 * 70 (long): tags u16 len u16; 15 21: what an order gave; 8A: what time is it
 * state: bits 5-3: 1 vibration, 2 power cut, 3 low battery, 4 SOS, 7 taken off
 * Orders are texts in kind 80. None that listens (MONITOR) is ever written here.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/bytes.h"
#include "gate/wire/gt06.h"
#include "gate/wire/pick.h"

#include <stdio.h>
#include <stdlib.h>

#define LIVE_MS (5 * 60000) /* so near to now a clock's zone can be told */
#define CALLS (GATE_SOS | GATE_FALL | GATE_CRASH | GATE_GENERAL)

struct gt06_state {
	char id[20];
	int zone_ms;
	bool is_utc; /* it was seen that it tells UTC, whatever zone it claims */
};

static const unsigned state_alarms[8] = {
	[1] = GATE_VIBRATION, [2] = GATE_POWER_CUT, [3] = GATE_LOW_BATTERY,
	[4] = GATE_SOS,       [7] = GATE_REMOVED,
};

/* Models differ above 08; what is not here is shown as another alarm. */
static const unsigned byte_alarms[256] = {
	[0x01] = GATE_SOS,         [0x02] = GATE_POWER_CUT, [0x03] = GATE_VIBRATION,
	[0x04] = GATE_FENCE_IN,    [0x05] = GATE_FENCE_OUT, [0x06] = GATE_OVERSPEED,
	[0x09] = GATE_VIBRATION,   [0x0c] = GATE_TAMPER,    [0x0e] = GATE_LOW_BATTERY,
	[0x0f] = GATE_LOW_BATTERY, [0x13] = GATE_TAMPER,    [0x14] = GATE_DOOR,
	[0x15] = GATE_LOW_BATTERY, [0x18] = GATE_REMOVED,   [0x19] = GATE_LOW_BATTERY,
	[0x23] = GATE_FALL,        [0x25] = GATE_TAMPER,    [0x2c] = GATE_CRASH,
	[0x32] = GATE_REMOVED,
};

/* Of dashcams, kind 95. */
static unsigned
event_alarms(unsigned event)
{
	return event == 0x01   ? GATE_SOS
	       : event == 0x80 ? GATE_VIBRATION
	       : event == 0x87 ? GATE_OVERSPEED
	       : event == 0x93 ? GATE_CRASH
			       : GATE_OTHER;
}

/* --- time ------------------------------------------------------------------------ */

/* Some firmware tells the time of the zone it told at login, most UTC. */
static int64_t
clock_utc(struct gt06_state *st, const uint8_t clock[6], int64_t now_ms)
{
	int64_t ms = bytes_time(clock);

	if (ms == TIME_NONE || !st->zone_ms)
		return ms;
	if (llabs(ms - now_ms) < LIVE_MS)
		st->is_utc = true;
	else if (llabs(ms - st->zone_ms - now_ms) < LIVE_MS)
		st->is_utc = false;
	return st->is_utc ? ms : ms - st->zone_ms;
}

static void
login(struct gt06_state *st, struct span body)
{
	struct bytes b = { .rest = body };
	char digits[20];
	int zone;

	bytes_hex(bytes_cut(&b, 8), digits, sizeof digits);
	snprintf(st->id, sizeof st->id, "%s", digits + (*digits == '0'));
	st->zone_ms = 0;
	st->is_utc = false;
	bytes_take(&b, 2);
	zone = (int)bytes_take(&b, 2);
	if (b.is_short || (zone >> 4) > 1400)
		return;
	st->zone_ms = ((zone >> 4) / 100 * 60 + (zone >> 4) % 100) * 60000;
	if (zone & 8)
		st->zone_ms = -st->zone_ms;
}

/* --- reports --------------------------------------------------------------------- */

/* False: it is not whole. */
static bool
status_parse(struct span s, struct gate_report *r)
{
	struct bytes b = { .rest = s };
	unsigned state = (unsigned)bytes_take(&b, 1), volt, gsm, alarm;

	volt = (unsigned)bytes_take(&b, 1);
	gsm = (unsigned)bytes_take(&b, 1);
	alarm = (unsigned)bytes_take(&b, 1);
	if (b.is_short)
		return false;
	r->battery_pct = volt <= 6     ? (int)(volt * 100 / 6)
			 : volt <= 100 ? (int)volt
				       : -1;
	r->signal_pct = gsm <= 4 ? (int)gsm * 25 : gsm <= 100 ? (int)gsm : -1;
	r->alarms |= state_alarms[state >> 3 & 7];
	if (alarm && alarm != 0xff && alarm != 0xfe) /* those are the ignition's */
		r->alarms |= byte_alarms[alarm] ? byte_alarms[alarm] : GATE_OTHER;
	return true;
}

/* An alarm that does not tell which is one all the same. */
static void
alarm_parse(struct span status, struct gate_report *r)
{
	if (!status_parse(status, r))
		r->alarms |= GATE_GENERAL;
}

/* State comes first in all of them; what follows differs by model. */
static void
heartbeat_parse(const struct gt06_message *m, struct gate_report *r)
{
	if (m->kind == 0x13 && m->body.n == 5)
		status_parse(m->body, r);
	else if (m->body.n)
		r->alarms = state_alarms[(uint8_t)*m->body.p >> 3 & 7];
	r->kind = r->alarms ? GATE_READING : GATE_ALIVE;
}

static void
place_set(const struct gt06_place *g, struct gate_report *r)
{
	r->kind = g->position.is_set ? GATE_FIX : GATE_READING;
	r->position = g->position;
	r->speed_mps = g->speed_mps;
	r->course_deg = g->course_deg;
	r->satellites = g->satellites;
}

static void
tags_report(const struct gt06_message *m, struct gate_report *r)
{
	struct gt06_place g;
	unsigned event = 0;

	r->kind = GATE_READING;
	if (gt06_tags(m->body, &g, &r->device_time_ms, &event))
		place_set(&g, r);
	r->alarms = event == 1 ? GATE_SOS : event == 0x12 ? GATE_REMOVED : 0;
}

static void
event_report(const struct gt06_message *m, size_t at, struct gate_report *r)
{
	r->alarms =
		at < m->body.n ? event_alarms((uint8_t)m->body.p[at]) : GATE_GENERAL;
}

/* "…Success!": what an order gave. We wrote its kind into the flag. */
static void
answer_report(const struct gt06_message *m, struct gate_report *r)
{
	struct bytes b = { .rest = m->body };
	size_t tail = m->kind == 0x15 ? 2 : 0; /* language */

	bytes_take(&b, m->kind == 0x15 ? 1 : 0);
	r->acks = (enum gate_order_kind)bytes_take(&b, 2);
	if (r->acks > GATE_CONFIRM)
		r->acks = 0;
	bytes_take(&b, m->kind == 0x15 ? 2 : 3); /* serial, encoding */
	b.rest.n -= b.rest.n > tail ? tail : b.rest.n;
	r->kind = GATE_ORDER_ACK;
	pick_copy(r->text, sizeof r->text, b.rest);
	if (!utf8_is_valid(span_of(r->text)))
		*r->text = 0;
	r->is_refused = strcasestr(r->text, "fail") || strcasestr(r->text, "error") ||
			strcasestr(r->text, "invalid");
}

static void
report(struct gt06_state *st, const struct gt06_message *m, int64_t now_ms,
       struct gate_report *r)
{
	struct gt06_place g;
	bool is_key = false, is_old = false;

	if (gt06_place(m, &g)) {
		place_set(&g, r);
		r->device_time_ms = clock_utc(st, g.clock, now_ms);
		if (gt06_is_alarm(m->kind))
			alarm_parse(gt06_status(m, g.end), r);
		gt06_why(m, g.end, &is_key, &is_old);
		if (is_key)
			r->alarms |= GATE_GENERAL;
		if (is_old && r->kind == GATE_FIX)
			r->kind = GATE_STORED_FIX;
		if (m->kind == 0x95)
			event_report(m, g.end, r);
	} else if (gt06_is_cells(m->kind) && m->body.n >= 6) {
		r->kind = GATE_READING;
		r->device_time_ms = clock_utc(st, (const uint8_t *)m->body.p, now_ms);
	} else if (m->kind == 0x95) {
		event_report(m, 6, r);
	} else if (m->kind == 0x70 && m->is_long) {
		tags_report(m, r);
	} else if (m->kind == 0x15 || m->kind == 0x21) {
		answer_report(m, r);
	} else if (m->kind == 0x13 || m->kind == 0x23 || m->kind == 0x36) {
		heartbeat_parse(m, r);
	} else if (gt06_is_alarm(m->kind)) {
		/* No place in it, or a layout that nobody told us. */
		if (m->kind == 0x19 || m->kind == 0xa5)
			alarm_parse(gt06_status(m, 0), r);
		else if (m->kind == 0xa3)
			alarm_parse(m->body, r);
		else
			r->alarms = GATE_GENERAL;
	}
	if (r->alarms &&
	    (gt06_is_alarm(m->kind) || m->kind == 0x95 || r->alarms & CALLS)) {
		r->kind = GATE_ALARM;
		pick_key(r, m->body);
	}
}

static int
gt06_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct gt06_state *st = state;
	struct gt06_message m;
	struct gate_report *r;

	if (!gt06_parse(in->msg, &m))
		return ERR_SYNTAX;
	if (m.kind == 0x01 && m.body.n >= 8)
		login(st, m.body);
	if (m.kind == 0x94 && !*st->id && m.body.n >= 9 && *m.body.p == 0x0a)
		login(st, (struct span){ m.body.p + 1, 8 });
	r = gate_report_add(out, m.kind == 0x01 ? GATE_HELLO : GATE_UNKNOWN, st->id);
	if (m.kind != 0x01)
		report(st, &m, in->now_ms, r);
	if (m.kind == 0x99 && in->msg.n == 6) { /* a Topin device, at the wrong door */
		r->kind = GATE_ALARM;
		r->alarms = GATE_SOS;
	}
	gt06_answer(&m, in->now_ms, out);
	return 0;
}

static int
gt06_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	char body[64] = { 0 };
	int n;

	(void)state;
	bytes_put(body + 1, (uint64_t)order->kind << 16 | order->serial, 4);
	if (order->kind == GATE_LOCATE_NOW)
		n = snprintf(body + 5, 56, "WHERE#");
	else if (order->kind == GATE_INTERVAL)
		n = snprintf(body + 5, 56, "TIMER,%d,%d#",
			     order->seconds < 10 ? 10 : order->seconds,
			     order->seconds < 10 ? 10 : order->seconds);
	else
		return ERR_UNSUPPORTED;
	body[0] = (char)(n + 4);
	gt06_write(out, false, 0x80, order->serial,
		   (struct span){ body, (size_t)n + 5 });
	return 0;
}

const struct gate_driver gate_driver_gt06 = {
	.name = "gt06",
	.port = 5023,
	.wire = GATE_TCP,
	.state = sizeof(struct gt06_state),
	.frame = gt06_frame,
	.decode = gt06_decode,
	.encode = gt06_encode,
};
