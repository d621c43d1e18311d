/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder as a table: what comes next, when, and whether it leaves by the
 * second path. Pure: no desk, no clock.
 */
#include "unit/dispatch_city.h"

#include "dispatch/inner.h"

static const struct ladder_times usual = { 20000, 40000, 30000, 106000, 60000 };

#define RINGS .phase = LADDER_RINGING, .is_verified = true, .is_heard = true
#define WAITS .phase = LADDER_UNDISPATCHED, .is_verified = true, .is_heard = true

static const struct row {
	const char *name;
	struct ladder_view v;
	enum rung rung;
	int64_t step, at_ms;
	bool is_paged;
	const char *text;
} rows[] = {
	{ "quiet", { .phase = LADDER_QUIET }, RUNG_NONE, 0, 0, false, NULL },
	{ "supervisor first",
	  { RINGS, .stepped_ms = -1 },
	  RUNG_SUPERVISOR,
	  1,
	  20000,
	  false,
	  "supervisor" },
	{ "then the duty officer",
	  { RINGS, .step = 1, .stepped_ms = -1 },
	  RUNG_DUTY_OFFICER,
	  2,
	  40000,
	  true,
	  "duty_officer" },
	{ "a further page",
	  { RINGS, .step = 2, .stepped_ms = 40000 },
	  RUNG_AGAIN,
	  3,
	  70000,
	  true,
	  "duty_officer" },
	{ "and again",
	  { RINGS, .step = 3, .stepped_ms = 70000 },
	  RUNG_AGAIN,
	  4,
	  100000,
	  true,
	  "duty_officer" },
	{ "P1: the province",
	  { RINGS, .step = 4, .stepped_ms = 100000, .is_p1 = true },
	  RUNG_PROVINCE,
	  5,
	  106000,
	  false,
	  "province" },
	{ "P2: not the province",
	  { RINGS, .step = 4, .stepped_ms = 100000 },
	  RUNG_AGAIN,
	  5,
	  130000,
	  true,
	  "duty_officer" },
	{ "after the province",
	  { RINGS, .step = 5, .stepped_ms = 100000, .is_p1 = true,
	    .is_at_province = true },
	  RUNG_AGAIN,
	  6,
	  130000,
	  true,
	  "province" },
	{ "hours later it still goes on",
	  { RINGS, .step = 400, .stepped_ms = 7200000, .is_p1 = true,
	    .is_at_province = true },
	  RUNG_AGAIN,
	  401,
	  7230000,
	  true,
	  "province" },
	{ "no page known: as if on time",
	  { RINGS, .step = 3, .stepped_ms = -1 },
	  RUNG_AGAIN,
	  4,
	  100000,
	  true,
	  "duty_officer" },
	{ "nobody hears: at once",
	  { .phase = LADDER_RINGING, .is_verified = true, .stepped_ms = -1 },
	  RUNG_DUTY_OFFICER,
	  2,
	  0,
	  true,
	  "duty_officer" },
	{ "sound went off after the supervisor",
	  { .phase = LADDER_RINGING, .is_verified = true, .step = 1, .stepped_ms = -1 },
	  RUNG_DUTY_OFFICER,
	  2,
	  0,
	  true,
	  "duty_officer" },
	{ "nobody heard it: 30 s after that page",
	  { RINGS, .step = 2, .stepped_ms = 0 },
	  RUNG_AGAIN,
	  3,
	  30000,
	  true,
	  "duty_officer" },
	{ "a test reaches the supervisor",
	  { RINGS, .is_test = true, .stepped_ms = -1 },
	  RUNG_SUPERVISOR,
	  1,
	  20000,
	  false,
	  "supervisor" },
	{ "and no further",
	  { RINGS, .is_test = true, .step = 1, .stepped_ms = -1 },
	  RUNG_NONE,
	  0,
	  0,
	  false,
	  NULL },
	{ "a test that nobody hears pages nobody",
	  { .phase = LADDER_RINGING,
	    .is_test = true,
	    .is_verified = true,
	    .stepped_ms = -1 },
	  RUNG_SUPERVISOR,
	  1,
	  20000,
	  false,
	  "supervisor" },
	{ "unverified: no supervisor, one page",
	  { .phase = LADDER_RINGING,
	    .is_heard = true,
	    .is_p1 = true,
	    .stepped_ms = -1 },
	  RUNG_DUTY_OFFICER,
	  2,
	  40000,
	  true,
	  "duty_officer" },
	{ "unverified: never again, no province",
	  { .phase = LADDER_RINGING,
	    .is_heard = true,
	    .is_p1 = true,
	    .step = 2,
	    .stepped_ms = 40000 },
	  RUNG_NONE,
	  0,
	  0,
	  false,
	  NULL },
	{ "training climbs",
	  { RINGS, .is_training = true, .step = 1, .stepped_ms = -1 },
	  RUNG_DUTY_OFFICER,
	  2,
	  40000,
	  false,
	  "duty_officer" },
	{ "training never pages",
	  { RINGS, .is_training = true, .step = 2, .stepped_ms = 40000 },
	  RUNG_AGAIN,
	  3,
	  70000,
	  false,
	  "duty_officer" },
	{ "taken, no unit",
	  { WAITS, .stepped_ms = -1 },
	  RUNG_UNDISPATCHED,
	  1,
	  60000,
	  true,
	  "undispatched" },
	{ "once",
	  { WAITS, .step = 1, .stepped_ms = 60000 },
	  RUNG_NONE,
	  0,
	  0,
	  false,
	  NULL },
	{ "taken, no unit, test",
	  { WAITS, .is_test = true, .stepped_ms = -1 },
	  RUNG_NONE,
	  0,
	  0,
	  false,
	  NULL },
	{ "taken, no unit, training",
	  { WAITS, .is_training = true, .stepped_ms = -1 },
	  RUNG_UNDISPATCHED,
	  1,
	  60000,
	  false,
	  "undispatched" },
	{ "taken, no unit, unverified",
	  { .phase = LADDER_UNDISPATCHED, .is_heard = true, .stepped_ms = -1 },
	  RUNG_UNDISPATCHED,
	  1,
	  60000,
	  false,
	  "undispatched" },
};

static void
each_row(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		const struct row *r = &rows[k];
		struct ladder_step s = ladder_next(&usual, &r->v);

		if (s.rung != r->rung || s.step != r->step || s.at_ms != r->at_ms ||
		    s.is_paged != r->is_paged ||
		    (r->text && strcmp(s.text, r->text) != 0))
			fail_msg("%s: rung %d step %lld at %lld paged %d text %s",
				 r->name, s.rung, (long long)s.step, (long long)s.at_ms,
				 s.is_paged, s.text ? s.text : "-");
	}
}

/* An alarm climbs as a person would read the rules aloud. */
static void
a_whole_p1(void **state)
{
	static const int64_t at[] = { 20000,  40000,  70000, 100000,
				      106000, 130000, 160000 };
	struct ladder_view v = { RINGS, .is_p1 = true, .stepped_ms = -1 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(at); k++) {
		struct ladder_step s = ladder_next(&usual, &v);

		assert_int_equal(s.at_ms, at[k]);
		assert_int_equal(s.step, v.step + 1);
		v.step = s.step;
		v.is_at_province |= s.rung == RUNG_PROVINCE;
		if (s.is_paged)
			v.stepped_ms = ladder_stepped(&usual, &s, s.at_ms + 7);
	}
}

/* Down for an hour: each rung once, and one page for all that were missed. */
static void
an_hour_late(void **state)
{
	struct ladder_view v = { RINGS, .is_p1 = true, .stepped_ms = -1,
				 .elapsed_ms = 3600000 };
	static const enum rung want[] = { RUNG_SUPERVISOR, RUNG_DUTY_OFFICER,
					  RUNG_PROVINCE };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(want); k++) {
		struct ladder_step s = ladder_next(&usual, &v);

		assert_int_equal(s.rung, want[k]);
		assert_true(s.at_ms <= v.elapsed_ms);
		v.step = s.step;
		v.is_at_province |= s.rung == RUNG_PROVINCE;
		if (s.is_paged)
			v.stepped_ms = ladder_stepped(&usual, &s, v.elapsed_ms);
	}
	assert_int_equal(ladder_next(&usual, &v).at_ms, 3630000);
}

static void
what_has_passed(void **state)
{
	(void)state;
	assert_int_equal(ladder_elapsed(T0 + 6000, T0), 6000);
	assert_int_equal(ladder_elapsed(T0 - 3600000, T0), 0); /* never negative */
	assert_int_equal(ladder_elapsed(T0, TIME_NONE), 0);
}

static void
card_times(void **state)
{
	struct run_card *c = (struct run_card *)record_new(
		&noun_run_card, (struct id){ .seq = 1, .noun = 'r' }, 0);
	struct ladder_times t;

	(void)state;
	ladder_times_of(NULL, &t);
	assert_memory_equal(&t, &usual, sizeof t);
	ladder_times_of(c, &t);
	assert_memory_equal(&t, &usual, sizeof t);
	c->supervisor_s = 5;
	c->duty_officer_s = 10;
	c->repeat_s = 15;
	c->province_s = 50;
	c->undispatched_s = 30;
	ladder_times_of(c, &t);
	assert_int_equal(t.supervisor_ms, 5000);
	assert_int_equal(t.duty_officer_ms, 10000);
	assert_int_equal(t.repeat_ms, 15000);
	assert_int_equal(t.province_ms, 50000);
	assert_int_equal(t.undispatched_ms, 30000);
	record_free(&noun_run_card, &c->r);
}

/* --- phases and countdowns, from records ----------------------------------- */

struct scene {
	struct model m;
	struct incident i;
	struct assignment a, *list[1];
};

static void
scene_make(struct scene *s, int state)
{
	*s = (struct scene){ 0 };
	s->i.state = state;
	s->i.unack_since = s->i.m_raised = T0;
	s->i.acknowledged_at = s->i.m_on_scene = s->i.m_dispatched = TIME_NONE;
	s->i.near_at = TIME_NONE;
	s->a.offered_at = T0 + 12000;
	s->a.accepted_at = s->a.on_scene_at = s->a.ended_at = TIME_NONE;
	s->list[0] = &s->a;
	s->i.assignments = s->list;
}

static void
due_of(struct scene *s, const char *what, int64_t at)
{
	struct due d = dispatch_due(&s->m, &s->i);

	if (!what) {
		assert_null(d.what);
		return;
	}
	assert_non_null(d.what);
	assert_string_equal(d.what, what);
	assert_int_equal(d.at, at);
}

static void
phases(void **state)
{
	struct scene s;
	int64_t since;

	(void)state;
	scene_make(&s, INCIDENT_NEW);
	s.i.unacknowledged = true;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_RINGING);
	assert_int_equal(since, T0);
	due_of(&s, "answer", T0 + 15000);

	s.i.unacknowledged = false;
	s.i.state = INCIDENT_ACKNOWLEDGED;
	s.i.acknowledged_at = T0 + 10000;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_UNDISPATCHED);
	assert_int_equal(since, T0 + 10000);
	due_of(&s, "dispatch", T0 + 70000);

	/* an offer is not a unit on its way */
	s.i.n_assignments = 1;
	s.a.state = ASSIGNMENT_OFFERED;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_UNDISPATCHED);

	s.a.state = ASSIGNMENT_ACCEPTED;
	s.a.accepted_at = s.i.m_dispatched = T0 + 20000;
	s.i.state = INCIDENT_ACTIVE;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_QUIET);
	due_of(&s, "arrive", T0 + 620000);

	/* it fell away: the gap counts from then */
	s.a.state = ASSIGNMENT_CANCELLED;
	s.a.ended_at = T0 + 50000;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_UNDISPATCHED);
	assert_int_equal(since, T0 + 50000);
	due_of(&s, "dispatch", T0 + 110000);

	/* it was there and is done */
	s.a.state = ASSIGNMENT_CLEARED;
	s.a.on_scene_at = s.i.m_on_scene = T0 + 45000;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_QUIET);
	due_of(&s, NULL, 0);

	/* a new press was taken since: that visit does not count for it */
	s.i.acknowledged_at = T0 + 90000;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_UNDISPATCHED);
	assert_int_equal(since, T0 + 90000);

	s.i.state = INCIDENT_CLOSED;
	assert_int_equal(ladder_phase(&s.i, &since), LADDER_QUIET);
	due_of(&s, NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),     cmocka_unit_test(a_whole_p1),
		cmocka_unit_test(an_hour_late), cmocka_unit_test(what_has_passed),
		cmocka_unit_test(card_times),   cmocka_unit_test(phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
