/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: table, arrows and commands. Who sees by one: access.c. */
#include "model/commands.h"

#include "base/auto.h"

const char *const grant_state_names[] = { "",         "proposed",  "accepted", "active",
					  "declined", "withdrawn", "ended",    NULL };
const char *const grant_part_names[] = { "message", "caller", "people",  "units",
					 "notes",   "phones", "address", NULL };
static const char *const of_names[] = { "", "incidents", "sites", NULL };
static const char *const basis_names[] = { "", "hand", "rule", "joining", NULL };
static const char *const joined_names[] = { "", "support", "informed", NULL };

static const struct field grant_fields[] = {
	NOUN_WORLD(grant),
	NOUN_LINE(grant, agency, ID, FIELD_POST,
		  .doc = "who gives; the caller's own when left out"),
	NOUN_LINE(grant, to, ID, FIELD_POST,
		  .doc = "who gets; the control agency when left out"),
	NOUN_LINE(grant, of, ENUM, FIELD_POST | FIELD_NEEDED, .names = of_names,
		  .doc = "records of what kind"),
	NOUN_LINE(grant, subject, ID, FIELD_POST,
		  .doc = "one record; the class below when left out"),
	NOUN_LINE(grant, site_class, ENUM, FIELD_POST, .names = site_class_names,
		  .doc = "any when left out"),
	NOUN_LINE(grant, priority, ENUM, FIELD_POST, .names = priority_names,
		  .doc = "incidents of it; any when left out"),
	NOUN_LINE(grant, kind, STR, FIELD_POST, .max = 40,
		  .doc = "incidents of it; any when left out"),
	NOUN_LINE(grant, parts, LIST, FIELD_POST,
		  .doc = "message, caller, people, units, notes, phones, address; "
			 "bare facts when left out"),
	NOUN_LINE(grant, purpose, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 400,
		  .doc = "what it may be used for"),
	NOUN_LINE(grant, from, TIME, FIELD_POST, .doc = "at once when left out"),
	NOUN_LINE(grant, until, TIME, FIELD_POST,
		  .doc = "until it is withdrawn when left out"),
	NOUN_LINE(grant, state, ENUM, 0, .names = grant_state_names, .doc = ""),
	NOUN_LINE(grant, basis, ENUM, 0, .names = basis_names, .doc = ""),
	NOUN_LINE(grant, role, ENUM, 0, .names = joined_names,
		  .doc = "of who joined an incident"),
	NOUN_LINE(grant, proposed_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(grant, proposed_name, STR, 0, .doc = "whose key was the first"),
	NOUN_LINE(grant, proposed_agency, ID, 0, .doc = "and of which side"),
	NOUN_LINE(grant, proposed_at, TIME, 0, .doc = ""),
	NOUN_LINE(grant, accepted_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(grant, accepted_name, STR, 0, .doc = "whose key was the second"),
	NOUN_LINE(grant, accepted_at, TIME, 0, .doc = ""),
	NOUN_LINE(grant, ended_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(grant, ended_name, STR, 0, .doc = ""),
	NOUN_LINE(grant, ended_at, TIME, 0, .doc = ""),
	NOUN_LINE(grant, end_reason, STR, 0, .doc = ""),
	NOUN_LINE(grant, opened_count, INT, 0, .doc = "how often it was used"),
	NOUN_LINE(grant, opened_at, TIME, 0, .doc = "last"),
	NOUN_LINE(grant, opened_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(grant, opened_what, ID, FIELD_INNER, .doc = ""),
};
NOUN_TABLE(noun_grant, '2', "grant", "grants", grant, grant_fields);

int
grant_parts_read(const char *json, unsigned *ret_bits)
{
	json_t AUTO(auto_json) *list = json ? json_read(span_of(json), NULL) : NULL;
	unsigned bits = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		int k = 0;

		while (word && grant_part_names[k] &&
		       strcmp(grant_part_names[k], word) != 0)
			k++;
		if (!word || !grant_part_names[k])
			return ERR_SYNTAX;
		bits |= 1u << k;
	}
	*ret_bits = bits;
	return 0;
}

bool
grant_is_live(const struct grant *g)
{
	return g->state >= GRANT_PROPOSED && g->state <= GRANT_ACTIVE;
}

/* --- proposing ------------------------------------------------------------ */

/* Who turns an agency's key. */
static bool
may_consent(const struct principal *p)
{
	return p && !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER || p->role == ROLE_LIAISON);
}

/* Missions never learn of one another: who is no responding agency can be named
 * by the control agency and by itself only. */
static struct agency *
nameable(struct decision *d, struct id id)
{
	struct agency *g = agency_find(d->m, id);

	if (!g)
		return NULL;
	if (d->actor->is_control || id_is(d->actor->agency, id) ||
	    agency_is_responding(g))
		return g;
	return NULL;
}

static int
check_sides(struct decision *d, struct id giver, struct id getter)
{
	struct agency *from = nameable(d, giver), *to = nameable(d, getter);

	if (!from)
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	if (!to)
		return refuse(d, 422, "no_such_agency", "to: no such agency");
	if (from == to)
		return refuse(d, 422, "same_agency",
			      "to: an agency sees its own records without a grant");
	if (!id_is(d->actor->agency, giver) && !id_is(d->actor->agency, getter))
		return refuse(d, 403, "not_your_agency",
			      "only a side of a grant may propose it");
	if (!agency_is_responding(to))
		return refuse(d, 422, "not_a_responder",
			      "to: only a responding agency can be granted anything");
	return 0;
}

static bool
is_owned(struct decision *d, int of, struct id subject, struct id giver)
{
	const struct site *s;

	if (of == GRANT_OF_INCIDENTS)
		return id_is(giver, d->m->node->control) &&
		       decision_find(d, NOUN_INCIDENT, subject);
	s = site_find(d->m, subject);
	return s && id_is(s->agency, giver);
}

static int
check_what(struct decision *d, const struct grant *g, struct id giver)
{
	unsigned bits;

	if (grant_parts_read(g->parts, &bits) < 0)
		return refuse(d, 422, "bad_field",
			      "parts: a list of message, caller, people, units, notes, "
			      "phones, address");
	if (g->of == GRANT_OF_INCIDENTS && !id_is(giver, d->m->node->control))
		return refuse(d, 422, "not_the_owner",
			      "of: incidents are the control agency's to share");
	/* who asks for a record of another learns nothing from the answer */
	if (id_is_set(g->subject) && id_is(d->actor->agency, giver) &&
	    !is_owned(d, g->of, g->subject, giver))
		return refuse(d, 422, "no_such_record", "subject: no such record");
	if (g->from != TIME_NONE && g->until != TIME_NONE && g->until <= g->from)
		return refuse(d, 422, "bad_field", "until: must be after from");
	if (g->until != TIME_NONE && g->until <= d->now)
		return refuse(d, 422, "bad_field", "until: is over");
	return 0;
}

int
grant_propose(struct decision *d, struct patch *p, struct id *ret)
{
	struct grant *g = (struct grant *)p->rec;
	struct id giver = id_is_set(g->agency) ? g->agency : d->actor->agency;
	struct id getter = id_is_set(g->to) ? g->to : d->m->node->control;
	int world;

	if (!may_consent(d->actor))
		return refuse(d, 403, "needs_liaison",
			      "only an administrator, supervisor, duty officer or "
			      "liaison may share");
	if (check_sides(d, giver, getter) < 0 || check_what(d, g, giver) < 0 ||
	    world_for(d, g->ask_world, &world) < 0)
		return ERR_DENIED;
	PATCH_ID(p, grant, agency, giver);
	PATCH_ID(p, grant, to, getter);
	PATCH_ENUM(p, grant, state, GRANT_PROPOSED);
	PATCH_ENUM(p, grant, basis,
		   id_is_set(g->subject) ? GRANT_BY_HAND : GRANT_BY_RULE);
	PATCH_ID(p, grant, proposed_by, d->actor->id);
	PATCH_STR(p, grant, proposed_name, span_of(d->actor->name));
	PATCH_ID(p, grant, proposed_agency, d->actor->agency);
	PATCH_INT(p, grant, proposed_at, d->now);
	PATCH_INT(p, grant, opened_count, 0);
	return config_put(d, EVENT_GRANT_PROPOSED, world, (struct id){ 0 }, p, ret);
}

/* --- the second key, and the end ------------------------------------------ */

static struct grant *
of_mine(struct decision *d, struct id id)
{
	struct grant *g = (struct grant *)decision_find(d, NOUN_GRANT, id);

	if (!g || access_record(d->m, d->actor, NOUN_GRANT, &g->r) == VIEW_NONE) {
		refuse_hidden(d);
		return NULL;
	}
	/* an incident is joined by whoever answers for the desk that night */
	if (!may_consent(d->actor) &&
	    !(g->basis == GRANT_BY_JOINING && d->actor->role == ROLE_DISPATCHER)) {
		refuse(d, 403, "needs_liaison",
		       "only an administrator, supervisor, duty officer or liaison "
		       "may do this");
		return NULL;
	}
	if (!grant_is_live(g)) {
		refuse(d, 409, "grant_over", "this grant is %s",
		       grant_state_names[g->state]);
		return NULL;
	}
	return g;
}

static void
emit_end(struct decision *d, const struct grant *g, enum event_type type,
	 enum grant_state to, struct span reason)
{
	struct event e;

	event_begin(d, &e, type, g->r.world, g->r.id);
	PATCH_ENUM(&e.body, grant, state, to);
	PATCH_INT(&e.body, grant, ended_at, d->now);
	if (d->actor) {
		PATCH_ID(&e.body, grant, ended_by, d->actor->id);
		PATCH_STR(&e.body, grant, ended_name, span_of(d->actor->name));
	}
	if (reason.n)
		PATCH_STR(&e.body, grant, end_reason, reason);
	event_emit(d, &e);
}

int
grant_answer(struct decision *d, struct id id, bool is_yes, struct span reason)
{
	struct grant *g = of_mine(d, id);
	struct event e;

	if (!g)
		return ERR_DENIED;
	if (g->state != GRANT_PROPOSED)
		return refuse(d, 409, "already_accepted", "this grant is %s",
			      grant_state_names[g->state]);
	if (id_is(d->actor->agency, g->proposed_agency))
		return refuse(d, 403, "needs_other_side",
			      "the other agency turns the second key");
	if (!is_yes) {
		emit_end(d, g, EVENT_GRANT_DECLINED, GRANT_DECLINED, reason);
		return 0;
	}
	/* asked for blindly: now the owner looks whether it is his to give */
	if (id_is_set(g->subject) && !is_owned(d, g->of, g->subject, g->agency))
		return refuse(d, 409, "no_such_record", "subject: no such record");
	event_begin(d, &e, EVENT_GRANT_ACCEPTED, g->r.world, id);
	PATCH_ENUM(&e.body, grant, state,
		   g->from != TIME_NONE && g->from > d->now ? GRANT_ACCEPTED
							    : GRANT_ACTIVE);
	PATCH_ID(&e.body, grant, accepted_by, d->actor->id);
	PATCH_STR(&e.body, grant, accepted_name, span_of(d->actor->name));
	PATCH_INT(&e.body, grant, accepted_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
grant_withdraw(struct decision *d, struct id id, struct span reason)
{
	struct grant *g = of_mine(d, id);

	if (!g)
		return ERR_DENIED;
	emit_end(d, g, EVENT_GRANT_WITHDRAWN, GRANT_WITHDRAWN, reason);
	incident_lead_back(d, g);
	return 0;
}

/* Its first or last minute has come. */
int
grant_tick(struct decision *d, struct id id)
{
	struct grant *g = grant_find(d->m, id);
	struct event e;

	if (!g || !grant_is_live(g))
		return 0;
	if (g->until != TIME_NONE && d->now >= g->until) {
		emit_end(d, g, EVENT_GRANT_ENDED, GRANT_ENDED, SPAN("time is over"));
		return 0;
	}
	if (g->state != GRANT_ACCEPTED || d->now < g->from)
		return 0;
	event_begin(d, &e, EVENT_GRANT_BEGAN, g->r.world, id);
	PATCH_ENUM(&e.body, grant, state, GRANT_ACTIVE);
	event_emit(d, &e);
	return 0;
}

void
grants_end_with(struct decision *d, const struct incident *i)
{
	void *rec;

	/* a map that changes must not be walked on: begin anew after each */
	for (size_t k = 0; map_next(&d->m->tables[NOUN_GRANT], &k, NULL, &rec);) {
		const struct grant *g = rec;

		if (g->basis != GRANT_BY_JOINING || !grant_is_live(g) ||
		    !id_is(g->subject, i->r.id))
			continue;
		emit_end(d, g, EVENT_GRANT_ENDED, GRANT_ENDED,
			 SPAN("the incident was closed"));
	}
}

/* --- use -------------------------------------------------------------------- */

#define SAME_LOOK_MS 300000 /* a page that is drawn anew is not looked at anew */

int
grant_open(struct decision *d, struct id id, struct id what)
{
	struct grant *g = grant_find(d->m, id);

	if (!g || g->state != GRANT_ACTIVE || !d->actor)
		return 0;
	if (id_is(g->opened_by, d->actor->id) && id_is(g->opened_what, what) &&
	    d->now - g->opened_at < SAME_LOOK_MS)
		return 0;
	opening_make(d, EVENT_GRANT_OPENED,
		     &(struct opening_args){ .kind = OPENING_BY_GRANT,
					     .grant = id,
					     .what = what,
					     .owner = g->agency,
					     .from = TIME_NONE,
					     .until = TIME_NONE,
					     .found = FIELD_NONE });
	return 0;
}
