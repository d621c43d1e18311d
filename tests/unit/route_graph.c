/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road graph against a naive one: random small towns, whose times are worked out
 * a second time over all pairs, with one-way streets and closures; the file and its
 * damage; what is refused, by feature.
 */
#include "route/inner.h"

#include "base/auto.h"
#include "base/crypt.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SIDE 5 /* a town of SIDE × SIDE crossings */
#define NODES (SIDE * SIDE)
#define STREETS_MAX (NODES * 2)
#define STEP 0.005 /* degrees: about 550 m */
#define BLOCKED 1e9
#define DAY_MS 86400000ll

struct street {
	int a, b, go;
	double ms;
	bool is_closed;
};

struct town {
	char dir[64];
	struct buf json;
	struct street v[STREETS_MAX];
	size_t n;
	double far[NODES][NODES]; /* ms, BLOCKED each closed street, INFINITY: no way */
	struct route *r;
};

static struct position
crossing(int node)
{
	struct position p;

	assert_true(geo_position(24.80 + STEP * (node / SIDE),
				 67.00 + STEP * (node % SIDE), &p));
	return p;
}

static struct position
middle(const struct street *s)
{
	struct position a = crossing(s->a), b = crossing(s->b), p;

	assert_true(geo_position((geo_lat(&a) + geo_lat(&b)) / 2,
				 (geo_lon(&a) + geo_lon(&b)) / 2, &p));
	return p;
}

/* --- a town as GeoJSON, and as a table ----------------------------------------------
 */

static void
json_road(struct buf *b, const char *tags, const struct position *v, size_t n)
{
	buf_printf(b,
		   "%s{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":"
		   "{\"type\":\"LineString\",\"coordinates\":[",
		   b->n ? "," : "", tags);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s[%.7f,%.7f]", i ? "," : "", geo_lon(&v[i]),
			   geo_lat(&v[i]));
	buf_add_z(b, "]}}");
}

static void
json_whole(struct buf *b)
{
	struct buf AUTO(buf_done) inside = *b;

	*b = (struct buf){ 0 };
	buf_printf(b, "{\"type\":\"FeatureCollection\",\"features\":[%s]}",
		   inside.n ? inside.p : "");
}

static void
add_street(struct town *t, int a, int b)
{
	static const char *const words[] = { "no", "yes", "-1" };
	static const int go[] = { GO_FORWARD | GO_BACK, GO_FORWARD, GO_BACK };
	static const struct {
		const char *class;
		double kmh;
	} classes[] = { { "residential", 25 }, { "primary", 45 }, { "trunk", 60 } };
	int way = rand() % 5, class = rand() % 3;
	struct position p[2] = { crossing(a), crossing(b) };
	char tags[160];

	way = way > 2 ? 0 : way;
	snprintf(tags, sizeof tags, "\"highway\":\"%s\",\"oneway\":\"%s\"",
		 classes[class].class, words[way]);
	json_road(&t->json, tags, p, 2);
	t->v[t->n++] = (struct street){
		.a = a,
		.b = b,
		.go = go[way],
		.ms = geo_distance_m(&p[0], &p[1]) / (classes[class].kmh / 3.6) * 1000,
	};
}

static void
save(struct town *t)
{
	struct route_build *b = route_build_new();
	struct buf AUTO(buf_done) out = { 0 }, why = { 0 }, path = { 0 };
	struct route_built built;
	FILE *f;

	json_whole(&t->json);
	assert_int_equal(route_build_add(b, buf_span(&t->json), &why), 0);
	assert_int_equal(route_build_end(b, &out, &built, &why), 0);
	route_build_free(b);
	strcpy(t->dir, "/tmp/kumak-route-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	buf_printf(&path, "%s/roads.graph", t->dir);
	f = fopen(path.p, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(out.p, 1, out.n, f), out.n);
	fclose(f);
	assert_int_equal(
		route_open(&(struct route_config){ .dir = t->dir }, &t->r, &why), 0);
	assert_int_equal(why.n, 0);
}

static void
done(struct town *t)
{
	struct buf AUTO(buf_done) path = { 0 };

	route_close(t->r);
	buf_printf(&path, "%s/roads.graph", t->dir);
	unlink(path.p);
	rmdir(t->dir);
	buf_done(&t->json);
}

/* Floyd and Warshall, as it stands in the book. */
static void
work_out(struct town *t)
{
	for (int a = 0; a < NODES; a++)
		for (int b = 0; b < NODES; b++)
			t->far[a][b] = a == b ? 0 : INFINITY;
	for (size_t i = 0; i < t->n; i++) {
		const struct street *s = &t->v[i];
		double ms = s->ms + (s->is_closed ? BLOCKED : 0);

		if (s->go & GO_FORWARD)
			t->far[s->a][s->b] = fmin(t->far[s->a][s->b], ms);
		if (s->go & GO_BACK)
			t->far[s->b][s->a] = fmin(t->far[s->b][s->a], ms);
	}
	for (int k = 0; k < NODES; k++)
		for (int a = 0; a < NODES; a++)
			for (int b = 0; b < NODES; b++)
				t->far[a][b] =
					fmin(t->far[a][b], t->far[a][k] + t->far[k][b]);
}

/* From the middle of one street to the middle of another. What closes a street stands
 * in its first half. */
static double
naive(const struct town *t, const struct street *from, const struct street *to)
{
	double best = INFINITY;

	for (int out = 1; out <= 2; out++)
		for (int in = 1; in <= 2; in++) {
			int a = out == GO_FORWARD ? from->b : from->a;
			int b = in == GO_FORWARD ? to->a : to->b;
			double ms = from->ms / 2 + to->ms / 2 + t->far[a][b];

			if (out == GO_BACK && from->is_closed)
				ms += BLOCKED;
			if (in == GO_FORWARD && to->is_closed)
				ms += BLOCKED;
			if ((from->go & out) && (to->go & in))
				best = fmin(best, ms);
		}
	return best;
}

static void
compare(struct town *t, size_t to)
{
	struct position from[STREETS_MAX], place = middle(&t->v[to]);
	struct route_leg leg[STREETS_MAX];

	for (size_t i = 0; i < t->n; i++)
		from[i] = middle(&t->v[i]);
	route_times(t->r, 0, 0, &place, from, t->n, leg);
	for (size_t i = 0; i < t->n; i++) {
		double want = i == to ? 0 : naive(t, &t->v[i], &t->v[to]);

		if (isinf(want)) {
			assert_int_equal(leg[i].why, ROUTE_NO_WAY);
			continue;
		}
		assert_int_equal(leg[i].why, ROUTE_FOUND);
		assert_int_equal(leg[i].crosses_closure, want >= BLOCKED);
		if (fabs(fmod(want, BLOCKED) - (double)leg[i].ms) > 60)
			fail_msg("street %zu to %zu: %.0f ms wanted, %lld found", i, to,
				 fmod(want, BLOCKED), (long long)leg[i].ms);
	}
}

/* A line across the street, at a quarter of it. */
static void
close_street(struct position line[2], struct street *s)
{
	struct position a = crossing(s->a), b = crossing(s->b), at;
	bool is_across = a.lat_e7 == b.lat_e7; /* the street runs east */

	assert_true(geo_position(geo_lat(&a) * 0.75 + geo_lat(&b) * 0.25,
				 geo_lon(&a) * 0.75 + geo_lon(&b) * 0.25, &at));
	line[0] = geo_move(&at, is_across ? 0 : 90, 30);
	line[1] = geo_move(&at, is_across ? 180 : 270, 30);
	s->is_closed = true;
}

static void
make_town(struct town *t, int seed)
{
	*t = (struct town){ 0 };
	srand((unsigned)seed);
	for (int v = 0; v < NODES; v++) {
		if (v % SIDE + 1 < SIDE && rand() % 8)
			add_street(t, v, v + 1);
		if (v / SIDE + 1 < SIDE && rand() % 8)
			add_street(t, v, v + SIDE);
	}
	save(t);
}

static void
agrees_with_the_naive_one(void **state)
{
	(void)state;
	for (int seed = 1; seed <= 40; seed++) {
		struct town t;
		struct position lines[4][2];
		struct route_shape shapes[4];
		size_t n_closed = 0;

		make_town(&t, seed);
		work_out(&t);
		for (size_t to = 0; to < t.n; to += 3)
			compare(&t, to);
		for (size_t k = 0; k < 4; k++) {
			struct street *s = &t.v[(size_t)rand() % t.n];

			n_closed += !s->is_closed;
			close_street(lines[k], s);
			shapes[k] = (struct route_shape){ lines[k], 2, false };
		}
		assert_int_equal(route_close_streets(t.r, 0, shapes, 4), n_closed);
		work_out(&t);
		for (size_t to = 0; to < t.n; to += 3)
			compare(&t, to);
		assert_int_equal(route_close_streets(t.r, 0, NULL, 0), 0);
		for (size_t k = 0; k < t.n; k++)
			t.v[k].is_closed = false;
		work_out(&t);
		compare(&t, 0);
		done(&t);
	}
}

/* --- closures and worlds -------------------------------------------------------------
 */

/* A ladder of two long streets with three rungs: ways around are known by eye. */
static void
make_ladder(struct town *t)
{
	static const char tags[] = "\"highway\":\"primary\",\"name\":\"North "
				   "Street\",\"name:ur\":\"شمالی\"";
	struct position north[3] = { crossing(5), crossing(6), crossing(7) };
	struct position south[3] = { crossing(0), crossing(1), crossing(2) };

	*t = (struct town){ 0 };
	json_road(&t->json, tags, north, 3);
	json_road(&t->json, "\"highway\":\"primary\",\"name\":\"South Street\"", south,
		  3);
	for (int k = 0; k < 3; k++)
		json_road(&t->json, "\"highway\":\"residential\",\"maxspeed\":\"20\"",
			  (struct position[2]){ crossing(k), crossing(5 + k) }, 2);
	save(t);
}

static void
closures_hold_in_their_world(void **state)
{
	struct town t;
	struct position from, to, box[4];
	struct route_leg open, closed, other;
	struct route_shape area = { box, 4, true };

	(void)state;
	make_ladder(&t);
	from = geo_move(
		&(struct position){ crossing(5).lat_e7, crossing(5).lon_e7, -1, true },
		90, 60);
	to = geo_move(
		&(struct position){ crossing(7).lat_e7, crossing(7).lon_e7, -1, true },
		270, 60);
	route_times(t.r, 0, 0, &to, &from, 1, &open);
	assert_int_equal(open.why, ROUTE_FOUND);
	/* an area with the middle of the north street's first half in it */
	for (int k = 0; k < 4; k++)
		box[k] = geo_move(&(struct position){ crossing(5).lat_e7,
						      crossing(5).lon_e7, -1, true },
				  k < 2 ? 88 : 92, k == 0 || k == 3 ? 350 : 400);
	assert_int_equal(route_close_streets(t.r, 0, &area, 1), 1);
	route_times(t.r, 0, 0, &to, &from, 1, &closed);
	route_times(t.r, 1, 0, &to, &from, 1, &other);
	assert_int_equal(other.ms, open.ms);
	assert_int_equal(closed.why, ROUTE_FOUND);
	/* it stands on the closed street and leaves it backwards, around by the south
	 */
	assert_false(closed.crosses_closure);
	assert_true(closed.metres > open.metres + 1000);
	assert_true(closed.ms > open.ms);
	route_close_streets(t.r, 0, NULL, 0);
	route_times(t.r, 0, 0, &to, &from, 1, &closed);
	assert_int_equal(closed.ms, open.ms);
	done(&t);
}

static void
the_line_goes_along_the_streets(void **state)
{
	struct town t;
	struct position from = crossing(0), to = crossing(7);
	struct buf AUTO(buf_done) line = { 0 };
	struct route_leg leg;
	json_t AUTO(auto_json) *v = NULL;
	double m = 0;

	(void)state;
	make_ladder(&t);
	leg = route_line(t.r, 0, 0, &to, &from, &line);
	assert_int_equal(leg.why, ROUTE_FOUND);
	v = json_read(buf_span(&line), NULL);
	assert_true(json_array_size(v) >= 3);
	for (size_t k = 0; k + 1 < json_array_size(v); k++) {
		struct position p[2];

		for (size_t i = 0; i < 2; i++) {
			const json_t *at = json_array_get(v, k + i);

			geo_position(json_real_value(json_array_get(at, 1)),
				     json_real_value(json_array_get(at, 0)), &p[i]);
		}
		m += geo_distance_m(&p[0], &p[1]);
	}
	assert_true(fabs(m - leg.metres) < 5);
	assert_true(fabs(m - 3 * 530) < 80);
	done(&t);
}

static void
hours_and_classes_tell(void **state)
{
	static const char hours[] = "* 00-24 1; mon-fri 08-10 0.5; sun 08-10 primary 2";
	struct town t;
	struct buf AUTO(buf_done) why = { 0 };
	struct position from = crossing(5), to = crossing(7);
	struct route_leg thursday, monday, sunday;
	struct route *r;

	(void)state;
	make_ladder(&t);
	assert_int_equal(route_open(&(struct route_config){ .dir = t.dir,
							    .speeds = "primary=36",
							    .hours = hours,
							    .utc_minutes = 300 },
				    &r, &why),
			 0);
	/* 1970-01-01 was a Thursday: 00:00 UTC is 05:00 there */
	route_times(r, 0, 0, &to, &from, 1, &thursday);
	route_times(r, 0, 4 * DAY_MS + 3 * 3600000, &to, &from, 1, &monday);
	route_times(r, 0, 3 * DAY_MS + 3 * 3600000, &to, &from, 1, &sunday);
	assert_true(fabs((double)thursday.ms - thursday.metres * 100) < 100);
	assert_true(llabs(monday.ms - 2 * thursday.ms) < 100);
	assert_true(llabs(2 * sunday.ms - thursday.ms) < 100);
	route_close(r);
	assert_int_equal(
		route_open(&(struct route_config){ .speeds = "dirt=9" }, &r, &why),
		ERR_SYNTAX);
	assert_int_equal(
		route_open(&(struct route_config){ .hours = "mon 10-08 1" }, &r, &why),
		ERR_SYNTAX);
	done(&t);
}

/* --- what has no road
 * ------------------------------------------------------------------ */

static void
an_island_has_no_way(void **state)
{
	struct town t = { 0 };
	struct position island[2] = { crossing(20), crossing(21) };
	struct position from[4] = { crossing(0), crossing(20), { 0 }, crossing(0) };
	struct position to = crossing(2);
	struct route_leg leg[4];
	struct route_facts facts;

	(void)state;
	geo_position(25.5, 68.0, &from[3]);
	json_road(&t.json, "\"highway\":\"primary\"",
		  (struct position[2]){ crossing(0), crossing(2) }, 2);
	json_road(&t.json, "\"highway\":\"primary\"", island, 2);
	save(&t);
	route_times(t.r, 0, 0, &to, from, 4, leg);
	assert_int_equal(leg[0].why, ROUTE_FOUND);
	assert_int_equal(leg[1].why, ROUTE_NO_WAY);
	assert_int_equal(leg[2].why, ROUTE_OFF_ROAD);
	assert_int_equal(leg[3].why, ROUTE_OFF_ROAD);
	route_times(t.r, 0, 0, &from[1], from, 2, leg);
	assert_int_equal(leg[0].why, ROUTE_NO_WAY);
	assert_int_equal(leg[1].why, ROUTE_FOUND);
	assert_true(route_facts(t.r, &facts));
	assert_int_equal(facts.components, 2);
	assert_int_equal(facts.nodes, 4);
	done(&t);
}

/* A device may say anything: no place keeps the search going for ever. */
static void
the_ends_of_the_earth_have_no_road(void **state)
{
	static const double places[][2] = { { 90, 67 },        { -90, 67 },
					    { 89.9999999, 0 }, { 24.8, 180 },
					    { 24.8, -180 },    { 0, 0 } };
	struct town t = { 0 };
	struct position to = crossing(2), from;
	struct route_leg leg;

	(void)state;
	json_road(&t.json, "\"highway\":\"primary\"",
		  (struct position[2]){ crossing(0), crossing(2) }, 2);
	save(&t);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		assert_true(geo_position(places[i][0], places[i][1], &from));
		route_times(t.r, 0, 0, &to, &from, 1, &leg);
		assert_int_equal(leg.why, ROUTE_OFF_ROAD);
		route_times(t.r, 0, 0, &from, &to, 1, &leg);
		assert_int_equal(leg.why, ROUTE_OFF_ROAD);
	}
	done(&t);
}

static void
no_roads_is_said(void **state)
{
	struct route *r;
	struct buf AUTO(buf_done) why = { 0 };
	struct position p = crossing(0);
	struct route_leg leg;

	(void)state;
	assert_int_equal(
		route_open(&(struct route_config){ .dir = "/nowhere" }, &r, &why), 0);
	route_times(r, 0, 0, &p, &p, 1, &leg);
	assert_int_equal(leg.why, ROUTE_NO_ROADS);
	assert_false(route_facts(r, &(struct route_facts){ 0 }));
	route_close(r);
}

/* --- the file
 * ---------------------------------------------------------------------------- */

static void
each_damage_is_found(void **state)
{
	struct town t;
	struct buf AUTO(buf_done) file = { 0 }, path = { 0 }, why = { 0 };
	struct route_facts facts;
	FILE *f;
	struct route *r;

	(void)state;
	make_ladder(&t);
	buf_printf(&path, "%s/roads.graph", t.dir);
	f = fopen(path.p, "rb");
	buf_reserve(&file, 65536);
	file.n = fread(file.p, 1, 65536, f);
	fclose(f);
	assert_int_equal(route_check(buf_span(&file), &facts, &why), 0);
	for (size_t i = 0; i < file.n; i++) {
		file.p[i] = (char)(file.p[i] ^ 4);
		buf_clear(&why);
		assert_true(route_check(buf_span(&file), &facts, &why) < 0);
		assert_true(why.n > 20);
		file.p[i] = (char)(file.p[i] ^ 4);
	}
	for (size_t n = 0; n < file.n; n += 7)
		assert_true(route_check((struct span){ file.p, n }, &facts, &why) < 0);
	assert_int_equal(truncate(path.p, (off_t)file.n - 1), 0);
	buf_clear(&why);
	assert_int_equal(route_open(&(struct route_config){ .dir = t.dir }, &r, &why),
			 0);
	assert_true(why.n > 20);
	assert_false(route_facts(r, &facts));
	route_close(r);
	done(&t);
}

static void
bad_features_are_named(void **state)
{
	static const struct {
		const char *feature, *says;
	} cases[] = {
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\"},"
		  "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
		  "[[67,24.8],[67,95]]}}",
		  "feature 2: point 2" },
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\"},"
		  "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
		  "[[67,84.99],[67,85.01]]}}",
		  "feature 2: point 2 is beyond 85 degrees" },
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\"},"
		  "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
		  "[[67,24.8],[67,24.8]]}}",
		  "feature 2: a road needs two" },
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\","
		  "\"oneway\":\"often\"},\"geometry\":{\"type\":\"LineString\","
		  "\"coordinates\":[[67,24.8],[67,24.9]]}}",
		  "feature 2: oneway" },
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":\"primary\"},"
		  "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
		  "[[67,24.8],[77,24.8]]}}",
		  "km from the one before" },
		{ "{\"type\":\"Road\"}", "feature 2: it is no GeoJSON Feature" },
		{ "{\"type\":\"Feature\",\"properties\":{\"highway\":7},\"geometry\":"
		  "{\"type\":\"LineString\",\"coordinates\":[]}}",
		  "feature 2: highway is no text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTO(buf_done) json = { 0 }, why = { 0 }, out = { 0 };
		struct route_build *b = route_build_new();

		json_road(&json, "\"highway\":\"primary\"",
			  (struct position[2]){ crossing(0), crossing(1) }, 2);
		buf_add_z(&json, ",");
		buf_add_z(&json, cases[i].feature);
		json_whole(&json);
		assert_int_equal(route_build_add(b, buf_span(&json), &why), ERR_SYNTAX);
		if (!strstr(why.p, cases[i].says))
			fail_msg("%s does not say %s", why.p, cases[i].says);
		route_build_free(b);
	}
}

static void
what_is_no_road_is_left_out(void **state)
{
	struct buf AUTO(buf_done) json = { 0 }, why = { 0 }, out = { 0 };
	struct position v[2] = { crossing(0), crossing(1) };
	struct route_build *b = route_build_new();
	struct route_built built;
	struct route_facts facts;

	(void)state;
	json_road(&json, "\"highway\":\"footway\"", v, 2);
	json_road(&json, "\"waterway\":\"river\"", v, 2);
	json_road(&json, "\"highway\":\"trunk_link\",\"maxspeed\":\"PK:urban\"", v, 2);
	json_road(&json,
		  "\"highway\":\"road\",\"maxspeed\":30,\"oneway\":\"reversible\"", v,
		  2);
	json_whole(&json);
	assert_int_equal(route_build_add(b, buf_span(&json), &why), 0);
	assert_int_equal(route_build_end(b, &out, &built, &why), 0);
	route_build_free(b);
	assert_int_equal(built.roads, 2);
	assert_int_equal(built.left_out, 2);
	assert_int_equal(built.bad_speeds, 1);
	assert_int_equal(built.unsure_oneways, 1);
	assert_int_equal(route_check(buf_span(&out), &facts, &why), 0);
	assert_int_equal(facts.edges, 2);
	assert_int_equal(facts.nodes, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_naive_one),
		cmocka_unit_test(closures_hold_in_their_world),
		cmocka_unit_test(the_line_goes_along_the_streets),
		cmocka_unit_test(hours_and_classes_tell),
		cmocka_unit_test(an_island_has_no_way),
		cmocka_unit_test(the_ends_of_the_earth_have_no_road),
		cmocka_unit_test(no_roads_is_said),
		cmocka_unit_test(each_damage_is_found),
		cmocka_unit_test(bad_features_are_named),
		cmocka_unit_test(what_is_no_road_is_left_out),
	};

	if (crypt_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
