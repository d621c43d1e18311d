/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: cutting, trimming and reading numbers from bytes of any kind. */
#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
cut_goes_on_behind_the_mark(void **state)
{
	struct span rest = SPAN("a,,b");

	(void)state;
	assert_true(span_is_z(span_cut(&rest, ','), "a"));
	assert_true(span_is_z(span_cut(&rest, ','), ""));
	assert_true(span_is_z(span_cut(&rest, ','), "b"));
	assert_int_equal(rest.n, 0);
}

static void
numbers_are_whole_or_refused(void **state)
{
	int64_t v = 7;
	double d = 7;

	(void)state;
	assert_true(span_to_i64(SPAN("-12"), &v));
	assert_int_equal(v, -12);
	assert_false(span_to_i64(SPAN("12x"), &v));
	assert_false(span_to_i64(SPAN("9999999999999999999"), &v));
	assert_int_equal(v, -12);
	assert_true(span_to_double(SPAN("1.5"), &d));
	assert_false(span_to_double(SPAN("nan"), &d));
	assert_false(span_to_double(SPAN(" 1"), &d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_goes_on_behind_the_mark),
		cmocka_unit_test(numbers_are_whole_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
