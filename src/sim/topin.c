/* SPDX-License-Identifier: Apache-2.0 */
/* A watch or pendant: 78 78 len type body 0d 0a, no sum. docs/protocols/topin.md. */
#include "sim/inner.h"

static void
say(struct buf *out, int length, int type, struct span body)
{
	buf_add_z(out, "xx");
	sim_put(out, (unsigned)length, 1);
	sim_put(out, (unsigned)type, 1);
	buf_add_span(out, body);
	buf_add_z(out, "\r\n");
}

static void
hello(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_bcd(&b, d->identity, 8);
	sim_put(&b, 0x4d, 1);
	say(out, 13, 0x01, buf_span(&b));
	buf_done(&b);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	struct buf b = { 0 };

	sim_gt06_place(d, &b);
	sim_put(&b, 12 << 8, 3);
	say(out, 21, 0x10, buf_span(&b));
	buf_done(&b);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	(void)d;
	say(out, 1, 0x99, SPAN(""));
}

static size_t
cut(struct span in)
{
	for (size_t i = 4; i + 2 <= in.n; i++)
		if (memcmp(in.p + i, "\r\n", 2) == 0)
			return i + 2;
	return 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	int type = (uint8_t)m.p[3];

	if (type != 0x80 && type != 0x98 && type != 0x49) {
		/* the time comes after the answer to the first words */
		sim_say(ret, type == 0x30 ? SIM_NOISE : SIM_ANSWER, "answer to %02x",
			type);
		return;
	}
	sim_say(ret, SIM_ORDER,
		type == 0x80   ? "locate"
		: type == 0x98 ? "interval"
			       : "ring");
	if (type == 0x98 && m.n >= 8)
		d->interval_s = (int)sim_number(m, 4, 2);
	if (type == 0x49)
		buf_add_span(out, m);
	if (type == 0x80)
		fix(d, out);
}

const struct sim_protocol sim_topin = {
	.door = "topin",
	.what = "a watch or pendant of the Topin family",
	.port = 5199,
	.identity = "960000000000064",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
