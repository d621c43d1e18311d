/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrence rules: each case of another project's test (146 of them), and our own. */
#include "data_help.h"

#include "base/err.h"
#include "meet/rrule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t
read_local(struct span s, bool *ret_is_date)
{
	int y, mo, d, h = 0, mi = 0, se = 0;
	char z[32];

	snprintf(z, sizeof z, SPAN_FMT, SPAN_ARG(s));
	*ret_is_date = sscanf(z, "%4d%2d%2dT%2d%2d%2d", &y, &mo, &d, &h, &mi, &se) == 3;
	return rrule_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + se;
}

struct listing {
	struct buf b;
	bool is_date, is_utc;
	int n;
	int64_t from;
};

static bool
list_one(void *ctx, int64_t t)
{
	struct listing *l = ctx;
	int64_t days = t / 86400 - (t % 86400 < 0);
	int y, m, d, s = (int)(t - days * 86400);

	if (t < l->from)
		return true;
	rrule_civil(days, &y, &m, &d);
	buf_printf(&l->b, "%s%04d%02d%02d", l->n++ ? "," : "", y, m, d);
	if (!l->is_date)
		buf_printf(&l->b, "T%02d%02d%02d%s", s / 3600, s / 60 % 60, s % 60,
			   l->is_utc ? "Z" : "");
	return l->n < 3000;
}

static void
list_all(struct listing *l, struct span rule, struct span start, const char *from)
{
	struct rrule *r = malloc(sizeof *r);
	char why[160] = "";
	int64_t at;
	bool is_date;

	*l = (struct listing){ .from = INT64_MIN };
	if (rrule_parse(rule, r, why, sizeof why) < 0)
		fail_msg(SPAN_FMT ": %s", SPAN_ARG(rule), why);
	at = read_local(start, &l->is_date);
	r->is_date = l->is_date;
	l->is_utc = start.p[start.n - 1] == 'Z';
	if (from)
		l->from = read_local(span_of(from), &is_date);
	rrule_expand(r, at, list_one, l);
	buf_add_z(&l->b, "");
	free(r);
}

static void
every_case(void **state)
{
	struct buf AUTO(buf_done) text = { 0 };
	char path[4096];
	struct span rest;
	int n = 0, bad = 0;

	(void)state;
	if (!data_path(path, sizeof path, "ical/rrule-cases.tsv"))
		skip();
	data_read(path, &text);
	rest = buf_span(&text);
	span_cut(&rest, '\n');
	while (rest.n) {
		struct span line = span_cut(&rest, '\n'), col[9];
		struct listing l;
		struct span want;

		for (int k = 0; k < 9; k++)
			col[k] = span_cut(&line, '\t');
		want = col[8];
		/* the one that its project does not do: what the words of it say */
		if (memmem(want.p, want.n, "UNIMPLEMENTED", 13))
			want = SPAN("20241230,20251230,20301230,20311230");
		list_all(&l, col[2], col[3], NULL);
		if (!span_is(buf_span(&l.b), want)) {
			print_message("case " SPAN_FMT " " SPAN_FMT "\n got  %.200s\n"
				      " want %.*s\n",
				      SPAN_ARG(col[0]), SPAN_ARG(col[2]),
				      l.b.p ? l.b.p : "",
				      want.n > 200 ? 200 : (int)want.n, want.p);
			bad++;
		}
		buf_done(&l.b);
		n++;
	}
	assert_int_equal(bad, 0);
	assert_int_equal(n, 146);
}

static const struct {
	const char *rule, *start, *from, *want;
} own[] = {
	/* the cadences of the liaison room */
	{ "FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "20260302T100000", NULL,
	  "20260302T100000,20260406T100000,20260504T100000" },
	{ "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1TH;COUNT=3", "20260129T110000", NULL,
	  "20260129T110000,20260430T110000,20260730T110000" },
	{ "FREQ=YEARLY;COUNT=2", "20240229T090000", NULL,
	  "20240229T090000,20280229T090000" },
	{ "FREQ=MONTHLY;COUNT=3", "20260131T090000", NULL,
	  "20260131T090000,20260331T090000,20260531T090000" },
	{ "FREQ=MONTHLY;UNTIL=20260301", "20260101T090000", NULL,
	  "20260101T090000,20260201T090000,20260301T090000" },
	/* asked for from later on, the count is still from the start */
	{ "FREQ=DAILY;COUNT=5", "20260101T090000", "20260104T000000",
	  "20260104T090000,20260105T090000" },
	/* never */
	{ "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20260101T090000", NULL, "" },
};

static void
own_cases(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(own); k++) {
		struct listing l;

		list_all(&l, span_of(own[k].rule), span_of(own[k].start), own[k].from);
		assert_string_equal(l.b.p, own[k].want);
		buf_done(&l.b);
	}
}

static void
what_is_no_rule_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"FREQ=",
		"FREQ=OFTEN",
		"INTERVAL=2",
		"FREQ=DAILY;INTERVAL=0",
		"FREQ=DAILY;COUNT=1;UNTIL=20260101",
		"FREQ=DAILY;COUNT=-1",
		"FREQ=DAILY;BYHOUR=24",
		"FREQ=DAILY;BYDAY=1MO",
		"FREQ=WEEKLY;BYMONTHDAY=1",
		"FREQ=MONTHLY;BYWEEKNO=1",
		"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
		"FREQ=MONTHLY;BYMONTHDAY=0",
		"FREQ=MONTHLY;BYDAY=XX",
		"FREQ=MONTHLY;BYDAY=99MO",
		"FREQ=DAILY;UNTIL=2026",
		"FREQ=DAILY;UNTIL=20260230",
		"FREQ=DAILY;WHAT=1",
		"FREQ=DAILY;;",
	};
	struct rrule *r = malloc(sizeof *r);

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
		char why[160] = "";

		if (rrule_parse(span_of(bad[k]), r, why, sizeof why) != ERR_SYNTAX)
			fail_msg("\"%s\" was taken", bad[k]);
		assert_true(*why);
	}
	free(r);
}

/* Each day for 400 years: there and back. */
static void
the_calendar_is_right(void **state)
{
	int64_t at = rrule_days(1900, 1, 1);

	(void)state;
	assert_int_equal(rrule_days(1970, 1, 1), 0);
	assert_int_equal(rrule_days(2000, 3, 1), 11017);
	for (int n = 0; n < 146097; n++, at++) {
		int y, m, d;

		rrule_civil(at, &y, &m, &d);
		assert_int_equal(rrule_days(y, m, d), at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
		cmocka_unit_test(own_cases),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(the_calendar_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
