/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte connection: a non-blocking socket under uv_poll, with TLS or
 * without, or memory only. Reads into the loop's one buffer; what the owner
 * does not use is kept and offered again. What goes out is queued by
 * reference and leaves at the end of the turn in one sendmsg. A closed stream
 * is buried at the end of a turn, so no callback ever runs inside another.
 */
#include "net/inside.h"
#include "net/under.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define IOV_BATCH 64
#define TLS_RECORD 16384
#define KEEP_IN 4096 /* a larger buffer is freed when it is empty */
#define KEEP_Q 64
#define COPY_BYTES 512 /* short answers of one turn share a chunk of this size */

struct ws_frame *
chunk_new(size_t n)
{
	struct ws_frame *c = malloc(sizeof *c + n);

	if (!c)
		abort();
	c->refs = 1;
	c->room = 0;
	c->n = n;
	return c;
}

static void
on_stall(void *ctx)
{
	struct stream *s = ctx;

	if (s->is_connecting || s->is_handshaking ||
	    s->taken - s->stall_mark < STALL_BYTES) {
		stream_close(s);
		return;
	}
	s->stall_mark = s->taken;
	net_timer_start(&s->stall, STALL_MS, 0);
}

static void
on_deadline(void *ctx)
{
	struct stream *s = ctx;

	if (s->state == STREAM_OPEN && s->ops)
		s->ops->on_deadline(s->owner);
	else
		stream_close(s);
}

struct stream *
stream_new(struct net *net, int fd, struct net_listener *l)
{
	struct stream *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->net = net;
	s->fd = fd;
	if (l) {
		listener_ref(l);
		s->listener = l;
		l->n_connections++;
	}
	timer_init(&s->deadline, net, on_deadline, s);
	timer_init(&s->stall, net, on_stall, s);
	list_add(&net->streams, &s->all);
	return s;
}

void
stream_attach(struct stream *s, const struct stream_ops *ops, void *owner)
{
	s->ops = ops;
	s->owner = owner;
}

/* --- what the poll waits for --- */

static void on_poll(uv_poll_t *poll, int status, int events);

static void
mark_dirty(struct stream *s)
{
	if (!link_is_on(&s->dirty))
		list_add(s->is_feed ? &s->net->feeds : &s->net->dirty, &s->dirty);
}

static void
poll_update(struct stream *s)
{
	int events = 0;

	if (s->fd < 0)
		return;
	if (s->is_connecting)
		events = s->state == STREAM_CLOSED ? 0 : UV_WRITABLE;
	else if (s->state != STREAM_CLOSED && !s->is_eof &&
		 (!s->is_paused || s->state == STREAM_LINGERING))
		events |= UV_READABLE;
	if (s->is_blocked && s->state != STREAM_CLOSED && !s->is_connecting)
		events |= UV_WRITABLE;
	if (events == s->events)
		return;
	s->events = events;
	if (events)
		uv_poll_start(&s->poll, events, on_poll);
	else
		uv_poll_stop(&s->poll);
}

int
stream_start(struct stream *s, struct net_tls *tls)
{
	if (uv_poll_init_socket(&s->net->loop, &s->poll, s->fd) != 0)
		return ERR_IO;
	s->poll.data = s;
	if (tls) {
		s->ssl = tls_session_new(tls, s->fd, net_mono_ms(s->net));
		if (!s->ssl)
			return ERR_CRYPTO;
		s->is_handshaking = true;
		net_timer_start(&s->stall, HANDSHAKE_MS, 0);
	}
	poll_update(s);
	return 0;
}

int
stream_call(struct stream *s, struct net_tls *tls, const char *host)
{
	if (uv_poll_init_socket(&s->net->loop, &s->poll, s->fd) != 0)
		return ERR_IO;
	s->poll.data = s;
	if (tls && !(s->ssl = tls_session_call(tls, s->fd, host)))
		return ERR_CRYPTO;
	s->is_connecting = true;
	net_timer_start(&s->stall, HANDSHAKE_MS, 0);
	poll_update(s);
	return 0;
}

void
stream_pause(struct stream *s)
{
	s->is_paused = true;
	poll_update(s);
}

void
stream_resume(struct stream *s)
{
	s->is_paused = false;
	if (s->state == STREAM_OPEN && !link_is_on(&s->resume))
		list_add(&s->net->resume, &s->resume);
	poll_update(s);
}

void
stream_deadline(struct stream *s, int64_t ms)
{
	if (ms > 0)
		net_timer_start(&s->deadline, ms, 0);
	else
		net_timer_stop(&s->deadline);
}

/* --- in --- */

/* `in` is the loop's buffer or the caller's: what stays over is copied. */
static void
give(struct stream *s, struct span in)
{
	ssize_t used = s->ops->on_bytes(s->owner, in);

	if (s->state != STREAM_OPEN)
		return;
	if (used < 0 || (size_t)used > in.n || in.n - (size_t)used > LEFT_MAX) {
		stream_close(s);
		return;
	}
	in = span_skip(in, (size_t)used);
	buf_clear(&s->in);
	if (in.n)
		buf_add_span(&s->in, in);
	else if (s->in.cap > KEEP_IN)
		buf_done(&s->in);
}

void
stream_offer(struct stream *s)
{
	size_t n = s->in.n;

	if (s->state != STREAM_OPEN || s->is_paused)
		return;
	if (n)
		memcpy(s->net->in, s->in.p, n);
	give(s, (struct span){ s->net->in, n });
	if (s->is_eof && s->state == STREAM_OPEN && !s->is_paused)
		s->ops->on_end(s->owner);
}

static ssize_t
pull(struct stream *s, char *p, size_t n)
{
	ssize_t got;

	if (s->ssl && s->state != STREAM_LINGERING)
		return tls_read(s->ssl, p, n);
	got = recv(s->fd, p, n, 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_AGAIN : ERR_CLOSED;
	return got;
}

static void
take_end(struct stream *s)
{
	s->is_eof = true;
	poll_update(s);
	if (s->state == STREAM_LINGERING)
		stream_close(s);
	else if (s->state == STREAM_OPEN && !s->is_paused && !link_is_on(&s->resume))
		s->ops->on_end(s->owner); /* else when what waits has been offered */
}

static void
read_once(struct stream *s)
{
	size_t had = s->state == STREAM_OPEN ? s->in.n : 0;
	ssize_t n;

	if (had)
		memcpy(s->net->in, s->in.p, had);
	n = pull(s, s->net->in + had, READ_MAX);
	if (n == ERR_AGAIN)
		return;
	if (n < 0)
		stream_close(s);
	else if (n == 0)
		take_end(s);
	else if (s->state == STREAM_OPEN)
		give(s, (struct span){ s->net->in, had + (size_t)n });
}

static void
handshake(struct stream *s)
{
	bool wants_write = false;
	int r;

	if (s->net->handshakes++ >= HANDSHAKES_PER_TURN)
		return; /* the socket stays readable: the next turn */
	r = tls_handshake(s->ssl, &wants_write);
	if (r < 0) {
		stream_close(s);
		return;
	}
	s->is_blocked = wants_write;
	if (r > 0) {
		s->is_handshaking = s->is_blocked = false;
		net_timer_stop(&s->stall);
		if (s->listener)
			s->listener->ops->on_accept(s->listener, s);
		else
			s->ops->on_ready(s->owner);
	}
	poll_update(s);
}

/* The other side answered: it stands, or TLS begins, or it will not have us. */
static void
connected(struct stream *s)
{
	int error = 0;
	socklen_t n = sizeof error;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error) {
		stream_close(s);
		return;
	}
	s->is_connecting = false;
	if (s->ssl) {
		s->is_handshaking = true;
		handshake(s);
		return;
	}
	net_timer_stop(&s->stall);
	s->ops->on_ready(s->owner);
	poll_update(s);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct stream *s = poll->data;

	net_busy(s->net);
	if (s->state == STREAM_CLOSED)
		return;
	if (status < 0) {
		stream_close(s);
		return;
	}
	if (s->is_connecting) {
		connected(s);
		return;
	}
	if (s->is_handshaking) {
		handshake(s);
		return;
	}
	if ((events & UV_WRITABLE) && s->is_feed)
		mark_dirty(s); /* in its turn: a thousand may have room at once */
	else if (events & UV_WRITABLE)
		stream_flush(s);
	if (!(events & UV_READABLE))
		return;
	do
		read_once(s);
	while (s->ssl && s->state != STREAM_CLOSED && !s->is_paused && !s->is_eof &&
	       tls_has_more(s->ssl));
}

void
stream_feed(struct stream *s, struct span in)
{
	struct buf all = { 0 };

	net_busy(s->net);
	if (s->state != STREAM_OPEN)
		return;
	if (!in.n) {
		take_end(s);
		return;
	}
	if (s->is_paused) {
		buf_add_span(&s->in, in);
		return;
	}
	buf_add_span(&all, buf_span(&s->in));
	buf_add_span(&all, in);
	give(s, buf_span(&all));
	buf_done(&all);
}

/* --- out --- */

void
stream_send(struct stream *s, struct span out, struct ws_frame *chunk)
{
	if (s->state != STREAM_OPEN || !out.n)
		return;
	if (s->q_n == s->q_cap && s->q_head) {
		memmove(s->q, s->q + s->q_head,
			(s->q_n - s->q_head) * sizeof(struct out));
		s->q_n -= s->q_head;
		s->q_head = 0;
	}
	if (s->q_n == s->q_cap) {
		s->q_cap = s->q_cap ? s->q_cap * 2 : 4;
		s->q = realloc(s->q, s->q_cap * sizeof(struct out));
		if (!s->q)
			abort();
	}
	if (chunk)
		chunk->refs++;
	s->q[s->q_n++] = (struct out){ out.p, out.n, chunk };
	s->queued += out.n;
	mark_dirty(s);
}

/* Behind what was copied just before, if nobody else holds that and it has room. */
static bool
join_last(struct stream *s, struct span out)
{
	struct out *last = s->q_head < s->q_n ? &s->q[s->q_n - 1] : NULL;
	struct ws_frame *c = last ? last->chunk : NULL;

	if (!c || c->refs != 1 || c->room < out.n)
		return false;
	memcpy(c->p + c->n, out.p, out.n);
	c->n += out.n;
	c->room -= (unsigned)out.n;
	last->n += out.n;
	s->queued += out.n;
	mark_dirty(s);
	return true;
}

void
stream_send_copy(struct stream *s, struct span out)
{
	struct ws_frame *c;

	if (s->state != STREAM_OPEN || !out.n || join_last(s, out))
		return;
	c = chunk_new(out.n < COPY_BYTES ? COPY_BYTES : out.n);
	memcpy(c->p, out.p, out.n);
	c->room = (unsigned)(c->n - out.n);
	c->n = out.n;
	stream_send(s, (struct span){ c->p, out.n }, c);
	ws_frame_unref(c);
}

static void
drop_sent(struct stream *s, size_t n)
{
	s->queued -= n;
	s->taken += n;
	while (n) {
		struct out *o = &s->q[s->q_head];
		size_t part = n < o->n ? n : o->n;

		o->p += part;
		o->n -= part;
		n -= part;
		if (o->n)
			break;
		ws_frame_unref(o->chunk);
		s->q_head++;
	}
	if (s->q_head < s->q_n)
		return;
	s->q_head = s->q_n = 0;
	if (s->q_cap > KEEP_Q) {
		free(s->q);
		s->q = NULL;
		s->q_cap = 0;
	}
}

static ssize_t
push_plain(struct stream *s)
{
	struct iovec iov[IOV_BATCH];
	struct msghdr msg = { .msg_iov = iov };
	ssize_t n;

	for (unsigned i = s->q_head; i < s->q_n && msg.msg_iovlen < IOV_BATCH; i++)
		iov[msg.msg_iovlen++] =
			(struct iovec){ (void *)(uintptr_t)s->q[i].p, s->q[i].n };
	n = msg.msg_iovlen == 1
		    ? send(s->fd, iov[0].iov_base, iov[0].iov_len, MSG_NOSIGNAL)
		    : sendmsg(s->fd, &msg, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_AGAIN : ERR_CLOSED;
	return n;
}

/* One record of up to 16 KiB. After ERR_AGAIN the next call begins with the
 * same bytes and at least as many: the queue only grows at its end. */
static ssize_t
push_tls(struct stream *s)
{
	struct out *first = &s->q[s->q_head];
	char record[TLS_RECORD];
	size_t n = 0;

	if (first->n >= TLS_RECORD)
		return tls_write(s->ssl, first->p, TLS_RECORD);
	for (unsigned i = s->q_head; i < s->q_n && n < TLS_RECORD; i++) {
		size_t part = s->q[i].n;

		if (part > TLS_RECORD - n)
			part = TLS_RECORD - n;
		memcpy(record + n, s->q[i].p, part);
		n += part;
	}
	return tls_write(s->ssl, record, n);
}

static ssize_t
push_memory(struct stream *s)
{
	struct out *first = &s->q[s->q_head];

	if (s->sink)
		s->sink(s->sink_ctx, (struct span){ first->p, first->n });
	return (ssize_t)first->n;
}

static void
set_blocked(struct stream *s, bool is_blocked)
{
	if (is_blocked == s->is_blocked)
		return;
	s->is_blocked = is_blocked;
	if (!is_blocked) {
		net_timer_stop(&s->stall);
	} else if (!s->ops->may_stall || s->state != STREAM_OPEN) {
		s->stall_mark = s->taken;
		net_timer_start(&s->stall, STALL_MS, 0);
	}
	poll_update(s);
}

static void
shut(struct stream *s)
{
	s->state = STREAM_LINGERING;
	if (s->fd < 0 || s->is_eof) {
		stream_close(s);
		return;
	}
	if (s->ssl)
		tls_goodbye(s->ssl);
	shutdown(s->fd, SHUT_WR);
	net_timer_start(&s->deadline, LINGER_MS, 0);
	poll_update(s);
}

void
stream_flush(struct stream *s)
{
	bool had = s->queued > 0;
	uint64_t before = s->taken;
	ssize_t n = 0;

	if (s->state == STREAM_CLOSED || s->state == STREAM_LINGERING ||
	    s->is_handshaking || s->is_connecting)
		return;
	while (s->queued && s->taken - before < WRITE_MAX) {
		n = s->fd < 0 ? push_memory(s) : s->ssl ? push_tls(s) : push_plain(s);
		if (n < 0)
			break;
		drop_sent(s, (size_t)n);
	}
	if (n < 0 && n != ERR_AGAIN) {
		stream_close(s);
		return;
	}
	set_blocked(s, n == ERR_AGAIN);
	if (s->queued) {
		if (n != ERR_AGAIN)
			mark_dirty(s); /* the others first */
		return;
	}
	if (s->state == STREAM_FINISHING)
		shut(s);
	else if (had)
		s->ops->on_drained(s->owner);
}

/* --- ends --- */

void
stream_finish(struct stream *s, int64_t within_ms)
{
	if (s->state != STREAM_OPEN)
		return;
	s->state = STREAM_FINISHING;
	stream_deadline(s, within_ms);
	if (s->is_blocked) {
		s->stall_mark = s->taken;
		net_timer_start(&s->stall, STALL_MS, 0);
	}
	s->is_paused = true; /* nothing more is read until the write side shuts */
	poll_update(s);
	mark_dirty(s);
}

void
stream_close(struct stream *s)
{
	if (s->state == STREAM_CLOSED)
		return;
	s->state = STREAM_CLOSED;
	net_timer_stop(&s->deadline);
	net_timer_stop(&s->stall);
	poll_update(s);
	list_add(&s->net->grave, &s->grave);
}

void
stream_reset(struct stream *s)
{
	struct linger none = { .l_onoff = 1 };

	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	stream_close(s);
}

uint64_t
stream_delivered(const struct stream *s)
{
	int left = 0;

	/* of TLS it counts more than we gave: rather too little than too much */
	if (s->fd >= 0 && ioctl(s->fd, SIOCOUTQ, &left) < 0)
		left = 0;
	return s->taken > (uint64_t)left ? s->taken - (uint64_t)left : 0;
}

static void
on_poll_closed(uv_handle_t *handle)
{
	struct stream *s = handle->data;

	close(s->fd);
	free(s);
}

void
stream_bury(struct stream *s)
{
	if (s->ops)
		s->ops->on_gone(s->owner);
	list_remove(&s->all);
	list_remove(&s->dirty);
	list_remove(&s->resume);
	list_remove(&s->idle);
	timer_done(&s->deadline);
	timer_done(&s->stall);
	for (unsigned i = s->q_head; i < s->q_n; i++)
		ws_frame_unref(s->q[i].chunk);
	free(s->q);
	buf_done(&s->in);
	tls_session_free(s->ssl);
	if (s->listener) {
		s->listener->n_connections--;
		listener_unref(s->listener);
	}
	if (s->fd < 0) {
		free(s);
		return;
	}
	uv_close((uv_handle_t *)&s->poll, on_poll_closed);
}
