/* SPDX-License-Identifier: Apache-2.0 */
/* What raw.c (TCP) and udp.c share. Not for other rooms. */
#pragma once
#include "net/inside.h"

struct raw_door { /* listener->kind */
	struct net_handlers handlers;
	void *ctx;
};

struct net_conn {
	struct net *net;
	struct raw_door *door;
	void *own;
	uint64_t id; /* 0: no longer to be found */
	bool is_datagram;
	bool is_call;          /* made by us: the door is its own */
	struct stream *stream; /* TCP */
	/* UDP */
	struct net_listener *listener;
	union address from;
	socklen_t from_n;
	char peer[PEER_MAX];
};

extern const struct stream_ops raw_ops;
void conn_name(struct net_conn *c);
void conn_unname(struct net_conn *c);
bool datagram_send(struct net_conn *c, struct span out);
