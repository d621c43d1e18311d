/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures against sums made by hand: a night with a midnight in it, stages that are
 * missing, a test, a late entry. Both counts give the same, and a record that was
 * changed behind the journal's back is seen.
 */
#include "law/law_help.h"
#include "model/history.h"
#include "recount/recount.h"
#include "report/inner.h"

#define MINUTE 60000
#define HOUR (60 * MINUTE)

static void
go_to(struct town *t, int64_t ms_after)
{
	t->wall = T0 + ms_after;
}

static void
present(struct town *t, struct id incident)
{
	assert_int_equal(incident_present(town_by(t, &t->room), incident), 0);
	town_settle(t);
}

static void
acknowledge(struct town *t, struct id incident)
{
	assert_int_equal(incident_acknowledge(town_by(t, &t->room), incident), 0);
	town_settle(t);
}

static void
finish(struct town *t, struct id incident, enum disposition how)
{
	assert_int_equal(
		incident_close(town_by(t, &t->boss), incident, how, (struct span){ 0 }),
		0);
	town_settle(t);
}

/* Raised at 15:15:30 of the room's clock; on scene after six minutes. */
static struct id
first_call(struct town *t)
{
	struct id i = town_press(t, &t->gate).incident, a;

	go_to(t, 200);
	present(t, i);
	go_to(t, 10000);
	acknowledge(t, i);
	go_to(t, 30000);
	a = town_offer(t, i, t->unit);
	assert_int_equal(town_assign(t, a, ASSIGNMENT_ACCEPTED), 0);
	go_to(t, 60000);
	assert_int_equal(town_assign(t, a, ASSIGNMENT_EN_ROUTE), 0);
	go_to(t, 360000);
	assert_int_equal(town_assign(t, a, ASSIGNMENT_ON_SCENE), 0);
	go_to(t, 400000);
	assert_int_equal(town_assign(t, a, ASSIGNMENT_CLEARED), 0);
	finish(t, i, DISP_HANDLED);
	return i;
}

/* Nobody went. */
static void
second_call(struct town *t)
{
	struct id i;

	go_to(t, HOUR);
	i = town_press(t, &t->gate).incident;
	go_to(t, HOUR + 20000);
	acknowledge(t, i);
	finish(t, i, DISP_FALSE_ALARM);
}

/* Raised half a minute before the room's midnight (19:00 UTC), taken after it; the
 * unit told nothing but that it is there. */
static void
third_call(struct town *t)
{
	int64_t at = 8 * HOUR + 44 * MINUTE; /* 18:59:30 UTC */
	struct id i, a;

	go_to(t, at);
	i = town_press(t, &t->other_gate).incident;
	go_to(t, at + MINUTE);
	acknowledge(t, i);
	a = town_offer(t, i, t->unit2);
	go_to(t, at + 11 * MINUTE);
	assert_int_equal(town_assign(t, a, ASSIGNMENT_ON_SCENE), 0);
	finish(t, i, DISP_HANDLED);
}

static void
what_is_left_out(struct town *t)
{
	struct call_args late = { .kind = SPAN("sos"),
				  .message = SPAN("on paper"),
				  .form = SPAN("F-1"),
				  .late_times = SPAN("{}"),
				  .priority = PRIORITY_P2,
				  .site = t->site,
				  .disposition = DISP_HANDLED };
	struct id i =
		town_press_args(t, &t->gate, (struct press_args){ .is_test = true })
			.incident;

	acknowledge(t, i);
	finish(t, i, DISP_TEST);
	assert_int_equal(incident_open_call(town_by(t, &t->room), &late, &i), 0);
	town_settle(t);
}

static void
look(struct town *t, const struct principal *who, struct id unit)
{
	assert_int_equal(track_look(town_by(t, who), unit, SPAN("complaint 7"), 1, 2),
			 0);
	town_settle(t);
}

/* Two of the room, of which one while its unit was on a call; one of another force at
 * its own; and one a day later than any report here asks for. */
static void
three_looks(struct town *t)
{
	struct principal ranger;
	struct id i;

	principal_of_account(t->m, account_find(t->m, t->ranger_boss_id), &ranger);
	go_to(t, 10 * HOUR);
	look(t, &t->room, t->unit);
	look(t, &ranger, t->ranger_unit);
	i = town_press(t, &t->gate).incident;
	acknowledge(t, i);
	town_offer(t, i, t->unit);
	look(t, &t->boss, t->unit);
	finish(t, i, DISP_HANDLED);
	go_to(t, 30 * HOUR);
	look(t, &t->boss, t->unit);
}

static void
night(struct town *t)
{
	town_open(t, true);
	first_call(t);
	second_call(t);
	third_call(t);
	what_is_left_out(t);
}

static struct report_ask
ask_of(const struct town *t, enum report_by by)
{
	struct report_ask a = { .from = T0 - HOUR,
				.to = T0 + 24 * HOUR,
				.base_from = TIME_NONE,
				.base_to = TIME_NONE,
				.now = t->wall,
				.by = by,
				.offset_min = 300 };

	assert_true(report_shifts_read(SPAN("06-14-22"), &a));
	return a;
}

static void
tell(struct town *t, const struct report_ask *a, struct buf *ret)
{
	struct report *r;

	assert_int_equal(report_make(t->store, a, &r), 0);
	buf_clear(ret);
	report_csv(r, ret);
	report_free(r);
}

static void
tell_again(struct town *t, const struct report_ask *a, struct buf *ret)
{
	struct recount_ask again = { .from = a->from,
				     .to = a->to,
				     .now = a->now,
				     .world = a->world,
				     .by = report_by_names[a->by],
				     .offset_min = a->offset_min,
				     .n_shifts = a->n_shifts,
				     .districts = a->districts };
	struct buf AUTO(buf_done) why = { 0 };
	struct recount *r;

	memcpy(again.shifts, a->shifts, sizeof again.shifts);
	if (recount_open(t->store, &r, &why) < 0)
		fail_msg("%s", why.p);
	buf_clear(ret);
	recount_csv(r, &again, ret);
	recount_free(r);
}

static void
has(const struct buf *csv, const char *line)
{
	struct buf AUTO(buf_done) whole = { 0 };

	buf_printf(&whole, "\r\n%s\r\n", line);
	if (!memmem(csv->p, csv->n, whole.p, whole.n))
		fail_msg("no line \"%s\" in\n%s", line, csv->p);
}

static void
figures_are_those_made_by_hand(void **state)
{
	struct buf AUTO(buf_done) csv = { 0 };
	struct report_ask a;
	struct town t;

	(void)state;
	night(&t);
	a = ask_of(&t, REPORT_BY_DAY);
	tell(&t, &a, &csv);
	has(&csv, "now,all,,incidents,3");
	has(&csv, "now,all,,presentation.count,1");
	has(&csv, "now,all,,presentation.p50_s,0.200");
	has(&csv, "now,all,,answering.p50_s,9.800");
	has(&csv, "now,all,,answering.missing,2"); /* never drawn, so never answered */
	has(&csv, "now,all,,processing.count,2");
	has(&csv, "now,all,,processing.p50_s,20.000");
	has(&csv, "now,all,,processing.p90_s,600.000");
	has(&csv, "now,all,,turnout.count,1");
	has(&csv, "now,all,,turnout.p50_s,30.000");
	has(&csv, "now,all,,travel.p50_s,300.000");
	has(&csv, "now,all,,total.count,2");
	has(&csv, "now,all,,total.missing,1");
	has(&csv, "now,all,,total.p50_s,360.000");
	has(&csv, "now,all,,total.p90_s,660.000");
	has(&csv, "now,all,,total.under_480_s,1");
	has(&csv, "now,all,,total.under_900_s,1");
	has(&csv, "now,all,,units,2");
	has(&csv, "now,all,,unit_busy.p90_s,370.000");
	has(&csv, "now,all,,unit_response.p90_s,330.000");
	/* the other's first word was that it is there */
	has(&csv, "now,all,,unit_response.p50_s,0.000");
	has(&csv, "now,all,,left_out.tests,1");
	has(&csv, "now,all,,left_out.late_entries,1");
	has(&csv, "now,all,,outcome.handled,2");
	has(&csv, "now,all,,outcome.false_alarm,1");
	has(&csv, "now,all,,signals,3");
	has(&csv, "now,all,,signals.test,1");
	has(&csv, "now,all,,acknowledged,3");
	has(&csv, "now,all,,console_hours,3"); /* 15, 16, and 0 o'clock */
	has(&csv, "now,day,2026-03-23,incidents,3");
	a.by = REPORT_BY_SHIFT;
	tell(&t, &a, &csv);
	has(&csv, "now,shift,14-22,incidents,2");
	has(&csv, "now,shift,22-06,total.p50_s,660.000");
	a.by = REPORT_BY_AREA;
	tell(&t, &a, &csv);
	has(&csv, "now,area,\"24.82,67.02\",incidents,3");
	a.agency = t.other;
	tell(&t, &a, &csv);
	has(&csv, "now,all,,incidents,1");
	has(&csv, "now,all,,total.p50_s,660.000");
	town_close(&t);
}

static size_t
looks_in(const struct buf *csv, struct id agency, const char *measure)
{
	struct buf AUTO(buf_done) name = { 0 };
	const char *at;

	buf_add_z(&name, "\r\nnow,looked_by,");
	id_format(&name, agency);
	buf_printf(&name, ",%s,", measure);
	at = strstr(csv->p, name.p);
	return at ? strtoul(at + name.n, NULL, 10) : 0;
}

static void
looks_are_counted_by_kind_and_agency(void **state)
{
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 }, json = { 0 };
	struct report *r;
	struct report_ask a;
	struct town t;

	(void)state;
	town_open(&t, true);
	three_looks(&t);
	a = ask_of(&t, REPORT_BY_NOTHING);
	tell(&t, &a, &one);
	has(&one, "now,all,,looks,3");
	has(&one, "now,all,,looks.track,3");
	has(&one, "now,all,,looks.person,0");
	has(&one, "now,all,,looks.unusual,2"); /* no call explains them */
	has(&one, "now,all,,looks.unusual.idle,2");
	has(&one, "now,all,,looks.unusual.many,0");
	assert_int_equal(looks_in(&one, t.control, "looks"), 2);
	assert_int_equal(looks_in(&one, t.control, "looks.unusual"), 1);
	assert_int_equal(looks_in(&one, t.rangers, "looks"), 1);
	tell_again(&t, &a, &two);
	assert_string_equal(one.p, two.p);
	assert_null(strstr(one.p, "complaint"));
	/* too few, and alone: the next goes with it */
	a.least = 2;
	tell(&t, &a, &one);
	assert_int_equal(looks_in(&one, t.rangers, "withheld"), 1);
	assert_int_equal(looks_in(&one, t.control, "withheld"), 1);
	assert_int_equal(looks_in(&one, t.control, "looks"), 0);
	assert_int_equal(report_make(t.store, &a, &r), 0);
	report_json(r, &json);
	report_free(r);
	assert_non_null(strstr(json.p, "\"looks\":{\"count\":3,\"unusual\":2,"));
	assert_null(strstr(json.p, "complaint"));
	/* another agency's figures know of its own looks alone */
	a.least = 0;
	a.agency = t.rangers;
	tell(&t, &a, &one);
	has(&one, "now,all,,looks,1");
	assert_int_equal(looks_in(&one, t.control, "looks"), 0);
	town_close(&t);
}

/* A look that was made to seem usual behind the journal's back. */
static void
a_look_that_was_whitened_is_seen(void **state)
{
	struct buf AUTO(buf_done) body = { 0 }, one = { 0 }, two = { 0 };
	struct store_record rec = { .noun = noun_opening.letter };
	struct report_ask a;
	struct town t;
	char *why;

	(void)state;
	town_open(&t, true);
	go_to(&t, 10 * HOUR);
	look(&t, &t.room, t.unit);
	rec.seq = journal_tail(t.journal);
	assert_int_equal(store_get(t.store, rec.noun, rec.seq, &body, rec.k), 0);
	why = strstr(body.p, "\"idle\"");
	assert_non_null(why);
	memset(why, ' ', strlen("\"idle\""));
	rec.body = buf_span(&body);
	assert_int_equal(store_append(t.store,
				      &(struct store_batch){
					      .records = &rec,
					      .n_records = 1,
				      }),
			 0);
	a = ask_of(&t, REPORT_BY_NOTHING);
	tell(&t, &a, &one);
	tell_again(&t, &a, &two);
	has(&one, "now,all,,looks.unusual,0");
	has(&two, "now,all,,looks.unusual,1");
	town_close(&t);
}

static void
both_counts_agree(void **state)
{
	static const char square[] =
		"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
		"\"properties\":{\"name\":\"South, \\\"old\\\"\"},\"geometry\":{"
		"\"type\":\"Polygon\",\"coordinates\":[[[67,24],[68,24],[68,25],"
		"[67,25],[67,24]]]}}]}";
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 }, why = { 0 };
	struct areas *areas;
	struct town t;

	(void)state;
	night(&t);
	three_looks(&t);
	assert_int_equal(areas_read(span_of(square), &areas, &why), 0);
	for (int by = 0; by < REPORT_BY__COUNT; by++) {
		struct report_ask a = ask_of(&t, (enum report_by)by);

		a.districts = areas;
		tell(&t, &a, &one);
		tell_again(&t, &a, &two);
		assert_string_equal(one.p, two.p);
		if (by == REPORT_BY_DISTRICT)
			has(&one, "now,district,\"South, \"\"old\"\"\",incidents,4");
	}
	areas_free(areas);
	town_close(&t);
}

/* A second off in one record, and nothing in the journal says so. */
static void
a_changed_record_is_seen(void **state)
{
	struct buf AUTO(buf_done) body = { 0 }, one = { 0 }, two = { 0 };
	struct store_record rec = { .noun = 'i' };
	struct report_ask a;
	struct town t;
	struct id i;
	char *at;

	(void)state;
	town_open(&t, true);
	i = first_call(&t);
	rec.seq = i.seq;
	assert_int_equal(store_get(t.store, 'i', i.seq, &body, rec.k), 0);
	at = strstr(body.p, "\"m_on_scene\":\"2026-03-23T10:21:30");
	assert_non_null(at);
	at[strlen("\"m_on_scene\":\"2026-03-23T10:21:")] = '0'; /* 30 s less */
	rec.body = buf_span(&body);
	assert_int_equal(store_append(t.store,
				      &(struct store_batch){
					      .records = &rec,
					      .n_records = 1,
				      }),
			 0);
	a = ask_of(&t, REPORT_BY_NOTHING);
	tell(&t, &a, &one);
	tell_again(&t, &a, &two);
	has(&one, "now,all,,total.p50_s,330.000");
	has(&two, "now,all,,total.p50_s,360.000");
	town_close(&t);
}

static void
history_is_a_world_of_its_own(void **state)
{
	struct history_unit u = { SPAN("M5"), T0, TIME_NONE, T0 + 90000, TIME_NONE };
	struct history_call c = { .source = SPAN("import:test"),
				  .number = SPAN("7"),
				  .kind = SPAN("=1+2"),
				  .priority = PRIORITY_P2,
				  .raised_at = T0 - 5 * HOUR,
				  .is_day_only = true,
				  .dispatched_at = T0,
				  .en_route_at = TIME_NONE,
				  .on_scene_at = T0 + 90000,
				  .cleared_at = TIME_NONE,
				  .units = &u,
				  .n_units = 1 };
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
	const _Atomic bool stop = true;
	struct report *none;
	struct report_ask a;
	struct town t;
	struct id id;

	(void)state;
	town_open(&t, true);
	assert_int_equal(history_take(town_by(&t, &t.room), &c, &id), ERR_DENIED);
	assert_int_equal(history_take(town_by(&t, &t.admin), &c, &id), 0);
	town_settle(&t);
	assert_int_equal(t.m->open_incidents, 0);
	a = ask_of(&t, REPORT_BY_NOTHING);
	a.stop = &stop;
	assert_int_equal(report_make(t.store, &a, &none), ERR_CLOSED);
	assert_int_equal(access_record(t.m, &t.boss, NOUN_INCIDENT,
				       model_find(t.m, NOUN_INCIDENT, id)),
			 VIEW_NONE);
	assert_int_equal(access_record(t.m, &t.admin, NOUN_INCIDENT,
				       model_find(t.m, NOUN_INCIDENT, id)),
			 VIEW_NONE);
	a = ask_of(&t, REPORT_BY_KIND);
	a.from -= 24 * HOUR;
	tell(&t, &a, &one);
	has(&one, "now,all,,incidents,0");
	a.world = WORLD_HISTORY;
	tell(&t, &a, &one);
	tell_again(&t, &a, &two);
	assert_string_equal(one.p, two.p);
	has(&one, "now,all,,day_only,1");
	has(&one, "now,all,,response.p50_s,90.000");
	has(&one, "now,all,,total.missing,1"); /* midnight is no time of raising */
	has(&one, "now,all,,unit_response.p50_s,90.000");
	has(&one, "now,kind,\"'=1+2\",incidents,1");
	town_close(&t);
}

static void
fill(struct sample *s, uint32_t from, size_t n)
{
	s->v = calloc(n, sizeof *s->v);
	s->n = n;
	for (size_t k = 0; k < n; k++)
		s->v[k] = from + (uint32_t)(k * 1000);
	s->is_sorted = true;
}

/* By hand: 20 values all below 20 others: z = (200 - 0.5) / sqrt(20·20·41/12). */
static void
a_reduction_is_shown_not_claimed(void **state)
{
	struct sample low = { 0 }, high = { 0 }, few = { 0 };
	struct comparison c;

	(void)state;
	fill(&low, 1000, 20);
	fill(&high, 21000, 20);
	fill(&few, 1000, 19);
	sample_compare(&low, &high, &c);
	assert_string_equal(c.says, "lower");
	assert_float_equal(c.difference_s, -20, 1e-9);
	assert_float_equal(c.p, 6.796e-8, 1e-10);
	sample_compare(&high, &low, &c);
	assert_string_equal(c.says, "higher");
	sample_compare(&low, &low, &c);
	assert_string_equal(c.says, "no_difference");
	assert_float_equal(c.p, 1, 1e-9);
	sample_compare(&few, &high, &c);
	assert_string_equal(c.says, "too_few");
	free(low.v);
	free(high.v);
	free(few.v);
}

static void
few_are_withheld_with_company(void **state)
{
	static const size_t sizes[] = { 5, 1, 7 };
	static const char *const keys[] = { "a", "b", "c" };
	struct group groups[3] = { 0 }, **v;
	struct period p = { 0 };
	bool *withheld;
	size_t n;

	(void)state;
	for (int k = 0; k < 3; k++) {
		groups[k].key = (char *)(uintptr_t)keys[k];
		groups[k].incidents = sizes[k];
		map_put(&p.groups, span_of(keys[k]), &groups[k]);
	}
	v = period_groups(&p, 5, &n, &withheld);
	assert_int_equal(n, 3);
	assert_true(withheld[0] && withheld[1] && !withheld[2]);
	free(v);
	free(withheld);
	map_done(&p.groups);
}

static void
shifts_are_read_whole(void **state)
{
	static const char *const bad[] = { "",      "6-14",   "06-06",   "14-06",
					   "06-24", "06--14", "06-14-x", "06 14" };
	struct report_ask a = { 0 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		assert_false(report_shifts_read(span_of(bad[k]), &a));
	assert_int_equal(a.n_shifts, 0);
	assert_true(report_shifts_read(SPAN("07-19"), &a));
	assert_int_equal(a.n_shifts, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_made_by_hand),
		cmocka_unit_test(looks_are_counted_by_kind_and_agency),
		cmocka_unit_test(a_look_that_was_whitened_is_seen),
		cmocka_unit_test(both_counts_agree),
		cmocka_unit_test(a_changed_record_is_seen),
		cmocka_unit_test(history_is_a_world_of_its_own),
		cmocka_unit_test(a_reduction_is_shown_not_claimed),
		cmocka_unit_test(few_are_withheld_with_company),
		cmocka_unit_test(shifts_are_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
