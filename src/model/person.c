/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People: table, command, and who of another agency comes to a protected one. Staff
 * and crews are kept by their own agency alone: an administrator of the control agency
 * makes and sees its own people, not a mission's. Protected people are kept by their
 * mission and by the security cell.
 */
#include "model/commands.h"

#include "base/auto.h"

const char *const person_state_names[] = { "", "active", "left", NULL };

const char *const person_kind_names[] = { "",         "diplomat",  "consular", "expert",
					  "delegate", "dependant", "other",    NULL };

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
	NOUN_LINE(person, kind, ENUM, GIVE, .names = person_kind_names,
		  .doc = "of whom the police protect; staff and crew have none"),
	NOUN_LINE(person, residence, ID, GIVE,
		  .doc = "a site of the agency: where a protected person lives"),
	NOUN_LINE(person, nationality, STR, GIVE | FIELD_SEALED, .max = 60, .doc = ""),
	NOUN_LINE(person, document, STR, GIVE | FIELD_SEALED, .max = 60,
		  .doc = "passport or card; not for those who come to help"),
	NOUN_LINE(person, needs, STR, GIVE | FIELD_SEALED, .max = 1000,
		  .doc = "what those must know who come to help: illness, a child"),
	NOUN_LINE(person, withheld, BOOL, GIVE,
		  .doc = "closed by its mission to every other agency"),
	NOUN_LINE(person, key_slot, INT, FIELD_SECRET,
		  .doc = "key of the sealed fields"),
	NOUN_LINE(person, erased_at, TIME, 0, .doc = "all that was personal is gone"),
};
NOUN_TABLE(noun_person, 'h', "person", "people", person, fields);

/* Enough for one person; an answer stays small. */
#define PHONE_BYTES 60

static bool
is_short_text(const json_t *v)
{
	return !v || (json_is_string(v) && json_string_length(v) <= PHONE_BYTES);
}

bool
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

/* --- who comes to a protected person ---------------------------------------------- */

bool
principal_is_cell(const struct model *m, const struct principal *p)
{
	const struct agency *g = p && !p->sos_only ? agency_find(m, p->agency) : NULL;

	return g && g->is_cell && agency_is_responding(g) &&
	       (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_LIAISON);
}

enum person_access
person_access(const struct model *m, const struct principal *p, const struct person *h,
	      struct site **ret_site)
{
	const struct id places[] = { h->site, h->residence };

	if (!p || p->sos_only || p->role == ROLE_NONE || p->world != h->r.world ||
	    !h->kind || h->withheld || h->state == PERSON_LEFT)
		return PERSON_HIDDEN;
	for (size_t k = 0; k < ARRAY_LEN(places); k++) {
		struct site *s = site_find(m, places[k]);

		if (!s || book_access(m, p, s, NULL) < BOOK_BY_INCIDENT)
			continue;
		if (ret_site)
			*ret_site = s;
		return PERSON_BY_SITE;
	}
	return principal_is_cell(m, p) && agency_is_guest(m, h->agency) ? PERSON_MINIMUM
									: PERSON_HIDDEN;
}

/* --- making and changing ------------------------------------------------------------
 */

static bool
is_place_of(struct decision *d, struct id id, struct id agency, int world)
{
	const struct site *s = site_find(d->m, id);

	return !id_is_set(id) || (s && id_is(s->agency, agency) && s->r.world == world);
}

/* Another agency's place or vehicle is as one that does not exist. */
static int
check_places(struct decision *d, struct id agency, int world, struct person *asked)
{
	const struct unit *u = unit_find(d->m, asked->unit);

	if (!is_place_of(d, asked->site, agency, world))
		return refuse(d, 422, "no_such_site",
			      "site: no such site of the agency");
	if (!is_place_of(d, asked->residence, agency, world))
		return refuse(d, 422, "no_such_site",
			      "residence: no such site of the agency");
	if (id_is_set(asked->unit) &&
	    (!u || !id_is(u->agency, agency) || u->r.world != world))
		return refuse(d, 422, "no_such_unit",
			      "unit: no such unit of the agency");
	if (asked->phones && !phones_are_good(asked->phones))
		return refuse(d, 422, "bad_phones",
			      "phones: at most %d of {label, number}", PHONES_MAX);
	return 0;
}

#define GIVEN(p, member) \
	((p)->given >> field_at(&noun_person, offsetof(struct person, member)) & 1)

/* A mission's liaison and the cell keep protected people, an administrator all of his
 * agency's. */
static int
check_keeper(struct decision *d, const struct person *now, const struct patch *p,
	     struct id agency)
{
	const struct principal *who = d->actor;
	const struct person *asked = (const struct person *)p->rec;
	int kind = GIVEN(p, kind) ? asked->kind : now ? now->kind : 0;
	bool is_own = id_is(agency, who->agency), is_cell;

	if (is_own && principal_is_administrator(who))
		return 0;
	is_cell = !is_own && principal_is_cell(d->m, who);
	if (!is_own && !is_cell)
		return refuse(d, 403, "not_your_agency",
			      "people can only be made for your own agency");
	if (is_cell && (!agency_find(d->m, agency) || !agency_is_guest(d->m, agency)))
		return refuse(d, 422, "no_such_agency",
			      "agency: no such mission or company");
	if (!kind || (now && !now->kind))
		return refuse(d, 403, "needs_administrator",
			      "kind: only an administrator of their agency may change "
			      "staff and crews");
	if (is_cell && (GIVEN(p, withheld) || GIVEN(p, unit)))
		return refuse(d, 403, "needs_owner",
			      "withheld, unit: their own agency's to say");
	return 0;
}

static bool
may_keep_any(const struct model *m, const struct principal *p)
{
	return principal_is_administrator(p) || principal_is_cell(m, p) ||
	       (p->role == ROLE_LIAISON && !p->is_control && !p->sos_only &&
		id_is_set(p->agency));
}

static int
check_protected(struct decision *d, const struct person *now, const struct patch *p)
{
	const struct person *asked = (const struct person *)p->rec;
	int kind = GIVEN(p, kind) ? asked->kind : now ? now->kind : 0;

	if (!kind && (id_is_set(asked->residence) || asked->document || asked->needs ||
		      asked->nationality || asked->withheld))
		return refuse(d, 422, "bad_field",
			      "kind: residence, nationality, document, needs and "
			      "withheld are of protected people only");
	return 0;
}

/* What is shown of a protected person leaves a look in the register of the place. */
static void
make_registers(struct decision *d, const struct person *h)
{
	const struct site *office = site_find(d->m, h->site);
	const struct site *home = site_find(d->m, h->residence);

	if (!h->kind)
		return;
	if (office)
		book_of(d, office);
	if (home)
		book_of(d, home);
}

static void
patch_left(struct patch *p, int state)
{
	PATCH_ENUM(p, person, state, state);
	if (state != PERSON_LEFT)
		return;
	PATCH_ID(p, person, site, (struct id){ 0 });
	PATCH_ID(p, person, unit, (struct id){ 0 });
	PATCH_ID(p, person, residence, (struct id){ 0 });
}

int
person_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct person *now = person_find(d->m, id), *asked = (struct person *)p->rec;
	const struct principal *who = d->actor;
	int state = asked->state ? asked->state : now ? now->state : PERSON_ACTIVE;
	struct id agency;

	if (!who || !may_keep_any(d->m, who))
		return refuse(
			d, 403, "needs_administrator",
			"only an administrator of their agency may change people");
	if (id_is_set(id) &&
	    access_record(d->m, who, NOUN_PERSON, now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (now && now->erased_at != TIME_NONE)
		return refuse(d, 409, "erased", "this person was erased for good");
	agency = now                        ? now->agency
		 : id_is_set(asked->agency) ? asked->agency
					    : who->agency;
	if (check_keeper(d, now, p, agency) < 0 ||
	    check_places(d, agency, who->world, asked) < 0 ||
	    check_protected(d, now, p) < 0)
		return ERR_DENIED;
	if (state == PERSON_LEFT && (id_is_set(asked->site) || id_is_set(asked->unit) ||
				     id_is_set(asked->residence)))
		return refuse(d, 422, "has_left",
			      "state: who has left is of no staff and no crew");
	if (!now) {
		PATCH_ID(p, person, agency, agency);
		PATCH_INT(p, person, key_slot, d->m->node->key_slots_used);
	}
	patch_left(p, state);
	if (config_put(d, EVENT_PERSON_CHANGED, who->world, id, p, &id) < 0)
		return ERR_DENIED;
	if (ret)
		*ret = id;
	if (!d->is_dry)
		make_registers(d, person_find(d->m, id));
	return 0;
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
