/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exports of calls, both shapes, invented: midnights, units that repeat, stages that
 * are missing or stand before their dispatch, and rows that are refused with a place.
 */
#include "cli/calls.h"

#include "base/auto.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

static void
when(struct buf *b, const char *word, int64_t at)
{
	if (at == TIME_NONE)
		return;
	buf_printf(b, " %s ", word);
	time_format(b, at);
	b->n -= 5; /* without thousandths */
	b->p[b->n] = 0;
}

static bool
write_call(void *ctx, const struct history_call *c)
{
	struct buf *b = ctx;

	buf_printf(b, SPAN_FMT " " SPAN_FMT " %s", SPAN_ARG(c->number),
		   SPAN_ARG(c->kind), priority_names[c->priority]);
	when(b, c->is_day_only ? "on" : "at", c->raised_at);
	when(b, "sent", c->dispatched_at);
	when(b, "there", c->on_scene_at);
	for (size_t k = 0; k < c->n_units; k++) {
		const struct history_unit *u = &c->units[k];

		buf_printf(b, " [" SPAN_FMT, SPAN_ARG(u->callsign));
		when(b, "sent", u->dispatched_at);
		when(b, "going", u->en_route_at);
		when(b, "there", u->on_scene_at);
		when(b, "left", u->cleared_at);
		buf_add_c(b, ']');
	}
	buf_add_c(b, '\n');
	return true;
}

static struct calls_told
read_calls(const char *columns, const char *text, struct buf *ret)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct calls_columns c;
	struct calls_reader r = { .columns = &c,
				  .csv = { .in = span_of(text) },
				  .fn = write_call,
				  .ctx = ret };

	calls_columns_standard(&c);
	assert_int_equal(calls_columns_read(&c, span_of(columns), &why), 0);
	if (calls_read(&r) < 0)
		buf_printf(ret, "! %s", r.why.p);
	buf_done(&r.why);
	arena_done(&c.arena);
	return r.told;
}

static void
zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

#define HEAD "number,date,kind,dispatched,en_route,on_scene,cleared\n"

static void
lists_cross_midnight(void **state)
{
	struct buf AUTO(buf_done) got = { 0 };
	struct calls_told told;

	(void)state;
	zone("UTC");
	told = read_calls("date_order = DMY\n",
			  HEAD "7,31/12/19 12:00 AM,fire,\"A=23:58:00, B=00:03:00, "
			       "A=00:09:00\",A=23:59:00,\"A=00:04:00, B=00:05:30, "
			       "C=00:20:00\",\"B=00:01:00, A=01:00:00\"\n"
			       "8,01/01/20,fire,,,,\n",
			  &got);
	assert_string_equal(
		got.p,
		"7 fire P2 on 2019-12-31T00:00:00 sent 2019-12-31T23:58:00 there "
		"2020-01-01T00:04:00"
		" [A sent 2019-12-31T23:58:00 going 2019-12-31T23:59:00 there "
		"2020-01-01T00:04:00 left 2020-01-01T01:00:00]"
		" [B sent 2020-01-01T00:03:00 there 2020-01-01T00:05:30]"
		" [C there 2020-01-01T00:20:00]\n"
		"8 fire P2 on 2020-01-01T00:00:00\n");
	assert_int_equal(told.calls, 2);
	assert_int_equal(told.unit_rows, 3);
	assert_int_equal(told.repeats, 1);      /* A was sent twice */
	assert_int_equal(told.out_of_order, 1); /* B left before it was sent */
	assert_int_equal(told.crossings, 1);    /* A's; B was sent after midnight */
}

/* One row a unit, with dates; columns by names of another system. */
static void
rows_are_calls(void **state)
{
	struct buf AUTO(buf_done) got = { 0 };
	struct calls_told told;

	(void)state;
	zone("UTC");
	told = read_calls("# ours\nnumber = Nr\nraised = In\nunit = Wagen\n"
			  "dispatched = Alarm\non_scene = Ort\npriority = Stufe\n"
			  "priority_p1 = rot\ndate_order = YMD\n",
			  "Nr,In,Stufe,Wagen,Alarm,Ort\n"
			  "1,2020-05-01 23:50:00,rot,W1,2020-05-01 23:51:00,2020-05-02 "
			  "14:00:00\n"
			  "1,2020-05-01 23:50:00,rot,W2,2020-05-02 00:10:00,\n"
			  "2,2020-05-02 01:00,blau,,,\n",
			  &got);
	assert_string_equal(
		got.p, "1  P1 at 2020-05-01T23:50:00 sent 2020-05-01T23:51:00 there "
		       "2020-05-02T14:00:00"
		       " [W1 sent 2020-05-01T23:51:00 there 2020-05-02T14:00:00]"
		       " [W2 sent 2020-05-02T00:10:00]\n"
		       "2  P2 at 2020-05-02T01:00:00\n");
	assert_int_equal(told.calls, 2);
}

/* Clocks go back at 2 on that night in Chicago: an hour is lived twice. */
static void
a_clock_that_is_set_is_understood(void **state)
{
	struct calls_day fall = { 2019, 11, 3 }, spring = { 2019, 3, 10 };

	(void)state;
	zone(":/usr/share/zoneinfo/America/Chicago");
	assert_int_equal(calls_moment(&fall, 3 * 3600, false) -
				 calls_moment(&fall, 0, false),
			 4 * 3600000);
	assert_int_equal(calls_moment(&fall, 90 * 60, false) -
				 calls_moment(&fall, 0, false),
			 90 * 60000); /* the first of the two */
	assert_int_equal(calls_moment(&spring, 4 * 3600, false) -
				 calls_moment(&spring, 0, false),
			 3 * 3600000);
	assert_int_equal(calls_moment(&fall, 86400 + 60, false) -
				 calls_moment(&fall, 0, false),
			 25 * 3600000 + 60000);
	assert_int_equal(calls_moment(&fall, 90 * 60, true) -
				 calls_moment(&fall, 90 * 60, false),
			 3600000);
	assert_int_equal(calls_moment(&fall, 60 * 60 - 1, true),
			 calls_moment(&fall, 60 * 60 - 1, false));
	assert_int_equal(calls_moment(&fall, 120 * 60, true),
			 calls_moment(&fall, 120 * 60, false));
	zone("UTC");
}

/* Of the hour that comes twice a call is read as it took less: it began before it, lay
 * in it, or ended after it. */
static void
the_hour_that_comes_twice(void **state)
{
	struct buf AUTO(buf_done) got = { 0 };

	(void)state;
	zone(":/usr/share/zoneinfo/America/Chicago");
	read_calls("date_order = YMD\n",
		   HEAD "1,2019-11-03,fire,A=00:55:00,,A=01:05:00,A=01:20:00\n"
			"2,2019-11-03,fire,A=01:49:00,,A=02:00:30,A=02:30:00\n"
			"3,2019-11-03,fire,A=01:10:00,,A=01:20:00,\n",
		   &got);
	assert_string_equal(got.p,
			    "1 fire P2 on 2019-11-03T05:00:00 sent 2019-11-03T05:55:00 "
			    "there 2019-11-03T06:05:00 [A sent 2019-11-03T05:55:00 "
			    "there 2019-11-03T06:05:00 left 2019-11-03T06:20:00]\n"
			    "2 fire P2 on 2019-11-03T05:00:00 sent 2019-11-03T07:49:00 "
			    "there 2019-11-03T08:00:30 [A sent 2019-11-03T07:49:00 "
			    "there 2019-11-03T08:00:30 left 2019-11-03T08:30:00]\n"
			    "3 fire P2 on 2019-11-03T05:00:00 sent 2019-11-03T06:10:00 "
			    "there 2019-11-03T06:20:00 [A sent 2019-11-03T06:10:00 "
			    "there 2019-11-03T06:20:00]\n");
	zone("UTC");
}

static void
bad_rows_are_named(void **state)
{
	static const char *const cases[][2] = {
		{ "", "! line 1" },
		{ "a,b\n1,2\n", "! line 1, column number: no column is this one" },
		{ "number\n1\n", "! line 1, column date: no column tells the day" },
		{ HEAD "1,13/31/20,x,,,,\n", "! line 2, column date: no date" },
		{ HEAD "1,2/30/20,x,,,,\n", "! line 2, column date: no date" },
		{ HEAD "1,,x,,,,\n", "! line 2, column date: no date" },
		{ HEAD ",1/1/20,x,,,,\n",
		  "! line 2, column number: wants 1 to 60 bytes" },
		{ HEAD "1,1/1/20,x,A=24:00:00,,,\n",
		  "! line 2, column dispatched: wants UNIT=HH:MM:SS, with commas "
		  "between" },
		{ HEAD "1,1/1/20,x,,12:00:00,,\n",
		  "! line 2, column en_route: wants UNIT=HH:MM:SS, with commas "
		  "between" },
		{ HEAD "1,1/1/20\n", "! line 2, column 2: 2 cells, the head has 7" },
		{ HEAD "1,1/1/20,\"x\n", "! line 2, column 10: a quote is not closed" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		struct buf AUTO(buf_done) got = { 0 };

		read_calls("", cases[k][0], &got);
		if (strncmp(got.p, cases[k][1], strlen(cases[k][1])) != 0)
			fail_msg("\"%s\": \"%s\"", cases[k][0], got.p);
	}
}

static void
bad_columns_are_named(void **state)
{
	static const char *const bad[] = { "numbr = x", "date_order = YDM" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
		struct buf AUTO(buf_done) why = { 0 };
		struct calls_columns c;

		calls_columns_standard(&c);
		assert_int_equal(calls_columns_read(&c, span_of(bad[k]), &why),
				 ERR_SYNTAX);
		assert_non_null(strstr(why.p, "line 1"));
		arena_done(&c.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_cross_midnight),
		cmocka_unit_test(rows_are_calls),
		cmocka_unit_test(a_clock_that_is_set_is_understood),
		cmocka_unit_test(the_hour_that_comes_twice),
		cmocka_unit_test(bad_rows_are_named),
		cmocka_unit_test(bad_columns_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
