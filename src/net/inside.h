/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the loop's own state, listeners, and the
 * stream, a byte connection (plain or TLS) with a queue of what goes out.
 * A stream with fd -1 lives in memory only: tests and fuzzers feed it. Not for others.
 */
#pragma once
#include "net/address.h"
#include "net/list.h"
#include "net/net.h"

#include <pthread.h>
#include <uv.h>

#define IN_BYTES (256 * 1024)   /* the one read buffer of the loop */
#define READ_MAX (64 * 1024)    /* of it for one stream in a turn */
#define WRITE_MAX (1024 * 1024) /* for one stream in a turn */
#define LEFT_MAX (128 * 1024)   /* unused bytes that a stream may keep */
#define STALL_MS 30000          /* a peer that does not read is given this long */
#define STALL_BYTES (64 * 1024) /* to take that much */
#define LINGER_MS 2000          /* between our last byte and the close */
#define HANDSHAKE_MS 10000
/* Of what is told to many, in a turn: about 1 ms of CPU. The rest goes in the next. */
#define FEEDS_PER_TURN 128
#define FEED_BYTES_PER_TURN (1024 * 1024)
#define HANDSHAKES_PER_TURN 4 /* about 1 ms of CPU each: others go first */

/* --- timers: one heap on the loop's monotonic clock --- */
struct net_timer {
	struct net *net;
	void (*fn)(void *ctx);
	void *ctx;
	int64_t due_ms; /* INT64_MAX: stopped */
	int64_t key_ms; /* where it stands in the heap; never later than due */
	int64_t repeat_ms;
	size_t at; /* place in the heap + 1; 0: not in it */
};

void timer_init(struct net_timer *t, struct net *net, void (*fn)(void *), void *ctx);
void timer_done(struct net_timer *t);
void timers_run(struct net *net, int64_t now_ms);
int64_t timers_next(const struct net *net); /* INT64_MAX: none */

/* --- bytes with a reference count, shared by all that send them --- */
struct ws_frame {
	unsigned refs;
	unsigned room; /* behind the n bytes, for what its only owner sends next */
	size_t n;
	char p[];
};

struct ws_frame *chunk_new(size_t n);

/* --- streams --- */
struct stream_ops {
	/* Bytes; returns how many were used, the rest comes again with more.
	 * < 0: close. */
	ssize_t (*on_bytes)(void *owner, struct span in);
	void (*on_end)(void *owner);      /* the peer will send no more */
	void (*on_drained)(void *owner);  /* all that was queued has left */
	void (*on_deadline)(void *owner); /* see stream_deadline() */
	void (*on_gone)(void *owner);     /* the last call: free the owner */
	void (*on_ready)(void *owner);    /* of one that we called: it stands */
	bool may_stall;                   /* the owner watches the queue itself */
};

struct out {
	const char *p;
	size_t n;
	struct ws_frame *chunk; /* NULL: borrowed for ever */
};

enum stream_state {
	STREAM_OPEN,
	STREAM_FINISHING, /* the queue leaves, then the write side shuts */
	STREAM_LINGERING, /* shut; what comes is thrown away */
	STREAM_CLOSED     /* waits for its burial at the start of the next turn end */
};

struct stream {
	struct net *net;
	const struct stream_ops *ops;
	void *owner;
	struct net_listener *listener; /* a reference; NULL in memory */
	int fd;
	enum stream_state state;
	/* is_connecting: by us, and the other side has not answered */
	bool is_connecting, is_handshaking, is_paused, is_eof, is_blocked, is_loopback;
	bool is_feed; /* one of many that are told: others go first */
	int events;   /* what uv_poll waits for */
	uv_poll_t poll;
	struct ssl_st *ssl;
	struct buf in; /* bytes not used yet */
	struct out *q; /* q[q_head … q_n) waits */
	unsigned q_head, q_n, q_cap;
	size_t queued, stall_mark; /* bytes waiting; total taken at the last look */
	uint64_t taken;
	struct net_timer deadline, stall;
	struct link all, dirty, resume, grave, idle; /* idle: of its listener */
	char peer[PEER_MAX];
	void (*sink)(void *ctx, struct span out); /* in memory: where bytes go */
	void *sink_ctx;
};

struct stream *stream_new(struct net *net, int fd, struct net_listener *l);
void stream_attach(struct stream *s, const struct stream_ops *ops, void *owner);
int stream_start(struct stream *s, struct net_tls *tls);
/* Of a socket whose connect() is under way; host: whom TLS must show. */
int stream_call(struct stream *s, struct net_tls *tls, const char *host);
/* Queues bytes; chunk gets a reference (NULL: borrowed for ever). */
void stream_send(struct stream *s, struct span out, struct ws_frame *chunk);
void stream_send_copy(struct stream *s, struct span out);
/* Closes when the queue has left; within_ms > 0: then at the latest. */
void stream_finish(struct stream *s, int64_t within_ms);
void stream_close(struct stream *s);
void stream_reset(struct stream *s); /* what the kernel still holds is lost too */
uint64_t stream_delivered(const struct stream *s); /* the peer's machine has them */
void stream_pause(struct stream *s);
void stream_resume(struct stream *s); /* what waits is offered this turn */
void stream_deadline(struct stream *s, int64_t ms); /* 0: none */
void stream_feed(struct stream *s, struct span in); /* in memory only */
void stream_flush(struct stream *s);
void stream_bury(struct stream *s);
void stream_offer(struct stream *s); /* gives the owner what waits in `in` */
static inline bool
stream_is_open(const struct stream *s)
{
	return s->state == STREAM_OPEN;
}

/* --- listeners --- */
struct listener_ops {
	/* A new connection; owner of the stream by stream_attach(). */
	void (*on_accept)(struct net_listener *l, struct stream *s);
	void (*on_free)(struct net_listener *l);
};

struct net_listener {
	struct net *net;
	const struct listener_ops *ops;
	struct net_tls *tls;
	unsigned refs;
	int fd;
	bool is_closed, is_inherited;
	uv_poll_t poll;
	uv_poll_cb on_readable; /* UDP has its own */
	struct link all;
	struct list idle; /* streams that may be given up, oldest first */
	int n_connections, connections_max, n_refused;
	int64_t told_ms; /* when n_refused was last logged */
	void *kind;      /* the door's own settings */
	char address[PEER_MAX + 8];
};

int listener_open(struct net *net, struct span address, int socktype,
		  const struct listener_ops *ops, struct net_listener **ret);
int listener_start(struct net_listener *l, uv_poll_cb on_readable);
void listener_ref(struct net_listener *l);
void listener_unref(struct net_listener *l);

/* --- the loop --- */
struct post {
	void (*fn)(void *ctx);
	void *ctx;
};
#include "net/service.h"

struct net {
	uv_loop_t loop;
	uv_async_t wake;  /* net_post() */
	uv_check_t check; /* the end of the turn */
	uv_timer_t alarm; /* wakes the loop for the first timer */
	uv_idle_t spin;   /* something is left over: do not sleep */
	uv_signal_t signal[2];
	struct clock clock;
	int64_t wall_ms, mono_ms;
	bool has_time; /* wall and mono were read in this turn */
	bool is_busy;  /* something happened in this turn */
	bool is_closing;
	int handshakes;       /* steps taken in this turn */
	int spare_fd;         /* given up to refuse politely when none is left */
	pthread_mutex_t lock; /* guards posts */
	struct post *posts, *turn_ends, terminate;
	size_t n_posts, cap_posts, n_turn_ends;
	struct net_timer **heap;
	size_t n_timers, cap_timers;
	struct list streams, dirty, feeds, resume, grave, listeners, exchanges, spawns;
	struct service service;
	char *in;    /* IN_BYTES */
	void *http;  /* spare exchanges, the Date line: http_reply.c */
	void *conns; /* handles of device connections: raw.c */
};

void net_busy(struct net *net); /* something happened: the turn has an end */
void net_turn(struct net *net); /* the end of a turn; also for memory streams */
void http_room_done(struct net *net);
void raw_room_done(struct net *net);
void spawn_room_done(struct net *net);
