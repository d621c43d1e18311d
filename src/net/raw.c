/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device connections over TCP or TLS: bytes to the door's handlers, a small
 * queue back, an idle limit, and handles (ids) that outlive a connection.
 * Datagrams are next door in udp.c. Knows no device protocol.
 */
#include "net/raw_in.h"
#include "net/under.h"

#include <stdlib.h>

#define SEND_MAX (64 * 1024)
#define CLOSE_MS 2000

/* --- handles: generation << 32 | place + 1 --- */

struct slot {
	struct net_conn *conn;
	uint32_t generation;
};

struct slots {
	struct slot *all;
	uint32_t *spare;
	size_t n, cap, n_spare;
};

static struct slots *
slots_of(struct net *net)
{
	if (!net->conns)
		net->conns = calloc(1, sizeof(struct slots));
	if (!net->conns)
		abort();
	return net->conns;
}

static void
slots_grow(struct slots *s)
{
	s->cap = s->cap ? s->cap * 2 : 64;
	s->all = realloc(s->all, s->cap * sizeof(struct slot));
	s->spare = realloc(s->spare, s->cap * sizeof(uint32_t));
	if (!s->all || !s->spare)
		abort();
}

void
conn_name(struct net_conn *c)
{
	struct slots *s = slots_of(c->net);
	uint32_t at;

	if (!s->n_spare && s->n == s->cap)
		slots_grow(s);
	if (s->n_spare) {
		at = s->spare[--s->n_spare];
	} else {
		at = (uint32_t)s->n++;
		s->all[at].generation = 1;
	}
	s->all[at].conn = c;
	c->id = (uint64_t)s->all[at].generation << 32 | (at + 1);
}

void
conn_unname(struct net_conn *c)
{
	uint32_t at = (uint32_t)c->id - 1;
	struct slots *s;

	if (!c->id)
		return;
	s = slots_of(c->net);
	s->all[at].conn = NULL;
	s->all[at].generation++;
	s->spare[s->n_spare++] = at;
	c->id = 0;
}

struct net_conn *
net_conn_find(struct net *net, uint64_t id)
{
	struct slots *s = slots_of(net);
	uint32_t at = (uint32_t)id - 1;

	if (at >= s->n || s->all[at].generation != (uint32_t)(id >> 32))
		return NULL;
	return s->all[at].conn;
}

uint64_t
net_conn_id(const struct net_conn *c)
{
	return c->id;
}

void
raw_room_done(struct net *net)
{
	struct slots *s = slots_of(net);

	free(s->all);
	free(s->spare);
	free(s);
	net->conns = NULL;
}

/* --- the stream's callbacks --- */

static ssize_t
on_bytes(void *owner, struct span in)
{
	struct net_conn *c = owner;
	const struct net_handlers *h = &c->door->handlers;
	ssize_t used;

	if (!in.n)
		return 0;
	stream_deadline(c->stream, h->idle_timeout_ms);
	used = h->on_data(c->own, c, in);
	if (used < 0 || (size_t)used > in.n || in.n - (size_t)used > h->in_max)
		return -1;
	if (used > 0)
		list_remove(&c->stream->idle); /* it speaks our language */
	return used;
}

static void
on_end(void *owner)
{
	struct net_conn *c = owner;

	stream_deadline(c->stream, CLOSE_MS); /* an answer may still be due */
	if (c->door->handlers.on_end)
		c->door->handlers.on_end(c->own, c);
}

static void
on_deadline(void *owner)
{
	struct net_conn *c = owner;

	stream_close(c->stream);
}

static void
on_drained(void *owner)
{
	(void)owner;
}

static void
on_gone(void *owner)
{
	struct net_conn *c = owner;

	conn_unname(c);
	if (c->door->handlers.on_close)
		c->door->handlers.on_close(c->own, c);
	if (c->is_call)
		free(c->door);
	free(c);
}

static void
on_ready(void *owner)
{
	struct net_conn *c = owner;
	const struct net_handlers *h = &c->door->handlers;

	stream_deadline(c->stream, h->idle_timeout_ms);
	if (h->on_open)
		c->own = h->on_open(c->own, c);
}

const struct stream_ops raw_ops = { .on_bytes = on_bytes,
				    .on_end = on_end,
				    .on_drained = on_drained,
				    .on_deadline = on_deadline,
				    .on_gone = on_gone,
				    .on_ready = on_ready };

/* Until it has said something of use a connection may be given up for another. */
static void
on_accept(struct net_listener *l, struct stream *s)
{
	struct net_conn *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->net = l->net;
	c->stream = s;
	c->door = l->kind;
	stream_attach(s, &raw_ops, c);
	stream_deadline(s, c->door->handlers.idle_timeout_ms);
	if (!link_is_on(&s->idle))
		list_add(&l->idle, &s->idle);
	conn_name(c);
	c->own = c->door->handlers.on_open ? c->door->handlers.on_open(c->door->ctx, c)
					   : c->door->ctx;
}

static void
on_free(struct net_listener *l)
{
	free(l->kind);
}

static const struct listener_ops raw_listener = { on_accept, on_free };

int
net_tcp_listen(struct net *net, struct span address, struct net_tls *tls,
	       const struct net_handlers *h, void *ctx, struct net_listener **ret)
{
	struct net_listener *l;
	struct raw_door *door;
	int r;

	if (h->in_max > LEFT_MAX)
		return ERR_RANGE;
	r = listener_open(net, address, SOCK_STREAM, &raw_listener, &l);
	if (r < 0)
		return r;
	door = calloc(1, sizeof *door);
	if (!door)
		abort();
	door->handlers = *h;
	door->ctx = ctx;
	l->kind = door;
	l->connections_max = h->connections_max;
	l->tls = tls;
	tls_ref(tls);
	r = listener_start(l, NULL);
	if (r < 0) {
		net_listener_close(l);
		return r;
	}
	if (ret)
		*ret = l;
	return 0;
}

/* --- for the doors --- */

bool
net_conn_send(struct net_conn *c, struct span out)
{
	if (c->is_datagram)
		return datagram_send(c, out);
	if (!c->stream || !stream_is_open(c->stream) ||
	    c->stream->queued + out.n > SEND_MAX)
		return false;
	net_busy(c->net);
	stream_send_copy(c->stream, out);
	return true;
}

void
net_conn_close(struct net_conn *c)
{
	if (c->is_datagram)
		return;
	net_busy(c->net);
	conn_unname(c);
	if (!c->stream)
		return; /* a call that is not dialled yet: it will find nobody */
	if (c->stream->is_connecting || c->stream->is_handshaking)
		stream_close(c->stream);
	else
		stream_finish(c->stream, CLOSE_MS);
}

const char *
net_conn_peer(const struct net_conn *c)
{
	return c->is_datagram || !c->stream ? c->peer : c->stream->peer;
}

int
net_conn_certificate(const struct net_conn *c, uint8_t ret_sha256[32])
{
	return tls_certificate(c->is_datagram ? NULL : c->stream->ssl, ret_sha256);
}
