/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 9: access is decided for each listener, from the state as it is; absent a
 * grant the answer is no. Two tables say who sees which record and who hears
 * which event; a row is a kind of caller, a letter a view:
 *   -  none    O  owner    U  unit    R  room    A  administrator
 */
#include "law_register.h"
#include "law_script.h"

#include "base/auto.h"
#include "model/derive.h"

enum who {
	ADMIN, /* of the control agency */
	ROOM,
	BOSS,
	BOARD,
	OVERSIGHT,
	CREW,  /* of Eagle-1, on the incident */
	IDLE,  /* of Eagle-2, on none */
	RCREW, /* of Desert-1, lent by the Rangers, on the incident */
	RROOM, /* a dispatcher of the Rangers */
	RADMIN,
	GATE, /* of the mission, bound to its site */
	LIAISON,
	MADMIN,
	MBOSS, /* a supervisor of the mission */
	GUARD, /* a responder of the mission, on none */
	OGATE, /* of the other mission */
	OADMIN,
	BUTTON, /* can only press */
	PANEL,  /* a verified device of the site */
	WATCH,  /* a verified device of Eagle-1 */
	REVOKED,
	DISABLED,
	UNBOUND, /* a device that no one bound */
	STRANGER,
	TROOM, /* a dispatcher in the training world */
	N_WHO
};

#define N_SEEN 68

/* Columns:  1 incident of the mission's site, its signal, a note for the owner, a
 * note of the room; 2 its assignments, of Eagle-1 and of Desert-1; 3 an incident
 * of the other mission, its signal; 4 an incident of Eagle-1 in distress; 5 units
 * Eagle-1, Desert-1, the mission's Guard-1; 6 the mission's two sites, the other's;
 * 7 agencies control, mission; 8 accounts of the gate, of the room; 9 the mission's
 * button, invitation, device, a device of nobody; 10 run card, page, node, roll,
 * session; 11 an incident of the training world; 12 people: staff of the mission's
 * first site, of none of its sites, crew of Eagle-1, of Desert-1; 13 the missions'
 * channel, in it the mission, its post, its acknowledgement of the room's, its cursor,
 * its file, its duty phone, its export; 14 advisories: clear, amber to the mission, red
 * to its liaison, a draft, a rule for alerts; 15 a series and a meeting with the
 * mission and the Rangers, the gate's calendar; 16 a matter of the mission, actions of
 * its liaison and of the room; an order to Eagle-1's officer, the file
 * that he delivered, the one of his command, one that he has yet to deliver;
 * 17 the register of the mission's site, open by the incident: its head page, a plan,
 * a post, a visit, an audit, a finding, the drawing of its plan; 18 what Eagle-1's
 * watch recorded in its distress; 19 a street that the room closed; 20 a legal hold of
 * that site, erasures that were asked for of Eagle-1's crew and of the mission's staff.
 */
static const char *const records[N_WHO] = {
#include "law_9_records.inc"
};

static const char *const who_names[N_WHO] = {
	"ADMIN",    "ROOM",    "BOSS",     "BOARD",  "OVERSIGHT", "CREW",   "IDLE",
	"RCREW",    "RROOM",   "RADMIN",   "GATE",   "LIAISON",   "MADMIN", "MBOSS",
	"GUARD",    "OGATE",   "OADMIN",   "BUTTON", "PANEL",     "WATCH",  "REVOKED",
	"DISABLED", "UNBOUND", "STRANGER", "TROOM",
};

struct world {
	struct town t;
	struct principal who[N_WHO];
	struct record *seen[N_SEEN];
	enum noun_index noun[N_SEEN];
	struct id incident, signal, other, other_signal, distress, trained;
	struct id eagle, desert, guard, token, invitation, device, nobody, card, page;
	struct id note, room_note, session, people[4], grant, opening, devorder, watch;
	struct id channel, member, post, ack, receipt, file, duty, export;
	struct id advisory[4], rule, series, meeting, calendar, matter, action[2],
		closure, order, delivered, enclosed, undelivered, drawing, recorded;
	struct id hold, erasure[2];
	struct law_register reg;
};

#include "law_9_liaison.h"

static struct principal
person(struct world *w, struct id agency, enum role role, const char *login,
       struct id unit, struct id site)
{
	return town_principal(&w->t,
			      town_account(&w->t, agency, role, login, unit, site));
}

static void
make_people(struct world *w)
{
	struct town *t = &w->t;
	struct principal *p = w->who;
	struct id id, guard = w->guard;
	struct patch patch;

	p[ADMIN] = t->admin;
	p[ROOM] = t->room;
	p[BOSS] = t->boss;
	p[BOARD] = person(w, t->control, ROLE_BOARD, "board", NO_ID, NO_ID);
	p[OVERSIGHT] = person(w, t->control, ROLE_OVERSIGHT, "over", NO_ID, NO_ID);
	p[CREW] = t->crew;
	p[IDLE] = person(w, t->control, ROLE_RESPONDER, "idle", t->unit2, NO_ID);
	p[RCREW] =
		person(w, t->rangers, ROLE_RESPONDER, "rcrew", t->ranger_unit, NO_ID);
	p[RROOM] = person(w, t->rangers, ROLE_DISPATCHER, "rroom", NO_ID, NO_ID);
	p[RADMIN] = person(w, t->rangers, ROLE_ADMINISTRATOR, "radmin", NO_ID, NO_ID);
	p[GATE] = t->gate;
	p[LIAISON] = person(w, t->mission, ROLE_LIAISON, "liaison", NO_ID, NO_ID);
	p[MADMIN] = person(w, t->mission, ROLE_ADMINISTRATOR, "madmin", NO_ID, NO_ID);
	p[MBOSS] = person(w, t->mission, ROLE_SUPERVISOR, "mboss", NO_ID, NO_ID);
	p[GUARD] = person(w, t->mission, ROLE_RESPONDER, "guard", guard, NO_ID);
	p[OGATE] = t->other_gate;
	p[OADMIN] = person(w, t->other, ROLE_ADMINISTRATOR, "oadmin", NO_ID, NO_ID);
	p[BUTTON] = t->button;
	w->device = town_device(t, "1001", t->site, TRUST_VERIFIED);
	principal_of_device(t->m, device_find(t->m, w->device), &p[PANEL]);
	w->watch = id = town_device(t, "1002", t->unit, TRUST_VERIFIED);
	principal_of_device(t->m, device_find(t->m, id), &p[WATCH]);
	w->nobody = town_device(t, "1003", NO_ID, TRUST_VERIFIED);
	principal_of_device(t->m, device_find(t->m, w->nobody), &p[UNBOUND]);
	id = town_button(t, t->mission, t->site, "dead");
	assert_int_equal(token_revoke(town_by(t, NULL), id), 0);
	principal_of_token(t->m, token_find(t->m, id), &p[REVOKED]);
	id = town_account(t, t->control, ROLE_DISPATCHER, "gone", NO_ID, NO_ID);
	patch_init(&patch, &noun_account);
	PATCH_BOOL(&patch, account, disabled, true);
	assert_int_equal(account_put(town_by(t, &t->admin), id, &patch,
				     (struct span){ 0 }, false, &id),
			 0);
	p[DISABLED] = town_principal(t, id);
	p[STRANGER] = t->stranger;
}

/* A room of the training world, and an incident there. */
static void
make_training(struct world *w)
{
	struct town *t = &w->t;
	struct principal admin = t->admin;
	struct call_args a = { .kind = SPAN("drill"),
			       .message = SPAN("drill"),
			       .priority = PRIORITY_P2 };
	struct patch p;
	struct id id;

	admin.world = WORLD_TRAINING;
	patch_init(&p, &noun_account);
	PATCH_STR(&p, account, login, SPAN("troom"));
	PATCH_ENUM(&p, account, role, ROLE_DISPATCHER);
	assert_int_equal(
		account_put(town_by(t, &admin), NO_ID, &p, SPAN("h"), false, &id), 0);
	w->who[TROOM] = town_principal(t, id);
	for (int k = 0; k < MS__COUNT; k++)
		a.typed[k] = TIME_NONE;
	assert_int_equal(
		incident_open_call(town_by(t, &w->who[TROOM]), &a, &w->trained), 0);
}

static void
make_settled(struct world *w)
{
	struct town *t = &w->t;
	struct patch p;

	patch_init(&p, &noun_run_card);
	PATCH_STR(&p, run_card, name, SPAN("card"));
	assert_int_equal(run_card_put(town_by(t, &t->admin), NO_ID, &p, &w->card), 0);
	patch_init(&p, &noun_closure);
	PATCH_STR(&p, closure, reason, SPAN("a wall has fallen"));
	PATCH_STR(&p, closure, shape,
		  SPAN("{\"type\":\"LineString\","
		       "\"coordinates\":[[67,24],[67.1,24]]}"));
	assert_int_equal(closure_put(town_by(t, &t->room), NO_ID, &p, &w->closure), 0);
	assert_int_equal(invitation_make(town_by(t, &t->admin), t->site, SPAN("x"),
					 SPAN("cafe"), t->wall + 600000,
					 &w->invitation),
			 0);
	w->people[0] = town_person(t, &w->who[MADMIN], "staff", t->site, NO_ID);
	w->people[1] = town_person(t, &w->who[MADMIN], "guest", NO_ID, NO_ID);
	w->people[2] = town_person(t, &t->admin, "driver", NO_ID, t->unit);
	w->people[3] = town_person(t, &w->who[RADMIN], "ranger", NO_ID, t->ranger_unit);
	assert_int_equal(session_open(town_by(t, NULL), t->gate_id, SPAN("cookie"),
				      t->wall + 1000, SPAN("10.0.0.1"), FIELD_NONE,
				      &w->session),
			 0);
}

#include "law_9_talk.h"

/* The mission shares its sites with the control agency. */
static void
make_grant(struct world *w)
{
	struct town *t = &w->t;
	struct patch p;

	patch_init(&p, &noun_grant);
	PATCH_ENUM(&p, grant, of, GRANT_OF_SITES);
	PATCH_STR(&p, grant, purpose, SPAN("plans of the gate"));
	assert_int_equal(grant_propose(town_by(t, &w->who[LIAISON]), &p, &w->grant), 0);
	assert_int_equal(
		grant_answer(town_by(t, &t->boss), w->grant, true, (struct span){ 0 }),
		0);
	w->opening = next_id(town_by(t, &t->boss), NOUN_OPENING);
	assert_int_equal(grant_open(town_by(t, &t->boss), w->grant, t->site), 0);
}

static struct id
ask_erasure(struct world *w, const struct principal *who, struct id subject)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_erasure);
	PATCH_ID(&p, erasure, subject, subject);
	PATCH_STR(&p, erasure, reason, SPAN("asked to be forgotten"));
	assert_int_equal(erasure_ask(town_by(&w->t, who), &p, &id), 0);
	patch_done(&p);
	return id;
}

static void
make_kept(struct world *w)
{
	struct patch p;

	patch_init(&p, &noun_hold);
	PATCH_ID(&p, hold, subject, w->t.site);
	PATCH_STR(&p, hold, reason, SPAN("for the court"));
	assert_int_equal(hold_set(town_by(&w->t, &w->t.boss), &p, &w->hold), 0);
	patch_done(&p);
	w->erasure[0] = ask_erasure(w, &w->who[ADMIN], w->people[2]);
	w->erasure[1] = ask_erasure(w, &w->who[MADMIN], w->people[0]);
}

static void
make_world(struct world *w)
{
	struct town *t = &w->t;
	struct press_result r;

	memset(w, 0, sizeof *w);
	town_open(t, false);
	w->guard = town_unit(t, t->mission, "Guard-1");
	make_people(w);
	make_settled(w);
	make_training(w);
	w->reg = register_make(t, &w->who[MADMIN], t->site, w->people[0]);
	r = town_press(t, &t->gate);
	w->incident = r.incident;
	w->signal = r.signal;
	r = town_press(t, &t->other_gate);
	w->other = r.incident;
	w->other_signal = r.signal;
	r = town_press(t, &t->crew);
	w->distress = r.incident;
	w->desert = town_offer(t, w->incident, t->ranger_unit);
	w->eagle = town_offer(t, w->incident, t->unit);
	town_assign(t, w->eagle, ASSIGNMENT_ACCEPTED);
	assert_int_equal(
		page_owe(town_by(t, NULL), w->incident, SPAN("call"), &w->page), 0);
	assert_int_equal(incident_note(town_by(t, &t->room), w->incident,
				       &(struct note_args){ .text = SPAN("for you"),
							    .to_owner = true },
				       &w->note),
			 0);
	assert_int_equal(incident_note(town_by(t, &t->room), w->incident,
				       &(struct note_args){ .text = SPAN("for us"),
							    .to_owner = false },
				       &w->room_note),
			 0);
	make_grant(w);
	assert_int_equal(device_order_make(town_by(t, &t->room),
					   &(struct device_order_args){
						   .device = w->watch,
						   .kind = DEVICE_ORDER_LOCATE },
					   &w->devorder),
			 0);
	assert_int_equal(evidence_keep(town_by(t, &w->who[WATCH]), w->watch,
				       &(struct file_args){ .name = SPAN("voice.amr"),
							    .media = SPAN("audio/amr"),
							    .hash = SPAN("01"),
							    .stored = SPAN("02"),
							    .content_key = SPAN("03"),
							    .size = 1 },
				       &w->recorded),
			 0);
	make_talk(w);
	make_liaison(w);
	make_kept(w);
}

static void
see(struct world *w, size_t *n, enum noun_index noun, struct id id)
{
	assert_true(*n < N_SEEN);
	w->noun[*n] = noun;
	w->seen[*n] = journal_find(w->t.journal, noun, id);
	if (!w->seen[*n])
		fail_msg("column %zu is not there", *n);
	++*n;
}

static void
make_columns(struct world *w)
{
	struct town *t = &w->t;
	struct id roll = w->signal;
	size_t n = 0;

	roll.noun = noun_roll.letter;
	see(w, &n, NOUN_INCIDENT, w->incident);
	see(w, &n, NOUN_SIGNAL, w->signal);
	see(w, &n, NOUN_NOTE, w->note);
	see(w, &n, NOUN_NOTE, w->room_note);
	see(w, &n, NOUN_ASSIGNMENT, w->eagle);
	see(w, &n, NOUN_ASSIGNMENT, w->desert);
	see(w, &n, NOUN_INCIDENT, w->other);
	see(w, &n, NOUN_SIGNAL, w->other_signal);
	see(w, &n, NOUN_INCIDENT, w->distress);
	see(w, &n, NOUN_UNIT, t->unit);
	see(w, &n, NOUN_UNIT, t->ranger_unit);
	see(w, &n, NOUN_UNIT, w->guard);
	see(w, &n, NOUN_SITE, t->site);
	see(w, &n, NOUN_SITE, t->site2);
	see(w, &n, NOUN_SITE, t->other_site);
	see(w, &n, NOUN_AGENCY, t->control);
	see(w, &n, NOUN_AGENCY, t->mission);
	see(w, &n, NOUN_ACCOUNT, t->gate_id);
	see(w, &n, NOUN_ACCOUNT, t->room_id);
	see(w, &n, NOUN_TOKEN, t->button_id);
	see(w, &n, NOUN_INVITATION, w->invitation);
	see(w, &n, NOUN_DEVICE, w->device);
	see(w, &n, NOUN_DEVICE, w->nobody);
	see(w, &n, NOUN_RUN_CARD, w->card);
	see(w, &n, NOUN_PAGE, w->page);
	see(w, &n, NOUN_NODE, t->m->node->r.id);
	see(w, &n, NOUN_ROLL, roll);
	see(w, &n, NOUN_SESSION, w->session);
	see(w, &n, NOUN_INCIDENT, w->trained);
	for (size_t k = 0; k < ARRAY_LEN(w->people); k++)
		see(w, &n, NOUN_PERSON, w->people[k]);
	see(w, &n, NOUN_CHANNEL, w->channel);
	see(w, &n, NOUN_MEMBER, w->member);
	see(w, &n, NOUN_POST, w->post);
	see(w, &n, NOUN_ACK, w->ack);
	see(w, &n, NOUN_RECEIPT, w->receipt);
	see(w, &n, NOUN_FILE, w->file);
	see(w, &n, NOUN_DUTY_PHONE, w->duty);
	see(w, &n, NOUN_EXPORT, w->export);
	for (int k = 0; k < 4; k++)
		see(w, &n, NOUN_ADVISORY, w->advisory[k]);
	see(w, &n, NOUN_CAP_RULE, w->rule);
	see(w, &n, NOUN_SERIES, w->series);
	see(w, &n, NOUN_MEETING, w->meeting);
	see(w, &n, NOUN_CALENDAR, w->calendar);
	see(w, &n, NOUN_MATTER, w->matter);
	see(w, &n, NOUN_ACTION, w->action[0]);
	see(w, &n, NOUN_ACTION, w->action[1]);
	see(w, &n, NOUN_ORDER, w->order);
	see(w, &n, NOUN_FILE, w->delivered);
	see(w, &n, NOUN_FILE, w->enclosed);
	see(w, &n, NOUN_FILE, w->undelivered);
	see(w, &n, NOUN_BOOK, w->reg.book);
	see(w, &n, NOUN_PLAN, w->reg.plan);
	see(w, &n, NOUN_POINT, w->reg.post);
	see(w, &n, NOUN_VISIT, w->reg.visit);
	see(w, &n, NOUN_REVIEW, w->reg.review);
	see(w, &n, NOUN_FINDING, w->reg.finding);
	see(w, &n, NOUN_FILE, w->drawing);
	see(w, &n, NOUN_FILE, w->recorded);
	see(w, &n, NOUN_CLOSURE, w->closure);
	see(w, &n, NOUN_HOLD, w->hold);
	see(w, &n, NOUN_ERASURE, w->erasure[0]);
	see(w, &n, NOUN_ERASURE, w->erasure[1]);
	assert_int_equal(n, N_SEEN);
}

static void
law_9_who_sees_which_record(void **state)
{
	static const char letters[] = "-OURAG";
	struct world *w = malloc(sizeof *w);
	int bad = 0;

	(void)state;
	make_world(w);
	make_columns(w);
	for (int p = 0; p < N_WHO; p++) {
		const char *want = records[p];
		char have[128];
		size_t at = 0;

		for (size_t k = 0; k < N_SEEN; k++) {
			while (want[at] == ' ') {
				have[at] = ' ';
				at++;
			}
			have[at++] = letters[access_record(w->t.m, &w->who[p],
							   w->noun[k], w->seen[k])];
		}
		have[at] = 0;
		if (strcmp(have, want) != 0) {
			print_message("%-10s %s\n%-10s %s wanted\n", who_names[p], have,
				      "", want);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
	town_close(&w->t);
	free(w);
}

/* --- events -------------------------------------------------------------------- */

enum { N_HEARERS = 15 };
static const enum who hearers[N_HEARERS] = {
	ROOM,   ADMIN, CREW,   IDLE,   RCREW,   RROOM,    GATE,  LIAISON,
	MADMIN, OGATE, OADMIN, BUTTON, REVOKED, STRANGER, TROOM,
};

/* Who hears each type when it is about the mission's site, its incident, its
 * people or Eagle-1, in the order of `hearers`. */
static const struct {
	enum event_type type;
	const char *who;
} heard[] = {
#include "law_9_heard.inc"
};

/* The record of the mission that an event of this noun is about. */
static struct record *
subject_of(struct world *w, enum noun_index n)
{
	struct town *t = &w->t;
	const struct id ids[NOUN__COUNT] = {
		[NOUN_NODE] = t->m->node->r.id,
		[NOUN_AGENCY] = t->mission,
		[NOUN_SITE] = t->site,
		[NOUN_UNIT] = t->unit,
		[NOUN_ACCOUNT] = t->gate_id,
		[NOUN_TOKEN] = t->button_id,
		[NOUN_INVITATION] = w->invitation,
		[NOUN_DEVICE] = w->device,
		[NOUN_RUN_CARD] = w->card,
		[NOUN_SIGNAL] = w->signal,
		[NOUN_INCIDENT] = w->incident,
		[NOUN_ASSIGNMENT] = w->eagle,
		[NOUN_NOTE] = w->room_note,
		[NOUN_PAGE] = w->page,
		[NOUN_SESSION] = w->session,
		[NOUN_PERSON] = w->people[0],
		[NOUN_GRANT] = w->grant,
		[NOUN_DEVICE_ORDER] = w->devorder,
		[NOUN_OPENING] = w->opening,
		[NOUN_CHANNEL] = w->channel,
		[NOUN_MEMBER] = w->member,
		[NOUN_POST] = w->post,
		[NOUN_ACK] = w->ack,
		[NOUN_RECEIPT] = w->receipt,
		[NOUN_FILE] = w->file,
		[NOUN_DUTY_PHONE] = w->duty,
		[NOUN_EXPORT] = w->export,
		[NOUN_ADVISORY] = w->advisory[1],
		[NOUN_CAP_RULE] = w->rule,
		[NOUN_SERIES] = w->series,
		[NOUN_MEETING] = w->meeting,
		[NOUN_CALENDAR] = w->calendar,
		[NOUN_MATTER] = w->matter,
		[NOUN_ACTION] = w->action[0],
		[NOUN_ORDER] = w->order,
		[NOUN_BOOK] = w->reg.book,
		[NOUN_PLAN] = w->reg.plan,
		[NOUN_POINT] = w->reg.post,
		[NOUN_VISIT] = w->reg.visit,
		[NOUN_REVIEW] = w->reg.review,
		[NOUN_FINDING] = w->reg.finding,
		[NOUN_CLOSURE] = w->closure,
		[NOUN_HOLD] = w->hold,
		[NOUN_ERASURE] = w->erasure[1],
	};

	return journal_find(t->journal, n, ids[n]);
}

static void
hear_row(struct world *w, const struct event *e, const char *want, char *have)
{
	static const char letters[] = "-OURAG";
	struct incident *i = incident_find(w->t.m, e->incident);
	size_t at = 0;

	for (size_t k = 0; k < N_HEARERS; k++) {
		enum view v;
		bool is_heard;

		while (want[at] == ' ') {
			have[at] = ' ';
			at++;
		}
		is_heard = access_event(w->t.m, &w->who[hearers[k]], e, i, &v);
		assert_int_equal(is_heard, v != VIEW_NONE);
		have[at++] = letters[v];
	}
	have[at] = 0;
}

static void
event_about(struct world *w, enum event_type type, struct event *e)
{
	enum noun_index n = event_infos[type].noun;
	struct record *rec = subject_of(w, n);

	assert_non_null(rec);
	event_begin(town_by(&w->t, NULL), e, type, WORLD_LIVE, rec->id);
	e->seq = journal_tail(w->t.journal);
	derive_refs(w->t.m, e, rec);
	if (n == NOUN_NOTE)
		((struct note *)e->body.rec)->to_owner = ((struct note *)rec)->to_owner;
	if (type == EVENT_ACCESS_OPENED) {
		PATCH_ID(&e->body, opening, owner, w->t.mission);
		PATCH_ID(&e->body, opening, agency, w->t.control);
	}
	if (n == NOUN_MEETING)
		PATCH_STR(&e->body, meeting, invited,
			  span_of(((struct meeting *)rec)->participants));
}

static void
law_9_who_hears_which_event(void **state)
{
	struct world *w = malloc(sizeof *w);
	int bad = 0;

	(void)state;
	make_world(w);
	assert_int_equal(ARRAY_LEN(heard), EVENT__COUNT - 1); /* each type has a row */
	for (size_t k = 0; k < ARRAY_LEN(heard); k++) {
		struct event e;
		char have[128];

		event_about(w, heard[k].type, &e);
		hear_row(w, &e, heard[k].who, have);
		if (strcmp(have, heard[k].who) != 0) {
			print_message("%-26s %s\n%-26s %s wanted\n",
				      event_infos[heard[k].type].type, have, "",
				      heard[k].who);
			bad++;
		}
		event_done(&e);
	}
	assert_int_equal(bad, 0);
	town_close(&w->t);
	free(w);
}

/* --- after an accepted cancel -------------------------------------------------- */

struct ears {
	struct world *w;
	unsigned n[N_WHO];
	uint64_t last[N_WHO];
};

static void
count_heard(void *ctx, const struct event *e)
{
	struct ears *ears = ctx;
	struct world *w = ears->w;

	for (int p = 0; p < N_WHO; p++) {
		enum view v;

		if (!access_event(w->t.m, &w->who[p], e,
				  incident_find(w->t.m, e->incident), &v))
			continue;
		ears->n[p]++;
		ears->last[p] = e->seq;
	}
}

/* What the room does with an incident whose site has cancelled. */
static void
go_on(struct world *w)
{
	struct town *t = &w->t;
	struct id id;

	town_assign(t, w->eagle, ASSIGNMENT_EN_ROUTE);
	town_assign(t, w->eagle, ASSIGNMENT_ON_SCENE);
	assert_int_equal(
		incident_note(town_by(t, &t->room), w->incident,
			      &(struct note_args){ .text = SPAN("they are held"),
						   .to_owner = true },
			      &id),
		0);
	assert_int_equal(incident_unit_near(town_by(t, NULL), w->incident), 0);
	assert_int_equal(
		incident_set_priority(town_by(t, &t->boss), w->incident, PRIORITY_P2),
		0);
	town_settle(t);
	town_close_incident(t, w->incident);
	assert_int_equal(incident_reopen(town_by(t, &t->boss), w->incident), 0);
	town_settle(t);
}

static void
cancelled_with(const char *code, struct ears *ears, struct world *w)
{
	static const enum who owners[] = {
		GATE, LIAISON, MADMIN, MBOSS, BUTTON, PANEL
	};
	struct town *t = &w->t;
	enum cancel_answer answer;
	uint64_t frozen;
	int tries = strcmp(code, "0000") == 0 ? 3 : 1;

	make_world(w);
	*ears = (struct ears){ .w = w };
	/* the button is on the roll too */
	town_press(t, &t->button);
	for (int k = 0; k < tries; k++)
		assert_int_equal(incident_cancel(town_by(t, &t->gate), w->signal,
						 span_of(code), &answer),
				 0);
	assert_int_equal(answer, CANCEL_ANSWER_ACCEPTED);
	town_settle(t);
	frozen = journal_durable(t->journal);
	assert_int_equal(incident_find(t->m, w->incident)->frozen_seq, frozen);
	journal_add_sink(t->journal, count_heard, ears);
	go_on(w);
	for (size_t k = 0; k < ARRAY_LEN(owners); k++)
		if (ears->n[owners[k]])
			fail_msg("%s heard %u events after the cancel",
				 who_names[owners[k]], ears->n[owners[k]]);
	assert_true(ears->n[ROOM] >= 8);
	assert_true(ears->n[CREW] >= 4);
	assert_int_equal(ears->n[OGATE], 0);
	assert_true(incident_is_frozen_for(incident_find(t->m, w->incident),
					   &w->who[GATE]));
	assert_false(incident_is_frozen_for(incident_find(t->m, w->incident),
					    &w->who[ROOM]));
	/* a supervisor tells the owner */
	assert_int_equal(incident_release(town_by(t, &t->boss), w->incident), 0);
	town_settle(t);
	assert_true(ears->n[GATE] > 0);
	assert_int_equal(ears->last[GATE], journal_durable(t->journal));
	town_close(t);
}

static void
law_9_after_a_cancel_the_owner_hears_nothing(void **state)
{
	struct world *w = malloc(sizeof *w);
	struct ears right, duress, wrong;

	(void)state;
	cancelled_with("1357", &right, w);
	cancelled_with("2468", &duress, w);
	cancelled_with("0000", &wrong, w);
	/* and the three are alike to everybody outside the room */
	for (int p = 0; p < N_WHO; p++) {
		assert_int_equal(right.n[p], duress.n[p]);
		assert_int_equal(right.n[p], wrong.n[p]);
	}
	free(w);
}

/* --- missions never see one another --------------------------------------------- */

struct spies {
	struct town *t;
	struct principal who[6];
	struct id own[6];
	size_t heard;
};

/* Missions hear what the police side says in their group, and who that side is. */
static bool
is_from_hub(const struct town *t, const struct event *e)
{
	const struct channel *c = channel_missions(t->m);
	enum noun_index n = event_infos[e->type].noun;

	if (n != NOUN_CHANNEL && n != NOUN_MEMBER && n != NOUN_POST && n != NOUN_FILE &&
	    n != NOUN_DUTY_PHONE)
		return false;
	return channel_agency_side(t->m, c, e->agency) == SIDE_HUB;
}

/* A record of the police side that is for all missions. */
static bool
is_of_hub(const struct town *t, enum noun_index n, const struct record *rec)
{
	const struct channel *c = channel_missions(t->m);
	struct id agency = { 0 };

	if (n == NOUN_CHANNEL)
		return rec == &c->r;
	if (n == NOUN_MEMBER)
		agency = ((const struct member *)rec)->agency;
	else if (n == NOUN_POST)
		agency = ((const struct post *)rec)->agency;
	else if (n == NOUN_FILE)
		agency = ((const struct file *)rec)->agency;
	else if (n == NOUN_DUTY_PHONE)
		agency = ((const struct duty_phone *)rec)->agency;
	return id_is_set(agency) && channel_agency_side(t->m, c, agency) == SIDE_HUB;
}

static bool
is_shared(enum noun_index n)
{
	return n == NOUN_ADVISORY || n == NOUN_SERIES || n == NOUN_MEETING;
}

/* Whose an event is: of the agency of its incident, or of its subject. */
static void
spy(void *ctx, const struct event *e)
{
	struct spies *s = ctx;

	for (size_t k = 0; k < ARRAY_LEN(s->who); k++) {
		enum view v;

		if (!access_event(s->t->m, &s->who[k], e,
				  incident_find(s->t->m, e->incident), &v))
			continue;
		s->heard++;
		/* what the police side says to many is the one thing that both hear */
		if (!id_is(e->agency, s->own[k]) && !is_from_hub(s->t, e) &&
		    !is_shared(event_infos[e->type].noun))
			fail_msg("%s hears %s of another agency", s->who[k].name,
				 event_infos[e->type].type);
	}
}

static void
law_9_missions_never_see_one_another(void **state)
{
	struct script *s = calloc(1, sizeof *s);
	struct spies spies = { 0 };
	struct town t;
	size_t seen = 0;

	(void)state;
	town_open(&t, false);
	spies.t = &t;
	for (size_t k = 0; k < 6; k++) {
		static const enum role roles[] = { ROLE_ADMINISTRATOR, ROLE_LIAISON,
						   ROLE_SUPERVISOR };
		char login[16];

		snprintf(login, sizeof login, "spy%zu", k);
		spies.own[k] = k < 3 ? t.mission : t.other;
		spies.who[k] =
			town_principal(&t, town_account(&t, spies.own[k], roles[k % 3],
							login, NO_ID, NO_ID));
	}
	town_settle(&t);
	journal_add_sink(t.journal, spy, &spies);
	*s = (struct script){ .seed = 77 };
	script_listen(s, &t);
	script_seed_ids(s);
	for (int k = 0; k < 4000; k++)
		script_step(s);
	town_settle(&t);
	assert_true(spies.heard > 300);
	for (int n = 0; n < NOUN__COUNT; n++) {
		void *v;

		for (size_t i = 0; map_next(&t.m->tables[n], &i, NULL, &v);) {
			bool a = false, b = false;

			for (size_t k = 0; k < 6; k++)
				if (!is_shared(n) && access_record(t.m, &spies.who[k],
								   n, v) != VIEW_NONE)
					*(k < 3 ? &a : &b) = true;
			if (a && b && !is_of_hub(&t, n, v))
				fail_msg("both missions see a %s", nouns[n]->name);
			seen += a || b;
		}
	}
	assert_true(seen > 100);
	town_close(&t);
	free(s);
}

/* --- what nobody owns, and what is over ------------------------------------------ */

static void
law_9_no_agency_owns_nothing(void **state)
{
	struct principal nobody = { .role = ROLE_SITE, .is_verified = true };
	struct press_result r;
	struct town t;

	(void)state;
	town_open(&t, false);
	r = town_press(&t, &t.stranger); /* from no place: of no agency */
	assert_false(id_is_set(town_incident(&t, r.incident)->agency));
	for (nobody.role = ROLE_NONE; nobody.role <= ROLE_DEVICE; nobody.role++)
		assert_int_equal(access_record(t.m, &nobody, NOUN_INCIDENT,
					       &town_incident(&t, r.incident)->r),
				 VIEW_NONE);
	town_close(&t);
}

/* Staff bound to one site: an event tells no more than the record would. */
static void
law_9_a_bound_account_hears_of_its_site_only(void **state)
{
	struct site *other;
	struct event e;
	struct town t;
	enum view v;

	(void)state;
	town_open(&t, false);
	other = site_find(t.m, t.site2);
	assert_int_equal(access_record(t.m, &t.gate, NOUN_SITE, &other->r), VIEW_NONE);
	event_begin(town_by(&t, NULL), &e, EVENT_SITE_CHANGED, WORLD_LIVE, t.site2);
	derive_refs(t.m, &e, &other->r);
	assert_false(access_event(t.m, &t.gate, &e, NULL, &v));
	event_done(&e);
	town_close(&t);
}

static void
law_9_what_changed_is_current_no_more(void **state)
{
	struct principal was;
	struct patch p;
	struct town t;
	struct id id;

	(void)state;
	town_open(&t, false);
	was = town_principal(&t, t.gate_id);
	assert_true(principal_is_current(t.m, &was));
	patch_init(&p, &noun_account);
	PATCH_ENUM(&p, account, role, ROLE_LIAISON);
	assert_int_equal(account_put(town_by(&t, &t.admin), t.gate_id, &p,
				     (struct span){ 0 }, false, &id),
			 0);
	assert_false(principal_is_current(t.m, &was)); /* another role */
	was = town_principal(&t, t.gate_id);
	patch_init(&p, &noun_account);
	PATCH_BOOL(&p, account, disabled, true);
	assert_int_equal(account_put(town_by(&t, &t.admin), t.gate_id, &p,
				     (struct span){ 0 }, false, &id),
			 0);
	assert_false(principal_is_current(t.m, &was));
	assert_true(principal_is_current(t.m, &t.button));
	assert_int_equal(token_revoke(town_by(&t, &t.admin), t.button_id), 0);
	assert_false(principal_is_current(t.m, &t.button));
	assert_false(principal_is_current(t.m, &t.stranger));
	town_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_9_who_sees_which_record),
		cmocka_unit_test(law_9_who_hears_which_event),
		cmocka_unit_test(law_9_after_a_cancel_the_owner_hears_nothing),
		cmocka_unit_test(law_9_missions_never_see_one_another),
		cmocka_unit_test(law_9_no_agency_owns_nothing),
		cmocka_unit_test(law_9_a_bound_account_hears_of_its_site_only),
		cmocka_unit_test(law_9_what_changed_is_current_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
