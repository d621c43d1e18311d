/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as callers may see them: the noun's table without what the view
 * hides, and what is derived. After an accepted cancel the site's side sees an
 * incident that ended with it, whatever goes on in the room.
 */
#include "api/inner.h"

#include "base/auto.h"

#include <math.h>

static bool
is_frozen(const struct incident *i, enum view v)
{
	return v == VIEW_OWNER && i->frozen_seq != FIELD_NONE &&
	       i->released_at == TIME_NONE;
}

int
shown_state(const struct incident *i, const struct principal *p)
{
	return incident_is_frozen_for(i, p) ? INCIDENT_CLOSED : i->state;
}

/* What a frozen view shows is one for all, so that nothing of what the room does
 * now can be read from it, in an old event that is fetched again neither. */
static const char *
shown_priority(const struct incident *i, bool frozen)
{
	return priority_names[frozen ? PRIORITY_P1 : i->priority];
}

static void
write_milestones(struct buf *b, struct incident *i, bool frozen)
{
	jw_key(b, "milestones");
	jw_open(b, '{');
	for (int k = 0; k < MS__COUNT; k++) {
		int64_t t = *incident_milestone(i, k);

		if (frozen && k == MS_CLOSED)
			t = i->frozen_at;
		else if (frozen && t != TIME_NONE && t > i->frozen_at)
			continue;
		jw_ktime(b, milestone_names[k], t);
	}
	jw_close(b, '}');
}

static void
write_escalation(struct buf *b, const struct incident *i)
{
	if (i->step <= 0 || !i->step_text)
		return;
	jw_key(b, "escalation");
	jw_open(b, '{');
	jw_ki64(b, "step", i->step);
	jw_kz(b, "text", i->step_text);
	jw_close(b, '}');
}

static void
write_room_part(struct call *c, struct buf *b, struct incident *i)
{
	struct due due = dispatch_due(c->m, i);

	if (due.what) {
		jw_key(b, "due");
		jw_open(b, '{');
		jw_kz(b, "what", due.what);
		jw_ktime(b, "at", due.at);
		jw_ktime(b, "from", due.from);
		jw_close(b, '}');
	}
	write_escalation(b, i);
	if (i->cancel) {
		static const char *const words[] = { "", "none", "right", "wrong",
						     "duress" };

		jw_key(b, "cancel");
		jw_open(b, '{');
		jw_ktime(b, "asked_at", i->cancel_asked_at);
		jw_kz(b, "code", words[i->cancel]);
		jw_kbool(b, "held_from_site",
			 i->frozen_seq != FIELD_NONE && i->released_at == TIME_NONE);
		jw_close(b, '}');
	}
	if (i->callback) {
		jw_key(b, "callback");
		jw_open(b, '{');
		jw_kz(b, "outcome", i->callback);
		jw_ktime(b, "at", i->callback_at);
		jw_kbool(b, "challenge_ok", i->callback_challenge_ok);
		jw_kz(b, "phone", i->callback_phone);
		jw_close(b, '}');
	}
	if (i->caller_phone || i->caller_name) {
		jw_key(b, "caller");
		jw_open(b, '{');
		jw_kz(b, "phone", i->caller_phone);
		jw_kz(b, "name", i->caller_name);
		jw_close(b, '}');
	}
	if (i->form) {
		jw_key(b, "late_entry");
		jw_open(b, '{');
		jw_kz(b, "form", i->form);
		jw_key(b, "times");
		jw_raw(b, span_of(i->late_times ? i->late_times : "{}"));
		jw_close(b, '}');
	}
}

static void
write_incident(struct call *c, struct buf *b, struct incident *i, enum view v)
{
	const struct site *site = site_find(c->m, i->site);
	bool frozen = is_frozen(i, v);
	size_t open = frozen ? 0 : incident_open_assignments(i);

	jw_kz(b, "site_name_ur", site ? site->name_ur : NULL);
	jw_kbool(b, "test", i->is_test);
	jw_kbool(b, "unacknowledged", frozen ? false : i->unacknowledged);
	jw_ktime(b, "raised_at", i->m_raised);
	write_milestones(b, i, frozen);
	jw_ki64(b, "assignments_open", (int64_t)open);
	if (id_is_set(i->acknowledged_by) &&
	    (!frozen || i->acknowledged_at <= i->frozen_at)) {
		jw_key(b, "acknowledged_by");
		jw_open(b, '{');
		jw_kid(b, "account", i->acknowledged_by);
		jw_kz(b, "name", i->acknowledged_name);
		jw_ktime(b, "at", i->acknowledged_at);
		jw_close(b, '}');
	}
	if (v == VIEW_ROOM)
		write_room_part(c, b, i);
}

/* Fields whose present value a frozen view must not show. */
static uint64_t
incident_mask(const struct incident *i, enum view v)
{
	static const size_t changing[] = {
		offsetof(struct incident, state),
		offsetof(struct incident, priority),
		offsetof(struct incident, disposition),
		offsetof(struct incident, labels),
		offsetof(struct incident, signals_count),
		offsetof(struct incident, people_count),
	};
	/* written by hand: false is not left out */
	uint64_t mask = ~(1ull << field_at(&noun_incident,
					   offsetof(struct incident, unacknowledged)));

	if (is_frozen(i, v))
		for (size_t k = 0; k < ARRAY_LEN(changing); k++)
			mask &= ~(1ull << field_at(&noun_incident, changing[k]));
	return mask;
}

static void
write_frozen(struct buf *b, const struct incident *i)
{
	jw_kz(b, "state", incident_state_names[INCIDENT_CLOSED]);
	jw_kz(b, "priority", shown_priority(i, true));
	jw_kz(b, "disposition", disposition_names[DISP_CANCELLED]);
}

void
view_unit_place(struct api *api, struct buf *b, const struct unit *u)
{
	const struct fix *f = track_last(api->cfg.track, u->r.id);
	int64_t now = net_wall_ms(api->cfg.net);

	if (!f)
		return;
	jw_kpos(b, "position", &f->position);
	jw_ktime(b, "fix_at", f->server_ms);
	jw_ki64(b, "fix_age_s", now > f->server_ms ? (now - f->server_ms) / 1000 : 0);
	if (!isnan(f->speed_mps)) {
		jw_key(b, "speed_mps");
		jw_double(b, f->speed_mps, 1);
	}
	if (!isnan(f->course_deg)) {
		jw_key(b, "course_deg");
		jw_double(b, f->course_deg, 0);
	}
}

static void
write_unit(struct call *c, struct buf *b, const struct unit *u)
{
	int as = unit_busy_as(u);

	jw_kz(b, "state", unit_state_names[unit_state(u)]);
	jw_key(b, "shift");
	jw_open(b, '{');
	jw_kbool(b, "on", u->shift_on);
	jw_ktime(b, "since", u->shift_since);
	jw_close(b, '}');
	if (as)
		jw_kz(b, "busy_as", assignment_state_names[as]);
	jw_key(b, "assignments");
	jw_open(b, '[');
	for (size_t k = 0; k < u->n_open; k++)
		jw_id(b, u->open[k]->r.id);
	jw_close(b, ']');
	jw_key(b, "incidents");
	jw_open(b, '[');
	for (size_t k = 0; k < u->n_open; k++)
		jw_id(b, u->open[k]->incident);
	jw_close(b, ']');
	if (u->shift_on)
		view_unit_place(c->api, b, u);
}

static void
write_invitation(struct buf *b, const struct model *m, const struct invitation *v,
		 int64_t now)
{
	const struct token *t = token_find(m, v->token);
	const char *state = v->revoked || (t && t->revoked) ? "revoked"
			    : v->used_at != TIME_NONE       ? "used"
			    : v->expires_at < now           ? "expired"
							    : "open";

	jw_kz(b, "state", state);
}

/* Who may not see a person is not told either that somebody's is there. */
uint64_t
view_without_person(const struct model *m, const struct principal *p, enum noun_index n,
		    const struct record *rec)
{
	static const struct {
		enum noun_index n;
		size_t at;
	} places[] = {
		{ NOUN_ACCOUNT, offsetof(struct account, person) },
		{ NOUN_DEVICE, offsetof(struct device, person) },
		{ NOUN_DEVICE, offsetof(struct device, bound_to) },
		{ NOUN_SIGNAL, offsetof(struct signal, person) },
	};
	uint64_t given = ~0ull;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *field = (const char *)rec + places[i].at;
		const struct id *id = (const struct id *)field;

		if (places[i].n == n && id->noun == noun_person.letter &&
		    access_record(m, p, NOUN_PERSON, model_find(m, NOUN_PERSON, *id)) ==
			    VIEW_NONE)
			given &= ~(1ull << field_at(nouns[n], places[i].at));
	}
	return given;
}

static void
write_reading(struct buf *b, const char *key, float v, int decimals)
{
	jw_key(b, key);
	jw_double(b, (double)v, decimals);
}

static bool
has_readings(const struct device_readings *r)
{
	return r->heart_bpm.at || r->pressure_mmhg.at || r->spo2_pct.at ||
	       r->temperature_c.at || r->steps.at;
}

/* Of its bearer: shown as his place is, each with its own time. */
static void
write_readings(struct buf *b, const struct device_readings *r)
{
	jw_key(b, "readings");
	jw_open(b, '{');
	if (r->heart_bpm.at) {
		write_reading(b, "heart_bpm", r->heart_bpm.value, 0);
		jw_ktime(b, "heart_at", r->heart_bpm.at);
	}
	if (r->pressure_mmhg.at) {
		write_reading(b, "systolic", r->pressure_mmhg.value, 0);
		write_reading(b, "diastolic", r->pressure_mmhg.second, 0);
		jw_ktime(b, "pressure_at", r->pressure_mmhg.at);
	}
	if (r->spo2_pct.at) {
		write_reading(b, "spo2_pct", r->spo2_pct.value, 0);
		jw_ktime(b, "spo2_at", r->spo2_pct.at);
	}
	if (r->temperature_c.at) {
		write_reading(b, "temperature_c", r->temperature_c.value, 1);
		jw_ktime(b, "temperature_at", r->temperature_c.at);
	}
	if (r->steps.at) {
		write_reading(b, "steps", r->steps.value, 0);
		jw_ktime(b, "steps_at", r->steps.at);
	}
	jw_close(b, '}');
}

/* What a device told last beside its place. */
static void
write_told(struct buf *b, const struct model *m, const struct device *dev)
{
	unsigned alarms = device_alarms_told(m, dev, dev->told_alarms);

	if (alarms) {
		jw_key(b, "alarms");
		jw_open(b, '[');
		for (size_t k = 0; k < DEVICE_ALARM_NAMES; k++)
			if (alarms >> k & 1)
				jw_str(b, span_of(device_alarm_names[k]));
		jw_close(b, ']');
		jw_ktime(b, "alarms_at", dev->alarms_at);
	}
	if (has_readings(&dev->readings) && device_tells(m, dev))
		write_readings(b, &dev->readings);
}

void
view_members(struct call *c, struct buf *b, enum noun_index n, const struct record *rec,
	     enum view v)
{
	uint64_t given = view_without_person(c->m, c->who, n, rec);
	unsigned parts = 0;
	int64_t now = journal_now(c->api->cfg.journal);

	jw_kid(b, "id", rec->id);
	jw_kz(b, "world", world_names[rec->world]);
	if (n == NOUN_INCIDENT)
		given &= incident_mask((const struct incident *)rec, v);
	if (v == VIEW_GRANTED) {
		access_grant(c->m, c->who, n, rec, &parts);
		given &= granted_fields(n, parts);
	}
	if (n == NOUN_SITE && v == VIEW_UNIT) /* the word is the room's and owner's */
		given &= ~(1ull << field_at(&noun_site,
					    offsetof(struct site, challenge_word)));
	if (n == NOUN_PERSON)
		given &= person_shown(c->m, c->who, (const struct person *)rec,
				      c->has_reason);
	fields_write(b, nouns[n], rec, given, false, view_hides(v));
	switch (n) {
	case NOUN_INCIDENT:
		if (is_frozen((const struct incident *)rec, v))
			write_frozen(b, (const struct incident *)rec);
		write_incident(c, b, (struct incident *)(uintptr_t)rec, v);
		break;
	case NOUN_UNIT:
		write_unit(c, b, (const struct unit *)rec);
		break;
	case NOUN_SITE:
		jw_kbool(b, "enabled", !((const struct site *)rec)->disabled);
		jw_ktime(b, "test_due_at", site_test_due_at((const struct site *)rec));
		break;
	case NOUN_PERSON:
		write_person_places(b, c->m, c->who, (const struct person *)rec);
		break;
	case NOUN_ASSIGNMENT:
		if (((const struct assignment *)rec)->by_voice)
			jw_kz(b, "by", "voice");
		break;
	case NOUN_AGENCY:
		if (!((const struct agency *)rec)->short_name) {
			struct buf AUTO(buf_done) name = { 0 };

			agency_short_name((const struct agency *)rec, &name);
			jw_kz(b, "short_name", name.p);
		}
		break;
	case NOUN_INVITATION:
		write_invitation(b, c->m, (const struct invitation *)rec, now);
		break;
	case NOUN_DEVICE: {
		const struct device *dev = (const struct device *)rec;

		if (id_is_set(dev->bound_to)) /* said also where the name is not */
			jw_kz(b, "bound_kind",
			      nouns[noun_by_letter(dev->bound_to.noun)]->name);
		jw_ktime(b, "last_seen_at", dev->last_seen_at);
		if (dev->battery_pct >= 0)
			jw_ki64(b, "battery_pct", dev->battery_pct);
		if (dev->signal_pct >= 0)
			jw_ki64(b, "signal_pct", dev->signal_pct);
		write_told(b, c->m, dev);
		if (dev->firmware[0])
			jw_kz(b, "firmware", dev->firmware);
		break;
	}
	case NOUN_ACCOUNT:
		jw_kbool(b, "disabled", ((const struct account *)rec)->disabled);
		break;
	case NOUN_CHANNEL:
	case NOUN_MEMBER:
	case NOUN_POST:
	case NOUN_ACK:
		view_talk(c, b, n, rec, v);
		break;
	default:
		view_liaison(c, b, n, rec, v);
		break;
	}
}

void
view_record(struct call *c, struct buf *b, enum noun_index n, const struct record *rec,
	    enum view v)
{
	jw_open(b, '{');
	view_members(c, b, n, rec, v);
	jw_close(b, '}');
}

/* --- events ------------------------------------------------------------------ */

static const char *
actor_name(const struct model *m, struct id actor)
{
	const struct account *a = account_find(m, actor);
	const struct token *t = token_find(m, actor);

	return a ? (a->name ? a->name : a->login) : t && t->label ? t->label : NULL;
}

/* Body fields that the envelope names already. */
static uint64_t
without_refs(const struct event *e)
{
	static const char *const all[] = { "incident", "signal", "unit", "site",
					   "agency" };
	const struct id set[] = { e->incident, e->signal, e->unit, e->site, e->agency };
	uint64_t given = e->body.given;

	for (size_t i = 0; i < e->body.noun->n_fields; i++)
		for (size_t k = 0; k < ARRAY_LEN(all); k++)
			if (id_is_set(set[k]) &&
			    strcmp(e->body.noun->fields[i].name, all[k]) == 0)
				given &= ~(1ull << i);
	return given;
}

/* Of an incident that one was asked into: what it is while that stands, and to who
 * sees it anyhow. */
static bool
tells_incident(const struct model *m, const struct event *e, const struct principal *p,
	       const struct incident *i)
{
	const struct grant *g = grant_find(m, e->subject);

	return event_infos[e->type].noun != NOUN_GRANT || (g && grant_is_live(g)) ||
	       access_record(m, p, NOUN_INCIDENT, &i->r) != VIEW_NONE;
}

static void
write_context(struct api *api, struct buf *b, const struct event *e,
	      const struct principal *p, enum view v, const struct incident *i)
{
	enum noun_index n = event_infos[e->type].noun;
	struct model *m = journal_model(api->cfg.journal);
	const struct unit *u = unit_find(m, e->unit);
	bool frozen = i && incident_is_frozen_for(i, p);

	if (i && !tells_incident(m, e, p, i))
		i = NULL;
	if (i && n != NOUN_INCIDENT) {
		jw_kz(b, "number", i->number);
		if (n != NOUN_SIGNAL)
			jw_kz(b, "kind", i->kind);
		jw_kz(b, "priority", shown_priority(i, frozen));
	} else if (i && e->type != EVENT_INCIDENT_RAISED) {
		jw_kz(b, "number", i->number);
		jw_kz(b, "kind", i->kind);
		if (e->type != EVENT_INCIDENT_PRIORITY_CHANGED)
			jw_kz(b, "priority", shown_priority(i, frozen));
	}
	if (e->type == EVENT_INCIDENT_ESCALATED) /* to the room alone (events.def) */
		write_escalation(b, (const struct incident *)e->body.rec);
	if (n == NOUN_ASSIGNMENT && u && e->type != EVENT_ASSIGNMENT_OFFERED)
		jw_kz(b, "callsign", u->callsign);
	if (n == NOUN_UNIT && u && v != VIEW_NONE) {
		jw_kz(b, "callsign", u->callsign);
		jw_kz(b, "state", unit_state_names[unit_state(u)]);
	}
	if (id_is_set(e->actor) && (v == VIEW_ROOM || v == VIEW_ADMIN)) {
		jw_kid(b, "by", e->actor);
		jw_kz(b, "by_name", actor_name(m, e->actor));
	}
	if (n >= NOUN_CHANNEL && n <= NOUN_EXPORT)
		view_talk_event(b, m, e, v);
	if (i && p->sos_only)
		jw_kz(b, "state", incident_state_names[shown_state(i, p)]);
}

void
view_event(struct api *api, struct buf *b, const struct event *e,
	   const struct principal *p, enum view v, const struct incident *i)
{
	uint64_t given = without_refs(e);
	enum noun_index n = event_infos[e->type].noun;
	const struct person *h =
		person_find(journal_model(api->cfg.journal), e->subject);
	unsigned parts = 0;

	if (v == VIEW_GRANTED) {
		if (i)
			access_grant(journal_model(api->cfg.journal), p, NOUN_INCIDENT,
				     &i->r, &parts);
		given &= granted_fields(n, parts);
	}
	given &=
		view_without_person(journal_model(api->cfg.journal), p, n, e->body.rec);
	if (n == NOUN_UNIT) /* context says it, as it is now */
		given &= ~(1ull
			   << field_at(&noun_unit, offsetof(struct unit, callsign)));
	/* others hear that a register changed; what, they ask for, and are noted */
	if (v != VIEW_OWNER && (n == NOUN_BOOK || n == NOUN_PLAN || n == NOUN_POINT))
		given = 0;
	if (h)
		given &= id_is(h->agency, p->agency)
				 ? person_shown(journal_model(api->cfg.journal), p, h,
						false)
				 : 0;
	jw_open(b, '{');
	jw_ki64(b, "seq", (int64_t)e->seq);
	jw_ktime(b, "at", e->at);
	jw_kz(b, "type", event_infos[e->type].type);
	jw_kz(b, "world", world_names[e->world]);
	jw_key(b, "data");
	jw_open(b, '{');
	jw_kid(b, "id", e->subject);
	jw_kid(b, "incident", e->incident);
	jw_kid(b, "signal", e->signal);
	if (v != VIEW_OWNER || n != NOUN_ASSIGNMENT)
		jw_kid(b, "unit", e->unit);
	jw_kid(b, "site", e->site);
	jw_kid(b, "agency", e->agency);
	jw_kz(b, "world", world_names[e->world]);
	fields_write(b, e->body.noun, e->body.rec, given, false, view_hides(v));
	write_context(api, b, e, p, v, i);
	jw_close(b, '}');
	jw_close(b, '}');
}
