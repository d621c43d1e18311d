/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assignments: table, arrows, offers and statuses. Skipping forward is allowed,
 * going back is not; an offer that was let go is history.
 */
#include "model/commands.h"

#include <stdio.h>

const char *const assignment_state_names[] = { "",         "offered",   "accepted",
					       "en_route", "on_scene",  "cleared",
					       "declined", "timed_out", "cancelled",
					       NULL };

const char *const override_names[] = { "",           "not_free",  "local_knowledge",
				       "capability", "crew_rest", "other",
				       NULL };

static const struct field fields[] = {
	NOUN_LINE(assignment, incident, ID, 0, .doc = ""),
	NOUN_LINE(assignment, unit, ID, 0, .doc = ""),
	NOUN_LINE(assignment, agency, ID, FIELD_INNER, .doc = "of the unit"),
	NOUN_LINE(assignment, callsign, STR, 0, .doc = ""),
	NOUN_LINE(assignment, state, ENUM, 0, .names = assignment_state_names,
		  .doc = ""),
	NOUN_LINE(assignment, offered_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(assignment, accepted_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(assignment, en_route_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(assignment, on_scene_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(assignment, cleared_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(assignment, ended_at, TIME, FIELD_ONCE | FIELD_INNER, .doc = ""),
	NOUN_LINE(assignment, expires_at, TIME, 0, .doc = "the offer comes back then"),
	NOUN_LINE(assignment, by_voice, BOOL, FIELD_INNER,
		  .doc = "last status came by radio"),
	NOUN_LINE(assignment, is_offered_at_once, BOOL, FIELD_ROOM,
		  .doc = "by a run card"),
	NOUN_LINE(assignment, last_key, STR, FIELD_INNER, .doc = ""),
	NOUN_LINE(assignment, fixes, JSON, FIELD_ROOM | FIELD_INNER,
		  .doc = "what the recommendation stood on"),
	NOUN_LINE(assignment, override_reason, ENUM, FIELD_ROOM,
		  .names = override_names,
		  .doc = "why not the unit that was suggested first"),
	NOUN_LINE(assignment, override_note, STR, FIELD_ROOM | FIELD_SEALED,
		  .doc = "the same in words"),
};
NOUN_TABLE(noun_assignment, 'm', "assignment", "assignments", assignment, fields);

/* The arrows: may_go[from] has a bit for each state that may follow. */
#define TO(s) (1u << ASSIGNMENT_##s)
static const unsigned may_go[] = {
	[ASSIGNMENT_OFFERED] = TO(ACCEPTED) | TO(EN_ROUTE) | TO(ON_SCENE) |
			       TO(CLEARED) | TO(DECLINED) | TO(TIMED_OUT) |
			       TO(CANCELLED),
	[ASSIGNMENT_ACCEPTED] =
		TO(EN_ROUTE) | TO(ON_SCENE) | TO(CLEARED) | TO(CANCELLED),
	[ASSIGNMENT_EN_ROUTE] = TO(ON_SCENE) | TO(CLEARED) | TO(CANCELLED),
	[ASSIGNMENT_ON_SCENE] = TO(CLEARED) | TO(CANCELLED),
	[ASSIGNMENT_CANCELLED] = 0,
};

bool
assignment_may_go(int from, int to)
{
	return from <= ASSIGNMENT_CANCELLED && (may_go[from] >> to & 1);
}

bool
assignment_is_open(const struct assignment *a)
{
	return a->state >= ASSIGNMENT_OFFERED && a->state <= ASSIGNMENT_ON_SCENE;
}

/* --- offers --------------------------------------------------------------- */

static bool
has_open(const struct incident *i, struct id unit)
{
	for (size_t k = 0; k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, unit) &&
		    assignment_is_open(i->assignments[k]))
			return true;
	return false;
}

/* NULL when the unit can go, else why not. */
static const char *
why_not(const struct model *m, const struct incident *i, const struct unit *u)
{
	const struct agency *g;

	if (!u || u->r.world != i->r.world)
		return "no such unit";
	g = agency_find(m, u->agency);
	if (!g || (!g->is_control && !g->lends_units))
		return "no such unit";
	if (!u->shift_on)
		return "off duty";
	if (u->out_of_service)
		return "out of service";
	if (has_open(i, u->r.id))
		return "assigned to this incident already";
	if (id_is(i->unit, u->r.id))
		return "it is the one in distress";
	return NULL;
}

static void
emit_offer(struct decision *d, const struct offer_args *a, struct incident *i,
	   const struct unit *u, struct id *ret)
{
	struct event e;

	*ret = next_id(d, NOUN_ASSIGNMENT);
	event_begin(d, &e, EVENT_ASSIGNMENT_OFFERED, i->r.world, *ret);
	PATCH_ID(&e.body, assignment, incident, i->r.id);
	PATCH_ID(&e.body, assignment, unit, u->r.id);
	PATCH_ID(&e.body, assignment, agency, u->agency);
	PATCH_STR(&e.body, assignment, callsign, span_of(u->callsign));
	PATCH_ENUM(&e.body, assignment, state, ASSIGNMENT_OFFERED);
	PATCH_INT(&e.body, assignment, offered_at, d->now);
	PATCH_INT(&e.body, assignment, expires_at, d->now + a->expires_in_ms);
	PATCH_BOOL(&e.body, assignment, is_offered_at_once, a->is_at_once);
	if (a->fixes.n)
		PATCH_STR(&e.body, assignment, fixes, a->fixes);
	event_emit(d, &e);
}

static int
refuse_units(struct decision *d, const struct offer_result *r)
{
	struct unit *u = unit_find(d->m, r->refused[0].unit);

	return refuse(d, 409, "unit_cannot_go", "%.32s cannot go: %.80s%s",
		      u && u->callsign ? u->callsign : "one unit", r->refused[0].reason,
		      r->n_refused > 1 ? " (and others)" : "");
}

int
assignment_offer(struct decision *d, const struct offer_args *a,
		 struct offer_result *ret)
{
	struct incident *i =
		(struct incident *)decision_find(d, NOUN_INCIDENT, a->incident);
	const struct unit *go[OFFER_UNITS_MAX];
	size_t n_go = 0;

	*ret = (struct offer_result){ 0 };
	if (!i || (d->actor &&
		   access_record(d->m, d->actor, NOUN_INCIDENT, &i->r) == VIEW_NONE))
		return refuse_hidden(d);
	if (d->actor && !principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher", "only the room sends units");
	if (i->state == INCIDENT_CLOSED)
		return refuse(d, 409, "closed", "incident %.16s is closed", i->number);
	for (size_t k = 0; k < a->n_units; k++) {
		const struct unit *u = unit_find(d->m, a->units[k]);
		const char *why = why_not(d->m, i, u);

		for (size_t j = 0; j < k && !why; j++)
			if (id_is(a->units[j], a->units[k]))
				why = "named twice";
		if (why) {
			ret->refused[ret->n_refused].unit = a->units[k];
			snprintf(ret->refused[ret->n_refused++].reason, 80, "%s", why);
		} else {
			go[n_go++] = u;
		}
	}
	if (ret->n_refused && (!a->is_partial || !n_go))
		return refuse_units(d, ret);
	incident_take(d, i);
	for (size_t k = 0; k < n_go; k++)
		emit_offer(d, a, i, go[k], &ret->made[ret->n_made++]);
	return 0;
}

/* --- statuses ------------------------------------------------------------- */

static int
check_actor(struct decision *d, const struct assignment *a, enum assignment_state to,
	    bool by_voice)
{
	const struct principal *who = d->actor;

	if (access_record(d->m, who, NOUN_ASSIGNMENT, &a->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (who->role == ROLE_RESPONDER && id_is(who->unit, a->unit)) {
		if (to == ASSIGNMENT_CANCELLED)
			return refuse(d, 403, "needs_dispatcher",
				      "only the room cancels an assignment");
		return 0;
	}
	if (!principal_is_dispatcher_up(who))
		return refuse(d, 403, "not_allowed",
			      "only its unit or the room may set this");
	if (!by_voice && to != ASSIGNMENT_CANCELLED)
		return refuse(d, 403, "needs_voice",
			      "a status set by the room needs \"by\": \"voice\"");
	return 0;
}

static void
emit_status(struct decision *d, struct assignment *a, enum assignment_state to,
	    bool by_voice, struct span key)
{
	static const enum event_type types[] = {
		[ASSIGNMENT_ACCEPTED] = EVENT_ASSIGNMENT_ACCEPTED,
		[ASSIGNMENT_EN_ROUTE] = EVENT_ASSIGNMENT_EN_ROUTE,
		[ASSIGNMENT_ON_SCENE] = EVENT_ASSIGNMENT_ON_SCENE,
		[ASSIGNMENT_CLEARED] = EVENT_ASSIGNMENT_CLEARED,
		[ASSIGNMENT_DECLINED] = EVENT_ASSIGNMENT_DECLINED,
		[ASSIGNMENT_TIMED_OUT] = EVENT_ASSIGNMENT_TIMED_OUT,
		[ASSIGNMENT_CANCELLED] = EVENT_ASSIGNMENT_CANCELLED,
	};
	struct event e;

	event_begin(d, &e, types[to], a->r.world, a->r.id);
	PATCH_ENUM(&e.body, assignment, state, to);
	if (to >= ASSIGNMENT_ACCEPTED && to <= ASSIGNMENT_CLEARED)
		PATCH_INT(&e.body, assignment, accepted_at, d->now);
	if (to == ASSIGNMENT_EN_ROUTE)
		PATCH_INT(&e.body, assignment, en_route_at, d->now);
	else if (to == ASSIGNMENT_ON_SCENE)
		PATCH_INT(&e.body, assignment, on_scene_at, d->now);
	else if (to == ASSIGNMENT_CLEARED)
		PATCH_INT(&e.body, assignment, cleared_at, d->now);
	if (to >= ASSIGNMENT_CLEARED)
		PATCH_INT(&e.body, assignment, ended_at, d->now);
	PATCH_BOOL(&e.body, assignment, by_voice, by_voice);
	if (key.n)
		PATCH_STR(&e.body, assignment, last_key, key);
	event_emit(d, &e);
}

int
assignment_set(struct decision *d, struct id id, enum assignment_state to,
	       bool by_voice, struct span key)
{
	struct assignment *a =
		(struct assignment *)decision_find(d, NOUN_ASSIGNMENT, id);

	if (!a)
		return refuse_hidden(d);
	if (check_actor(d, a, to, by_voice) < 0)
		return ERR_DENIED;
	if (a->state == (int)to ||
	    (key.n && a->last_key && span_is_z(key, a->last_key)))
		return 0; /* the same word again changes nothing */
	if (a->state == ASSIGNMENT_TIMED_OUT || a->state == ASSIGNMENT_CANCELLED)
		return refuse(d, 409, "offer_ended", "this assignment was %s",
			      assignment_state_names[a->state]);
	if (!assignment_may_go(a->state, to))
		return refuse(d, 409, "cannot_go_back", "it is %s: %s cannot follow",
			      assignment_state_names[a->state],
			      assignment_state_names[to]);
	emit_status(d, a, to, by_voice, key);
	return 0;
}

int
assignment_time_out(struct decision *d, struct id id)
{
	struct assignment *a = assignment_find(d->m, id);

	if (!a || a->state != ASSIGNMENT_OFFERED)
		return 0;
	emit_status(d, a, ASSIGNMENT_TIMED_OUT, false, (struct span){ 0 });
	return 0;
}

/* --- why not the first suggested -------------------------------------------- */

/* After the offer, which waits for no explanation. */
int
assignment_explain(struct decision *d, struct id id, enum override_reason why,
		   struct span note)
{
	struct assignment *a =
		(struct assignment *)decision_find(d, NOUN_ASSIGNMENT, id);
	struct event e;

	if (!a || access_record(d->m, d->actor, NOUN_ASSIGNMENT, &a->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (!principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher", "only the room sends units");
	if (a->is_offered_at_once)
		return refuse(d, 409, "offered_by_card",
			      "a run card made this offer: nobody chose the unit");
	if (!decision_find(d, NOUN_INCIDENT, a->incident)) /* its key seals the note */
		return refuse_hidden(d);
	if (why == OVERRIDE_OTHER && !note.n)
		return refuse(d, 422, "bad_field", "note: other needs a word");
	if (a->override_reason == (int)why &&
	    span_is_z(note, a->override_note ? a->override_note : ""))
		return 0; /* the same word again changes nothing */
	event_begin(d, &e, EVENT_ASSIGNMENT_EXPLAINED, a->r.world, a->r.id);
	PATCH_ENUM(&e.body, assignment, override_reason, why);
	PATCH_STR(&e.body, assignment, override_note, note);
	event_emit(d, &e);
	return 0;
}
