/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teltonika: vehicle trackers (FMB, FMC …) and personal ones with an alarm button
 * (TMT250, GH5200), TCP and UDP 5027. Source: the maker's public wiki (codecs, data
 * sending parameters), behaviour of Traccar, captures. docs/protocols/teltonika.md.
 *
 * TCP: len16 IMEI, answered 01; then 0 len32 codec count records count crc32,
 *   answered with u32 count. UDP: len16 packet16 01 avl8 len16 IMEI codec …,
 *   answered 0005 packet16 01 avl8 count. FF: a ping.
 * Record of codec 08, 8E, 10: ms u64, priority (2 panic), lon, lat i32 by 1e7, alt
 *   i16, course u16, satellites u8, km/h u16, event, count, then groups of inputs
 *   with 1, 2, 4, 8 bytes. 8E: ids and counts u16 and a group of any length; 10:
 *   ids u16. 07 (GH3000): seconds since 2007 with the priority above, masks.
 * Inputs: 236 alarm button, 242 fell, 247 crash, 252 unplugged, 253 hard driving,
 *   255 overspeed, 155-159 61-70 zones, 113 battery %, 21 GSM 0-5.
 * Orders are texts of codec 0C; the answer is a text too, and does not say of which.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/pick.h"
#include "gate/wire/teltonika.h"

#include <stdio.h>

#define OLD_MS (5 * 60000) /* a record that waited in the tracker's memory */
#define CALLS (GATE_SOS | GATE_FALL | GATE_CRASH | GATE_GENERAL)
#define PANIC 2

struct teltonika_state {
	char id[GATE_IDENTITY_MAX];
	bool is_datagram;
};

/* What an input means as soon as it is not 0. As an event only: those tell a number
 * at other times. */
static const struct input {
	unsigned id, alarms;
	bool is_event;
} inputs[] = {
	{ 236, GATE_GENERAL, false }, { 242, GATE_FALL, true },
	{ 247, GATE_CRASH, true },    { 246, GATE_OTHER, true },
	{ 249, GATE_OTHER, true },    { 252, GATE_POWER_CUT, true },
	{ 253, GATE_OTHER, false },   { 255, GATE_OVERSPEED, true },
};

struct io {
	struct gate_report *r;
	uint8_t codec;
	unsigned event;
	bool is_event; /* what it reports happened now */
};

static bool
is_zone(unsigned id)
{
	return (id >= 155 && id <= 159) || (id >= 61 && id <= 70);
}

static void
gh3000_input(struct io *io, unsigned id, uint64_t value)
{
	if (id == 1 && value <= 100)
		io->r->battery_pct = (int)value;
	if (id == 222 && value == 1) {
		io->r->alarms |= GATE_SOS;
		io->is_event = true;
	}
}

static void
input(void *ctx, unsigned id, uint64_t value)
{
	struct io *io = ctx;

	if (io->codec == TELTONIKA_GH3000) {
		gh3000_input(io, id, value);
		return;
	}
	if (id == 113 && value <= 100)
		io->r->battery_pct = (int)value;
	if (id == 21 && value <= 5)
		io->r->signal_pct = (int)value * 20;
	if (is_zone(id) && id == io->event && value <= 1) {
		io->r->alarms |= value ? GATE_FENCE_IN : GATE_FENCE_OUT;
		io->is_event = true;
	}
	for (size_t i = 0; value && i < sizeof inputs / sizeof *inputs; i++)
		if (id == inputs[i].id && (!inputs[i].is_event || id == io->event)) {
			io->r->alarms |= inputs[i].alarms;
			io->is_event |= id == io->event || id == 236;
		}
}

static void
place_set(const struct teltonika_record *t, int64_t now_ms, struct gate_report *r)
{
	r->device_time_ms = t->time_ms;
	r->satellites = t->satellites;
	if (!t->has_place || !pick_position(t->lat, t->lon, &r->position))
		return;
	r->position.accuracy_m = -1;
	r->speed_mps = t->speed_mps;
	r->course_deg = t->course_deg;
	r->altitude_m = t->altitude_m;
	r->kind = r->device_time_ms != TIME_NONE && now_ms - r->device_time_ms > OLD_MS
			  ? GATE_STORED_FIX
			  : GATE_FIX;
}

static void
record_report(const struct teltonika_state *st, struct teltonika_shape shape,
	      struct span whole, const struct teltonika_record *t, int64_t now_ms,
	      struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_READING, st->id);
	struct io io = { .r = r, .codec = shape.codec, .event = t->event };

	if (!r)
		return;
	place_set(t, now_ms, r);
	teltonika_io(shape, t, input, &io);
	if (t->priority == PANIC) {
		r->alarms |= GATE_SOS;
		io.is_event = true;
	}
	if (r->alarms && (io.is_event || r->alarms & CALLS)) {
		r->kind = GATE_ALARM;
		pick_key(r, whole);
	}
}

/* --- texts ------------------------------------------------------------------------ */

static double
number_behind(const char *text, const char *word)
{
	const char *at = strstr(text, word);
	size_t n = at ? strspn(at + strlen(word), " -+.0123456789") : 0;

	return pick_double((struct span){ at ? at + strlen(word) : NULL, n });
}

/* What an order gave: words, and those of "getgps" hold a place. */
static void
text_report(const struct teltonika_state *st, const struct teltonika_message *m,
	    struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_UNKNOWN, st->id);
	struct bytes b = { .rest = m->records };
	unsigned type = (unsigned)bytes_take(&b, 1);
	struct span text = bytes_cut(&b, bytes_take(&b, 4));

	if (m->shape.codec == TELTONIKA_13 || m->shape.codec == TELTONIKA_15) {
		struct bytes head = { .rest = text };

		r->device_time_ms = (int64_t)bytes_take(&head, 4) * 1000;
		text = head.rest;
	}
	if (m->shape.codec == TELTONIKA_14 || m->shape.codec == TELTONIKA_15)
		text = span_skip(text, 8); /* IMEI */
	pick_copy(r->text, sizeof r->text, span_trim(text));
	if (!utf8_is_valid(span_of(r->text)))
		*r->text = 0;
	if (m->shape.codec == TELTONIKA_13 || m->shape.codec == TELTONIKA_15 ||
	    (type != 6 && type != 0x11))
		return;
	r->kind = GATE_ORDER_ACK;
	r->is_refused = type == 0x11 || strcasestr(r->text, "error") ||
			strcasestr(r->text, "unknown") ||
			strcasestr(r->text, "invalid");
	if (pick_position(number_behind(r->text, "Lat:"),
			  number_behind(r->text, "Long:"), &r->position)) {
		r->position.accuracy_m = -1;
		r->acks = GATE_LOCATE_NOW;
	}
}

static void
answer(const struct teltonika_message *m, struct gate_out *out)
{
	char reply[7] = { 0, 5, 0, 0, 1 };

	if (!m->identity.p) {
		bytes_put(reply, m->count, 4);
		gate_reply(out, (struct span){ reply, 4 });
		return;
	}
	bytes_put(reply + 2, m->packet, 2);
	reply[5] = (char)m->packet_avl;
	reply[6] = (char)m->count;
	gate_reply(out, (struct span){ reply, sizeof reply });
}

static int
data_decode(struct teltonika_state *st, const struct gate_in *in, struct gate_out *out)
{
	struct teltonika_message m;
	struct teltonika_record r;
	struct bytes b, start;

	if (!teltonika_parse(in->msg, &m))
		return ERR_SYNTAX;
	if (m.identity.p)
		pick_copy(st->id, sizeof st->id, m.identity);
	if (m.shape.codec >= TELTONIKA_12 && m.shape.codec <= TELTONIKA_15) {
		text_report(st, &m, out);
		return 0;
	}
	b = (struct bytes){ .rest = m.records };
	for (unsigned i = 0; i < m.count; i++) {
		start = b;
		if (!teltonika_record(m.shape, &b, &r))
			break;
		start.rest.n -= b.rest.n;
		record_report(st, m.shape, start.rest, &r, in->now_ms, out);
	}
	/* What cannot be read is kept as it came. It is answered all the same: else
	 * the tracker sends it for ever, and nothing that is behind it. */
	if (out->n_reports < m.count)
		gate_report_add(out, GATE_UNKNOWN, st->id);
	answer(&m, out);
	return 0;
}

static int
teltonika_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct teltonika_state *st = state;
	struct span imei = teltonika_login(in->msg);

	st->is_datagram = in->is_datagram;
	if (imei.p) {
		pick_copy(st->id, sizeof st->id, imei);
		gate_report_add(out, GATE_HELLO, st->id);
		gate_reply(out, SPAN("\x01"));
		return 0;
	}
	if (in->msg.n == 1) { /* it comes behind a login */
		if (!*st->id)
			return ERR_SYNTAX;
		gate_report_add(out, GATE_ALIVE, st->id);
		return 0;
	}
	return data_decode(st, in, out);
}

/* On the move: how often a record is made, and how often it is sent. */
static int
teltonika_encode(const void *state, const struct gate_order *order,
		 struct gate_out *out)
{
	const struct teltonika_state *st = state;
	char text[96];
	int n, seconds = order->seconds < 10 ? 10 : order->seconds;

	if (st->is_datagram)
		return ERR_UNSUPPORTED;
	if (order->kind == GATE_LOCATE_NOW)
		n = snprintf(text, sizeof text, "getgps");
	else if (order->kind == GATE_INTERVAL)
		n = snprintf(text, sizeof text,
			     "setparam 10000:%d;10005:%d;10050:%d;10055:%d", seconds,
			     seconds, seconds, seconds);
	else
		return ERR_UNSUPPORTED;
	teltonika_write(out, (struct span){ text, (size_t)n });
	return 0;
}

const struct gate_driver gate_driver_teltonika = {
	.name = "teltonika",
	.port = 5027,
	.wire = GATE_TCP | GATE_UDP,
	.state = sizeof(struct teltonika_state),
	.frame = teltonika_frame,
	.decode = teltonika_decode,
	.encode = teltonika_encode,
};
