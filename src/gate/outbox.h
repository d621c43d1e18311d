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

struct smpp;
/* tls stays the caller's. */
struct smpp *smpp_open(struct gate *g, const char *address,
		       const struct gate_gateway *w, struct net_tls *tls);
/* < 0: it is not bound now. */
int smpp_send(struct smpp *s, struct span phone, struct span text,
	      void (*done)(void *ctx, int status), void *ctx);
void smpp_leave(struct smpp *s); /* NULL is fine, also below */
void smpp_close(struct smpp *s);

struct outbox;
/* Of g's cfg.gateway. 0, or < 0 with a sentence. */
int outbox_open(struct gate *g, struct outbox **ret, struct buf *why);
int outbox_send(struct outbox *o, struct span phone, struct span text,
		void (*done)(void *ctx, int status), void *ctx);
/* Says goodbye, while the loop still runs. */
void outbox_leave(struct outbox *o);
void outbox_close(struct outbox *o); /* NULL is fine */
