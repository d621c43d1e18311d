/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small city for the tests of dispatch: a police, a mission with a site,
 * people and units; opening and closing it, and what people do.
 */
#pragma once
#include "unit/dispatch_help.h"

/* --- a small city ---------------------------------------------------------- */

static inline struct position
place_at(double north_m, double east_m)
{
	struct position p;

	assert_true(geo_position(24.8200, 67.0300, &p));
	p = geo_move(&p, 0, north_m);
	return geo_move(&p, 90, east_m);
}

static inline struct id
city_unit(struct city *c, const char *callsign, double east_m, const char *caps)
{
	struct patch p;
	struct id id;
	struct fix f = { .server_ms = c->wall, .device_ms = TIME_NONE };

	patch_init(&p, &noun_unit);
	PATCH_ID(&p, unit, agency, c->control);
	PATCH_STR(&p, unit, callsign, span_of(callsign));
	if (caps)
		PATCH_STR(&p, unit, capabilities, span_of(caps));
	assert_int_equal(
		unit_put(journal_begin(c->journal, NULL), (struct id){ 0 }, &p, &id),
		0);
	assert_int_equal(unit_shift(journal_begin(c->journal, NULL), id, true), 0);
	f.bearer = id;
	f.position = place_at(0, east_m);
	track_put(c->track, &f, false);
	city_settle(c);
	return id;
}

static inline void
city_move(struct city *c, struct id unit, double east_m)
{
	struct fix f = { .bearer = unit,
			 .server_ms = c->wall,
			 .device_ms = TIME_NONE,
			 .position = place_at(0, east_m) };

	track_put(c->track, &f, false);
}

static inline void
city_put_card(struct city *c, struct patch *p)
{
	struct id id;

	assert_int_equal(
		run_card_put(journal_begin(c->journal, NULL), (struct id){ 0 }, p, &id),
		0);
	city_settle(c);
}

static inline void
city_people(struct city *c)
{
	c->room = (struct principal){ .role = ROLE_DISPATCHER,
				      .agency = c->control,
				      .is_control = true,
				      .is_verified = true,
				      .name = "Room" };
	c->room.id = (struct id){ .seq = 900, .noun = 'a', .node = "khi" };
	c->boss = c->room;
	c->boss.role = ROLE_SUPERVISOR;
	c->caller = (struct principal){ .role = ROLE_SITE,
					.agency = c->mission,
					.site = c->site,
					.is_verified = true,
					.name = "Gate",
					.source = "khi.t.901" };
	principal_anonymous(&c->stranger, "10.0.0.9");
}

static inline void
city_make(struct city *c)
{
	struct principal admin = { .role = ROLE_ADMINISTRATOR, .is_control = true };
	struct node_args a = { .node = SPAN("khi"),
			       .name = SPAN("Karachi"),
			       .agency_name = SPAN("Police"),
			       .number_seed = 7 };
	struct patch p;

	assert_int_equal(node_make(journal_begin(c->journal, NULL), &a, &c->control),
			 0);
	admin.agency = c->control;
	patch_init(&p, &noun_agency);
	PATCH_STR(&p, agency, name, SPAN("Mission"));
	PATCH_ENUM(&p, agency, kind, AGENCY_MISSION);
	assert_int_equal(agency_put(journal_begin(c->journal, &admin), (struct id){ 0 },
				    &p, &c->mission),
			 0);
	patch_init(&p, &noun_site);
	PATCH_ID(&p, site, agency, c->mission);
	PATCH_STR(&p, site, name, SPAN("Consulate"));
	PATCH_ENUM(&p, site, class, SITE_CONSULATE);
	PATCH_POS(&p, site, position, place_at(0, 0));
	assert_int_equal(site_put(journal_begin(c->journal, &admin), (struct id){ 0 },
				  &p, &c->site),
			 0);
	city_people(c);
	city_settle(c);
}

/* on_disk: in a folder, for tests that stop and start. */
static inline void
city_open(struct city *c, bool on_disk)
{
	*c = (struct city){ .wall = T0, .mono = 1000000, .cfg = dispatch_defaults };
	c->cfg.synthetic_every_ms = 0;
	if (on_disk) {
		strcpy(c->dir, "/tmp/kumak-dispatch-XXXXXX");
		assert_non_null(mkdtemp(c->dir));
	}
	assert_int_equal(crypt_start(), 0);
	city_start(c);
	city_make(c);
	dispatch_room(c->d, 1, 1);
}

static inline void
city_close(struct city *c)
{
	char cmd[128];

	city_stop(c);
	if (*c->dir) {
		snprintf(cmd, sizeof cmd, "rm -rf '%s'", c->dir);
		assert_int_equal(system(cmd), 0);
	}
}

static inline struct press_result
city_press(struct city *c, struct principal *who, bool is_test)
{
	struct press_result r;
	char key[24];
	struct press_args a = { .site = c->site,
				.claimed_at = TIME_NONE,
				.door = SPAN("api"),
				.is_test = is_test };

	snprintf(key, sizeof key, "k%u", ++c->key);
	a.key = span_of(key);
	assert_int_equal(signal_press(journal_begin(c->journal, who), &a, &r), 0);
	city_settle(c);
	return r;
}

static inline void
city_acknowledge(struct city *c, struct id incident)
{
	assert_int_equal(
		incident_acknowledge(journal_begin(c->journal, &c->room), incident), 0);
	city_settle(c);
}

static inline void
city_assign(struct city *c, struct id assignment, enum assignment_state to)
{
	assert_int_equal(assignment_set(journal_begin(c->journal, &c->boss), assignment,
					to, true, (struct span){ 0 }),
			 0);
	city_settle(c);
}

static inline struct id
city_offer(struct city *c, struct id incident, struct id unit)
{
	struct incident *i = incident_find(c->m, incident);
	struct offer_args a = { .incident = incident,
				.units = &unit,
				.n_units = 1,
				.expires_in_ms = dispatch_offer_timeout(c->d, i) };
	struct offer_result r;

	assert_int_equal(assignment_offer(journal_begin(c->journal, &c->room), &a, &r),
			 0);
	city_settle(c);
	return r.made[0];
}
