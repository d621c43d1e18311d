/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a place to the road by it, through the grid: rings of cells outwards, until no
 * further ring can hold a nearer one. A street that is cut off from the city is taken
 * only where the city's own roads are much further: mostly it is a gap in the map.
 */
#include "route/inner.h"

#include <math.h>

#define SNAP_M 2000.0  /* further than this there is no road by it */
#define ISLAND_M 150.0 /* by how much a cut-off street must be nearer */

struct plane { /* metres east and north of the place */
	struct coord zero;
	double east, north;
};

static struct plane
plane_at(struct coord p)
{
	return (struct plane){ p, E7_METRE * cos(p.lat_e7 / 1e7 * (M_PI / 180)),
			       E7_METRE };
}

static uint32_t
cell_of(int64_t v, int64_t from, int32_t step, uint32_t n)
{
	int64_t cell = (v - from) / step;

	if (v < from)
		return 0;
	return cell >= n ? n - 1 : (uint32_t)cell;
}

void
roads_cells(const struct roads *g, struct coord from, struct coord to, uint32_t ret[4])
{
	ret[0] = cell_of(from.lat_e7, g->grid.from.lat_e7, g->grid.step_e7,
			 g->grid.rows);
	ret[1] = cell_of(from.lon_e7, g->grid.from.lon_e7, g->grid.step_e7,
			 g->grid.columns);
	ret[2] = cell_of(to.lat_e7, g->grid.from.lat_e7, g->grid.step_e7, g->grid.rows);
	ret[3] = cell_of(to.lon_e7, g->grid.from.lon_e7, g->grid.step_e7,
			 g->grid.columns);
}

struct search {
	const struct roads *g;
	struct plane plane;
	struct snap best;
	double best_score;
};

static void
try_edge(struct search *s, uint32_t edge)
{
	const struct roads *g = s->g;
	const struct edge *e = &g->edges[edge];
	double malus = g->component[e->a] == g->largest ? 0 : ISLAND_M;

	for (uint32_t k = e->first; k + 1 < e->first + e->n_points; k++) {
		const struct coord *p = &g->points[k], *q = p + 1;
		double x = (double)((int64_t)p->lon_e7 - s->plane.zero.lon_e7) *
			   s->plane.east;
		double y = (double)((int64_t)p->lat_e7 - s->plane.zero.lat_e7) *
			   s->plane.north;
		double dx = (double)((int64_t)q->lon_e7 - p->lon_e7) * s->plane.east;
		double dy = (double)((int64_t)q->lat_e7 - p->lat_e7) * s->plane.north;
		double len2 = dx * dx + dy * dy;
		double t = len2 > 0 ? -(x * dx + y * dy) / len2 : 0, off;

		t = t < 0 ? 0 : t > 1 ? 1 : t;
		x += t * dx;
		y += t * dy;
		off = sqrt(x * x + y * y); /* hypot() guards what no city has */
		if (off + malus >= s->best_score)
			continue;
		s->best_score = off + malus;
		s->best = (struct snap){
			.edge = edge,
			.along = t, /* of the piece; of the edge below */
			.off_m = off,
			.piece = k,
			.at = { p->lat_e7 + (int32_t)lround(t * ((double)q->lat_e7 -
								 p->lat_e7)),
				p->lon_e7 + (int32_t)lround(t * ((double)q->lon_e7 -
								 p->lon_e7)) },
		};
	}
}

/* The share of the edge that lies before the place. */
static void
settle(const struct roads *g, const struct plane *plane, struct snap *s)
{
	const struct edge *e = &g->edges[s->edge];
	double before = 0, all = 0;

	for (uint32_t k = e->first; k + 1 < e->first + e->n_points; k++) {
		const struct coord *p = &g->points[k], *q = p + 1;
		double len = hypot(((double)q->lon_e7 - p->lon_e7) * plane->east,
				   ((double)q->lat_e7 - p->lat_e7) * plane->north);

		if (k < s->piece)
			before += len;
		else if (k == s->piece)
			before += len * s->along;
		all += len;
	}
	s->along = all > 0 ? before / all : 0;
}

static void
try_cell(struct search *s, int64_t row, int64_t col)
{
	const struct roads *g = s->g;
	size_t cell;

	if (row < 0 || col < 0 || row >= g->grid.rows || col >= g->grid.columns)
		return;
	cell = (size_t)row * g->grid.columns + (size_t)col;
	for (uint32_t k = g->grid.first[cell]; k < g->grid.first[cell + 1]; k++)
		try_edge(s, g->grid.list[k]);
}

/* By its latitude alone: what is beyond has no rings worth the name, at a pole not
 * even an end of them. */
static bool
is_far(const struct roads *g, const struct position *p)
{
	double south = ((double)g->grid.from.lat_e7 - p->lat_e7) * E7_METRE;
	double north = ((double)p->lat_e7 - g->grid.to.lat_e7) * E7_METRE;

	return south > SNAP_M || north > SNAP_M;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
roads_snap(const struct roads *g, const struct position *p, struct snap *ret)
{
	struct search s = {
		.g = g,
		.plane = plane_at((struct coord){ p->lat_e7, p->lon_e7 }),
		.best_score = SNAP_M,
	};
	int64_t row =
		floor_div((int64_t)p->lat_e7 - g->grid.from.lat_e7, g->grid.step_e7);
	int64_t col =
		floor_div((int64_t)p->lon_e7 - g->grid.from.lon_e7, g->grid.step_e7);
	double step_m = g->grid.step_e7 *
			(s.plane.east < s.plane.north ? s.plane.east : s.plane.north);
	bool is_found;

	if (is_far(g, p))
		return false;
	/* after ring k everything within k cells' width has been seen */
	for (int64_t ring = 0; (double)(ring - 1) * step_m < s.best_score; ring++) {
		for (int64_t k = -ring; k <= ring; k++) {
			try_cell(&s, row - ring, col + k);
			if (ring)
				try_cell(&s, row + ring, col + k);
		}
		for (int64_t k = 1 - ring; k < ring; k++) {
			try_cell(&s, row + k, col - ring);
			try_cell(&s, row + k, col + ring);
		}
	}
	is_found = s.best_score < SNAP_M;
	if (is_found) {
		settle(g, &s.plane, &s.best);
		*ret = s.best;
	}
	return is_found;
}
