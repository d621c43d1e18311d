/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GET or POST of ours: one call, one question, one answer, within a time. Follows
 * nothing by itself: what a redirect may lead to is for the one who asked.
 */
#include "net/fetch_in.h"

#include <stdlib.h>

struct http_fetch {
	struct net *net;
	struct http_fetch_args args;
	struct buf request;
	struct response response;
	struct net_timer *timer;
	uint64_t conn;
	bool is_told;
};

static void
fetch_free(struct http_fetch *f)
{
	net_timer_free(f->timer);
	buf_done(&f->request);
	response_done(&f->response);
	free(f);
}

/* Once; the connection may stand a little longer. */
static void
tell(struct http_fetch *f, int rc)
{
	struct http_answer a = { 0 };

	if (f->is_told)
		return;
	f->is_told = true;
	net_timer_stop(f->timer);
	if (rc == 0)
		a = (struct http_answer){ .status = f->response.parser.status_code,
					  .body = buf_span(&f->response.body),
					  .etag = buf_span(&f->response.etag),
					  .modified = buf_span(&f->response.modified),
					  .location = buf_span(&f->response.location) };
	f->args.done(f->args.ctx, rc, &a);
}

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct http_fetch *f = ctx;

	net_conn_send(c, buf_span(&f->request));
	return f;
}

static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct http_fetch *f = own;
	int rc = f->is_told ? -1 : response_read(&f->response, in);

	(void)c;
	if (rc == 0)
		return (ssize_t)in.n;
	tell(f, rc < 0 ? rc : 0);
	return -1;
}

static void
on_close(void *own, struct net_conn *c)
{
	struct http_fetch *f = own;

	(void)c;
	if (!f->is_told)
		tell(f, response_end(&f->response));
	fetch_free(f);
}

static void
hang_up(struct http_fetch *f)
{
	struct net_conn *c = net_conn_find(f->net, f->conn);

	if (c)
		net_conn_close(c);
}

static void
on_late(void *ctx)
{
	struct http_fetch *f = ctx;

	hang_up(f); /* first: who is told may ask for the next thing */
	tell(f, ERR_AGAIN);
}

static void
header(struct buf *b, const char *name, struct span value)
{
	if (!value.n)
		return;
	buf_printf(b, "%s: ", name);
	buf_add_span(b, value);
	buf_add_z(b, "\r\n");
}

int
http_fetch(struct net *net, const struct http_fetch_args *args, struct http_fetch **ret)
{
	struct net_handlers handlers = { .on_open = on_open,
					 .on_data = on_data,
					 .on_close = on_close,
					 .idle_timeout_ms = args->timeout_ms * 2 };
	struct http_fetch *f;
	struct url u;
	int rc = url_read(args->url, &u);

	if (rc < 0) {
		url_done(&u);
		return rc;
	}
	f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->net = net;
	f->args = *args;
	response_begin(&f->response, args->body_max);
	buf_add_z(&f->request, args->post.n ? "POST " : "GET ");
	buf_add_span(&f->request, buf_span(&u.path));
	buf_add_z(&f->request, " HTTP/1.1\r\n");
	header(&f->request, "Host", u.host);
	header(&f->request, "Accept", args->accept);
	header(&f->request, "If-None-Match", args->etag);
	header(&f->request, "If-Modified-Since", args->modified);
	buf_add_z(&f->request, "User-Agent: Kumak\r\nAccept-Encoding: identity\r\n"
			       "Connection: close\r\n");
	if (args->post.n)
		buf_printf(&f->request,
			   "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			   args->post.n);
	buf_add_z(&f->request, "\r\n");
	buf_add_span(&f->request, args->post);
	f->timer = net_timer_new(net, on_late, f);
	rc = net_tcp_call(net, buf_span(&u.address), u.is_tls ? args->tls : NULL,
			  &handlers, f, &f->conn);
	url_done(&u);
	if (rc < 0) {
		fetch_free(f);
		return rc;
	}
	net_timer_start(f->timer, args->timeout_ms, 0);
	*ret = f;
	return 0;
}

void
http_fetch_drop(struct http_fetch *f)
{
	if (f->is_told)
		return;
	f->is_told = true;
	net_timer_stop(f->timer);
	hang_up(f);
}
