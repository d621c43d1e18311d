/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An export of calls: refused with a place, or calls whose stages are within a day and
 * a half of one another where no date was told.
 */
#include "model_fuzz.h"

#include "cli/calls.h"

static bool
check(void *ctx, const struct history_call *c)
{
	size_t *n = ctx;

	assert(c->number.n && c->number.n <= 60 && c->kind.n <= 60);
	assert(c->raised_at != TIME_NONE);
	for (size_t k = 0; k < c->n_units; k++)
		assert(c->units[k].callsign.n);
	return ++*n < 1000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct calls_columns columns;
	size_t n = 0;
	struct calls_reader r = {
		.columns = &columns, .csv = { .in = in }, .fn = check, .ctx = &n
	};

	calls_columns_standard(&columns);
	if (calls_read(&r) < 0)
		assert(r.why.n || n == 1000);
	buf_done(&r.why);
	free((char *)(uintptr_t)in.p);
	return 0;
}
