/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranking, pure and deterministic. In this order: units with a fresh fix
 * before those ranked by their beat or post (never dropped: marked "place not
 * confirmed"); free before busy; fewer wanted capabilities missing; a way around
 * closures before none, where one of their like has one; sooner there, by road for the
 * best ROAD_MAX; callsign. Each says why, as code or code:detail, and who cannot go is
 * listed with the reason. A person decides.
 */
#include "dispatch/inner.h"

#include <math.h>
#include <stdlib.h>

#define REASONS_MAX 40
#define ROAD_MAX 64  /* best by straight line that the roads are asked for */
#define FIXES_MAX 32 /* written down with an offer, and kept for ever */

/* One unit on its way into the list. */
struct ranked {
	struct candidate *c;
	bool is_live, has_place;
	int busy; /* furthest assignment state, 0: free */
	struct position from;
	double distance_m, seconds; /* < 0: no place */
	int64_t eta_s;
	struct route_leg leg;
	bool is_asked;  /* leg says what the roads say */
	bool is_behind; /* its way crosses a closure, another's does not */
};

const char **
score_words(const char *json, struct arena *arena, size_t *ret_n)
{
	json_t *list = json ? json_read(span_of(json), NULL) : NULL;
	const char **v = arena_alloc(arena, (json_array_size(list) + 1) * sizeof *v);
	size_t n = 0;

	for (size_t k = 0; k < json_array_size(list); k++) {
		const json_t *word = json_array_get(list, k);

		if (json_is_string(word))
			v[n++] = arena_dup(arena, span_of(json_string_value(word)));
	}
	json_decref(list);
	*ret_n = n;
	return v;
}

/* --- who cannot go --------------------------------------------------------- */

static const struct assignment *
open_on(const struct incident *i, const struct unit *u)
{
	for (size_t k = 0; k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, u->r.id) &&
		    assignment_is_open(i->assignments[k]))
			return i->assignments[k];
	return NULL;
}

/* The same order as the law's own refusals (model/assignment.c). */
const char *
score_why_not(const struct incident *i, const struct candidate *c, struct arena *arena)
{
	const struct unit *u = c->unit;
	const struct assignment *a;

	if (u->r.world != i->r.world)
		return "other_world";
	if (!c->is_lent)
		return "not_lent";
	if (!u->shift_on)
		return "off_duty";
	if (u->out_of_service)
		return u->reason && *u->reason
			       ? arena_printf(arena, "out_of_service:%s", u->reason)
			       : "out_of_service";
	a = open_on(i, u);
	if (a)
		return arena_printf(arena, "already_assigned:%s",
				    assignment_state_names[a->state]);
	return id_is(i->unit, u->r.id) ? "in_distress" : NULL;
}

/* --- what a unit brings ---------------------------------------------------- */

bool
score_has_word(const char *const *v, size_t n, const char *word)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(v[k], word) == 0)
			return true;
	return false;
}

/* Units of a kind can do the same: what was found for the words of one is kept for
 * those that carry the same words. */
#define KNOWN_MAX 16
struct known {
	const struct candidate *v[KNOWN_MAX];
	size_t n;
};

static bool
is_known(const struct known *known, struct candidate *c)
{
	for (size_t k = 0; k < known->n; k++) {
		const struct candidate *one = known->v[k];

		if (strcmp(one->unit->capabilities, c->unit->capabilities) != 0)
			continue;
		c->has = one->has;
		c->n_has = one->n_has;
		c->missing = one->missing;
		c->n_missing = one->n_missing;
		return true;
	}
	return false;
}

static void
match(const struct score_args *a, struct candidate *c, struct known *known,
      struct arena *arena)
{
	size_t n;
	const char **own;

	if (c->unit->capabilities && is_known(known, c))
		return;
	own = score_words(c->unit->capabilities, arena, &n);
	c->has = arena_alloc(arena, (a->n_wanted + 1) * sizeof *c->has);
	c->missing = arena_alloc(arena, (a->n_wanted + 1) * sizeof *c->missing);
	c->n_has = c->n_missing = 0;
	for (size_t k = 0; k < a->n_wanted; k++)
		if (score_has_word(own, n, a->wanted[k]))
			c->has[c->n_has++] = a->wanted[k];
		else
			c->missing[c->n_missing++] = a->wanted[k];
	if (c->unit->capabilities && known->n < KNOWN_MAX)
		known->v[known->n++] = c;
}

static void
measure(const struct score_args *a, struct ranked *r)
{
	const struct candidate *c = r->c;
	const struct position *from = c->is_post ? &c->post : &c->unit->beat;

	r->is_live =
		c->fix && c->fix->position.is_set && c->fix_age_ms <= a->fix_fresh_ms;
	if (r->is_live)
		from = &c->fix->position;
	r->busy = unit_busy_as(c->unit);
	r->has_place = from->is_set;
	r->from = *from;
	r->distance_m = r->seconds = -1;
	r->eta_s = -1;
	if (!from->is_set || !a->place.is_set)
		return;
	r->distance_m = geo_distance_m(from, &a->place) * a->detour_factor;
	r->seconds = r->distance_m / (a->speed_mps > 0 ? a->speed_mps : 1);
	if (a->speed_mps > 0)
		r->eta_s = (int64_t)ceil(r->seconds);
}

/* What stands before any distance. */
static int
by_merit(const struct ranked *a, const struct ranked *b)
{
	if (a->is_live != b->is_live)
		return a->is_live ? -1 : 1;
	if (!a->busy != !b->busy)
		return a->busy ? 1 : -1;
	if (a->c->n_missing != b->c->n_missing)
		return a->c->n_missing < b->c->n_missing ? -1 : 1;
	return 0;
}

static int
order(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	double da = a->seconds < 0 ? INFINITY : a->seconds;
	double db = b->seconds < 0 ? INFINITY : b->seconds;
	int rc = by_merit(a, b);

	if (rc)
		return rc;
	if (a->has_place != b->has_place)
		return a->has_place ? -1 : 1;
	/* what one run did not reach is further than all that it did, through closures
	 * too: those it tries last */
	if ((a->leg.why == ROUTE_TOO_FAR) != (b->leg.why == ROUTE_TOO_FAR))
		return a->leg.why == ROUTE_TOO_FAR ? 1 : -1;
	if (a->is_behind != b->is_behind)
		return a->is_behind ? 1 : -1;
	if (da != db)
		return da < db ? -1 : 1;
	rc = strcmp(a->c->unit->callsign ? a->c->unit->callsign : "",
		    b->c->unit->callsign ? b->c->unit->callsign : "");
	if (rc)
		return rc;
	return a->c->unit->r.id.seq < b->c->unit->r.id.seq ? -1 : 1;
}

/* --- roads ------------------------------------------------------------------- */

/* A cordon around the place closes every way: then the nearest is still the nearest.
 * Only where a unit of equal merit has a way around do those without stand behind. */
static void
put_behind(struct ranked *r, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < n && r[k].leg.crosses_closure; i++)
			r[k].is_behind |= r[i].leg.why == ROUTE_FOUND &&
					  !r[i].leg.crosses_closure &&
					  by_merit(&r[k], &r[i]) == 0;
}

/* Those who lead by straight line are asked for by road, and sorted again among
 * themselves; the rest stand behind them as they are. */
static void
ask_roads(const struct score_args *a, struct ranked *r, size_t n, struct arena *arena)
{
	size_t n_asked = n < ROAD_MAX ? n : ROAD_MAX;
	struct position *from = arena_alloc(arena, (n_asked + 1) * sizeof *from);
	struct route_leg *legs = arena_alloc(arena, (n_asked + 1) * sizeof *legs);

	if (!a->by_road || !a->place.is_set)
		return;
	for (size_t k = 0; k < n_asked; k++)
		from[k] = r[k].from;
	a->by_road(a->road_ctx, &a->place, from, n_asked, legs);
	for (size_t k = 0; k < n_asked; k++) {
		r[k].is_asked = true;
		r[k].leg = legs[k];
		if (legs[k].why != ROUTE_FOUND)
			continue;
		r[k].distance_m = legs[k].metres;
		r[k].seconds = (double)legs[k].ms / 1000;
		r[k].eta_s = (legs[k].ms + 999) / 1000;
	}
	put_behind(r, n_asked);
	qsort(r, n_asked, sizeof *r, order);
}

static bool
is_by_road(const struct ranked *r)
{
	return r->is_asked && r->leg.why == ROUTE_FOUND;
}

/* --- saying why ------------------------------------------------------------ */

/* Why the straight line is what there is. */
static const char *
why_straight(const struct ranked *r)
{
	return r->is_asked ? route_why_word(r->leg.why) : "not_asked";
}

static const char **
reasons_of(const struct score_args *a, const struct ranked *r, struct arena *arena)
{
	const struct candidate *c = r->c;
	const char **v = arena_alloc(arena, (REASONS_MAX + 1) * sizeof *v);
	size_t n = 0;

	if (!r->is_live)
		v[n++] = "place_not_confirmed";
	if (!a->place.is_set)
		v[n++] = "incident_place_unknown";
	else if (r->distance_m >= 0)
		v[n++] = arena_printf(arena, "distance:%.0f m", r->distance_m);
	if (r->eta_s >= 0)
		v[n++] = arena_printf(arena, "eta:%lld s", (long long)r->eta_s);
	if (is_by_road(r))
		v[n++] = arena_printf(arena, "by_road:%.1f km", r->distance_m / 1000);
	else if (r->distance_m >= 0)
		v[n++] = arena_printf(arena, "straight_line:%s", why_straight(r));
	if (r->leg.crosses_closure)
		v[n++] = "crosses_closure";
	if (c->fix)
		v[n++] = arena_printf(arena, "fix_age:%lld s",
				      (long long)(c->fix_age_ms / 1000));
	else
		v[n++] = "no_fix";
	if (!r->is_live)
		v[n++] = !r->has_place ? "no_place"
			 : c->is_post  ? "by_post"
				       : "by_beat";
	for (size_t k = 0; k < c->n_has && n < REASONS_MAX - 1; k++)
		v[n++] = arena_printf(arena, "capability:%s", c->has[k]);
	for (size_t k = 0; k < c->n_missing && n < REASONS_MAX - 1; k++)
		v[n++] = arena_printf(arena, "capability_missing:%s", c->missing[k]);
	v[n++] = r->busy ? arena_printf(arena, "busy:%s",
					assignment_state_names[r->busy])
			 : "free";
	return v;
}

static void
add_fix(struct buf *b, const struct candidate *c)
{
	jw_open(b, '{');
	jw_kid(b, "unit", c->unit->r.id);
	jw_kid(b, "bearer", c->fix->bearer);
	jw_ktime(b, "at", c->fix->server_ms);
	jw_kpos(b, "position", &c->fix->position);
	jw_close(b, '}');
}

/* Keeps the best `most` in order: a city has thousands, and a few are asked for. */
static size_t
keep(struct ranked *best, size_t n, size_t most, const struct ranked *one)
{
	size_t at = n;

	if (n == most && order(one, &best[n - 1]) >= 0)
		return n;
	if (n == most)
		at = --n;
	for (; at && order(one, &best[at - 1]) < 0; at--)
		best[at] = best[at - 1];
	best[at] = *one;
	return n + 1;
}

size_t
score_most(size_t limit)
{
	return !limit ? SIZE_MAX : limit > ROAD_MAX ? limit : ROAD_MAX;
}

/* All who can go, or the best of them, in order by straight line. */
static size_t
rank(const struct score_args *a, struct candidate *c, size_t n, struct ranked *r,
     struct arena *arena, struct recommendation *ret)
{
	size_t most = score_most(a->limit), n_ranked = 0;
	struct known known = { 0 };

	for (size_t k = 0; k < n; k++) {
		const char *why = score_why_not(a->incident, &c[k], arena);
		struct ranked one = { .c = &c[k] };

		if (why) {
			ret->left_out[ret->n_left_out++] =
				(struct left_out){ c[k].unit, why };
			continue;
		}
		match(a, &c[k], &known, arena);
		measure(a, &one);
		if (a->limit)
			n_ranked = keep(r, n_ranked, most, &one);
		else
			r[n_ranked++] = one;
	}
	if (!a->limit)
		qsort(r, n_ranked, sizeof *r, order);
	return n_ranked;
}

static int
by_id(const void *x, const void *y)
{
	const struct left_out *a = x, *b = y;

	return (a->unit->r.id.seq > b->unit->r.id.seq) -
	       (a->unit->r.id.seq < b->unit->r.id.seq);
}

void
score_units(const struct score_args *a, struct candidate *c, size_t n,
	    struct arena *arena, struct recommendation *ret)
{
	struct ranked *r = arena_alloc(arena, (n + 1) * sizeof *r);
	size_t n_ranked;

	*ret = (struct recommendation){ 0 };
	ret->left_out = arena_alloc(arena, (n + 1) * sizeof *ret->left_out);
	n_ranked = rank(a, c, n, r, arena, ret);
	qsort(ret->left_out, ret->n_left_out, sizeof *ret->left_out, by_id);
	ask_roads(a, r, n_ranked, arena);
	if (a->limit && n_ranked > a->limit)
		n_ranked = a->limit;
	ret->items = arena_alloc(arena, (n_ranked + 1) * sizeof *ret->items);
	jw_open(&ret->fixes, '[');
	for (size_t k = 0; k < n_ranked; k++) {
		const struct candidate *from = r[k].c;

		ret->items[k] = (struct suggestion){
			.unit = from->unit,
			.distance_m = r[k].distance_m,
			.eta_s = r[k].eta_s,
			.fix_age_s = from->fix ? from->fix_age_ms / 1000 : -1,
			.method = is_by_road(&r[k]) ? "road" : "straight_line",
			.reasons = reasons_of(a, &r[k], arena),
		};
		if (from->fix && k < FIXES_MAX)
			add_fix(&ret->fixes, from);
	}
	jw_close(&ret->fixes, ']');
	ret->n_items = n_ranked;
}
