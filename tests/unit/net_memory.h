/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection in memory on a clock that stands still, and an HTTP door that
 * writes down what it was asked. Used by unit tests and fuzzers of net.
 */
#pragma once
#include "net/http_in.h"

#include <stdio.h>
#include <stdlib.h>

struct memory {
	struct net *net;
	struct http_door door;
	struct stream *stream;
	struct buf out, asked; /* bytes sent; a line per request */
	struct http_exchange *later[64];
	size_t n_later;
	struct ws_handlers handlers;
	struct ws *ws;
	struct buf heard; /* a line per WebSocket message */
	unsigned closed, drained;
	int64_t now_ms;
};

static int64_t
memory_clock(void *ctx)
{
	return ((struct memory *)ctx)->now_ms;
}

static void
memory_sink(void *ctx, struct span out)
{
	buf_add_span(&((struct memory *)ctx)->out, out);
}

static void
memory_text(void *ctx, struct ws *ws, struct span text)
{
	struct memory *m = ctx;
	struct ws_frame *f = ws_frame_new(text);

	buf_add_span(&m->heard, text);
	buf_add_c(&m->heard, '\n');
	ws_send(ws, f);
	ws_frame_unref(f);
}

static void
memory_closed(void *ctx, struct ws *ws)
{
	struct memory *m = ctx;

	(void)ws;
	m->closed++;
	m->ws = NULL;
}

static void
memory_drained(void *ctx, struct ws *ws)
{
	(void)ws;
	((struct memory *)ctx)->drained++;
}

/* "/later…" waits for the test, "/ws…" upgrades, the rest gets its body back. */
static void
memory_request(void *ctx, struct http_exchange *ex, const struct http_request *req)
{
	struct memory *m = ctx;

	buf_printf(&m->asked, SPAN_FMT " " SPAN_FMT "?" SPAN_FMT " " SPAN_FMT "\n",
		   SPAN_ARG(req->method), SPAN_ARG(req->path), SPAN_ARG(req->query),
		   SPAN_ARG(req->body));
	if (span_starts(req->path, SPAN("/later")))
		m->later[m->n_later++] = ex;
	else if (req->wants_upgrade && span_starts(req->path, SPAN("/ws")))
		m->ws = http_upgrade(ex, NULL, &m->handlers, m);
	else
		http_respond(ex, 200, "text/plain", SPAN(""), req->body);
}

static inline void
memory_connect(struct memory *m)
{
	m->stream = stream_new(m->net, -1, NULL);
	m->stream->sink = memory_sink;
	m->stream->sink_ctx = m;
	http_conn_new(&m->door, m->stream);
}

static inline struct memory *
memory_new(void)
{
	struct memory *m = calloc(1, sizeof *m);
	struct clock clock = { memory_clock, memory_clock, m };

	m->now_ms = 1774260930000; /* 2026-03-23T10:15:30Z */
	if (net_open(&clock, &m->net) != 0)
		abort();
	m->door.server = (struct http_server){ .on_request = memory_request,
					       .ctx = m,
					       .body_max = 65536,
					       .header_timeout_ms = 10000,
					       .idle_timeout_ms = 60000 };
	m->handlers = (struct ws_handlers){ memory_text, memory_closed, memory_drained,
					    100000 };
	memory_connect(m);
	return m;
}

static inline void
memory_free(struct memory *m)
{
	net_close(m->net);
	buf_done(&m->out);
	buf_done(&m->asked);
	buf_done(&m->heard);
	free(m);
}

static inline bool
memory_is_open(const struct memory *m)
{
	return list_first(&m->net->streams) != NULL;
}

/* Enough turns for all that follows from what was done. */
static inline void
memory_turn(struct memory *m)
{
	for (int i = 0; i < 4; i++)
		net_turn(m->net);
}

static inline void
memory_feed(struct memory *m, struct span in)
{
	if (memory_is_open(m))
		stream_feed(m->stream, in);
	memory_turn(m);
}

static inline void
memory_feed_bytes(struct memory *m, struct span in)
{
	for (size_t i = 0; i < in.n; i++)
		memory_feed(m, (struct span){ in.p + i, 1 });
}

static inline void
memory_end(struct memory *m)
{
	memory_feed(m, SPAN(""));
}

static inline void
memory_wait(struct memory *m, int64_t ms)
{
	m->now_ms += ms;
	memory_turn(m);
}

static inline const char *
text_of(struct buf *b)
{
	buf_reserve(b, 0);
	b->p[b->n] = 0;
	return b->p;
}

/* Status of the last answer, 0 when there is none. */
static inline int
last_status(struct buf *out)
{
	const char *p = text_of(out), *at;
	int status = 0;

	while ((at = strstr(p, "HTTP/1.1 "))) {
		status = atoi(at + 9);
		p = at + 9;
	}
	return status;
}

static inline size_t
count_of(struct buf *b, const char *what)
{
	const char *p = text_of(b);
	size_t n = 0;

	for (; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}
