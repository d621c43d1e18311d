/* SPDX-License-Identifier: Apache-2.0 */
/* A vehicle terminal or body camera: 7e head body xor 7e. docs/protocols/jt808.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, unsigned type, struct span body)
{
	struct buf b = { 0 };
	uint8_t x = 0;

	sim_put(&b, type, 2);
	sim_put(&b, body.n, 2);
	sim_bcd(&b, d->identity, 6);
	sim_put(&b, ++d->serial, 2);
	buf_add_span(&b, body);
	for (size_t i = 0; i < b.n; i++)
		x ^= (uint8_t)b.p[i];
	buf_add_c(&b, (char)x);
	buf_add_c(out, '~');
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '~')
			buf_add(out, "\x7d\x02", 2);
		else if (b.p[i] == '\x7d')
			buf_add(out, "\x7d\x01", 2);
		else
			buf_add_c(out, b.p[i]);
	buf_add_c(out, '~');
	buf_done(&b);
}

static void
hello(struct sim_device *d, struct buf *out)
{
	say(d, out, 0x0002, SPAN(""));
}

static void
place(struct sim_device *d, struct buf *out, unsigned alarms)
{
	int64_t at = d->at;
	struct buf b = { 0 };
	char six[16];
	struct tm t;

	d->at += 8 * 3600 * 1000; /* such terminals keep Beijing's time */
	t = sim_clock(d);
	d->at = at;
	sim_put(&b, alarms, 4);
	sim_put(&b, 3u | (d->lat < 0 ? 4u : 0) | (d->lon < 0 ? 8u : 0), 4);
	sim_put(&b, (uint64_t)llround(fabs(d->lat) * 1e6), 4);
	sim_put(&b, (uint64_t)llround(fabs(d->lon) * 1e6), 4);
	sim_put(&b, 12, 2);
	sim_put(&b, 200, 2);
	sim_put(&b, 90, 2);
	strftime(six, sizeof six, "%y%m%d%H%M%S", &t);
	sim_bcd(&b, six, 6);
	say(d, out, 0x0200, buf_span(&b));
	buf_done(&b);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	place(d, out, 0);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	place(d, out, 1);
}

static size_t
cut(struct span in)
{
	size_t n = in.n > 1 ? sim_until((struct span){ in.p + 1, in.n - 1 }, '~') : 0;

	return n ? n + 1 : 0;
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct buf b = { 0 }, answer = { 0 };
	unsigned type;

	for (size_t i = 1; i + 1 < m.n; i++)
		if (m.p[i] == '\x7d' && i + 2 < m.n)
			buf_add_c(&b, m.p[++i] == 2 ? '~' : '\x7d');
		else
			buf_add_c(&b, m.p[i]);
	type = (unsigned)sim_number(buf_span(&b), 0, 2);
	if (type == 0x8001) {
		sim_say(ret, SIM_ANSWER, "answer to %04x",
			(unsigned)sim_number(buf_span(&b), 14, 2));
	} else {
		sim_say(ret, SIM_ORDER, "%04x", type);
		sim_put(&answer, sim_number(buf_span(&b), 10, 2), 2);
		sim_put(&answer, type, 2);
		sim_put(&answer, 0, 1);
		say(d, out, 0x0001, buf_span(&answer));
	}
	buf_done(&answer);
	buf_done(&b);
}

const struct sim_protocol sim_jt808 = {
	.door = "jt808",
	.what = "a vehicle terminal or body camera of JT/T 808",
	.port = 5015,
	.identity = "96000000015",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
