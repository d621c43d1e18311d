/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents: table, arrows, and what people do with them. Cancel is in
 * cancel.c, calls taken by a person and late entries in call.c.
 */
#include "model/commands.h"

#include "base/auto.h"

const char *const incident_state_names[] = { "",       "new",    "acknowledged",
					     "active", "closed", NULL };
const char *const disposition_names[] = { "",          "handled", "false_alarm",
					  "duplicate", "test",    "handed_over",
					  "cancelled", NULL };
const char *const milestone_names[] = { "raised",   "presented",  "acknowledged",
					"offered",  "dispatched", "en_route",
					"on_scene", "cleared",    "closed",
					NULL };
static const char *const cancel_names[] = {
	"", "none", "right", "wrong", "duress", NULL
};

#define MS FIELD_INNER | FIELD_ONCE
static const struct field fields[] = {
	NOUN_LINE(incident, number, STR, 0, .doc = "for radio and paper"),
	NOUN_LINE(incident, state, ENUM, 0, .names = incident_state_names, .doc = ""),
	NOUN_LINE(incident, kind, STR, 0, .doc = ""),
	NOUN_LINE(incident, priority, ENUM, 0, .names = priority_names, .doc = ""),
	NOUN_LINE(incident, trust, ENUM, 0, .names = trust_names, .doc = ""),
	NOUN_LINE(incident, labels, LIST, 0, .doc = "what was odd"),
	NOUN_LINE(incident, site, ID, 0, .doc = ""),
	NOUN_LINE(incident, unit, ID, 0, .doc = "in distress"),
	NOUN_LINE(incident, agency, ID, 0, .doc = "of the site or caller"),
	NOUN_LINE(incident, site_name, STR, 0, .doc = ""),
	NOUN_LINE(incident, position, POS, 0, .doc = ""),
	NOUN_LINE(incident, message, STR, FIELD_SEALED, .doc = ""),
	NOUN_LINE(incident, caller_phone, STR, FIELD_SEALED | FIELD_ROOM, .doc = ""),
	NOUN_LINE(incident, caller_name, STR, FIELD_SEALED | FIELD_ROOM, .doc = ""),
	NOUN_LINE(incident, unacknowledged, BOOL, 0, .doc = "rings"),
	NOUN_LINE(incident, is_test, BOOL, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, unack_since, TIME, FIELD_INNER,
		  .doc = "when the running alarm began"),
	NOUN_LINE(incident, m_raised, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_presented, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_acknowledged, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_offered, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_dispatched, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_en_route, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_on_scene, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_cleared, TIME, MS, .doc = ""),
	NOUN_LINE(incident, m_closed, TIME, MS, .doc = ""),
	NOUN_LINE(incident, is_day_only, BOOL, FIELD_INNER,
		  .doc = "of its raising the day alone is known"),
	NOUN_LINE(incident, near_at, TIME, MS, .doc = "a unit came near"),
	NOUN_LINE(incident, acknowledged_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, acknowledged_name, STR, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, acknowledged_at, TIME, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, signals_count, INT, 0, .doc = ""),
	NOUN_LINE(incident, people_count, INT, 0, .doc = ""),
	NOUN_LINE(incident, step, INT, FIELD_INNER, .doc = "of the ladder"),
	NOUN_LINE(incident, step_text, STR, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, cancel_asked_at, TIME, FIELD_ROOM | FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, cancel, ENUM, FIELD_ROOM | FIELD_INNER,
		  .names = cancel_names, .doc = ""),
	NOUN_LINE(incident, wrong_codes, INT, FIELD_SECRET, .doc = ""),
	NOUN_LINE(incident, frozen_seq, INT, FIELD_SECRET | FIELD_ONCE,
		  .doc = "what the site sees ends here"),
	NOUN_LINE(incident, frozen_at, TIME, FIELD_SECRET | FIELD_ONCE, .doc = ""),
	NOUN_LINE(incident, released_at, TIME, FIELD_ROOM, .doc = "the owner was told"),
	NOUN_LINE(incident, callback, STR, FIELD_ROOM | FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, callback_at, TIME, FIELD_ROOM | FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, callback_challenge_ok, BOOL, FIELD_ROOM | FIELD_INNER,
		  .doc = ""),
	NOUN_LINE(incident, callback_phone, STR,
		  FIELD_SEALED | FIELD_ROOM | FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, disposition, ENUM, 0, .names = disposition_names,
		  .doc = ""),
	NOUN_LINE(incident, closed_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(incident, closed_name, STR, FIELD_INNER | FIELD_ROOM, .doc = ""),
	NOUN_LINE(incident, close_note, STR, FIELD_SEALED | FIELD_ROOM, .doc = ""),
	NOUN_LINE(incident, linked_to, ID, FIELD_ROOM, .doc = "it is a duplicate of"),
	NOUN_LINE(incident, lead, ID, 0, .doc = "agency that leads; none: control"),
	NOUN_LINE(incident, lead_offered, ID, 0, .doc = "agency it was offered to"),
	NOUN_LINE(incident, form, STR, FIELD_INNER,
		  .doc = "paper form of a late entry"),
	NOUN_LINE(incident, late_times, JSON, FIELD_INNER,
		  .doc = "typed times, kept out of the clocks"),
	NOUN_LINE(incident, key_slot, INT, FIELD_SECRET, .doc = ""),
	NOUN_LINE(incident, source, STR, FIELD_SECRET | FIELD_SEALED,
		  .doc = "of the first press"),
	NOUN_LINE(incident, erased_at, TIME, 0, .doc = "its words are gone for good"),
};
_Static_assert(ARRAY_LEN(fields) <= 64, "a patch has 64 bits");
NOUN_TABLE(noun_incident, 'i', "incident", "incidents", incident, fields);

int64_t *
incident_milestone(struct incident *i, enum milestone m)
{
	int64_t *const at[] = { &i->m_raised,   &i->m_presented,  &i->m_acknowledged,
				&i->m_offered,  &i->m_dispatched, &i->m_en_route,
				&i->m_on_scene, &i->m_cleared,    &i->m_closed };

	return at[m];
}

size_t
incident_open_assignments(const struct incident *i)
{
	size_t n = 0;

	for (size_t k = 0; k < i->n_assignments; k++)
		n += assignment_is_open(i->assignments[k]);
	return n;
}

bool
incident_has_accepted(const struct incident *i)
{
	for (size_t k = 0; k < i->n_assignments; k++)
		if (assignment_is_open(i->assignments[k]) &&
		    i->assignments[k]->state != ASSIGNMENT_OFFERED)
			return true;
	return false;
}

/* The incident if the actor may handle it: dispatcher up, same world. */
static struct incident *
handled(struct decision *d, struct id id, bool may_be_closed)
{
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);

	if (!i || (d->actor &&
		   access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE)) {
		refuse_hidden(d);
		return NULL;
	}
	if (d->actor && !principal_is_dispatcher_up(d->actor)) {
		refuse(d, 403, "needs_dispatcher",
		       "only a dispatcher, supervisor or duty officer of the room may "
		       "do this");
		return NULL;
	}
	if (i->erased_at != TIME_NONE) {
		refuse(d, 409, "erased", "the words of incident %.16s are erased",
		       i->number);
		return NULL;
	}
	if (!may_be_closed && i->state == INCIDENT_CLOSED) {
		refuse(d, 409, "closed", "incident %.16s is closed", i->number);
		return NULL;
	}
	return i;
}

static void
emit_acknowledged(struct decision *d, struct incident *i)
{
	struct event e;

	event_begin(d, &e, EVENT_INCIDENT_ACKNOWLEDGED, i->r.world, i->r.id);
	PATCH_BOOL(&e.body, incident, unacknowledged, false);
	if (i->state == INCIDENT_NEW)
		PATCH_ENUM(&e.body, incident, state, INCIDENT_ACKNOWLEDGED);
	PATCH_INT(&e.body, incident, m_acknowledged, d->now);
	PATCH_INT(&e.body, incident, acknowledged_at, d->now);
	PATCH_ID(&e.body, incident, acknowledged_by, d->actor->id);
	PATCH_STR(&e.body, incident, acknowledged_name, span_of(d->actor->name));
	PATCH_INT(&e.body, incident, step, 0);
	PATCH_STR(&e.body, incident, step_text, (struct span){ 0 });
	event_emit(d, &e);
	if (i->is_test && id_is_set(i->site)) {
		event_begin(d, &e, EVENT_SITE_TESTED, i->r.world, i->site);
		PATCH_INT(&e.body, site, last_test_at, d->now);
		event_emit(d, &e);
	}
}

int
incident_acknowledge(struct decision *d, struct id id)
{
	struct incident *i = handled(d, id, false);

	if (!i)
		return ERR_DENIED;
	if (!i->unacknowledged)
		return refuse(d, 409, "already_acknowledged",
			      "%.90s acknowledged it already",
			      i->acknowledged_name ? i->acknowledged_name : "somebody");
	emit_acknowledged(d, i);
	return 0;
}

/* Whoever acts on a ringing incident has taken it. */
void
incident_take(struct decision *d, struct incident *i)
{
	if (i->unacknowledged && d->actor)
		emit_acknowledged(d, i);
}

int
incident_present(struct decision *d, struct id id)
{
	struct incident *i = incident_find(d->m, id);
	struct event e;

	if (!i || !d->actor || !principal_is_room(d->actor) ||
	    i->r.world != d->actor->world)
		return refuse_hidden(d);
	if (i->m_presented != TIME_NONE || i->state == INCIDENT_CLOSED)
		return 0;
	event_begin(d, &e, EVENT_INCIDENT_PRESENTED, i->r.world, id);
	PATCH_INT(&e.body, incident, m_presented, d->now);
	event_emit(d, &e);
	return 0;
}

int
incident_set_priority(struct decision *d, struct id id, enum priority priority)
{
	struct incident *i = handled(d, id, false);
	struct event e;

	if (!i)
		return ERR_DENIED;
	if (i->priority == PRIORITY_P1 && priority != PRIORITY_P1 &&
	    !principal_is_supervisor_up(d->actor))
		return refuse(d, 403, "needs_supervisor",
			      "only a supervisor may lower a P1");
	if (i->priority == (int)priority)
		return 0;
	event_begin(d, &e, EVENT_INCIDENT_PRIORITY_CHANGED, i->r.world, id);
	PATCH_ENUM(&e.body, incident, priority, priority);
	event_emit(d, &e);
	return 0;
}

int
incident_call_back(struct decision *d, struct id id, struct span outcome,
		   bool challenge_ok, struct span phone)
{
	struct incident *i = handled(d, id, false);
	struct event e;

	if (!i)
		return ERR_DENIED;
	incident_take(d, i);
	event_begin(d, &e, EVENT_INCIDENT_CALLED_BACK, i->r.world, id);
	PATCH_STR(&e.body, incident, callback, outcome);
	PATCH_INT(&e.body, incident, callback_at, d->now);
	PATCH_BOOL(&e.body, incident, callback_challenge_ok, challenge_ok);
	if (phone.n)
		PATCH_STR(&e.body, incident, callback_phone, phone);
	event_emit(d, &e);
	return 0;
}

/* Rule 5: a cancel is believed only after a challenged call-back or a unit on
 * scene, and one under duress never is. A call-back before it confirms nothing. */
static int
check_cancelled(struct decision *d, const struct incident *i)
{
	if (i->cancel == CANCEL_DURESS)
		return refuse(d, 409, "duress",
			      "the cancel was given under duress: close it otherwise");
	if (i->m_on_scene == TIME_NONE &&
	    !(i->callback_challenge_ok && i->callback_at >= i->cancel_asked_at))
		return refuse(d, 409, "needs_confirmation",
			      "a cancel needs a call-back with the challenge word, "
			      "or a unit on scene");
	return 0;
}

static void
end_assignments(struct decision *d, struct incident *i)
{
	struct event e;

	for (size_t k = 0; k < i->n_assignments; k++) {
		const struct assignment *a = i->assignments[k];
		bool was_there = a->state == ASSIGNMENT_ON_SCENE;

		if (!assignment_is_open(a))
			continue;
		event_begin(d, &e,
			    was_there ? EVENT_ASSIGNMENT_CLEARED
				      : EVENT_ASSIGNMENT_CANCELLED,
			    a->r.world, a->r.id);
		PATCH_ENUM(&e.body, assignment, state,
			   was_there ? ASSIGNMENT_CLEARED : ASSIGNMENT_CANCELLED);
		if (was_there)
			PATCH_INT(&e.body, assignment, cleared_at, d->now);
		PATCH_INT(&e.body, assignment, ended_at, d->now);
		event_emit(d, &e);
	}
}

/* Whoever leads closes, and a P1 only a supervisor. */
static struct incident *
closable(struct decision *d, struct id id)
{
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);

	if (i && id_is_set(i->lead) && !id_is(i->lead, d->m->node->control)) {
		if (access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE)
			refuse_hidden(d);
		else if (!principal_leads(d->m, d->actor, i))
			refuse(d, 403, "not_lead",
			       "only a supervisor of the agency that leads closes");
		else
			return i;
		return NULL;
	}
	i = handled(d, id, true);
	if (i && i->state != INCIDENT_CLOSED && i->priority == PRIORITY_P1 &&
	    !principal_is_supervisor_up(d->actor)) {
		refuse(d, 403, "needs_supervisor", "only a supervisor may close a P1");
		return NULL;
	}
	return i;
}

int
incident_close(struct decision *d, struct id id, enum disposition disposition,
	       struct span note)
{
	struct incident *i = closable(d, id);
	struct event e;

	if (!i)
		return ERR_DENIED;
	if (i->state == INCIDENT_CLOSED)
		return refuse(d, 409, "already_closed", "incident %.16s is closed",
			      i->number);
	if (disposition == DISP_TEST && !i->is_test)
		return refuse(d, 409, "not_a_test", "this is no test press");
	if (disposition == DISP_CANCELLED && check_cancelled(d, i) < 0)
		return ERR_DENIED;
	incident_take(d, i);
	end_assignments(d, i);
	event_begin(d, &e, EVENT_INCIDENT_CLOSED, i->r.world, id);
	PATCH_ENUM(&e.body, incident, state, INCIDENT_CLOSED);
	PATCH_ENUM(&e.body, incident, disposition, disposition);
	PATCH_INT(&e.body, incident, m_closed, d->now);
	PATCH_ID(&e.body, incident, closed_by, d->actor->id);
	PATCH_STR(&e.body, incident, closed_name, span_of(d->actor->name));
	PATCH_BOOL(&e.body, incident, unacknowledged, false);
	if (note.n)
		PATCH_STR(&e.body, incident, close_note, note);
	event_emit(d, &e);
	grants_end_with(d, i);
	return 0;
}

int
incident_reopen(struct decision *d, struct id id)
{
	struct incident *i = handled(d, id, true);
	struct event e;

	if (!i)
		return ERR_DENIED;
	if (i->state != INCIDENT_CLOSED)
		return refuse(d, 409, "not_closed", "incident %.16s is not closed",
			      i->number);
	event_begin(d, &e, EVENT_INCIDENT_REOPENED, i->r.world, id);
	PATCH_ENUM(&e.body, incident, state, INCIDENT_ACTIVE);
	PATCH_ENUM(&e.body, incident, disposition, 0);
	PATCH_BOOL(&e.body, incident, unacknowledged, false);
	PATCH_INT(&e.body, incident, acknowledged_at, d->now);
	PATCH_INT(&e.body, incident, step, 0);
	event_emit(d, &e);
	return 0;
}

int
incident_link(struct decision *d, struct id id, struct id to)
{
	struct incident *i = handled(d, id, false), *other;
	struct event e;

	if (!i)
		return ERR_DENIED;
	other = handled(d, to, true);
	if (!other || other == i)
		return refuse(d, 422, "no_such_incident", "to: no such other incident");
	event_begin(d, &e, EVENT_INCIDENT_LINKED, i->r.world, id);
	PATCH_ID(&e.body, incident, linked_to, to);
	event_emit(d, &e);
	return 0;
}

int
incident_release(struct decision *d, struct id id)
{
	struct incident *i = handled(d, id, true);
	struct event e;

	if (!i)
		return ERR_DENIED;
	if (!principal_is_supervisor_up(d->actor))
		return refuse(d, 403, "needs_supervisor",
			      "only a supervisor may release");
	if (i->frozen_seq == FIELD_NONE || i->released_at != TIME_NONE)
		return refuse(d, 409, "nothing_to_release",
			      "nothing of this incident is held back");
	event_begin(d, &e, EVENT_INCIDENT_RELEASED, i->r.world, id);
	PATCH_INT(&e.body, incident, released_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
incident_escalate(struct decision *d, struct id id, int64_t step, struct span text)
{
	struct incident *i = incident_find(d->m, id);
	struct event e;

	if (!i || i->state == INCIDENT_CLOSED)
		return refuse_hidden(d);
	event_begin(d, &e, EVENT_INCIDENT_ESCALATED, i->r.world, id);
	PATCH_INT(&e.body, incident, step, step);
	PATCH_STR(&e.body, incident, step_text, text);
	event_emit(d, &e);
	return 0;
}

int
incident_unit_near(struct decision *d, struct id id)
{
	struct incident *i = incident_find(d->m, id);
	struct event e;

	if (!i || i->near_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_INCIDENT_UNIT_NEAR, i->r.world, id);
	PATCH_INT(&e.body, incident, near_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* The room writes on any; another agency on one that it handles too. */
static struct incident *
noted(struct decision *d, struct id id)
{
	struct incident *i = (struct incident *)decision_find(d, NOUN_INCIDENT, id);

	if (i && d->actor && !d->actor->is_control &&
	    access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_GRANTED)
		return i;
	return handled(d, id, true);
}

int
incident_note(struct decision *d, struct id id, const struct note_args *a,
	      struct id *ret)
{
	struct incident *i = noted(d, id);
	struct event e;

	if (!i)
		return ERR_DENIED;
	if (a->to_owner && d->actor && !d->actor->is_control)
		return refuse(d, 403, "needs_dispatcher",
			      "to_owner: only the room writes to the site");
	*ret = next_id(d, NOUN_NOTE);
	event_begin(d, &e, EVENT_INCIDENT_NOTE_ADDED, i->r.world, *ret);
	PATCH_ID(&e.body, note, incident, id);
	PATCH_ID(&e.body, note, author, d->actor->id);
	PATCH_STR(&e.body, note, author_name, span_of(d->actor->name));
	PATCH_STR(&e.body, note, text, a->text);
	PATCH_BOOL(&e.body, note, to_owner, a->to_owner);
	PATCH_INT(&e.body, note, at, d->now);
	if (!d->actor->is_control)
		PATCH_ID(&e.body, note, agency, d->actor->agency);
	if (a->is_shared)
		PATCH_BOOL(&e.body, note, is_shared, true);
	event_emit(d, &e);
	return 0;
}
