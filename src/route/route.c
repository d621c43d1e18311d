/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doorway: the graph that is loaded, its weights of the hour, what is closed in
 * each world, and the answers made of a run. All on the loop's thread: a run is
 * bounded (run.c).
 */
#include "route/inner.h"

#include "base/auto.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>

/* --- opening and closing -----------------------------------------------------------
 */

static int
read_file_of(const char *dir, struct buf *ret, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 };
	FILE *f;
	size_t n;

	buf_printf(&path, "%s/%s", dir, ROUTE_FILE);
	f = fopen(path.p, "rb");
	if (!f) {
		buf_add_z(why, "no roads were imported");
		return ERR_NOT_FOUND;
	}
	do {
		buf_reserve(ret, 65536);
		n = fread(ret->p + ret->n, 1, 65536, f);
		ret->n += n;
	} while (n);
	if (ferror(f))
		n = 1;
	fclose(f);
	if (n)
		buf_printf(why, "%s cannot be read", path.p);
	return n ? ERR_IO : 0;
}

static void
drop_roads(struct route *r)
{
	for (int w = 0; w < ROUTE_WORLDS; w++) {
		free(r->closed[w]);
		r->closed[w] = NULL;
	}
	free(r->weights.ms);
	r->weights = (struct weights){ 0 };
	run_done(&r->run);
	roads_free(r->roads);
	r->roads = NULL;
}

static void
take_roads(struct route *r, struct roads *g)
{
	bool is_taken = true;

	drop_roads(r);
	r->roads = g;
	for (int w = 0; w < ROUTE_WORLDS; w++)
		is_taken = (r->closed[w] = calloc(g->n_edges, sizeof **r->closed)) &&
			   is_taken;
	r->weights.ms = calloc(g->n_edges, sizeof *r->weights.ms);
	if (!is_taken || !r->weights.ms || run_open(&r->run, g) < 0)
		abort();
}

int
route_reload(struct route *r, struct buf *why)
{
	struct buf AUTO(buf_done) file = { 0 };
	struct roads *g;
	int rc = read_file_of(r->dir, &file, why);

	if (rc == 0)
		rc = roads_read(buf_span(&file), &g, why);
	if (rc < 0)
		return rc;
	take_roads(r, g);
	return 0;
}

int
route_open(const struct route_config *cfg, struct route **ret, struct buf *why)
{
	struct route *r = calloc(1, sizeof *r);

	if (!r)
		return ERR_NOMEM;
	r->speeds.utc_minutes = cfg->utc_minutes;
	if (speeds_read(&r->speeds, cfg->speeds, cfg->hours, why) < 0) {
		free(r);
		return ERR_SYNTAX;
	}
	*ret = r;
	if (!cfg->dir)
		return 0;
	r->dir = span_dup(span_of(cfg->dir));
	if (route_reload(r, why) == ERR_NOT_FOUND)
		buf_clear(why); /* none is a city like any other */
	return 0;
}

void
route_close(struct route *r)
{
	if (!r)
		return;
	drop_roads(r);
	free(r->dir);
	free(r);
}

static void
facts_of(const struct roads *g, struct route_facts *ret)
{
	*ret = (struct route_facts){
		.nodes = g->n_nodes,
		.edges = g->n_edges,
		.streets = g->n_names - 1,
		.components = g->n_components,
		.km = g->km,
		.largest_km = g->largest_km,
		.from = { g->grid.from.lat_e7, g->grid.from.lon_e7, -1, true },
		.to = { g->grid.to.lat_e7, g->grid.to.lon_e7, -1, true },
		.sum = g->sum,
	};
	snprintf(ret->notice, sizeof ret->notice, "%s", g->texts + g->notice);
}

bool
route_facts(const struct route *r, struct route_facts *ret)
{
	if (!r || !r->roads)
		return false;
	facts_of(r->roads, ret);
	return true;
}

int
route_check(struct span file, struct route_facts *ret, struct buf *why)
{
	struct roads *g;
	int rc = roads_read(file, &g, why);

	if (rc < 0)
		return rc;
	facts_of(g, ret);
	roads_free(g);
	return 0;
}

const char *
route_why_word(enum route_why why)
{
	static const char *const words[] = {
		[ROUTE_FOUND] = "found",       [ROUTE_NO_ROADS] = "no_roads",
		[ROUTE_OFF_ROAD] = "off_road", [ROUTE_NO_WAY] = "no_way",
		[ROUTE_TOO_FAR] = "too_far",
	};

	return words[why];
}

/* --- times --------------------------------------------------------------------------
 */

static void
weigh(struct route *r, int64_t now_ms)
{
	unsigned hour = speeds_hour(&r->speeds, now_ms);
	const struct roads *g = r->roads;

	if (r->weights.is_set && r->weights.hour == hour)
		return;
	for (size_t i = 0; i < g->n_edges; i++) {
		const struct edge *e = &g->edges[i];
		double kmh = r->speeds.kmh[e->class];

		if (e->limit_kmh && e->limit_kmh < kmh)
			kmh = e->limit_kmh;
		kmh *= (double)r->speeds.factor[hour][e->class];
		r->weights.ms[i] = (uint32_t)lround(e->length_cm * 36.0 / kmh);
	}
	r->weights.hour = hour;
	r->weights.is_set = true;
}

static bool
start_run(struct route *r, int world, int64_t now_ms)
{
	if (!r || !r->roads || world < 0 || world >= ROUTE_WORLDS)
		return false;
	weigh(r, now_ms);
	r->run.weight = r->weights.ms;
	r->run.closed = r->closed[world];
	return true;
}

static void
say_all(struct route_leg *ret, size_t n, enum route_why why)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct route_leg){ .why = why };
}

void
route_times(struct route *r, int world, int64_t now_ms, const struct position *to,
	    const struct position *from, size_t n, struct route_leg *ret)
{
	struct snap AUTO(auto_free) *snaps = NULL;
	struct snap place;
	size_t n_snaps = 0;

	if (!start_run(r, world, now_ms)) {
		say_all(ret, n, ROUTE_NO_ROADS);
		return;
	}
	say_all(ret, n, ROUTE_OFF_ROAD);
	if (!to->is_set || !roads_snap(r->roads, to, &place))
		return;
	snaps = calloc(n + 1, sizeof *snaps);
	if (!snaps)
		abort();
	for (size_t i = 0; i < n; i++)
		if (from[i].is_set && roads_snap(r->roads, &from[i], &snaps[n_snaps])) {
			n_snaps++;
			ret[i].why = ROUTE_FOUND;
		}
	run_from(&r->run, &place, snaps, n_snaps, SETTLE_TIMES);
	for (size_t i = 0, k = 0; i < n; i++)
		if (ret[i].why == ROUTE_FOUND)
			run_leg(&r->run, &snaps[k++], &ret[i], NULL);
}

/* --- the way itself -------------------------------------------------------- */

static void
put_point(struct buf *b, struct coord p)
{
	jw_open(b, '[');
	jw_double(b, p.lon_e7 / 1e7, 6);
	jw_double(b, p.lat_e7 / 1e7, 6);
	jw_close(b, ']');
}

/* Points of an edge from its piece to its end, without what the caller put. */
static void
put_forward(struct buf *b, const struct roads *g, const struct edge *e, uint32_t from,
	    uint32_t to)
{
	for (uint32_t k = from; k <= to && k < e->first + e->n_points; k++)
		put_point(b, g->points[k]);
}

static void
put_back(struct buf *b, const struct roads *g, const struct edge *e, uint32_t from,
	 uint32_t to)
{
	for (uint32_t k = from + 1; k-- > to && k >= e->first;)
		put_point(b, g->points[k]);
}

/* On along the run's tree, from a junction to one of the place's street. */
static uint32_t
put_tree(struct buf *b, const struct run *u, uint32_t node)
{
	const struct roads *g = u->g;

	while (u->labels[node].next != NONE) {
		const struct edge *e = &g->edges[u->labels[node].next];

		if (e->a == node)
			put_forward(b, g, e, e->first + 1, e->first + e->n_points - 1);
		else
			put_back(b, g, e, e->first + e->n_points - 2, e->first);
		node = e->a == node ? e->b : e->a;
	}
	return node;
}

static void
put_way(struct buf *b, const struct run *u, const struct snap *from, uint32_t first)
{
	const struct roads *g = u->g;
	const struct edge *e = &g->edges[from->edge], *last = &g->edges[u->to.edge];
	uint32_t node;

	put_point(b, from->at);
	if (first == NONE) { /* it stays on one street */
		if (from->piece < u->to.piece)
			put_forward(b, g, e, from->piece + 1, u->to.piece);
		else if (from->piece > u->to.piece)
			put_back(b, g, e, from->piece, u->to.piece + 1);
	} else {
		if (first == e->b)
			put_forward(b, g, e, from->piece + 1,
				    e->first + e->n_points - 1);
		else
			put_back(b, g, e, from->piece, e->first);
		node = put_tree(b, u, first);
		if (node == last->a && (last->go & GO_FORWARD))
			put_forward(b, g, last, last->first + 1, u->to.piece);
		else
			put_back(b, g, last, last->first + last->n_points - 2,
				 u->to.piece + 1);
	}
	put_point(b, u->to.at);
}

struct route_leg
route_line(struct route *r, int world, int64_t now_ms, const struct position *to,
	   const struct position *from, struct buf *ret_json)
{
	struct route_leg leg = { .why = ROUTE_NO_ROADS };
	struct snap place, start;
	uint32_t first;

	if (!start_run(r, world, now_ms))
		return leg;
	leg.why = ROUTE_OFF_ROAD;
	if (!to->is_set || !from->is_set || !roads_snap(r->roads, to, &place) ||
	    !roads_snap(r->roads, from, &start))
		return leg;
	run_from(&r->run, &place, &start, 1, SETTLE_LINE);
	if (!run_leg(&r->run, &start, &leg, &first))
		return leg;
	jw_open(ret_json, '[');
	put_way(ret_json, &r->run, &start, first);
	jw_close(ret_json, ']');
	return leg;
}

size_t
route_close_streets(struct route *r, int world, const struct route_shape *shapes,
		    size_t n)
{
	if (!r || !r->roads || world < 0 || world >= ROUTE_WORLDS)
		return 0;
	return closures_mark(r->roads, shapes, n, r->closed[world]);
}

/* --- names ----------------------------------------------------------------- */

static struct route_name
name_of(const struct roads *g, uint32_t i)
{
	const struct name *v = &g->names[i];

	return (struct route_name){ g->texts + v->name, g->texts + v->en,
				    g->texts + v->ur, g->texts + v->sd };
}

static struct position
middle_of(const struct roads *g, const struct edge *e)
{
	const struct coord *p = &g->points[e->first + e->n_points / 2];

	return (struct position){ p->lat_e7, p->lon_e7, -1, true };
}

struct street { /* in the making: all pieces of one name */
	double metres;
	uint32_t longest;
};

void
route_each_street(const struct route *r,
		  void (*fn)(void *ctx, const struct route_name *name,
			     const struct position *at, double metres),
		  void *ctx)
{
	const struct roads *g = r ? r->roads : NULL;
	struct street *v;

	if (!g)
		return;
	v = calloc(g->n_names, sizeof *v);
	if (!v)
		abort();
	for (uint32_t i = 0; i < g->n_edges; i++) {
		const struct edge *e = &g->edges[i];
		struct street *s = &v[e->name];

		if (s->metres <= 0 || g->edges[s->longest].length_cm < e->length_cm)
			s->longest = i;
		s->metres += e->length_cm / 100.0;
	}
	for (uint32_t i = 1; i < g->n_names; i++) {
		struct route_name name = name_of(g, i);
		struct position at;

		if (v[i].metres <= 0)
			continue;
		at = middle_of(g, &g->edges[v[i].longest]);
		fn(ctx, &name, &at, v[i].metres);
	}
	free(v);
}

void
route_each_junction(const struct route *r,
		    void (*fn)(void *ctx, const struct route_name *a,
			       const struct route_name *b, const struct position *at),
		    void *ctx)
{
	const struct roads *g = r ? r->roads : NULL;

	for (uint32_t v = 0; g && v < g->n_nodes; v++)
		for (uint32_t i = g->first[v]; i < g->first[v + 1]; i++)
			for (uint32_t k = i + 1; k < g->first[v + 1]; k++) {
				uint32_t m = g->edges[g->list[i]].name;
				uint32_t n = g->edges[g->list[k]].name;
				struct route_name a = name_of(g, m), b = name_of(g, n);
				struct position at = { g->nodes[v].lat_e7,
						       g->nodes[v].lon_e7, -1, true };

				if (m && n && m != n)
					fn(ctx, &a, &b, &at);
			}
}
