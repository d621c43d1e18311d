/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is derived from a graph when it is read: the list of edges at each junction,
 * what hangs together, and the grid by which an edge is found. All linear.
 */
#include "route/inner.h"

#include <stdlib.h>

#define STEP_E7 20000 /* a cell of the grid: 220 m, larger where roads are few */

static uint32_t *
many(size_t n)
{
	uint32_t *p = calloc(n + 1, sizeof *p);

	if (!p)
		abort();
	return p;
}

/* Counts per place become where each place's part of the list begins. */
static void
begin(uint32_t *first, size_t n)
{
	uint32_t at = 0;

	for (size_t i = 0; i <= n; i++) {
		uint32_t here = first[i];

		first[i] = at;
		at += here;
	}
}

static void
list_edges(struct roads *g)
{
	uint32_t *at;

	g->first = many(g->n_nodes + 1);
	g->list = many(g->n_edges * 2);
	for (size_t i = 0; i < g->n_edges; i++) {
		g->first[g->edges[i].a]++;
		if (g->edges[i].b != g->edges[i].a)
			g->first[g->edges[i].b]++;
	}
	begin(g->first, g->n_nodes);
	at = many(g->n_nodes);
	memcpy(at, g->first, g->n_nodes * sizeof *at);
	for (uint32_t i = 0; i < g->n_edges; i++) {
		g->list[at[g->edges[i].a]++] = i;
		if (g->edges[i].b != g->edges[i].a)
			g->list[at[g->edges[i].b]++] = i;
	}
	free(at);
}

/* --- what hangs together, whichever way one may drive ------------------------------
 */

static uint32_t
root(uint32_t *up, uint32_t v)
{
	while (up[v] != v) {
		up[v] = up[up[v]];
		v = up[v];
	}
	return v;
}

static void
join_components(struct roads *g)
{
	uint32_t *up = many(g->n_nodes);
	double *km = calloc(g->n_nodes + 1, sizeof *km);

	if (!km)
		abort();
	for (uint32_t v = 0; v < g->n_nodes; v++)
		up[v] = v;
	for (size_t i = 0; i < g->n_edges; i++)
		up[root(up, g->edges[i].a)] = root(up, g->edges[i].b);
	for (size_t i = 0; i < g->n_edges; i++) {
		double one = g->edges[i].length_cm / 1e5;

		g->km += one;
		km[root(up, g->edges[i].a)] += one;
	}
	g->largest = root(up, 0);
	for (uint32_t v = 0; v < g->n_nodes; v++) {
		if (root(up, v) == v)
			g->n_components++;
		if (km[v] > km[g->largest])
			g->largest = v;
	}
	g->largest_km = km[g->largest];
	for (uint32_t v = 0; v < g->n_nodes; v++)
		up[v] = root(up, v);
	g->component = up;
	free(km);
}

/* --- the grid ------------------------------------------------------------------------
 */

static struct coord
corner(const struct coord *a, const struct coord *b, bool is_low)
{
	bool lat = is_low == (a->lat_e7 < b->lat_e7);
	bool lon = is_low == (a->lon_e7 < b->lon_e7);

	return (struct coord){ lat ? a->lat_e7 : b->lat_e7,
			       lon ? a->lon_e7 : b->lon_e7 };
}

static void
size_grid(struct roads *g)
{
	int64_t step = STEP_E7, rows, columns;

	g->grid.from = g->grid.to = g->points[g->edges[0].first];
	for (size_t i = 0; i < g->n_points; i++) {
		g->grid.from = corner(&g->grid.from, &g->points[i], true);
		g->grid.to = corner(&g->grid.to, &g->points[i], false);
	}
	for (;; step *= 2) {
		rows = ((int64_t)g->grid.to.lat_e7 - g->grid.from.lat_e7) / step + 1;
		columns = ((int64_t)g->grid.to.lon_e7 - g->grid.from.lon_e7) / step + 1;
		if (rows * columns <= (int64_t)g->n_edges * 8 + 1024)
			break;
	}
	g->grid.step_e7 = (int32_t)step;
	g->grid.rows = (uint32_t)rows;
	g->grid.columns = (uint32_t)columns;
}

/* Cells of an edge: of the box of each of its pieces, one cell once an edge. A piece
 * is short, so its box is hardly more than itself. list NULL: counts. */
static void
fill_grid(const struct roads *g, uint32_t *last, uint32_t *at, uint32_t *list)
{
	for (uint32_t i = 0; i < g->n_edges; i++) {
		const struct edge *e = &g->edges[i];

		for (uint32_t k = e->first; k + 1 < e->first + e->n_points; k++) {
			uint32_t c[4];

			roads_cells(g, corner(&g->points[k], &g->points[k + 1], true),
				    corner(&g->points[k], &g->points[k + 1], false), c);
			for (uint32_t row = c[0]; row <= c[2]; row++)
				for (uint32_t col = c[1]; col <= c[3]; col++) {
					uint32_t cell = row * g->grid.columns + col;

					if (last[cell] == i + 1)
						continue;
					last[cell] = i + 1;
					if (list)
						list[at[cell]] = i;
					at[cell]++;
				}
		}
	}
}

static void
make_grid(struct roads *g)
{
	size_t n;
	uint32_t *last, *at;

	size_grid(g);
	n = (size_t)g->grid.rows * g->grid.columns;
	g->grid.first = many(n + 1);
	last = many(n);
	fill_grid(g, last, g->grid.first, NULL);
	begin(g->grid.first, n);
	g->grid.list = many(g->grid.first[n]);
	at = many(n);
	memcpy(at, g->grid.first, n * sizeof *at);
	memset(last, 0, n * sizeof *last);
	fill_grid(g, last, at, g->grid.list);
	free(at);
	free(last);
}

void
roads_finish(struct roads *g)
{
	list_edges(g);
	join_components(g);
	make_grid(g);
}
