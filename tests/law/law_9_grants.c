/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 9 between agencies: what a grant opens, to whom, which parts, and that
 * each of its states but one opens nothing. The Rangers are asked into an
 * incident of the mission's site; a row is a state of their grant.
 */
#include "law_help.h"

#include "model/derive.h"

enum { DISPATCHER, BOSS, LIAISON, ADMIN, CREW, BOARD, OTHER_MISSION, MISSION, N_WHO };

struct world {
	struct town t;
	struct principal who[N_WHO];
	struct id incident, signal, shared, ours, theirs, assignment, grant, drill;
};

static struct principal
person(struct town *t, struct id agency, enum role role, const char *login)
{
	struct id unit = role == ROLE_RESPONDER ? t->ranger_unit : NO_ID;

	return town_principal(t, town_account(t, agency, role, login, unit, NO_ID));
}

static struct id
note(struct world *w, const struct principal *who, bool is_shared)
{
	struct id id;

	assert_int_equal(incident_note(town_by(&w->t, who), w->incident,
				       &(struct note_args){ .text = SPAN("x"),
							    .is_shared = is_shared },
				       &id),
			 0);
	return id;
}

static int
ask_in(struct world *w, struct id agency, const char *parts, struct id *ret)
{
	struct join_args a = { .incident = w->incident,
			       .agency = agency,
			       .parts = parts };

	return incident_ask_in(town_by(&w->t, &w->t.room), &a, ret);
}

static int
answer(struct world *w, const struct principal *who, bool is_yes)
{
	return grant_answer(town_by(&w->t, who), w->grant, is_yes, (struct span){ 0 });
}

static void
world_open(struct world *w, const char *parts)
{
	struct town *t = &w->t;
	struct press_result r;

	memset(w, 0, sizeof *w);
	town_open(t, false);
	w->who[DISPATCHER] = person(t, t->rangers, ROLE_DISPATCHER, "rd");
	w->who[BOSS] = person(t, t->rangers, ROLE_SUPERVISOR, "rs");
	w->who[LIAISON] = person(t, t->rangers, ROLE_LIAISON, "rl");
	w->who[ADMIN] = person(t, t->rangers, ROLE_ADMINISTRATOR, "ra");
	w->who[CREW] = person(t, t->rangers, ROLE_RESPONDER, "rc");
	w->who[BOARD] = person(t, t->rangers, ROLE_BOARD, "rb");
	w->who[OTHER_MISSION] = person(t, t->other, ROLE_LIAISON, "ol");
	w->who[MISSION] = person(t, t->mission, ROLE_LIAISON, "ml");
	r = town_press(t, &t->gate);
	w->incident = r.incident;
	w->signal = r.signal;
	w->assignment = town_offer(t, w->incident, t->unit);
	w->shared = note(w, &t->room, true);
	w->ours = note(w, &t->room, false);
	if (parts)
		assert_int_equal(ask_in(w, t->rangers, parts, &w->grant), 0);
}

/* incident, signal, shared note, the room's own, assignment. */
static void
sees(struct world *w, int who, const char *want)
{
	static const char letters[] = "-OURAG";
	const struct {
		enum noun_index n;
		struct id id;
	} list[] = { { NOUN_INCIDENT, w->incident },
		     { NOUN_SIGNAL, w->signal },
		     { NOUN_NOTE, w->shared },
		     { NOUN_NOTE, w->ours },
		     { NOUN_ASSIGNMENT, w->assignment } };
	char have[8] = "";

	for (size_t k = 0; k < ARRAY_LEN(list); k++)
		have[k] = letters[access_record(
			w->t.m, &w->who[who], list[k].n,
			journal_find(w->t.journal, list[k].n, list[k].id))];
	if (strcmp(have, want) != 0)
		fail_msg("caller %d sees %s, should %s", who, have, want);
}

static void
all_see(struct world *w, const char *want)
{
	for (int k = DISPATCHER; k <= LIAISON; k++)
		sees(w, k, want);
	for (int k = ADMIN; k <= OTHER_MISSION; k++)
		sees(w, k, "-----");
	sees(w, MISSION, "OO---");
}

static void
law_9_each_state_of_a_grant(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	all_see(&w, "-----");
	assert_int_equal(ask_in(&w, w.t.rangers, NULL, &w.grant), 0);
	all_see(&w, "-----");                                      /* one key */
	assert_int_equal(answer(&w, &w.t.boss, true), ERR_DENIED); /* the same side */
	assert_int_equal(answer(&w, &w.who[CREW], true), ERR_DENIED);
	assert_int_equal(answer(&w, &w.who[OTHER_MISSION], true), ERR_DENIED);
	all_see(&w, "-----");
	assert_int_equal(answer(&w, &w.who[DISPATCHER], true), 0);
	all_see(&w, "GGG-G");
	assert_int_equal(grant_withdraw(town_by(&w.t, &w.t.boss), w.grant, SPAN("")),
			 0);
	all_see(&w, "-----");
	assert_int_equal(ask_in(&w, w.t.rangers, NULL, &w.grant), 0);
	assert_int_equal(answer(&w, &w.who[BOSS], false), 0);
	all_see(&w, "-----");
	assert_int_equal(ask_in(&w, w.t.rangers, NULL, &w.grant), 0);
	assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
	all_see(&w, "GGG-G");
	assert_int_equal(incident_close(town_by(&w.t, &w.t.boss), w.incident,
					DISP_HANDLED, SPAN("")),
			 0);
	all_see(&w, "-----"); /* it ends with what it was for */
	town_close(&w.t);
}

static void
law_9_the_parts_of_a_grant(void **state)
{
	static const struct {
		const char *parts, *want;
	} rows[] = { { "[]", "G----" },
		     { "[\"message\"]", "GG---" },
		     { "[\"notes\"]", "G-G--" },
		     { "[\"units\"]", "G---G" },
		     { "[\"message\",\"notes\",\"units\",\"people\"]", "GGG-G" } };
	unsigned parts;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct world w;
		struct incident *i;
		uint64_t fields;

		world_open(&w, rows[k].parts);
		assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
		all_see(&w, rows[k].want);
		i = incident_find(w.t.m, w.incident);
		assert_non_null(access_grant(w.t.m, &w.who[BOSS], NOUN_INCIDENT, &i->r,
					     &parts));
		fields = granted_fields(NOUN_INCIDENT, parts);
		assert_int_equal(
			!!(fields >> field_at(&noun_incident,
					      offsetof(struct incident, message)) &
			   1),
			!!(parts & PART_MESSAGE));
		town_close(&w.t);
	}
}

/* Each agency's own notes are its own, also from the room. */
static void
law_9_private_notes(void **state)
{
	struct world w;
	struct record *mine, *given;

	(void)state;
	world_open(&w, "[\"notes\"]");
	assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
	mine = journal_find(w.t.journal, NOUN_NOTE, note(&w, &w.who[BOSS], false));
	assert_int_equal(access_record(w.t.m, &w.t.room, NOUN_NOTE, mine), VIEW_NONE);
	assert_int_equal(access_record(w.t.m, &w.who[DISPATCHER], NOUN_NOTE, mine),
			 VIEW_GRANTED);
	given = journal_find(w.t.journal, NOUN_NOTE, note(&w, &w.who[BOSS], true));
	assert_int_equal(access_record(w.t.m, &w.t.room, NOUN_NOTE, given), VIEW_ROOM);
	assert_int_equal(access_record(w.t.m, &w.who[MISSION], NOUN_NOTE, given),
			 VIEW_NONE);
	town_close(&w.t);
}

static bool
hears(struct world *w, int who, enum event_type type, struct record *rec)
{
	struct event e;
	enum view v;
	bool is_heard;

	event_begin(town_by(&w->t, NULL), &e, type, WORLD_LIVE, rec->id);
	e.seq = journal_tail(w->t.journal);
	derive_refs(w->t.m, &e, rec);
	is_heard = access_event(w->t.m, &w->who[who], &e,
				incident_find(w->t.m, e.incident), &v);
	event_done(&e);
	return is_heard;
}

static void
law_9_partners_hear(void **state)
{
	struct world w;
	struct record *i;

	(void)state;
	world_open(&w, "[\"units\"]");
	i = &incident_find(w.t.m, w.incident)->r;
	assert_false(hears(&w, BOSS, EVENT_INCIDENT_ACKNOWLEDGED, i));
	assert_true(
		hears(&w, BOSS, EVENT_GRANT_PROPOSED, &grant_find(w.t.m, w.grant)->r));
	assert_false(hears(&w, MISSION, EVENT_GRANT_PROPOSED,
			   &grant_find(w.t.m, w.grant)->r));
	assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
	assert_true(hears(&w, BOSS, EVENT_INCIDENT_ACKNOWLEDGED, i));
	assert_true(hears(&w, BOSS, EVENT_ASSIGNMENT_ACCEPTED,
			  &assignment_find(w.t.m, w.assignment)->r));
	assert_false(hears(&w, BOSS, EVENT_SIGNAL_RECEIVED,
			   journal_find(w.t.journal, NOUN_SIGNAL, w.signal)));
	assert_false(hears(&w, BOSS, EVENT_INCIDENT_CALLED_BACK, i));
	assert_false(hears(&w, CREW, EVENT_INCIDENT_ACKNOWLEDGED, i));
	assert_false(hears(&w, OTHER_MISSION, EVENT_INCIDENT_ACKNOWLEDGED, i));
	assert_int_equal(grant_withdraw(town_by(&w.t, &w.who[BOSS]), w.grant, SPAN("")),
			 0);
	assert_false(hears(&w, BOSS, EVENT_INCIDENT_ACKNOWLEDGED, i));
	town_close(&w.t);
}

static int
propose(struct world *w, const struct principal *who, enum grant_of of, struct id from,
	struct id to, int64_t begin, int64_t end)
{
	struct patch p;
	int rc;

	patch_init(&p, &noun_grant);
	PATCH_ENUM(&p, grant, of, of);
	PATCH_STR(&p, grant, purpose, SPAN("watch the street"));
	if (id_is_set(from))
		PATCH_ID(&p, grant, agency, from);
	if (id_is_set(to))
		PATCH_ID(&p, grant, to, to);
	if (begin)
		PATCH_INT(&p, grant, from, begin);
	if (end)
		PATCH_INT(&p, grant, until, end);
	rc = grant_propose(town_by(&w->t, who), &p, &w->grant);
	patch_done(&p);
	return rc;
}

static enum view
site_for(struct world *w, int who, struct id site)
{
	return access_record(w->t.m, &w->who[who], NOUN_SITE,
			     &site_find(w->t.m, site)->r);
}

/* A standing rule has a first and a last minute, and opens one agency's sites. */
static void
law_9_a_rule_has_times(void **state)
{
	struct world w;
	int64_t now;

	(void)state;
	world_open(&w, NULL);
	now = w.t.wall;
	assert_int_equal(propose(&w, &w.who[MISSION], GRANT_OF_SITES, NO_ID,
				 w.t.rangers, now + 60000, now + 120000),
			 0);
	assert_int_equal(answer(&w, &w.who[LIAISON], true), 0);
	assert_int_equal(site_for(&w, BOSS, w.t.site), VIEW_NONE);
	w.t.wall += 60000;
	assert_int_equal(grant_tick(town_by(&w.t, NULL), w.grant), 0);
	assert_int_equal(site_for(&w, BOSS, w.t.site), VIEW_GRANTED);
	assert_int_equal(site_for(&w, BOSS, w.t.other_site), VIEW_NONE);
	assert_int_equal(site_for(&w, CREW, w.t.site), VIEW_NONE);
	w.t.wall += 60000;
	assert_int_equal(grant_tick(town_by(&w.t, NULL), w.grant), 0);
	assert_int_equal(site_for(&w, BOSS, w.t.site), VIEW_NONE);
	assert_int_equal(grant_find(w.t.m, w.grant)->state, GRANT_ENDED);
	town_close(&w.t);
}

/* A mission can be named by itself and by the police only: the answer for one
 * that is there and for one that is not is the same. */
static void
law_9_missions_cannot_be_guessed(void **state)
{
	struct id nowhere = { .seq = 99999, .noun = 'g', .node = "khi" };
	struct world w;
	struct decision *d;
	char first[240];

	(void)state;
	world_open(&w, NULL);
	assert_int_equal(
		propose(&w, &w.who[MISSION], GRANT_OF_SITES, NO_ID, w.t.other, 0, 0),
		ERR_DENIED);
	d = town_by(&w.t, &w.who[MISSION]);
	assert_int_equal(propose(&w, &w.who[BOSS], GRANT_OF_SITES, w.t.mission,
				 w.t.rangers, 0, 0),
			 ERR_DENIED);
	snprintf(first, sizeof first, "%s", d->refusal.detail);
	assert_int_equal(
		propose(&w, &w.who[BOSS], GRANT_OF_SITES, nowhere, w.t.rangers, 0, 0),
		ERR_DENIED);
	assert_string_equal(first, d->refusal.detail);
	assert_int_equal(
		propose(&w, &w.t.boss, GRANT_OF_SITES, NO_ID, w.t.mission, 0, 0),
		ERR_DENIED); /* nothing is shared with a mission */
	assert_int_equal(propose(&w, &w.who[BOSS], GRANT_OF_INCIDENTS, w.t.rangers,
				 w.t.control, 0, 0),
			 ERR_DENIED); /* incidents are not theirs */
	town_close(&w.t);
}

static int
lead(struct world *w, const struct principal *who, struct id to)
{
	return incident_lead(town_by(&w->t, who), w->incident, to);
}

static int
close_by(struct world *w, const struct principal *who)
{
	return incident_close(town_by(&w->t, who), w->incident, DISP_HANDLED, SPAN(""));
}

/* Command is handed over by two, and whoever leads closes, once. */
static void
law_9_who_leads_closes(void **state)
{
	struct principal duty;
	struct world w;

	(void)state;
	world_open(&w, "[]");
	duty = person(&w.t, w.t.control, ROLE_DUTY_OFFICER, "duty");
	assert_int_equal(lead(&w, &w.t.boss, w.t.rangers), ERR_DENIED); /* not joined */
	assert_int_equal(answer(&w, &w.who[DISPATCHER], true), 0);
	assert_int_equal(lead(&w, &w.who[BOSS], w.t.rangers), ERR_DENIED);
	assert_int_equal(lead(&w, &w.t.room, w.t.rangers), ERR_DENIED);
	assert_int_equal(lead(&w, &w.t.boss, w.t.rangers), 0);
	assert_int_equal(close_by(&w, &w.who[BOSS]), ERR_DENIED);
	assert_int_equal(lead(&w, &w.who[DISPATCHER], w.t.rangers), ERR_DENIED);
	assert_int_equal(lead(&w, &w.who[BOSS], w.t.rangers), 0);
	assert_int_equal(close_by(&w, &w.t.boss), ERR_DENIED);
	assert_int_equal(close_by(&w, &w.who[DISPATCHER]), ERR_DENIED);
	assert_int_equal(lead(&w, &w.t.boss, w.t.control), ERR_DENIED);
	assert_int_equal(lead(&w, &duty, w.t.control), 0);
	assert_int_equal(lead(&w, &duty, w.t.rangers), 0);
	assert_int_equal(lead(&w, &w.who[BOSS], w.t.rangers), 0);
	assert_int_equal(grant_withdraw(town_by(&w.t, &w.who[BOSS]), w.grant, SPAN("")),
			 0);
	assert_false(id_is_set(incident_find(w.t.m, w.incident)->lead) &&
		     id_is(incident_find(w.t.m, w.incident)->lead, w.t.rangers));
	assert_int_equal(ask_in(&w, w.t.rangers, "[]", &w.grant), 0);
	assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
	assert_int_equal(lead(&w, &w.t.boss, w.t.rangers), 0);
	assert_int_equal(lead(&w, &w.who[BOSS], w.t.rangers), 0);
	assert_int_equal(close_by(&w, &w.who[BOSS]), 0);
	town_close(&w.t);
}

/* Each look is one opening, a page drawn anew within minutes none. */
static void
law_9_looks_are_counted(void **state)
{
	struct world w;
	const struct grant *g;

	(void)state;
	world_open(&w, "[]");
	assert_int_equal(grant_open(town_by(&w.t, &w.who[BOSS]), w.grant, w.incident),
			 0);
	g = grant_find(w.t.m, w.grant);
	assert_int_equal(g->opened_count, 0);
	assert_int_equal(answer(&w, &w.who[BOSS], true), 0);
	for (int k = 0; k < 3; k++)
		grant_open(town_by(&w.t, &w.who[BOSS]), w.grant, w.incident);
	assert_int_equal(g->opened_count, 1);
	grant_open(town_by(&w.t, &w.who[LIAISON]), w.grant, w.incident);
	assert_int_equal(g->opened_count, 2);
	w.t.wall += 300001;
	grant_open(town_by(&w.t, &w.who[LIAISON]), w.grant, w.incident);
	assert_int_equal(g->opened_count, 3);
	town_close(&w.t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_9_each_state_of_a_grant),
		cmocka_unit_test(law_9_the_parts_of_a_grant),
		cmocka_unit_test(law_9_private_notes),
		cmocka_unit_test(law_9_partners_hear),
		cmocka_unit_test(law_9_a_rule_has_times),
		cmocka_unit_test(law_9_missions_cannot_be_guessed),
		cmocka_unit_test(law_9_who_leads_closes),
		cmocka_unit_test(law_9_looks_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
