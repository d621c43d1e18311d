/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP/1.1 connection: bytes through llhttp (strict mode) into exchanges,
 * whole requests to the door, time limits for those who dawdle. Keep-alive
 * and pipelining; what is malformed gets a 4xx and the connection ends. Driven
 * by stream callbacks only, so a fuzzer can feed it from memory. Knows no
 * routes and no answers (http_reply.c) and no grammar (http_head.c).
 */
#include "net/http_in.h"
#include "net/under.h"

#include <stdlib.h>

#define BLANK_LINES_MAX 4 /* before a request line (RFC 9112, 2.2) */

/* --- llhttp's callbacks --- */

static int
wrong(struct http_conn *c, int status, const char *code, const char *detail)
{
	if (!c->refuse.status)
		c->refuse = (struct refusal){ status, code, detail };
	return HPE_USER;
}

static int
on_target(llhttp_t *parser, const char *at, size_t n)
{
	struct http_conn *c = parser->data;

	buf_add(&c->cur->text, at, n);
	c->cur->target_n += n;
	return 0;
}

/* Trailers are read and forgotten; they count as head. */
static bool
is_trailer(struct http_conn *c, size_t n)
{
	if (!c->has_head)
		return false;
	c->scan.bytes += n;
	return true;
}

static int
on_name(llhttp_t *parser, const char *at, size_t n)
{
	struct http_conn *c = parser->data;
	struct http_exchange *ex = c->cur;
	struct piece *p = &ex->pieces[ex->req.n_headers];

	if (is_trailer(c, n))
		return c->scan.bytes <= HEAD_MAX
			       ? 0
			       : wrong(c, 431, "head_too_large", "Too many trailers.");
	if (ex->req.n_headers == HEADERS_MAX)
		return wrong(c, 431, "head_too_large", "Too many headers.");
	if (!p->name_n)
		p->name_at = (uint16_t)ex->text.n;
	p->name_n = (uint16_t)(p->name_n + n);
	buf_add(&ex->text, at, n);
	return 0;
}

static int
on_value(llhttp_t *parser, const char *at, size_t n)
{
	struct http_conn *c = parser->data;
	struct http_exchange *ex = c->cur;
	struct piece *p = &ex->pieces[ex->req.n_headers];

	if (is_trailer(c, n))
		return c->scan.bytes <= HEAD_MAX
			       ? 0
			       : wrong(c, 431, "head_too_large", "Too many trailers.");
	if (ex->req.n_headers == HEADERS_MAX)
		return wrong(c, 431, "head_too_large", "Too many headers.");
	if (!p->value_n)
		p->value_at = (uint16_t)ex->text.n;
	p->value_n = (uint16_t)(p->value_n + n);
	buf_add(&ex->text, at, n);
	return 0;
}

static int
on_value_complete(llhttp_t *parser)
{
	struct http_conn *c = parser->data;

	if (c->has_head || c->cur->req.n_headers == HEADERS_MAX)
		return 0;
	if (++c->cur->req.n_headers < HEADERS_MAX)
		c->cur->pieces[c->cur->req.n_headers] = (struct piece){ 0 };
	return 0;
}

static bool
is_listed(const char *list, const char *address)
{
	struct span rest = span_of(list ? list : "");

	while (rest.n)
		if (span_is_z(span_trim(span_cut(&rest, ',')), address))
			return true;
	return false;
}

/* Each proxy adds whom it heard from at the end; what stands before that anyone may
 * have written. */
static const char *
last_address(struct arena *arena, struct span list)
{
	const char *comma = list.n ? memrchr(list.p, ',', list.n) : NULL;
	struct span s =
		span_trim(comma ? span_skip(list, (size_t)(comma + 1 - list.p)) : list);
	char *text = arena_dup(arena, s);
	struct in6_addr a;

	return inet_pton(AF_INET, text, &a) == 1 || inet_pton(AF_INET6, text, &a) == 1
		       ? text
		       : NULL;
}

static void
describe_peer(struct http_conn *c, struct http_exchange *ex)
{
	struct span from = http_header_find(&ex->req, "x-forwarded-for");
	const char *told;

	ex->req.peer = c->stream->peer;
	ex->req.is_tls = c->stream->ssl != NULL;
	/* Who is brought by a proxy is not of this machine, whether we know it or not.
	 */
	ex->req.is_loopback = c->stream->is_loopback && !from.p;
	if (!from.p || !is_listed(c->door->server.proxies, c->stream->peer))
		return;
	told = last_address(&ex->arena, from);
	ex->req.peer = told ? told : ex->req.peer;
	ex->req.is_tls = span_is_nocase(
		span_trim(http_header_find(&ex->req, "x-forwarded-proto")),
		SPAN("https"));
}

static int
on_headers_complete(llhttp_t *parser)
{
	struct http_conn *c = parser->data;
	struct http_exchange *ex = c->cur;

	c->has_head = true;
	ex->keeps_alive = llhttp_should_keep_alive(parser);
	c->refuse = head_check(ex, parser);
	describe_peer(c, ex);
	ex->body_max = c->door->server.body_max;
	if (!c->refuse.status && c->door->server.body_max_for)
		ex->body_max =
			c->door->server.body_max_for(c->door->server.ctx, &ex->req);
	if (!c->refuse.status && (parser->flags & F_CONTENT_LENGTH) &&
	    parser->content_length > ex->body_max)
		wrong(c, 413, "body_too_large", "The body is too large.");
	return c->refuse.status ? HPE_USER : 0;
}

/* Large bodies of a listener together have a limit; small ones never wait
 * for it, so that a press of a button gets through. */
static bool
may_grow(struct http_conn *c, size_t n)
{
	struct http_exchange *ex = c->cur;

	if (ex->body.n + n <= BODY_SMALL)
		return true;
	if (c->door->big_bodies + n > BODIES_MAX)
		return false;
	if (!ex->big && c->stream->listener) {
		ex->big = c->stream->listener;
		listener_ref(ex->big);
	}
	if (ex->big) {
		ex->big_n += n;
		c->door->big_bodies += n;
	}
	return true;
}

static int
on_body(llhttp_t *parser, const char *at, size_t n)
{
	struct http_conn *c = parser->data;

	if (c->cur->body.n + n > c->cur->body_max)
		return wrong(c, 413, "body_too_large", "The body is too large.");
	if (!may_grow(c, n))
		return wrong(c, 503, "busy", "Too many large bodies at once.");
	buf_add(&c->cur->body, at, n);
	return 0;
}

static int
on_message_complete(llhttp_t *parser)
{
	struct http_conn *c = parser->data;

	c->is_whole = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t parser_settings = {
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

/* --- from bytes to whole requests --- */

static void
start_message(struct http_conn *c)
{
	llhttp_init(&c->parser, HTTP_REQUEST, &parser_settings);
	c->parser.data = c;
	c->scan = (struct head_scan){ 0 };
	c->has_head = c->is_whole = false;
	c->refuse = (struct refusal){ 0 };
	c->blank_lines = 0;
	c->body_mark = 0;
	c->cur = exchange_new(c->stream->net);
	c->cur->conn = c;
	c->cur->pieces[0] = (struct piece){ 0 };
	list_add(&c->order, &c->cur->order);
	stream_deadline(c->stream, c->door->server.header_timeout_ms);
}

static void
refuse(struct http_conn *c, struct refusal why)
{
	struct http_exchange *ex = c->cur;

	c->cur = NULL;
	c->n_waiting++;
	c->takes_no_more = true;
	stream_deadline(c->stream, 0);
	exchange_refuse(ex, why);
}

static void
refuse_syntax(struct http_conn *c, enum llhttp_errno e)
{
	if (c->refuse.status)
		refuse(c, c->refuse);
	else if (e == HPE_INVALID_VERSION || e == HPE_PAUSED_H2_UPGRADE)
		refuse(c, (struct refusal){ 505, "bad_version",
					    "Version 1.1 or 1.0 is spoken here." });
	else if (c->has_head)
		refuse(c, (struct refusal){ 400, "bad_body",
					    "The body is not well formed." });
	else
		refuse(c, (struct refusal){ 400, "bad_request",
					    "The request is not well formed." });
}

static void
ask(struct http_conn *c, struct http_exchange *ex)
{
	ex->state = EXCHANGE_ASKED;
	ex->req.body = buf_span(&ex->body);
	c->door->server.on_request(c->door->server.ctx, ex, &ex->req);
}

/* cur has come whole. An upgrade is given to the door when all before it is
 * answered; nothing behind it is read until it is decided. */
static void
whole(struct http_conn *c)
{
	struct http_exchange *ex = c->cur;

	c->cur = NULL;
	c->n_waiting++;
	c->takes_no_more = !ex->keeps_alive;
	ex->state = EXCHANGE_WHOLE;
	list_remove(&c->stream->idle);
	stream_deadline(c->stream, 0);
	c->holds = ex->req.wants_upgrade;
	if (!c->holds || list_first(&c->order) == &ex->order)
		ask(c, ex);
}

static size_t
take_head(struct http_conn *c, struct span in)
{
	enum llhttp_errno e;
	size_t used = 0;
	int r;

	if (in.n > HEAD_MAX + 1 - c->scan.bytes)
		in.n = HEAD_MAX + 1 - c->scan.bytes;
	r = head_scan(&c->scan, in, &used);
	c->scan.bytes += used;
	if (c->scan.bytes > HEAD_MAX) {
		refuse(c, (struct refusal){ 431, "head_too_large",
					    "The head is too large." });
		return in.n;
	}
	e = llhttp_execute(&c->parser, in.p, used);
	/* llhttp must see the end where we do, not before and not after. */
	if (r < 0 || (e != HPE_OK && !c->is_whole) || c->has_head != (r == 1) ||
	    (c->is_whole && llhttp_get_error_pos(&c->parser) != in.p + used)) {
		refuse_syntax(c, e);
		return in.n;
	}
	if (c->is_whole) {
		whole(c);
	} else if (r == 1) {
		c->cur->state = EXCHANGE_BODY;
		stream_deadline(c->stream, c->door->server.header_timeout_ms);
		exchange_send_ready(c);
	}
	return used;
}

static size_t
take_body(struct http_conn *c, struct span in)
{
	enum llhttp_errno e = llhttp_execute(&c->parser, in.p, in.n);
	size_t used = in.n;

	if (c->is_whole)
		used = (size_t)(llhttp_get_error_pos(&c->parser) - in.p);
	c->cur->wire += used;
	if (e != HPE_OK && !c->is_whole) {
		refuse_syntax(c, e);
		return in.n;
	}
	if (c->cur->wire > 8 * c->cur->body.n + CHUNK_LOSS) {
		refuse(c, (struct refusal){ 400, "bad_body",
					    "The body is mostly framing." });
		return in.n;
	}
	if (c->is_whole)
		whole(c);
	return used;
}

/* Empty lines before a request line are skipped. */
static size_t
take_blank(struct http_conn *c, struct span in)
{
	if (in.p[0] == '\r' && in.n == 1 && c->blank_lines < BLANK_LINES_MAX)
		return 0;
	if (in.n >= 2 && in.p[0] == '\r' && in.p[1] == '\n' &&
	    c->blank_lines++ < BLANK_LINES_MAX)
		return 2;
	start_message(c);
	return take_head(c, in);
}

static bool
is_full(const struct http_conn *c)
{
	return c->holds || c->n_waiting >= WAITING_MAX ||
	       c->stream->queued > QUEUE_HIGH;
}

static ssize_t
on_bytes(void *owner, struct span in)
{
	struct http_conn *c = owner;
	struct stream *s = c->stream;
	struct link *first = list_first(&c->order);
	size_t at = 0, n = 1;

	if (first &&
	    LINK_OF(first, struct http_exchange, order)->state == EXCHANGE_WHOLE) {
		ask(c, LINK_OF(first, struct http_exchange, order));
		if (s->owner != c)
			return 0;
	}
	while (n && at < in.n && s->state == STREAM_OPEN) {
		struct span rest = span_skip(in, at);

		if (is_full(c) || c->takes_no_more) {
			stream_pause(s);
			break;
		}
		if (!c->cur)
			n = take_blank(c, rest);
		else if (!c->has_head)
			n = take_head(c, rest);
		else
			n = take_body(c, rest);
		at += n;
		if (s->owner != c)
			return (ssize_t)at; /* a WebSocket now */
	}
	return (ssize_t)at;
}

/* --- between requests --- */

void
http_conn_next(struct http_conn *c)
{
	struct stream *s = c->stream;

	if (s->state != STREAM_OPEN)
		return;
	if (c->holds && !c->n_waiting)
		c->holds = false;
	if (!list_first(&c->order)) {
		if (s->is_eof && !s->in.n) {
			stream_finish(s, 0);
			return;
		}
		stream_deadline(s, c->door->server.idle_timeout_ms);
	}
	/* Who waits, or is still telling what it wants, may be given up for
	 * another when there are too many: those who drip lose, oldest first. */
	if (!c->n_waiting && s->listener && !link_is_on(&s->idle))
		list_add(&s->listener->idle, &s->idle);
	if (s->is_paused && (c->holds ? c->n_waiting == 1 : !is_full(c)))
		stream_resume(s);
}

static void
on_end(void *owner)
{
	struct http_conn *c = owner;

	if (c->cur)
		refuse(c, (struct refusal){ 400, "cut_short",
					    "The request ended too early." });
	else if (!list_first(&c->order))
		stream_finish(c->stream, 0);
	else
		c->takes_no_more = true;
}

static void
on_drained(void *owner)
{
	struct http_conn *c = owner;

	exchange_pump(c);
	if (c->stream->is_paused)
		http_conn_next(c);
}

static void
on_deadline(void *owner)
{
	struct http_conn *c = owner;

	if (!c->cur) {
		if (!list_first(&c->order))
			stream_close(c->stream);
		return;
	}
	if (c->has_head && c->cur->wire - c->body_mark >= BODY_STEP) {
		c->body_mark = c->cur->wire;
		stream_deadline(c->stream, c->door->server.header_timeout_ms);
		return;
	}
	refuse(c, (struct refusal){ 408, "too_slow", "The request took too long." });
}

static void
on_gone(void *owner)
{
	struct http_conn *c = owner;
	struct link *l;

	while ((l = list_pop(&c->order))) {
		struct http_exchange *ex = LINK_OF(l, struct http_exchange, order);

		ex->conn = NULL;
		if (ex->state != EXCHANGE_ASKED)
			exchange_free(ex);
		else
			ex->req.peer = arena_dup(&ex->arena, span_of(ex->req.peer));
	}
	free(c);
}

static const struct stream_ops http_ops = { .on_bytes = on_bytes,
					    .on_end = on_end,
					    .on_drained = on_drained,
					    .on_deadline = on_deadline,
					    .on_gone = on_gone };

struct http_conn *
http_conn_new(struct http_door *door, struct stream *s)
{
	struct http_conn *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->stream = s;
	c->door = door;
	stream_attach(s, &http_ops, c);
	stream_deadline(s, door->server.header_timeout_ms);
	if (s->listener && !link_is_on(&s->idle))
		list_add(&s->listener->idle, &s->idle);
	return c;
}

int
http_certificate(const struct http_exchange *ex, uint8_t ret_sha256[32])
{
	return tls_certificate(ex->conn ? ex->conn->stream->ssl : NULL, ret_sha256);
}

/* --- the listener --- */

static void
on_accept(struct net_listener *l, struct stream *s)
{
	http_conn_new(l->kind, s);
}

static void
on_free(struct net_listener *l)
{
	free(l->kind);
}

static const struct listener_ops http_listener = { on_accept, on_free };

int
http_listen(struct net *net, struct span address, struct net_tls *tls,
	    const struct http_server *server, struct net_listener **ret)
{
	struct net_listener *l;
	struct http_door *door;
	int r = listener_open(net, address, SOCK_STREAM, &http_listener, &l);

	if (r < 0)
		return r;
	door = calloc(1, sizeof *door);
	if (!door)
		abort();
	door->server = *server;
	l->kind = door;
	l->connections_max = server->connections_max;
	l->tls = tls;
	tls_ref(tls);
	r = listener_start(l, NULL);
	if (r < 0) {
		net_listener_close(l);
		return r;
	}
	if (ret)
		*ret = l;
	return 0;
}
