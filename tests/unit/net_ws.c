/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket against RFC 6455, after the ideas of the Autobahn groups 1-7:
 * sizes, pings, reserved bits, opcodes, fragments, UTF-8, closing. A case is a
 * list of frames in and what must come back; each runs whole and byte by byte.
 */
#include "unit/net_help.h"

enum { CONT, TEXT, BIN, CLOSE = 8, PING, PONG };

struct frame {
	unsigned head; /* FIN 0x80, RSV 0x70, opcode; 0 with n == 0: end of list */
	const char *p;
	size_t n;
};

#define FIN 0x80u
#define F(head, lit)                            \
	{                                       \
		(head), "" lit, sizeof(lit) - 1 \
	}
#define END                    \
	{                      \
		0x100, NULL, 0 \
	}

struct one {
	const char *name;
	struct frame in[8];
	const char *heard; /* a line per message */
	int pongs;
	int close; /* code sent back; 0: still open; 1: a close without a code */
};

static const struct one ones[] = {
	/* 1 text and binary */
	{ "1 empty text", { F(FIN | TEXT, ""), END }, "\n", 0, 0 },
	{ "1 text", { F(FIN | TEXT, "hello"), END }, "hello\n", 0, 0 },
	{ "1 two texts",
	  { F(FIN | TEXT, "a"), F(FIN | TEXT, "b"), END },
	  "a\nb\n",
	  0,
	  0 },
	{ "1 binary is not spoken", { F(FIN | BIN, "a"), END }, "", 0, 1003 },
	{ "1 empty binary", { F(FIN | BIN, ""), END }, "", 0, 1003 },
	/* 2 pings and pongs */
	{ "2 empty ping", { F(FIN | PING, ""), END }, "", 1, 0 },
	{ "2 ping with a text", { F(FIN | PING, "hello"), END }, "", 1, 0 },
	{ "2 ping with bytes", { F(FIN | PING, "\x00\xff\xfe"), END }, "", 1, 0 },
	{ "2 unasked pong",
	  { F(FIN | PONG, "x"), F(FIN | TEXT, "a"), END },
	  "a\n",
	  0,
	  0 },
	{ "2 three pings",
	  { F(FIN | PING, "1"), F(FIN | PING, "2"), F(FIN | PING, "3"), END },
	  "",
	  3,
	  0 },
	/* 3 reserved bits */
	{ "3 rsv1", { F(FIN | 0x40 | TEXT, "a"), END }, "", 0, 1002 },
	{ "3 rsv2", { F(FIN | 0x20 | TEXT, "a"), END }, "", 0, 1002 },
	{ "3 rsv3 after a good one",
	  { F(FIN | TEXT, "a"), F(FIN | 0x10 | TEXT, "b"), END },
	  "a\n",
	  0,
	  1002 },
	{ "3 rsv on ping", { F(FIN | 0x70 | PING, "a"), END }, "", 0, 1002 },
	{ "3 rsv on close", { F(FIN | 0x40 | CLOSE, ""), END }, "", 0, 1002 },
	/* 4 opcodes */
	{ "4 opcode 3", { F(FIN | 3, "a"), END }, "", 0, 1002 },
	{ "4 opcode 4", { F(FIN | 4, ""), END }, "", 0, 1002 },
	{ "4 opcode 7 after text",
	  { F(FIN | TEXT, "a"), F(FIN | 7, "b"), END },
	  "a\n",
	  0,
	  1002 },
	{ "4 opcode 11", { F(FIN | 11, ""), END }, "", 0, 1002 },
	{ "4 opcode 15", { F(FIN | 15, "x"), END }, "", 0, 1002 },
	/* 5 fragments */
	{ "5 two parts", { F(TEXT, "ab"), F(FIN | CONT, "cd"), END }, "abcd\n", 0, 0 },
	{ "5 empty parts",
	  { F(TEXT, ""), F(CONT, ""), F(FIN | CONT, ""), END },
	  "\n",
	  0,
	  0 },
	{ "5 ping between",
	  { F(TEXT, "ab"), F(FIN | PING, "p"), F(FIN | CONT, "cd"), END },
	  "abcd\n",
	  1,
	  0 },
	{ "5 ping in parts", { F(PING, "a"), F(FIN | CONT, "b"), END }, "", 0, 1002 },
	{ "5 pong in parts", { F(PONG, "a"), F(FIN | CONT, "b"), END }, "", 0, 1002 },
	{ "5 rest without a start", { F(FIN | CONT, "a"), END }, "", 0, 1002 },
	{ "5 part without a start",
	  { F(CONT, "a"), F(FIN | TEXT, "b"), END },
	  "",
	  0,
	  1002 },
	{ "5 text within a text",
	  { F(TEXT, "a"), F(FIN | TEXT, "b"), END },
	  "",
	  0,
	  1002 },
	{ "5 rest after the end",
	  { F(TEXT, "a"), F(FIN | CONT, "b"), F(FIN | CONT, "c"), END },
	  "ab\n",
	  0,
	  1002 },
	/* 6 UTF-8 */
	{ "6 valid",
	  { F(FIN | TEXT, "\xd8\xb3\xe2\x82\xac\xf0\x9f\x9a\x93"), END },
	  "\xd8\xb3\xe2\x82\xac\xf0\x9f\x9a\x93\n",
	  0,
	  0 },
	{ "6 cut within a character",
	  { F(TEXT, "\xe2"), F(CONT, "\x82"), F(FIN | CONT, "\xac"), END },
	  "\xe2\x82\xac\n",
	  0,
	  0 },
	{ "6 last code point",
	  { F(FIN | TEXT, "\xf4\x8f\xbf\xbf"), END },
	  "\xf4\x8f\xbf\xbf\n",
	  0,
	  0 },
	{ "6 not a character but valid",
	  { F(FIN | TEXT, "\xef\xbf\xbf"), END },
	  "\xef\xbf\xbf\n",
	  0,
	  0 },
	{ "6 beyond the last",
	  { F(FIN | TEXT, "\xf4\x90\x80\x80"), END },
	  "",
	  0,
	  1007 },
	{ "6 surrogate", { F(FIN | TEXT, "\xed\xa0\x80"), END }, "", 0, 1007 },
	{ "6 overlong slash", { F(FIN | TEXT, "\xc0\xaf"), END }, "", 0, 1007 },
	{ "6 overlong of three", { F(FIN | TEXT, "\xe0\x80\xaf"), END }, "", 0, 1007 },
	{ "6 lone rest byte", { F(FIN | TEXT, "\x80"), END }, "", 0, 1007 },
	{ "6 cut short", { F(FIN | TEXT, "\xe2\x82"), END }, "", 0, 1007 },
	{ "6 cut short at the last part",
	  { F(TEXT, "a\xe2"), F(FIN | CONT, ""), END },
	  "",
	  0,
	  1007 },
	{ "6 bad in the first part", { F(TEXT, "\xff"), END }, "", 0, 1007 },
	{ "6 five bytes", { F(FIN | TEXT, "\xf8\x88\x80\x80\x80"), END }, "", 0, 1007 },
	/* 7 closing */
	{ "7 close", { F(FIN | CLOSE, "\x03\xe8"), END }, "", 0, 1000 },
	{ "7 close without a code", { F(FIN | CLOSE, ""), END }, "", 0, 1 },
	{ "7 close with a reason",
	  { F(FIN | CLOSE, "\x03\xe9going"), END },
	  "",
	  0,
	  1001 },
	{ "7 half a code", { F(FIN | CLOSE, "\x03"), END }, "", 0, 1002 },
	{ "7 reason not UTF-8", { F(FIN | CLOSE, "\x03\xe8\xff"), END }, "", 0, 1007 },
	{ "7 text after close",
	  { F(FIN | CLOSE, "\x03\xe8"), F(FIN | TEXT, "a"), END },
	  "",
	  0,
	  1000 },
	{ "7 ping after close",
	  { F(FIN | CLOSE, "\x03\xe8"), F(FIN | PING, "a"), END },
	  "",
	  0,
	  1000 },
	{ "7 two closes",
	  { F(FIN | CLOSE, "\x03\xe8"), F(FIN | CLOSE, "\x03\xe8"), END },
	  "",
	  0,
	  1000 },
	{ "7 close within a text",
	  { F(TEXT, "a"), F(FIN | CLOSE, "\x03\xe8"), F(FIN | CONT, "b"), END },
	  "",
	  0,
	  1000 },
	{ "7 code 0", { F(FIN | CLOSE, "\x00\x00"), END }, "", 0, 1002 },
	{ "7 code 999", { F(FIN | CLOSE, "\x03\xe7"), END }, "", 0, 1002 },
	{ "7 code 1004", { F(FIN | CLOSE, "\x03\xec"), END }, "", 0, 1002 },
	{ "7 code 1005", { F(FIN | CLOSE, "\x03\xed"), END }, "", 0, 1002 },
	{ "7 code 1006", { F(FIN | CLOSE, "\x03\xee"), END }, "", 0, 1002 },
	{ "7 code 1015", { F(FIN | CLOSE, "\x03\xf7"), END }, "", 0, 1002 },
	{ "7 code 1016", { F(FIN | CLOSE, "\x03\xf8"), END }, "", 0, 1002 },
	{ "7 code 2999", { F(FIN | CLOSE, "\x0b\xb7"), END }, "", 0, 1002 },
	{ "7 code 3000", { F(FIN | CLOSE, "\x0b\xb8"), END }, "", 0, 3000 },
	{ "7 code 4999", { F(FIN | CLOSE, "\x13\x87"), END }, "", 0, 4999 },
	{ "7 code 5000", { F(FIN | CLOSE, "\x13\x88"), END }, "", 0, 1002 },
	{ "7 code 65535", { F(FIN | CLOSE, "\xff\xff"), END }, "", 0, 1002 },
};

#define HANDSHAKE                                                          \
	"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"            \
	"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* A client's frame, masked unless told otherwise. */
static void
put_frame(struct buf *b, unsigned head, struct span p, bool is_masked)
{
	static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	unsigned bit = is_masked ? 0x80 : 0;

	buf_add_c(b, (char)head);
	if (p.n < 126) {
		buf_add_c(b, (char)(bit | p.n));
	} else if (p.n < 65536) {
		buf_add_c(b, (char)(bit | 126));
		buf_add_c(b, (char)(p.n >> 8));
		buf_add_c(b, (char)p.n);
	} else {
		buf_add_c(b, (char)(bit | 127));
		for (int i = 56; i >= 0; i -= 8)
			buf_add_c(b, (char)((uint64_t)p.n >> i));
	}
	if (!is_masked) {
		buf_add_span(b, p);
		return;
	}
	buf_add(b, mask, 4);
	for (size_t i = 0; i < p.n; i++)
		buf_add_c(b, (char)((unsigned char)p.p[i] ^ mask[i & 3]));
}

/* A server's frame off *in; false at the end. */
static bool
take_frame(struct span *in, unsigned *ret_head, struct span *ret)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t n, at = 2;

	if (in->n < 2)
		return false;
	assert_int_equal(p[1] & 0x80, 0);
	n = p[1];
	if (n == 126) {
		n = (size_t)p[2] << 8 | p[3];
		at = 4;
	} else if (n == 127) {
		n = 0;
		for (int i = 2; i < 10; i++)
			n = n << 8 | p[i];
		at = 10;
	}
	assert_true(in->n >= at + n);
	*ret_head = p[0];
	*ret = (struct span){ in->p + at, n };
	*in = span_skip(*in, at + n);
	return true;
}

struct seen {
	int pongs, close, texts;
};

static struct seen
look(struct memory *m)
{
	const char *end = strstr(text_of(&m->out), "\r\n\r\n");
	struct seen seen = { 0 };
	struct span in, p;
	unsigned head;

	assert_non_null(end);
	in = span_skip(buf_span(&m->out), (size_t)(end + 4 - m->out.p));
	while (take_frame(&in, &head, &p)) {
		assert_int_equal(seen.close, 0); /* nothing after a close */
		if (head == (FIN | PONG))
			seen.pongs++;
		else if (head == (FIN | TEXT))
			seen.texts++;
		else if (head == (FIN | CLOSE))
			seen.close = p.n < 2 ? 1
					     : (unsigned char)p.p[0] << 8 |
						       (unsigned char)p.p[1];
		else
			fail_msg("sent 0x%x", head);
	}
	assert_int_equal(in.n, 0);
	return seen;
}

static struct memory *
open_ws(void)
{
	struct memory *m = memory_new();

	memory_feed(m, SPAN(HANDSHAKE));
	assert_non_null(m->ws);
	return m;
}

static void
run_one(const struct one *one, void (*feed)(struct memory *, struct span))
{
	struct memory *m = open_ws();
	struct buf b = { 0 };
	struct seen seen;

	for (const struct frame *f = one->in; f->head != 0x100; f++)
		put_frame(&b, f->head, (struct span){ f->p, f->n }, true);
	feed(m, buf_span(&b));
	seen = look(m);
	if (strcmp(text_of(&m->heard), one->heard) || seen.pongs != one->pongs ||
	    seen.close != one->close || memory_is_open(m) != (one->close == 0))
		fail_msg("%s: heard \"%s\", %d pongs, close %d, %s", one->name,
			 text_of(&m->heard), seen.pongs, seen.close,
			 memory_is_open(m) ? "open" : "closed");
	assert_int_equal(m->closed, one->close != 0);
	buf_done(&b);
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
test_handshake(void **state)
{
	struct memory *m = open_ws();

	(void)state;
	assert_string_equal(
		text_of(&m->out),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\n"
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
	memory_end(m);
	assert_int_equal(m->closed, 1);
	memory_free(m);
}

/* Frames right behind the request, and a request before it not yet answered. */
static void
test_handshake_pipelined(void **state)
{
	struct memory *m = memory_new();
	struct buf b = { 0 };

	(void)state;
	buf_add_z(&b, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n" HANDSHAKE);
	put_frame(&b, FIN | TEXT, SPAN("early"), true);
	memory_feed(m, buf_span(&b));
	assert_null(m->ws);
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("x"));
	memory_turn(m);
	assert_non_null(m->ws);
	assert_string_equal(text_of(&m->heard), "early\n");
	assert_true(strstr(m->out.p, "200 OK") < strstr(m->out.p, "101 Switching"));
	buf_done(&b);
	memory_free(m);
}

/* Declined: the connection goes on as HTTP, with what came behind. */
static void
test_declined(void **state)
{
	struct memory *m = memory_new();
	struct buf b = { 0 };

	(void)state;
	buf_add_z(&b, HANDSHAKE "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
	memcpy(strstr(b.p, "/ws"), "/no", 3);
	memory_feed(m, buf_span(&b));
	assert_int_equal(count_of(&m->out, "HTTP/1.1 200"), 2);
	assert_string_equal(text_of(&m->asked), "GET /no? \nGET /next? \n");
	buf_done(&b);
	memory_free(m);
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = { 1, 125, 126, 127, 128, 65535, 65536, 99999 };
	struct buf b = { 0 }, text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct memory *m = open_ws();

		buf_clear(&b);
		buf_clear(&text);
		while (text.n < sizes[i])
			buf_add_c(&text, '*');
		put_frame(&b, FIN | TEXT, buf_span(&text), true);
		memory_feed(m, buf_span(&b));
		assert_int_equal(m->heard.n, sizes[i] + 1);
		assert_int_equal(look(m).texts, 1);
		memory_free(m);
	}
	buf_done(&b);
	buf_done(&text);
}

static void
close_case(const char *bytes, size_t n, int code)
{
	struct memory *m = open_ws();

	memory_feed(m, (struct span){ bytes, n });
	assert_int_equal(look(m).close, code);
	assert_false(memory_is_open(m));
	memory_free(m);
}

static void
test_abuse(void **state)
{
	static const char unmasked[] = "\x81\x01"
				       "a";
	static const char huge[] = "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
				   "maska";
	static const char beyond[] = "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
				     "maska";
	static const char large[] = "\x81\xff\0\0\0\0\0\1\x86\xa1"
				    "maska";
	static const char long_form[] = "\x81\xfe\0\1"
					"maska";
	static const char long_ping[] = "\x89\xfe\0\x7e"
					"mask";

	(void)state;
	close_case(unmasked, sizeof unmasked - 1, 1002);
	close_case(huge, sizeof huge - 1, 1009);
	close_case(beyond, sizeof beyond - 1, 1002);
	close_case(large, sizeof large - 1, 1009);
	close_case(long_form, sizeof long_form - 1, 1002);
	close_case(long_ping, sizeof long_ping - 1, 1002);
}

static void
test_fragment_drip(void **state)
{
	struct memory *m = open_ws();
	struct buf b = { 0 };

	(void)state;
	put_frame(&b, TEXT, SPAN("a"), true);
	for (int i = 0; i < 2000; i++)
		put_frame(&b, CONT, SPAN("a"), true);
	memory_feed(m, buf_span(&b));
	assert_int_equal(look(m).close, 1008);
	assert_false(memory_is_open(m));
	buf_done(&b);
	memory_free(m);
}

static void
test_many_parts_too_large(void **state)
{
	struct memory *m = open_ws();
	struct buf b = { 0 }, part = { 0 };

	(void)state;
	while (part.n < 1000)
		buf_add_c(&part, '.');
	put_frame(&b, TEXT, buf_span(&part), true);
	for (int i = 0; i < 100; i++)
		put_frame(&b, CONT, buf_span(&part), true);
	memory_feed(m, buf_span(&b));
	assert_int_equal(look(m).close, 1009);
	buf_done(&b);
	buf_done(&part);
	memory_free(m);
}

static void
test_server_closes(void **state)
{
	struct memory *m = open_ws();
	struct buf b = { 0 };

	(void)state;
	ws_close(m->ws, 1001, "going");
	ws_close(m->ws, 1002, "again");
	memory_turn(m);
	assert_int_equal(look(m).close, 1001);
	assert_true(memory_is_open(m));
	put_frame(&b, FIN | TEXT, SPAN("late"), true);
	memory_feed(m, buf_span(&b));
	assert_int_equal(m->heard.n, 0);
	buf_clear(&b);
	put_frame(&b, FIN | CLOSE, SPAN("\x03\xe9"), true);
	memory_feed(m, buf_span(&b));
	assert_int_equal(look(m).close, 1001);
	assert_int_equal(m->closed, 1);
	memory_free(m);

	m = open_ws();
	ws_close(m->ws, 1001, NULL);
	memory_wait(m, 1900);
	assert_int_equal(m->closed, 0);
	memory_wait(m, 101); /* no answer within 2 s */
	assert_int_equal(m->closed, 1);
	buf_done(&b);
	memory_free(m);
}

/* Long reasons are cut, never within a character. */
static void
test_long_reason(void **state)
{
	struct memory *m = open_ws();
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_z(&b, "\xe2\x82\xac");
	ws_close(m->ws, 1000, text_of(&b));
	memory_turn(m);
	assert_int_equal(look(m).close, 1000);
	assert_int_equal((unsigned char)strstr(m->out.p, "\r\n\r\n")[5], 2 + 123);
	buf_done(&b);
	memory_free(m);
}

static void
test_shared_frame(void **state)
{
	struct memory *m = open_ws();
	struct ws_frame *f = ws_frame_new(SPAN("all"));

	(void)state;
	assert_int_equal(ws_frame_bytes(f), 5);
	ws_send(m->ws, ws_frame_ref(f));
	ws_frame_unref(f);
	ws_send(m->ws, f);
	assert_int_equal(ws_queued_bytes(m->ws), 10);
	ws_frame_unref(f);
	memory_turn(m);
	assert_int_equal(look(m).texts, 2);
	assert_int_equal(ws_queued_bytes(m->ws), 0);
	memory_free(m);
}

static void
test_high_mark(void **state)
{
	struct memory *m = open_ws();
	struct buf b = { 0 };
	struct ws_frame *f;

	(void)state;
	while (b.n < 40000)
		buf_add_c(&b, 'x');
	f = ws_frame_new(buf_span(&b));
	ws_send(m->ws, f);
	memory_turn(m);
	assert_int_equal(m->drained, 0);
	ws_send(m->ws, f);
	ws_send(m->ws, f);
	memory_turn(m);
	assert_int_equal(m->drained, 1);
	while (stream_is_open(m->stream)) /* a door that never looks */
		ws_send(m->ws, f);
	assert_true(ws_queued_bytes(m->ws) < WS_QUEUE_MAX + 50000);
	memory_turn(m);
	assert_int_equal(m->closed, 1);
	ws_frame_unref(f);
	buf_done(&b);
	memory_free(m);
}

/* More boards than a turn has time for, and the answer to a call behind them all. */
static void
test_answers_go_before_feeds(void **state)
{
	enum { BOARDS = FEEDS_PER_TURN + 20 };
	struct memory *m = memory_new();
	struct ws *boards[BOARDS];
	struct ws_frame *f = ws_frame_new(SPAN("told"));

	(void)state;
	for (int i = 0; i < BOARDS; i++) {
		memory_connect(m);
		memory_feed(m, SPAN(HANDSHAKE));
		boards[i] = m->ws;
	}
	memory_connect(m);
	memory_feed(m, SPAN("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
	buf_clear(&m->out);
	for (int i = 0; i < BOARDS; i++)
		ws_send(boards[i], f);
	http_respond(m->later[0], 200, NULL, SPAN(""), SPAN("heard"));
	net_turn(m->net);
	assert_true(span_starts(buf_span(&m->out), SPAN("HTTP/1.1 200")));
	assert_int_equal(count_of(&m->out, "told"), FEEDS_PER_TURN);
	ws_send(boards[0], f); /* behind those that still wait */
	net_turn(m->net);
	assert_int_equal(count_of(&m->out, "told"), BOARDS + 1);
	ws_frame_unref(f);
	memory_free(m);
}

/* The bytes of a turn are counted too: large frames take several. */
static void
test_large_frames_take_turns(void **state)
{
	struct memory *m = memory_new();
	struct buf b = { 0 };
	struct ws *boards[8];
	const size_t n = sizeof boards / sizeof *boards;
	struct ws_frame *f;
	size_t before;

	(void)state;
	for (size_t i = 0; i < FEED_BYTES_PER_TURN / 4; i++)
		buf_add_c(&b, 'x');
	f = ws_frame_new(buf_span(&b));
	for (size_t i = 0; i < n; i++) {
		memory_connect(m);
		memory_feed(m, SPAN(HANDSHAKE));
		boards[i] = m->ws;
	}
	before = m->out.n;
	for (size_t i = 0; i < n; i++)
		ws_send(boards[i], f);
	net_turn(m->net);
	assert_int_equal(m->out.n - before, 4 * ws_frame_bytes(f));
	net_turn(m->net);
	assert_int_equal(m->out.n - before, 8 * ws_frame_bytes(f));
	ws_frame_unref(f);
	buf_done(&b);
	memory_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_handshake_pipelined),
		cmocka_unit_test(test_declined),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_abuse),
		cmocka_unit_test(test_fragment_drip),
		cmocka_unit_test(test_many_parts_too_large),
		cmocka_unit_test(test_server_closes),
		cmocka_unit_test(test_long_reason),
		cmocka_unit_test(test_shared_frame),
		cmocka_unit_test(test_high_mark),
		cmocka_unit_test(test_answers_go_before_feeds),
		cmocka_unit_test(test_large_frames_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
