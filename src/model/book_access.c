/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To whom a site's register is open (product rule 11): its own agency keeps it;
 * nobody else sees any of it, but the room and the crews that come while a real,
 * verified call of that site is open, or the room when two people opened it. Pure:
 * what ends by time ends by an event.
 */
#include "model/model.h"

#include "model/derive.h"

enum keeper
book_keeper(const struct principal *p, struct id agency, struct id site)
{
	if (!p || p->sos_only || !id_is_set(p->agency) || !id_is(p->agency, agency))
		return KEEPER_NONE;
	if (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_LIAISON)
		return KEEPER_FULL;
	if (p->role == ROLE_SITE && (!id_is_set(p->site) || id_is(p->site, site)))
		return KEEPER_STAFF;
	return KEEPER_NONE;
}

bool
incident_opens_book(const struct incident *i)
{
	/* one without a source was typed in by the room itself: no signal of the
	 * site's, and no way round the second person */
	return i && i->source && i->trust == TRUST_VERIFIED && !i->is_test &&
	       i->r.world == WORLD_LIVE && i->state != INCIDENT_CLOSED;
}

/* Offered is not enough: who has said that he comes. */
static bool
is_coming(const struct assignment *a)
{
	return a->state == ASSIGNMENT_ACCEPTED || a->state == ASSIGNMENT_EN_ROUTE ||
	       a->state == ASSIGNMENT_ON_SCENE;
}

static bool
is_held(const struct incident *i)
{
	return i->frozen_seq != FIELD_NONE && i->released_at == TIME_NONE;
}

struct id
book_held_by(const struct model *m, const struct site *s)
{
	const struct incident_list *l = open_incidents(m, s->r.id, (struct span){ 0 });

	for (size_t k = 0; k < l->n; k++)
		if (is_held(l->v[k]))
			return l->v[k]->r.id;
	return (struct id){ 0 };
}

static const struct incident *
opened_for_room(const struct model *m, const struct site *s)
{
	const struct incident_list *l = open_incidents(m, s->r.id, (struct span){ 0 });

	const struct incident *i = NULL;

	/* one that its owner knows to be open tells him why */
	for (size_t k = 0; k < l->n; k++)
		if (incident_opens_book(l->v[k]) && (!i || !is_held(l->v[k])))
			i = l->v[k];
	return i;
}

static const struct incident *
opened_for_crew(const struct model *m, const struct principal *p, const struct site *s)
{
	const struct unit *u = unit_find(m, p->unit);

	for (size_t k = 0; u && k < u->n_open; k++) {
		const struct incident *i = incident_find(m, u->open[k]->incident);

		if (i && id_is(i->site, s->r.id) && is_coming(u->open[k]) &&
		    incident_opens_book(i))
			return i;
	}
	return NULL;
}

enum book_access
book_access(const struct model *m, const struct principal *p, const struct site *s,
	    struct id *ret_incident)
{
	const struct incident *i = NULL;
	bool is_room = principal_is_dispatcher_up(p), is_crew;

	if (!p || !s || p->sos_only || !p->is_verified || p->world != WORLD_LIVE ||
	    s->r.world != WORLD_LIVE)
		return BOOK_LOCKED;
	is_crew = p->role == ROLE_RESPONDER && id_is_set(p->unit);
	if (is_crew)
		i = opened_for_crew(m, p, s);
	else if (is_room)
		i = opened_for_room(m, s);
	if (s->book && s->book->withheld && (is_room || i))
		return BOOK_WITHHELD;
	if (i && ret_incident)
		*ret_incident = i->r.id;
	if (i)
		return BOOK_BY_INCIDENT;
	return is_room && s->book && s->book->glass == GLASS_OPEN ? BOOK_BY_TWO
								  : BOOK_LOCKED;
}

enum book_access
book_access_shown(const struct model *m, const struct principal *p,
		  const struct site *s)
{
	const struct incident *i;
	const struct incident_list *l = open_incidents(m, s->r.id, (struct span){ 0 });

	if (s->book && s->book->withheld)
		return BOOK_WITHHELD;
	for (size_t k = 0; k < l->n; k++)
		if (incident_opens_book(l->v[k]) && !incident_is_frozen_for(l->v[k], p))
			return BOOK_BY_INCIDENT;
	if (!s->book || s->book->glass != GLASS_OPEN)
		return BOOK_LOCKED;
	i = incident_find(m, s->book->glass_incident);
	return id_is_set(s->book->glass_incident) &&
			       (!i || incident_is_frozen_for(i, p))
		       ? BOOK_LOCKED
		       : BOOK_BY_TWO;
}
