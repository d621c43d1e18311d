/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 2: numbers are dense and rising; a listener resumes from any number and
 * misses nothing, hears nothing twice. Also over a stop and a start.
 */
#include "law_script.h"

struct heard {
	struct journal *j;
	uint64_t last;
	int64_t at;
	size_t n, limit;
	uint64_t incident;
	struct buf docs;
};

static void
on_sink(void *ctx, const struct event *e)
{
	struct heard *h = ctx;

	assert_int_equal(e->seq, h->last + 1);
	assert_true(e->at >= h->at); /* `at` never goes back, though the clock does */
	h->last = e->seq;
	h->at = e->at;
}

static bool
on_page(void *ctx, const struct event *e)
{
	struct heard *h = ctx;

	if (h->incident)
		assert_int_equal(e->incident.seq, h->incident);
	else
		assert_int_equal(e->seq, h->last + 1);
	assert_true(e->seq > h->last);
	h->last = e->seq;
	h->n++;
	event_encode(&h->docs, e, NULL);
	buf_add_c(&h->docs, '\n');
	return true;
}

/* Pages of `page` events from `after` on. */
static void
read_on(struct town *t, struct heard *h, uint64_t after, size_t page, uint64_t incident)
{
	size_t before;

	*h = (struct heard){ .last = after, .incident = incident };
	do {
		before = h->n;
		assert_int_equal(
			journal_events(t->journal, h->last, incident, page, on_page, h),
			0);
		assert_true(h->n - before <= page);
	} while (h->n != before);
}

static void
law_2_numbers_are_dense_and_can_be_resumed(void **state)
{
	struct script *s = calloc(1, sizeof *s);
	struct heard live = { 0 }, all, part;
	uint64_t seed = 5, of_incidents = 0;
	struct town t;

	(void)state;
	town_open(&t, true);
	*s = (struct script){ .seed = 21 };
	live.last = journal_durable(t.journal);
	live.at = INT64_MIN;
	journal_add_sink(t.journal, on_sink, &live);
	script_listen(s, &t);
	script_seed_ids(s);
	for (int k = 0; k < 1500; k++)
		script_step(s);
	town_settle(&t);
	town_stop(&t);
	t.wall -= 86400000; /* a clock that is a day behind after the start */
	town_start(&t);
	journal_add_sink(t.journal, on_sink, &live);
	script_listen(s, &t);
	for (int k = 0; k < 500; k++)
		script_step(s);
	town_settle(&t);
	assert_int_equal(live.last, journal_durable(t.journal));

	read_on(&t, &all, 0, SIZE_MAX >> 1, 0);
	assert_int_equal(all.last, live.last);
	assert_int_equal(all.n, live.last);
	for (int k = 0; k < 40; k++) {
		uint64_t after = law_random(&seed) % (live.last + 1);
		struct span tail = buf_span(&all.docs);

		read_on(&t, &part, after, 1 + law_random(&seed) % 90, 0);
		assert_int_equal(part.n, live.last - after);
		tail = span_skip(tail, tail.n - part.docs.n);
		assert_true(span_is(tail, buf_span(&part.docs)));
		buf_done(&part.docs);
	}
	/* the same by incident: together they are all that have one */
	for (uint64_t i = 1; i <= live.last; i++) {
		read_on(&t, &part, 0, 7, i);
		of_incidents += part.n;
		buf_done(&part.docs);
	}
	assert_true(of_incidents > 200 && of_incidents < live.last);
	buf_done(&all.docs);
	town_close(&t);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_2_numbers_are_dense_and_can_be_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
