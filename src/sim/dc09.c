/* SPDX-License-Identifier: Apache-2.0 */
/* An alarm panel: SIA DC-09 in the clear. docs/protocols/dc09.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, const char *token, const char *data)
{
	struct tm t = sim_clock(d);
	struct buf b = { 0 };

	d->serial = d->serial % 9999 + 1;
	buf_printf(&b, "\"%s\"%04uL0#%s[#%s%s]_%02d:%02d:%02d,%02d-%02d-%04d", token,
		   d->serial, d->identity, d->identity, data, t.tm_hour, t.tm_min,
		   t.tm_sec, t.tm_mon + 1, t.tm_mday, t.tm_year + 1900);
	buf_printf(out, "\n%04X0%03zX", sim_crc(b.p, b.n, 0xa001, 0, 0), b.n);
	buf_add_span(out, buf_span(&b));
	buf_add_c(out, '\r');
	buf_done(&b);
}

/* A panel does not move: what it says in between is that its line is whole. */
static void
test_line(struct sim_device *d, struct buf *out)
{
	say(d, out, "NULL", "");
}

static void
panic(struct sim_device *d, struct buf *out)
{
	say(d, out, "SIA-DCS", "|Nri1/PA001");
}

static size_t
cut(struct span in)
{
	return sim_until(in, '\r');
}

static void
hear(struct sim_device *d, struct span m, struct sim_heard *ret, struct buf *out)
{
	struct span rest = m, token;

	(void)d, (void)out;
	span_cut(&rest, '"');
	token = span_cut(&rest, '"');
	sim_say(ret, span_is_z(token, "ACK") ? SIM_ANSWER : SIM_NOISE,
		SPAN_FMT " " SPAN_FMT, SPAN_ARG(token), SPAN_ARG(rest));
}

const struct sim_protocol sim_dc09 = {
	.door = "dc09",
	.what = "an alarm panel or fixed panic button (SIA DC-09)",
	.port = 10500,
	.identity = "9601",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = test_line,
	.fix = test_line,
	.sos = panic,
	.cut = cut,
	.hear = hear,
};
