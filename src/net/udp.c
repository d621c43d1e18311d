/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagram doors: each datagram is a short connection of its own (on_open,
 * on_data, on_close). Its handle stays good for the next RECENT datagrams of
 * the listener, so that an answer can wait until it may leave.
 */
#include "net/raw_in.h"

#include <errno.h>
#include <stdlib.h>

#define RECENT 4096
#define PER_TURN 64 /* then those who are connected have their say */

struct udp_door {
	struct raw_door raw; /* first: a net_conn points to it */
	struct net_conn *recent;
	size_t next;
};

bool
datagram_send(struct net_conn *c, struct span out)
{
	if (c->listener->fd < 0)
		return false;
	return sendto(c->listener->fd, out.p, out.n, MSG_NOSIGNAL, &c->from.sa,
		      c->from_n) == (ssize_t)out.n;
}

static void
hear(struct net_listener *l, const union address *from, socklen_t from_n,
     struct span in)
{
	struct udp_door *door = l->kind;
	const struct net_handlers *h = &door->raw.handlers;
	struct net_conn *c = &door->recent[door->next++ % RECENT];

	conn_unname(c);
	c->net = l->net;
	c->door = &door->raw;
	c->is_datagram = true;
	c->listener = l;
	c->from = *from;
	c->from_n = from_n;
	address_format(from, false, c->peer, sizeof c->peer);
	conn_name(c);
	c->own = h->on_open ? h->on_open(door->raw.ctx, c) : door->raw.ctx;
	h->on_data(c->own, c, in);
	if (h->on_close)
		h->on_close(c->own, c);
	c->own = NULL;
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct net_listener *l = poll->data;
	struct udp_door *door = l->kind;

	(void)events;
	if (status < 0)
		return;
	net_busy(l->net);
	for (int i = 0; i < PER_TURN && l->fd >= 0; i++) {
		union address from;
		socklen_t from_n = sizeof from;
		ssize_t n = recvfrom(l->fd, l->net->in, IN_BYTES, MSG_TRUNC, &from.sa,
				     &from_n);

		if (n < 0 && errno != EINTR && errno != ECONNREFUSED)
			break;
		if (n < 0 || (size_t)n > door->raw.handlers.in_max)
			continue;
		hear(l, &from, from_n, (struct span){ l->net->in, (size_t)n });
	}
}

static void
on_free(struct net_listener *l)
{
	struct udp_door *door = l->kind;

	if (!door)
		return;
	for (size_t i = 0; i < RECENT; i++)
		if (door->recent[i].id)
			conn_unname(&door->recent[i]);
	free(door->recent);
	free(door);
}

static const struct listener_ops udp_listener = { NULL, on_free };

int
net_udp_listen(struct net *net, struct span address, const struct net_handlers *h,
	       void *ctx, struct net_listener **ret)
{
	struct net_listener *l;
	struct udp_door *door;
	int r = listener_open(net, address, SOCK_DGRAM, &udp_listener, &l);

	if (r < 0)
		return r;
	door = calloc(1, sizeof *door);
	if (!door)
		abort();
	door->recent = calloc(RECENT, sizeof(struct net_conn));
	if (!door->recent)
		abort();
	door->raw.handlers = *h;
	door->raw.ctx = ctx;
	l->kind = door;
	r = listener_start(l, on_readable);
	if (r < 0) {
		net_listener_close(l);
		return r;
	}
	if (ret)
		*ret = l;
	return 0;
}
