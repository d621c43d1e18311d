/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what a recommendation stands on: the best of the units that the room may
 * send, as the muster finds them, their newest fixes, the run card's wishes. The
 * judging is score.c's. Units of another world or of an agency that lends none are not
 * handed in at all: absent a grant they do not exist for the room.
 */
#include "dispatch/inner.h"

#define OFFER_TIMEOUT_S 30

/* --- places ---------------------------------------------------------------- */

const struct fix *
unit_fix(struct dispatch *d, const struct unit *u)
{
	return muster_fix(d->muster, u);
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

static void
recommend(struct dispatch *d, const struct incident *i, size_t limit,
	  bool is_ready_only, struct arena *arena, struct recommendation *ret)
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
	struct yard_ask ask = {
		.world = i->r.world,
		.place = a.place,
		.most = score_most(limit),
		.incident = i,
		.is_ready_only = is_ready_only,
	};
	const struct unit **best;
	struct candidate *c;
	size_t n;

	if (card)
		a.wanted = score_words(card->capabilities, arena, &a.n_wanted);
	ask.wanted = a.wanted;
	ask.n_wanted = a.n_wanted;
	n = muster_best(d->muster, &ask, journal_now(d->journal), arena, &best);
	c = arena_alloc(arena, (n + 1) * sizeof *c);
	for (size_t k = 0; k < n; k++)
		c[k] = muster_candidate(d->muster, best[k]);
	score_units(&a, c, n, arena, ret);
}

void
dispatch_recommend(struct dispatch *d, const struct incident *i, size_t limit,
		   struct arena *arena, struct recommendation *ret)
{
	recommend(d, i, limit, false, arena, ret);
}

void
recommend_ready(struct dispatch *d, const struct incident *i, size_t limit,
		struct arena *arena, struct recommendation *ret)
{
	recommend(d, i, limit, true, arena, ret);
}

/* --- who cannot go ----------------------------------------------------------- */

/* Units that could go but for this incident, which they are on already or are the
 * call of; by id. */
static size_t
its_own(struct dispatch *d, const struct incident *i, struct arena *arena,
	const struct unit ***ret)
{
	const struct unit **v = arena_alloc(arena, (i->n_assignments + 2) * sizeof *v);
	size_t n = 0;

	for (size_t k = 0; k <= i->n_assignments; k++) {
		const struct unit *u = unit_find(
			d->model,
			k < i->n_assignments ? i->assignments[k]->unit : i->unit);
		size_t at = n;

		if (!u || u->r.world != i->r.world || !u->shift_on ||
		    u->out_of_service || !muster_is_lent(d->model, u))
			continue;
		while (at && v[at - 1]->r.id.seq > u->r.id.seq)
			at--;
		if (at && v[at - 1] == u)
			continue;
		memmove(&v[at + 1], &v[at], (n++ - at) * sizeof *v);
		v[at] = u;
	}
	*ret = v;
	return n;
}

void
dispatch_left_out(struct dispatch *d, const struct incident *i, struct arena *arena,
		  struct recommendation *ret)
{
	const struct unit *const *unable, **own;
	size_t n = muster_unable(d->muster, &unable);
	size_t n_own = its_own(d, i, arena, &own);

	ret->left_out = arena_alloc(arena, (n + n_own + 1) * sizeof *ret->left_out);
	ret->n_left_out = 0;
	for (size_t k = 0, o = 0; k < n || o < n_own;) {
		struct candidate c = { .is_lent = true };
		const char *why;

		if (k == n || (o < n_own && own[o]->r.id.seq < unable[k]->r.id.seq))
			c.unit = own[o++];
		else
			c.unit = unable[k++];
		why = c.unit->r.world == i->r.world ? score_why_not(i, &c, arena)
						    : NULL;
		if (why)
			ret->left_out[ret->n_left_out++] =
				(struct left_out){ c.unit, why };
	}
}

int64_t
dispatch_offer_timeout(struct dispatch *d, const struct incident *i)
{
	const struct run_card *card = desk_card(d, i);

	return run_card_time(card, card ? card->offer_timeout_s : 0, OFFER_TIMEOUT_S);
}
