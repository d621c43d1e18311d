/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of dispatch share: a whole desk (store, journal, net, track)
 * on clocks that the test sets, a small city, and words to press and to look.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "dispatch/dispatch.h"

#define T0 1774260930000ll /* 2026-03-23T10:15:30Z */

struct city {
	char dir[64]; /* empty: in memory */
	int64_t wall, mono;
	bool is_wall_stopped;
	bool is_threaded; /* commits as in the program, by a writer thread or not */
	bool is_held;     /* the disk does not come back */
	struct store *store;
	struct journal *journal;
	struct net *net;
	struct track *track;
	struct dispatch *d;
	struct dispatch_config cfg;
	struct model *m;
	struct id control, mission, site;
	struct principal room, boss, caller, stranger;
	/* what was heard */
	struct id last_incident, last_assignment;
	unsigned steps, pages, paged, failed, offered, timed_out, near, synthetic;
	int64_t step_mono[64];
	char step_text[64][24];
	unsigned key;
};

static int64_t
city_wall(void *ctx)
{
	return ((struct city *)ctx)->wall;
}

static int64_t
city_mono(void *ctx)
{
	return ((struct city *)ctx)->mono;
}

static void
city_failed(const char *why)
{
	fail_msg("commit failed: %s", why);
}

static void
city_hears(void *ctx, const struct event *e)
{
	struct city *c = ctx;

	switch (e->type) {
	case EVENT_INCIDENT_ESCALATED:
		c->step_mono[c->steps % 64] = c->mono;
		snprintf(c->step_text[c->steps % 64], 24, "%s",
			 ((const struct incident *)e->body.rec)->step_text);
		c->steps++;
		break;
	case EVENT_INCIDENT_RAISED:
		c->last_incident = e->subject;
		break;
	case EVENT_PAGE_OWED:
		c->pages++;
		break;
	case EVENT_PAGE_SENT:
		c->paged++;
		break;
	case EVENT_PAGE_FAILED:
		c->failed++;
		break;
	case EVENT_ASSIGNMENT_OFFERED:
		c->last_assignment = e->subject;
		c->offered++;
		break;
	case EVENT_ASSIGNMENT_TIMED_OUT:
		c->timed_out++;
		break;
	case EVENT_INCIDENT_UNIT_NEAR:
		c->near++;
		break;
	case EVENT_SYNTHETIC_RAN:
		c->synthetic++;
		break;
	default:
		break;
	}
}

static void
city_turn_end(void *ctx)
{
	struct city *c = ctx;

	if (!c->is_held)
		journal_turn_end(c->journal);
}

static void
city_halt(void *ctx)
{
	net_stop(ctx);
}

static void
city_post(void *ctx, void (*fn)(void *ctx), void *fn_ctx)
{
	net_post(((struct city *)ctx)->net, fn, fn_ctx);
}

static inline void
city_turn(struct city *c)
{
	net_post(c->net, city_halt, c->net);
	net_run(c->net);
}

/* Turns of the loop until all that was decided is durable and heard. */
static inline void
city_settle(struct city *c)
{
	for (int k = 0; k < 3; k++) {
		city_turn(c);
		journal_turn_end(c->journal);
		while (journal_tail(c->journal) != journal_durable(c->journal))
			if (c->is_threaded)
				city_turn(c);
			else
				journal_turn_end(c->journal);
	}
}

static inline void
city_pass(struct city *c, int64_t ms)
{
	c->mono += ms;
	if (!c->is_wall_stopped)
		c->wall += ms;
	city_settle(c);
}

/* Time passes in steps of a quarter second, as a loop would see it. */
static inline void
city_wait(struct city *c, int64_t ms)
{
	for (; ms > 0; ms -= 250)
		city_pass(c, ms < 250 ? ms : 250);
}

static inline void
city_start(struct city *c)
{
	static struct clock clock;
	struct buf AUTO(buf_done) why = { 0 };
	struct journal_config jc = { .dir = *c->dir ? c->dir : ":memory:",
				     .clock = &clock,
				     .on_failure = city_failed };

	clock = (struct clock){ city_wall, city_mono, c };
	assert_int_equal(store_open(jc.dir, STORE_WRITE, &c->store, &jc.info, &why), 0);
	jc.store = c->store;
	if (c->is_threaded) {
		jc.post = city_post;
		jc.post_ctx = c;
	}
	assert_int_equal(net_open(&clock, &c->net), 0);
	assert_int_equal(journal_open(&jc, &c->journal, &why), 0);
	c->m = journal_model(c->journal);
	assert_int_equal(track_open(NULL, c->wall, &c->track, &why), 0);
	net_on_turn_end(c->net, city_turn_end, c);
	journal_add_sink(c->journal, city_hears, c);
	assert_int_equal(dispatch_open(c->net, c->journal, c->track, &c->cfg, &c->d),
			 0);
}

static inline void
city_stop(struct city *c)
{
	dispatch_close(c->d);
	net_shut(c->net);
	journal_close(c->journal);
	net_close(c->net);
	track_close(c->track);
	store_close(c->store);
}
