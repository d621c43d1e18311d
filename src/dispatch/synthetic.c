/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The synthetic SOS (product rule 9): each minute a real commit goes through
 * the writer to the disk and back to the loop, is timed and counted. It makes
 * no incident and no event, so the list stays clean and the journal gains one
 * record a day: how many runs that day had. A run that takes more than five
 * seconds, or never comes back, is not ok.
 */
#include "dispatch/inner.h"

#include "base/log.h"

#include <stdlib.h>

#define DAY_MS 86400000ll
#define SLOW_MS 5000
#define FIRST_MS 1000

/* A run under way; it outlives a desk that closes meanwhile. */
struct probe {
	struct dispatch *d;
};

static int64_t
day_of(int64_t at)
{
	return at - at % DAY_MS;
}

static void
record_day(struct dispatch *d)
{
	if (d->synthetic_runs > 0)
		synthetic_ran(journal_begin(d->journal, NULL), d->synthetic_day,
			      d->synthetic_runs);
}

/* A new day: what the old one had is recorded, once. */
static void
turn_day(struct dispatch *d)
{
	int64_t today = day_of(journal_now(d->journal));

	if (today <= d->synthetic_day)
		return;
	record_day(d);
	d->synthetic_day = today;
	d->synthetic_runs = 0;
}

static void
on_probed(void *ctx)
{
	struct probe *p = ctx;
	struct dispatch *d = p->d;

	free(p);
	if (!d)
		return;
	d->probe = NULL;
	d->synthetic_at = net_wall_ms(d->net);
	d->synthetic_ms = desk_mono(d) - d->probe_mono;
	d->is_synthetic_ok = d->synthetic_ms <= SLOW_MS;
	d->synthetic_runs++;
	if (!d->is_synthetic_ok)
		log_error("dispatch", "synthetic_slow", "ms=%lld",
			  (long long)d->synthetic_ms);
}

static void
on_tick(void *ctx)
{
	struct dispatch *d = ctx;

	if (!d->model->node)
		return; /* nothing to protect yet */
	turn_day(d);
	if (d->probe) {
		log_error("dispatch", "synthetic_missing", "ms=%lld",
			  (long long)(desk_mono(d) - d->probe_mono));
		return;
	}
	d->probe = calloc(1, sizeof *d->probe);
	if (!d->probe)
		abort();
	d->probe->d = d;
	d->probe_mono = desk_mono(d);
	journal_probe(d->journal, on_probed, d->probe);
}

bool
synthetic_is_ok(const struct dispatch *d)
{
	return d->is_synthetic_ok &&
	       (!d->probe || desk_mono(d) - d->probe_mono <= SLOW_MS);
}

void
synthetic_open(struct dispatch *d)
{
	const struct node *node = d->model->node;

	d->synthetic_day = day_of(journal_now(d->journal));
	/* Restarted within a day that was recorded when we closed. */
	if (node && node->synthetic_day == d->synthetic_day &&
	    node->synthetic_runs != FIELD_NONE)
		d->synthetic_runs = node->synthetic_runs;
	if (d->cfg.synthetic_every_ms <= 0)
		return;
	d->synthetic_timer = net_timer_new(d->net, on_tick, d);
	/* The first soon after the start, so that "ready" means something. */
	net_timer_start(d->synthetic_timer, FIRST_MS, d->cfg.synthetic_every_ms);
}

void
synthetic_done(struct dispatch *d)
{
	const struct node *node = d->model->node;

	if (d->probe)
		d->probe->d = NULL;
	net_timer_free(d->synthetic_timer);
	/* A stop keeps the day's count; nothing new, nothing to keep. */
	if (node && (node->synthetic_day != d->synthetic_day ||
		     node->synthetic_runs != d->synthetic_runs))
		record_day(d);
}
