/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as it comes: quotes, line breaks in them, both line ends, and where it is wrong.
 */
#include "base/auto.h"
#include "base/csv.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* All rows as one text: fields in [], rows ended by ';'. */
static int
read_all(struct span text, struct buf *ret, struct buf *why)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct csv c;
	int rc;

	csv_open(&c, text, &arena);
	while ((rc = csv_next(&c, why)) > 0) {
		for (size_t i = 0; i < c.n_fields; i++)
			buf_printf(ret, "[" SPAN_FMT "]", SPAN_ARG(c.fields[i]));
		buf_add_c(ret, ';');
	}
	return rc;
}

static void
rows_are_read(void **state)
{
	static const struct {
		const char *text, *rows;
	} cases[] = {
		{ "", "" },
		{ "a,b\n1,2\n", "[a][b];[1][2];" },
		{ "a,b\r\n1,2", "[a][b];[1][2];" },
		{ "\xef\xbb\xbf"
		  "a\n",
		  "[a];" },
		{ "a,,c\n,\n", "[a][][c];[][];" },
		{ "\"a \"\"b\"\"\",\"c,\nd\"\nx", "[a \"b\"][c,\nd];[x];" },
		{ "\n\na\n\n", "[a];" },
		{ "نام,صدر\n", "[نام][صدر];" },
		{ "\"\",\"\"\n", "[][];" },
		{ "a\rb\n", "[a];[b];" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTO(buf_done) got = { 0 }, why = { 0 };

		assert_int_equal(read_all(span_of(cases[i].text), &got, &why), 0);
		assert_string_equal(got.p ? got.p : "", cases[i].rows);
	}
}

static void
errors_are_named(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "a,b\n1,\"2\n3", "line 2, column 3: a quote that is not closed" },
		{ "a\n\"1\"2\n", "line 2, column 4: something behind the closing" },
		{ "صدر,x\"y\n", "line 1, column 6: a quote inside" },
		{ "\"a\nb\"c\n", "line 2, column 3: something behind the closing" },
		{ "a,\xff\n", "UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTO(buf_done) got = { 0 }, why = { 0 };

		assert_int_equal(read_all(span_of(cases[i].text), &got, &why),
				 ERR_SYNTAX);
		if (!strstr(why.p, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", why.p, cases[i].says);
	}
}

static void
places_of_fields_are_told(void **state)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct buf AUTO(buf_done) why = { 0 };
	struct csv c;

	(void)state;
	csv_open(&c, SPAN("name, Lat\nصدر,91\n"), &arena);
	assert_int_equal(csv_next(&c, &why), 1);
	assert_int_equal(csv_column(&c, "lat"), 1);
	assert_int_equal(csv_column(&c, "lon"), -1);
	assert_int_equal(csv_next(&c, &why), 1);
	csv_place(&c, 1, &why);
	assert_string_equal(why.p, "line 2, column 5: ");
}

static void
a_row_is_bounded(void **state)
{
	struct buf AUTO(buf_done) text = { 0 }, got = { 0 }, why = { 0 };

	(void)state;
	for (int i = 0; i < 64; i++)
		buf_add_z(&text, "x,");
	assert_int_equal(read_all(buf_span(&text), &got, &why), ERR_SYNTAX);
	assert_non_null(strstr(why.p, "more than 64 columns"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(errors_are_named),
		cmocka_unit_test(places_of_fields_are_told),
		cmocka_unit_test(a_row_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
