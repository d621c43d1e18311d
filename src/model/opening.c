/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Openings: table, what is asked before a look, and the counts by which one is found to
 * be out of the way.
 */
#include "model/commands.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <stdlib.h>

const char *const opening_kind_names[] = { "",       "grant",  "track",
					   "person", "search", NULL };

static const struct field fields[] = {
	NOUN_LINE(opening, kind, ENUM, 0, .names = opening_kind_names,
		  .doc = "of what: a grant, where a unit was, a protected person, or a "
			 "search for people"),
	NOUN_LINE(opening, grant, ID, 0, .doc = ""),
	NOUN_LINE(opening, what, ID, 0, .doc = "the record that was looked at"),
	NOUN_LINE(opening, owner, ID, 0, .doc = "whose it is"),
	NOUN_LINE(opening, account, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(opening, account_name, STR, 0, .doc = "by whom"),
	NOUN_LINE(opening, agency, ID, 0, .doc = "of which agency"),
	NOUN_LINE(opening, reason, STR, 0, .max = 400,
		  .doc = "what for, as the one who looked says; its owner reads it"),
	NOUN_LINE(opening, unusual, LIST, 0,
		  .doc = "many: more looks in a day than usual; idle: no incident "
			 "explains it"),
	NOUN_LINE(opening, from, TIME, 0, .doc = "of a track"),
	NOUN_LINE(opening, until, TIME, 0, .doc = "of a track"),
	NOUN_LINE(opening, found, INT, 0, .doc = "people that a search showed"),
	NOUN_LINE(opening, at, TIME, 0, .doc = ""),
};
NOUN_TABLE(noun_opening, '4', "opening", "openings", opening, fields);

/* --- counts ----------------------------------------------------------------------- */

#define HOUR_MS 3600000ll
#define DAY_MS 86400000ll
#define HOURS 24
#define DAYS 30

/* "h HOUR:N …" then "d DAY:N …", newest last: hours and days since 1970. */
struct counts {
	int64_t hour[HOURS + 1], day[DAYS + 2];
	int64_t of_hour[HOURS + 1], of_day[DAYS + 2];
	size_t hours, days;
};

static void
counts_read(const char *looks, struct counts *c)
{
	struct span s = span_of(looks ? looks : "");
	bool is_days = false;

	*c = (struct counts){ 0 };
	while (s.n) {
		struct span word = span_cut(&s, ' '), at = span_cut(&word, ':');
		int64_t when, n;

		if (span_is_z(at, "d"))
			is_days = true;
		if (!span_to_i64(at, &when) || !span_to_i64(word, &n))
			continue;
		if (is_days && c->days <= DAYS + 1) {
			c->day[c->days] = when;
			c->of_day[c->days++] = n;
		} else if (!is_days && c->hours <= HOURS) {
			c->hour[c->hours] = when;
			c->of_hour[c->hours++] = n;
		}
	}
}

static void
one_more(int64_t *at, int64_t *of, size_t *n, size_t most, int64_t now)
{
	if (*n && at[*n - 1] >= now) {
		of[*n - 1]++;
		return;
	}
	if (*n == most + 1) {
		memmove(at, at + 1, most * sizeof *at);
		memmove(of, of + 1, most * sizeof *of);
		(*n)--;
	}
	at[*n] = now;
	of[(*n)++] = 1;
}

void
looks_add(char **looks, int64_t at)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct counts c;

	counts_read(*looks, &c);
	one_more(c.hour, c.of_hour, &c.hours, HOURS, at / HOUR_MS);
	one_more(c.day, c.of_day, &c.days, DAYS + 1, at / DAY_MS);
	buf_add_z(&b, "h");
	for (size_t k = 0; k < c.hours; k++)
		buf_printf(&b, " %lld:%lld", (long long)c.hour[k],
			   (long long)c.of_hour[k]);
	buf_add_z(&b, " d");
	for (size_t k = 0; k < c.days; k++)
		buf_printf(&b, " %lld:%lld", (long long)c.day[k],
			   (long long)c.of_day[k]);
	free(*looks);
	*looks = span_dup(buf_span(&b));
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

bool
looks_are_many(const char *looks, int64_t now)
{
	int64_t yesterday = now / DAY_MS - 1, sum = 1, usual[DAYS + 2];
	struct counts c;
	size_t n = 0;

	counts_read(looks, &c);
	for (size_t k = 0; k < c.hours; k++)
		if (c.hour[k] > now / HOUR_MS - HOURS)
			sum += c.of_hour[k];
	/* of the days on which it looked at all, and none that is of these hours */
	for (size_t k = 0; k < c.days; k++)
		if (c.day[k] < yesterday && c.day[k] >= yesterday - DAYS)
			usual[n++] = c.of_day[k];
	qsort(usual, n, sizeof *usual, by_number);
	return sum > LOOKS_USUAL && (!n || sum > LOOKS_TIMES * usual[n / 2]);
}

char **
looks_of(const struct model *m, struct id who, struct record **ret_rec)
{
	struct account *a = account_find(m, who);
	struct token *t = token_find(m, who);

	*ret_rec = a ? &a->r : t ? &t->r : NULL;
	return a ? &a->looks : t ? &t->looks : NULL;
}

/* --- each look ----------------------------------------------------------------------
 */

static void
add_unusual(struct decision *d, struct patch *p, bool is_idle)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct record *rec;
	char **looks = looks_of(d->m, d->actor->id, &rec);
	bool is_many = looks && looks_are_many(*looks, d->now);

	if (!is_many && !is_idle)
		return;
	jw_open(&b, '[');
	if (is_many)
		jw_str(&b, SPAN("many"));
	if (is_idle)
		jw_str(&b, SPAN("idle"));
	jw_close(&b, ']');
	PATCH_STR(p, opening, unusual, buf_span(&b));
}

void
opening_make(struct decision *d, enum event_type type, const struct opening_args *a)
{
	const struct principal *who = d->actor;
	struct event e;

	event_begin(d, &e, type, who->world, next_id(d, NOUN_OPENING));
	PATCH_ENUM(&e.body, opening, kind, a->kind);
	if (id_is_set(a->grant))
		PATCH_ID(&e.body, opening, grant, a->grant);
	if (id_is_set(a->what))
		PATCH_ID(&e.body, opening, what, a->what);
	PATCH_ID(&e.body, opening, owner, a->owner);
	PATCH_ID(&e.body, opening, account, who->id);
	PATCH_ID(&e.body, opening, agency, who->agency);
	PATCH_STR(&e.body, opening, account_name, span_of(who->name));
	if (a->reason.n)
		PATCH_STR(&e.body, opening, reason, a->reason);
	if (a->from != TIME_NONE)
		PATCH_INT(&e.body, opening, from, a->from);
	if (a->until != TIME_NONE)
		PATCH_INT(&e.body, opening, until, a->until);
	if (a->found != FIELD_NONE)
		PATCH_INT(&e.body, opening, found, a->found);
	add_unusual(d, &e.body, a->is_idle);
	PATCH_INT(&e.body, opening, at, d->now);
	event_emit(d, &e);
}

#define REASON_MAX 400

static int
check_reason(struct decision *d, struct span reason)
{
	if (utf8_is_blank(reason))
		return refuse(d, 422, "needs_reason",
			      "reason: say what this is looked at for; its owner "
			      "reads it");
	if (reason.n > REASON_MAX)
		return refuse(d, 422, "bad_field", "reason: at most %d bytes",
			      REASON_MAX);
	return 0;
}

int
track_look(struct decision *d, struct id unit, struct span reason, int64_t from,
	   int64_t until)
{
	const struct unit *u = unit_find(d->m, unit);

	if (!u || access_record(d->m, d->actor, NOUN_UNIT, &u->r) == VIEW_NONE)
		return refuse_hidden(d);
	if (d->actor->role == ROLE_RESPONDER)
		return 0;
	if (check_reason(d, reason) < 0)
		return ERR_DENIED;
	opening_make(d, EVENT_ACCESS_OPENED,
		     &(struct opening_args){ .kind = OPENING_TRACK,
					     .what = unit,
					     .owner = u->agency,
					     .reason = reason,
					     .from = from,
					     .until = until,
					     .found = FIELD_NONE,
					     .is_idle = !u->n_open });
	return 0;
}

int
person_look(struct decision *d, struct id person, struct span reason)
{
	const struct person *h = person_find(d->m, person);

	if (!h || access_record(d->m, d->actor, NOUN_PERSON, &h->r) == VIEW_NONE)
		return refuse_hidden(d);
	/* its own agency needs no reason; who comes to help has one */
	if (id_is(h->agency, d->actor->agency) ||
	    person_access(d->m, d->actor, h, NULL) != PERSON_MINIMUM)
		return 0;
	if (d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person", "a person looks, not a program");
	if (check_reason(d, reason) < 0)
		return ERR_DENIED;
	opening_make(d, EVENT_ACCESS_OPENED,
		     &(struct opening_args){ .kind = OPENING_PERSON,
					     .what = person,
					     .owner = h->agency,
					     .reason = reason,
					     .from = TIME_NONE,
					     .until = TIME_NONE,
					     .found = FIELD_NONE });
	return 0;
}

int
people_look(struct decision *d, struct id agency, struct span reason)
{
	if (!principal_is_cell(d->m, d->actor))
		return refuse(d, 403, "needs_cell",
			      "only the security cell looks for protected people");
	if (d->actor->id.noun != noun_account.letter)
		return refuse(d, 403, "needs_person", "a person looks, not a program");
	if (!agency_find(d->m, agency) || !agency_is_guest(d->m, agency))
		return refuse(d, 422, "no_such_agency",
			      "agency: no such mission or company");
	return check_reason(d, reason);
}

void
people_found(struct decision *d, struct id agency, struct span reason, int64_t found)
{
	opening_make(d, EVENT_ACCESS_OPENED,
		     &(struct opening_args){ .kind = OPENING_SEARCH,
					     .owner = agency,
					     .reason = reason,
					     .from = TIME_NONE,
					     .until = TIME_NONE,
					     .found = found });
}

/* --- who is told --------------------------------------------------------------------
 */

static bool
may_audit(const struct principal *p)
{
	return !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_ADMINISTRATOR || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER || p->role == ROLE_LIAISON);
}

/* Those of the owner, those who answer for the one who looked, and himself. */
enum view
access_opening(const struct model *m, const struct principal *p,
	       const struct opening *o)
{
	const struct grant *g = grant_find(m, o->grant);

	if (id_is_set(o->grant))
		return g ? access_grant_record(p, g) : VIEW_NONE;
	if (id_is_set(p->id) && id_is(p->id, o->account))
		return VIEW_OWNER;
	return may_audit(p) && (id_is(p->agency, o->owner) ||
				id_is(p->agency, o->agency))
		       ? VIEW_OWNER
		       : VIEW_NONE;
}
