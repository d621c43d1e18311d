/* SPDX-License-Identifier: Apache-2.0 */
/* A phone that writes texts, as a gateway hands them on. docs/protocols/sms.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, const char *text)
{
	struct buf path = { 0 };

	buf_add_z(&path, "/?from=");
	sim_query(&path, d->identity);
	buf_add_z(&path, "&text=");
	sim_query(&path, text);
	buf_printf(&path, "&id=%lld-%u", (long long)d->at, ++d->serial);
	sim_get(d, out, buf_span(&path));
	buf_done(&path);
}

/* A text with a place in it, as trackers send when their data link is gone. */
static void
sos(struct sim_device *d, struct buf *out)
{
	char text[120];

	snprintf(text, sizeof text, "SOS http://maps.google.com/?q=%.6f,%.6f", d->lat,
		 d->lon);
	say(d, out, text);
}

/* A person's phone says nothing in between: it tries the way. */
static void
test_way(struct sim_device *d, struct buf *out)
{
	say(d, out, "TEST");
}

const struct sim_protocol sim_sms = {
	.door = "sms",
	.what = "a telephone that writes texts, behind an HTTP gateway",
	.wire = SIM_HTTP,
	.port = 13080,
	.identity = "+929600000001",
	.is_fix_answered = true,
	.fix = test_way,
	.sos = sos,
	.cut = sim_http_cut,
	.hear = sim_http_hear,
};
