/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and members: tables, sides, commands. */
#include "model/commands.h"

#include "base/auto.h"

static const char *const shape_names[] = { "", "open", "hub", NULL };
const char *const side_names[] = { "", "member", "hub", "spoke", NULL };

static const struct field channel_fields[] = {
	NOUN_WORLD(channel),
	NOUN_LINE(channel, agency, ID, 0, .doc = "that keeps it"),
	NOUN_LINE(channel, name, STR, NEED, .min = 1, .max = 120,
		  .doc = "what people call it"),
	NOUN_LINE(channel, name_ur, STR, GIVE, .max = 120, .doc = "its name in Urdu"),
	NOUN_LINE(channel, about, STR, GIVE, .max = 1000, .doc = "what it is for"),
	NOUN_LINE(channel, shape, ENUM, FIELD_POST | FIELD_NEEDED, .names = shape_names,
		  .doc = "open: all members see all; hub: spokes see the hub only"),
	NOUN_LINE(channel, is_missions, BOOL, 0, .doc = "the missions' group"),
	NOUN_LINE(channel, hold, BOOL, FIELD_PATCH | FIELD_ROOM,
		  .doc = "legal hold: nothing of it is erased"),
	NOUN_LINE(channel, archived, BOOL, FIELD_PATCH, .doc = "read only"),
	NOUN_LINE(channel, keep_days, JSON, GIVE | FIELD_ROOM,
		  .doc = "{kind: days} that posts are kept"),
	NOUN_LINE(channel, made_at, TIME, FIELD_ONCE, .doc = ""),
};
NOUN_TABLE(noun_channel, 't', "channel", "channels", channel, channel_fields);

static const struct field member_fields[] = {
	NOUN_LINE(member, channel, ID, 0, .doc = ""),
	NOUN_LINE(member, agency, ID, FIELD_POST,
		  .doc = "whose desk; or of the account"),
	NOUN_LINE(member, account, ID, FIELD_POST,
		  .doc = "one person; none: the agency"),
	NOUN_LINE(member, role, ENUM, FIELD_POST, .names = role_names,
		  .doc = "only those of this role; none: the whole desk"),
	NOUN_LINE(member, side, ENUM, FIELD_POST, .names = side_names,
		  .doc = "of a hub channel: hub or spoke"),
	NOUN_LINE(member, removed, BOOL, 0, .doc = ""),
	NOUN_LINE(member, at, TIME, 0, .doc = "since"),
};
NOUN_TABLE(noun_member, 'e', "member", "members", member, member_fields);

void
member_key(struct buf *b, struct id channel, struct id who, int role)
{
	buf_add_span(b, ID_KEY(&channel));
	buf_add_span(b, ID_KEY(&who));
	buf_add_c(b, (char)role);
}

static const struct member *
find_member(const struct model *m, struct id channel, struct id who, int role)
{
	/* asked for each reader of each event: no allocation */
	char k[2 * sizeof(struct id) + 1];

	memcpy(k, &channel, sizeof channel);
	memcpy(k + sizeof channel, &who, sizeof who);
	k[sizeof k - 1] = (char)role;
	return map_get(&m->members, (struct span){ k, sizeof k });
}

/* Those who speak for an agency. Not its walls, its watchers or its crews. */
static bool
is_of_desk(enum role role)
{
	return role == ROLE_DISPATCHER || role == ROLE_SUPERVISOR ||
	       role == ROLE_DUTY_OFFICER || role == ROLE_LIAISON || role == ROLE_SITE;
}

const struct member *
channel_member(const struct model *m, const struct channel *c,
	       const struct principal *p)
{
	const struct member *e;

	if (!c || !p || p->role == ROLE_NONE || p->role == ROLE_BOARD || p->sos_only ||
	    !id_is_set(p->agency) || p->world != c->r.world)
		return NULL;
	e = find_member(m, c->r.id, p->id, 0);
	if (e && id_is(e->agency, p->agency))
		return e;
	e = find_member(m, c->r.id, p->agency, p->role);
	if (!e && is_of_desk(p->role))
		e = find_member(m, c->r.id, p->agency, 0);
	return e;
}

enum channel_side
channel_side(const struct model *m, const struct channel *c, const struct principal *p)
{
	const struct member *e = channel_member(m, c, p);

	return e ? (enum channel_side)e->side : SIDE_NONE;
}

enum channel_side
channel_agency_side(const struct model *m, const struct channel *c, struct id agency)
{
	const struct member *e = find_member(m, c->r.id, agency, 0);
	void *rec;

	if (e)
		return (enum channel_side)e->side;
	for (size_t i = 0; map_next(&m->members, &i, NULL, &rec);) {
		e = rec;
		if (id_is(e->channel, c->r.id) && id_is(e->agency, agency))
			return (enum channel_side)e->side;
	}
	return SIDE_NONE;
}

/* Who leads the liaison work of an agency. */
static bool
leads(const struct principal *p)
{
	return p->role == ROLE_SUPERVISOR || p->role == ROLE_DUTY_OFFICER ||
	       p->role == ROLE_LIAISON || p->role == ROLE_ADMINISTRATOR;
}

bool
channel_is_keeper(const struct model *m, const struct channel *c,
		  const struct principal *p)
{
	(void)m;
	return p && !p->sos_only && p->world == c->r.world && leads(p) &&
	       id_is_set(p->agency) &&
	       ((p->is_control && p->role == ROLE_ADMINISTRATOR) ||
		id_is(p->agency, c->agency));
}

struct channel *
channel_missions(const struct model *m)
{
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_CHANNEL], &i, NULL, &rec);)
		if (((struct channel *)rec)->is_missions)
			return rec;
	return NULL;
}

/* --- commands ------------------------------------------------------------- */

static bool
is_mission(const struct model *m, struct id agency)
{
	const struct agency *g = agency_find(m, agency);

	return g && g->kind == AGENCY_MISSION;
}

static int
check_keep_days(struct decision *d, const char *json)
{
	json_t AUTO(auto_json) *o = json ? json_read(span_of(json), NULL) : NULL;
	const char *kind;
	json_t *v;

	if (!json)
		return 0;
	if (!json_is_object(o))
		return refuse(d, 422, "bad_field", "keep_days: an object of days");
	json_object_foreach(o, kind, v)
	{
		if (!enum_find(post_kind_names, span_of(kind)))
			return refuse(d, 422, "bad_field", "keep_days: no kind %.40s",
				      kind);
		if (!json_is_integer(v) || json_integer_value(v) < 1 ||
		    json_integer_value(v) > 36500)
			return refuse(d, 422, "bad_field",
				      "keep_days.%.40s: days from 1 to 36500", kind);
	}
	return 0;
}

static void
emit_member(struct decision *d, const struct channel *c, const struct member *as,
	    struct id *ret)
{
	struct event e;

	*ret = next_id(d, NOUN_MEMBER);
	event_begin(d, &e, EVENT_MEMBER_ADDED, c->r.world, *ret);
	PATCH_ID(&e.body, member, channel, c->r.id);
	PATCH_ID(&e.body, member, agency, as->agency);
	PATCH_ID(&e.body, member, account, as->account);
	PATCH_ENUM(&e.body, member, role, as->role);
	PATCH_ENUM(&e.body, member, side, as->side);
	PATCH_INT(&e.body, member, at, d->now);
	event_emit(d, &e);
}

void
missions_make(struct decision *d)
{
	struct member hub = { .agency = d->m->node->control, .side = SIDE_HUB };
	struct id id = next_id(d, NOUN_CHANNEL), member;
	struct event e;

	event_begin(d, &e, EVENT_CHANNEL_MADE, WORLD_LIVE, id);
	PATCH_ID(&e.body, channel, agency, d->m->node->control);
	PATCH_STR(&e.body, channel, name, SPAN("Missions"));
	PATCH_STR(&e.body, channel, name_ur, SPAN("سفارتی مشنز"));
	PATCH_ENUM(&e.body, channel, shape, CHANNEL_HUB);
	PATCH_BOOL(&e.body, channel, is_missions, true);
	PATCH_INT(&e.body, channel, made_at, d->now);
	event_emit(d, &e);
	emit_member(d, channel_find(d->m, id), &hub, &member);
}

void
missions_add(struct decision *d, struct id agency)
{
	struct member as = { .agency = agency, .side = SIDE_SPOKE };
	struct channel *c = channel_missions(d->m);
	struct id id;

	if (!c) { /* a folder older than the group */
		missions_make(d);
		c = channel_missions(d->m);
	}
	if (channel_agency_side(d->m, c, agency) == SIDE_NONE)
		emit_member(d, c, &as, &id);
}

static int
may_make(struct decision *d)
{
	const struct principal *p = d->actor;

	if (!p || p->sos_only || !leads(p) || !id_is_set(p->agency) ||
	    is_mission(d->m, p->agency))
		return refuse(d, 403, "needs_police_side",
			      "only those who lead a desk of the police side make "
			      "channels");
	return 0;
}

int
channel_make(struct decision *d, struct patch *p, struct id *ret)
{
	struct channel *asked = (struct channel *)p->rec;
	struct member own = { .side = asked->shape == CHANNEL_HUB ? SIDE_HUB
								  : SIDE_MEMBER };
	struct id member;
	int world;

	if (may_make(d) < 0 || world_for(d, asked->ask_world, &world) < 0 ||
	    check_keep_days(d, asked->keep_days) < 0)
		return ERR_DENIED;
	own.agency = d->actor->agency;
	PATCH_ID(p, channel, agency, d->actor->agency);
	PATCH_INT(p, channel, made_at, d->now);
	config_put(d, EVENT_CHANNEL_MADE, world, (struct id){ 0 }, p, ret);
	emit_member(d, channel_find(d->m, *ret), &own, &member);
	return 0;
}

int
channel_change(struct decision *d, struct id id, struct patch *p)
{
	struct channel *c = channel_find(d->m, id);

	if (access_record(d->m, d->actor, NOUN_CHANNEL, c ? &c->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (!channel_is_keeper(d->m, c, d->actor))
		return refuse(d, 403, "not_keeper",
			      "another agency keeps this channel");
	if (check_keep_days(d, ((struct channel *)p->rec)->keep_days) < 0)
		return ERR_DENIED;
	return config_put(d, EVENT_CHANNEL_CHANGED, c->r.world, id, p, NULL);
}

/* In an open channel all see all: so one mission at most, and never two. */
static int
check_missions_apart(struct decision *d, const struct channel *c, struct id agency)
{
	void *rec;

	if (c->shape != CHANNEL_OPEN || !is_mission(d->m, agency))
		return 0;
	for (size_t i = 0; map_next(&d->m->members, &i, NULL, &rec);) {
		const struct member *e = rec;

		if (id_is(e->channel, c->r.id) && !id_is(e->agency, agency) &&
		    is_mission(d->m, e->agency))
			return refuse(d, 422, "missions_meet",
				      "missions are together in hub channels only");
	}
	return 0;
}

static int
check_side(struct decision *d, const struct channel *c, struct member *as)
{
	enum channel_side now = channel_agency_side(d->m, c, as->agency);

	if (c->shape == CHANNEL_OPEN) {
		if (as->side && as->side != SIDE_MEMBER)
			return refuse(d, 422, "bad_field",
				      "side: an open channel has none");
		as->side = SIDE_MEMBER;
		return 0;
	}
	if (!as->side)
		as->side = now                            ? (int)now
			   : is_mission(d->m, as->agency) ? SIDE_SPOKE
							  : SIDE_HUB;
	if (as->side == SIDE_MEMBER)
		return refuse(d, 422, "bad_field", "side: hub or spoke");
	if (as->side == SIDE_HUB && is_mission(d->m, as->agency))
		return refuse(d, 422, "mission_is_spoke",
			      "side: a mission is never of the hub");
	if (now != SIDE_NONE && (int)now != as->side)
		return refuse(d, 422, "one_side",
			      "side: an agency is on one side of a channel");
	return 0;
}

int
member_add(struct decision *d, struct id channel, const struct member *asked,
	   struct id *ret)
{
	struct channel *c = channel_find(d->m, channel);
	const struct account *a = account_find(d->m, asked->account);
	struct member as = *asked;

	if (access_record(d->m, d->actor, NOUN_CHANNEL, c ? &c->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (!channel_is_keeper(d->m, c, d->actor))
		return refuse(d, 403, "not_keeper",
			      "another agency keeps this channel");
	if (id_is_set(as.account) &&
	    (!a || a->disabled || a->r.world != c->r.world ||
	     (id_is_set(as.agency) && !id_is(as.agency, a->agency))))
		return refuse(d, 422, "no_such_account", "account: no such account");
	if (a)
		as.agency = a->agency;
	if (!agency_find(d->m, as.agency))
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	if (a && as.role)
		return refuse(d, 422, "bad_field",
			      "role: of an agency, not of a person");
	if (check_side(d, c, &as) < 0 || check_missions_apart(d, c, as.agency) < 0)
		return ERR_DENIED;
	if (find_member(d->m, channel, a ? as.account : as.agency, as.role))
		return refuse(d, 409, "is_member", "they are in this channel already");
	emit_member(d, c, &as, ret);
	return 0;
}

int
member_remove(struct decision *d, struct id id)
{
	struct member *e = member_find(d->m, id);
	struct channel *c = e ? channel_find(d->m, e->channel) : NULL;
	struct event ev;

	if (!c || access_record(d->m, d->actor, NOUN_MEMBER, &e->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (!channel_is_keeper(d->m, c, d->actor))
		return refuse(d, 403, "not_keeper",
			      "another agency keeps this channel");
	if (e->removed)
		return 0;
	if (id_is(e->agency, c->agency) && !id_is_set(e->account) && !e->role)
		return refuse(d, 409, "keeper_stays", "its keeper stays in a channel");
	event_begin(d, &ev, EVENT_MEMBER_REMOVED, e->r.world, id);
	PATCH_BOOL(&ev.body, member, removed, true);
	event_emit(d, &ev);
	return 0;
}
