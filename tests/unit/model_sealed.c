/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protected people and what is looked at for a reason: who keeps them, what the cell
 * must say first, when a look is marked, and which two let a file leave.
 */
#include "law/law_help.h"

static struct town town;
static struct principal madmin, mliaison, oadmin, cell, scell, orphan;
static struct id diplomat, staff;

static void
make_cell(struct town *t, struct id agency, bool is_cell)
{
	struct patch p;

	patch_init(&p, &noun_agency);
	PATCH_BOOL(&p, agency, is_cell, is_cell);
	assert_int_equal(agency_put(town_by(t, &t->admin), agency, &p, NULL), 0);
}

static struct principal
someone(struct id agency, enum role role, const char *login)
{
	return town_principal(&town,
			      town_account(&town, agency, role, login, NO_ID, NO_ID));
}

static int
open_town(void **state)
{
	struct town *t = &town;

	(void)state;
	town_open(t, false);
	make_cell(t, t->control, true);
	madmin = someone(t->mission, ROLE_ADMINISTRATOR, "madmin");
	mliaison = someone(t->mission, ROLE_LIAISON, "mliaison");
	oadmin = someone(t->other, ROLE_ADMINISTRATOR, "oadmin");
	cell = someone(t->control, ROLE_LIAISON, "cell");
	scell = someone(t->control, ROLE_LIAISON, "scell");
	orphan = someone(t->rangers, ROLE_LIAISON, "rliaison");
	diplomat = town_protected(t, &madmin, "Envoy", t->site, t->site2);
	staff = town_person(t, &madmin, "Cook", t->site, NO_ID);
	return 0;
}

static int
close_town(void **state)
{
	(void)state;
	town_close(&town);
	return 0;
}

struct ask {
	struct id agency, site, residence;
	enum person_kind kind;
	bool no_kind, withheld;
};

static const char *
put(const struct principal *who, struct id id, struct ask a)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, SPAN("somebody"));
	if (a.kind || a.no_kind)
		PATCH_ENUM(&p, person, kind, a.kind);
	if (id_is_set(a.agency))
		PATCH_ID(&p, person, agency, a.agency);
	if (id_is_set(a.site))
		PATCH_ID(&p, person, site, a.site);
	if (id_is_set(a.residence))
		PATCH_ID(&p, person, residence, a.residence);
	if (a.withheld)
		PATCH_BOOL(&p, person, withheld, true);
	rc = person_put(d, id, &p, NULL);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static enum view
sees(const struct principal *p, struct id id)
{
	return access_record(town.m, p, NOUN_PERSON, &person_find(town.m, id)->r);
}

static void
their_mission_and_the_cell_keep_them(void **state)
{
	struct town *t = &town;
	struct ask one = { .agency = t->mission, .kind = PERSON_EXPERT };

	(void)state;
	assert_string_equal(put(&madmin, NO_ID, one), "");
	assert_string_equal(put(&mliaison, NO_ID, one), "");
	assert_string_equal(put(&cell, NO_ID, one), "");
	assert_string_equal(put(&t->admin, NO_ID, one), "");
	/* another police agency is no cell, another mission is nothing */
	assert_string_equal(put(&orphan, NO_ID, one), "not_your_agency");
	assert_string_equal(put(&oadmin, NO_ID, one), "not_your_agency");
	assert_string_equal(put(&oadmin, diplomat, one), "not_found");
	assert_string_equal(put(&t->room, NO_ID, one), "needs_administrator");
	assert_string_equal(put(&t->gate, NO_ID, one), "needs_administrator");
	/* the cell keeps whom it protects, of missions alone */
	assert_string_equal(put(&cell, NO_ID, (struct ask){ .agency = t->mission }),
			    "needs_administrator");
	assert_string_equal(
		put(&cell, NO_ID,
		    (struct ask){ .agency = t->rangers, .kind = PERSON_EXPERT }),
		"no_such_agency");
	assert_string_equal(put(&cell, staff, one), "not_found");
	assert_string_equal(put(&mliaison, staff, one), "needs_administrator");
	assert_string_equal(put(&cell, diplomat, (struct ask){ .no_kind = true }),
			    "needs_administrator");
	assert_string_equal(put(&cell, diplomat, (struct ask){ .withheld = true }),
			    "needs_owner");
	one.residence = t->other_site;
	assert_string_equal(put(&cell, NO_ID, one), "no_such_site");
	assert_string_equal(put(&madmin, NO_ID, (struct ask){ .residence = t->site2 }),
			    "bad_field");
}

static void
only_a_police_agency_is_the_cell(void **state)
{
	struct town *t = &town;
	struct decision *d;
	struct patch p;

	(void)state;
	patch_init(&p, &noun_agency);
	PATCH_BOOL(&p, agency, is_cell, true);
	d = town_by(t, &t->admin);
	assert_true(agency_put(d, t->mission, &p, NULL) < 0);
	assert_string_equal(d->refusal.code, "not_a_responder");
	d = town_by(t, &orphan);
	assert_true(agency_put(d, t->rangers, &p, NULL) < 0);
	assert_string_equal(d->refusal.code, "needs_administrator");
	patch_done(&p);
	assert_int_equal(sees(&orphan, diplomat), VIEW_NONE);
	make_cell(t, t->rangers, true);
	assert_int_equal(sees(&orphan, diplomat), VIEW_ROOM);
	assert_int_equal(sees(&orphan, staff), VIEW_NONE);
	make_cell(t, t->rangers, false);
	assert_int_equal(sees(&orphan, diplomat), VIEW_NONE);
}

static void
their_mission_closes_them_even_to_the_cell(void **state)
{
	(void)state;
	assert_int_equal(sees(&cell, diplomat), VIEW_ROOM);
	assert_string_equal(put(&mliaison, diplomat, (struct ask){ .withheld = true }),
			    "");
	assert_int_equal(sees(&cell, diplomat), VIEW_NONE);
	assert_string_equal(put(&cell, diplomat, (struct ask){ 0 }), "not_found");
	assert_int_equal(sees(&mliaison, diplomat), VIEW_OWNER);
}

static const char *
look(const struct principal *who, struct id id, const char *reason)
{
	struct decision *d = town_by(&town, who);

	return person_look(d, id, span_of(reason)) < 0 ? d->refusal.code : "";
}

static int64_t
looks_made(const struct principal *who)
{
	const char *looks = account_find(town.m, who->id)->looks;
	const char *at = looks ? strstr(looks, " d ") : NULL;
	int64_t n = 0;

	while (at && (at = strchr(at, ':')))
		n += strtoll(++at, NULL, 10);
	return n;
}

static void
the_cell_says_what_for(void **state)
{
	(void)state;
	assert_string_equal(look(&cell, diplomat, ""), "needs_reason");
	assert_string_equal(look(&cell, diplomat, " \t"), "needs_reason");
	assert_int_equal(looks_made(&cell), 0);
	assert_string_equal(look(&cell, diplomat, "escort of the 4th"), "");
	assert_int_equal(looks_made(&cell), 1);
	/* his own mission is asked nothing, and leaves nothing */
	assert_string_equal(look(&mliaison, diplomat, ""), "");
	assert_int_equal(looks_made(&mliaison), 0);
	assert_string_equal(look(&oadmin, diplomat, "why"), "not_found");
	assert_string_equal(look(&town.room, diplomat, "why"), "not_found");
}

static struct opening *
newest(void)
{
	struct opening *o = NULL;
	void *v;

	for (size_t k = 0; map_next(&town.m->tables[NOUN_OPENING], &k, NULL, &v);)
		if (!o || o->r.id.seq < ((struct opening *)v)->r.id.seq)
			o = v;
	return o;
}

static void
owners_are_told_and_other_missions_are_not(void **state)
{
	struct opening *o;

	(void)state;
	assert_string_equal(look(&cell, diplomat, "escort of the 4th"), "");
	o = newest();
	assert_non_null(o);
	assert_int_equal(o->kind, OPENING_PERSON);
	assert_string_equal(o->reason, "escort of the 4th");
	assert_true(id_is(o->what, diplomat) && id_is(o->owner, town.mission));
	assert_null(o->unusual);
	assert_int_equal(access_opening(town.m, &mliaison, o), VIEW_OWNER);
	assert_int_equal(access_opening(town.m, &madmin, o), VIEW_OWNER);
	assert_int_equal(access_opening(town.m, &cell, o), VIEW_OWNER);
	assert_int_equal(access_opening(town.m, &town.boss, o), VIEW_OWNER);
	assert_int_equal(access_opening(town.m, &town.gate, o), VIEW_NONE);
	assert_int_equal(access_opening(town.m, &town.room, o), VIEW_NONE);
	assert_int_equal(access_opening(town.m, &oadmin, o), VIEW_NONE);
	assert_int_equal(access_opening(town.m, &town.other_gate, o), VIEW_NONE);
	assert_int_equal(access_opening(town.m, &orphan, o), VIEW_NONE);
}

static void
a_track_asks_for_a_reason_but_of_its_own_crew(void **state)
{
	struct town *t = &town;
	struct decision *d = town_by(t, &t->room);

	(void)state;
	assert_true(track_look(d, t->unit, SPAN(""), 1, 2) < 0);
	assert_string_equal(d->refusal.code, "needs_reason");
	assert_int_equal(
		track_look(town_by(t, &t->room), t->unit, SPAN("complaint 7"), 1, 2),
		0);
	assert_int_equal(newest()->kind, OPENING_TRACK);
	assert_true(id_is(newest()->owner, t->control));
	assert_string_equal(newest()->unusual, "[\"idle\"]");
	d = town_by(t, &t->crew);
	assert_int_equal(track_look(d, t->unit, SPAN(""), 1, 2), 0);
	assert_int_equal(looks_made(&t->crew), 0);
	d = town_by(t, &t->gate);
	assert_true(track_look(d, t->unit, SPAN("x"), 1, 2) < 0);
	assert_string_equal(d->refusal.code, "not_found");
}

#define HOUR 3600000ll
#define DAY (24 * HOUR)

/* n looks at that time. */
static void
add(char **looks, int64_t at, int n)
{
	while (n--)
		looks_add(looks, at);
}

static void
many_is_more_than_twenty_and_than_five_usual_days(void **state)
{
	char *looks = NULL;
	int64_t now = 400 * DAY + 12 * HOUR;

	(void)state;
	assert_false(looks_are_many(NULL, now));
	add(&looks, now, 19);
	assert_false(looks_are_many(looks, now)); /* the twentieth */
	add(&looks, now, 1);
	assert_true(looks_are_many(looks, now));
	assert_true(looks_are_many(looks, now + 23 * HOUR));
	assert_false(looks_are_many(looks, now + 24 * HOUR));
	free(looks);

	/* whose usual day has ten may have fifty */
	looks = NULL;
	for (int day = 10; day > 0; day--)
		add(&looks, now - day * DAY, 10);
	add(&looks, now, 49);
	assert_false(looks_are_many(looks, now));
	add(&looks, now, 1);
	assert_true(looks_are_many(looks, now));
	free(looks);

	/* days past the thirtieth make nothing usual */
	looks = NULL;
	add(&looks, now - 32 * DAY, 500);
	add(&looks, now, 20);
	assert_true(looks_are_many(looks, now));
	free(looks);

	/* counts stay short however long it goes on */
	looks = NULL;
	for (int h = 0; h < 5000; h++)
		looks_add(&looks, now + h * HOUR);
	assert_true(strlen(looks) < 1000);
	free(looks);
}

static const char *
ask_people(const struct principal *who, struct id owner, struct id *ret)
{
	struct decision *d = town_by(&town, who);
	struct patch p;
	int rc;

	patch_init(&p, &noun_export);
	PATCH_ENUM(&p, export, kind, EXPORT_PEOPLE);
	PATCH_STR(&p, export, reason, SPAN("yearly list"));
	if (id_is_set(owner))
		PATCH_ID(&p, export, owner, owner);
	rc = export_ask_kept(d, &p, ret);
	patch_done(&p);
	return rc < 0 ? d->refusal.code : "";
}

static const char *
decide(const struct principal *who, struct id id)
{
	struct decision *d = town_by(&town, who);

	return export_decide(d, id, true, SPAN("agreed")) < 0 ? d->refusal.code : "";
}

static const char *
fetch(const struct principal *who, struct id id)
{
	struct decision *d = town_by(&town, who);

	return export_open(d, id, SPAN("00ff")) < 0 ? d->refusal.code : "";
}

static void
a_file_takes_two_of_one_agency_and_its_owner_sees_it(void **state)
{
	struct town *t = &town;
	struct id x;

	(void)state;
	assert_string_equal(ask_people(&oadmin, t->mission, &x), "needs_cell");
	assert_string_equal(ask_people(&orphan, t->mission, &x), "needs_cell");
	assert_string_equal(ask_people(&t->room, t->mission, &x), "needs_person");
	assert_string_equal(ask_people(&cell, t->rangers, &x), "no_such_agency");
	assert_string_equal(ask_people(&cell, t->mission, &x), "");
	assert_string_equal(decide(&cell, x), "needs_another");
	assert_string_equal(decide(&mliaison, x), "not_yours"); /* sees, and no more */
	assert_string_equal(decide(&oadmin, x), "not_found");
	assert_string_equal(fetch(&cell, x), "not_approved");
	assert_string_equal(decide(&scell, x), "");
	assert_string_equal(fetch(&mliaison, x), "not_yours");
	assert_string_equal(fetch(&t->boss, x), "not_yours");
	assert_string_equal(fetch(&cell, x), "");
	assert_string_equal(export_find(t->m, x)->hash, "00ff");
	assert_int_equal(export_find(t->m, x)->opened, 1);
	/* the agency is the cell no more: nor does its file leave */
	make_cell(t, t->control, false);
	assert_string_equal(fetch(&cell, x), "needs_cell");
	make_cell(t, t->control, true);
	t->wall += EXPORT_STANDS_MS + 1;
	assert_string_equal(fetch(&scell, x), "too_old");
}

static void
erased_leaves_nothing(void **state)
{
	struct town *t = &town;
	const struct person *h = person_find(t->m, diplomat);

	(void)state;
	assert_non_null(h->document);
	assert_int_equal(person_erase(town_by(t, NULL), diplomat), 0);
	assert_null(h->name);
	assert_null(h->document);
	assert_false(id_is_set(h->residence));
	assert_int_equal(sees(&cell, diplomat), VIEW_NONE);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_town, close_town)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(their_mission_and_the_cell_keep_them),
		TEST(only_a_police_agency_is_the_cell),
		TEST(their_mission_closes_them_even_to_the_cell),
		TEST(the_cell_says_what_for),
		TEST(owners_are_told_and_other_missions_are_not),
		TEST(a_track_asks_for_a_reason_but_of_its_own_crew),
		cmocka_unit_test(many_is_more_than_twenty_and_than_five_usual_days),
		TEST(a_file_takes_two_of_one_agency_and_its_owner_sees_it),
		TEST(erased_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
