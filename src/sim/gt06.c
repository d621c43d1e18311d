/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker: 78 78 len type body serial crc 0d 0a. docs/protocols/gt06.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, int type, struct span body)
{
	size_t from = out->n + 2;

	buf_add_z(out, "xx");
	sim_put(out, body.n + 5, 1);
	sim_put(out, (unsigned)type, 1);
	buf_add_span(out, body);
	sim_put(out, ++d->serial, 2);
	sim_put(out, sim_crc(out->p + from, out->n - from, 0x8408, 0xffff, 0xffff), 2);
	buf_add_z(out, "\r\n");
}

static void
hello(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_bcd(&b, d->identity, 8);
	say(d, out, 0x01, buf_span(&b));
	buf_done(&b);
}

void
sim_gt06_place(struct sim_device *d, struct buf *out)
{
	sim_clock6(out, d);
	sim_put(out, 0xc9, 1);
	sim_put(out, (uint64_t)llround(fabs(d->lat) * 1800000), 4);
	sim_put(out, (uint64_t)llround(fabs(d->lon) * 1800000), 4);
	sim_put(out, 20, 1);
	sim_put(out,
		0x1000u | (d->lat >= 0 ? 0x400u : 0) | (d->lon < 0 ? 0x800u : 0) | 90,
		2);
}

/* Country 410, network 1, a made-up cell. */
static const char cell[] = "\x01\x9a\x01\x28\x35\x00\xa1\xb2";

static void
fix(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_gt06_place(d, &b);
	buf_add(&b, cell, sizeof cell - 1);
	say(d, out, 0x12, buf_span(&b));
	buf_done(&b);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_gt06_place(d, &b);
	sim_put(&b, 9, 1);
	buf_add(&b, cell, sizeof cell - 1);
	buf_add(&b, "\x60\x04\x03\x01\x02", 5);
	say(d, out, 0x26, buf_span(&b));
	buf_done(&b);
}

static size_t
cut(struct span in)
{
	size_t n = in.n > 2 ? (uint8_t)in.p[2] + 5u : 0;

	return n && in.n >= n ? n : 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct buf b = { 0 };

	if ((uint8_t)m.p[3] != 0x80 || m.n < 15) {
		/* what it said of an order is answered too */
		sim_say(ret, (uint8_t)m.p[3] == 0x15 ? SIM_NOISE : SIM_ANSWER,
			"answer to %02x", (uint8_t)m.p[3]);
		return;
	}
	sim_say(ret, SIM_ORDER, "%.*s", (int)(m.n - 15), m.p + 9);
	sim_put(&b, 6, 1);
	buf_add(&b, m.p + 5, 4);
	buf_add_z(&b, "OK");
	sim_put(&b, 2, 2);
	say(d, out, 0x15, buf_span(&b));
	buf_done(&b);
}

const struct sim_protocol sim_gt06 = {
	.door = "gt06",
	.what = "a vehicle or personal tracker of the GT06 family",
	.port = 5023,
	.identity = "960000000000023",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
