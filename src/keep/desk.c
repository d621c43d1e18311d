/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timer: a sweep when a day begins and after a start, erasures as soon as the
 * second person approved. What was done is in the records, so a restart knows it.
 */
#include "keep/inner.h"

#include <stdlib.h>

const struct keep_config keep_defaults = {
	.tracks_days = 30,
	.incidents_days = 730,
	.media_days = 31,
	.every_ms = 60000,
};

#define SOON_MS 100 /* between slices: what was erased is on disk then */
/* The store wipes from its front log what was removed with an append that comes after
 * its own care: so a few follow that say nothing. */
#define WIPE_MS 1500

static void
probed(void *ctx)
{
	(void)ctx;
}

static void
on_tick(void *ctx)
{
	struct keep *k = ctx;
	bool has_more = erase_approved(k);
	int64_t next;

	if (k->phase != REST || journal_now(k->journal) / 86400000 != k->swept_day)
		has_more |= sweep_slice(k);
	if (has_more) {
		next = SOON_MS;
	} else if (k->wipes > 0) {
		k->wipes--;
		journal_probe(k->journal, probed, NULL);
		next = WIPE_MS;
	} else {
		next = k->cfg.every_ms;
	}
	net_timer_start(k->timer, next, 0);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct keep *k = ctx;

	if (e->type == EVENT_ERASURE_DECIDED || e->type == EVENT_HOLD_LIFTED)
		net_timer_start(k->timer, 0, 0);
}

int
keep_open(struct net *net, struct journal *journal, struct track *track,
	  struct talk *talk, const struct keep_config *cfg, struct keep **ret)
{
	struct keep *k = calloc(1, sizeof *k);

	if (!k)
		return ERR_NOMEM;
	k->net = net;
	k->journal = journal;
	k->model = journal_model(journal);
	k->track = track;
	k->talk = talk;
	k->cfg = *cfg;
	k->timer = net_timer_new(net, on_tick, k);
	k->sink = journal_add_sink(journal, on_event, k);
	net_timer_start(k->timer, 1, 0);
	*ret = k;
	return 0;
}

void
keep_close(struct keep *k)
{
	if (!k)
		return;
	journal_remove_sink(k->journal, k->sink);
	net_timer_free(k->timer);
	free(k);
}
