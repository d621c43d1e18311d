/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nights of bad luck, from a seed: kills, clocks set to and fro or stopped,
 * sound going on and off. Whatever happens, rungs come once and in order, and
 * nobody who waits half a minute with the node up waits without a page.
 */
#include "unit/dispatch_city.h"

#define NIGHTS 12
#define DEEDS 24

static uint64_t
next(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % below;
}

struct night {
	struct city c;
	uint64_t seed;
	int64_t step;        /* of the last rung heard */
	int64_t waited_ms;   /* up and without a page since the duty officer's */
	unsigned free_pages; /* early ones: a late start catches up, then keeps time */
	unsigned pages;
};

/* One second at a time, and after each the promises are looked at. */
static void
watch_for(struct night *n, int64_t seconds)
{
	for (; seconds > 0; seconds--) {
		const struct incident *i;

		city_pass(&n->c, 500);
		city_pass(&n->c, 500);
		i = incident_find(n->c.m, n->c.last_incident);
		assert_true(i->step >= n->step); /* never back, never again */
		/* one by one, but for a silence that goes straight to the second */
		if (n->step > 0 || i->step != 2)
			assert_int_equal(i->step - n->step, n->c.steps);
		n->step = i->step;
		n->c.steps = 0;
		if (n->c.pages > n->pages) {
			if (n->waited_ms < 29000 && n->step > 2)
				assert_true(n->free_pages-- > 0);
			n->waited_ms = 0;
			n->pages = n->c.pages;
		} else if (n->step >= 2) {
			n->waited_ms += 1000;
			assert_true(n->waited_ms <= 31000);
		}
	}
}

static void
kill_it(struct night *n)
{
	static const int64_t jumps[] = { 0, 0, 3600000, -3600000, 86400000, -60000 };

	city_stop(&n->c);
	n->c.mono = 1000 + (int64_t)next(&n->seed, 1000000); /* a reboot, perhaps */
	n->c.wall += (int64_t)next(&n->seed, 20000) + jumps[next(&n->seed, 6)];
	city_start(&n->c);
	dispatch_room(n->c.d, 1, 1);
	n->waited_ms = 0;
	n->free_pages = 2;
}

static void
deed(struct night *n)
{
	switch (next(&n->seed, 5)) {
	case 0:
		kill_it(n);
		break;
	case 1:
		n->c.wall += (int64_t)next(&n->seed, 7200000) - 3600000;
		break;
	case 2:
		n->c.is_wall_stopped = !n->c.is_wall_stopped;
		break;
	case 3:
		dispatch_room(n->c.d, 1, (unsigned)next(&n->seed, 2));
		if (n->step < 2)
			n->free_pages = 1;
		break;
	default:
		break;
	}
	watch_for(n, (int64_t)next(&n->seed, 50));
}

static void
nights(void **state)
{
	(void)state;
	for (uint64_t k = 1; k <= NIGHTS; k++) {
		struct night n = { .seed = k * 0x9e3779b97f4a7c15u };

		city_open(&n.c, true);
		n.c.is_threaded = k % 2;
		city_press(&n.c, &n.c.caller, false);
		for (int d = 0; d < DEEDS; d++)
			deed(&n);
		watch_for(&n, 120);
		assert_true(n.step > 4);
		city_acknowledge(&n.c, n.c.last_incident);
		city_close(&n.c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nights) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
