/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An invitation and a recurrence rule from outside. Both are refused with a reason, or
 * give times in order; what is read of an invitation is within its bounds.
 */
#include "model_fuzz.h"

#include "meet/meet.h"
#include "meet/rrule.h"

struct in_turn {
	int64_t last;
	int n;
};

static bool
in_order(void *ctx, int64_t t)
{
	struct in_turn *o = ctx;

	assert(t > o->last);
	o->last = t;
	return ++o->n < 50;
}

static void
check_rule(struct span in)
{
	const int64_t start = 1772424000;
	struct in_turn o = { .last = start - 1 };
	struct rrule *r = calloc(1, sizeof *r);
	char why[160] = "";

	assert(r);
	if (rrule_parse(in, r, why, sizeof why) == 0)
		rrule_expand(r, start, in_order, &o);
	else
		assert(*why);
	free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct arena AUTO(arena_done) arena = { 0 };
	struct meet_message m = { 0 };
	struct meet_error why;

	if (meet_read(in, &arena, &m, &why) < 0)
		assert(*why.text && !m.events);
	for (const struct meet_event *e = m.events; e; e = e->next) {
		assert(e->uid && *e->uid && e->sequence >= 0);
		assert(m.method != MEET_REQUEST ||
		       (e->zone && e->duration_min >= 5 && e->duration_min <= 1440));
	}
	if (size < 300)
		check_rule(in);
	free((char *)(uintptr_t)in.p);
	return 0;
}
