/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway that texts leave by, as its address says: http(s) for one like Kannel,
 * smpp(s) for an operator's centre. Not for other rooms.
 */
#pragma once
#include "gate/gate.h"

struct push;

struct kannel {
	struct net *net;
	struct net_tls *tls; /* NULL: plain */
	char *address, *path, *user, *secret, *number;
	struct push *pushes;
};
/* done once, unless it answers < 0. */
int kannel_send(struct kannel *k, struct span phone, struct span text,
		void (*done)(void *ctx, int status), void *ctx);
void kannel_done(struct kannel *k);

struct outbox;
/* Of cfg->gateway. 0, or < 0 with a sentence. */
int outbox_open(const struct gate_config *cfg, struct outbox **ret, struct buf *why);
int outbox_send(struct outbox *o, struct span phone, struct span text,
		void (*done)(void *ctx, int status), void *ctx);
void outbox_close(struct outbox *o); /* NULL is fine */
