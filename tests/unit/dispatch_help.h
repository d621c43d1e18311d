/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of dispatch share: a whole desk (store, journal, net, track)
 * on clocks that the test sets, a small city, and words to press and to look.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "dispatch/dispatch.h"

#define T0 1774260930000ll /* 2026-03-23T10:15:30Z */

struct city {
	char dir[64]; /* empty: in memory */
	int64_t wall, mono;
	bool is_wall_stopped;
	struct store *store;
	struct journal *journal;
	struct net *net;
	struct track *track;
	struct dispatch *d;
	struct dispatch_config cfg;
	struct model *m;
	struct id control, mission, site;
	struct principal room, boss, caller, stranger;
	/* what was heard */
	struct id last_incident, last_assignment;
	unsigned steps, pages, paged, failed, offered, timed_out, near, synthetic;
	int64_t step_mono[64];
	char step_text[64][24];
	unsigned key;
};

static int64_t
city_wall(void *ctx)
{
	return ((struct city *)ctx)->wall;
}

static int64_t
city_mono(void *ctx)
{
	return ((struct city *)ctx)->mono;
}

static void
city_failed(const char *why)
{
	fail_msg("commit failed: %s", why);
}

static void
city_hears(void *ctx, const struct event *e)
{
	struct city *c = ctx;

	switch (e->type) {
	case EVENT_INCIDENT_ESCALATED:
		c->step_mono[c->steps % 64] = c->mono;
		snprintf(c->step_text[c->steps % 64], 24, "%s",
			 ((const struct incident *)e->body.rec)->step_text);
		c->steps++;
		break;
	case EVENT_INCIDENT_RAISED:
		c->last_incident = e->subject;
		break;
	case EVENT_PAGE_OWED:
		c->pages++;
		break;
	case EVENT_PAGE_SENT:
		c->paged++;
		break;
	case EVENT_PAGE_FAILED:
		c->failed++;
		break;
	case EVENT_ASSIGNMENT_OFFERED:
		c->last_assignment = e->subject;
		c->offered++;
		break;
	case EVENT_ASSIGNMENT_TIMED_OUT:
		c->timed_out++;
		break;
	case EVENT_INCIDENT_UNIT_NEAR:
		c->near++;
		break;
	case EVENT_SYNTHETIC_RAN:
		c->synthetic++;
		break;
	default:
		break;
	}
}

static void
city_turn_end(void *ctx)
{
	journal_turn_end(((struct city *)ctx)->journal);
}

static void
city_halt(void *ctx)
{
	net_stop(ctx);
}

/* Turns of the loop until all that was decided is durable and heard. */
static inline void
city_settle(struct city *c)
{
	for (int k = 0; k < 3; k++) {
		net_post(c->net, city_halt, c->net);
		net_run(c->net);
		while (journal_tail(c->journal) != journal_durable(c->journal))
			journal_turn_end(c->journal);
	}
}

static inline void
city_pass(struct city *c, int64_t ms)
{
	c->mono += ms;
	if (!c->is_wall_stopped)
		c->wall += ms;
	city_settle(c);
}

/* Time passes in steps of a quarter second, as a loop would see it. */
static inline void
city_wait(struct city *c, int64_t ms)
{
	for (; ms > 0; ms -= 250)
		city_pass(c, ms < 250 ? ms : 250);
}

static inline void
city_start(struct city *c)
{
	static struct clock clock;
	struct buf AUTO(buf_done) why = { 0 };
	struct journal_config jc = { .dir = *c->dir ? c->dir : ":memory:",
				     .clock = &clock,
				     .on_failure = city_failed };

	clock = (struct clock){ city_wall, city_mono, c };
	assert_int_equal(store_open(jc.dir, STORE_WRITE, &c->store, &jc.info, &why), 0);
	jc.store = c->store;
	assert_int_equal(journal_open(&jc, &c->journal, &why), 0);
	c->m = journal_model(c->journal);
	assert_int_equal(net_open(&clock, &c->net), 0);
	assert_int_equal(track_open(NULL, c->wall, &c->track, &why), 0);
	net_on_turn_end(c->net, city_turn_end, c);
	journal_add_sink(c->journal, city_hears, c);
	assert_int_equal(dispatch_open(c->net, c->journal, c->track, &c->cfg, &c->d),
			 0);
}

static inline void
city_stop(struct city *c)
{
	dispatch_close(c->d);
	net_close(c->net);
	journal_close(c->journal);
	track_close(c->track);
	store_close(c->store);
}

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

static inline struct patch
city_card(void)
{
	struct patch p;

	patch_init(&p, &noun_run_card);
	PATCH_STR(&p, run_card, name, SPAN("card"));
	return p;
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
