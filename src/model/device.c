/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices: pending when unknown, bound by an administrator, late and lost by
 * the promised interval. A device proves nothing unless its trust says so.
 */
#include "model/commands.h"

static struct id
agency_of_bearer(const struct model *m, struct id bearer)
{
	const struct unit *u = unit_find(m, bearer);
	const struct site *s = site_find(m, bearer);

	return u ? u->agency : s ? s->agency : (struct id){ 0 };
}

int
device_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct device *now = device_find(d->m, id), *asked = (struct device *)p->rec;
	const struct principal *who = d->actor;
	bool is_binding =
		p->given >> field_at(&noun_device, offsetof(struct device, bound_to)) &
		1;
	struct id agency;

	if (id_is_set(id) && !now)
		return refuse_hidden(d);
	if (who && !principal_is_administrator(who))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may bind devices");
	if (who && !who->is_control && now && !id_is(now->agency, who->agency))
		return refuse_hidden(d);
	if (!now &&
	    device_by_name(d->m, span_of(asked->door), span_of(asked->identity)))
		return refuse(d, 409, "exists", "this device is known already");
	if (is_binding && id_is_set(asked->bound_to)) {
		agency = agency_of_bearer(d->m, asked->bound_to);
		if (!id_is_set(agency) ||
		    (who && !who->is_control && !id_is(agency, who->agency)))
			return refuse(d, 422, "no_such_bearer",
				      "bound_to: no such unit or site");
		PATCH_ID(p, device, agency, agency);
		PATCH_ENUM(p, device, state, DEVICE_BOUND);
	} else if (is_binding || !now) {
		PATCH_ENUM(p, device, state, DEVICE_PENDING);
	}
	if (person_check(d, asked->person,
			 is_binding ? asked->agency
			 : now      ? now->agency
				    : (struct id){ 0 },
			 who ? who->world : WORLD_LIVE) < 0)
		return ERR_DENIED;
	if (!now) {
		PATCH_INT(p, device, first_seen_at, d->now);
		if (!asked->trust)
			PATCH_ENUM(p, device, trust, TRUST_UNVERIFIED);
	}
	return config_put(d, is_binding ? EVENT_DEVICE_BOUND : EVENT_DEVICE_CHANGED,
			  WORLD_LIVE, id, p, ret);
}

int
device_seen(struct decision *d, struct span door, struct span identity, struct id *ret)
{
	struct event e;

	*ret = next_id(d, NOUN_DEVICE);
	event_begin(d, &e, EVENT_DEVICE_SEEN_FIRST, WORLD_LIVE, *ret);
	PATCH_STR(&e.body, device, door, door);
	PATCH_STR(&e.body, device, identity, identity);
	PATCH_ENUM(&e.body, device, state, DEVICE_PENDING);
	PATCH_ENUM(&e.body, device, trust, TRUST_UNVERIFIED);
	PATCH_ENUM(&e.body, device, link, LINK_LIVE);
	PATCH_INT(&e.body, device, first_seen_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
device_link_set(struct decision *d, struct device *dev, enum device_link link)
{
	static const enum event_type types[] = { 0, EVENT_DEVICE_BACK,
						 EVENT_DEVICE_LATE, EVENT_DEVICE_LOST };
	struct event e;

	if (dev->link == (int)link)
		return 0;
	event_begin(d, &e, types[link], dev->r.world, dev->r.id);
	PATCH_ENUM(&e.body, device, link, link);
	event_emit(d, &e);
	return 0;
}
