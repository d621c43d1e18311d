/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranking as tables: who comes first and why, who is left out and why.
 * Pure: places and ages are given.
 */
#include "unit/dispatch_city.h"

#include "dispatch/inner.h"

#define UNITS_MAX 16

struct bench {
	struct incident incident;
	struct assignment on_it, elsewhere[4];
	struct assignment *list[1], *open[4];
	struct unit units[UNITS_MAX];
	struct fix fixes[UNITS_MAX];
	struct candidate c[UNITS_MAX];
	size_t n;
	struct score_args a;
	struct arena arena;
	struct recommendation r;
};

static void
bench_open(struct bench *b)
{
	static const char *const wanted[] = { "armed", "medic" };

	*b = (struct bench){ 0 };
	b->a = (struct score_args){
		.incident = &b->incident,
		.place = place_at(0, 0),
		.detour_factor = 1.4,
		.speed_mps = 10,
		.fix_fresh_ms = 60000,
		.wanted = wanted,
	};
	b->list[0] = &b->on_it;
	b->incident.assignments = b->list;
}

static void
bench_close(struct bench *b)
{
	buf_done(&b->r.fixes);
	arena_done(&b->arena);
}

/* A unit on duty; east_m < 0: no fix. */
static struct unit *
add(struct bench *b, const char *callsign, double east_m, int64_t age_ms)
{
	struct unit *u = &b->units[b->n];
	struct fix *f = &b->fixes[b->n];
	struct candidate *c = &b->c[b->n++];

	u->r.id = (struct id){ .seq = 100 + b->n, .noun = 'u', .node = "khi" };
	u->callsign = (char *)(uintptr_t)callsign;
	u->shift_on = true;
	c->unit = u;
	c->is_lent = true;
	if (east_m < 0)
		return u;
	f->bearer = u->r.id;
	f->position = place_at(0, east_m);
	c->fix = f;
	c->fix_age_ms = age_ms;
	return u;
}

static void
make_busy(struct bench *b, struct unit *u, int state)
{
	static size_t next;
	size_t k = next++ % 4;

	b->elsewhere[k].state = state;
	b->open[k] = &b->elsewhere[k];
	u->open = &b->open[k];
	u->n_open = 1;
}

static void
score(struct bench *b)
{
	score_units(&b->a, b->c, b->n, &b->arena, &b->r);
}

static void
expect_order(struct bench *b, const char *names)
{
	struct buf AUTO(buf_done) got = { 0 };

	for (size_t k = 0; k < b->r.n_items; k++)
		buf_printf(&got, "%s%s", k ? " " : "", b->r.items[k].unit->callsign);
	assert_string_equal(got.p ? got.p : "", names);
}

static bool
says(const struct suggestion *s, const char *word)
{
	for (size_t k = 0; s->reasons[k]; k++)
		if (strcmp(s->reasons[k], word) == 0)
			return true;
	return false;
}

static void
nearest_first(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	add(&b, "far", 3000, 4000);
	add(&b, "near", 500, 4999);
	add(&b, "mid", 1000, 59999);
	score(&b);
	expect_order(&b, "near mid far");
	assert_true(b.r.items[0].distance_m > 699 && b.r.items[0].distance_m < 701);
	assert_int_equal(b.r.items[0].eta_s, 70);
	assert_int_equal(b.r.items[0].fix_age_s, 4);
	assert_string_equal(b.r.items[0].method, "straight_line");
	assert_true(says(&b.r.items[0], "distance:700 m"));
	assert_true(says(&b.r.items[0], "eta:70 s"));
	assert_true(says(&b.r.items[0], "fix_age:4 s"));
	assert_true(says(&b.r.items[0], "free"));
	assert_false(says(&b.r.items[0], "place_not_confirmed"));
	bench_close(&b);
}

static void
not_confirmed_comes_last_but_comes(void **state)
{
	struct bench b;
	struct unit *u;

	(void)state;
	bench_open(&b);
	u = add(&b, "stale", 100, 60001); /* its beat counts, not the old fix */
	u->beat = place_at(0, 2000);
	u = add(&b, "beat", -1, 0);
	u->beat = place_at(0, 1000);
	add(&b, "nowhere", -1, 0);
	add(&b, "live", 9000, 1000);
	u = add(&b, "live-busy", 50, 1000);
	make_busy(&b, u, ASSIGNMENT_EN_ROUTE);
	score(&b);
	expect_order(&b, "live live-busy beat stale nowhere");
	assert_true(says(&b.r.items[1], "busy:en_route"));
	assert_true(says(&b.r.items[2], "place_not_confirmed"));
	assert_true(says(&b.r.items[2], "by_beat"));
	assert_true(says(&b.r.items[2], "no_fix"));
	assert_int_equal(b.r.items[2].fix_age_s, -1);
	assert_true(says(&b.r.items[3], "place_not_confirmed"));
	assert_true(says(&b.r.items[3], "fix_age:60 s"));
	assert_true(says(&b.r.items[4], "no_place"));
	assert_true(b.r.items[4].distance_m < 0);
	assert_int_equal(b.r.items[4].eta_s, -1);
	bench_close(&b);
}

static void
capabilities_and_load(void **state)
{
	struct bench b;
	struct unit *u;

	(void)state;
	bench_open(&b);
	b.a.n_wanted = 2;
	add(&b, "plain", 100, 1000);
	u = add(&b, "armed", 5000, 1000);
	u->capabilities = (char *)(uintptr_t) "[\"armed\"]";
	u = add(&b, "both", 8000, 1000);
	u->capabilities = (char *)(uintptr_t) "[\"medic\",\"boat\",\"armed\"]";
	u = add(&b, "both-busy", 200, 1000);
	u->capabilities = (char *)(uintptr_t) "[\"medic\",\"armed\"]";
	make_busy(&b, u, ASSIGNMENT_ON_SCENE);
	u = add(&b, "damaged", 300, 1000);
	u->capabilities = (char *)(uintptr_t) "[\"medic";
	score(&b);
	expect_order(&b, "both armed plain damaged both-busy");
	assert_true(says(&b.r.items[0], "capability:armed"));
	assert_true(says(&b.r.items[0], "capability:medic"));
	assert_true(says(&b.r.items[1], "capability_missing:medic"));
	assert_true(says(&b.r.items[4], "busy:on_scene"));
	bench_close(&b);
}

static void
ties_go_by_callsign(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	add(&b, "C", 500, 1000);
	add(&b, "A", 500, 1000);
	add(&b, "B", 500, 9000);
	score(&b);
	expect_order(&b, "A B C");
	bench_close(&b);
	bench_open(&b); /* no place known: still one order */
	b.a.place.is_set = false;
	add(&b, "C", 500, 1000);
	add(&b, "B", -1, 0);
	add(&b, "A", 900, 1000);
	score(&b);
	expect_order(&b, "A C B");
	assert_true(says(&b.r.items[0], "incident_place_unknown"));
	bench_close(&b);
}

static void
left_out_with_a_reason(void **state)
{
	static const char *const want[] = {
		"other_world",    "not_lent",
		"off_duty",       "out_of_service:flat tyre",
		"out_of_service", "already_assigned:offered",
		"in_distress"
	};
	struct bench b;
	struct unit *u;

	(void)state;
	bench_open(&b);
	add(&b, "1", 100, 0)->r.world = WORLD_TRAINING;
	add(&b, "2", 100, 0);
	b.c[1].is_lent = false;
	add(&b, "3", 100, 0)->shift_on = false;
	u = add(&b, "4", 100, 0);
	u->out_of_service = true;
	u->reason = (char *)(uintptr_t) "flat tyre";
	add(&b, "5", 100, 0)->out_of_service = true;
	u = add(&b, "6", 100, 0);
	b.on_it.unit = u->r.id;
	b.on_it.state = ASSIGNMENT_OFFERED;
	b.incident.n_assignments = 1;
	u = add(&b, "7", 100, 0);
	b.incident.unit = u->r.id;
	add(&b, "8", 100, 0);
	score(&b);
	expect_order(&b, "8");
	assert_int_equal(b.r.n_left_out, ARRAY_LEN(want));
	for (size_t k = 0; k < ARRAY_LEN(want); k++)
		assert_string_equal(b.r.left_out[k].reason, want[k]);
	bench_close(&b);
	/* an offer that ended does not stand in the way */
	b.on_it.state = ASSIGNMENT_TIMED_OUT;
	score(&b);
	expect_order(&b, "6 8");
	bench_close(&b);
}

static void
limit_and_fixes(void **state)
{
	struct bench b;
	json_t *fixes;

	(void)state;
	bench_open(&b);
	add(&b, "a", 100, 1000);
	add(&b, "b", -1, 0);
	add(&b, "c", 300, 1000);
	b.a.limit = 2;
	score(&b);
	expect_order(&b, "a c");
	fixes = json_read(buf_span(&b.r.fixes), NULL);
	assert_int_equal(json_array_size(fixes), 2);
	assert_string_equal(json_str(json_array_get(fixes, 0), "unit").p, "khi.u.101");
	json_decref(fixes);
	bench_close(&b);
}

/* --- roads ----------------------------------------------------------------------- */

/* A river: by road the near one is far, the middle one only through what is closed, one
 * has no road, one is beyond what was looked at; the rest drive as the crow flies. */
static void
river(void *ctx, const struct position *to, const struct position *from, size_t n,
      struct route_leg *ret)
{
	*(size_t *)ctx += n;
	for (size_t k = 0; k < n; k++) {
		double m = geo_distance_m(&from[k], to);

		ret[k] = (struct route_leg){ .metres = m, .ms = (int64_t)(m * 100) };
		if (m < 600)
			ret[k].ms = 900000;
		else if (m < 1100)
			ret[k].crosses_closure = true;
		else if (m < 2100)
			ret[k].why = ROUTE_NO_WAY;
		else if (m < 3100)
			ret[k].why = ROUTE_TOO_FAR;
	}
}

static void
roads_rank_and_say_so(void **state)
{
	struct bench b;
	size_t asked = 0;

	(void)state;
	bench_open(&b);
	b.a.by_road = river;
	b.a.road_ctx = &asked;
	add(&b, "over-water", 500, 1000);
	add(&b, "closed", 1000, 1000);
	add(&b, "island", 2000, 1000);
	add(&b, "beyond", 3000, 1000);
	add(&b, "by-bridge", 6000, 1000);
	add(&b, "nowhere", -1, 0);
	score(&b);
	assert_int_equal(asked, 6);
	expect_order(&b, "island by-bridge over-water closed beyond nowhere");
	assert_string_equal(b.r.items[1].method, "road");
	assert_int_equal(b.r.items[1].eta_s, 600);
	assert_true(says(&b.r.items[1], "by_road:6.0 km"));
	assert_string_equal(b.r.items[0].method, "straight_line");
	assert_true(says(&b.r.items[0], "straight_line:no_way"));
	assert_true(says(&b.r.items[4], "straight_line:too_far"));
	assert_true(says(&b.r.items[3], "crosses_closure"));
	assert_true(says(&b.r.items[5], "no_place"));
	bench_close(&b);
}

/* Every way leads through the cordon; who is off the roads or out of reach is far. */
static void
cordon(void *ctx, const struct position *to, const struct position *from, size_t n,
       struct route_leg *ret)
{
	(void)ctx;
	for (size_t k = 0; k < n; k++) {
		double m = geo_distance_m(&from[k], to);

		ret[k] = (struct route_leg){ .metres = m, .ms = (int64_t)(m * 100) };
		ret[k].crosses_closure = m < 5000;
		if (m >= 9000)
			ret[k].why = ROUTE_TOO_FAR;
		else if (m >= 5000)
			ret[k].why = ROUTE_OFF_ROAD;
	}
}

static void
a_cordon_around_the_place_keeps_the_nearest_first(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	b.a.by_road = cordon;
	add(&b, "out-of-reach", 9500, 1000);
	add(&b, "off-road", 8000, 1000);
	add(&b, "second", 2000, 1000);
	add(&b, "nearest", 1000, 1000);
	score(&b);
	expect_order(&b, "nearest second off-road out-of-reach");
	assert_true(says(&b.r.items[0], "crosses_closure"));
	bench_close(&b);
}

/* A few that are asked for are the same few that lead the whole list. */
static void
the_best_are_the_best_of_all(void **state)
{
	static char names[200][8];
	static struct unit units[200];
	static struct fix fixes[200];
	struct candidate c[200];
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation all, few;
	struct bench b;

	(void)state;
	bench_open(&b);
	srand(11);
	for (size_t k = 0; k < ARRAY_LEN(c); k++) {
		snprintf(names[k], sizeof names[k], "U%zu", k);
		units[k].r.id = (struct id){ .seq = k + 1, .noun = 'u', .node = "khi" };
		units[k].callsign = names[k];
		units[k].shift_on = true;
		units[k].capabilities =
			(char *)(uintptr_t)(k % 3 ? "[\"armed\"]" : "[\"medic\"]");
		fixes[k].position = place_at(0, rand() % 9000);
		c[k] = (struct candidate){ .unit = &units[k],
					   .fix = &fixes[k],
					   .is_lent = true };
	}
	score_units(&b.a, c, ARRAY_LEN(c), &arena, &all);
	b.a.limit = 20;
	score_units(&b.a, c, ARRAY_LEN(c), &arena, &few);
	assert_int_equal(all.n_items, ARRAY_LEN(c));
	assert_int_equal(few.n_items, 20);
	for (size_t k = 0; k < 20; k++)
		assert_ptr_equal(few.items[k].unit, all.items[k].unit);
	buf_done(&all.fixes);
	buf_done(&few.fixes);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_first),
		cmocka_unit_test(not_confirmed_comes_last_but_comes),
		cmocka_unit_test(capabilities_and_load),
		cmocka_unit_test(ties_go_by_callsign),
		cmocka_unit_test(left_out_with_a_reason),
		cmocka_unit_test(limit_and_fixes),
		cmocka_unit_test(roads_rank_and_say_so),
		cmocka_unit_test(a_cordon_around_the_place_keeps_the_nearest_first),
		cmocka_unit_test(the_best_are_the_best_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
