/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that take the loop a millisecond or two, such as ways on the road: one a
 * turn, in the order asked. However many consoles open one call at once, a press goes
 * between.
 */
#include "api/inner.h"

#define BETWEEN_MS 1

struct turn {
	struct call *c;
	void (*fn)(struct call *c);
	struct turn *next;
};

static void
take_next(void *ctx)
{
	struct turns *t = ctx;
	struct turn *first = t->first;

	t->first = first->next;
	if (t->first)
		net_timer_start(t->timer, BETWEEN_MS, 0);
	else
		t->last = &t->first;
	first->fn(first->c);
}

void
call_in_turn(struct call *c, void (*fn)(struct call *c))
{
	struct turns *t = &c->api->turns;
	struct turn *mine = arena_alloc(c->req->arena, sizeof *mine);

	*mine = (struct turn){ .c = c, .fn = fn };
	if (!t->first)
		net_timer_start(t->timer, 0, 0); /* still in this turn */
	*t->last = mine;
	t->last = &mine->next;
}

void
turns_open(struct turns *t, struct net *net)
{
	t->timer = net_timer_new(net, take_next, t);
	t->last = &t->first;
}

void
turns_close(struct turns *t)
{
	net_timer_free(t->timer);
}
