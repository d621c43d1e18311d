/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 1: nothing leaves before it is durable. The writer thread stands at a disk
 * that the test holds; until it lets go no reply, no refusal, no read and no
 * event may come out.
 */
#include "law_slow.h"

static struct slow slow;

static void
reply(void *ctx)
{
	struct town *t = &slow.t;

	assert_true(journal_durable(t->journal) >= slow.at[*(char *)ctx - 'a']);
	strcat(slow.said, ctx);
}

/* What a door does at the end of a request. */
static void
answer(const char *word)
{
	slow.at[word[0] - 'a'] = journal_tail(slow.t.journal);
	journal_when(slow.t.journal, reply, (void *)(uintptr_t)word);
}

static void
hear(void *ctx, const struct event *e)
{
	(void)ctx;
	assert_true(e->seq <= journal_durable(slow.t.journal));
	if (e->type == EVENT_SIGNAL_RECEIVED)
		strcat(slow.said, "E");
}

static void
press(const char *key)
{
	struct press_args a = { .key = span_of(key),
				.claimed_at = TIME_NONE,
				.door = SPAN("api") };
	struct press_result r;

	assert_int_equal(signal_press(town_by(&slow.t, &slow.t.gate), &a, &r), 0);
}

static void
law_1_nothing_leaves_before_it_is_durable(void **state)
{
	struct town *t = &slow.t;
	struct id ret;
	uint64_t durable;

	(void)state;
	slow_open(&slow);
	journal_add_sink(t->journal, hear, NULL);
	durable = journal_durable(t->journal);
	answer("a"); /* all is durable: at once */
	assert_string_equal(slow.said, "a");
	slow_hold(&slow);
	press("one");
	answer("b"); /* its reply */
	journal_turn_end(t->journal);
	assert_string_equal(slow.said, "a");
	press("two"); /* while the first is being written */
	answer("c");
	/* a refusal computed at a state that is not on disk yet */
	assert_int_equal(incident_note(town_by(t, &t->gate),
				       (struct id){ .seq = 1, .noun = 'i' },
				       &(struct note_args){ .text = SPAN("x") }, &ret),
			 ERR_DENIED);
	answer("d");
	answer("e"); /* a read */
	for (int k = 0; k < 3; k++)
		journal_turn_end(t->journal);
	usleep(20000);
	assert_string_equal(slow.said, "a");
	assert_int_equal(journal_durable(t->journal), durable);
	slow_release(&slow);
	slow_turn(&slow);
	/* the first batch: its replies, then its events; the second not yet */
	assert_string_equal(slow.said, "abE");
	slow_turn(&slow);
	assert_string_equal(slow.said, "abEcdeE");
	slow_close(&slow);
}

/* Computed while a batch is being written, and nothing new was decided: the
 * answer tells of what is in that batch and waits for it. */
static void
law_1_a_read_waits_for_what_it_read(void **state)
{
	struct town *t = &slow.t;

	(void)state;
	slow_open(&slow);
	slow_hold(&slow);
	press("one");
	journal_turn_end(t->journal);
	answer("a");
	assert_string_equal(slow.said, "");
	slow_release(&slow);
	slow_turn(&slow);
	assert_string_equal(slow.said, "a");
	answer("b");
	assert_string_equal(slow.said, "ab");
	slow_close(&slow);
}

static bool
count_event(void *ctx, const struct event *e)
{
	(void)e;
	++*(size_t *)ctx;
	return true;
}

/* The doors read events and settled records from the shelf: it shows the past. */
static void
law_1_the_shelf_shows_what_is_durable(void **state)
{
	struct town *t = &slow.t;
	uint64_t tail;
	size_t n = 0;

	(void)state;
	slow_open(&slow);
	tail = journal_tail(t->journal);
	slow_hold(&slow);
	press("one");
	journal_turn_end(t->journal);
	assert_int_equal(journal_events(t->journal, tail, 0, 100, count_event, &n), 0);
	assert_int_equal(n, 0);
	slow_release(&slow);
	slow_turn(&slow);
	assert_int_equal(journal_events(t->journal, tail, 0, 100, count_event, &n), 0);
	assert_int_equal(n, 2);
	slow_close(&slow);
}

/* A probe is a commit like any other: its word waits for the disk. */
static void
law_1_a_probe_waits_for_the_disk(void **state)
{
	struct town *t = &slow.t;

	(void)state;
	slow_open(&slow);
	slow_hold(&slow);
	slow.at[0] = 0;
	journal_probe(t->journal, reply, (void *)(uintptr_t) "a");
	journal_turn_end(t->journal);
	usleep(5000);
	assert_string_equal(slow.said, "");
	slow_release(&slow);
	slow_turn(&slow);
	assert_string_equal(slow.said, "a");
	slow_close(&slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_1_nothing_leaves_before_it_is_durable),
		cmocka_unit_test(law_1_a_read_waits_for_what_it_read),
		cmocka_unit_test(law_1_the_shelf_shows_what_is_durable),
		cmocka_unit_test(law_1_a_probe_waits_for_the_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
