/* SPDX-License-Identifier: Apache-2.0 */
/* A phone with OwnTracks: POST /pub. docs/protocols/owntracks.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, const char *more)
{
	struct span rest = span_of(d->identity), user;
	struct buf body = { 0 }, headers = { 0 };

	span_cut(&rest, '/'); /* "owntracks/user/device" */
	user = span_cut(&rest, '/');
	buf_printf(&headers,
		   "X-Limit-U: " SPAN_FMT "\r\nX-Limit-D: " SPAN_FMT
		   "\r\nContent-Type: application/json\r\n",
		   SPAN_ARG(user), SPAN_ARG(rest));
	buf_printf(&body,
		   "{\"_type\":\"location\",\"lat\":%.6f,\"lon\":%.6f,\"tst\":%lld,"
		   "\"acc\":9,\"batt\":80,\"tid\":\"ds\",\"vel\":20,\"cog\":90%s}",
		   d->lat, d->lon, (long long)(d->at / 1000), more);
	sim_post(d, out, "/pub", headers.p, buf_span(&body));
	buf_done(&body);
	buf_done(&headers);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	say(d, out, "");
}

static void
sos(struct sim_device *d, struct buf *out)
{
	say(d, out, ",\"t\":\"u\",\"poi\":\"SOS\"");
}

const struct sim_protocol sim_owntracks = {
	.door = "owntracks",
	.what = "a phone with OwnTracks",
	.wire = SIM_HTTP,
	.port = 5144,
	.identity = "owntracks/demo/phone",
	.is_fix_answered = true,
	.fix = fix,
	.sos = sos,
	.cut = sim_http_cut,
	.hear = sim_http_hear,
};
