/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's head, read strictly: line ends, target, Host, framing, upgrade.
 * Pure: bytes in, a struct http_request or a refusal out. llhttp (strict mode)
 * has parsed the same bytes; where the two disagree the request is refused.
 * RFC 9110, 9112, 6455; attack list A9, A13.
 */
#include "net/http_in.h"
#include "net/ossl.h"

#include "base/sha1.h"
#include "base/utf8.h"

int
head_scan(struct head_scan *h, struct span in, size_t *ret_used)
{
	const char *p = in.p, *end = in.p + in.n;

	while (p < end) {
		const char *cr, *lf;

		*ret_used = (size_t)(p - in.p);
		if (h->has_cr) {
			if (*p++ != '\n')
				return ERR_SYNTAX;
			h->has_cr = false;
			*ret_used = (size_t)(p - in.p);
			if (h->line == 0)
				return 1;
			h->line = 0;
			h->has_line = true;
			continue;
		}
		if (h->line == 0 && h->has_line && (*p == ' ' || *p == '\t'))
			return ERR_SYNTAX;
		cr = memchr(p, '\r', (size_t)(end - p));
		lf = memchr(p, '\n', (size_t)((cr ? cr : end) - p));
		if (lf) {
			*ret_used = (size_t)(lf - in.p);
			return ERR_SYNTAX;
		}
		h->line += (size_t)((cr ? cr : end) - p);
		h->has_cr = cr != NULL;
		p = cr ? cr + 1 : end;
	}
	*ret_used = in.n;
	return 0;
}

/* --- percent encoding --- */

/* Into the arena; false when it is not well formed or not UTF-8, or holds a
 * control character (a path: or an encoded slash, which would move a border). */
static bool
decode(struct arena *a, struct span in, bool is_path, struct span *ret)
{
	char *out = arena_alloc(a, in.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++) {
		int c = (unsigned char)in.p[i];

		if (c == '%') {
			if (i + 2 >= in.n || hex_digit(in.p[i + 1]) < 0 ||
			    hex_digit(in.p[i + 2]) < 0)
				return false;
			c = hex_digit(in.p[i + 1]) * 16 + hex_digit(in.p[i + 2]);
			i += 2;
			if (is_path && (c == '/' || c == '\\'))
				return false;
		} else if (!is_path && c == '+') {
			c = ' ';
		}
		if (c == 0 || (is_path && (c < 0x20 || c == 0x7f)))
			return false;
		out[n++] = (char)c;
	}
	*ret = (struct span){ out, n };
	return utf8_is_valid(*ret);
}

static bool
has_dot_segment(struct span path)
{
	while (path.n) {
		struct span part = span_cut(&path, '/');

		if (span_is(part, SPAN("..")) || span_is(part, SPAN(".")) ||
		    span_find(part, '\\') >= 0)
			return true;
	}
	return false;
}

/* --- pieces --- */

static struct span
skip_authority(struct span target)
{
	ptrdiff_t slash;

	if (span_starts(target, SPAN("http://")))
		target = span_skip(target, 7);
	else if (span_starts(target, SPAN("https://")))
		target = span_skip(target, 8);
	else
		return target;
	slash = span_find(target, '/');
	return slash < 0 ? SPAN("/") : span_skip(target, (size_t)slash);
}

static struct refusal
check_target(struct http_exchange *ex)
{
	static const struct refusal bad_path = { 400, "bad_path",
						 "The path is not well formed." };
	static const struct refusal bad_query = { 400, "bad_query",
						  "The query is not well formed." };
	struct span target = { ex->text.p, ex->target_n }, path, query, unused;
	bool is_star = span_is(target, SPAN("*"));

	query = skip_authority(target);
	path = span_cut(&query, '?');
	if (span_find(target, '#') >= 0 || !decode(&ex->arena, path, true, &path))
		return bad_path;
	if (!is_star && (!path.n || path.p[0] != '/' || has_dot_segment(path)))
		return bad_path;
	if (is_star && !span_is(ex->req.method, SPAN("OPTIONS")))
		return bad_path;
	if (query.n && !decode(&ex->arena, query, false, &unused))
		return bad_query;
	ex->req.path = path;
	ex->req.query = query;
	return (struct refusal){ 0 };
}

/* Is `token` in the comma list? */
static bool
has_token(struct span list, struct span token)
{
	while (list.n)
		if (span_is_nocase(span_trim(span_cut(&list, ',')), token))
			return true;
	return false;
}

static void
fill_headers(struct http_exchange *ex)
{
	for (size_t i = 0; i < ex->req.n_headers; i++) {
		const struct piece *p = &ex->pieces[i];

		ex->headers[i] = (struct http_header){
			{ ex->text.p + p->name_at, p->name_n },
			span_trim((struct span){ ex->text.p + p->value_at, p->value_n })
		};
	}
	ex->req.headers = ex->headers;
}

static size_t
count(const struct http_request *req, struct span name)
{
	size_t n = 0;

	for (size_t i = 0; i < req->n_headers; i++)
		n += span_is_nocase(req->headers[i].name, name);
	return n;
}

static bool
is_host(struct span host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || strchr("/\\@?#,\"<>^`{|}", host.p[i]))
			return false;
	return host.n <= 255;
}

/* What decides where this message ends must be said once and clearly. */
static struct refusal
check_framing(struct http_exchange *ex, const llhttp_t *parser)
{
	const struct http_request *req = &ex->req;
	struct span te = http_header_find(req, "transfer-encoding");
	size_t n_te = count(req, SPAN("transfer-encoding"));
	size_t n_cl = count(req, SPAN("content-length"));
	bool is_chunked = (parser->flags & F_CHUNKED) != 0;

	if (n_te && (n_cl || ex->is_old))
		return (struct refusal){ 400, "bad_framing",
					 "Transfer-Encoding may not stand here." };
	if (n_te > 1 || n_cl > 1 || (n_te && !span_is_nocase(te, SPAN("chunked"))) ||
	    (n_te && !is_chunked))
		return (struct refusal){ 400, "bad_framing",
					 "The length of the body is not clear." };
	return (struct refusal){ 0 };
}

static struct refusal
check_host(struct http_exchange *ex)
{
	size_t n = count(&ex->req, SPAN("host"));

	if (n > 1 || (n == 0 && !ex->is_old) ||
	    !is_host(http_header_find(&ex->req, "host")))
		return (struct refusal){ 400, "bad_host",
					 "One valid Host header is needed." };
	return (struct refusal){ 0 };
}

/* RFC 6455, 4.2.1 and 4.2.2. */
static struct refusal
check_upgrade(struct http_exchange *ex)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	struct http_request *req = &ex->req;
	struct span key = http_header_find(req, "sec-websocket-key");
	unsigned char sha[SHA1_BYTES], raw[24];
	char text[24 + sizeof guid], *accept;

	if (!has_token(http_header_find(req, "upgrade"), SPAN("websocket")) ||
	    !has_token(http_header_find(req, "connection"), SPAN("upgrade")))
		return (struct refusal){ 0 };
	if (!span_is(http_header_find(req, "sec-websocket-version"), SPAN("13")))
		return (struct refusal){ 426, "bad_upgrade",
					 "WebSocket version 13 is needed." };
	if (!span_is(req->method, SPAN("GET")) || ex->is_old || key.n != 24 ||
	    count(req, SPAN("sec-websocket-key")) != 1 ||
	    memcmp(key.p + 22, "==", 2) != 0 ||
	    EVP_DecodeBlock(raw, (const unsigned char *)key.p, 24) != 18)
		return (struct refusal){ 400, "bad_upgrade",
					 "The WebSocket handshake is not valid." };
	memcpy(text, key.p, 24);
	memcpy(text + 24, guid, sizeof guid - 1);
	sha1(sha, (struct span){ text, sizeof text - 1 });
	accept = arena_alloc(&ex->arena, 32);
	EVP_EncodeBlock((unsigned char *)accept, sha, 20);
	ex->ws_accept = accept;
	req->wants_upgrade = true;
	return (struct refusal){ 0 };
}

static struct refusal
check_expect(struct http_exchange *ex)
{
	struct span expect = http_header_find(&ex->req, "expect");

	if (!expect.n || ex->is_old)
		return (struct refusal){ 0 };
	if (!span_is_nocase(expect, SPAN("100-continue")))
		return (struct refusal){ 417, "bad_expect",
					 "Only 100-continue may be expected." };
	ex->expects_continue = true;
	return (struct refusal){ 0 };
}

struct refusal
head_check(struct http_exchange *ex, const llhttp_t *parser)
{
	struct refusal why;

	ex->is_old = parser->http_minor == 0;
	ex->req.method = span_of(llhttp_method_name((llhttp_method_t)parser->method));
	ex->req.arena = &ex->arena;
	ex->is_head = span_is(ex->req.method, SPAN("HEAD"));
	fill_headers(ex);
	if (parser->http_major != 1 || parser->http_minor > 1)
		return (struct refusal){ 505, "bad_version",
					 "Version 1.1 or 1.0 is spoken here." };
	for (size_t i = 0; i < ex->req.n_headers; i++)
		if (!ex->headers[i].name.n)
			return (struct refusal){ 400, "bad_request",
						 "A header has no name." };
	if (parser->method == HTTP_CONNECT)
		return (struct refusal){ 501, "no_tunnel", "This is no proxy." };
	why = check_framing(ex, parser);
	if (!why.status)
		why = check_host(ex);
	if (!why.status)
		why = check_target(ex);
	if (!why.status)
		why = check_expect(ex);
	if (!why.status)
		why = check_upgrade(ex);
	return why;
}

/* --- for the doors --- */

struct span
http_header_find(const struct http_request *req, const char *name)
{
	struct span wanted = span_of(name);

	for (size_t i = 0; i < req->n_headers; i++)
		if (span_is_nocase(req->headers[i].name, wanted))
			return req->headers[i].value;
	return (struct span){ NULL, 0 };
}

struct span
http_query(const struct http_request *req, const char *key)
{
	struct span rest = req->query, name, value;

	while (rest.n) {
		value = span_cut(&rest, '&');
		name = span_cut(&value, '=');
		if (!decode(req->arena, name, false, &name) || !span_is_z(name, key))
			continue;
		if (decode(req->arena, value, false, &value))
			return value;
	}
	return (struct span){ NULL, 0 };
}

struct span
http_cookie(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++) {
		struct span rest = req->headers[i].value;

		if (!span_is_nocase(req->headers[i].name, SPAN("cookie")))
			continue;
		while (rest.n) {
			struct span value = span_trim(span_cut(&rest, ';'));
			struct span key = span_cut(&value, '=');

			if (span_is_z(key, name))
				return value;
		}
	}
	return (struct span){ NULL, 0 };
}
