/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offers: they come back when nobody took them; a run card may make them at
 * once, in narrow bounds (product rule 7); and a unit that comes near is told
 * to the caller. Never retries a unit that declined or let an offer go.
 */
#include "dispatch/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

#define NEAR_M 500.0
#define NEAR_S 120
/* Units report each 5-10 s: looking this often adds little to that. */
#define NEAR_LOOK_MS 2000

/* --- time-outs ------------------------------------------------------------- */

static void
offer_watch_add(struct dispatch *d, const struct assignment *a, int64_t left_ms)
{
	struct offer_watch *w = map_get(&d->offers, ID_KEY(&a->r.id));
	int64_t full = a->expires_at - a->offered_at;

	if (a->state != ASSIGNMENT_OFFERED || a->expires_at == TIME_NONE)
		return;
	if (!w) {
		w = calloc(1, sizeof *w);
		if (!w)
			abort();
		w->id = a->r.id;
		map_put(&d->offers, ID_KEY(&w->id), w);
	}
	if (left_ms > full)
		left_ms = full;
	w->due_mono = desk_mono(d) + (left_ms < 0 ? 0 : left_ms);
	desk_arm(d, w->due_mono);
}

int64_t
offers_run(struct dispatch *d, int64_t now_mono)
{
	int64_t next = INT64_MAX;
	void *v;

	for (size_t at = 0; map_next(&d->offers, &at, NULL, &v);) {
		struct offer_watch *w = v;

		if (w->due_mono > now_mono) {
			if (w->due_mono < next)
				next = w->due_mono;
			continue;
		}
		assignment_time_out(journal_begin(d->journal, NULL), w->id);
		map_remove(&d->offers, ID_KEY(&w->id));
		free(w);
	}
	return next;
}

void
offers_load(struct dispatch *d)
{
	int64_t now = journal_now(d->journal);
	void *a;

	for (size_t at = 0;
	     map_next(&d->model->tables[NOUN_ASSIGNMENT], &at, NULL, &a);)
		offer_watch_add(d, a, ((struct assignment *)a)->expires_at - now);
}

void
offers_done(struct dispatch *d)
{
	void *w;

	for (size_t at = 0; map_next(&d->offers, &at, NULL, &w);)
		free(w);
	map_done(&d->offers);
}

/* --- at once, by run card -------------------------------------------------- */

/* Two callers that do not know each other: one of them must be more than an
 * address, or one person with two telephones could send the police. */
static bool
has_two_sources(const struct incident *i)
{
	size_t known = 0, n = 0;
	struct span source;

	for (size_t at = 0;
	     (n < 2 || !known) && map_next(&i->roll, &at, &source, NULL);) {
		n++;
		known += !span_starts(source, SPAN("peer:"));
	}
	return n >= 2 && known >= 1;
}

static bool
may_offer(const struct dispatch *d, const struct incident *i,
	  const struct run_card *card)
{
	if (!card || !card->offer_at_once || i->is_test)
		return false;
	/* Once a person has it, a person decides. */
	if (i->state == INCIDENT_CLOSED || !i->unacknowledged ||
	    i->cancel_asked_at != TIME_NONE)
		return false;
	if (i->trust != TRUST_VERIFIED && !has_two_sources(i))
		return false;
	return !storm_covers(d, i);
}

static bool
was_tried(const struct incident *i, const struct unit *u)
{
	for (size_t k = 0; k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, u->r.id))
			return true;
	return false;
}

/* How many more the card lets go, with its cover kept. The unit that calls for help
 * itself covers nothing. */
static size_t
may_go_now(struct dispatch *d, const struct incident *i, const struct run_card *card)
{
	const struct unit *caller = unit_find(d->model, i->unit);
	int64_t wanted = card->units == FIELD_NONE ? 1 : card->units;
	int64_t cover = card->min_cover == FIELD_NONE ? 0 : card->min_cover;
	int64_t spare = (int64_t)muster_free_units(d->muster, i->r.world) - cover;

	if (caller && caller->r.world == i->r.world &&
	    unit_state(caller) == UNIT_AVAILABLE && muster_is_lent(d->model, caller))
		spare--;
	wanted -= (int64_t)incident_open_assignments(i);
	if (wanted > spare)
		wanted = spare;
	if (wanted > OFFER_UNITS_MAX)
		wanted = OFFER_UNITS_MAX;
	return wanted < 0 ? 0 : (size_t)wanted;
}

/* Units for an offer at once, best first; returns how many. */
static size_t
choose(const struct incident *i, const struct recommendation *rec, size_t wanted,
       struct id ret[OFFER_UNITS_MAX])
{
	size_t n = 0;

	for (size_t k = 0; k < rec->n_items && n < wanted; k++)
		if (!was_tried(i, rec->items[k].unit))
			ret[n++] = rec->items[k].unit->r.id;
	return n;
}

void
offer_at_once(struct dispatch *d, struct incident *i)
{
	const struct run_card *card = desk_card(d, i);
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation rec;
	struct id units[OFFER_UNITS_MAX];
	struct offer_args a = {
		.incident = i->r.id,
		.units = units,
		.is_partial = true,
		.is_at_once = true,
	};
	struct offer_result made;
	struct decision *dec;
	size_t wanted;

	if (!may_offer(d, i, card))
		return;
	wanted = may_go_now(d, i, card);
	if (!wanted)
		return;
	/* none of those who were tried can take a place of one who was not */
	recommend_ready(d, i, wanted + i->n_assignments, &arena, &rec);
	a.n_units = choose(i, &rec, wanted, units);
	a.expires_in_ms = dispatch_offer_timeout(d, i);
	a.fixes = buf_span(&rec.fixes);
	dec = journal_begin(d->journal, NULL);
	if (a.n_units && assignment_offer(dec, &a, &made) < 0)
		log_error("dispatch", "offer_refused", "incident=%s why=%s",
			  i->number ? i->number : "", dec->refusal.detail);
	buf_done(&rec.fixes);
}

/* A press may be what was missing: the first ones of an incident are looked
 * at, not each of a hundred thousand. */
#define PRESSES_LOOKED_AT 8

void
offers_on_event(struct dispatch *d, const struct event *e)
{
	struct incident *i = incident_find(d->model, e->incident);
	struct assignment *a;

	switch (e->type) {
	case EVENT_ASSIGNMENT_OFFERED:
		a = assignment_find(d->model, e->subject);
		if (a)
			offer_watch_add(d, a, INT64_MAX);
		break;
	case EVENT_ASSIGNMENT_EXPLAINED:
		break; /* the offer stands, and times out as before */
	case EVENT_ASSIGNMENT_TIMED_OUT:
	case EVENT_ASSIGNMENT_DECLINED:
	case EVENT_SIGNAL_RECEIVED:
		if (i && (e->type != EVENT_SIGNAL_RECEIVED ||
			  i->signals_count <= PRESSES_LOOKED_AT))
			offer_at_once(d, i);
		/* fall through */
	default:
		if (event_infos[e->type].noun == NOUN_ASSIGNMENT)
			free(map_remove(&d->offers, ID_KEY(&e->subject)));
	}
}

/* --- near ------------------------------------------------------------------ */

static bool
is_near(struct dispatch *d, const struct assignment *a, const struct position *place)
{
	const struct unit *u = unit_find(d->model, a->unit);
	const struct fix *f = u ? unit_fix(d, u) : NULL;
	double m;

	if ((a->state != ASSIGNMENT_ACCEPTED && a->state != ASSIGNMENT_EN_ROUTE) ||
	    !f || !f->position.is_set || !place->is_set ||
	    journal_now(d->journal) - f->server_ms > d->cfg.fix_fresh_ms)
		return false;
	m = geo_distance_m(&f->position, place);
	return m <= NEAR_M || m * d->cfg.detour_factor <= NEAR_S * d->cfg.speed_mps;
}

void
near_arm(struct dispatch *d)
{
	if (d->is_near_armed)
		return;
	d->is_near_armed = true;
	net_timer_start(d->near_timer, NEAR_LOOK_MS, NEAR_LOOK_MS);
}

void
near_check(void *ctx)
{
	struct dispatch *d = ctx;
	bool is_wanted = false;
	void *v;

	for (size_t at = 0; map_next(&d->watches, &at, NULL, &v);) {
		struct watch *w = v;
		struct incident *i =
			w->wants_near ? incident_find(d->model, w->id) : NULL;
		struct position place;

		if (!i)
			continue;
		place = incident_place(d, i);
		for (size_t k = 0; k < i->n_assignments && w->wants_near; k++) {
			if (!is_near(d, i->assignments[k], &place))
				continue;
			incident_unit_near(journal_begin(d->journal, NULL), w->id);
			w->wants_near = false;
		}
		is_wanted |= w->wants_near;
	}
	if (is_wanted)
		return;
	d->is_near_armed = false;
	net_timer_stop(d->near_timer);
}
