/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents handled together: agencies that are asked in, and who leads. Each
 * that joins does so by a grant, which ends with the incident; the control
 * agency leads until another takes over, and the one that leads closes.
 */
#include "model/commands.h"

struct grant *
grant_joining(const struct model *m, const struct incident *i, struct id agency)
{
	void *rec;

	for (size_t k = 0; map_next(&m->tables[NOUN_GRANT], &k, NULL, &rec);) {
		struct grant *g = rec;

		if (g->basis == GRANT_BY_JOINING && grant_is_live(g) &&
		    id_is(g->subject, i->r.id) && id_is(g->to, agency))
			return g;
	}
	return NULL;
}

struct id
incident_leader(const struct model *m, const struct incident *i)
{
	return id_is_set(i->lead) ? i->lead : m->node->control;
}

/* A supervisor of the agency that leads. */
bool
principal_leads(const struct model *m, const struct principal *p,
		const struct incident *i)
{
	return p && !p->sos_only && p->world == i->r.world &&
	       (p->role == ROLE_SUPERVISOR || p->role == ROLE_DUTY_OFFICER) &&
	       id_is(p->agency, incident_leader(m, i));
}

/* Asking an agency to join is the first key; its own yes is the second. */
int
incident_ask_in(struct decision *d, const struct join_args *a, struct id *ret)
{
	struct incident *i =
		(struct incident *)decision_find(d, NOUN_INCIDENT, a->incident);
	struct agency *g = agency_find(d->m, a->agency);
	struct grant *has;
	struct event e;
	unsigned bits;

	if (!i || access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (!principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher",
			      "only the room asks another agency in");
	if (!g || g->is_control || !agency_is_responding(g))
		return refuse(d, 422, "no_such_agency",
			      "agency: no such responding agency");
	if (i->state == INCIDENT_CLOSED)
		return refuse(d, 409, "closed", "incident %.16s is closed", i->number);
	has = grant_joining(d->m, i, g->r.id);
	if (has)
		return refuse(d, 409, "already_asked", "%.90s was asked and is %s",
			      g->name, grant_state_names[has->state]);
	if (grant_parts_read(a->parts, &bits) < 0)
		return refuse(d, 422, "bad_field", "parts: not a list of such words");
	*ret = next_id(d, NOUN_GRANT);
	event_begin(d, &e, EVENT_GRANT_PROPOSED, i->r.world, *ret);
	PATCH_ID(&e.body, grant, agency, d->m->node->control);
	PATCH_ID(&e.body, grant, to, g->r.id);
	PATCH_ENUM(&e.body, grant, of, GRANT_OF_INCIDENTS);
	PATCH_ID(&e.body, grant, subject, i->r.id);
	PATCH_STR(&e.body, grant, parts,
		  a->parts ? span_of(a->parts)
			   : SPAN("[\"message\",\"people\",\"units\",\"notes\"]"));
	PATCH_STR(&e.body, grant, purpose,
		  a->purpose.n ? a->purpose : SPAN("joint response"));
	PATCH_ENUM(&e.body, grant, state, GRANT_PROPOSED);
	PATCH_ENUM(&e.body, grant, basis, GRANT_BY_JOINING);
	PATCH_ENUM(&e.body, grant, role, a->role ? a->role : GRANT_SUPPORT);
	PATCH_ID(&e.body, grant, proposed_by, d->actor->id);
	PATCH_STR(&e.body, grant, proposed_name, span_of(d->actor->name));
	PATCH_ID(&e.body, grant, proposed_agency, d->actor->agency);
	PATCH_INT(&e.body, grant, proposed_at, d->now);
	PATCH_INT(&e.body, grant, opened_count, 0);
	event_emit(d, &e);
	return 0;
}

/* --- who leads ------------------------------------------------------------- */

static void
emit_lead(struct decision *d, const struct incident *i, struct id to)
{
	struct event e;

	event_begin(d, &e, EVENT_INCIDENT_LEAD_CHANGED, i->r.world, i->r.id);
	PATCH_ID(&e.body, incident, lead, to);
	PATCH_ID(&e.body, incident, lead_offered, (struct id){ 0 });
	event_emit(d, &e);
}

static int
take_over(struct decision *d, const struct incident *i, struct id to)
{
	const struct grant *g = grant_joining(d->m, i, to);
	bool is_back = d->actor->is_control && d->actor->role == ROLE_DUTY_OFFICER;

	if (d->actor->role != ROLE_SUPERVISOR && d->actor->role != ROLE_DUTY_OFFICER)
		return refuse(d, 403, "needs_supervisor",
			      "only a supervisor or duty officer takes the lead");
	if (!d->actor->is_control && (!g || g->state != GRANT_ACTIVE))
		return refuse(d, 409, "not_joined",
			      "only an agency that has joined can lead");
	if (!id_is(i->lead_offered, to) && !is_back)
		return refuse(d, 409, "not_offered",
			      "the agency that leads has not offered it");
	emit_lead(d, i, to);
	return 0;
}

/* The one that leads offers, the other takes it. The duty officer of the control
 * agency may take it back at once: somebody must always be able to. */
int
incident_lead(struct decision *d, struct id id, struct id to)
{
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);
	const struct grant *g;
	struct event e;

	if (!i || access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (i->state == INCIDENT_CLOSED)
		return refuse(d, 409, "closed", "incident %.16s is closed", i->number);
	if (id_is(incident_leader(d->m, i), to))
		return refuse(d, 409, "leads_already", "agency: it leads already");
	if (id_is(d->actor->agency, to))
		return take_over(d, i, to);
	if (!principal_leads(d->m, d->actor, i))
		return refuse(d, 403, "not_lead",
			      "only a supervisor of the agency that leads offers it");
	g = grant_joining(d->m, i, to);
	if (!id_is(to, d->m->node->control) && (!g || g->state != GRANT_ACTIVE))
		return refuse(d, 409, "not_joined",
			      "agency: only one that has joined can lead");
	event_begin(d, &e, EVENT_INCIDENT_LEAD_OFFERED, i->r.world, id);
	PATCH_ID(&e.body, incident, lead_offered, to);
	event_emit(d, &e);
	return 0;
}

/* Whoever leaves leads no more. */
void
incident_lead_back(struct decision *d, const struct grant *g)
{
	struct incident *i =
		(struct incident *)decision_find(d, NOUN_INCIDENT, g->subject);

	if (g->basis == GRANT_BY_JOINING && i && i->state != INCIDENT_CLOSED &&
	    (id_is(i->lead, g->to) || id_is(i->lead_offered, g->to)))
		emit_lead(d, i, d->m->node->control);
}
