/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the law share: a journal on a clock that the test sets, and
 * a town with two missions, a second force, people, buttons and devices, whose
 * principals are made from records as the doors make them.
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
#include "journal/journal.h"

#define T0 1774260930000ll /* 2026-03-23T10:15:30Z */
#define NO_ID ((struct id){ 0 })

struct town {
	char dir[64]; /* empty: in memory */
	int64_t wall;
	struct clock clock;
	struct store *store;
	struct journal *journal;
	struct model *m;
	/* a writer thread whose word waits until the test lets it through */
	bool is_threaded;
	struct id control, rangers, mission, other;
	struct id site, site2, other_site, ranger_site;
	struct id unit, unit2, ranger_unit;
	struct id admin_id, room_id, boss_id, gate_id, other_gate_id, crew_id,
		ranger_boss_id;
	struct principal admin, room, boss, gate, other_gate, crew, button, stranger;
	struct id button_id;
	unsigned key;
};

static int64_t
town_wall(void *ctx)
{
	return ((struct town *)ctx)->wall;
}

static inline void
town_failed(const char *why)
{
	fail_msg("commit failed: %s", why);
}

static inline void
town_settle(struct town *t)
{
	journal_turn_end(t->journal);
	assert_true(journal_tail(t->journal) == journal_durable(t->journal));
}

static inline struct decision *
town_by(struct town *t, const struct principal *who)
{
	return journal_begin(t->journal, who);
}

static inline void
town_open_journal(struct town *t, struct journal_config *jc)
{
	struct buf AUTO(buf_done) why = { 0 };

	jc->dir = *t->dir ? t->dir : ":memory:";
	jc->clock = &t->clock;
	if (!jc->on_failure)
		jc->on_failure = town_failed;
	t->clock = (struct clock){ town_wall, town_wall, t };
	if (store_open(jc->dir, STORE_WRITE, &t->store, &jc->info, &why) < 0)
		fail_msg("store: %s", why.p);
	jc->store = t->store;
	if (journal_open(jc, &t->journal, &why) < 0)
		fail_msg("journal: %s", why.p);
	t->m = journal_model(t->journal);
}

static inline void
town_start(struct town *t)
{
	struct journal_config jc = { 0 };

	town_open_journal(t, &jc);
}

static inline void
town_stop(struct town *t)
{
	journal_close(t->journal);
	store_close(t->store);
	t->journal = NULL;
	t->store = NULL;
}

static inline struct id
town_agency(struct town *t, const char *name, enum agency_kind kind, bool lends)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_agency);
	PATCH_STR(&p, agency, name, span_of(name));
	PATCH_ENUM(&p, agency, kind, kind);
	PATCH_BOOL(&p, agency, lends_units, lends);
	assert_int_equal(agency_put(town_by(t, &t->admin), NO_ID, &p, &id), 0);
	return id;
}

static inline struct id
town_site(struct town *t, struct id agency, const char *name)
{
	struct patch p;
	struct id id;
	struct position at;

	assert_true(geo_position(24.82, 67.03, &at));
	patch_init(&p, &noun_site);
	PATCH_ID(&p, site, agency, agency);
	PATCH_STR(&p, site, name, span_of(name));
	PATCH_ENUM(&p, site, class, SITE_CONSULATE);
	PATCH_POS(&p, site, position, at);
	PATCH_STR(&p, site, cancel_code, SPAN("1357"));
	PATCH_STR(&p, site, duress_code, SPAN("2468"));
	assert_int_equal(site_put(town_by(t, &t->admin), NO_ID, &p, &id), 0);
	return id;
}

static inline struct id
town_unit(struct town *t, struct id agency, const char *callsign)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_unit);
	PATCH_ID(&p, unit, agency, agency);
	PATCH_STR(&p, unit, callsign, span_of(callsign));
	assert_int_equal(unit_put(town_by(t, NULL), NO_ID, &p, &id), 0);
	assert_int_equal(unit_shift(town_by(t, NULL), id, true), 0);
	return id;
}

static inline struct id
town_account(struct town *t, struct id agency, enum role role, const char *login,
	     struct id unit, struct id site)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_account);
	PATCH_ID(&p, account, agency, agency);
	PATCH_STR(&p, account, login, span_of(login));
	PATCH_STR(&p, account, name, span_of(login));
	PATCH_ENUM(&p, account, role, role);
	if (id_is_set(unit))
		PATCH_ID(&p, account, unit, unit);
	if (id_is_set(site))
		PATCH_ID(&p, account, site, site);
	assert_int_equal(
		account_put(town_by(t, NULL), NO_ID, &p, SPAN("hash"), false, &id), 0);
	return id;
}

static inline struct principal
town_principal(struct town *t, struct id account)
{
	struct principal p;

	principal_of_account(t->m, account_find(t->m, account), &p);
	return p;
}

static inline struct id
town_person(struct town *t, const struct principal *admin, const char *name,
	    struct id site, struct id unit)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, span_of(name));
	if (id_is_set(site))
		PATCH_ID(&p, person, site, site);
	if (id_is_set(unit))
		PATCH_ID(&p, person, unit, unit);
	assert_int_equal(person_put(town_by(t, admin), NO_ID, &p, &id), 0);
	return id;
}

static inline struct id
town_protected(struct town *t, const struct principal *keeper, const char *name,
	       struct id site, struct id residence)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, span_of(name));
	PATCH_ENUM(&p, person, kind, PERSON_DIPLOMAT);
	if (id_is_set(site))
		PATCH_ID(&p, person, site, site);
	if (id_is_set(residence))
		PATCH_ID(&p, person, residence, residence);
	PATCH_STR(&p, person, document, SPAN("zzdocument"));
	assert_int_equal(person_put(town_by(t, keeper), NO_ID, &p, &id), 0);
	return id;
}

static inline struct id
town_button(struct town *t, struct id agency, struct id site, const char *hash)
{
	struct id id;
	struct token_args a = { .role = ROLE_SITE,
				.agency = agency,
				.site = site,
				.label = SPAN("button"),
				.hash = span_of(hash),
				.sos_only = true };

	assert_int_equal(token_make(town_by(t, NULL), &a, &id), 0);
	return id;
}

static inline struct id
town_device(struct town *t, const char *identity, struct id bearer,
	    enum device_trust trust)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_device);
	PATCH_STR(&p, device, door, SPAN("watch"));
	PATCH_STR(&p, device, identity, span_of(identity));
	PATCH_ENUM(&p, device, trust, trust);
	if (id_is_set(bearer))
		PATCH_ID(&p, device, bound_to, bearer);
	assert_int_equal(device_put(town_by(t, NULL), NO_ID, &p, &id), 0);
	return id;
}

static inline void
town_principals(struct town *t)
{
	t->admin = town_principal(t, t->admin_id);
	t->room = town_principal(t, t->room_id);
	t->boss = town_principal(t, t->boss_id);
	t->gate = town_principal(t, t->gate_id);
	t->other_gate = town_principal(t, t->other_gate_id);
	t->crew = town_principal(t, t->crew_id);
	principal_of_token(t->m, token_find(t->m, t->button_id), &t->button);
	principal_anonymous(&t->stranger, "10.0.0.9");
}

static inline void
town_make(struct town *t)
{
	struct node_args a = { .node = SPAN("khi"),
			       .name = SPAN("Karachi"),
			       .agency_name = SPAN("Police"),
			       .number_seed = 7 };

	assert_int_equal(node_make(town_by(t, NULL), &a, &t->control), 0);
	t->admin_id =
		town_account(t, t->control, ROLE_ADMINISTRATOR, "admin", NO_ID, NO_ID);
	t->admin = town_principal(t, t->admin_id);
	t->rangers = town_agency(t, "Rangers", AGENCY_RANGERS, true);
	t->mission = town_agency(t, "Mission", AGENCY_MISSION, false);
	t->other = town_agency(t, "Other mission", AGENCY_MISSION, false);
	t->site = town_site(t, t->mission, "Consulate");
	t->site2 = town_site(t, t->mission, "Residence");
	t->other_site = town_site(t, t->other, "Other consulate");
	t->ranger_site = town_site(t, t->rangers, "Camp");
	t->unit = town_unit(t, t->control, "Eagle-1");
	t->unit2 = town_unit(t, t->control, "Eagle-2");
	t->ranger_unit = town_unit(t, t->rangers, "Desert-1");
	t->room_id = town_account(t, t->control, ROLE_DISPATCHER, "room", NO_ID, NO_ID);
	t->boss_id = town_account(t, t->control, ROLE_SUPERVISOR, "boss", NO_ID, NO_ID);
	t->gate_id = town_account(t, t->mission, ROLE_SITE, "gate", NO_ID, t->site);
	t->other_gate_id =
		town_account(t, t->other, ROLE_SITE, "ogate", NO_ID, t->other_site);
	t->crew_id =
		town_account(t, t->control, ROLE_RESPONDER, "crew", t->unit, NO_ID);
	t->button_id = town_button(t, t->mission, t->site, "beef");
	t->ranger_boss_id =
		town_account(t, t->rangers, ROLE_SUPERVISOR, "rboss", NO_ID, NO_ID);
	town_principals(t);
	town_settle(t);
}

static inline void
town_open(struct town *t, bool on_disk)
{
	*t = (struct town){ .wall = T0 };
	if (on_disk) {
		strcpy(t->dir, "/tmp/kumak-law-XXXXXX");
		assert_non_null(mkdtemp(t->dir));
	}
	assert_int_equal(crypt_start(), 0);
	town_start(t);
	town_make(t);
}

static inline void
town_close(struct town *t)
{
	char cmd[128];

	if (t->journal)
		town_stop(t);
	if (*t->dir) {
		snprintf(cmd, sizeof cmd, "rm -rf '%s'", t->dir);
		assert_int_equal(system(cmd), 0);
	}
}

static inline struct press_result
town_press_args(struct town *t, const struct principal *who, struct press_args a)
{
	struct press_result r;
	char key[24];

	if (!a.key.n) {
		snprintf(key, sizeof key, "k%u", ++t->key);
		a.key = span_of(key);
	}
	if (!a.claimed_at)
		a.claimed_at = TIME_NONE;
	a.door = SPAN("api");
	assert_int_equal(signal_press(town_by(t, who), &a, &r), 0);
	town_settle(t);
	return r;
}

static inline struct press_result
town_press(struct town *t, const struct principal *who)
{
	return town_press_args(t, who, (struct press_args){ 0 });
}

static inline struct incident *
town_incident(struct town *t, struct id id)
{
	struct incident *i =
		(struct incident *)journal_find(t->journal, NOUN_INCIDENT, id);

	assert_non_null(i);
	return i;
}

static inline struct id
town_offer(struct town *t, struct id incident, struct id unit)
{
	struct offer_args a = { .incident = incident,
				.units = &unit,
				.n_units = 1,
				.expires_in_ms = 30000 };
	struct offer_result r;

	assert_int_equal(assignment_offer(town_by(t, &t->room), &a, &r), 0);
	town_settle(t);
	return r.made[0];
}

static inline int
town_assign(struct town *t, struct id assignment, enum assignment_state to)
{
	int rc = assignment_set(town_by(t, &t->room), assignment, to, true,
				(struct span){ 0 });

	town_settle(t);
	return rc;
}

static inline void
town_close_incident(struct town *t, struct id incident)
{
	assert_int_equal(incident_close(town_by(t, &t->boss), incident, DISP_HANDLED,
					(struct span){ 0 }),
			 0);
	town_settle(t);
}

/* --- events as they lie on the shelf ---------------------------------------- */

static inline bool
town_keep_event(void *ctx, const struct store_event *e)
{
	struct buf *b = ctx;

	buf_add_span(b, e->doc);
	buf_add_c(b, '\n');
	return true;
}

/* All documents, one a line. */
static inline void
town_docs(struct store *s, struct buf *ret)
{
	assert_int_equal(store_events(s, 0, 0, SIZE_MAX >> 1, town_keep_event, ret), 0);
}

/* A generator that a failing seed repeats. */
static inline uint64_t
law_random(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
