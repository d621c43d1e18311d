/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nudges: a word to a phone that there is something, and nothing of what. They are
 * pages of the second path's spool, which dispatch sends. Quiet hours are a person's
 * own; a P1 knows none.
 */
#include "talk/inner.h"

#include "base/auto.h"

#include <stdlib.h>

struct nudged {
	int64_t at_mono;
};

void
nudges_done(struct talk *t)
{
	void *n;

	for (size_t at = 0; map_next(&t->nudged, &at, NULL, &n);)
		free(n);
	map_done(&t->nudged);
}

static bool
was_nudged_lately(struct talk *t, struct id account)
{
	const struct nudged *n = map_get(&t->nudged, ID_KEY(&account));

	return n && talk_mono(t) - n->at_mono < t->cfg.nudge_apart_ms;
}

static void
nudge(struct talk *t, const struct account *a, bool is_p1)
{
	struct id id = a->r.id;
	struct nudged *n;

	if (!t->cfg.has_second_path || !a->phone || !*a->phone || a->disabled ||
	    a->r.world != WORLD_LIVE || talk_is_present(t, id))
		return;
	if (!is_p1 &&
	    (account_is_quiet(a, journal_now(t->journal)) || was_nudged_lately(t, id)))
		return;
	n = map_get(&t->nudged, ID_KEY(&id));
	if (!n) {
		n = calloc(1, sizeof *n);
		if (!n)
			abort();
		map_put(&t->nudged, ID_KEY(&id), n);
	}
	n->at_mono = talk_mono(t);
	nudge_owe(journal_begin(t->journal, NULL), id);
}

static bool
has_it(struct talk *t, const struct post *b, const struct account *a)
{
	const struct receipt *q = receipt_of(t->model, b->channel, a->r.id);

	return q && q->delivered != FIELD_NONE && q->delivered >= (int64_t)b->r.id.seq;
}

void
nudge_readers(struct talk *t, const struct post *b)
{
	struct arena AUTO(arena_done) arena = { 0 };
	const struct account **readers;
	size_t n = post_readers(t->model, b, &arena, &readers);

	for (size_t k = 0; k < n; k++)
		if (!id_is(readers[k]->r.id, b->author) && !has_it(t, b, readers[k]))
			nudge(t, readers[k], b->priority == PRIORITY_P1);
}

/* Of an agency that owes, all who could acknowledge for it. */
void
nudge_owing(struct talk *t, const struct post *b)
{
	struct arena AUTO(arena_done) arena = { 0 };
	const struct account **readers;
	struct owing *v;
	size_t n = post_readers(t->model, b, &arena, &readers);
	size_t owing = post_owing(t->model, b, &arena, &v);

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < owing; i++)
			if (id_is_set(v[i].account)
				    ? id_is(v[i].account, readers[k]->r.id)
				    : id_is(v[i].agency, readers[k]->agency)) {
				nudge(t, readers[k], b->priority == PRIORITY_P1);
				break;
			}
}

/* It is overdue: those who sent it take it further, by voice. */
void
nudge_senders(struct talk *t, const struct post *b)
{
	struct arena AUTO(arena_done) arena = { 0 };
	const struct account **readers;
	size_t n = post_readers(t->model, b, &arena, &readers);

	for (size_t k = 0; k < n; k++)
		if (id_is(readers[k]->agency, b->agency))
			nudge(t, readers[k], b->priority == PRIORITY_P1);
}
