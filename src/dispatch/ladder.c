/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder, pure: which rung comes next and when. No clock, no state.
 *   Ringing: 0 s the room; 20 s supervisor; 40 s duty officer by the second
 *   path, then each 30 s until a named person takes it; a P1 shows at the
 *   province at 106 s. Nobody to hear it: the second path at once.
 *   Taken but no unit accepted: duty officer at 60 s, once for each gap.
 *   A test reaches the supervisor only; an unverified call rings once and is
 *   paged once; training climbs but never leaves by the second path.
 * The step counts rungs: 1 supervisor, 2 duty officer, then one more each;
 * the text names the highest level reached. What passed while the process was
 * down is caught up rung by rung, but missed repeats are one.
 */
#include "dispatch/inner.h"

/* Built in where no run card says otherwise, seconds (product rule 4). */
#define SUPERVISOR_S 20
#define DUTY_OFFICER_S 40
#define REPEAT_S 30
#define PROVINCE_S 106 /* NFPA 1221: 95 % of calls are processed by then */
#define UNDISPATCHED_S 60
/* Countdowns: NENA 90 % answered by then; a site that declared nothing. */
#define ANSWER_S 15
#define ARRIVE_S 600

void
ladder_times_of(const struct run_card *c, struct ladder_times *ret)
{
	*ret = (struct ladder_times){
		.supervisor_ms =
			run_card_time(c, c ? c->supervisor_s : 0, SUPERVISOR_S),
		.duty_officer_ms =
			run_card_time(c, c ? c->duty_officer_s : 0, DUTY_OFFICER_S),
		.repeat_ms = run_card_time(c, c ? c->repeat_s : 0, REPEAT_S),
		.province_ms = run_card_time(c, c ? c->province_s : 0, PROVINCE_S),
		.undispatched_ms =
			run_card_time(c, c ? c->undispatched_s : 0, UNDISPATCHED_S),
	};
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* When the incident came to stand without a unit: its acknowledgement, or the
 * end of the last unit that had accepted. False: a unit was there and done. */
static bool
gap_since(const struct incident *i, int64_t *ret)
{
	int64_t taken =
		i->acknowledged_at != TIME_NONE ? i->acknowledged_at : i->m_raised;
	int64_t since = taken;

	for (size_t k = 0; k < i->n_assignments; k++) {
		const struct assignment *a = i->assignments[k];

		if (a->accepted_at == TIME_NONE || a->ended_at == TIME_NONE)
			continue;
		if (a->state == ASSIGNMENT_CLEARED && a->on_scene_at != TIME_NONE &&
		    a->ended_at >= taken)
			return false;
		since = later(since, a->ended_at);
	}
	*ret = since;
	return since != TIME_NONE;
}

enum ladder_phase
ladder_phase(const struct incident *i, int64_t *ret_since)
{
	*ret_since = TIME_NONE;
	if (i->state == INCIDENT_CLOSED)
		return LADDER_QUIET;
	if (i->unacknowledged) {
		*ret_since = i->unack_since != TIME_NONE ? i->unack_since : i->m_raised;
		return LADDER_RINGING;
	}
	if (incident_has_accepted(i) || !gap_since(i, ret_since))
		return LADDER_QUIET;
	return LADDER_UNDISPATCHED;
}

void
ladder_view_of(const struct incident *i, struct ladder_view *ret)
{
	int64_t since;

	*ret = (struct ladder_view){
		.phase = ladder_phase(i, &since),
		.is_p1 = i->priority == PRIORITY_P1,
		.is_test = i->is_test,
		.is_verified = i->trust == TRUST_VERIFIED,
		.is_training = i->r.world != WORLD_LIVE,
		.step = i->step == FIELD_NONE ? 0 : i->step,
		.stepped_ms = -1,
	};
	ret->is_at_province =
		ret->step > 0 && i->step_text && strcmp(i->step_text, "province") == 0;
}

static void
sooner(struct ladder_step *best, enum rung rung, int64_t step, int64_t at_ms,
       const char *text)
{
	if (best->rung != RUNG_NONE && best->at_ms <= at_ms)
		return;
	*best = (struct ladder_step){ rung, step, at_ms, false, text };
}

/* The page before the next one. Unknown: as if each had been on time. */
static int64_t
paged_ms(const struct ladder_times *t, const struct ladder_view *v)
{
	return v->stepped_ms >= 0 ? v->stepped_ms
				  : t->duty_officer_ms + (v->step - 2) * t->repeat_ms;
}

static void
next_ringing(const struct ladder_times *t, const struct ladder_view *v,
	     struct ladder_step *ret)
{
	int64_t duty_ms = v->is_heard ? t->duty_officer_ms : 0;

	if (v->is_test) {
		if (v->step < 1)
			sooner(ret, RUNG_SUPERVISOR, 1, t->supervisor_ms, "supervisor");
		return;
	}
	if (v->step < 2)
		sooner(ret, RUNG_DUTY_OFFICER, 2, duty_ms, "duty_officer");
	if (!v->is_verified)
		return;
	if (v->step < 1 && v->is_heard)
		sooner(ret, RUNG_SUPERVISOR, 1, t->supervisor_ms, "supervisor");
	if (v->step < 2)
		return;
	sooner(ret, RUNG_AGAIN, v->step + 1, paged_ms(t, v) + t->repeat_ms,
	       v->is_at_province ? "province" : "duty_officer");
	/* The province never hears before the duty officer of the city did. */
	if (v->is_p1 && !v->is_at_province)
		sooner(ret, RUNG_PROVINCE, v->step + 1, t->province_ms, "province");
}

struct ladder_step
ladder_next(const struct ladder_times *t, const struct ladder_view *v)
{
	struct ladder_step s = { 0 };

	if (v->phase == LADDER_RINGING)
		next_ringing(t, v, &s);
	else if (v->phase == LADDER_UNDISPATCHED && !v->is_test && v->stepped_ms < 0)
		sooner(&s, RUNG_UNDISPATCHED, v->step + 1, t->undispatched_ms,
		       "undispatched");
	s.is_paged = !v->is_test && !v->is_training &&
		     (s.rung == RUNG_DUTY_OFFICER || s.rung == RUNG_AGAIN ||
		      (s.rung == RUNG_UNDISPATCHED && v->is_verified));
	return s;
}

int64_t
ladder_elapsed(int64_t now, int64_t since)
{
	return since == TIME_NONE || now < since ? 0 : now - since;
}

int64_t
ladder_stepped(const struct ladder_times *t, const struct ladder_step *s,
	       int64_t elapsed_ms)
{
	return elapsed_ms - s->at_ms < t->repeat_ms ? s->at_ms : elapsed_ms;
}

/* --- the countdown that people see ---------------------------------------- */

struct due
dispatch_due(const struct model *m, const struct incident *i)
{
	const struct site *s = site_find(m, i->site);
	struct ladder_times t;
	int64_t since;

	switch (ladder_phase(i, &since)) {
	case LADDER_RINGING:
		return (struct due){ "answer", since + ANSWER_S * 1000, since };
	case LADDER_UNDISPATCHED:
		if (i->is_test)
			return (struct due){ 0 };
		ladder_times_of(run_card_for(m, s ? s->class : 0, span_of(i->kind),
					     i->priority),
				&t);
		return (struct due){ "dispatch", since + t.undispatched_ms, since };
	default:
		break;
	}
	if (i->state == INCIDENT_CLOSED || i->m_on_scene != TIME_NONE ||
	    i->m_dispatched == TIME_NONE || !incident_has_accepted(i))
		return (struct due){ 0 };
	since = s && s->response_time_s != FIELD_NONE ? s->response_time_s : ARRIVE_S;
	return (struct due){ "arrive", i->m_dispatched + since * 1000,
			     i->m_dispatched };
}
