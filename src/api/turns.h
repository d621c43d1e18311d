/* SPDX-License-Identifier: Apache-2.0 */
/* Calls whose answers are computed one a turn of the loop. */
#pragma once

struct call;
struct net;

struct turns {
	struct net_timer *timer;
	struct turn *first, **last;
};

/* Runs fn(c) when it is its turn, which is soon; fn looks at the records anew. */
void call_in_turn(struct call *c, void (*fn)(struct call *c));
void turns_open(struct turns *t, struct net *net);
void turns_close(struct turns *t); /* who waits goes with his connection */
