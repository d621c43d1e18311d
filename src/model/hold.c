/* SPDX-License-Identifier: Apache-2.0 */
/* Legal holds: table, and the commands that set and lift one. */
#include "model/commands.h"

static const char *const states[] = { "", "active", "lifted", NULL };

static const struct field fields[] = {
	NOUN_LINE(hold, subject, ID, FIELD_POST | FIELD_NEEDED,
		  .doc = "an incident, a site, a person, or a unit for its track"),
	NOUN_LINE(hold, since, TIME, FIELD_POST, .doc = "of a unit: its track from"),
	NOUN_LINE(hold, until, TIME, FIELD_POST, .doc = "and before"),
	NOUN_LINE(hold, reason, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 400,
		  .doc = "who asked for it and why"),
	NOUN_LINE(hold, state, ENUM, 0, .names = states, .doc = ""),
	NOUN_LINE(hold, set_by, ID, 0, .doc = ""),
	NOUN_LINE(hold, set_name, STR, 0, .doc = ""),
	NOUN_LINE(hold, set_at, TIME, 0, .doc = ""),
	NOUN_LINE(hold, lifted_by, ID, 0, .doc = "another person"),
	NOUN_LINE(hold, lifted_name, STR, 0, .doc = ""),
	NOUN_LINE(hold, lifted_at, TIME, 0, .doc = ""),
	NOUN_LINE(hold, lift_reason, STR, 0, .doc = "why it ended"),
};
NOUN_TABLE(noun_hold, 'H', "hold", "holds", hold, fields);

bool
hold_is_on(const struct model *m, struct id subject)
{
	void *v;

	for (size_t k = 0; map_next(&m->tables[NOUN_HOLD], &k, NULL, &v);)
		if (((struct hold *)v)->state == HOLD_ACTIVE &&
		    id_is(((struct hold *)v)->subject, subject))
			return true;
	return false;
}

bool
incident_is_held(const struct model *m, const struct incident *i)
{
	return hold_is_on(m, i->r.id) || (id_is_set(i->site) && hold_is_on(m, i->site));
}

/* Supervisors up hold what they see; administrators of the control agency too. */
static bool
may_hold(const struct principal *p)
{
	return principal_is_supervisor_up(p) ||
	       (principal_is_administrator(p) && p->is_control);
}

enum view
access_hold(const struct principal *p)
{
	return may_hold(p) ? VIEW_ROOM : VIEW_NONE;
}

static int
check_subject(struct decision *d, struct hold *h, int *ret_world)
{
	enum noun_index n = noun_by_letter(h->subject.noun);
	bool is_unit = n == NOUN_UNIT;
	struct record *rec;

	if (n != NOUN_INCIDENT && n != NOUN_SITE && n != NOUN_PERSON && !is_unit)
		return refuse(d, 422, "bad_field",
			      "subject: an incident, a site, a person or a unit");
	rec = decision_find(d, n, h->subject);
	if (!rec || access_record(d->m, d->actor, n, rec) == VIEW_NONE)
		return refuse(d, 422, "no_such_record", "subject: no such record");
	if (is_unit &&
	    (h->since == TIME_NONE || h->until == TIME_NONE || h->until <= h->since))
		return refuse(d, 422, "bad_field",
			      "since, until: the time of a unit's track that is held");
	if (!is_unit && (h->since != TIME_NONE || h->until != TIME_NONE))
		return refuse(d, 422, "bad_field",
			      "since, until: only of a unit's track");
	*ret_world = rec->world;
	return 0;
}

int
hold_set(struct decision *d, struct patch *p, struct id *ret)
{
	int world = 0;

	if (!may_hold(d->actor))
		return refuse(d, 403, "needs_supervisor",
			      "only a supervisor or an administrator of the control "
			      "agency may hold");
	if (check_subject(d, (struct hold *)p->rec, &world) < 0)
		return ERR_DENIED;
	PATCH_ENUM(p, hold, state, HOLD_ACTIVE);
	PATCH_ID(p, hold, set_by, d->actor->id);
	PATCH_STR(p, hold, set_name, span_of(d->actor->name));
	PATCH_INT(p, hold, set_at, d->now);
	return config_put(d, EVENT_HOLD_SET, world, (struct id){ 0 }, p, ret);
}

int
hold_lift(struct decision *d, struct id id, struct span reason)
{
	struct hold *h = hold_find(d->m, id);
	struct event e;

	if (!h || access_record(d->m, d->actor, NOUN_HOLD, &h->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person",
			      "a person lifts it, not a program");
	if (id_is(h->set_by, d->actor->id))
		return refuse(d, 403, "needs_another", "another person lifts a hold");
	if (h->state != HOLD_ACTIVE)
		return refuse(d, 409, "lifted", "this hold was lifted already");
	if (!reason.n)
		return refuse(d, 422, "bad_field", "reason: say why it ends");
	event_begin(d, &e, EVENT_HOLD_LIFTED, h->r.world, id);
	PATCH_ENUM(&e.body, hold, state, HOLD_LIFTED);
	PATCH_ID(&e.body, hold, lifted_by, d->actor->id);
	PATCH_STR(&e.body, hold, lifted_name, span_of(d->actor->name));
	PATCH_STR(&e.body, hold, lift_reason, reason);
	PATCH_INT(&e.body, hold, lifted_at, d->now);
	event_emit(d, &e);
	return 0;
}
