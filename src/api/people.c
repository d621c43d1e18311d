/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People over HTTP, and among them those whom the police protect (product rule 11). One
 * of another agency is shown what is not sealed; the rest while the register of their
 * place is open to him, or, to the security cell, for a reason that their mission
 * reads.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <string.h>

static uint64_t
bit(size_t off)
{
	return 1ull << field_at(&noun_person, off);
}

#define BIT(member) bit(offsetof(struct person, member))

uint64_t
person_shown(const struct model *m, const struct principal *p, const struct person *h,
	     bool has_reason)
{
	if (id_is(h->agency, p->agency))
		/* a guard at the gate lets people in; he keeps no register */
		return h->kind && p->role == ROLE_SITE ? ~BIT(document) : ~0ull;
	if (person_access(m, p, h, NULL) == PERSON_BY_SITE)
		return ~(BIT(document) | BIT(ref) | BIT(residence));
	if (has_reason)
		return ~BIT(ref);
	return BIT(agency) | BIT(kind) | BIT(site) | BIT(residence) | BIT(state) |
	       BIT(erased_at);
}

void
write_person_places(struct buf *b, const struct model *m, const struct principal *p,
		    const struct person *h)
{
	const struct site *site = site_find(m, h->site),
			  *home = site_find(m, h->residence);

	/* his own agency knows its sites; where he lives only the cell is told */
	if (id_is(h->agency, p->agency))
		return;
	jw_kz(b, "site_name", site ? site->name : NULL);
	if (person_access(m, p, h, NULL) == PERSON_MINIMUM)
		jw_kz(b, "residence_name", home ? home->name : NULL);
}

void
person_note(struct call *c, const struct person *h, bool is_list)
{
	struct buf AUTO(buf_done) what = { 0 };
	struct site *s = NULL;

	if (id_is(h->agency, c->who->agency) ||
	    person_access(c->m, c->who, h, &s) != PERSON_BY_SITE)
		return;
	if (is_list)
		buf_add_z(&what, noun_person.plural);
	else
		id_format(&what, h->r.id);
	register_look(call_decide(c), s, buf_span(&what));
}

/* --- lists -------------------------------------------------------------------- */

/* Staff lists and crews: ?site=, ?unit=, ?state=; protected people: ?kind=. */
static bool
is_asked_for(struct call *c, const struct record *rec)
{
	const struct person *h = (const struct person *)rec;
	struct span state = http_query(c->req, "state"), kind;
	struct id id;

	kind = http_query(c->req, "kind");
	if (id_parse(http_query(c->req, "site"), &id) == 0 && !id_is(id, h->site) &&
	    !(h->kind && id_is(id, h->residence)))
		return false;
	if (id_parse(http_query(c->req, "unit"), &id) == 0 && !id_is(id, h->unit))
		return false;
	if (state.n && !span_is_z(state, person_state_names[h->state]))
		return false;
	return !kind.n || (h->kind && (span_is_z(kind, "any") ||
				       span_is_z(kind, person_kind_names[h->kind])));
}

void
people_list(struct call *c)
{
	static const char *const keys[] = { "site", "unit" };
	struct span state = http_query(c->req, "state"),
		    kind = http_query(c->req, "kind");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct span s = http_query(c->req, keys[i]);
		struct id id;

		if (s.n && id_parse(s, &id) < 0) {
			answer_problem(c, 400, "bad_query", "%s must be an id",
				       keys[i]);
			return;
		}
	}
	if (state.n && !enum_find(person_state_names, state))
		answer_problem(c, 400, "bad_query", "state must be active or left");
	else if (kind.n && !span_is_z(kind, "any") &&
		 !enum_find(person_kind_names, kind))
		answer_problem(c, 400, "bad_query", "kind: no such kind, nor any");
	else
		list_where(c, NOUN_PERSON, is_asked_for);
}

/* --- for a reason ------------------------------------------------------------------
 */

void
person_open_post(struct call *c)
{
	const struct ask_why *ask = (const struct ask_why *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (person_look(d, c->id, span_of(ask->reason)) < 0) {
		answer_refusal(c, d);
		return;
	}
	c->has_reason = true;
	answer_record(c, NOUN_PERSON, c->id, 200);
}

/* All words of the question begin words of the person. */
static bool
is_like(const struct person *h, struct span folded)
{
	const char *const texts[] = { h->name, h->name_ur, h->rank, h->nationality,
				      h->document };
	struct buf AUTO(buf_done) own = { 0 };

	buf_add_c(&own, ' ');
	for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
		utf8_fold(&own, span_of(texts[k] ? texts[k] : ""));
		buf_add_c(&own, ' ');
	}
	while (folded.n) {
		struct span word = span_cut(&folded, ' ');
		struct buf AUTO(buf_done) from = { 0 };

		if (!word.n)
			continue;
		buf_add_c(&from, ' ');
		buf_add_span(&from, word);
		if (!memmem(own.p, own.n, from.p, from.n))
			return false;
	}
	return true;
}

/* A search finds one of a few: a list of all leaves by two (model/export.c). Three
 * bytes are three Latin letters, two of Urdu, one character of Chinese. */
#define FOUND_MAX 20
#define WORD_MIN 3

static bool
has_a_word(struct span folded)
{
	while (folded.n)
		if (span_cut(&folded, ' ').n >= WORD_MIN)
			return true;
	return false;
}

/* Those that are like it, one more than may be told at most; ret_n: how many there are.
 */
static const struct record **
find_like(struct call *c, struct id agency, struct span folded, size_t *ret_n)
{
	const struct record **found =
		arena_alloc(c->req->arena, FOUND_MAX * sizeof *found);
	struct record **all;
	size_t len, n = 0;

	all = model_list(c->m, NOUN_PERSON, &len, c->req->arena);
	for (size_t k = 0; k < len; k++) {
		const struct person *h = (const struct person *)all[k];

		if (!id_is(h->agency, agency) || !is_like(h, folded) ||
		    access_record(c->m, c->who, NOUN_PERSON, all[k]) == VIEW_NONE)
			continue;
		if (n < FOUND_MAX)
			found[n] = all[k];
		n++;
	}
	*ret_n = n;
	return found;
}

/* The cell looks by name. Only of one mission, which reads the reason: two missions
 * would read of one another. */
void
people_search_post(struct call *c)
{
	const struct ask_search *ask = (const struct ask_search *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct buf AUTO(buf_done) folded = { 0 };
	struct pager none = { .limit = FOUND_MAX };
	const struct record **found;
	size_t n;

	if (people_look(d, ask->agency, span_of(ask->reason)) < 0) {
		answer_refusal(c, d);
		return;
	}
	utf8_fold(&folded, span_of(ask->q));
	if (!has_a_word(buf_span(&folded))) {
		answer_problem(c, 422, "too_short",
			       "q: three letters of a name or a document at least");
		return;
	}
	found = find_like(c, ask->agency, buf_span(&folded), &n);
	people_found(d, ask->agency, span_of(ask->reason), (int64_t)n);
	if (n > FOUND_MAX) {
		answer_problem(
			c, 422, "too_many",
			"q: %zu people are like it; say more of whom you look for "
			"(a list of all leaves by an export)",
			n);
		return;
	}
	c->has_reason = true;
	pager_open(c);
	for (; none.n < n; none.n++)
		view_record(c, &c->out, NOUN_PERSON, found[none.n],
			    access_record(c->m, c->who, NOUN_PERSON, found[none.n]));
	pager_close(c, &none);
	answer(c, 200);
}

/* --- openings ------------------------------------------------------------------------
 */

struct openings {
	struct call *c;
	struct pager pager;
	bool only_unusual;
};

static bool
offer_opening(void *ctx, const struct record *rec)
{
	struct openings *l = ctx;
	const struct opening *o = (const struct opening *)rec;
	enum view v = access_record(l->c->m, l->c->who, NOUN_OPENING, rec);

	if (v == VIEW_NONE || (l->only_unusual && !o->unusual))
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_OPENING, rec, v);
	l->pager.n++;
	l->pager.last = rec->id.seq;
	return true;
}

/* Newest first: looks at what is one's agency's, or by its own people. */
void
openings_list(struct call *c)
{
	struct openings l = { .c = c };
	struct span by = http_query(c->req, "by"),
		    unusual = http_query(c->req, "unusual");
	struct store_query q = { .noun = noun_opening.letter,
				 .column = 1,
				 .equals = (int64_t)c->who->agency.seq,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };

	if (!pager_read(c, &l.pager))
		return;
	if (by.n && !span_is_z(by, "own")) {
		answer_problem(c, 400, "bad_query", "by must be own");
		return;
	}
	if (by.n)
		q.column = 2;
	l.only_unusual = unusual.n && !span_is_z(unusual, "0");
	q.before = l.pager.after;
	pager_open(c);
	journal_records(c->api->cfg.journal, &q, offer_opening, &l);
	pager_close(c, &l.pager);
	answer(c, 200);
}
