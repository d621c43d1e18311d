/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who sees a post. The marking is law here, not a label (Traffic Light Protocol
 * 2.0, FIRST 2022):
 *   RED           the author and the accounts named; nothing of it leaves
 *   AMBER+STRICT  the desks of the author's agency and of the agencies named
 *                 (none named: all that the side allows); not gates of sites
 *   AMBER         those and the gates of their sites, and the control agency
 *   GREEN, CLEAR  all of the channel, as far as its sides allow
 * A hub's sides come before any marking: a spoke never sees another's.
 */
#include "model/model.h"

static bool
is_named(const struct principal *p, const struct post *b)
{
	return id_is(p->agency, b->agency) || id_list_has(b->to, p->agency);
}

/* What a spoke may hear at all: its own words, and the hub's to it. */
static bool
spoke_hears(const struct principal *p, const struct post *b)
{
	if (!b->is_hub)
		return id_is(p->agency, b->agency);
	return !b->to || id_list_has(b->to, p->agency);
}

static bool
marking_allows(const struct principal *p, const struct post *b)
{
	if (b->tlp == TLP_RED)
		return id_list_has(b->recipients, p->id);
	if (b->tlp == TLP_STRICT)
		return p->role != ROLE_SITE && (!b->to || is_named(p, b));
	if (b->tlp == TLP_AMBER)
		return !b->to || is_named(p, b) || p->is_control;
	return true;
}

enum view
access_post(const struct model *m, const struct principal *p, const struct post *b)
{
	enum channel_side side = channel_side(m, channel_find(m, b->channel), p);

	if (side == SIDE_NONE || (side == SIDE_SPOKE && !spoke_hears(p, b)))
		return VIEW_NONE;
	if (!id_is(p->id, b->author) && !marking_allows(p, b))
		return VIEW_NONE;
	return side == SIDE_SPOKE ? VIEW_OWNER : VIEW_ROOM;
}

/* Those who sent it: they hear who has not acknowledged. */
bool
post_is_sender(const struct model *m, const struct principal *p, const struct post *b)
{
	enum view v = access_post(m, p, b);

	if (v == VIEW_NONE)
		return false;
	if (channel_find(m, b->channel)->shape == CHANNEL_HUB && b->is_hub)
		return v == VIEW_ROOM;
	return id_is(p->agency, b->agency);
}

enum view
access_channel(const struct model *m, const struct principal *p,
	       const struct channel *c)
{
	enum channel_side side = channel_side(m, c, p);

	if (side == SIDE_SPOKE)
		return VIEW_OWNER;
	if (side != SIDE_NONE)
		return VIEW_ROOM;
	return p->is_control && principal_is_administrator(p) && p->world == c->r.world
		       ? VIEW_ADMIN
		       : VIEW_NONE;
}

/* A spoke knows the hub's agencies, not their people; and its own. */
enum view
access_member(const struct model *m, const struct principal *p, const struct member *e)
{
	const struct channel *c = channel_find(m, e->channel);
	enum view v = c ? access_channel(m, p, c) : VIEW_NONE;

	if (v == VIEW_NONE) /* that one is out is told to whom it concerns */
		return c && e->removed && id_is(e->agency, p->agency) &&
				       (!id_is_set(e->account) ||
					id_is(e->account, p->id)) &&
				       p->role != ROLE_BOARD &&
				       p->role != ROLE_RESPONDER
			       ? VIEW_OWNER
			       : VIEW_NONE;
	if (v != VIEW_OWNER || id_is(e->agency, p->agency))
		return v;
	return e->side == SIDE_HUB && !id_is_set(e->account) && !e->role ? VIEW_OWNER
									 : VIEW_NONE;
}

enum view
access_ack(const struct model *m, const struct principal *p, const struct ack *a)
{
	const struct post *b = post_find(m, a->post);
	enum view v = b ? access_post(m, p, b) : VIEW_NONE;

	if (v == VIEW_ROOM || (v == VIEW_OWNER && id_is(a->agency, p->agency)))
		return v;
	return VIEW_NONE;
}

enum view
access_receipt(const struct model *m, const struct principal *p,
	       const struct receipt *q)
{
	const struct channel *c = channel_find(m, q->channel);
	enum channel_side side = channel_side(m, c, p);

	if (side == SIDE_NONE)
		return VIEW_NONE;
	if (side == SIDE_SPOKE)
		return id_is(q->agency, p->agency) ? VIEW_OWNER : VIEW_NONE;
	return VIEW_ROOM;
}

/* The principals that there are: enumerated rarely (a preview, a chase), so by the
 * very rule that decides each reading. */
size_t
post_readers(const struct model *m, const struct post *b, struct arena *arena,
	     const struct account ***ret)
{
	struct record **all;
	size_t n, len = 0;

	all = model_list(m, NOUN_ACCOUNT, &n, arena);
	*ret = arena_alloc(arena, (n + 1) * sizeof **ret);
	for (size_t k = 0; k < n; k++) {
		const struct account *a = (const struct account *)all[k];
		struct principal p;

		principal_of_account(m, a, &p);
		if (access_post(m, &p, b) != VIEW_NONE)
			(*ret)[len++] = a;
	}
	return len;
}

static bool
has_acked(const struct post *b, struct id agency, struct id account)
{
	for (size_t k = 0; k < b->n_acks; k++) {
		const struct ack *a = b->acks[k];

		if (a->version < b->version)
			continue; /* of words that were corrected since */
		if (id_is_set(account) ? id_is(a->reader, account)
				       : id_is(a->agency, agency))
			return true;
	}
	return false;
}

/* Those who owe are on the other side of a hub; in an open channel, others. */
static bool
owes(const struct model *m, const struct post *b, const struct principal *p)
{
	const struct channel *c = channel_find(m, b->channel);

	if (id_is(p->id, b->author) || access_post(m, p, b) == VIEW_NONE)
		return false;
	if (c->shape == CHANNEL_HUB && b->is_hub && b->tlp != TLP_RED &&
	    !id_list_has(b->to, p->agency))
		return channel_side(m, c, p) == SIDE_SPOKE;
	return !id_is(p->agency, b->agency) || b->tlp == TLP_RED;
}

static bool
is_listed(const struct owing *v, size_t n, const struct owing *o)
{
	for (size_t k = 0; k < n; k++)
		if (id_is(v[k].agency, o->agency) && id_is(v[k].account, o->account))
			return true;
	return false;
}

size_t
post_owing(const struct model *m, const struct post *b, struct arena *arena,
	   struct owing **ret)
{
	const struct channel *c = channel_find(m, b->channel);
	const struct account **readers;
	size_t n = post_readers(m, b, arena, &readers), len = 0;

	*ret = arena_alloc(arena, (n + 1) * sizeof **ret);
	for (size_t k = 0; k < n; k++) {
		const struct account *a = readers[k];
		const struct agency *g = agency_find(m, a->agency);
		struct owing o = { .agency = a->agency };
		struct principal p;

		principal_of_account(m, a, &p);
		if (!owes(m, b, &p))
			continue;
		if (b->must_ack == ACK_PERSON || b->tlp == TLP_RED ||
		    id_is_set(channel_member(m, c, &p)->account))
			o.account = a->r.id;
		o.name = id_is_set(o.account) ? (a->name ? a->name : a->login)
			 : g                  ? g->name
					      : NULL;
		if (!has_acked(b, o.agency, o.account) && !is_listed(*ret, len, &o))
			(*ret)[len++] = o;
	}
	return len;
}
