/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People: who makes them, where they may belong, what happens when they leave,
 * and that one key opens all that is personal of one.
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

/* What a patch with these members comes to: its refusal's word, "" when done. */
struct ask {
	const char *name, *phones;
	struct id agency, site, unit;
	enum person_state state;
};

static const char *
put(const struct principal *who, struct id id, struct ask a)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, span_of(a.name ? a.name : "somebody"));
	if (a.phones)
		PATCH_STR(&p, person, phones, span_of(a.phones));
	if (id_is_set(a.agency))
		PATCH_ID(&p, person, agency, a.agency);
	if (id_is_set(a.site))
		PATCH_ID(&p, person, site, a.site);
	if (id_is_set(a.unit))
		PATCH_ID(&p, person, unit, a.unit);
	if (a.state)
		PATCH_ENUM(&p, person, state, a.state);
	rc = person_put(d, id, &p, NULL);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static void
only_their_own_administrator_makes_people(void **state)
{
	struct town *t = &town;
	struct ask theirs = { .agency = t->mission };

	(void)state;
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ 0 }), "");
	assert_string_equal(put(&madmin, NO_ID, theirs), "");
	/* the control agency's neither: it would know them */
	assert_string_equal(put(&t->admin, NO_ID, theirs), "not_your_agency");
	assert_string_equal(put(&oadmin, NO_ID, theirs), "not_your_agency");
	assert_string_equal(put(&t->gate, NO_ID, theirs), "needs_administrator");
	assert_string_equal(put(&t->room, NO_ID, (struct ask){ 0 }),
			    "needs_administrator");
	assert_string_equal(put(NULL, NO_ID, theirs), "needs_administrator");
}

static void
another_s_person_is_as_none(void **state)
{
	struct town *t = &town;
	struct id own = town_person(t, &madmin, "Own", t->site, NO_ID);
	struct id ghost = own;

	(void)state;
	ghost.seq = 987654321;
	assert_string_equal(put(&oadmin, own, (struct ask){ 0 }), "not_found");
	assert_string_equal(put(&t->admin, own, (struct ask){ 0 }), "not_found");
	assert_string_equal(put(&oadmin, ghost, (struct ask){ 0 }), "not_found");
	assert_string_equal(put(&madmin, own, (struct ask){ 0 }), "");
}

static void
they_belong_to_what_is_their_agency_s(void **state)
{
	struct town *t = &town;
	struct id ghost = t->other_site;

	(void)state;
	ghost.seq = 987654321;
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ .site = t->site2 }), "");
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ .site = t->other_site }),
			    "no_such_site");
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ .site = ghost }),
			    "no_such_site");
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ .unit = t->unit }),
			    "no_such_unit");
	assert_string_equal(put(&t->admin, NO_ID, (struct ask){ .unit = t->unit }), "");
}

static void
phones_have_a_form(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[1]",
		"[{\"label\":\"desk\"}]",
		"[{\"number\":15}]",
		"[{\"number\":\"15\",\"label\":1}]",
		"[{\"number\":\"15\",\"more\":1}]",
		"[{\"number\":\"15\",\"label\":\"a\",\"more\":1}]",
		"[{\"number\":\"1234567890123456789012345678901234567890"
		"123456789012345678901\"}]",
		"[{\"number\":\"1\"},{\"number\":\"1\"},{\"number\":\"1\"},"
		"{\"number\":\"1\"},{\"number\":\"1\"},{\"number\":\"1\"},"
		"{\"number\":\"1\"},{\"number\":\"1\"},{\"number\":\"1\"},"
		"{\"number\":\"1\"},{\"number\":\"1\"}]",
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		assert_string_equal(
			put(&madmin, NO_ID, (struct ask){ .phones = bad[k] }),
			"bad_phones");
	assert_string_equal(
		put(&madmin, NO_ID,
		    (struct ask){ .phones = "[{\"number\":\"+92 21 0000 1\"},"
					    "{\"label\":\"d\",\"number\":\"1\"}]" }),
		"");
}

static void
who_has_left_is_of_no_staff_and_no_crew(void **state)
{
	struct town *t = &town;
	struct id id = town_person(t, &madmin, "Gone", t->site, NO_ID);

	(void)state;
	assert_string_equal(put(&madmin, id, (struct ask){ .state = PERSON_LEFT }), "");
	assert_false(id_is_set(person_find(t->m, id)->site));
	assert_int_equal(
		access_record(t->m, &t->gate, NOUN_PERSON, &person_find(t->m, id)->r),
		VIEW_NONE);
	assert_string_equal(put(&madmin, id, (struct ask){ .site = t->site }),
			    "has_left");
	assert_string_equal(
		put(&madmin, id,
		    (struct ask){ .state = PERSON_ACTIVE, .site = t->site }),
		"");
	assert_true(id_is(person_find(t->m, id)->site, t->site));
}

static const char *
make_account(const struct principal *who, struct id agency, const char *login,
	     struct id person, struct id *ret)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_account);
	PATCH_ID(&p, account, agency, agency);
	PATCH_STR(&p, account, login, span_of(login));
	PATCH_STR(&p, account, name, SPAN("zzname of the login"));
	PATCH_ENUM(&p, account, role, ROLE_LIAISON);
	PATCH_ID(&p, account, person, person);
	rc = account_put(d, NO_ID, &p, SPAN("hash"), false, ret);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static void
a_login_may_be_of_a_person_that_the_maker_sees(void **state)
{
	struct town *t = &town;
	struct id h = town_person(t, &madmin, "Known", t->site, NO_ID), a;
	struct principal self;

	(void)state;
	assert_string_equal(make_account(&madmin, t->mission, "known", h, &a), "");
	assert_true(id_is(account_find(t->m, a)->person, h));
	self = town_principal(t, a);
	assert_int_equal(
		access_record(t->m, &self, NOUN_PERSON, &person_find(t->m, h)->r),
		VIEW_OWNER);
	/* whoever may not see the person cannot find out by pointing at it */
	assert_string_equal(make_account(&t->admin, t->mission, "ctl", h, &a),
			    "no_such_person");
	assert_string_equal(make_account(&oadmin, t->other, "other", h, &a),
			    "no_such_person");
}

static void
one_key_erases_a_person_and_the_login_s_name(void **state)
{
	struct buf AUTO(buf_done) docs = { 0 }, why = { 0 };
	struct town disk, *t = &disk;
	struct key_file *keys;
	struct chain_report r;
	struct principal admin;
	struct id h, a, other;
	uint8_t key[64];
	int64_t slot;

	(void)state;
	town_open(t, true);
	admin = town_principal(t, town_account(t, t->mission, ROLE_ADMINISTRATOR,
					       "madmin", NO_ID, NO_ID));
	h = town_person(t, &admin, "zzname of the person", t->site, NO_ID);
	other = town_person(t, &admin, "Stays", t->site, NO_ID);
	town = disk;
	assert_string_equal(make_account(&admin, t->mission, "zz", h, &a), "");
	town_settle(t);
	slot = person_find(t->m, h)->key_slot;
	assert_int_equal(account_find(t->m, a)->key_slot, slot);
	assert_true(person_find(t->m, other)->key_slot != slot);
	town_docs(t->store, &docs);
	assert_non_null(strstr(docs.p, "person.changed"));
	assert_null(strstr(docs.p, "zzname"));
	town_stop(t);

	assert_int_equal(node_key_load(t->dir, false, key, &why), 0);
	assert_int_equal(key_file_open(t->dir, key + 32, &keys, &why), 0);
	assert_int_equal(key_file_destroy(keys, &slot, 1), 0);
	key_file_close(keys);
	town_start(t);
	assert_null(person_find(t->m, h)->name);
	assert_null(account_find(t->m, a)->name);
	assert_true(id_is(person_find(t->m, h)->site, t->site));
	assert_string_equal(person_find(t->m, other)->name, "Stays");
	assert_int_equal(chain_verify(t->store, NULL, 0, &r), 0);
	town_close(t);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, open_town, close_town)
	const struct CMUnitTest tests[] = {
		CASE(only_their_own_administrator_makes_people),
		CASE(another_s_person_is_as_none),
		CASE(they_belong_to_what_is_their_agency_s),
		CASE(phones_have_a_form),
		CASE(who_has_left_is_of_no_staff_and_no_crew),
		CASE(a_login_may_be_of_a_person_that_the_maker_sees),
		cmocka_unit_test(one_key_erases_a_person_and_the_login_s_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
