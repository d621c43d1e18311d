/* SPDX-License-Identifier: Apache-2.0 */
/* Matters, actions and orders for report over HTTP. */
#include "api/routes.h"

#define ASKED(type) ((const struct type *)c->ask.rec)

static bool
is_state(struct call *c, const char *name)
{
	struct span want = http_query(c->req, "state");

	return !want.n || span_is_z(want, name);
}

/* --- matters --------------------------------------------------------------- */

static bool
keep_matter(struct call *c, const struct record *rec)
{
	const struct matter *j = (const struct matter *)rec;

	if (span_is_z(http_query(c->req, "state"), "open"))
		return j->state != MATTER_REPORTED;
	return is_state(c, matter_state_names[j->state]);
}

void
matters_list(struct call *c)
{
	list_where(c, NOUN_MATTER, keep_matter);
}

void
matter_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	answer_done(c, d, matter_raise(d, &c->ask, &id), NOUN_MATTER, id, 201);
}

void
matter_propose_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct span title = span_of(ASKED(ask_propose)->title);

	answer_done(c, d, matter_propose(d, c->id, title), NOUN_MATTER, c->id, 200);
}

void
matter_schedule_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id meeting = ASKED(ask_schedule)->meeting;

	answer_done(c, d, matter_schedule(d, c->id, meeting), NOUN_MATTER, c->id, 200);
}

void
matter_decide_post(struct call *c)
{
	const struct ask_decide *ask = ASKED(ask_decide);
	struct decision *d = call_decide(c);

	answer_done(c, d,
		    matter_decide(d, c->id, (enum matter_outcome)ask->outcome,
				  span_of(ask->decision)),
		    NOUN_MATTER, c->id, 200);
}

void
matter_report_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct span text = span_of(ASKED(ask_text)->text);

	answer_done(c, d, matter_report(d, c->id, text), NOUN_MATTER, c->id, 200);
}

/* --- actions --------------------------------------------------------------- */

static bool
keep_action(struct call *c, const struct record *rec)
{
	const struct action *x = (const struct action *)rec;

	if (span_is_z(http_query(c->req, "owner"), "me") &&
	    !id_is(x->owner, c->who->id))
		return false;
	return is_state(c, action_state_names[x->state]);
}

void
actions_list(struct call *c)
{
	list_where(c, NOUN_ACTION, keep_action);
}

void
action_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	answer_done(c, d, action_make(d, &c->ask, &id), NOUN_ACTION, id, 201);
}

void
action_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, action_put(d, c->id, &c->ask), NOUN_ACTION, c->id, 200);
}

void
action_done_post(struct call *c)
{
	const struct ask_done *ask = ASKED(ask_done);
	struct decision *d = call_decide(c);

	answer_done(c, d, action_end(d, c->id, !ask->dropped, span_of(ask->note)),
		    NOUN_ACTION, c->id, 200);
}

/* --- orders for report ----------------------------------------------------- */

static bool
keep_order(struct call *c, const struct record *rec)
{
	const struct order *o = (const struct order *)rec;

	if (span_is_z(http_query(c->req, "state"), "owed"))
		return order_is_owed(o);
	return is_state(c, order_state_names[o->state]);
}

void
orders_list(struct call *c)
{
	list_where(c, NOUN_ORDER, keep_order);
}

void
order_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	answer_done(c, d, order_issue(d, &c->ask, &id), NOUN_ORDER, id, 201);
}

void
order_acknowledge_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, order_acknowledge(d, c->id), NOUN_ORDER, c->id, 200);
}

void
order_deliver_post(struct call *c)
{
	const struct ask_deliver *ask = ASKED(ask_deliver);
	struct decision *d = call_decide(c);

	answer_done(c, d, order_deliver(d, c->id, span_of(ask->report), ask->files),
		    NOUN_ORDER, c->id, 200);
}

void
order_accept_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, order_judge(d, c->id, true, (struct span){ 0 }, TIME_NONE),
		    NOUN_ORDER, c->id, 200);
}

void
order_return_post(struct call *c)
{
	const struct ask_return *ask = ASKED(ask_return);
	struct decision *d = call_decide(c);

	answer_done(c, d,
		    order_judge(d, c->id, false, span_of(ask->reason), ask->due_at),
		    NOUN_ORDER, c->id, 200);
}

void
order_withdraw_post(struct call *c)
{
	struct decision *d = call_decide(c);
	struct span reason = span_of(ASKED(ask_reason)->reason);

	answer_done(c, d, order_withdraw(d, c->id, reason), NOUN_ORDER, c->id, 200);
}
