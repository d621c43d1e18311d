/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roads' file: any bytes, and any body behind a head whose sum is put right, which
 * a mutation never finds by itself. What is taken can be asked for ways.
 */
#include "route/inner.h"

#include "base/auto.h"
#include "base/crypt.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
ask(const struct roads *g)
{
	struct run u;
	struct snap at;
	struct route_leg leg;
	uint32_t *weight = calloc(g->n_edges, sizeof *weight);
	struct closed_part *closed = calloc(g->n_edges, sizeof *closed);
	struct position p = { g->nodes[0].lat_e7, g->nodes[0].lon_e7, -1, true };

	assert(weight && closed && run_open(&u, g) == 0);
	u.weight = weight;
	u.closed = closed;
	if (roads_snap(g, &p, &at)) {
		run_from(&u, &at, &at, 1, SETTLE_LINE);
		run_leg(&u, &at, &leg, NULL);
	}
	run_done(&u);
	free(weight);
	free(closed);
}

static void
read_it(struct span file)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct roads *g;

	if (roads_read(file, &g, &why) < 0) {
		assert(why.n);
		return;
	}
	ask(g);
	roads_free(g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf AUTO(buf_done) file = { 0 };
	struct span in = { (const char *)data, n };

	if (crypt_start() < 0)
		return 0;
	read_it(in);
	if (n < ROADS_HEAD_BYTES)
		return 0;
	buf_add_span(&file, in);
	roads_put_sum(&file);
	read_it(buf_span(&file));
	return 0;
}
