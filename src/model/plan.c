/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: table and command. */
#include "model/commands.h"

#include "base/auto.h"

static const char *const kind_names[] = { "",           "security_plan", "floor_plan",
					  "evacuation", "other",         NULL };

static const struct field fields[] = {
	NOUN_LINE(plan, agency, ID, 0, .doc = ""),
	NOUN_LINE(plan, site, ID, FIELD_POST | FIELD_NEEDED, .doc = "of which it is"),
	NOUN_LINE(plan, kind, ENUM, NEED, .names = kind_names, .doc = ""),
	NOUN_LINE(plan, title, STR, NEED | FIELD_SEALED, .min = 1, .max = 200,
		  .doc = ""),
	NOUN_LINE(plan, floor, STR, GIVE | FIELD_SEALED, .max = 40,
		  .doc = "that it shows"),
	NOUN_LINE(plan, version, INT, 0, .doc = "rises with each change"),
	NOUN_LINE(plan, sections, JSON, GIVE | FIELD_SEALED,
		  .doc = "list of {title, text}"),
	NOUN_LINE(plan, file, ID, GIVE, .doc = "the drawing"),
	NOUN_LINE(plan, changed_at, TIME, 0, .doc = ""),
	NOUN_LINE(plan, changed_name, STR, FIELD_SEALED | FIELD_OWNER,
		  .doc = "by whom"),
	NOUN_LINE(plan, withdrawn, BOOL, GIVE,
		  .doc = "no longer holds; its owner's only"),
};
NOUN_TABLE(noun_plan, '6', "plan", "plans", plan, fields);

/* More than any plan has; the bytes are bounded by the field. */
#define SECTIONS_MAX 100

static bool
sections_are_good(const char *text)
{
	json_t AUTO(auto_json) *list = json_read(span_of(text), NULL);
	size_t k;
	json_t *o;

	if (!json_is_array(list) || json_array_size(list) > SECTIONS_MAX)
		return false;
	json_array_foreach(list, k, o) if (json_object_size(o) != 2 ||
					   !json_str(o, "title").p ||
					   !json_str(o, "text").p) return false;
	return true;
}

int
plan_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct plan *now = plan_find(d->m, id), *asked = (struct plan *)p->rec;
	struct site *s;

	if (id_is_set(id) &&
	    access_record(d->m, d->actor, NOUN_PLAN, now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (register_site(d, now ? now->site : asked->site, KEEPER_FULL, &s) < 0)
		return ERR_DENIED;
	if (asked->sections && !sections_are_good(asked->sections))
		return refuse(d, 422, "bad_sections",
			      "sections: at most %d of {title, text}", SECTIONS_MAX);
	book_of(d, s);
	PATCH_INT(p, plan, version, now ? now->version + 1 : 1);
	PATCH_INT(p, plan, changed_at, d->now);
	PATCH_STR(p, plan, changed_name, span_of(d->actor->name));
	if (!now)
		PATCH_ID(p, plan, agency, s->agency);
	return config_put(d, EVENT_PLAN_CHANGED, s->r.world, id, p, ret);
}

int
plan_may_draw(struct decision *d, struct id id)
{
	const struct plan *p = plan_find(d->m, id);
	struct site *s;

	if (access_record(d->m, d->actor, NOUN_PLAN, p ? &p->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	return register_site(d, p->site, KEEPER_FULL, &s);
}

void
plan_draw(struct decision *d, const struct plan *p, struct id file)
{
	struct event e;

	event_begin(d, &e, EVENT_PLAN_CHANGED, p->r.world, p->r.id);
	PATCH_ID(&e.body, plan, file, file);
	PATCH_INT(&e.body, plan, version, p->version + 1);
	PATCH_INT(&e.body, plan, changed_at, d->now);
	PATCH_STR(&e.body, plan, changed_name, span_of(d->actor->name));
	event_emit(d, &e);
	file_attach(d, file, p->r.id);
}
