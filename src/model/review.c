/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews and findings: tables, arrows and commands. */
#include "model/commands.h"

static const char *const kind_names[] = { "", "audit", "inspection", "drill", NULL };
static const char *const weight_names[] = { "",     "low",      "medium",
					    "high", "critical", NULL };
const char *const finding_state_names[] = { "",           "open",   "mended",
					    "re_checked", "closed", "accepted_risk",
					    NULL };

static const struct field review_fields[] = {
	NOUN_LINE(review, agency, ID, 0, .doc = ""),
	NOUN_LINE(review, site, ID, FIELD_POST | FIELD_NEEDED, .doc = "of which it is"),
	NOUN_LINE(review, kind, ENUM, FIELD_POST | FIELD_NEEDED, .names = kind_names,
		  .doc = ""),
	NOUN_LINE(review, title, STR, NEED | FIELD_SEALED, .min = 1, .max = 200,
		  .doc = "what was looked at, or drilled"),
	NOUN_LINE(review, held_at, TIME, NEED, .doc = ""),
	NOUN_LINE(review, duration_min, INT, GIVE, .min = 0, .max = 100000, .doc = ""),
	NOUN_LINE(review, reviewer, STR, GIVE | FIELD_SEALED, .max = 200,
		  .doc = "who audited, or led"),
	NOUN_LINE(review, participants, LIST, GIVE | FIELD_SEALED, .doc = "names"),
	NOUN_LINE(review, remarks, STR, GIVE | FIELD_SEALED, .doc = ""),
	NOUN_LINE(review, exercise, ID, GIVE, .doc = "that a drill was part of"),
	NOUN_LINE(review, file, ID, GIVE, .doc = "its report"),
	NOUN_LINE(review, withdrawn, BOOL, FIELD_PATCH, .doc = "entered by mistake"),
};
NOUN_TABLE(noun_review, '9', "review", "reviews", review, review_fields);

static const struct field finding_fields[] = {
	NOUN_LINE(finding, agency, ID, 0, .doc = ""),
	NOUN_LINE(finding, site, ID, 0, .doc = ""),
	NOUN_LINE(finding, review, ID, FIELD_POST | FIELD_NEEDED,
		  .doc = "in which it was found"),
	NOUN_LINE(finding, text, STR, NEED | FIELD_SEALED, .min = 1, .doc = ""),
	NOUN_LINE(finding, severity, ENUM, NEED, .names = weight_names, .doc = ""),
	NOUN_LINE(finding, owner, ID, GIVE, .doc = "person who mends it"),
	NOUN_LINE(finding, due_at, TIME, NEED, .doc = "until when"),
	NOUN_LINE(finding, state, ENUM, FIELD_PATCH, .names = finding_state_names,
		  .doc = "re_checked by someone else than mended it"),
	NOUN_LINE(finding, reason, STR, FIELD_PATCH | FIELD_SEALED, .max = 2000,
		  .doc = "of the present state; an accepted risk needs one"),
	NOUN_LINE(finding, state_name, STR, FIELD_SEALED, .doc = "who set it"),
	NOUN_LINE(finding, mended_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(finding, found_at, TIME, 0, .doc = ""),
	NOUN_LINE(finding, state_at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_finding, '0', "finding", "findings", finding, finding_fields);

bool
finding_is_overdue(const struct finding *f, int64_t now)
{
	return f->state != FINDING_CLOSED && f->state != FINDING_ACCEPTED_RISK &&
	       f->due_at != TIME_NONE && f->due_at < now;
}

int
review_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct review *now = review_find(d->m, id);
	const struct review *asked = (const struct review *)p->rec;
	int kind = now ? now->kind : asked->kind;
	struct site *s;

	if (id_is_set(id) && access_record(d->m, d->actor, NOUN_REVIEW,
					   now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	/* a drill is written down by whoever held it */
	if (register_site(d, now ? now->site : asked->site,
			  kind == REVIEW_DRILL ? KEEPER_STAFF : KEEPER_FULL, &s) < 0)
		return ERR_DENIED;
	if (!now)
		PATCH_ID(p, review, agency, s->agency);
	return register_put_with(d, EVENT_REVIEW_CHANGED, s, id, asked->file, p, ret);
}

/* --- findings ----------------------------------------------------------------- */

#define TO(s) (1u << FINDING_##s)
static const unsigned arrows[] = {
	[FINDING_OPEN] = TO(MENDED) | TO(ACCEPTED_RISK),
	[FINDING_MENDED] = TO(OPEN) | TO(RE_CHECKED) | TO(ACCEPTED_RISK),
	[FINDING_RE_CHECKED] = TO(OPEN) | TO(CLOSED),
	[FINDING_CLOSED] = TO(OPEN),
	[FINDING_ACCEPTED_RISK] = TO(OPEN),
};

static int
check_move(struct decision *d, const struct finding *f, const struct site *s,
	   const struct finding *asked)
{
	if (!(arrows[f->state] >> asked->state & 1))
		return refuse(d, 409, "bad_state", "from %s it does not go to %s",
			      finding_state_names[f->state],
			      finding_state_names[asked->state]);
	if (asked->state != FINDING_MENDED &&
	    book_keeper(d->actor, s->agency, s->r.id) != KEEPER_FULL)
		return refuse(d, 403, "needs_owner",
			      "only an administrator or liaison may do this");
	if (asked->state == FINDING_RE_CHECKED && id_is(f->mended_by, d->actor->id))
		return refuse(d, 403, "needs_second",
			      "someone else than mended it looks again");
	if (asked->state == FINDING_ACCEPTED_RISK &&
	    (!asked->reason || !*asked->reason))
		return refuse(d, 422, "needs_reason", "reason: say why it is accepted");
	return 0;
}

static bool
is_only_a_move(const struct patch *p)
{
	uint64_t state =
		1ull << field_at(&noun_finding, offsetof(struct finding, state));
	uint64_t reason = 1ull
			  << field_at(&noun_finding, offsetof(struct finding, reason));

	return (p->given & state) && !(p->given & ~(state | reason));
}

static int
finding_change(struct decision *d, const struct finding *now, struct patch *p)
{
	const struct finding *asked = (const struct finding *)p->rec;
	struct site *s;

	if (register_site(d, now->site, is_only_a_move(p) ? KEEPER_STAFF : KEEPER_FULL,
			  &s) < 0 ||
	    person_check(d, asked->owner, s->agency, s->r.world) < 0)
		return ERR_DENIED;
	if (asked->state && asked->state != now->state) {
		if (check_move(d, now, s, asked) < 0)
			return ERR_DENIED;
		PATCH_INT(p, finding, state_at, d->now);
		PATCH_STR(p, finding, state_name, span_of(d->actor->name));
		if (asked->state == FINDING_MENDED)
			PATCH_ID(p, finding, mended_by, d->actor->id);
	}
	if (!asked->state) /* a state cannot be cleared */
		p->given &= ~(1ull << field_at(&noun_finding,
					       offsetof(struct finding, state)));
	return config_put(d, EVENT_FINDING_CHANGED, now->r.world, now->r.id, p, NULL);
}

int
finding_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct finding *now = finding_find(d->m, id);
	const struct finding *asked = (const struct finding *)p->rec;
	const struct review *r = review_find(d->m, asked->review);
	struct site *s;

	if (id_is_set(id) && access_record(d->m, d->actor, NOUN_FINDING,
					   now ? &now->r : NULL) == VIEW_NONE)
		return refuse_hidden(d);
	if (now)
		return finding_change(d, now, p);
	if (d->actor->role != ROLE_ADMINISTRATOR && d->actor->role != ROLE_LIAISON)
		return refuse(d, 403, "needs_owner",
			      "only an administrator or liaison may do this");
	if (access_record(d->m, d->actor, NOUN_REVIEW, r ? &r->r : NULL) == VIEW_NONE)
		return refuse(d, 422, "no_such_review",
			      "review: no such review of the agency");
	if (register_site(d, r->site, KEEPER_FULL, &s) < 0 ||
	    person_check(d, asked->owner, s->agency, s->r.world) < 0)
		return ERR_DENIED;
	PATCH_ID(p, finding, agency, s->agency);
	PATCH_ID(p, finding, site, s->r.id);
	PATCH_ENUM(p, finding, state, FINDING_OPEN);
	PATCH_INT(p, finding, found_at, d->now);
	return config_put(d, EVENT_FINDING_CHANGED, s->r.world, id, p, ret);
}
