/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storms: more than ten new incidents of one kind within 3 km in ten minutes
 * become one row that boards may show. A row groups; it silences nothing, and
 * each incident keeps its own ladder. In a storm no run card offers by itself.
 */
#include "dispatch/inner.h"

#include "base/auto.h"

#include <stdio.h>
#include <stdlib.h>

#define STORM_MORE_THAN 10
#define STORM_WINDOW_MS 600000
#define STORM_RADIUS_M 3000.0

static bool
is_fresh(const struct dispatch *d, int64_t at_mono)
{
	return desk_mono(d) - at_mono < STORM_WINDOW_MS;
}

static const struct storm_row *
row_find(const struct dispatch *d, const char *kind, const struct position *p)
{
	for (size_t k = 0; k < STORMS_MAX; k++) {
		const struct storm_row *r = &d->storms[k];

		if (r->is_on && is_fresh(d, r->last_mono) &&
		    strcmp(r->kind, kind) == 0 &&
		    geo_distance_m(&r->s.middle, p) <= STORM_RADIUS_M)
			return r;
	}
	return NULL;
}

/* A free row, else the one that has been quiet for longest. */
static struct storm_row *
row_new(struct dispatch *d)
{
	struct storm_row *best = &d->storms[0];

	for (size_t k = 0; k < STORMS_MAX; k++) {
		struct storm_row *r = &d->storms[k];

		if (!r->is_on || !is_fresh(d, r->last_mono))
			return r;
		if (r->last_mono < best->last_mono)
			best = r;
	}
	return best;
}

/* What was seen around s of its kind: how many, their middle, since when. */
static struct storm
gather(const struct dispatch *d, const struct storm_seen *s)
{
	struct storm ret = { .since = s->at };
	size_t first = d->n_seen > STORM_RING ? d->n_seen - STORM_RING : 0;
	int64_t lat = 0, lon = 0;

	for (size_t k = d->n_seen; k-- > first;) {
		const struct storm_seen *o = &d->seen[k % STORM_RING];

		if (!is_fresh(d, o->at_mono))
			break;
		if (strcmp(o->kind, s->kind) != 0 ||
		    geo_distance_m(&o->position, &s->position) > STORM_RADIUS_M)
			continue;
		ret.incidents++;
		lat += o->position.lat_e7;
		lon += o->position.lon_e7;
		if (o->at < ret.since)
			ret.since = o->at;
	}
	ret.middle = s->position;
	ret.middle.lat_e7 = (int32_t)(lat / (int64_t)ret.incidents);
	ret.middle.lon_e7 = (int32_t)(lon / (int64_t)ret.incidents);
	return ret;
}

static void
note(struct dispatch *d, const struct incident *i, int64_t at_mono)
{
	struct storm_seen *s;
	struct storm_row *r;
	struct storm now;

	if (i->r.world != WORLD_LIVE || i->is_test || !i->position.is_set || i->form)
		return;
	if (!d->seen) {
		d->seen = calloc(STORM_RING, sizeof *d->seen);
		if (!d->seen)
			abort();
	}
	s = &d->seen[d->n_seen++ % STORM_RING];
	snprintf(s->kind, sizeof s->kind, "%s", i->kind ? i->kind : "");
	s->position = i->position;
	s->at_mono = at_mono;
	s->at = i->m_raised;
	now = gather(d, s);
	r = (struct storm_row *)row_find(d, s->kind, &s->position);
	if (r) { /* it goes on: incidents count from its start */
		r->s.incidents++;
		r->s.middle = now.middle;
	} else if (now.incidents > STORM_MORE_THAN) {
		r = row_new(d);
		*r = (struct storm_row){ .s = now, .is_on = true };
		memcpy(r->kind, s->kind, sizeof r->kind);
		r->s.kind = r->kind;
	} else {
		return;
	}
	r->last_mono = at_mono;
}

void
storm_add(struct dispatch *d, const struct incident *i)
{
	note(d, i, desk_mono(d));
}

/* After a restart: from those still open of the last ten minutes. */
void
storm_load(struct dispatch *d)
{
	struct arena AUTO(arena_done) arena = { 0 };
	int64_t now = journal_now(d->journal);
	size_t n;
	struct record **v = model_list(d->model, NOUN_INCIDENT, &n, &arena);

	for (size_t k = 0; k < n; k++) {
		const struct incident *i = (const struct incident *)v[k];
		int64_t age = i->m_raised == TIME_NONE ? INT64_MAX : now - i->m_raised;

		if (age < STORM_WINDOW_MS)
			note(d, i, desk_mono(d) - (age < 0 ? 0 : age));
	}
}

bool
storm_covers(const struct dispatch *d, const struct incident *i)
{
	return i->position.is_set &&
	       row_find(d, i->kind ? i->kind : "", &i->position) != NULL;
}

size_t
dispatch_storms(const struct dispatch *d, struct storm *ret, size_t max)
{
	size_t n = 0;

	for (size_t k = 0; k < STORMS_MAX && n < max; k++)
		if (d->storms[k].is_on && is_fresh(d, d->storms[k].last_mono))
			ret[n++] = d->storms[k].s;
	return n;
}
