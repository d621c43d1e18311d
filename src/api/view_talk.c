/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels, posts and what hangs on them, as callers may see them. A spoke gets
 * what is for it and nothing that counts, names or orders the others.
 */
#include "api/inner.h"

#include "base/auto.h"

void
view_agency_name(struct buf *b, const struct model *m, struct id agency)
{
	const struct agency *g = agency_find(m, agency);

	if (!g)
		return;
	jw_kz(b, "agency_name", g->name);
	jw_kz(b, "agency_name_ur", g->name_ur);
}

#define UNREAD_MAX 50 /* more is "50": nobody counts further */

struct unread {
	struct call *c;
	int64_t read, n;
};

static bool
count_unread(void *ctx, uint64_t seq)
{
	struct unread *u = ctx;
	struct id id = { .seq = seq, .noun = noun_post.letter };
	const struct post *b;

	if ((int64_t)seq <= u->read)
		return false;
	memcpy(id.node, u->c->m->node_id, NODE_MAX);
	b = (const struct post *)journal_find(u->c->api->cfg.journal, NOUN_POST, id);
	if (b && !id_is(b->author, u->c->who->id) &&
	    access_post(u->c->m, u->c->who, b) != VIEW_NONE)
		u->n++;
	return u->n < UNREAD_MAX;
}

static void
write_channel(struct call *c, struct buf *b, const struct channel *ch)
{
	const struct receipt *q = receipt_of(c->m, ch->r.id, c->who->id);
	struct unread u = { .c = c, .read = q ? q->read : 0 };
	struct buf AUTO(buf_done) tags = { 0 };
	enum channel_side side = channel_side(c->m, ch, c->who);

	view_agency_name(b, c->m, ch->agency);
	jw_kbool(b, "may_manage", channel_is_keeper(c->m, ch, c->who));
	if (side == SIDE_NONE)
		return;
	jw_kz(b, "side", side_names[side]);
	jw_key(b, "cursor");
	view_cursor(b, c->m, q);
	post_tags_for(c, &tags, ch);
	store_search_posts(journal_store(c->api->cfg.journal), (struct span){ 0 },
			   buf_span(&tags), 0, SIZE_MAX >> 1, count_unread, &u);
	jw_ki64(b, "unread", u.n);
}

/* A spoke is told what a post is about when it may see that by itself. */
static void
write_links(struct call *c, struct buf *b, const struct post *p)
{
	const struct {
		const char *key;
		enum noun_index n;
		struct id id;
	} links[] = { { "incident", NOUN_INCIDENT, p->incident },
		      { "site", NOUN_SITE, p->site } };

	for (size_t k = 0; k < ARRAY_LEN(links); k++) {
		const struct record *rec =
			journal_find(c->api->cfg.journal, links[k].n, links[k].id);

		if (access_record(c->m, c->who, links[k].n, rec) != VIEW_NONE)
			jw_kid(b, links[k].key, links[k].id);
	}
}

static void
write_own_sites(struct call *c, struct buf *b, const struct post *p)
{
	void *rec;

	if (!p->sites)
		return;
	jw_key(b, "sites");
	jw_open(b, '[');
	for (size_t i = 0; map_next(&c->m->tables[NOUN_SITE], &i, NULL, &rec);) {
		const struct site *s = rec;

		if (id_is(s->agency, c->who->agency) && id_list_has(p->sites, s->r.id))
			jw_id(b, s->r.id);
	}
	jw_close(b, ']');
}

/* The farthest cursors of the hub's side, looked for once in a request: a list has
 * many posts. */
static void
find_hub_cursors(struct call *c, const struct channel *ch)
{
	struct hub_cursors *h = &c->hub;
	void *rec;

	if (id_is(h->channel, ch->r.id))
		return;
	*h = (struct hub_cursors){ .channel = ch->r.id };
	for (size_t i = 0; map_next(&c->m->receipts, &i, NULL, &rec);) {
		const struct receipt *q = rec;

		if (!id_is(q->channel, ch->r.id) ||
		    channel_agency_side(c->m, ch, q->agency) != SIDE_HUB)
			continue;
		if (q->delivered > h->delivered)
			h->delivered = q->delivered;
		if (q->read > h->read)
			h->read = q->read;
	}
}

/* Of a post that only some of the hub see: their cursors alone. */
static void
find_cursors_of_few(struct call *c, const struct post *p, struct hub_cursors *ret)
{
	const struct account **readers;
	size_t n = post_readers(c->m, p, c->req->arena, &readers);

	for (size_t k = 0; k < n; k++) {
		const struct receipt *q =
			receipt_of(c->m, p->channel, readers[k]->r.id);

		if (!q || id_is(readers[k]->agency, c->who->agency))
			continue;
		if (q->delivered > ret->delivered)
			ret->delivered = q->delivered;
		if (q->read > ret->read)
			ret->read = q->read;
	}
}

/* Of its own posts a spoke learns whether the police side has them, not who or when:
 * their cursors move over posts of others too. */
static void
write_seen_by_hub(struct call *c, struct buf *b, const struct post *p)
{
	struct hub_cursors few = { 0 };
	const struct hub_cursors *h = &few;

	if (p->to || p->tlp == TLP_RED) {
		find_cursors_of_few(c, p, &few);
	} else {
		find_hub_cursors(c, channel_find(c->m, p->channel));
		h = &c->hub;
	}
	jw_key(b, "seen");
	jw_open(b, '{');
	jw_kbool(b, "delivered", h->delivered >= (int64_t)p->r.id.seq);
	jw_kbool(b, "read", h->read >= (int64_t)p->r.id.seq);
	jw_close(b, '}');
}

static void
write_attachments(struct call *c, struct buf *b, const struct post *p)
{
	json_t AUTO(auto_json) *list =
		p->files ? json_read(span_of(p->files), NULL) : NULL;
	size_t k;
	json_t *v;

	if (!list)
		return;
	jw_key(b, "attachments");
	jw_open(b, '[');
	json_array_foreach(list, k, v)
	{
		const struct file *f;
		struct id id;

		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &id) < 0)
			continue;
		f = (const struct file *)journal_find(c->api->cfg.journal, NOUN_FILE,
						      id);
		if (!f)
			continue;
		jw_open(b, '{');
		jw_kid(b, "id", id);
		jw_kz(b, "name", f->name);
		jw_kz(b, "media", f->media);
		jw_ki64(b, "size", f->size);
		jw_kz(b, "hash", f->hash);
		jw_ktime(b, "erased_at", f->erased_at);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static bool
i_acknowledged(const struct call *c, const struct post *p)
{
	for (size_t k = 0; k < p->n_acks; k++)
		if (id_is(p->acks[k]->reader, c->who->id) &&
		    p->acks[k]->version >= p->version)
			return true;
	return false;
}

static void
write_post(struct call *c, struct buf *b, const struct post *p, enum view v)
{
	view_agency_name(b, c->m, p->agency);
	jw_kbool(b, "mine", id_is(p->author, c->who->id));
	jw_kz(b, "from", p->is_hub ? "hub" : "spoke");
	if (p->must_ack)
		jw_kbool(b, "acknowledged", i_acknowledged(c, p));
	write_attachments(c, b, p);
	if (v != VIEW_OWNER)
		return;
	if (!p->is_hub)
		jw_kz(b, "author_name", p->author_name);
	write_links(c, b, p);
	write_own_sites(c, b, p);
	if (!p->is_hub)
		write_seen_by_hub(c, b, p);
}

static void
write_member(struct call *c, struct buf *b, const struct member *e)
{
	const struct account *a = account_find(c->m, e->account);

	view_agency_name(b, c->m, e->agency);
	if (a)
		jw_kz(b, "account_name", a->name ? a->name : a->login);
}

void
view_talk(struct call *c, struct buf *b, enum noun_index n, const struct record *rec,
	  enum view v)
{
	if (n == NOUN_CHANNEL)
		write_channel(c, b, (const struct channel *)rec);
	else if (n == NOUN_POST)
		write_post(c, b, (const struct post *)rec, v);
	else if (n == NOUN_MEMBER)
		write_member(c, b, (const struct member *)rec);
	else if (n == NOUN_ACK)
		view_agency_name(b, c->m, ((const struct ack *)rec)->agency);
}

/* What a frame of the live socket says beyond its body: the same to all readers of
 * one view. */
void
view_talk_event(struct buf *b, const struct model *m, const struct event *e,
		enum view v)
{
	enum noun_index n = event_infos[e->type].noun;
	const struct post *p =
		n == NOUN_POST  ? post_find(m, e->subject)
		: n == NOUN_ACK ? post_find(m, ((const struct ack *)e->body.rec)->post)
				: NULL;

	if (p && e->type != EVENT_POST_POSTED) {
		jw_kid(b, "channel", p->channel);
		jw_kz(b, "kind", post_kind_names[p->kind]);
	}
	if (n == NOUN_POST && e->type == EVENT_POST_POSTED) {
		jw_kz(b, "from", p && !p->is_hub ? "spoke" : "hub");
		if (v == VIEW_OWNER && p && !p->is_hub)
			jw_kz(b, "author_name", p->author_name);
	}
	if (n == NOUN_MEMBER && e->type == EVENT_MEMBER_REMOVED) {
		const struct member *em = member_find(m, e->subject);

		if (em)
			jw_kid(b, "channel", em->channel);
	}
	view_agency_name(b, m, e->agency);
}
