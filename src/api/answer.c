/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers. Law 1: none leaves before everything it was computed from is on
 * disk; refusals and reads too. Errors are RFC 9457 problems.
 */
#include "api/inner.h"

#include "base/auto.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct held {
	struct http_exchange *ex;
	int status;
	const char *type;
	struct buf headers, body;
};

static void
release(void *ctx)
{
	struct held *h = ctx;

	http_respond(h->ex, h->status, h->type, buf_span(&h->headers),
		     buf_span(&h->body));
	buf_done(&h->headers);
	buf_done(&h->body);
	free(h);
}

/* The call is gone with its exchange once that is answered, unless its handler runs
 * yet: what is to be freed after the answer is taken out of it before. */
static void
send_when_durable(struct call *c, int status, const char *type)
{
	struct held *h;

	json_decref(c->body);
	c->body = NULL;
	patch_done(&c->ask);
	/* what one caller may see is kept by no cache, and is what it says it is */
	buf_add_z(&c->headers, "Cache-Control: no-store\r\n"
			       "X-Content-Type-Options: nosniff\r\n");
	h = malloc(sizeof *h);
	*h = (struct held){ c->ex, status, type, c->headers, c->out };
	c->headers = c->out = (struct buf){ 0 };
	journal_when(c->api->cfg.journal, release, h);
}

void
answer(struct call *c, int status)
{
	send_when_durable(c, status, "application/json");
}

void
answer_as(struct call *c, int status, const char *type)
{
	send_when_durable(c, status, type);
}

void
answer_empty(struct call *c, int status)
{
	buf_clear(&c->out);
	send_when_durable(c, status, NULL);
}

static const char *
status_title(int status)
{
	switch (status) {
	case 400:
		return "Bad request";
	case 401:
		return "Not signed in";
	case 403:
		return "Not allowed";
	case 404:
		return "Not found";
	case 405:
		return "Method not allowed";
	case 409:
		return "Not possible in this state";
	case 410:
		return "Gone";
	case 413:
		return "Too large";
	case 415:
		return "Unsupported media type";
	case 422:
		return "Not acceptable";
	case 429:
		return "Too many tries";
	case 503:
		return "Not now";
	default:
		return "Error";
	}
}

static void
problem(struct call *c, int status, const char *code, const char *field,
	const char *detail)
{
	struct buf *b = &c->out;

	buf_clear(b);
	jw_open(b, '{');
	jw_kz(b, "type", "about:blank");
	jw_kz(b, "title", status_title(status));
	jw_ki64(b, "status", status);
	jw_kz(b, "code", code);
	jw_kz(b, "detail", detail);
	if (field && *field)
		jw_kz(b, "field", field);
	jw_close(b, '}');
	send_when_durable(c, status, "application/problem+json");
}

void
answer_problem(struct call *c, int status, const char *code, const char *fmt, ...)
{
	char detail[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	problem(c, status, code, NULL, detail);
}

void
answer_refusal(struct call *c, const struct decision *d)
{
	if (d->refusal.status == 404 && strcmp(d->refusal.code, "not_found") == 0)
		answer_hidden(c);
	else
		problem(c, d->refusal.status, d->refusal.code, NULL, d->refusal.detail);
}

void
answer_hidden(struct call *c)
{
	problem(c, 404, "not_found", NULL, "no such record");
}

void
answer_field_error(struct call *c, const struct field_error *e)
{
	problem(c, 422, "bad_field", e->field, e->text);
}

struct decision *
call_decide(struct call *c)
{
	return journal_begin(c->api->cfg.journal, c->who);
}

bool
query_number(struct call *c, const char *key, int64_t min, int64_t max, int64_t *ret)
{
	struct span s = http_query(c->req, key);
	int64_t v;

	if (!s.p)
		return true;
	if (!span_to_i64(s, &v) || v < min || v > max) {
		answer_problem(c, 400, "bad_query",
			       "%s must be a number from %lld to %lld", key,
			       (long long)min, (long long)max);
		return false;
	}
	*ret = v;
	return true;
}

bool
query_time(struct call *c, const char *key, int64_t *ret)
{
	struct span s = http_query(c->req, key);

	if (!s.p || !s.n)
		return true;
	if (time_parse(s, ret) < 0) {
		answer_problem(c, 400, "bad_query",
			       "%s must be a time like 2026-03-23T10:15:30Z", key);
		return false;
	}
	return true;
}

/* --- lists ------------------------------------------------------------------ */

bool
pager_read(struct call *c, struct pager *p)
{
	int64_t after = 0;

	*p = (struct pager){ .limit = 100 };
	if (!query_number(c, "limit", 1, 500, &p->limit) ||
	    !query_number(c, "after", 0, INT64_MAX, &after))
		return false;
	p->after = (uint64_t)after;
	return true;
}

void
pager_open(struct call *c)
{
	jw_open(&c->out, '{');
	jw_key(&c->out, "items");
	jw_open(&c->out, '[');
}

void
pager_close(struct call *c, const struct pager *p)
{
	jw_close(&c->out, ']');
	jw_key(&c->out, "next");
	if (p->has_more)
		buf_printf(&c->out, "\"%llu\"", (unsigned long long)p->last);
	else
		jw_null(&c->out);
	jw_close(&c->out, '}');
	looks_note(c);
}
