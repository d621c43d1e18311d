/* SPDX-License-Identifier: Apache-2.0 */
/* What the liaison room brings into the world of law 9. After struct world. */
#pragma once

static inline struct id
make_advisory(struct world *w, enum tlp tlp, struct id to)
{
	struct town *t = &w->t;
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	struct id id;

	jw_open(&list, '[');
	if (id_is_set(to))
		jw_id(&list, to);
	jw_close(&list, ']');
	patch_init(&p, &noun_advisory);
	PATCH_ENUM(&p, advisory, tlp, tlp);
	PATCH_STR(&p, advisory, to, buf_span(&list));
	PATCH_ENUM(&p, advisory, category, 4);
	PATCH_STR(&p, advisory, event, SPAN("event"));
	PATCH_ENUM(&p, advisory, severity, 1);
	PATCH_ENUM(&p, advisory, urgency, 1);
	PATCH_ENUM(&p, advisory, certainty, 1);
	PATCH_STR(&p, advisory, headline[2], SPAN("headline"));
	PATCH_STR(&p, advisory, area_name, SPAN("area"));
	PATCH_INT(&p, advisory, expires_at, t->wall + 3600000);
	assert_int_equal(advisory_put(town_by(t, &t->room), NO_ID, &p, &id), 0);
	return id;
}

static inline void
make_meeting(struct world *w)
{
	struct town *t = &w->t;
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;

	jw_open(&list, '[');
	jw_id(&list, t->mission);
	jw_id(&list, t->rangers);
	jw_close(&list, ']');
	patch_init(&p, &noun_series);
	PATCH_STR(&p, series, title, SPAN("monthly"));
	PATCH_STR(&p, series, zone, SPAN("Asia/Karachi"));
	PATCH_STR(&p, series, starts, SPAN("2026-03-02T10:00:00"));
	PATCH_INT(&p, series, duration_min, 60);
	PATCH_STR(&p, series, participants, buf_span(&list));
	assert_int_equal(series_put(town_by(t, &t->room), NO_ID, &p, &w->series), 0);
	assert_int_equal(meeting_plan(town_by(t, NULL), w->series, t->wall + 86400000,
				      &w->meeting),
			 0);
}

static inline struct id
make_action(struct world *w, struct id owner)
{
	struct town *t = &w->t;
	struct patch p;
	struct id id;

	patch_init(&p, &noun_action);
	PATCH_ID(&p, action, owner, owner);
	PATCH_STR(&p, action, text, SPAN("do it"));
	PATCH_INT(&p, action, due_at, t->wall + 86400000);
	assert_int_equal(action_make(town_by(t, &t->room), &p, &id), 0);
	patch_done(&p);
	return id;
}

static inline struct id
send_for(struct world *w, const struct principal *who, struct id place)
{
	struct id id;

	assert_int_equal(file_keep(town_by(&w->t, who), place,
				   &(struct file_args){ .name = SPAN("a.txt"),
							.media = SPAN("text/plain"),
							.stored = SPAN("00"),
							.hash = SPAN("00"),
							.content_key = SPAN("00"),
							.size = 1 },
				   &id),
			 0);
	return id;
}

/* With what the boss enclosed, what its officer delivered, and what he has not yet. */
static inline void
make_order(struct world *w)
{
	struct town *t = &w->t;
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;

	patch_init(&p, &noun_order);
	PATCH_ID(&p, order, officer, t->crew_id);
	PATCH_STR(&p, order, subject, SPAN("the report"));
	PATCH_INT(&p, order, due_at, t->wall + 86400000);
	assert_int_equal(order_issue(town_by(t, &t->boss), &p, &w->order), 0);
	w->enclosed = send_for(w, &t->boss, w->order);
	w->delivered = send_for(w, &t->crew, w->order);
	jw_open(&list, '[');
	jw_id(&list, w->delivered);
	jw_close(&list, ']');
	assert_int_equal(
		order_deliver(town_by(t, &t->crew), w->order, SPAN("done"), list.p), 0);
	assert_int_equal(order_judge(town_by(t, &t->boss), w->order, false,
				     SPAN("who saw it?"), TIME_NONE),
			 0);
	w->undelivered = send_for(w, &t->crew, w->order);
}

static inline void
make_liaison(struct world *w)
{
	struct town *t = &w->t;
	struct patch p;

	w->advisory[0] = make_advisory(w, TLP_CLEAR, NO_ID);
	w->advisory[1] = make_advisory(w, TLP_AMBER, t->mission);
	w->advisory[2] = make_advisory(w, TLP_RED, w->who[LIAISON].id);
	w->advisory[3] = make_advisory(w, TLP_CLEAR, NO_ID);
	for (int k = 0; k < 3; k++)
		assert_int_equal(advisory_issue(town_by(t, &t->room), w->advisory[k]),
				 0);
	patch_init(&p, &noun_cap_rule);
	PATCH_STR(&p, cap_rule, name, SPAN("all wait"));
	PATCH_ENUM(&p, cap_rule, outcome, CAP_TO_PENDING);
	assert_int_equal(cap_rule_put(town_by(t, &t->admin), NO_ID, &p, &w->rule), 0);
	make_meeting(w);
	assert_int_equal(calendar_make(town_by(t, &t->gate), SPAN("phone"),
				       SPAN("beef"), &w->calendar),
			 0);
	patch_init(&p, &noun_matter);
	PATCH_ENUM(&p, matter, kind, MATTER_CONCERN);
	PATCH_STR(&p, matter, title, SPAN("the road"));
	assert_int_equal(matter_raise(town_by(t, &w->who[LIAISON]), &p, &w->matter), 0);
	patch_done(&p);
	w->action[0] = make_action(w, w->who[LIAISON].id);
	w->action[1] = make_action(w, t->room_id);
	make_order(w);
	w->drawing = send_for(w, &w->who[MADMIN], t->site);
	patch_init(&p, &noun_plan);
	PATCH_ID(&p, plan, file, w->drawing);
	assert_int_equal(plan_put(town_by(t, &w->who[MADMIN]), w->reg.plan, &p, NULL),
			 0);
}
