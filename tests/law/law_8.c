/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 8: no listener loses an event. What the journal owes its own listeners:
 * each sink hears each event once and in order, whoever comes, goes or speaks
 * meanwhile; waiters are called in the order in which they came. Slow readers of
 * the live socket are played in tests/play.
 */
#include "law_help.h"

static struct town town;
static char said[256];

struct ear {
	struct journal_sink *sink;
	struct ear *removes; /* at its first event */
	struct ear *adds;
	uint64_t heard[64];
	size_t n;
	bool is_gone, speaks, ends_turn;
};

static void
hear(void *ctx, const struct event *e)
{
	struct ear *ear = ctx;

	assert_false(ear->is_gone);
	assert_true(e->seq <= journal_durable(town.journal));
	if (ear->n)
		assert_int_equal(e->seq, ear->heard[ear->n - 1] + 1);
	assert_true(ear->n < ARRAY_LEN(ear->heard));
	ear->heard[ear->n++] = e->seq;
	if (ear->removes) {
		ear->removes->is_gone = true;
		journal_remove_sink(town.journal, ear->removes->sink);
		ear->removes = NULL;
	}
	if (ear->adds) {
		ear->adds->sink = journal_add_sink(town.journal, hear, ear->adds);
		ear->adds = NULL;
	}
	if (ear->speaks && e->type == EVENT_SIGNAL_RECEIVED) {
		ear->speaks = false;
		assert_int_equal(room_mute(town_by(&town, &town.room)), 0);
	}
	if (ear->ends_turn)
		journal_turn_end(town.journal);
}

static void
listen(struct ear *ear)
{
	ear->sink = journal_add_sink(town.journal, hear, ear);
}

static void
law_8_sinks_come_and_go_while_it_publishes(void **state)
{
	struct ear a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 }, self = { 0 };

	(void)state;
	town_open(&town, false);
	a.removes = &b; /* behind it in the list: not called any more */
	a.adds = &d;
	self.removes = &self;
	listen(&a);
	listen(&b);
	listen(&self);
	listen(&c);
	town_press(&town, &town.gate);
	town_press(&town, &town.stranger);
	assert_int_equal(b.n, 0);
	assert_int_equal(self.n, 1);
	assert_int_equal(a.n, 4);
	assert_int_equal(c.n, 4);
	assert_true(d.n >= 3);
	a.removes = &c; /* a later one removes an earlier one */
	d.removes = &a;
	town_press(&town, &town.gate);
	assert_int_equal(c.n, 4);
	assert_int_equal(a.n, 5); /* it had heard this one before it went */
	town_press(&town, &town.gate);
	assert_int_equal(a.n, 5);
	assert_int_equal(d.heard[d.n - 1], journal_durable(town.journal));
	town_close(&town);
}

/* A desk that answers an event with a command: all hear both, in order, and both
 * are committed before the turn ends. */
static void
law_8_what_a_listener_says_comes_after(void **state)
{
	struct ear first = { 0 }, desk = { .speaks = true }, last = { 0 };

	(void)state;
	town_open(&town, false);
	listen(&first);
	listen(&desk);
	listen(&last);
	town_press(&town, &town.gate);
	assert_int_equal(first.n, 3);
	assert_int_equal(desk.n, 3);
	assert_int_equal(last.n, 3);
	town_close(&town);
}

/* The same, and it ends the turn itself: still once each and in order. */
static void
law_8_a_turn_ended_inside_a_publish_waits(void **state)
{
	struct ear first = { 0 }, desk = { .speaks = true, .ends_turn = true };
	struct ear last = { 0 }, gone = { 0 };

	(void)state;
	town_open(&town, false);
	first.removes = &gone;
	listen(&first);
	listen(&desk);
	listen(&gone);
	listen(&last);
	town_press(&town, &town.gate);
	assert_int_equal(first.n, 3);
	assert_int_equal(desk.n, 3);
	assert_int_equal(last.n, 3);
	assert_int_equal(gone.n, 0);
	town_close(&town);
}

static void
say(void *ctx)
{
	strcat(said, ctx);
}

static void
say_and_ask(void *ctx)
{
	say(ctx);
	/* all is durable now: at once, before those behind it */
	journal_when(town.journal, say, (void *)(uintptr_t) "!");
}

static void
hear_letter(void *ctx, const struct event *e)
{
	if (e->type == EVENT_ROOM_MUTED)
		say(ctx);
}

static void
law_8_waiters_are_called_in_order_before_sinks(void **state)
{
	static const char letters[10][2] = { "0", "1", "2", "3", "4",
					     "5", "6", "7", "8", "9" };

	(void)state;
	said[0] = 0;
	town_open(&town, false);
	journal_add_sink(town.journal, hear_letter, (void *)(uintptr_t) "E");
	assert_int_equal(room_mute(town_by(&town, &town.room)), 0);
	for (int k = 0; k < 10; k++) {
		if (k == 5)
			assert_int_equal(room_mute(town_by(&town, &town.room)), 0);
		journal_when(town.journal, k == 7 ? say_and_ask : say,
			     (void *)(uintptr_t)letters[k]);
	}
	assert_string_equal(said, "");
	town_settle(&town);
	assert_string_equal(said, "01234567!89EE");
	town_close(&town);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_8_sinks_come_and_go_while_it_publishes),
		cmocka_unit_test(law_8_what_a_listener_says_comes_after),
		cmocka_unit_test(law_8_a_turn_ended_inside_a_publish_waits),
		cmocka_unit_test(law_8_waiters_are_called_in_order_before_sinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
