/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: the press. Refuses nothing but a repeat of what it has; what is odd
 * is kept and labelled. Rules 1-3 of the product:
 *   a duplicate is the same source with the same key, and nothing else;
 *   other presses at a place with an open incident join it as new signals;
 *   an unverified caller is heard, rings once for its place, and can raise
 *   nothing louder than it is.
 */
#include "model/commands.h"
#include "model/derive.h"

#include "base/auto.h"
#include "base/crypt.h"

#include <stdio.h>

static const struct field signal_fields[] = {
	NOUN_LINE(signal, incident, ID, 0, .doc = "that it belongs to"),
	NOUN_LINE(signal, source_id, ID, FIELD_ROOM, .doc = "account, token or device"),
	NOUN_LINE(signal, source, STR, FIELD_SECRET | FIELD_SEALED,
		  .doc = "what repeats are known by"),
	NOUN_LINE(signal, roll, ID, FIELD_SECRET,
		  .doc = "its caller's place on the roll"),
	NOUN_LINE(signal, source_name, STR, FIELD_SEALED, .doc = "who pressed"),
	NOUN_LINE(signal, key, STR, FIELD_SECRET,
		  .doc = "of the sender, repeats have the same"),
	NOUN_LINE(signal, kind, STR, 0, .doc = ""),
	NOUN_LINE(signal, site, ID, 0, .doc = ""),
	NOUN_LINE(signal, unit, ID, 0, .doc = ""),
	NOUN_LINE(signal, agency, ID, 0, .doc = "of the source"),
	NOUN_LINE(signal, person, ID, 0, .doc = "who carries the device that called"),
	NOUN_LINE(signal, position, POS, FIELD_SEALED, .doc = "as sent"),
	NOUN_LINE(signal, message, STR, FIELD_SEALED, .doc = "as sent"),
	NOUN_LINE(signal, language, STR, 0, .doc = ""),
	NOUN_LINE(signal, at, TIME, 0, .doc = "arrival, the server's"),
	NOUN_LINE(signal, claimed_at, TIME, 0, .doc = "the sender's own time"),
	NOUN_LINE(signal, trust, ENUM, 0, .names = trust_names, .doc = ""),
	NOUN_LINE(signal, labels, LIST, 0, .doc = "what was odd"),
	NOUN_LINE(signal, is_test, BOOL, 0, .doc = ""),
	NOUN_LINE(signal, is_silent, BOOL, 0, .doc = "no sound at the site"),
	NOUN_LINE(signal, better_position, POS, FIELD_SEALED,
		  .doc = "sent after the press"),
	NOUN_LINE(signal, more_kind, STR, 0, .doc = "sent after the press"),
	NOUN_LINE(signal, more_message, STR, FIELD_SEALED,
		  .doc = "sent after the press"),
	NOUN_LINE(signal, more_key, STR, FIELD_SECRET, .doc = ""),
	NOUN_LINE(signal, amended_at, TIME, 0, .doc = ""),
	NOUN_LINE(signal, door, STR, 0, .doc = "it came in by"),
	NOUN_LINE(signal, raw, STR, FIELD_SEALED | FIELD_ROOM, .max = 8192,
		  .doc = "the frame, kept as evidence"),
};
NOUN_TABLE(noun_signal, 'c', "signal", "signals", signal, signal_fields);

static const struct field roll_fields[] = {
	NOUN_LINE(roll, incident, ID, 0, .doc = ""),
	NOUN_LINE(roll, source, STR, FIELD_SECRET | FIELD_SEALED, .doc = ""),
	NOUN_LINE(roll, name, STR, FIELD_SEALED, .doc = "who pressed"),
	NOUN_LINE(roll, person, ID, 0, .doc = "who carries the device"),
	NOUN_LINE(roll, count, INT, 0, .doc = "presses"),
	NOUN_LINE(roll, first_at, TIME, 0, .doc = ""),
	NOUN_LINE(roll, last_at, TIME, 0, .doc = ""),
	NOUN_LINE(roll, trust, ENUM, 0, .names = trust_names, .doc = ""),
};
NOUN_TABLE(noun_roll, 'o', "roll", "rolls", roll, roll_fields);

/* A key whose own time is this much before arrival is labelled late. */
#define LATE_MS 60000
/* A clock this much ahead is labelled (product rule 8). */
#define AHEAD_MS 300000
/* The same person is new again after this (product: states). */
#define NEW_AGAIN_MS 120000

/* What a press turned out to be, before anything is emitted. */
struct press {
	const struct press_args *a;
	const struct principal *who;
	const struct site *site;
	const struct unit *unit;
	struct id agency;
	struct span source;
	struct buf labels;
	bool is_verified;
	int world;
};

static void
label(struct press *p, const char *word)
{
	struct buf *b = &p->labels;

	if (b->n)
		b->p[--b->n] = 0; /* reopen the list */
	else
		buf_add_c(b, '[');
	jw_str(b, span_of(word));
	buf_add_c(b, ']');
}

/* Where it is from: the caller's own site or unit first; a claim of another
 * place counts only within the caller's agency, or for a caller without one. */
static void
settle_place(const struct model *m, struct press *p)
{
	const struct site *claimed = site_find(m, p->a->site);
	const struct principal *who = p->who;

	p->unit = unit_find(m, who->unit);
	p->site = site_find(m, who->site);
	p->agency = who->agency;
	if (claimed && claimed->r.world != p->world)
		claimed = NULL;
	if (claimed &&
	    (!id_is_set(who->agency) || id_is(claimed->agency, who->agency))) {
		p->site = claimed;
		p->agency = claimed->agency;
	} else if (id_is_set(p->a->site)) {
		label(p, "site_not_known");
	}
	if (p->site)
		p->agency = p->site->agency;
	else if (p->unit)
		p->agency = p->unit->agency;
}

static void
settle_time(struct press *p, int64_t now)
{
	if (p->a->claimed_at == TIME_NONE)
		return;
	if (p->a->claimed_at < now - LATE_MS)
		label(p, "late");
	if (p->a->claimed_at > now + AHEAD_MS)
		label(p, "clock_ahead");
}

/* The open incident that this press joins, or NULL. A cancelled one is never
 * joined: a press after a cancel is a new call, whoever's code it was. */
static struct incident *
find_open(struct decision *d, const struct press *p)
{
	struct id site = p->site ? p->site->r.id : (struct id){ 0 };
	const struct incident_list *l = open_incidents(d->m, site, p->source);
	struct incident *mine = NULL, *verified = NULL;

	for (size_t i = 0; i < l->n; i++) {
		struct incident *o = l->v[i];

		if (o->r.world != p->world || o->is_test != p->a->is_test ||
		    o->frozen_seq != FIELD_NONE || !o->source)
			continue;
		if (o->trust == TRUST_VERIFIED)
			verified = o;
		else if (strncmp(o->source, p->source.p, p->source.n) == 0 &&
			 !o->source[p->source.n])
			mine = o;
		else if (!mine && p->site)
			mine = o;
	}
	if (p->is_verified)
		return verified;
	return verified ? verified : mine;
}

static void
emit_raised(struct decision *d, const struct press *p, struct id *ret)
{
	const struct press_args *a = p->a;
	const struct run_card *card;
	struct span kind = a->kind.n ? a->kind
			   : p->unit ? SPAN("officer_distress")
				     : SPAN("sos");
	struct event e;
	char number[24];

	incident_number(d->m->node, number);
	card = run_card_for(d->m, p->site ? p->site->class : 0, kind, 0);
	*ret = next_id(d, NOUN_INCIDENT);
	event_begin(d, &e, EVENT_INCIDENT_RAISED, p->world, *ret);
	PATCH_STR(&e.body, incident, number, span_of(number));
	PATCH_ENUM(&e.body, incident, state, INCIDENT_NEW);
	PATCH_STR(&e.body, incident, kind, a->is_test ? SPAN("test") : kind);
	PATCH_ENUM(&e.body, incident, priority,
		   a->is_test               ? PRIORITY_P3
		   : card && card->priority ? card->priority
					    : PRIORITY_P1);
	PATCH_ENUM(&e.body, incident, trust,
		   p->is_verified ? TRUST_VERIFIED : TRUST_UNVERIFIED);
	if (p->labels.n)
		PATCH_STR(&e.body, incident, labels, buf_span(&p->labels));
	if (p->site) {
		PATCH_ID(&e.body, incident, site, p->site->r.id);
		PATCH_STR(&e.body, incident, site_name, span_of(p->site->name));
	}
	if (p->unit) {
		PATCH_ID(&e.body, incident, unit, p->unit->r.id);
		if (!p->site)
			PATCH_STR(&e.body, incident, site_name,
				  span_of(p->unit->callsign));
	}
	PATCH_ID(&e.body, incident, agency, p->agency);
	PATCH_POS(&e.body, incident, position,
		  p->site && p->site->position.is_set ? p->site->position
						      : a->position);
	PATCH_STR(&e.body, incident, message, a->message);
	PATCH_BOOL(&e.body, incident, unacknowledged, true);
	PATCH_BOOL(&e.body, incident, is_test, a->is_test);
	PATCH_INT(&e.body, incident, unack_since, d->now);
	PATCH_INT(&e.body, incident, m_raised, d->now);
	PATCH_INT(&e.body, incident, signals_count, 0);
	PATCH_INT(&e.body, incident, people_count, 0);
	PATCH_INT(&e.body, incident, step, 0);
	PATCH_INT(&e.body, incident, wrong_codes, 0);
	PATCH_INT(&e.body, incident, key_slot, d->m->node->key_slots_used);
	PATCH_STR(&e.body, incident, source, p->source);
	event_emit(d, &e);
}

/* The caller's place on the roll, or the one that this signal makes. */
static struct id
roll_id_of(struct decision *d, const struct press *p, struct id incident,
	   struct id signal)
{
	const struct incident *i = incident_find(d->m, incident);
	const struct roll *r = i ? map_get(&i->roll, p->source) : NULL;

	signal.noun = noun_roll.letter;
	return r ? r->r.id : signal;
}

static void
emit_signal(struct decision *d, const struct press *p, struct id incident,
	    struct id *ret)
{
	const struct press_args *a = p->a;
	const struct device *dev = device_find(d->m, p->who->id);
	struct event e;

	*ret = next_id(d, NOUN_SIGNAL);
	event_begin(d, &e, EVENT_SIGNAL_RECEIVED, p->world, *ret);
	PATCH_ID(&e.body, signal, incident, incident);
	PATCH_ID(&e.body, signal, source_id, p->who->id);
	PATCH_STR(&e.body, signal, source, p->source);
	PATCH_ID(&e.body, signal, roll, roll_id_of(d, p, incident, *ret));
	PATCH_STR(&e.body, signal, source_name, span_of(p->who->name));
	PATCH_STR(&e.body, signal, key, a->key);
	PATCH_STR(&e.body, signal, kind, a->kind.n ? a->kind : SPAN("sos"));
	if (p->site)
		PATCH_ID(&e.body, signal, site, p->site->r.id);
	if (p->unit)
		PATCH_ID(&e.body, signal, unit, p->unit->r.id);
	PATCH_ID(&e.body, signal, agency, p->agency);
	if (dev && p->who->role == ROLE_DEVICE && id_is_set(device_person(dev)))
		PATCH_ID(&e.body, signal, person, device_person(dev));
	if (a->position.is_set)
		PATCH_POS(&e.body, signal, position, a->position);
	if (a->message.p)
		PATCH_STR(&e.body, signal, message, a->message);
	if (a->language.n)
		PATCH_STR(&e.body, signal, language, a->language);
	PATCH_INT(&e.body, signal, at, d->now);
	if (a->claimed_at != TIME_NONE)
		PATCH_INT(&e.body, signal, claimed_at, a->claimed_at);
	PATCH_ENUM(&e.body, signal, trust,
		   p->is_verified ? TRUST_VERIFIED : TRUST_UNVERIFIED);
	if (p->labels.n)
		PATCH_STR(&e.body, signal, labels, buf_span(&p->labels));
	PATCH_BOOL(&e.body, signal, is_test, a->is_test);
	PATCH_BOOL(&e.body, signal, is_silent, a->is_silent);
	PATCH_STR(&e.body, signal, door, a->door);
	if (a->raw.n)
		PATCH_STR(&e.body, signal, raw, a->raw);
	event_emit(d, &e);
}

/* A new person, or the same one after two minutes, rings again. */
static bool
is_loud_again(const struct incident *i, const struct press *p, int64_t now)
{
	const struct roll *r = map_get(&i->roll, p->source);

	if (!p->is_verified || i->unacknowledged || i->is_test)
		return false;
	/* one who presses every 100 s is heard again too, by the time of the answer */
	return !r || now - r->last_at >= NEW_AGAIN_MS ||
	       (i->acknowledged_at != TIME_NONE &&
		now - i->acknowledged_at >= NEW_AGAIN_MS);
}

static void
emit_unacknowledged(struct decision *d, struct incident *i)
{
	struct event e;

	event_begin(d, &e, EVENT_INCIDENT_UNACKNOWLEDGED, i->r.world, i->r.id);
	PATCH_BOOL(&e.body, incident, unacknowledged, true);
	PATCH_INT(&e.body, incident, unack_since, d->now);
	PATCH_INT(&e.body, incident, step, 0);
	event_emit(d, &e);
}

int
signal_press(struct decision *d, const struct press_args *a, struct press_result *ret)
{
	struct press p = { .a = a, .who = d->actor };
	struct signal *before;
	struct incident *open;
	bool is_loud;

	if (!d->m->node)
		return refuse(d, 503, "no_node", "the node is not made yet");
	p.source = span_of(d->actor->source);
	before = signal_by_key(d->m, p.source, a->key);
	if (!before && d->load_signal)
		before = d->load_signal(d->load_ctx, p.source, a->key);
	if (before) {
		*ret = (struct press_result){ before->r.id, before->incident, true,
					      false };
		return 0;
	}
	p.is_verified = d->actor->is_verified;
	p.world = d->actor->world;
	buf_add_span(&p.labels, a->labels);
	settle_place(d->m, &p);
	settle_time(&p, d->now);
	if (!p.is_verified)
		label(&p, "unverified");
	if (a->is_silent)
		label(&p, "silent");
	open = find_open(d, &p);
	ret->is_new_incident = !open;
	ret->is_duplicate = false;
	if (open) {
		ret->incident = open->r.id;
		is_loud = is_loud_again(open, &p, d->now);
		emit_signal(d, &p, open->r.id, &ret->signal);
		if (is_loud)
			emit_unacknowledged(d, open);
	} else {
		emit_raised(d, &p, &ret->incident);
		emit_signal(d, &p, ret->incident, &ret->signal);
	}
	buf_done(&p.labels);
	return 0;
}

/* More of the same call: it rings nothing and changes nothing that was said. */
int
signal_amend(struct decision *d, struct id id, const struct press_args *a)
{
	struct signal *s = (struct signal *)decision_find(d, NOUN_SIGNAL, id);
	struct event e;

	if (!s || !s->source || strcmp(s->source, d->actor->source) != 0)
		return refuse_hidden(d);
	/* Its key seals what is said here: it may have left memory before. */
	if (!decision_find(d, NOUN_INCIDENT, s->incident))
		return refuse_hidden(d);
	if (s->more_key && span_is_z(a->key, s->more_key))
		return 0;
	event_begin(d, &e, EVENT_SIGNAL_AMENDED, s->r.world, id);
	PATCH_STR(&e.body, signal, more_key, a->key);
	if (a->position.is_set)
		PATCH_POS(&e.body, signal, better_position, a->position);
	if (a->kind.n)
		PATCH_STR(&e.body, signal, more_kind, a->kind);
	if (a->message.n)
		PATCH_STR(&e.body, signal, more_message, a->message);
	PATCH_INT(&e.body, signal, amended_at, d->now);
	event_emit(d, &e);
	return 0;
}
