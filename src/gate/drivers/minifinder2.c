/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pendants and personal trackers of Eview (EV-07B, MiniFinder Pico, Nano …), TCP 5187.
 * Source: behaviour of Traccar, captures. More in docs/protocols/minifinder2.md.
 *
 *   AB flags len16 crc16 seq16 body; low byte first; crc CRC-16/XMODEM over body;
 *   flags bit 4: wants AB 00 0003 crc seq 7F 01 00
 * body: kind (01 data, 02 settings, 03 services, 04 control, 7F answer), then items:
 *   length (with its key), key, value
 * 01 IMEI   02 alarms u32 [time]   14 battery u8   24 time, state u32
 * 20 lat, lon i32 by 1e7, km/h, course, alt, hdop by 10 u16, odometer u32, satellites
 * 23 26 27 lat, lon of a beacon   28 2A 2C flags, mac, signal …: bit 7 lat, lon
 * 25 call: time …   30 time, steps   40 time, heart   41 time, oxygen
 * An item that comes again begins the next report, but beacons do not.
 * alarms: 0 low battery, 1 overspeed, 2 fall, 3 tilt, 4-7 fences (26-29: in), 8 off,
 *   9 on, 10 moves, 11 does not, 12 SOS. state: 7 kept, 19-23 signal, 24-31 battery
 */
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/minifinder2.h"
#include "gate/wire/pick.h"

#include <stdio.h>

#define CALLS (GATE_SOS | GATE_FALL | GATE_GENERAL)

enum kind { DATA = 1, SETTINGS, SERVICES, CONTROL, ANSWER = 0x7f };

struct minifinder2_state {
	char id[GATE_IDENTITY_MAX];
};

/* --- reports -----------------------------------------------------------------------
 */

/* Takes the items of one report off *b: up to one that was there before. */
static void
report_take(struct minifinder2_state *st, struct bytes *b, struct gate_report *r)
{
	bool has[256] = { false }, was_kept;
	struct span whole = b->rest;
	struct bytes v;
	unsigned key;

	while (b->rest.n) {
		struct bytes next = *b;

		if (!minifinder2_item(&next, &key, &v)) {
			b->rest.n = 0;
			break;
		}
		if (has[key] && key != 0x28 && key != 0x2c)
			break;
		has[key] = true;
		minifinder2_read(key, v, st->id, sizeof st->id, r);
		*b = next;
	}
	whole.n -= b->rest.n;
	was_kept = r->kind == GATE_STORED_FIX;
	r->kind = !r->position.is_set ? GATE_READING
		  : was_kept          ? GATE_STORED_FIX
				      : GATE_FIX;
	if (r->alarms) {
		r->kind = GATE_ALARM;
		pick_key(r, whole);
	}
}

/* Those that call, those that do not, or all. */
enum which { ALL, CALLING, OTHERS };

static void
reports_take(struct minifinder2_state *st, struct span items, enum which which,
	     struct gate_out *out)
{
	struct bytes b = { .rest = items };

	while (b.rest.n) {
		struct gate_report ahead = { .device_time_ms = TIME_NONE }, *r;
		struct bytes peek = b;
		bool is_call;

		report_take(st, &peek, &ahead);
		is_call = (ahead.alarms & CALLS) != 0;
		r = which == ALL || is_call == (which == CALLING)
			    ? gate_report_add(out, GATE_READING, st->id)
			    : NULL;
		report_take(st, &b, r ? r : &ahead);
	}
}

static void
data_decode(struct minifinder2_state *st, struct span items, struct gate_out *out)
{
	reports_take(st, items, ALL, out);
	if (out->n_lost) { /* more than there is room for: calls go first */
		out->n_reports = 0;
		reports_take(st, items, CALLING, out);
		reports_take(st, items, OTHERS, out);
	}
	for (size_t i = 0; i < out->n_reports; i++)
		snprintf(out->reports[i].identity, sizeof st->id, "%s", st->id);
}

/* Of a setting, a service or a control; "7F 01 00" is yes. */
static void
other_decode(struct minifinder2_state *st, unsigned kind, struct span items,
	     struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_UNKNOWN, st->id);
	struct bytes b = { .rest = items }, v;
	unsigned key = 0;

	if (kind == SERVICES)
		r->kind = GATE_ALIVE;
	if (kind == CONTROL || kind == ANSWER)
		r->kind = GATE_ORDER_ACK;
	while (minifinder2_item(&b, &key, &v)) {
		if (kind == SERVICES && key == 1)
			minifinder2_read(key, v, st->id, sizeof st->id, r);
		if (kind == SETTINGS && key == 3)
			minifinder2_read(1, v, st->id, sizeof st->id, r);
		if (kind == CONTROL && v.rest.n)
			pick_copy(r->text, sizeof r->text,
				  *v.rest.p ? v.rest : span_skip(v.rest, 1));
	}
	r->is_refused = kind == ANSWER && key;
	if (!utf8_is_valid(span_of(r->text)))
		*r->text = 0;
	snprintf(r->identity, sizeof r->identity, "%s", st->id);
}

static int
minifinder2_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct minifinder2_state *st = state;
	struct bytes b = { .rest = in->msg };
	struct minifinder2_head h;
	unsigned kind;

	if (!in->msg.n || *in->msg.p != '\xab' || !minifinder2_head(&b, &h) ||
	    !b.rest.n)
		return ERR_SYNTAX;
	kind = (unsigned)bytes_take(&b, 1);
	if (kind == DATA)
		data_decode(st, b.rest, out);
	else
		other_decode(st, kind, b.rest, out);
	if (!out->n_reports) /* an empty message */
		gate_report_add(out, GATE_ALIVE, st->id);
	if (h.flags & MINIFINDER2_WANTS_ACK)
		minifinder2_acknowledge(h.seq, out);
	return 0;
}

/* It takes no orders: what its maker calls control is told to partners only. */
const struct gate_driver gate_driver_minifinder2 = {
	.name = "minifinder2",
	.port = 5187,
	.wire = GATE_TCP,
	.state = sizeof(struct minifinder2_state),
	.frame = minifinder2_frame,
	.decode = minifinder2_decode,
};
