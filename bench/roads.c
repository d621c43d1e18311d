/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roads in process, in microseconds of CPU: times of 64 units, strewn over a city, to a
 * place on its graph (argv[1]: the node's folder with roads.graph), beside a bare
 * Dijkstra over the same graph that keeps nothing but distances; one way as a line; and
 * the ranking of N units (argv[2]). One JSON line. Linked with the rooms (bench/run).
 */
#include "base/auto.h"
#include "base/crypt.h"
#include "base/json.h"
#include "dispatch/muster.h"
#include "route/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define UNITS 64
#define RUNS 400

static double us[RUNS];

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
say(struct buf *b, const char *what)
{
	char key[64];

	qsort(us, RUNS, sizeof *us, rising);
	snprintf(key, sizeof key, "%s_p50_us", what);
	jw_key(b, key);
	jw_double(b, us[RUNS / 2], 1);
	snprintf(key, sizeof key, "%s_p99_us", what);
	jw_key(b, key);
	jw_double(b, us[RUNS * 99 / 100], 1);
}

/* A place on a street of the largest part, as units stand and calls come. */
static struct position
somewhere(const struct roads *g)
{
	for (;;) {
		const struct edge *e = &g->edges[(size_t)rand() % g->n_edges];
		const struct coord *p = &g->points[e->first];

		if (g->component[e->a] == g->largest)
			return (struct position){ p->lat_e7, p->lon_e7, -1, true };
	}
}

/* --- the bare loop: a binary heap of (cost, node), all of the graph, nothing else ---
 */

static uint32_t *bare_cost;
static struct {
	uint32_t cost, node;
} * bare_heap;
static size_t bare_n;

static void
bare_push(uint32_t cost, uint32_t node)
{
	size_t i = bare_n++;

	while (i && bare_heap[(i - 1) / 2].cost > cost) {
		bare_heap[i] = bare_heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	bare_heap[i].cost = cost;
	bare_heap[i].node = node;
}

static uint32_t
bare_pop(uint32_t *ret_cost)
{
	uint32_t node = bare_heap[0].node;
	size_t i = 0;

	*ret_cost = bare_heap[0].cost;
	bare_n--;
	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid >= bare_n)
			break;
		if (kid + 1 < bare_n && bare_heap[kid + 1].cost < bare_heap[kid].cost)
			kid++;
		if (bare_heap[kid].cost >= bare_heap[bare_n].cost)
			break;
		bare_heap[i] = bare_heap[kid];
		i = kid;
	}
	bare_heap[i] = bare_heap[bare_n];
	return node;
}

static void
bare_run(const struct roads *g, const uint32_t *weight, uint32_t from)
{
	memset(bare_cost, 0xff, g->n_nodes * sizeof *bare_cost);
	bare_n = 0;
	bare_cost[from] = 0;
	bare_push(0, from);
	while (bare_n) {
		uint32_t cost, v = bare_pop(&cost);

		if (cost > bare_cost[v])
			continue;
		for (uint32_t k = g->first[v]; k < g->first[v + 1]; k++) {
			const struct edge *e = &g->edges[g->list[k]];
			bool is_b = e->b == v;
			uint32_t other = is_b ? e->a : e->b;
			uint32_t next = cost + weight[g->list[k]];

			if (!(e->go & (is_b ? GO_FORWARD : GO_BACK)) ||
			    next >= bare_cost[other])
				continue;
			bare_cost[other] = next;
			bare_push(next, other);
		}
	}
}

/* --- what is measured --------------------------------------------------------------
 */

/* The best 64 by straight line of a city's 2,000 are within a few kilometres. */
static struct position
near_to(const struct roads *g, const struct position *to)
{
	for (;;) {
		struct position p = somewhere(g);

		if (geo_distance_m(&p, to) < 4000)
			return p;
	}
}

static void
times(struct route *r, struct buf *b, bool is_near, const char *what)
{
	const struct roads *g = r->roads;
	struct position from[UNITS];
	struct route_leg leg[UNITS];
	size_t found = 0;
	char key[64];

	for (int i = 0; i < RUNS; i++) {
		struct position to = somewhere(g);
		double began;

		for (int k = 0; k < UNITS; k++)
			from[k] = is_near ? near_to(g, &to) : somewhere(g);
		began = now_us();
		route_times(r, 0, 0, &to, from, UNITS, leg);
		us[i] = now_us() - began;
		for (int k = 0; k < UNITS; k++)
			found += leg[k].why == ROUTE_FOUND;
	}
	say(b, what);
	snprintf(key, sizeof key, "%s_found", what);
	jw_key(b, key);
	jw_double(b, (double)found / (UNITS * RUNS), 3);
}

static void
roads(struct route *r, struct buf *b)
{
	const struct roads *g = r->roads;

	times(r, b, false, "times_64");
	times(r, b, true, "times_64_near");
	bare_cost = calloc(g->n_nodes, sizeof *bare_cost);
	bare_heap = calloc(g->n_edges * 2 + 2, sizeof *bare_heap);
	for (int i = 0; i < RUNS; i++) {
		const struct edge *e = &g->edges[(size_t)rand() % g->n_edges];
		double began;

		if (g->component[e->a] != g->largest) {
			i--;
			continue;
		}
		began = now_us();
		bare_run(g, r->weights.ms, e->a);
		us[i] = now_us() - began;
	}
	say(b, "bare_dijkstra");
	free(bare_cost);
	free(bare_heap);
	for (int i = 0; i < RUNS; i++) {
		struct buf AUTO(buf_done) line = { 0 };
		struct position to = somewhere(g), at = somewhere(g);
		double began = now_us();

		route_line(r, 0, 0, &to, &at, &line);
		us[i] = now_us() - began;
	}
	say(b, "line");
}

static void
by_road(void *ctx, const struct position *to, const struct position *from, size_t n,
	struct route_leg *ret)
{
	route_times(ctx, 0, 0, to, from, n, ret);
}

/* --- the ranking -------------------------------------------------------------------
 */

#define NOW_MS 1774260930000ll
#define BEST 64 /* as many as are asked for by road */

struct city {
	struct model model;
	struct track *track;
	struct muster *muster;
	struct incident incident;
	size_t n;
	struct packed {
		float x, y, z;
	} * packed; /* of the bare loop */
	struct candidate *all;
};

static void
stand(struct city *c, struct route *r, size_t i)
{
	struct fix f = { .bearer = { i + 1, 'u', "khi" },
			 .device_ms = TIME_NONE,
			 .server_ms = NOW_MS,
			 .position = somewhere(r->roads) };
	double lat = geo_lat(&f.position) * M_PI / 180;
	double lon = geo_lon(&f.position) * M_PI / 180;

	track_put(c->track, &f, false);
	c->packed[i] = (struct packed){ (float)(cos(lat) * cos(lon)),
					(float)(cos(lat) * sin(lon)), (float)sin(lat) };
}

static void
city_make(struct city *c, struct route *r, size_t n)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct id police = { 1, 'g', "khi" };
	struct agency *g;

	*c = (struct city){ .n = n };
	model_init(&c->model);
	g = (struct agency *)record_new(nouns[NOUN_AGENCY], police, 0);
	g->is_control = true;
	model_insert(&c->model, NOUN_AGENCY, &g->r);
	for (size_t i = 0; i < n; i++) {
		struct id id = { i + 1, 'u', "khi" };
		struct unit *u = (struct unit *)record_new(nouns[NOUN_UNIT], id, 0);

		u->agency = police;
		u->callsign = span_dup(SPAN("K-1"));
		u->capabilities = span_dup(SPAN("[\"armed\",\"medic\"]"));
		u->shift_on = true;
		model_insert(&c->model, NOUN_UNIT, &u->r);
	}
	if (track_open(NULL, NOW_MS, &c->track, &why) < 0)
		abort();
	c->muster = muster_open(&c->model, c->track, 60000, NOW_MS);
	c->packed = calloc(n, sizeof *c->packed);
	c->all = calloc(n, sizeof *c->all);
	for (size_t i = 0; i < n; i++)
		stand(c, r, i);
	for (size_t i = 0; i < n; i++)
		c->all[i] = muster_candidate(
			c->muster,
			unit_find(&c->model, (struct id){ i + 1, 'u', "khi" }));
}

static void
city_done(struct city *c)
{
	muster_close(c->muster);
	track_close(c->track);
	model_done(&c->model);
	free(c->packed);
	free(c->all);
}

/* The bare loop: all places, packed, and the nearest 64 kept in order. */
static float
scan(const struct city *c, const struct position *to)
{
	double lat = geo_lat(to) * M_PI / 180, lon = geo_lon(to) * M_PI / 180;
	float x = (float)(cos(lat) * cos(lon)), y = (float)(cos(lat) * sin(lon));
	float z = (float)sin(lat), best[BEST];
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		float dx = c->packed[i].x - x, dy = c->packed[i].y - y;
		float dz = c->packed[i].z - z, d = dx * dx + dy * dy + dz * dz;
		size_t at;

		if (n == BEST && d >= best[n - 1])
			continue;
		at = n < BEST ? n++ : n - 1;
		for (; at && best[at - 1] > d; at--)
			best[at] = best[at - 1];
		best[at] = d;
	}
	return best[0];
}

enum way_to_rank { RANK_ALL, RANK_BEST, RANK_BY_ROAD };

static void
rank(struct city *c, struct route *r, const struct position *to, enum way_to_rank way)
{
	static const char *const wanted[] = { "armed" };
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation ret;
	struct yard_ask ask = { .place = *to,
				.wanted = wanted,
				.n_wanted = 1,
				.most = score_most(10),
				.incident = &c->incident };
	struct score_args a = { .incident = &c->incident,
				.place = *to,
				.wanted = wanted,
				.n_wanted = 1,
				.limit = 10,
				.detour_factor = 1.4,
				.speed_mps = 10,
				.fix_fresh_ms = 60000,
				.by_road = way == RANK_BY_ROAD ? by_road : NULL,
				.road_ctx = r };
	struct candidate *v = c->all;
	const struct unit **best;
	size_t n = c->n;

	if (way != RANK_ALL) {
		n = muster_best(c->muster, &ask, NOW_MS, &arena, &best);
		v = arena_alloc(&arena, (n + 1) * sizeof *v);
		for (size_t k = 0; k < n; k++)
			v[k] = muster_candidate(c->muster, best[k]);
	}
	score_units(&a, v, n, &arena, &ret);
	buf_done(&ret.fixes);
}

static void
rankings(struct city *c, struct route *r, enum way_to_rank way, struct buf *b,
	 const char *what)
{
	for (int i = 0; i < RUNS; i++) {
		struct position to = somewhere(r->roads);
		double began = now_us();

		rank(c, r, &to, way);
		us[i] = now_us() - began;
	}
	say(b, what);
}

static void
ranking(struct route *r, size_t n, struct buf *b)
{
	struct city c;
	volatile float seen = 0;

	city_make(&c, r, n);
	for (int i = 0; i < RUNS; i++) {
		struct position to = somewhere(r->roads);
		double began = now_us();

		seen += scan(&c, &to);
		us[i] = now_us() - began;
	}
	say(b, "bare_scan");
	rankings(&c, r, RANK_BEST, b, "nearest");
	rankings(&c, r, RANK_ALL, b, "rank_all");
	rankings(&c, r, RANK_BY_ROAD, b, "rank_by_road");
	for (int i = 0; i < RUNS; i++) { /* a tenth of the city moves */
		double began = now_us();

		for (size_t k = (size_t)i % 10; k < n; k += 10)
			stand(&c, r, k);
		us[i] = (now_us() - began) / (double)(n / 10);
	}
	say(b, "move");
	city_done(&c);
}

int
main(int argc, char **argv)
{
	struct buf AUTO(buf_done) b = { 0 }, why = { 0 };
	struct route_config cfg = { .dir = argc > 1 ? argv[1] : "." };
	struct route *r;
	struct route_facts f;

	if (crypt_start() < 0 || route_open(&cfg, &r, &why) < 0 ||
	    !route_facts(r, &f)) {
		fprintf(stderr, "bench roads: %s\n", why.n ? why.p : "no roads there");
		return 1;
	}
	srand(7);
	jw_open(&b, '{');
	jw_ki64(&b, "junctions", (int64_t)f.nodes);
	jw_ki64(&b, "stretches", (int64_t)f.edges);
	roads(r, &b);
	ranking(r, argc > 2 ? (size_t)atol(argv[2]) : 10000, &b);
	jw_close(&b, '}');
	puts(b.p);
	route_close(r);
	return 0;
}
