/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts, fixes and tracks over HTTP. Positions of officers only on duty. */
#include "api/routes.h"

#include "base/auto.h"

#include <math.h>

void
unit_shift_post(struct call *c)
{
	const struct ask_shift *ask = (const struct ask_shift *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct unit *u;

	if (!c->ask.given) {
		answer_problem(c, 422, "bad_field", "on is needed: true or false");
		return;
	}
	if (unit_shift(d, c->id, ask->on) < 0) {
		answer_refusal(c, d);
		return;
	}
	u = unit_find(c->m, c->id);
	view_record(c, &c->out, NOUN_UNIT, &u->r,
		    access_record(c->m, c->who, NOUN_UNIT, &u->r));
	answer(c, 200);
}

/* A device is live by whatever it says, over HTTP too. */
void
device_heard(struct call *c)
{
	struct device *d =
		c->who->role == ROLE_DEVICE ? device_find(c->m, c->who->id) : NULL;

	if (!d)
		return;
	d->last_seen_at = net_wall_ms(c->api->cfg.net);
	if (d->link != LINK_LIVE)
		device_link_set(call_decide(c), d, LINK_LIVE);
}

/* As at the doors: faster than anything drives, so somebody should look. */
static void
device_jumped(struct call *c)
{
	struct device *d =
		c->who->role == ROLE_DEVICE ? device_find(c->m, c->who->id) : NULL;

	if (d)
		device_flag(call_decide(c), d, SPAN("jump"));
}

struct fix_ask {
	struct fix fix;
	const char *wrong; /* NULL: good */
};

/* One entry of "fixes": whose it is, and whether the caller may say so. */
static struct fix_ask
read_fix(struct call *c, const json_t *o)
{
	struct fix_ask a = { 0 };
	const json_t *pos = json_object_get(o, "position");
	const json_t *speed = json_object_get(o, "speed_mps");
	const json_t *course = json_object_get(o, "course_deg");
	struct span unit = json_str(o, "unit"), device = json_str(o, "device");
	struct id id = { 0 };

	a.fix.server_ms = net_wall_ms(c->api->cfg.net);
	a.fix.device_ms = TIME_NONE;
	a.fix.speed_mps = json_is_number(speed) ? (float)json_number_value(speed) : NAN;
	a.fix.course_deg =
		json_is_number(course) ? (float)json_number_value(course) : NAN;
	if (unit.n + device.n == 0 && id_is_set(c->who->unit))
		id = c->who->unit;
	else if (id_parse(unit.n ? unit : device, &id) < 0)
		a.wrong = "unit or device must be an id";
	if (!a.wrong && id.noun == noun_device.letter) {
		const struct device *dev = device_find(c->m, id);

		id = dev && id_is(dev->r.id, c->who->id) ? dev->bound_to
							 : (struct id){ 0 };
	}
	if (!a.wrong && (!id_is_set(c->who->unit) || !id_is(id, c->who->unit)))
		a.wrong = "that is not your unit";
	if (!a.wrong && time_parse(json_str(o, "at"), &a.fix.device_ms) < 0)
		a.wrong = "at must be a time";
	if (!a.wrong && (!json_is_number(json_object_get(pos, "lat")) ||
			 !geo_position(json_number_value(json_object_get(pos, "lat")),
				       json_number_value(json_object_get(pos, "lon")),
				       &a.fix.position)))
		a.wrong = "position needs lat and lon in range";
	a.fix.bearer = id;
	return a;
}

void
fixes_post(struct call *c)
{
	const struct ask_fixes *ask = (const struct ask_fixes *)c->ask.rec;
	json_t AUTO(auto_json) *list = json_read(span_of(ask->fixes), NULL);
	const struct unit *u = unit_find(c->m, c->who->unit);
	bool has_jumped = false;
	size_t k, taken = 0;
	json_t *v;

	if (c->who->role != ROLE_RESPONDER && c->who->role != ROLE_DEVICE) {
		answer_problem(c, 403, "not_allowed",
			       "only a responder or device has fixes");
		return;
	}
	if (!json_is_array(list) || json_array_size(list) > 1000) {
		answer_problem(c, 422, "bad_field", "fixes: a list of at most 1000");
		return;
	}
	json_array_foreach(list, k, v)
	{
		struct fix_ask a = read_fix(c, v);

		if (a.wrong) {
			answer_problem(c, 422, "bad_field", "fixes[%zu]: %s", k,
				       a.wrong);
			return;
		}
	}
	device_heard(c);
	json_array_foreach(list, k, v)
	{
		struct fix_ask a = read_fix(c, v);
		enum track_verdict verdict;

		/* off duty it is dropped before any disk */
		if (!u || (!u->shift_on && !u->n_open))
			continue;
		verdict = track_put(c->api->cfg.track, &a.fix, false);
		has_jumped |= verdict == TRACK_JUMP;
		if (verdict != TRACK_HISTORY)
			api_unit_moved(c->api, u->r.id);
		taken++;
	}
	if (has_jumped)
		device_jumped(c);
	jw_open(&c->out, '{');
	jw_ki64(&c->out, "taken", (int64_t)taken);
	jw_close(&c->out, '}');
	answer(c, 202);
}

/* --- where a unit was ------------------------------------------------------------
 *
 * Files of days are read, and thousands of places written, beside the loop: a press
 * waits for neither. Access is looked at again when the answer leaves.
 */

#define TRACK_POINTS_MAX 20000
/* A fix each 5 s for as long as one export is of. */
#define TRACK_WHOLE_MAX (EXPORT_TRACK_DAYS * 17280 + 1)

struct track_read {
	struct call *c;
	struct track *track;
	struct id unit;
	int64_t from, to;
	struct buf places, times;
	size_t n, most;
	int64_t last; /* time of the last one that was written */
	int rc;
	void (*fn)(struct call *c, struct span track); /* NULL: it is the answer */
};

static bool
track_point(void *ctx, const struct fix *f)
{
	struct track_read *t = ctx;

	jw_open(&t->places, '[');
	jw_e7(&t->places, f->position.lon_e7);
	jw_e7(&t->places, f->position.lat_e7);
	jw_close(&t->places, ']');
	jw_time(&t->times, f->server_ms);
	t->last = f->server_ms;
	t->n++;
	return true;
}

static void
track_work(void *ctx)
{
	struct track_read *t = ctx;

	jw_open(&t->places, '[');
	jw_open(&t->times, '[');
	t->rc = track_history(t->track, t->unit, t->from, t->to, t->most, track_point,
			      t);
	jw_close(&t->places, ']');
	jw_close(&t->times, ']');
}

static void
track_write(const struct track_read *t, const struct unit *u, struct buf *b)
{
	jw_open(b, '{');
	jw_kz(b, "type", "Feature");
	jw_key(b, "geometry");
	jw_open(b, '{');
	jw_kz(b, "type", "LineString");
	jw_key(b, "coordinates");
	jw_raw(b, buf_span(&t->places));
	jw_close(b, '}');
	jw_key(b, "properties");
	jw_open(b, '{');
	jw_kid(b, "unit", u->r.id);
	jw_kz(b, "callsign", u->callsign);
	jw_key(b, "times");
	jw_raw(b, buf_span(&t->times));
	/* Ask again from here: so many places are told at once. */
	if (t->n == t->most)
		jw_ktime(b, "next", t->last);
	jw_close(b, '}');
	jw_close(b, '}');
}

static void
track_done(void *ctx)
{
	struct track_read *t = ctx;
	struct call *c = t->c;
	struct unit *u = unit_find(c->m, t->unit);

	if (!u || access_record(c->m, c->who, NOUN_UNIT, &u->r) == VIEW_NONE) {
		answer_hidden(c);
	} else if (t->rc < 0) {
		answer_problem(c, 500, "damaged", "the track cannot be read: %s",
			       err_text(t->rc));
	} else if (t->fn) {
		struct buf AUTO(buf_done) b = { 0 };

		track_write(t, u, &b);
		t->fn(c, buf_span(&b));
	} else {
		track_write(t, u, &c->out);
		answer(c, 200);
	}
	buf_done(&t->places);
	buf_done(&t->times);
	free(t);
}

static void
track_begin(struct call *c, const struct track_read *what)
{
	struct track_read *t = malloc(sizeof *t);

	if (!t)
		abort();
	*t = *what;
	t->c = c;
	t->track = c->api->cfg.track;
	net_work(c->api->cfg.net, track_work, track_done, t);
}

void
track_fetch(struct call *c, struct id unit, int64_t from, int64_t to,
	    void (*fn)(struct call *c, struct span track))
{
	track_begin(c, &(struct track_read){ .unit = unit,
					     .from = from,
					     .to = to,
					     .most = TRACK_WHOLE_MAX,
					     .fn = fn });
}

static void
track_answer(struct call *c, struct span reason, int64_t from, int64_t to)
{
	struct decision *d = call_decide(c);

	if (track_look(d, c->id, reason, from, to) < 0)
		answer_refusal(c, d);
	else
		track_begin(c, &(struct track_read){ .unit = c->id,
						     .from = from,
						     .to = to,
						     .most = TRACK_POINTS_MAX });
}

void
unit_track_get(struct call *c)
{
	int64_t to = net_wall_ms(c->api->cfg.net) + 1, from = to - 3600000;

	if (query_time(c, "from", &from) && query_time(c, "to", &to))
		track_answer(c, http_query(c->req, "reason"), from, to);
}

void
unit_track_post(struct call *c)
{
	const struct ask_track *ask = (const struct ask_track *)c->ask.rec;
	int64_t now = net_wall_ms(c->api->cfg.net) + 1;
	int64_t to = ask->to == TIME_NONE ? now : ask->to;

	track_answer(c, span_of(ask->reason ? ask->reason : ""),
		     ask->from == TIME_NONE ? to - 3600000 : ask->from, to);
}
