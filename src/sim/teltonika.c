/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker: IMEI, then codec 8 records. docs/protocols/teltonika.md. */
#include "sim/inner.h"

static void
packet(struct buf *out, struct span body)
{
	sim_put(out, 0, 4);
	sim_put(out, body.n, 4);
	buf_add_span(out, body);
	sim_put(out, sim_crc(body.p, body.n, 0xa001, 0, 0), 4);
}

static void
hello(struct sim_device *d, struct buf *out)
{
	sim_put(out, strlen(d->identity), 2);
	buf_add_z(out, d->identity);
}

/* Elements of one byte: battery (113), and on an alarm the button (236). */
static void
record(struct sim_device *d, struct buf *out, int priority, int event)
{
	struct buf b = { 0 };

	sim_put(&b, 8, 1);
	sim_put(&b, 1, 1);
	sim_put(&b, (uint64_t)d->at, 8);
	sim_put(&b, (unsigned)priority, 1);
	sim_put(&b, (uint32_t)(int32_t)lround(d->lon * 1e7), 4);
	sim_put(&b, (uint32_t)(int32_t)lround(d->lat * 1e7), 4);
	sim_put(&b, 12, 2);
	sim_put(&b, 90, 2);
	sim_put(&b, 9, 1);
	sim_put(&b, 20, 2);
	sim_put(&b, (unsigned)event, 1);
	sim_put(&b, event ? 2 : 1, 1);
	sim_put(&b, event ? 2 : 1, 1);
	sim_put(&b, 113, 1);
	sim_put(&b, 80, 1);
	if (event)
		sim_put(&b, (unsigned)event << 8 | 1, 2);
	sim_put(&b, 0, 3);
	sim_put(&b, 1, 1);
	packet(out, buf_span(&b));
	buf_done(&b);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	record(d, out, 0, 0);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	record(d, out, 2, 236);
}

static size_t
cut(struct span in)
{
	size_t n;

	if (in.n && in.p[0] == 1)
		return 1;
	if (in.n < 4)
		return 0;
	if (sim_number(in, 0, 4) != 0)
		return 4; /* a count of records taken */
	n = in.n >= 8 ? sim_number(in, 4, 4) + 12 : 0;
	return n && in.n >= n ? n : 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	static const char text[] = "done";
	struct buf b = { 0 };

	(void)d;
	if (m.n <= 12 || (uint8_t)m.p[8] != 0x0c) {
		sim_say(ret, SIM_ANSWER, m.n == 1 ? "known" : "%u taken",
			(unsigned)sim_number(m, 0, 4));
		return;
	}
	sim_say(ret, SIM_ORDER, "%.*s", (int)(m.n > 20 ? m.n - 20 : 0), m.p + 15);
	buf_add(&b, "\x0c\x01\x06", 3);
	sim_put(&b, sizeof text - 1, 4);
	buf_add_z(&b, text);
	sim_put(&b, 1, 1);
	packet(out, buf_span(&b));
	buf_done(&b);
}

const struct sim_protocol sim_teltonika = {
	.door = "teltonika",
	.what = "a Teltonika tracker or personal device (codec 8)",
	.port = 5027,
	.identity = "960000000000031",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
