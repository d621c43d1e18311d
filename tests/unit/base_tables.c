/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and areas that others wrote: comma-separated values, named polygons. */
#include "base/area.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

/* Rows joined by |, cells by ;. An error ends it with its place. */
static void
read_all(struct span text, struct buf *ret)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct csv csv = { .in = text };
	struct span *cells;
	size_t n;
	int rc;

	while ((rc = csv_next_row(&csv, &cells, &n, &arena)) > 0) {
		buf_printf(ret, "%zu:", csv.line);
		for (size_t k = 0; k < n; k++)
			buf_printf(ret, SPAN_FMT "%s", SPAN_ARG(cells[k]),
				   k + 1 < n ? ";" : "|");
	}
	if (rc < 0)
		buf_printf(ret, "!%zu,%zu", csv.line, csv.column);
}

static void
tables_are_read(void **state)
{
	static const char *const cases[][2] = {
		{ "a,b\n1,2\n", "1:a;b|2:1;2|" },
		{ "\xef\xbb\xbf"
		  "a,b\r\n1,2",
		  "1:a;b|2:1;2|" },
		{ "a,\"b\nc\",d\ne,f,g\n", "1:a;b\nc;d|3:e;f;g|" },
		{ "\"a\"\"b\",\"\"\n", "1:a\"b;|" },
		{ "a,,\n\n\nb,c,d", "1:a;;|4:b;c;d|" },
		{ "", "" },
		{ "\n\n", "" },
		{ "a\rb\n", "1:a\rb|" },
		{ "x\na\"b\n", "1:x|!2,2" },
		{ "\"a\"b\n", "!1,4" },
		{ "x,\"open\nto the end", "!1,3" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		struct buf AUTO(buf_done) got = { 0 };

		buf_add_z(&got, "");
		read_all(span_of(cases[k][0]), &got);
		assert_string_equal(got.p, cases[k][1]);
	}
}

#define FEATURE(name, shape)                                     \
	"{\"type\":\"Feature\",\"properties\":{\"name\":\"" name \
	"\"},\"geometry\":" shape "}"
#define ALL(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define SQUARE(x, y, X, Y)                                                             \
	"[[" #x "," #y "],[" #X "," #y "],[" #X "," #Y "],[" #x "," #Y "],[" #x "," #y \
	"]]"
#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":[" rings "]}"

static const char *
find(const struct areas *a, double lat, double lon)
{
	struct position p;

	assert_true(geo_position(lat, lon, &p));
	return areas_find(a, &p) ? areas_find(a, &p) : "";
}

static void
places_find_their_area(void **state)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct areas *a;

	(void)state;
	/* a ring with a hole, its hole's filling, and a neighbour that shares a side */
	assert_int_equal(
		areas_read(
			SPAN(ALL(FEATURE(
				"ring",
				POLYGON(SQUARE(0, 0, 10, 10) "," SQUARE(
					4, 4, 6,
					6))) "," FEATURE("filling",
							 POLYGON(SQUARE(
								 4, 4, 6,
								 6))) "," FEATURE("eas"
										  "t",
										  POLYGON(SQUARE(
											  10,
											  0,
											  20,
											  10))))),
			&a, &why),
		0);
	assert_int_equal(areas_count(a), 3);
	assert_string_equal(find(a, 1, 1), "ring");
	assert_string_equal(find(a, 5, 5), "filling");
	assert_string_equal(find(a, 5, 15), "east");
	assert_string_equal(find(a, 5, 10), "east"); /* the side is one's only */
	assert_string_equal(find(a, 5, 4), "filling");
	assert_string_equal(find(a, -1, 5), "");
	assert_string_equal(find(a, 5, 21), "");
	areas_free(a);
	assert_null(areas_find(NULL, &(struct position){ .is_set = true }));
}

static void
bad_areas_are_named(void **state)
{
	static const char *const cases[][2] = {
		{ "{", "line 1" },
		{ "{}", "FeatureCollection" },
		{ ALL(""), "FeatureCollection" },
		{ ALL(FEATURE("a", POLYGON("[[0,0],[1,1],[0,0]]"))),
		  "feature 1: a ring" },
		{ ALL(FEATURE("a", POLYGON("[[0,0],[1,0],[1,1],[0,1]]"))),
		  "not closed" },
		{ ALL(FEATURE("a", POLYGON("[[0,0],[1,0],[1,91],[0,0]]"))), "corner" },
		{ ALL(FEATURE("a", "{\"type\":\"Point\",\"coordinates\":[0,0]}")),
		  "neither" },
		{ ALL(FEATURE("", POLYGON(SQUARE(0, 0, 1, 1)))), "no \"name\"" },
		{ ALL(FEATURE("a", POLYGON(SQUARE(0, 0, 1, 1))) "," FEATURE(
			  "a", POLYGON(SQUARE(1, 1, 2, 2)))),
		  "feature 2: its name" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		struct buf AUTO(buf_done) why = { 0 };
		struct areas *a = NULL;

		assert_int_equal(areas_read(span_of(cases[k][0]), &a, &why),
				 ERR_SYNTAX);
		assert_null(a);
		if (!strstr(why.p, cases[k][1]))
			fail_msg("\"%s\" says \"%s\"", cases[k][0], why.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_read),
		cmocka_unit_test(places_find_their_area),
		cmocka_unit_test(bad_areas_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
