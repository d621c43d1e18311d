/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live socket. One sink hears every durable event; each reader gets what
 * its principal may see then, framed once per view and shared. A reader that
 * falls behind keeps nothing here: it is fed again from the journal by number
 * when it has drained, or told to resync. Access is asked for every event; a
 * revoked reader is closed by the event that revokes it. What was queued for one
 * who then lost the right to it, and was not taken soon after, is thrown away with
 * the connection: it comes again, and is fed by number what it may see.
 */
#include "api/live_in.h"

#include "base/auto.h"

#include <stdlib.h>

#define QUEUE_HIGH (1u << 20) /* bytes not yet taken: stop, catch up later */
#define CATCH_UP_MAX 5000     /* events; further behind: resync */
#define PING_MS 5000
/* Why a socket is closed: a code of our own; one of the WebSocket registry. */
#define WS_REVOKED 4001
#define WS_RESTART 1012
#define COUNTS_MS 100 /* one word for all boards that come back at once */
#define POINT_MS 500  /* a pointing hand: more often says nothing more */
#define CHECK_MS 2000 /* revocation bites within 5 s even if no event says so */
#define TAKE_MS 1000  /* to take what was queued for it when a right ended */

void
live_send_text(struct reader *r, struct buf *b)
{
	struct ws_frame *f = ws_frame_new(buf_span(b));

	ws_send(r->ws, f);
	ws_frame_unref(f);
}

/* --- events ------------------------------------------------------------------ */

/* "channels" in a watch list. */
static bool
is_talk(const struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;

	return n >= NOUN_CHANNEL && n <= NOUN_EXPORT;
}

/* Readers of one view share a frame; an SOS button's is made for it alone. */
static void
offer_event(struct reader *r, const struct event *e, struct incident *i,
	    struct ws_frame **shared)
{
	struct buf AUTO(buf_done) b = { 0 };
	enum view v;

	r->sent = e->seq;
	if (!(is_talk(e) ? r->wants_talk : r->wants_events) ||
	    !access_event(journal_model(live_journal(r->live)), &r->who, e, i, &v))
		return;
	if (r->who.sos_only || v == VIEW_GRANTED ||
	    event_infos[e->type].noun == NOUN_PERSON)
		shared = NULL; /* no two of these need see the same */
	if (shared && shared[v]) {
		ws_send(r->ws, shared[v]);
		return;
	}
	view_event(r->live->api, &b, e, &r->who, v, i);
	if (shared) {
		shared[v] = ws_frame_new(buf_span(&b));
		ws_send(r->ws, shared[v]);
	} else {
		live_send_text(r, &b);
	}
}

static void
drop(struct reader *r, int status, const char *code)
{
	struct buf AUTO(buf_done) b = { 0 };

	buf_printf(&b, "{\"closing\":{\"code\":\"%s\"}}", code);
	live_send_text(r, &b);
	r->who.role = ROLE_NONE; /* from here on it sees nothing */
	ws_close(r->ws, status, code);
}

static bool
still_stands(const struct reader *r)
{
	struct model *m = journal_model(live_journal(r->live));
	const struct session *s = session_find(m, r->session);

	if (id_is_set(r->session) &&
	    (!s || s->ended || s->expires_at < net_wall_ms(r->live->api->cfg.net)))
		return false;
	return principal_is_current(m, &r->who);
}

/* It may have less to see from this event on. */
static bool
narrows(const struct model *m, const struct reader *r, const struct event *e)
{
	const struct grant *g;

	switch (e->type) {
	case EVENT_GRANT_WITHDRAWN:
	case EVENT_GRANT_ENDED:
		g = grant_find(m, e->subject);
		return g && id_is(g->to, r->who.agency);
	case EVENT_MEMBER_REMOVED:
		return id_is(e->agency, r->who.agency);
	case EVENT_MEETING_CHANGED:
		return !principal_is_desk(&r->who);
	case EVENT_ASSIGNMENT_DECLINED:
	case EVENT_ASSIGNMENT_TIMED_OUT:
	case EVENT_ASSIGNMENT_CLEARED:
	case EVENT_ASSIGNMENT_CANCELLED:
		return id_is_set(r->who.unit) && id_is(r->who.unit, e->unit);
	default:
		return false;
	}
}

static void
doubt(struct reader *r)
{
	r->doubt = ws_given(r->ws);
	r->doubt_at = net_mono_ms(r->live->api->cfg.net);
}

/* What was queued before a right of its ended has not been taken since. */
static bool
holds_too_long(struct reader *r)
{
	if (!r->doubt || net_mono_ms(r->live->api->cfg.net) - r->doubt_at < TAKE_MS)
		return false;
	if (ws_delivered(r->ws) < r->doubt)
		return true;
	r->doubt = 0;
	return false;
}

static void
check_all(void *ctx)
{
	struct live *l = ctx;
	struct reader *next;

	for (struct reader *r = l->readers; r; r = next) {
		next = r->next;
		if (r->who.role == ROLE_NONE)
			continue;
		if (!still_stands(r)) {
			drop(r, WS_REVOKED, "revoked");
		} else if (holds_too_long(r)) {
			r->who.role = ROLE_NONE;
			ws_cut(r->ws);
		}
	}
}

static void
on_event(void *ctx, const struct event *e)
{
	struct live *l = ctx;
	struct incident *i = incident_find(journal_model(live_journal(l)), e->incident);
	enum noun_index n = event_infos[e->type].noun;
	struct reader *next;

	if (n == NOUN_ACCOUNT || n == NOUN_TOKEN || e->type == EVENT_SESSION_ENDED) {
		check_all(l);
		downloads_check(l->api);
	} else if (e->type == EVENT_MEMBER_REMOVED) {
		downloads_check(l->api);
	}
	for (struct reader *r = l->readers; r; r = next) {
		next = r->next;
		if (r->who.role != ROLE_NONE &&
		    narrows(journal_model(live_journal(l)), r, e))
			doubt(r);
		if (r->is_behind || r->who.role == ROLE_NONE)
			continue;
		if (ws_queued_bytes(r->ws) > QUEUE_HIGH) {
			r->is_behind = true;
			continue;
		}
		if (e->seq > r->sent)
			offer_event(r, e, i, l->frames);
	}
	for (size_t v = 0; v < ARRAY_LEN(l->frames); v++) {
		ws_frame_unref(l->frames[v]);
		l->frames[v] = NULL;
	}
}

static bool
catch_up_one(void *ctx, const struct event *e)
{
	struct reader *r = ctx;
	struct incident *i = event_context(r->live->api, e);

	offer_event(r, e, i, NULL);
	return ws_queued_bytes(r->ws) <= QUEUE_HIGH;
}

/* From r->sent up to what is durable. Leaves it behind again if it fills up. */
static void
catch_up(struct reader *r)
{
	struct journal *j = live_journal(r->live);
	uint64_t durable = journal_durable(j);
	struct buf AUTO(buf_done) b = { 0 };

	/* ahead of us: its numbers are of another history, a restored one perhaps */
	if (r->sent > durable || durable - r->sent > CATCH_UP_MAX) {
		r->sent = durable;
		buf_printf(&b, "{\"resync\":{\"seq\":%llu}}",
			   (unsigned long long)durable);
		live_send_text(r, &b);
	} else if (durable > r->sent) {
		journal_events(j, r->sent, 0, CATCH_UP_MAX, catch_up_one, r);
	}
	r->is_behind = r->sent < durable;
}

static void
on_drained(void *ctx, struct ws *ws)
{
	struct reader *r = ctx;

	(void)ws;
	if (r->is_behind && r->who.role != ROLE_NONE)
		catch_up(r);
}

/* --- what clients say --------------------------------------------------------- */

static void
tell_room(struct live *l)
{
	unsigned open, with_sound;

	live_counts(l, &open, &with_sound);
	dispatch_room(l->api->cfg.dispatch, open, with_sound);
	if (l->is_telling || (open == l->told_open && with_sound == l->told_sound))
		return;
	l->is_telling = true; /* not put off by those who come meanwhile */
	net_timer_start(l->counts, COUNTS_MS, 0);
}

/* Boards and consoles show at once that nobody would be heard. */
static void
send_counts(void *ctx)
{
	struct live *l = ctx;
	struct buf AUTO(buf_done) b = { 0 };
	struct ws_frame *f;

	l->is_telling = false;
	live_counts(l, &l->told_open, &l->told_sound);
	buf_printf(&b, "{\"consoles\":{\"open\":%u,\"sound\":%u}}", l->told_open,
		   l->told_sound);
	f = ws_frame_new(buf_span(&b));
	for (struct reader *r = l->readers; r; r = r->next)
		if (r->wants_events && principal_is_room(&r->who) &&
		    ws_queued_bytes(r->ws) < LIVE_QUEUE_LOW)
			ws_send(r->ws, f);
	ws_frame_unref(f);
}

/*
 * A hand that points: "this one" on the screens of the room, for the moment.
 * Not of the journal. Who points must be of the room and see the incident, and
 * so must each who is shown; a number that is not yet on disk is not told.
 */
static void
on_point(struct reader *r, const json_t *o)
{
	struct live *l = r->live;
	struct model *m = journal_model(live_journal(l));
	int64_t now = net_mono_ms(l->api->cfg.net);
	struct buf AUTO(buf_done) b = { 0 };
	struct incident *i;
	struct ws_frame *f;
	struct id id;

	if (!principal_is_dispatcher_up(&r->who) ||
	    (r->pointed_at && now - r->pointed_at < POINT_MS) ||
	    id_parse(json_str(o, "incident"), &id) < 0 ||
	    id.noun != noun_incident.letter)
		return;
	i = incident_find(m, id);
	if (!i || id.seq > journal_durable(live_journal(l)) ||
	    access_record(m, &r->who, NOUN_INCIDENT, &i->r) != VIEW_ROOM)
		return;
	r->pointed_at = now;
	jw_open(&b, '{');
	jw_key(&b, "point");
	jw_open(&b, '{');
	jw_kid(&b, "incident", id);
	jw_kz(&b, "by_name", r->who.name);
	jw_close(&b, '}');
	jw_close(&b, '}');
	f = ws_frame_new(buf_span(&b));
	for (struct reader *q = l->readers; q; q = q->next)
		if (q->wants_events && ws_queued_bytes(q->ws) < LIVE_QUEUE_LOW &&
		    access_record(m, &q->who, NOUN_INCIDENT, &i->r) == VIEW_ROOM)
			ws_send(q->ws, f);
	ws_frame_unref(f);
}

static void
on_presented(struct reader *r, const json_t *o)
{
	struct id id;

	/* only a room that can be heard has presented anything (product clocks) */
	if (!principal_is_room(&r->who) || id_parse(json_str(o, "incident"), &id) < 0)
		return;
	incident_present(journal_begin(live_journal(r->live), &r->who), id);
}

static void
on_watch(struct reader *r, const json_t *list)
{
	size_t k;
	json_t *v;

	r->wants_fixes = false;
	r->wants_events = r->wants_talk = false;
	json_array_foreach(list, k, v)
	{
		struct span s = { json_string_value(v), json_string_length(v) };

		if (span_is_z(s, "fixes"))
			r->wants_fixes = true;
		else if (span_is_z(s, "channels"))
			r->wants_talk = true;
		else if (s.p)
			r->wants_events = true;
	}
	r->owes_all_fixes = r->wants_fixes;
}

static void
on_text(void *ctx, struct ws *ws, struct span text)
{
	struct reader *r = ctx;
	json_t AUTO(auto_json) *o = json_read(text, NULL);
	const json_t *v;

	(void)ws;
	if (!json_is_object(o) || r->who.role == ROLE_NONE)
		return;
	v = json_object_get(o, "presented");
	if (v)
		on_presented(r, v);
	v = json_object_get(o, "point");
	if (v)
		on_point(r, v);
	v = json_object_get(o, "watch");
	if (json_is_array(v))
		on_watch(r, v);
	v = json_object_get(o, "sound");
	if (v && r->is_console) {
		r->has_sound = json_is_true(json_object_get(v, "unlocked"));
		tell_room(r->live);
	}
}

static void
on_close(void *ctx, struct ws *ws)
{
	struct reader *r = ctx;
	struct live *l = r->live;

	(void)ws;
	fixes_forget(&l->fixes, r);
	*r->at = r->next;
	if (r->next)
		r->next->at = r->at;
	talk_present(l->api->cfg.talk, r->id, -1);
	free(r);
	tell_room(l);
}

/* --- opening ------------------------------------------------------------------- */

static bool
origin_is_ours(const struct http_request *req)
{
	struct span origin = http_header_find(req, "origin");
	struct span host = http_header_find(req, "host");

	if (!origin.n)
		return false;
	if (span_starts(origin, SPAN("https://")))
		origin = span_skip(origin, 8);
	else if (span_starts(origin, SPAN("http://")))
		origin = span_skip(origin, 7);
	return span_is_nocase(origin, host);
}

static const struct ws_handlers handlers = {
	.on_text = on_text,
	.on_close = on_close,
	.on_drained = on_drained,
	.message_max = 16384,
};

static void
say_hello(struct reader *r)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct model *m = journal_model(live_journal(r->live));

	jw_open(&b, '{');
	jw_key(&b, "hello");
	jw_open(&b, '{');
	jw_kz(&b, "node", m->node ? m->node->node : "");
	jw_ki64(&b, "seq", (int64_t)journal_durable(live_journal(r->live)));
	jw_kid(&b, "account", r->who.id);
	jw_ktime(&b, "now", net_wall_ms(r->live->api->cfg.net));
	jw_close(&b, '}');
	jw_close(&b, '}');
	live_send_text(r, &b);
}

void
live_upgrade(struct call *c)
{
	static const struct ws_handlers *h = &handlers;
	struct live *l = c->api->live;
	struct span protocols = http_header_find(c->req, "sec-websocket-protocol");
	struct reader *r;
	int64_t after = -1;

	if (!c->req->wants_upgrade) {
		answer_problem(c, 426, "needs_websocket", "this path speaks WebSocket");
		return;
	}
	if (c->auth.how == AUTH_COOKIE && !origin_is_ours(c->req)) {
		answer_problem(c, 403, "bad_origin", "the page is from another place");
		return;
	}
	if (c->who->role == ROLE_DEVICE) {
		answer_problem(c, 403, "not_allowed",
			       "a device has no live line: it follows its own call at "
			       "/api/v1/sos/{id}");
		return;
	}
	if (!query_number(c, "after", 0, INT64_MAX, &after))
		return;
	r = calloc(1, sizeof *r);
	r->live = l;
	r->who = *c->who;
	r->id = c->who->id;
	r->session = c->auth.session;
	r->wants_events = r->wants_talk = true;
	r->wants_fixes = r->owes_all_fixes = true;
	r->is_console = principal_is_room(&r->who);
	r->sent = after >= 0 ? (uint64_t)after : journal_durable(c->api->cfg.journal);
	patch_done(&c->ask);
	r->ws = http_upgrade(c->ex, protocols.n ? "kumak" : NULL, h, r);
	if (!r->ws) {
		free(r);
		return;
	}
	r->next = l->readers;
	if (r->next)
		r->next->at = &r->next;
	r->at = &l->readers;
	l->readers = r;
	talk_present(c->api->cfg.talk, r->id, 1);
	say_hello(r);
	catch_up(r);
	tell_room(l);
	fixes_wake(&l->fixes);
}

static void
ping_all(void *ctx)
{
	struct live *l = ctx;
	struct buf AUTO(buf_done) b = { 0 };
	struct ws_frame *f;

	jw_open(&b, '{');
	jw_ktime(&b, "ping", net_wall_ms(l->api->cfg.net));
	jw_close(&b, '}');
	f = ws_frame_new(buf_span(&b));
	for (struct reader *r = l->readers; r; r = r->next)
		if (ws_queued_bytes(r->ws) < LIVE_QUEUE_LOW)
			ws_send(r->ws, f);
	ws_frame_unref(f);
}

void
live_counts(const struct live *l, unsigned *ret_open, unsigned *ret_with_sound)
{
	*ret_open = *ret_with_sound = 0;
	for (const struct reader *r = l->readers; r; r = r->next) {
		if (!r->is_console || r->who.role == ROLE_NONE ||
		    r->who.world != WORLD_LIVE)
			continue;
		(*ret_open)++;
		*ret_with_sound += r->has_sound;
	}
}

int
live_open(struct api *api, struct live **ret)
{
	struct live *l = calloc(1, sizeof *l);

	l->api = api;
	l->sink = journal_add_sink(api->cfg.journal, on_event, l);
	l->ping = net_timer_new(api->cfg.net, ping_all, l);
	fixes_open(l);
	l->check = net_timer_new(api->cfg.net, check_all, l);
	l->counts = net_timer_new(api->cfg.net, send_counts, l);
	net_timer_start(l->ping, PING_MS, PING_MS);
	net_timer_start(l->check, CHECK_MS, CHECK_MS);
	*ret = l;
	return 0;
}

void
live_restart(struct live *l)
{
	struct reader *next;

	for (struct reader *r = l->readers; r; r = next) {
		next = r->next;
		if (r->who.role != ROLE_NONE)
			drop(r, WS_RESTART, "restart");
	}
}

void
live_close(struct live *l)
{
	net_timer_free(l->ping);
	fixes_close(&l->fixes);
	net_timer_free(l->check);
	net_timer_free(l->counts);
	journal_remove_sink(l->api->cfg.journal, l->sink);
	/* readers go with their sockets, which net closes after this */
	for (struct reader *r = l->readers; r; r = r->next)
		r->who.role = ROLE_NONE;
	free(l);
}
