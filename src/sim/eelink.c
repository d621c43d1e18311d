/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker or pendant: 67 67 type len serial body. docs/protocols/eelink.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, int type, struct span body)
{
	buf_add_z(out, "gg");
	sim_put(out, (unsigned)type, 1);
	sim_put(out, body.n + 2, 2);
	sim_put(out, ++d->serial, 2);
	buf_add_span(out, body);
}

static void
hello(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_bcd(&b, d->identity, 8);
	say(d, out, 0x01, buf_span(&b));
	buf_done(&b);
}

static void
place(struct sim_device *d, struct buf *out, int type, struct span tail)
{
	struct buf b = { 0 };

	sim_put(&b, (uint64_t)(d->at / 1000), 4);
	sim_put(&b, 1, 1);
	sim_put(&b, (uint32_t)(int32_t)lround(d->lat * 1800000), 4);
	sim_put(&b, (uint32_t)(int32_t)lround(d->lon * 1800000), 4);
	sim_put(&b, 12, 2);
	sim_put(&b, 20, 2);
	sim_put(&b, 90, 2);
	sim_put(&b, 9, 1);
	buf_add_span(&b, tail);
	say(d, out, type, buf_span(&b));
	buf_done(&b);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	place(d, out, 0x12, (struct span){ "\x00\x01\x10\x68", 4 });
}

static void
sos(struct sim_device *d, struct buf *out)
{
	place(d, out, 0x14, (struct span){ "\x02\x00\x01", 3 });
}

static size_t
cut(struct span in)
{
	size_t n = in.n >= 5 ? sim_number(in, 3, 2) + 5 : 0;

	return n && in.n >= n ? n : 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct buf b = { 0 };

	if ((uint8_t)m.p[2] != 0x80 || m.n < 12) {
		/* what it said of an order is answered too */
		sim_say(ret, (uint8_t)m.p[2] == 0x80 ? SIM_NOISE : SIM_ANSWER,
			"answer to %02x", (uint8_t)m.p[2]);
		return;
	}
	sim_say(ret, SIM_ORDER, "%.*s", (int)(m.n - 12), m.p + 12);
	buf_add(&b, m.p + 7, 5);
	buf_add_z(&b, "OK");
	say(d, out, 0x80, buf_span(&b));
	buf_done(&b);
}

const struct sim_protocol sim_eelink = {
	.door = "eelink",
	.what = "a tracker or pendant of Eelink",
	.port = 5064,
	.identity = "960000000000056",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
