/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk of meetings: plans what comes of a series, puts open matters and unfinished
 * actions on the next agenda, chases actions before they are due, shouts when they and
 * ordered reports are late. What it has done is in the records, so nothing is done
 * twice, a restart goes on where it was, and a clock that jumps costs half a minute.
 */
#include "meet/inner.h"

#include "base/log.h"

#define LOOK_AGAIN_MS 30000
#define DAY_MS 86400000ll
/* Of a series: as far ahead as people fill calendars, and always the next two, so that
 * what one agenda leaves open has another to go to. */
#define PLAN_AHEAD_MS (92 * DAY_MS)
#define PLAN_LEAST 2
#define PLAN_AT_ONCE 12
/* Reminded a day before; of what is due sooner, when half its time is over. */
#define CHASE_BEFORE_MS DAY_MS
/* The minutes of a meeting are written by then; what it did not decide moves on. */
#define MINUTES_MS DAY_MS

struct meet_desk {
	struct journal *journal;
	struct net *net;
	struct model *m;
	struct net_timer *timer;
	struct journal_sink *sink;
	int64_t now, next; /* of the look that is under way */
};

static struct decision *
decide(struct meet_desk *desk)
{
	return journal_begin(desk->journal, NULL);
}

static void
wake_at(struct meet_desk *desk, int64_t at)
{
	if (at > desk->now && at < desk->next)
		desk->next = at;
}

/* --- agendas --------------------------------------------------------------- */

/* The next planned meeting, of that series or of any that takes matters, which the
 * agency takes part in; NULL: none. */
static const struct meeting *
next_meeting(const struct meet_desk *desk, int world, struct id series,
	     struct id agency)
{
	const struct meeting *best = NULL;
	void *v;

	for (size_t i = 0; map_next(&desk->m->tables[NOUN_MEETING], &i, NULL, &v);) {
		const struct meeting *w = v;
		const struct series *s = series_find(desk->m, w->series);

		if (w->state != MEETING_PLANNED || w->r.world != world ||
		    w->start_at <= desk->now || !s)
			continue;
		if (id_is_set(series) ? !id_is(series, w->series) : !s->takes_matters)
			continue;
		if (agency_is_guest(desk->m, agency) &&
		    !id_list_has(w->participants, agency))
			continue;
		if (!best || w->start_at < best->start_at ||
		    (w->start_at == best->start_at && w->r.id.seq < best->r.id.seq))
			best = w;
	}
	return best;
}

/* Is it on an agenda that still counts? wakes when it no longer does. */
static bool
is_placed(struct meet_desk *desk, struct id meeting)
{
	const struct meeting *w = meeting_find(desk->m, meeting);

	if (!w || w->state == MEETING_CANCELLED)
		return false;
	if (w->state == MEETING_PLANNED)
		return true;
	wake_at(desk, w->held_at + MINUTES_MS);
	return w->held_at + MINUTES_MS > desk->now;
}

static void
place_matter(struct meet_desk *desk, const struct matter *j)
{
	const struct meeting *w;

	if (!matter_is_open(j) ||
	    (j->state == MATTER_ON_AGENDA && is_placed(desk, j->meeting)))
		return;
	w = next_meeting(desk, j->r.world, (struct id){ 0 }, j->agency);
	if (w)
		matter_schedule(decide(desk), j->r.id, w->r.id);
}

static void
place_action(struct meet_desk *desk, const struct action *x)
{
	const struct meeting *on = meeting_find(desk->m, x->agenda);
	const struct meeting *from = meeting_find(desk->m, x->meeting), *w;

	if (x->state != ACTION_OPEN || (on && on->state == MEETING_PLANNED))
		return;
	w = next_meeting(desk, x->r.world, from ? from->series : (struct id){ 0 },
			 x->agency);
	if (w)
		action_carry(decide(desk), x->r.id, w->r.id);
}

/* --- dates ----------------------------------------------------------------- */

static void
watch_action(struct meet_desk *desk, const struct action *x)
{
	int64_t lead = (x->due_at - x->made_at) / 2, chase;

	if (x->state != ACTION_OPEN)
		return;
	chase = x->due_at - (lead < CHASE_BEFORE_MS ? lead : CHASE_BEFORE_MS);
	if (x->chased_at == TIME_NONE && chase <= desk->now)
		action_chase(decide(desk), x->r.id);
	if (x->escalated_at == TIME_NONE && x->due_at <= desk->now) {
		log_info("meet", "action_late", "seq=%llu",
			 (unsigned long long)x->r.id.seq);
		action_escalate(decide(desk), x->r.id);
	}
	wake_at(desk, chase);
	wake_at(desk, x->due_at);
}

static void
watch_order(struct meet_desk *desk, const struct order *o)
{
	int64_t at;

	if (!order_is_owed(o) || o->overdue_step >= ORDER_SHOUTS)
		return;
	at = o->due_at + order_shouts_ms[o->overdue_step];
	if (at <= desk->now) {
		log_info("meet", "report_overdue", "seq=%llu step=%lld",
			 (unsigned long long)o->r.id.seq, (long long)o->overdue_step);
		order_shout(decide(desk), o->r.id);
		if (o->overdue_step < ORDER_SHOUTS)
			wake_at(desk, o->due_at + order_shouts_ms[o->overdue_step]);
	}
	wake_at(desk, at);
}

static void
plan_series(struct meet_desk *desk, const struct series *s)
{
	int64_t at[PLAN_AT_ONCE];
	size_t n = s->disabled ? 0 : meet_coming(s, desk->now, at, PLAN_AT_ONCE);
	int standing = 0;

	for (size_t k = 0; k < n; k++) {
		const struct meeting *w;
		struct id id = { 0 };

		if (at[k] > desk->now + PLAN_AHEAD_MS && standing >= PLAN_LEAST)
			break;
		meeting_plan(decide(desk), s->r.id, at[k], &id);
		w = meeting_find(desk->m, id);
		standing += w && w->state == MEETING_PLANNED;
	}
	if (n)
		wake_at(desk, at[0]);
}

/* --- looking --------------------------------------------------------------- */

static void
each(struct meet_desk *desk, enum noun_index n,
     void (*fn)(struct meet_desk *desk, const struct record *rec))
{
	struct arena AUTO(arena_done) arena = { 0 };
	size_t len;
	struct record **v = model_list(desk->m, n, &len, &arena);

	for (size_t k = 0; k < len; k++)
		fn(desk, v[k]);
}

static void
on_series(struct meet_desk *desk, const struct record *rec)
{
	plan_series(desk, (const struct series *)rec);
}

static void
on_matter(struct meet_desk *desk, const struct record *rec)
{
	place_matter(desk, (const struct matter *)rec);
}

static void
on_action(struct meet_desk *desk, const struct record *rec)
{
	watch_action(desk, (const struct action *)rec);
	place_action(desk, (const struct action *)rec);
}

static void
on_order(struct meet_desk *desk, const struct record *rec)
{
	watch_order(desk, (const struct order *)rec);
}

static void
look(void *ctx)
{
	struct meet_desk *desk = ctx;

	desk->now = net_wall_ms(desk->net);
	desk->next = desk->now + LOOK_AGAIN_MS;
	if (desk->m->node) {
		each(desk, NOUN_SERIES, on_series);
		each(desk, NOUN_MATTER, on_matter);
		each(desk, NOUN_ACTION, on_action);
		each(desk, NOUN_ORDER, on_order);
	}
	net_timer_start(desk->timer, desk->next - desk->now, 0);
}

/* Many events of one turn make one look, in the next. */
static void
on_event(void *ctx, const struct event *e)
{
	struct meet_desk *desk = ctx;
	enum noun_index n = event_infos[e->type].noun;

	if (n == NOUN_SERIES || n == NOUN_MEETING || n == NOUN_MATTER ||
	    n == NOUN_ACTION || n == NOUN_ORDER)
		net_timer_start(desk->timer, 1, 0);
}

int
meet_open(struct net *net, struct journal *journal, struct meet_desk **ret)
{
	struct meet_desk *desk = calloc(1, sizeof *desk);

	if (!desk)
		return ERR_NOMEM;
	icalerror_set_errors_are_fatal(0); /* bad input never ends the process */
	desk->net = net;
	desk->journal = journal;
	desk->m = journal_model(journal);
	desk->timer = net_timer_new(net, look, desk);
	desk->sink = journal_add_sink(journal, on_event, desk);
	look(desk);
	*ret = desk;
	return 0;
}

void
meet_close(struct meet_desk *desk)
{
	if (!desk)
		return;
	journal_remove_sink(desk->journal, desk->sink);
	net_timer_free(desk->timer);
	free(desk);
}
