/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what a recommendation stands on: the units that the room may send,
 * their newest fixes (their own, or of a device bound to them), the run card's
 * wishes. The judging is score.c's. Units of another world or of an agency
 * that lends none are not handed in at all: absent a grant they do not exist
 * for the room.
 */
#include "dispatch/inner.h"

#include <stdlib.h>

#define OFFER_TIMEOUT_S 30

/* --- places ---------------------------------------------------------------- */

static int
by_unit(const void *a, const void *b)
{
	const struct bearer *x = a, *y = b;
	int by_node = memcmp(x->unit.node, y->unit.node, NODE_MAX);

	if (x->unit.seq != y->unit.seq)
		return x->unit.seq < y->unit.seq ? -1 : 1;
	return by_node;
}

static void
bearers_find(struct dispatch *d)
{
	const struct map *devices = &d->model->tables[NOUN_DEVICE];
	void *rec;

	d->n_bearers = 0;
	d->bearers = realloc(d->bearers, (devices->n + 1) * sizeof *d->bearers);
	if (!d->bearers)
		abort();
	for (size_t at = 0; map_next(devices, &at, NULL, &rec);) {
		const struct device *dev = rec;

		if (dev->state == DEVICE_BOUND &&
		    dev->bound_to.noun == noun_unit.letter)
			d->bearers[d->n_bearers++] =
				(struct bearer){ dev->bound_to, dev->r.id };
	}
	qsort(d->bearers, d->n_bearers, sizeof *d->bearers, by_unit);
	d->has_bearers = true;
}

static const struct fix *
newer(const struct fix *a, const struct fix *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->server_ms > a->server_ms ? b : a;
}

/* The newest place of a unit, by itself or by what is bound to it. */
const struct fix *
unit_fix(struct dispatch *d, const struct unit *u)
{
	const struct fix *best = track_last(d->track, u->r.id);
	size_t low = 0, high;

	if (!d->has_bearers)
		bearers_find(d);
	high = d->n_bearers;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (by_unit(&d->bearers[mid], &(struct bearer){ .unit = u->r.id }) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < d->n_bearers && id_is(d->bearers[low].unit, u->r.id); low++)
		best = newer(best, track_last(d->track, d->bearers[low].device));
	return best;
}

/* Where help is wanted: an officer in distress moves, a site does not. */
struct position
incident_place(struct dispatch *d, const struct incident *i)
{
	const struct unit *u = unit_find(d->model, i->unit);
	const struct site *s = site_find(d->model, i->site);
	const struct fix *f = u && !s ? unit_fix(d, u) : NULL;

	if (f && journal_now(d->journal) - f->server_ms <= d->cfg.fix_fresh_ms)
		return f->position;
	if (i->position.is_set)
		return i->position;
	if (s)
		return s->position;
	return f ? f->position : (struct position){ 0 };
}

/* --- the recommendation ---------------------------------------------------- */

/* Where it stands by its roster. */
static void
find_post(struct dispatch *d, const struct unit *u, struct candidate *c)
{
	const struct site *s = id_is_set(u->post) ? site_find(d->model, u->post) : NULL;

	c->is_post = s && s->position.is_set;
	if (c->is_post)
		c->post = s->position;
}

struct asked {
	struct dispatch *d;
	int world;
};

static void
by_road(void *ctx, const struct position *to, const struct position *from, size_t n,
	struct route_leg *ret)
{
	const struct asked *a = ctx;

	route_times(a->d->route, a->world, journal_now(a->d->journal), to, from, n,
		    ret);
}

/* All units of the incident's world that the room may send, in no order: the ranking
 * makes one, and a city has ten thousand. */
static size_t
gather(struct dispatch *d, const struct incident *i, struct candidate **ret,
       struct arena *arena)
{
	const struct map *units = &d->model->tables[NOUN_UNIT];
	const struct agency *g = NULL;
	struct candidate *c = arena_alloc(arena, (units->n + 1) * sizeof *c);
	int64_t now = journal_now(d->journal);
	size_t n_in = 0;
	void *rec;

	for (size_t at = 0; map_next(units, &at, NULL, &rec);) {
		const struct unit *u = rec;

		if (!g || !id_is(g->r.id, u->agency)) /* mostly the same as before */
			g = agency_find(d->model, u->agency);
		if (u->r.world != i->r.world || !g ||
		    (!g->is_control && !g->lends_units))
			continue;
		c[n_in].unit = u;
		c[n_in].is_lent = true;
		find_post(d, u, &c[n_in]);
		c[n_in].fix = u->shift_on ? unit_fix(d, u) : NULL;
		if (c[n_in].fix) {
			int64_t age = now - c[n_in].fix->server_ms;

			c[n_in].fix_age_ms = age < 0 ? 0 : age;
		}
		n_in++;
	}
	*ret = c;
	return n_in;
}

void
dispatch_recommend(struct dispatch *d, const struct incident *i, size_t limit,
		   struct arena *arena, struct recommendation *ret)
{
	const struct run_card *card = desk_card(d, i);
	struct asked asked = { d, i->r.world };
	struct score_args a = {
		.incident = i,
		.place = incident_place(d, i),
		.limit = limit,
		.detour_factor = d->cfg.detour_factor,
		.speed_mps = d->cfg.speed_mps,
		.fix_fresh_ms = d->cfg.fix_fresh_ms,
		.by_road = by_road,
		.road_ctx = &asked,
	};
	struct candidate *c;
	size_t n = gather(d, i, &c, arena);

	if (card)
		a.wanted = score_words(card->capabilities, arena, &a.n_wanted);
	score_units(&a, c, n, arena, ret);
}

int64_t
dispatch_offer_timeout(struct dispatch *d, const struct incident *i)
{
	const struct run_card *card = desk_card(d, i);

	return run_card_time(card, card ? card->offer_timeout_s : 0, OFFER_TIMEOUT_S);
}
