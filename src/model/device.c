/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices: pending when unknown, bound by an administrator, late and lost by
 * the promised interval. A device proves nothing unless its trust says so. Its
 * name is one for the whole node, so an agency only claims it: the answer is the
 * same whether somebody else has it or not, and the control agency decides.
 */
#include "model/commands.h"

#include "base/auto.h"
#include "base/crypt.h"

static struct id
agency_of_bearer(const struct model *m, struct id bearer)
{
	const struct unit *u = unit_find(m, bearer);
	const struct site *s = site_find(m, bearer);
	const struct person *h = person_find(m, bearer);

	return u ? u->agency : s ? s->agency : h ? h->agency : (struct id){ 0 };
}

/* An administrator who asks for more than this wants something else. */
#define CLAIMS_MAX 1000

/* A device of the agency with that name, whoever answers to it; and how many
 * claims it has. */
static bool
agency_has(const struct model *m, struct id agency, const struct device *asked,
	   size_t *ret_claims)
{
	bool has = false;
	void *rec;

	*ret_claims = 0;
	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);) {
		const struct device *dev = rec;

		if (!id_is(dev->agency, agency))
			continue;
		*ret_claims += dev->claim && dev->state == DEVICE_PENDING;
		has |= span_is_z(span_of(dev->door), asked->door) &&
		       span_is_z(span_of(dev->identity), asked->identity);
	}
	return has;
}

/* Whether a new record of that name may be: the control agency sees them all,
 * others are told of their own only. */
static bool
is_door(const struct model *m, const char *name)
{
	if (!m->doors)
		return true;
	for (size_t k = 0; m->doors[k]; k++)
		if (strcmp(m->doors[k], name) == 0)
			return true;
	return false;
}

static int
check_name(struct decision *d, const struct device *asked, bool is_control)
{
	size_t claims;

	if (!is_door(d->m, asked->door))
		return refuse(
			d, 422, "bad_field",
			"door: no such door; it is the name of a protocol, such as "
			"%s",
			d->m->doors[0]);
	if (is_control)
		return device_by_name(d->m, span_of(asked->door),
				      span_of(asked->identity))
			       ? refuse(d, 409, "exists",
					"this device is known already")
			       : 0;
	if (agency_has(d->m, d->actor->agency, asked, &claims))
		return refuse(d, 409, "exists", "this device is known already");
	if (claims >= CLAIMS_MAX)
		return refuse(d, 409, "too_many_claims",
			      "%d devices wait for the control agency already",
			      CLAIMS_MAX);
	return 0;
}

/* The control agency decides on a claim: the name is this record's from now on,
 * unless it is bound elsewhere. */
static int
give_name(struct decision *d, const struct device *now, struct patch *p)
{
	const struct device *had =
		device_by_name(d->m, span_of(now->door), span_of(now->identity));
	struct buf AUTO(buf_done) id = { 0 };

	if (had && had != now && had->state == DEVICE_BOUND) {
		id_format(&id, had->r.id);
		return refuse(d, 409, "identity_bound",
			      "%s is bound under this name: unbind or revoke it first",
			      id.p);
	}
	PATCH_BOOL(p, device, claim, false);
	return 0;
}

/* Who carries it: of the agency that it belongs to from now on. */
static int
settle_person(struct decision *d, const struct device *now, struct id agency,
	      struct patch *p)
{
	const struct device *asked = (const struct device *)p->rec;
	int world = d->actor ? d->actor->world : WORLD_LIVE;

	if (id_is_set(asked->person))
		return person_check(d, asked->person, agency, world);
	if (now && id_is_set(now->person) && !id_is(now->agency, agency))
		PATCH_ID(p, device, person, (struct id){ 0 });
	return 0;
}

static int
check_rights(struct decision *d, const struct device *now)
{
	const struct principal *who = d->actor;

	if (who && !principal_is_administrator(who))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may bind devices");
	if (who && !who->is_control && now && !id_is(now->agency, who->agency))
		return refuse_hidden(d);
	return 0;
}

static bool
is_given(const struct patch *p, size_t off)
{
	return p->given >> field_at(&noun_device, off) & 1;
}

/* Another agency's person is as one that does not exist; what its own agency asked
 * for, the control agency may still say yes to. */
static bool
is_hidden_person(struct decision *d, struct id bearer)
{
	const struct person *h = person_find(d->m, bearer);

	return h && (h->state != PERSON_ACTIVE ||
		     (d->actor &&
		      access_record(d->m, d->actor, NOUN_PERSON, &h->r) == VIEW_NONE));
}

/* Its agency and state after this patch. A device is another's as long as the
 * control agency has not said whose it is: what a mission makes or binds anew
 * waits for that, whether or not somebody else has the name. */
static int
settle_bearer(struct decision *d, const struct device *now, struct patch *p,
	      bool is_control, struct id *ret_agency)
{
	const struct device *asked = (const struct device *)p->rec;
	bool is_binding = is_given(p, offsetof(struct device, bound_to));
	bool is_bound = now && now->state == DEVICE_BOUND;
	struct id bearer = is_binding ? asked->bound_to
			   : now      ? now->bound_to
				      : (struct id){ 0 };
	struct id agency = agency_of_bearer(d->m, bearer);
	bool is_to_bind =
		(is_binding && id_is_set(bearer)) || asked->state == DEVICE_BOUND;

	if (is_to_bind &&
	    (!id_is_set(agency) || (!is_control && !id_is(agency, d->actor->agency)) ||
	     (is_binding && is_hidden_person(d, bearer))))
		return refuse(d, 422, "no_such_bearer",
			      "bound_to: no such unit, site or person");
	if (!is_control && asked->state == DEVICE_BOUND && !is_bound)
		return refuse(d, 403, "needs_control",
			      "state: the control agency binds a device");
	if (is_to_bind && is_control && now && now->claim && give_name(d, now, p) < 0)
		return ERR_DENIED;
	if (is_to_bind && (is_control || is_bound)) {
		PATCH_ENUM(p, device, state, DEVICE_BOUND);
	} else if (is_to_bind || is_binding || !now) {
		PATCH_ENUM(p, device, state, DEVICE_PENDING);
		if (!is_control && (is_to_bind || !now))
			PATCH_BOOL(p, device, claim, true);
	}
	if (is_to_bind)
		PATCH_ID(p, device, agency, agency);
	else if (!now && !is_control)
		PATCH_ID(p, device, agency, d->actor->agency);
	*ret_agency = is_given(p, offsetof(struct device, agency)) ? asked->agency
		      : now                                        ? now->agency
								   : (struct id){ 0 };
	return 0;
}

/* AES with 128, 192 or 256 bits. */
static bool
is_key(const char *hex)
{
	size_t n = strlen(hex);
	uint8_t key[32];

	return (n == 32 || n == 48 || n == 64) && crypt_unhex(span_of(hex), key, n / 2);
}

int
device_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct device *now = device_find(d->m, id), *asked = (struct device *)p->rec;
	bool is_control = !d->actor || d->actor->is_control;
	bool is_binding = is_given(p, offsetof(struct device, bound_to));
	struct id agency;

	if (id_is_set(id) && !now)
		return refuse_hidden(d);
	if (check_rights(d, now) < 0 ||
	    (!now && check_name(d, asked, is_control) < 0) ||
	    settle_bearer(d, now, p, is_control, &agency) < 0 ||
	    settle_person(d, now, agency, p) < 0)
		return ERR_DENIED;
	if (asked->key && !is_key(asked->key))
		return refuse(d, 422, "bad_field", "key: 32, 48 or 64 digits of hex");
	if ((!now || now->key_slot == FIELD_NONE) && (asked->key || asked->phone))
		PATCH_INT(p, device, key_slot, d->m->node->key_slots_used);
	if (!now) {
		PATCH_INT(p, device, first_seen_at, d->now);
		if (!asked->trust)
			PATCH_ENUM(p, device, trust, TRUST_UNVERIFIED);
	}
	return config_put(d,
			  !asked->claim && (is_binding || asked->state == DEVICE_BOUND)
				  ? EVENT_DEVICE_BOUND
				  : EVENT_DEVICE_CHANGED,
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
	PATCH_INT(&e.body, device, link_at, d->now);
	event_emit(d, &e);
	return 0;
}

#define SAME_FLAG_MS 3600000

int
device_flag(struct decision *d, struct device *dev, struct span flag)
{
	json_t AUTO(auto_json) *list =
		dev->flags ? json_read(span_of(dev->flags), NULL) : json_array();
	struct buf AUTO(buf_done) text = { 0 };
	bool has = false;
	struct event e;

	jw_open(&text, '[');
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *have = json_string_value(json_array_get(list, i));

		has |= have && span_is_z(flag, have);
		if (have)
			jw_str(&text, span_of(have));
	}
	if (has && d->now - dev->flagged_at < SAME_FLAG_MS)
		return 0;
	if (!has)
		jw_str(&text, flag);
	jw_close(&text, ']');
	event_begin(d, &e, EVENT_DEVICE_FLAGGED, dev->r.world, dev->r.id);
	PATCH_STR(&e.body, device, flags, buf_span(&text));
	PATCH_INT(&e.body, device, flagged_at, d->now);
	event_emit(d, &e);
	return 0;
}
