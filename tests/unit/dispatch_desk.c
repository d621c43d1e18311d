/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole desk on a clock that the test sets: the ladder climbs on time,
 * survives a kill and a clock that is set, and keeps to itself where it must.
 */
#include "unit/dispatch_city.h"

static void
expect_steps(struct city *c, unsigned n, const char *last)
{
	assert_int_equal(c->steps, n);
	if (n)
		assert_string_equal(c->step_text[(n - 1) % 64], last);
}

static void
climb(bool is_threaded)
{
	static const int64_t at[] = { 20000, 40000, 70000, 100000, 106000, 130000 };
	struct city c;
	int64_t start;

	city_open(&c, true);
	city_stop(&c);
	c.is_threaded = is_threaded;
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	start = c.mono;
	city_press(&c, &c.caller, false);
	city_wait(&c, 131000);
	expect_steps(&c, ARRAY_LEN(at), "province");
	for (size_t k = 0; k < ARRAY_LEN(at); k++)
		assert_in_range(c.step_mono[k] - start, (uint64_t)at[k],
				(uint64_t)at[k] + 250);
	assert_int_equal(c.pages, 4); /* 40, 70, 100, 130: not the province's mark */
	city_acknowledge(&c, c.last_incident);
	city_wait(&c, 59000);
	expect_steps(&c, ARRAY_LEN(at), "province");
	city_wait(&c, 1500);
	expect_steps(&c, ARRAY_LEN(at) + 1, "undispatched");
	assert_int_equal(c.pages, 5);
	city_wait(&c, 300000);
	expect_steps(&c, ARRAY_LEN(at) + 1, "undispatched");
	city_close(&c);
}

static void
p1_climbs(void **state)
{
	(void)state;
	climb(false);
}

static void
p1_climbs_beside_the_writer_thread(void **state)
{
	(void)state;
	climb(true);
}

/* Is down for `down_ms`, the wall clock moves by `jump`. */
static void
kill_and_start(struct city *c, int64_t down_ms, int64_t jump_ms, bool is_heard)
{
	city_stop(c);
	c->mono += down_ms;
	c->wall += down_ms + jump_ms;
	city_start(c);
	dispatch_room(c->d, 1, is_heard);
	city_settle(c);
}

static void
killed_at_second_14(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_press(&c, &c.caller, false);
	city_wait(&c, 14000);
	kill_and_start(&c, 2000, 0, true);
	city_wait(&c, 3500);
	expect_steps(&c, 0, "");
	city_wait(&c, 750);
	expect_steps(&c, 1, "supervisor");
	/* and again just after a rung: it is not repeated */
	kill_and_start(&c, 0, 0, true);
	city_wait(&c, 19000);
	expect_steps(&c, 1, "supervisor");
	city_wait(&c, 1500);
	expect_steps(&c, 2, "duty_officer");
	city_close(&c);
}

/* Down past two rungs: both come at once, in order, and one page. */
static void
down_for_a_minute(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_press(&c, &c.caller, false);
	city_wait(&c, 14000);
	kill_and_start(&c, 75000, 0, true);
	city_settle(&c);
	expect_steps(&c, 2, "duty_officer");
	assert_int_equal(c.pages, 1);
	city_wait(&c, 29000); /* 118 s: the province at 106, the page at 119 */
	expect_steps(&c, 3, "province");
	city_wait(&c, 1500);
	expect_steps(&c, 4, "province");
	assert_int_equal(c.pages, 2);
	city_close(&c);
}

static void
clock_set_back_an_hour(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_press(&c, &c.caller, false);
	city_wait(&c, 45000);
	expect_steps(&c, 2, "duty_officer");
	c.wall -= 3600000; /* while it runs: nothing may notice */
	city_wait(&c, 20000);
	expect_steps(&c, 2, "duty_officer");
	city_wait(&c, 6000);
	expect_steps(&c, 3, "duty_officer");
	/* and across a restart: no rung is repeated, none waits for an hour */
	kill_and_start(&c, 1000, -3600000, true);
	expect_steps(&c, 3, "duty_officer");
	city_wait(&c, 31000);
	expect_steps(&c, 4, "duty_officer");
	city_wait(&c, 30000);
	assert_true(c.steps >= 5);
	assert_true(c.steps <= 6);
	city_close(&c);
}

static void
clock_set_forward_an_hour(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_press(&c, &c.caller, false);
	city_wait(&c, 5000);
	c.wall += 3600000;
	city_wait(&c, 14500);
	expect_steps(&c, 0, "");
	city_wait(&c, 750);
	expect_steps(&c, 1, "supervisor");
	/* across a restart an hour seems to have passed: each rung once */
	kill_and_start(&c, 1000, 3600000, true);
	expect_steps(&c, 3, "province");
	assert_int_equal(c.pages, 1);
	city_wait(&c, 29000);
	assert_int_equal(c.pages, 1);
	city_wait(&c, 1500);
	assert_int_equal(c.pages, 2);
	city_close(&c);
}

static void
stopped_wall_clock(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	c.is_wall_stopped = true;
	city_press(&c, &c.caller, false);
	city_wait(&c, 41000);
	expect_steps(&c, 2, "duty_officer");
	city_stop(&c);
	city_start(&c);
	dispatch_room(c.d, 1, 1);
	city_wait(&c, 31000);
	assert_int_equal(c.pages, 2);
	city_close(&c);
}

static void
nobody_hears(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	dispatch_room(c.d, 3, 0);
	city_press(&c, &c.caller, false);
	city_wait(&c, 250);
	expect_steps(&c, 1, "duty_officer");
	assert_int_equal(c.pages, 1);
	city_wait(&c, 30000);
	assert_int_equal(c.pages, 2);
	city_acknowledge(&c, c.last_incident);

	/* sound goes off while it rings */
	dispatch_room(c.d, 1, 1);
	c.wall += 200000;
	c.mono += 200000;
	city_press(&c, &c.caller, false); /* two minutes later: it rings again */
	city_wait(&c, 3000);
	assert_int_equal(c.pages, 2); /* the new alarm counts from its own start */
	dispatch_room(c.d, 1, 0);
	city_wait(&c, 250);
	assert_int_equal(c.pages, 3);
	city_acknowledge(&c, c.last_incident);

	/* after a start the consoles have ten seconds to come back */
	dispatch_room(c.d, 1, 1);
	c.wall += 200000;
	c.mono += 200000;
	city_press(&c, &c.caller, false);
	city_wait(&c, 1000);
	c.pages = 0;
	kill_and_start(&c, 1000, 0, false);
	city_wait(&c, 8000);
	assert_int_equal(c.pages, 0);
	city_wait(&c, 3000);
	assert_int_equal(c.pages, 1);
	city_close(&c);
}

static void
unverified_rings_once(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_press(&c, &c.stranger, false);
	city_press(&c, &c.stranger, false);
	city_wait(&c, 39000);
	expect_steps(&c, 0, "");
	city_wait(&c, 1500);
	expect_steps(&c, 1, "duty_officer");
	assert_int_equal(c.pages, 1);
	city_wait(&c, 200000);
	kill_and_start(&c, 100000, 0, true);
	city_wait(&c, 200000);
	expect_steps(&c, 1, "duty_officer");
	assert_int_equal(c.pages, 1);
	city_close(&c);
}

static void
test_and_training_keep_inside(void **state)
{
	struct city c;
	struct principal trainee;
	struct incident *i;

	(void)state;
	city_open(&c, false);
	dispatch_room(c.d, 1, 0); /* not even when nobody hears */
	city_press(&c, &c.caller, true);
	trainee = c.caller;
	trainee.world = WORLD_TRAINING;
	strcpy(trainee.source, "khi.t.902");
	city_press(&c, &trainee, false);
	i = incident_find(c.m, c.last_incident);
	assert_int_equal(i->r.world, WORLD_TRAINING);
	city_wait(&c, 200000);
	assert_int_equal(c.pages, 0);
	assert_true(c.steps > 2); /* training climbs, within its world */
	city_close(&c);
}

static void
a_card_sets_the_times(void **state)
{
	struct city c;
	struct patch p;

	(void)state;
	city_open(&c, false);
	city_press(&c, &c.caller, false);
	city_wait(&c, 1000);
	patch_init(&p, &noun_run_card);
	PATCH_INT(&p, run_card, supervisor_s, 5);
	PATCH_INT(&p, run_card, duty_officer_s, 8);
	city_put_card(&c, &p); /* while it rings */
	city_wait(&c, 3750);
	expect_steps(&c, 0, "");
	city_wait(&c, 500);
	expect_steps(&c, 1, "supervisor");
	city_wait(&c, 3000);
	expect_steps(&c, 2, "duty_officer");
	city_close(&c);
}

static void
undispatched_again_when_the_unit_falls_away(void **state)
{
	struct city c;
	struct id u, a;

	(void)state;
	city_open(&c, true);
	u = city_unit(&c, "E-1", 5000, NULL);
	city_press(&c, &c.caller, false);
	city_acknowledge(&c, c.last_incident);
	a = city_offer(&c, c.last_incident, u);
	city_wait(&c, 20000);
	city_assign(&c, a, ASSIGNMENT_ACCEPTED);
	city_wait(&c, 100000);
	expect_steps(&c, 0, "");
	city_assign(&c, a, ASSIGNMENT_CANCELLED);
	city_wait(&c, 59000);
	expect_steps(&c, 0, "");
	city_wait(&c, 1500);
	expect_steps(&c, 1, "undispatched");
	kill_and_start(&c, 1000, 0, true);
	city_wait(&c, 100000);
	expect_steps(&c, 1, "undispatched");
	city_close(&c);
}

/* By the writer thread and back, on an idle node: timed, and no event left. */
static void
synthetic_goes_to_the_disk(void **state)
{
	struct city c;
	struct dispatch_status s;
	uint64_t before;

	(void)state;
	city_open(&c, true);
	city_stop(&c);
	c.cfg.synthetic_every_ms = 60000;
	c.is_threaded = true;
	city_start(&c);
	before = journal_tail(c.journal);
	dispatch_status(c.d, &s);
	assert_int_equal(s.synthetic_at, TIME_NONE);
	city_pass(&c, 1000); /* the first soon after the start */
	for (int k = 0; k < 5; k++) {
		do {
			city_settle(&c);
			dispatch_status(c.d, &s);
		} while (s.synthetic_at != c.wall);
		assert_true(s.synthetic_ok);
		assert_int_equal(journal_tail(c.journal), before);
		city_pass(&c, 60000);
	}
	city_close(&c);
}

static void
synthetic_leaves_one_record_a_day(void **state)
{
	struct city c;

	(void)state;
	city_open(&c, true);
	city_stop(&c);
	c.cfg.synthetic_every_ms = 60000;
	city_start(&c);
	for (int k = 0; k < 2600; k++) /* 44 hours from a morning: one midnight */
		city_pass(&c, 61000);
	assert_int_equal(c.synthetic, 2);
	assert_true(c.m->node->synthetic_runs > 700);
	assert_int_equal(c.m->open_incidents, 0);
	city_close(&c);
}

/* A commit that does not come back is seen, whatever was good before. */
static void
synthetic_that_hangs_is_not_ok(void **state)
{
	struct city c;
	struct dispatch_status s;

	(void)state;
	city_open(&c, true);
	city_stop(&c);
	c.cfg.synthetic_every_ms = 60000;
	city_start(&c);
	c.is_held = true;
	c.mono += 1000;
	city_turn(&c); /* it starts */
	c.mono += 5100;
	dispatch_status(c.d, &s);
	assert_false(s.synthetic_ok);
	assert_int_equal(s.synthetic_at, TIME_NONE);
	c.is_held = false;
	city_settle(&c); /* late is not good either */
	dispatch_status(c.d, &s);
	assert_false(s.synthetic_ok);
	assert_int_equal(s.synthetic_ms, 5100);
	city_pass(&c, 60000);
	dispatch_status(c.d, &s);
	assert_true(s.synthetic_ok);
	city_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p1_climbs),
		cmocka_unit_test(p1_climbs_beside_the_writer_thread),
		cmocka_unit_test(killed_at_second_14),
		cmocka_unit_test(down_for_a_minute),
		cmocka_unit_test(clock_set_back_an_hour),
		cmocka_unit_test(clock_set_forward_an_hour),
		cmocka_unit_test(stopped_wall_clock),
		cmocka_unit_test(nobody_hears),
		cmocka_unit_test(unverified_rings_once),
		cmocka_unit_test(test_and_training_keep_inside),
		cmocka_unit_test(a_card_sets_the_times),
		cmocka_unit_test(undispatched_again_when_the_unit_falls_away),
		cmocka_unit_test(synthetic_goes_to_the_disk),
		cmocka_unit_test(synthetic_leaves_one_record_a_day),
		cmocka_unit_test(synthetic_that_hangs_is_not_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
