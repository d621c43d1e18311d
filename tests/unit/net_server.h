/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP server on a free port for tests with real sockets: it answers the body
 * again, a megabyte for /big, and for /who 200 to those with a certificate. */
#pragma once
#include "unit/net_help.h"

static char big[1 << 20];

static void
on_request(void *ctx, struct http_exchange *ex, const struct http_request *req)
{
	uint8_t sha[32];

	(void)ctx;
	if (span_is(req->path, SPAN("/big")))
		http_respond_static(ex, 200, "a/b", SPAN(""),
				    (struct span){ big, sizeof big });
	else if (span_is(req->path, SPAN("/who")))
		http_respond(ex, http_certificate(ex, sha) == 0 ? 200 : 404, "a/b",
			     SPAN(""), span_of(req->peer));
	else
		http_respond(ex, 200, "a/b", SPAN(""),
			     req->is_loopback ? req->body : SPAN("far"));
}

static const struct http_server server = { .on_request = on_request,
					   .body_max = 65536,
					   .header_timeout_ms = 5000,
					   .idle_timeout_ms = 5000 };

static inline int
start_http(struct live *l, struct net_tls *tls, int connections_max)
{
	struct http_server s = server;
	struct net_listener *door;
	int port;

	s.connections_max = connections_max;
	assert_int_equal(net_open(&clock_system, &l->net), 0);
	assert_int_equal(http_listen(l->net, SPAN("127.0.0.1:0"), tls, &s, &door), 0);
	port = net_listener_port(door);
	assert_true(port > 0);
	assert_true(
		span_starts(span_of(net_listener_address(door)), SPAN("127.0.0.1:")));
	live_start(l);
	return port;
}

static inline void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
