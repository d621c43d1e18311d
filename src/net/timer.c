/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers: one binary heap on the loop's monotonic clock (which tests set).
 * Moving a timer later or stopping it only notes the new time; the heap hears
 * of it when the old time comes. So a deadline per request costs a store.
 */
#include "net/inside.h"

#include <stdlib.h>

static void
put(struct net *net, size_t at, struct net_timer *t)
{
	net->heap[at] = t;
	t->at = at + 1;
}

static void
sift_up(struct net *net, size_t at)
{
	struct net_timer *t = net->heap[at];

	for (; at > 0; at = (at - 1) / 2) {
		struct net_timer *up = net->heap[(at - 1) / 2];

		if (up->key_ms <= t->key_ms)
			break;
		put(net, at, up);
	}
	put(net, at, t);
}

static void
sift_down(struct net *net, size_t at)
{
	struct net_timer *t = net->heap[at];

	for (;;) {
		size_t kid = at * 2 + 1;

		if (kid >= net->n_timers)
			break;
		if (kid + 1 < net->n_timers &&
		    net->heap[kid + 1]->key_ms < net->heap[kid]->key_ms)
			kid++;
		if (net->heap[kid]->key_ms >= t->key_ms)
			break;
		put(net, at, net->heap[kid]);
		at = kid;
	}
	put(net, at, t);
}

static void
heap_add(struct net *net, struct net_timer *t)
{
	if (net->n_timers == net->cap_timers) {
		net->cap_timers = net->cap_timers ? net->cap_timers * 2 : 64;
		net->heap = realloc(net->heap,
				    net->cap_timers * sizeof(struct net_timer *));
		if (!net->heap)
			abort();
	}
	net->heap[net->n_timers++] = t;
	sift_up(net, net->n_timers - 1);
}

static void
heap_remove(struct net *net, struct net_timer *t)
{
	size_t at = t->at - 1;
	struct net_timer *last = net->heap[--net->n_timers];

	t->at = 0;
	if (last == t)
		return;
	put(net, at, last);
	sift_up(net, at);
	sift_down(net, last->at - 1);
}

void
timer_init(struct net_timer *t, struct net *net, void (*fn)(void *), void *ctx)
{
	*t = (struct net_timer){ .net = net, .fn = fn, .ctx = ctx };
	t->due_ms = INT64_MAX;
}

void
timer_done(struct net_timer *t)
{
	if (t->at)
		heap_remove(t->net, t);
	t->due_ms = INT64_MAX;
}

void
net_timer_start(struct net_timer *t, int64_t delay_ms, int64_t repeat_ms)
{
	int64_t now = net_mono_ms(t->net);

	if (delay_ms < 0)
		delay_ms = 0;
	if (delay_ms > INT64_MAX / 2 - now)
		delay_ms = INT64_MAX / 2 - now;
	t->due_ms = now + delay_ms;
	t->repeat_ms = repeat_ms;
	if (t->at && t->key_ms <= t->due_ms)
		return;
	if (t->at)
		heap_remove(t->net, t);
	t->key_ms = t->due_ms;
	heap_add(t->net, t);
}

void
net_timer_stop(struct net_timer *t)
{
	t->due_ms = INT64_MAX;
}

struct net_timer *
net_timer_new(struct net *net, void (*fn)(void *ctx), void *ctx)
{
	struct net_timer *t = malloc(sizeof *t);

	if (!t)
		abort();
	timer_init(t, net, fn, ctx);
	return t;
}

void
net_timer_free(struct net_timer *t)
{
	if (!t)
		return;
	timer_done(t);
	free(t);
}

/* A timer that a callback starts again for now waits for the next turn. */
void
timers_run(struct net *net, int64_t now_ms)
{
	size_t budget = net->n_timers;

	while (budget-- && net->n_timers && net->heap[0]->key_ms <= now_ms) {
		struct net_timer *t = net->heap[0];

		heap_remove(net, t);
		if (t->due_ms == INT64_MAX)
			continue;
		if (t->due_ms > now_ms) {
			t->key_ms = t->due_ms;
			heap_add(net, t);
			continue;
		}
		t->due_ms = INT64_MAX;
		if (t->repeat_ms > 0)
			net_timer_start(t, t->repeat_ms, t->repeat_ms);
		net_busy(net);
		t->fn(t->ctx);
	}
}

int64_t
timers_next(const struct net *net)
{
	return net->n_timers ? net->heap[0]->key_ms : INT64_MAX;
}
