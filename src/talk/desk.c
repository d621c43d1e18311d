/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches on posts that wait for a time, and the one timer. A start finds them by
 * their tag on the shelf; what was done is in the records (chased, expired), so a
 * restart repeats nothing but, at worst, a nudge.
 */
#include "talk/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

const struct talk_config talk_defaults = {
	.nudge_p2_ms = 30000,
	.nudge_p3_ms = 120000,
	.nudge_apart_ms = 600000,
	.sweep_every_ms = 3600000,
	.file_max = 16 << 20,
};

#define CHASE_LEAST_MS 300000 /* between two, when the time given was short */
#define RESUME_MS 180000      /* posts so young may have readers to nudge yet */

int64_t
talk_mono(const struct talk *t)
{
	return net_mono_ms(t->net);
}

static int64_t
earliest(const struct watch *w)
{
	int64_t due = w->nudge_due < w->chase_due ? w->nudge_due : w->chase_due;

	return due < w->expire_due ? due : w->expire_due;
}

void
talk_arm(struct talk *t)
{
	int64_t due = INT64_MAX, now = talk_mono(t);
	void *w;

	for (size_t at = 0; map_next(&t->watches, &at, NULL, &w);)
		if (earliest(w) < due)
			due = earliest(w);
	if (due == INT64_MAX)
		net_timer_stop(t->timer);
	else
		net_timer_start(t->timer, due > now ? due - now : 0, 0);
}

/* The monotonic time of a wall time: late ones are due now. */
static int64_t
mono_of(const struct talk *t, int64_t wall)
{
	int64_t left = wall - journal_now(t->journal);

	return talk_mono(t) + (left > 0 ? left : 0);
}

/* Half of its time, its end, and then the same time again and again. */
static int64_t
chase_at(const struct post *b)
{
	int64_t n = b->chased == FIELD_NONE ? 0 : b->chased;
	int64_t whole = b->ack_by - b->posted_at;

	if (n == 0)
		return b->posted_at + whole / 2;
	if (whole < CHASE_LEAST_MS && n > 1)
		whole = CHASE_LEAST_MS;
	return b->ack_by + (n - 1) * whole;
}

static void
watch_drop(struct talk *t, struct id post)
{
	free(map_remove(&t->watches, ID_KEY(&post)));
}

static struct watch *
watch_get(struct talk *t, struct id post)
{
	struct watch *w = map_get(&t->watches, ID_KEY(&post));

	if (w)
		return w;
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	*w = (struct watch){ post, INT64_MAX, INT64_MAX, INT64_MAX };
	map_put(&t->watches, ID_KEY(&post), w);
	return w;
}

/* Sets what follows from the record; a nudge that waits goes on waiting. */
static void
watch_settle(struct talk *t, const struct post *b)
{
	struct watch *w = watch_get(t, b->r.id);
	bool is_watched = post_is_watched(b);

	w->chase_due = w->expire_due = INT64_MAX;
	if (is_watched && b->must_ack && b->settled_at == TIME_NONE &&
	    (b->chased == FIELD_NONE || b->chased < POST_CHASES_MAX))
		w->chase_due = mono_of(t, chase_at(b));
	if (is_watched && b->expires_at != TIME_NONE)
		w->expire_due = mono_of(t, b->expires_at);
	if (earliest(w) == INT64_MAX)
		watch_drop(t, b->r.id);
}

static void
watch_nudge(struct talk *t, const struct post *b)
{
	int64_t wait = b->priority == PRIORITY_P1   ? 0
		       : b->priority == PRIORITY_P2 ? t->cfg.nudge_p2_ms
						    : t->cfg.nudge_p3_ms;

	if (t->cfg.has_second_path && b->r.world == WORLD_LIVE)
		watch_get(t, b->r.id)->nudge_due = mono_of(t, b->posted_at + wait);
}

/* --- what is due --------------------------------------------------------------- */

static bool
owes_anyone(struct talk *t, const struct post *b)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct owing *v;

	return post_owing(t->model, b, &arena, &v) > 0;
}

static void
chase(struct talk *t, struct post *b)
{
	if (!owes_anyone(t, b)) {
		post_settle(journal_begin(t->journal, NULL), b->r.id);
		return;
	}
	post_chase(journal_begin(t->journal, NULL), b->r.id);
	nudge_owing(t, b);
	if (b->chased > 1)
		nudge_senders(t, b);
}

static void
run_one(struct talk *t, struct watch *w)
{
	struct id id = w->post;
	struct post *b = (struct post *)journal_find(t->journal, NOUN_POST, id);
	int64_t now = talk_mono(t);

	if (!b || b->erased_at != TIME_NONE) {
		watch_drop(t, id);
		return;
	}
	if (w->nudge_due <= now) {
		w->nudge_due = INT64_MAX;
		nudge_readers(t, b);
	}
	if (w->chase_due <= now)
		chase(t, b);
	if (w->expire_due <= now)
		post_expire(journal_begin(t->journal, NULL), id);
	watch_settle(t, b);
}

#define DUE_MAX 256 /* of one turn; the rest comes in the next */

static void
on_due(void *ctx)
{
	struct talk *t = ctx;
	struct watch *due[DUE_MAX];
	int64_t now = talk_mono(t);
	size_t n = 0;
	void *w;

	for (size_t at = 0; n < DUE_MAX && map_next(&t->watches, &at, NULL, &w);)
		if (earliest(w) <= now)
			due[n++] = w;
	for (size_t k = 0; k < n; k++)
		run_one(t, due[k]);
	talk_arm(t);
}

/* --- hearing -------------------------------------------------------------------- */

static void
on_acknowledged(struct talk *t, const struct event *e)
{
	const struct ack *a = ack_find(t->model, e->subject);
	struct post *b = a ? post_find(t->model, a->post) : NULL;

	if (b && b->settled_at == TIME_NONE && !owes_anyone(t, b))
		post_settle(journal_begin(t->journal, NULL), b->r.id);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct talk *t = ctx;
	const struct post *b;

	if (e->type == EVENT_POST_ACKNOWLEDGED)
		on_acknowledged(t, e);
	if (event_infos[e->type].noun != NOUN_POST)
		return;
	b = post_find(t->model, e->subject);
	if (!b)
		return;
	if (e->type == EVENT_POST_POSTED)
		watch_nudge(t, b);
	watch_settle(t, b);
	talk_arm(t);
}

/* --- who is there ---------------------------------------------------------------- */

void
talk_present(struct talk *t, struct id who, int change)
{
	intptr_t n = (intptr_t)map_get(&t->present, ID_KEY(&who)) + change;

	if (n > 0)
		map_put(&t->present, ID_KEY(&who), (void *)n);
	else
		map_remove(&t->present, ID_KEY(&who));
}

bool
talk_is_present(const struct talk *t, struct id who)
{
	return map_get(&t->present, ID_KEY(&who)) != NULL;
}

/* --- opening and closing -----------------------------------------------------------
 */

static bool
resume_watched(void *ctx, uint64_t seq)
{
	struct talk *t = ctx;
	struct id id = { .seq = seq, .noun = noun_post.letter };
	struct post *b;

	memcpy(id.node, t->model->node_id, NODE_MAX);
	b = (struct post *)journal_find(t->journal, NOUN_POST, id);
	if (b)
		watch_settle(t, b);
	return true;
}

static bool
resume_young(void *ctx, const struct record *rec)
{
	struct talk *t = ctx;
	const struct post *b = (const struct post *)rec;

	if (journal_now(t->journal) - b->posted_at > RESUME_MS)
		return false;
	watch_nudge(t, b);
	return true;
}

static void
resume(struct talk *t)
{
	struct store_query young = { .noun = noun_post.letter,
				     .column = -1,
				     .is_descending = true,
				     .limit = 1000 };

	store_search_posts(journal_store(t->journal), (struct span){ 0 },
			   SPAN(POST_TAG_WATCHED), 0, SIZE_MAX >> 1, resume_watched, t);
	if (journal_records(t->journal, &young, resume_young, t) < 0)
		log_error("talk", "resume_failed", "posts could not be read");
	/* In a turn of its own: nothing runs before the rooms are all open. */
	net_timer_start(t->timer, 0, 0);
	net_timer_start(t->sweep_timer, 1, 0);
}

int
talk_open(struct net *net, struct journal *journal, const struct talk_config *cfg,
	  struct talk **ret)
{
	struct talk *t = calloc(1, sizeof *t);
	int rc;

	if (!t)
		return ERR_NOMEM;
	t->net = net;
	t->journal = journal;
	t->model = journal_model(journal);
	t->cfg = *cfg;
	rc = files_open(t, cfg->dir);
	if (rc < 0) {
		free(t);
		return rc;
	}
	t->timer = net_timer_new(net, on_due, t);
	t->sweep_timer = net_timer_new(net, sweep_all, t);
	t->sink = journal_add_sink(journal, on_event, t);
	resume(t);
	*ret = t;
	return 0;
}

void
talk_close(struct talk *t)
{
	void *w;

	if (!t)
		return;
	journal_remove_sink(t->journal, t->sink);
	net_timer_free(t->timer);
	net_timer_free(t->sweep_timer);
	for (size_t at = 0; map_next(&t->watches, &at, NULL, &w);)
		free(w);
	map_done(&t->watches);
	map_done(&t->present);
	nudges_done(t);
	free(t->files_dir);
	free(t);
}
