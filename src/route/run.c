/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dijkstra, backwards from the place: what is settled is how far each junction is
 * from it, so one run answers for all units. It ends when the ends of all wanted
 * edges are settled, and in any case after SETTLE_MAX junctions, which bounds what a
 * run can take. Its memory is taken once a graph; an epoch says what of it holds.
 */
#include "route/inner.h"

#include <math.h>
#include <stdlib.h>

#define SETTLE_MAX 60000 /* a city's; beyond it a unit is too far to ask for */
#define CORNER_M 10.0    /* so near a junction one may turn into any of its streets */
#define OFF_ROAD_MPS 3.0 /* from a place to the road by it, and back */

int
run_open(struct run *u, const struct roads *g)
{
	*u = (struct run){ .g = g };
	u->cost = calloc(g->n_nodes, sizeof *u->cost);
	u->metres = calloc(g->n_nodes, sizeof *u->metres);
	u->next = calloc(g->n_nodes, sizeof *u->next);
	u->mark = calloc(g->n_nodes, sizeof *u->mark);
	u->settled = calloc(g->n_nodes, sizeof *u->settled);
	u->heap = calloc(g->n_edges * 2 + 4, sizeof *u->heap);
	if (u->cost && u->metres && u->next && u->mark && u->settled && u->heap)
		return 0;
	run_done(u);
	return ERR_NOMEM;
}

void
run_done(struct run *u)
{
	free(u->cost);
	free(u->metres);
	free(u->next);
	free(u->mark);
	free(u->settled);
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
	if (u->mark[node] == u->epoch && u->cost[node] <= cost)
		return;
	u->mark[node] = u->epoch;
	u->settled[node] = false;
	u->cost[node] = cost;
	u->metres[node] = metres;
	u->next[node] = edge;
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

	u->settled[node] = true;
	u->n_settled++;
	for (uint32_t k = g->first[node]; k < g->first[node + 1]; k++) {
		uint32_t i = g->list[k];
		const struct edge *e = &g->edges[i];
		bool is_b = e->b == node;
		uint32_t other = is_b ? e->a : e->b;

		/* driven from the other end to this one */
		if (e->go & (is_b ? GO_FORWARD : GO_BACK))
			reach(u, other, u->cost[node] + weight_of(u, i),
			      u->metres[node] + e->length_cm / 100, i);
	}
}

static bool
is_settled(const struct run *u, uint32_t node)
{
	return u->mark[node] == u->epoch && u->settled[node];
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
		memset(u->mark, 0, u->g->n_nodes * sizeof *u->mark);
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

void
run_from(struct run *u, const struct snap *to, const struct snap *until, size_t n)
{
	size_t at = 0; /* until[0 … at) is settled */

	start(u, to);
	while (u->n_heap) {
		struct heap_item h = pop(u);

		if (is_settled(u, h.node) || h.cost > u->cost[h.node])
			continue;
		if (u->n_settled == SETTLE_MAX) {
			u->is_cut = true;
			return;
		}
		settle(u, h.node);
		for (; at < n; at++) {
			const struct edge *e = &u->g->edges[until[at].edge];

			/* what hangs together elsewhere is never reached */
			if (u->g->component[e->a] ==
				    u->g->component[u->g->edges[to->edge].a] &&
			    (!is_settled(u, e->a) || !is_settled(u, e->b)))
				break;
		}
		if (at == n)
			return;
	}
}

/* --- reading it
 * ----------------------------------------------------------------------- */

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
		choose(&best, u->cost[e->b] + part(u, from->edge, t, 1),
		       u->metres[e->b] + m * (1 - t), e->b);
	if (((e->go & GO_BACK) || is_corner(m * t)) && is_settled(u, e->a))
		choose(&best, u->cost[e->a] + part(u, from->edge, 0, t),
		       u->metres[e->a] + m * t, e->a);
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
