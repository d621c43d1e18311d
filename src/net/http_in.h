/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What http*.c and ws.c share: one HTTP connection, its exchanges in the order
 * of the requests, and the strict look at a head that stands beside llhttp.
 * Not for other rooms.
 */
#pragma once
#include "net/inside.h"

#include <llhttp/llhttp.h>

#define HEAD_MAX 16384          /* request line, headers, trailers: 431 */
#define HEADERS_MAX 64          /* 431 */
#define WAITING_MAX 16          /* pipelined requests not answered: reading stops */
#define QUEUE_HIGH (256 * 1024) /* answers not taken: reading stops */
#define BODY_STEP 8192          /* this much of a body in each header_timeout_ms */
#define BODY_SMALL 16384        /* bodies up to this are always taken */
#define BODIES_MAX (256u << 20) /* all larger ones of a listener: 503 */
#define CHUNK_LOSS (64 * 1024)  /* bytes of chunk framing beside as many of data */

/* Where the head ends; refuses bare CR, bare LF and folded lines, which two
 * readers may understand differently (RFC 9112, 2.2 and 5.2). */
struct head_scan {
	size_t bytes, line; /* of the head; of this line */
	bool has_cr, has_line;
};

/* 1: the head ends after *ret_used bytes; 0: all of `in` is head; < 0: bad
 * behind *ret_used bytes. */
int head_scan(struct head_scan *h, struct span in, size_t *ret_used);

struct refusal {
	int status; /* 0: none */
	const char *code, *detail;
};
struct http_conn;

enum exchange_state {
	EXCHANGE_HEAD, /* being received */
	EXCHANGE_BODY,
	EXCHANGE_WHOLE, /* received, waits to be given to the door */
	EXCHANGE_ASKED, /* the door has it */
	EXCHANGE_ANSWERED,
	EXCHANGE_RUNNING /* its source feeds it */
};

struct piece {
	uint16_t name_at, name_n, value_at, value_n;
};

struct http_exchange {
	struct http_request req;
	struct net *net;
	struct http_conn *conn; /* NULL: the peer has gone */
	enum exchange_state state;
	bool is_head, keeps_alive, expects_continue, is_old /* HTTP/1.0 */;
	struct link order, all; /* of the connection; of the loop */
	struct arena arena;
	struct buf text; /* target, names and values after each other */
	struct buf body;
	size_t body_max;
	const struct http_source *src; /* NULL: the answer is whole */
	void *src_ctx;
	uint64_t src_left;
	size_t target_n, wire; /* bytes of the body as they came */
	const char *ws_accept; /* Sec-WebSocket-Accept, when wants_upgrade */
	struct ws_frame *answer;
	struct span tail;         /* a static body behind the answer */
	struct net_listener *big; /* a reference, when counted in big_bodies */
	size_t big_n;
	struct piece pieces[HEADERS_MAX]; /* last: a spare exchange keeps them */
	struct http_header headers[HEADERS_MAX];
};

struct http_door { /* listener->kind */
	struct http_server server;
	size_t big_bodies; /* bytes in bodies above BODY_SMALL */
};

struct http_conn {
	struct stream *stream;
	struct http_door *door;
	llhttp_t parser;
	struct head_scan scan;
	struct http_exchange *cur; /* being received */
	struct list order;
	unsigned n_waiting;
	bool takes_no_more;      /* the last request has come, or a bad one */
	bool has_head, is_whole; /* what llhttp saw of cur */
	bool holds;           /* an upgrade is not decided: nothing behind it is read */
	unsigned blank_lines; /* before this request */
	struct refusal refuse; /* what a callback found wrong with cur */
	size_t body_mark;      /* bytes of the body at the last deadline */
};

/* --- http.c --- */
struct http_conn *http_conn_new(struct http_door *door, struct stream *s);
void http_conn_next(struct http_conn *c); /* an exchange has left the order */

/* --- http_head.c: pure --- */
/* Fills in the request from the pieces; what is wrong with it, if anything. */
struct refusal head_check(struct http_exchange *ex, const llhttp_t *parser);

/* --- http_reply.c --- */
struct http_exchange *exchange_new(struct net *net);
void exchange_free(struct http_exchange *ex);
/* An answer of net's own (problem+json); the connection ends after it. */
void exchange_refuse(struct http_exchange *ex, struct refusal why);
void exchange_send_ready(struct http_conn *c); /* what is answered and in order */
void exchange_pump(struct http_conn *c);       /* the running source goes on */
