/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 9 on a site's register (product rule 11): in each state of the site's calls,
 * who sees its parts, who hears that they changed, and what its owner is told.
 */
#include "law_register.h"

enum who {
	ROOM,
	BOSS,
	BOARD,
	ADMIN,
	CREW,    /* has accepted */
	OFFERED, /* has not */
	OROOM,   /* a dispatcher of the Rangers */
	GATE,
	LIAISON,
	GATE2,  /* of the mission's other site */
	MGUARD, /* a supervisor of the mission */
	OGATE,
	BUTTON,
	STRANGER,
	N_WHO
};
static const char *const names[N_WHO] = {
	"ROOM", "BOSS",    "BOARD", "ADMIN",  "CREW",  "OFFERED", "OROOM",
	"GATE", "LIAISON", "GATE2", "MGUARD", "OGATE", "BUTTON",  "STRANGER",
};

/* What is asked of each caller: head page, plan, post, visit, audit, finding, and a
 * protected person who works there; and whether a change of the plan is heard. */
#define N_SEEN 7

struct stage {
	struct town t;
	struct principal who[N_WHO];
	struct law_register reg;
	struct id incident, diplomat;
	/* openings that each heard of */
	unsigned told[N_WHO];
};

static void
count_told(void *ctx, const struct event *e)
{
	struct stage *g = ctx;

	if (e->type != EVENT_REGISTER_OPENED && e->type != EVENT_REGISTER_ASKED &&
	    e->type != EVENT_REGISTER_APPROVED)
		return;
	for (int k = 0; k < N_WHO; k++) {
		enum view v;

		g->told[k] += access_event(g->t.m, &g->who[k], e,
					   incident_find(g->t.m, e->incident), &v);
	}
}

static struct principal
someone(struct town *t, struct id agency, enum role role, const char *login,
	struct id unit, struct id site)
{
	return town_principal(t, town_account(t, agency, role, login, unit, site));
}

static struct stage *
stage_open(void)
{
	struct stage *g = calloc(1, sizeof *g);
	struct town *t = &g->t;
	struct principal madmin, *p = g->who;
	struct id person;

	town_open(t, false);
	madmin = someone(t, t->mission, ROLE_ADMINISTRATOR, "madmin", NO_ID, NO_ID);
	person = town_person(t, &madmin, "duty", t->site, NO_ID);
	p[ROOM] = t->room;
	p[BOSS] = t->boss;
	p[BOARD] = someone(t, t->control, ROLE_BOARD, "board", NO_ID, NO_ID);
	p[ADMIN] = t->admin;
	p[CREW] = t->crew;
	p[OFFERED] = someone(t, t->rangers, ROLE_RESPONDER, "offered", t->ranger_unit,
			     NO_ID);
	p[OROOM] = someone(t, t->rangers, ROLE_DISPATCHER, "oroom", NO_ID, NO_ID);
	p[GATE] = t->gate;
	p[LIAISON] = someone(t, t->mission, ROLE_LIAISON, "liaison", NO_ID, NO_ID);
	p[GATE2] = someone(t, t->mission, ROLE_SITE, "gate2", NO_ID, t->site2);
	p[MGUARD] = someone(t, t->mission, ROLE_SUPERVISOR, "mguard", NO_ID, NO_ID);
	p[OGATE] = t->other_gate;
	p[BUTTON] = t->button;
	p[STRANGER] = t->stranger;
	g->reg = register_make(t, &madmin, t->site, person);
	g->diplomat = town_protected(t, &madmin, "envoy", t->site, NO_ID);
	journal_add_sink(t->journal, count_told, g);
	return g;
}

static void
stage_close(struct stage *g)
{
	town_close(&g->t);
	free(g);
}

static char
letter_of(struct stage *g, const struct principal *p, enum noun_index n, struct id id)
{
	struct record *rec = journal_find(g->t.journal, n, id);

	assert_non_null(rec);
	return "-OURA"[access_record(g->t.m, p, n, rec)];
}

/* "R" for each part seen, then what is heard of a change: one row a caller. */
static void
row(struct stage *g, int who, char out[N_SEEN + 3])
{
	const struct principal *p = &g->who[who];
	struct event e;
	enum view v;

	out[0] = letter_of(g, p, NOUN_BOOK, g->reg.book);
	out[1] = letter_of(g, p, NOUN_PLAN, g->reg.plan);
	out[2] = letter_of(g, p, NOUN_POINT, g->reg.post);
	out[3] = letter_of(g, p, NOUN_VISIT, g->reg.visit);
	out[4] = letter_of(g, p, NOUN_REVIEW, g->reg.review);
	out[5] = letter_of(g, p, NOUN_FINDING, g->reg.finding);
	out[6] = letter_of(g, p, NOUN_PERSON, g->diplomat);
	out[7] = ' ';
	event_begin(town_by(&g->t, NULL), &e, EVENT_PLAN_CHANGED, WORLD_LIVE,
		    g->reg.plan);
	e.site = g->t.site;
	e.agency = g->t.mission;
	access_event(g->t.m, p, &e, NULL, &v);
	event_done(&e);
	out[8] = "-OURA"[v];
	out[9] = 0;
}

/* room: of dispatcher and supervisor; crew: of the one who accepted. All others
 * are the same in every state. */
static void
expect(struct stage *g, const char *state, const char *room, const char *crew)
{
	static const char own[] = "OOOOOOO O", none[] = "------- -";
	const char *want[N_WHO] = {
		[ROOM] = room,   [BOSS] = room,     [BOARD] = none,  [ADMIN] = none,
		[CREW] = crew,   [OFFERED] = none,  [OROOM] = none,  [GATE] = own,
		[LIAISON] = own, [GATE2] = none,    [MGUARD] = none, [OGATE] = none,
		[BUTTON] = none, [STRANGER] = none,
	};
	int bad = 0;

	for (int k = 0; k < N_WHO; k++) {
		char have[N_SEEN + 3];

		row(g, k, have);
		if (strcmp(have, want[k]) != 0) {
			print_message("%s: %-8s %s, wanted %s\n", state, names[k], have,
				      want[k]);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

#define CLOSED "------- -"
#define TO_ROOM "RRR---R R"
#define TO_CREW "UUU---U U"

/* The crew accepts; the Rangers are offered and say nothing. */
static void
send_units(struct stage *g)
{
	struct town *t = &g->t;

	town_offer(t, g->incident, t->ranger_unit);
	assert_int_equal(town_assign(t, town_offer(t, g->incident, t->unit),
				     ASSIGNMENT_ACCEPTED),
			 0);
}

static void
law_9_closed_without_an_incident(void **state)
{
	struct stage *g = stage_open();

	(void)state;
	expect(g, "no incident", CLOSED, CLOSED);
	/* an incident of another site of the mission opens nothing */
	g->incident = town_press(&g->t, &g->who[GATE2]).incident;
	send_units(g);
	expect(g, "another site's", CLOSED, CLOSED);
	stage_close(g);
}

static void
law_9_closed_for_a_test_and_for_an_unverified_call(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;

	(void)state;
	g->incident =
		town_press_args(t, &t->gate, (struct press_args){ .is_test = true })
			.incident;
	send_units(g);
	expect(g, "test", CLOSED, CLOSED);
	stage_close(g);

	g = stage_open();
	t = &g->t;
	g->incident =
		town_press_args(t, &t->stranger, (struct press_args){ .site = t->site })
			.incident;
	assert_int_equal(incident_find(t->m, g->incident)->trust, TRUST_UNVERIFIED);
	send_units(g);
	expect(g, "unverified", CLOSED, CLOSED);
	stage_close(g);
}

/* A call that the room typed in itself is no signal of the site. */
static void
law_9_closed_for_a_call_that_the_room_typed(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct call_args a = { .kind = SPAN("call"),
			       .message = SPAN("they rang"),
			       .priority = PRIORITY_P1,
			       .site = t->site };

	(void)state;
	for (int k = 0; k < MS__COUNT; k++)
		a.typed[k] = TIME_NONE;
	assert_int_equal(incident_open_call(town_by(t, &t->room), &a, &g->incident), 0);
	town_settle(t);
	send_units(g);
	expect(g, "typed", CLOSED, CLOSED);
	stage_close(g);
}

static int
look_as(struct stage *g, int who, const char *what)
{
	struct town *t = &g->t;
	int rc = register_look(town_by(t, &g->who[who]), site_find(t->m, t->site),
			       span_of(what));

	town_settle(t);
	return rc;
}

static void
law_9_open_while_a_verified_call_is(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct id assignment;

	(void)state;
	g->incident = town_press(t, &t->gate).incident;
	expect(g, "verified", TO_ROOM, CLOSED);
	send_units(g);
	expect(g, "accepted", TO_ROOM, TO_CREW);
	/* each look is told at once, the same one once */
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(look_as(g, CREW, "plans"), 0);
	assert_int_equal(g->told[GATE], 2);
	assert_int_equal(g->told[LIAISON], 2);
	assert_int_equal(g->told[ROOM], 2);
	assert_int_equal(g->told[GATE2] + g->told[OGATE] + g->told[MGUARD] +
				 g->told[ADMIN] + g->told[CREW] + g->told[OROOM],
			 0);
	/* who may not see is not noted as one who saw */
	assert_int_equal(look_as(g, OFFERED, "plans"), 0);
	assert_int_equal(g->told[GATE], 2);
	t->wall += 600000;
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(g->told[GATE], 3);
	/* the crew is done before the call is */
	assignment = incident_find(t->m, g->incident)->assignments[1]->r.id;
	assert_int_equal(town_assign(t, assignment, ASSIGNMENT_CLEARED), 0);
	expect(g, "cleared", TO_ROOM, CLOSED);
	town_close_incident(t, g->incident);
	expect(g, "closed", CLOSED, CLOSED);
	stage_close(g);
}

static void
withhold(struct stage *g, bool is_withheld)
{
	struct town *t = &g->t;
	struct patch p;

	patch_init(&p, &noun_book);
	PATCH_BOOL(&p, book, withheld, is_withheld);
	assert_int_equal(register_put(town_by(t, &g->who[LIAISON]), t->site, &p), 0);
	patch_done(&p);
	town_settle(t);
}

static void
law_9_the_owner_can_withhold(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct site *s = site_find(t->m, t->site);
	struct patch p;

	(void)state;
	g->incident = town_press(t, &t->gate).incident;
	send_units(g);
	withhold(g, true);
	expect(g, "withheld", CLOSED, CLOSED);
	assert_int_equal(book_access(t->m, &t->room, s, NULL), BOOK_WITHHELD);
	assert_int_equal(book_access(t->m, &t->crew, s, NULL), BOOK_WITHHELD);
	assert_int_equal(book_access(t->m, &g->who[OGATE], s, NULL), BOOK_LOCKED);
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(g->told[GATE], 0);
	/* only its owner opens it again */
	patch_init(&p, &noun_book);
	PATCH_BOOL(&p, book, withheld, false);
	assert_int_equal(register_put(town_by(t, &t->room), t->site, &p), ERR_DENIED);
	assert_int_equal(register_put(town_by(t, &t->gate), t->site, &p), ERR_DENIED);
	assert_int_equal(register_put(town_by(t, &g->who[OGATE]), t->site, &p),
			 ERR_DENIED);
	patch_done(&p);
	withhold(g, false);
	expect(g, "restored", TO_ROOM, TO_CREW);
	stage_close(g);
}

static int
ask(struct stage *g, int who)
{
	struct town *t = &g->t;
	int rc =
		register_ask(town_by(t, &g->who[who]), t->site, SPAN("smoke seen"), 30);

	town_settle(t);
	return rc;
}

static int
approve(struct stage *g, int who)
{
	struct town *t = &g->t;
	int rc = register_approve(town_by(t, &g->who[who]), t->site);

	town_settle(t);
	return rc;
}

static void
law_9_two_people_open_it_for_a_time(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	static const int may_not[] = { BOARD, ADMIN, CREW,   OROOM,  LIAISON,
				       GATE,  OGATE, MGUARD, BUTTON, STRANGER };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(may_not); k++)
		assert_int_equal(ask(g, may_not[k]), ERR_DENIED);
	assert_int_equal(approve(g, BOSS), ERR_DENIED); /* nobody asked */
	assert_int_equal(ask(g, ROOM), 0);
	expect(g, "asked", CLOSED, CLOSED);
	assert_int_equal(approve(g, ROOM), ERR_DENIED); /* one is not two */
	for (size_t k = 0; k < ARRAY_LEN(may_not); k++)
		assert_int_equal(approve(g, may_not[k]), ERR_DENIED);
	expect(g, "not approved", CLOSED, CLOSED);
	assert_int_equal(approve(g, BOSS), 0);
	expect(g, "two people", TO_ROOM, CLOSED);
	assert_int_equal(g->told[GATE], 2);
	assert_int_equal(g->told[OGATE] + g->told[GATE2], 0);
	assert_int_equal(look_as(g, ROOM, "contacts"), 0);
	assert_int_equal(g->told[GATE], 3);
	/* it ends by itself */
	t->wall += 29 * 60000;
	register_tick(town_by(t, NULL), g->reg.book);
	expect(g, "before its end", TO_ROOM, CLOSED);
	t->wall += 60000;
	register_tick(town_by(t, NULL), g->reg.book);
	expect(g, "after its end", CLOSED, CLOSED);
	/* a request that nobody confirms is over too */
	assert_int_equal(ask(g, BOSS), 0);
	t->wall += 15 * 60000;
	assert_int_equal(approve(g, ROOM), ERR_DENIED);
	/* the owner's no ends it, and is not forgotten with it */
	register_tick(town_by(t, NULL), g->reg.book);
	assert_int_equal(ask(g, ROOM), 0);
	assert_int_equal(approve(g, BOSS), 0);
	withhold(g, true);
	expect(g, "withheld from two", CLOSED, CLOSED);
	assert_int_equal(ask(g, ROOM), ERR_DENIED);
	withhold(g, false);
	expect(g, "restored to two", CLOSED, CLOSED);
	stage_close(g);
}

static bool
again_told(void *ctx, const struct event *e)
{
	count_told(ctx, e);
	return true;
}

/* Under duress the owner is shown what a true cancel shows: nothing goes on. */
static void
frozen_by(const char *code)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct site *s = site_find(t->m, t->site);
	struct press_result r = town_press(t, &t->gate);
	enum cancel_answer answer;
	struct id again;

	g->incident = r.incident;
	send_units(g);
	assert_int_equal(look_as(g, ROOM, "points"), 0);
	assert_int_equal(g->told[GATE], 1);
	assert_int_equal(book_access_shown(t->m, &t->gate, s), BOOK_BY_INCIDENT);
	assert_int_equal(
		incident_cancel(town_by(t, &t->gate), r.signal, span_of(code), &answer),
		0);
	assert_int_equal(answer, CANCEL_ANSWER_ACCEPTED);
	town_settle(t);
	expect(g, "frozen", TO_ROOM, TO_CREW);
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(look_as(g, CREW, "plans"), 0);
	assert_int_equal(g->told[GATE], 1);
	assert_int_equal(g->told[LIAISON], 1);
	assert_int_equal(book_access_shown(t->m, &t->gate, s), BOOK_LOCKED);
	/* a new call, that the owner knows of, is told as any other */
	again = town_press(t, &t->gate).incident;
	t->wall += 10 * 60000;
	assert_int_equal(look_as(g, ROOM, "plans"), 0);
	assert_int_equal(g->told[GATE], 2);
	town_close_incident(t, again);
	assert_int_equal(book_access_shown(t->m, &t->gate, s), BOOK_LOCKED);
	town_close_incident(t, g->incident);
	expect(g, "frozen, closed", CLOSED, CLOSED);
	assert_int_equal(g->told[GATE], 2);
	assert_int_equal(incident_release(town_by(t, &t->boss), g->incident), 0);
	town_settle(t);
	/* told when it is released: the journal, asked again, has all of it */
	memset(g->told, 0, sizeof g->told);
	assert_int_equal(journal_events(t->journal, 0, 0, SIZE_MAX >> 1, again_told, g),
			 0);
	assert_int_equal(g->told[GATE], 4);
	assert_int_equal(g->told[OGATE], 0);
	stage_close(g);
}

static void
law_9_what_is_opened_under_duress_is_told_on_release(void **state)
{
	(void)state;
	frozen_by("2468"); /* duress */
	frozen_by("1357"); /* and a true one, the same */
}

/* A test that was cancelled with a duress code opens nothing, and what two people
 * then open is told as late as all else. */
static void
law_9_two_people_under_duress_are_told_on_release(void **state)
{
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct site *s = site_find(t->m, t->site);
	struct press_result r =
		town_press_args(t, &t->gate, (struct press_args){ .is_test = true });
	enum cancel_answer answer;

	(void)state;
	assert_int_equal(
		incident_cancel(town_by(t, &t->gate), r.signal, SPAN("2468"), &answer),
		0);
	town_settle(t);
	expect(g, "frozen test", CLOSED, CLOSED);
	assert_int_equal(ask(g, ROOM), 0);
	assert_int_equal(approve(g, BOSS), 0);
	expect(g, "two people, frozen test", TO_ROOM, CLOSED);
	assert_int_equal(g->told[GATE] + g->told[LIAISON], 0);
	assert_true(g->told[ROOM] == 2);
	assert_int_equal(book_access_shown(t->m, &t->gate, s), BOOK_LOCKED);
	assert_int_equal(incident_release(town_by(t, &t->boss), r.incident), 0);
	town_settle(t);
	assert_int_equal(book_access_shown(t->m, &t->gate, s), BOOK_BY_TWO);
	memset(g->told, 0, sizeof g->told);
	assert_int_equal(journal_events(t->journal, 0, 0, SIZE_MAX >> 1, again_told, g),
			 0);
	assert_int_equal(g->told[GATE], 2);
	stage_close(g);
}

static bool
keep_body(void *ctx, const struct store_record *r)
{
	buf_add_span(ctx, r->body);
	return true;
}

/* All that is personal or of use to an attacker lies on the shelf sealed, with one
 * key for the site. */
static void
law_9_the_shelf_has_nothing_of_it_in_clear(void **state)
{
	static const char *const words[] = { "zzthreat", "zzplan",  "zzsection",
					     "zzpost",   "zzvisit", "zzaudit",
					     "zzfinding" };
	struct stage *g = stage_open();
	struct town *t = &g->t;
	struct buf AUTO(buf_done) all = { 0 };

	(void)state;
	town_docs(t->store, &all);
	for (int n = NOUN_BOOK; n <= NOUN_FINDING; n++) {
		struct store_query q = { .noun = nouns[n]->letter,
					 .column = -1,
					 .limit = SIZE_MAX >> 1 };
		size_t before = all.n;

		assert_int_equal(store_find(t->store, &q, keep_body, &all), 0);
		assert_true(all.n > before);
		assert_non_null(memmem(all.p + before, all.n - before, "sealed", 6));
	}
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		assert_null(memmem(all.p, all.n, words[k], strlen(words[k])));
	stage_close(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_9_closed_without_an_incident),
		cmocka_unit_test(law_9_closed_for_a_test_and_for_an_unverified_call),
		cmocka_unit_test(law_9_closed_for_a_call_that_the_room_typed),
		cmocka_unit_test(law_9_open_while_a_verified_call_is),
		cmocka_unit_test(law_9_the_owner_can_withhold),
		cmocka_unit_test(law_9_two_people_open_it_for_a_time),
		cmocka_unit_test(law_9_what_is_opened_under_duress_is_told_on_release),
		cmocka_unit_test(law_9_two_people_under_duress_are_told_on_release),
		cmocka_unit_test(law_9_the_shelf_has_nothing_of_it_in_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
