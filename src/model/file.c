/* SPDX-License-Identifier: Apache-2.0 */
/* Files: table, and the commands that keep, show and forget one. */
#include "model/commands.h"

#include "base/auto.h"

static const struct field fields[] = {
	NOUN_LINE(file, channel, ID, 0, .doc = "that it was sent to"),
	NOUN_LINE(file, order, ID, 0, .doc = "for report, that it was sent for"),
	NOUN_LINE(file, site, ID, 0, .doc = "whose register it was sent for"),
	NOUN_LINE(file, device, ID, 0, .doc = "to whose bearer it is to be played"),
	NOUN_LINE(file, incident, ID, 0, .doc = "in which a device's bearer made it"),
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

static int
may_send_for(struct decision *d, struct site *s)
{
	if (!s || access_record(d->m, d->actor, NOUN_SITE, &s->r) == VIEW_NONE)
		return refuse_hidden(d);
	return register_site(d, s->r.id, KEEPER_STAFF, &s);
}

int
file_may_send(struct decision *d, struct id place)
{
	if (place.noun == noun_order.letter)
		return order_may_enclose(d, place);
	if (place.noun == noun_site.letter)
		return may_send_for(d, site_find(d->m, place));
	if (place.noun == noun_device.letter)
		return device_may_be_told(d, place);
	return may_send_to(d, channel_find(d->m, place));
}

static void
patch_content(struct decision *d, struct patch *p, const struct file_args *a)
{
	PATCH_STR(p, file, name, a->name);
	PATCH_STR(p, file, media, a->media);
	PATCH_INT(p, file, size, a->size);
	PATCH_STR(p, file, hash, a->hash);
	PATCH_STR(p, file, stored, a->stored);
	PATCH_STR(p, file, content_key, a->content_key);
	PATCH_INT(p, file, made_at, d->now);
	PATCH_INT(p, file, key_slot, d->m->node->key_slots_used);
}

int
file_keep(struct decision *d, struct id place, const struct file_args *a,
	  struct id *ret)
{
	enum noun_index n = noun_by_letter(place.noun);
	struct event e;

	if (file_may_send(d, place) < 0)
		return ERR_DENIED;
	if (!principal_is_current(d->m, d->actor))
		return refuse(d, 403, "revoked", "this account is no longer current");
	*ret = next_id(d, NOUN_FILE);
	event_begin(d, &e, EVENT_FILE_KEPT, model_find(d->m, n, place)->world, *ret);
	if (n == NOUN_ORDER)
		PATCH_ID(&e.body, file, order, place);
	else if (n == NOUN_SITE)
		PATCH_ID(&e.body, file, site, place);
	else if (n == NOUN_DEVICE)
		PATCH_ID(&e.body, file, device, place);
	else
		PATCH_ID(&e.body, file, channel, place);
	PATCH_ID(&e.body, file, agency, d->actor->agency);
	PATCH_ID(&e.body, file, author, d->actor->id);
	patch_content(d, &e.body, a);
	event_emit(d, &e);
	if (n == NOUN_ORDER)
		order_enclose(d, order_find(d->m, place), *ret);
	return 0;
}

static void
note_evidence(struct decision *d, const struct device *dev, struct id incident,
	      int world, struct span media, struct id file)
{
	struct id note = next_id(d, NOUN_NOTE);
	struct event e;

	event_begin(d, &e, EVENT_INCIDENT_NOTE_ADDED, world, note);
	PATCH_ID(&e.body, note, incident, incident);
	PATCH_ID(&e.body, note, author, dev->r.id);
	PATCH_STR(&e.body, note, author_name, span_of(dev->identity));
	PATCH_STR(&e.body, note, text,
		  span_starts(media, SPAN("image/"))   ? SPAN("photo")
		  : span_starts(media, SPAN("video/")) ? SPAN("video")
						       : SPAN("voice note"));
	PATCH_ID(&e.body, note, file, file);
	PATCH_INT(&e.body, note, at, d->now);
	event_emit(d, &e);
	file_attach(d, file, note);
}

int
evidence_keep(struct decision *d, struct id device, const struct file_args *a,
	      struct id *ret)
{
	const struct device *dev = device_find(d->m, device);
	const struct incident *i = dev ? device_emergency(d->m, dev) : NULL;
	struct id incident;
	struct event e;

	if (!i)
		return refuse(d, 409, "no_emergency",
			      "its bearer has no open call for help");
	incident = i->r.id;
	*ret = next_id(d, NOUN_FILE);
	event_begin(d, &e, EVENT_FILE_KEPT, i->r.world, *ret);
	PATCH_ID(&e.body, file, incident, incident);
	if (id_is_set(dev->agency))
		PATCH_ID(&e.body, file, agency, dev->agency);
	PATCH_ID(&e.body, file, author, device);
	patch_content(d, &e.body, a);
	event_emit(d, &e);
	note_evidence(d, dev, incident, i->r.world, a->media, *ret);
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

/* Not shown yet: its sender's, as long as he belongs there. */
static enum view
access_loose(const struct model *m, const struct principal *p, const struct file *f)
{
	const struct order *o = order_find(m, f->order);
	enum channel_side side = channel_side(m, channel_find(m, f->channel), p);

	if (!id_is(p->id, f->author))
		return VIEW_NONE;
	if (id_is_set(f->site))
		return book_keeper(p, f->agency, f->site) != KEEPER_NONE ? VIEW_OWNER
									 : VIEW_NONE;
	if (o)
		return access_record(m, p, NOUN_ORDER, &o->r);
	return side == SIDE_NONE    ? VIEW_NONE
	       : side == SIDE_SPOKE ? VIEW_OWNER
				    : VIEW_ROOM;
}

/* As it is seen in what shows it; what a plan or review showed before, its owner has.
 */
static enum view
access_shown(const struct model *m, const struct principal *p, const struct file *f,
	     struct id by)
{
	enum noun_index n = noun_by_letter(by.noun);
	const struct record *rec = n < NOUN__COUNT ? model_find(m, n, by) : NULL;
	struct id now = f->r.id;

	if (n == NOUN_PLAN && rec)
		now = ((const struct plan *)rec)->file;
	else if (n == NOUN_REVIEW && rec)
		now = ((const struct review *)rec)->file;
	if (!id_is(now, f->r.id) && book_keeper(p, f->agency, f->site) == KEEPER_NONE)
		return VIEW_NONE;
	return access_record(m, p, n, rec);
}

/* A recording of a bearer is seen as the room's own notes on that incident are. */
static enum view
access_evidence(const struct model *m, const struct principal *p, const struct file *f)
{
	const struct note as = { .incident = f->incident };

	return access_record(m, p, NOUN_NOTE, &as.r);
}

/* What was said to a bearer: the room's and its unit's, as the order is; before it was
 * ordered, its sender's. */
static enum view
access_said(const struct model *m, const struct principal *p, const struct file *f)
{
	const struct device *dev = device_find(m, f->device);
	struct device_order as = { .r = f->r };
	struct unit *u = NULL;
	struct site *s;

	if (!f->posts && !id_is(p->id, f->author))
		return VIEW_NONE;
	if (dev && device_home(m, dev, &u, &s) && u)
		as.unit = u->r.id;
	return access_record(m, p, NOUN_DEVICE_ORDER, &as.r);
}

/* A post that shows it must be in memory: journal_find() brings it with the file. */
enum view
access_file(const struct model *m, const struct principal *p, const struct file *f)
{
	json_t AUTO(auto_json) *list =
		f->posts ? json_read(span_of(f->posts), NULL) : NULL;
	enum view best = VIEW_NONE;
	size_t k;
	json_t *v;

	if (id_is_set(f->incident))
		return access_evidence(m, p, f);
	if (id_is_set(f->device))
		return access_said(m, p, f);
	if (!list)
		return access_loose(m, p, f);
	json_array_foreach(list, k, v)
	{
		struct id id;
		enum view seen;

		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &id) < 0)
			continue;
		seen = access_shown(m, p, f, id);
		if (seen > best)
			best = seen;
	}
	return best;
}

static int
check_file_of(struct decision *d, struct id id, const struct site *s, struct id by)
{
	const struct file *f = (const struct file *)decision_find(d, NOUN_FILE, id);

	if (!f || !id_is(f->site, s->r.id) || f->erased_at != TIME_NONE ||
	    (f->posts ? !id_list_has(f->posts, by) : !id_is(f->author, d->actor->id)))
		return refuse(d, 422, "no_such_file",
			      "file: not a new file of yours for this site");
	return 0;
}

int
register_put_with(struct decision *d, enum event_type type, const struct site *s,
		  struct id id, struct id file, struct patch *p, struct id *ret)
{
	struct id made = id;
	int rc;

	if (id_is_set(file) && check_file_of(d, file, s, id) < 0)
		return ERR_DENIED;
	book_of(d, s);
	rc = config_put(d, type, s->r.world, id, p, &made);
	if (rc == 0 && id_is_set(file))
		file_attach(d, file, made);
	if (rc == 0 && ret)
		*ret = made;
	return rc;
}
