/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access and state read no clock: that a round was missed, and that an opening has
 * ended, are events, made here. The times are in the records, so a restart forgets
 * none. One look goes through all posts; between two looks only the first time that
 * is due is compared, and each event of a post or a register may bring it forward.
 */
#include "rounds/rounds.h"

#include "journal/journal.h"
#include "net/net.h"

#include <stdlib.h>

#define LOOK_MS 1000

struct rounds {
	struct journal *journal;
	struct model *model;
	struct journal_sink *sink;
	struct net_timer *timer;
	int64_t next_at; /* nothing is due before it */
};

static int64_t
book_due_at(const struct book *b)
{
	return b->glass == GLASS_ASKED || b->glass == GLASS_OPEN ? b->glass_until
								 : INT64_MAX;
}

static void
not_later(struct rounds *r, int64_t at)
{
	if (at < r->next_at)
		r->next_at = at;
}

static void
look(struct rounds *r)
{
	int64_t now = journal_now(r->journal);
	void *rec;

	if (now < r->next_at)
		return;
	r->next_at = INT64_MAX;
	for (size_t k = 0; map_next(&r->model->tables[NOUN_POINT], &k, NULL, &rec);) {
		const struct point *p = rec;

		if (point_alarm_at(p) <= now)
			point_tick(journal_begin(r->journal, NULL), p->r.id);
		not_later(r, point_alarm_at(p));
	}
	for (size_t k = 0; map_next(&r->model->tables[NOUN_BOOK], &k, NULL, &rec);) {
		const struct book *b = rec;

		if (book_due_at(b) <= now)
			register_tick(journal_begin(r->journal, NULL), b->r.id);
		not_later(r, book_due_at(b));
	}
}

static void
on_tick(void *ctx)
{
	look(ctx);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct rounds *r = ctx;
	const struct visit *v = (const struct visit *)e->body.rec;
	const struct point *p;
	const struct book *b;

	switch (event_infos[e->type].noun) {
	case NOUN_POINT:
	case NOUN_VISIT:
		p = point_find(r->model, event_infos[e->type].noun == NOUN_VISIT
						 ? v->point
						 : e->subject);
		not_later(r, p ? point_alarm_at(p) : INT64_MAX);
		break;
	case NOUN_BOOK:
		b = book_find(r->model, e->subject);
		not_later(r, b ? book_due_at(b) : INT64_MAX);
		break;
	default:
		break;
	}
}

int
rounds_open(struct net *net, struct journal *journal, struct rounds **ret)
{
	struct rounds *r = calloc(1, sizeof *r);

	if (!r)
		return ERR_NOMEM;
	r->journal = journal;
	r->model = journal_model(journal);
	r->timer = net_timer_new(net, on_tick, r);
	r->sink = journal_add_sink(journal, on_event, r);
	look(r);
	net_timer_start(r->timer, LOOK_MS, LOOK_MS);
	*ret = r;
	return 0;
}

void
rounds_close(struct rounds *r)
{
	if (!r)
		return;
	journal_remove_sink(r->journal, r->sink);
	net_timer_free(r->timer);
	free(r);
}
