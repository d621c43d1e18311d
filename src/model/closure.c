/* SPDX-License-Identifier: Apache-2.0 */
/* Closures: table, shape, commands. */
#include "model/commands.h"

#include "base/auto.h"

#include <stdlib.h>

#define SPAN_MAX_E7 5000000 /* half a degree: a closure is a part of a city */

static const struct field fields[] = {
	NOUN_LINE(closure, reason, STR, NEED, .min = 1, .max = 200,
		  .doc = "why the street is closed"),
	NOUN_LINE(closure, shape, JSON, NEED,
		  .doc = "GeoJSON LineString across the streets, or Polygon around "
			 "them"),
	NOUN_LINE(closure, from, TIME, GIVE, .doc = "it holds from; now when left out"),
	NOUN_LINE(closure, until, TIME, GIVE,
		  .doc = "it ends by itself at; none: a person ends it"),
	NOUN_LINE(closure, by, ID, 0, .doc = "who drew or changed it last"),
	NOUN_LINE(closure, by_name, STR, 0, .doc = "their name"),
	NOUN_LINE(closure, drawn_at, TIME, FIELD_ONCE, .doc = "when it was drawn"),
	NOUN_LINE(closure, ended, BOOL, FIELD_PATCH, .doc = "true ends it, for good"),
	NOUN_LINE(closure, ended_at, TIME, FIELD_ONCE, .doc = "when it ended"),
};
NOUN_TABLE(noun_closure, 'C', "closure", "closures", closure, fields);

/* --- shape --------------------------------------------------------------------- */

static size_t
read_points(const json_t *list, struct position *ret)
{
	size_t k;
	json_t *v;

	if (!json_is_array(list) || json_array_size(list) > CLOSURE_POINTS)
		return 0;
	json_array_foreach(list, k,
			   v) if (json_array_size(v) < 2 ||
				  !json_is_number(json_array_get(v, 0)) ||
				  !json_is_number(json_array_get(v, 1)) ||
				  !geo_position(json_number_value(json_array_get(v, 1)),
						json_number_value(json_array_get(v, 0)),
						&ret[k])) return 0;
	return json_array_size(list);
}

static bool
is_small(const struct position *v, size_t n)
{
	for (size_t k = 1; k < n; k++)
		if (llabs((int64_t)v[k].lat_e7 - v[0].lat_e7) > SPAN_MAX_E7 ||
		    llabs((int64_t)v[k].lon_e7 - v[0].lon_e7) > SPAN_MAX_E7)
			return false;
	return true;
}

size_t
closure_points(const char *shape, struct position ret[CLOSURE_POINTS],
	       bool *ret_is_area)
{
	json_t AUTO(auto_json) *o = shape ? json_read(span_of(shape), NULL) : NULL;
	const json_t *list = json_object_get(o, "coordinates");
	bool is_area = span_is_z(json_str(o, "type"), "Polygon");
	size_t n;

	if (is_area)
		list = json_array_size(list) == 1 ? json_array_get(list, 0) : NULL;
	else if (!span_is_z(json_str(o, "type"), "LineString"))
		return 0;
	n = read_points(list, ret);
	if (is_area && (n < 4 || ret[0].lat_e7 != ret[n - 1].lat_e7 ||
			ret[0].lon_e7 != ret[n - 1].lon_e7))
		return 0;
	*ret_is_area = is_area;
	if (n < 2 || !is_small(ret, n))
		return 0;
	return is_area ? n - 1 : n;
}

bool
closure_holds(const struct closure *c, int64_t now)
{
	return !c->ended && (c->from == TIME_NONE || c->from <= now) &&
	       (c->until == TIME_NONE || c->until > now);
}

int64_t
closure_turns_at(const struct closure *c, int64_t now)
{
	if (c->ended)
		return TIME_NONE;
	if (c->from != TIME_NONE && c->from > now)
		return c->from;
	return c->until;
}

/* The time that would stand after the patch. */
static int64_t
time_after(const struct patch *p, size_t off, const struct closure *now)
{
	const void *from = p->given >> field_at(&noun_closure, off) & 1
				   ? (const void *)p->rec
				   : now;

	return from ? *(const int64_t *)((const char *)from + off) : TIME_NONE;
}

/* --- commands ------------------------------------------------------------------- */

int
closure_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct closure *now = closure_find(d->m, id);
	const struct closure *asked = (const struct closure *)p->rec;
	struct position points[CLOSURE_POINTS];
	int64_t from, until;
	bool is_area;

	if (id_is_set(id) && access_record(d->m, d->actor, NOUN_CLOSURE,
					   now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (!principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher",
			      "only the room closes streets");
	if (now && now->ended)
		return refuse(d, 409, "ended", "it has ended: draw another");
	if (asked->shape && !closure_points(asked->shape, points, &is_area))
		return refuse(d, 422, "bad_shape",
			      "shape: a GeoJSON LineString, or a Polygon of one closed "
			      "ring, of at most %d points within half a degree",
			      CLOSURE_POINTS);
	from = time_after(p, offsetof(struct closure, from), now);
	until = time_after(p, offsetof(struct closure, until), now);
	if (until != TIME_NONE && until <= (from != TIME_NONE ? from : d->now))
		return refuse(d, 422, "bad_time",
			      "until: it would end before it begins");
	PATCH_ID(p, closure, by, d->actor->id);
	PATCH_STR(p, closure, by_name, span_of(d->actor->name));
	if (!now)
		PATCH_INT(p, closure, drawn_at, d->now);
	if (asked->ended)
		PATCH_INT(p, closure, ended_at, d->now);
	return config_put(d, asked->ended ? EVENT_CLOSURE_ENDED : EVENT_CLOSURE_CHANGED,
			  now ? now->r.world : d->actor->world, id, p, ret);
}

/* Its time is over: the node itself. */
void
closure_end(struct decision *d, const struct closure *c)
{
	struct event e;

	event_begin(d, &e, EVENT_CLOSURE_ENDED, c->r.world, c->r.id);
	PATCH_BOOL(&e.body, closure, ended, true);
	PATCH_INT(&e.body, closure, ended_at, d->now);
	event_emit(d, &e);
}
