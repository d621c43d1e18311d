/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dijkstra, backwards from the place: what is settled is how far each junction is
 * from it, so one run answers for all units. It ends when all wanted
 * edges are answered, and in any case after its bound of junctions, which is what keeps
 * the loop free. Its memory is taken once a graph; an epoch says what of it holds.
 */
#include "route/inner.h"

#include <math.h>
#include <stdlib.h>

#define CORNER_M 10.0    /* so near a junction one may turn into any of its streets */
#define OFF_ROAD_MPS 3.0 /* from a place to the road by it, and back */

int
run_open(struct run *u, const struct roads *g)
{
	*u = (struct run){ .g = g };
	u->labels = calloc(g->n_nodes, sizeof *u->labels);
	u->heap = calloc(g->n_edges * 2 + 4, sizeof *u->heap);
	if (u->labels && u->heap)
		return 0;
	run_done(u);
	return ERR_NOMEM;
}

void
run_done(struct run *u)
{
	free(u->labels);
	free(u->heap);
	*u = (struct run){ 0 };
}

/* --- the heap: four children, so that it is flat ---------------------------------- */

static void
push(struct run *u, uint64_t cost, uint32_t node)
{
	size_t i = u->n_heap++;

	while (i) {
		size_t up = (i - 1) / 4;

		if (u->heap[up].cost <= cost)
			break;
		u->heap[i] = u->heap[up];
		i = up;
	}
	u->heap[i] = (struct heap_item){ cost, node };
}

static struct heap_item
pop(struct run *u)
{
	struct heap_item top = u->heap[0], last = u->heap[--u->n_heap];
	size_t i = 0;

	for (;;) {
		size_t kid = i * 4 + 1, least = kid, end = kid + 4;

		if (kid >= u->n_heap)
			break;
		if (end > u->n_heap)
			end = u->n_heap;
		for (size_t k = kid + 1; k < end; k++)
			if (u->heap[k].cost < u->heap[least].cost)
				least = k;
		if (u->heap[least].cost >= last.cost)
			break;
		u->heap[i] = u->heap[least];
		i = least;
	}
	u->heap[i] = last;
	return top;
}

/* --- the run ------------------------------------------------------------------------
 */

static void
reach(struct run *u, uint32_t node, uint64_t cost, uint32_t metres, uint32_t edge)
{
	struct label *l = &u->labels[node];

	if (l->mark == u->epoch && l->cost <= cost)
		return;
	*l = (struct label){ cost, metres, edge, u->epoch, false };
	push(u, cost, node);
}

static uint64_t
weight_of(const struct run *u, uint32_t edge)
{
	return u->weight[edge] + (u->closed[edge].to ? CLOSED : 0);
}

static void
settle(struct run *u, uint32_t node)
{
	const struct roads *g = u->g;

	u->labels[node].is_settled = true;
	u->n_settled++;
	for (uint32_t k = g->first[node]; k < g->first[node + 1]; k++) {
		uint32_t i = g->list[k];
		const struct edge *e = &g->edges[i];
		bool is_b = e->b == node;
		uint32_t other = is_b ? e->a : e->b;

		/* driven from the other end to this one */
		if (e->go & (is_b ? GO_FORWARD : GO_BACK))
			reach(u, other, u->labels[node].cost + weight_of(u, i),
			      u->labels[node].metres + e->length_cm / 100, i);
	}
}

static bool
is_settled(const struct run *u, uint32_t node)
{
	return u->labels[node].mark == u->epoch && u->labels[node].is_settled;
}

static bool
is_corner(double metres)
{
	return metres <= CORNER_M;
}

/* What it takes from one place of an edge to another. */
static uint64_t
part(const struct run *u, uint32_t edge, double from, double to)
{
	double low = fmin(from, to), high = fmax(from, to);
	struct closed_part c = u->closed[edge];
	bool is_closed = c.to && c.from <= high * 255 && c.to >= low * 255;

	return (uint64_t)(u->weight[edge] * (high - low)) + (is_closed ? CLOSED : 0);
}

static void
start(struct run *u, const struct snap *to)
{
	const struct edge *e = &u->g->edges[to->edge];
	double m = e->length_cm / 100.0;

	if (++u->epoch == 0) {
		memset(u->labels, 0, u->g->n_nodes * sizeof *u->labels);
		u->epoch = 1;
	}
	u->n_heap = u->n_settled = 0;
	u->is_cut = false;
	u->to = *to;
	if ((e->go & GO_FORWARD) || is_corner(m * to->along))
		reach(u, e->a, part(u, to->edge, 0, to->along),
		      (uint32_t)(m * to->along), NONE);
	if ((e->go & GO_BACK) || is_corner(m * (1 - to->along)))
		reach(u, e->b, part(u, to->edge, to->along, 1),
		      (uint32_t)(m * (1 - to->along)), NONE);
}

/* Nothing that lies further than `cost` can better the way from this edge: the way by
 * one of its ends is known, and by the other it would be no shorter. What hangs
 * together elsewhere is never reached. */
static bool
is_answered(const struct run *u, const struct snap *from, uint64_t cost)
{
	const struct edge *e = &u->g->edges[from->edge];
	uint64_t own = weight_of(u, from->edge);

	if (u->g->component[e->a] != u->g->component[u->g->edges[u->to.edge].a])
		return true;
	return ((e->go & GO_FORWARD) && is_settled(u, e->b) &&
		u->labels[e->b].cost + own <= cost) ||
	       ((e->go & GO_BACK) && is_settled(u, e->a) &&
		u->labels[e->a].cost + own <= cost);
}

void
run_from(struct run *u, const struct snap *to, const struct snap *until, size_t n,
	 size_t settle_max)
{
	size_t at = 0; /* until[0 … at) is answered */

	start(u, to);
	while (u->n_heap) {
		struct heap_item h = pop(u);

		if (is_settled(u, h.node) || h.cost > u->labels[h.node].cost)
			continue;
		if (u->n_settled == settle_max) {
			u->is_cut = true;
			return;
		}
		settle(u, h.node);
		while (at < n && is_answered(u, &until[at], h.cost))
			at++;
		if (at == n)
			return;
	}
}

/* --- reading it ------------------------------------------------------------ */

struct choice {
	uint64_t cost;
	double metres;
	uint32_t first;
};

static void
choose(struct choice *best, uint64_t cost, double metres, uint32_t first)
{
	if (cost < best->cost)
		*best = (struct choice){ cost, metres, first };
}

bool
run_leg(const struct run *u, const struct snap *from, struct route_leg *ret,
	uint32_t *ret_first)
{
	const struct edge *e = &u->g->edges[from->edge];
	double m = e->length_cm / 100.0, on = fabs(u->to.along - from->along);
	double t = from->along, off = from->off_m + u->to.off_m;
	struct choice best = { UINT64_MAX, 0, NONE };

	if (((e->go & GO_FORWARD) || is_corner(m * (1 - t))) && is_settled(u, e->b))
		choose(&best, u->labels[e->b].cost + part(u, from->edge, t, 1),
		       u->labels[e->b].metres + m * (1 - t), e->b);
	if (((e->go & GO_BACK) || is_corner(m * t)) && is_settled(u, e->a))
		choose(&best, u->labels[e->a].cost + part(u, from->edge, 0, t),
		       u->labels[e->a].metres + m * t, e->a);
	if (from->edge == u->to.edge &&
	    ((e->go & (t <= u->to.along ? GO_FORWARD : GO_BACK)) || is_corner(m * on)))
		choose(&best, part(u, from->edge, t, u->to.along), m * on, NONE);
	if (best.cost == UINT64_MAX) {
		*ret = (struct route_leg){ .why = u->is_cut ? ROUTE_TOO_FAR
							    : ROUTE_NO_WAY };
		return false;
	}
	*ret = (struct route_leg){
		.why = ROUTE_FOUND,
		.metres = best.metres + off,
		.ms = (int64_t)(best.cost & (CLOSED - 1)) +
		      (int64_t)(off / OFF_ROAD_MPS * 1000),
		.crosses_closure = best.cost >= CLOSED,
	};
	if (ret_first)
		*ret_first = best.first;
	return true;
}
