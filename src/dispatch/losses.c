/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links that are lost. One that a site depends on is a row of its own; more than ten
 * of one carrier, lost within ten minutes in one area, are one row: a cell or an
 * operator has failed. It is a view of the records, made anew when it is asked for;
 * what comes back leaves it, and what then still is lost stands by itself again.
 * It owns no state of devices, and silences no call for help.
 */
#include "dispatch/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MORE_THAN 10
#define WINDOW_MS 600000
/* Places in the same or in touching squares of this side are one area, and so on. */
#define SQUARE_M 3000.0
#define DEGREE_M 111195.0
#define ANEW_MS 1000 /* gathered once for all consoles */
#define FEW 1000     /* so few that each change may show at once */

/* Areas that were found to touch have one root. */
struct square {
	struct square *up;
};

struct loss {
	struct id device, site; /* site: of a site's own device */
	char carrier[41];
	bool is_apart; /* a site's, and nobody said what carries it: a wire, perhaps */
	struct position place;
	int64_t at;
	struct square *square; /* then its root; NULL: no place */
	bool is_together;
};

/* --- what is lost ------------------------------------------------------------- */

/* False: nothing that the room would miss (not bound, off duty, no longer there). */
static bool
loss_of(struct dispatch *d, struct id id, struct loss *ret)
{
	const struct device *dev = device_find(d->model, id);
	const struct fix *f;
	struct unit *u;
	struct site *s;

	if (!dev || dev->state != DEVICE_BOUND || dev->link != LINK_LOST ||
	    dev->link_at == TIME_NONE || !device_home(d->model, dev, &u, &s))
		return false;
	*ret = (struct loss){ .device = id, .at = dev->link_at };
	if (dev->carrier)
		snprintf(ret->carrier, sizeof ret->carrier, "%s", dev->carrier);
	if (u) {
		f = track_last(d->track, u->r.id);
		ret->place = f ? f->position : (struct position){ 0 };
		return u->shift_on && u->r.world == WORLD_LIVE;
	}
	/* what its staff carry sleeps when they do */
	if (!s || s->disabled || s->r.world != WORLD_LIVE ||
	    !id_is(dev->bound_to, s->r.id))
		return false;
	ret->site = s->r.id;
	ret->place = s->position;
	ret->is_apart = !*ret->carrier;
	return true;
}

void
losses_on_event(struct dispatch *d, struct id device)
{
	const struct device *dev = device_find(d->model, device);

	if (dev && dev->link == LINK_LOST)
		map_put(&d->lost, ID_KEY(&device), d);
	else
		map_remove(&d->lost, ID_KEY(&device));
	d->is_lost_changed = true;
}

void
losses_load(struct dispatch *d)
{
	void *rec;

	for (size_t i = 0; map_next(&d->model->tables[NOUN_DEVICE], &i, NULL, &rec);)
		losses_on_event(d, ((struct device *)rec)->r.id);
}

static void
forget(struct dispatch *d)
{
	free(d->losses.rows);
	free(d->losses.ones);
	free(d->loss_buf);
	d->loss_buf = NULL;
	d->losses = (struct losses){ 0 };
}

void
losses_done(struct dispatch *d)
{
	forget(d);
	map_done(&d->lost);
}

/* --- areas ------------------------------------------------------------------- */

static struct square *
root(struct square *s)
{
	while (s->up != s)
		s = s->up = s->up->up;
	return s;
}

struct square_key {
	int32_t row, column;
};

static struct square_key
key_at(const struct position *p, int32_t row)
{
	double middle = (row + 0.5) * SQUARE_M / DEGREE_M * M_PI / 180;

	return (struct square_key){ row, (int32_t)floor(geo_lon(p) * DEGREE_M *
							cos(middle) / SQUARE_M) };
}

#define SQUARE_SPAN(k) ((struct span){ (const char *)(k), sizeof *(k) })

/* Its square, joined with those around it that have losses. */
static struct square *
square_of(struct map *squares, const struct position *p)
{
	int32_t row = (int32_t)floor(geo_lat(p) * DEGREE_M / SQUARE_M);
	struct square_key k = key_at(p, row);
	struct square *s = map_get(squares, SQUARE_SPAN(&k));

	if (s)
		return s;
	s = malloc(sizeof *s);
	if (!s)
		abort();
	s->up = s;
	map_put(squares, SQUARE_SPAN(&k), s);
	for (int32_t r = row - 1; r <= row + 1; r++) {
		struct square_key near = key_at(p, r);

		near.column--;
		for (int n = 0; n < 3; n++, near.column++) {
			struct square *o = map_get(squares, SQUARE_SPAN(&near));

			if (o)
				root(o)->up = root(s);
		}
	}
	return s;
}

static int
by_carrier(const void *a, const void *b)
{
	const struct loss *x = a, *y = b;
	int c = strcmp(x->carrier, y->carrier);

	return c ? c : (int)x->is_apart - (int)y->is_apart;
}

static int
by_area(const void *a, const void *b)
{
	const struct loss *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->square, q = (uintptr_t)y->square;

	if (p != q)
		return p < q ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* --- rows -------------------------------------------------------------------- */

/* Those of one area, by time: more than ten within some ten minutes. */
static void
find_together(struct loss *v, size_t n)
{
	size_t first = 0, marked = 0;

	for (size_t k = 0; k < n; k++) {
		while (v[k].at - v[first].at > WINDOW_MS)
			first++;
		if (k - first + 1 <= MORE_THAN)
			continue;
		for (size_t j = marked > first ? marked : first; j <= k; j++)
			v[j].is_together = true;
		marked = k + 1;
	}
}

static void
row_add(struct losses *l, const struct loss *v, size_t n)
{
	struct loss_row *r = &l->rows[l->n_rows++];
	int64_t lat = 0, lon = 0, placed = 0;

	*r = (struct loss_row){ .carrier = v->carrier, .devices = n, .since = v->at };
	for (size_t k = 0; k < n; k++) {
		r->sites += id_is_set(v[k].site);
		if (!v[k].place.is_set)
			continue;
		lat += v[k].place.lat_e7;
		lon += v[k].place.lon_e7;
		placed++;
	}
	if (!placed)
		return;
	r->middle = (struct position){ .lat_e7 = (int32_t)(lat / placed),
				       .lon_e7 = (int32_t)(lon / placed),
				       .accuracy_m = -1,
				       .is_set = true };
	for (size_t k = 0; k < n; k++)
		if (v[k].place.is_set) {
			double m = geo_distance_m(&r->middle, &v[k].place);

			r->radius_m = m > r->radius_m ? m : r->radius_m;
		}
}

/* Of one area, by time. */
static void
area_rows(struct losses *l, struct loss *v, size_t n)
{
	find_together(v, n);
	for (size_t k = 0; k < n;) {
		size_t end = k + 1;

		if (!v[k].is_together) {
			if (id_is_set(v[k].site))
				l->ones[l->n_ones++] =
					(struct loss_one){ v[k].device, v[k].site,
							   v[k].at };
			k++;
			continue;
		}
		while (end < n && v[end].is_together &&
		       v[end].at - v[end - 1].at <= WINDOW_MS)
			end++;
		row_add(l, v + k, end - k);
		k = end;
	}
}

/* Of one carrier. */
static void
carrier_rows(struct losses *l, struct loss *v, size_t n)
{
	struct map squares = { 0 };
	size_t k, end;
	void *s;

	for (k = 0; k < n; k++)
		v[k].square =
			v[k].place.is_set ? square_of(&squares, &v[k].place) : NULL;
	for (k = 0; k < n; k++)
		v[k].square = v[k].square ? root(v[k].square) : NULL;
	qsort(v, n, sizeof *v, by_area);
	for (k = 0; k < n; k = end) {
		for (end = k + 1; end < n && v[end].square == v[k].square;)
			end++;
		area_rows(l, v + k, end - k);
	}
	for (size_t i = 0; map_next(&squares, &i, NULL, &s);)
		free(s);
	map_done(&squares);
}

static int
most_first(const void *a, const void *b)
{
	const struct loss_row *x = a, *y = b;

	if (x->devices != y->devices)
		return x->devices > y->devices ? -1 : 1;
	return x->since < y->since ? -1 : x->since > y->since;
}

static int
newest_first(const void *a, const void *b)
{
	const struct loss_one *x = a, *y = b;

	if (x->since != y->since)
		return x->since > y->since ? -1 : 1;
	return x->device.seq > y->device.seq ? -1 : x->device.seq < y->device.seq;
}

static void
gather(struct dispatch *d)
{
	struct loss *v = calloc(d->lost.n + 1, sizeof *v);
	struct losses *l = &d->losses;
	size_t n = 0, end;
	struct span key;
	void *unused;

	forget(d);
	l->rows = calloc(d->lost.n / (MORE_THAN + 1) + 1, sizeof *l->rows);
	l->ones = calloc(d->lost.n + 1, sizeof *l->ones);
	if (!v || !l->rows || !l->ones)
		abort();
	d->loss_buf = v;
	for (size_t i = 0; map_next(&d->lost, &i, &key, &unused);) {
		struct id id;

		memcpy(&id, key.p, sizeof id);
		n += loss_of(d, id, &v[n]);
	}
	qsort(v, n, sizeof *v, by_carrier);
	for (size_t k = 0; k < n; k = end) {
		for (end = k + 1; end < n && by_carrier(&v[k], &v[end]) == 0;)
			end++;
		carrier_rows(l, v + k, end - k);
	}
	qsort(l->rows, l->n_rows, sizeof *l->rows, most_first);
	qsort(l->ones, l->n_ones, sizeof *l->ones, newest_first);
}

const struct losses *
dispatch_losses(struct dispatch *d)
{
	int64_t now = desk_mono(d);

	if (now - d->losses_mono >= ANEW_MS ||
	    (d->is_lost_changed && d->lost.n <= FEW)) {
		gather(d);
		d->losses_mono = now;
		d->is_lost_changed = false;
	}
	return &d->losses;
}
