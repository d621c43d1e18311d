/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A site's register over HTTP: its head page, plans, points, visits, reviews and
 * findings. What one of another agency is shown leaves a look behind, before it
 * is answered; on the live socket he hears that something changed, and asks here.
 */
#include "api/routes.h"

#include "base/auto.h"

/* --- the head page -------------------------------------------------------------- */

/* Is what is tied to this incident told to the caller? */
static bool
is_told(struct call *c, struct id incident)
{
	const struct incident *i;

	if (!id_is_set(incident))
		return true;
	i = (const struct incident *)journal_find(c->api->cfg.journal, NOUN_INCIDENT,
						  incident);
	return i && !incident_is_frozen_for(i, c->who);
}

static void
write_fields(struct buf *b, const struct book *k, const size_t *offs, size_t n)
{
	uint64_t given = 0;

	for (size_t i = 0; i < n; i++)
		given |= 1ull << field_at(&noun_book, offs[i]);
	fields_write(b, &noun_book, &k->r, given, false, view_hides(VIEW_OWNER));
}

static void
write_request(struct buf *b, const struct book *k)
{
	static const size_t offs[] = {
		offsetof(struct book, glass),
		offsetof(struct book, glass_reason),
		offsetof(struct book, asked_name),
		offsetof(struct book, asked_at),
		offsetof(struct book, approved_name),
		offsetof(struct book, glass_minutes),
		offsetof(struct book, glass_until),
	};

	if (!k->glass)
		return;
	jw_key(b, "request");
	jw_open(b, '{');
	write_fields(b, k, offs, ARRAY_LEN(offs));
	jw_close(b, '}');
}

static void
write_contacts(struct call *c, struct buf *b, const struct book *k)
{
	json_t AUTO(auto_json) *list =
		k->contacts ? json_read(span_of(k->contacts), NULL) : NULL;
	size_t i;
	json_t *o;

	jw_key(b, "contacts");
	jw_open(b, '[');
	json_array_foreach(list, i, o)
	{
		const struct person *h;
		struct id id;

		if (id_parse(json_str(o, "person"), &id) < 0)
			continue;
		h = person_find(c->m, id);
		if (!h || h->state == PERSON_LEFT)
			continue;
		jw_open(b, '{');
		jw_kid(b, "person", id);
		jw_kz(b, "role", json_string_value(json_object_get(o, "role")));
		jw_kz(b, "name", h->name);
		jw_kz(b, "name_ur", h->name_ur);
		jw_kz(b, "rank", h->rank);
		if (h->phones) {
			jw_key(b, "phones");
			jw_raw(b, span_of(h->phones));
		}
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void
write_access(struct buf *b, enum book_access how)
{
	jw_kz(b, "access",
	      how == BOOK_LOCKED     ? "locked"
	      : how == BOOK_WITHHELD ? "withheld"
				     : "open");
	if (how == BOOK_BY_INCIDENT || how == BOOK_BY_TWO)
		jw_kz(b, "basis", how == BOOK_BY_TWO ? "two_people" : "incident");
}

static void
write_for_owner(struct call *c, struct buf *b, const struct site *s)
{
	static const size_t offs[] = {
		offsetof(struct book, withheld),     offsetof(struct book, level),
		offsetof(struct book, level_reason), offsetof(struct book, level_name),
		offsetof(struct book, level_from),   offsetof(struct book, level_at),
		offsetof(struct book, levels),
	};

	write_access(b, book_access_shown(c->m, c->who, s));
	if (!s->book)
		return;
	write_fields(b, s->book, offs, ARRAY_LEN(offs));
	if (is_told(c, s->book->glass_incident))
		write_request(b, s->book);
	write_contacts(c, b, s->book);
}

static void
write_for_others(struct call *c, struct buf *b, struct site *s)
{
	struct id incident = { 0 };
	enum book_access how = book_access(c->m, c->who, s, &incident);

	write_access(b, how);
	jw_kid(b, "incident", incident);
	if (s->book && principal_is_dispatcher_up(c->who))
		write_request(b, s->book);
	if (!s->book || how < BOOK_BY_INCIDENT)
		return;
	register_look(call_decide(c), s, SPAN("contacts"));
	write_contacts(c, b, s->book);
}

/* The caller's way to a site's register; NULL: answered. */
static struct site *
site_of_call(struct call *c, bool *ret_is_owner)
{
	struct site *s = site_find(c->m, c->id);
	bool is_other =
		principal_is_dispatcher_up(c->who) || c->who->role == ROLE_RESPONDER;

	if (s && s->r.world == c->who->world) {
		*ret_is_owner = book_keeper(c->who, s->agency, s->r.id) != KEEPER_NONE;
		if (*ret_is_owner || (is_other && access_record(c->m, c->who, NOUN_SITE,
								&s->r) != VIEW_NONE))
			return s;
	}
	answer_hidden(c);
	return NULL;
}

static void
answer_head(struct call *c, int status)
{
	struct buf *b = &c->out;
	bool is_owner;
	struct site *s = site_of_call(c, &is_owner);

	if (!s)
		return;
	jw_open(b, '{');
	jw_kid(b, "site", s->r.id);
	if (is_owner)
		write_for_owner(c, b, s);
	else
		write_for_others(c, b, s);
	jw_close(b, '}');
	answer(c, status);
}

void
register_get(struct call *c)
{
	answer_head(c, 200);
}

static void
answer_register(struct call *c, struct decision *d, int rc)
{
	if (rc < 0)
		answer_refusal(c, d);
	else
		answer_head(c, 200);
}

void
register_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_register(c, d, register_put(d, c->id, &c->ask));
}

void
register_threat_post(struct call *c)
{
	const struct ask_threat *ask = (const struct ask_threat *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_register(
		c, d,
		register_threat(d, c->id, ask->level, span_of(ask->reason), ask->from));
}

void
register_request_post(struct call *c)
{
	const struct ask_glass *ask = (const struct ask_glass *)c->ask.rec;
	struct decision *d = call_decide(c);

	answer_register(c, d,
			register_ask(d, c->id, span_of(ask->reason), ask->minutes));
}

void
register_approve_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_register(c, d, register_approve(d, c->id));
}

void
register_end_post(struct call *c)
{
	struct decision *d = call_decide(c);

	answer_register(c, d, register_end(d, c->id));
}

/* Each look from outside, to its owner, but for what he is not told yet. */
void
register_openings_get(struct call *c)
{
	struct buf *b = &c->out;
	json_t AUTO(auto_json) *list = NULL;
	bool is_owner = false;
	struct site *s = site_of_call(c, &is_owner);
	struct pager none = { 0 };
	size_t k;
	json_t *o;

	if (!s)
		return;
	if (!is_owner) {
		answer_problem(c, 403, "needs_owner",
			       "a site's register is its own agency's");
		return;
	}
	if (s->book && s->book->openings)
		list = json_read(span_of(s->book->openings), NULL);
	pager_open(c);
	json_array_foreach(list, k, o)
	{
		struct id incident = { 0 };
		char *text;

		id_parse(json_str(o, "incident"), &incident);
		if (!is_told(c, incident))
			continue;
		text = json_dumps(o, JSON_COMPACT);
		jw_raw(b, span_of(text));
		free(text);
	}
	pager_close(c, &none);
	answer(c, 200);
}

/* --- its parts ------------------------------------------------------------------ */

static enum noun_index
noun_of_path(const struct call *c)
{
	struct span path = span_skip(c->req->path, strlen("/api/v1/"));
	struct span plural = span_cut(&path, '/');
	enum noun_index n = NOUN_PLAN;

	while (n < NOUN_FINDING && !span_is_z(plural, nouns[n]->plural))
		n++;
	return n;
}

static struct id
site_of_part(enum noun_index n, const struct record *rec)
{
	return n == NOUN_PLAN     ? ((const struct plan *)rec)->site
	       : n == NOUN_POINT  ? ((const struct point *)rec)->site
	       : n == NOUN_REVIEW ? ((const struct review *)rec)->site
	       : n == NOUN_VISIT  ? ((const struct visit *)rec)->site
				  : ((const struct finding *)rec)->site;
}

static void
write_part(struct call *c, enum noun_index n, const struct record *rec, enum view v)
{
	const struct finding *f = (const struct finding *)rec;

	jw_open(&c->out, '{');
	view_members(c, &c->out, n, rec, v);
	if (n == NOUN_FINDING)
		jw_kbool(&c->out, "overdue",
			 finding_is_overdue(f, journal_now(c->api->cfg.journal)));
	jw_close(&c->out, '}');
}

/* Whoever is no owner leaves a look: at one part, or at all of a kind. */
static void
look(struct call *c, enum noun_index n, const struct record *rec, bool is_list)
{
	struct buf AUTO(buf_done) what = { 0 };
	struct site *s = site_find(c->m, site_of_part(n, rec));

	if (is_list)
		buf_add_z(&what, nouns[n]->plural);
	else
		id_format(&what, rec->id);
	if (s)
		register_look(call_decide(c), s, buf_span(&what));
}

struct part_filter {
	struct id site, point;
	int state;
	bool overdue;
};

static bool
filter_id(struct call *c, const char *key, struct id *ret)
{
	struct span s = http_query(c->req, key);

	if (!s.n || id_parse(s, ret) == 0)
		return true;
	answer_problem(c, 400, "bad_query", "%s must be an id", key);
	return false;
}

static bool
filter_read(struct call *c, enum noun_index n, struct part_filter *f)
{
	struct span state = http_query(c->req, "state");
	const char *const *names = n == NOUN_VISIT     ? visit_state_names
				   : n == NOUN_FINDING ? finding_state_names
						       : NULL;

	*f = (struct part_filter){ .overdue = http_query(c->req, "overdue").n > 0 };
	if (!filter_id(c, "site", &f->site) || !filter_id(c, "point", &f->point))
		return false;
	if (state.n && names && !(f->state = enum_find(names, state))) {
		answer_problem(c, 400, "bad_query", "state: no such state");
		return false;
	}
	return true;
}

static bool
filter_takes(struct call *c, const struct part_filter *f, enum noun_index n,
	     const struct record *rec)
{
	const struct finding *g = (const struct finding *)rec;

	if (id_is_set(f->site) && !id_is(f->site, site_of_part(n, rec)))
		return false;
	return n != NOUN_FINDING ||
	       ((!f->state || f->state == g->state) &&
		(!f->overdue ||
		 finding_is_overdue(g, journal_now(c->api->cfg.journal))));
}

void
register_parts_list(struct call *c)
{
	enum noun_index n = noun_of_path(c);
	struct part_filter f;
	struct pager p;
	struct record **all;
	size_t len;

	if (!pager_read(c, &p) || !filter_read(c, n, &f))
		return;
	all = model_list(c->m, n, &len, c->req->arena);
	pager_open(c);
	for (size_t k = 0; k < len; k++) {
		enum view v = access_record(c->m, c->who, n, all[k]);

		if (v == VIEW_NONE || all[k]->id.seq <= p.after ||
		    !filter_takes(c, &f, n, all[k]))
			continue;
		if ((int64_t)p.n == p.limit) {
			p.has_more = true;
			break;
		}
		if (v != VIEW_OWNER)
			look(c, n, all[k], true);
		write_part(c, n, all[k], v);
		p.n++;
		p.last = all[k]->id.seq;
	}
	pager_close(c, &p);
	answer(c, 200);
}

static void
answer_part(struct call *c, enum noun_index n, struct id id, int status)
{
	struct record *rec = model_find(c->m, n, id);
	enum view v = access_record(c->m, c->who, n, rec);

	if (v == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (v != VIEW_OWNER)
		look(c, n, rec, false);
	write_part(c, n, rec, v);
	answer(c, status);
}

void
register_part_get(struct call *c)
{
	answer_part(c, noun_of_path(c), c->id, 200);
}

static int
put(struct call *c, struct decision *d, enum noun_index n, struct id id, struct id *ret)
{
	switch (n) {
	case NOUN_PLAN:
		return plan_put(d, id, &c->ask, ret);
	case NOUN_POINT:
		return point_put(d, id, &c->ask, ret);
	case NOUN_REVIEW:
		return review_put(d, id, &c->ask, ret);
	default:
		return finding_put(d, id, &c->ask, ret);
	}
}

void
register_part_post(struct call *c)
{
	enum noun_index n = noun_of_path(c);
	struct decision *d = call_decide(c);
	struct id id;

	if (put(c, d, n, (struct id){ 0 }, &id) < 0)
		answer_refusal(c, d);
	else
		answer_part(c, n, id, 201);
}

void
register_part_patch(struct call *c)
{
	enum noun_index n = noun_of_path(c);
	struct decision *d = call_decide(c);

	if (access_record(c->m, c->who, n, model_find(c->m, n, c->id)) == VIEW_NONE)
		answer_hidden(c);
	else if (put(c, d, n, c->id, NULL) < 0)
		answer_refusal(c, d);
	else
		answer_part(c, n, c->id, 200);
}

/* --- check-ins ------------------------------------------------------------------ */

void
point_check_in_post(struct call *c)
{
	const struct ask_check_in *ask = (const struct ask_check_in *)c->ask.rec;
	struct decision *d = call_decide(c);
	struct id id;

	if (point_check_in(d, c->id, span_of(ask->note), &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	view_record(c, &c->out, NOUN_VISIT, model_find(c->m, NOUN_VISIT, id),
		    VIEW_OWNER);
	answer(c, 201);
}

struct visits {
	struct call *c;
	struct part_filter filter;
	struct pager pager;
};

static bool
offer_visit(void *ctx, const struct record *rec)
{
	struct visits *l = ctx;
	const struct visit *t = (const struct visit *)rec;
	enum view v = access_record(l->c->m, l->c->who, NOUN_VISIT, rec);

	if (v == VIEW_NONE ||
	    (id_is_set(l->filter.site) && !id_is(l->filter.site, t->site)) ||
	    (l->filter.state && l->filter.state != t->state))
		return true;
	if ((int64_t)l->pager.n == l->pager.limit) {
		l->pager.has_more = true;
		return false;
	}
	view_record(l->c, &l->c->out, NOUN_VISIT, rec, v);
	l->pager.n++;
	l->pager.last = rec->id.seq;
	return true;
}

/* Newest first: of a post, of the agency, or to the room those that were missed. */
void
visits_list(struct call *c)
{
	struct visits l = { .c = c };
	struct store_query q = { .noun = noun_visit.letter,
				 .column = 1,
				 .equals = (int64_t)c->who->agency.seq,
				 .is_descending = true,
				 .limit = SIZE_MAX >> 1 };

	if (!pager_read(c, &l.pager) || !filter_read(c, NOUN_VISIT, &l.filter))
		return;
	if (principal_is_room(c->who)) {
		q.column = 2;
		q.equals = 1;
	} else if (id_is_set(l.filter.point)) {
		q.column = 0;
		q.equals = (int64_t)l.filter.point.seq;
	}
	q.before = l.pager.after;
	pager_open(c);
	journal_records(c->api->cfg.journal, &q, offer_visit, &l);
	pager_close(c, &l.pager);
	answer(c, 200);
}
