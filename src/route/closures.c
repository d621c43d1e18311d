/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which streets a drawn line crosses, or an area holds a part of. Done once when a
 * closure changes, over the cells of the grid that it touches; whole numbers only, so
 * that a touch is a touch on every machine.
 */
#include "route/inner.h"

#include <math.h>

static int64_t
side(struct coord a, struct coord b, struct coord c)
{
	return ((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)c.lat_e7 - a.lat_e7) -
	       ((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)c.lon_e7 - a.lon_e7);
}

static bool
is_between(struct coord a, struct coord b, struct coord c)
{
	return (c.lon_e7 <= a.lon_e7 || c.lon_e7 <= b.lon_e7) &&
	       (c.lon_e7 >= a.lon_e7 || c.lon_e7 >= b.lon_e7) &&
	       (c.lat_e7 <= a.lat_e7 || c.lat_e7 <= b.lat_e7) &&
	       (c.lat_e7 >= a.lat_e7 || c.lat_e7 >= b.lat_e7);
}

/* Where the piece p → q meets the line a → b: shares of the piece, first and last. */
static bool
crosses(struct coord a, struct coord b, struct coord p, struct coord q, double ret[2])
{
	int64_t s1 = side(a, b, p), s2 = side(a, b, q);
	int64_t s3 = side(p, q, a), s4 = side(p, q, b);

	if (s1 == 0 && s2 == 0) { /* along it */
		ret[0] = 0;
		ret[1] = 1;
		return is_between(a, b, p) || is_between(a, b, q) ||
		       is_between(p, q, a);
	}
	if ((s1 > 0 && s2 > 0) || (s1 < 0 && s2 < 0) || (s3 > 0 && s4 > 0) ||
	    (s3 < 0 && s4 < 0))
		return false;
	ret[0] = ret[1] = (double)s1 / ((double)s1 - (double)s2);
	return true;
}

static struct coord
corner_at(const struct route_shape *s, size_t i)
{
	return (struct coord){ s->points[i % s->n].lat_e7, s->points[i % s->n].lon_e7 };
}

static bool
holds(const struct route_shape *s, struct coord p)
{
	bool is_in = false;

	for (size_t i = 0; i < s->n; i++) {
		struct coord a = corner_at(s, i), b = corner_at(s, i + 1);

		if ((a.lat_e7 > p.lat_e7) == (b.lat_e7 > p.lat_e7))
			continue;
		/* a's side of the ray decides, upwards or downwards */
		if ((side(a, b, p) > 0) == (b.lat_e7 > a.lat_e7))
			is_in = !is_in;
	}
	return is_in;
}

static void
widen(struct closed_part *c, double from, double to)
{
	uint8_t low = (uint8_t)(from * 255), high = (uint8_t)(to * 255);

	high = high ? high : 1;
	if (!c->to || low < c->from)
		c->from = low;
	if (high > c->to)
		c->to = high;
}

/* Shares of the edge that its points stand at, as lengths go on this ground. */
static double
piece_length(const struct roads *g, uint32_t k)
{
	const struct coord *p = &g->points[k], *q = p + 1;
	double squeeze = cos(p->lat_e7 / 1e7 * (M_PI / 180));

	return hypot(((double)q->lon_e7 - p->lon_e7) * squeeze,
		     (double)q->lat_e7 - p->lat_e7);
}

static void
close_parts(const struct roads *g, const struct edge *e, const struct route_shape *s,
	    struct closed_part *c)
{
	size_t lines = s->is_area ? s->n : s->n - 1;
	double all = 0, before = 0, at[2];

	for (uint32_t k = e->first; k + 1 < e->first + e->n_points; k++)
		all += piece_length(g, k);
	all = all > 0 ? all : 1;
	for (uint32_t k = e->first; k < e->first + e->n_points; k++) {
		bool is_last = k + 1 == e->first + e->n_points;
		double len = is_last ? 0 : piece_length(g, k);

		if (s->is_area && holds(s, g->points[k]))
			widen(c, fmin(1, before / all), fmin(1, before / all));
		for (size_t i = 0; i < lines && !is_last; i++)
			if (crosses(corner_at(s, i), corner_at(s, i + 1), g->points[k],
				    g->points[k + 1], at))
				widen(c, fmin(1, (before + at[0] * len) / all),
				      fmin(1, (before + at[1] * len) / all));
		before += len;
	}
}

static void
mark_shape(const struct roads *g, const struct route_shape *s,
	   struct closed_part *closed)
{
	struct coord low = corner_at(s, 0), high = low;
	uint32_t c[4];

	for (size_t i = 1; i < s->n; i++) {
		struct coord p = corner_at(s, i);

		low.lat_e7 = p.lat_e7 < low.lat_e7 ? p.lat_e7 : low.lat_e7;
		low.lon_e7 = p.lon_e7 < low.lon_e7 ? p.lon_e7 : low.lon_e7;
		high.lat_e7 = p.lat_e7 > high.lat_e7 ? p.lat_e7 : high.lat_e7;
		high.lon_e7 = p.lon_e7 > high.lon_e7 ? p.lon_e7 : high.lon_e7;
	}
	roads_cells(g, low, high, c);
	for (uint32_t row = c[0]; row <= c[2]; row++)
		for (uint32_t col = c[1]; col <= c[3]; col++) {
			size_t cell = (size_t)row * g->grid.columns + col;

			for (uint32_t k = g->grid.first[cell];
			     k < g->grid.first[cell + 1]; k++) {
				uint32_t e = g->grid.list[k];

				close_parts(g, &g->edges[e], s, &closed[e]);
			}
		}
}

size_t
closures_mark(const struct roads *g, const struct route_shape *v, size_t n,
	      struct closed_part *closed)
{
	size_t n_closed = 0;

	memset(closed, 0, g->n_edges * sizeof *closed);
	for (size_t i = 0; i < n; i++)
		if (v[i].n >= (v[i].is_area ? 3u : 2u))
			mark_shape(g, &v[i], closed);
	for (size_t i = 0; i < g->n_edges; i++)
		n_closed += closed[i].to > 0;
	return n_closed;
}
