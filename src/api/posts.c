/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts over HTTP: sent, shown before they are sent, listed, searched. Each list
 * asks the access law of each post, and says nothing of how many it left out.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <stdlib.h>

static struct post *
call_post(struct call *c)
{
	struct post *b =
		(struct post *)journal_find(c->api->cfg.journal, NOUN_POST, c->id);

	if (!b || access_post(c->m, c->who, b) == VIEW_NONE) {
		answer_hidden(c);
		return NULL;
	}
	return b;
}

static void
answer_post(struct call *c, struct id id, int status)
{
	const struct post *b =
		(const struct post *)journal_find(c->api->cfg.journal, NOUN_POST, id);

	view_record(c, &c->out, NOUN_POST, &b->r, access_post(c->m, c->who, b));
	answer(c, status);
}

void
post_get(struct call *c)
{
	if (call_post(c))
		answer_post(c, c->id, 200);
}

void
post_post(struct call *c)
{
	struct decision *d = call_decide(c);
	bool is_new;
	struct id id;

	if (post_make(d, c->id, &c->ask, &id, &is_new) < 0)
		answer_refusal(c, d);
	else
		answer_post(c, id, is_new ? 201 : 200);
}

/* --- who will see it ---------------------------------------------------------- */

/* To the police side by name; to a spoke the police side as agencies, and its own. */
static void
write_audience(struct call *c, const struct post *b, bool is_spoke)
{
	const struct channel *ch = channel_find(c->m, b->channel);
	const struct account **readers;
	size_t n = post_readers(c->m, b, c->req->arena, &readers);
	struct id *agencies = arena_alloc(c->req->arena, (n + 1) * sizeof *agencies);
	size_t n_agencies = 0;
	struct buf *o = &c->out;

	for (size_t k = 0; k < n; k++) {
		size_t i = 0;

		while (i < n_agencies && !id_is(agencies[i], readers[k]->agency))
			i++;
		if (i == n_agencies)
			agencies[n_agencies++] = readers[k]->agency;
	}
	jw_key(o, "agencies");
	jw_open(o, '[');
	for (size_t k = 0; k < n_agencies; k++) {
		const struct agency *g = agency_find(c->m, agencies[k]);

		jw_open(o, '{');
		jw_kid(o, "id", agencies[k]);
		jw_kz(o, "name", g ? g->name : NULL);
		jw_kz(o, "name_ur", g ? g->name_ur : NULL);
		jw_kz(o, "side",
		      side_names[channel_agency_side(c->m, ch, agencies[k])]);
		jw_close(o, '}');
	}
	jw_close(o, ']');
	if (is_spoke)
		return;
	jw_key(o, "people");
	jw_open(o, '[');
	for (size_t k = 0; k < n; k++) {
		jw_open(o, '{');
		jw_kid(o, "account", readers[k]->r.id);
		jw_kz(o, "name",
		      readers[k]->name ? readers[k]->name : readers[k]->login);
		jw_kid(o, "agency", readers[k]->agency);
		jw_close(o, '}');
	}
	jw_close(o, ']');
	jw_ki64(o, "count", (int64_t)n);
}

/* A broadcast names places; those whose owners are not in the channel get nothing,
 * which the sender must know before. */
static void
write_sites(struct call *c, const struct post *b)
{
	if (!b->sites)
		return;
	jw_key(&c->out, "sites");
	jw_raw(&c->out, span_of(b->sites));
}

void
post_preview(struct call *c)
{
	struct decision *d = call_decide(c);
	const struct post *b = (const struct post *)c->ask.rec;
	bool is_spoke;

	if (post_draft(d, c->id, &c->ask) < 0) {
		answer_refusal(c, d);
		return;
	}
	is_spoke = channel_side(c->m, channel_find(c->m, c->id), c->who) == SIDE_SPOKE;
	jw_open(&c->out, '{');
	jw_kz(&c->out, "tlp", tlp_names[b->tlp]);
	jw_kz(&c->out, "priority", priority_names[b->priority]);
	write_audience(c, b, is_spoke);
	if (!is_spoke)
		write_sites(c, b);
	jw_close(&c->out, '}');
	answer(c, 200);
}

/* --- lists -------------------------------------------------------------------- */

struct listing {
	struct call *c;
	struct pager pager;
	struct id channel; /* of a search; unset: all */
	int kind;
	int64_t since, until;
	bool only_pinned;
};

static bool
is_asked(const struct listing *l, const struct post *b)
{
	return (!l->kind || b->kind == l->kind) &&
	       (l->since == TIME_NONE || b->posted_at >= l->since) &&
	       (l->until == TIME_NONE || b->posted_at < l->until) &&
	       (!l->only_pinned || b->pinned) &&
	       (!id_is_set(l->channel) || id_is(b->channel, l->channel));
}

/* False: no more is wanted. */
static bool
list_post(struct listing *l, const struct post *b)
{
	enum view v = access_post(l->c->m, l->c->who, b);

	if (v == VIEW_NONE || !is_asked(l, b))
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_POST, &b->r, v);
	l->pager.n++;
	l->pager.last = b->r.id.seq;
	return true;
}

static bool
listing_read(struct call *c, struct listing *l)
{
	struct span kind = http_query(c->req, "kind");

	*l = (struct listing){ .c = c, .since = TIME_NONE, .until = TIME_NONE };
	if (!pager_read(c, &l->pager) || !query_time(c, "since", &l->since) ||
	    !query_time(c, "until", &l->until))
		return false;
	l->only_pinned = span_is_z(http_query(c->req, "pinned"), "true");
	l->kind = enum_find(post_kind_names, kind);
	if (kind.n && !l->kind) {
		answer_problem(c, 400, "bad_query", "kind: no such kind of post");
		return false;
	}
	return true;
}

static bool
list_found(void *ctx, uint64_t seq)
{
	struct listing *l = ctx;
	struct id id = { .seq = seq, .noun = noun_post.letter };
	const struct post *b;

	memcpy(id.node, l->c->m->node_id, NODE_MAX);
	b = (const struct post *)journal_find(l->c->api->cfg.journal, NOUN_POST, id);
	return !b || list_post(l, b);
}

/* The tags (journal/batch.c) of what this caller's side of a channel may hear: a
 * spoke passes over nothing of another, so that no time and no page tells of it. */
static void
add_tags(struct buf *b, char what, uint64_t seq, enum channel_side side,
	 const struct principal *p)
{
	if (side == SIDE_SPOKE)
		buf_printf(b, STORE_TAG "%c%llugall " STORE_TAG "%c%llug%llu ", what,
			   (unsigned long long)seq, what, (unsigned long long)seq,
			   (unsigned long long)p->agency.seq);
	else if (side != SIDE_NONE)
		buf_printf(b, STORE_TAG "%c%llu ", what, (unsigned long long)seq);
}

void
post_tags_for(struct call *c, struct buf *b, const struct channel *ch)
{
	add_tags(b, 'c', ch->r.id.seq, channel_side(c->m, ch, c->who), c->who);
}

static void
list_tagged(struct listing *l, struct span words, const struct buf *tags)
{
	struct buf AUTO(buf_done) folded = { 0 };

	utf8_fold(&folded, words);
	pager_open(l->c);
	store_search_posts(journal_store(l->c->api->cfg.journal), buf_span(&folded),
			   buf_span(tags), l->pager.after, SIZE_MAX >> 1, list_found,
			   l);
	pager_close(l->c, &l->pager);
	answer(l->c, 200);
}

void
posts_list(struct call *c)
{
	struct channel *ch = call_channel(c);
	struct buf AUTO(buf_done) tags = { 0 };
	struct listing l;

	if (!ch || !listing_read(c, &l))
		return;
	post_tags_for(c, &tags, ch);
	list_tagged(&l, (struct span){ 0 }, &tags);
}

void
replies_list(struct call *c)
{
	struct post *b = call_post(c);
	struct buf AUTO(buf_done) tags = { 0 };
	struct listing l;
	struct id root;

	if (!b || !listing_read(c, &l))
		return;
	root = id_is_set(b->thread) ? b->thread : b->r.id;
	add_tags(&tags, 't', root.seq,
		 channel_side(c->m, channel_find(c->m, b->channel), c->who), c->who);
	list_tagged(&l, (struct span){ 0 }, &tags);
}

void
posts_search(struct call *c)
{
	struct span ch = http_query(c->req, "channel");
	struct buf AUTO(buf_done) tags = { 0 };
	struct listing l;
	void *rec;

	if (!listing_read(c, &l))
		return;
	if (ch.n && id_parse(ch, &l.channel) < 0) {
		answer_problem(c, 400, "bad_query", "channel must be an id");
		return;
	}
	for (size_t i = 0; map_next(&c->m->tables[NOUN_CHANNEL], &i, NULL, &rec);)
		if (!ch.n || id_is(((struct channel *)rec)->r.id, l.channel))
			post_tags_for(c, &tags, rec);
	list_tagged(&l, http_query(c->req, "q"), &tags);
}

/* --- what is done with one ------------------------------------------------------ */

static void
answer_changed(struct call *c, struct decision *d, int rc)
{
	if (rc < 0)
		answer_refusal(c, d);
	else
		answer_post(c, c->id, 200);
}

void
post_acknowledge_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_changed(c, d, post_acknowledge(d, c->id));
}

void
post_correct_post(struct call *c)
{
	const struct ask_correction *ask = (const struct ask_correction *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct post_words w = { .subject = span_of(ask->subject),
				.text = span_of(ask->text) };

	answer_changed(c, d, post_correct(d, c->id, &w, span_of(ask->reason)));
}

void
post_translation_post(struct call *c)
{
	const struct ask_translation *ask = (const struct ask_translation *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct post_words w = { .subject = span_of(ask->subject),
				.text = span_of(ask->text),
				.language = span_of(ask->language) };

	answer_changed(c, d, post_translate(d, c->id, &w));
}

void
post_pin_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_changed(c, d,
		       post_pin(d, c->id, ((const struct ask_shift *)c->ask.rec)->on));
}

void
post_hold_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_changed(c, d,
		       post_hold(d, c->id, ((const struct ask_shift *)c->ask.rec)->on));
}

/* --- receipts -------------------------------------------------------------------- */

static void
write_acks(struct call *c, const struct post *b)
{
	struct buf *o = &c->out;

	jw_key(o, "acknowledged");
	jw_open(o, '[');
	for (size_t k = 0; k < b->n_acks; k++) {
		const struct ack *a = b->acks[k];
		enum view v = access_ack(c->m, c->who, a);

		if (v != VIEW_NONE)
			view_record(c, o, NOUN_ACK, &a->r, v);
	}
	jw_close(o, ']');
}

static void
write_owing(struct call *c, const struct post *b)
{
	struct buf *o = &c->out;
	struct owing *v;
	size_t n = post_owing(c->m, b, c->req->arena, &v);

	jw_key(o, "owing");
	jw_open(o, '[');
	for (size_t k = 0; k < n; k++) {
		jw_open(o, '{');
		jw_kid(o, "agency", v[k].agency);
		jw_kid(o, "account", v[k].account);
		jw_kz(o, "name", v[k].name);
		jw_close(o, '}');
	}
	jw_close(o, ']');
}

static void
write_reader(struct call *c, const struct post *b, const struct account *a)
{
	const struct receipt *q = receipt_of(c->m, b->channel, a->r.id);
	int64_t seq = (int64_t)b->r.id.seq;
	struct buf *o = &c->out;

	jw_open(o, '{');
	jw_kid(o, "account", a->r.id);
	jw_kz(o, "name", a->name ? a->name : a->login);
	jw_kid(o, "agency", a->agency);
	jw_kbool(o, "delivered", q && q->delivered >= seq);
	jw_kbool(o, "read", q && q->read >= seq);
	jw_close(o, '}');
}

/* Readers by name: to the police side, of all; to a spoke, of its own agency. */
void
receipts_get(struct call *c)
{
	struct post *b = call_post(c);
	const struct account **readers;
	size_t n;
	bool is_spoke;

	if (!b)
		return;
	is_spoke = access_post(c->m, c->who, b) == VIEW_OWNER;
	n = post_readers(c->m, b, c->req->arena, &readers);
	jw_open(&c->out, '{');
	jw_key(&c->out, "readers");
	jw_open(&c->out, '[');
	for (size_t k = 0; k < n; k++)
		if (!is_spoke || id_is(readers[k]->agency, c->who->agency))
			write_reader(c, b, readers[k]);
	jw_close(&c->out, ']');
	write_acks(c, b);
	if (b->must_ack && post_is_sender(c->m, c->who, b))
		write_owing(c, b);
	jw_close(&c->out, '}');
	answer(c, 200);
}
