/* SPDX-License-Identifier: Apache-2.0 */
/* A wrist watch: [3G*ID*LEN*CONTENT]. docs/protocols/watch.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, struct span content)
{
	buf_printf(out, "[3G*%s*%04zx*", d->identity, content.n);
	buf_add_span(out, content);
	buf_add_c(out, ']');
}

static void
hello(struct sim_device *d, struct buf *out)
{
	say(d, out, SPAN("LK,50,0,80"));
}

static void
place(struct sim_device *d, struct buf *out, const char *word, const char *status)
{
	struct tm t = sim_clock(d);
	struct buf b = { 0 };

	buf_printf(&b,
		   "%s,%02d%02d%02d,%02d%02d%02d,A,%.6f,%c,%.6f,%c,4.5,90,12,9,100,80,"
		   "0,0,%s,0,0,0,0,0,0",
		   word, t.tm_mday, t.tm_mon + 1, t.tm_year % 100, t.tm_hour, t.tm_min,
		   t.tm_sec, fabs(d->lat), d->lat < 0 ? 'S' : 'N', fabs(d->lon),
		   d->lon < 0 ? 'W' : 'E', status);
	say(d, out, buf_span(&b));
	buf_done(&b);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	place(d, out, "UD", "00000000");
	hello(d, out); /* a place alone is not answered */
}

static void
sos(struct sim_device *d, struct buf *out)
{
	place(d, out, "AL", "00010000");
}

static size_t
cut(struct span in)
{
	return sim_until(in, ']');
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct span rest = { m.p + 1, m.n - 2 }, word;

	for (int i = 0; i < 3; i++)
		span_cut(&rest, '*');
	word = span_cut(&rest, ',');
	if (span_is_z(word, "LK") || span_is_z(word, "AL") || span_is_z(word, "INIT")) {
		sim_say(ret, SIM_ANSWER, SPAN_FMT, SPAN_ARG(word));
		return;
	}
	if (span_is_z(word, "TK")) { /* played aloud, and it says so */
		sim_say(ret, SIM_ORDER, "TK, %zu bytes of sound", rest.n);
		say(d, out, SPAN("TK,1"));
		return;
	}
	sim_say(ret, SIM_ORDER, SPAN_FMT " " SPAN_FMT, SPAN_ARG(word), SPAN_ARG(rest));
	if (span_is_z(word, "UPLOAD")) {
		int64_t s;

		if (span_to_i64(rest, &s) && s > 0 && s < 86400)
			d->interval_s = (int)s;
	}
	say(d, out, word); /* the keyword back is the acknowledgement */
	if (span_is_z(word, "CR"))
		place(d, out, "UD", "00000000");
}

const struct sim_protocol sim_watch = {
	.door = "watch",
	.what = "a watch of the [3G*] family",
	.port = 5093,
	.identity = "9600000001",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
