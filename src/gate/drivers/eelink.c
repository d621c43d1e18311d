/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trackers and pendants of Eelink (TK116, TK319, GPT …), TCP and UDP 5064.
 * Source: behaviour of Traccar, captures. More in docs/protocols/eelink.md.
 *
 *   67 67 kind len16 seq16 body; len from seq on
 *   UDP: "EL" len16 sum16 IMEI BCD8, then such packets; the sum turns left and adds
 * 01 login: IMEI BCD8; answered with time u32, 0001, 00   03 state
 * 02 04 05 06: time u32, lat, lon i32 by 1,800,000, km/h u8, course u16, MCC MNC LAC
 *   u16, cell u24, bit 0 fixed; 04: alarm
 * 12 14 15 16: time u32, what follows: 0 lat lon alt16 km/h16 course16 satellites,
 *   1-3 cells, 4-6 Wi-Fi, 7 both; 14: alarm, 15: why; state, bit 0 fixed; 12: battery
 *   mV, inputs, odometer, counters, steps
 * 07 OBD: time …   80 what an order gave: type, flag u32, text
 * Each is answered with its kind and number, but 02 and 81. Orders are texts in 80.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/eelink.h"
#include "gate/wire/pick.h"

#include <stdio.h>

#define OLD_MS (5 * 60000) /* it waited in the memory of the device */
#define COMMAND 0x80

struct eelink_state {
	char id[24];
	char imei[8]; /* as it came, for the envelope of answers */
	bool is_datagram;
};

static void
name_set(struct eelink_state *st, struct span imei)
{
	char digits[20];

	bytes_hex(imei, digits, sizeof digits);
	snprintf(st->id, sizeof st->id, "%s", digits + (*digits == '0'));
	memcpy(st->imei, imei.p, sizeof st->imei);
}

static struct span
envelope(const struct eelink_state *st)
{
	return (struct span){ st->imei, st->is_datagram ? sizeof st->imei : 0 };
}

static void
place_report(const struct eelink_packet *p, int64_t now_ms, struct gate_report *r)
{
	r->kind = GATE_READING;
	eelink_place(p, r);
	if (r->position.is_set)
		r->kind = r->device_time_ms != TIME_NONE &&
					  now_ms - r->device_time_ms > OLD_MS
				  ? GATE_STORED_FIX
				  : GATE_FIX;
	if (p->kind == 0x04 || p->kind == 0x14) {
		r->kind = GATE_ALARM;
		pick_key(r, p->body);
	}
}

/* The value behind "Lat:" and such, up to what cannot belong to it. */
static struct span
word_find(struct span text, const char *word)
{
	char *at = text.n ? memmem(text.p, text.n, word, strlen(word)) : NULL;
	struct span s = { 0 };

	if (!at)
		return s;
	s = span_skip(text, (size_t)(at - text.p) + strlen(word));
	for (size_t i = 0; i < s.n; i++)
		if (strchr(",\r\nkK", s.p[i])) /* km/h */
			s.n = i;
	return span_trim(s);
}

/* "N31.8", or 'S' and 'W' for less than 0. */
static double
degrees_of(struct span s, char minus)
{
	double v = pick_double(span_skip(s, 1));

	return s.n && *s.p == minus ? -v : v;
}

/* A text, and that of WHERE# holds a place. We wrote the order's kind in the flag. */
static void
answer_report(const struct eelink_packet *p, struct gate_report *r)
{
	struct bytes b = { .rest = p->body };
	struct span text;

	bytes_take(&b, 1);
	r->kind = GATE_ORDER_ACK;
	r->acks = (enum gate_order_kind)bytes_take(&b, 2);
	if (r->acks > GATE_CONFIRM)
		r->acks = 0;
	bytes_take(&b, 2);
	text = b.rest;
	pick_copy(r->text, sizeof r->text, text);
	if (!utf8_is_valid(span_of(r->text)))
		*r->text = 0;
	r->is_refused = strcasestr(r->text, "error") || strcasestr(r->text, "fail") ||
			strcasestr(r->text, "invalid");
	if (!pick_position(degrees_of(word_find(text, "Lat:"), 'S'),
			   degrees_of(word_find(text, "Lon:"), 'W'), &r->position))
		return;
	r->position.accuracy_m = -1;
	r->speed_mps = pick_within(word_find(text, "Speed:"), 0, 1000) / 3.6;
	r->course_deg = pick_within(word_find(text, "Course:"), 0, 360);
	r->device_time_ms = pick_timestamp(word_find(text, "Time:"));
}

static void
packet_decode(struct eelink_state *st, const struct eelink_packet *p, int64_t now_ms,
	      struct gate_out *out)
{
	struct gate_report *r;

	if (p->kind == 0x01 && p->body.n >= 8)
		name_set(st, (struct span){ p->body.p, 8 });
	r = gate_report_add(out, GATE_UNKNOWN, st->id);
	if (!r)
		return;
	if (p->kind == 0x01)
		r->kind = GATE_HELLO;
	else if (p->kind == 0x03)
		r->kind = GATE_ALIVE;
	else if (p->kind == COMMAND)
		answer_report(p, r);
	else if (p->kind == 0x02 || (p->kind >= 0x04 && p->kind <= 0x06) ||
		 (p->kind >= 0x12 && p->kind <= 0x19))
		place_report(p, now_ms, r);
	else if (p->kind == 0x07)
		r->kind = GATE_READING;
}

static void
packet_answer(const struct eelink_state *st, const struct eelink_packet *p,
	      int64_t now_ms, struct gate_out *out)
{
	char hello[7] = { 0, 0, 0, 0, 0, 1, 0 };

	if (p->kind == 0x02 || p->kind == 0x81)
		return;
	bytes_put(hello, (uint64_t)(now_ms / 1000), 4);
	eelink_write(out, envelope(st), p->kind, p->seq,
		     (struct span){ hello, p->kind == 0x01 ? sizeof hello : 0 });
}

static int
eelink_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct eelink_state *st = state;
	struct span rest = in->msg, imei = eelink_unwrap(&rest);
	struct eelink_packet p;
	size_t n = 0;

	if (imei.p)
		name_set(st, imei);
	st->is_datagram = in->is_datagram && imei.p;
	for (; eelink_packet(&rest, &p); n++) {
		packet_decode(st, &p, in->now_ms, out);
		packet_answer(st, &p, in->now_ms, out);
	}
	return n ? 0 : ERR_SYNTAX;
}

static int
eelink_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	const struct eelink_state *st = state;
	char body[256];
	int n, seconds = order->seconds < 10 ? 10 : order->seconds;

	body[0] = order->kind == GATE_TEXT ? 2 : 1;
	bytes_put(body + 1, (uint64_t)order->kind << 16 | order->serial, 4);
	if (order->kind == GATE_LOCATE_NOW)
		n = snprintf(body + 5, 250, "WHERE#");
	else if (order->kind == GATE_INTERVAL)
		n = snprintf(body + 5, 250, "TIMER,%d#", seconds);
	else if (order->kind == GATE_TEXT && order->text.n < 250)
		n = snprintf(body + 5, 250, SPAN_FMT, SPAN_ARG(order->text));
	else
		return order->kind == GATE_TEXT ? ERR_TOO_BIG : ERR_UNSUPPORTED;
	eelink_write(out, envelope(st), COMMAND, order->serial,
		     (struct span){ body, (size_t)n + 5 });
	return 0;
}

const struct gate_driver gate_driver_eelink = {
	.name = "eelink",
	.port = 5064,
	.wire = GATE_TCP | GATE_UDP,
	.state = sizeof(struct eelink_state),
	.frame = eelink_frame,
	.decode = eelink_decode,
	.encode = eelink_encode,
};
