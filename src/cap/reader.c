/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading feeds. A look at a feed is one question after another: the feed itself, asked
 * for only if it has changed, then the alerts that its entries link to. What comes is
 * read by a work thread, and taken some at a time: however large or bad a feed is, the
 * room's own traffic goes on.
 */
#include "cap/inner.h"

#include "base/crypt.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#define DOCUMENT_MAX (4u << 20)
#define ANSWER_MS 20000
#define LOOK_MS 120000 /* of a look; what is left then waits for the next */
#define REDIRECTS_MAX 3
#define LINKS_MAX 500 /* entries of a feed; the first are the newest */
#define TRIES_MAX 3   /* of a link that is dead */
#define TAKE_MAX 20   /* alerts of one turn */
#define DOUBLED_MAX 8 /* a feed that fails is asked at most so many times later */

struct link {
	uint64_t key;
	char *url;
	int tries;
	bool is_over; /* its alert was read, or given up */
};

struct reader {
	struct cap_readers *rs;
	const char *url;
	struct principal who;
	struct net_timer *timer;
	struct http_fetch *fetch;
	char *etag, *modified; /* of the feed as it was read last */
	struct link links[LINKS_MAX];
	size_t n_links;
	/* this look */
	struct link *link; /* that is asked for; NULL: the feed itself */
	struct buf at;     /* where the question goes */
	int redirects;
	int64_t until;
	bool is_bad;
	bool is_odd; /* of the feed as it was read last: something in it is left out */
	struct job *job;
	unsigned fails;
	struct cap_taken sum;
};

struct cap_readers {
	struct cap_readers_config cfg;
	struct net_tls *tls;
	struct reader *all;
	size_t n;
};

/* A document in a work thread; then its alerts, some each turn. */
struct job {
	struct reader *r; /* NULL: nobody waits for it any more */
	struct arena arena;
	struct buf text;
	struct cap_list entries;
	struct cap_alert *alerts;
	struct cap_error why;
	int rc;
	bool is_feed;
};

static void ask(struct reader *r);
static void ask_next(struct reader *r);

/* --- how it went ------------------------------------------------------------- */

static void
note_bad(struct reader *r, const char *what)
{
	if (r->is_bad)
		return;
	r->is_bad = true;
	if (!r->fails) /* told once, until it was well again */
		log_warn("cap", "feed_failed", "feed=%s at=%.200s why=%s", r->url,
			 r->at.p, what);
}

/* Asking again would not mend it. */
static void
note_odd(struct reader *r, const char *what)
{
	if (!r->is_odd)
		log_warn("cap", "feed_odd", "feed=%s why=%s", r->url, what);
	r->is_odd = true;
}

static void
end_look(struct reader *r)
{
	const struct cap_readers_config *cfg = &r->rs->cfg;
	int64_t wait = cfg->every_ms;
	struct cap_taken *s = &r->sum;

	if (s->pending + s->issued + s->signals + s->cancelled)
		log_info("cap", "feed_taken",
			 "feed=%s pending=%zu issued=%zu signals=%zu cancelled=%zu",
			 r->url, s->pending, s->issued, s->signals, s->cancelled);
	if (r->is_bad) {
		wait = cfg->again_ms;
		for (unsigned k = 0; k < r->fails && wait < cfg->every_ms * DOUBLED_MAX;
		     k++)
			wait *= 2;
		if (wait > cfg->every_ms * DOUBLED_MAX)
			wait = cfg->every_ms * DOUBLED_MAX;
		r->fails++;
	} else if (r->fails) {
		log_info("cap", "feed_back", "feed=%s", r->url);
		r->fails = 0;
	}
	net_timer_start(r->timer, wait, 0);
}

static void
link_failed(struct reader *r)
{
	if (r->link && ++r->link->tries == TRIES_MAX)
		r->link->is_over = true;
}

/* --- alerts ------------------------------------------------------------------- */

static void
job_free(struct job *j)
{
	arena_done(&j->arena);
	buf_done(&j->text);
	free(j);
}

static void
add_taken(struct cap_taken *to, const struct cap_taken *one)
{
	to->pending += one->pending;
	to->issued += one->issued;
	to->signals += one->signals;
	to->cancelled += one->cancelled;
}

static void
take_one(struct reader *r, struct cap_alert *a)
{
	struct journal *journal = r->rs->cfg.journal;
	struct decision *d = journal_begin(journal, &r->who);
	struct cap_taken taken;

	a->next = NULL; /* each by itself: one that is refused hinders no other */
	if (cap_take(d, a, &taken) < 0)
		note_odd(r, "an alert was refused");
	else
		add_taken(&r->sum, &taken);
}

static void
take_some(void *ctx)
{
	struct job *j = ctx;
	struct reader *r = j->r;

	for (int k = 0; j->alerts && k < TAKE_MAX; k++) {
		struct cap_alert *a = j->alerts;

		j->alerts = a->next;
		take_one(r, a);
	}
	if (j->alerts) {
		net_post(r->rs->cfg.net, take_some, j);
		return;
	}
	if (r->link && !*j->why.text)
		r->link->is_over = true;
	r->job = NULL;
	job_free(j);
	ask_next(r);
}

/* --- what came ---------------------------------------------------------------- */

static void
read_document(void *ctx)
{
	struct job *j = ctx;
	struct span in = buf_span(&j->text);
	struct cap_alert **tail = &j->alerts;

	if (!j->is_feed) {
		j->rc = cap_read(in, &j->arena, &j->alerts, &j->why);
		if (j->rc == 0 && !j->alerts)
			snprintf(j->why.text, sizeof j->why.text, "holds no alert");
		return;
	}
	j->rc = cap_feed_read(in, &j->arena, &j->entries, &j->why);
	if (j->rc == ERR_SYNTAX) { /* an alert without a feed round it? */
		struct cap_error why;
		int rc = cap_read(in, &j->arena, &j->alerts, &why);

		if (rc < 0 || j->alerts) {
			j->rc = rc;
			j->why = rc < 0 ? why : (struct cap_error){ 0 };
			return;
		}
	}
	for (struct cap_entry *e = j->entries.first; e; e = e->next) {
		if (*e->fault && !*j->why.text)
			snprintf(j->why.text, sizeof j->why.text, "%s", e->fault);
		*tail = e->alert;
		while (*tail)
			tail = &(*tail)->next;
	}
}

static struct link *
link_known(struct link *v, size_t n, uint64_t key)
{
	for (size_t k = 0; k < n; k++)
		if (v[k].key == key)
			return &v[k];
	return NULL;
}

/* The links of this feed as it now is; what was read of the last stays read. */
static void
settle_links(struct reader *r, const struct job *j)
{
	struct link *old = calloc(LINKS_MAX, sizeof *old);
	struct buf AUTO(buf_done) url = { 0 };
	size_t n_old = r->n_links;

	if (!old)
		abort();
	memcpy(old, r->links, sizeof r->links);
	r->n_links = 0;
	for (struct cap_entry *e = j->entries.first; e; e = e->next) {
		struct link *to = &r->links[r->n_links], *was;
		uint64_t key;

		if (!e->link || e->alert || *e->fault || r->n_links == LINKS_MAX)
			continue;
		if (!http_url_join(buf_span(&r->at), span_of(e->link), &url) ||
		    !http_url_may_follow(buf_span(&r->at), buf_span(&url))) {
			note_odd(r, "an entry leads where nothing is fetched");
			continue;
		}
		*to = (struct link){ .url = span_dup(buf_span(&url)) };
		if (e->updated) /* the same address may hold a newer alert */
			buf_add_z(&url, e->updated);
		key = crypt_short(buf_span(&url));
		was = link_known(old, n_old, key);
		to->key = key;
		to->tries = was ? was->tries : 0;
		to->is_over = was && was->is_over;
		if (link_known(r->links, r->n_links, key))
			free(to->url);
		else
			r->n_links++;
	}
	for (size_t k = 0; k < n_old; k++)
		free(old[k].url);
	free(old);
}

static void
keep(char **to, struct span value)
{
	free(*to);
	*to = value.n && value.n < 400 ? span_dup(value) : NULL;
}

static void
on_read(void *ctx)
{
	struct job *j = ctx;
	struct reader *r = j->r;

	if (!r) {
		job_free(j);
		return;
	}
	if (!j->is_feed && *j->why.text) {
		note_bad(r, j->why.text);
		link_failed(r);
	} else if (j->rc < 0) { /* asked for again, changed or not */
		note_bad(r, j->why.text);
		keep(&r->etag, (struct span){ 0 });
		keep(&r->modified, (struct span){ 0 });
	} else if (j->is_feed) {
		if (*j->why.text)
			note_odd(r, j->why.text);
		else
			r->is_odd = false;
		settle_links(r, j);
	}
	take_some(j);
}

static void
on_document(struct reader *r, const struct http_answer *a)
{
	struct job *j = calloc(1, sizeof *j);

	if (!j)
		abort();
	if (!r->link) {
		keep(&r->etag, a->etag);
		keep(&r->modified, a->modified);
	}
	j->r = r;
	j->is_feed = !r->link;
	buf_add_span(&j->text, a->body);
	r->job = j;
	net_work(r->rs->cfg.net, read_document, on_read, j);
}

static bool
follow(struct reader *r, struct span location)
{
	struct buf AUTO(buf_done) to = { 0 };

	if (++r->redirects > REDIRECTS_MAX ||
	    !http_url_join(buf_span(&r->at), location, &to) ||
	    !http_url_may_follow(buf_span(&r->at), buf_span(&to)))
		return false;
	buf_clear(&r->at);
	buf_add_span(&r->at, buf_span(&to));
	ask(r);
	return true;
}

/* --- questions ---------------------------------------------------------------- */

static void
failed(struct reader *r, const char *why)
{
	bool is_feed = !r->link;

	note_bad(r, why);
	link_failed(r);
	if (is_feed)
		end_look(r);
	else
		ask_next(r);
}

static void
on_answer(void *ctx, int rc, const struct http_answer *a)
{
	struct reader *r = ctx;
	char why[40];

	r->fetch = NULL;
	if (rc < 0) {
		failed(r, rc == ERR_AGAIN ? "no answer in time" : err_text(rc));
		return;
	}
	switch (a->status) {
	case 200:
		on_document(r, a);
		return;
	case 304:
		if (r->link)
			break;
		ask_next(r);
		return;
	case 301:
	case 302:
	case 307:
	case 308:
		if (follow(r, a->location))
			return;
		failed(r, "a redirect that is not followed");
		return;
	default:
		break;
	}
	snprintf(why, sizeof why, "answers %d", a->status);
	failed(r, why);
}

static void
ask(struct reader *r)
{
	struct http_fetch_args args = {
		.url = buf_span(&r->at),
		.tls = r->rs->tls,
		.accept = SPAN("application/cap+xml, application/atom+xml, "
			       "application/rss+xml, application/xml;q=0.9"),
		.body_max = DOCUMENT_MAX,
		.timeout_ms = ANSWER_MS,
		.done = on_answer,
		.ctx = r,
	};
	int rc;

	if (!r->link && r->etag)
		args.etag = span_of(r->etag);
	if (!r->link && r->modified)
		args.modified = span_of(r->modified);
	rc = http_fetch(r->rs->cfg.net, &args, &r->fetch);
	if (rc == ERR_CLOSED) /* the node ends */
		return;
	if (rc < 0)
		failed(r, err_text(rc));
}

static void
ask_at(struct reader *r, struct link *link, const char *url)
{
	r->link = link;
	r->redirects = 0;
	buf_clear(&r->at);
	buf_add_z(&r->at, url);
	ask(r);
}

static void
ask_next(struct reader *r)
{
	struct link *next = r->link ? r->link + 1 : r->links;

	while (next < r->links + r->n_links && next->is_over)
		next++;
	if (next == r->links + r->n_links || net_mono_ms(r->rs->cfg.net) > r->until) {
		end_look(r);
		return;
	}
	ask_at(r, next, next->url);
}

static void
look(void *ctx)
{
	struct reader *r = ctx;
	const struct model *m = journal_model(r->rs->cfg.journal);

	if (!m->node) { /* nobody could take them */
		net_timer_start(r->timer, r->rs->cfg.again_ms, 0);
		return;
	}
	r->who.agency = m->node->control;
	r->is_bad = false;
	r->sum = (struct cap_taken){ 0 };
	r->until = net_mono_ms(r->rs->cfg.net) + LOOK_MS;
	ask_at(r, NULL, r->url);
}

/* --- opening ------------------------------------------------------------------ */

static bool
begin(struct reader *r, struct cap_readers *rs, const char *url)
{
	struct buf AUTO(buf_done) whole = { 0 };

	r->rs = rs;
	r->url = url;
	r->who = (struct principal){ .role = ROLE_FEED,
				     .world = WORLD_LIVE,
				     .is_control = true,
				     .is_verified = true };
	snprintf(r->who.name, sizeof r->who.name, "%s", url);
	/* what a signal is known by; two feeds may tell of the same */
	snprintf(r->who.source, sizeof r->who.source, "feed:%016llx",
		 (unsigned long long)crypt_short(span_of(url)));
	r->timer = net_timer_new(rs->cfg.net, look, r);
	net_timer_start(r->timer, 1, 0);
	return http_url_join(span_of(url), span_of(url), &whole) &&
	       span_find(span_of(url), '@') < 0;
}

int
cap_readers_open(const struct cap_readers_config *cfg, struct cap_readers **ret,
		 struct buf *ret_why)
{
	struct cap_readers *rs = calloc(1, sizeof *rs);

	if (!rs || !(rs->all = calloc(cfg->n ? cfg->n : 1, sizeof *rs->all)))
		abort();
	*ret = rs;
	rs->cfg = *cfg;
	if (net_tls_client(cfg->authority, &rs->tls, ret_why) < 0)
		return ERR_CRYPTO;
	for (rs->n = 0; rs->n < cfg->n; rs->n++)
		if (!begin(&rs->all[rs->n], rs, cfg->urls[rs->n])) {
			buf_printf(ret_why,
				   "a feed is http[s]://HOST[:PORT]/PATH, without a "
				   "name or a secret in it, not \"%s\"",
				   cfg->urls[rs->n]);
			rs->n++;
			return ERR_SYNTAX;
		}
	return 0;
}

void
cap_readers_close(struct cap_readers *rs)
{
	if (!rs)
		return;
	for (size_t k = 0; k < rs->n; k++) {
		struct reader *r = &rs->all[k];

		if (r->fetch)
			http_fetch_drop(r->fetch);
		if (r->job)
			job_free(r->job);
		for (size_t i = 0; i < r->n_links; i++)
			free(r->links[i].url);
		net_timer_free(r->timer);
		buf_done(&r->at);
		free(r->etag);
		free(r->modified);
	}
	net_tls_free(rs->tls);
	free(rs->all);
	free(rs);
}

void
cap_readers_count(const struct cap_readers *rs, size_t *ret, size_t *ret_failing)
{
	*ret = rs ? rs->n : 0;
	*ret_failing = 0;
	for (size_t k = 0; k < *ret; k++)
		*ret_failing += rs->all[k].fails > 0;
}
