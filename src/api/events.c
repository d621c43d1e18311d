/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as the caller may see it, by number. */
#include "api/routes.h"

struct feed {
	struct call *c;
	int64_t limit, n;
	uint64_t through;
};

struct incident *
event_context(struct api *api, const struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;
	struct journal *j = api->cfg.journal;

	if (n == NOUN_POST || n == NOUN_ACK || n == NOUN_FILE)
		journal_find(j, n, e->subject);
	return (struct incident *)journal_find(j, NOUN_INCIDENT, e->incident);
}

static bool
feed_event(void *ctx, const struct event *e)
{
	struct feed *f = ctx;
	struct incident *i = event_context(f->c->api, e);
	enum view v;

	f->through = e->seq;
	if (!access_event(f->c->m, f->c->who, e, i, &v))
		return true;
	view_event(f->c->api, &f->c->out, e, f->c->who, v, i);
	return ++f->n < f->limit;
}

/* Events looked at for one answer: bounds the work of a caller who may see
 * few of them; `through` tells where to go on. */
#define SCAN_MAX 5000

void
events_get(struct call *c)
{
	struct feed f = { .c = c, .limit = 100 };
	int64_t after = 0;

	if (!query_number(c, "after", 0, INT64_MAX, &after) ||
	    !query_number(c, "limit", 1, 500, &f.limit))
		return;
	f.through = (uint64_t)after;
	if (f.through > journal_durable(c->api->cfg.journal))
		f.through = journal_durable(c->api->cfg.journal);
	jw_open(&c->out, '{');
	jw_key(&c->out, "items");
	jw_open(&c->out, '[');
	if (journal_events(c->api->cfg.journal, f.through, 0, SCAN_MAX, feed_event,
			   &f) < 0) {
		answer_problem(c, 500, "damaged", "an event could not be read");
		return;
	}
	jw_close(&c->out, ']');
	jw_ki64(&c->out, "through", (int64_t)f.through);
	jw_close(&c->out, '}');
	answer(c, 200);
}
