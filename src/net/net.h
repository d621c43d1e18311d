/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network room's doorway: one event loop, timers, work threads, child
 * processes, listeners, HTTP/1.1 and WebSocket serving, raw device sockets.
 * Everything but net_post() is called on the loop's thread. It knows nothing
 * of emergencies. libuv, llhttp, wslay, OpenSSL and libmosquitto stay inside.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

#include <sys/types.h>

struct net;
struct net_timer;
/* --- the loop ------------------------------------------------------------ */
int net_open(const struct clock *clock, struct net **ret);
/* Ends all traffic: runs what was posted, closes listeners and connections
 * (their on_close is called, so the rooms must still be there), waits for work
 * under way. Posts are taken after it but never run. */
void net_shut(struct net *net);
void net_close(struct net *net); /* net_shut() if need be; then timers may be freed */
int net_run(struct net *net);    /* until net_stop() */
void net_stop(struct net *net);
/* What was asked is answered (within 2 s), who calls on a socket of the service manager
 * is left to the next process; then last(ctx), and net_stop(). Asked twice: at once. */
void net_leave(struct net *net, void (*last)(void *ctx), void *ctx);
/* Time of this turn of the loop, read once. */
int64_t net_wall_ms(const struct net *net);
int64_t net_mono_ms(const struct net *net);
/* Any thread: fn(ctx) will run on the loop, in the order posted. */
void net_post(struct net *net, void (*fn)(void *ctx), void *ctx);
/* work(ctx) in the pool (4 threads), then done(ctx) on the loop. */
void net_work(struct net *net, void (*work)(void *ctx), void (*done)(void *ctx),
	      void *ctx);
void net_flush(struct net *net); /* now; at the end of each turn it goes by itself */
/* Of each in which something happened: the journal's batch. */
void net_on_turn_end(struct net *net, void (*fn)(void *ctx), void *ctx);
/* SIGTERM and SIGINT. */
void net_on_terminate(struct net *net, void (*fn)(void *ctx), void *ctx);
struct net_timer *net_timer_new(struct net *net, void (*fn)(void *ctx), void *ctx);
/* Fires after delay_ms, then each repeat_ms (0: once). Restarts if running. */
void net_timer_start(struct net_timer *t, int64_t delay_ms, int64_t repeat_ms);
void net_timer_stop(struct net_timer *t);
void net_timer_free(struct net_timer *t); /* NULL is fine */

/* Runs argv (no shell), feeds it `input` on stdin, kills it and its children
 * after timeout_ms. done(ctx, exit_status) in a later turn; status < 0: could not
 * run or killed. Returns < 0, without done(), for no argv or after net_shut(). */
int net_spawn(struct net *net, const char *const argv[], struct span input,
	      int64_t timeout_ms, void (*done)(void *ctx, int exit_status), void *ctx);

/* --- the service manager: sd_listen_fds(3), sd_notify(3) -------------------- */
void net_service_left(struct net *net, struct buf *ret); /* sockets nobody took */
void net_service_tell(struct net *net, const char *state);
int64_t net_service_watchdog_ms(const struct net *net); /* 0: none waits for us */

/* --- addresses and TLS --------------------------------------------------- */
/* "127.0.0.1:8080", "[::1]:0", "0.0.0.0:443". Port 0 takes a free one. */
struct net_tls; /* certificate and key of a listener */
/* PEM texts. client_ca_pem: empty, or only clients with a certificate of one of
 * these authorities are let in. TLS 1.2+ only. 0 or ERR_CRYPTO with *ret_why. */
int net_tls_new(struct span cert_pem, struct span key_pem, struct span client_ca_pem,
		struct net_tls **ret, struct buf *ret_why);
/* For calls of ours: who is called must show a certificate of one of these
 * authorities (empty: of the machine's) for the name that was called. */
int net_tls_client(struct span ca_pem, struct net_tls **ret, struct buf *ret_why);
/* New certificate and key for later connections; on failure the old ones stay. */
int net_tls_renew(struct net_tls *tls, struct span cert_pem, struct span key_pem,
		  struct buf *ret_why);
void net_tls_free(struct net_tls *tls); /* listeners keep what they need */
/* Makes a node authority (EC P-256, 10 years) and server certificates from it
 * (397 days, subjectAltNames from names: DNS names and addresses). PEM out. */
int net_authority_new(struct span common_name, struct buf *ret_cert,
		      struct buf *ret_key);
int net_authority_issue(struct span ca_cert, struct span ca_key,
			const struct span *names, size_t n_names, struct buf *ret_cert,
			struct buf *ret_key);
/* A client's certificate (a device, a peer node): what net_tls_new() checks. */
int net_authority_issue_client(struct span ca_cert, struct span ca_key,
			       struct span common_name, int days, struct buf *ret_cert,
			       struct buf *ret_key);
/* Days until a PEM certificate ends, or a negative error. */
int net_certificate_days_left(struct span cert_pem, int64_t now_ms);

/* AES-CBC of whole blocks, the vector zero, no padding: SIA DC-09 has no better. key
 * 16, 24 or 32 bytes; ret takes in.n bytes. 0 or ERR_CRYPTO. */
int net_aes_cbc(bool is_encrypting, struct span key, struct span in, char *ret);

struct net_listener;
/* The address really bound, "127.0.0.1:40123". */
const char *net_listener_address(const struct net_listener *l);
int net_listener_port(const struct net_listener *l);
/* Takes no more; idle HTTP connections end, the others go on. */
void net_listener_close(struct net_listener *l);

/* --- HTTP ---------------------------------------------------------------- */
struct http_exchange; /* one request and its answer; lives until responded */

struct http_header {
	struct span name, value;
};

struct http_request {
	struct span method; /* "GET" */
	struct span path;   /* percent-decoded, without the query; no NUL, no ".." */
	struct span query;  /* raw, without '?' */
	const struct http_header *headers;
	size_t n_headers;
	struct span body; /* complete; at most the listener's limit */
	const char *peer; /* numeric address of the other side, no port */
	/* is_loopback: from this machine, and not brought by a proxy */
	bool is_tls, is_loopback;
	bool wants_upgrade;  /* a valid WebSocket handshake (RFC 6455) */
	struct arena *arena; /* lives as long as the exchange */
};

struct http_server {
	/* The request is valid until the exchange is responded to. */
	void (*on_request)(void *ctx, struct http_exchange *ex,
			   const struct http_request *req);
	void *ctx;
	size_t body_max;       /* larger: 413 without calling on_request */
	int header_timeout_ms; /* whole head within this, else closed */
	int idle_timeout_ms;   /* keep-alive idle */
	int connections_max;   /* beyond: oldest idle one is closed, else refused */
	const char *proxies;   /* by commas: their X-Forwarded-… is believed */
	/* The limit of one request by its head (no body yet); NULL: body_max. */
	size_t (*body_max_for)(void *ctx, const struct http_request *req);
};
int http_listen(struct net *net, struct span address, struct net_tls *tls,
		const struct http_server *server, struct net_listener **ret);

/* First header of that name (any case), or empty. */
struct span http_header_find(const struct http_request *req, const char *name);
/* Value of a query key, percent-decoded into the arena; p == NULL when absent. */
struct span http_query(const struct http_request *req, const char *key);
struct span http_cookie(const struct http_request *req, const char *name);

/* SHA-256 of the client's checked certificate; ERR_NOT_FOUND without one. */
int http_certificate(const struct http_exchange *ex, uint8_t ret_sha256[32]);

/* A body that comes piece by piece, as fast as its reader takes it. */
struct http_source {
	/* Appends 1 to max bytes to out; < 0: the connection ends here. */
	int (*more)(void *ctx, struct buf *out, size_t max);
	void (*done)(void *ctx); /* once, whatever happened */
};

/* Exactly one of these four ends an exchange, now or in a later turn; if the
 * peer has gone meanwhile it is a no-op. Bodies are copied (http_respond) or
 * borrowed for the life of the program (http_respond_static).
 * extra: further header lines "Name: value\r\n…" or empty. Content-Length,
 * Date and keep-alive handling are net's; HEAD sends no body. Answers on one
 * connection go out in the order of its requests (pipelining). */
void http_respond(struct http_exchange *ex, int status, const char *content_type,
		  struct span extra, struct span body);
void http_respond_static(struct http_exchange *ex, int status, const char *content_type,
			 struct span extra, struct span body);

/* length bytes of src. The exchange stands until src->done; if the peer has gone
 * already, done is called at once. */
void http_respond_source(struct http_exchange *ex, int status, const char *content_type,
			 struct span extra, uint64_t length,
			 const struct http_source *src, void *ctx);
/* Ends the connection of an exchange whose source is running, at once (as ws_cut). */
void http_cut(struct http_exchange *ex);

/* --- WebSocket ----------------------------------------------------------- */
#define WS_HIGH_MARK (64 * 1024) /* bytes queued */
#define WS_QUEUE_MAX (16u << 20) /* net itself gives the peer up */

struct ws;
struct ws_frame; /* an outgoing text message, framed once, shared by readers */

struct ws_handlers {
	/* Valid UTF-8. Binary messages close with 1003, pings are answered. */
	void (*on_text)(void *ctx, struct ws *ws, struct span text);
	void (*on_close)(void *ctx, struct ws *ws); /* ws is gone after it */
	/* The queue, above WS_HIGH_MARK before (nothing is read then), is empty. */
	void (*on_drained)(void *ctx, struct ws *ws);
	size_t message_max; /* larger: close 1009 */
};

/* Ends the exchange with 101. protocol: NULL or the subprotocol chosen. NULL
 * when the peer has gone or the request was none (400 is sent). */
struct ws *http_upgrade(struct http_exchange *ex, const char *protocol,
			const struct ws_handlers *handlers, void *ctx);
struct ws_frame *ws_frame_new(struct span text); /* one reference */
struct ws_frame *ws_frame_ref(struct ws_frame *f);
void ws_frame_unref(struct ws_frame *f);
size_t ws_frame_bytes(const struct ws_frame *f);
/* Queues f (takes its own reference). All that was queued in one turn leaves
 * in one writev at the end of the turn. */
void ws_send(struct ws *ws, struct ws_frame *f);
size_t ws_queued_bytes(const struct ws *ws); /* not yet taken by the kernel */
/* Bytes ever given to ws_send, and of these what the peer's machine has. */
uint64_t ws_given(const struct ws *ws);
uint64_t ws_delivered(const struct ws *ws);
/* Sends what is queued, a close frame, closes within 2 s; the rest does not leave. */
void ws_close(struct ws *ws, int code, const char *reason);
/* At once: nothing of what is queued, here or in the kernel, leaves. */
void ws_cut(struct ws *ws);
const char *ws_peer(const struct ws *ws);

/* --- raw sockets for device doors ---------------------------------------- */
struct net_conn; /* one TCP connection, or one UDP peer for one datagram */

struct net_handlers {
	/* Returns the connection's own pointer (kept in the conn). */
	void *(*on_open)(void *ctx, struct net_conn *c);
	/* Bytes so far; returns how many were used (rest comes again with more),
	 * or < 0 to close. UDP: one datagram, all is used. */
	ssize_t (*on_data)(void *own, struct net_conn *c, struct span in);
	void (*on_end)(void *own, struct net_conn *c); /* says no more; may be NULL */
	void (*on_close)(void *own, struct net_conn *c);
	size_t in_max; /* unused bytes beyond this: closed */
	int idle_timeout_ms, connections_max;
};

int net_tcp_listen(struct net *net, struct span address, struct net_tls *tls,
		   const struct net_handlers *h, void *ctx, struct net_listener **ret);
/* UDP: on_open/on_close frame each datagram; net_conn_send answers its sender.
 * Its id can still be found, and answered, while 4096 more datagrams come. */
int net_udp_listen(struct net *net, struct span address, const struct net_handlers *h,
		   void *ctx, struct net_listener **ret);
/* Calls "host:port"; a name is looked up by a work thread. on_open(ctx, …) when it
 * stands, TLS and all (10 s at most); on_close once in any case. < 0 (bad address,
 * after net_shut()): no handler is called. *ret_id: its handle. */
int net_tcp_call(struct net *net, struct span address, struct net_tls *tls,
		 const struct net_handlers *h, void *ctx, uint64_t *ret_id);
/* Copies; false when the connection's send queue (64 KiB) is full. */
bool net_conn_send(struct net_conn *c, struct span out);
void net_conn_close(struct net_conn *c); /* on_close follows in a later turn */
const char *net_conn_peer(const struct net_conn *c);
/* A handle that may outlive the connection: NULL once it is closed. */
int net_conn_certificate(const struct net_conn *c, uint8_t ret_sha256[32]);
uint64_t net_conn_id(const struct net_conn *c);
struct net_conn *net_conn_find(struct net *net, uint64_t id);

/* --- asking over HTTP ------------------------------------------------------ */
struct http_fetch; /* until done() was called */
struct http_answer {
	int status; /* 200 and above */
	struct span body, etag, modified, location;
};
struct http_fetch_args {
	struct span url, post; /* http[s]://host[:port]/path; JSON, empty: a GET */
	struct net_tls *tls;   /* of net_tls_client(), for https */
	struct span accept, etag, modified; /* of the answer before; may be empty */
	size_t body_max;
	int timeout_ms; /* of the whole */
	/* Once, in a later turn. rc < 0: no answer; what it holds lives as long as
	 * the call of it. It may ask for the next thing. */
	void (*done)(void *ctx, int rc, const struct http_answer *a);
	void *ctx;
};
/* One GET or POST; follows nothing. < 0 (no such url, after net_shut()): no done(). */
int http_fetch(struct net *net, const struct http_fetch_args *args,
	       struct http_fetch **ret);
void http_fetch_drop(struct http_fetch *f); /* done() will not be called */
/* A link as it stands in what came from base, in full; false: it is none. */
bool http_url_join(struct span base, struct span link, struct buf *ret);
/* To where a stranger's link may lead us: any https, or the very door it came from. */
bool http_url_may_follow(struct span from, struct span to);

/* --- a broker of MQTT messages whose client the node is ---------------------- */
struct net_broker;
struct net_broker_config {
	const char *address; /* "host:port" */
	const char *client;  /* our lasting name there: what comes waits for us */
	const char *user, *password, *authority; /* NULL: none; a file of PEM */
	bool is_tls;
	const char *status; /* topic that says "online", or "offline" by our will */
	const char *const *topics; /* ends with NULL */
	/* On the loop, one at a time: the broker has no answer, and so keeps it, until
	 * net_broker_taken() with this serial. */
	void (*on_message)(void *ctx, uint64_t serial, struct span topic,
			   struct span payload);
	void (*on_link)(void *ctx, bool is_up);
	void *ctx;
};
int net_broker_open(struct net *net, const struct net_broker_config *cfg,
		    struct net_broker **ret, struct buf *ret_why);
void net_broker_taken(struct net_broker *b, uint64_t serial);
bool net_broker_publish(struct net_broker *b, const char *topic, struct span payload);
/* After net_shut(), so that nothing that was posted finds it gone. NULL is fine. */
void net_broker_close(struct net_broker *b);
