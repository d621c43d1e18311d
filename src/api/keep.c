/* SPDX-License-Identifier: Apache-2.0 */
/* Legal holds and erasures over HTTP; lists and single ones are in settled.c. */
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
