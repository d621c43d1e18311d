/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that must be found on the whole node: logins, call signs, what devices
 * call themselves. A refusal never tells an agency what another has.
 */
#include "law/law_help.h"

static struct town town;
static struct principal madmin, oadmin;

static int
open_town(void **state)
{
	struct town *t = &town;

	(void)state;
	town_open(t, false);
	madmin = town_principal(t, town_account(t, t->mission, ROLE_ADMINISTRATOR,
						"madmin", NO_ID, NO_ID));
	oadmin = town_principal(t, town_account(t, t->other, ROLE_ADMINISTRATOR,
						"oadmin", NO_ID, NO_ID));
	return 0;
}

static int
close_town(void **state)
{
	(void)state;
	town_close(&town);
	return 0;
}

/* --- logins ------------------------------------------------------------------- */

/* What an account comes to be called, or the word of the refusal. */
static const char *
login(const struct principal *who, struct id agency, const char *asked)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_account);
	PATCH_ID(&p, account, agency, agency);
	PATCH_STR(&p, account, login, span_of(asked));
	PATCH_ENUM(&p, account, role, ROLE_LIAISON);
	rc = account_put(d, NO_ID, &p, SPAN("hash"), false, &id);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : account_find(town.m, id)->login;
}

static void
is_at(const char *typed, struct id agency, const char *login)
{
	const struct account *a = account_for_sign_in(town.m, span_of(typed));

	if (!login) {
		assert_null(a);
		return;
	}
	assert_non_null(a);
	assert_string_equal(a->login, login);
	assert_true(id_is(a->agency, agency));
}

static void
a_login_that_an_agency_makes_carries_its_name(void **state)
{
	struct town *t = &town;

	(void)state;
	assert_string_equal(login(&madmin, t->mission, "desk"), "desk@mission");
	assert_string_equal(login(&oadmin, t->other, "desk"), "desk@other-mission");
	assert_string_equal(login(&t->admin, t->control, "desk"), "desk");
	assert_string_equal(login(&madmin, t->mission, "door@mission"), "door@mission");
	is_at("desk@mission", t->mission, "desk@mission");
	is_at("desk@other-mission", t->other, "desk@other-mission");
	is_at("desk", t->control, "desk");
	is_at("desk@police", t->control, "desk");
	is_at("desk@nobody", NO_ID, NULL);
	is_at("door", NO_ID, NULL);
}

static void
a_bare_login_takes_its_agency_s_name_too(void **state)
{
	struct town *t = &town;
	struct buf AUTO(buf_done) by_number = { 0 };

	(void)state;
	/* "gate" is the mission's, made by the control agency */
	is_at("gate", t->mission, "gate");
	is_at("gate@mission", t->mission, "gate");
	buf_printf(&by_number, "gate@g%llu", (unsigned long long)t->mission.seq);
	is_at(by_number.p, t->mission, "gate");
	is_at("gate@other-mission", NO_ID, NULL);
	is_at("@mission", NO_ID, NULL);
	is_at("gate@", t->mission, NULL);
	/* one login in one agency, in whatever form */
	assert_string_equal(login(&madmin, t->mission, "gate"), "login_taken");
	assert_string_equal(login(&t->admin, t->mission, "gate@mission"),
			    "login_taken");
	assert_string_equal(login(&oadmin, t->other, "gate"), "gate@other-mission");
}

static void
no_refusal_speaks_of_another_agency(void **state)
{
	static const char *const asked[] = {
		"gate@mission",   "ghost@mission",          "gate@nothing", "@",
		"@other-mission", "a@other-mission@mission"
	};
	struct town *t = &town;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(asked); k++)
		assert_string_equal(login(&oadmin, t->other, asked[k]),
				    "bad_login_name");
	assert_string_equal(login(&oadmin, t->other, "admin"), "admin@other-mission");
	assert_string_equal(login(&oadmin, t->other, "room"), "room@other-mission");
}

/* --- short names -------------------------------------------------------------- */

static const char *
short_name(struct id agency, const char *asked)
{
	struct decision *d = town_by(&town, &town.admin);
	struct patch p;
	int rc;

	patch_init(&p, &noun_agency);
	PATCH_STR(&p, agency, short_name, span_of(asked));
	if (!id_is_set(agency)) {
		PATCH_STR(&p, agency, name, SPAN("New"));
		PATCH_ENUM(&p, agency, kind, AGENCY_COMPANY);
	}
	rc = agency_put(d, agency, &p, &agency);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : agency_find(town.m, agency)->short_name;
}

static void
short_names_are_made_of_names(void **state)
{
	struct town *t = &town;
	struct buf AUTO(buf_done) number = { 0 };
	struct id id;

	(void)state;
	assert_string_equal(agency_find(t->m, t->control)->short_name, "police");
	assert_string_equal(agency_find(t->m, t->other)->short_name, "other-mission");
	id = town_agency(t, "Mission", AGENCY_MISSION, false); /* taken: its number */
	assert_null(agency_find(t->m, id)->short_name);
	agency_short_name(agency_find(t->m, id), &number);
	assert_int_equal(number.p[0], 'g');
	assert_string_equal(short_name(id, "mission-2"), "mission-2");
	assert_string_equal(short_name(id, "mission-2"), "mission-2");
	assert_string_equal(short_name(id, "mission-3"), "short_name_fixed");
	id = town_agency(t, "قونصل خانہ", AGENCY_MISSION, false);
	assert_null(agency_find(t->m, id)->short_name);
	id = town_agency(t, "  The -- Consulate-General of Nowhere (demo) ",
			 AGENCY_MISSION, false);
	assert_string_equal(agency_find(t->m, id)->short_name,
			    "the-consulate-general-of");
}

static void
short_names_have_a_form(void **state)
{
	static const char *const bad[] = { "",   "a",   "A-b", "a b", "-a",
					   "a-", "a@b", "12",  "g12", "ä" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		assert_string_equal(short_name(NO_ID, bad[k]), "bad_short_name");
	assert_string_equal(short_name(NO_ID, "police"), "short_name_taken");
	assert_string_equal(short_name(NO_ID, "g12a"), "g12a");
}

/* --- call signs --------------------------------------------------------------- */

static const char *
callsign(const struct principal *who, struct id unit, const char *asked)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_unit);
	PATCH_STR(&p, unit, callsign, span_of(asked));
	rc = unit_put(d, unit, &p, &id);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static void
call_signs_are_one_agency_s(void **state)
{
	struct town *t = &town;
	struct id id;

	(void)state;
	assert_string_equal(callsign(&t->admin, NO_ID, "Eagle-1"), "callsign_taken");
	assert_string_equal(callsign(&madmin, NO_ID, "Eagle-1"), "");
	assert_string_equal(callsign(&oadmin, NO_ID, "Eagle-1"), "");
	assert_string_equal(callsign(&oadmin, NO_ID, "Eagle-1"), "callsign_taken");
	id = unit_by_callsign(t->m, WORLD_LIVE, t->mission, "Eagle-1")->r.id;
	assert_string_equal(callsign(&madmin, id, "Eagle-1"), "");
	assert_string_equal(callsign(&madmin, id, "Falcon"), "");
	assert_null(unit_by_callsign(t->m, WORLD_LIVE, t->mission, "Eagle-1"));
	assert_non_null(unit_by_callsign(t->m, WORLD_LIVE, t->control, "Eagle-1"));
}

/* --- devices ------------------------------------------------------------------ */

static const char *
claim(const struct principal *who, const char *identity, struct id bearer,
      struct id *ret)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_device);
	PATCH_STR(&p, device, door, SPAN("watch"));
	PATCH_STR(&p, device, identity, span_of(identity));
	PATCH_ID(&p, device, bound_to, bearer);
	rc = device_put(d, NO_ID, &p, ret);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static const char *
bind(const struct principal *who, struct id id, struct id bearer)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_device);
	if (id_is_set(bearer))
		PATCH_ID(&p, device, bound_to, bearer);
	else
		PATCH_ENUM(&p, device, state, DEVICE_BOUND);
	rc = device_put(d, id, &p, NULL);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static struct device *
named(const char *identity)
{
	return device_by_name(town.m, SPAN("watch"), span_of(identity));
}

static void
a_claim_waits_and_takes_nothing(void **state)
{
	struct town *t = &town;
	struct id held = town_device(t, "77", t->site, TRUST_VERIFIED), a, b;

	(void)state;
	assert_string_equal(claim(&oadmin, "77", t->other_site, &a), "");
	assert_string_equal(claim(&oadmin, "78", t->other_site, &b), "");
	assert_int_equal(device_find(t->m, a)->state, DEVICE_PENDING);
	assert_int_equal(device_find(t->m, b)->state, DEVICE_PENDING);
	assert_true(id_is(device_find(t->m, a)->agency, t->other));
	assert_true(id_is(named("77")->r.id, held));
	assert_null(named("78"));
	/* nor by changing it */
	assert_string_equal(bind(&oadmin, a, t->other_site), "");
	assert_true(id_is(named("77")->r.id, held));
	assert_string_equal(bind(&oadmin, a, NO_ID), "needs_control");
	assert_string_equal(bind(&oadmin, a, t->site), "no_such_bearer");
	assert_string_equal(bind(&oadmin, held, t->other_site), "not_found");
	assert_string_equal(claim(&oadmin, "77", t->other_site, &a), "exists");
}

static void
the_control_agency_decides(void **state)
{
	struct town *t = &town;
	struct id held = town_device(t, "77", t->site, TRUST_VERIFIED), a, seen;
	struct patch p;

	(void)state;
	assert_string_equal(claim(&oadmin, "77", t->other_site, &a), "");
	assert_string_equal(bind(&t->admin, a, NO_ID), "identity_bound");
	patch_init(&p, &noun_device);
	PATCH_ID(&p, device, bound_to, NO_ID);
	assert_int_equal(device_put(town_by(t, &t->admin), held, &p, NULL), 0);
	assert_string_equal(bind(&t->admin, a, NO_ID), "");
	assert_true(id_is(named("77")->r.id, a));
	assert_int_equal(device_find(t->m, a)->state, DEVICE_BOUND);
	/* the one that had it cannot take it back */
	assert_string_equal(bind(&madmin, held, t->site), "");
	assert_int_equal(device_find(t->m, held)->state, DEVICE_PENDING);
	assert_true(id_is(named("77")->r.id, a));
	/* what called and was nobody's goes with its name */
	assert_int_equal(
		device_seen(town_by(t, NULL), SPAN("watch"), SPAN("79"), &seen), 0);
	assert_string_equal(claim(&oadmin, "79", t->other_site, &a), "");
	assert_string_equal(bind(&t->admin, a, NO_ID), "");
	assert_true(id_is(named("79")->r.id, a));
	assert_int_equal(device_find(t->m, seen)->state, DEVICE_REVOKED);
}

static void
a_carrier_is_of_the_device_s_agency(void **state)
{
	struct town *t = &town;
	struct id id = town_device(t, "80", t->site, TRUST_VERIFIED);
	struct id h = town_person(t, &madmin, "Carrier", t->site, NO_ID);
	struct id stranger = town_person(t, &oadmin, "Other", NO_ID, NO_ID);
	struct decision *d = town_by(t, &madmin);
	struct patch p;

	(void)state;
	patch_init(&p, &noun_device);
	PATCH_ID(&p, device, person, stranger);
	assert_int_equal(device_put(d, id, &p, NULL), ERR_DENIED);
	assert_string_equal(d->refusal.code, "no_such_person");
	PATCH_ID(&p, device, person, h);
	assert_int_equal(device_put(town_by(t, &madmin), id, &p, NULL), 0);
	assert_true(id_is(device_find(t->m, id)->person, h));
	/* bound to another's, it is no longer carried by him */
	assert_string_equal(bind(&t->admin, id, t->other_site), "");
	assert_false(id_is_set(device_find(t->m, id)->person));
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, open_town, close_town)
	const struct CMUnitTest tests[] = {
		CASE(a_login_that_an_agency_makes_carries_its_name),
		CASE(a_bare_login_takes_its_agency_s_name_too),
		CASE(no_refusal_speaks_of_another_agency),
		CASE(short_names_are_made_of_names),
		CASE(short_names_have_a_form),
		CASE(call_signs_are_one_agency_s),
		CASE(a_claim_waits_and_takes_nothing),
		CASE(the_control_agency_decides),
		CASE(a_carrier_is_of_the_device_s_agency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
