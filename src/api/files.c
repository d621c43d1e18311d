/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of channels, orders and registers over HTTP. In: judged by content, sealed and
 * synced before the answer. Out: as an attachment that no browser runs; access is asked
 * at the start, and again while it runs, so that a revoked reader's download ends.
 */
#include "api/routes.h"

#include "base/auto.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK_MS 2000 /* revocation bites within 5 s, also where nothing moves */

/* --- in ------------------------------------------------------------------------- */

static void
file_is_kept(void *ctx, const struct talk_kept *kept)
{
	struct call *c = ctx;
	struct span name = http_query(c->req, "name");
	struct decision *d;
	struct id id;

	if (kept->code) {
		answer_problem(c, strcmp(kept->code, "bad_type") == 0 ? 415 : 422,
			       kept->code, "%s", kept->detail);
		return;
	}
	if (kept->rc < 0) {
		answer_problem(c, kept->rc == ERR_FULL ? 507 : 503, "not_kept",
			       "the file could not be kept: try again");
		return;
	}
	/* the state may have moved on meanwhile: who is asked again */
	auth_identify(c->api->cfg.auth, c->req, &c->auth);
	d = call_decide(c);
	if (file_keep(d, c->id,
		      &(struct file_args){ .name = name,
					   .media = span_of(kept->media),
					   .hash = span_of(kept->hash),
					   .stored = span_of(kept->stored),
					   .content_key = span_of(kept->key),
					   .size = (int64_t)c->req->body.n },
		      &id) < 0) {
		talk_forget(c->api->cfg.talk, kept->stored);
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_FILE, model_find(c->m, NOUN_FILE, id), VIEW_OWNER);
	answer(c, 201);
}

void
file_post(struct call *c)
{
	struct span name = http_query(c->req, "name");
	struct decision *d = call_decide(c);

	if (file_may_send(d, c->id) < 0) {
		answer_refusal(c, d);
		return;
	}
	talk_keep(c->api->cfg.talk, name, c->req->body, file_is_kept, c);
}

/* --- out ------------------------------------------------------------------------ */

struct download {
	struct api *api;
	struct http_exchange *ex;
	struct principal who;
	struct id session, file;
	struct talk_file *reader;
	struct download *next, **at;
};

struct downloads {
	struct download *first;
	struct net_timer *timer;
};

static bool
may_go_on(const struct download *w)
{
	struct journal *j = w->api->cfg.journal;
	struct model *m = journal_model(j);
	const struct session *s = session_find(m, w->session);
	const struct file *f;

	if (id_is_set(w->session) &&
	    (!s || s->ended || s->expires_at < net_wall_ms(w->api->cfg.net)))
		return false;
	f = (const struct file *)journal_find(j, NOUN_FILE, w->file);
	return f && f->erased_at == TIME_NONE && principal_is_current(m, &w->who) &&
	       access_file(m, &w->who, f) != VIEW_NONE;
}

static int
download_more(void *ctx, struct buf *out, size_t max)
{
	struct download *w = ctx;

	return w->at && may_go_on(w) ? talk_file_read(w->reader, out, max) : ERR_DENIED;
}

static void
download_done(void *ctx)
{
	struct download *w = ctx;

	if (w->at)
		*w->at = w->next;
	if (w->at && w->next)
		w->next->at = w->at;
	talk_file_close(w->reader);
	free(w);
}

static const struct http_source source = { download_more, download_done };

void
downloads_check(void *ctx)
{
	struct api *api = ctx;
	struct download *next;

	for (struct download *w = api->downloads->first; w; w = next) {
		next = w->next;
		if (!may_go_on(w))
			http_cut(w->ex);
	}
}

/* filename for the old, filename* for all (RFC 6266, RFC 8187). */
static void
write_disposition(struct buf *b, struct span name)
{
	buf_add_z(b, "Content-Disposition: attachment; filename=\"file\"; "
		     "filename*=UTF-8''");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char ch = (unsigned char)name.p[i];

		if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
		    (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '_')
			buf_add_c(b, (char)ch);
		else
			buf_printf(b, "%%%02X", ch);
	}
	buf_add_z(b, "\r\nX-Content-Type-Options: nosniff\r\n"
		     "Content-Security-Policy: sandbox; default-src 'none'\r\n"
		     "Cache-Control: no-store\r\n");
}

/* Of a site's register its owner is told who looks. */
static void
note_look(struct call *c, const struct file *f)
{
	struct buf AUTO(buf_done) what = { 0 };
	struct site *s = site_find(c->m, f->site);

	id_format(&what, f->r.id);
	if (s && book_keeper(c->who, s->agency, s->r.id) == KEEPER_NONE)
		register_look(call_decide(c), s, buf_span(&what));
}

static struct file *
call_file(struct call *c)
{
	struct file *f =
		(struct file *)journal_find(c->api->cfg.journal, NOUN_FILE, c->id);

	if (!f || access_file(c->m, c->who, f) == VIEW_NONE) {
		answer_hidden(c);
		return NULL;
	}
	note_look(c, f);
	return f;
}

void
file_get(struct call *c)
{
	struct file *f = call_file(c);

	if (!f)
		return;
	view_record(c, &c->out, NOUN_FILE, &f->r, access_file(c->m, c->who, f));
	answer(c, 200);
}

struct starting {
	struct download *w;
	struct buf headers;
	char media[96];
	uint64_t size;
};

/* Law 1: all that let this reader in is on disk. */
static void
download_start(void *ctx)
{
	struct starting *s = ctx;

	http_respond_source(s->w->ex, 200, s->media, buf_span(&s->headers), s->size,
			    &source, s->w);
	buf_done(&s->headers);
	free(s);
}

void
file_content_get(struct call *c)
{
	struct file *f = call_file(c);
	struct downloads *all = c->api->downloads;
	struct talk_file *reader;
	struct starting *s;
	struct download *w;

	if (!f)
		return;
	if (f->erased_at != TIME_NONE) {
		answer_problem(c, 410, "erased", "this file was erased");
		return;
	}
	if (talk_file_open(c->api->cfg.talk, f, &reader) < 0) {
		answer_problem(c, 500, "damaged", "this file cannot be read");
		return;
	}
	w = calloc(1, sizeof *w);
	s = calloc(1, sizeof *s);
	if (!w || !s)
		abort();
	*w = (struct download){ .api = c->api,
				.ex = c->ex,
				.who = *c->who,
				.session = c->auth.session,
				.file = c->id,
				.reader = reader,
				.next = all->first,
				.at = &all->first };
	if (w->next)
		w->next->at = &w->next;
	all->first = w;
	s->w = w;
	s->size = (uint64_t)f->size;
	snprintf(s->media, sizeof s->media, "%s", f->media);
	write_disposition(&s->headers, span_of(f->name ? f->name : "file"));
	journal_when(c->api->cfg.journal, download_start, s);
}

void
downloads_open(struct api *api)
{
	api->downloads = calloc(1, sizeof *api->downloads);
	if (!api->downloads)
		abort();
	api->downloads->timer = net_timer_new(api->cfg.net, downloads_check, api);
	net_timer_start(api->downloads->timer, CHECK_MS, CHECK_MS);
}

void
downloads_close(struct api *api)
{
	struct download *next;

	/* those whose start still waits for the disk go without this room */
	for (struct download *w = api->downloads->first; w; w = next) {
		next = w->next;
		w->at = NULL;
	}
	net_timer_free(api->downloads->timer);
	free(api->downloads);
}
