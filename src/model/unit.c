/* SPDX-License-Identifier: Apache-2.0 */
/* Units: table, derived state, shift. */
#include "model/commands.h"

static const char *const kinds[] = { "",         "patrol", "motorcycle",
				     "response", "escort", NULL };
const char *const unit_state_names[] = { "off_duty", "available", "busy",
					 "out_of_service", NULL };

static const struct field fields[] = {
	NOUN_WORLD(unit),
	NOUN_LINE(unit, agency, ID, FIELD_POST,
		  .doc = "its owner; the caller's own when left out"),
	NOUN_LINE(unit, callsign, STR, NEED, .min = 1, .max = 32,
		  .doc = "unique in its agency"),
	NOUN_LINE(unit, kind, ENUM, GIVE, .names = kinds, .doc = "what it is"),
	NOUN_LINE(unit, capabilities, LIST, GIVE, .doc = "what it can do, as words"),
	NOUN_LINE(unit, crew, INT, GIVE, .min = 0, .max = 60, .doc = "people aboard"),
	NOUN_LINE(unit, shift_on, BOOL, FIELD_INNER, .doc = "on duty"),
	NOUN_LINE(unit, shift_since, TIME, FIELD_INNER, .doc = "start of the shift"),
	NOUN_LINE(unit, out_of_service, BOOL, GIVE, .doc = "cannot be sent"),
	NOUN_LINE(unit, reason, STR, GIVE, .max = 120,
		  .doc = "why it is out of service"),
	NOUN_LINE(unit, beat, POS, GIVE, .doc = "its post or the middle of its beat"),
	NOUN_LINE(unit, post, ID, GIVE,
		  .doc = "the site where it stands, if it has one"),
};
NOUN_TABLE(noun_unit, 'u', "unit", "units", unit, fields);

enum unit_state
unit_state(const struct unit *u)
{
	if (!u->shift_on)
		return UNIT_OFF_DUTY;
	if (u->out_of_service)
		return UNIT_OUT_OF_SERVICE;
	return unit_busy_as(u) ? UNIT_BUSY : UNIT_AVAILABLE;
}

int
unit_busy_as(const struct unit *u)
{
	int most = 0;

	for (size_t i = 0; i < u->n_open; i++)
		if (u->open[i]->state > most && u->open[i]->state < ASSIGNMENT_CLEARED)
			most = u->open[i]->state;
	return most;
}

/* A dispatcher or the crew may only take it in and out of service. */
static bool
is_service_only(const struct patch *p)
{
	uint64_t allowed =
		1ull << field_at(&noun_unit, offsetof(struct unit, reason)) |
		1ull << field_at(&noun_unit, offsetof(struct unit, out_of_service));

	return !(p->given & ~allowed);
}

static int
check_rights(struct decision *d, const struct unit *now, const struct patch *p)
{
	const struct principal *who = d->actor;
	const struct unit *asked = (const struct unit *)p->rec;

	if (!who)
		return 0;
	if (now && is_service_only(p) &&
	    (principal_is_dispatcher_up(who) ||
	     (who->role == ROLE_RESPONDER && id_is(who->unit, now->r.id))))
		return 0;
	if (!principal_is_administrator(who))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may change units");
	if (who->is_control)
		return 0;
	if (now && !id_is(now->agency, who->agency))
		return refuse_hidden(d);
	if (!now && id_is_set(asked->agency) && !id_is(asked->agency, who->agency))
		return refuse(d, 403, "not_your_agency",
			      "units can only be made for your own agency");
	return 0;
}

int
unit_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct unit *now = unit_find(d->m, id), *asked = (struct unit *)p->rec, *other;
	int world = d->actor ? d->actor->world : WORLD_LIVE;

	if (id_is_set(id) && (!now || now->r.world != world))
		return refuse_hidden(d);
	if (check_rights(d, now, p) < 0 ||
	    (!now && world_for(d, asked->ask_world, &world) < 0))
		return ERR_DENIED;
	if (!now && !id_is_set(asked->agency) && d->actor)
		PATCH_ID(p, unit, agency, d->actor->agency);
	if (id_is_set(asked->post) &&
	    check_named(d, NOUN_SITE, asked->post, "no_such_site") < 0)
		return ERR_DENIED;
	other = asked->callsign ? unit_by_callsign(d->m, world,
						   now ? now->agency : asked->agency,
						   asked->callsign)
				: NULL;
	if (other && other != now)
		return refuse(d, 409, "callsign_taken", "callsign %.32s is taken",
			      asked->callsign);
	if (!now && !agency_find(d->m, asked->agency))
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	return config_put(d, EVENT_UNIT_CHANGED, world, id, p, ret);
}

int
unit_shift(struct decision *d, struct id id, bool on)
{
	struct unit *u = unit_find(d->m, id);
	const struct principal *who = d->actor;
	struct event e;

	if (!u || (who && access_record(d->m, who, NOUN_UNIT, &u->r) == VIEW_NONE))
		return refuse_hidden(d);
	if (who && !principal_is_dispatcher_up(who) &&
	    !(who->role == ROLE_RESPONDER && id_is(who->unit, id)))
		return refuse(d, 403, "not_allowed",
			      "only its responder or the room may change a shift");
	if (!on && u->n_open)
		return refuse(d, 409, "assigned",
			      "%.32s is assigned: the shift cannot end", u->callsign);
	if (on == u->shift_on)
		return 0;
	event_begin(d, &e, EVENT_UNIT_SHIFT_CHANGED, u->r.world, id);
	PATCH_BOOL(&e.body, unit, shift_on, on);
	PATCH_INT(&e.body, unit, shift_since, on ? d->now : TIME_NONE);
	event_emit(d, &e);
	return 0;
}
