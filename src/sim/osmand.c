/* SPDX-License-Identifier: Apache-2.0 */
/* A phone with a tracker's app: GET ?id=…&lat=…. docs/protocols/osmand.md. */
#include "sim/inner.h"

static void
say(struct sim_device *d, struct buf *out, const char *more)
{
	struct buf path = { 0 };

	buf_add_z(&path, "/?id=");
	sim_query(&path, d->identity);
	buf_printf(&path,
		   "&lat=%.6f&lon=%.6f&timestamp=%lld&speed=5&bearing=90&altitude=12"
		   "&accuracy=9&batt=80%s",
		   d->lat, d->lon, (long long)(d->at / 1000), more);
	sim_get(d, out, buf_span(&path));
	buf_done(&path);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	say(d, out, "");
}

static void
sos(struct sim_device *d, struct buf *out)
{
	say(d, out, "&alarm=sos");
}

const struct sim_protocol sim_osmand = {
	.door = "osmand",
	.what = "a phone with OsmAnd or a client of its form",
	.wire = SIM_HTTP,
	.port = 5055,
	.identity = "demo-phone",
	.is_fix_answered = true,
	.fix = fix,
	.sos = sos,
	.cut = sim_http_cut,
	.hear = sim_http_hear,
};
