/* SPDX-License-Identifier: Apache-2.0 */
/* Offers, statuses and recommendations over HTTP. */
#include "api/routes.h"

#include "base/auto.h"

#include <stdio.h>

static bool
read_units(struct call *c, const char *text, struct id *units, size_t *ret_n)
{
	json_t AUTO(auto_json) *list = json_read(span_of(text), NULL);
	size_t k;
	json_t *v;

	if (!json_array_size(list) || json_array_size(list) > OFFER_UNITS_MAX) {
		answer_problem(c, 422, "bad_field", "units: 1 to %d ids are needed",
			       OFFER_UNITS_MAX);
		return false;
	}
	json_array_foreach(
		list, k, v) if (id_parse(span_of(json_string_value(v)), &units[k]) < 0)
	{
		answer_problem(c, 422, "bad_field", "units[%zu] is no id", k);
		return false;
	}
	*ret_n = json_array_size(list);
	return true;
}

static void
write_offered(struct call *c, const struct offer_result *r)
{
	struct buf *b = &c->out;

	jw_open(b, '{');
	jw_key(b, "items");
	jw_open(b, '[');
	for (size_t k = 0; k < r->n_made; k++) {
		const struct assignment *a = assignment_find(c->m, r->made[k]);

		view_record(c, b, NOUN_ASSIGNMENT, &a->r, VIEW_ROOM);
	}
	jw_close(b, ']');
	if (r->n_refused) {
		jw_key(b, "refused");
		jw_open(b, '[');
		for (size_t k = 0; k < r->n_refused; k++) {
			jw_open(b, '{');
			jw_kid(b, "unit", r->refused[k].unit);
			jw_kz(b, "reason", r->refused[k].reason);
			jw_close(b, '}');
		}
		jw_close(b, ']');
	}
	jw_close(b, '}');
}

void
assignments_post(struct call *c)
{
	const struct ask_offer *ask = (const struct ask_offer *)c->ask.rec;
	struct id units[OFFER_UNITS_MAX];
	struct offer_args a = { .incident = c->id,
				.units = units,
				.is_partial = ask->partial };
	struct recommendation rec = { 0 };
	struct offer_result r;
	struct incident *i;
	struct decision *d;
	int rc;

	if (!read_units(c, ask->units, units, &a.n_units))
		return;
	i = (struct incident *)journal_find(c->api->cfg.journal, NOUN_INCIDENT, c->id);
	if (i && principal_is_dispatcher_up(c->who)) {
		a.expires_in_ms = dispatch_offer_timeout(c->api->cfg.dispatch, i);
		dispatch_recommend(c->api->cfg.dispatch, i, OFFER_UNITS_MAX,
				   c->req->arena, &rec); /* as many fixes are kept */
		a.fixes = buf_span(&rec.fixes);
	}
	d = call_decide(c);
	rc = assignment_offer(d, &a, &r);
	buf_done(&rec.fixes);
	if (rc < 0) {
		answer_refusal(c, d);
		return;
	}
	write_offered(c, &r);
	answer(c, 201);
}

static void
suggest(struct call *c)
{
	struct incident *i = (struct incident *)journal_find(c->api->cfg.journal,
							     NOUN_INCIDENT, c->id);
	struct recommendation r = { 0 };
	struct buf *b = &c->out;
	int64_t limit = 10;

	if (!i || access_record(c->m, c->who, NOUN_INCIDENT, &i->r) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (!principal_is_dispatcher_up(c->who)) {
		answer_problem(c, 403, "needs_dispatcher", "only the room sends units");
		return;
	}
	if (!query_number(c, "limit", 1, 500, &limit))
		return;
	dispatch_recommend(c->api->cfg.dispatch, i, (size_t)limit, c->req->arena, &r);
	dispatch_left_out(c->api->cfg.dispatch, i, c->req->arena, &r);
	jw_open(b, '{');
	jw_key(b, "items");
	jw_open(b, '[');
	for (size_t k = 0; k < r.n_items; k++) {
		const struct suggestion *s = &r.items[k];

		jw_open(b, '{');
		jw_kid(b, "unit", s->unit->r.id);
		jw_kz(b, "callsign", s->unit->callsign);
		if (s->eta_s >= 0)
			jw_ki64(b, "eta_s", s->eta_s);
		if (s->distance_m >= 0)
			jw_ki64(b, "distance_m", (int64_t)s->distance_m);
		if (s->fix_age_s >= 0)
			jw_ki64(b, "fix_age_s", s->fix_age_s);
		jw_kz(b, "method", s->method);
		jw_key(b, "reasons");
		jw_open(b, '[');
		for (size_t w = 0; s->reasons && s->reasons[w]; w++)
			jw_str(b, span_of(s->reasons[w]));
		jw_close(b, ']');
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_key(b, "left_out");
	jw_open(b, '[');
	for (size_t k = 0; k < r.n_left_out; k++) {
		jw_open(b, '{');
		jw_kid(b, "unit", r.left_out[k].unit->r.id);
		jw_kz(b, "callsign", r.left_out[k].unit->callsign);
		jw_kz(b, "reason", r.left_out[k].reason);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_close(b, '}');
	buf_done(&r.fixes);
	answer(c, 200);
}

void
recommendations_get(struct call *c)
{
	call_in_turn(c, suggest);
}

/* What a crew needs of its incident, in the assignment itself. */
static void
write_card(struct call *c, struct buf *b, const struct assignment *a)
{
	const struct incident *i = incident_find(c->m, a->incident);
	const struct site *s = i ? site_find(c->m, i->site) : NULL;

	if (!i)
		return;
	jw_key(b, "incident_card");
	jw_open(b, '{');
	jw_kid(b, "id", i->r.id);
	jw_kz(b, "number", i->number);
	jw_kz(b, "kind", i->kind);
	jw_kz(b, "priority", priority_names[i->priority]);
	jw_kz(b, "state", incident_state_names[i->state]);
	jw_kid(b, "site", i->site);
	jw_kz(b, "site_name", i->site_name);
	jw_kz(b, "site_name_ur", s ? s->name_ur : NULL);
	jw_kz(b, "address", s ? s->address : NULL);
	jw_kpos(b, "position", &i->position);
	if (assignment_is_open(a))
		write_landmark(c, b, &i->position);
	jw_kz(b, "message", i->message);
	jw_close(b, '}');
}

static void
write_assignment(struct call *c, const struct assignment *a, enum view v)
{
	jw_open(&c->out, '{');
	view_members(c, &c->out, NOUN_ASSIGNMENT, &a->r, v);
	write_card(c, &c->out, a);
	jw_close(&c->out, '}');
}

void
assignments_list(struct call *c)
{
	bool only_open = span_is_z(http_query(c->req, "state"), "open");
	struct pager p;
	struct record **all;
	size_t n;

	if (!pager_read(c, &p))
		return;
	all = model_list(c->m, NOUN_ASSIGNMENT, &n, c->req->arena);
	pager_open(c);
	for (size_t k = 0; k < n; k++) {
		const struct assignment *a = (const struct assignment *)all[k];
		enum view v = access_record(c->m, c->who, NOUN_ASSIGNMENT, &a->r);

		if (v == VIEW_NONE || a->r.id.seq <= p.after ||
		    (only_open && !assignment_is_open(a)))
			continue;
		if ((int64_t)p.n == p.limit) {
			p.has_more = true;
			break;
		}
		write_assignment(c, a, v);
		p.n++;
		p.last = a->r.id.seq;
	}
	pager_close(c, &p);
	answer(c, 200);
}

static void
answer_assignment(struct call *c, int status)
{
	struct assignment *a = (struct assignment *)journal_find(
		c->api->cfg.journal, NOUN_ASSIGNMENT, c->id);
	enum view v =
		a ? access_record(c->m, c->who, NOUN_ASSIGNMENT, &a->r) : VIEW_NONE;

	if (v == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	write_assignment(c, a, v);
	answer(c, status);
}

void
assignment_get(struct call *c)
{
	answer_assignment(c, 200);
}

void
assignment_status_post(struct call *c)
{
	/* index of ask_status.status → state */
	static const enum assignment_state states[] = {
		0,
		ASSIGNMENT_ACCEPTED,
		ASSIGNMENT_DECLINED,
		ASSIGNMENT_EN_ROUTE,
		ASSIGNMENT_ON_SCENE,
		ASSIGNMENT_CLEARED,
		ASSIGNMENT_CANCELLED,
	};
	const struct ask_status *ask = (const struct ask_status *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (assignment_set(d, c->id, states[ask->status], ask->by != 0,
			   span_of(ask->key ? ask->key : "")) < 0) {
		answer_refusal(c, d);
		return;
	}
	answer_assignment(c, 200);
}

void
assignment_reason_post(struct call *c)
{
	const struct ask_override *ask = (const struct ask_override *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (assignment_explain(d, c->id, (enum override_reason)ask->reason,
			       span_of(ask->note ? ask->note : "")) < 0) {
		answer_refusal(c, d);
		return;
	}
	answer_assignment(c, 200);
}
