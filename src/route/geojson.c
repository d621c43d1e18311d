/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roads out of GeoJSON (RFC 7946) with OpenStreetMap's words, as `osmium export`
 * writes them. Strict where a mistake would bend the map (geometry, direction); what
 * is no road for a vehicle is left out and counted.
 */
#include "base/auto.h"
#include "base/json.h"
#include "route/build.h"

#define NAME_MAX_BYTES 200 /* of a street; a notice: struct route_facts */

struct reader {
	struct route_build *b;
	size_t feature; /* from 1 */
	struct buf *why;
};

__attribute__((format(printf, 2, 3))) static int
bad(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	buf_printf(r->why, "feature %zu: ", r->feature);
	va_start(ap, fmt);
	buf_vprintf(r->why, fmt, ap);
	va_end(ap);
	return ERR_SYNTAX;
}

/* A class, or -1: no road for a vehicle, or no word that is known. */
static int
class_of(struct span highway)
{
	static const char link[] = "_link";

	if (highway.n > sizeof link - 1 &&
	    memcmp(highway.p + highway.n - (sizeof link - 1), link, sizeof link - 1) ==
		    0) {
		struct span of = { highway.p, highway.n - (sizeof link - 1) };

		for (int i = ROAD_MOTORWAY; i <= ROAD_TERTIARY; i++)
			if (span_is_z(of, road_class_names[i]))
				return ROAD_LINK;
		return -1;
	}
	for (int i = 0; i < ROAD_LINK; i++)
		if (span_is_z(highway, road_class_names[i]))
			return i;
	return -1;
}

/* --- directions and limits -------------------------------------------------------- */

static int
read_oneway(struct reader *r, const json_t *tags, struct way *w)
{
	struct span way = json_str(tags, "oneway"), round = json_str(tags, "junction");
	const json_t *v = json_object_get(tags, "oneway");
	bool is_round = span_is_z(round, "roundabout") || span_is_z(round, "circular");

	w->go = is_round || w->class == ROAD_MOTORWAY ? GO_FORWARD
						      : GO_FORWARD | GO_BACK;
	if (json_is_true(v) || span_is_z(way, "yes") || span_is_z(way, "true") ||
	    span_is_z(way, "1"))
		w->go = GO_FORWARD;
	else if (span_is_z(way, "-1") || span_is_z(way, "reverse") ||
		 (json_is_integer(v) && json_integer_value(v) == -1))
		w->go = GO_BACK;
	else if (json_is_false(v) || span_is_z(way, "no") || span_is_z(way, "false") ||
		 span_is_z(way, "0"))
		w->go = GO_FORWARD | GO_BACK;
	else if (span_is_z(way, "reversible") || span_is_z(way, "alternating"))
		r->b->sums.unsure_oneways++; /* by hour: both ways are thought open */
	else if (json_is_integer(v) && json_integer_value(v) == 1)
		w->go = GO_FORWARD;
	else if (v && !json_is_null(v))
		return bad(r, "oneway is none of yes, no, -1, reversible, alternating");
	return 0;
}

/* "50", "50 km/h", "30 mph", 50. What cannot be read ("PK:urban") is counted. */
static void
read_limit(struct reader *r, const json_t *tags, struct way *w)
{
	struct span text = json_str(tags, "maxspeed"), unit;
	const json_t *v = json_object_get(tags, "maxspeed");
	double kmh = 0, factor = 1;

	if (!v || json_is_null(v))
		return;
	if (json_is_number(v)) {
		kmh = json_number_value(v);
	} else {
		struct span number = text;

		number.n = 0;
		while (number.n < text.n && text.p[number.n] >= '0' &&
		       text.p[number.n] <= '9')
			number.n++;
		unit = span_trim(span_skip(text, number.n));
		factor = span_is_z(unit, "mph") ? 1.609344
			 : !unit.n || span_is_z(unit, "km/h") || span_is_z(unit, "kmh")
				 ? 1
				 : 0;
		if (!span_to_double(number, &kmh))
			kmh = 0;
	}
	kmh *= factor;
	if (kmh >= 5 && kmh <= 200)
		w->limit_kmh = (uint8_t)kmh;
	else
		r->b->sums.bad_speeds++;
}

/* --- names --------------------------------------------------------------------------
 */

static int
read_names(struct reader *r, const json_t *tags, struct way *w)
{
	static const char *const keys[4][2] = {
		{ "name", "name" },
		{ "name:en", "name_en" },
		{ "name:ur", "name_ur" },
		{ "name:sd", "name_sd" },
	};
	struct span v[4] = { 0 };

	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 2 && !v[i].n; k++) {
			const json_t *o = json_object_get(tags, keys[i][k]);

			if (o && !json_is_null(o) && !json_is_string(o))
				return bad(r, "%s is no text", keys[i][k]);
			v[i] = span_trim(json_str(tags, keys[i][k]));
			if (v[i].n > NAME_MAX_BYTES)
				return bad(r, "%s is longer than %d bytes", keys[i][k],
					   NAME_MAX_BYTES);
		}
	w->name = build_name(r->b, v);
	return 0;
}

/* --- geometry ------------------------------------------------------------------------
 */

static int
read_line(struct reader *r, const json_t *line, const struct way *w)
{
	struct position last = { 0 };
	size_t k;
	json_t *v;

	if (!json_is_array(line))
		return bad(r, "its coordinates are no list");
	json_array_foreach(line, k, v)
	{
		struct position p;

		if (json_array_size(v) < 2 || !json_is_number(json_array_get(v, 0)) ||
		    !json_is_number(json_array_get(v, 1)) ||
		    !geo_position(json_number_value(json_array_get(v, 1)),
				  json_number_value(json_array_get(v, 0)), &p))
			return bad(r, "point %zu is no [longitude, latitude] in range",
				   k + 1);
		if (p.lat_e7 < -ROAD_LAT_MAX_E7 || p.lat_e7 > ROAD_LAT_MAX_E7)
			return bad(r, "point %zu is beyond 85 degrees: no road", k + 1);
		if (k && (llabs((int64_t)p.lat_e7 - last.lat_e7) > PIECE_MAX_E7 ||
			  llabs((int64_t)p.lon_e7 - last.lon_e7) > PIECE_MAX_E7))
			return bad(r, "point %zu is %.0f km from the one before", k + 1,
				   geo_distance_m(&last, &p) / 1000);
		build_point(r->b, (struct coord){ p.lat_e7, p.lon_e7 });
		last = p;
	}
	if (!build_way(r->b, w))
		return bad(r, "a road needs two different points");
	return 0;
}

static int
read_road(struct reader *r, const json_t *tags, const json_t *geometry, int class)
{
	struct span type = json_str(geometry, "type");
	const json_t *lines = json_object_get(geometry, "coordinates");
	struct way w = { .class = (uint8_t) class };
	size_t k;
	json_t *line;

	if (read_oneway(r, tags, &w) < 0 || read_names(r, tags, &w) < 0)
		return ERR_SYNTAX;
	read_limit(r, tags, &w);
	if (span_is_z(type, "LineString"))
		return read_line(r, lines, &w);
	if (!json_is_array(lines))
		return bad(r, "its coordinates are no list");
	json_array_foreach(lines, k,
			   line) if (read_line(r, line, &w) < 0) return ERR_SYNTAX;
	return 0;
}

static int
read_feature(struct reader *r, const json_t *f)
{
	const json_t *tags = json_object_get(f, "properties");
	const json_t *geometry = json_object_get(f, "geometry");
	const json_t *highway = json_object_get(tags, "highway");
	struct span type = json_str(geometry, "type");
	int class;

	if (!span_is_z(json_str(f, "type"), "Feature"))
		return bad(r, "it is no GeoJSON Feature");
	if (!json_is_object(geometry) || !type.n)
		return bad(r, "it has no geometry");
	if (highway && !json_is_null(highway) && !json_is_string(highway))
		return bad(r, "highway is no text");
	class = class_of(json_str(tags, "highway"));
	if (class < 0 ||
	    (!span_is_z(type, "LineString") && !span_is_z(type, "MultiLineString"))) {
		r->b->sums.left_out++;
		return 0;
	}
	return read_road(r, tags, geometry, class);
}

/* Whose data it is. What carries OpenStreetMap's words and says nothing is its. */
static struct span
notice_of(const json_t *root)
{
	static const char *const keys[] = { "attribution", "licence", "license",
					    "copyright" };
	struct span s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(keys) && !s.n; i++)
		s = span_trim(json_str(root, keys[i]));
	return s.n && s.n < 120 ? s : SPAN("© OpenStreetMap contributors (ODbL)");
}

int
route_build_add(struct route_build *b, struct span geojson, struct buf *why)
{
	struct reader r = { .b = b, .why = why };
	struct json_err e = { 0 };
	json_t AUTO(auto_json) *root = json_read(geojson, &e);
	json_t *list = json_object_get(root, "features"), *f;
	size_t k;

	if (!root) {
		buf_printf(why, "line %d, column %d: %s", e.line, e.column, e.text);
		return ERR_SYNTAX;
	}
	if (!span_is_z(json_str(root, "type"), "FeatureCollection") ||
	    !json_is_array(list)) {
		buf_add_z(why, "it is no GeoJSON FeatureCollection");
		return ERR_SYNTAX;
	}
	if (!b->notice)
		b->notice = build_text(b, notice_of(root));
	json_array_foreach(list, k, f)
	{
		r.feature = k + 1;
		if (read_feature(&r, f) < 0) {
			build_drop(b);
			return ERR_SYNTAX;
		}
	}
	return 0;
}
