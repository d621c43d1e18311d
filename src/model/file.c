/* SPDX-License-Identifier: Apache-2.0 */
/* Files: table, and the commands that keep, show and forget one. */
#include "model/commands.h"

#include "base/auto.h"

static const struct field fields[] = {
	NOUN_LINE(file, channel, ID, 0, .doc = "that it was sent to"),
	NOUN_LINE(file, order, ID, 0, .doc = "for report, that it was sent for"),
	NOUN_LINE(file, plan, ID, 0, .doc = "of a site, whose drawing it is or was"),
	NOUN_LINE(file, agency, ID, 0, .doc = "of who sent it"),
	NOUN_LINE(file, author, ID, FIELD_ROOM, .doc = "who sent it"),
	NOUN_LINE(file, name, STR, FIELD_SEALED, .max = 200,
		  .doc = "as its sender called it"),
	NOUN_LINE(file, media, STR, 0, .max = 80, .doc = "type found in its content"),
	NOUN_LINE(file, size, INT, 0, .doc = "bytes"),
	NOUN_LINE(file, hash, STR, FIELD_SEALED,
		  .doc = "BLAKE2b-256 of its content, hex"),
	NOUN_LINE(file, stored, STR, FIELD_SECRET, .doc = "its name on disk"),
	NOUN_LINE(file, content_key, STR, FIELD_SECRET | FIELD_SEALED,
		  .doc = "key of its bytes"),
	NOUN_LINE(file, posts, LIST, FIELD_INNER, .doc = "that show it"),
	NOUN_LINE(file, made_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(file, erased_at, TIME, 0, .doc = "it is gone for good"),
	NOUN_LINE(file, key_slot, INT, FIELD_SECRET, .doc = ""),
};
NOUN_TABLE(noun_file, 'f', "file", "files", file, fields);

static int
may_send_to(struct decision *d, const struct channel *c)
{
	if (channel_side(d->m, c, d->actor) == SIDE_NONE)
		return refuse_hidden(d);
	if (c->archived)
		return refuse(d, 409, "archived", "this channel is read only");
	return 0;
}

int
file_may_send(struct decision *d, struct id place)
{
	if (place.noun == noun_order.letter)
		return order_may_enclose(d, place);
	if (place.noun == noun_plan.letter)
		return plan_may_draw(d, place);
	return may_send_to(d, channel_find(d->m, place));
}

int
file_keep(struct decision *d, struct id place, const struct file_args *a,
	  struct id *ret)
{
	struct order *o = order_find(d->m, place);
	struct plan *p = plan_find(d->m, place);
	struct event e;

	if (file_may_send(d, place) < 0)
		return ERR_DENIED;
	if (!principal_is_current(d->m, d->actor))
		return refuse(d, 403, "revoked", "this account is no longer current");
	*ret = next_id(d, NOUN_FILE);
	event_begin(d, &e, EVENT_FILE_KEPT,
		    o   ? o->r.world
		    : p ? p->r.world
			: channel_find(d->m, place)->r.world,
		    *ret);
	if (o)
		PATCH_ID(&e.body, file, order, place);
	else if (p)
		PATCH_ID(&e.body, file, plan, place);
	else
		PATCH_ID(&e.body, file, channel, place);
	PATCH_ID(&e.body, file, agency, d->actor->agency);
	PATCH_ID(&e.body, file, author, d->actor->id);
	PATCH_STR(&e.body, file, name, a->name);
	PATCH_STR(&e.body, file, media, a->media);
	PATCH_INT(&e.body, file, size, a->size);
	PATCH_STR(&e.body, file, hash, a->hash);
	PATCH_STR(&e.body, file, stored, a->stored);
	PATCH_STR(&e.body, file, content_key, a->content_key);
	PATCH_INT(&e.body, file, made_at, d->now);
	PATCH_INT(&e.body, file, key_slot, d->m->node->key_slots_used);
	event_emit(d, &e);
	if (o)
		order_enclose(d, o, *ret);
	if (p)
		plan_draw(d, p, *ret);
	return 0;
}

int
file_attach(struct decision *d, struct id id, struct id to)
{
	struct file *f = (struct file *)decision_find(d, NOUN_FILE, id);
	struct buf AUTO(buf_done) list = { 0 };
	struct event e;

	if (!f || f->posts)
		return 0;
	jw_open(&list, '[');
	jw_id(&list, to);
	jw_close(&list, ']');
	event_begin(d, &e, EVENT_FILE_SHOWN, f->r.world, id);
	PATCH_STR(&e.body, file, posts, buf_span(&list));
	event_emit(d, &e);
	return 0;
}

int
file_erase(struct decision *d, struct id id)
{
	struct file *f = (struct file *)decision_find(d, NOUN_FILE, id);
	struct event e;

	if (!f || f->erased_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_FILE_ERASED, f->r.world, id);
	PATCH_STR(&e.body, file, name, (struct span){ 0 });
	PATCH_STR(&e.body, file, hash, (struct span){ 0 });
	PATCH_STR(&e.body, file, content_key, (struct span){ 0 });
	PATCH_INT(&e.body, file, erased_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* Its sender, until it is delivered or enclosed; then whoever may read the order. */
static enum view
access_file_of_order(const struct model *m, const struct principal *p,
		     const struct file *f)
{
	const struct order *o = order_find(m, f->order);

	if (!o || (!f->posts && !id_is(p->id, f->author)))
		return VIEW_NONE;
	return access_record(m, p, NOUN_ORDER, &o->r);
}

/* A drawing is read with its plan; one that was replaced, by its owner alone. */
static enum view
access_file_of_plan(const struct model *m, const struct principal *p,
		    const struct file *f)
{
	const struct plan *plan = plan_find(m, f->plan);
	enum view v = plan ? access_record(m, p, NOUN_PLAN, &plan->r) : VIEW_NONE;

	return v == VIEW_OWNER || (plan && id_is(plan->file, f->r.id)) ? v : VIEW_NONE;
}

/* Its sender, until a post shows it; then whoever sees the post. The post must be
 * in memory: journal_find() brings it with the file. */
enum view
access_file(const struct model *m, const struct principal *p, const struct file *f)
{
	json_t AUTO(auto_json) *list =
		f->posts ? json_read(span_of(f->posts), NULL) : NULL;
	enum channel_side side = channel_side(m, channel_find(m, f->channel), p);
	enum view best = VIEW_NONE;
	size_t k;
	json_t *v;

	if (id_is_set(f->order))
		return access_file_of_order(m, p, f);
	if (id_is_set(f->plan))
		return access_file_of_plan(m, p, f);
	if (side == SIDE_NONE)
		return VIEW_NONE;
	if (!list)
		return !id_is(p->id, f->author) ? VIEW_NONE
		       : side == SIDE_SPOKE     ? VIEW_OWNER
						: VIEW_ROOM;
	json_array_foreach(list, k, v)
	{
		const struct post *b;
		struct id id;

		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &id) < 0)
			continue;
		b = post_find(m, id);
		if (b && access_post(m, p, b) > best)
			best = access_post(m, p, b);
	}
	return best;
}
