/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exports: one asks with a reason, another of the same agency decides with a reason.
 * Every fetch is an event, with the file's hash. What is in the file is decided when it
 * is fetched. Of a track or of protected people the owner sees all of that.
 */
#include "model/commands.h"

static const char *const states[] = { "", "asked", "approved", "refused", NULL };

static const char *const kinds[] = { "", "posts", "track", "people", NULL };

static const struct field fields[] = {
	NOUN_LINE(export, kind, ENUM, FIELD_POST, .names = kinds,
		  .doc = "track or people; a channel's are posts"),
	NOUN_LINE(export, channel, ID, 0, .doc = ""),
	NOUN_LINE(export, unit, ID, FIELD_POST, .doc = "whose track"),
	NOUN_LINE(export, owner, ID, FIELD_POST,
		  .doc = "of people: which mission's, the caller's own when left out"),
	NOUN_LINE(export, agency, ID, 0, .doc = "of both"),
	NOUN_LINE(export, since, TIME, FIELD_POST, .doc = "posts or track from"),
	NOUN_LINE(export, until, TIME, FIELD_POST, .doc = "and before"),
	NOUN_LINE(export, reason, STR, FIELD_POST | FIELD_NEEDED, .min = 1, .max = 400,
		  .doc = "what for"),
	NOUN_LINE(export, state, ENUM, 0, .names = states, .doc = ""),
	NOUN_LINE(export, asked_by, ID, 0, .doc = ""),
	NOUN_LINE(export, decided_by, ID, 0, .doc = "another"),
	NOUN_LINE(export, asked_name, STR, 0, .doc = ""),
	NOUN_LINE(export, decided_name, STR, 0, .doc = ""),
	NOUN_LINE(export, decision, STR, 0, .max = 400, .doc = "why so"),
	NOUN_LINE(export, asked_at, TIME, 0, .doc = ""),
	NOUN_LINE(export, decided_at, TIME, 0, .doc = ""),
	NOUN_LINE(export, opened, INT, 0, .doc = "how often it was fetched"),
	NOUN_LINE(export, hash, STR, 0,
		  .doc = "BLAKE2b-256 of the first line that was fetched last, hex"),
};
NOUN_TABLE(noun_export, 'x', "export", "exports", export, fields);

/* Those of an agency who may settle that its papers leave. */
static bool
may_settle(const struct principal *p)
{
	return !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER || p->role == ROLE_LIAISON);
}

/* Of the same agency, and in the channel; or of the agency whose it is. */
enum view
access_export(const struct model *m, const struct principal *p, const struct export *x)
{
	enum channel_side side;

	if (x->kind == EXPORT_TRACK || x->kind == EXPORT_PEOPLE)
		return may_settle(p) && (id_is(p->agency, x->agency) ||
					 id_is(p->agency, x->owner))
			       ? VIEW_OWNER
			       : VIEW_NONE;
	side = channel_side(m, channel_find(m, x->channel), p);
	return side != SIDE_NONE && id_is(p->agency, x->agency) && p->role != ROLE_SITE
		       ? VIEW_OWNER
		       : VIEW_NONE;
}

static int
ask(struct decision *d, struct patch *p, int kind, int world, struct id *ret)
{
	PATCH_ENUM(p, export, kind, kind);
	PATCH_ID(p, export, agency, d->actor->agency);
	PATCH_ENUM(p, export, state, EXPORT_ASKED);
	PATCH_ID(p, export, asked_by, d->actor->id);
	PATCH_STR(p, export, asked_name, span_of(d->actor->name));
	PATCH_INT(p, export, asked_at, d->now);
	return config_put(d, EVENT_EXPORT_ASKED, world, (struct id){ 0 }, p, ret);
}

static int
check_times(struct decision *d, const struct export *asked)
{
	if (asked->since == TIME_NONE || asked->until == TIME_NONE)
		return refuse(d, 422, "bad_field", "since, until: are needed");
	if (asked->until <= asked->since)
		return refuse(d, 422, "bad_field", "until: comes after since");
	return 0;
}

int
export_ask(struct decision *d, struct id channel, struct patch *p, struct id *ret)
{
	struct export *asked = (struct export *)p->rec;
	struct channel *c = channel_find(d->m, channel);

	if (channel_side(d->m, c, d->actor) == SIDE_NONE)
		return refuse_hidden(d);
	if (d->actor->role == ROLE_SITE)
		return refuse(d, 403, "needs_desk", "gates of sites export nothing");
	if ((asked->kind && asked->kind != EXPORT_POSTS) || id_is_set(asked->unit) ||
	    id_is_set(asked->owner))
		return refuse(d, 422, "bad_field", "kind: a channel has posts only");
	if (check_times(d, asked) < 0)
		return ERR_DENIED;
	PATCH_ID(p, export, channel, channel);
	return ask(d, p, EXPORT_POSTS, c->r.world, ret);
}

static int
check_track(struct decision *d, const struct export *asked, struct id *ret_owner)
{
	const struct unit *u = unit_find(d->m, asked->unit);

	if (!u || access_record(d->m, d->actor, NOUN_UNIT, &u->r) == VIEW_NONE)
		return refuse(d, 422, "no_such_unit", "unit: no such unit");
	if (check_times(d, asked) < 0)
		return ERR_DENIED;
	if (asked->until - asked->since > EXPORT_TRACK_DAYS * 86400000ll)
		return refuse(d, 422, "too_large", "until: at most %d days after since",
			      EXPORT_TRACK_DAYS);
	*ret_owner = u->agency;
	return 0;
}

static int
check_people(struct decision *d, struct id owner)
{
	if (id_is(owner, d->actor->agency) && d->actor->role != ROLE_SUPERVISOR &&
	    d->actor->role != ROLE_DUTY_OFFICER)
		return 0; /* his own agency's, which he keeps */
	if (!principal_is_cell(d->m, d->actor))
		return refuse(d, 403, "needs_cell",
			      "people are exported by who keeps them");
	if (!agency_find(d->m, owner) || !agency_is_guest(d->m, owner))
		return refuse(d, 422, "no_such_agency",
			      "owner: no such mission or company");
	return 0;
}

int
export_ask_kept(struct decision *d, struct patch *p, struct id *ret)
{
	const struct export *asked = (const struct export *)p->rec;
	struct id owner = id_is_set(asked->owner) ? asked->owner : d->actor->agency;
	int kind = asked->kind;

	if (!may_settle(d->actor) || d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person",
			      "an administrator, supervisor, duty officer or liaison "
			      "asks, by his own account");
	if (kind != EXPORT_TRACK && kind != EXPORT_PEOPLE)
		return refuse(d, 422, "bad_field", "kind: track or people");
	if ((kind == EXPORT_TRACK ? check_track(d, asked, &owner)
				  : check_people(d, owner)) < 0)
		return ERR_DENIED;
	PATCH_ID(p, export, owner, owner);
	return ask(d, p, kind, d->actor->world, ret);
}

static struct export *
seen_export(struct decision *d, struct id id)
{
	struct export *x = export_find(d->m, id);

	if (!x || access_export(d->m, d->actor, x) == VIEW_NONE) {
		refuse_hidden(d);
		return NULL;
	}
	if (id_is(x->agency, d->actor->agency))
		return x;
	refuse(d, 403, "not_yours", "it is for the agency that asked");
	return NULL;
}

int
export_decide(struct decision *d, struct id id, bool approve, struct span reason)
{
	struct export *x = seen_export(d, id);
	struct event e;

	if (!x)
		return ERR_DENIED;
	if (d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person",
			      "a person decides, not a program");
	if (id_is(x->asked_by, d->actor->id))
		return refuse(d, 403, "needs_another", "another person decides this");
	if (x->state != EXPORT_ASKED)
		return refuse(d, 409, "decided", "this was decided already");
	event_begin(d, &e, EVENT_EXPORT_DECIDED, x->r.world, id);
	PATCH_ENUM(&e.body, export, state, approve ? EXPORT_APPROVED : EXPORT_REFUSED);
	PATCH_ID(&e.body, export, decided_by, d->actor->id);
	PATCH_STR(&e.body, export, decided_name, span_of(d->actor->name));
	PATCH_STR(&e.body, export, decision, reason);
	PATCH_INT(&e.body, export, decided_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* What he could not see on a screen he gets in no file. */
static int
check_still(struct decision *d, const struct export *x)
{
	const struct unit *u;

	if (x->kind == EXPORT_PEOPLE)
		return check_people(d, x->owner);
	if (x->kind != EXPORT_TRACK)
		return 0;
	u = unit_find(d->m, x->unit);
	if (!u || access_record(d->m, d->actor, NOUN_UNIT, &u->r) == VIEW_NONE)
		return refuse_hidden(d);
	return 0;
}

int
export_may_open(struct decision *d, struct id id)
{
	struct export *x = seen_export(d, id);

	if (!x)
		return ERR_DENIED;
	if (!id_is(d->actor->id, x->asked_by) && !id_is(d->actor->id, x->decided_by))
		return refuse(d, 403, "not_yours", "it is for the two who settled it");
	if (x->state != EXPORT_APPROVED)
		return refuse(d, 409, "not_approved",
			      "another person has to approve it");
	if (d->now - x->decided_at > EXPORT_STANDS_MS)
		return refuse(d, 410, "too_old", "it stood for a day: ask again");
	return check_still(d, x);
}

int
export_open(struct decision *d, struct id id, struct span hash)
{
	struct export *x = export_find(d->m, id);
	struct event e;

	if (export_may_open(d, id) < 0)
		return ERR_DENIED;
	event_begin(d, &e, EVENT_EXPORT_OPENED, x->r.world, id);
	PATCH_INT(&e.body, export, opened, x->opened == FIELD_NONE ? 1 : x->opened + 1);
	PATCH_STR(&e.body, export, hash, hash);
	event_emit(d, &e);
	return 0;
}
