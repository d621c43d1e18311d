/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points and visits: tables, the slots of a schedule, check-ins and what is said
 * when none comes. A missed round is told to the owner and the room; it never
 * raises an SOS: nobody called for help.
 */
#include "model/commands.h"

#include "base/auto.h"

static const char *const kind_names[] = { "",       "watch_tower", "guard_post", "gate",
					  "camera", "other",       NULL };
static const char *const round_names[] = { "", "on_time", "late", "missed", NULL };
const char *const visit_state_names[] = { "", "made", "late", "extra", "missed", NULL };

#define THEIRS (FIELD_SEALED | FIELD_OWNER)

static const struct field point_fields[] = {
	NOUN_LINE(point, agency, ID, 0, .doc = ""),
	NOUN_LINE(point, site, ID, FIELD_POST | FIELD_NEEDED, .doc = "of which it is"),
	NOUN_LINE(point, kind, ENUM, NEED, .names = kind_names, .doc = ""),
	NOUN_LINE(point, name, STR, NEED | FIELD_SEALED, .min = 1, .max = 120,
		  .doc = "what people call it"),
	NOUN_LINE(point, position, POS, GIVE | FIELD_SEALED, .doc = ""),
	NOUN_LINE(point, floor, STR, GIVE | FIELD_SEALED, .max = 40, .doc = ""),
	NOUN_LINE(point, height_m, INT, GIVE | FIELD_SEALED, .min = -100, .max = 1000,
		  .doc = "above the ground"),
	NOUN_LINE(point, azimuth_deg, INT, GIVE | FIELD_SEALED, .min = 0, .max = 359,
		  .doc = "middle of its view, from north"),
	NOUN_LINE(point, fov_deg, INT, GIVE | FIELD_SEALED, .min = 1, .max = 360,
		  .doc = "width of its view"),
	NOUN_LINE(point, range_m, INT, GIVE | FIELD_SEALED, .min = 1, .max = 20000,
		  .doc = "how far it sees"),
	NOUN_LINE(point, note, STR, GIVE | FIELD_SEALED, .max = 2000, .doc = ""),
	NOUN_LINE(point, every_s, INT, GIVE | FIELD_OWNER, .min = 10, .max = 86400,
		  .doc = "a check-in is due each; none when left out"),
	NOUN_LINE(point, from, STR, GIVE | FIELD_OWNER, .max = 5,
		  .doc = "22:00, local time; all day when left out"),
	NOUN_LINE(point, to, STR, GIVE | FIELD_OWNER, .max = 5, .doc = "06:00"),
	NOUN_LINE(point, utc_offset_min, INT, GIVE | FIELD_OWNER, .min = -720,
		  .max = 840, .doc = "of that local time; 300 when left out"),
	NOUN_LINE(point, grace_s, INT, GIVE | FIELD_OWNER, .min = 1, .max = 7200,
		  .doc = "late after it, missed after twice; 300 when left out"),
	NOUN_LINE(point, checkers, LIST, GIVE | FIELD_OWNER,
		  .doc = "accounts, tokens and devices that check in here; all of the "
			 "site's when left out"),
	NOUN_LINE(point, due_at, TIME, FIELD_OWNER, .doc = "the next check-in"),
	NOUN_LINE(point, round, ENUM, FIELD_OWNER, .names = round_names,
		  .doc = "the last one"),
	NOUN_LINE(point, missed_in_row, INT, FIELD_OWNER, .doc = ""),
	NOUN_LINE(point, checked_at, TIME, FIELD_OWNER, .doc = "last"),
	NOUN_LINE(point, checked_name, STR, THEIRS, .doc = "by whom"),
	NOUN_LINE(point, withdrawn, BOOL, GIVE, .doc = "not there any more"),
};
NOUN_TABLE(noun_point, 'P', "point", "points", point, point_fields);

static const struct field visit_fields[] = {
	NOUN_LINE(visit, agency, ID, 0, .doc = ""),
	NOUN_LINE(visit, site, ID, 0, .doc = ""),
	NOUN_LINE(visit, point, ID, FIELD_OWNER, .doc = "the post"),
	NOUN_LINE(visit, state, ENUM, 0, .names = visit_state_names, .doc = ""),
	NOUN_LINE(visit, due_at, TIME, 0, .doc = "the slot that it fills"),
	NOUN_LINE(visit, at, TIME, FIELD_OWNER, .doc = "when somebody was there"),
	NOUN_LINE(visit, by, ID, FIELD_OWNER, .doc = "account, token or device"),
	NOUN_LINE(visit, by_name, STR, THEIRS, .doc = ""),
	NOUN_LINE(visit, note, STR, THEIRS, .max = 1000, .doc = ""),
	NOUN_LINE(visit, missed_in_row, INT, 0, .doc = "with this one"),
	NOUN_LINE(visit, next_due_at, TIME, FIELD_INNER, .doc = ""),
};
NOUN_TABLE(noun_visit, 'V', "visit", "visits", visit, visit_fields);

#define DAY_MS 86400000ll
#define GRACE_S 300
#define UTC_OFFSET_MIN 300 /* of the whole country, all year */

/* --- slots -------------------------------------------------------------------- */

static bool
read_clock(const char *z, int64_t *ret_ms)
{
	struct span s = span_of(z), hour = span_cut(&s, ':');
	int64_t h, m;

	if (hour.n != 2 || s.n != 2 || !span_to_i64(hour, &h) || !span_to_i64(s, &m) ||
	    h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*ret_ms = (h * 60 + m) * 60000;
	return true;
}

static int64_t
or_else(int64_t v, int64_t none)
{
	return v == FIELD_NONE ? none : v;
}

int64_t
point_slot_after(const struct point *p, int64_t ms)
{
	int64_t from = 0, to = 0, every, length, local, day;
	int64_t offset = or_else(p->utc_offset_min, UTC_OFFSET_MIN) * 60000;

	if (p->every_s == FIELD_NONE || p->withdrawn)
		return TIME_NONE;
	if (p->from && p->to &&
	    (!read_clock(p->from, &from) || !read_clock(p->to, &to)))
		return TIME_NONE;
	every = p->every_s * 1000;
	length = from == to ? DAY_MS : (to - from + DAY_MS) % DAY_MS;
	local = ms + offset;
	day = local - local % DAY_MS;
	/* the window of yesterday may reach into today */
	for (int64_t open = day - DAY_MS + from;; open += DAY_MS) {
		int64_t k = local < open ? 0 : (local - open) / every + 1;

		if (k * every < length)
			return open + k * every - offset;
	}
}

int64_t
point_alarm_at(const struct point *p)
{
	int64_t grace = or_else(p->grace_s, GRACE_S) * 1000;

	if (p->due_at == TIME_NONE || p->withdrawn)
		return INT64_MAX;
	return p->due_at + (p->round == ROUND_LATE ? 2 * grace : grace);
}

/* --- changing ----------------------------------------------------------------- */

/* The point as the patch leaves it; its texts are borrowed. */
static struct point
merged(const struct point *now, const struct patch *p)
{
	const struct point *asked = (const struct point *)p->rec;
	struct point m = now ? *now : *asked;

#define MERGE(member)                                                              \
	if (p->given >> field_at(&noun_point, offsetof(struct point, member)) & 1) \
	m.member = asked->member
	MERGE(kind);
	MERGE(every_s);
	MERGE(from);
	MERGE(to);
	MERGE(utc_offset_min);
	MERGE(grace_s);
	MERGE(withdrawn);
#undef MERGE
	return m;
}

static bool
is_same_schedule(const struct point *a, const struct point *b)
{
	return a->every_s == b->every_s && a->utc_offset_min == b->utc_offset_min &&
	       a->withdrawn == b->withdrawn &&
	       span_is(span_of(a->from), span_of(b->from)) &&
	       span_is(span_of(a->to), span_of(b->to));
}

static int
check_schedule(struct decision *d, const struct point *m)
{
	int64_t ignored;

	if (m->every_s != FIELD_NONE && m->kind == POINT_CAMERA)
		return refuse(d, 422, "bad_field",
			      "every_s: nobody checks in at a camera");
	if (!m->from != !m->to)
		return refuse(d, 422, "bad_field", "from and to go together");
	if (m->from && (!read_clock(m->from, &ignored) || !read_clock(m->to, &ignored)))
		return refuse(d, 422, "bad_field", "from, to: a time like 22:00");
	if (m->every_s != FIELD_NONE && 2 * or_else(m->grace_s, GRACE_S) > m->every_s)
		return refuse(d, 422, "bad_field",
			      "grace_s: at most half of every_s, 300 when left out");
	return 0;
}

/* Another agency's is as one that does not exist. */
static int
check_checkers(struct decision *d, const struct site *s, const char *asked)
{
	json_t AUTO(auto_json) *list = asked ? json_read(span_of(asked), NULL) : NULL;

	for (size_t k = 0; k < json_array_size(list); k++) {
		struct id id = { 0 };
		const struct account *a;
		const struct token *t;
		const struct device *v;

		id_parse(span_of(json_string_value(json_array_get(list, k))), &id);
		a = account_find(d->m, id);
		t = token_find(d->m, id);
		v = device_find(d->m, id);
		if ((!a || !id_is(a->agency, s->agency)) &&
		    (!t || t->sos_only || !id_is(t->agency, s->agency)) &&
		    (!v || v->claim || !id_is(v->agency, s->agency)))
			return refuse(d, 422, "no_such_checker",
				      "checkers[%zu]: no such account, token or device "
				      "of the agency",
				      k);
	}
	return 0;
}

int
point_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct point *now = point_find(d->m, id);
	const struct point *asked = (const struct point *)p->rec;
	struct point m;
	struct site *s;

	if (id_is_set(id) && access_record(d->m, d->actor, NOUN_POINT,
					   now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (register_site(d, now ? now->site : asked->site, KEEPER_FULL, &s) < 0)
		return ERR_DENIED;
	m = merged(now, p);
	if (check_schedule(d, &m) < 0 || check_checkers(d, s, asked->checkers) < 0)
		return ERR_DENIED;
	book_of(d, s);
	if (!now)
		PATCH_ID(p, point, agency, s->agency);
	if (!now || !is_same_schedule(now, &m)) {
		PATCH_INT(p, point, due_at, point_slot_after(&m, d->now));
		PATCH_ENUM(p, point, round, 0);
		PATCH_INT(p, point, missed_in_row, 0);
	}
	return config_put(d, EVENT_POINT_CHANGED, s->r.world, id, p, ret);
}

/* --- check-ins ---------------------------------------------------------------- */

static bool
may_check_in(const struct point *p, const struct principal *who)
{
	json_t AUTO(auto_json) *list =
		p->checkers ? json_read(span_of(p->checkers), NULL) : NULL;
	struct buf AUTO(buf_done) own = { 0 };

	if (!who->is_verified || who->sos_only)
		return false;
	id_format(&own, who->id);
	for (size_t k = 0; k < json_array_size(list); k++)
		if (span_is_z(buf_span(&own),
			      json_string_value(json_array_get(list, k))))
			return true;
	if (json_array_size(list))
		return false;
	return book_keeper(who, p->agency, p->site) != KEEPER_NONE ||
	       (who->role == ROLE_DEVICE && id_is(who->site, p->site));
}

/* Which slot is filled: the one that is due, from when the one before it passed. */
static enum visit_state
settle_slot(const struct point *p, int64_t now)
{
	if (p->due_at == TIME_NONE || now <= p->due_at - p->every_s * 1000)
		return VISIT_EXTRA;
	return now > p->due_at + or_else(p->grace_s, GRACE_S) * 1000 ? VISIT_LATE
								     : VISIT_MADE;
}

static void
visit_begin(struct decision *d, struct event *e, enum event_type type,
	    const struct point *p, enum visit_state state)
{
	event_begin(d, e, type, p->r.world, next_id(d, NOUN_VISIT));
	PATCH_ID(&e->body, visit, agency, p->agency);
	PATCH_ID(&e->body, visit, site, p->site);
	PATCH_ID(&e->body, visit, point, p->r.id);
	PATCH_ENUM(&e->body, visit, state, state);
}

int
point_check_in(struct decision *d, struct id id, struct span note, struct id *ret)
{
	const struct point *p = point_find(d->m, id);
	enum visit_state state;
	struct event e;

	if (!p || p->r.world != d->actor->world ||
	    (access_record(d->m, d->actor, NOUN_POINT, &p->r) == VIEW_NONE &&
	     !may_check_in(p, d->actor)))
		return refuse_hidden(d);
	if (!may_check_in(p, d->actor))
		return refuse(d, 403, "not_allowed", "others check in at this post");
	if (p->withdrawn || p->kind == POINT_CAMERA)
		return refuse(d, 409, "no_post", "nobody checks in here");
	state = settle_slot(p, d->now);
	visit_begin(d, &e, EVENT_VISIT_MADE, p, state);
	PATCH_INT(&e.body, visit, at, d->now);
	PATCH_ID(&e.body, visit, by, d->actor->id);
	PATCH_STR(&e.body, visit, by_name, span_of(d->actor->name));
	if (note.n)
		PATCH_STR(&e.body, visit, note, note);
	if (state != VISIT_EXTRA) {
		PATCH_INT(&e.body, visit, due_at, p->due_at);
		PATCH_INT(&e.body, visit, next_due_at, point_slot_after(p, p->due_at));
	}
	*ret = e.subject;
	event_emit(d, &e);
	return 0;
}

int
point_tick(struct decision *d, struct id id)
{
	const struct point *p = point_find(d->m, id);
	int64_t grace, next;
	struct event e;

	if (!p || d->now < point_alarm_at(p))
		return 0;
	grace = or_else(p->grace_s, GRACE_S) * 1000;
	if (p->round != ROUND_LATE) {
		event_begin(d, &e, EVENT_POINT_LATE, p->r.world, id);
		PATCH_ENUM(&e.body, point, round, ROUND_LATE);
		event_emit(d, &e);
	}
	if (d->now < point_alarm_at(p))
		return 0;
	/* slots that passed while the node stood still are not told one by one */
	next = point_slot_after(p, p->due_at);
	if (next != TIME_NONE && next + 2 * grace < d->now)
		next = point_slot_after(p, d->now - 2 * grace);
	visit_begin(d, &e, EVENT_VISIT_MISSED, p, VISIT_MISSED);
	PATCH_INT(&e.body, visit, due_at, p->due_at);
	PATCH_INT(&e.body, visit, missed_in_row, or_else(p->missed_in_row, 0) + 1);
	PATCH_INT(&e.body, visit, next_due_at, next);
	event_emit(d, &e);
	return 0;
}
