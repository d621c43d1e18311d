/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker: *HQ,ID,V1,…#. docs/protocols/h02.md. */
#include "sim/inner.h"

static void
hello(struct sim_device *d, struct buf *out)
{
	buf_printf(out, "*HQ,%s,V0#", d->identity);
}

/* Bits of the status are active when they are 0. */
static void
place(struct sim_device *d, struct buf *out, const char *status)
{
	struct tm t = sim_clock(d);

	buf_printf(out, "*HQ,%s,V1,%02d%02d%02d,A,", d->identity, t.tm_hour, t.tm_min,
		   t.tm_sec);
	sim_minutes(out, d->lat, 2);
	buf_printf(out, ",%c,", d->lat < 0 ? 'S' : 'N');
	sim_minutes(out, d->lon, 3);
	buf_printf(out, ",%c,010.80,090,%02d%02d%02d,%s#", d->lon < 0 ? 'W' : 'E',
		   t.tm_mday, t.tm_mon + 1, t.tm_year % 100, status);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	place(d, out, "FFFFFBFF");
}

static void
sos(struct sim_device *d, struct buf *out)
{
	place(d, out, "FFFFFBFD");
}

static size_t
cut(struct span in)
{
	return sim_until(in, '#');
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct span rest = { m.p, m.n - 1 }, word;
	struct tm t = sim_clock(d);

	span_cut(&rest, ',');
	span_cut(&rest, ',');
	word = span_cut(&rest, ',');
	if (span_is_z(word, "V4") || span_is_z(word, "V0")) {
		sim_say(ret, SIM_ANSWER, SPAN_FMT " " SPAN_FMT, SPAN_ARG(word),
			SPAN_ARG(rest));
		return;
	}
	sim_say(ret, SIM_ORDER, SPAN_FMT " " SPAN_FMT, SPAN_ARG(word), SPAN_ARG(rest));
	buf_printf(out, "*HQ,%s,V4," SPAN_FMT ",%04d%02d%02d%02d%02d%02d#", d->identity,
		   SPAN_ARG(word), t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
		   t.tm_min, t.tm_sec);
}

const struct sim_protocol sim_h02 = {
	.door = "h02",
	.what = "a tracker of the H02 family",
	.port = 5013,
	.identity = "9600000013",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
