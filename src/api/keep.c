/* SPDX-License-Identifier: Apache-2.0 */
/* What goes by rule, legal holds and erasures over HTTP; lists and single ones are in
 * settled.c. */
#include "api/routes.h"

#include "base/auto.h"

void
hold_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };
	int rc = hold_set(d, &c->ask, &id);

	answer_done(c, d, rc, NOUN_HOLD, id, 201);
}

void
hold_lift_post(struct call *c)
{
	const struct ask_reason *ask = (const struct ask_reason *)c->ask.rec;
	struct decision *d = call_decide(c);
	int rc = hold_lift(d, c->id, span_of(ask->reason));

	answer_done(c, d, rc, NOUN_HOLD, c->id, 200);
}

void
erasure_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };
	int rc = erasure_ask(d, &c->ask, &id);

	answer_done(c, d, rc, NOUN_ERASURE, id, 201);
}

void
erasure_decision_post(struct call *c)
{
	const struct ask_decision *ask = (const struct ask_decision *)c->ask.rec;
	struct decision *d = call_decide(c);
	int rc = erasure_decide(d, c->id, ask->approve, span_of(ask->reason));

	answer_done(c, d, rc, NOUN_ERASURE, c->id, 200);
}

/* --- by rule ------------------------------------------------------------------------
 */

/* Those who may hold, and who watches that it is done. */
static bool
may_see_terms(const struct principal *p)
{
	return principal_is_supervisor_up(p) ||
	       (p->is_control &&
		(p->role == ROLE_OVERSIGHT || principal_is_administrator(p)));
}

static void
write_rule(struct buf *b, const char *what, int64_t days, int64_t swept)
{
	jw_open(b, '{');
	jw_kz(b, "what", what);
	jw_ki64(b, "days", days);
	jw_ki64(b, "swept", swept == FIELD_NONE ? 0 : swept);
	jw_close(b, '}');
}

static size_t
holds_on(const struct model *m)
{
	size_t n = 0;
	void *v;

	for (size_t k = 0; map_next(&m->tables[NOUN_HOLD], &k, NULL, &v);)
		n += ((struct hold *)v)->state == HOLD_ACTIVE;
	return n;
}

void
retention_get(struct call *c)
{
	const struct api_config *cfg = &c->api->cfg;
	const struct node *node = c->m->node;

	if (!may_see_terms(c->who)) {
		answer_problem(c, 403, "needs_supervisor",
			       "only a supervisor, an administrator or oversight of "
			       "the control agency may see this");
		return;
	}
	jw_open(&c->out, '{');
	jw_ktime(&c->out, "swept_at", node ? node->swept_at : TIME_NONE);
	jw_key(&c->out, "rules");
	jw_open(&c->out, '[');
	write_rule(&c->out, "tracks", cfg->keep_tracks_days,
		   node ? node->swept_tracks : 0);
	write_rule(&c->out, "incidents", cfg->keep_incidents_days,
		   node ? node->swept_incidents : 0);
	write_rule(&c->out, "media", cfg->keep_media_days,
		   node ? node->swept_media : 0);
	jw_close(&c->out, ']');
	jw_ki64(&c->out, "holds", (int64_t)holds_on(c->m));
	jw_close(&c->out, '}');
	answer(c, 200);
}
