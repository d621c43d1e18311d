/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the access law about advisories, meetings, matters, actions and
 * orders. Hub and spoke: the control agency's desk sees all, another police-side
 * agency what it takes part in, a guest what is its own or said to it.
 */
#include "model/model.h"

bool
agency_is_guest(const struct model *m, struct id agency)
{
	const struct agency *g = agency_find(m, agency);

	return !g || g->kind == AGENCY_MISSION || g->kind == AGENCY_COMPANY ||
	       g->kind == AGENCY_OTHER || !g->kind;
}

bool
principal_is_desk(const struct principal *p)
{
	return principal_is_dispatcher_up(p) ||
	       (p && p->is_control && !p->sos_only && p->role == ROLE_LIAISON);
}

/* Those who speak for their agency. */
static bool
is_speaker(const struct principal *p)
{
	return !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_LIAISON || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER);
}

bool
principal_may_raise(const struct principal *p)
{
	return principal_is_desk(p) || is_speaker(p) ||
	       (p->role == ROLE_SITE && !p->sos_only && id_is_set(p->agency));
}

bool
principal_is_command(const struct model *m, const struct principal *p)
{
	return p && !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_SUPERVISOR || p->role == ROLE_DUTY_OFFICER) &&
	       !agency_is_guest(m, p->agency);
}

/* --- records --------------------------------------------------------------- */

static bool
is_named(const struct principal *p, const char *list)
{
	return id_list_has(list, p->id) || id_list_has(list, p->agency);
}

static enum view
view_advisory(const struct principal *p, const struct advisory *a)
{
	bool is_for_all = !a->to || strcmp(a->to, "[]") == 0;

	if (principal_is_desk(p))
		return VIEW_ROOM;
	if (!advisory_was_issued(a) || !id_is_set(p->agency) ||
	    p->role == ROLE_DEVICE || p->role == ROLE_FEED)
		return VIEW_NONE;
	switch (a->tlp) {
	case TLP_CLEAR:
	case TLP_GREEN:
		return is_for_all || is_named(p, a->to) ? VIEW_OWNER : VIEW_NONE;
	case TLP_AMBER:
	case TLP_STRICT:
		return is_named(p, a->to) ? VIEW_OWNER : VIEW_NONE;
	case TLP_RED: /* people by name: an agency is too many */
		return id_list_has(a->to, p->id) ? VIEW_OWNER : VIEW_NONE;
	default:
		return VIEW_NONE;
	}
}

/* By invitation, of oneself or of one's agency. */
static enum view
view_invited(const struct model *m, const struct principal *p, const char *list)
{
	if (principal_is_desk(p))
		return VIEW_ROOM;
	if (!id_list_has(list, p->id) &&
	    !(is_speaker(p) && id_list_has(list, p->agency)))
		return VIEW_NONE;
	return agency_is_guest(m, p->agency) ? VIEW_OWNER : VIEW_ROOM;
}

static enum view
view_matter(const struct principal *p, const struct matter *j)
{
	if (principal_is_desk(p))
		return VIEW_ROOM;
	if (!id_is_set(p->agency) || !id_is(p->agency, j->agency))
		return VIEW_NONE;
	if (is_speaker(p) || id_is(p->id, j->steps[MATTER_RAISED].by))
		return VIEW_OWNER;
	return VIEW_NONE;
}

static enum view
view_action(const struct principal *p, const struct action *x)
{
	if (principal_is_desk(p))
		return VIEW_ROOM;
	if (id_is_set(p->id) && id_is(p->id, x->owner))
		return VIEW_OWNER;
	return is_speaker(p) && id_is(p->agency, x->agency) ? VIEW_OWNER : VIEW_NONE;
}

static enum view
view_order(const struct model *m, const struct principal *p, const struct order *o)
{
	if (id_is_set(p->id) && id_is(p->id, o->officer))
		return VIEW_OWNER;
	return principal_is_command(m, p) && id_is(p->agency, o->agency) ? VIEW_ROOM
									 : VIEW_NONE;
}

static enum view
view_calendar(const struct principal *p, const struct calendar *c)
{
	if (id_is_set(p->id) && id_is(p->id, c->account))
		return VIEW_OWNER;
	return principal_is_administrator(p) &&
			       (p->is_control || id_is(p->agency, c->agency))
		       ? VIEW_ADMIN
		       : VIEW_NONE;
}

enum view
access_liaison(const struct model *m, const struct principal *p, enum noun_index n,
	       const struct record *rec)
{
	switch (n) {
	case NOUN_ADVISORY:
		return view_advisory(p, (const struct advisory *)rec);
	case NOUN_CAP_RULE:
		if (principal_is_administrator(p) && p->is_control)
			return VIEW_ADMIN;
		return principal_is_desk(p) ? VIEW_ROOM : VIEW_NONE;
	case NOUN_SERIES:
		return view_invited(m, p, ((const struct series *)rec)->participants);
	case NOUN_MEETING:
		return view_invited(m, p, ((const struct meeting *)rec)->participants);
	case NOUN_CALENDAR:
		return view_calendar(p, (const struct calendar *)rec);
	case NOUN_MATTER:
		return view_matter(p, (const struct matter *)rec);
	case NOUN_ACTION:
		return view_action(p, (const struct action *)rec);
	case NOUN_ORDER:
		return view_order(m, p, (const struct order *)rec);
	default:
		return VIEW_NONE;
	}
}

/* --- events ---------------------------------------------------------------- */

/* No more than the record itself shows now: what was said before someone was let
 * in, he may read; what he may read no more, he does not hear either. */
enum view
access_liaison_event(const struct model *m, const struct principal *p,
		     const struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;
	unsigned to = event_infos[e->type].audience;
	/* a look has left memory when its event is read again: the event has it */
	enum view v =
		n == NOUN_OPENING
			? access_opening(m, p, (const struct opening *)e->body.rec)
			: access_record(m, p, n, model_find(m, n, e->subject));

	if (v == VIEW_NONE)
		return VIEW_NONE;
	if ((to & SEE_ALLOWED) || ((to & SEE_DESK) && v >= VIEW_ROOM))
		return v;
	if ((to & SEE_ACTOR) && id_is_set(p->id) && id_is(p->id, e->actor))
		return v;
	if ((to & SEE_INVITED) &&
	    is_named(p, ((const struct meeting *)e->body.rec)->invited))
		return v;
	return VIEW_NONE;
}
