/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offers: they come back in time, a run card makes them at once only within
 * its bounds, a unit that comes near is told, and many calls make a storm.
 */
#include "unit/dispatch_city.h"

static void
restart(struct city *c, int64_t down_ms, int64_t jump_ms)
{
	city_stop(c);
	c->mono += down_ms;
	c->wall += down_ms + jump_ms;
	city_start(c);
	dispatch_room(c->d, 1, 1);
	city_settle(c);
}

static void
an_offer_comes_back(void **state)
{
	struct city c;
	struct id u, v, a;

	(void)state;
	city_open(&c, true);
	u = city_unit(&c, "E-1", 1000, NULL);
	v = city_unit(&c, "E-2", 2000, NULL);
	city_press(&c, &c.caller, false);
	a = city_offer(&c, c.last_incident, u);
	assert_int_equal(unit_state(unit_find(c.m, u)), UNIT_BUSY);
	city_wait(&c, 29000);
	/* what is said about it does not hold it */
	assert_int_equal(assignment_explain(journal_begin(c.journal, &c.boss), a,
					    OVERRIDE_CREW_REST, (struct span){ 0 }),
			 0);
	city_wait(&c, 500);
	assert_int_equal(c.timed_out, 0);
	city_wait(&c, 750);
	assert_int_equal(c.timed_out, 1);
	assert_int_equal(assignment_find(c.m, a)->state, ASSIGNMENT_TIMED_OUT);
	assert_int_equal(unit_state(unit_find(c.m, u)), UNIT_AVAILABLE);

	/* an accepted one stays */
	a = city_offer(&c, c.last_incident, v);
	city_assign(&c, a, ASSIGNMENT_ACCEPTED);
	city_wait(&c, 60000);
	assert_int_equal(c.timed_out, 1);

	/* across a restart, with the clock set back an hour meanwhile */
	city_offer(&c, c.last_incident, u);
	city_wait(&c, 10000);
	restart(&c, 1000, -3600000);
	city_wait(&c, 31000);
	assert_int_equal(c.timed_out, 2);
	/* and with the clock set forward: at once, not twice */
	city_offer(&c, c.last_incident, u);
	restart(&c, 1000, 7200000);
	city_wait(&c, 500);
	assert_int_equal(c.timed_out, 3);
	city_wait(&c, 31000);
	assert_int_equal(c.timed_out, 3);
	city_close(&c);
}

static void
card_at_once(struct city *c, int64_t units, int64_t cover, const char *caps)
{
	struct patch p;

	patch_init(&p, &noun_run_card);
	PATCH_ENUM(&p, run_card, site_class, SITE_CONSULATE);
	PATCH_BOOL(&p, run_card, offer_at_once, true);
	PATCH_INT(&p, run_card, units, units);
	PATCH_INT(&p, run_card, min_cover, cover);
	PATCH_INT(&p, run_card, offer_timeout_s, 20);
	if (caps)
		PATCH_STR(&p, run_card, capabilities, span_of(caps));
	city_put_card(c, &p);
}

static void
at_once_by_card(void **state)
{
	struct city c;
	struct incident *i;

	(void)state;
	city_open(&c, false);
	card_at_once(&c, 2, 1, NULL);
	city_unit(&c, "far", 4000, NULL);
	city_unit(&c, "near", 500, NULL);
	city_unit(&c, "mid", 1000, NULL);
	city_unit(&c, "last", 8000, NULL);
	city_press(&c, &c.caller, false);
	i = incident_find(c.m, c.last_incident);
	assert_int_equal(c.offered, 2);
	assert_string_equal(i->assignments[0]->callsign, "near");
	assert_string_equal(i->assignments[1]->callsign, "mid");
	assert_true(i->assignments[0]->is_offered_at_once);
	assert_non_null(strstr(i->assignments[0]->fixes, "\"unit\":"));
	assert_true(i->unacknowledged); /* no person has taken it */
	assert_int_equal(i->assignments[0]->expires_at - i->assignments[0]->offered_at,
			 20000);
	/* more presses send no more */
	city_press(&c, &c.caller, false);
	assert_int_equal(c.offered, 2);
	/* declined: the next best goes, who said no is not asked again; one of
	 * the four must stay free */
	city_assign(&c, i->assignments[0]->r.id, ASSIGNMENT_DECLINED);
	city_settle(&c);
	assert_int_equal(c.offered, 3);
	assert_string_equal(i->assignments[2]->callsign, "far");
	/* once a person has it, a person decides */
	city_acknowledge(&c, c.last_incident);
	city_wait(&c, 25000);
	assert_int_equal(c.timed_out, 2);
	assert_int_equal(c.offered, 3);
	city_close(&c);
}

static void
at_once_keeps_its_bounds(void **state)
{
	struct city c;
	struct principal other;

	(void)state;
	city_open(&c, false);
	card_at_once(&c, 3, 2, "[\"armed\"]");
	city_unit(&c, "near", 100, NULL);
	city_unit(&c, "armed", 900, "[\"armed\"]");
	city_press(&c, &c.caller, false);
	assert_int_equal(c.offered, 0); /* two must stay free */
	city_unit(&c, "also", 2000, "[\"armed\"]");
	city_press(&c, &c.caller, true); /* a test sends nobody */
	assert_int_equal(c.offered, 0);
	city_press(&c, &c.caller, false); /* now one can be spared */
	assert_int_equal(c.offered, 1);
	assert_string_equal(assignment_find(c.m, c.last_assignment)->callsign, "armed");
	city_close(&c);

	city_open(&c, false);
	card_at_once(&c, 1, 0, NULL);
	city_unit(&c, "near", 100, NULL);
	city_press(&c, &c.stranger, false);
	city_press(&c, &c.stranger, false);
	assert_int_equal(c.offered, 0); /* unverified, one source */
	other = c.stranger;
	principal_anonymous(&other, "10.0.0.10");
	city_press(&c, &other, false);
	assert_int_equal(c.offered, 0);   /* two addresses are not two witnesses */
	strcpy(other.source, "khi.d.77"); /* a device that nobody has vouched for */
	city_press(&c, &other, false);
	assert_int_equal(c.offered, 1);
	city_close(&c);
}

static void
near_is_told(void **state)
{
	struct city c;
	struct id u, a;

	(void)state;
	city_open(&c, false);
	u = city_unit(&c, "E-1", 5000, NULL);
	city_press(&c, &c.caller, false);
	a = city_offer(&c, c.last_incident, u);
	city_move(&c, u, 400);
	city_wait(&c, 4000);
	assert_int_equal(c.near, 0); /* it has not said that it comes */
	city_move(&c, u, 3000);
	city_assign(&c, a, ASSIGNMENT_ACCEPTED);
	city_wait(&c, 4000);
	assert_int_equal(c.near, 0);
	city_move(&c, u, 850); /* 850 m · 1.4 at 10 m/s is 119 s */
	city_wait(&c, 2500);
	assert_int_equal(c.near, 1);
	city_move(&c, u, 300);
	city_wait(&c, 10000);
	assert_int_equal(c.near, 1); /* once */
	city_close(&c);
}

/* A device on the unit tells its place as well as the unit itself does. */
static void
a_bound_device_counts(void **state)
{
	struct city c;
	struct id u, dev;
	struct patch p;
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation r;

	(void)state;
	city_open(&c, false);
	u = city_unit(&c, "E-1", 5000, NULL);
	city_wait(&c, 61000);
	city_press(&c, &c.caller, false);
	assert_int_equal(device_seen(journal_begin(c.journal, NULL), SPAN("watch"),
				     SPAN("123"), &dev),
			 0);
	city_settle(&c);
	dispatch_recommend(c.d, incident_find(c.m, c.last_incident), 0, &arena, &r);
	assert_string_equal(r.items[0].reasons[0], "place_not_confirmed");
	buf_done(&r.fixes);
	patch_init(&p, &noun_device);
	PATCH_ID(&p, device, bound_to, u);
	assert_int_equal(device_put(journal_begin(c.journal, NULL), dev, &p, &dev), 0);
	city_move(&c, dev, 700);
	city_settle(&c);
	dispatch_recommend(c.d, incident_find(c.m, c.last_incident), 0, &arena, &r);
	assert_true(r.items[0].distance_m < 1000);
	assert_int_equal(r.items[0].fix_age_s, 0);
	buf_done(&r.fixes);
	city_close(&c);
}

static void
many_make_a_storm(void **state)
{
	struct city c;
	struct storm row[4];

	(void)state;
	city_open(&c, true);
	card_at_once(&c, 1, 0, NULL);
	c.site = (struct id){ 0 };
	c.caller.site = (struct id){ 0 };
	for (int k = 0; k < 12; k++) {
		struct press_args a = { .key = SPAN("k"),
					.door = SPAN("api"),
					.kind = SPAN("attack"),
					.claimed_at = TIME_NONE,
					.position = place_at(k * 100, k * 100) };
		struct press_result r;

		assert_int_equal(dispatch_storms(c.d, row, 4), k > 10);
		snprintf(c.caller.source, 80, "khi.t.%d", k);
		assert_int_equal(
			signal_press(journal_begin(c.journal, &c.caller), &a, &r), 0);
		city_wait(&c, 10000);
	}
	assert_int_equal(dispatch_storms(c.d, row, 4), 1);
	assert_string_equal(row[0].kind, "attack");
	assert_int_equal(row[0].incidents, 12);
	assert_int_equal(row[0].since, T0);
	restart(&c, 1000, 0);
	assert_int_equal(dispatch_storms(c.d, row, 4), 1);
	/* each P1 keeps its own ladder */
	c.steps = c.pages = 0;
	city_wait(&c, 31000);
	assert_true(c.pages >= 12);
	city_wait(&c, 600000);
	assert_int_equal(dispatch_storms(c.d, row, 4), 0);
	city_close(&c);
}

static void
no_offers_in_a_storm(void **state)
{
	struct city c;
	struct principal who;

	(void)state;
	city_open(&c, false);
	for (int k = 0; k < 40; k++) {
		char name[16];

		snprintf(name, sizeof name, "E-%d", k);
		city_unit(&c, name, 100 + k, NULL);
	}
	who = c.caller;
	card_at_once(&c, 1, 0, NULL);
	for (int k = 0; k < 14; k++) {
		city_press(&c, &who, false);
		city_settle(&c);
		/* out of the way: the next press is a new incident */
		assert_int_equal(incident_close(journal_begin(c.journal, &c.boss),
						c.last_incident, DISP_HANDLED,
						(struct span){ 0 }),
				 0);
		city_settle(&c);
	}
	assert_int_equal(c.offered, 10);
	city_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_comes_back),
		cmocka_unit_test(at_once_by_card),
		cmocka_unit_test(at_once_keeps_its_bounds),
		cmocka_unit_test(near_is_told),
		cmocka_unit_test(a_bound_device_counts),
		cmocka_unit_test(many_make_a_storm),
		cmocka_unit_test(no_offers_in_a_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
