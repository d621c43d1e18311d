/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few that the yard finds are ranked as all would be: against a full scan, in towns
 * by the thousand (at the poles, over the date line, all in one place, nowhere). And
 * the muster files units as the records, the markers and the clock have them, whatever
 * happens in whatever order.
 */
#include "unit/dispatch_city.h"

#include "dispatch/inner.h"

static uint64_t seed;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

static double
between(double low, double high)
{
	return low + (high - low) * pick(1 << 24) / (1 << 24);
}

static void
same_answer(const struct recommendation *got, const struct recommendation *want)
{
	assert_int_equal(got->n_items, want->n_items);
	for (size_t k = 0; k < want->n_items; k++) {
		const char **a = got->items[k].reasons, **b = want->items[k].reasons;

		assert_ptr_equal(got->items[k].unit, want->items[k].unit);
		for (; *a && *b; a++, b++)
			assert_string_equal(*a, *b);
		assert_true(!*a && !*b);
	}
	assert_int_equal(got->fixes.n, want->fixes.n);
	assert_memory_equal(got->fixes.p, want->fixes.p, want->fixes.n);
}

/* --- the yard against a full scan ------------------------------------------ */

#define TOWN_MAX 1500
#define FRESH_MS 60000

static const char *const words[] = { NULL,
				     "[]",
				     "[\"armed\"]",
				     "[\"armed\",\"medic\"]",
				     "[\"medic\",\"armed\"]",
				     "[\"boat\"]" };

struct town {
	struct yard *yard;
	struct yard_one ones[TOWN_MAX];
	struct unit units[TOWN_MAX];
	struct fix fixes[TOWN_MAX];
	struct candidate c[TOWN_MAX];
	struct assignment busy, here;
	struct assignment *busy_list[1], *here_list[1];
	struct incident incident;
	size_t n;
	unsigned shape;
};

/* A place of a town of this shape. */
static struct position
place_in(unsigned shape)
{
	struct position p;
	double lat, lon;

	switch (shape) {
	case 0: /* a city */
		lat = between(24.75, 25.05);
		lon = between(66.9, 67.25);
		break;
	case 1: /* over the date line */
		lat = between(-17, -16.5);
		lon = between(179.7, 180.3);
		break;
	case 2: /* around the south pole */
		lat = between(-90, -89.8);
		lon = between(-180, 180);
		break;
	case 3: /* the north pole, and the very pole */
		lat = pick(4) ? between(89.99, 90) : 90;
		lon = between(-180, 180);
		break;
	case 4: /* anywhere, opposite places too */
		lat = between(-90, 90);
		lon = between(-180, 180);
		break;
	case 5: /* three yards where all stand */
		lat = 24.8 + 0.01 * pick(3);
		lon = 67;
		break;
	default: /* where the equator and the first meridian cross */
		lat = between(-0.05, 0.05);
		lon = between(-0.05, 0.05);
	}
	assert_true(geo_position(lat, lon > 180 ? lon - 360 : lon, &p));
	return p;
}

static void
stand_anew(struct town *t, size_t k)
{
	static const struct position nowhere = { 0 };
	struct unit *u = &t->units[k];
	struct candidate *c = &t->c[k];
	struct yard_kind kind = { .world = 0 };
	bool is_live;

	u->capabilities = (char *)(uintptr_t)words[pick(ARRAY_LEN(words))];
	u->open = t->busy_list;
	u->n_open = !pick(4);
	u->beat = pick(8) ? place_in(t->shape) : nowhere;
	t->fixes[k] = (struct fix){ .bearer = u->r.id, .position = place_in(t->shape) };
	c->is_post = !pick(5);
	c->post = c->is_post ? place_in(t->shape) : nowhere;
	c->fix = pick(5) ? &t->fixes[k] : NULL;
	c->fix_age_ms = FRESH_MS - 1 + (int64_t)pick(4) - 1;
	is_live = c->fix && c->fix_age_ms <= FRESH_MS;
	kind.is_live = is_live;
	kind.is_busy = unit_busy_as(u);
	kind.capabilities = u->capabilities;
	yard_file(t->yard, &t->ones[k], &kind,
		  is_live      ? &t->fixes[k].position
		  : c->is_post ? &c->post
			       : &u->beat);
}

static void
town_make(struct town *t, unsigned shape, size_t n)
{
	static char one[] = "K-1", two[] = "K-2";
	char *const names[] = { one, one, two, NULL };

	*t = (struct town){ .yard = yard_new(), .n = n, .shape = shape };
	t->busy.state = ASSIGNMENT_EN_ROUTE;
	t->here.state = ASSIGNMENT_OFFERED;
	t->busy_list[0] = &t->busy;
	t->here_list[0] = &t->here;
	for (size_t k = 0; k < n; k++) {
		struct unit *u = &t->units[k];

		u->r.id = (struct id){ .seq = 1 + k, .noun = 'u', .node = "khi" };
		u->callsign = names[pick(4)];
		u->shift_on = true;
		t->c[k].unit = u;
		t->c[k].is_lent = true;
		t->ones[k].unit = u;
		stand_anew(t, k);
	}
}

static size_t
ask_both(struct town *t)
{
	static const char *const wanted[] = { "armed", "medic" };
	static const size_t limits[] = { 1, 10, 64, 65, 500, 0 };
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation got, want;
	struct score_args a = {
		.incident = &t->incident,
		.limit = limits[pick(ARRAY_LEN(limits))],
		.wanted = wanted,
		.n_wanted = pick(3),
		.detour_factor = 1.4,
		.speed_mps = pick(6) ? 10 : 0,
		.fix_fresh_ms = FRESH_MS,
	};
	struct candidate *few;
	const struct unit **best;
	struct yard_ask ask;
	size_t n;

	if (pick(12))
		a.place = place_in(t->shape);
	t->incident.assignments = t->here_list;
	t->incident.n_assignments = pick(2);
	t->here.unit = t->units[pick((unsigned)t->n)].r.id;
	t->incident.unit = pick(3) ? (struct id){ 0 } : t->units[0].r.id;
	ask = (struct yard_ask){ .place = a.place,
				 .wanted = wanted,
				 .n_wanted = a.n_wanted,
				 .most = score_most(a.limit),
				 .incident = &t->incident };
	n = yard_best(t->yard, &ask, &arena, &best);
	few = arena_alloc(&arena, (n + 1) * sizeof *few);
	for (size_t k = 0; k < n; k++)
		few[k] = t->c[best[k]->r.id.seq - 1];
	score_units(&a, few, n, &arena, &got);
	assert_int_equal(got.n_left_out, 0);
	score_units(&a, t->c, t->n, &arena, &want);
	same_answer(&got, &want);
	buf_done(&got.fixes);
	buf_done(&want.fixes);
	return a.limit && a.place.is_set ? n : 0;
}

static void
few_are_ranked_as_all(void **state)
{
	static struct town t;

	(void)state;
	for (seed = 1; seed < 350; seed++) {
		uint64_t start = seed;

		town_make(&t, (unsigned)(seed % 7), 1 + pick(seed % 10 ? 200 : 1500));
		for (int k = 0; k < 12; k++) {
			ask_both(&t);
			for (size_t m = 0; m < t.n / 4; m++)
				stand_anew(&t, pick((unsigned)t.n));
		}
		yard_free(t.yard);
		seed = start;
	}
}

/* A city's question looks at few; or it were the full scan by another name. */
static void
few_they_are(void **state)
{
	static struct town t;
	struct arena AUTO(arena_done) arena = { 0 };
	struct yard_ask ask = { .most = 64 };
	const struct unit **best;

	(void)state;
	seed = 99;
	town_make(&t, 0, TOWN_MAX);
	for (int k = 0; k < 100; k++) {
		ask.place = place_in(0);
		assert_in_range(yard_best(t.yard, &ask, &arena, &best), 64, 66);
	}
	for (size_t k = 0; k < t.n; k++)
		yard_take(t.yard, &t.ones[k]);
	assert_int_equal(yard_best(t.yard, &ask, &arena, &best), 0);
	yard_free(t.yard);
}

/* --- the muster against the records ---------------------------------------- */

/* More than the roads are asked for, or all were always found. */
#define UNITS_MAX 220
#define UNITS_AT_FIRST 180

struct night {
	struct city c;
	struct principal admin;
	struct id units[UNITS_MAX], devices[40], sites[4], incidents[3];
	size_t n_units, n_devices;
	bool has_fixes; /* units tell where they are; else they stand by their roster */
};

/* Of equally new ones its own, then that of its oldest device. */
static bool
is_better(const struct fix *f, const struct fix *best)
{
	if (!f || !best || f->server_ms != best->server_ms)
		return f && (!best || f->server_ms > best->server_ms);
	return best->bearer.noun == noun_device.letter &&
	       f->bearer.seq < best->bearer.seq;
}

static const struct fix *
fix_by_scan(struct city *c, const struct unit *u)
{
	const struct fix *best = track_last(c->track, u->r.id);
	void *rec;

	for (size_t at = 0; map_next(&c->m->tables[NOUN_DEVICE], &at, NULL, &rec);) {
		const struct device *dev = rec;
		const struct fix *f = track_last(c->track, dev->r.id);

		if (dev->state == DEVICE_BOUND && id_is(dev->bound_to, u->r.id) &&
		    is_better(f, best))
			best = f;
	}
	return best;
}

/* All units, as the law reads them. */
static size_t
all_units(struct city *c, const struct incident *i, struct candidate *ret)
{
	int64_t now = journal_now(c->journal);
	size_t n = 0;
	void *rec;

	for (size_t at = 0; map_next(&c->m->tables[NOUN_UNIT], &at, NULL, &rec);) {
		const struct unit *u = rec;
		const struct agency *g = agency_find(c->m, u->agency);
		const struct site *s = site_find(c->m, u->post);
		struct candidate one = { .unit = u, .is_lent = true };

		if (u->r.world != i->r.world || !(g->is_control || g->lends_units))
			continue;
		if (s && s->position.is_set) {
			one.is_post = true;
			one.post = s->position;
		}
		one.fix = u->shift_on ? fix_by_scan(c, u) : NULL;
		if (one.fix && now > one.fix->server_ms)
			one.fix_age_ms = now - one.fix->server_ms;
		ret[n++] = one;
	}
	return n;
}

static void
no_roads(void *ctx, const struct position *to, const struct position *from, size_t n,
	 struct route_leg *ret)
{
	(void)ctx, (void)to, (void)from;
	for (size_t k = 0; k < n; k++)
		ret[k] = (struct route_leg){ .why = ROUTE_NO_ROADS };
}

static bool
is_ready(const struct suggestion *s)
{
	for (const char **w = s->reasons; *w; w++)
		if (span_starts(span_of(*w), SPAN("capability_missing:")))
			return false;
	return unit_state(s->unit) == UNIT_AVAILABLE;
}

/* Those for an offer at once are the first of all who are free and can do it. */
static void
ready_ones(struct city *c, const struct incident *i, const struct recommendation *all)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct recommendation got;
	size_t n = 0, n_free = 0;

	recommend_ready(c->d, i, 7, &arena, &got);
	for (size_t k = 0; k < all->n_items; k++) {
		n_free += unit_state(all->items[k].unit) == UNIT_AVAILABLE;
		if (is_ready(&all->items[k]) && n < 7)
			assert_ptr_equal(got.items[n++].unit, all->items[k].unit);
	}
	assert_int_equal(got.n_items, n);
	assert_int_equal(muster_free_units(c->d->muster, i->r.world), n_free);
	buf_done(&got.fixes);
}

static void
compare(struct night *t)
{
	static const char *const wanted[] = { "armed" };
	struct city *c = &t->c;
	struct arena AUTO(arena_done) arena = { 0 };
	const struct incident *i = incident_find(c->m, t->incidents[pick(3)]);
	struct candidate v[UNITS_MAX];
	size_t n = all_units(c, i, v);
	struct recommendation got, want;
	struct score_args a = { .incident = i,
				.place = incident_place(c->d, i),
				.limit = pick(8) ? 64 : 0, /* all that are looked for */
				.detour_factor = c->cfg.detour_factor,
				.speed_mps = c->cfg.speed_mps,
				.fix_fresh_ms = c->cfg.fix_fresh_ms,
				.by_road = no_roads };

	a.wanted = wanted;
	a.n_wanted = 1;
	score_units(&a, v, n, &arena, &want);
	dispatch_recommend(c->d, i, a.limit, &arena, &got);
	dispatch_left_out(c->d, i, &arena, &got);
	same_answer(&got, &want);
	if (!a.limit)
		ready_ones(c, i, &want);
	assert_int_equal(got.n_left_out, want.n_left_out);
	for (size_t k = 0; k < want.n_left_out; k++) {
		assert_ptr_equal(got.left_out[k].unit, want.left_out[k].unit);
		assert_string_equal(got.left_out[k].reason, want.left_out[k].reason);
	}
	buf_done(&got.fixes);
	buf_done(&want.fixes);
}

static struct position
somewhere(void)
{
	return place_at(between(-3000, 3000), between(-3000, 3000));
}

static struct id
any_unit(const struct night *t)
{
	return t->units[pick((unsigned)t->n_units)];
}

static void
new_unit(struct night *t)
{
	char name[16];
	struct patch p;

	if (t->n_units == ARRAY_LEN(t->units))
		return;
	snprintf(name, sizeof name, "U-%zu", t->n_units);
	patch_init(&p, &noun_unit);
	PATCH_ID(&p, unit, agency, pick(5) ? t->c.control : t->c.mission);
	PATCH_STR(&p, unit, callsign, span_of(name));
	if (pick(8))
		PATCH_STR(&p, unit, capabilities, SPAN("[\"armed\"]"));
	if (pick(2))
		PATCH_POS(&p, unit, beat, somewhere());
	if (pick(3))
		PATCH_ID(&p, unit, post, t->sites[pick(4)]);
	assert_int_equal(unit_put(journal_begin(t->c.journal, &t->admin),
				  (struct id){ 0 }, &p, &t->units[t->n_units]),
			 0);
	unit_shift(journal_begin(t->c.journal, NULL), t->units[t->n_units++], true);
}

static void
change_unit(struct night *t)
{
	struct id id = any_unit(t);
	struct patch p;

	if (pick(2)) { /* refused while it is sent */
		unit_shift(journal_begin(t->c.journal, NULL), id, pick(3));
		return;
	}
	patch_init(&p, &noun_unit);
	if (pick(2))
		PATCH_BOOL(&p, unit, out_of_service, !pick(3));
	else
		PATCH_ID(&p, unit, post, t->sites[pick(4)]);
	unit_put(journal_begin(t->c.journal, &t->admin), id, &p, &id);
}

static void
change_device(struct night *t)
{
	bool is_new =
		t->n_devices < ARRAY_LEN(t->devices) && (!t->n_devices || pick(2));
	struct id id = { 0 };
	struct patch p;
	char name[24];

	patch_init(&p, &noun_device);
	if (is_new) {
		snprintf(name, sizeof name, "1234567890123%02zu", t->n_devices);
		PATCH_STR(&p, device, door, SPAN("gt06"));
		PATCH_STR(&p, device, identity, span_of(name));
	} else
		id = t->devices[pick((unsigned)t->n_devices)];
	PATCH_ID(&p, device, bound_to, any_unit(t));
	assert_int_equal(
		device_put(journal_begin(t->c.journal, &t->admin), id, &p, &id), 0);
	if (is_new)
		t->devices[t->n_devices++] = id;
}

static void
change_world(struct night *t)
{
	struct patch p;
	struct id id = t->sites[pick(4)];

	if (pick(2)) {
		patch_init(&p, &noun_site);
		PATCH_POS(&p, site, position, somewhere());
		assert_int_equal(
			site_put(journal_begin(t->c.journal, &t->admin), id, &p, &id),
			0);
		return;
	}
	id = t->c.mission;
	patch_init(&p, &noun_agency);
	PATCH_BOOL(&p, agency, lends_units, pick(2));
	assert_int_equal(
		agency_put(journal_begin(t->c.journal, &t->admin), id, &p, &id), 0);
}

static void
move(struct night *t)
{
	bool is_device = t->n_devices && !pick(3);
	struct fix f = { .device_ms = TIME_NONE, .server_ms = t->c.wall };

	f.bearer = is_device ? t->devices[pick((unsigned)t->n_devices)] : any_unit(t);
	f.position = somewhere();
	if (pick(15))
		track_put(t->c.track, &f, false);
	else
		track_forget(t->c.track, f.bearer);
}

static void
send(struct night *t)
{
	struct id unit = any_unit(t);
	struct offer_args a = { .incident = t->incidents[pick(3)],
				.units = &unit,
				.n_units = 1,
				.expires_in_ms = 3600000 };
	struct unit *u = unit_find(t->c.m, unit);
	struct offer_result r;

	if (u->n_open)
		assignment_set(journal_begin(t->c.journal, &t->c.boss),
			       u->open[0]->r.id,
			       pick(2) ? ASSIGNMENT_ACCEPTED : ASSIGNMENT_CANCELLED,
			       true, (struct span){ 0 });
	else
		assignment_offer(journal_begin(t->c.journal, &t->c.room), &a, &r);
}

static void
pass(struct night *t)
{
	if (pick(10))
		city_pass(&t->c, pick(20000));
	else
		t->c.wall -= pick(90000); /* the clock was set */
	for (size_t k = 0; t->has_fixes && k < t->n_units; k++)
		move(t);
}

static void
happen(struct night *t)
{
	static void (*const things[])(struct night *) = {
		move, move,          move,     send,        change_unit,
		pass, change_device, new_unit, change_world
	};

	things[pick(ARRAY_LEN(things))](t);
}

static void
night_make(struct night *t, bool has_fixes)
{
	struct call_args call = { .kind = SPAN("fire"),
				  .message = SPAN("smoke"),
				  .priority = PRIORITY_P3 };
	struct patch p;

	*t = (struct night){ .has_fixes = has_fixes };
	city_open(&t->c, false);
	t->admin = (struct principal){ .role = ROLE_ADMINISTRATOR,
				       .is_control = true,
				       .agency = t->c.control };
	for (size_t k = 0; k < MS__COUNT; k++)
		call.typed[k] = TIME_NONE;
	for (size_t k = 0; k < ARRAY_LEN(t->sites); k++) {
		patch_init(&p, &noun_site);
		PATCH_ID(&p, site, agency, t->c.control);
		PATCH_STR(&p, site, name, SPAN("Post"));
		PATCH_ENUM(&p, site, class, SITE_CONSULATE);
		PATCH_POS(&p, site, position, somewhere());
		assert_int_equal(site_put(journal_begin(t->c.journal, &t->admin),
					  (struct id){ 0 }, &p, &t->sites[k]),
				 0);
	}
	for (size_t k = 0; k < ARRAY_LEN(t->incidents); k++) {
		call.position = somewhere();
		assert_int_equal(
			incident_open_call(journal_begin(t->c.journal, &t->c.room),
					   &call, &t->incidents[k]),
			0);
	}
	patch_init(&p, &noun_run_card);
	PATCH_STR(&p, run_card, capabilities, SPAN("[\"armed\"]"));
	city_put_card(&t->c, &p);
	for (int k = 0; k < UNITS_AT_FIRST; k++) {
		new_unit(t);
	}
	city_settle(&t->c);
}

static void
whatever_happens_it_is_as_the_records_say(void **state)
{
	static struct night t;

	(void)state;
	for (uint64_t n = 1; n <= 6; n++) {
		seed = n * 1000;
		night_make(&t, n % 2);
		for (int k = 0; k < 500; k++) {
			happen(&t);
			if (!pick(4))
				city_settle(&t.c); /* else it is not on disk yet */
			compare(&t);
			if (pick(100))
				continue;
			dispatch_close(t.c.d); /* as at a start */
			city_settle(&t.c);
			assert_int_equal(dispatch_open(t.c.net, t.c.journal, t.c.track,
						       &t.c.cfg, &t.c.d),
					 0);
		}
		city_close(&t.c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_ranked_as_all),
		cmocka_unit_test(few_they_are),
		cmocka_unit_test(whatever_happens_it_is_as_the_records_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
