/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 as the door sees it: what is well formed is asked once, what is not
 * gets its status and the connection ends; the same whether the bytes come at
 * once or one by one. Time limits run on a clock that the test moves.
 */
#include "unit/net_help.h"

struct one {
	const char *name, *in, *asked; /* asked NULL: nothing */
	int status;
	bool stays_open;
};

#define H "Host: a\r\n"

static const struct one ones[] = {
	{ "get", "GET /a?b=c HTTP/1.1\r\n" H "\r\n", "GET /a?b=c \n", 200, true },
	{ "post", "POST /a HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nxyz",
	  "POST /a? xyz\n", 200, true },
	{ "chunked",
	  "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	  "3\r\nxyz\r\n1;e=f\r\n!\r\n0\r\nTrailer: t\r\n\r\n",
	  "POST /a? xyz!\n", 200, true },
	{ "head", "HEAD /a HTTP/1.1\r\n" H "\r\n", "HEAD /a? \n", 200, true },
	{ "1.0 closes", "GET / HTTP/1.0\r\n\r\n", "GET /? \n", 200, false },
	{ "1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	  "GET /? \n", 200, true },
	{ "close", "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", "GET /? \n", 200,
	  false },
	{ "blank lines first", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET /? \n", 200,
	  true },
	{ "absolute form", "GET http://x.y:80/p?q HTTP/1.1\r\n" H "\r\n", "GET /p?q \n",
	  200, true },
	{ "absolute form without path", "GET http://x.y HTTP/1.1\r\n" H "\r\n",
	  "GET /? \n", 200, true },
	{ "star", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS *? \n", 200, true },
	{ "empty header value", "GET / HTTP/1.1\r\n" H "X:\r\nY: \r\n\r\n", "GET /? \n",
	  200, true },
	{ "decoded", "GET /%41%C3%A9 HTTP/1.1\r\n" H "\r\n", "GET /A\xc3\xa9? \n", 200,
	  true },
	{ "twice encoded dots stay text", "GET /%252e%252e/a HTTP/1.1\r\n" H "\r\n",
	  "GET /%2e%2e/a? \n", 200, true },
	{ "unknown upgrade is ignored",
	  "GET / HTTP/1.1\r\n" H "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
	  "GET /? \n", 200, true },
	{ "post with unknown upgrade",
	  "POST / HTTP/1.1\r\n" H "Upgrade: h2c\r\nConnection: Upgrade\r\n"
	  "Content-Length: 2\r\n\r\nab",
	  "POST /? ab\n", 200, true },
	/* A13: two readers must not differ */
	{ "length and chunked",
	  "POST / HTTP/1.1\r\n" H
	  "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "chunked and length",
	  "POST / HTTP/1.1\r\n" H
	  "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "two lengths",
	  "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
	  NULL, 400, false },
	{ "length list", "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\nabc",
	  NULL, 400, false },
	{ "length with sign", "POST / HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\nabc",
	  NULL, 400, false },
	{ "length overflow",
	  "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551616\r\n\r\n", NULL,
	  400, false },
	{ "length with a space in it",
	  "POST / HTTP/1.1\r\n" H "Content-Length: 3 4\r\n\r\nabc", NULL, 400, false },
	{ "gzip, chunked",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "chunked, identity",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n", NULL,
	  400, false },
	{ "two chunked",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "obscured chunked",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", NULL,
	  400, false },
	{ "chunked under 1.0",
	  "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL, 400,
	  false },
	{ "space before colon", "POST / HTTP/1.1\r\n" H "Content-Length : 3\r\n\r\nabc",
	  NULL, 400, false },
	{ "space before name", "GET / HTTP/1.1\r\n" H " X: y\r\n\r\n", NULL, 400,
	  false },
	{ "folded line", "GET / HTTP/1.1\r\n" H "X: y\r\n z\r\n\r\n", NULL, 400,
	  false },
	{ "bare LF", "GET / HTTP/1.1\n" H "\n", NULL, 400, false },
	{ "bare LF after a header", "GET / HTTP/1.1\r\n" H "X: y\nZ: z\r\n\r\n", NULL,
	  400, false },
	{ "bare CR", "GET / HTTP/1.1\r\n" H "X: y\rZ: z\r\n\r\n", NULL, 400, false },
	{ "CR CR LF", "GET / HTTP/1.1\r\n" H "X: y\r\r\n\r\n", NULL, 400, false },
	{ "CR at the end", "GET / HTTP/1.1\r\n" H "\r\rGET /b HTTP/1.1\r\n\r\n", NULL,
	  400, false },
	{ "control character in a value", "GET / HTTP/1.1\r\n" H "X: a\x01z\r\n\r\n",
	  NULL, 400, false },
	{ "bad name", "GET / HTTP/1.1\r\n" H "X(y: z\r\n\r\n", NULL, 400, false },
	{ "no name", "GET / HTTP/1.1\r\n" H ": z\r\n\r\n", NULL, 400, false },
	{ "chunk size not hex",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nzz\r\n", NULL, 400,
	  false },
	{ "chunk size overflow",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	  "FFFFFFFFFFFFFFFFF\r\n",
	  NULL, 400, false },
	{ "chunk size negative",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n-1\r\n", NULL, 400,
	  false },
	{ "chunk ended by LF",
	  "POST / HTTP/1.1\r\n" H
	  "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "chunk data too long",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	  "3\r\nabcd\r\n0\r\n\r\n",
	  NULL, 400, false },
	{ "chunk data ended by LF",
	  "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	  "3\r\nabc\n0\r\n\r\n",
	  NULL, 400, false },
	/* hosts, versions, methods */
	{ "no host", "GET / HTTP/1.1\r\n\r\n", NULL, 400, false },
	{ "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", NULL, 400,
	  false },
	{ "host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", NULL, 400, false },
	{ "version 2", "GET / HTTP/2.0\r\n" H "\r\n", NULL, 505, false },
	{ "version 0.9", "GET / HTTP/0.9\r\n" H "\r\n", NULL, 505, false },
	{ "version 1.2", "GET / HTTP/1.2\r\n" H "\r\n", NULL, 505, false },
	{ "h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NULL, 400, false },
	{ "no version", "GET /\r\n\r\n", NULL, 505, false },
	{ "unknown method", "FROB / HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "lower case method", "get / HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "connect", "CONNECT a:1 HTTP/1.1\r\n" H "\r\n", NULL, 501, false },
	{ "a TLS greeting", "\x16\x03\x01\x02\x01\x01", NULL, 400, false },
	{ "five blank lines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", NULL, 400,
	  false },
	/* A9: paths */
	{ "dots", "GET /a/../b HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "dots at the end", "GET /a/.. HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "encoded dots", "GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "encoded slash", "GET /a%2f..%2fb HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "backslash", "GET /a\\..\\b HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "encoded NUL", "GET /a%00b HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "encoded newline", "GET /a%0ab HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "overlong slash", "GET /%c0%af HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "surrogate", "GET /%ed%a0%80 HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "half an escape", "GET /%4 HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "no escape", "GET /%zz HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "raw bytes above 127", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", NULL, 400,
	  false },
	{ "fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "star for get", "GET * HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "bad query", "GET /a?b=%ff HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	{ "query with NUL", "GET /a?b=%00 HTTP/1.1\r\n" H "\r\n", NULL, 400, false },
	/* the rest */
	{ "expect the impossible",
	  "POST / HTTP/1.1\r\n" H "Expect: miracles\r\nContent-Length: 1\r\n\r\nx",
	  NULL, 417, false },
	{ "body too large", "POST / HTTP/1.1\r\n" H "Content-Length: 65537\r\n\r\n",
	  NULL, 413, false },
	{ "websocket of an old version",
	  "GET /ws HTTP/1.1\r\n" H "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	  "\r\n",
	  NULL, 426, false },
	{ "websocket without key",
	  "GET /ws HTTP/1.1\r\n" H "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Version: 13\r\n\r\n",
	  NULL, 400, false },
	{ "websocket by post",
	  "POST /ws HTTP/1.1\r\n" H "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	  "\r\n",
	  NULL, 400, false },
};

static void
run_one(const struct one *one, void (*feed)(struct memory *, struct span))
{
	struct memory *m = memory_new();
	const char *asked = one->asked ? one->asked : "";

	feed(m, span_of(one->in));
	if (last_status(&m->out) != one->status || strcmp(text_of(&m->asked), asked) ||
	    memory_is_open(m) != one->stays_open)
		fail_msg("%s: asked \"%s\", %s, answered %s", one->name,
			 text_of(&m->asked), memory_is_open(m) ? "open" : "closed",
			 text_of(&m->out));
	if (one->status >= 400)
		assert_non_null(strstr(text_of(&m->out), "application/problem+json"));
	memory_free(m);
}

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
		run_one(&ones[i], memory_feed);
}

static void
test_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
		run_one(&ones[i], memory_feed_bytes);
}

static void
test_answer(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi"));
	assert_string_equal(text_of(&m->out),
			    "HTTP/1.1 200 OK\r\nDate: Mon, 23 Mar 2026 10:15:30 GMT\r\n"
			    "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
	buf_clear(&m->out);
	memory_feed(m, SPAN("HEAD /later HTTP/1.1\r\n" H "\r\n"));
	http_respond_static(m->later[0], 200, "a/b", SPAN("X: y\r\n"), SPAN("body"));
	memory_turn(m);
	assert_string_equal(text_of(&m->out),
			    "HTTP/1.1 200 OK\r\nDate: Mon, 23 Mar 2026 10:15:30 GMT\r\n"
			    "Content-Type: a/b\r\nContent-Length: 4\r\nX: y\r\n\r\n");
	buf_clear(&m->out);
	memory_feed(m, SPAN("GET /later HTTP/1.0\r\n\r\n"));
	http_respond(m->later[1], 204, NULL, SPAN(""), SPAN("dropped"));
	memory_turn(m);
	assert_string_equal(text_of(&m->out), "HTTP/1.1 204 No Content\r\n"
					      "Date: Mon, 23 Mar 2026 10:15:30 GMT\r\n"
					      "Connection: close\r\n\r\n");
	assert_false(memory_is_open(m));
	memory_free(m);
}

static void
test_pipelining_in_order(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("GET /later/1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H
			    "\r\nPOST /later/3 HTTP/1.1\r\n" H
			    "Content-Length: 1\r\n\r\nxGET /4 HTTP/1.1\r\n" H "\r\n"));
	assert_string_equal(text_of(&m->asked), "GET /later/1? \nGET /2? \n"
						"POST /later/3? x\nGET /4? \n");
	assert_int_equal(m->out.n, 0);
	http_respond(m->later[1], 203, NULL, SPAN(""), SPAN("three"));
	memory_turn(m);
	assert_int_equal(m->out.n, 0);
	http_respond(m->later[0], 201, NULL, SPAN(""), SPAN("one"));
	memory_turn(m);
	assert_int_equal(count_of(&m->out, "HTTP/1.1 "), 4);
	assert_true(strstr(m->out.p, "one") < strstr(m->out.p, "three"));
	assert_true(memory_is_open(m));
	memory_free(m);
}

/* A bad request behind good ones waits for their answers, then ends it all. */
static void
test_bad_one_in_order(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\nBAD\r\n\r\nGET /x HTTP/1.1"
			    "\r\n" H "\r\n"));
	assert_int_equal(m->out.n, 0);
	memory_wait(m, 20000);
	memory_end(m);
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("one"));
	memory_turn(m);
	assert_int_equal(count_of(&m->out, "HTTP/1.1 200"), 1);
	assert_int_equal(last_status(&m->out), 400);
	assert_string_equal(text_of(&m->asked), "GET /later? \n");
	assert_false(memory_is_open(m));
	memory_free(m);
}

static void
test_many_waiting(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	for (int i = 0; i < 40; i++)
		memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(m->n_later, WAITING_MAX);
	for (size_t i = 0; i < 40; i++) {
		assert_true(i < m->n_later);
		http_respond(m->later[i], 200, NULL, SPAN(""), SPAN(""));
		memory_turn(m);
	}
	assert_int_equal(count_of(&m->out, "HTTP/1.1 200"), 40);
	memory_free(m);
}

static void
test_gone_before_answer(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\nGET /later HTTP/1.1\r\n" H
			    "\r\n"));
	stream_close(m->stream);
	memory_turn(m);
	assert_false(memory_is_open(m));
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("x"));
	assert_null(http_upgrade(m->later[1], NULL, &m->handlers, m));
	assert_int_equal(m->out.n, 0);
	memory_connect(m);
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\n"));
	memory_free(m); /* with one never answered */
}

static void
test_half_closed(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\n"));
	memory_end(m);
	assert_true(memory_is_open(m));
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("x"));
	memory_turn(m);
	assert_int_equal(last_status(&m->out), 200);
	assert_false(memory_is_open(m));
	buf_clear(&m->out);
	memory_connect(m);
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nab"));
	memory_end(m);
	assert_int_equal(last_status(&m->out), 400);
	assert_false(memory_is_open(m));
	memory_connect(m);
	memory_end(m);
	assert_false(memory_is_open(m));
	memory_free(m);
}

static void
test_continue(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\n"
			    "Content-Length: 2\r\n\r\n"));
	assert_string_equal(text_of(&m->out), "HTTP/1.1 100 Continue\r\n\r\n");
	memory_feed(m, SPAN("ab"));
	assert_string_equal(text_of(&m->asked), "POST /? ab\n");
	buf_clear(&m->out);
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\n"
			    "Content-Length: 70000\r\n\r\n"));
	assert_int_equal(last_status(&m->out), 413);
	assert_int_equal(count_of(&m->out, "100 Continue"), 0);
	assert_false(memory_is_open(m));
	memory_free(m);
}

/* 100 must not overtake the answer before it. */
static void
test_continue_in_order(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\nPOST / HTTP/1.1\r\n" H
			    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	assert_int_equal(m->out.n, 0);
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("first"));
	memory_turn(m);
	assert_non_null(strstr(text_of(&m->out), "firstHTTP/1.1 100 Continue\r\n\r\n"));
	memory_feed(m, SPAN("ab"));
	assert_int_equal(count_of(&m->out, "HTTP/1.1 200"), 2);
	memory_free(m);
}

static void
test_limits(void **state)
{
	struct memory *m = memory_new();
	struct buf b = { 0 };

	(void)state;
	buf_add_z(&b, "GET / HTTP/1.1\r\n" H);
	for (int i = 0; i < 63; i++)
		buf_printf(&b, "X%d: y\r\n", i);
	memory_feed(m, buf_span(&b));
	memory_feed(m, SPAN("\r\n"));
	assert_int_equal(last_status(&m->out), 200);
	buf_add_z(&b, "X: y\r\n\r\n");
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 431);
	assert_false(memory_is_open(m));

	memory_connect(m);
	buf_clear(&b);
	buf_add_z(&b, "GET / HTTP/1.1\r\n" H "X: ");
	while (b.n < HEAD_MAX - 4)
		buf_add_c(&b, 'x');
	buf_add_z(&b, "\r\n\r\n");
	buf_clear(&m->out);
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 200);
	b.n -= 4;
	buf_add_z(&b, "x\r\n\r\n");
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 431);
	assert_false(memory_is_open(m));
	buf_done(&b);
	memory_free(m);
}

static void
test_body_limits(void **state)
{
	struct memory *m = memory_new();
	struct buf b = { 0 };

	(void)state;
	memory_feed(m,
		    SPAN("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 9000; i++)
		buf_add_z(&b, "8\r\nabcdefgh\r\n");
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 413);
	assert_false(memory_is_open(m));

	memory_connect(m);
	memory_feed(
		m, SPAN("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1"));
	buf_clear(&b);
	for (int i = 0; i < 10000; i++)
		buf_add_z(&b, ";aaaa=bbbb");
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 400);
	assert_false(memory_is_open(m));

	memory_connect(m);
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
			    "0\r\n"));
	buf_clear(&b);
	for (int i = 0; i < 4000; i++)
		buf_add_z(&b, "T: 45678\r\n");
	memory_feed(m, buf_span(&b));
	assert_int_equal(last_status(&m->out), 431);
	assert_false(memory_is_open(m));
	buf_done(&b);
	memory_free(m);
}

static void
test_time_limits(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	memory_wait(m, 10001); /* never said a word */
	assert_false(memory_is_open(m));
	assert_int_equal(m->out.n, 0);

	memory_connect(m);
	memory_feed(m, SPAN("GET / HT"));
	for (int i = 0; i < 9; i++) { /* a byte a second does not help */
		memory_wait(m, 1000);
		memory_feed(m, SPAN("T"));
	}
	memory_wait(m, 1001);
	assert_int_equal(last_status(&m->out), 400); /* "HTTT…" */

	buf_clear(&m->out);
	memory_connect(m);
	memory_feed(m, SPAN("GET / HTTP/1.1\r\nX: "));
	for (int i = 0; i < 9; i++) {
		memory_wait(m, 1000);
		memory_feed(m, SPAN("x"));
	}
	assert_true(memory_is_open(m));
	memory_wait(m, 1001);
	assert_int_equal(last_status(&m->out), 408);
	assert_false(memory_is_open(m));

	memory_connect(m);
	memory_feed(m, SPAN("GET / HTTP/1.1\r\n" H "\r\n"));
	memory_wait(m, 59000);
	assert_true(memory_is_open(m));
	memory_wait(m, 1001); /* idle */
	assert_false(memory_is_open(m));
	memory_connect(m);
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\n" H "\r\n"));
	memory_wait(m, 1000000); /* the door may take its time */
	assert_true(memory_is_open(m));
	memory_free(m);
}

static void
test_slow_body(void **state)
{
	struct memory *m = memory_new();
	char some[BODY_STEP];

	(void)state;
	memset(some, 'x', sizeof some);
	memory_feed(m, SPAN("POST / HTTP/1.1\r\n" H "Content-Length: 60000\r\n\r\n"));
	for (int i = 0; i < 4; i++) { /* enough in each window */
		memory_feed(m, (struct span){ some, sizeof some });
		memory_wait(m, 10001);
		assert_true(memory_is_open(m));
	}
	memory_feed(m, (struct span){ some, 100 });
	memory_wait(m, 10001);
	assert_int_equal(last_status(&m->out), 408);
	assert_false(memory_is_open(m));
	assert_int_equal(m->asked.n, 0);
	memory_free(m);
}

static void
test_lookups(void **state)
{
	struct http_header h[] = { { SPAN("Cookie"), SPAN("a=1; sid=x=y ; b") },
				   { SPAN("cookie"), SPAN("late=2") },
				   { SPAN("X-A"), SPAN("first") },
				   { SPAN("x-a"), SPAN("second") } };
	struct arena a = { 0 };
	struct http_request req = { .query = SPAN("k=a%20b+c&e=&f&%6b2=%D8%B3&k=2"),
				    .headers = h,
				    .n_headers = 4,
				    .arena = &a };

	(void)state;
	assert_true(span_is(http_query(&req, "k"), SPAN("a b c")));
	assert_true(span_is(http_query(&req, "k2"), SPAN("\xd8\xb3")));
	assert_true(http_query(&req, "e").p && !http_query(&req, "e").n);
	assert_true(http_query(&req, "f").p && !http_query(&req, "f").n);
	assert_null(http_query(&req, "g").p);
	assert_true(span_is(http_cookie(&req, "sid"), SPAN("x=y")));
	assert_true(span_is(http_cookie(&req, "late"), SPAN("2")));
	assert_null(http_cookie(&req, "si").p);
	assert_true(span_is(http_header_find(&req, "X-a"), SPAN("first")));
	assert_null(http_header_find(&req, "X-b").p);
	arena_done(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_pipelining_in_order),
		cmocka_unit_test(test_bad_one_in_order),
		cmocka_unit_test(test_many_waiting),
		cmocka_unit_test(test_gone_before_answer),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_continue),
		cmocka_unit_test(test_continue_in_order),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_body_limits),
		cmocka_unit_test(test_time_limits),
		cmocka_unit_test(test_slow_body),
		cmocka_unit_test(test_lookups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
