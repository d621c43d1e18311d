/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: cutting, trimming and reading numbers from bytes of any kind. */
#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

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

/* The quick way and strtod() agree to the last bit. */
static void
numbers_round_as_the_library_does(void **state)
{
	uint64_t seed = 7;
	char text[40];
	double d;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t n = 0, digits, point;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		digits = 1 + (seed >> 33) % 18;
		point = (seed >> 40) % (digits + 2);
		if ((seed >> 50) % 3 == 0)
			text[n++] = (seed >> 52) % 2 ? '-' : '+';
		for (size_t k = 0; k < digits; k++) {
			if (k == point)
				text[n++] = '.';
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[n++] = (char)('0' + (seed >> 33) % 10);
		}
		text[n] = 0;
		assert_true(span_to_double((struct span){ text, n }, &d));
		assert_true(d == strtod(text, NULL) &&
			    signbit(d) == signbit(strtod(text, NULL)));
	}
	assert_true(span_to_double(SPAN("-0"), &d) && signbit(d));
	assert_true(span_to_double(SPAN(".5"), &d) && d == 0.5);
	assert_true(span_to_double(SPAN("5."), &d) && d == 5);
	assert_true(span_to_double(SPAN("1e3"), &d) && d == 1000);
	assert_false(span_to_double(SPAN("."), &d));
	assert_false(span_to_double(SPAN("-"), &d));
	assert_false(span_to_double(SPAN(""), &d));
	assert_false(span_to_double(SPAN("1.2.3"), &d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_goes_on_behind_the_mark),
		cmocka_unit_test(numbers_are_whole_or_refused),
		cmocka_unit_test(numbers_round_as_the_library_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
