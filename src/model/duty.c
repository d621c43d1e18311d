/* SPDX-License-Identifier: Apache-2.0 */
/* Duty phones: table, who keeps them, who sees them. */
#include "model/commands.h"

static const struct field fields[] = {
	NOUN_LINE(duty_phone, agency, ID, 0, .doc = "whose desk answers"),
	NOUN_LINE(duty_phone, account, ID, GIVE, .doc = "the person, if one is meant"),
	NOUN_LINE(duty_phone, label, STR, NEED | FIELD_SEALED, .min = 1, .max = 120,
		  .doc = "who answers: a post or a name"),
	NOUN_LINE(duty_phone, phone, STR, NEED | FIELD_SEALED, .min = 2, .max = 24,
		  .doc = "number"),
	NOUN_LINE(duty_phone, on, BOOL, GIVE, .doc = "answers, within its times"),
	NOUN_LINE(duty_phone, from, TIME, GIVE, .doc = "of a shift; none: always"),
	NOUN_LINE(duty_phone, until, TIME, GIVE, .doc = "of a shift; none: always"),
	NOUN_LINE(duty_phone, removed, BOOL, FIELD_INNER, .doc = ""),
	NOUN_LINE(duty_phone, key_slot, INT, FIELD_SECRET, .doc = ""),
};
NOUN_TABLE(noun_duty_phone, 'w', "duty_phone", "duty_phones", duty_phone, fields);

enum view
access_duty_phone(const struct model *m, const struct principal *p,
		  const struct duty_phone *h)
{
	const struct channel *c = channel_missions(m);
	enum channel_side side = channel_side(m, c, p);

	if (h->removed || p->role == ROLE_BOARD || p->role == ROLE_OVERSIGHT ||
	    p->role == ROLE_RESPONDER || p->role == ROLE_DEVICE)
		return VIEW_NONE;
	if (id_is_set(p->agency) && id_is(p->agency, h->agency))
		return VIEW_OWNER;
	if (side == SIDE_HUB)
		return VIEW_ROOM;
	if (side == SIDE_SPOKE && channel_agency_side(m, c, h->agency) == SIDE_HUB)
		return VIEW_OWNER;
	return VIEW_NONE;
}

static int
may_keep(struct decision *d)
{
	const struct principal *p = d->actor;

	if (p && !p->sos_only && id_is_set(p->agency) &&
	    (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_LIAISON ||
	     p->role == ROLE_SUPERVISOR || p->role == ROLE_DUTY_OFFICER ||
	     p->role == ROLE_DISPATCHER))
		return 0;
	return refuse(d, 403, "needs_desk",
		      "the desk of an agency keeps its duty phones");
}

int
duty_phone_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct duty_phone *now = duty_phone_find(d->m, id);
	struct duty_phone *asked = (struct duty_phone *)p->rec;
	const struct account *a = account_find(d->m, asked->account);

	if (id_is_set(id) && (!now || access_record(d->m, d->actor, NOUN_DUTY_PHONE,
						    &now->r) == VIEW_NONE))
		return refuse_hidden(d);
	if (may_keep(d) < 0)
		return ERR_DENIED;
	if (now && !id_is(now->agency, d->actor->agency))
		return refuse(d, 403, "not_your_agency", "another agency keeps it");
	if (id_is_set(asked->account) && (!a || !id_is(a->agency, d->actor->agency)))
		return refuse(d, 422, "no_such_account",
			      "account: no such account of your agency");
	if (!now) {
		PATCH_ID(p, duty_phone, agency, d->actor->agency);
		PATCH_INT(p, duty_phone, key_slot, d->m->node->key_slots_used);
	}
	return config_put(d, EVENT_DUTY_PHONE_CHANGED,
			  now ? now->r.world : d->actor->world, id, p, ret);
}

int
duty_phone_remove(struct decision *d, struct id id)
{
	struct patch p;

	patch_init_in(&p, &noun_duty_phone, d->arena);
	PATCH_BOOL(&p, duty_phone, removed, true);
	return duty_phone_put(d, id, &p, NULL);
}
