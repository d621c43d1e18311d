/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What agencies share: grants over HTTP, and other agencies in an incident.
 * Whoever looks at a record by a grant leaves an opening before it is answered.
 */
#include "api/routes.h"

#include <stdlib.h>

void
note_opening(struct call *c, enum noun_index n, const struct record *rec)
{
	const struct grant *g = access_grant(c->m, c->who, n, rec, NULL);

	if (g)
		grant_open(call_decide(c), g->r.id, rec->id);
}

struct look {
	struct id grant, what;
	struct look *next;
};

void
look_add(struct call *c, enum noun_index n, const struct record *rec)
{
	const struct grant *g = access_grant(c->m, c->who, n, rec, NULL);
	struct look *k = c->looks;

	while (g && k && !id_is(k->grant, g->r.id))
		k = k->next;
	if (!g || k)
		return;
	k = arena_new(c->req->arena, struct look);
	*k = (struct look){ g->r.id, g->subject, c->looks };
	c->looks = k;
}

void
looks_note(struct call *c)
{
	for (const struct look *k = c->looks; k; k = k->next)
		grant_open(call_decide(c), k->grant, k->what);
	c->looks = NULL;
}

/* --- lists ------------------------------------------------------------------ */

struct grants {
	struct call *c;
	struct pager pager;
	bool only_live;
};

static bool
offer_grant(void *ctx, const struct record *row)
{
	struct grants *l = ctx;
	const struct grant *g = grant_find(l->c->m, row->id);
	enum view v;

	if (!g) /* memory is newer than the row */
		g = (const struct grant *)row;
	v = access_record(l->c->m, l->c->who, NOUN_GRANT, &g->r);
	if (v == VIEW_NONE || (l->only_live && !grant_is_live(g)))
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_GRANT, &g->r, v);
	l->pager.n++;
	l->pager.last = g->r.id.seq;
	return true;
}

void
grants_list(struct call *c)
{
	struct grants l = { .c = c };
	struct store_query q = { .noun = noun_grant.letter,
				 .column = -1,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };
	struct span state = http_query(c->req, "state");

	if (!pager_read(c, &l.pager))
		return;
	if (state.n && !span_is_z(state, "live")) {
		answer_problem(c, 400, "bad_query", "state must be live");
		return;
	}
	l.only_live = state.n > 0;
	if (l.only_live) {
		q.column = 0;
		q.equals = 1;
	}
	q.before = l.pager.after;
	pager_open(c);
	journal_records(c->api->cfg.journal, &q, offer_grant, &l);
	pager_close(c, &l.pager);
	answer(c, 200);
}

static void
answer_grant(struct call *c, struct id id, int status)
{
	struct record *rec = journal_find(c->api->cfg.journal, NOUN_GRANT, id);
	enum view v = access_record(c->m, c->who, NOUN_GRANT, rec);

	if (v == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	view_record(c, &c->out, NOUN_GRANT, rec, v);
	answer(c, status);
}

void
grant_get(struct call *c)
{
	answer_grant(c, c->id, 200);
}

static bool
offer_opening(void *ctx, const struct record *rec)
{
	struct grants *l = ctx;

	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_OPENING, rec, VIEW_OWNER);
	l->pager.n++;
	l->pager.last = rec->id.seq;
	return true;
}

void
grant_openings(struct call *c)
{
	struct record *rec = journal_find(c->api->cfg.journal, NOUN_GRANT, c->id);
	struct store_query q = { .noun = noun_opening.letter,
				 .column = 0,
				 .equals = (int64_t)c->id.seq,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };
	struct grants l = { .c = c };

	if (access_record(c->m, c->who, NOUN_GRANT, rec) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (!pager_read(c, &l.pager))
		return;
	q.before = l.pager.after;
	pager_open(c);
	journal_records(c->api->cfg.journal, &q, offer_opening, &l);
	pager_close(c, &l.pager);
	answer(c, 200);
}

/* --- keys ------------------------------------------------------------------- */

void
grant_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (grant_propose(d, &c->ask, &id) < 0)
		answer_refusal(c, d);
	else
		answer_grant(c, id, 201);
}

void
grant_accept_post(struct call *c)
{
	struct decision *d = call_decide(c);

	if (grant_answer(d, c->id, true, (struct span){ 0 }) < 0)
		answer_refusal(c, d);
	else
		answer_grant(c, c->id, 200);
}

static struct span
reason_of(const struct call *c)
{
	const struct ask_reason *ask = (const struct ask_reason *)c->ask.rec;

	return span_of(ask && ask->reason ? ask->reason : "");
}

void
grant_decline_post(struct call *c)
{
	struct decision *d = call_decide(c);

	if (grant_answer(d, c->id, false, reason_of(c)) < 0)
		answer_refusal(c, d);
	else
		answer_grant(c, c->id, 200);
}

void
grant_withdraw_post(struct call *c)
{
	struct decision *d = call_decide(c);

	if (grant_withdraw(d, c->id, reason_of(c)) < 0)
		answer_refusal(c, d);
	else
		answer_grant(c, c->id, 200);
}

/* --- other agencies in an incident -------------------------------------------- */

void
write_partners(struct call *c, struct buf *b, const struct incident *i, enum view v)
{
	struct record **all;
	size_t n;

	if (v != VIEW_ROOM && v != VIEW_GRANTED)
		return;
	all = model_list(c->m, NOUN_GRANT, &n, c->req->arena);
	jw_key(b, "partners");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++) {
		const struct grant *g = (const struct grant *)all[k];
		const struct agency *who = agency_find(c->m, g->to);

		if (g->basis != GRANT_BY_JOINING || !id_is(g->subject, i->r.id) ||
		    !grant_is_live(g) || !who)
			continue;
		jw_open(b, '{');
		jw_kid(b, "grant", g->r.id);
		jw_kid(b, "agency", g->to);
		jw_kz(b, "name", who->name);
		jw_kz(b, "name_ur", who->name_ur);
		jw_kz(b, "state", grant_state_names[g->state]);
		jw_kz(b, "role", g->role == GRANT_INFORMED ? "informed" : "support");
		jw_kbool(b, "leads", id_is(incident_leader(c->m, i), g->to));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void
incident_partner_post(struct call *c)
{
	const struct ask_partner *ask = (const struct ask_partner *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct join_args a = { .incident = c->id,
			       .agency = ask->agency,
			       .role = ask->role,
			       .parts = ask->parts,
			       .purpose = span_of(ask->purpose ? ask->purpose : "") };
	struct id id;

	if (incident_ask_in(d, &a, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_GRANT, model_find(c->m, NOUN_GRANT, id),
		    VIEW_OWNER);
	answer(c, 201);
}

void
incident_lead_post(struct call *c)
{
	const struct ask_lead *ask = (const struct ask_lead *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_incident(c, d, incident_lead(d, c->id, ask->agency), c->id, 200);
}
