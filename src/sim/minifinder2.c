/* SPDX-License-Identifier: Apache-2.0 */
/* An SOS pendant: ab flags len crc serial body. docs/protocols/minifinder2.md. */
#include "sim/inner.h"

static void
item(struct buf *b, int key, struct span v)
{
	sim_put(b, v.n + 1, 1);
	sim_put(b, (unsigned)key, 1);
	buf_add_span(b, v);
}

static void
say(struct sim_device *d, struct buf *out, int type, struct span items)
{
	struct buf b = { 0 };

	sim_put(&b, (unsigned)type, 1);
	item(&b, 0x01, span_of(d->identity));
	buf_add_span(&b, items);
	sim_put(out, 0xab10, 2); /* an answer is wanted */
	sim_put_le(out, b.n, 2);
	sim_put_le(out, sim_crc_xmodem(b.p, b.n), 2);
	sim_put_le(out, ++d->serial, 2);
	buf_add_span(out, buf_span(&b));
	buf_done(&b);
}

static void
hello(struct sim_device *d, struct buf *out)
{
	say(d, out, 3, SPAN("\x02\x10\x5a"));
}

static void
data(struct sim_device *d, struct buf *out, uint32_t alarms)
{
	struct buf items = { 0 }, v = { 0 };

	if (alarms) {
		sim_put_le(&v, alarms, 4);
		sim_put_le(&v, (uint64_t)(d->at / 1000), 4);
		item(&items, 0x02, buf_span(&v));
		buf_clear(&v);
	}
	sim_put_le(&v, (uint64_t)(d->at / 1000), 4);
	sim_put_le(&v, 80u << 24 | 31u << 19, 4); /* battery, signal */
	item(&items, 0x24, buf_span(&v));
	buf_clear(&v);
	sim_put_le(&v, (uint32_t)(int32_t)lround(d->lat * 1e7), 4);
	sim_put_le(&v, (uint32_t)(int32_t)lround(d->lon * 1e7), 4);
	sim_put_le(&v, 20, 2);
	sim_put_le(&v, 90, 2);
	sim_put_le(&v, 12, 2);
	sim_put_le(&v, 8, 2);
	sim_put_le(&v, 1000, 4);
	sim_put_le(&v, 9, 1);
	item(&items, 0x20, buf_span(&v));
	say(d, out, 1, buf_span(&items));
	buf_done(&items);
	buf_done(&v);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	data(d, out, 0);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	data(d, out, 1u << 12);
}

static size_t
cut(struct span in)
{
	size_t n = in.n >= 4 ? (uint8_t)in.p[2] + 256u * (uint8_t)in.p[3] + 8u : 0;

	return n && in.n >= n ? n : 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	(void)d, (void)out;
	if (m.n > 8 && (uint8_t)m.p[8] == 0x7f)
		sim_say(ret, SIM_ANSWER, "taken");
	else
		sim_say(ret, SIM_NOISE, "%zu bytes", m.n);
}

const struct sim_protocol sim_minifinder2 = {
	.door = "minifinder2",
	.what = "an SOS pendant of Eview's family",
	.port = 5187,
	.identity = "960000000000049",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
