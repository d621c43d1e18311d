/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages, from inside the program. Hashed files may be kept for ever, pages
 * and the service worker not at all; a strict policy, and no other host.
 */
#include "api/inner.h"

#include "api/assets.h"
#include "base/auto.h"

#include <stdio.h>

static const char policy[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src "
	"'self'; "
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
	"worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Permissions-Policy: geolocation=(self), microphone=(self), camera=()\r\n";

static const struct asset *
find_asset(struct span path)
{
	struct buf AUTO(buf_done) name = { 0 };

	if (span_is_z(path, "/"))
		path = SPAN("/index.html");
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n_assets; i++)
			if (span_is_z(path, assets[i].path))
				return &assets[i];
		buf_add_span(&name, path); /* "/board" is board.html */
		buf_add_z(&name, ".html");
		path = buf_span(&name);
	}
	return NULL;
}

/* "bytes=a-b", "bytes=a-", "bytes=-n"; false: none, or not one we serve. */
static bool
read_range(struct span h, size_t size, size_t *ret_from, size_t *ret_to)
{
	int64_t from = -1, to = -1;
	struct span first, last;

	if (!span_starts(h, SPAN("bytes=")) || span_find(h, ',') >= 0)
		return false;
	h = span_skip(h, 6);
	first = span_cut(&h, '-');
	last = h;
	if (first.n && !span_to_i64(first, &from))
		return false;
	if (last.n && !span_to_i64(last, &to))
		return false;
	if (from < 0 && to < 0)
		return false;
	if (from < 0) {
		from = to > (int64_t)size ? 0 : (int64_t)size - to;
		to = (int64_t)size - 1;
	} else if (to < 0 || to >= (int64_t)size) {
		to = (int64_t)size - 1;
	}
	*ret_from = (size_t)from;
	*ret_to = (size_t)to;
	return true;
}

static void
serve(struct http_exchange *ex, const struct http_request *req, const struct asset *a)
{
	struct span range = http_header_find(req, "range"), accepts;
	struct buf AUTO(buf_done) h = { 0 };
	size_t from, to;
	bool gzip;

	accepts = http_header_find(req, "accept-encoding");
	gzip = a->gzip && !range.n && accepts.n &&
	       memmem(accepts.p, accepts.n, "gzip", 4);
	buf_add_z(&h, policy);
	buf_printf(&h,
		   "ETag: \"%s\"\r\nAccept-Ranges: bytes\r\nVary: Accept-Encoding\r\n",
		   a->etag);
	buf_add_z(&h, a->is_immutable
			      ? "Cache-Control: public, max-age=31536000, immutable\r\n"
			      : "Cache-Control: no-cache\r\n");
	if (strcmp(a->path, "/sw.js") == 0)
		buf_add_z(&h, "Service-Worker-Allowed: /\r\n");
	if (http_header_find(req, "if-none-match").n > 2 &&
	    memmem(http_header_find(req, "if-none-match").p,
		   http_header_find(req, "if-none-match").n, a->etag,
		   strlen(a->etag))) {
		http_respond(ex, 304, NULL, buf_span(&h), (struct span){ 0 });
		return;
	}
	if (range.n && read_range(range, a->n, &from, &to)) {
		if (from >= a->n || to < from) {
			buf_printf(&h, "Content-Range: bytes */%zu\r\n", a->n);
			http_respond(ex, 416, NULL, buf_span(&h), (struct span){ 0 });
			return;
		}
		buf_printf(&h, "Content-Range: bytes %zu-%zu/%zu\r\n", from, to, a->n);
		http_respond_static(
			ex, 206, a->type, buf_span(&h),
			(struct span){ (const char *)a->bytes + from, to - from + 1 });
		return;
	}
	if (gzip)
		buf_add_z(&h, "Content-Encoding: gzip\r\n");
	http_respond_static(ex, 200, a->type, buf_span(&h),
			    gzip ? (struct span){ (const char *)a->gzip, a->gzip_n }
				 : (struct span){ (const char *)a->bytes, a->n });
}

bool
pages_serve(struct api *api, struct http_exchange *ex, const struct http_request *req)
{
	const struct asset *a = find_asset(req->path);

	(void)api;
	if (!a)
		return false;
	if (!span_is_z(req->method, "GET") && !span_is_z(req->method, "HEAD")) {
		http_respond(ex, 405, NULL, SPAN("Allow: GET, HEAD\r\n"),
			     (struct span){ 0 });
		return true;
	}
	serve(ex, req, a);
	return true;
}
