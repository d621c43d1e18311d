/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access law as functions of the state now. Two tables decide: per noun,
 * who has which view; per event type (events.def), which audiences hear it.
 * The default is no.
 */
#include "model/model.h"

#include <stdio.h>

bool
principal_is_dispatcher_up(const struct principal *p)
{
	return p && p->is_control &&
	       (p->role == ROLE_DISPATCHER || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER);
}

bool
principal_is_supervisor_up(const struct principal *p)
{
	return p && p->is_control &&
	       (p->role == ROLE_SUPERVISOR || p->role == ROLE_DUTY_OFFICER);
}

bool
principal_is_room(const struct principal *p)
{
	return principal_is_dispatcher_up(p) ||
	       (p && p->is_control && p->role == ROLE_BOARD);
}

bool
principal_is_administrator(const struct principal *p)
{
	return p && p->role == ROLE_ADMINISTRATOR && id_is_set(p->agency);
}

/* --- principals ----------------------------------------------------------- */

static void
settle(const struct model *m, struct principal *p)
{
	struct buf b = { 0 };

	p->is_control =
		m->node && id_is_set(p->agency) && id_is(p->agency, m->node->control);
	id_format(&b, p->id);
	snprintf(p->source, sizeof p->source, "%s", b.p);
	buf_done(&b);
}

void
principal_of_account(const struct model *m, const struct account *a,
		     struct principal *ret)
{
	*ret = (struct principal){
		.role = a->disabled ? ROLE_NONE : (enum role)a->role,
		.id = a->r.id,
		.agency = a->agency,
		.unit = a->unit,
		.site = a->site,
		.world = a->r.world,
		.is_verified = !a->disabled,
	};
	snprintf(ret->name, sizeof ret->name, "%s", a->name ? a->name : a->login);
	settle(m, ret);
}

/* A device that speaks for itself over HTTP: it calls and tells where it is, and sees
 * nothing but what becomes of its own call. The token is the secret that backs it. */
static void
principal_of_device_token(const struct model *m, const struct token *t,
			  struct principal *ret)
{
	const struct device *d = device_find(m, t->device);

	*ret = (struct principal){ .role = ROLE_NONE };
	if (!d || t->revoked)
		return;
	principal_of_device(m, d, ret);
	ret->sos_only = true;
	ret->is_verified = ret->role == ROLE_DEVICE;
}

void
principal_of_token(const struct model *m, const struct token *t, struct principal *ret)
{
	if (id_is_set(t->device)) {
		principal_of_device_token(m, t, ret);
		return;
	}
	*ret = (struct principal){
		.role = t->revoked ? ROLE_NONE : (enum role)t->role,
		.id = t->r.id,
		.agency = t->agency,
		.unit = t->unit,
		.site = t->site,
		.world = t->r.world,
		.sos_only = t->sos_only,
		.is_verified = !t->revoked,
	};
	snprintf(ret->name, sizeof ret->name, "%s",
		 t->label && *t->label ? t->label : "button");
	settle(m, ret);
}

struct id
device_person(const struct device *d)
{
	return d->bound_to.noun == noun_person.letter ? d->bound_to : d->person;
}

bool
device_home(const struct model *m, const struct device *d, struct unit **ret_unit,
	    struct site **ret_site)
{
	const struct person *h = person_find(m, d->bound_to);

	*ret_unit = unit_find(m, h ? h->unit : d->bound_to);
	*ret_site = *ret_unit ? NULL : site_find(m, h ? h->site : d->bound_to);
	return !h || h->state == PERSON_ACTIVE;
}

void
principal_of_device(const struct model *m, const struct device *d,
		    struct principal *ret)
{
	struct unit *u;
	struct site *s;
	bool is_bound = device_home(m, d, &u, &s) && d->state == DEVICE_BOUND;

	*ret = (struct principal){
		.role = is_bound ? ROLE_DEVICE : ROLE_NONE,
		.id = d->r.id,
		.world = d->r.world,
		.is_verified = is_bound && d->trust == TRUST_VERIFIED,
	};
	if (is_bound) {
		const struct person *h = person_find(m, d->bound_to);

		ret->agency = d->agency;
		ret->unit = u ? u->r.id : (struct id){ 0 };
		ret->site = s ? s->r.id : (struct id){ 0 };
		ret->world = u   ? u->r.world
			     : s ? s->r.world
			     : h ? h->r.world
				 : d->r.world;
	}
	snprintf(ret->name, sizeof ret->name, "%s %s", d->door, d->identity);
	settle(m, ret);
}

void
principal_anonymous(struct principal *ret, const char *peer)
{
	*ret = (struct principal){ .role = ROLE_NONE };
	snprintf(ret->name, sizeof ret->name, "unknown caller");
	snprintf(ret->source, sizeof ret->source, "peer:%s", peer);
}

bool
principal_is_current(const struct model *m, const struct principal *p)
{
	struct principal now = { 0 };

	if (p->id.noun == noun_account.letter) {
		const struct account *a = account_find(m, p->id);

		if (!a || a->disabled)
			return false;
		principal_of_account(m, a, &now);
	} else if (p->id.noun == noun_token.letter) {
		const struct token *t = token_find(m, p->id);

		if (!t || t->revoked)
			return false;
		principal_of_token(m, t, &now);
	} else {
		return false;
	}
	return now.role == p->role && id_is(now.agency, p->agency) &&
	       id_is(now.unit, p->unit) && id_is(now.site, p->site) &&
	       now.world == p->world;
}

/* --- records -------------------------------------------------------------- */

unsigned
view_hides(enum view v)
{
	unsigned always = FIELD_SECRET | FIELD_INNER | FIELD_ASK;

	if (v != VIEW_OWNER)
		always |= FIELD_OWNER;
	return v == VIEW_ROOM || v == VIEW_ADMIN ? always : always | FIELD_ROOM;
}

static bool
is_on_incident(const struct principal *p, const struct incident *i)
{
	for (size_t k = 0; i && k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, p->unit) &&
		    assignment_is_open(i->assignments[k]))
			return true;
	return false;
}

/* Mission staff bound to one site see that site; others their whole agency. */
static bool
owns_incident(const struct principal *p, const struct incident *i)
{
	if (p->sos_only || !id_is_set(p->agency) || !id_is(p->agency, i->agency))
		return false;
	if (p->role != ROLE_SITE && p->role != ROLE_LIAISON &&
	    p->role != ROLE_ADMINISTRATOR && p->role != ROLE_SUPERVISOR &&
	    p->role != ROLE_DISPATCHER && p->role != ROLE_DUTY_OFFICER)
		return false;
	return p->role != ROLE_SITE || !id_is_set(p->site) || id_is(p->site, i->site);
}

static enum view
view_incident(const struct model *m, const struct principal *p,
	      const struct incident *i)
{
	if (principal_is_room(p))
		return VIEW_ROOM;
	if (p->is_control && p->role != ROLE_RESPONDER)
		return VIEW_NONE; /* its incidents are the room's business */
	if (access_grant(m, p, NOUN_INCIDENT, &i->r, NULL))
		return VIEW_GRANTED;
	if (p->role == ROLE_RESPONDER)
		return is_on_incident(p, i) ||
				       (id_is_set(i->unit) && id_is(i->unit, p->unit))
			       ? VIEW_UNIT
			       : VIEW_NONE;
	return owns_incident(p, i) ? VIEW_OWNER : VIEW_NONE;
}

static enum view
view_unit(const struct model *m, const struct principal *p, const struct unit *u)
{
	const struct agency *g = agency_find(m, u->agency);

	if (principal_is_administrator(p) &&
	    (p->is_control || id_is(p->agency, u->agency)))
		return VIEW_ADMIN;
	if (principal_is_room(p) && g && (g->is_control || g->lends_units))
		return VIEW_ROOM;
	if (p->role == ROLE_RESPONDER && id_is(p->unit, u->r.id))
		return VIEW_UNIT;
	if (id_is(p->agency, u->agency) &&
	    (p->role == ROLE_DISPATCHER || p->role == ROLE_SUPERVISOR ||
	     p->role == ROLE_DUTY_OFFICER))
		return VIEW_OWNER;
	return VIEW_NONE;
}

static bool
has_part(const struct model *m, const struct principal *p, struct id incident,
	 enum grant_part part)
{
	const struct incident *i = incident_find(m, incident);
	unsigned parts = 0;

	return i && access_grant(m, p, NOUN_INCIDENT, &i->r, &parts) && (parts & part);
}

static enum view
view_assignment(const struct model *m, const struct principal *p,
		const struct assignment *a)
{
	if (principal_is_room(p))
		return VIEW_ROOM;
	if (p->role == ROLE_RESPONDER)
		return id_is(p->unit, a->unit) ? VIEW_UNIT : VIEW_NONE;
	if (id_is(p->agency, a->agency) && !p->sos_only && p->role != ROLE_SITE &&
	    unit_find(m, a->unit) &&
	    view_unit(m, p, unit_find(m, a->unit)) != VIEW_NONE)
		return VIEW_OWNER;
	return has_part(m, p, a->incident, PART_UNITS) ? VIEW_GRANTED : VIEW_NONE;
}

/* A note is for its author's agency; shared, for all that handle the incident. */
static enum view
view_note(const struct model *m, const struct principal *p, const struct note *n,
	  const struct incident *i)
{
	enum view v = i ? view_incident(m, p, i) : VIEW_NONE;
	bool is_foreign = id_is_set(n->agency) && !id_is(n->agency, p->agency);

	switch (v) {
	case VIEW_ROOM:
		return !is_foreign || n->is_shared ? v : VIEW_NONE;
	case VIEW_UNIT:
		return !id_is_set(n->agency) || n->is_shared || !is_foreign ? v
									    : VIEW_NONE;
	case VIEW_GRANTED:
		if (id_is_set(n->agency) && !is_foreign)
			return v;
		return n->is_shared && has_part(m, p, i->r.id, PART_NOTES) ? v
									   : VIEW_NONE;
	default:
		return n->to_owner ? v : VIEW_NONE;
	}
}

/* Staff bound to one site know that one; a button knows none. */
static bool
owns_site(const struct principal *p, struct id agency, struct id site)
{
	if (p->sos_only || !id_is_set(p->agency) || !id_is(p->agency, agency))
		return false;
	return p->role == ROLE_LIAISON ||
	       (p->role == ROLE_SITE && (!id_is_set(p->site) || id_is(p->site, site)));
}

static enum view
view_site(const struct model *m, const struct principal *p, const struct site *s)
{
	const struct unit *u;

	if (principal_is_administrator(p) &&
	    (p->is_control || id_is(p->agency, s->agency)))
		return VIEW_ADMIN;
	if (principal_is_room(p))
		return VIEW_ROOM;
	if (owns_site(p, s->agency, s->r.id))
		return VIEW_OWNER;
	if (access_grant(m, p, NOUN_SITE, &s->r, NULL))
		return VIEW_GRANTED;
	u = p->role == ROLE_RESPONDER ? unit_find(m, p->unit) : NULL;
	for (size_t k = 0; u && k < u->n_open; k++) {
		const struct incident *i = incident_find(m, u->open[k]->incident);

		if (i && id_is(i->site, s->r.id))
			return VIEW_UNIT;
	}
	return VIEW_NONE;
}

/* An agency's people are its own: no role of another agency sees them, the
 * control agency's neither; but for those whom the police protect (person_access()).
 * Its administrators know all of them, its staff those
 * of their site, its room those who man its units, everyone himself. */
static enum view
view_person(const struct model *m, const struct principal *p, const struct person *h)
{
	const struct account *own = account_find(m, p->id);

	if (!id_is_set(p->agency))
		return VIEW_NONE;
	if (!id_is(p->agency, h->agency))
		return person_access(m, p, h, NULL) == PERSON_HIDDEN ? VIEW_NONE
		       : p->role == ROLE_RESPONDER                   ? VIEW_UNIT
								     : VIEW_ROOM;
	if (principal_is_administrator(p))
		return VIEW_ADMIN;
	if (own && id_is_set(own->person) && id_is(own->person, h->r.id))
		return VIEW_OWNER;
	switch (p->role) {
	case ROLE_LIAISON:
	case ROLE_SITE:
		return !p->is_control && (owns_site(p, h->agency, h->site) ||
					  (id_is_set(h->residence) &&
					   owns_site(p, h->agency, h->residence)))
			       ? VIEW_OWNER
			       : VIEW_NONE;
	case ROLE_DISPATCHER:
	case ROLE_SUPERVISOR:
	case ROLE_DUTY_OFFICER:
		return id_is_set(h->unit) ? VIEW_OWNER : VIEW_NONE;
	case ROLE_RESPONDER:
		return id_is_set(h->unit) && id_is(h->unit, p->unit) ? VIEW_UNIT
								     : VIEW_NONE;
	default:
		return VIEW_NONE;
	}
}

/* Its agency keeps it; others see what is open to them, of that only the parts
 * that help them who come. */
static enum view
view_register(const struct model *m, const struct principal *p, struct id agency,
	      struct id site, bool is_of_use)
{
	if (book_keeper(p, agency, site) != KEEPER_NONE)
		return VIEW_OWNER;
	if (!is_of_use ||
	    book_access(m, p, site_find(m, site), NULL) < BOOK_BY_INCIDENT)
		return VIEW_NONE;
	return p->role == ROLE_RESPONDER ? VIEW_UNIT : VIEW_ROOM;
}

static enum view
view_register_part(const struct model *m, const struct principal *p, enum noun_index n,
		   const struct record *rec)
{
	const struct visit *v = (const struct visit *)rec;
	enum view own;

	switch (n) {
	case NOUN_BOOK:
		return view_register(m, p, ((const struct book *)rec)->agency,
				     ((const struct book *)rec)->site, true);
	case NOUN_PLAN:
		return view_register(m, p, ((const struct plan *)rec)->agency,
				     ((const struct plan *)rec)->site,
				     !((const struct plan *)rec)->withdrawn);
	case NOUN_POINT:
		return view_register(m, p, ((const struct point *)rec)->agency,
				     ((const struct point *)rec)->site,
				     !((const struct point *)rec)->withdrawn);
	case NOUN_REVIEW:
		return view_register(m, p, ((const struct review *)rec)->agency,
				     ((const struct review *)rec)->site, false);
	case NOUN_FINDING:
		return view_register(m, p, ((const struct finding *)rec)->agency,
				     ((const struct finding *)rec)->site, false);
	default:
		own = view_register(m, p, v->agency, v->site, false);
		return own == VIEW_NONE && v->state == VISIT_MISSED &&
				       principal_is_room(p)
			       ? VIEW_ROOM
			       : own;
	}
}

static enum view
view_settled(const struct principal *p, struct id agency)
{
	if (principal_is_administrator(p) &&
	    (p->is_control || id_is(p->agency, agency)))
		return VIEW_ADMIN;
	return VIEW_NONE;
}

enum view
access_record(const struct model *m, const struct principal *p, enum noun_index n,
	      const struct record *rec)
{
	const struct incident *i;
	enum view v;

	if (!p || !rec || p->role == ROLE_NONE || p->sos_only)
		return VIEW_NONE;
	/* worlds never meet; but accounts of both are made by one administrator */
	if (rec->world != p->world && n != NOUN_AGENCY && n != NOUN_RUN_CARD &&
	    n != NOUN_CAP_RULE &&
	    !(n == NOUN_ACCOUNT && principal_is_administrator(p) && p->is_control &&
	      p->world == WORLD_LIVE))
		return VIEW_NONE;
	switch (n) {
	case NOUN_INCIDENT:
		return view_incident(m, p, (const struct incident *)rec);
	case NOUN_UNIT:
		return view_unit(m, p, (const struct unit *)rec);
	case NOUN_ASSIGNMENT:
		return view_assignment(m, p, (const struct assignment *)rec);
	case NOUN_SITE:
		return view_site(m, p, (const struct site *)rec);
	case NOUN_AGENCY:
		if (principal_is_room(p) ||
		    (principal_is_administrator(p) && p->is_control) ||
		    (principal_is_cell(m, p) && agency_is_guest(m, rec->id)))
			return VIEW_ROOM;
		return id_is(p->agency, rec->id) ? VIEW_OWNER : VIEW_NONE;
	case NOUN_ACCOUNT:
		if (id_is(p->id, rec->id))
			return VIEW_OWNER;
		return view_settled(p, ((const struct account *)rec)->agency);
	case NOUN_TOKEN:
		return view_settled(p, ((const struct token *)rec)->agency);
	case NOUN_INVITATION:
		return view_settled(p, ((const struct invitation *)rec)->agency);
	case NOUN_DEVICE:
		if (principal_is_room(p))
			return VIEW_ROOM;
		return view_settled(p, ((const struct device *)rec)->agency);
	case NOUN_RUN_CARD:
		return principal_is_room(p) ||
				       (principal_is_administrator(p) && p->is_control)
			       ? VIEW_ROOM
			       : VIEW_NONE;
	case NOUN_SIGNAL:
		i = incident_find(m, ((const struct signal *)rec)->incident);
		v = i ? view_incident(m, p, i) : VIEW_NONE;
		return v == VIEW_GRANTED && !has_part(m, p, i->r.id, PART_MESSAGE)
			       ? VIEW_NONE
			       : v;
	case NOUN_NOTE:
		return view_note(
			m, p, (const struct note *)rec,
			incident_find(m, ((const struct note *)rec)->incident));
	case NOUN_DEVICE_ORDER:
		if (p->role == ROLE_RESPONDER && id_is_set(p->unit))
			return id_is(p->unit, ((const struct device_order *)rec)->unit)
				       ? VIEW_UNIT
				       : VIEW_NONE;
		return principal_is_room(p) ? VIEW_ROOM : VIEW_NONE;
	case NOUN_GRANT:
		return access_grant_record(p, (const struct grant *)rec);
	case NOUN_OPENING:
		return access_opening(m, p, (const struct opening *)rec);
	case NOUN_PERSON:
		return view_person(m, p, (const struct person *)rec);
	case NOUN_CLOSURE:
	case NOUN_PAGE:
		return principal_is_room(p) ? VIEW_ROOM : VIEW_NONE;
	case NOUN_CHANNEL:
		return access_channel(m, p, (const struct channel *)rec);
	case NOUN_MEMBER:
		return access_member(m, p, (const struct member *)rec);
	case NOUN_POST:
		return access_post(m, p, (const struct post *)rec);
	case NOUN_ACK:
		return access_ack(m, p, (const struct ack *)rec);
	case NOUN_RECEIPT:
		return access_receipt(m, p, (const struct receipt *)rec);
	case NOUN_FILE:
		return access_file(m, p, (const struct file *)rec);
	case NOUN_DUTY_PHONE:
		return access_duty_phone(m, p, (const struct duty_phone *)rec);
	case NOUN_EXPORT:
		return access_export(m, p, (const struct export *)rec);
	case NOUN_HOLD:
		return access_hold(p);
	case NOUN_ERASURE:
		return access_erasure(p, (const struct erasure *)rec);
	case NOUN_BOOK:
	case NOUN_PLAN:
	case NOUN_POINT:
	case NOUN_VISIT:
	case NOUN_REVIEW:
	case NOUN_FINDING:
		return view_register_part(m, p, n, rec);
	default:
		return access_liaison(m, p, n, rec);
	}
}

/* What is heard by another agency that handles the incident, and by both sides of
 * a grant: whoever sees the record itself. */
static enum view
hears_as_partner(const struct model *m, const struct principal *p,
		 const struct event *e, const struct incident *i, unsigned to)
{
	enum noun_index n = event_infos[e->type].noun;
	const struct record *rec = model_find(m, n, e->subject);
	enum view v;

	if (to & SEE_PARTIES)
		return rec ? access_record(m, p, n, rec) : VIEW_NONE;
	if (!i || view_incident(m, p, i) != VIEW_GRANTED)
		return VIEW_NONE;
	if (n == NOUN_INCIDENT)
		return VIEW_GRANTED;
	/* a note has left memory when its event is read again: the event has it */
	v = access_record(m, p, n, n == NOUN_NOTE || !rec ? e->body.rec : rec);
	return v == VIEW_OWNER ? VIEW_GRANTED : v;
}

/* --- events --------------------------------------------------------------- */

bool
incident_is_frozen_for(const struct incident *i, const struct principal *p)
{
	return i->frozen_seq != FIELD_NONE && i->released_at == TIME_NONE &&
	       !principal_is_room(p) && p->role != ROLE_RESPONDER &&
	       (!id_is_set(p->agency) || id_is(p->agency, i->agency));
}

static bool
hears_as_owner(const struct principal *p, const struct event *e,
	       const struct incident *i)
{
	if (!id_is_set(p->agency) || !id_is(p->agency, e->agency))
		return false;
	if (event_infos[e->type].noun == NOUN_SITE)
		return owns_site(p, e->agency, e->site);
	if (event_infos[e->type].noun == NOUN_NOTE &&
	    !((const struct note *)e->body.rec)->to_owner)
		return false;
	if (!i)
		return false;
	if (p->is_control && !p->sos_only)
		return false; /* control's own incidents: by room or unit only */
	if (incident_is_frozen_for(i, p) && (int64_t)e->seq > i->frozen_seq)
		return false;
	if (p->sos_only)
		return id_is_set(p->site) && id_is(p->site, i->site) &&
		       map_get(&i->roll, span_of(p->source));
	return owns_incident(p, i);
}

/* Whom an event of a channel is about, when it is for that one alone. */
static struct id
self_of(enum noun_index n, const struct record *rec)
{
	if (n == NOUN_RECEIPT)
		return ((const struct receipt *)rec)->reader;
	return ((const struct file *)rec)->author;
}

static enum view
hears_in_channel(const struct model *m, const struct principal *p,
		 const struct event *e, unsigned to)
{
	enum noun_index n = event_infos[e->type].noun;
	const struct record *rec = model_find(m, n, e->subject);
	enum view v;

	if (!rec || ((to & SEE_SELF) && !id_is(p->id, self_of(n, rec))))
		return VIEW_NONE;
	v = access_record(m, p, n, rec);
	if ((to & SEE_HUB) && v != VIEW_ROOM)
		return VIEW_NONE;
	if ((to & SEE_SENDER) && !post_is_sender(m, p, (const struct post *)rec))
		return VIEW_NONE;
	return v;
}

/* Who sees the person hears of him; who saw him till now, that he is closed. */
static enum view
hears_of_person(const struct model *m, const struct principal *p, const struct event *e)
{
	const uint64_t withheld =
		1ull << field_at(&noun_person, offsetof(struct person, withheld));
	const struct person *said = (const struct person *)e->body.rec;
	const struct person *h = person_find(m, e->subject);
	enum view v = access_record(m, p, NOUN_PERSON, h ? &h->r : NULL);
	struct person before;

	if (v != VIEW_NONE || !h || id_is(h->agency, p->agency) ||
	    (!(e->body.given & withheld) && said->state != PERSON_LEFT))
		return v;
	before = *h;
	before.withheld = false;
	before.state = PERSON_ACTIVE;
	return access_record(m, p, NOUN_PERSON, &before.r);
}

/* What is tied to an incident that has ended for the owner is not heard by him
 * until it is released; nor when that cannot be told. */
static bool
hears_as_keeper(const struct principal *p, const struct event *e,
		const struct incident *i)
{
	if (book_keeper(p, e->agency, e->site) == KEEPER_NONE)
		return false;
	return !id_is_set(e->incident) || (i && (!incident_is_frozen_for(i, p) ||
						 (int64_t)e->seq <= i->frozen_seq));
}

static enum view
view_register_event(const struct model *m, const struct principal *p,
		    const struct event *e, const struct incident *i, unsigned to)
{
	if ((to & SEE_KEEPER) && hears_as_keeper(p, e, i))
		return VIEW_OWNER;
	if (!(to & SEE_OPEN) ||
	    book_access(m, p, site_find(m, e->site), NULL) < BOOK_BY_INCIDENT)
		return VIEW_NONE;
	return p->role == ROLE_RESPONDER ? VIEW_UNIT : VIEW_ROOM;
}

bool
access_event(const struct model *m, const struct principal *p, const struct event *e,
	     const struct incident *i, enum view *ret_view)
{
	const struct event_info *info = &event_infos[e->type];
	unsigned to = info->audience;

	*ret_view = VIEW_NONE;
	if (e->world != p->world)
		to &= SEE_ADMIN; /* a room hears its own world only */
	if (to & SEE_STAFF)
		*ret_view = hears_of_person(m, p, e);
	if (p->role != ROLE_NONE && (to & SEE_KEEPER))
		*ret_view = view_register_event(m, p, e, i, to);
	if (p->role == ROLE_NONE || !to || *ret_view != VIEW_NONE)
		return *ret_view != VIEW_NONE;
	if (to & (SEE_CHANNEL | SEE_SENDER | SEE_HUB | SEE_SELF))
		*ret_view = hears_in_channel(m, p, e, to);
	else if (info->noun == NOUN_NOTE && principal_is_room(p))
		*ret_view = view_note(m, p, (const struct note *)e->body.rec, i);
	else if ((to & SEE_ROOM) && principal_is_room(p) &&
		 (!id_is_set(e->unit_agency) || info->noun != NOUN_UNIT ||
		  view_unit(m, p, unit_find(m, e->unit)) != VIEW_NONE))
		*ret_view = VIEW_ROOM;
	else if ((to & SEE_ADMIN) && !p->sos_only && principal_is_administrator(p) &&
		 (p->is_control ||
		  (id_is_set(e->agency) && id_is(p->agency, e->agency))))
		*ret_view = VIEW_ADMIN;
	else if ((to & SEE_UNIT) && p->role == ROLE_RESPONDER && id_is_set(p->unit) &&
		 (id_is(e->unit, p->unit) || (i && is_on_incident(p, i))) &&
		 info->noun != NOUN_ASSIGNMENT)
		*ret_view = VIEW_UNIT;
	else if ((to & SEE_UNIT) && p->role == ROLE_RESPONDER && id_is_set(p->unit) &&
		 id_is(e->unit, p->unit))
		*ret_view = VIEW_UNIT;
	else if ((to & SEE_AGENCY) && !p->sos_only && id_is_set(e->unit_agency) &&
		 id_is(e->unit_agency, p->agency) && unit_find(m, e->unit) &&
		 view_unit(m, p, unit_find(m, e->unit)) != VIEW_NONE)
		*ret_view = VIEW_OWNER;
	else if (((to & SEE_OWNER) || info->noun == NOUN_NOTE) &&
		 hears_as_owner(p, e, i))
		*ret_view = VIEW_OWNER;
	else if (!p->sos_only &&
		 (to & (SEE_ALLOWED | SEE_DESK | SEE_INVITED | SEE_ACTOR)))
		*ret_view = access_liaison_event(m, p, e);
	else if (to & (SEE_JOINT | SEE_PARTIES))
		*ret_view = hears_as_partner(m, p, e, i, to);
	return *ret_view != VIEW_NONE;
}
