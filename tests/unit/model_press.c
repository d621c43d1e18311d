/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The press: what is a duplicate, what joins, what rings again, and what an
 * unverified caller cannot do (product rules 1 to 3 and 6).
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

static struct press_result
press(const struct principal *who, const char *key)
{
	return town_press_args(&town, who, (struct press_args){ .key = span_of(key) });
}

static struct press_result
press_at(const struct principal *who, struct id site)
{
	return town_press_args(&town, who, (struct press_args){ .site = site });
}

static struct signal *
signal_of(struct id id)
{
	struct signal *s = (struct signal *)journal_find(town.journal, NOUN_SIGNAL, id);

	assert_non_null(s);
	return s;
}

static bool
has_label(struct id signal, const char *word)
{
	const char *labels = signal_of(signal)->labels;

	return labels && strstr(labels, word);
}

static void
acknowledge(struct id incident)
{
	assert_int_equal(incident_acknowledge(town_by(&town, &town.room), incident), 0);
	town_settle(&town);
}

static void
a_duplicate_is_the_same_source_and_key(void **state)
{
	struct press_result a = press(&town.gate, "k"), b, c;
	uint64_t tail = journal_tail(town.journal);

	(void)state;
	assert_true(a.is_new_incident && !a.is_duplicate);
	b = press(&town.gate, "k");
	assert_true(b.is_duplicate && !b.is_new_incident);
	assert_true(id_is(a.signal, b.signal) && id_is(a.incident, b.incident));
	assert_int_equal(journal_tail(town.journal), tail); /* nothing happened */
	c = press(&town.button, "k"); /* another's key never matches */
	assert_false(c.is_duplicate);
	assert_true(id_is(c.incident, a.incident));
	assert_false(id_is(c.signal, a.signal));
	assert_false(press(&town.gate, "K").is_duplicate);
	assert_false(press(&town.gate, "k ").is_duplicate);
}

static void
a_duplicate_is_known_after_a_close_and_from_the_shelf(void **state)
{
	struct press_result a = press(&town.gate, "k"), b;

	(void)state;
	town_close_incident(&town, a.incident);
	model_evict(town.m, NOUN_SIGNAL, &signal_of(a.signal)->r);
	b = press(&town.gate, "k");
	assert_true(b.is_duplicate);
	assert_true(id_is(b.incident, a.incident));
}

static void
presses_join_and_fill_the_roll(void **state)
{
	struct press_result a = press(&town.gate, "1"), b = press(&town.button, "1"),
			    c = press(&town.gate, "2"),
			    d = press_at(&town.stranger, town.site);
	struct incident *i = town_incident(&town, a.incident);
	const struct roll *r;

	(void)state;
	assert_true(id_is(b.incident, a.incident) && id_is(c.incident, a.incident) &&
		    id_is(d.incident, a.incident));
	assert_int_equal(i->signals_count, 4);
	assert_int_equal(i->people_count, 3);
	assert_int_equal(i->roll.n, 3);
	r = map_get(&i->roll, span_of(town.gate.source));
	assert_int_equal(r->count, 2);
	assert_int_equal(r->trust, TRUST_VERIFIED);
	r = map_get(&i->roll, span_of(town.stranger.source));
	assert_int_equal(r->trust, TRUST_UNVERIFIED);
}

static void
other_places_do_not_join(void **state)
{
	struct press_result a = press(&town.gate, "1"),
			    b = press(&town.other_gate, "1"),
			    c = press_at(&town.gate, town.site2),
			    d = press(&town.crew, "1");

	(void)state;
	assert_true(b.is_new_incident && c.is_new_incident && d.is_new_incident);
	assert_true(id_is(town_incident(&town, c.incident)->site, town.site2));
	assert_true(id_is(town_incident(&town, d.incident)->unit, town.unit));
	assert_string_equal(town_incident(&town, d.incident)->kind, "officer_distress");
	assert_false(id_is(a.incident, c.incident));
}

static void
a_claim_of_a_foreign_place_does_not_count(void **state)
{
	struct press_result r = press_at(&town.gate, town.other_site);
	struct id nowhere = { .seq = 4711, .noun = 's', .node = "khi" };

	(void)state;
	assert_true(id_is(town_incident(&town, r.incident)->site, town.site));
	assert_true(has_label(r.signal, "site_not_known"));
	r = press_at(&town.stranger, nowhere);
	assert_true(has_label(r.signal, "site_not_known"));
	assert_false(id_is_set(town_incident(&town, r.incident)->site));
	r = press_at(&town.stranger, town.other_site); /* who has none may name one */
	assert_true(id_is(town_incident(&town, r.incident)->site, town.other_site));
}

static void
a_new_person_rings_again(void **state)
{
	struct press_result a = press(&town.gate, "1");
	struct incident *i = town_incident(&town, a.incident);

	(void)state;
	acknowledge(a.incident);
	assert_false(i->unacknowledged);
	press(&town.gate, "2"); /* the same person, at once */
	assert_false(i->unacknowledged);
	press(&town.button, "1");
	assert_true(i->unacknowledged);
	assert_int_equal(i->step, 0);
	assert_int_equal(i->state, INCIDENT_ACKNOWLEDGED);
	assert_int_equal(i->unack_since, town.wall);
}

static void
the_same_person_rings_again_after_two_minutes(void **state)
{
	struct press_result a = press(&town.gate, "1");
	struct incident *i = town_incident(&town, a.incident);

	(void)state;
	acknowledge(a.incident);
	town.wall += 119999;
	press(&town.gate, "2");
	assert_false(i->unacknowledged);
	town.wall += 120000;
	press(&town.gate, "3");
	assert_true(i->unacknowledged);
	assert_int_equal(i->m_acknowledged, T0); /* the first one stays */
}

static void
an_active_incident_rings_again_too(void **state)
{
	struct press_result a = press(&town.gate, "1");
	struct incident *i = town_incident(&town, a.incident);
	struct id m = town_offer(&town, a.incident, town.unit);

	(void)state;
	assert_int_equal(town_assign(&town, m, ASSIGNMENT_ACCEPTED), 0);
	assert_int_equal(i->state, INCIDENT_ACTIVE);
	press(&town.button, "1");
	assert_true(i->unacknowledged);
	assert_int_equal(i->state, INCIDENT_ACTIVE);
}

static void
unverified_never_raises_loudness(void **state)
{
	struct press_result a = press(&town.gate, "1");
	struct incident *i = town_incident(&town, a.incident);
	struct position was = i->position;
	struct press_args far = { .site = town.site, .message = SPAN("all safe") };

	(void)state;
	acknowledge(a.incident);
	assert_true(geo_position(1, 1, &far.position));
	for (int k = 0; k < 5; k++) {
		town.wall += 200000;
		assert_true(id_is(town_press_args(&town, &town.stranger, far).incident,
				  a.incident));
		assert_false(i->unacknowledged);
	}
	assert_memory_equal(&i->position, &was, sizeof was);
	assert_null(i->message);
	assert_int_equal(i->trust, TRUST_VERIFIED);
}

static void
unverified_opens_one_incident_for_its_place(void **state)
{
	struct press_result a = press_at(&town.stranger, town.site), b, c;
	struct principal another;

	(void)state;
	principal_anonymous(&another, "10.9.9.9");
	b = press_at(&another, town.site);
	c = press_at(&town.stranger, town.site);
	assert_true(id_is(a.incident, b.incident) && id_is(a.incident, c.incident));
	assert_int_equal(town_incident(&town, a.incident)->trust, TRUST_UNVERIFIED);
	assert_true(has_label(a.signal, "unverified"));
	/* nowhere: one of each source */
	a = press(&town.stranger, "x");
	b = press(&town.stranger, "y");
	c = press(&another, "x");
	assert_true(id_is(a.incident, b.incident));
	assert_false(id_is(a.incident, c.incident));
}

static void
verified_never_merges_into_unverified(void **state)
{
	struct press_result a = press_at(&town.stranger, town.site),
			    b = press(&town.gate, "1"), c;

	(void)state;
	assert_true(b.is_new_incident);
	assert_false(id_is(a.incident, b.incident));
	c = press_at(&town.stranger, town.site); /* now there is a verified one */
	assert_true(id_is(c.incident, b.incident));
}

static void
the_revoked_are_heard(void **state)
{
	struct press_result r;

	(void)state;
	assert_int_equal(token_revoke(town_by(&town, &town.admin), town.button_id), 0);
	principal_of_token(town.m, token_find(town.m, town.button_id), &town.button);
	r = press(&town.button, "1");
	assert_true(r.is_new_incident);
	assert_int_equal(signal_of(r.signal)->trust, TRUST_UNVERIFIED);
	assert_true(id_is(town_incident(&town, r.incident)->site, town.site));
}

static void
a_press_after_a_cancel_is_a_new_call(void **state)
{
	static const char *const codes[] = { "1357", "2468" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(codes); k++) {
		struct press_result a = town_press(&town, &town.gate), b;
		enum cancel_answer answer;

		assert_int_equal(incident_cancel(town_by(&town, &town.gate), a.signal,
						 span_of(codes[k]), &answer),
				 0);
		assert_int_equal(answer, CANCEL_ANSWER_ACCEPTED);
		b = town_press(&town, &town.gate);
		assert_true(b.is_new_incident);
		assert_false(id_is(a.incident, b.incident));
		assert_true(town_incident(&town, b.incident)->unacknowledged);
		town_close_incident(&town, b.incident);
		town_close_incident(&town, a.incident);
	}
}

static void
a_test_never_joins_a_real_one(void **state)
{
	struct press_args test = { .is_test = true };
	struct press_result a = town_press_args(&town, &town.gate, test), b, c;

	(void)state;
	assert_int_equal(town_incident(&town, a.incident)->priority, PRIORITY_P3);
	assert_string_equal(town_incident(&town, a.incident)->kind, "test");
	b = press(&town.gate, "real");
	assert_true(b.is_new_incident);
	assert_int_equal(town_incident(&town, b.incident)->priority, PRIORITY_P1);
	assert_false(town_incident(&town, b.incident)->is_test);
	c = town_press_args(&town, &town.button, test);
	assert_true(id_is(c.incident, a.incident));
	acknowledge(a.incident);
	assert_int_equal(site_find(town.m, town.site)->last_test_at, town.wall);
	town_press_args(&town, &town.stranger, test);
	assert_false(town_incident(&town, a.incident)->unacknowledged);
}

static void
odd_clocks_are_labelled(void **state)
{
	static const struct {
		int64_t ahead;
		const char *label;
	} cases[] = {
		{ -60000, NULL },
		{ -60001, "late" },
		{ -86400000, "late" },
		{ 0, NULL },
		{ 300000, NULL },
		{ 300001, "clock_ahead" },
		{ 1ll << 40, "clock_ahead" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		struct press_args a = { .claimed_at = T0 + cases[k].ahead };
		struct press_result r = town_press_args(&town, &town.gate, a);

		assert_int_equal(signal_of(r.signal)->at, T0);
		assert_int_equal(signal_of(r.signal)->claimed_at, a.claimed_at);
		assert_int_equal(has_label(r.signal, "late"),
				 cases[k].label && !strcmp(cases[k].label, "late"));
		assert_int_equal(has_label(r.signal, "clock_ahead"),
				 cases[k].label &&
					 !strcmp(cases[k].label, "clock_ahead"));
	}
}

static void
more_of_a_call_rings_nothing(void **state)
{
	struct press_result a = press(&town.gate, "1");
	struct press_args more = { .key = SPAN("m"),
				   .message = SPAN("two men"),
				   .claimed_at = TIME_NONE };
	uint64_t tail;

	(void)state;
	acknowledge(a.incident);
	assert_int_equal(signal_amend(town_by(&town, &town.gate), a.signal, &more), 0);
	tail = journal_tail(town.journal);
	assert_int_equal(signal_amend(town_by(&town, &town.gate), a.signal, &more), 0);
	assert_int_equal(journal_tail(town.journal), tail); /* said already */
	assert_string_equal(signal_of(a.signal)->more_message, "two men");
	assert_false(town_incident(&town, a.incident)->unacknowledged);
	assert_int_equal(signal_amend(town_by(&town, &town.button), a.signal, &more),
			 ERR_DENIED); /* not its signal */
}

static void
every_odd_press_is_kept(void **state)
{
	uint64_t seed = 3;
	size_t n = 0;

	(void)state;
	for (int k = 0; k < 500; k++) {
		char text[40];
		struct press_args a = { .is_test = law_random(&seed) % 2,
					.is_silent = law_random(&seed) % 2 };
		struct press_result r;

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (char)(1 + law_random(&seed) % 255);
		a.message = (struct span){ text, law_random(&seed) % sizeof text };
		a.kind = (struct span){ text, law_random(&seed) % sizeof text };
		a.site.seq = law_random(&seed) % 20;
		a.site.noun = 's';
		memcpy(a.site.node, "khi", 3);
		a.claimed_at = (int64_t)(law_random(&seed) >> 24);
		r = town_press_args(&town, k % 3 ? &town.gate : &town.stranger, a);
		n += !r.is_duplicate;
		assert_non_null(signal_of(r.signal));
	}
	assert_int_equal(n, 500);
}

#define PRESS_TEST(f) cmocka_unit_test_setup_teardown(f, open_town, close_town)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PRESS_TEST(a_duplicate_is_the_same_source_and_key),
		PRESS_TEST(a_duplicate_is_known_after_a_close_and_from_the_shelf),
		PRESS_TEST(presses_join_and_fill_the_roll),
		PRESS_TEST(other_places_do_not_join),
		PRESS_TEST(a_claim_of_a_foreign_place_does_not_count),
		PRESS_TEST(a_new_person_rings_again),
		PRESS_TEST(the_same_person_rings_again_after_two_minutes),
		PRESS_TEST(an_active_incident_rings_again_too),
		PRESS_TEST(unverified_never_raises_loudness),
		PRESS_TEST(unverified_opens_one_incident_for_its_place),
		PRESS_TEST(verified_never_merges_into_unverified),
		PRESS_TEST(the_revoked_are_heard),
		PRESS_TEST(a_press_after_a_cancel_is_a_new_call),
		PRESS_TEST(a_test_never_joins_a_real_one),
		PRESS_TEST(odd_clocks_are_labelled),
		PRESS_TEST(more_of_a_call_rings_nothing),
		PRESS_TEST(every_odd_press_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
