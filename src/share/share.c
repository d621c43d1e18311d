/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access reads no clock: a grant is open or not by its state. So its first and
 * last minute are events, made here.
 */
#include "share/share.h"

#include "journal/journal.h"
#include "model/commands.h"
#include "net/net.h"

#include <stdlib.h>

/* A wall clock that is set meanwhile is noticed within this time. */
#define LOOK_MS 2000

struct share {
	struct net *net;
	struct journal *journal;
	struct model *model;
	struct journal_sink *sink;
	struct net_timer *timer;
};

static int64_t
due_at(const struct grant *g)
{
	if (g->state == GRANT_ACCEPTED && g->from != TIME_NONE &&
	    (g->until == TIME_NONE || g->from < g->until))
		return g->from;
	return g->until == TIME_NONE ? INT64_MAX : g->until;
}

/* The one that is due first, or NULL. */
static struct grant *
first_due(const struct share *s)
{
	struct grant *first = NULL;
	void *rec;

	for (size_t k = 0; map_next(&s->model->tables[NOUN_GRANT], &k, NULL, &rec);) {
		struct grant *g = rec;

		if (grant_is_live(g) && due_at(g) != INT64_MAX &&
		    (!first || due_at(g) < due_at(first)))
			first = g;
	}
	return first;
}

static void
arm(struct share *s)
{
	const struct grant *g = first_due(s);
	int64_t wait;

	if (!g) {
		net_timer_stop(s->timer);
		return;
	}
	wait = due_at(g) - journal_now(s->journal);
	if (wait > LOOK_MS)
		wait = LOOK_MS;
	net_timer_start(s->timer, wait > 0 ? wait : 0, 0);
}

static void
on_tick(void *ctx)
{
	struct share *s = ctx;
	struct grant *g;

	while ((g = first_due(s)) && due_at(g) <= journal_now(s->journal))
		grant_tick(journal_begin(s->journal, NULL), g->r.id);
	arm(s);
}

static void
on_event(void *ctx, const struct event *e)
{
	if (event_infos[e->type].noun == NOUN_GRANT)
		arm(ctx);
}

int
share_open(struct net *net, struct journal *journal, struct share **ret)
{
	struct share *s = calloc(1, sizeof *s);

	if (!s)
		return ERR_NOMEM;
	s->net = net;
	s->journal = journal;
	s->model = journal_model(journal);
	s->timer = net_timer_new(net, on_tick, s);
	s->sink = journal_add_sink(journal, on_event, s);
	on_tick(s);
	*ret = s;
	return 0;
}

void
share_close(struct share *s)
{
	if (!s)
		return;
	journal_remove_sink(s->journal, s->sink);
	net_timer_free(s->timer);
	free(s);
}
