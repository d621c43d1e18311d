/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People: table and command. They are kept by their own agency alone: an
 * administrator of the control agency makes and sees its own people, not a
 * mission's.
 */
#include "model/commands.h"

#include "base/auto.h"

const char *const person_state_names[] = { "", "active", "left", NULL };

static const struct field fields[] = {
	NOUN_LINE(person, agency, ID, FIELD_POST,
		  .doc = "the caller's own; another is refused"),
	NOUN_LINE(person, name, STR, NEED | FIELD_SEALED, .min = 1, .max = 120,
		  .doc = "as the person writes it"),
	NOUN_LINE(person, name_ur, STR, GIVE | FIELD_SEALED, .max = 120,
		  .doc = "the name in Urdu"),
	NOUN_LINE(person, rank, STR, GIVE | FIELD_SEALED, .max = 120,
		  .doc = "rank or post"),
	NOUN_LINE(person, ref, STR, GIVE | FIELD_SEALED, .max = 60,
		  .doc = "number in the agency's own list; an import finds it by this"),
	NOUN_LINE(person, phones, JSON, GIVE | FIELD_SEALED,
		  .doc = "list of {label, number}"),
	NOUN_LINE(person, languages, LIST, GIVE | FIELD_SEALED,
		  .doc = "that the person speaks, as words"),
	NOUN_LINE(person, site, ID, GIVE, .doc = "whose staff the person is of"),
	NOUN_LINE(person, unit, ID, GIVE, .doc = "whose crew the person is of"),
	NOUN_LINE(person, state, ENUM, GIVE, .names = person_state_names,
		  .doc = "left: of no staff and no crew"),
	NOUN_LINE(person, key_slot, INT, FIELD_SECRET,
		  .doc = "key of the sealed fields"),
	NOUN_LINE(person, erased_at, TIME, 0, .doc = "all that was personal is gone"),
};
NOUN_TABLE(noun_person, 'h', "person", "people", person, fields);

/* Enough for one person; an answer stays small. */
#define PHONES_MAX 10
#define PHONE_BYTES 60

static bool
is_short_text(const json_t *v)
{
	return !v || (json_is_string(v) && json_string_length(v) <= PHONE_BYTES);
}

static bool
phones_are_good(const char *text)
{
	json_t AUTO(auto_json) *list = json_read(span_of(text), NULL);
	size_t k;
	json_t *o;

	if (!json_is_array(list) || json_array_size(list) > PHONES_MAX)
		return false;
	json_array_foreach(list, k, o)
	{
		const json_t *label = json_object_get(o, "label");
		const json_t *number = json_object_get(o, "number");

		if (!number || !is_short_text(number) || !is_short_text(label) ||
		    json_object_size(o) != (label ? 2 : 1))
			return false;
	}
	return true;
}

/* Another agency's place or vehicle is as one that does not exist. */
static int
check_places(struct decision *d, struct id agency, int world, struct person *asked)
{
	const struct site *s = site_find(d->m, asked->site);
	const struct unit *u = unit_find(d->m, asked->unit);

	if (id_is_set(asked->site) &&
	    (!s || !id_is(s->agency, agency) || s->r.world != world))
		return refuse(d, 422, "no_such_site",
			      "site: no such site of the agency");
	if (id_is_set(asked->unit) &&
	    (!u || !id_is(u->agency, agency) || u->r.world != world))
		return refuse(d, 422, "no_such_unit",
			      "unit: no such unit of the agency");
	if (asked->phones && !phones_are_good(asked->phones))
		return refuse(d, 422, "bad_phones",
			      "phones: at most %d of {label, number}", PHONES_MAX);
	return 0;
}

int
person_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct person *now = person_find(d->m, id), *asked = (struct person *)p->rec;
	const struct principal *who = d->actor;
	int state = asked->state ? asked->state : now ? now->state : PERSON_ACTIVE;
	struct id agency;

	if (!who || !principal_is_administrator(who))
		return refuse(
			d, 403, "needs_administrator",
			"only an administrator of their agency may change people");
	if (id_is_set(id) &&
	    access_record(d->m, who, NOUN_PERSON, now ? &now->r : NULL) != VIEW_ADMIN)
		return refuse_hidden(d);
	if (now && now->erased_at != TIME_NONE)
		return refuse(d, 409, "erased", "this person was erased for good");
	agency = now                        ? now->agency
		 : id_is_set(asked->agency) ? asked->agency
					    : who->agency;
	if (!id_is(agency, who->agency))
		return refuse(d, 403, "not_your_agency",
			      "people can only be made for your own agency");
	if (check_places(d, agency, who->world, asked) < 0)
		return ERR_DENIED;
	if (state == PERSON_LEFT && (id_is_set(asked->site) || id_is_set(asked->unit)))
		return refuse(d, 422, "has_left",
			      "state: who has left is of no staff and no crew");
	if (!now) {
		PATCH_ID(p, person, agency, agency);
		PATCH_INT(p, person, key_slot, d->m->node->key_slots_used);
	}
	PATCH_ENUM(p, person, state, state);
	if (state == PERSON_LEFT) {
		PATCH_ID(p, person, site, (struct id){ 0 });
		PATCH_ID(p, person, unit, (struct id){ 0 });
	}
	return config_put(d, EVENT_PERSON_CHANGED, who->world, id, p, ret);
}

int
person_check(struct decision *d, struct id person, struct id agency, int world)
{
	const struct person *h = person_find(d->m, person);

	if (!id_is_set(person))
		return 0;
	if (!h || !id_is(h->agency, agency) || h->r.world != world ||
	    (d->actor &&
	     access_record(d->m, d->actor, NOUN_PERSON, &h->r) == VIEW_NONE))
		return refuse(d, 422, "no_such_person",
			      "person: no such person of the agency");
	return 0;
}
