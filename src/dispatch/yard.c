/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of units that rank alike before distance; in each, cells of a hundredth of a
 * degree. A cell is seen as a ball: nobody in it is nearer than its middle less its
 * radius. So cells are looked at from the nearest on, until the next can hold nobody
 * better. Distances are straight through the earth, which orders places as the way
 * over it does, and knows no pole and no date line.
 */
#include "dispatch/inner.h"
#include "dispatch/yard.h"

#include <math.h>
#include <stdlib.h>

#define EARTH_M 6371008.8
#define CELL_E7 100000 /* of latitude 1.1 km: a dozen units where many are */
/* Half its diagonal, where it is widest (the equator). */
#define CELL_RADIUS_M (EARTH_M * M_PI / 180 * CELL_E7 / 1e7 * M_SQRT1_2)
/* What rounding may do to a distance is a thousandth of this. Who is no further behind
 * the last than so is given too, and score.c compares exactly. */
#define SLACK_M 0.01

struct key {
	uint32_t group;
	int32_t row, column; /* INT32_MAX: nowhere */
};

struct yard_cell {
	struct group *group;
	struct key key;
	size_t slot; /* in the group */
	struct yard_one **v;
	size_t n, cap;
};

struct group {
	struct yard_kind kind;
	char *capabilities;
	const char **words; /* the same, in the group's arena */
	size_t n_words;
	struct arena arena;
	uint32_t index;
	size_t n; /* units */
	struct yard_cell **cells;
	double (*middles)[3]; /* of the cells; NAN: nowhere */
	size_t n_cells, cap;
};

struct yard {
	struct group **groups; /* stay when they are empty: few kinds come and go */
	size_t n_groups;
	struct map cells; /* struct key → struct yard_cell */
};

struct yard *
yard_new(void)
{
	struct yard *y = calloc(1, sizeof *y);

	if (!y)
		abort();
	return y;
}

static void
cell_free(struct yard_cell *c)
{
	free(c->v);
	free(c);
}

void
yard_free(struct yard *y)
{
	void *c;

	if (!y)
		return;
	for (size_t at = 0; map_next(&y->cells, &at, NULL, &c);)
		cell_free(c);
	map_done(&y->cells);
	for (size_t k = 0; k < y->n_groups; k++) {
		free(y->groups[k]->cells);
		free(y->groups[k]->middles);
		arena_done(&y->groups[k]->arena);
		free(y->groups[k]);
	}
	free(y->groups);
	free(y);
}

/* --- filing ---------------------------------------------------------------- */

/* Room for one more in a list; grows by half. */
static void *
grown(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap + *cap / 2 + 1 : 4;
	v = reallocarray(v, *cap, size);
	if (!v)
		abort();
	return v;
}

static void
spot(const struct position *p, double ret[3])
{
	double lat = geo_lat(p) * (M_PI / 180), lon = geo_lon(p) * (M_PI / 180);

	ret[0] = EARTH_M * cos(lat) * cos(lon);
	ret[1] = EARTH_M * cos(lat) * sin(lon);
	ret[2] = EARTH_M * sin(lat);
}

static double
apart(const double a[3], const double b[3])
{
	double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];

	return sqrt(x * x + y * y + z * z);
}

static bool
is_kind(const struct group *g, const struct yard_kind *k, const char *capabilities)
{
	return g->kind.world == k->world && g->kind.is_live == k->is_live &&
	       g->kind.is_busy == k->is_busy &&
	       strcmp(g->kind.capabilities, capabilities) == 0;
}

static struct group *
group_of(struct yard *y, const struct yard_kind *k)
{
	const char *words = k->capabilities ? k->capabilities : "";
	struct group *g;

	for (size_t i = 0; i < y->n_groups; i++)
		if (is_kind(y->groups[i], k, words))
			return y->groups[i];
	g = calloc(1, sizeof *g);
	y->groups = reallocarray(y->groups, y->n_groups + 1, sizeof(void *));
	if (!g || !y->groups)
		abort();
	g->kind = *k;
	g->kind.capabilities = arena_dup(&g->arena, span_of(words));
	g->words = score_words(g->kind.capabilities, &g->arena, &g->n_words);
	g->index = (uint32_t)y->n_groups;
	y->groups[y->n_groups++] = g;
	return g;
}

/* Whole cells below or left of zero too. */
static int32_t
cell_line(int32_t e7)
{
	return e7 < 0 ? -1 - (-1 - e7) / CELL_E7 : e7 / CELL_E7;
}

static struct key
key_of(const struct group *g, const struct position *at)
{
	if (!at->is_set)
		return (struct key){ g->index, INT32_MAX, INT32_MAX };
	return (struct key){ g->index, cell_line(at->lat_e7), cell_line(at->lon_e7) };
}

static void
middle_of(const struct key *k, double ret[3])
{
	struct position p = { 0 };

	if (k->row == INT32_MAX) {
		ret[0] = ret[1] = ret[2] = NAN;
		return;
	}
	p.lat_e7 = k->row * CELL_E7 + CELL_E7 / 2;
	p.lon_e7 = k->column * CELL_E7 + CELL_E7 / 2;
	spot(&p, ret);
}

static struct yard_cell *
cell_of(struct yard *y, struct group *g, const struct key *key)
{
	struct span bytes = { (const char *)key, sizeof *key };
	struct yard_cell *c = map_get(&y->cells, bytes);
	size_t cap = g->cap;

	if (c)
		return c;
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	g->cells = grown(g->cells, g->n_cells, &cap, sizeof(void *));
	g->middles = grown(g->middles, g->n_cells, &g->cap, sizeof *g->middles);
	c->group = g;
	c->key = *key;
	c->slot = g->n_cells;
	middle_of(key, g->middles[g->n_cells]);
	g->cells[g->n_cells++] = c;
	map_put(&y->cells, bytes, c);
	return c;
}

static void
cell_drop(struct yard *y, struct yard_cell *c)
{
	struct group *g = c->group;
	size_t last = --g->n_cells;

	g->cells[c->slot] = g->cells[last];
	g->cells[c->slot]->slot = c->slot;
	memcpy(g->middles[c->slot], g->middles[last], sizeof *g->middles);
	map_remove(&y->cells, (struct span){ (const char *)&c->key, sizeof c->key });
	cell_free(c);
}

void
yard_take(struct yard *y, struct yard_one *one)
{
	struct yard_cell *c = one->cell;

	if (!c)
		return;
	c->v[one->slot] = c->v[--c->n];
	c->v[one->slot]->slot = one->slot;
	c->group->n--;
	one->cell = NULL;
	if (!c->n)
		cell_drop(y, c);
}

void
yard_file(struct yard *y, struct yard_one *one, const struct yard_kind *kind,
	  const struct position *at)
{
	struct group *g = group_of(y, kind);
	struct key key = key_of(g, at);
	struct yard_cell *c = one->cell;

	if (at->is_set)
		spot(at, one->at);
	if (c && memcmp(&c->key, &key, sizeof key) == 0)
		return;
	yard_take(y, one);
	c = cell_of(y, g, &key);
	c->v = grown(c->v, c->n, &c->cap, sizeof(void *));
	one->cell = c;
	one->slot = c->n;
	c->v[c->n++] = one;
	g->n++;
}

/* --- who is found ---------------------------------------------------------- */

/* A group as one question sees it. */
struct rank {
	const struct group *group;
	size_t n_missing;
};

struct near {
	double m; /* a cell: nobody in it is nearer */
	const struct yard_cell *cell;
};

struct seen {
	double m;
	const struct unit *unit;
};

/* One search through groups that rank alike. */
struct search {
	const struct yard_ask *a;
	double from[3];
	size_t wanted;
	struct near *cells; /* heap, the nearest on top */
	size_t n_cells;
	struct seen *seen;
	size_t n_seen, cap;
	double *worst; /* heap of the `wanted` nearest, the furthest on top */
	size_t n_worst;
};

static int
by_rank(const void *x, const void *y)
{
	const struct rank *a = x, *b = y;
	const struct yard_kind *k = &a->group->kind, *l = &b->group->kind;

	if (k->is_live != l->is_live)
		return k->is_live ? -1 : 1;
	if (k->is_busy != l->is_busy)
		return k->is_busy ? 1 : -1;
	return (a->n_missing > b->n_missing) - (a->n_missing < b->n_missing);
}

static size_t
missing(const struct group *g, const struct yard_ask *a)
{
	size_t n = 0;

	for (size_t w = 0; w < a->n_wanted; w++)
		n += !score_has_word(g->words, g->n_words, a->wanted[w]);
	return n;
}

static bool
is_its_own(const struct incident *i, const struct unit *u)
{
	if (!i)
		return false;
	for (size_t k = 0; k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, u->r.id) &&
		    assignment_is_open(i->assignments[k]))
			return true;
	return id_is(i->unit, u->r.id);
}

static void
cells_sink(struct near *v, size_t n, size_t i)
{
	struct near one = v[i];

	for (size_t kid; (kid = 2 * i + 1) < n; i = kid) {
		if (kid + 1 < n && v[kid + 1].m < v[kid].m)
			kid++;
		if (v[kid].m >= one.m)
			break;
		v[i] = v[kid];
	}
	v[i] = one;
}

/* The distance of the last who is wanted among those seen so far. */
static void
keep_worst(struct search *s, double m)
{
	size_t i, kid;

	if (s->n_worst < s->wanted) {
		for (i = s->n_worst++; i && s->worst[(i - 1) / 2] < m; i = (i - 1) / 2)
			s->worst[i] = s->worst[(i - 1) / 2];
		s->worst[i] = m;
		return;
	}
	if (m >= s->worst[0])
		return;
	for (i = 0; (kid = 2 * i + 1) < s->n_worst; i = kid) {
		if (kid + 1 < s->n_worst && s->worst[kid + 1] > s->worst[kid])
			kid++;
		if (s->worst[kid] <= m)
			break;
		s->worst[i] = s->worst[kid];
	}
	s->worst[i] = m;
}

static double
limit_of(const struct search *s)
{
	return s->n_worst < s->wanted ? INFINITY : s->worst[0] + SLACK_M;
}

static void
look_into(struct search *s, const struct near *at)
{
	const struct yard_cell *c = at->cell;

	for (size_t k = 0; k < c->n; k++) {
		const struct yard_one *one = c->v[k];
		double m = isinf(at->m) ? INFINITY : apart(s->from, one->at);

		if (m > limit_of(s) || is_its_own(s->a->incident, one->unit))
			continue;
		s->seen = grown(s->seen, s->n_seen, &s->cap, sizeof *s->seen);
		s->seen[s->n_seen++] = (struct seen){ m, one->unit };
		keep_worst(s, m);
	}
}

/* All cells of the groups; without a place, all are as far as nowhere. */
static void
put_cells(struct search *s, const struct rank *r, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		const struct group *g = r[k].group;

		for (size_t c = 0; c < g->n_cells; c++) {
			double m = apart(s->from, g->middles[c]) - CELL_RADIUS_M;

			s->cells[s->n_cells++] = (struct near){
				isnan(m) ? INFINITY
				: m > 0  ? m
					 : 0,
				g->cells[c],
			};
		}
	}
	for (size_t i = s->n_cells / 2; i-- > 0;)
		cells_sink(s->cells, s->n_cells, i);
}

/* The best `wanted` of groups that rank alike: s->seen. */
static void
search(struct search *s, const struct rank *r, size_t n)
{
	size_t n_kept = 0;

	put_cells(s, r, n);
	while (s->n_cells && s->cells[0].m <= limit_of(s)) {
		look_into(s, &s->cells[0]);
		s->cells[0] = s->cells[--s->n_cells];
		if (s->n_cells)
			cells_sink(s->cells, s->n_cells, 0);
	}
	for (size_t k = 0; k < s->n_seen; k++)
		if (s->seen[k].m <= limit_of(s))
			s->seen[n_kept++] = s->seen[k];
	s->n_seen = n_kept;
}

/* Those who rank alike as r[0] does: how many groups. */
static size_t
alike(const struct rank *r, size_t n)
{
	size_t k = 1;

	while (k < n && by_rank(&r[0], &r[k]) == 0)
		k++;
	return k;
}

static void
search_room(struct search *s, const struct rank *r, size_t n, struct arena *arena)
{
	size_t units = 0, cells = 0;

	for (size_t k = 0; k < n; k++) {
		units += r[k].group->n;
		cells += r[k].group->n_cells;
	}
	if (s->wanted > units)
		s->wanted = units;
	s->cells = arena_alloc(arena, (cells + 1) * sizeof *s->cells);
	s->worst = arena_alloc(arena, (s->wanted + 1) * sizeof *s->worst);
}

/* The groups of this world that have somebody, the best first. */
static size_t
ranks(const struct yard *y, const struct yard_ask *a, struct rank *ret)
{
	size_t n = 0;

	for (size_t k = 0; k < y->n_groups; k++) {
		const struct group *g = y->groups[k];

		if (!g->n || g->kind.world != a->world)
			continue;
		ret[n] = (struct rank){ g, missing(g, a) };
		n += !a->is_ready_only || (!g->kind.is_busy && !ret[n].n_missing);
	}
	qsort(ret, n, sizeof *ret, by_rank);
	return n;
}

size_t
yard_free_units(const struct yard *y, int world)
{
	size_t n = 0;

	for (size_t k = 0; k < y->n_groups; k++)
		if (y->groups[k]->kind.world == world && !y->groups[k]->kind.is_busy)
			n += y->groups[k]->n;
	return n;
}

size_t
yard_best(const struct yard *y, const struct yard_ask *a, struct arena *arena,
	  const struct unit ***ret)
{
	struct rank *r = arena_alloc(arena, (y->n_groups + 1) * sizeof *r);
	size_t n = ranks(y, a, r), n_found = 0, cap = 0;
	const struct unit **found = NULL;

	for (size_t k = 0, more; k < n && n_found < a->most; k += more) {
		struct search s = { .a = a, .wanted = a->most - n_found };

		more = alike(&r[k], n - k);
		if (a->place.is_set)
			spot(&a->place, s.from);
		else
			s.from[0] = s.from[1] = s.from[2] = NAN;
		search_room(&s, &r[k], more, arena);
		search(&s, &r[k], more);
		for (size_t i = 0; i < s.n_seen; i++) {
			found = grown(found, n_found, &cap, sizeof(void *));
			found[n_found++] = s.seen[i].unit;
		}
		free(s.seen);
	}
	*ret = arena_alloc(arena, (n_found + 1) * sizeof(void *));
	if (n_found)
		memcpy(*ret, found, n_found * sizeof(void *));
	free(found);
	return n_found;
}
