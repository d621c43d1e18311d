/* SPDX-License-Identifier: Apache-2.0 */
/* Areas: rings of corners in 1e-7 degrees, with a box around each area. */
#include "base/area.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>

#define AREAS_MAX 2000
#define CORNERS_MAX 2000000

struct ring {
	int32_t (*at)[2]; /* longitude, latitude; the last is the first again */
	size_t n;
};

struct area {
	char *name;
	struct ring *rings; /* holes and outer ones alike: crossings are counted */
	size_t n;
	int32_t low[2], high[2];
};

struct areas {
	struct area *list;
	size_t n, corners;
};

void
areas_free(struct areas *a)
{
	for (size_t i = 0; a && i < a->n; i++) {
		for (size_t k = 0; k < a->list[i].n; k++)
			free(a->list[i].rings[k].at);
		free(a->list[i].rings);
		free(a->list[i].name);
	}
	free(a ? a->list : NULL);
	free(a);
}

size_t
areas_count(const struct areas *a)
{
	return a ? a->n : 0;
}

static int
refuse(struct buf *why, size_t feature, const char *what)
{
	buf_printf(why, "feature %zu: %s", feature + 1, what);
	return ERR_SYNTAX;
}

static void
stretch(struct area *a, const int32_t at[2])
{
	for (int k = 0; k < 2; k++) {
		if (at[k] < a->low[k])
			a->low[k] = at[k];
		if (at[k] > a->high[k])
			a->high[k] = at[k];
	}
}

static bool
read_corner(const json_t *v, int32_t ret[2])
{
	struct position p;

	if (json_array_size(v) < 2 || !json_is_number(json_array_get(v, 0)) ||
	    !json_is_number(json_array_get(v, 1)) ||
	    !geo_position(json_number_value(json_array_get(v, 1)),
			  json_number_value(json_array_get(v, 0)), &p))
		return false;
	ret[0] = p.lon_e7;
	ret[1] = p.lat_e7;
	return true;
}

static const char *
read_ring(struct areas *all, struct area *a, const json_t *corners)
{
	size_t n = json_array_size(corners);
	struct ring *more, *r;

	if (n < 4)
		return "a ring wants four corners, the last as the first";
	if (all->corners + n > CORNERS_MAX)
		return "too many corners";
	more = realloc(a->rings, (a->n + 1) * sizeof *more);
	if (!more)
		abort();
	a->rings = more;
	r = &a->rings[a->n++];
	r->n = n;
	r->at = calloc(n, sizeof *r->at);
	if (!r->at)
		abort();
	all->corners += n;
	for (size_t i = 0; i < n; i++) {
		if (!read_corner(json_array_get(corners, i), r->at[i]))
			return "a corner is no longitude and latitude";
		stretch(a, r->at[i]);
	}
	if (memcmp(r->at[0], r->at[n - 1], sizeof r->at[0]) != 0)
		return "a ring is not closed";
	return NULL;
}

static const char *
read_polygon(struct areas *all, struct area *a, const json_t *rings)
{
	const char *wrong = json_array_size(rings) ? NULL : "a polygon without a ring";

	for (size_t i = 0; !wrong && i < json_array_size(rings); i++)
		wrong = read_ring(all, a, json_array_get(rings, i));
	return wrong;
}

static const char *
read_shape(struct areas *all, struct area *a, const json_t *shape)
{
	const json_t *at = json_object_get(shape, "coordinates");
	const char *wrong = NULL;

	if (span_is_z(json_str(shape, "type"), "Polygon"))
		return read_polygon(all, a, at);
	if (!span_is_z(json_str(shape, "type"), "MultiPolygon"))
		return "neither a Polygon nor a MultiPolygon";
	if (!json_array_size(at))
		return "a MultiPolygon without a polygon";
	for (size_t i = 0; !wrong && i < json_array_size(at); i++)
		wrong = read_polygon(all, a, json_array_get(at, i));
	return wrong;
}

static bool
is_taken(const struct areas *all, struct span name)
{
	for (size_t i = 0; i + 1 < all->n; i++)
		if (span_is_z(name, all->list[i].name))
			return true;
	return false;
}

static const char *
read_feature(struct areas *all, const json_t *f)
{
	const json_t *about = json_object_get(f, "properties");
	struct span name = json_str(about, "name");
	struct area *a = &all->list[all->n++];

	*a = (struct area){ .low = { INT32_MAX, INT32_MAX },
			    .high = { INT32_MIN, INT32_MIN } };
	if (!name.n)
		name = json_str(about, "name_en");
	if (!name.n || name.n > 120)
		return "no \"name\" (nor \"name_en\") of 1 to 120 bytes";
	a->name = span_dup(name);
	if (is_taken(all, name))
		return "its name is taken by another";
	return read_shape(all, a, json_object_get(f, "geometry"));
}

int
areas_read(struct span geojson, struct areas **ret, struct buf *why)
{
	struct json_err at = { 0 };
	json_t AUTO(auto_json) *o = json_read(geojson, &at);
	const json_t *list = json_object_get(o, "features");
	struct areas *all;
	const char *wrong = NULL;
	size_t n = json_array_size(list);

	if (!o) {
		buf_printf(why, "line %d, column %d: %s", at.line, at.column, at.text);
		return ERR_SYNTAX;
	}
	if (!span_is_z(json_str(o, "type"), "FeatureCollection") || !n ||
	    n > AREAS_MAX) {
		buf_printf(why, "not a FeatureCollection of 1 to %d features",
			   AREAS_MAX);
		return ERR_SYNTAX;
	}
	all = calloc(1, sizeof *all);
	if (all)
		all->list = calloc(n, sizeof *all->list);
	if (!all || !all->list)
		abort();
	for (size_t i = 0; !wrong && i < n; i++)
		wrong = read_feature(all, json_array_get(list, i));
	if (wrong) {
		refuse(why, all->n - 1, wrong);
		areas_free(all);
		return ERR_SYNTAX;
	}
	*ret = all;
	return 0;
}

/* Does a ray eastward from (x, y) cross the edge a-b? */
static bool
is_crossed(const int32_t a[2], const int32_t b[2], int64_t x, int64_t y)
{
	int64_t dx = (int64_t)b[0] - a[0], dy = (int64_t)b[1] - a[1];
	__int128 side;

	if ((a[1] > y) == (b[1] > y))
		return false;
	side = (__int128)(x - a[0]) * dy - (__int128)(y - a[1]) * dx;
	return dy > 0 ? side < 0 : side > 0;
}

static bool
is_in(const struct area *a, const struct position *p)
{
	bool in = false;

	if (p->lon_e7 < a->low[0] || p->lon_e7 > a->high[0] || p->lat_e7 < a->low[1] ||
	    p->lat_e7 > a->high[1])
		return false;
	for (size_t k = 0; k < a->n; k++)
		for (size_t i = 0; i + 1 < a->rings[k].n; i++)
			in ^= is_crossed(a->rings[k].at[i], a->rings[k].at[i + 1],
					 p->lon_e7, p->lat_e7);
	return in;
}

const char *
areas_find(const struct areas *a, const struct position *p)
{
	for (size_t i = 0; a && p->is_set && i < a->n; i++)
		if (is_in(&a->list[i], p))
			return a->list[i].name;
	return NULL;
}
