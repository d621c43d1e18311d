/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exports: one asks with a reason, another of the same agency decides with a reason.
 * Every fetch is an event. What is in the file is decided when it is fetched.
 */
#include "model/commands.h"

static const char *const states[] = { "", "asked", "approved", "refused", NULL };

static const struct field fields[] = {
	NOUN_LINE(export, channel, ID, 0, .doc = ""),
	NOUN_LINE(export, agency, ID, 0, .doc = "of both"),
	NOUN_LINE(export, since, TIME, FIELD_POST | FIELD_NEEDED, .doc = "posts from"),
	NOUN_LINE(export, until, TIME, FIELD_POST | FIELD_NEEDED, .doc = "and before"),
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
};
NOUN_TABLE(noun_export, 'x', "export", "exports", export, fields);

/* Of the same agency, and in the channel. */
enum view
access_export(const struct model *m, const struct principal *p, const struct export *x)
{
	enum channel_side side = channel_side(m, channel_find(m, x->channel), p);

	return side != SIDE_NONE && id_is(p->agency, x->agency) && p->role != ROLE_SITE
		       ? VIEW_OWNER
		       : VIEW_NONE;
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
	if (asked->until <= asked->since)
		return refuse(d, 422, "bad_field", "until: comes after since");
	PATCH_ID(p, export, channel, channel);
	PATCH_ID(p, export, agency, d->actor->agency);
	PATCH_ENUM(p, export, state, EXPORT_ASKED);
	PATCH_ID(p, export, asked_by, d->actor->id);
	PATCH_STR(p, export, asked_name, span_of(d->actor->name));
	PATCH_INT(p, export, asked_at, d->now);
	return config_put(d, EVENT_EXPORT_ASKED, c->r.world, (struct id){ 0 }, p, ret);
}

static struct export *
seen_export(struct decision *d, struct id id)
{
	struct export *x = export_find(d->m, id);

	if (x && access_export(d->m, d->actor, x) != VIEW_NONE)
		return x;
	refuse_hidden(d);
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

int
export_open(struct decision *d, struct id id)
{
	struct export *x = seen_export(d, id);
	struct event e;

	if (!x)
		return ERR_DENIED;
	if (!id_is(d->actor->id, x->asked_by) && !id_is(d->actor->id, x->decided_by))
		return refuse(d, 403, "not_yours", "it is for the two who settled it");
	if (x->state != EXPORT_APPROVED)
		return refuse(d, 409, "not_approved",
			      "another person has to approve it");
	if (d->now - x->decided_at > EXPORT_STANDS_MS)
		return refuse(d, 410, "too_old", "it stood for a day: ask again");
	event_begin(d, &e, EVENT_EXPORT_OPENED, x->r.world, id);
	PATCH_INT(&e.body, export, opened, x->opened == FIELD_NONE ? 1 : x->opened + 1);
	event_emit(d, &e);
	return 0;
}
