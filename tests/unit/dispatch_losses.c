/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links that are lost: a site's by itself is a row; many of one carrier and area at
 * once are one row, sites on wires apart; what comes back leaves it.
 */
#include "unit/dispatch_city.h"

/* In its name the city is set up. */
static struct principal
an_administrator(const struct city *c)
{
	return (struct principal){ .role = ROLE_ADMINISTRATOR,
				   .is_control = true,
				   .is_verified = true,
				   .agency = c->control };
}

static struct id
a_site(struct city *c, double north_m, double east_m)
{
	struct principal admin = an_administrator(c);
	struct patch p;
	struct id id;

	patch_init(&p, &noun_site);
	PATCH_ID(&p, site, agency, c->mission);
	PATCH_STR(&p, site, name, SPAN("Post"));
	PATCH_ENUM(&p, site, class, SITE_OTHER);
	PATCH_POS(&p, site, position, place_at(north_m, east_m));
	assert_int_equal(
		site_put(journal_begin(c->journal, &admin), (struct id){ 0 }, &p, &id),
		0);
	return id;
}

static struct id
a_device(struct city *c, struct id bearer, const char *carrier)
{
	static unsigned n;
	char identity[24];
	struct patch p;
	struct id id;

	snprintf(identity, sizeof identity, "%u", ++n);
	patch_init(&p, &noun_device);
	PATCH_STR(&p, device, door, SPAN("dc09"));
	PATCH_STR(&p, device, identity, span_of(identity));
	PATCH_ID(&p, device, bound_to, bearer);
	if (carrier)
		PATCH_STR(&p, device, carrier, span_of(carrier));
	assert_int_equal(
		device_put(journal_begin(c->journal, NULL), (struct id){ 0 }, &p, &id),
		0);
	return id;
}

static void
link_is(struct city *c, struct id device, enum device_link link)
{
	assert_int_equal(device_link_set(journal_begin(c->journal, NULL),
					 device_find(c->m, device), link),
			 0);
	city_settle(c);
}

/* So many posts in one street, each with a panel. */
static void
a_street(struct city *c, double north_m, double east_m, const char *carrier,
	 struct id *ret, size_t n)
{
	for (size_t k = 0; k < n; k++)
		ret[k] = a_device(c, a_site(c, north_m, east_m + 50.0 * (double)k),
				  carrier);
	city_settle(c);
}

static void
all_lost(struct city *c, const struct id *devices, size_t n)
{
	for (size_t k = 0; k < n; k++)
		link_is(c, devices[k], LINK_LOST);
}

static void
expect_rows(struct city *c, size_t rows, size_t ones)
{
	const struct losses *l;

	city_wait(c, 2000);
	l = dispatch_losses(c->d);
	assert_int_equal(l->n_rows, rows);
	assert_int_equal(l->n_ones, ones);
}

static void
many_are_one_row(void **state)
{
	const struct losses *l;
	struct id v[12];
	struct city c;

	(void)state;
	city_open(&c, true);
	a_street(&c, 0, 0, "Demo Telecom", v, 12);
	expect_rows(&c, 0, 0);
	all_lost(&c, v, 10);
	expect_rows(&c, 0, 10);
	assert_true(id_is(dispatch_losses(c.d)->ones[9].device, v[0]));
	all_lost(&c, v + 10, 2);
	expect_rows(&c, 1, 0);
	l = dispatch_losses(c.d);
	assert_string_equal(l->rows[0].carrier, "Demo Telecom");
	assert_int_equal(l->rows[0].devices, 12);
	assert_int_equal(l->rows[0].sites, 12);
	assert_int_equal(l->rows[0].since, device_find(c.m, v[0])->link_at);
	assert_true(l->rows[0].middle.is_set);
	assert_true(l->rows[0].radius_m > 250 && l->rows[0].radius_m < 300);
	/* the node was away meanwhile */
	city_stop(&c);
	city_start(&c);
	expect_rows(&c, 1, 0);
	/* two come back: what is left stands by itself */
	link_is(&c, v[3], LINK_LIVE);
	expect_rows(&c, 1, 0);
	link_is(&c, v[4], LINK_LIVE);
	expect_rows(&c, 0, 10);
	city_close(&c);
}

static void
each_carrier_and_area_has_its_own(void **state)
{
	struct id near[12], far[12], other[12], wired[11], untold[11];
	struct id unit, carried[11];
	const struct losses *l;
	struct city c;

	(void)state;
	city_open(&c, false);
	a_street(&c, 0, 0, "Demo Telecom", near, 12);
	a_street(&c, 20000, 0, "Demo Telecom", far, 12);
	a_street(&c, 30, 0, "Other Telecom", other, 12);
	a_street(&c, 60, 0, "wired", wired, 11);
	a_street(&c, 90, 0, NULL, untold, 11);
	unit = city_unit(&c, "E-1", 100, NULL);
	for (size_t k = 0; k < 11; k++)
		carried[k] = a_device(&c, unit, NULL);
	city_settle(&c);
	all_lost(&c, near, 12);
	all_lost(&c, far, 6); /* too few there, and too far for the others' row */
	expect_rows(&c, 1, 6);
	assert_int_equal(dispatch_losses(c.d)->rows[0].devices, 12);
	all_lost(&c, far + 6, 6);
	expect_rows(&c, 2, 0);
	all_lost(&c, other, 12);
	expect_rows(&c, 3, 0);
	all_lost(&c, wired, 11);
	expect_rows(&c, 4, 0);
	/* of what nobody told the carrier, sites' and carried ones are not one */
	all_lost(&c, untold, 5);
	all_lost(&c, carried, 6);
	expect_rows(&c, 4, 5);
	all_lost(&c, untold + 5, 6);
	all_lost(&c, carried + 6, 5);
	expect_rows(&c, 6, 0);
	l = dispatch_losses(c.d);
	assert_int_equal(l->rows[0].devices, 12);
	assert_int_equal(l->rows[5].devices, 11);
	/* who goes off duty may switch his off */
	assert_int_equal(unit_shift(journal_begin(c.journal, NULL), unit, false), 0);
	city_settle(&c);
	expect_rows(&c, 5, 0);
	city_close(&c);
}

/* What fails here and there over a day is no storm, and a street without end is one. */
static void
one_after_another_is_none(void **state)
{
	struct id v[40];
	struct city c;

	(void)state;
	city_open(&c, false);
	a_street(&c, 0, 0, "Demo Telecom", v, 40);
	for (size_t k = 0; k < 20; k++) {
		link_is(&c, v[k], LINK_LOST);
		city_wait(&c, 61000);
	}
	expect_rows(&c, 0, 20);
	for (size_t k = 20; k < 40; k++) {
		link_is(&c, v[k], LINK_LOST);
		city_wait(&c, 30000);
	}
	/* from the first ten minutes with eleven of them: the trickle before is none */
	expect_rows(&c, 1, 11);
	assert_int_equal(dispatch_losses(c.d)->rows[0].devices, 29);
	city_close(&c);
}

/* Streets 2.5 km apart: an operator's failure across a city is one row. */
static void
a_whole_city_is_one_row(void **state)
{
	struct id v[30];
	struct city c;

	(void)state;
	city_open(&c, false);
	for (size_t k = 0; k < 30; k++)
		a_street(&c, 2500.0 * (double)(k % 6), 2500.0 * (double)(k / 6),
			 "Demo Telecom", v + k, 1);
	all_lost(&c, v, 30);
	expect_rows(&c, 1, 0);
	assert_int_equal(dispatch_losses(c.d)->rows[0].devices, 30);
	assert_true(dispatch_losses(c.d)->rows[0].radius_m > 6000);
	city_close(&c);
}

/* A device that nobody has any more, and a site that is closed, are not missed. */
static void
who_is_not_missed(void **state)
{
	struct principal admin;
	struct id v[3], site;
	struct patch p;
	struct city c;

	(void)state;
	city_open(&c, false);
	admin = an_administrator(&c);
	a_street(&c, 0, 0, NULL, v, 3);
	all_lost(&c, v, 3);
	expect_rows(&c, 0, 3);
	patch_init(&p, &noun_device);
	PATCH_ENUM(&p, device, state, DEVICE_REVOKED);
	assert_int_equal(device_put(journal_begin(c.journal, NULL), v[0], &p, &site),
			 0);
	city_settle(&c);
	expect_rows(&c, 0, 2);
	site = device_find(c.m, v[1])->bound_to;
	patch_init(&p, &noun_site);
	PATCH_BOOL(&p, site, disabled, true);
	assert_int_equal(site_put(journal_begin(c.journal, &admin), site, &p, &site),
			 0);
	city_settle(&c);
	expect_rows(&c, 0, 1);
	city_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_one_row),
		cmocka_unit_test(each_carrier_and_area_has_its_own),
		cmocka_unit_test(one_after_another_is_none),
		cmocka_unit_test(a_whole_city_is_one_row),
		cmocka_unit_test(who_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
