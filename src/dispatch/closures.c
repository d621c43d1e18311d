/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the closures that hold onto the roads, in their worlds, whenever one changes or
 * the clock turns one; ends those whose time is over. And a unit's way to its incident,
 * for who looks at it.
 */
#include "dispatch/inner.h"

#include "base/auto.h"

#include <stdio.h>

#define LOOK_MS 30000 /* a clock that was set is noticed by then */

static void
put_world(struct dispatch *d, int world, struct record **v, size_t n,
	  struct arena *arena)
{
	struct route_shape *shapes = arena_alloc(arena, (n + 1) * sizeof *shapes);
	int64_t now = journal_now(d->journal);
	size_t n_shapes = 0;

	for (size_t k = 0; k < n; k++) {
		const struct closure *c = (const struct closure *)v[k];
		struct position *points;

		if (c->r.world != world || !closure_holds(c, now))
			continue;
		points = arena_alloc(arena, CLOSURE_POINTS * sizeof *points);
		shapes[n_shapes].n =
			closure_points(c->shape, points, &shapes[n_shapes].is_area);
		shapes[n_shapes].points = points;
		n_shapes += shapes[n_shapes].n > 0;
	}
	route_close_streets(d->route, world, shapes, n_shapes);
}

/* Sleeps until the clock turns one. */
static void
arm(struct dispatch *d, struct record **v, size_t n)
{
	int64_t now = journal_now(d->journal), next = TIME_NONE;

	for (size_t k = 0; k < n; k++) {
		int64_t at = closure_turns_at((const struct closure *)v[k], now);

		if (at != TIME_NONE && (next == TIME_NONE || at < next))
			next = at;
	}
	if (next == TIME_NONE)
		net_timer_stop(d->closure_timer);
	else
		net_timer_start(d->closure_timer,
				next <= now            ? 1
				: next - now < LOOK_MS ? next - now
						       : LOOK_MS,
				0);
}

static void
end_old(struct dispatch *d, struct record **v, size_t n)
{
	int64_t now = journal_now(d->journal);

	for (size_t k = 0; k < n; k++) {
		const struct closure *c = (const struct closure *)v[k];

		if (!c->ended && c->until != TIME_NONE && c->until <= now)
			closure_end(journal_begin(d->journal, NULL), c);
	}
}

/* What holds now is put on the roads; the disk may be one batch behind, which a route
 * does not mind. */
void
closures_refresh(struct dispatch *d)
{
	struct arena AUTO(arena_done) arena = { 0 };
	size_t n;
	struct record **v = model_list(d->model, NOUN_CLOSURE, &n, &arena);

	for (int w = 0; w < ROUTE_WORLDS; w++)
		put_world(d, w, v, n, &arena);
	arm(d, v, n);
}

void
closures_due(void *ctx)
{
	struct dispatch *d = ctx;
	struct arena AUTO(arena_done) arena = { 0 };
	size_t n;
	struct record **v = model_list(d->model, NOUN_CLOSURE, &n, &arena);

	end_old(d, v, n);
	closures_refresh(d);
}

void
dispatch_roads_changed(struct dispatch *d)
{
	closures_refresh(d);
}

void
dispatch_way(struct dispatch *d, const struct incident *i, const struct unit *u,
	     struct buf *ret_line, struct dispatch_way *ret)
{
	struct position to = incident_place(d, i), from = { 0 };
	const struct fix *f = unit_fix(d, u);
	struct route_facts facts;

	*ret = (struct dispatch_way){ 0 };
	if (f && journal_now(d->journal) - f->server_ms <= d->cfg.fix_fresh_ms)
		from = f->position;
	ret->leg = route_line(d->route, i->r.world, journal_now(d->journal), &to, &from,
			      ret_line);
	if (ret->leg.why != ROUTE_FOUND)
		ret->reason = ret->leg.why == ROUTE_NO_ROADS ? "no_roads"
			      : !to.is_set                   ? "incident_place_unknown"
			      : !from.is_set                 ? "place_not_confirmed"
					     : route_why_word(ret->leg.why);
	else if (route_facts(d->route, &facts))
		snprintf(ret->notice, sizeof ret->notice, "%s", facts.notice);
}
