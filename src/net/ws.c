/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket (RFC 6455) on an upgraded HTTP connection. What comes in goes
 * through wslay: masks, fragments, UTF-8, control rules. What goes out is
 * framed once in a struct ws_frame, shared by all its readers, and leaves with
 * the stream's queue. Text only; no extensions. Attack list A14.
 */
#include "net/http_in.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <wslay/wslay.h>

#define FRAGMENTS_MAX 1024 /* of one message: each costs an allocation */
#define FRAMES_MAX 200000  /* waiting: each costs 24 bytes beside its own */
#define CLOSE_MS 2000
#define REASON_MAX 123 /* a control frame holds 125 bytes, 2 are the code */

struct ws {
	struct stream *stream;
	struct ws_handlers handlers;
	void *ctx;
	struct wslay_event_context *reader;
	struct span in; /* while it is read */
	unsigned fragments;
	bool is_closing; /* our close frame is queued */
	bool was_high;
};

/* --- frames --- */

static size_t
put_head(uint8_t *p, unsigned opcode, size_t n)
{
	p[0] = (uint8_t)(0x80 | opcode);
	if (n < 126) {
		p[1] = (uint8_t)n;
		return 2;
	}
	if (n < 65536) {
		p[1] = 126;
		p[2] = (uint8_t)(n >> 8);
		p[3] = (uint8_t)n;
		return 4;
	}
	p[1] = 127;
	for (int i = 0; i < 8; i++)
		p[2 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
	return 10;
}

struct ws_frame *
ws_frame_new(struct span text)
{
	uint8_t head[10];
	size_t n = put_head(head, WSLAY_TEXT_FRAME, text.n);
	struct ws_frame *f = chunk_new(n + text.n);

	memcpy(f->p, head, n);
	if (text.n)
		memcpy(f->p + n, text.p, text.n);
	return f;
}

struct ws_frame *
ws_frame_ref(struct ws_frame *f)
{
	f->refs++;
	return f;
}

void
ws_frame_unref(struct ws_frame *f)
{
	if (f && --f->refs == 0)
		free(f);
}

size_t
ws_frame_bytes(const struct ws_frame *f)
{
	return f->n;
}

/* --- out --- */

static void
watch_queue(struct ws *ws)
{
	if (ws->stream->queued <= WS_HIGH_MARK)
		return;
	ws->was_high = true;
	if (!ws->stream->is_paused)
		stream_pause(ws->stream);
	if (ws->stream->queued > WS_QUEUE_MAX ||
	    ws->stream->q_n - ws->stream->q_head > FRAMES_MAX)
		stream_close(ws->stream);
}

void
ws_send(struct ws *ws, struct ws_frame *f)
{
	if (ws->is_closing)
		return;
	net_busy(ws->stream->net);
	stream_send(ws->stream, (struct span){ f->p, f->n }, f);
	watch_queue(ws);
}

size_t
ws_queued_bytes(const struct ws *ws)
{
	return ws->stream->queued;
}

uint64_t
ws_given(const struct ws *ws)
{
	return ws->stream->taken + ws->stream->queued;
}

uint64_t
ws_delivered(const struct ws *ws)
{
	return stream_delivered(ws->stream);
}

void
ws_cut(struct ws *ws)
{
	net_busy(ws->stream->net);
	stream_reset(ws->stream);
}

const char *
ws_peer(const struct ws *ws)
{
	return ws->stream->peer;
}

static void
send_close(struct ws *ws, int code, struct span reason)
{
	uint8_t frame[2 + 2 + REASON_MAX];

	if (reason.n > REASON_MAX)
		reason.n = REASON_MAX;
	while (!utf8_is_valid(reason)) /* cut within a character */
		reason.n--;
	put_head(frame, WSLAY_CONNECTION_CLOSE, 2 + reason.n);
	frame[2] = (uint8_t)(code >> 8);
	frame[3] = (uint8_t)code;
	if (reason.n)
		memcpy(frame + 4, reason.p, reason.n);
	stream_send_copy(ws->stream, (struct span){ (char *)frame, 4 + reason.n });
	ws->is_closing = true;
}

void
ws_close(struct ws *ws, int code, const char *reason)
{
	if (ws->is_closing || !stream_is_open(ws->stream))
		return;
	net_busy(ws->stream->net);
	send_close(ws, code, span_of(reason));
	stream_deadline(ws->stream, CLOSE_MS);
}

/* --- wslay's callbacks --- */

static ssize_t
on_pull(wslay_event_context_ptr reader, uint8_t *buf, size_t n, int flags, void *ctx)
{
	struct ws *ws = ctx;

	(void)flags;
	if (n > ws->in.n)
		n = ws->in.n;
	if (!n || !stream_is_open(ws->stream)) {
		wslay_event_set_error(reader, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(buf, ws->in.p, n);
	ws->in = span_skip(ws->in, n);
	return (ssize_t)n;
}

/* Pongs and the close frames that wslay thinks are due. */
static ssize_t
on_push(wslay_event_context_ptr reader, const uint8_t *data, size_t n, int flags,
	void *ctx)
{
	struct ws *ws = ctx;

	(void)reader;
	(void)flags;
	if (!ws->is_closing)
		stream_send_copy(ws->stream, (struct span){ (const char *)data, n });
	return (ssize_t)n;
}

static void
on_frame(wslay_event_context_ptr reader,
	 const struct wslay_event_on_frame_recv_start_arg *arg, void *ctx)
{
	static const char why[] = "too many fragments";
	struct ws *ws = ctx;

	if (wslay_is_ctrl_frame(arg->opcode))
		return;
	if (arg->opcode != WSLAY_CONTINUATION_FRAME)
		ws->fragments = 0;
	if (++ws->fragments <= FRAGMENTS_MAX)
		return;
	wslay_event_queue_close(reader, WSLAY_CODE_POLICY_VIOLATION,
				(const uint8_t *)why, sizeof why - 1);
	wslay_event_shutdown_read(reader);
}

/* What wslay lets pass in a peer's close frame: half a code (RFC 6455, 5.5.1),
 * and a bad reason that came in several reads. */
static void
check_close(struct ws *ws, struct span p)
{
	if (p.n == 1)
		send_close(ws, WSLAY_CODE_PROTOCOL_ERROR, SPAN(""));
	else if (p.n > 2 && !utf8_is_valid(span_skip(p, 2)))
		send_close(ws, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, SPAN(""));
}

static void
on_message(wslay_event_context_ptr reader,
	   const struct wslay_event_on_msg_recv_arg *arg, void *ctx)
{
	static const char why[] = "text only";
	struct ws *ws = ctx;

	if (ws->is_closing)
		return;
	if (arg->opcode == WSLAY_TEXT_FRAME) {
		struct span text = { (const char *)arg->msg, arg->msg_length };

		ws->handlers.on_text(ws->ctx, ws, text.p ? text : SPAN(""));
	} else if (arg->opcode == WSLAY_BINARY_FRAME) {
		wslay_event_queue_close(reader, WSLAY_CODE_UNSUPPORTED_DATA,
					(const uint8_t *)why, sizeof why - 1);
		wslay_event_shutdown_read(reader);
	} else if (arg->opcode == WSLAY_PING) {
		wslay_event_send(reader); /* the pong, before any later answer */
	} else if (arg->opcode == WSLAY_CONNECTION_CLOSE) {
		check_close(ws,
			    (struct span){ (const char *)arg->msg, arg->msg_length });
	}
}

static const struct wslay_event_callbacks reader_callbacks = {
	.recv_callback = on_pull,
	.send_callback = on_push,
	.on_frame_recv_start_callback = on_frame,
	.on_msg_recv_callback = on_message,
};

/* --- the stream's callbacks --- */

static ssize_t
on_bytes(void *owner, struct span in)
{
	struct ws *ws = owner;
	size_t n = in.n;
	int r;

	if (!n)
		return 0;
	ws->in = in;
	r = wslay_event_recv(ws->reader);
	if (!stream_is_open(ws->stream))
		return (ssize_t)n;
	if (r == 0)
		r = wslay_event_send(ws->reader);
	if (r != 0 && !ws->is_closing) /* it could not even be framed */
		send_close(ws, WSLAY_CODE_PROTOCOL_ERROR, SPAN(""));
	if (r != 0 || !wslay_event_get_read_enabled(ws->reader))
		stream_finish(ws->stream, CLOSE_MS); /* both close frames are out */
	else
		watch_queue(ws);
	ws->in = (struct span){ NULL, 0 };
	return (ssize_t)n;
}

static void
on_end(void *owner)
{
	struct ws *ws = owner;

	stream_close(ws->stream);
}

static void
on_late(void *owner)
{
	struct ws *ws = owner;

	stream_reset(ws->stream);
}

static void
on_drained(void *owner)
{
	struct ws *ws = owner;

	if (!ws->was_high)
		return;
	ws->was_high = false;
	stream_resume(ws->stream);
	net_busy(ws->stream->net);
	if (ws->handlers.on_drained && !ws->is_closing)
		ws->handlers.on_drained(ws->ctx, ws);
}

static void
on_gone(void *owner)
{
	struct ws *ws = owner;

	if (ws->handlers.on_close)
		ws->handlers.on_close(ws->ctx, ws);
	wslay_event_context_free(ws->reader);
	free(ws);
}

static const struct stream_ops ws_ops = { .on_bytes = on_bytes,
					  .on_end = on_end,
					  .on_drained = on_drained,
					  .on_deadline = on_late,
					  .on_gone = on_gone,
					  .may_stall = true };

/* --- the upgrade --- */

static struct ws *
ws_new(struct stream *s, const struct ws_handlers *handlers, void *ctx)
{
	struct ws *ws = calloc(1, sizeof *ws);

	if (!ws || wslay_event_context_server_init(&ws->reader, &reader_callbacks, ws))
		abort();
	wslay_event_config_set_max_recv_msg_length(ws->reader, handlers->message_max);
	ws->stream = s;
	ws->handlers = *handlers;
	ws->ctx = ctx;
	return ws;
}

struct ws *
http_upgrade(struct http_exchange *ex, const char *protocol,
	     const struct ws_handlers *handlers, void *ctx)
{
	struct http_conn *c = ex->conn;
	struct buf head = { 0 };
	struct stream *s;
	struct ws *ws;

	if (!c || !stream_is_open(c->stream)) {
		exchange_free(ex);
		return NULL;
	}
	s = c->stream;
	if (!ex->ws_accept) {
		exchange_refuse(ex, (struct refusal){ 400, "bad_upgrade",
						      "This is no WebSocket." });
		return NULL;
	}
	net_busy(s->net);
	ws = ws_new(s, handlers, ctx);
	buf_printf(&head,
		   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		   "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
		   ex->ws_accept, protocol ? "Sec-WebSocket-Protocol: " : "",
		   protocol ? protocol : "", protocol ? "\r\n" : "");
	stream_send_copy(s, buf_span(&head));
	buf_done(&head);
	exchange_free(ex);
	stream_attach(s, &ws_ops, ws);
	s->is_feed = true;
	free(c); /* its order is empty: an upgrade is asked alone */
	stream_deadline(s, 0);
	list_remove(&s->idle);
	stream_resume(s);
	return ws;
}
