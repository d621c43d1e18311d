/* SPDX-License-Identifier: Apache-2.0 */
/* Series, meetings, invitations and subscribed calendars over HTTP. */
#include "api/routes.h"

#include "base/auto.h"

/* --- series ---------------------------------------------------------------- */

/* What only the calendar can tell. False: answered. */
static bool
times_are_good(struct call *c, const char *cadence, const char *starts,
	       const char *zone)
{
	char why[160];

	if (zone && !meet_zone_is_known(zone)) {
		answer_problem(c, 422, "bad_zone",
			       "zone: no such time zone, as Asia/Karachi");
		return false;
	}
	if (meet_cadence_check(cadence, starts, why, sizeof why) < 0) {
		answer_problem(c, 422, "bad_cadence", "%s", why);
		return false;
	}
	return true;
}

void
series_post(struct call *c)
{
	const struct series *ask = (const struct series *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	if (!times_are_good(c, ask->cadence, ask->starts, ask->zone))
		return;
	if (series_put(d, (struct id){ 0 }, &c->ask, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_SERIES, model_find(c->m, NOUN_SERIES, id),
		    VIEW_ROOM);
	answer(c, 201);
}

void
series_patch(struct call *c)
{
	const struct series *ask = (const struct series *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (times_are_good(c, ask->cadence, ask->starts, ask->zone))
		answer_done(c, d, series_put(d, c->id, &c->ask, NULL), NOUN_SERIES,
			    c->id, 200);
}

/* --- meetings -------------------------------------------------------------- */

static bool
in_window(struct call *c, const struct record *rec)
{
	const struct meeting *w = (const struct meeting *)rec;
	struct span state = http_query(c->req, "state");
	int64_t t;

	if (state.n && !span_is_z(state, meeting_state_names[w->state]))
		return false;
	if (time_parse(http_query(c->req, "from"), &t) == 0 && w->start_at < t)
		return false;
	return time_parse(http_query(c->req, "to"), &t) < 0 || w->start_at < t;
}

void
meetings_list(struct call *c)
{
	int64_t t;

	if (query_time(c, "from", &t) && query_time(c, "to", &t))
		list_where(c, NOUN_MEETING, in_window);
}

void
meeting_post(struct call *c)
{
	const struct meeting *ask = (const struct meeting *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	if (!times_are_good(c, NULL, NULL, ask->zone))
		return;
	if (meeting_put(d, (struct id){ 0 }, &c->ask, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_MEETING, model_find(c->m, NOUN_MEETING, id),
		    VIEW_ROOM);
	answer(c, 201);
}

void
meeting_patch(struct call *c)
{
	const struct meeting *ask = (const struct meeting *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (times_are_good(c, NULL, NULL, ask->zone))
		answer_done(c, d, meeting_put(d, c->id, &c->ask, NULL), NOUN_MEETING,
			    c->id, 200);
}

void
meeting_answer_post(struct call *c)
{
	const struct ask_answer *ask = (const struct ask_answer *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct id who = id_is_set(ask->account) ? ask->account : c->who->id;

	answer_done(c, d,
		    meeting_answer(d, c->id, who, (enum meeting_answer)ask->answer),
		    NOUN_MEETING, c->id, 200);
}

void
meeting_hold_post(struct call *c)
{
	const struct ask_hold *ask = (const struct ask_hold *)c->ask.rec;
	struct hold_args a = { span_of(ask->present), span_of(ask->minutes),
			       span_of(ask->shared_minutes) };
	struct decision *d = call_decide(c);

	answer_done(c, d, meeting_hold(d, c->id, &a), NOUN_MEETING, c->id, 200);
}

void
meeting_minutes_post(struct call *c)
{
	const struct ask_minutes *ask = (const struct ask_minutes *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_done(c, d,
		    meeting_minute(d, c->id, span_of(ask->minutes),
				   span_of(ask->shared_minutes)),
		    NOUN_MEETING, c->id, 200);
}

void
meeting_cancel_post(struct call *c)
{
	const struct ask_reason *ask = (const struct ask_reason *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_done(c, d, meeting_cancel(d, c->id, span_of(ask->reason)), NOUN_MEETING,
		    c->id, 200);
}

/* --- as calendars speak ---------------------------------------------------- */

static void
write_calendar(struct call *c, const struct principal *who,
	       const struct meeting *const *list, size_t n, enum meet_method method)
{
	struct meet_reader r = { c->m, who, journal_now(c->api->cfg.journal) };

	meet_write_open(&c->out, method);
	meet_write_zones(&c->out, list, n);
	for (size_t k = 0; k < n; k++)
		meet_write_event(&c->out, &r, list[k], method);
	meet_write_close(&c->out);
}

static void
answer_calendar(struct call *c)
{
	answer_as(c, 200, "text/calendar; charset=utf-8");
}

void
meeting_invitation(struct call *c)
{
	const struct meeting *w = meeting_find(c->m, c->id);
	bool is_reply = span_is_z(http_query(c->req, "method"), "reply");

	if (!w || access_record(c->m, c->who, NOUN_MEETING, &w->r) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (is_reply && !account_find(c->m, c->who->id)) {
		answer_problem(c, 403, "needs_account", "only a person answers");
		return;
	}
	write_calendar(c, c->who, &w, 1,
		       is_reply                        ? MEET_REPLY
		       : w->state == MEETING_CANCELLED ? MEET_CANCEL
						       : MEET_REQUEST);
	answer_calendar(c);
}

/* An address in a path is a secret in a path: calendars send no headers. The one
 * exception, see docs/decisions/0007-calendar-addresses.md. */
void
ics_get(struct call *c)
{
	struct buf AUTO(buf_done) hash = { 0 };
	const struct calendar *address;
	const struct account *a;
	const struct meeting **list;
	struct principal who;
	struct record **all;
	size_t len, n = 0;

	auth_hash_secret(&hash, c->segments[0]);
	address = calendar_by_hash(c->m, buf_span(&hash));
	a = address ? account_find(c->m, address->account) : NULL;
	if (!a || a->disabled) {
		answer_hidden(c);
		return;
	}
	principal_of_account(c->m, a, &who);
	all = model_list(c->m, NOUN_MEETING, &len, c->req->arena);
	list = arena_alloc(c->req->arena, (len + 1) * sizeof(const struct meeting *));
	for (size_t k = 0; k < len; k++)
		if (access_record(c->m, &who, NOUN_MEETING, all[k]) != VIEW_NONE)
			list[n++] = (const struct meeting *)all[k];
	write_calendar(c, &who, list, n, MEET_PUBLISH);
	answer_calendar(c);
}

void
calendar_post(struct call *c)
{
	const struct calendar *ask = (const struct calendar *)c->ask.rec;
	struct buf AUTO(buf_done) secret = { 0 }, hash = { 0 }, url = { 0 };
	struct decision *d = call_decide(c);
	struct id id;

	auth_new_secret(&secret, &hash);
	if (calendar_make(d, span_of(ask->label ? ask->label : ""), buf_span(&hash),
			  &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	base_url(c, &url);
	buf_printf(&url, "/api/v1/ics/%s", secret.p);
	jw_open(&c->out, '{');
	view_members(c, &c->out, NOUN_CALENDAR, model_find(c->m, NOUN_CALENDAR, id),
		     VIEW_OWNER);
	jw_kstr(&c->out, "url", buf_span(&url));
	jw_close(&c->out, '}');
	answer(c, 201);
}

void
calendar_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_done(c, d, calendar_revoke(d, c->id), NOUN_CALENDAR, c->id, 200);
}

/* --- what calendars say ---------------------------------------------------- */

/* Ours by its address, or one that came from outside by its UID. */
static struct meeting *
meeting_by_uid(struct call *c, const char *uid)
{
	struct buf AUTO(buf_done) address = { 0 };
	struct id id;
	void *v;

	buf_printf(&address, "mailto:%s", uid);
	if (meet_address_read(buf_span(&address), &id))
		return meeting_find(c->m, id);
	for (size_t i = 0; map_next(&c->m->tables[NOUN_MEETING], &i, NULL, &v);)
		if (((struct meeting *)v)->uid &&
		    strcmp(((struct meeting *)v)->uid, uid) == 0)
			return v;
	return NULL;
}

static int
take_reply(struct call *c, struct decision *d, const struct meet_event *e,
	   struct id *ret)
{
	const struct meeting *w = meeting_by_uid(c, e->uid);
	const struct meet_attendee *a = e->attendees;
	struct id who = { 0 };

	if (!w || access_record(c->m, c->who, NOUN_MEETING, &w->r) == VIEW_NONE)
		return refuse(d, 404, "not_found", "no such record");
	if (!a || a->next || !a->answer ||
	    !meet_address_read(span_of(a->address), &who))
		return refuse(d, 422, "bad_reply",
			      "a reply has one ATTENDEE of ours with its PARTSTAT");
	if (e->sequence < w->sequence)
		return refuse(d, 409, "old_sequence",
			      "SEQUENCE: the meeting was changed since");
	*ret = w->r.id;
	return meeting_answer(d, w->r.id, who, (enum meeting_answer)a->answer);
}

static int
take_request(struct call *c, struct decision *d, const struct meet_event *e,
	     struct id *ret)
{
	struct meeting *w = meeting_by_uid(c, e->uid);
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	int rc;

	if (!principal_is_desk(c->who))
		return refuse(d, 403, "needs_desk", "only the desk takes invitations");
	if (w && (!w->uid || e->sequence < w->sequence))
		return refuse(d, 409, "old_sequence",
			      "SEQUENCE: is older, or the meeting is our own");
	patch_init(&p, &noun_meeting);
	PATCH_STR(&p, meeting, title, span_of(e->summary ? e->summary : "-"));
	PATCH_INT(&p, meeting, start_at, e->start);
	PATCH_INT(&p, meeting, duration_min, e->duration_min);
	PATCH_STR(&p, meeting, zone, span_of(e->zone));
	if (e->location)
		PATCH_STR(&p, meeting, place, span_of(e->location));
	if (!w) {
		jw_open(&list, '[');
		jw_id(&list, c->m->node->control);
		jw_close(&list, ']');
		PATCH_STR(&p, meeting, participants, buf_span(&list));
		PATCH_STR(&p, meeting, uid, span_of(e->uid));
		if (e->organizer)
			PATCH_STR(&p, meeting, organizer, span_of(e->organizer));
		PATCH_INT(&p, meeting, sequence, e->sequence);
	}
	rc = meeting_put(d, w ? w->r.id : (struct id){ 0 }, &p, ret);
	patch_done(&p);
	if (w)
		*ret = w->r.id;
	return rc;
}

static int
take_event(struct call *c, struct decision *d, enum meet_method method,
	   const struct meet_event *e, struct id *ret)
{
	const struct meeting *w;

	if (method == MEET_REPLY)
		return take_reply(c, d, e, ret);
	if (method == MEET_REQUEST)
		return take_request(c, d, e, ret);
	if (!principal_is_desk(c->who))
		return refuse(d, 403, "needs_desk", "only the desk takes a cancel");
	w = meeting_by_uid(c, e->uid);
	if (!w || !w->uid)
		return refuse(d, 404, "not_found", "no such record");
	*ret = w->r.id;
	return meeting_cancel(d, w->r.id, SPAN("cancelled by its organizer"));
}

void
meetings_import(struct call *c)
{
	struct meet_message message;
	struct meet_error why;
	struct decision *d;
	struct id id;

	if (meet_read(c->req->body, c->req->arena, &message, &why) < 0) {
		answer_problem(c, 422, "bad_calendar", "%s", why.text);
		return;
	}
	if (message.events->next) {
		answer_problem(c, 422, "bad_calendar", "one meeting at a time");
		return;
	}
	d = call_decide(c);
	answer_done(c, d, take_event(c, d, message.method, message.events, &id),
		    NOUN_MEETING, id, 200);
}
