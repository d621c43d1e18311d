/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and their members over HTTP, and how far a reader has come. */
#include "api/routes.h"

#include "base/auto.h"

struct channel *
call_channel(struct call *c)
{
	struct channel *ch = channel_find(c->m, c->id);

	if (!ch || access_channel(c->m, c->who, ch) == VIEW_NONE) {
		answer_hidden(c);
		return NULL;
	}
	return ch;
}

static void
answer_channel(struct call *c, struct id id, int status)
{
	const struct channel *ch = channel_find(c->m, id);

	view_record(c, &c->out, NOUN_CHANNEL, &ch->r, access_channel(c->m, c->who, ch));
	answer(c, status);
}

void
channel_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (channel_make(d, &c->ask, &id) < 0)
		answer_refusal(c, d);
	else
		answer_channel(c, id, 201);
}

void
channel_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	if (channel_change(d, c->id, &c->ask) < 0)
		answer_refusal(c, d);
	else
		answer_channel(c, c->id, 200);
}

void
members_list(struct call *c)
{
	struct channel *ch = call_channel(c);
	struct pager p;
	struct record **all;
	size_t len;

	if (!ch || !pager_read(c, &p))
		return;
	all = model_list(c->m, NOUN_MEMBER, &len, c->req->arena);
	pager_open(c);
	for (size_t k = 0; k < len; k++) {
		const struct member *e = (const struct member *)all[k];
		enum view v = access_member(c->m, c->who, e);

		if (!id_is(e->channel, ch->r.id) || e->removed || v == VIEW_NONE ||
		    e->r.id.seq <= p.after)
			continue;
		if ((int64_t)p.n == p.limit) {
			p.has_more = true;
			break;
		}
		view_record(c, &c->out, NOUN_MEMBER, &e->r, v);
		p.n++;
		p.last = e->r.id.seq;
	}
	pager_close(c, &p);
	answer(c, 200);
}

void
member_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id;

	if (member_add(d, c->id, (const struct member *)c->ask.rec, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_MEMBER, model_find(c->m, NOUN_MEMBER, id),
		    VIEW_ROOM);
	answer(c, 201);
}

void
member_delete(struct call *c)
{
	struct decision *d = call_decide(c);

	if (member_remove(d, c->id) < 0)
		answer_refusal(c, d);
	else
		answer_empty(c, 204);
}

/* --- cursors ------------------------------------------------------------------ */

static void
write_cursor(struct buf *b, const char *key, const struct model *m, int64_t seq)
{
	struct id id = { .noun = noun_post.letter };

	if (seq == FIELD_NONE)
		return;
	id.seq = (uint64_t)seq;
	memcpy(id.node, m->node_id, NODE_MAX);
	jw_kid(b, key, id);
}

void
view_cursor(struct buf *b, const struct model *m, const struct receipt *q)
{
	jw_open(b, '{');
	if (q) {
		write_cursor(b, "delivered", m, q->delivered);
		write_cursor(b, "read", m, q->read);
		jw_ktime(b, "delivered_at", q->delivered_at);
		jw_ktime(b, "read_at", q->read_at);
	}
	jw_close(b, '}');
}

void
cursor_post(struct call *c)
{
	const struct ask_cursor *ask = (const struct ask_cursor *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (receipt_move(d, c->id, ask->delivered, ask->read) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_cursor(&c->out, c->m, receipt_of(c->m, c->id, c->who->id));
	answer(c, 200);
}
