/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories over HTTP, as CAP and as a feed, and alerts from outside. */
#include "api/routes.h"

#include "base/auto.h"
#include "base/log.h"

static bool
has_state(struct call *c, const struct record *rec)
{
	struct span want = http_query(c->req, "state");
	const struct advisory *a = (const struct advisory *)rec;

	if (!want.n)
		return true;
	if (span_is_z(want, "open"))
		return advisory_stands(a) || a->state == ADVISORY_DRAFT ||
		       a->state == ADVISORY_PENDING;
	return span_is_z(want, advisory_state_names[a->state]);
}

void
advisories_list(struct call *c)
{
	list_where(c, NOUN_ADVISORY, has_state);
}

void
advisory_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	if (advisory_put(d, (struct id){ 0 }, &c->ask, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	/* who made it may see it, also in a world that is not his own */
	view_record(c, &c->out, NOUN_ADVISORY, model_find(c->m, NOUN_ADVISORY, id),
		    VIEW_ROOM);
	answer(c, 201);
}

void
advisory_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, advisory_put(d, c->id, &c->ask, NULL), NOUN_ADVISORY, c->id,
		    200);
}

void
advisory_issue_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, advisory_issue(d, c->id), NOUN_ADVISORY, c->id, 200);
}

void
advisory_update_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, advisory_update(d, c->id, &c->ask), NOUN_ADVISORY, c->id,
		    200);
}

void
advisory_cancel_post(struct call *c)
{
	const struct ask_reason *ask = (const struct ask_reason *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_done(c, d, advisory_cancel(d, c->id, span_of(ask->reason)),
		    NOUN_ADVISORY, c->id, 200);
}

/* --- out ------------------------------------------------------------------- */

/* Marked clear, for all, and said: what a feed may have, and anyone where the node's
 * setting says so. */
static bool
is_public(const struct advisory *a)
{
	return a->tlp == TLP_CLEAR && advisory_was_issued(a) &&
	       (!a->to || strcmp(a->to, "[]") == 0);
}

static bool
may_read(struct call *c, const struct advisory *a)
{
	if (c->who->role == ROLE_FEED)
		return a->r.world == c->who->world && is_public(a);
	if (c->who->role == ROLE_NONE || c->who->sos_only)
		return c->api->cfg.public_feed && a->r.world == WORLD_LIVE &&
		       is_public(a);
	return advisory_was_issued(a) &&
	       access_record(c->m, c->who, NOUN_ADVISORY, &a->r) != VIEW_NONE;
}

/* The routes are open so that the setting can be: without it they are not. */
static bool
may_ask(struct call *c)
{
	if (c->api->cfg.public_feed || c->who->role != ROLE_NONE)
		return true;
	buf_add_z(&c->headers, "WWW-Authenticate: Bearer\r\n");
	answer_problem(c, 401, "no_session", "sign in, or send a valid token");
	return false;
}

static void
cap_sender(struct call *c, struct buf *b)
{
	if (c->api->cfg.cap_sender)
		buf_add_z(b, c->api->cfg.cap_sender);
	else
		buf_printf(b, "kumak-%.*s", NODE_MAX, c->m->node_id);
}

void
advisory_cap(struct call *c)
{
	struct buf AUTO(buf_done) sender = { 0 };
	const struct advisory *a = advisory_find(c->m, c->id);
	const struct agency *g;

	if (!may_ask(c))
		return;
	if (!a || !may_read(c, a)) {
		answer_hidden(c);
		return;
	}
	g = agency_find(c->m, a->agency);
	cap_sender(c, &sender);
	cap_write(&c->out, a, sender.p, g ? g->name : NULL);
	answer_as(c, 200, "application/cap+xml");
}

#define FEED_ENTRIES_MAX 100

void
advisories_atom(struct call *c)
{
	struct buf AUTO(buf_done) base = { 0 }, id = { 0 };
	struct cap_feed_head head = { .title = c->m->node->name,
				      .self = "/api/v1/advisories.atom" };
	const struct advisory *picked[FEED_ENTRIES_MAX];
	struct record **all;
	size_t len, n = 0;

	if (!may_ask(c))
		return;
	all = model_list(c->m, NOUN_ADVISORY, &len, c->req->arena);
	for (size_t k = len; k > 0 && n < FEED_ENTRIES_MAX; k--) {
		const struct advisory *a = (const struct advisory *)all[k - 1];

		if (!may_read(c, a))
			continue;
		picked[n++] = a;
		if (a->sent_at > head.updated)
			head.updated = a->sent_at;
	}
	base_url(c, &base);
	buf_printf(&id, "urn:kumak:%.*s:advisories", NODE_MAX, c->m->node_id);
	head.base = base.p;
	head.id = id.p;
	cap_feed_open(&c->out, &head);
	for (size_t k = 0; k < n; k++)
		cap_feed_entry(&c->out, &head, picked[k]);
	cap_feed_close(&c->out);
	answer_as(c, 200, "application/atom+xml");
}

/* --- in -------------------------------------------------------------------- */

/* Addresses of a feed's alerts that did not come with it: for who brought it. */
static void
write_links(struct buf *b, const struct cap_list *entries)
{
	jw_key(b, "links");
	jw_open(b, '[');
	for (const struct cap_entry *e = entries->first; e; e = e->next)
		if (e->link && !e->alert)
			jw_str(b, span_of(e->link));
	jw_close(b, ']');
}

static void
answer_taken(struct call *c, const struct cap_taken *t, const struct cap_list *entries)
{
	struct buf *b = &c->out;

	jw_open(b, '{');
	jw_ki64(b, "pending", (int64_t)t->pending);
	jw_ki64(b, "issued", (int64_t)t->issued);
	jw_ki64(b, "signals", (int64_t)t->signals);
	jw_ki64(b, "cancelled", (int64_t)t->cancelled);
	jw_ki64(b, "known", (int64_t)t->known);
	jw_ki64(b, "ignored", (int64_t)t->ignored);
	if (c->who->role != ROLE_FEED)
		jw_kid(b, "id", t->last);
	write_links(b, entries);
	jw_close(b, '}');
	answer(c, t->pending + t->issued + t->signals ? 201 : 200);
}

static void
answer_unread(struct call *c, int rc, const struct cap_error *why)
{
	if (rc == ERR_DENIED)
		answer_problem(c, 422, "doctype", "line %d: %s", why->line, why->text);
	else
		answer_problem(c, 422, "bad_cap", "line %d: %s", why->line, why->text);
}

void
cap_post(struct call *c)
{
	struct cap_list entries = { 0 };
	struct cap_alert *alerts = NULL;
	struct cap_error why;
	struct cap_taken taken;
	struct decision *d;
	int rc;

	if (c->who->role != ROLE_FEED && !principal_is_desk(c->who)) {
		answer_problem(c, 403, "needs_feed",
			       "only a feed's token or the liaison desk brings alerts");
		return;
	}
	rc = cap_read(c->req->body, c->req->arena, &alerts, &why);
	if (rc == 0 && !alerts)
		rc = cap_feed_read(c->req->body, c->req->arena, &entries, &why);
	if (rc < 0) {
		answer_unread(c, rc, &why);
		return;
	}
	d = call_decide(c);
	if (cap_take(d, alerts, &taken) < 0) {
		answer_refusal(c, d);
		return;
	}
	log_info("api", "alerts_taken", "by=%s pending=%zu issued=%zu signals=%zu",
		 c->who->source, taken.pending, taken.issued, taken.signals);
	answer_taken(c, &taken, &entries);
}
