/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of sites, units, people and devices: POST /api/v1/{noun}/import with the file
 * as the raw body. It is read beside the loop; what its rows are to the records, and
 * taking them, is one turn and one batch. Any bad row, and nothing of the file is
 * taken.
 */
#include "api/routes.h"

#include "model/import.h"

#include <stdlib.h>

#define BAD_SHOWN 200 /* rows that an answer names; n_bad counts them all */

struct importing {
	struct call *c;
	struct import im;
};

static void
write_bad(struct buf *b, const struct import_bad *w)
{
	jw_open(b, '{');
	jw_ki64(b, "line", (int64_t)w->line);
	if (*w->column)
		jw_kz(b, "column", w->column);
	if (w->value.n)
		jw_kstr(b, "value", w->value);
	jw_kz(b, "why", w->why);
	jw_close(b, '}');
}

static void
write_import(struct buf *b, const struct import *im, bool is_taken)
{
	if (!im->n_bad) {
		jw_ki64(b, "new", (int64_t)import_count(im, IMPORT_NEW));
		jw_ki64(b, "changed", (int64_t)import_count(im, IMPORT_CHANGED));
		jw_ki64(b, "unchanged", (int64_t)import_count(im, IMPORT_SAME));
	}
	jw_ki64(b, "rows", (int64_t)im->n_rows);
	jw_kbool(b, "taken", is_taken);
	jw_ki64(b, "n_bad", (int64_t)im->n_bad);
	jw_key(b, "bad");
	jw_open(b, '[');
	for (size_t i = 0; i < im->n_bad && i < BAD_SHOWN; i++)
		write_bad(b, &im->bad[i]);
	jw_close(b, ']');
}

static void
answer_import(struct call *c, const struct import *im, bool is_taken)
{
	struct buf *b = &c->out;

	jw_open(b, '{');
	if (im->n_bad) {
		jw_kz(b, "type", "about:blank");
		jw_kz(b, "title", "Not acceptable");
		jw_ki64(b, "status", 422);
		jw_kz(b, "code", "bad_rows");
		jw_kz(b, "detail",
		      "something in the file is wrong: nothing of it was taken");
	}
	write_import(b, im, is_taken);
	jw_close(b, '}');
	if (im->n_bad)
		answer_as(c, 422, "application/problem+json");
	else
		answer(c, 200);
}

static void
import_work(void *ctx)
{
	struct importing *w = ctx;

	import_read(&w->im, w->c->req->body);
}

static void
import_read_done(void *ctx)
{
	struct importing *w = ctx;
	struct call *c = w->c;
	bool is_preview = http_query(c->req, "preview").n;
	struct decision *d;

	/* the state may have moved on meanwhile: who is asked again */
	auth_identify(c->api->cfg.auth, c->req, &c->auth);
	d = call_decide(c);
	if (import_check(d, &w->im) < 0) {
		answer_refusal(c, d);
	} else {
		bool is_taken = !w->im.n_bad && !is_preview;

		if (is_taken)
			import_take(d, &w->im);
		answer_import(c, &w->im, is_taken);
	}
	import_done(&w->im);
	free(w);
}

void
import_post(struct call *c)
{
	enum noun_index n = settled_noun(c);
	struct decision *d = call_decide(c);
	struct importing *w;

	if (import_may(d, n) < 0) {
		answer_refusal(c, d);
		return;
	}
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->c = c;
	import_init(&w->im, n);
	net_work(c->api->cfg.net, import_work, import_read_done, w);
}
