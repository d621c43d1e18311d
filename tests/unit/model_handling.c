/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handling: the arrows of assignments, cancels, closing, incident numbers, and
 * which run card fits (product: states, rules 5 and 7).
 */
#include "law/law_help.h"

static struct town town;

static int
open_town(void **state)
{
	(void)state;
	town_open(&town, false);
	return 0;
}

static int
close_town(void **state)
{
	(void)state;
	town_close(&town);
	return 0;
}

static struct id
raised(void)
{
	return town_press(&town, &town.gate).incident;
}

/* --- assignments ---------------------------------------------------------------- */

/* Row: from; a letter for each state it may become, '.' for not, in the order
 * offered accepted en_route on_scene cleared declined timed_out cancelled. */
static const char *const arrows[] = {
	[ASSIGNMENT_OFFERED] = ".aeoCDTX",   [ASSIGNMENT_ACCEPTED] = "..eoC..X",
	[ASSIGNMENT_EN_ROUTE] = "...oC..X",  [ASSIGNMENT_ON_SCENE] = "....C..X",
	[ASSIGNMENT_CLEARED] = "........",   [ASSIGNMENT_DECLINED] = "........",
	[ASSIGNMENT_TIMED_OUT] = "........", [ASSIGNMENT_CANCELLED] = "........",
};

static void
the_table_of_arrows(void **state)
{
	(void)state;
	for (int from = 1; from <= ASSIGNMENT_CANCELLED; from++)
		for (int to = 1; to <= ASSIGNMENT_CANCELLED; to++)
			if (assignment_may_go(from, to) !=
			    (arrows[from][to - 1] != '.'))
				fail_msg("%s to %s", assignment_state_names[from],
					 assignment_state_names[to]);
	assert_false(assignment_may_go(99, ASSIGNMENT_ACCEPTED));
}

/* The same through the command, for each pair. */
static void
the_command_keeps_to_the_arrows(void **state)
{
	(void)state;
	for (int from = 1; from <= ASSIGNMENT_CANCELLED; from++) {
		for (int to = 1; to <= ASSIGNMENT_CANCELLED; to++) {
			struct id i = raised(), m = town_offer(&town, i, town.unit2);
			int rc;

			if (from == ASSIGNMENT_TIMED_OUT)
				assert_int_equal(
					assignment_time_out(town_by(&town, NULL), m),
					0);
			else if (from != ASSIGNMENT_OFFERED)
				assert_int_equal(town_assign(&town, m, from), 0);
			rc = town_assign(&town, m, to);
			if (from == to)
				assert_int_equal(rc, 0); /* said already */
			else
				assert_int_equal(rc == 0, arrows[from][to - 1] != '.');
			town_close_incident(&town, i);
			assert_int_equal(unit_find(town.m, town.unit2)->n_open, 0);
		}
	}
}

/* Words about an offer move nothing: not its state, its time, its incident. */
static void
an_offer_is_explained_after_it(void **state)
{
	struct id i = raised(), m = town_offer(&town, i, town.unit);
	const struct assignment *a = assignment_find(town.m, m);
	struct decision *d;
	int64_t expires_at = a->expires_at;

	(void)state;
	d = town_by(&town, &town.crew);
	assert_int_equal(assignment_explain(d, m, OVERRIDE_CREW_REST, SPAN("")),
			 ERR_DENIED);
	d = town_by(&town, &town.room);
	assert_int_equal(assignment_explain(d, m, OVERRIDE_OTHER, SPAN("")),
			 ERR_DENIED);
	assert_int_equal(assignment_explain(town_by(&town, &town.room), m,
					    OVERRIDE_OTHER, SPAN("a crowd")),
			 0);
	assert_int_equal(a->state, ASSIGNMENT_OFFERED);
	assert_true(a->expires_at == expires_at);
	assert_string_equal(a->override_note, "a crowd");
	town_assign(&town, m, ASSIGNMENT_CLEARED);
	town_close_incident(&town, i);
	assert_int_equal(assignment_explain(town_by(&town, &town.room), m,
					    OVERRIDE_NOT_FREE, SPAN("")),
			 0);
	assert_string_equal(a->override_note, "");
	assert_int_equal(incident_find(town.m, i)->state, INCIDENT_CLOSED);
}

static void
who_may_set_a_status(void **state)
{
	struct id m = town_offer(&town, raised(), town.unit);
	struct span none = { 0 };
	struct decision *d;

	(void)state;
	d = town_by(&town, &town.room);
	assert_int_equal(assignment_set(d, m, ASSIGNMENT_ACCEPTED, false, none),
			 ERR_DENIED);
	assert_string_equal(d->refusal.code, "needs_voice");
	d = town_by(&town, &town.crew);
	assert_int_equal(assignment_set(d, m, ASSIGNMENT_CANCELLED, false, none),
			 ERR_DENIED);
	d = town_by(&town, &town.gate);
	assert_int_equal(assignment_set(d, m, ASSIGNMENT_ACCEPTED, false, none),
			 ERR_DENIED);
	assert_int_equal(d->refusal.status, 404);
	assert_int_equal(assignment_set(town_by(&town, &town.crew), m,
					ASSIGNMENT_ACCEPTED, false, SPAN("k")),
			 0);
	/* a repeat of the key is the same word, whatever it says */
	assert_int_equal(assignment_set(town_by(&town, &town.crew), m,
					ASSIGNMENT_CLEARED, false, SPAN("k")),
			 0);
	assert_int_equal(assignment_find(town.m, m)->state, ASSIGNMENT_ACCEPTED);
}

static void
milestones_come_from_the_first(void **state)
{
	struct id id = raised(), a, b;
	struct incident *i = town_incident(&town, id);

	(void)state;
	town.wall += 1000;
	a = town_offer(&town, id, town.unit);
	assert_int_equal(i->m_offered, T0 + 1000);
	assert_int_equal(i->state, INCIDENT_ACKNOWLEDGED); /* whoever acts has it */
	assert_int_equal(i->m_dispatched, TIME_NONE);
	b = town_offer(&town, id, town.unit2);
	town.wall += 1000;
	town_assign(&town, a, ASSIGNMENT_ON_SCENE); /* skipping forward */
	assert_int_equal(i->state, INCIDENT_ACTIVE);
	assert_int_equal(i->m_dispatched, T0 + 2000);
	assert_int_equal(i->m_en_route, TIME_NONE);
	assert_int_equal(i->m_on_scene, T0 + 2000);
	assert_int_equal(assignment_find(town.m, a)->accepted_at, T0 + 2000);
	town.wall += 1000;
	town_assign(&town, b, ASSIGNMENT_ACCEPTED);
	assert_int_equal(i->m_dispatched, T0 + 2000);
	town_assign(&town, a, ASSIGNMENT_CLEARED);
	assert_int_equal(i->m_cleared, TIME_NONE); /* one is still there */
	town_assign(&town, b, ASSIGNMENT_CLEARED);
	assert_int_equal(i->m_cleared, T0 + 3000);
	assert_int_equal(unit_state(unit_find(town.m, town.unit)), UNIT_AVAILABLE);
}

static void
a_unit_keeps_both_of_two(void **state)
{
	struct id one = raised(), two = town_press(&town, &town.other_gate).incident;
	struct id a = town_offer(&town, one, town.unit);
	struct id b = town_offer(&town, two, town.unit);
	const struct unit *u = unit_find(town.m, town.unit);

	(void)state;
	town_assign(&town, a, ASSIGNMENT_ON_SCENE);
	town_assign(&town, b, ASSIGNMENT_ACCEPTED);
	assert_int_equal(unit_busy_as(u), ASSIGNMENT_ON_SCENE);
	town_assign(&town, a, ASSIGNMENT_CLEARED);
	assert_int_equal(unit_state(u), UNIT_BUSY);
	assert_int_equal(unit_shift(town_by(&town, NULL), town.unit, false),
			 ERR_DENIED);
	town_assign(&town, b, ASSIGNMENT_CANCELLED);
	assert_int_equal(unit_shift(town_by(&town, NULL), town.unit, false), 0);
	assert_int_equal(unit_state(u), UNIT_OFF_DUTY);
}

static void
offers_say_why_not(void **state)
{
	struct id id = raised(), guard = town_unit(&town, town.mission, "Guard");
	struct id units[4] = {
		town.unit, town.unit, guard, { .seq = 999, .noun = 'u', .node = "khi" }
	};
	struct offer_args a = { .incident = id, .units = units, .n_units = 4 };
	struct offer_result r;
	uint64_t tail = journal_tail(town.journal);

	(void)state;
	assert_int_equal(assignment_offer(town_by(&town, &town.room), &a, &r),
			 ERR_DENIED);
	assert_int_equal(journal_tail(town.journal), tail); /* all or none */
	a.is_partial = true;
	assert_int_equal(assignment_offer(town_by(&town, &town.room), &a, &r), 0);
	assert_int_equal(r.n_made, 1);
	assert_int_equal(r.n_refused, 3);
	assert_string_equal(r.refused[0].reason, "named twice");
	/* another agency's unit that is not lent is as one that is not there */
	assert_string_equal(r.refused[1].reason, r.refused[2].reason);
}

/* --- cancel ------------------------------------------------------------------------
 */

static enum cancel_answer
cancel(struct id signal, const char *code)
{
	enum cancel_answer answer;

	assert_int_equal(incident_cancel(town_by(&town, &town.gate), signal,
					 span_of(code), &answer),
			 0);
	town_settle(&town);
	return answer;
}

static void
a_right_code_freezes_and_nothing_else(void **state)
{
	struct press_result r = town_press(&town, &town.gate);
	struct incident *i = town_incident(&town, r.incident);
	uint64_t tail;

	(void)state;
	town_assign(&town, town_offer(&town, r.incident, town.unit),
		    ASSIGNMENT_ACCEPTED);
	assert_int_equal(cancel(r.signal, "1357"), CANCEL_ANSWER_ACCEPTED);
	assert_int_equal(i->cancel, CANCEL_RIGHT);
	assert_int_equal(i->state, INCIDENT_ACTIVE); /* units go on */
	assert_int_equal(incident_open_assignments(i), 1);
	assert_int_equal(i->frozen_seq, journal_durable(town.journal));
	tail = journal_tail(town.journal);
	assert_int_equal(cancel(r.signal, "0000"), CANCEL_ANSWER_ACCEPTED);
	assert_int_equal(journal_tail(town.journal), tail); /* over for the site */
}

static void
the_third_wrong_code_is_duress(void **state)
{
	struct press_result r = town_press(&town, &town.gate);
	struct incident *i = town_incident(&town, r.incident);

	(void)state;
	assert_int_equal(cancel(r.signal, "1111"), CANCEL_ANSWER_REFUSED);
	assert_int_equal(cancel(r.signal, ""), CANCEL_ANSWER_REFUSED); /* no try */
	assert_int_equal(cancel(r.signal, "2222"), CANCEL_ANSWER_REFUSED);
	assert_int_equal(i->wrong_codes, 2);
	assert_int_equal(i->cancel, CANCEL_WRONG);
	assert_int_equal(i->frozen_seq, FIELD_NONE);
	assert_int_equal(cancel(r.signal, "3333"), CANCEL_ANSWER_ACCEPTED);
	assert_int_equal(i->cancel, CANCEL_DURESS);
	assert_true(i->frozen_seq != FIELD_NONE);
}

static void
a_right_code_after_two_wrong_is_right(void **state)
{
	struct press_result r = town_press(&town, &town.gate);

	(void)state;
	cancel(r.signal, "1111");
	cancel(r.signal, "2222");
	assert_int_equal(cancel(r.signal, "1357"), CANCEL_ANSWER_ACCEPTED);
	assert_int_equal(town_incident(&town, r.incident)->cancel, CANCEL_RIGHT);
}

static void
only_the_caller_cancels_its_own(void **state)
{
	struct press_result r = town_press(&town, &town.gate), s;
	struct press_args at = { .site = town.site };
	const struct principal *others[] = { &town.other_gate, &town.button, &town.room,
					     &town.stranger };
	enum cancel_answer answer;
	uint64_t tail;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(others); k++)
		assert_int_equal(incident_cancel(town_by(&town, others[k]), r.signal,
						 SPAN("1357"), &answer),
				 ERR_DENIED);
	/* heard, but it cannot cancel, with the right code either */
	s = town_press_args(&town, &town.stranger, at);
	tail = journal_tail(town.journal);
	assert_int_equal(incident_cancel(town_by(&town, &town.stranger), s.signal,
					 SPAN("1357"), &answer),
			 0);
	assert_int_equal(answer, CANCEL_ANSWER_REFUSED);
	assert_int_equal(journal_tail(town.journal), tail);
}

/* --- closing -----------------------------------------------------------------------
 */

static int
close_as(const struct principal *who, struct id id, enum disposition how)
{
	int rc = incident_close(town_by(&town, who), id, how, (struct span){ 0 });

	town_settle(&town);
	return rc;
}

static void
a_supervisor_closes_a_p1(void **state)
{
	struct id id = raised();

	(void)state;
	assert_int_equal(close_as(&town.room, id, DISP_HANDLED), ERR_DENIED);
	assert_int_equal(
		incident_set_priority(town_by(&town, &town.room), id, PRIORITY_P3),
		ERR_DENIED); /* nor is it made a smaller one first */
	assert_int_equal(close_as(&town.boss, id, DISP_TEST), ERR_DENIED);
	assert_int_equal(close_as(&town.boss, id, DISP_HANDLED), 0);
	assert_int_equal(close_as(&town.boss, id, DISP_HANDLED), ERR_DENIED);
	id = town_press_args(&town, &town.gate, (struct press_args){ .is_test = true })
		     .incident;
	assert_int_equal(close_as(&town.room, id, DISP_TEST), 0);
}

static void
a_cancel_needs_someone_to_confirm(void **state)
{
	struct press_result r = town_press(&town, &town.gate);
	struct decision *d;

	(void)state;
	cancel(r.signal, "1357");
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), ERR_DENIED);
	d = town_by(&town, &town.room);
	assert_int_equal(
		incident_call_back(d, r.incident, SPAN("answered"), false, SPAN("")),
		0);
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), ERR_DENIED);
	d = town_by(&town, &town.room);
	assert_int_equal(
		incident_call_back(d, r.incident, SPAN("answered"), true, SPAN("")), 0);
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), 0);
}

/* What was confirmed before the cancel confirms no cancel. */
static void
a_call_back_before_the_cancel_confirms_nothing(void **state)
{
	struct press_result r = town_press(&town, &town.gate);

	(void)state;
	assert_int_equal(incident_call_back(town_by(&town, &town.room), r.incident,
					    SPAN("in_danger"), true, SPAN("")),
			 0);
	town.wall += 60000;
	cancel(r.signal, "1357");
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), ERR_DENIED);
	town.wall += 60000;
	assert_int_equal(incident_call_back(town_by(&town, &town.room), r.incident,
					    SPAN("all_safe"), true, SPAN("")),
			 0);
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), 0);
}

static void
under_duress_it_is_never_cancelled(void **state)
{
	struct press_result r = town_press(&town, &town.gate);

	(void)state;
	cancel(r.signal, "2468");
	town_assign(&town, town_offer(&town, r.incident, town.unit),
		    ASSIGNMENT_ON_SCENE);
	assert_int_equal(incident_call_back(town_by(&town, &town.room), r.incident,
					    SPAN("answered"), true, SPAN("")),
			 0);
	assert_int_equal(close_as(&town.boss, r.incident, DISP_CANCELLED), ERR_DENIED);
	assert_int_equal(close_as(&town.boss, r.incident, DISP_HANDLED), 0);
	assert_int_equal(town_incident(&town, r.incident)->disposition, DISP_HANDLED);
}

/* All units come free, however many were sent. */
static void
closing_frees_every_unit(void **state)
{
	struct id id = raised();
	struct incident *i = town_incident(&town, id);

	(void)state;
	for (int k = 0; k < 90; k++) {
		char callsign[16];

		snprintf(callsign, sizeof callsign, "Many-%d", k);
		town_assign(
			&town,
			town_offer(&town, id, town_unit(&town, town.control, callsign)),
			k % 3 ? ASSIGNMENT_ACCEPTED : ASSIGNMENT_ON_SCENE);
	}
	assert_int_equal(incident_open_assignments(i), 90);
	town_close_incident(&town, id);
	assert_int_equal(incident_open_assignments(i), 0);
}

static void
a_closed_one_stays_until_reopened(void **state)
{
	struct id id = raised(), ret;
	struct incident *i = town_incident(&town, id);
	int64_t closed;

	(void)state;
	town_close_incident(&town, id);
	closed = i->m_closed;
	assert_int_equal(incident_acknowledge(town_by(&town, &town.room), id),
			 ERR_DENIED);
	assert_int_equal(
		incident_set_priority(town_by(&town, &town.boss), id, PRIORITY_P2),
		ERR_DENIED);
	assert_int_equal(incident_note(town_by(&town, &town.room), id,
				       &(struct note_args){ .text = SPAN("late"),
							    .to_owner = false },
				       &ret),
			 0);
	assert_true(town_press(&town, &town.gate).is_new_incident);
	town.wall += 5000;
	assert_int_equal(incident_reopen(town_by(&town, &town.room), id), 0);
	assert_int_equal(i->state, INCIDENT_ACTIVE);
	assert_int_equal(i->disposition, 0);
	town_settle(&town);
	town_close_incident(&town, id);
	assert_int_equal(i->m_closed, closed); /* each milestone once */
}

/* --- numbers and run cards
 * ------------------------------------------------------------ */

#define WALK 90000

static void
walk(int64_t seed, int32_t *out)
{
	struct node node = { .node = (char *)(uintptr_t) "khi", .number_seed = seed };
	static bool used[WALK];

	memset(used, 0, sizeof used);
	for (int64_t k = 0; k < WALK; k++) {
		char text[24];
		long n;

		node.incidents_made = k;
		incident_number(&node, text);
		assert_int_equal(text[0], 'K');
		assert_int_equal(strlen(text), 6);
		n = strtol(text + 1, NULL, 10) - 10000;
		assert_true(n >= 0 && n < WALK);
		if (used[n])
			fail_msg("%s comes twice (seed %lld)", text, (long long)seed);
		used[n] = true;
		out[k] = (int32_t)n;
	}
}

static void
numbers_walk_over_all_and_tell_nothing(void **state)
{
	/* 2736: a walk by a fixed step goes down one by one there */
	static const int64_t seeds[] = {
		0, 1, 7, 2736, 2737, -1, INT64_MAX, INT64_MIN
	};
	static int32_t n[WALK];

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
		size_t near = 0, same_step = 0;

		walk(seeds[s], n);
		for (int k = 2; k < WALK; k++) {
			int32_t a = n[k] - n[k - 1], b = n[k - 1] - n[k - 2];

			near += abs(a) <= 10;
			/* one who saw two numbers cannot tell the next */
			same_step += (a - b) % WALK == 0;
		}
		if (near > WALK / 1000 || same_step > WALK / 1000)
			fail_msg("seed %lld: %zu next to the last, %zu by one step",
				 (long long)seeds[s], near, same_step);
	}
}

static void
a_new_round_walks_otherwise(void **state)
{
	struct node node = { .node = (char *)(uintptr_t) "suk", .number_seed = 5 };
	int same = 0;

	(void)state;
	for (int64_t k = 0; k < 1000; k++) {
		char a[24], b[24];

		node.incidents_made = k;
		incident_number(&node, a);
		node.incidents_made = k + WALK;
		incident_number(&node, b);
		assert_int_equal(a[0], 'S');
		same += strcmp(a, b) == 0;
	}
	assert_true(same < 20);
}

static struct id
card(const char *name, enum site_class class, const char *kind, enum priority p)
{
	struct patch patch;
	struct id id;

	patch_init(&patch, &noun_run_card);
	PATCH_STR(&patch, run_card, name, span_of(name));
	PATCH_ENUM(&patch, run_card, site_class, class);
	if (kind)
		PATCH_STR(&patch, run_card, kind, span_of(kind));
	PATCH_ENUM(&patch, run_card, priority, p);
	assert_int_equal(run_card_put(town_by(&town, &town.admin), NO_ID, &patch, &id),
			 0);
	town_settle(&town);
	return id;
}

static const char *
fits(enum site_class class, const char *kind, enum priority p)
{
	const struct run_card *c =
		run_card_for(town.m, (int)class, span_of(kind), (int)p);

	return c ? c->name : "none";
}

static void
the_most_specific_card_fits(void **state)
{
	struct patch p;
	struct id id;

	(void)state;
	assert_string_equal(fits(SITE_CONSULATE, "sos", PRIORITY_P1), "none");
	card("fire", 0, "fire", 0);
	card("consulate", SITE_CONSULATE, NULL, 0);
	id = card("fire at consulate", SITE_CONSULATE, "fire", 0);
	card("p3", 0, NULL, PRIORITY_P3);
	card("consulate again", SITE_CONSULATE, NULL, 0);
	assert_string_equal(fits(SITE_CONSULATE, "sos", PRIORITY_P1), "consulate");
	assert_string_equal(fits(SITE_CONSULATE, "fire", PRIORITY_P1),
			    "fire at consulate");
	assert_string_equal(fits(SITE_CAMP, "fire", PRIORITY_P1), "fire");
	assert_string_equal(fits(SITE_CAMP, "sos", PRIORITY_P3), "p3");
	assert_string_equal(fits(SITE_CAMP, "sos", PRIORITY_P2), "none");
	patch_init(&p, &noun_run_card);
	PATCH_BOOL(&p, run_card, disabled, true);
	assert_int_equal(run_card_put(town_by(&town, &town.admin), id, &p, &id), 0);
	assert_string_equal(fits(SITE_CONSULATE, "fire", PRIORITY_P1), "fire");
	assert_int_equal(run_card_time(NULL, 5, 20), 20000);
	assert_int_equal(run_card_time(run_card_for(town.m, SITE_CAMP, SPAN("fire"), 0),
				       FIELD_NONE, 20),
			 20000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_town, close_town)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_arrows),
		TEST(the_command_keeps_to_the_arrows),
		TEST(an_offer_is_explained_after_it),
		TEST(who_may_set_a_status),
		TEST(milestones_come_from_the_first),
		TEST(a_unit_keeps_both_of_two),
		TEST(offers_say_why_not),
		TEST(a_right_code_freezes_and_nothing_else),
		TEST(the_third_wrong_code_is_duress),
		TEST(a_right_code_after_two_wrong_is_right),
		TEST(only_the_caller_cancels_its_own),
		TEST(a_supervisor_closes_a_p1),
		TEST(a_cancel_needs_someone_to_confirm),
		TEST(a_call_back_before_the_cancel_confirms_nothing),
		TEST(under_duress_it_is_never_cancelled),
		TEST(closing_frees_every_unit),
		TEST(a_closed_one_stays_until_reopened),
		cmocka_unit_test(numbers_walk_over_all_and_tell_nothing),
		cmocka_unit_test(a_new_round_walks_otherwise),
		TEST(the_most_specific_card_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
