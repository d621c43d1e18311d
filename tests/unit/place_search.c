/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people type, and what they mean: invented places, written as people write them;
 * the real names of a city where they are there.
 */
#include "unit/data_help.h"

#include "base/crypt.h"
#include "place/inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

static const char invented[] =
	"name,name_ur,name_sd,kind,lat,lon\n"
	"Gulshan-e-Yaqoot,گلشنِ یاقوت,گلشن ياقوت,place,24.90,67.08\n"
	"Quaid Lantern Hospital,قائد لالٹین ہسپتال,,hospital,24.86,67.02\n"
	"Saddar Clock Tower,صدر گھنٹہ گھر,,landmark,24.861,67.021\n"
	"Noor Masjid,نور مسجد,,mosque,24.80,67.00\n"
	"Noor Masjid,نور مسجد,,mosque,24.95,67.10\n"
	"Lyari Football Ground,لیاری فٹ بال گراؤنڈ,,ground,24.87,66.99\n"
	"Block 13 Police Station,تھانہ بلاک ۱۳,,police,24.91,67.07\n"
	"Sharah-e-Firdous,شاہراہ فردوس,,place,24.83,67.04\n"
	"Khayaban-e-Kahkashan,خیابان کہکشاں,,place,24.81,67.03\n";

static const char streets[] =
	"{\"type\":\"FeatureCollection\",\"features\":["
	"{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\",\"name\":"
	"\"Lantern Road\",\"name:ur\":\"لالٹین روڈ\"},\"geometry\":{\"type\":"
	"\"LineString\",\"coordinates\":[[67.01,24.85],[67.02,24.85],[67.03,24.85]]}},"
	"{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\",\"name\":"
	"\"Harbour Street\",\"name:ur\":\"بندرگاہ سڑک\"},\"geometry\":{\"type\":"
	"\"LineString\",\"coordinates\":[[67.02,24.84],[67.02,24.85],[67.02,24.86]]}},"
	"{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\",\"name\":"
	"\"Orchard Street\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
	"[[67.03,24.84],[67.03,24.85]]}}]}";

struct stage {
	char dir[64];
	struct route *route;
	struct places *p;
};

static void
put_file(const char *dir, const char *name, struct span text)
{
	struct buf AUTO(buf_done) path = { 0 };
	FILE *f;

	buf_printf(&path, "%s/%s", dir, name);
	f = fopen(path.p, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	fclose(f);
}

static void
open_stage(struct stage *s, struct span csv, struct span geojson)
{
	struct buf AUTO(buf_done) roads = { 0 }, list = { 0 }, why = { 0 };
	struct place_build *b = place_build_new();
	struct route_build *r = route_build_new();
	struct route_built built;

	strcpy(s->dir, "/tmp/kumak-place-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	if (place_build_csv(b, csv, &why) < 0 || route_build_add(r, geojson, &why) < 0)
		fail_msg("%s", why.p);
	assert_int_equal(route_build_end(r, &roads, &built, &why), 0);
	place_build_end(b, &list);
	assert_int_equal(place_check(buf_span(&list), &why), place_build_count(b));
	put_file(s->dir, "roads.graph", buf_span(&roads));
	put_file(s->dir, "places.list", buf_span(&list));
	place_build_free(b);
	route_build_free(r);
	assert_int_equal(
		route_open(&(struct route_config){ .dir = s->dir }, &s->route, &why),
		0);
	assert_int_equal(places_open(s->dir, s->route, &s->p, &why), 0);
	assert_int_equal(why.n, 0);
}

static void
close_stage(struct stage *s)
{
	struct buf AUTO(buf_done) path = { 0 };

	places_close(s->p);
	route_close(s->route);
	buf_printf(&path, "%s/roads.graph", s->dir);
	unlink(path.p);
	buf_clear(&path);
	buf_printf(&path, "%s/places.list", s->dir);
	unlink(path.p);
	rmdir(s->dir);
}

static const char *
first(const struct stage *s, const char *text)
{
	struct place found[PLACES_FOUND];
	size_t n = places_search(s->p, span_of(text), NULL, 5, found);

	return n ? (*found[0].name ? found[0].name : found[0].name_en) : "";
}

static void
spellings_are_found(void **state)
{
	static const char *const cases[][2] = {
		{ "Gulshan-e-Yaqoot", "Gulshan-e-Yaqoot" },
		{ "gulshan yakut", "Gulshan-e-Yaqoot" },
		{ "GULSHAN E YAQUT", "Gulshan-e-Yaqoot" },
		{ "گلشن یاقوت", "Gulshan-e-Yaqoot" },
		{ "گلشنِ ياقوت", "Gulshan-e-Yaqoot" }, /* Arabic yeh, a zer */
		{ "kaid lantern hosp", "Quaid Lantern Hospital" },
		{ "Qaid Lantren Hospital", "Quaid Lantern Hospital" }, /* swapped */
		{ "قايد لالٹین", "Quaid Lantern Hospital" },
		{ "sadar clock towr", "Saddar Clock Tower" },
		{ "گھنٹہ گھر", "Saddar Clock Tower" },
		{ "Liari ground", "Lyari Football Ground" },
		{ "تھانہ بلاک 13", "Block 13 Police Station" },
		{ "block ۱۳ ps", "Block 13 Police Station" },
		{ "sharah firdaus", "Sharah-e-Firdous" },
		{ "kayaban kahkashan", "Khayaban-e-Kahkashan" },
		{ "harbour st", "Harbour Street" },
		{ "بندرگاه", "Harbour Street" }, /* Arabic heh */
		{ "zzzz", "" },
		{ "road zzzzzz", "" },
		{ "street 900", "" },
		{ "", "" },
		{ " / ", "" },
	};
	struct stage s;
	int bad = 0;

	(void)state;
	open_stage(&s, span_of(invented), span_of(streets));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (strcmp(first(&s, cases[i][0]), cases[i][1]) != 0) {
			print_message("\"%s\" found \"%s\", not \"%s\"\n", cases[i][0],
				      first(&s, cases[i][0]), cases[i][1]);
			bad++;
		}
	assert_int_equal(bad, 0);
	close_stage(&s);
}

/* Initials with and without points; the street or the quarter of an address. */
static void
initials_and_addresses_are_found(void **state)
{
	static const char list[] =
		"name,kind,lat,lon\nM.A. Firdous Road,place,24.9,67\n"
		"I.I. Yaqoot Road,place,24.9,67.1\n"
		"Civil Meadows,place,24.8,67\n"
		"Block A Meadows,place,24.7,67\n";
	static const struct {
		const char *asked, *want;
		bool is_part;
	} cases[] = {
		{ "MA Firdous Road", "M.A. Firdous Road", false },
		{ "M A Firdaus Rd", "M.A. Firdous Road", false },
		{ "m.a.firdous", "M.A. Firdous Road", false },
		{ "Firdous Road", "M.A. Firdous Road", false },
		{ "II Yaqoot Road", "I.I. Yaqoot Road", false },
		{ "I I Yakut", "I.I. Yaqoot Road", false },
		{ "6/2 Civil Meadows", "Civil Meadows", true },
		{ "Plot 5/C, Civil Meadows", "Civil Meadows", true },
		{ "House ST-20, Block 4, Harbour Street", "Harbour Street", true },
		{ "12-A/1 Lantern Road", "Lantern Road", true },
		{ "مکان نمبر ۴ لالٹین روڈ", "Lantern Road", true },
		{ "Nowhere House, Lantern Road", "Lantern Road", true },
		{ "Block A Meadows", "Block A Meadows", false },
	};
	struct stage s;

	(void)state;
	open_stage(&s, span_of(list), span_of(streets));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct place found[PLACES_FOUND];

		assert_string_equal(first(&s, cases[i].asked), cases[i].want);
		places_search(s.p, span_of(cases[i].asked), NULL, 5, found);
		assert_int_equal(found[0].is_part, cases[i].is_part);
	}
	close_stage(&s);
}

static void
the_nearer_of_equals_comes_first(void **state)
{
	struct place found[PLACES_FOUND];
	struct position south, north;
	struct stage s;

	(void)state;
	geo_position(24.80, 67.0, &south);
	geo_position(24.96, 67.1, &north);
	open_stage(&s, span_of(invented), span_of(streets));
	assert_int_equal(places_search(s.p, SPAN("noor masjid"), &south, 5, found), 2);
	assert_true(found[0].metres < 100 && found[1].metres > 15000);
	assert_int_equal(places_search(s.p, SPAN("نور مسجد"), &north, 1, found), 1);
	assert_true(found[0].metres < 2000);
	assert_int_equal(places_search(s.p, SPAN("noor"), NULL, 5, found), 2);
	assert_true(found[0].metres < 0);
	close_stage(&s);
}

static void
junctions_are_found(void **state)
{
	static const char *const ways[] = { "Lantern Road / Harbour Street",
					    "harbor st and lantern rd",
					    "لالٹین روڈ اور بندرگاہ",
					    "Harbour & Lantern" };
	struct place found[PLACES_FOUND];
	struct stage s;

	(void)state;
	open_stage(&s, span_of(invented), span_of(streets));
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		assert_int_equal(places_search(s.p, span_of(ways[i]), NULL, 5, found),
				 1);
		assert_string_equal(found[0].kind, "junction");
		assert_non_null(found[0].with);
		assert_int_equal(found[0].position.lat_e7, 248500000);
		assert_int_equal(found[0].position.lon_e7, 670200000);
	}
	/* streets that do not meet: not a junction */
	assert_int_equal(places_search(s.p, SPAN("harbour street / orchard street"),
				       NULL, 5, found),
			 2);
	assert_string_equal(found[0].kind, "street");
	close_stage(&s);
}

static void
the_landmark_is_the_nearest(void **state)
{
	struct position at;
	struct landmark l;
	struct stage s;

	(void)state;
	open_stage(&s, span_of(invented), span_of(streets));
	geo_position(24.8630, 67.0210, &at);
	assert_true(places_landmark(s.p, &at, &l));
	assert_string_equal(l.place.name, "Saddar Clock Tower");
	assert_string_equal(l.place.name_ur, "صدر گھنٹہ گھر");
	assert_string_equal(l.direction, "n");
	assert_true(l.metres > 200 && l.metres < 240);
	geo_position(25.5, 68, &at);
	assert_false(places_landmark(s.p, &at, &l));
	assert_false(places_landmark(NULL, &at, &l));
	close_stage(&s);
}

static void
bad_rows_are_named(void **state)
{
	static const struct {
		const char *csv, *says;
	} cases[] = {
		{ "name,lat\nx,1\n", "line 1: the columns lat, lon" },
		{ "name,lat,lon\nx,24.8,67\ny,95,67\n", "line 3, column lat: it is" },
		{ "name,lat,lon\nx,24.8,east\n", "line 2, column lon: it is" },
		{ "name,lat,lon\n ,24.8,67\n", "line 2, column name: it has no name" },
		{ "name,kind,lat,lon\nx,Big Shop,24.8,67\n",
		  "line 2, column kind: a kind" },
		{ "name,lat,lon\nx,24.8\n", "line 2, column lon: it" },
		{ "", "line 1: the columns" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct place_build *b = place_build_new();
		struct buf AUTO(buf_done) why = { 0 };

		assert_int_equal(place_build_csv(b, span_of(cases[i].csv), &why),
				 ERR_SYNTAX);
		if (!strstr(why.p, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", why.p, cases[i].says);
		place_build_free(b);
	}
}

static void
each_damage_is_found(void **state)
{
	struct place_build *b = place_build_new();
	struct buf AUTO(buf_done) file = { 0 }, why = { 0 };

	(void)state;
	assert_int_equal(place_build_csv(b, span_of(invented), &why), 0);
	place_build_end(b, &file);
	place_build_free(b);
	for (size_t i = 0; i < file.n; i++) {
		file.p[i] = (char)(file.p[i] ^ 1);
		assert_true(place_check(buf_span(&file), &why) < 0);
		file.p[i] = (char)(file.p[i] ^ 1);
	}
	for (size_t n = 0; n < file.n; n += 11)
		assert_true(place_check((struct span){ file.p, n }, &why) < 0);
	assert_int_equal(place_check(buf_span(&file), &why), 9);
}

/* Each of the city's names finds itself, by either script, among all. */
static void
real_names_find_themselves(void **state)
{
	struct buf AUTO(buf_done) csv = { 0 };
	struct place found[PLACES_FOUND];
	char path[512];
	struct stage s;
	size_t missed = 0, asked = 0;

	(void)state;
	if (!data_path(path, sizeof path, "geo/karachi_localities_en_ur.csv") ||
	    !data_read(path, &csv))
		skip();
	open_stage(&s, buf_span(&csv), span_of(streets));
	for (size_t i = 0; i < s.p->spots.n; i++)
		for (int k = 1; k <= 2; k++) {
			const char *name = s.p->spots.texts + s.p->spots.v[i].names[k];
			size_t n = places_search(s.p, span_of(name), NULL, 3, found);
			bool is_there = false;

			for (size_t f = 0; f < n; f++)
				is_there |= strcmp(k == 1 ? found[f].name_en
							  : found[f].name_ur,
						   name) == 0;
			asked++;
			if (!is_there) {
				print_message("not found: %s\n", name);
				missed++;
			}
		}
	assert_true(asked > 100);
	assert_int_equal(missed, 0);
	close_stage(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_are_found),
		cmocka_unit_test(initials_and_addresses_are_found),
		cmocka_unit_test(the_nearer_of_equals_comes_first),
		cmocka_unit_test(junctions_are_found),
		cmocka_unit_test(the_landmark_is_the_nearest),
		cmocka_unit_test(bad_rows_are_named),
		cmocka_unit_test(each_damage_is_found),
		cmocka_unit_test(real_names_find_themselves),
	};

	if (crypt_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
