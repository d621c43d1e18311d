/* SPDX-License-Identifier: Apache-2.0 */
/* Meetings: tables and commands. Who else is invited is the police side's business:
 * an event about it goes to those whom it concerns, and no list leaves whole. */
#include "model/commands.h"

#include "base/auto.h"

const char *const meeting_state_names[] = { "", "planned", "held", "cancelled", NULL };
const char *const meeting_answer_names[] = { "", "accepted", "declined", "tentative",
					     NULL };

static const struct field series_fields[] = {
	NOUN_WORLD(series),
	NOUN_LINE(series, title, STR, NEED, .min = 1, .max = 160, .doc = ""),
	NOUN_LINE(series, title_ur, STR, GIVE, .max = 160, .doc = "its title in Urdu"),
	NOUN_LINE(series, cadence, STR, GIVE, .max = 200,
		  .doc = "RRULE of RFC 5545, as FREQ=MONTHLY;BYDAY=1MO; none: by hand"),
	NOUN_LINE(series, zone, STR, NEED, .min = 1, .max = 60,
		  .doc = "time zone of the place, as Asia/Karachi"),
	NOUN_LINE(series, starts, STR, NEED, .min = 19, .max = 19,
		  .doc = "local time of the first, as 2026-03-02T10:00:00"),
	NOUN_LINE(series, duration_min, INT, NEED, .min = 5, .max = 1440, .doc = ""),
	NOUN_LINE(series, place, STR, GIVE, .max = 400, .doc = ""),
	NOUN_LINE(series, participants, LIST, NEED | FIELD_ROOM,
		  .doc = "ids of agencies and accounts"),
	NOUN_LINE(series, takes_matters, BOOL, GIVE,
		  .doc = "open proposals and concerns go on its agendas"),
	NOUN_LINE(series, disabled, BOOL, GIVE, .doc = "no more are planned"),
};
NOUN_TABLE(noun_series, 'Y', "series", "series", series, series_fields);

static const struct field meeting_fields[] = {
	NOUN_WORLD(meeting),
	NOUN_LINE(meeting, series, ID, 0, .doc = ""),
	NOUN_LINE(meeting, occurrence_at, TIME, FIELD_INNER, .doc = ""),
	NOUN_LINE(meeting, title, STR, NEED, .min = 1, .max = 160, .doc = ""),
	NOUN_LINE(meeting, title_ur, STR, GIVE, .max = 160, .doc = ""),
	NOUN_LINE(meeting, state, ENUM, 0, .names = meeting_state_names, .doc = ""),
	NOUN_LINE(meeting, start_at, TIME, NEED, .doc = ""),
	NOUN_LINE(meeting, duration_min, INT, NEED, .min = 5, .max = 1440, .doc = ""),
	NOUN_LINE(meeting, zone, STR, NEED, .min = 1, .max = 60, .doc = "of the place"),
	NOUN_LINE(meeting, place, STR, GIVE, .max = 400, .doc = ""),
	NOUN_LINE(meeting, sequence, INT, 0, .doc = "of its invitation (RFC 5546)"),
	NOUN_LINE(meeting, participants, LIST, NEED | FIELD_ROOM,
		  .doc = "ids of agencies and accounts"),
	NOUN_LINE(meeting, invited, LIST, FIELD_SECRET, .doc = "by the last change"),
	NOUN_LINE(meeting, agenda, LIST, FIELD_SECRET, .doc = "settled when held"),
	NOUN_LINE(meeting, attendance, JSON, FIELD_SECRET, .doc = ""),
	NOUN_LINE(meeting, minutes, STR, FIELD_SEALED | FIELD_ROOM, .max = 20000,
		  .doc = "the police side's"),
	NOUN_LINE(meeting, shared_minutes, STR, FIELD_SEALED, .max = 20000,
		  .doc = "for all who were invited"),
	NOUN_LINE(meeting, reason, STR, 0, .doc = "why it was cancelled"),
	NOUN_LINE(meeting, held_at, TIME, 0, .doc = ""),
	NOUN_LINE(meeting, cancelled_at, TIME, 0, .doc = ""),
	NOUN_LINE(meeting, uid, STR, FIELD_ROOM, .max = 400,
		  .doc = "of one that came from outside"),
	NOUN_LINE(meeting, organizer, STR, FIELD_ROOM, .max = 400,
		  .doc = "of that one"),
	NOUN_LINE(meeting, key_slot, INT, FIELD_SECRET, .doc = "key of the minutes"),
};
NOUN_TABLE(noun_meeting, 'W', "meeting", "meetings", meeting, meeting_fields);

static const struct field calendar_fields[] = {
	NOUN_LINE(calendar, account, ID, 0, .doc = "whose"),
	NOUN_LINE(calendar, agency, ID, 0, .doc = ""),
	NOUN_LINE(calendar, label, STR, FIELD_POST, .max = 95,
		  .doc = "where it is used"),
	NOUN_LINE(calendar, hash, STR, FIELD_SECRET, .doc = "of the secret"),
	NOUN_LINE(calendar, made_at, TIME, 0, .doc = ""),
	NOUN_LINE(calendar, revoked, BOOL, 0, .doc = ""),
};
NOUN_TABLE(noun_calendar, '8', "calendar", "calendars", calendar, calendar_fields);

bool
id_list_has(const char *list, struct id id)
{
	struct buf AUTO(buf_done) word = { 0 };

	if (!list || !id_is_set(id))
		return false;
	buf_add_c(&word, '"');
	id_format(&word, id);
	buf_add_c(&word, '"');
	return strstr(list, word.p) != NULL;
}

/* --- what must hold ----------------------------------------------------------- */

static int
needs_desk(struct decision *d)
{
	if (d->actor && !principal_is_desk(d->actor))
		return refuse(
			d, 403, "needs_desk",
			"only the liaison desk of the control agency may do this");
	return 0;
}

static int
check_participants(struct decision *d, const char *list, int world)
{
	json_t AUTO(auto_json) *v = json_read(span_of(list), NULL);
	size_t k;
	json_t *s;

	if (json_array_size(v) > 400)
		return refuse(d, 422, "too_many", "participants: at most 400");
	json_array_foreach(v, k, s)
	{
		const struct account *a;
		struct id id;

		if (id_parse(span_of(json_string_value(s)), &id) < 0)
			id = (struct id){ 0 };
		a = account_find(d->m, id);
		if (!agency_find(d->m, id) &&
		    (!a || a->r.world != world || a->disabled))
			return refuse(d, 422, "no_such_participant",
				      "participants[%zu]: no such agency or account",
				      k);
	}
	return 0;
}

static struct meeting *
find_for(struct decision *d, struct id id)
{
	struct meeting *w = meeting_find(d->m, id);

	return w && (!d->actor ||
		     access_record(d->m, d->actor, NOUN_MEETING, &w->r) != VIEW_NONE)
		       ? w
		       : NULL;
}

int
series_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct series *now = series_find(d->m, id);
	const struct series *asked = (const struct series *)p->rec;
	int world = now ? now->r.world : WORLD_LIVE;

	if (id_is_set(id) &&
	    (!now || (d->actor && access_record(d->m, d->actor, NOUN_SERIES, &now->r) ==
					  VIEW_NONE)))
		return refuse_hidden(d);
	if (needs_desk(d) < 0 || (!now && world_for(d, asked->ask_world, &world) < 0) ||
	    (asked->participants &&
	     check_participants(d, asked->participants, world) < 0))
		return ERR_DENIED;
	return config_put(d, EVENT_SERIES_CHANGED, world, id, p, ret);
}

/* --- planning -------------------------------------------------------------- */

int
meeting_plan(struct decision *d, struct id series, int64_t start, struct id *ret)
{
	const struct series *s = series_find(d->m, series);
	struct event e;
	void *v;

	if (!s)
		return refuse_hidden(d);
	for (size_t i = 0; map_next(&d->m->tables[NOUN_MEETING], &i, NULL, &v);) {
		const struct meeting *w = v;

		if (id_is(w->series, series) && w->occurrence_at == start) {
			*ret = w->r.id;
			return 0;
		}
	}
	*ret = next_id(d, NOUN_MEETING);
	event_begin(d, &e, EVENT_MEETING_PLANNED, s->r.world, *ret);
	PATCH_ID(&e.body, meeting, series, series);
	PATCH_INT(&e.body, meeting, occurrence_at, start);
	PATCH_STR(&e.body, meeting, title, span_of(s->title));
	if (s->title_ur)
		PATCH_STR(&e.body, meeting, title_ur, span_of(s->title_ur));
	PATCH_ENUM(&e.body, meeting, state, MEETING_PLANNED);
	PATCH_INT(&e.body, meeting, start_at, start);
	PATCH_INT(&e.body, meeting, duration_min, s->duration_min);
	PATCH_STR(&e.body, meeting, zone, span_of(s->zone));
	if (s->place)
		PATCH_STR(&e.body, meeting, place, span_of(s->place));
	PATCH_INT(&e.body, meeting, sequence, 0);
	PATCH_STR(&e.body, meeting, participants, span_of(s->participants));
	PATCH_STR(&e.body, meeting, invited, span_of(s->participants));
	PATCH_INT(&e.body, meeting, key_slot, d->m->node->key_slots_used);
	event_emit(d, &e);
	return 0;
}

/* Those of `next` that `now` lacks, as a list. */
static void
newly_invited(struct buf *b, const char *now, const char *next)
{
	json_t AUTO(auto_json) *v = json_read(span_of(next), NULL);
	size_t k;
	json_t *s;

	jw_open(b, '[');
	json_array_foreach(v, k, s)
	{
		struct id id;

		if (id_parse(span_of(json_string_value(s)), &id) == 0 &&
		    !id_list_has(now, id))
			jw_id(b, id);
	}
	jw_close(b, ']');
}

static void
invite(struct decision *d, const struct meeting *w, const char *participants)
{
	struct buf AUTO(buf_done) fresh = { 0 };
	struct event e;

	newly_invited(&fresh, w->participants, participants);
	event_begin(d, &e, EVENT_MEETING_INVITED, w->r.world, w->r.id);
	PATCH_STR(&e.body, meeting, participants, span_of(participants));
	PATCH_STR(&e.body, meeting, invited, buf_span(&fresh));
	event_emit(d, &e);
}

#define GIVEN(p, T, member) \
	((p)->given & 1ull << field_at((p)->noun, offsetof(struct T, member)))

static int
meeting_change(struct decision *d, struct meeting *w, struct patch *p)
{
	struct meeting *asked = (struct meeting *)p->rec;
	bool is_moved = GIVEN(p, meeting, start_at) ||
			GIVEN(p, meeting, duration_min) || GIVEN(p, meeting, place) ||
			GIVEN(p, meeting, zone) || GIVEN(p, meeting, title);

	if (w->state != MEETING_PLANNED)
		return refuse(d, 409, "not_planned", "it is %s",
			      meeting_state_names[w->state]);
	if (GIVEN(p, meeting, participants)) {
		if (!asked->participants)
			return refuse(d, 422, "bad_field", "participants: a list");
		invite(d, w, asked->participants);
		p->given &= ~(1ull << field_at(p->noun,
					       offsetof(struct meeting, participants)));
	}
	if (!p->given)
		return 0;
	if (is_moved)
		PATCH_INT(p, meeting, sequence, w->sequence + 1);
	return config_put(d, EVENT_MEETING_CHANGED, w->r.world, w->r.id, p, NULL);
}

int
meeting_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct meeting *now = find_for(d, id), *asked = (struct meeting *)p->rec;
	int world = now ? now->r.world : WORLD_LIVE;

	if (id_is_set(id) && !now)
		return refuse_hidden(d);
	if (needs_desk(d) < 0 || (!now && world_for(d, asked->ask_world, &world) < 0) ||
	    (asked->participants &&
	     check_participants(d, asked->participants, world) < 0))
		return ERR_DENIED;
	if (now)
		return meeting_change(d, now, p);
	PATCH_ENUM(p, meeting, state, MEETING_PLANNED);
	PATCH_INT(p, meeting, sequence, asked->sequence > 0 ? asked->sequence : 0);
	PATCH_STR(p, meeting, invited, span_of(asked->participants));
	PATCH_INT(p, meeting, key_slot, d->m->node->key_slots_used);
	return config_put(d, EVENT_MEETING_PLANNED, world, id, p, ret);
}

int
meeting_cancel(struct decision *d, struct id id, struct span reason)
{
	struct meeting *w = find_for(d, id);
	struct event e;

	if (!w)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (w->state != MEETING_PLANNED)
		return refuse(d, 409, "not_planned", "it is %s",
			      meeting_state_names[w->state]);
	event_begin(d, &e, EVENT_MEETING_CANCELLED, w->r.world, id);
	PATCH_ENUM(&e.body, meeting, state, MEETING_CANCELLED);
	PATCH_INT(&e.body, meeting, cancelled_at, d->now);
	PATCH_INT(&e.body, meeting, sequence, w->sequence + 1);
	if (reason.n)
		PATCH_STR(&e.body, meeting, reason, reason);
	event_emit(d, &e);
	return 0;
}

/* --- who comes, who came ---------------------------------------------------------- */

const json_t *
attendance_of(const json_t *list, struct id account)
{
	size_t n = json_array_size(list);

	for (size_t k = 0; k < n; k++) {
		const json_t *o = json_array_get(list, k);
		struct id id;

		if (id_parse(json_str(o, "account"), &id) == 0 && id_is(id, account))
			return o;
	}
	return NULL;
}

static void
write_attendee(struct buf *b, const struct model *m, struct id account,
	       struct span answer, struct span at, const json_t *present)
{
	const struct account *a = account_find(m, account);

	jw_open(b, '{');
	jw_kid(b, "account", account);
	if (a)
		jw_kid(b, "agency", a->agency);
	if (answer.n)
		jw_kstr(b, "answer", answer);
	if (at.n)
		jw_kstr(b, "at", at);
	if (json_is_boolean(present))
		jw_kbool(b, "present", json_is_true(present));
	jw_close(b, '}');
}

/* The list with one account's line written anew (or added). */
static void
with_answer(struct buf *b, struct decision *d, const struct meeting *w,
	    struct id account, enum meeting_answer answer)
{
	json_t AUTO(auto_json) *list =
		json_read(span_of(w->attendance ? w->attendance : "[]"), NULL);
	struct buf AUTO(buf_done) at = { 0 };
	const json_t *old = attendance_of(list, account);
	size_t k;
	json_t *o;

	jw_open(b, '[');
	json_array_foreach(list, k, o)
	{
		struct id id = { 0 };

		id_parse(json_str(o, "account"), &id);
		if (!id_is(id, account))
			write_attendee(b, d->m, id, json_str(o, "answer"),
				       json_str(o, "at"),
				       json_object_get(o, "present"));
	}
	time_format(&at, d->now);
	write_attendee(b, d->m, account, span_of(meeting_answer_names[answer]),
		       buf_span(&at), json_object_get(old, "present"));
	jw_close(b, ']');
}

int
meeting_answer(struct decision *d, struct id id, struct id account,
	       enum meeting_answer answer)
{
	struct meeting *w = find_for(d, id);
	const struct account *a = account_find(d->m, account);
	struct buf AUTO(buf_done) list = { 0 };
	struct event e;

	if (!w)
		return refuse_hidden(d);
	if (!a ||
	    (d->actor && !id_is(d->actor->id, account) && !principal_is_desk(d->actor)))
		return refuse(d, 403, "not_you", "people answer for themselves");
	if (!id_list_has(w->participants, a->agency) &&
	    !id_list_has(w->participants, account))
		return refuse(d, 409, "not_invited", "that account is not invited");
	if (w->state != MEETING_PLANNED)
		return refuse(d, 409, "not_planned", "it is %s",
			      meeting_state_names[w->state]);
	with_answer(&list, d, w, account, answer);
	event_begin(d, &e, EVENT_MEETING_ANSWERED, w->r.world, id);
	PATCH_STR(&e.body, meeting, attendance, buf_span(&list));
	event_emit(d, &e);
	return 0;
}

/* present: JSON list of account ids that were there. */
static int
with_presence(struct buf *b, struct decision *d, const struct meeting *w,
	      struct span present)
{
	json_t AUTO(auto_json) *old =
		json_read(span_of(w->attendance ? w->attendance : "[]"), NULL);
	json_t AUTO(auto_json) *there = json_read(present, NULL);
	json_t AUTO(auto_json) *yes = json_true(), *no = json_false();
	size_t k;
	json_t *o;

	jw_open(b, '[');
	json_array_foreach(there, k, o)
	{
		const struct account *a;
		const json_t *was;
		struct id id;

		if (id_parse(span_of(json_string_value(o)), &id) < 0)
			id = (struct id){ 0 };
		a = account_find(d->m, id);
		if (!a || a->r.world != w->r.world)
			return refuse(d, 422, "no_such_account",
				      "present[%zu]: no such account", k);
		was = attendance_of(old, id);
		write_attendee(b, d->m, id, json_str(was, "answer"),
			       json_str(was, "at"), yes);
	}
	json_array_foreach(old, k, o)
	{
		struct id id = { 0 };
		struct buf AUTO(buf_done) text = { 0 };

		id_parse(json_str(o, "account"), &id);
		buf_add_span(&text, present);
		if (!id_list_has(text.p, id))
			write_attendee(b, d->m, id, json_str(o, "answer"),
				       json_str(o, "at"), no);
	}
	jw_close(b, ']');
	return 0;
}

static void
settle_agenda(struct decision *d, const struct meeting *w, struct buf *b)
{
	struct agenda_item items[AGENDA_MAX];
	size_t n = meeting_agenda(d->m, w, items);

	jw_open(b, '[');
	for (size_t k = 0; k < n; k++)
		jw_id(b, items[k].id);
	jw_close(b, ']');
}

int
meeting_hold(struct decision *d, struct id id, const struct hold_args *a)
{
	struct meeting *w = find_for(d, id);
	struct buf AUTO(buf_done) list = { 0 }, agenda = { 0 };
	struct event e;

	if (!w)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (w->state != MEETING_PLANNED)
		return refuse(d, 409, "not_planned", "it is %s",
			      meeting_state_names[w->state]);
	if (with_presence(&list, d, w, a->present) < 0)
		return ERR_DENIED;
	settle_agenda(d, w, &agenda);
	event_begin(d, &e, EVENT_MEETING_HELD, w->r.world, id);
	PATCH_ENUM(&e.body, meeting, state, MEETING_HELD);
	PATCH_INT(&e.body, meeting, held_at, d->now);
	PATCH_STR(&e.body, meeting, attendance, buf_span(&list));
	PATCH_STR(&e.body, meeting, agenda, buf_span(&agenda));
	event_emit(d, &e);
	if (a->minutes.n || a->shared_minutes.n)
		return meeting_minute(d, id, a->minutes, a->shared_minutes);
	return 0;
}

int
meeting_minute(struct decision *d, struct id id, struct span minutes,
	       struct span shared_minutes)
{
	struct meeting *w = find_for(d, id);
	struct event e;

	if (!w)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (w->state != MEETING_HELD)
		return refuse(d, 409, "not_held", "it is %s",
			      meeting_state_names[w->state]);
	/* two events: that the police side's own were written is not told to others */
	if (minutes.p) {
		event_begin(d, &e, EVENT_MEETING_MINUTED, w->r.world, id);
		PATCH_STR(&e.body, meeting, minutes, minutes);
		event_emit(d, &e);
	}
	if (shared_minutes.p) {
		event_begin(d, &e, EVENT_MEETING_MINUTES_SHARED, w->r.world, id);
		PATCH_STR(&e.body, meeting, shared_minutes, shared_minutes);
		event_emit(d, &e);
	}
	return 0;
}

/* --- addresses of calendars ------------------------------------------------ */

int
calendar_make(struct decision *d, struct span label, struct span hash, struct id *ret)
{
	const struct account *a = account_find(d->m, d->actor->id);
	struct event e;

	if (!a)
		return refuse(d, 403, "needs_account", "only a person has a calendar");
	*ret = next_id(d, NOUN_CALENDAR);
	event_begin(d, &e, EVENT_CALENDAR_CHANGED, a->r.world, *ret);
	PATCH_ID(&e.body, calendar, account, a->r.id);
	PATCH_ID(&e.body, calendar, agency, a->agency);
	PATCH_STR(&e.body, calendar, label, label);
	PATCH_STR(&e.body, calendar, hash, hash);
	PATCH_INT(&e.body, calendar, made_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
calendar_revoke(struct decision *d, struct id id)
{
	struct calendar *c = calendar_find(d->m, id);
	struct event e;

	if (!c || access_record(d->m, d->actor, NOUN_CALENDAR, &c->r) == VIEW_NONE)
		return refuse_hidden(d);
	event_begin(d, &e, EVENT_CALENDAR_CHANGED, c->r.world, id);
	PATCH_BOOL(&e.body, calendar, revoked, true);
	event_emit(d, &e);
	return 0;
}
