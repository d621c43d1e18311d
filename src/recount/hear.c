/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events into what was told: when an event happened is its own time, never one that a
 * record keeps; only what was read in from elsewhere brings its times with it.
 */
#include "recount/inner.h"

#include "base/auto.h"
#include "model/assignment.h"
#include "model/incident.h"
#include "model/opening.h"
#include "model/signal.h"
#include "model/site.h"

#define GIVEN(e, T, member) \
	((e)->body.given >> field_at((e)->body.noun, offsetof(struct T, member)) & 1)

static void *
one(struct map *m, struct id id, size_t size, bool *ret_is_new)
{
	void *v = map_get(m, ID_KEY(&id));

	*ret_is_new = !v;
	if (v)
		return v;
	v = calloc(1, size);
	if (!v)
		abort();
	map_put(m, ID_KEY(&id), v);
	return v;
}

static void
first(int64_t *at, int64_t when)
{
	if (*at == TIME_NONE)
		*at = when;
}

static struct call_told *
call_of(struct recount *r, struct id id)
{
	bool is_new;
	struct call_told *c = one(&r->calls, id, sizeof *c, &is_new);

	for (int k = 0; is_new && k < TOLD__COUNT; k++)
		c->at[k] = TIME_NONE;
	c->id = id;
	return c;
}

static void
hear_facts(struct call_told *c, const struct event *e, const struct incident *i)
{
	c->world = e->world;
	if (GIVEN(e, incident, site))
		c->site = i->site;
	if (GIVEN(e, incident, agency))
		c->agency = i->agency;
	if (GIVEN(e, incident, kind)) {
		free(c->kind);
		c->kind = i->kind ? span_dup(span_of(i->kind)) : NULL;
	}
	if (GIVEN(e, incident, priority))
		c->priority = i->priority;
	if (GIVEN(e, incident, trust))
		c->trust = i->trust;
	if (GIVEN(e, incident, position))
		c->place = i->position;
	if (GIVEN(e, incident, is_test))
		c->is_test = i->is_test;
	if (GIVEN(e, incident, form))
		c->is_late = i->form != NULL;
	if (GIVEN(e, incident, state))
		c->is_closed = i->state == INCIDENT_CLOSED;
	if (GIVEN(e, incident, disposition))
		c->disposition = i->disposition;
}

static void
hear_incident(struct recount *r, const struct event *e)
{
	const struct incident *i = (const struct incident *)e->body.rec;
	struct call_told *c = call_of(r, e->subject);

	hear_facts(c, e, i);
	switch (e->type) {
	case EVENT_INCIDENT_RAISED:
		c->written_at = e->at;
		if (c->is_late)
			return;
		first(&c->at[RAISED], e->at);
		if (GIVEN(e, incident, m_presented)) /* seen by whoever typed it */
			first(&c->at[SHOWN], e->at);
		break;
	case EVENT_INCIDENT_PRESENTED:
		first(&c->at[SHOWN], e->at);
		break;
	case EVENT_INCIDENT_ACKNOWLEDGED:
		first(&c->at[TAKEN], e->at);
		c->taken_by = e->actor;
		break;
	case EVENT_INCIDENT_IMPORTED:
		c->is_day = i->is_day_only;
		c->at[RAISED] = i->m_raised;
		c->at[SENT] = i->m_dispatched;
		c->at[GOING] = i->m_en_route;
		c->at[THERE] = i->m_on_scene;
		break;
	default:
		break;
	}
}

/* The call reaches what the first of its units reaches. */
static void
hear_unit(struct recount *r, const struct event *e)
{
	const struct assignment *a = (const struct assignment *)e->body.rec;
	bool is_new;
	struct unit_told *u = one(&r->units, e->subject, sizeof *u, &is_new);
	struct call_told *c;

	for (int k = 0; is_new && k < TOLD__COUNT; k++)
		u->at[k] = TIME_NONE;
	if (is_new) {
		u->offered_at = TIME_NONE;
		u->call = a->incident;
		u->agency = a->agency;
		u->world = e->world;
	}
	c = call_of(r, u->call);
	switch (e->type) {
	case EVENT_ASSIGNMENT_OFFERED:
		first(&u->offered_at, e->at);
		u->is_at_once = a->is_offered_at_once;
		break;
	case EVENT_ASSIGNMENT_ACCEPTED:
		first(&u->at[SENT], e->at);
		first(&c->at[SENT], e->at);
		break;
	case EVENT_ASSIGNMENT_EN_ROUTE:
		first(&u->at[SENT], e->at); /* its first word */
		first(&u->at[GOING], e->at);
		first(&c->at[GOING], e->at);
		first(&c->at[SENT], e->at);
		break;
	case EVENT_ASSIGNMENT_ON_SCENE:
		first(&u->at[SENT], e->at);
		first(&u->at[THERE], e->at);
		first(&c->at[THERE], e->at);
		first(&c->at[SENT], e->at);
		break;
	case EVENT_ASSIGNMENT_CLEARED:
		first(&u->at[SENT], e->at);
		first(&u->at[LEFT], e->at);
		break;
	case EVENT_ASSIGNMENT_EXPLAINED:
		u->override = a->override_reason;
		break;
	case EVENT_ASSIGNMENT_IMPORTED:
		u->at[SENT] = a->accepted_at;
		u->at[GOING] = a->en_route_at;
		u->at[THERE] = a->on_scene_at;
		u->at[LEFT] = a->cleared_at;
		break;
	default:
		break;
	}
}

static void
hear_press(struct recount *r, const struct event *e)
{
	const struct signal *s = (const struct signal *)e->body.rec;

	if (r->n_presses == r->cap_presses) {
		r->cap_presses += r->cap_presses / 2 + 256;
		r->presses = realloc(r->presses, r->cap_presses * sizeof *r->presses);
		if (!r->presses)
			abort();
	}
	r->presses[r->n_presses++] = (struct press_told){
		.at = e->at,
		.world = e->world,
		.is_test = s->is_test,
		.door = span_dup(span_of(s->door ? s->door : "")),
	};
}

/* One event a look, whether by a grant or by leave of the law. */
static void
hear_look(struct recount *r, const struct event *e)
{
	const struct opening *o = (const struct opening *)e->body.rec;
	const char *why = o->unusual ? o->unusual : "";

	if (r->n_looks == r->cap_looks) {
		r->cap_looks += r->cap_looks / 2 + 256;
		r->looks = realloc(r->looks, r->cap_looks * sizeof *r->looks);
		if (!r->looks)
			abort();
	}
	r->looks[r->n_looks++] = (struct look_told){
		.at = e->at,
		.world = e->world,
		.kind = o->kind,
		.by = o->agency,
		.is_many = strstr(why, "\"many\"") != NULL,
		.is_idle = strstr(why, "\"idle\"") != NULL,
	};
}

static void
hear_site(struct recount *r, const struct event *e)
{
	const struct site *s = (const struct site *)e->body.rec;
	bool is_new;
	struct site_told *t = one(&r->sites, e->subject, sizeof *t, &is_new);

	if (is_new) {
		t->tested_at = TIME_NONE;
		t->since = e->at;
		t->world = e->world;
	}
	if (e->type == EVENT_SITE_TESTED)
		t->tested_at = e->at;
	if (GIVEN(e, site, position))
		t->place = s->position;
	if (GIVEN(e, site, disabled))
		t->is_off = s->disabled;
}

static void
hear(struct recount *r, const struct event *e)
{
	switch (event_infos[e->type].noun) {
	case NOUN_INCIDENT:
		hear_incident(r, e);
		break;
	case NOUN_ASSIGNMENT:
		hear_unit(r, e);
		break;
	case NOUN_SITE:
		hear_site(r, e);
		break;
	case NOUN_OPENING:
		hear_look(r, e);
		break;
	default:
		if (e->type == EVENT_SIGNAL_RECEIVED)
			hear_press(r, e);
		break;
	}
}

struct reading {
	struct recount *r;
	struct buf *why;
	uint64_t seq;
	int rc;
};

static bool
on_event(void *ctx, const struct store_event *se)
{
	struct reading *w = ctx;
	struct field_error wrong;
	struct event e;

	w->rc = event_decode(se->doc, NULL, &e, &wrong);
	if (w->rc < 0) {
		buf_printf(w->why, "event %llu: %s", (unsigned long long)se->seq,
			   wrong.text);
		return false;
	}
	w->seq = se->seq;
	hear(w->r, &e);
	event_done(&e);
	return true;
}

int
recount_open(struct store *s, struct recount **ret, struct buf *why)
{
	struct reading w = { .r = calloc(1, sizeof(struct recount)), .why = why };
	uint64_t before;
	int rc;

	if (!w.r)
		abort();
	do {
		before = w.seq;
		rc = store_events(s, w.seq, 0, 4096, on_event, &w);
	} while (rc == 0 && w.rc == 0 && w.seq != before);
	if (rc < 0 || w.rc < 0) {
		recount_free(w.r);
		return rc < 0 ? rc : w.rc;
	}
	*ret = w.r;
	return 0;
}

void
recount_free(struct recount *r)
{
	void *v;

	if (!r)
		return;
	for (size_t k = 0; map_next(&r->calls, &k, NULL, &v);) {
		free(((struct call_told *)v)->kind);
		free(v);
	}
	for (size_t k = 0; map_next(&r->units, &k, NULL, &v);)
		free(v);
	for (size_t k = 0; map_next(&r->sites, &k, NULL, &v);)
		free(v);
	for (size_t k = 0; k < r->n_presses; k++)
		free(r->presses[k].door);
	map_done(&r->calls);
	map_done(&r->units);
	map_done(&r->sites);
	free(r->presses);
	free(r->looks);
	free(r);
}
