/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasures: one asks with a reason, another decides with a reason; the desk destroys
 * the key, then an event says so. Records forget here what the key sealed: figures,
 * times and what was decided stay.
 */
#include "model/commands.h"

#include "base/auto.h"

static const char *const states[] = {
	"", "asked", "approved", "refused", "done", NULL
};

static const struct field fields[] = {
	NOUN_LINE(erasure, subject, ID, FIELD_POST | FIELD_NEEDED,
		  .doc = "a person, or an incident that is closed"),
	NOUN_LINE(erasure, reason, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 400,
		  .doc = "who asked for it and why; without the name that is to go"),
	NOUN_LINE(erasure, agency, ID, 0, .doc = "whose it is"),
	NOUN_LINE(erasure, state, ENUM, 0, .names = states, .doc = ""),
	NOUN_LINE(erasure, asked_by, ID, 0, .doc = ""),
	NOUN_LINE(erasure, asked_name, STR, 0, .doc = ""),
	NOUN_LINE(erasure, asked_at, TIME, 0, .doc = ""),
	NOUN_LINE(erasure, decided_by, ID, 0, .doc = "another person"),
	NOUN_LINE(erasure, decided_name, STR, 0, .doc = ""),
	NOUN_LINE(erasure, decision, STR, 0, .doc = "why so"),
	NOUN_LINE(erasure, decided_at, TIME, 0, .doc = ""),
	NOUN_LINE(erasure, done_at, TIME, 0, .doc = "the key was destroyed before"),
};
NOUN_TABLE(noun_erasure, 'E', "erasure", "erasures", erasure, fields);

/* Those of an agency who may settle such a thing: never one post alone. */
enum view
access_erasure(const struct principal *p, const struct erasure *x)
{
	bool is_one = p->role == ROLE_ADMINISTRATOR || p->role == ROLE_SUPERVISOR ||
		      p->role == ROLE_DUTY_OFFICER || p->role == ROLE_LIAISON;

	return is_one && id_is_set(p->agency) && id_is(p->agency, x->agency)
		       ? VIEW_OWNER
		       : VIEW_NONE;
}

static int
check_incident(struct decision *d, struct id id, struct id *ret_agency, int *ret_world)
{
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);

	if (!i || access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE)
		return refuse(d, 422, "no_such_record", "subject: no such record");
	if (!principal_is_supervisor_up(d->actor))
		return refuse(d, 403, "needs_supervisor",
			      "only a supervisor may ask for an incident's erasure");
	if (i->state != INCIDENT_CLOSED)
		return refuse(d, 409, "not_closed", "incident %.16s is not closed",
			      i->number);
	if (i->erased_at != TIME_NONE)
		return refuse(d, 409, "erased", "its words were erased already");
	if (incident_is_held(d->m, i))
		return refuse(d, 409, "held", "it is under a legal hold");
	*ret_agency = d->m->node->control;
	*ret_world = i->r.world;
	return 0;
}

static int
check_person(struct decision *d, struct id id, struct id *ret_agency, int *ret_world)
{
	struct person *h = person_find(d->m, id);

	if (!h || access_record(d->m, d->actor, NOUN_PERSON, &h->r) != VIEW_ADMIN)
		return refuse(d, 422, "no_such_record", "subject: no such record");
	if (h->erased_at != TIME_NONE)
		return refuse(d, 409, "erased", "the person was erased already");
	if (hold_is_on(d->m, id))
		return refuse(d, 409, "held", "the person is under a legal hold");
	*ret_agency = h->agency;
	*ret_world = h->r.world;
	return 0;
}

static int
check_subject(struct decision *d, struct id id, struct id *ret_agency, int *ret_world)
{
	if (id.noun == noun_incident.letter)
		return check_incident(d, id, ret_agency, ret_world);
	if (id.noun == noun_person.letter)
		return check_person(d, id, ret_agency, ret_world);
	return refuse(d, 422, "bad_field", "subject: a person or an incident");
}

int
erasure_ask(struct decision *d, struct patch *p, struct id *ret)
{
	struct id agency;
	int world = 0;

	if (!d->actor || d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person", "a person asks, not a program");
	if (check_subject(d, ((struct erasure *)p->rec)->subject, &agency, &world) < 0)
		return ERR_DENIED;
	PATCH_ID(p, erasure, agency, agency);
	PATCH_ENUM(p, erasure, state, ERASURE_ASKED);
	PATCH_ID(p, erasure, asked_by, d->actor->id);
	PATCH_STR(p, erasure, asked_name, span_of(d->actor->name));
	PATCH_INT(p, erasure, asked_at, d->now);
	return config_put(d, EVENT_ERASURE_ASKED, world, (struct id){ 0 }, p, ret);
}

static bool
subject_is_held(struct decision *d, struct id id)
{
	struct record *rec = decision_find(d, noun_by_letter(id.noun), id);

	return rec && id.noun == noun_incident.letter
		       ? incident_is_held(d->m, (struct incident *)rec)
		       : hold_is_on(d->m, id);
}

int
erasure_decide(struct decision *d, struct id id, bool approve, struct span reason)
{
	struct erasure *x = erasure_find(d->m, id);
	struct event e;

	if (!x || access_record(d->m, d->actor, NOUN_ERASURE, &x->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person",
			      "a person decides, not a program");
	if (id_is(x->asked_by, d->actor->id))
		return refuse(d, 403, "needs_another", "another person decides this");
	if (x->state != ERASURE_ASKED)
		return refuse(d, 409, "decided", "this was decided already");
	if (approve && subject_is_held(d, x->subject))
		return refuse(d, 409, "held", "it is under a legal hold");
	event_begin(d, &e, EVENT_ERASURE_DECIDED, x->r.world, id);
	PATCH_ENUM(&e.body, erasure, state,
		   approve ? ERASURE_APPROVED : ERASURE_REFUSED);
	PATCH_ID(&e.body, erasure, decided_by, d->actor->id);
	PATCH_STR(&e.body, erasure, decided_name, span_of(d->actor->name));
	PATCH_STR(&e.body, erasure, decision, reason);
	PATCH_INT(&e.body, erasure, decided_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* --- by the desk ------------------------------------------------------------ */

bool
incident_is_evidence(const struct incident *i)
{
	return i->disposition != DISP_FALSE_ALARM && i->disposition != DISP_DUPLICATE &&
	       i->disposition != DISP_TEST && i->disposition != DISP_CANCELLED;
}

int
incident_erase(struct decision *d, struct id id)
{
	static const size_t words[] = {
		offsetof(struct incident, message),
		offsetof(struct incident, caller_phone),
		offsetof(struct incident, caller_name),
		offsetof(struct incident, callback_phone),
		offsetof(struct incident, close_note),
		offsetof(struct incident, source),
	};
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);
	struct event e;

	if (!i || i->erased_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_INCIDENT_ERASED, i->r.world, id);
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		patch_str(&e.body, words[k], (struct span){ 0 });
	PATCH_INT(&e.body, incident, erased_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
person_erase(struct decision *d, struct id id)
{
	static const size_t words[] = {
		offsetof(struct person, name),        offsetof(struct person, name_ur),
		offsetof(struct person, rank),        offsetof(struct person, phones),
		offsetof(struct person, languages),   offsetof(struct person, ref),
		offsetof(struct person, nationality), offsetof(struct person, document),
		offsetof(struct person, needs),
	};
	struct person *h = person_find(d->m, id);
	struct event e;

	if (!h || h->erased_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_PERSON_ERASED, h->r.world, id);
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		patch_str(&e.body, words[k], (struct span){ 0 });
	PATCH_ENUM(&e.body, person, state, PERSON_LEFT);
	PATCH_ID(&e.body, person, site, (struct id){ 0 });
	PATCH_ID(&e.body, person, unit, (struct id){ 0 });
	PATCH_ID(&e.body, person, residence, (struct id){ 0 });
	PATCH_INT(&e.body, person, erased_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
erasure_finish(struct decision *d, struct id id)
{
	struct erasure *x = erasure_find(d->m, id);
	struct event e;

	if (!x || x->state != ERASURE_APPROVED)
		return 0;
	event_begin(d, &e, EVENT_ERASURE_DONE, x->r.world, id);
	PATCH_ENUM(&e.body, erasure, state, ERASURE_DONE);
	PATCH_INT(&e.body, erasure, done_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
retention_swept(struct decision *d, const struct swept *s)
{
	struct event e;

	if (!d->m->node)
		return 0;
	node_emit(d, &e, EVENT_RETENTION_SWEPT);
	PATCH_INT(&e.body, node, swept_at, d->now);
	PATCH_INT(&e.body, node, swept_tracks, s->tracks);
	PATCH_INT(&e.body, node, swept_incidents, s->incidents);
	PATCH_INT(&e.body, node, swept_media, s->media);
	event_emit(d, &e);
	return 0;
}
