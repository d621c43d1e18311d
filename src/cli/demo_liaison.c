/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the demo city's liaison room holds on its first day: words in the missions'
 * group, a series of meetings with a concern for its agenda, one site's register. By
 * the same commands as anybody's; all of it plainly invented.
 */
#include "cli/demo.h"

#include "base/auto.h"

#define DAY_MS 86400000ll
#define N_MISSIONS ARRAY_LEN(((struct demo *)0)->mission)

/* Missions that speak, and whose register there is: not the first ones, which people
 * who try the demo sign in as. */
enum { RAISES = 4, ASKS = 9, ACKS = 6, KEEPS = 2 };

static bool
gate_desk(struct demo *d, size_t mission, struct principal *ret)
{
	const struct model *m = journal_model(d->m.journal);
	void *rec;

	for (size_t k = 0; map_next(&m->tables[NOUN_TOKEN], &k, NULL, &rec);) {
		const struct token *t = rec;

		if (!id_is(t->agency, d->mission[mission]) || t->role != ROLE_SITE)
			continue;
		principal_of_token(m, t, ret);
		return true;
	}
	return false;
}

static bool
officer(struct demo *d, enum role role, struct principal *ret)
{
	const struct model *m = journal_model(d->m.journal);
	void *rec;

	for (size_t k = 0; map_next(&m->tables[NOUN_ACCOUNT], &k, NULL, &rec);) {
		const struct account *a = rec;

		if (!id_is(a->agency, d->m.admin.agency) || a->role != (int)role)
			continue;
		principal_of_account(m, a, ret);
		return true;
	}
	return false;
}

struct words {
	enum post_kind kind;
	enum tlp tlp;
	const char *subject, *text, *language;
	struct id reply_to;
	bool must_ack;
};

static struct id
say(struct demo *d, const struct principal *who, const struct words *w)
{
	struct id channel = channel_missions(journal_model(d->m.journal))->r.id;
	struct decision *ask = journal_begin(d->m.journal, who);
	struct id id = { 0 };
	struct patch p;
	bool is_new;

	patch_init(&p, &noun_post);
	PATCH_ENUM(&p, post, kind, w->kind);
	PATCH_ENUM(&p, post, tlp, w->tlp);
	if (w->subject)
		PATCH_STR(&p, post, subject, span_of(w->subject));
	PATCH_STR(&p, post, text, span_of(w->text));
	PATCH_STR(&p, post, language, span_of(w->language));
	if (id_is_set(w->reply_to))
		PATCH_ID(&p, post, reply_to, w->reply_to);
	if (w->must_ack) {
		PATCH_ENUM(&p, post, must_ack, ACK_AGENCY);
		PATCH_INT(&p, post, ack_by, ask->now + 3 * DAY_MS);
	}
	post_make(ask, channel, &p, &id, &is_new);
	patch_done(&p);
	return id;
}

static void
make_talk(struct demo *d, const struct principal *desk, const struct principal *boss)
{
	struct principal raises, asks, acks;
	struct id id;
	struct patch p;

	if (!gate_desk(d, RAISES, &raises) || !gate_desk(d, ASKS, &asks) ||
	    !gate_desk(d, ACKS, &acks))
		return;
	id = say(d, desk,
		 &(struct words){ .kind = POST_ADVISORY,
				  .tlp = TLP_GREEN,
				  .subject = "Road works on Lighthouse Avenue (demo)",
				  .text = "One lane only from Monday to Thursday. Come "
					  "by Harbour Road.",
				  .language = "en" });
	post_translate(journal_begin(d->m.journal, desk), id,
		       &(struct post_words){
			       .text = SPAN("پیر سے جمعرات تک ایک لین کھلی ہے۔ ہاربر "
					    "روڈ سے آئیں۔"),
			       .language = SPAN("ur") });
	id = say(d, desk,
		 &(struct words){ .kind = POST_SITUATION,
				  .tlp = TLP_AMBER,
				  .subject = "Test of all buttons (demo)",
				  .text = "Press once in test mode on Thursday between "
					  "10:00 and 11:00, and acknowledge here.",
				  .language = "en",
				  .must_ack = true });
	post_acknowledge(journal_begin(d->m.journal, &acks), id);
	id = say(d, boss,
		 &(struct words){
			 .kind = POST_ADVICE,
			 .tlp = TLP_CLEAR,
			 .subject = "Whom to call (demo)",
			 .text = "First the button, then the room. This group is "
				 "not watched for emergencies.",
			 .language = "en" });
	post_pin(journal_begin(d->m.journal, boss), id, true);
	say(d, &asks,
	    &(struct words){ .kind = POST_QUESTION,
			     .tlp = TLP_AMBER,
			     .text = "May our gate have a second button?",
			     .language = "en" });
	id = say(d, &raises,
		 &(struct words){ .kind = POST_CONCERN,
				  .tlp = TLP_AMBER,
				  .subject = "گیٹ کے سامنے گاڑیاں (نمونہ)",
				  .text = "شام کو ہمارے گیٹ کے سامنے گاڑیاں رکتی ہیں۔",
				  .language = "ur" });
	say(d, desk,
	    &(struct words){ .kind = POST_ADVICE,
			     .tlp = TLP_AMBER,
			     .text = "Noted: it goes to the monthly meeting.",
			     .language = "en",
			     .reply_to = id });
	patch_init(&p, &noun_matter);
	PATCH_ENUM(&p, matter, kind, MATTER_CONCERN);
	PATCH_STR(&p, matter, title, SPAN("Cars that stop before the gate (demo)"));
	PATCH_ID(&p, matter, post, id);
	matter_raise(journal_begin(d->m.journal, &raises), &p, &id);
	patch_done(&p);
}

static void
make_series(struct demo *d, const struct principal *desk)
{
	struct buf AUTO(buf_done) list = { 0 };
	struct patch p;
	struct id id;

	jw_open(&list, '[');
	jw_id(&list, d->m.admin.agency);
	for (size_t k = 0; k < N_MISSIONS; k++)
		jw_id(&list, d->mission[k]);
	jw_close(&list, ']');
	patch_init(&p, &noun_series);
	PATCH_STR(&p, series, title, SPAN("Monthly meeting with the missions (demo)"));
	PATCH_STR(&p, series, title_ur, SPAN("مشنوں کے ساتھ ماہانہ اجلاس (نمونہ)"));
	PATCH_STR(&p, series, cadence, SPAN("FREQ=MONTHLY;BYDAY=1TU"));
	PATCH_STR(&p, series, zone, SPAN("Asia/Karachi"));
	PATCH_STR(&p, series, starts, SPAN("2026-01-06T10:00:00"));
	PATCH_INT(&p, series, duration_min, 90);
	PATCH_STR(&p, series, place, SPAN("an invented hall in the demo city"));
	PATCH_STR(&p, series, participants, buf_span(&list));
	PATCH_BOOL(&p, series, takes_matters, true);
	series_put(journal_begin(d->m.journal, desk), (struct id){ 0 }, &p, &id);
	patch_done(&p);
}

static void
make_point(struct demo *d, const struct principal *keeper, enum point_kind kind,
	   const char *name, int64_t azimuth)
{
	struct patch p;
	struct id id;

	patch_init(&p, &noun_point);
	PATCH_ID(&p, point, site, d->site[KEEPS]);
	PATCH_ENUM(&p, point, kind, kind);
	PATCH_STR(&p, point, name, span_of(name));
	if (kind == POINT_CAMERA) {
		PATCH_INT(&p, point, azimuth_deg, azimuth);
		PATCH_INT(&p, point, fov_deg, 90);
		PATCH_INT(&p, point, range_m, 40);
	}
	point_put(journal_begin(d->m.journal, keeper), (struct id){ 0 }, &p, &id);
	patch_done(&p);
}

static void
make_audit(struct demo *d, const struct principal *keeper)
{
	struct decision *ask = journal_begin(d->m.journal, keeper);
	struct patch p;
	struct id id;

	patch_init(&p, &noun_review);
	PATCH_ID(&p, review, site, d->site[KEEPS]);
	PATCH_ENUM(&p, review, kind, REVIEW_AUDIT);
	PATCH_STR(&p, review, title, SPAN("Yearly audit (demo)"));
	PATCH_STR(&p, review, reviewer, SPAN("an invented auditor"));
	PATCH_INT(&p, review, held_at, ask->now - 10 * DAY_MS);
	if (review_put(ask, (struct id){ 0 }, &p, &id) == 0) {
		patch_done(&p);
		patch_init(&p, &noun_finding);
		PATCH_ID(&p, finding, review, id);
		PATCH_STR(&p, finding, text, SPAN("The lamp at the rear gate is dark"));
		PATCH_ENUM(&p, finding, severity, 2);
		PATCH_INT(&p, finding, due_at, ask->now + 20 * DAY_MS);
		finding_put(journal_begin(d->m.journal, keeper), (struct id){ 0 }, &p,
			    &id);
	}
	patch_done(&p);
}

static void
make_register(struct demo *d)
{
	const struct model *m = journal_model(d->m.journal);
	struct principal keeper = d->m.admin;
	struct buf AUTO(buf_done) contacts = { 0 };
	struct patch p;
	struct id id;
	void *rec;

	keeper.agency = d->mission[KEEPS];
	keeper.is_control = false;
	jw_open(&contacts, '[');
	for (size_t k = 0; map_next(&m->tables[NOUN_PERSON], &k, NULL, &rec);) {
		const struct person *h = rec;

		if (!id_is(h->site, d->site[KEEPS]))
			continue;
		jw_open(&contacts, '{');
		jw_kid(&contacts, "person", h->r.id);
		jw_kz(&contacts, "role", h->rank);
		jw_close(&contacts, '}');
	}
	jw_close(&contacts, ']');
	patch_init(&p, &noun_book);
	PATCH_STR(&p, book, contacts, buf_span(&contacts));
	register_put(journal_begin(d->m.journal, &keeper), d->site[KEEPS], &p);
	patch_done(&p);
	patch_init(&p, &noun_plan);
	PATCH_ID(&p, plan, site, d->site[KEEPS]);
	PATCH_ENUM(&p, plan, kind, 1);
	PATCH_STR(&p, plan, title, SPAN("Security plan (demo)"));
	PATCH_STR(&p, plan, sections,
		  SPAN("[{\"title\":\"Way in\",\"text\":\"By the north gate. The guard "
		       "opens to the word of the day.\"},{\"title\":\"Safe room\","
		       "\"text\":\"First floor, behind the library.\"}]"));
	plan_put(journal_begin(d->m.journal, &keeper), (struct id){ 0 }, &p, &id);
	patch_done(&p);
	make_point(d, &keeper, POINT_WATCH_TOWER, "Tower at the corner (demo)", 0);
	make_point(d, &keeper, POINT_GUARD_POST, "North gate (demo)", 0);
	make_point(d, &keeper, POINT_CAMERA, "Camera over the gate (demo)", 350);
	make_point(d, &keeper, POINT_CAMERA, "Camera of the yard (demo)", 170);
	make_audit(d, &keeper);
}

void
demo_liaison(struct demo *d)
{
	struct principal desk, boss;

	if (!officer(d, ROLE_LIAISON, &desk) || !officer(d, ROLE_SUPERVISOR, &boss))
		return;
	make_series(d, &desk);
	make_talk(d, &desk, &boss);
	make_register(d);
	journal_turn_end(d->m.journal);
}
