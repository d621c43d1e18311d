/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JT/T 808: vehicles, dashcams, many body-worn cameras and watches, TCP 5015.
 * Source: JT/T 808-2013 and -2019, behaviour of Traccar, captures. More in
 * docs/protocols/jt808.md.
 *
 *   7E kind u16, attributes u16, [version u8,] phone BCD6 (2019: BCD10), serial u16,
 *   [total u16, index u16,] body, sum (XOR) 7E; 7E as 7D 02, 7D as 7D 01
 *   or framed by E7, and phone BCD7: wire/jt808_frame.c
 * attributes: 0-9 length, 10-12 in a cipher, 13 in parts, 14 of 2019. No decimal phone:
 * a packed IMEI place: alarms u32, status u32 (1 fix, 2 south, 3 west), lat u32, lon
 * u32 by 1,000,000, altitude, km/h by 10, course u16, time BCD6 (GMT+8), tags u8 len u8
 * 0200 place; 0201 order's serial, place; 0704 count u16, 1: kept, {len u16, place};
 *   all may come in parts: jt808_parts.c
 * 0801 media: jt808_media.c; 0100 register, 0102 authenticate, 0002 alive,
 * 0001 serial, kind, result of an order; 5501 (locks): decimals, see jt808_lock()
 * Alarm bit 0 stays until 8203. No order that listens or looks is ever written here.
 */
#include "base/err.h"
#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/jt808.h"
#include "gate/wire/pick.h"

#include <stdio.h>
#include <stdlib.h>

#define GMT8_MS (8 * 3600000)
#define LIVE_MS (5 * 60000)
#define CALLS (GATE_SOS | GATE_CRASH)

struct jt808_state {
	char id[GATE_IDENTITY_MAX];
	uint8_t phone[JT808_PHONE_MAX], phone_n, version;
	bool is_utc;         /* this device does not tell GMT+8 */
	uint16_t sos_serial; /* of the message that first called */
	int64_t sos_ms;      /* 0: it does not call */
	struct jt808_media media;
	struct jt808_parts parts;
};

/* GMT+8, but what is now in UTC is that. */
static int64_t
clock_utc(struct jt808_state *st, int64_t ms, int64_t now_ms)
{
	if (ms == TIME_NONE)
		return ms;
	if (llabs(ms - now_ms) < LIVE_MS)
		st->is_utc = true;
	else if (llabs(ms - GMT8_MS - now_ms) < LIVE_MS)
		st->is_utc = false;
	return st->is_utc ? ms : ms - GMT8_MS;
}

static void
kind_set(struct jt808_state *st, unsigned serial, bool is_old, struct span all,
	 struct gate_report *r)
{
	r->kind = !r->position.is_set ? GATE_READING
		  : is_old            ? GATE_STORED_FIX
				      : GATE_FIX;
	if (!(r->alarms & GATE_SOS) && !is_old)
		st->sos_ms = 0;
	if (!(r->alarms & CALLS))
		return;
	r->kind = GATE_ALARM;
	pick_key(r, all);
	if (!(r->alarms & GATE_SOS) || !*r->key || is_old)
		return;
	/* The bit stays until it is confirmed: one call, however many messages. */
	if (!st->sos_ms) {
		st->sos_ms = r->device_time_ms;
		st->sos_serial = (uint16_t)serial;
	}
	snprintf(r->key, sizeof r->key, "%lld-sos", (long long)(st->sos_ms / 1000));
}

static void
place_report(struct jt808_state *st, unsigned serial, struct span all, bool is_old,
	     int64_t now_ms, struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_UNKNOWN, st->id);

	if (!r || !jt808_place(all, r))
		return;
	r->device_time_ms = clock_utc(st, r->device_time_ms, now_ms);
	kind_set(st, serial, is_old, all, r);
}

/* --- in parts ------------------------------------------------------------------------
 */

/* A call does not wait for the rest: the first part tells it, the others what their
 * tags tell. False: one is missing. */
static bool
place_decode(struct jt808_state *st, const struct jt808_message *m, struct span body,
	     int64_t now_ms, struct gate_out *out)
{
	char joined[JT808_JOINED_MAX], kept[JT808_KEPT_MAX];
	enum jt808_next next = jt808_part_next(&st->parts, m, out);
	bool is_more = st->parts.kept_n >= JT808_PLACE_BYTES;
	struct span all;

	if (next != JT808_HERE)
		return next == JT808_AGAIN;
	all = jt808_part_join(&st->parts, body, joined);
	place_report(st, m->serial, all, is_more, now_ms, out);
	if (is_more && out->reports[out->n_reports - 1].kind == GATE_STORED_FIX)
		out->reports[out->n_reports - 1].kind = GATE_READING;
	jt808_part_keep(&st->parts, m,
			(struct span){ kept, jt808_place_keep(all, kept) });
	return true;
}

/* Reports the whole records at the head of s; what is left is returned. */
static struct span
records_take(struct jt808_state *st, unsigned serial, struct span s, int64_t now_ms,
	     struct gate_out *out)
{
	for (;;) {
		struct bytes b = { .rest = s };
		size_t n = bytes_take(&b, 2);
		struct span record = bytes_cut(&b, n);

		if (b.is_short)
			return s;
		place_report(st, serial, record, st->parts.is_old, now_ms, out);
		s = b.rest;
	}
}

/* A record may lie across two parts. False: one is missing. */
static bool
batch_decode(struct jt808_state *st, const struct jt808_message *m, int64_t now_ms,
	     struct gate_out *out)
{
	enum jt808_next next = jt808_part_next(&st->parts, m, out);
	char joined[JT808_JOINED_MAX];
	struct span s = m->body;

	if (next != JT808_HERE)
		return next == JT808_AGAIN;
	if (m->index <= 1) {
		st->parts.is_old = s.n > 2 && s.p[2] == 1;
		s = span_skip(s, 3);
	}
	s = jt808_part_join(&st->parts, s, joined);
	jt808_part_keep(&st->parts, m, records_take(st, m->serial, s, now_ms, out));
	return true;
}

/* --- messages ------------------------------------------------------------------------
 */

static void
ack_report(struct jt808_state *st, const struct jt808_message *m, struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_ORDER_ACK, st->id);
	struct bytes b = { .rest = span_skip(m->body, 2) };
	unsigned result;

	if (!r)
		return;
	r->acks = m->kind == 0x0201 ? GATE_LOCATE_NOW
				    : jt808_order_of((unsigned)bytes_take(&b, 2));
	result = m->kind == 0x0201 ? 0 : (unsigned)bytes_take(&b, 1);
	r->is_refused = result != 0 && result != 4;
	if (r->acks == GATE_CONFIRM && !r->is_refused)
		st->sos_ms = 0; /* its light is out: the bit is a new press again */
	if (m->kind == 0x0001 && b.is_short)
		r->kind = GATE_UNKNOWN;
}

static bool
message_decode(struct jt808_state *st, const struct jt808_message *m, int64_t now_ms,
	       struct gate_out *out)
{
	struct gate_report *r;

	if (m->is_secret) {
		r = gate_report_add(out, GATE_UNKNOWN, st->id);
		snprintf(r->text, sizeof r->text, "encrypted, and no key fits");
	} else if (m->kind == 0x0200 && m->total <= 1) { /* nearly always so */
		place_report(st, m->serial, m->body, false, now_ms, out);
	} else if (m->kind == 0x0200) {
		return place_decode(st, m, m->body, now_ms, out);
	} else if (m->kind == 0x0704) {
		return batch_decode(st, m, now_ms, out);
	} else if (m->kind == 0x0201) {
		if (m->index <= 1)
			ack_report(st, m, out);
		return place_decode(st, m, span_skip(m->body, m->index <= 1 ? 2 : 0),
				    now_ms, out);
	} else if (m->index > 1) {
		/* What stands at its head stood in the first part. */
	} else if (m->kind == 0x0001) {
		ack_report(st, m, out);
	} else if (m->kind == 0x0801) {
		struct span place = span_skip(m->body, 8);

		place.n = place.n < JT808_PLACE_BYTES ? place.n : JT808_PLACE_BYTES;
		place_report(st, m->serial, place, true, now_ms, out);
	} else if (m->kind == 0x5501 &&
		   (r = gate_report_add(out, GATE_UNKNOWN, st->id))) {
		jt808_lock(m, now_ms, r);
	} else if (m->kind == 0x0900 &&
		   (r = gate_report_add(out, GATE_UNKNOWN, st->id))) {
		if (jt808_passed(m->body, r))
			r->device_time_ms = clock_utc(st, r->device_time_ms, now_ms);
	}
	if (!out->n_reports)
		gate_report_add(out,
				m->kind == 0x0100 || m->kind == 0x0102 ? GATE_HELLO
				: m->kind == 0x0002                    ? GATE_ALIVE
								       : GATE_UNKNOWN,
				st->id);
	return true;
}

static int
jt808_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct jt808_state *st = state;
	struct jt808_message m;

	if (in->msg.n && *in->msg.p == '(') {
		jt808_text(in, gate_report_add(out, GATE_UNKNOWN, st->id), out);
		return 0;
	}
	if (!jt808_parse(in->msg, &m))
		return ERR_SYNTAX;
	jt808_identity(&m, st->id);
	memcpy(st->phone, m.phone, sizeof st->phone);
	st->phone_n = (uint8_t)m.phone_n;
	st->version = m.version;
	if (message_decode(st, &m, in->now_ms, out))
		jt808_answer(&m, out);
	if (m.kind == 0x0801 && !m.is_secret)
		jt808_media_take(&st->media, &m, in->msg, out);
	return 0;
}

static void
jt808_media_told(const void *state, const struct gate_media *media,
		 const uint16_t *missing, size_t n, struct gate_out *out)
{
	const struct jt808_state *st = state;
	struct jt808_message m = { .phone_n = st->phone_n, .version = st->version };

	memcpy(m.phone, st->phone, sizeof m.phone);
	jt808_media_answer(&st->media, &m, media, missing, n, out);
}

/* --- orders --------------------------------------------------------------------------
 */

static int
jt808_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	const struct jt808_state *st = state;
	struct jt808_message m = { .phone_n = st->phone_n, .version = st->version };
	char body[JT808_ORDER_MAX];
	unsigned kind;
	int n;

	memcpy(m.phone, st->phone, sizeof m.phone);
	if (!st->phone_n) /* its number, as it writes it, is not known yet */
		return ERR_UNSUPPORTED;
	n = jt808_order(order, st->phone_n == 10, st->sos_serial, &kind, body);
	if (n < 0)
		return n;
	jt808_write(out, &m, kind, order->serial, (struct span){ body, (size_t)n });
	return 0;
}

const struct gate_driver gate_driver_jt808 = {
	.name = "jt808",
	.port = 5015,
	.wire = GATE_TCP | GATE_LASTING,
	.state = sizeof(struct jt808_state),
	.frame = jt808_frame,
	.decode = jt808_decode,
	.encode = jt808_encode,
	.media_open = jt808_media_open,
	.media_answer = jt808_media_told,
};
