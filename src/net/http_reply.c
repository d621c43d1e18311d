/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges and their answers: made into bytes once, sent in the order of the
 * requests. Owns the spare exchanges and the Date line. An exchange whose
 * peer has gone lives until the door answers it, then it is dropped.
 */
#include "net/http_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SPARES_MAX 64
#define KEEP_BYTES 16384 /* a spare exchange keeps buffers up to this */

struct http_room {
	struct http_exchange *spares[SPARES_MAX];
	size_t n_spares;
	int64_t date_s;
	char date[40];
};

static struct http_room *
room(struct net *net)
{
	if (!net->http)
		net->http = calloc(1, sizeof(struct http_room));
	if (!net->http)
		abort();
	return net->http;
}

/* --- exchanges --- */

struct http_exchange *
exchange_new(struct net *net)
{
	struct http_room *r = room(net);
	struct http_exchange *ex;

	if (r->n_spares)
		ex = r->spares[--r->n_spares];
	else
		ex = calloc(1, sizeof *ex);
	if (!ex)
		abort();
	ex->net = net;
	list_add(&net->exchanges, &ex->all);
	return ex;
}

static void
destroy(struct http_exchange *ex)
{
	arena_done(&ex->arena);
	buf_done(&ex->text);
	buf_done(&ex->body);
	free(ex);
}

static void
reset(struct http_exchange *ex)
{
	struct http_exchange kept = { .arena = ex->arena,
				      .text = ex->text,
				      .body = ex->body };

	arena_reset(&kept.arena);
	buf_clear(&kept.text);
	buf_clear(&kept.body);
	if (kept.text.cap > KEEP_BYTES)
		buf_done(&kept.text);
	if (kept.body.cap > KEEP_BYTES)
		buf_done(&kept.body);
	/* Not the tables of headers: their first n are always written anew. */
	memset(ex, 0, offsetof(struct http_exchange, pieces));
	ex->arena = kept.arena;
	ex->text = kept.text;
	ex->body = kept.body;
}

void
exchange_free(struct http_exchange *ex)
{
	struct http_room *r = room(ex->net);

	list_remove(&ex->order);
	list_remove(&ex->all);
	if (ex->src)
		ex->src->done(ex->src_ctx);
	ws_frame_unref(ex->answer);
	if (ex->big) {
		struct http_door *door = ex->big->kind;

		door->big_bodies -= ex->big_n;
		listener_unref(ex->big);
	}
	if (r->n_spares == SPARES_MAX) {
		destroy(ex);
		return;
	}
	reset(ex);
	r->spares[r->n_spares++] = ex;
}

void
http_room_done(struct net *net)
{
	struct http_room *r = room(net);
	struct link *l;

	while ((l = list_first(&net->exchanges)))
		exchange_free(LINK_OF(l, struct http_exchange, all));
	while (r->n_spares)
		destroy(r->spares[--r->n_spares]);
	free(r);
	net->http = NULL;
}

/* --- answers as bytes --- */

static const char *
status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" },
		{ 426, "Upgrade Required" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].status == status)
			return known[i].text;
	return "Status";
}

/* IMF-fixdate (RFC 9110, 5.6.7), written once a second. No strftime: the
 * names of days must not depend on the locale. */
static const char *
date_line(struct net *net)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct http_room *r = room(net);
	time_t now = (time_t)(net_wall_ms(net) / 1000);
	struct tm tm;

	if (r->date[0] && r->date_s == now)
		return r->date;
	gmtime_r(&now, &tm);
	snprintf(r->date, sizeof r->date, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		 days + tm.tm_wday * 3, tm.tm_mday, months + tm.tm_mon * 3,
		 (tm.tm_year + 1900) % 10000, tm.tm_hour, tm.tm_min, tm.tm_sec);
	r->date_s = now;
	return r->date;
}

struct writer {
	char *p;
};

static void
put(struct writer *w, struct span s)
{
	if (s.n)
		memcpy(w->p, s.p, s.n);
	w->p += s.n;
}

static void
put_z(struct writer *w, const char *z)
{
	put(w, span_of(z));
}

static void
put_number(struct writer *w, size_t v)
{
	char tmp[20], *q = tmp + sizeof tmp;

	do
		*--q = (char)('0' + v % 10);
	while (v /= 10);
	put(w, (struct span){ q, (size_t)(tmp + sizeof tmp - q) });
}

#define FIXED_BYTES 256 /* all that is not content type, extra and body */

/* Head, and the body when it is to be copied; `told` is Content-Length. */
static struct ws_frame *
answer_new(struct http_exchange *ex, int status, const char *content_type,
	   struct span extra, struct span body, size_t told)
{
	size_t n_type = content_type ? strlen(content_type) : 0;
	struct ws_frame *c = chunk_new(FIXED_BYTES + n_type + extra.n + body.n);
	struct net_listener *listener = ex->conn->stream->listener;
	struct writer w = { c->p };

	if (status < 200 || status > 999)
		status = 500; /* our own mistake must not break the framing */
	if ((listener && listener->is_closed) || ex->net->service.leaving)
		ex->keeps_alive = false;
	put_z(&w, "HTTP/1.1 ");
	put_number(&w, (size_t)status);
	put_z(&w, " ");
	put_z(&w, status_text(status));
	put_z(&w, "\r\nDate: ");
	put_z(&w, date_line(ex->net));
	if (n_type) {
		put_z(&w, "\r\nContent-Type: ");
		put(&w, (struct span){ content_type, n_type });
	}
	if (status != 204 && status != 304) {
		put_z(&w, "\r\nContent-Length: ");
		put_number(&w, told);
	}
	put_z(&w, "\r\n");
	put(&w, extra);
	if (!ex->keeps_alive)
		put_z(&w, "Connection: close\r\n");
	else if (ex->is_old)
		put_z(&w, "Connection: keep-alive\r\n");
	put_z(&w, "\r\n");
	put(&w, body);
	c->n = (size_t)(w.p - c->p);
	return c;
}

static bool
has_no_body(const struct http_exchange *ex, int status)
{
	return ex->is_head || status == 204 || status == 304;
}

static void
answered(struct http_exchange *ex)
{
	ex->state = EXCHANGE_ANSWERED;
	exchange_send_ready(ex->conn);
}

void
http_respond(struct http_exchange *ex, int status, const char *content_type,
	     struct span extra, struct span body)
{
	size_t told = body.n;

	if (!ex->conn) {
		exchange_free(ex);
		return;
	}
	net_busy(ex->net);
	if (has_no_body(ex, status))
		body.n = 0;
	ex->answer = answer_new(ex, status, content_type, extra, body, told);
	answered(ex);
}

void
http_respond_static(struct http_exchange *ex, int status, const char *content_type,
		    struct span extra, struct span body)
{
	if (!ex->conn) {
		exchange_free(ex);
		return;
	}
	net_busy(ex->net);
	ex->answer = answer_new(ex, status, content_type, extra, SPAN(""), body.n);
	if (!has_no_body(ex, status))
		ex->tail = body;
	answered(ex);
}

void
http_respond_source(struct http_exchange *ex, int status, const char *content_type,
		    struct span extra, uint64_t length, const struct http_source *src,
		    void *ctx)
{
	ex->src = src;
	ex->src_ctx = ctx;
	if (!ex->conn) {
		exchange_free(ex);
		return;
	}
	net_busy(ex->net);
	ex->answer = answer_new(ex, status, content_type, extra, SPAN(""), length);
	ex->src_left = has_no_body(ex, status) ? 0 : length;
	answered(ex);
}

void
http_cut(struct http_exchange *ex)
{
	if (!ex->conn)
		return;
	net_busy(ex->net);
	stream_reset(ex->conn->stream);
}

void
exchange_refuse(struct http_exchange *ex, struct refusal why)
{
	char body[512];
	int n = snprintf(body, sizeof body,
			 "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
			 "\"code\":\"%s\",\"detail\":\"%s\"}",
			 status_text(why.status), why.status, why.code, why.detail);
	struct span extra = SPAN("Cache-Control: no-store\r\n");

	if (why.status == 426)
		extra = SPAN("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
	if (why.status == 503)
		extra = SPAN("Retry-After: 5\r\n");
	ex->keeps_alive = false;
	http_respond(ex, why.status, "application/problem+json", extra,
		     (struct span){ body, (size_t)n });
}

/* --- in order --- */

static void
send_continue(struct http_conn *c, struct http_exchange *ex)
{
	if (!ex->expects_continue || ex->state != EXCHANGE_BODY)
		return;
	ex->expects_continue = false;
	stream_send(c->stream, SPAN("HTTP/1.1 100 Continue\r\n\r\n"), NULL);
}

static bool
finish(struct http_conn *c, struct http_exchange *ex)
{
	bool is_last = !ex->keeps_alive;

	c->n_waiting--;
	exchange_free(ex);
	if (!is_last)
		return true;
	c->takes_no_more = true;
	stream_finish(c->stream, 0);
	return false;
}

#define SOURCE_HIGH (128 * 1024) /* bytes waiting: the source rests */
#define SOURCE_PIECE (64 * 1024)

/* True: all of it is on its way. */
static bool
pump(struct http_conn *c, struct http_exchange *ex)
{
	struct buf piece = { 0 };

	while (ex->src_left && c->stream->queued < SOURCE_HIGH &&
	       c->stream->state == STREAM_OPEN) {
		size_t max = ex->src_left < SOURCE_PIECE ? (size_t)ex->src_left
							 : SOURCE_PIECE;

		buf_clear(&piece);
		if (ex->src->more(ex->src_ctx, &piece, max) < 0 || !piece.n ||
		    piece.n > max) {
			stream_close(c->stream);
			break;
		}
		ex->src_left -= piece.n;
		stream_send_copy(c->stream, buf_span(&piece));
	}
	buf_done(&piece);
	return !ex->src_left && c->stream->state == STREAM_OPEN;
}

void
exchange_send_ready(struct http_conn *c)
{
	struct link *l;

	while ((l = list_first(&c->order))) {
		struct http_exchange *ex = LINK_OF(l, struct http_exchange, order);

		if (ex->state != EXCHANGE_ANSWERED) {
			send_continue(c, ex);
			break;
		}
		stream_send(c->stream, (struct span){ ex->answer->p, ex->answer->n },
			    ex->answer);
		stream_send(c->stream, ex->tail, NULL);
		if (ex->src) {
			ex->state = EXCHANGE_RUNNING;
			if (!pump(c, ex))
				break;
		}
		if (!finish(c, ex))
			return;
	}
	http_conn_next(c);
}

void
exchange_pump(struct http_conn *c)
{
	struct link *l = list_first(&c->order);
	struct http_exchange *ex = l ? LINK_OF(l, struct http_exchange, order) : NULL;

	if (ex && ex->state == EXCHANGE_RUNNING && pump(c, ex) && finish(c, ex))
		exchange_send_ready(c);
}
