/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From roads to a graph. Roads meet where they share a coordinate, as OpenStreetMap
 * draws them: a point that two roads use, or that one ends in, is a junction, and what
 * lies between two junctions is one edge with its shape. A bridge that crosses without
 * a shared point does not meet.
 */
#include "route/build.h"

#include "base/auto.h"

#include <math.h>

struct route_build *
route_build_new(void)
{
	struct route_build *b = calloc(1, sizeof *b);

	if (!b)
		abort();
	buf_add_c(&b->texts, 0); /* offset 0: no text */
	build_name(b, (struct span[4]){ 0 });
	return b;
}

void
route_build_free(struct route_build *b)
{
	if (!b)
		return;
	free(b->ways);
	free(b->points);
	free(b->names);
	buf_done(&b->texts);
	map_done(&b->by_name);
	free(b);
}

static void *
room_for_one(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 1024;
	v = realloc(v, *cap * size);
	if (!v)
		abort();
	return v;
}

static size_t
used_points(const struct route_build *b)
{
	const struct way *last = b->n_ways ? &b->ways[b->n_ways - 1] : NULL;

	return last ? last->first + last->n_points : 0;
}

void
build_point(struct route_build *b, struct coord p)
{
	size_t n = b->n_points;

	/* twice the same after each other says nothing */
	if (n > used_points(b) && b->points[n - 1].lat_e7 == p.lat_e7 &&
	    b->points[n - 1].lon_e7 == p.lon_e7)
		return;
	b->points = room_for_one(b->points, n, &b->points_cap, sizeof *b->points);
	b->points[b->n_points++] = p;
}

bool
build_way(struct route_build *b, const struct way *as)
{
	size_t first = used_points(b);

	if (b->n_points - first < 2)
		return false;
	b->ways = room_for_one(b->ways, b->n_ways, &b->ways_cap, sizeof *b->ways);
	b->ways[b->n_ways] = *as;
	b->ways[b->n_ways].first = (uint32_t)first;
	b->ways[b->n_ways++].n_points = (uint32_t)(b->n_points - first);
	b->sums.roads++;
	return true;
}

void
build_drop(struct route_build *b)
{
	b->n_points = used_points(b);
}

uint32_t
build_text(struct route_build *b, struct span s)
{
	uint32_t at = (uint32_t)b->texts.n;

	if (!s.n)
		return 0;
	buf_add_span(&b->texts, s);
	buf_add_c(&b->texts, 0);
	return at;
}

uint32_t
build_name(struct route_build *b, const struct span v[4])
{
	struct buf AUTO(buf_done) key = { 0 };
	uintptr_t at;

	for (int i = 0; i < 4; i++) {
		buf_add_span(&key, v[i]);
		buf_add_c(&key, 0);
	}
	at = (uintptr_t)map_get(&b->by_name, buf_span(&key));
	if (at)
		return (uint32_t)at - 1;
	b->names = room_for_one(b->names, b->n_names, &b->names_cap, sizeof *b->names);
	b->names[b->n_names] =
		(struct name){ build_text(b, v[0]), build_text(b, v[1]),
			       build_text(b, v[2]), build_text(b, v[3]) };
	map_put(&b->by_name, buf_span(&key), (void *)(uintptr_t)(b->n_names + 1));
	return (uint32_t)b->n_names++;
}

/* --- junctions ------------------------------------------------------------------ */

/* Places by coordinate: how often roads use one (an end counts twice), then the
 * number of its junction. */
struct place {
	struct coord at;
	uint32_t uses, node;
};
struct places {
	struct place *v;
	size_t mask;
};

static struct place *
place_of(const struct places *p, struct coord at)
{
	uint64_t h = ((uint64_t)(uint32_t)at.lat_e7 << 32 | (uint32_t)at.lon_e7) *
		     0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h >> 20) & p->mask;

	while (p->v[i].uses &&
	       (p->v[i].at.lat_e7 != at.lat_e7 || p->v[i].at.lon_e7 != at.lon_e7))
		i = (i + 1) & p->mask;
	p->v[i].at = at;
	return &p->v[i];
}

static void
count_places(const struct route_build *b, struct places *p)
{
	size_t cap = 1024;

	while (cap < b->n_points * 2)
		cap *= 2;
	p->mask = cap - 1;
	p->v = calloc(cap, sizeof *p->v);
	if (!p->v)
		abort();
	for (size_t w = 0; w < b->n_ways; w++) {
		const struct way *y = &b->ways[w];

		for (uint32_t k = 0; k < y->n_points; k++)
			place_of(p, b->points[y->first + k])->uses +=
				k == 0 || k + 1 == y->n_points ? 2 : 1;
	}
}

static double
length_m(const struct coord *v, uint32_t n)
{
	double m = 0;

	for (uint32_t k = 0; k + 1 < n; k++)
		m += geo_distance_m(&(struct position){ .lat_e7 = v[k].lat_e7,
							.lon_e7 = v[k].lon_e7 },
				    &(struct position){ .lat_e7 = v[k + 1].lat_e7,
							.lon_e7 = v[k + 1].lon_e7 });
	return m;
}

static uint32_t
node_at(struct roads *g, struct place *p)
{
	if (p->node)
		return p->node - 1;
	g->nodes[g->n_nodes] = p->at;
	p->node = (uint32_t)++g->n_nodes;
	return p->node - 1;
}

static void
cut_way(const struct route_build *b, struct roads *g, const struct places *p,
	const struct way *y)
{
	uint32_t from = 0;

	for (uint32_t k = 1; k < y->n_points; k++) {
		const struct coord *v = &b->points[y->first + from];
		struct place *end = place_of(p, b->points[y->first + k]);
		uint32_t n = k - from + 1;

		if (end->uses < 2)
			continue;
		g->edges[g->n_edges++] = (struct edge){
			.a = node_at(g, place_of(p, *v)),
			.b = node_at(g, end),
			.first = (uint32_t)g->n_points,
			.n_points = n,
			.length_cm = (uint32_t)lround(length_m(v, n) * 100),
			.name = y->name,
			.class = y->class,
			.go = y->go,
			.limit_kmh = y->limit_kmh,
		};
		memcpy(g->points + g->n_points, v, n * sizeof *v);
		g->n_points += n;
		from = k;
	}
}

int
route_build_end(struct route_build *b, struct buf *out, struct route_built *ret,
		struct buf *why)
{
	struct places AUTO(auto_free) p = { 0 };
	/* an edge has a piece of its own at least, and shares its ends */
	struct roads g = { .names = b->names,
			   .n_names = b->n_names,
			   .texts = b->texts.p,
			   .n_texts = b->texts.n,
			   .notice = b->notice };

	if (!b->n_ways) {
		buf_add_z(why, "there is no road in it");
		return ERR_RANGE;
	}
	count_places(b, &p);
	g.nodes = calloc(b->n_points, sizeof *g.nodes);
	g.points = calloc(b->n_points * 2, sizeof *g.points);
	g.edges = calloc(b->n_points, sizeof *g.edges);
	if (!g.nodes || !g.points || !g.edges)
		abort();
	for (size_t w = 0; w < b->n_ways; w++)
		cut_way(b, &g, &p, &b->ways[w]);
	roads_write(&g, out);
	free(g.nodes);
	free(g.points);
	free(g.edges);
	*ret = b->sums;
	return 0;
}
