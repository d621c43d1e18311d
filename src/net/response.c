/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to a GET, through llhttp (strict mode), and addresses as http_fetch()
 * takes them. What is framed in two ways, packed, or larger than was asked for is
 * refused. Pure: driven by bytes only, so a fuzzer can feed it.
 */
#include "net/fetch_in.h"

#include <ctype.h>

#define HEAD_MAX (16 * 1024) /* with what comes before it, and trailers */
#define URL_MAX 2000

static struct response *
of(llhttp_t *parser)
{
	return parser->data;
}

static int
refuse(struct response *a, int rc)
{
	a->rc = rc;
	return HPE_USER;
}

static int
add(struct response *a, struct buf *b, const char *at, size_t n)
{
	a->head_n += n;
	if (a->head_n > HEAD_MAX)
		return refuse(a, ERR_TOO_BIG);
	if (b)
		buf_add(b, at, n);
	return 0;
}

static int
on_line(llhttp_t *parser, const char *at, size_t n)
{
	return add(of(parser), NULL, at, n);
}

static int
on_name(llhttp_t *parser, const char *at, size_t n)
{
	return add(of(parser), &of(parser)->name, at, n);
}

static int
on_value(llhttp_t *parser, const char *at, size_t n)
{
	return add(of(parser), &of(parser)->value, at, n);
}

static int
keep(struct response *a, struct buf *to, struct span value)
{
	for (size_t k = 0; k < value.n; k++)
		if ((unsigned char)value.p[k] < 0x20 || value.p[k] == 0x7f)
			return refuse(a, ERR_SYNTAX); /* it would be sent back */
	buf_clear(to);
	buf_add_span(to, value);
	return 0;
}

static int
on_value_complete(llhttp_t *parser)
{
	struct response *a = of(parser);
	struct span name = buf_span(&a->name), value = span_trim(buf_span(&a->value));
	int rc = 0;

	if (span_is_nocase(name, SPAN("etag")))
		rc = keep(a, &a->etag, value);
	else if (span_is_nocase(name, SPAN("last-modified")))
		rc = keep(a, &a->modified, value);
	else if (span_is_nocase(name, SPAN("location")))
		rc = keep(a, &a->location, value);
	else if (span_is_nocase(name, SPAN("transfer-encoding")) &&
		 !span_is_nocase(value, SPAN("chunked")))
		rc = refuse(a, ERR_UNSUPPORTED);
	else if (span_is_nocase(name, SPAN("content-encoding")) &&
		 !span_is_nocase(value, SPAN("identity")))
		rc = refuse(a, ERR_UNSUPPORTED);
	/* each counts, or a head of nothing but colons would never end */
	a->head_n += 4;
	buf_clear(&a->name);
	buf_clear(&a->value);
	return rc;
}

static int
on_headers_complete(llhttp_t *parser)
{
	struct response *a = of(parser);

	if (parser->http_major != 1 || parser->status_code == 101)
		return refuse(a, ERR_UNSUPPORTED);
	a->is_framed = parser->flags & (F_CONTENT_LENGTH | F_CHUNKED);
	if (parser->flags & F_CONTENT_LENGTH && parser->content_length > a->body_max)
		return refuse(a, ERR_TOO_BIG);
	return 0;
}

static int
on_body(llhttp_t *parser, const char *at, size_t n)
{
	struct response *a = of(parser);

	if (n > a->body_max - a->body.n)
		return refuse(a, ERR_TOO_BIG);
	buf_add(&a->body, at, n);
	return 0;
}

static int
on_message_complete(llhttp_t *parser)
{
	struct response *a = of(parser);

	if (parser->status_code < 200) { /* one more is to come */
		buf_clear(&a->etag);
		buf_clear(&a->modified);
		buf_clear(&a->location);
		buf_clear(&a->body);
		return 0;
	}
	a->is_whole = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_status = on_line,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_chunk_extension_name = on_line,
	.on_chunk_extension_value = on_line,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

void
response_begin(struct response *a, size_t body_max)
{
	*a = (struct response){ .body_max = body_max };
	llhttp_init(&a->parser, HTTP_RESPONSE, &settings);
	a->parser.data = a;
}

int
response_read(struct response *a, struct span in)
{
	enum llhttp_errno e;

	if (a->rc < 0 || a->is_whole)
		return a->rc < 0 ? a->rc : 1;
	e = llhttp_execute(&a->parser, in.p, in.n);
	if (a->is_whole)
		return 1;
	if (e != HPE_OK && a->rc == 0)
		a->rc = ERR_SYNTAX;
	return a->rc;
}

int
response_end(struct response *a)
{
	if (a->rc == 0 && !a->is_whole)
		llhttp_finish(&a->parser);
	return a->is_whole ? 0 : a->rc < 0 ? a->rc : ERR_CLOSED;
}

void
response_done(struct response *a)
{
	buf_done(&a->name);
	buf_done(&a->value);
	buf_done(&a->etag);
	buf_done(&a->modified);
	buf_done(&a->location);
	buf_done(&a->body);
}

/* --- addresses ---------------------------------------------------------------- */

static bool
is_host(struct span s)
{
	for (size_t k = 0; k < s.n; k++)
		if (!isalnum((unsigned char)s.p[k]) && !strchr(".-:[]_", s.p[k]))
			return false;
	return s.n > 0;
}

static bool
has_port(struct span host)
{
	ptrdiff_t bracket = span_find(host, ']');

	return span_find(span_skip(host, bracket < 0 ? 0 : (size_t)bracket), ':') >= 0;
}

int
url_read(struct span text, struct url *ret)
{
	struct span rest = text, host;
	bool is_tls = span_starts(text, SPAN("https://"));

	*ret = (struct url){ .is_tls = is_tls };
	if ((!is_tls && !span_starts(text, SPAN("http://"))) || text.n > URL_MAX)
		return ERR_SYNTAX;
	for (size_t k = 0; k < text.n; k++)
		if ((unsigned char)text.p[k] <= 0x20 ||
		    (unsigned char)text.p[k] >= 0x7f)
			return ERR_SYNTAX;
	rest = span_skip(text, is_tls ? 8 : 7);
	rest = span_cut(&rest, '#');
	host = rest;
	for (host.n = 0; host.n < rest.n && !strchr("/?", rest.p[host.n]);)
		host.n++;
	rest = span_skip(rest, host.n);
	if (!is_host(host))
		return ERR_SYNTAX;
	ret->host = host;
	buf_add_span(&ret->address, host);
	if (!has_port(host))
		buf_add_z(&ret->address, is_tls ? ":443" : ":80");
	if (!rest.n || rest.p[0] != '/')
		buf_add_c(&ret->path, '/');
	buf_add_span(&ret->path, rest);
	return 0;
}

void
url_done(struct url *u)
{
	buf_done(&u->address);
	buf_done(&u->path);
}

bool
http_url_join(struct span base, struct span link, struct buf *ret)
{
	size_t scheme = span_starts(base, SPAN("https://")) ? 8 : 7, end;
	struct url u;
	bool ok;

	buf_clear(ret);
	if (url_read(base, &u) == 0) {
		end = scheme + u.host.n;
		if (span_starts(link, SPAN("//"))) {
			buf_add(ret, base.p, scheme - 2);
		} else if (span_starts(link, SPAN("/"))) {
			buf_add(ret, base.p, end);
		} else if (!span_starts(link, SPAN("http://")) &&
			   !span_starts(link, SPAN("https://"))) {
			size_t cut = end;

			for (size_t k = end; k < base.n && !strchr("?#", base.p[k]);
			     k++)
				if (base.p[k] == '/')
					cut = k;
			buf_add(ret, base.p, cut);
			buf_add_c(ret, '/');
		}
	}
	url_done(&u);
	buf_add_span(ret, link);
	ok = url_read(buf_span(ret), &u) == 0;
	url_done(&u);
	return ok;
}

bool
http_url_may_follow(struct span from, struct span to)
{
	struct url a, b;
	bool ok = url_read(from, &a) == 0;

	/* to the same door, or to one that shows a certificate */
	ok &= url_read(to, &b) == 0;
	ok = ok && (b.is_tls || (!a.is_tls && span_is_nocase(buf_span(&a.address),
							     buf_span(&b.address))));
	url_done(&a);
	url_done(&b);
	return ok;
}
