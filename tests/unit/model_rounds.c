/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds of a post: when a check-in is due, which one fills a slot, when none came,
 * and that a node which stood still neither forgets an alarm nor rings for each hour.
 */
#include "law/law_register.h"

#define MINUTE 60000ll
#define HOUR (60 * MINUTE)
/* 2026-03-24T00:00 at +05:00, after T0: time never goes back */
#define MIDNIGHT 1774292400000ll

static struct point
schedule(int64_t every_min, char *from, char *to)
{
	return (struct point){ .every_s = every_min * 60,
			       .grace_s = FIELD_NONE,
			       .utc_offset_min = FIELD_NONE,
			       .from = from,
			       .to = to };
}

static void
slots_are_of_the_day(void **state)
{
	struct point p = schedule(30, NULL, NULL);

	(void)state;
	assert_true(point_slot_after(&p, MIDNIGHT) == MIDNIGHT + 30 * MINUTE);
	assert_true(point_slot_after(&p, MIDNIGHT - 1) == MIDNIGHT);
	assert_true(point_slot_after(&p, MIDNIGHT + 24 * HOUR - 1) ==
		    MIDNIGHT + 24 * HOUR);
	/* each day begins anew where the interval does not divide it */
	p = schedule(7 * 60, NULL, NULL);
	assert_true(point_slot_after(&p, MIDNIGHT + 21 * HOUR) == MIDNIGHT + 24 * HOUR);
	p.withdrawn = true;
	assert_true(point_slot_after(&p, MIDNIGHT) == TIME_NONE);
	p = schedule(30, NULL, NULL);
	p.every_s = FIELD_NONE;
	assert_true(point_slot_after(&p, MIDNIGHT) == TIME_NONE);
}

static void
slots_are_between_hours(void **state)
{
	struct point day = schedule(60, (char[]){ "08:00" }, (char[]){ "10:30" });
	struct point night = schedule(60, (char[]){ "22:00" }, (char[]){ "02:00" });

	(void)state;
	assert_true(point_slot_after(&day, MIDNIGHT) == MIDNIGHT + 8 * HOUR);
	assert_true(point_slot_after(&day, MIDNIGHT + 8 * HOUR) == MIDNIGHT + 9 * HOUR);
	assert_true(point_slot_after(&day, MIDNIGHT + 10 * HOUR) ==
		    MIDNIGHT + 32 * HOUR);
	/* over midnight */
	assert_true(point_slot_after(&night, MIDNIGHT) == MIDNIGHT + HOUR);
	assert_true(point_slot_after(&night, MIDNIGHT + HOUR) == MIDNIGHT + 22 * HOUR);
	assert_true(point_slot_after(&night, MIDNIGHT + 23 * HOUR) ==
		    MIDNIGHT + 24 * HOUR);
	/* of another zone */
	night.utc_offset_min = 0;
	assert_true(point_slot_after(&night, MIDNIGHT) == MIDNIGHT + 3 * HOUR);
}

struct night {
	struct town t;
	struct law_register reg;
	unsigned late, missed, made, incidents;
};

static void
count(void *ctx, const struct event *e)
{
	struct night *n = ctx;

	n->late += e->type == EVENT_POINT_LATE;
	n->missed += e->type == EVENT_VISIT_MISSED;
	n->made += e->type == EVENT_VISIT_MADE;
	n->incidents += e->type == EVENT_INCIDENT_RAISED;
}

static struct principal
keeper(struct town *t)
{
	return town_principal(t, town_account(t, t->mission, ROLE_ADMINISTRATOR,
					      "madmin", NO_ID, NO_ID));
}

/* A tower that is due each half hour, five minutes of grace, at 10:30 next. */
static void
begin(struct night *n, bool on_disk)
{
	struct town *t = &n->t;
	struct principal m;

	memset(n, 0, sizeof *n);
	town_open(t, on_disk);
	t->wall = MIDNIGHT + 10 * HOUR + 10 * MINUTE;
	m = keeper(t);
	n->reg = register_make(t, &m, t->site,
			       town_person(t, &m, "duty", t->site, NO_ID));
	journal_add_sink(t->journal, count, n);
}

static struct point *
tower(struct night *n)
{
	return point_find(n->t.m, n->reg.post);
}

static void
tick(struct night *n, int64_t wall)
{
	n->t.wall = wall;
	assert_int_equal(point_tick(town_by(&n->t, NULL), n->reg.post), 0);
	town_settle(&n->t);
}

static enum visit_state
check_in(struct night *n, int64_t wall)
{
	struct id id;
	enum visit_state was;

	n->t.wall = wall;
	assert_int_equal(
		point_check_in(town_by(&n->t, &n->t.gate), n->reg.post, SPAN(""), &id),
		0);
	was = visit_find(n->t.m, id)->state;
	town_settle(&n->t);
	return was;
}

static void
a_check_in_fills_one_slot(void **state)
{
	struct night n;
	int64_t due = MIDNIGHT + 10 * HOUR + 30 * MINUTE;

	(void)state;
	begin(&n, false);
	/* that of making it filled 10:30 already */
	assert_true(tower(&n)->due_at == due + 30 * MINUTE);
	assert_int_equal(check_in(&n, due - MINUTE), VISIT_EXTRA);
	assert_true(tower(&n)->due_at == due + 30 * MINUTE);
	due += 30 * MINUTE;
	assert_int_equal(check_in(&n, due - 2 * MINUTE), VISIT_MADE);
	assert_true(tower(&n)->due_at == due + 30 * MINUTE);
	due += 30 * MINUTE;
	assert_int_equal(check_in(&n, due + 4 * MINUTE), VISIT_MADE);
	due += 30 * MINUTE;
	tick(&n, due + 6 * MINUTE);
	assert_int_equal(n.late, 1);
	assert_int_equal(check_in(&n, due + 7 * MINUTE), VISIT_LATE);
	tick(&n, due + 11 * MINUTE);
	assert_int_equal(n.late, 1);
	assert_int_equal(n.missed, 0);
	assert_true(tower(&n)->due_at == due + 30 * MINUTE);
	town_close(&n.t);
}

static void
a_missed_round_is_told_once_and_is_no_sos(void **state)
{
	struct night n;
	int64_t due;

	(void)state;
	begin(&n, false);
	due = tower(&n)->due_at;
	tick(&n, due + 5 * MINUTE - 1);
	assert_int_equal(n.late, 0);
	tick(&n, due + 5 * MINUTE);
	tick(&n, due + 9 * MINUTE);
	assert_int_equal(n.late, 1);
	assert_int_equal(n.missed, 0);
	tick(&n, due + 10 * MINUTE);
	tick(&n, due + 11 * MINUTE);
	assert_int_equal(n.missed, 1);
	assert_int_equal(tower(&n)->missed_in_row, 1);
	assert_true(tower(&n)->due_at == due + 30 * MINUTE);
	tick(&n, due + 40 * MINUTE);
	assert_int_equal(n.missed, 2);
	assert_int_equal(tower(&n)->missed_in_row, 2);
	assert_int_equal(n.incidents, 0);
	assert_int_equal(check_in(&n, due + 45 * MINUTE), VISIT_MADE);
	assert_int_equal(tower(&n)->missed_in_row, 0);
	town_close(&n.t);
}

static void
a_node_that_stood_still_rings_once(void **state)
{
	struct night n;
	int64_t due;

	(void)state;
	begin(&n, true);
	due = tower(&n)->due_at;
	town_stop(&n.t);
	town_start(&n.t);
	journal_add_sink(n.t.journal, count, &n);
	assert_true(tower(&n)->due_at == due);
	tick(&n, due + 8 * HOUR);
	assert_int_equal(n.missed, 1);
	assert_true(tower(&n)->due_at > due + 8 * HOUR - 10 * MINUTE);
	town_close(&n.t);
}

static void
who_is_named_checks_in_and_nobody_else(void **state)
{
	struct night n;
	struct town *t = &n.t;
	struct buf AUTO(buf_done) list = { 0 };
	struct principal m, watch, panel;
	struct id id, device;
	struct patch p;

	(void)state;
	begin(&n, false);
	device = town_device(t, "2001", t->site, TRUST_VERIFIED);
	principal_of_device(t->m, device_find(t->m, device), &panel);
	id = town_device(t, "2002", t->unit, TRUST_VERIFIED);
	principal_of_device(t->m, device_find(t->m, id), &watch);
	/* a device of the site is there; a police watch, the room, a button are not */
	assert_int_equal(point_check_in(town_by(t, &panel), n.reg.post, SPAN(""), &id),
			 0);
	for (int k = 0; k < 5; k++) {
		const struct principal *who[] = { &watch, &t->room, &t->button,
						  &t->other_gate, &t->stranger };

		assert_int_equal(
			point_check_in(town_by(t, who[k]), n.reg.post, SPAN(""), &id),
			ERR_DENIED);
	}
	m = town_principal(t, account_by_login(t->m, SPAN("madmin"))->r.id);
	buf_add_c(&list, '[');
	jw_id(&list, device);
	buf_add_c(&list, ']');
	patch_init(&p, &noun_point);
	PATCH_STR(&p, point, checkers, buf_span(&list));
	assert_int_equal(point_put(town_by(t, &m), n.reg.post, &p, NULL), 0);
	assert_int_equal(point_check_in(town_by(t, &panel), n.reg.post, SPAN(""), &id),
			 0);
	assert_int_equal(
		point_check_in(town_by(t, &t->gate), n.reg.post, SPAN(""), &id),
		ERR_DENIED);
	town_close(&n.t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_of_the_day),
		cmocka_unit_test(slots_are_between_hours),
		cmocka_unit_test(a_check_in_fills_one_slot),
		cmocka_unit_test(a_missed_round_is_told_once_and_is_no_sos),
		cmocka_unit_test(a_node_that_stood_still_rings_once),
		cmocka_unit_test(who_is_named_checks_in_and_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
