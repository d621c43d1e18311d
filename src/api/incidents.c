/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents over HTTP: lists, one whole, and what the room does with them. */
#include "api/routes.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <stdlib.h>

#define PAGE_ITEMS 100 /* of timeline and signals in a whole incident */

/* The incident that the path names, if the caller may see it. */
static struct incident *
find_seen(struct call *c, enum view *ret_view)
{
	struct incident *i = (struct incident *)journal_find(c->api->cfg.journal,
							     NOUN_INCIDENT, c->id);

	*ret_view = i ? access_record(c->m, c->who, NOUN_INCIDENT, &i->r) : VIEW_NONE;
	if (*ret_view == VIEW_GRANTED)
		note_opening(c, NOUN_INCIDENT, &i->r);
	if (*ret_view != VIEW_NONE)
		return i;
	answer_hidden(c);
	return NULL;
}

/* --- lists ------------------------------------------------------------------- */

struct listing {
	struct call *c;
	struct pager pager;
	struct span state;
	struct id site;
	struct span kind;
	int64_t since, until;
	bool only_open;
};

static bool
state_fits(const struct listing *l, const struct incident *i)
{
	int shown = shown_state(i, l->c->who);

	if (!l->state.n)
		return true;
	if (span_is_z(l->state, "open"))
		return shown != INCIDENT_CLOSED;
	return span_is_z(l->state, incident_state_names[shown]);
}

/* True: go on. */
static bool
offer_item(struct listing *l, struct incident *i)
{
	enum view v = access_record(l->c->m, l->c->who, NOUN_INCIDENT, &i->r);

	/* newest first, and numbers rise with time: nothing later fits either */
	if (l->since != TIME_NONE && i->m_raised != TIME_NONE && i->m_raised < l->since)
		return false;
	if (v == VIEW_NONE || !state_fits(l, i) ||
	    (id_is_set(l->site) && !id_is(l->site, i->site)) ||
	    (l->since != TIME_NONE && i->m_raised == TIME_NONE) ||
	    (l->until != TIME_NONE &&
	     (i->m_raised == TIME_NONE || i->m_raised >= l->until)) ||
	    (l->kind.n && !span_is_z(l->kind, i->kind ? i->kind : "")))
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_INCIDENT, &i->r, v);
	if (v == VIEW_GRANTED)
		look_add(l->c, NOUN_INCIDENT, &i->r);
	l->pager.n++;
	l->pager.last = i->r.id.seq;
	return true;
}

static bool
list_row(void *ctx, const struct record *rec)
{
	struct listing *l = ctx;
	struct incident *i = incident_find(l->c->m, rec->id);

	/* memory is newer than the row; a record met only here is not kept */
	if (i)
		return offer_item(l, i);
	if (l->only_open)
		return true;
	return offer_item(l, (struct incident *)(uintptr_t)rec);
}

static void
list_open(struct listing *l)
{
	size_t n;
	struct record **all = model_list(l->c->m, NOUN_INCIDENT, &n, l->c->req->arena);

	for (size_t k = n; k-- > 0;) {
		struct incident *i = (struct incident *)all[k];

		if (l->pager.after && i->r.id.seq >= l->pager.after)
			continue;
		if (i->state != INCIDENT_CLOSED && !offer_item(l, i))
			break;
	}
}

/* Then rows of other agencies may be the caller's to see. */
static bool
has_incident_grant(const struct call *c)
{
	void *rec;

	for (size_t k = 0; map_next(&c->m->tables[NOUN_GRANT], &k, NULL, &rec);) {
		const struct grant *g = rec;

		if (g->state == GRANT_ACTIVE && g->of == GRANT_OF_INCIDENTS &&
		    id_is(g->to, c->who->agency))
			return true;
	}
	return false;
}

static void
list_shelf(struct listing *l)
{
	const struct principal *p = l->c->who;
	struct store_query q = { .noun = noun_incident.letter,
				 .column = -1,
				 .before = l->pager.after,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };

	if (id_is_set(l->site)) {
		q.column = 1;
		q.equals = (int64_t)l->site.seq;
	} else if (!principal_is_room(p) && p->role != ROLE_RESPONDER &&
		   !has_incident_grant(l->c)) {
		q.column = 2;
		q.equals = (int64_t)p->agency.seq;
	}
	journal_records(l->c->api->cfg.journal, &q, list_row, l);
}

/* --- searches: beside the loop, whatever there is to look at --------------------- */

#define HUNT_MAX 128 /* numbers of one round; each is looked at on the loop */

struct hunting {
	struct listing l;
	struct store *store;
	struct store_hunt hunt;
	struct buf words; /* folded */
	uint64_t found[HUNT_MAX];
	int n;
};

static void
hunt_work(void *ctx)
{
	struct hunting *h = ctx;

	h->n = store_hunt(h->store, &h->hunt, h->found, HUNT_MAX);
}

/* True: the page is not full, and there may be more. */
static bool
hunt_look(struct hunting *h)
{
	struct listing *l = &h->l;

	for (int k = 0; k < h->n; k++) {
		struct store_query q = { .noun = noun_incident.letter,
					 .column = -1,
					 .after = h->found[k] - 1,
					 .before = h->found[k] + 1,
					 .limit = 1 };

		journal_records(l->c->api->cfg.journal, &q, list_row, l);
		if (l->pager.has_more)
			return false;
		h->hunt.before = h->found[k];
	}
	return h->n == HUNT_MAX;
}

static void
hunt_done(void *ctx)
{
	struct hunting *h = ctx;
	struct call *c = h->l.c;

	if (h->n < 0) {
		buf_clear(&c->out);
		answer_problem(c, 500, "damaged", "the search failed: %s",
			       err_text(h->n));
	} else if (hunt_look(h)) {
		net_work(c->api->cfg.net, hunt_work, hunt_done, h);
		return;
	} else {
		pager_close(c, &h->l.pager);
		answer(c, 200);
	}
	buf_done(&h->words);
	free(h);
}

static void
hunt(const struct listing *l, struct span q)
{
	const struct principal *p = l->c->who;
	struct hunting *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	h->l = *l;
	h->store = journal_store(l->c->api->cfg.journal);
	utf8_fold(&h->words, q);
	if (l->kind.n) { /* it is among the words, too */
		buf_add_c(&h->words, ' ');
		utf8_fold(&h->words, l->kind);
	}
	h->hunt = (struct store_hunt){ .words = buf_span(&h->words),
				       .before = l->pager.after,
				       .since_ms = l->since,
				       .until_ms = l->until,
				       .k2 = STORE_NULL,
				       .k3 = STORE_NULL };
	if (id_is_set(l->site))
		h->hunt.k2 = (int64_t)l->site.seq;
	if (!principal_is_room(p) && p->role != ROLE_RESPONDER &&
	    !has_incident_grant(l->c))
		h->hunt.k3 = (int64_t)p->agency.seq;
	net_work(l->c->api->cfg.net, hunt_work, hunt_done, h);
}

static bool
listing_read(struct listing *l)
{
	struct call *c = l->c;
	struct span site = http_query(c->req, "site");

	if (!pager_read(c, &l->pager) || !query_time(c, "since", &l->since) ||
	    !query_time(c, "until", &l->until))
		return false;
	l->kind = http_query(c->req, "kind");
	l->state = http_query(c->req, "state");
	if (l->state.n && !span_is_z(l->state, "open") &&
	    !enum_find(incident_state_names, l->state)) {
		answer_problem(
			c, 400, "bad_query",
			"state must be open, new, acknowledged, active or closed");
		return false;
	}
	if (site.n && id_parse(site, &l->site) < 0) {
		answer_problem(c, 400, "bad_query", "site must be an id");
		return false;
	}
	return true;
}

void
incidents_list(struct call *c)
{
	struct listing l = { .c = c, .since = TIME_NONE, .until = TIME_NONE };
	struct span q = http_query(c->req, "q");

	if (!listing_read(&l))
		return;
	pager_open(c);
	if (q.n || l.kind.n || l.until != TIME_NONE) {
		hunt(&l, q);
		return;
	}
	if (l.state.n && !span_is_z(l.state, "closed") && principal_is_room(c->who))
		list_open(&l);
	else
		list_shelf(&l);
	pager_close(c, &l.pager);
	answer(c, 200);
}

/* --- one, whole --------------------------------------------------------------- */

struct parts {
	struct call *c;
	struct incident *i;
	struct pager pager;
	enum view view;
};

static void
write_override(struct buf *b, const struct assignment *a)
{
	jw_kz(b, "text", override_names[a->override_reason]);
	if (a->override_note && *a->override_note)
		jw_kz(b, "note", a->override_note);
}

static bool
timeline_item(void *ctx, const struct event *e)
{
	struct parts *t = ctx;
	struct buf *b = &t->c->out;
	const struct account *by;
	enum view v;

	if (!access_event(t->c->m, t->c->who, e, t->i, &v) &&
	    (event_infos[e->type].noun == NOUN_NOTE ||
	     !(t->view == VIEW_ROOM || t->view == VIEW_UNIT)))
		return true;
	if (t->view == VIEW_OWNER && incident_is_frozen_for(t->i, t->c->who) &&
	    (int64_t)e->seq > t->i->frozen_seq)
		return true;
	if (t->view == VIEW_UNIT && e->type != EVENT_INCIDENT_RAISED &&
	    !access_event(t->c->m, t->c->who, e, t->i, &v))
		return true;
	/* only what is seen counts and tells that there is more */
	if ((int64_t)t->pager.n == t->pager.limit) {
		t->pager.has_more = true;
		return false;
	}
	t->pager.last = e->seq;
	jw_open(b, '{');
	jw_ki64(b, "seq", (int64_t)e->seq);
	jw_ktime(b, "at", e->at);
	jw_kz(b, "type", event_infos[e->type].type);
	if (event_infos[e->type].noun == NOUN_NOTE) {
		const struct note *n = (const struct note *)e->body.rec;

		jw_kz(b, "text", n->text);
		if (id_is_set(n->file))
			jw_kid(b, "file", n->file);
	}
	if (e->type == EVENT_INCIDENT_ESCALATED)
		jw_kz(b, "text", ((const struct incident *)e->body.rec)->step_text);
	else if (event_infos[e->type].noun == NOUN_PAGE)
		jw_kz(b, "text", ((const struct page *)e->body.rec)->text);
	if (event_infos[e->type].noun == NOUN_ASSIGNMENT && t->view != VIEW_OWNER) {
		const struct unit *u = unit_find(t->c->m, e->unit);

		jw_kz(b, "callsign", u ? u->callsign : NULL);
		if (e->type == EVENT_ASSIGNMENT_EXPLAINED)
			write_override(b, (const struct assignment *)e->body.rec);
		if (((const struct assignment *)e->body.rec)->by_voice)
			jw_kz(b, "by", "voice");
	}
	by = account_find(t->c->m, e->actor);
	if (by && t->view == VIEW_ROOM)
		jw_kz(b, "actor_name", by->name ? by->name : by->login);
	jw_close(b, '}');
	t->pager.n++;
	return true;
}

static void
write_timeline(struct parts *t)
{
	journal_events(t->c->api->cfg.journal, t->pager.after, t->i->r.id.seq,
		       SIZE_MAX >> 1, timeline_item, t);
}

static bool
signal_item(void *ctx, const struct record *rec)
{
	struct parts *t = ctx;
	struct buf *b = &t->c->out;
	uint64_t given = ~0ull;
	unsigned parts = 0;

	if (t->view == VIEW_GRANTED) {
		access_grant(t->c->m, t->c->who, NOUN_INCIDENT, &t->i->r, &parts);
		given = granted_fields(NOUN_SIGNAL, parts);
	}
	if (t->view == VIEW_OWNER && incident_is_frozen_for(t->i, t->c->who) &&
	    (int64_t)rec->id.seq > t->i->frozen_seq)
		return true;
	if (t->view == VIEW_GRANTED && !(parts & PART_MESSAGE))
		return false;
	if ((int64_t)t->pager.n == t->pager.limit) {
		t->pager.has_more = true;
		return false;
	}
	t->pager.last = rec->id.seq;
	given &= view_without_person(t->c->m, t->c->who, NOUN_SIGNAL, rec);
	jw_open(b, '{');
	jw_kid(b, "id", rec->id);
	fields_write(b, &noun_signal, rec, given, false,
		     view_hides(t->view) | FIELD_INNER);
	jw_close(b, '}');
	t->pager.n++;
	return true;
}

static void
write_signals(struct parts *t)
{
	struct store_query q = { .noun = noun_signal.letter,
				 .column = 0,
				 .equals = (int64_t)t->i->r.id.seq,
				 .after = t->pager.after,
				 .limit = (size_t)t->pager.limit + 1 };

	journal_records(t->c->api->cfg.journal, &q, signal_item, t);
}

static bool
is_earlier(const struct roll *a, const struct roll *b)
{
	if (a->first_at != b->first_at)
		return a->first_at < b->first_at;
	return strcmp(a->source, b->source) < 0;
}

/* The first PAGE_ITEMS that pressed, in that order, the same at each look. */
static size_t
first_of_roll(struct call *c, const struct incident *i, enum view v,
	      const struct roll **ret)
{
	bool frozen = v == VIEW_OWNER && incident_is_frozen_for(i, c->who);
	size_t n = 0;
	void *rec;

	for (size_t k = 0; map_next(&i->roll, &k, NULL, &rec);) {
		const struct roll *r = rec;
		size_t at;

		if ((frozen && r->first_at > i->frozen_at) ||
		    (n == PAGE_ITEMS && is_earlier(ret[n - 1], r)))
			continue;
		for (at = n < PAGE_ITEMS ? n++ : n - 1;
		     at > 0 && is_earlier(r, ret[at - 1]); at--)
			ret[at] = ret[at - 1];
		ret[at] = r;
	}
	return n;
}

static void
write_roll(struct call *c, const struct incident *i, enum view v)
{
	const struct roll *first[PAGE_ITEMS];
	size_t n = first_of_roll(c, i, v, first);
	struct buf *b = &c->out;

	jw_key(b, "roll");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++) {
		const struct roll *r = first[k];
		const struct person *h = person_find(c->m, r->person);

		/* who pressed, for his own; for others the device: a name that is
		 * sealed for them leaves a look, here it does not */
		if (h && (!id_is(h->agency, c->who->agency) ||
			  access_record(c->m, c->who, NOUN_PERSON, &h->r) == VIEW_NONE))
			h = NULL;
		jw_open(b, '{');
		jw_kz(b, "name", h ? h->name : r->name);
		if (h)
			jw_kid(b, "person", h->r.id);
		jw_ki64(b, "count", r->count);
		jw_ktime(b, "first_at", r->first_at);
		jw_ktime(b, "last_at", r->last_at);
		jw_kz(b, "trust", trust_names[r->trust]);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void
write_assignments(struct call *c, const struct incident *i, enum view v)
{
	struct buf *b = &c->out;

	jw_key(b, "assignments");
	jw_open(b, '[');
	for (size_t k = 0; k < i->n_assignments; k++) {
		const struct assignment *a = i->assignments[k];

		if (v == VIEW_OWNER && (a->accepted_at == TIME_NONE ||
					(incident_is_frozen_for(i, c->who) &&
					 a->accepted_at > i->frozen_at)))
			continue;
		if (v == VIEW_UNIT && !id_is(a->unit, c->who->unit))
			continue;
		if (v == VIEW_GRANTED &&
		    access_record(c->m, c->who, NOUN_ASSIGNMENT, &a->r) == VIEW_NONE)
			continue;
		if (v == VIEW_OWNER) {
			/* that one comes and since when; not who, nor its later steps
			 * when the site's view has ended */
			jw_open(b, '{');
			jw_kid(b, "id", a->r.id);
			jw_kz(b, "callsign", a->callsign);
			jw_ktime(b, "accepted_at", a->accepted_at);
			if (!incident_is_frozen_for(i, c->who))
				jw_kz(b, "state", assignment_state_names[a->state]);
			jw_close(b, '}');
		} else {
			view_record(c, b, NOUN_ASSIGNMENT, &a->r, v);
		}
	}
	jw_close(b, ']');
}

static void
write_site_card(struct call *c, struct buf *b, const struct incident *i, enum view v)
{
	const struct site *s = site_find(c->m, i->site);

	if (!s || (v != VIEW_ROOM && v != VIEW_UNIT))
		return;
	jw_key(b, "site_card");
	view_record(c, b, NOUN_SITE, &s->r, v);
}

void
view_incident_paper(struct call *c, struct buf *b, struct incident *i)
{
	jw_open(b, '{');
	view_members(c, b, NOUN_INCIDENT, &i->r, VIEW_ROOM);
	write_assignments(c, i, VIEW_ROOM);
	write_site_card(c, b, i, VIEW_ROOM);
	jw_close(b, '}');
}

void
view_incident_whole(struct call *c, struct buf *b, struct incident *i, enum view v)
{
	struct parts t = { c, i, { .limit = PAGE_ITEMS }, v };
	unsigned parts = 0;

	if (v == VIEW_GRANTED)
		access_grant(c->m, c->who, NOUN_INCIDENT, &i->r, &parts);
	jw_open(b, '{');
	view_members(c, b, NOUN_INCIDENT, &i->r, v);
	if (v == VIEW_ROOM || v == VIEW_UNIT)
		write_landmark(c, b, &i->position);
	write_assignments(c, i, v);
	jw_key(b, "timeline");
	jw_open(b, '[');
	t.pager.limit = 500;
	write_timeline(&t);
	jw_close(b, ']');
	t.pager = (struct pager){ .limit = PAGE_ITEMS };
	jw_key(b, "signals");
	jw_open(b, '[');
	write_signals(&t);
	jw_close(b, ']');
	if (v != VIEW_GRANTED || (parts & PART_PEOPLE))
		write_roll(c, i, v);
	write_site_card(c, b, i, v);
	write_partners(c, b, i, v);
	jw_close(b, '}');
}

void
incident_get(struct call *c)
{
	enum view v;
	struct incident *i = find_seen(c, &v);

	if (!i)
		return;
	view_incident_whole(c, &c->out, i, v);
	answer(c, 200);
}

void
incident_timeline(struct call *c)
{
	struct parts t = { .c = c };

	t.i = find_seen(c, &t.view);
	if (!t.i || !pager_read(c, &t.pager))
		return;
	pager_open(c);
	write_timeline(&t);
	pager_close(c, &t.pager);
	answer(c, 200);
}

void
incident_signals(struct call *c)
{
	struct parts t = { .c = c };

	t.i = find_seen(c, &t.view);
	if (!t.i || !pager_read(c, &t.pager))
		return;
	pager_open(c);
	write_signals(&t);
	pager_close(c, &t.pager);
	answer(c, 200);
}

/* --- what the room does --------------------------------------------------------- */

void
answer_incident(struct call *c, struct decision *d, int rc, struct id id, int status)
{
	struct incident *i;
	enum view v;

	if (rc < 0) {
		answer_refusal(c, d);
		return;
	}
	i = (struct incident *)journal_find(c->api->cfg.journal, NOUN_INCIDENT, id);
	v = i ? access_record(c->m, c->who, NOUN_INCIDENT, &i->r) : VIEW_NONE;
	if (v == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	view_record(c, &c->out, NOUN_INCIDENT, &i->r, v);
	answer(c, status);
}

static bool
read_caller(struct call *c, const char *text, struct call_args *a, json_t **ret)
{
	const char *key;
	json_t *v;

	*ret = text ? json_read(span_of(text), NULL) : NULL;
	json_object_foreach(*ret, key,
			    v) if ((strcmp(key, "phone") && strcmp(key, "name")) ||
				   !json_is_string(v) || json_string_length(v) > 95)
	{
		answer_problem(c, 422, "bad_field",
			       "caller has phone and name, texts of at most 95 bytes");
		return false;
	}
	if (*ret && !json_is_object(*ret)) {
		answer_problem(c, 422, "bad_field", "caller must be an object");
		return false;
	}
	a->phone = json_str(*ret, "phone");
	a->name = json_str(*ret, "name");
	return true;
}

void
incident_post(struct call *c)
{
	const struct ask_call *ask = (const struct ask_call *)c->ask.rec;
	json_t AUTO(auto_json) *caller = NULL;
	struct call_args a = {
		.kind = span_of(ask->kind),
		.message = span_of(ask->message),
		.priority = ask->priority,
		.site = ask->site,
		.position = ask->position,
	};
	struct decision *d;
	struct id id = { 0 };
	int rc;

	if (!read_caller(c, ask->caller, &a, &caller))
		return;
	d = call_decide(c);
	rc = incident_open_call(d, &a, &id);
	answer_incident(c, d, rc, id, 201);
}

static bool
times_are_sane(struct call *c, const char *text)
{
	json_t AUTO(auto_json) *o = json_read(span_of(text), NULL);
	const char *key;
	json_t *v;
	int64_t t;

	if (!json_is_object(o)) {
		answer_problem(c, 422, "bad_field", "times must be an object");
		return false;
	}
	json_object_foreach(o, key, v)
	{
		int m = 0;

		while (m < MS__COUNT && strcmp(milestone_names[m], key) != 0)
			m++;
		if (m == MS__COUNT || !json_is_string(v) ||
		    time_parse(span_of(json_string_value(v)), &t) < 0) {
			answer_problem(c, 422, "bad_field",
				       "times.%.40s: milestones with a time each", key);
			return false;
		}
		if (t > journal_now(c->api->cfg.journal)) {
			answer_problem(c, 422, "bad_field", "times.%.40s lies ahead",
				       key);
			return false;
		}
	}
	return true;
}

void
late_entry_post(struct call *c)
{
	const struct ask_late *ask = (const struct ask_late *)c->ask.rec;
	struct call_args a = {
		.kind = span_of(ask->kind),
		.message = span_of(ask->message),
		.priority = ask->priority,
		.site = ask->site,
		.position = ask->position,
		.form = span_of(ask->form),
		.late_times = span_of(ask->times),
		.disposition = ask->disposition,
	};
	struct decision *d;
	struct id id = { 0 };
	int rc;

	if (!times_are_sane(c, ask->times))
		return;
	d = call_decide(c);
	rc = incident_open_call(d, &a, &id);
	answer_incident(c, d, rc, id, 201);
}

void
incident_acknowledge_post(struct call *c)
{
	struct decision *d = call_decide(c);
	int rc = incident_acknowledge(d, c->id);

	answer_incident(c, d, rc, c->id, 200);
}

void
incident_note_post(struct call *c)
{
	const struct ask_note *ask = (const struct ask_note *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct id id;
	struct note *n;

	const struct note_args args = { span_of(ask->text), ask->to_owner,
					ask->shared };

	if (incident_note(d, c->id, &args, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	n = note_find(c->m, id);
	view_record(c, &c->out, NOUN_NOTE, &n->r, VIEW_ROOM);
	answer(c, 201);
}

void
incident_priority_post(struct call *c)
{
	struct decision *d = call_decide(c);
	int rc = incident_set_priority(
		d, c->id, ((const struct ask_priority *)c->ask.rec)->priority);

	answer_incident(c, d, rc, c->id, 200);
}

void
incident_callback_post(struct call *c)
{
	const struct ask_callback *ask = (const struct ask_callback *)c->ask.rec;
	struct decision *d = call_decide(c);
	int rc = incident_call_back(d, c->id, span_of(ask->outcome), ask->challenge_ok,
				    span_of(ask->phone ? ask->phone : ""));

	answer_incident(c, d, rc, c->id, 200);
}

void
incident_close_post(struct call *c)
{
	const struct ask_close *ask = (const struct ask_close *)c->ask.rec;
	struct decision *d = call_decide(c);
	int rc = incident_close(d, c->id, ask->disposition,
				span_of(ask->note ? ask->note : ""));

	answer_incident(c, d, rc, c->id, 200);
}

void
incident_reopen_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_incident(c, d, incident_reopen(d, c->id), c->id, 200);
}

void
incident_link_post(struct call *c)
{
	struct decision *d = call_decide(c);
	int rc = incident_link(d, c->id, ((const struct ask_link *)c->ask.rec)->to);

	answer_incident(c, d, rc, c->id, 200);
}

void
incident_release_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_incident(c, d, incident_release(d, c->id), c->id, 200);
}
