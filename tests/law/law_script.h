/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long random script of commands, right and wrong ones, by everyone who may
 * and may not, from a seed: the same seed gives the same script.
 */
#pragma once
#include "law_help.h"
#include "law_liaison.h"

#define SCRIPT_KEEP 512

struct id_ring {
	struct id v[SCRIPT_KEEP];
	size_t n;
};

struct script {
	struct town *t;
	uint64_t seed;
	struct id_ring ids[NOUN__COUNT];
	size_t done, refused;
	unsigned made;
	size_t turns;
	struct principal partner; /* who turns the second key */
};

static inline uint64_t
pick(struct script *s, uint64_t n)
{
	return law_random(&s->seed) % n;
}

static inline struct model *
script_model(const struct script *s)
{
	return s->t->m;
}

static inline int64_t
script_wall(const struct script *s)
{
	return s->t->wall;
}

static inline void
script_hears(void *ctx, const struct event *e)
{
	struct script *s = ctx;
	struct id_ring *r = &s->ids[event_infos[e->type].noun];

	r->v[r->n++ % SCRIPT_KEEP] = e->subject;
}

/* A record of the noun, mostly one of the last; seldom one that is nowhere. */
static inline struct id
pick_id(struct script *s, enum noun_index n)
{
	struct id_ring *r = &s->ids[n];
	size_t have = r->n < SCRIPT_KEEP ? r->n : SCRIPT_KEEP, back;

	if (!have || pick(s, 50) == 0)
		return (struct id){ .seq = 1 + pick(s, 9000),
				    .noun = nouns[n]->letter,
				    .node = "khi" };
	back = pick(s, pick(s, 4) ? (have < 8 ? have : 8) : have);
	return r->v[(r->n - 1 - back) % SCRIPT_KEEP];
}

static inline const char *
pick_text(struct script *s)
{
	static const char *const texts[] = {
		"help",
		"",
		"آگ لگی ہے، گیٹ پر حملہ",
		"quote \" back \\ slash / \x7f \x01 \t end",
		"\xff\xfe not utf-8 \xc3",
		"着火了",
		"{\"a\":1}",
		"line\nfeed",
	};

	return texts[pick(s, ARRAY_LEN(texts))];
}

static inline struct position
pick_place(struct script *s)
{
	struct position p = { 0 };

	if (pick(s, 3) == 0)
		return p;
	geo_position(-90 + (double)pick(s, 1800000001) / 1e7,
		     -180 + (double)pick(s, 3600000001) / 1e7, &p);
	if (pick(s, 2))
		p.accuracy_m = (int32_t)pick(s, 500);
	return p;
}

/* Someone, as the records say now. */
static inline struct principal
pick_who(struct script *s)
{
	struct town *t = s->t;
	struct principal p;
	const struct account *a;
	const struct token *k;
	const struct device *d;

	switch (pick(s, 14)) {
	case 13:
		return town_principal(t, t->admin_id);
	case 12:
		return town_principal(t, t->ranger_boss_id);
	case 0:
		a = account_find(t->m, pick_id(s, NOUN_ACCOUNT));
		if (a) {
			principal_of_account(t->m, a, &p);
			return p;
		}
		break;
	case 1:
		k = token_find(t->m, pick_id(s, NOUN_TOKEN));
		if (k) {
			principal_of_token(t->m, k, &p);
			return p;
		}
		break;
	case 2:
		d = device_find(t->m, pick_id(s, NOUN_DEVICE));
		if (d) {
			principal_of_device(t->m, d, &p);
			return p;
		}
		break;
	case 3:
		return town_principal(t, t->gate_id);
	case 4:
		return town_principal(t, t->other_gate_id);
	case 5:
		return town_principal(t, t->crew_id);
	case 6:
	case 11:
		return town_principal(t, t->admin_id);
	case 7:
	case 8:
		return town_principal(t, t->room_id);
	case 9:
	case 10:
		return town_principal(t, t->boss_id);
	}
	principal_anonymous(&p, pick(s, 2) ? "10.0.0.9" : "10.0.0.10");
	return p;
}

static inline int
script_press(struct script *s, struct decision *d)
{
	static const char *const kinds[] = { "", "fire", "attack", "medical" };
	static const char *const labels[] = { "", "[\"low_battery\"]",
					      "[\"a\", \"b/c\"]" };
	struct press_args a = { .claimed_at = TIME_NONE, .door = SPAN("api") };
	struct press_result r;
	char key[24];

	snprintf(key, sizeof key, "s%u",
		 pick(s, 4) ? ++s->made : s->made - (unsigned)pick(s, 6));
	a.key = span_of(key);
	a.kind = span_of(kinds[pick(s, ARRAY_LEN(kinds))]);
	a.labels = span_of(labels[pick(s, ARRAY_LEN(labels))]);
	if (pick(s, 2))
		a.message = span_of(pick_text(s));
	if (pick(s, 4) == 0)
		a.language = SPAN("ur");
	if (pick(s, 3) == 0)
		a.claimed_at = s->t->wall - 100000 + (int64_t)pick(s, 900000) - 300000;
	if (pick(s, 10) == 0)
		a.raw = SPAN("5b33472a48515d");
	a.is_test = pick(s, 5) == 0;
	a.is_silent = pick(s, 5) == 0;
	a.position = pick_place(s);
	if (pick(s, 3))
		a.site = pick_id(s, NOUN_SITE);
	if (pick(s, 8) == 0)
		return signal_amend(d, pick_id(s, NOUN_SIGNAL), &a);
	return signal_press(d, &a, &r);
}

static inline int
script_offer(struct script *s, struct decision *d)
{
	static const char fixes[] =
		"[{\"bearer\":\"khi.u.9\",\"position\":{\"lat\":24.8200000,"
		"\"lon\":67.0300000}}]";
	struct id units[5];
	struct offer_args a = { .incident = pick_id(s, NOUN_INCIDENT),
				.units = units,
				.n_units = 1 + pick(s, 5),
				.is_partial = pick(s, 3),
				.is_at_once = pick(s, 4) == 0,
				.expires_in_ms = 30000,
				.fixes = span_of(fixes) };
	struct offer_result r;

	for (size_t k = 0; k < a.n_units; k++)
		units[k] = pick_id(s, NOUN_UNIT);
	return assignment_offer(d, &a, &r);
}

/* What the room does with an incident. */
static inline int
script_handle(struct script *s, struct decision *d)
{
	static const char *const codes[] = { "1357", "2468", "0000", "" };
	struct id i = pick_id(s, NOUN_INCIDENT), id;
	enum cancel_answer answer;

	switch (pick(s, 16)) {
	case 0:
	case 1:
		return incident_acknowledge(d, i);
	case 2:
		return incident_present(d, i);
	case 3:
		return incident_note(d, i,
				     &(struct note_args){ .text = span_of(pick_text(s)),
							  .to_owner = pick(s, 2) },
				     &id);
	case 4:
		return incident_set_priority(d, i, 1 + (int)pick(s, 3));
	case 5:
		return incident_call_back(d, i, SPAN("no_answer"), pick(s, 2),
					  pick(s, 2) ? SPAN("+92 21") : SPAN(""));
	case 6:
	case 7:
	case 8:
		return incident_close(d, i, 1 + (int)pick(s, 6), span_of(pick_text(s)));
	case 9:
		return incident_reopen(d, i);
	case 10:
		return incident_link(d, i, pick_id(s, NOUN_INCIDENT));
	case 11:
		return incident_release(d, i);
	case 12:
		return incident_escalate(d, i, (int64_t)pick(s, 5), SPAN("step"));
	case 13:
		return incident_unit_near(d, i);
	default:
		return incident_cancel(d, pick_id(s, NOUN_SIGNAL),
				       span_of(codes[pick(s, ARRAY_LEN(codes))]),
				       &answer);
	}
}

static inline int
script_device_order(struct script *s, struct decision *d)
{
	struct device_order_args a = { .device = pick_id(s, NOUN_DEVICE),
				       .kind = 1 + (int)pick(s, 5),
				       .seconds = (int64_t)pick(s, 100),
				       .text = SPAN("come back") };
	struct id id;

	if (pick(s, 3) == 0)
		return device_order_set(d, pick_id(s, NOUN_DEVICE_ORDER),
					DEVICE_ORDER_SENT + (int)pick(s, 4), SPAN("x"));
	if (pick(s, 2)) {
		d->actor = NULL;
		a.kind = DEVICE_ORDER_INTERVAL;
		a.seconds = 60;
	}
	return device_order_make(d, &a, &id);
}

/* Agencies share and stop sharing. */
static inline int
script_grant(struct script *s, struct decision *d)
{
	static const char *const parts[] = { "[]", "[\"message\",\"notes\"]",
					     "[\"people\",\"units\"]", "[\"x\"]" };
	struct join_args a = { .incident = pick_id(s, NOUN_INCIDENT),
			       .agency = pick_id(s, NOUN_AGENCY),
			       .parts = pick(s, 2) ? parts[pick(s, 4)] : NULL };
	struct id id = pick_id(s, NOUN_GRANT);
	struct patch p;
	int rc;

	s->partner =
		town_principal(s->t, pick(s, 2) ? s->t->ranger_boss_id : s->t->boss_id);
	d->actor = &s->partner;
	switch (pick(s, 8)) {
	case 0:
		return incident_ask_in(d, &a, &id);
	case 1:
		return incident_lead(d, a.incident, a.agency);
	case 2:
	case 3:
		return grant_answer(d, id, pick(s, 3), span_of(pick_text(s)));
	case 4:
		return grant_withdraw(d, id, SPAN("enough"));
	case 5:
		return grant_tick(d, id);
	case 6:
		/* few of them are running: the newest that is */
		for (size_t k = s->ids[NOUN_GRANT].n, back = 0;
		     k-- > 0 && back < SCRIPT_KEEP; back++) {
			const struct grant *g = grant_find(
				s->t->m, s->ids[NOUN_GRANT].v[k % SCRIPT_KEEP]);

			if (g && g->state == GRANT_ACTIVE) {
				id = g->r.id;
				break;
			}
		}
		return grant_open(d, id, a.incident);
	}
	patch_init(&p, &noun_grant);
	PATCH_ENUM(&p, grant, of, 1 + (int)pick(s, 2));
	PATCH_STR(&p, grant, purpose, SPAN("a watch on the street"));
	PATCH_STR(&p, grant, parts, span_of(parts[pick(s, 4)]));
	if (pick(s, 2))
		PATCH_ID(&p, grant, to, a.agency);
	if (pick(s, 3) == 0)
		PATCH_ID(&p, grant, agency, pick_id(s, NOUN_AGENCY));
	if (pick(s, 3) == 0)
		PATCH_ID(&p, grant, subject, a.incident);
	if (pick(s, 3) == 0)
		PATCH_INT(&p, grant, until, s->t->wall + (int64_t)pick(s, 60000));
	rc = grant_propose(d, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_open_call(struct script *s, struct decision *d)
{
	struct call_args a = { .kind = SPAN("theft"),
			       .message = span_of(pick_text(s)),
			       .phone = SPAN("+92 300 1"),
			       .name = span_of(pick_text(s)),
			       .priority = 1 + (int)pick(s, 3),
			       .position = pick_place(s) };
	struct id id;

	if (pick(s, 2))
		a.site = pick_id(s, NOUN_SITE);
	if (pick(s, 3) == 0) {
		a.form = SPAN("F-12");
		a.late_times = SPAN("{ \"raised\": \"2026-03-23T10:00:00Z\" }");
		a.disposition = (int)pick(s, 7);
	}
	return incident_open_call(d, &a, &id);
}

static inline int
script_page(struct script *s, struct decision *d)
{
	struct id id;

	if (pick(s, 2))
		return page_owe(d, pick_id(s, NOUN_INCIDENT), SPAN("call"), &id);
	return page_result(d, pick_id(s, NOUN_PAGE), pick(s, 2),
			   pick(s, 2) ? s->t->wall + 5000 : TIME_NONE);
}

static inline int
script_site(struct script *s, struct decision *d)
{
	static const char *const phones[] = {
		"[{\"label\": \"gate\", \"number\": \"+92\"}]",
		"[1.50, 2e3, \"\\u0627\\/x\", {\"b\":1,\"a\":2}]",
	};
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_site);
	PATCH_STR(&p, site, name, SPAN("Gate"));
	PATCH_POS(&p, site, position, pick_place(s));
	if (pick(s, 2))
		PATCH_STR(&p, site, phones, span_of(phones[pick(s, 2)]));
	if (pick(s, 2))
		PATCH_STR(&p, site, cancel_code, SPAN("1357"));
	if (pick(s, 2))
		PATCH_BOOL(&p, site, disabled, pick(s, 2));
	rc = site_put(d, pick(s, 3) ? pick_id(s, NOUN_SITE) : NO_ID, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_unit(struct script *s, struct decision *d)
{
	char callsign[24];
	struct patch p;
	struct id id;
	int rc;

	if (pick(s, 3))
		return unit_shift(d, pick_id(s, NOUN_UNIT), pick(s, 3));
	patch_init(&p, &noun_unit);
	snprintf(callsign, sizeof callsign, "U-%u", (unsigned)pick(s, 60));
	if (pick(s, 2)) {
		PATCH_STR(&p, unit, callsign, span_of(callsign));
		PATCH_STR(&p, unit, capabilities, SPAN("[\"armed\", \"medic\"]"));
		PATCH_POS(&p, unit, beat, pick_place(s));
	}
	PATCH_BOOL(&p, unit, out_of_service, pick(s, 2));
	PATCH_STR(&p, unit, reason, span_of(pick_text(s)));
	rc = unit_put(d, pick(s, 2) ? pick_id(s, NOUN_UNIT) : NO_ID, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_account(struct script *s, struct decision *d)
{
	char login[24];
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_account);
	snprintf(login, sizeof login, "u%u", (unsigned)pick(s, 400));
	id = pick(s, 2) ? pick_id(s, NOUN_ACCOUNT) : NO_ID;
	if (!id_is_set(id))
		PATCH_STR(&p, account, login, span_of(login));
	if (pick(s, 3)) {
		PATCH_ENUM(&p, account, role, 1 + (int)pick(s, 10));
		PATCH_STR(&p, account, name, span_of(pick_text(s)));
	}
	if (pick(s, 2))
		PATCH_ID(&p, account, unit, pick_id(s, NOUN_UNIT));
	if (pick(s, 2))
		PATCH_ID(&p, account, site, pick_id(s, NOUN_SITE));
	if (pick(s, 3) == 0)
		PATCH_ID(&p, account, person, pick_id(s, NOUN_PERSON));
	/* the town's own people stay who they are */
	if (id_is_set(id) && id.seq <= s->t->crew_id.seq)
		id = NO_ID;
	if (id_is_set(id) && pick(s, 4) == 0)
		PATCH_BOOL(&p, account, disabled, pick(s, 2));
	if (!id_is_set(id))
		PATCH_STR(&p, account, login, span_of(login));
	rc = account_put(d, id, &p, pick(s, 2) ? SPAN("hash") : SPAN(""), pick(s, 2),
			 &id);
	patch_done(&p);
	return rc;
}

static inline int
script_person(struct script *s, struct decision *d)
{
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_person);
	PATCH_STR(&p, person, name, SPAN("ناظم"));
	PATCH_STR(&p, person, rank, span_of(pick_text(s)));
	if (pick(s, 2))
		PATCH_STR(&p, person, phones, SPAN("[{\"number\": \"+92 21 5\"}]"));
	if (pick(s, 4) == 0)
		PATCH_ID(&p, person, unit, pick_id(s, NOUN_UNIT));
	if (pick(s, 4) == 0)
		PATCH_ID(&p, person, site, pick_id(s, NOUN_SITE));
	if (pick(s, 4) == 0)
		PATCH_ENUM(&p, person, state, 1 + (int)pick(s, 2));
	rc = person_put(d, pick(s, 2) ? pick_id(s, NOUN_PERSON) : NO_ID, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_device(struct script *s, struct decision *d)
{
	struct device *dev = device_find(s->t->m, pick_id(s, NOUN_DEVICE));
	char identity[24];
	struct patch p;
	struct id id;
	int rc;

	snprintf(identity, sizeof identity, "%llu",
		 (unsigned long long)pick(s, 1u << 30));
	if (pick(s, 3) == 0)
		return device_seen(d, SPAN("watch"), span_of(identity), &id);
	if (dev && pick(s, 4) == 0)
		return device_say(d, dev,
				  &(struct device_said_args){
					  .said = SAID_RESTORE + (int)pick(s, 3),
					  .code = SPAN("BA"),
					  .area = FIELD_NONE,
					  .zone = (int64_t)pick(s, 4),
				  });
	if (dev && pick(s, 2))
		return device_link_set(d, dev, 1 + (int)pick(s, 3));
	patch_init(&p, &noun_device);
	if (!dev) {
		PATCH_STR(&p, device, door, SPAN("watch"));
		PATCH_STR(&p, device, identity, span_of(identity));
	}
	if (pick(s, 2))
		PATCH_ID(&p, device, bound_to,
			 pick_id(s, pick(s, 2) ? NOUN_UNIT : NOUN_SITE));
	PATCH_ENUM(&p, device, trust, 1 + (int)pick(s, 2));
	rc = device_put(d, dev ? dev->r.id : NO_ID, &p, &id);
	patch_done(&p);
	return rc;
}

/* Invitations, tokens, sessions. */
static inline int
script_secret(struct script *s, struct decision *d)
{
	char hash[24], other[24];
	struct id id, id2;

	snprintf(hash, sizeof hash, "h%u", (unsigned)pick(s, 500));
	snprintf(other, sizeof other, "t%u", ++s->made);
	switch (pick(s, 6)) {
	case 0:
		return invitation_make(d, pick_id(s, NOUN_SITE), span_of(pick_text(s)),
				       span_of(hash), s->t->wall + 600000, &id);
	case 1:
		return invitation_use(d, span_of(hash), span_of(other), &id, &id2);
	case 2:
		return invitation_revoke(d, pick_id(s, NOUN_INVITATION));
	case 3:
		return token_revoke(d, pick_id(s, NOUN_TOKEN));
	case 4:
		return session_open(d, pick_id(s, NOUN_ACCOUNT), span_of(other),
				    s->t->wall + 1000, SPAN("10.0.0.1"),
				    pick(s, 2) ? FIELD_NONE : T0 / 30000, &id);
	default:
		return session_end(d, pick_id(s, NOUN_SESSION));
	}
}

static inline int
script_closure(struct script *s, struct decision *d)
{
	static const char line[] = "{\"type\":\"LineString\",\"coordinates\":"
				   "[[67.01,24.86],[67.02,24.86]]}";
	struct patch p;
	struct id id = pick(s, 2) ? pick_id(s, NOUN_CLOSURE) : NO_ID;
	int rc;

	patch_init(&p, &noun_closure);
	if (id_is_set(id) && pick(s, 2)) {
		PATCH_BOOL(&p, closure, ended, true);
	} else {
		PATCH_STR(&p, closure, reason, SPAN("a wall has fallen"));
		PATCH_STR(&p, closure, shape, span_of(line));
	}
	rc = closure_put(d, id, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_node(struct script *s, struct decision *d)
{
	struct patch p;
	struct id id;
	int rc;

	switch (pick(s, 6)) {
	case 0:
		return room_mute(d);
	case 4:
		return script_closure(s, d);
	case 1:
		room_snapshot(d, (int64_t)pick(s, 4));
		return 0;
	case 2:
		synthetic_ran(d, T0 / 86400000 * 86400000, 1440);
		return 0;
	case 3:
		patch_init(&p, &noun_agency);
		PATCH_STR(&p, agency, name_ur, SPAN("پولیس"));
		rc = agency_put(d, pick_id(s, NOUN_AGENCY), &p, &id);
		patch_done(&p);
		return rc;
	default:
		patch_init(&p, &noun_run_card);
		PATCH_STR(&p, run_card, name, SPAN("card"));
		PATCH_ENUM(&p, run_card, priority, (int)pick(s, 4));
		PATCH_STR(&p, run_card, kind, SPAN("fire"));
		PATCH_BOOL(&p, run_card, disabled, pick(s, 2));
		rc = run_card_put(d, pick(s, 2) ? pick_id(s, NOUN_RUN_CARD) : NO_ID, &p,
				  &id);
		patch_done(&p);
		return rc;
	}
}

/* A site, mostly of the actor's agency. */
static inline struct id
pick_own_site(struct script *s, const struct decision *d)
{
	struct id id = pick_id(s, NOUN_SITE);

	for (int tries = 0; tries < 6; tries++) {
		const struct site *at = site_find(s->t->m, id);

		if (at && id_is(at->agency, d->actor->agency))
			break;
		id = pick_id(s, NOUN_SITE);
	}
	return id;
}

static inline struct id
pick_own_review(struct script *s, const struct decision *d)
{
	struct id id = pick_id(s, NOUN_REVIEW);

	for (int tries = 0; tries < 12; tries++) {
		const struct review *r = review_find(s->t->m, id);

		if (r && id_is(r->agency, d->actor->agency))
			break;
		id = pick_id(s, NOUN_REVIEW);
	}
	return id;
}

/* What its owner writes into a site's register. */
static inline int
script_part(struct script *s, struct decision *d)
{
	uint64_t kind = pick(s, 4);
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, kind == 0   ? &noun_plan
		       : kind == 1 ? &noun_point
		       : kind == 2 ? &noun_review
				   : &noun_finding);
	if (kind == 0) {
		id = pick(s, 3) ? NO_ID : pick_id(s, NOUN_PLAN);
		if (!id_is_set(id))
			PATCH_ID(&p, plan, site, pick_own_site(s, d));
		PATCH_STR(&p, plan, title, SPAN("نقشہ"));
		PATCH_STR(&p, plan, floor, span_of(pick_text(s)));
		PATCH_STR(&p, plan, sections,
			  SPAN("[{ \"title\": \"a\", \"text\": \"\\u0627\" }]"));
		rc = plan_put(d, id, &p, &id);
	} else if (kind == 1) {
		id = pick(s, 3) ? NO_ID : pick_id(s, NOUN_POINT);
		if (!id_is_set(id))
			PATCH_ID(&p, point, site, pick_own_site(s, d));
		PATCH_STR(&p, point, name, SPAN("چوکی"));
		PATCH_STR(&p, point, note, span_of(pick_text(s)));
		PATCH_POS(&p, point, position, pick_place(s));
		if (pick(s, 3)) {
			PATCH_INT(&p, point, every_s, 10 + (int64_t)pick(s, 4000));
			PATCH_INT(&p, point, grace_s, 5);
		}
		rc = point_put(d, id, &p, &id);
	} else if (kind == 2) {
		id = pick(s, 3) ? NO_ID : pick_id(s, NOUN_REVIEW);
		if (!id_is_set(id))
			PATCH_ID(&p, review, site, pick_own_site(s, d));
		PATCH_ENUM(&p, review, kind, 1 + (int)pick(s, 3));
		PATCH_STR(&p, review, remarks, span_of(pick_text(s)));
		rc = review_put(d, id, &p, &id);
	} else {
		id = pick(s, 3) ? NO_ID : pick_id(s, NOUN_FINDING);
		if (!id_is_set(id))
			PATCH_ID(&p, finding, review, pick_own_review(s, d));
		PATCH_STR(&p, finding, text, SPAN("lock"));
		PATCH_STR(&p, finding, reason, span_of(pick_text(s)));
		if (id_is_set(id))
			PATCH_ENUM(&p, finding, state, 1 + (int)pick(s, 5));
		rc = finding_put(d, id, &p, &id);
	}
	patch_done(&p);
	return rc;
}

/* What others do with a register, and what time does. */
static inline int
script_register(struct script *s, struct decision *d)
{
	struct id site = pick_own_site(s, d), id;
	struct site *at = site_find(s->t->m, site);
	struct patch p;
	int rc;

	switch (pick(s, 9)) {
	case 0:
		return register_threat(d, site, 1 + (int)pick(s, 5),
				       span_of(pick_text(s)), TIME_NONE);
	case 1:
		patch_init(&p, &noun_book);
		PATCH_BOOL(&p, book, withheld, pick(s, 3) == 0);
		rc = register_put(d, site, &p);
		patch_done(&p);
		return rc;
	case 2:
		return register_ask(d, site, span_of(pick_text(s)), 1);
	case 3:
		return register_approve(d, site);
	case 4:
		return register_end(d, site);
	case 5:
		return at ? register_look(d, at, SPAN("plans")) : 0;
	case 6:
		return register_tick(d, pick_id(s, NOUN_BOOK));
	case 7:
		return point_tick(d, pick_id(s, NOUN_POINT));
	default:
		return point_check_in(d, pick_id(s, NOUN_POINT), span_of(pick_text(s)),
				      &id);
	}
}

#include "law_talk.h"

/* Not the erasure of incidents: it follows the destruction of a key, of which
 * law_3_an_erased_incident_replays() tells. */
static inline int
script_keep(struct script *s, struct decision *d)
{
	static const enum noun_index held[] = { NOUN_INCIDENT, NOUN_SITE, NOUN_UNIT,
						NOUN_PERSON };
	struct patch p;
	struct id id;
	int rc;

	switch (pick(s, 6)) {
	case 0:
		patch_init(&p, &noun_hold);
		PATCH_ID(&p, hold, subject, pick_id(s, held[pick(s, ARRAY_LEN(held))]));
		PATCH_STR(&p, hold, reason, SPAN("for \xff court"));
		if (pick(s, 3) == 0) {
			PATCH_INT(&p, hold, since, 1);
			PATCH_INT(&p, hold, until, 1 + (int64_t)pick(s, 3));
		}
		rc = hold_set(d, &p, &id);
		patch_done(&p);
		return rc;
	case 1:
		return hold_lift(d, pick_id(s, NOUN_HOLD), span_of(pick_text(s)));
	case 2:
		patch_init(&p, &noun_erasure);
		PATCH_ID(&p, erasure, subject,
			 pick_id(s, pick(s, 2) ? NOUN_PERSON : NOUN_INCIDENT));
		PATCH_STR(&p, erasure, reason, SPAN("asked for"));
		rc = erasure_ask(d, &p, &id);
		patch_done(&p);
		return rc;
	case 3:
		return erasure_decide(d, pick_id(s, NOUN_ERASURE), pick(s, 3),
				      SPAN("so"));
	case 4:
		return pick(s, 4) ? erasure_finish(d, pick_id(s, NOUN_ERASURE))
				  : retention_swept(
					    d, &(struct swept){ (int64_t)pick(s, 3), 1,
								0 });
	default:
		return pick(s, 8) ? 0 : person_erase(d, pick_id(s, NOUN_PERSON));
	}
}

static inline int
script_command(struct script *s, struct decision *d)
{
	uint64_t k = pick(s, 43);

	if (k >= 41)
		return script_keep(s, d);
	if (k >= 40)
		return script_register(s, d);
	if (k >= 38)
		return script_part(s, d);
	if (k >= 36)
		return script_device_order(s, d);

	if (k >= 31)
		return script_talk(s, d);

	if (k >= 28)
		return script_grant(s, d);
	if (k >= 20)
		return script_liaison(s, d);
	if (k < 6)
		return script_press(s, d);
	if (k < 12)
		return script_handle(s, d);
	switch (k) {
	case 12:
		return script_offer(s, d);
	case 13:
	case 14:
		return assignment_set(d, pick_id(s, NOUN_ASSIGNMENT),
				      1 + (int)pick(s, 8), pick(s, 4),
				      pick(s, 2) ? SPAN("") : span_of(pick_text(s)));
	case 15:
		return pick(s, 3) ? script_open_call(s, d) : script_page(s, d);
	case 16:
		return pick(s, 2) ? script_site(s, d) : script_node(s, d);
	case 17:
		return pick(s, 2) ? script_unit(s, d) : script_device(s, d);
	case 18:
		return pick(s, 2) ? script_account(s, d) : script_person(s, d);
	default:
		return pick(s, 3) ? script_secret(s, d)
				  : assignment_time_out(d, pick_id(s, NOUN_ASSIGNMENT));
	}
}

/* One command by someone; a refused one has said nothing (law 5). */
static inline void
script_step(struct script *s)
{
	struct town *t = s->t;
	struct principal who = pick_who(s);
	uint64_t before = journal_tail(t->journal);
	struct decision *d = town_by(t, &who);
	int rc = script_command(s, d);

	s->done++;
	if (rc < 0) {
		s->refused++;
		assert_int_equal(rc, ERR_DENIED);
		assert_true(d->refusal.status >= 400 && d->refusal.status < 600);
		assert_non_null(d->refusal.code);
		if (journal_tail(t->journal) != before)
			fail_msg("refused at step %zu, yet %llu events", s->done,
				 (unsigned long long)(journal_tail(t->journal) -
						      before));
	}
	if (pick(s, 3) == 0)
		t->wall += (int64_t)pick(s, 60000);
	if (pick(s, 40) == 0)
		t->wall -= (int64_t)pick(s, 600000); /* no clock is believed */
	if (pick(s, 4) == 0)
		town_settle(t);
}

/* begin: on an open town, again after each reopening. */
static inline void
script_listen(struct script *s, struct town *t)
{
	s->t = t;
	journal_add_sink(t->journal, script_hears, s);
}

static inline void
script_seed_ids(struct script *s)
{
	struct town *t = s->t;
	const enum noun_index n[] = { NOUN_ACCOUNT, NOUN_TOKEN,   NOUN_SITE,  NOUN_UNIT,
				      NOUN_AGENCY,  NOUN_CHANNEL, NOUN_MEMBER };

	for (size_t k = 0; k < ARRAY_LEN(n); k++) {
		struct arena AUTO(arena_done) a = { 0 };
		size_t count;
		struct record **v = model_list(t->m, n[k], &count, &a);

		for (size_t j = 0; j < count; j++)
			s->ids[n[k]].v[s->ids[n[k]].n++ % SCRIPT_KEEP] = v[j]->id;
	}
}
