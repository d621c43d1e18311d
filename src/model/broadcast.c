/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A broadcast goes to the owners of sites: of all, of a class, within an area (a
 * circle or a polygon). It is settled when it is sent, and becomes a list of
 * agencies that none of them sees.
 */
#include "model/commands.h"

#include "base/auto.h"

#include <math.h>

#define CORNERS_MAX 256

struct area {
	bool is_any, is_circle;
	struct position middle;
	double radius_m;
	size_t n;
	double lat[CORNERS_MAX], lon[CORNERS_MAX];
};

static bool
is_inside(const struct area *a, const struct position *p)
{
	double y = geo_lat(p), x = geo_lon(p);
	bool in = false;

	if (a->is_any)
		return true;
	if (!p->is_set)
		return false;
	if (a->is_circle)
		return geo_distance_m(&a->middle, p) <= a->radius_m;
	/* even-odd rule; city polygons are flat enough */
	for (size_t i = 0, j = a->n - 1; i < a->n; j = i++)
		if ((a->lat[i] > y) != (a->lat[j] > y) &&
		    x < (a->lon[j] - a->lon[i]) * (y - a->lat[i]) /
					    (a->lat[j] - a->lat[i]) +
				    a->lon[i])
			in = !in;
	return in;
}

static int
read_circle(struct decision *d, const json_t *o, struct area *a)
{
	const json_t *r = json_object_get(o, "radius_m");
	const json_t *lat = json_object_get(o, "lat"), *lon = json_object_get(o, "lon");

	a->is_circle = true;
	a->radius_m = json_number_value(r);
	if (!json_is_number(r) || !json_is_number(lat) || !json_is_number(lon) ||
	    !geo_position(json_number_value(lat), json_number_value(lon), &a->middle) ||
	    !(a->radius_m > 0 && a->radius_m <= 1e6))
		return refuse(d, 422, "bad_field",
			      "broadcast.area.circle: lat, lon and radius_m");
	return 0;
}

static int
read_polygon(struct decision *d, const json_t *list, struct area *a)
{
	size_t k;
	json_t *v;

	if (json_array_size(list) < 3 || json_array_size(list) > CORNERS_MAX)
		return refuse(d, 422, "bad_field",
			      "broadcast.area.polygon: 3 to %d corners", CORNERS_MAX);
	json_array_foreach(list, k, v)
	{
		const json_t *lat = json_object_get(v, "lat");
		const json_t *lon = json_object_get(v, "lon");
		struct position p;

		if (!json_is_number(lat) || !json_is_number(lon) ||
		    !geo_position(json_number_value(lat), json_number_value(lon), &p))
			return refuse(d, 422, "bad_field",
				      "broadcast.area.polygon[%zu]: lat and lon", k);
		a->lat[a->n] = geo_lat(&p);
		a->lon[a->n++] = geo_lon(&p);
	}
	return 0;
}

static int
read_broadcast(struct decision *d, const json_t *o, struct area *a, int *ret_class)
{
	const json_t *area = json_object_get(o, "area");
	struct span class = json_str(o, "class");
	const char *key;
	json_t *v;

	json_object_foreach(
		(json_t *)(uintptr_t)o, key,
		v) if (strcmp(key, "all") && strcmp(key, "class") &&
		       strcmp(key, "area")) return refuse(d, 422, "bad_field",
							  "broadcast.%.40s: all, class "
							  "or area",
							  key);
	*ret_class = enum_find(site_class_names, class);
	if (!json_is_object(o) || (class.p && !*ret_class) ||
	    (json_object_get(o, "class") && !class.p))
		return refuse(d, 422, "bad_field", "broadcast.class: no such class");
	if (!class.p && !area && !json_is_true(json_object_get(o, "all")))
		return refuse(d, 422, "bad_field", "broadcast: all, class or area");
	a->is_any = !area;
	if (!area)
		return 0;
	if (json_object_get(area, "circle"))
		return read_circle(d, json_object_get(area, "circle"), a);
	if (json_object_get(area, "polygon"))
		return read_polygon(d, json_object_get(area, "polygon"), a);
	return refuse(d, 422, "bad_field", "broadcast.area: circle or polygon");
}

static void
list_add_id(struct buf *b, struct id id)
{
	struct buf AUTO(buf_done) text = { 0 };

	jw_id(&text, id);
	if (b->p && strstr(b->p, text.p))
		return; /* quotes end it: no id is part of another */
	jw_raw(b, buf_span(&text));
}

int
broadcast_settle(struct decision *d, struct patch *p, const struct channel *c)
{
	const struct post *b = (const struct post *)p->rec;
	json_t AUTO(auto_json) *o = json_read(span_of(b->broadcast), NULL);
	struct buf AUTO(buf_done) to = { 0 }, sites = { 0 };
	struct area *a = arena_new(d->arena, struct area);
	size_t n = 0;
	int class = 0;
	void *rec;

	if (read_broadcast(d, o, a, &class) < 0)
		return ERR_DENIED;
	jw_open(&to, '[');
	jw_open(&sites, '[');
	for (size_t i = 0; map_next(&d->m->tables[NOUN_SITE], &i, NULL, &rec);) {
		const struct site *s = rec;

		if (s->disabled || s->r.world != c->r.world ||
		    (class && s->class != class) || !is_inside(a, &s->position) ||
		    channel_agency_side(d->m, c, s->agency) == SIDE_NONE)
			continue;
		list_add_id(&to, s->agency);
		list_add_id(&sites, s->r.id);
		n++;
	}
	jw_close(&to, ']');
	jw_close(&sites, ']');
	if (!n)
		return refuse(
			d, 422, "nobody_there",
			"broadcast: no site of a member of this channel is there");
	PATCH_STR(p, post, to, buf_span(&to));
	PATCH_STR(p, post, sites, buf_span(&sites));
	return 0;
}
