/* SPDX-License-Identifier: Apache-2.0 */
/* The liaison room's part of the script: advisories, meetings, matters, orders. */
#pragma once
#include "law_help.h"

struct script;
static inline uint64_t pick(struct script *s, uint64_t n);
static inline struct id pick_id(struct script *s, enum noun_index n);
static inline const char *pick_text(struct script *s);
static inline struct position pick_place(struct script *s);
static inline int64_t script_wall(const struct script *s);
static inline struct model *script_model(const struct script *s);

/* Where the table asks for one: a request without it never comes so far. */
static inline struct span
some_text(struct script *s)
{
	const char *z = pick_text(s);

	return span_of(*z ? z : "words");
}

static inline void
some_ids(struct script *s, struct buf *b)
{
	jw_open(b, '[');
	for (uint64_t k = pick(s, 4); k > 0; k--)
		jw_id(b, pick_id(s, pick(s, 2) ? NOUN_AGENCY : NOUN_ACCOUNT));
	jw_close(b, ']');
}

static inline void
some_advisory(struct script *s, struct patch *p)
{
	static const char polygon[] =
		"{\"type\":\"Polygon\",\"coordinates\":[[[67.0,24.8],[67.1,24.8],"
		"[67.1,24.9],[67.0,24.8]]]}";
	struct buf AUTO(buf_done) to = { 0 };

	PATCH_ENUM(p, advisory, tlp, 1 + (int)pick(s, 5));
	PATCH_ENUM(p, advisory, severity, 1 + (int)pick(s, 5));
	PATCH_STR(p, advisory, event, SPAN("event"));
	if (pick(s, 4))
		PATCH_STR(p, advisory, headline[pick(s, 4)], span_of(pick_text(s)));
	if (pick(s, 4))
		PATCH_STR(p, advisory, area_name, SPAN("Clifton"));
	if (pick(s, 2))
		PATCH_STR(p, advisory, polygon, span_of(polygon));
	else
		PATCH_POS(p, advisory, centre, pick_place(s));
	if (pick(s, 4))
		PATCH_INT(p, advisory, expires_at,
			  script_wall(s) + (int64_t)pick(s, 400000) - 10000);
	some_ids(s, &to);
	PATCH_STR(p, advisory, to, buf_span(&to));
}

static inline int
script_advisory(struct script *s, struct decision *d)
{
	struct id id = pick_id(s, NOUN_ADVISORY);
	char name[24];
	struct patch p;
	int rc;

	switch (pick(s, 11)) {
	case 0:
	case 1:
		return advisory_issue(d, id);
	case 2:
		return advisory_cancel(d, id, span_of(pick_text(s)));
	case 3:
		return advisory_expire(d, id);
	case 4:
		return advisory_withdraw(d, id, pick(s, 2));
	default:
		break;
	}
	patch_init(&p, &noun_advisory);
	some_advisory(s, &p);
	if (pick(s, 3) == 0) {
		rc = advisory_update(d, id, &p);
	} else if (pick(s, 3) == 0) {
		snprintf(name, sizeof name, "m%u", (unsigned)pick(s, 1u << 30));
		PATCH_STR(&p, advisory, identifier, span_of(name));
		PATCH_STR(&p, advisory, sender, SPAN("met"));
		PATCH_INT(&p, advisory, source_sent_at, script_wall(s));
		rc = advisory_take(d, &p, (int)pick(s, 2), pick(s, 2), &id);
	} else {
		rc = advisory_put(d, pick(s, 3) ? NO_ID : id, &p, &id);
	}
	patch_done(&p);
	return rc;
}

static inline int
script_rule(struct script *s, struct decision *d)
{
	struct patch p;
	struct id id;
	int rc;

	patch_init(&p, &noun_cap_rule);
	PATCH_STR(&p, cap_rule, name, SPAN("rule"));
	PATCH_ENUM(&p, cap_rule, outcome, 1 + (int)pick(s, 4));
	rc = cap_rule_put(d, pick(s, 2) ? pick_id(s, NOUN_CAP_RULE) : NO_ID, &p, &id);
	patch_done(&p);
	return rc;
}

static inline int
script_series(struct script *s, struct decision *d)
{
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	struct id id;
	int rc;

	some_ids(s, &list);
	if (pick(s, 2)) {
		patch_init(&p, &noun_series);
		PATCH_STR(&p, series, title, SPAN("monthly"));
		PATCH_STR(&p, series, zone, SPAN("Asia/Karachi"));
		PATCH_STR(&p, series, starts, SPAN("2026-03-02T10:00:00"));
		PATCH_INT(&p, series, duration_min, 60);
		PATCH_STR(&p, series, participants, buf_span(&list));
		rc = series_put(d, pick(s, 2) ? NO_ID : pick_id(s, NOUN_SERIES), &p,
				&id);
	} else {
		patch_init(&p, &noun_meeting);
		if (pick(s, 2))
			PATCH_STR(&p, meeting, title, SPAN("once"));
		PATCH_STR(&p, meeting, zone, SPAN("Asia/Shanghai"));
		PATCH_INT(&p, meeting, start_at, script_wall(s) + 3600000);
		PATCH_INT(&p, meeting, duration_min, 30);
		PATCH_STR(&p, meeting, participants, buf_span(&list));
		rc = meeting_put(d, pick(s, 2) ? NO_ID : pick_id(s, NOUN_MEETING), &p,
				 &id);
	}
	patch_done(&p);
	return rc;
}

static inline int
script_meeting(struct script *s, struct decision *d)
{
	struct id id = pick_id(s, NOUN_MEETING), made;
	struct buf AUTO(buf_done) list = { 0 };
	char hash[24];

	switch (pick(s, 9)) {
	case 0:
		return meeting_plan(d, pick_id(s, NOUN_SERIES),
				    script_wall(s) + (int64_t)pick(s, 900000), &made);
	case 1:
		return meeting_cancel(d, id, span_of(pick_text(s)));
	case 2:
	case 3:
		return meeting_answer(d, id, pick_id(s, NOUN_ACCOUNT),
				      1 + (int)pick(s, 3));
	case 4:
		some_ids(s, &list);
		return meeting_hold(d, id,
				    &(struct hold_args){
					    .present = buf_span(&list),
					    .minutes = span_of(pick_text(s)),
				    });
	case 5:
		return meeting_minute(d, id, span_of(pick_text(s)),
				      span_of(pick_text(s)));
	case 6:
		snprintf(hash, sizeof hash, "c%u", (unsigned)pick(s, 1u << 30));
		return calendar_make(d, SPAN("phone"), span_of(hash), &made);
	case 7:
		return calendar_revoke(d, pick_id(s, NOUN_CALENDAR));
	default:
		return script_series(s, d);
	}
}

static inline int
script_matter(struct script *s, struct decision *d)
{
	struct id id = pick_id(s, NOUN_MATTER), made;
	struct patch p;
	int rc;

	switch (pick(s, 7)) {
	case 0:
		return matter_propose(d, id, span_of(pick_text(s)));
	case 1:
	case 2:
		return matter_schedule(d, id, pick_id(s, NOUN_MEETING));
	case 3:
	case 4:
		return matter_decide(d, id, 1 + (int)pick(s, 3), span_of(pick_text(s)));
	case 5:
		return matter_report(d, id, span_of(pick_text(s)));
	default:
		patch_init(&p, &noun_matter);
		PATCH_ENUM(&p, matter, kind, 1 + (int)pick(s, 4));
		PATCH_STR(&p, matter, title, some_text(s));
		rc = matter_raise(d, &p, &made);
		patch_done(&p);
		return rc;
	}
}

static inline int
script_action(struct script *s, struct decision *d)
{
	struct id id = pick_id(s, NOUN_ACTION), made;
	struct patch p;
	int rc;

	switch (pick(s, 7)) {
	case 0:
		return action_end(d, id, pick(s, 3), span_of(pick_text(s)));
	case 1:
		return action_chase(d, id);
	case 2:
		return action_escalate(d, id);
	case 3:
		return action_carry(d, id, pick_id(s, NOUN_MEETING));
	default:
		break;
	}
	patch_init(&p, &noun_action);
	PATCH_INT(&p, action, due_at, script_wall(s) + (int64_t)pick(s, 900000) - 9000);
	if (pick(s, 4)) {
		PATCH_ID(&p, action, owner, pick_id(s, NOUN_ACCOUNT));
		PATCH_STR(&p, action, text, some_text(s));
		if (pick(s, 2))
			PATCH_ID(&p, action, matter, pick_id(s, NOUN_MATTER));
		rc = action_make(d, &p, &made);
	} else {
		rc = action_put(d, id, &p);
	}
	patch_done(&p);
	return rc;
}

static inline int
some_of_officer(struct script *s, struct decision *d, struct id id)
{
	struct file_args a = { .name = span_of(pick_text(s)),
			       .media = SPAN("text/plain"),
			       .stored = SPAN("0a"),
			       .hash = SPAN("0b"),
			       .content_key = SPAN("0c"),
			       .size = 7 };
	struct buf AUTO(buf_done) list = { 0 };
	struct id file;

	if (pick(s, 4) == 0)
		return order_acknowledge(d, id);
	if (pick(s, 2) && file_keep(d, id, &a, &file) == 0) {
		jw_open(&list, '[');
		jw_id(&list, file);
		jw_close(&list, ']');
	}
	return order_deliver(d, id, span_of(pick_text(s)), list.p);
}

static inline int
script_order(struct script *s, struct decision *d)
{
	struct id id = pick_id(s, NOUN_ORDER), made;
	struct order *o = order_find(script_model(s), id);
	struct principal p_officer;
	struct patch p;
	int rc;

	if (o && pick(s, 3) == 0 && account_find(script_model(s), o->officer)) {
		principal_of_account(script_model(s),
				     account_find(script_model(s), o->officer),
				     &p_officer);
		d->actor = &p_officer;
		return some_of_officer(s, d, id);
	}
	switch (pick(s, 10)) {
	case 0:
		return order_acknowledge(d, id);
	case 2:
		return order_judge(d, id, pick(s, 2), span_of(pick_text(s)),
				   pick(s, 2) ? TIME_NONE : script_wall(s) + 5000);
	case 3:
		return order_withdraw(d, id, span_of(pick_text(s)));
	case 4:
		return order_shout(d, id);
	default:
		patch_init(&p, &noun_order);
		PATCH_ID(&p, order, officer, pick_id(s, NOUN_ACCOUNT));
		PATCH_STR(&p, order, subject, some_text(s));
		PATCH_INT(&p, order, due_at, script_wall(s) + 60000);
		rc = order_issue(d, &p, &made);
		patch_done(&p);
		return rc;
	}
}

static inline int
script_liaison(struct script *s, struct decision *d)
{
	switch (pick(s, 7)) {
	case 0:
		return script_advisory(s, d);
	case 6:
		return script_rule(s, d);
	case 1:
	case 2:
		return script_meeting(s, d);
	case 3:
		return script_matter(s, d);
	case 4:
		return script_action(s, d);
	default:
		return script_order(s, d);
	}
}
