/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of another system, read in: closed when they come, in a world of their own,
 * with the times that were told and none that were not. No number, key or ladder of
 * this node is touched.
 */
#include "model/history.h"

#include "model/commands.h"

static void
take_unit(struct decision *d, const struct history_unit *u, struct id incident)
{
	struct event e;

	event_begin(d, &e, EVENT_ASSIGNMENT_IMPORTED, WORLD_HISTORY,
		    next_id(d, NOUN_ASSIGNMENT));
	PATCH_ID(&e.body, assignment, incident, incident);
	PATCH_ID(&e.body, assignment, agency, d->m->node->control);
	PATCH_STR(&e.body, assignment, callsign, u->callsign);
	PATCH_ENUM(&e.body, assignment, state, ASSIGNMENT_CLEARED);
	if (u->dispatched_at != TIME_NONE)
		PATCH_INT(&e.body, assignment, accepted_at, u->dispatched_at);
	if (u->en_route_at != TIME_NONE)
		PATCH_INT(&e.body, assignment, en_route_at, u->en_route_at);
	if (u->on_scene_at != TIME_NONE)
		PATCH_INT(&e.body, assignment, on_scene_at, u->on_scene_at);
	if (u->cleared_at != TIME_NONE)
		PATCH_INT(&e.body, assignment, cleared_at, u->cleared_at);
	event_emit(d, &e);
}

int
history_take(struct decision *d, const struct history_call *c, struct id *ret)
{
	struct event e;

	if (!d->actor || !principal_is_administrator(d->actor) || !d->actor->is_control)
		return refuse(d, 403, "needs_administrator",
			      "only the control agency's administrator reads calls in");
	*ret = next_id(d, NOUN_INCIDENT);
	event_begin(d, &e, EVENT_INCIDENT_IMPORTED, WORLD_HISTORY, *ret);
	PATCH_STR(&e.body, incident, number, c->number);
	PATCH_STR(&e.body, incident, source, c->source);
	PATCH_STR(&e.body, incident, kind, c->kind);
	PATCH_ENUM(&e.body, incident, state, INCIDENT_CLOSED);
	PATCH_ENUM(&e.body, incident, priority, c->priority);
	PATCH_ENUM(&e.body, incident, trust, TRUST_VERIFIED);
	PATCH_ID(&e.body, incident, agency, d->m->node->control);
	if (c->position.is_set)
		PATCH_POS(&e.body, incident, position, c->position);
	PATCH_INT(&e.body, incident, m_raised, c->raised_at);
	if (c->is_day_only)
		PATCH_BOOL(&e.body, incident, is_day_only, true);
	if (c->dispatched_at != TIME_NONE)
		PATCH_INT(&e.body, incident, m_dispatched, c->dispatched_at);
	if (c->en_route_at != TIME_NONE)
		PATCH_INT(&e.body, incident, m_en_route, c->en_route_at);
	if (c->on_scene_at != TIME_NONE)
		PATCH_INT(&e.body, incident, m_on_scene, c->on_scene_at);
	if (c->cleared_at != TIME_NONE)
		PATCH_INT(&e.body, incident, m_cleared, c->cleared_at);
	event_emit(d, &e);
	for (size_t k = 0; k < c->n_units; k++)
		take_unit(d, &c->units[k], *ret);
	return 0;
}
