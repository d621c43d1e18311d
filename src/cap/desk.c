/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk of advisories: ends each at its time. Times are of the wall clock, so it
 * looks again at least every half minute, and a clock that jumps costs no more; what
 * ran out while the node was down ends at its start.
 */
#include "cap/inner.h"

#define LOOK_AGAIN_MS 30000

struct cap_desk {
	struct journal *journal;
	struct net *net;
	struct net_timer *timer;
	struct journal_sink *sink;
};

/* The soonest end of what stands; INT64_MAX: none. Ends what is over. */
static int64_t
end_all(struct cap_desk *desk, int64_t now)
{
	struct model *m = journal_model(desk->journal);
	struct arena AUTO(arena_done) arena = { 0 };
	int64_t next = INT64_MAX;
	size_t n;
	struct record **v = model_list(m, NOUN_ADVISORY, &n, &arena);

	for (size_t k = 0; k < n; k++) {
		struct advisory *a = (struct advisory *)v[k];

		if (!advisory_stands(a) || a->expires_at == TIME_NONE)
			continue;
		if (a->expires_at <= now)
			advisory_expire(journal_begin(desk->journal, NULL), a->r.id);
		else if (a->expires_at < next)
			next = a->expires_at;
	}
	return next;
}

static void
look(void *ctx)
{
	struct cap_desk *desk = ctx;
	int64_t now = net_wall_ms(desk->net), next = end_all(desk, now);
	int64_t wait = next == INT64_MAX ? LOOK_AGAIN_MS : next - now;

	net_timer_start(desk->timer,
			wait < 1               ? 1
			: wait > LOOK_AGAIN_MS ? LOOK_AGAIN_MS
					       : wait,
			0);
}

static void
on_event(void *ctx, const struct event *e)
{
	if (event_infos[e->type].noun == NOUN_ADVISORY)
		look(ctx);
}

int
cap_open(struct net *net, struct journal *journal, struct cap_desk **ret)
{
	struct cap_desk *desk = calloc(1, sizeof *desk);

	if (!desk)
		return ERR_NOMEM;
	desk->net = net;
	desk->journal = journal;
	desk->timer = net_timer_new(net, look, desk);
	desk->sink = journal_add_sink(journal, on_event, desk);
	look(desk);
	*ret = desk;
	return 0;
}

void
cap_close(struct cap_desk *desk)
{
	if (!desk)
		return;
	journal_remove_sink(desk->journal, desk->sink);
	net_timer_free(desk->timer);
	free(desk);
}
