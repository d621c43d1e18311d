/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories: tables and commands. What is said stays said: an update or a cancel is
 * a further message of the same record, numbered and dated. */
#include "model/commands.h"

#include "base/auto.h"

#include <math.h>

const char *const advisory_state_names[] = { "",        "draft",     "pending",
					     "issued",  "updated",   "cancelled",
					     "expired", "dismissed", NULL };
const char *const severity_names[] = { "",      "extreme", "severe", "moderate",
				       "minor", "unknown", NULL };
const char *const urgency_names[] = { "",     "immediate", "expected", "future",
				      "past", "unknown",   NULL };
const char *const certainty_names[] = { "",         "observed", "likely", "possible",
					"unlikely", "unknown",  NULL };
const char *const advisory_languages[] = { "ur", "sd", "en", "zh" };
static const char *const sources[] = { "", "own", "outside", NULL };
static const char *const categories[] = { "",         "geo",       "met",   "safety",
					  "security", "rescue",    "fire",  "health",
					  "env",      "transport", "infra", "cbrne",
					  "other",    NULL };
static const char *const responses[] = { "",        "shelter",   "evacuate", "prepare",
					 "execute", "monitor",   "assess",   "none",
					 "avoid",   "all_clear", NULL };
static const char *const outcomes[] = { "",       "pending", "advisory",
					"signal", "ignore",  NULL };

#define TEXTS(member, k, code, bytes, what)                                 \
	{                                                                   \
		.name = #member "_" code, .type = FIELD_STR,                \
		.off = offsetof(struct advisory, member[k]), .flags = GIVE, \
		.max = bytes, .doc = what                                   \
	}
#define IN_FOUR(member, bytes, what)                                              \
	TEXTS(member, 0, "ur", bytes, what), TEXTS(member, 1, "sd", bytes, what), \
		TEXTS(member, 2, "en", bytes, what),                              \
		TEXTS(member, 3, "zh", bytes, what)

static const struct field advisory_fields[] = {
	NOUN_WORLD(advisory),
	NOUN_LINE(advisory, agency, ID, 0, .doc = "who issues it"),
	NOUN_LINE(advisory, state, ENUM, 0, .names = advisory_state_names, .doc = ""),
	NOUN_LINE(advisory, source, ENUM, 0, .names = sources, .doc = ""),
	NOUN_LINE(advisory, tlp, ENUM, NEED, .names = tlp_names,
		  .doc = "traffic light 2.0: who may have it"),
	NOUN_LINE(advisory, to, LIST, GIVE | FIELD_ROOM,
		  .doc = "ids of agencies and accounts; from amber on only these"),
	NOUN_LINE(advisory, category, ENUM, NEED, .names = categories,
		  .doc = "as in CAP 1.2"),
	NOUN_LINE(advisory, event, STR, NEED, .min = 1, .max = 120,
		  .doc = "what it is about, in a few words"),
	NOUN_LINE(advisory, severity, ENUM, NEED, .names = severity_names, .doc = ""),
	NOUN_LINE(advisory, urgency, ENUM, NEED, .names = urgency_names, .doc = ""),
	NOUN_LINE(advisory, certainty, ENUM, NEED, .names = certainty_names, .doc = ""),
	NOUN_LINE(advisory, response, ENUM, GIVE, .names = responses,
		  .doc = "what people should do"),
	IN_FOUR(headline, 320, "one line"),
	IN_FOUR(text, 4000, "what is known"),
	IN_FOUR(instruction, 4000, "what to do"),
	NOUN_LINE(advisory, area_name, STR, GIVE, .max = 400,
		  .doc = "the area in words"),
	NOUN_LINE(advisory, polygon, JSON, GIVE, .doc = "GeoJSON polygon of one ring"),
	NOUN_LINE(advisory, centre, POS, GIVE, .doc = "of a circle, with radius_m"),
	NOUN_LINE(advisory, radius_m, INT, GIVE, .min = 0, .max = 2000000, .doc = ""),
	NOUN_LINE(advisory, onset_at, TIME, GIVE, .doc = "when it is to begin"),
	NOUN_LINE(advisory, expires_at, TIME, GIVE,
		  .doc = "when it ends by itself; needed to issue it"),
	NOUN_LINE(advisory, issued_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(advisory, sent_at, TIME, 0, .doc = "time of the newest message"),
	NOUN_LINE(advisory, ended_at, TIME, 0, .doc = ""),
	NOUN_LINE(advisory, end_reason, STR, 0, .doc = ""),
	NOUN_LINE(advisory, revision, INT, 0, .doc = "number of the newest message"),
	NOUN_LINE(advisory, sent_log, JSON, FIELD_INNER, .doc = ""),
	NOUN_LINE(advisory, post, ID, GIVE | FIELD_ROOM,
		  .doc = "the post that it was said in"),
	NOUN_LINE(advisory, made_by, ID, FIELD_ROOM, .doc = ""),
	NOUN_LINE(advisory, made_by_name, STR, FIELD_ROOM, .doc = ""),
	NOUN_LINE(advisory, issued_by, ID, FIELD_ROOM, .doc = ""),
	NOUN_LINE(advisory, replaces, ID, FIELD_ROOM,
		  .doc = "the one that this update from outside is about"),
	NOUN_LINE(advisory, feed, ID, FIELD_ROOM, .doc = "token that brought it"),
	NOUN_LINE(advisory, identifier, STR, 0, .max = 400,
		  .doc = "as its outside sender numbered it"),
	NOUN_LINE(advisory, sender, STR, 0, .max = 400, .doc = "its outside sender"),
	NOUN_LINE(advisory, source_sent_at, TIME, 0, .doc = "when that sender sent it"),
	NOUN_LINE(advisory, event_code, STR, 0, .max = 120, .doc = "of the sender"),
	NOUN_LINE(advisory, faults, LIST, FIELD_ROOM,
		  .doc = "rules of CAP that it breaks"),
	NOUN_LINE(advisory, withdrawn, BOOL, FIELD_ROOM,
		  .doc = "its outside sender has cancelled it"),
};
NOUN_TABLE(noun_advisory, '1', "advisory", "advisories", advisory, advisory_fields);

static const struct field rule_fields[] = {
	NOUN_LINE(cap_rule, name, STR, NEED, .min = 1, .max = 120, .doc = ""),
	NOUN_LINE(cap_rule, rank, INT, GIVE, .min = 0, .max = 100000,
		  .doc = "lower ones are asked first; the first that fits decides"),
	NOUN_LINE(cap_rule, sender, STR, GIVE, .max = 400, .doc = "none: any"),
	NOUN_LINE(cap_rule, event_code, STR, GIVE, .max = 120, .doc = "none: any"),
	NOUN_LINE(cap_rule, severity, ENUM, GIVE, .names = severity_names,
		  .doc = "as severe as this or more; none: any"),
	NOUN_LINE(cap_rule, outcome, ENUM, NEED, .names = outcomes,
		  .doc = "pending without any rule"),
	NOUN_LINE(cap_rule, tlp, ENUM, GIVE, .names = tlp_names,
		  .doc = "of what is issued at once; amber when left out"),
	NOUN_LINE(cap_rule, disabled, BOOL, GIVE, .doc = ""),
};
NOUN_TABLE(noun_cap_rule, '7', "cap_rule", "cap_rules", cap_rule, rule_fields);

bool
advisory_stands(const struct advisory *a)
{
	return a->state == ADVISORY_ISSUED || a->state == ADVISORY_UPDATED;
}

bool
advisory_was_issued(const struct advisory *a)
{
	return a->issued_at != TIME_NONE;
}

/* --- what must hold ---------------------------------------------------------- */

static int
needs_desk(struct decision *d)
{
	if (d->actor && !principal_is_desk(d->actor))
		return refuse(
			d, 403, "needs_desk",
			"only the liaison desk of the control agency may do this");
	return 0;
}

static bool
is_degrees(const json_t *v, double bound)
{
	return json_is_number(v) && fabs(json_number_value(v)) <= bound;
}

/* {"type":"Polygon","coordinates":[[[lon,lat],…]]}, closed, of one ring. */
static bool
polygon_is_good(const char *text)
{
	json_t AUTO(auto_json) *o = json_read(span_of(text), NULL);
	const json_t *ring = json_array_get(json_object_get(o, "coordinates"), 0);
	size_t n = json_array_size(ring);

	if (!span_is_z(json_str(o, "type"), "Polygon") || n < 4 || n > 2000 ||
	    json_array_size(json_object_get(o, "coordinates")) != 1 ||
	    !json_equal(json_array_get(ring, 0), json_array_get(ring, n - 1)))
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *point = json_array_get(ring, i);

		if (json_array_size(point) != 2 ||
		    !is_degrees(json_array_get(point, 0), 180) ||
		    !is_degrees(json_array_get(point, 1), 90))
			return false;
	}
	return true;
}

/* Ids that are all agencies or accounts of this world. */
static bool
receivers_are_good(struct decision *d, const char *list, int world)
{
	json_t AUTO(auto_json) *v = json_read(span_of(list), NULL);
	size_t k;
	json_t *s;

	if (json_array_size(v) > 200)
		return false;
	json_array_foreach(v, k, s)
	{
		struct id id;
		const struct account *a;

		if (id_parse(span_of(json_string_value(s)), &id) < 0)
			return false;
		a = account_find(d->m, id);
		if (!agency_find(d->m, id) && (!a || a->r.world != world))
			return false;
	}
	return true;
}

static int
check_texts(struct decision *d, const struct advisory *asked, int world)
{
	if (asked->polygon && !polygon_is_good(asked->polygon))
		return refuse(
			d, 422, "bad_polygon",
			"polygon: a GeoJSON polygon of one closed ring is wanted");
	if (asked->to && !receivers_are_good(d, asked->to, world))
		return refuse(d, 422, "no_such_receiver",
			      "to: at most 200 ids of agencies and accounts");
	return 0;
}

/* What must be there before people read it. now: as it will be. */
static int
check_ready(struct decision *d, const struct advisory *now, const struct advisory *next)
{
	int64_t expires = next && next->expires_at != TIME_NONE ? next->expires_at
								: now->expires_at;
	bool has_text = false;

	for (int k = 0; k < ADVISORY_LANGUAGES; k++)
		has_text |= now->headline[k] || (next && next->headline[k]);
	if (!has_text)
		return refuse(d, 422, "needs_headline",
			      "headline: at least one language is needed");
	if (expires == TIME_NONE || expires <= d->now)
		return refuse(d, 422, "needs_expiry",
			      "expires_at: a time to come is needed");
	if (!now->area_name && (!next || !next->area_name))
		return refuse(d, 422, "needs_area",
			      "area_name: say in words where it holds");
	return 0;
}

static struct advisory *
find_for(struct decision *d, struct id id)
{
	struct advisory *a = advisory_find(d->m, id);

	if (!a || (d->actor &&
		   access_record(d->m, d->actor, NOUN_ADVISORY, &a->r) == VIEW_NONE))
		return NULL;
	return a;
}

/* --- the life of one ----------------------------------------------------------- */

int
advisory_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct advisory *now = find_for(d, id), *asked = (struct advisory *)p->rec;
	int world = now ? now->r.world : WORLD_LIVE;

	if (id_is_set(id) && !now)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (now && now->state != ADVISORY_DRAFT && now->state != ADVISORY_PENDING)
		return refuse(d, 409, "already_issued",
			      "it was issued: send an update of it");
	if ((!now && world_for(d, asked->ask_world, &world) < 0) ||
	    check_texts(d, asked, world) < 0)
		return ERR_DENIED;
	if (!now) {
		PATCH_ID(p, advisory, agency, d->m->node->control);
		PATCH_ENUM(p, advisory, state, ADVISORY_DRAFT);
		PATCH_ENUM(p, advisory, source, ADVISORY_OWN);
		if (d->actor) {
			PATCH_ID(p, advisory, made_by, d->actor->id);
			PATCH_STR(p, advisory, made_by_name, span_of(d->actor->name));
		}
	}
	return config_put(d, EVENT_ADVISORY_DRAFTED, world, id, p, ret);
}

/* The next message of the record: numbered, dated, remembered for references. */
static void
patch_message(struct decision *d, const struct advisory *a, struct patch *p)
{
	struct buf AUTO(buf_done) log = { 0 };
	bool is_first = !a->sent_log;

	buf_add_z(&log, is_first ? "[" : a->sent_log);
	if (!is_first) {
		log.n--; /* reopen the list */
		buf_add_c(&log, ',');
	}
	/* whole seconds, as CAP writes them; and never the same twice */
	buf_i64(&log, d->now / 1000 * 1000);
	buf_add_c(&log, ']');
	PATCH_STR(p, advisory, sent_log, buf_span(&log));
	PATCH_INT(p, advisory, revision, is_first ? 0 : a->revision + 1);
	PATCH_INT(p, advisory, sent_at, d->now / 1000 * 1000);
}

static void
end_it(struct decision *d, struct advisory *a, enum event_type type,
       enum advisory_state state, struct span reason)
{
	struct event e;

	event_begin(d, &e, type, a->r.world, a->r.id);
	PATCH_ENUM(&e.body, advisory, state, state);
	PATCH_INT(&e.body, advisory, ended_at, d->now);
	if (reason.n)
		PATCH_STR(&e.body, advisory, end_reason, reason);
	if (state == ADVISORY_CANCELLED && advisory_was_issued(a))
		patch_message(d, a, &e.body);
	event_emit(d, &e);
}

static void
issue_it(struct decision *d, struct advisory *a)
{
	struct advisory *old = advisory_find(d->m, a->replaces);
	struct event e;

	event_begin(d, &e, EVENT_ADVISORY_ISSUED, a->r.world, a->r.id);
	PATCH_ENUM(&e.body, advisory, state, ADVISORY_ISSUED);
	PATCH_INT(&e.body, advisory, issued_at, d->now);
	if (d->actor)
		PATCH_ID(&e.body, advisory, issued_by, d->actor->id);
	patch_message(d, a, &e.body);
	event_emit(d, &e);
	if (old && advisory_stands(old))
		end_it(d, old, EVENT_ADVISORY_CANCELLED, ADVISORY_CANCELLED,
		       SPAN("replaced by a newer one"));
}

int
advisory_issue(struct decision *d, struct id id)
{
	struct advisory *a = find_for(d, id);

	if (!a)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (a->state != ADVISORY_DRAFT && a->state != ADVISORY_PENDING)
		return refuse(d, 409, "already_issued", "it is %s already",
			      advisory_state_names[a->state]);
	if (check_ready(d, a, NULL) < 0)
		return ERR_DENIED;
	issue_it(d, a);
	return 0;
}

int
advisory_update(struct decision *d, struct id id, struct patch *p)
{
	struct advisory *a = find_for(d, id), *asked = (struct advisory *)p->rec;

	if (!a)
		return refuse_hidden(d);
	if (needs_desk(d) < 0 || check_texts(d, asked, a->r.world) < 0)
		return ERR_DENIED;
	if (!advisory_stands(a))
		return refuse(d, 409, "not_issued", "it is %s: nothing to update",
			      advisory_state_names[a->state]);
	if (check_ready(d, a, asked) < 0)
		return ERR_DENIED;
	PATCH_ENUM(p, advisory, state, ADVISORY_UPDATED);
	patch_message(d, a, p);
	return config_put(d, EVENT_ADVISORY_UPDATED, a->r.world, id, p, NULL);
}

int
advisory_cancel(struct decision *d, struct id id, struct span reason)
{
	struct advisory *a = find_for(d, id);

	if (!a)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (a->state == ADVISORY_DRAFT || a->state == ADVISORY_PENDING) {
		end_it(d, a, EVENT_ADVISORY_DISMISSED, ADVISORY_DISMISSED, reason);
		return 0;
	}
	if (!advisory_stands(a))
		return refuse(d, 409, "already_ended", "it is %s already",
			      advisory_state_names[a->state]);
	end_it(d, a, EVENT_ADVISORY_CANCELLED, ADVISORY_CANCELLED, reason);
	return 0;
}

int
advisory_expire(struct decision *d, struct id id)
{
	struct advisory *a = advisory_find(d->m, id);

	if (a && advisory_stands(a) && a->expires_at != TIME_NONE &&
	    a->expires_at <= d->now)
		end_it(d, a, EVENT_ADVISORY_EXPIRED, ADVISORY_EXPIRED,
		       (struct span){ 0 });
	return 0;
}

/* --- from outside ---------------------------------------------------------- */

static bool
fits(const struct cap_rule *r, struct span sender, struct span code, int severity)
{
	if (r->disabled || (r->sender && *r->sender && !span_is_z(sender, r->sender)) ||
	    (r->event_code && *r->event_code && !span_is_z(code, r->event_code)))
		return false;
	/* extreme is 1; unknown is the last, and never as severe as any */
	return !r->severity || severity <= r->severity;
}

const struct cap_rule *
cap_rule_for(const struct model *m, struct span sender, struct span code, int severity)
{
	const struct cap_rule *best = NULL;
	void *v;

	for (size_t i = 0; map_next(&m->tables[NOUN_CAP_RULE], &i, NULL, &v);) {
		const struct cap_rule *r = v;

		if (!fits(r, sender, code, severity))
			continue;
		if (!best || r->rank < best->rank ||
		    (r->rank == best->rank && r->r.id.seq < best->r.id.seq))
			best = r;
	}
	return best;
}

struct advisory *
advisory_by_message(const struct model *m, struct span sender, struct span identifier,
		    int64_t sent)
{
	struct buf AUTO(buf_done) k = { 0 };

	advisory_key(&k, sender, identifier, sent);
	return map_get(&m->advisory_keys, buf_span(&k));
}

int
cap_rule_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct cap_rule *asked = (const struct cap_rule *)p->rec;

	if (!d->actor || !principal_is_administrator(d->actor) || !d->actor->is_control)
		return refuse(
			d, 403, "needs_administrator",
			"only an administrator of the control agency may do this");
	if (!id_is_set(id)) {
		if (asked->rank == FIELD_NONE)
			PATCH_INT(p, cap_rule, rank, 100);
		if (!asked->tlp)
			PATCH_ENUM(p, cap_rule, tlp, TLP_AMBER);
	}
	return config_put(d, EVENT_CAP_RULE_CHANGED, WORLD_LIVE, id, p, ret);
}

int
advisory_take(struct decision *d, struct patch *p, int world, bool is_issued,
	      struct id *ret)
{
	struct advisory *asked = (struct advisory *)p->rec, *a;

	if (d->actor && d->actor->role != ROLE_FEED && needs_desk(d) < 0)
		return ERR_DENIED;
	PATCH_ID(p, advisory, agency, d->m->node->control);
	PATCH_ENUM(p, advisory, state, ADVISORY_PENDING);
	PATCH_ENUM(p, advisory, source, ADVISORY_OUTSIDE);
	if (d->actor)
		PATCH_ID(p, advisory, feed, d->actor->id);
	if (!asked->tlp)
		PATCH_ENUM(p, advisory, tlp, TLP_AMBER);
	if (config_put(d, EVENT_ADVISORY_RECEIVED, world, (struct id){ 0 }, p, ret) < 0)
		return ERR_DENIED;
	a = advisory_find(d->m, *ret);
	/* what is not fit to be read waits for a person, whatever the rule */
	if (is_issued && check_ready(d, a, NULL) == 0)
		issue_it(d, a);
	return 0;
}

/* Its sender has cancelled it: what no one took over goes, what stands is marked,
 * and goes too where the rule trusts the sender to issue. */
int
advisory_withdraw(struct decision *d, struct id id, bool is_trusted)
{
	struct advisory *a = advisory_find(d->m, id);
	struct event e;

	if (!a || a->source != ADVISORY_OUTSIDE || a->withdrawn)
		return 0;
	if (a->state == ADVISORY_PENDING) {
		end_it(d, a, EVENT_ADVISORY_DISMISSED, ADVISORY_DISMISSED,
		       SPAN("cancelled by its sender"));
		return 0;
	}
	if (!advisory_stands(a))
		return 0;
	event_begin(d, &e, EVENT_ADVISORY_WITHDRAWN, a->r.world, id);
	PATCH_BOOL(&e.body, advisory, withdrawn, true);
	event_emit(d, &e);
	if (is_trusted)
		end_it(d, a, EVENT_ADVISORY_CANCELLED, ADVISORY_CANCELLED,
		       SPAN("cancelled by its sender"));
	return 0;
}
