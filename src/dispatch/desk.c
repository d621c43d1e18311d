/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk: keeps a watch on each open incident, hears what became durable,
 * and climbs the ladder by one timer for the soonest deadline. Deadlines run
 * on the monotonic clock from the moment the event was durable; after a
 * restart what has passed is taken from the wall clock once, and rungs taken
 * before are in the record. It decides nothing about rights or states: those
 * are the model's.
 */
#include "dispatch/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

/* After a start consoles need a moment to come back; what rang before is not
 * taken for unheard until then. New calls are. */
#define CONSOLES_RETURN_MS 10000
/* One wake-up climbs at most this far: supervisor, duty officer, province and
 * a repeat are all that can be overdue together. */
#define RUNGS_AT_ONCE 4

const struct dispatch_config dispatch_defaults = {
	.second_path = NULL,
	.synthetic_every_ms = 60000,
	.detour_factor = 1.4, /* cities: road ÷ straight line is 1.2 to 1.5 */
	.speed_mps = 10.0,    /* 36 km/h through town with lights on */
	.fix_fresh_ms = 60000,
};

int64_t
desk_mono(const struct dispatch *d)
{
	return net_mono_ms(d->net);
}

const struct run_card *
desk_card(const struct dispatch *d, const struct incident *i)
{
	const struct site *s = site_find(d->model, i->site);

	return run_card_for(d->model, s ? s->class : 0, span_of(i->kind), i->priority);
}

bool
dispatch_is_heard(const struct dispatch *d)
{
	return d->room_with_sound > 0;
}

void
desk_arm(struct dispatch *d, int64_t due_mono)
{
	if (due_mono >= d->armed_mono)
		return;
	d->armed_mono = due_mono;
	net_timer_start(d->timer, due_mono - desk_mono(d), 0);
}

/* --- watches --------------------------------------------------------------- */

/* Until when an old alarm is given the benefit of returning consoles; 0: no. */
static int64_t
benefit_until(const struct dispatch *d, const struct watch *w)
{
	int64_t until = d->opened_mono + CONSOLES_RETURN_MS;

	return w->is_old && !dispatch_is_heard(d) && desk_mono(d) < until ? until : 0;
}

static struct ladder_step
watch_next(struct dispatch *d, const struct watch *w, const struct incident *i,
	   struct ladder_times *t, int64_t *ret_elapsed)
{
	struct ladder_view v;
	int64_t since;

	ladder_times_of(desk_card(d, i), t);
	ladder_view_of(i, &v);
	/* The record is ahead of the disk: its new phase counts once it is heard. */
	if (ladder_phase(i, &since) != w->phase || since != w->since)
		v.phase = LADDER_QUIET;
	v.is_heard = dispatch_is_heard(d) || benefit_until(d, w);
	v.elapsed_ms = *ret_elapsed = desk_mono(d) - w->base_mono;
	v.stepped_ms = w->stepped_ms;
	return ladder_next(t, &v);
}

static void
watch_arm(struct dispatch *d, struct watch *w, const struct incident *i)
{
	struct ladder_times t;
	int64_t elapsed, benefit = benefit_until(d, w);
	struct ladder_step s = watch_next(d, w, i, &t, &elapsed);

	w->due_mono = s.rung == RUNG_NONE ? INT64_MAX : w->base_mono + s.at_ms;
	if (benefit && w->phase == LADDER_RINGING && benefit < w->due_mono)
		w->due_mono = benefit;
	desk_arm(d, w->due_mono);
}

static bool
is_nearing(const struct incident *i)
{
	if (i->near_at != TIME_NONE || i->m_on_scene != TIME_NONE)
		return false;
	return incident_has_accepted(i);
}

static void
watch_drop(struct dispatch *d, struct id id)
{
	free(map_remove(&d->watches, ID_KEY(&id)));
}

/* Follows the record: a new phase counts from now, when it became durable. */
static struct watch *
watch_refresh(struct dispatch *d, struct id id)
{
	struct incident *i = incident_find(d->model, id);
	struct watch *w = map_get(&d->watches, ID_KEY(&id));
	enum ladder_phase phase;
	int64_t since;

	if (!i || i->state == INCIDENT_CLOSED) {
		watch_drop(d, id);
		return NULL;
	}
	phase = ladder_phase(i, &since);
	if (!w) {
		w = calloc(1, sizeof *w);
		if (!w)
			abort();
		w->id = id;
		map_put(&d->watches, ID_KEY(&w->id), w);
	}
	if (w->phase != phase || w->since != since) {
		w->phase = phase;
		w->since = since;
		w->base_mono = desk_mono(d);
		w->stepped_ms = -1;
		w->is_old = false;
	}
	w->wants_near = is_nearing(i);
	if (w->wants_near)
		near_arm(d);
	watch_arm(d, w, i);
	return w;
}

/* Deadlines of all, or of a site's, when what they follow from has changed. */
static void
refresh_all(struct dispatch *d, struct id site)
{
	void *w;

	for (size_t at = 0; map_next(&d->watches, &at, NULL, &w);) {
		struct incident *i = incident_find(d->model, ((struct watch *)w)->id);

		if (i && (!id_is_set(site) || id_is(i->site, site)))
			watch_arm(d, w, i);
	}
}

/* An incident that was open when the process started. */
static void
watch_resume(struct dispatch *d, struct incident *i)
{
	struct watch *w = watch_refresh(d, i->r.id);
	int64_t elapsed, paged;

	if (!w || w->phase == LADDER_QUIET)
		return;
	elapsed = ladder_elapsed(journal_now(d->journal), w->since);
	w->base_mono = desk_mono(d) - elapsed;
	w->is_old = true;
	if (i->step > 0) {
		paged = page_newest_at(d, i->r.id);
		if (paged != TIME_NONE && paged >= w->since)
			w->stepped_ms = paged - w->since;
		else if (w->phase == LADDER_RINGING
				 ? i->step > 1
				 : paged == TIME_NONE || i->trust != TRUST_VERIFIED)
			w->stepped_ms = elapsed; /* taken, but no page tells when */
	}
	watch_arm(d, w, i);
}

/* --- climbing -------------------------------------------------------------- */

static void
page_text(struct buf *b, const struct ladder_step *s, const struct incident *i,
	  int64_t elapsed_ms, bool is_heard)
{
	int64_t seconds = elapsed_ms / 1000;

	buf_printf(b, "%s %s %s", i->number ? i->number : "",
		   i->priority ? priority_names[i->priority] : "",
		   i->kind ? i->kind : "");
	if (i->site_name)
		buf_printf(b, " at %s", i->site_name);
	if (s->rung == RUNG_UNDISPATCHED)
		buf_printf(b, ": no unit has accepted for %lld s", (long long)seconds);
	else if (seconds > 0)
		buf_printf(b, ": nobody has taken it for %lld s", (long long)seconds);
	else
		buf_add_z(b, ": a call for help");
	if (!is_heard)
		buf_add_z(b, "; no console can be heard");
	if (i->trust != TRUST_VERIFIED)
		buf_add_z(b, "; caller unverified");
}

static void
rung_take(struct dispatch *d, struct watch *w, const struct incident *i,
	  const struct ladder_times *t, const struct ladder_step *s, int64_t elapsed_ms)
{
	struct buf AUTO(buf_done) text = { 0 };
	struct decision *dec = journal_begin(d->journal, NULL);

	if (s->is_paged)
		page_text(&text, s, i, elapsed_ms, dispatch_is_heard(d));
	if (s->rung != RUNG_SUPERVISOR && s->rung != RUNG_PROVINCE)
		w->stepped_ms = ladder_stepped(t, s, elapsed_ms);
	log_info("dispatch", "step", "incident=%s step=%lld text=%s",
		 i->number ? i->number : "", (long long)s->step, s->text);
	if (incident_escalate(dec, w->id, s->step, span_of(s->text)) < 0)
		log_error("dispatch", "step_refused", "why=%s", dec->refusal.detail);
	if (s->is_paged)
		page_call(d, dec, i, buf_span(&text));
}

static void
watch_climb(struct dispatch *d, struct watch *w)
{
	struct incident *i = incident_find(d->model, w->id);
	struct ladder_times t;

	for (int k = 0; i && k < RUNGS_AT_ONCE; k++) {
		int64_t elapsed;
		struct ladder_step s = watch_next(d, w, i, &t, &elapsed);

		if (s.rung == RUNG_NONE || s.at_ms > elapsed)
			break;
		rung_take(d, w, i, &t, &s, elapsed);
	}
	if (i)
		watch_arm(d, w, i);
	else
		w->due_mono = INT64_MAX;
}

/* The timer: climb what is due, then sleep until the soonest of the rest. */
static void
on_due(void *ctx)
{
	struct dispatch *d = ctx;
	int64_t now = desk_mono(d), next;
	void *v;

	d->armed_mono = INT64_MAX;
	next = offers_run(d, now);
	for (size_t at = 0; map_next(&d->watches, &at, NULL, &v);) {
		struct watch *w = v;

		if (w->due_mono <= now)
			watch_climb(d, w);
		if (w->due_mono < next)
			next = w->due_mono;
	}
	if (next != INT64_MAX)
		desk_arm(d, next);
}

/* --- hearing --------------------------------------------------------------- */

static void
on_event(void *ctx, const struct event *e)
{
	struct dispatch *d = ctx;
	enum noun_index n = event_infos[e->type].noun;

	muster_settle(d->muster);
	if (n == NOUN_DEVICE)
		losses_on_event(d, e->subject);
	if (n == NOUN_CLOSURE)
		closures_refresh(d);
	if (e->type == EVENT_RUN_CARD_CHANGED)
		refresh_all(d, (struct id){ 0 });
	else if (e->type == EVENT_SITE_CHANGED)
		refresh_all(d, e->subject);
	if (e->type == EVENT_INCIDENT_RAISED) {
		struct incident *i = incident_find(d->model, e->subject);

		if (i)
			storm_add(d, i);
	}
	if (id_is_set(e->incident) &&
	    (n == NOUN_INCIDENT || n == NOUN_ASSIGNMENT || n == NOUN_SIGNAL))
		watch_refresh(d, e->incident);
	offers_on_event(d, e);
	pages_on_event(d, e);
}

void
dispatch_room(struct dispatch *d, unsigned open, unsigned with_sound)
{
	bool was_heard = dispatch_is_heard(d);

	d->room_open = open;
	d->room_with_sound = with_sound;
	if (was_heard != dispatch_is_heard(d))
		refresh_all(d, (struct id){ 0 });
}

void
dispatch_status(const struct dispatch *d, struct dispatch_status *ret)
{
	*ret = (struct dispatch_status){
		.has_second_path = pages_have_path(d),
		.second_path_ok = pages_have_path(d) && d->is_second_path_ok,
		.pages_waiting = d->pages.n,
		.page_last_at = d->page_last_at,
		.synthetic_ok = synthetic_is_ok(d),
		.synthetic_at = d->synthetic_at,
		.synthetic_ms = d->synthetic_ms,
	};
}

/* --- opening and closing --------------------------------------------------- */

static void
resume(struct dispatch *d)
{
	struct arena AUTO(arena_done) arena = { 0 };
	size_t n;
	struct record **v = model_list(d->model, NOUN_INCIDENT, &n, &arena);

	for (size_t k = 0; k < n; k++)
		if (((struct incident *)v[k])->state != INCIDENT_CLOSED)
			watch_resume(d, (struct incident *)v[k]);
	offers_load(d);
	storm_load(d);
	losses_load(d);
	pages_load(d);
}

int
dispatch_open(struct net *net, struct journal *journal, struct track *track,
	      const struct dispatch_config *cfg, struct dispatch **ret)
{
	struct dispatch *d = calloc(1, sizeof *d);

	if (!d)
		return ERR_NOMEM;
	d->net = net;
	d->journal = journal;
	d->model = journal_model(journal);
	d->track = track;
	d->route = cfg ? cfg->route : NULL;
	d->cfg = cfg ? *cfg : dispatch_defaults;
	if (d->cfg.second_path && *d->cfg.second_path)
		d->second_path = span_dup(span_of(d->cfg.second_path));
	d->cfg.second_path = d->second_path;
	d->armed_mono = INT64_MAX;
	d->opened_mono = desk_mono(d);
	d->is_second_path_ok = d->is_synthetic_ok = true;
	d->page_last_at = d->synthetic_at = TIME_NONE;
	d->timer = net_timer_new(net, on_due, d);
	d->near_timer = net_timer_new(net, near_check, d);
	d->page_timer = net_timer_new(net, pages_run, d);
	d->closure_timer = net_timer_new(net, closures_due, d);
	d->muster =
		muster_open(d->model, track, d->cfg.fix_fresh_ms, journal_now(journal));
	d->sink = journal_add_sink(journal, on_event, d);
	resume(d);
	closures_due(d);
	synthetic_open(d);
	*ret = d;
	return 0;
}

void
dispatch_close(struct dispatch *d)
{
	void *w;

	if (!d)
		return;
	synthetic_done(d);
	journal_remove_sink(d->journal, d->sink);
	pages_done(d);
	offers_done(d);
	losses_done(d);
	for (size_t at = 0; map_next(&d->watches, &at, NULL, &w);)
		free(w);
	map_done(&d->watches);
	net_timer_free(d->timer);
	net_timer_free(d->near_timer);
	net_timer_free(d->page_timer);
	net_timer_free(d->closure_timer);
	muster_close(d->muster);
	free(d->seen);
	free(d->second_path);
	free(d);
}
