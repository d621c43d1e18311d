/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Response times from the incidents' milestones. Raw times are stored, never
 * verdicts. Left out: tests, late entries, other worlds, what never happened, and of
 * others what is not the caller's own agency's.
 */
#include "api/routes.h"

#include "base/auto.h"

#include <stdlib.h>

enum interval {
	IV_PRESENTATION,
	IV_ANSWERING,
	IV_PROCESSING,
	IV_TURNOUT,
	IV_TRAVEL,
	IV_TOTAL,
	IV__COUNT
};

static const struct {
	const char *name;
	enum milestone from, to;
} intervals[IV__COUNT] = {
	{ "presentation", MS_RAISED, MS_PRESENTED },
	{ "answering", MS_PRESENTED, MS_ACKNOWLEDGED },
	{ "processing", MS_ACKNOWLEDGED, MS_DISPATCHED },
	{ "turnout", MS_DISPATCHED, MS_EN_ROUTE },
	{ "travel", MS_EN_ROUTE, MS_ON_SCENE },
	{ "total", MS_RAISED, MS_ON_SCENE },
};

struct sample {
	int64_t *v;
	size_t n, cap;
};

struct group {
	char *key;
	struct sample samples[IV__COUNT];
	size_t incidents;
};

/* Read in steps of ROWS_A_TURN, so that no report holds up a press. */
#define ROWS_A_TURN 500

struct report {
	struct call *c;
	int64_t from, to;
	uint64_t before; /* go on below this number */
	size_t rows;     /* of this step */
	bool is_done;
	bool is_of_offers; /* the second half of the way: assignments */
	size_t offers, overrides[OVERRIDE__COUNT]; /* [0]: without a reason */
	enum { BY_NOTHING, BY_SITE, BY_AGENCY, BY_KIND, BY_PRIORITY } by;
	struct group all;
	struct map groups;
};

static void
add(struct sample *s, int64_t ms)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->v = realloc(s->v, s->cap * sizeof *s->v);
		if (!s->v)
			abort();
	}
	s->v[s->n++] = ms;
}

static void
measure(struct group *g, struct incident *i)
{
	g->incidents++;
	for (int k = 0; k < IV__COUNT; k++) {
		int64_t a = *incident_milestone(i, intervals[k].from);
		int64_t b = *incident_milestone(i, intervals[k].to);

		if (a != TIME_NONE && b != TIME_NONE)
			add(&g->samples[k], b > a ? b - a : 0);
	}
}

static struct group *
group_of(struct report *r, const struct incident *i)
{
	struct buf AUTO(buf_done) key = { 0 };
	struct group *g;

	if (r->by == BY_SITE && id_is_set(i->site))
		id_format(&key, i->site);
	else if (r->by == BY_AGENCY)
		id_format(&key, i->agency);
	else if (r->by == BY_KIND)
		buf_add_z(&key, i->kind);
	else if (r->by == BY_PRIORITY)
		buf_add_z(&key, priority_names[i->priority]);
	if (!key.n)
		return NULL;
	g = map_get(&r->groups, buf_span(&key));
	if (!g) {
		g = calloc(1, sizeof *g);
		g->key = span_dup(buf_span(&key));
		map_put(&r->groups, buf_span(&key), g);
	}
	return g;
}

/* Another agency's oversight counts what is its own: it knows of nobody else. */
static bool
is_counted(const struct report *r, struct id agency)
{
	return r->c->who->is_control || id_is(r->c->who->agency, agency);
}

static bool
take(void *ctx, const struct record *rec)
{
	struct report *r = ctx;
	struct incident *i = incident_find(r->c->m, rec->id);
	struct group *g;

	r->before = rec->id.seq;
	r->rows++;
	if (!i)
		i = (struct incident *)(uintptr_t)rec;
	if (i->r.world != r->c->who->world || !is_counted(r, i->agency) || i->is_test ||
	    i->form || i->m_raised == TIME_NONE || i->m_raised >= r->to)
		return true;
	if (i->m_raised < r->from) {
		r->is_done = true; /* numbers rise with time */
		return false;
	}
	measure(&r->all, i);
	g = group_of(r, i);
	if (g)
		measure(g, i);
	return true;
}

static bool
take_offer(void *ctx, const struct record *rec)
{
	struct report *r = ctx;
	const struct assignment *a = (const struct assignment *)rec;
	const struct assignment *now = assignment_find(r->c->m, rec->id);

	r->before = rec->id.seq;
	r->rows++;
	if (now)
		a = now;
	if (a->r.world != r->c->who->world || !is_counted(r, a->agency) ||
	    a->is_offered_at_once || a->offered_at == TIME_NONE ||
	    a->offered_at >= r->to)
		return true;
	if (a->offered_at < r->from) {
		r->is_done = true;
		return false;
	}
	r->offers++;
	r->overrides[a->override_reason]++;
	return true;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The smallest value that at least pct of all do not exceed (nearest rank). */
static double
percentile_s(const struct sample *s, size_t pct)
{
	size_t rank = (s->n * pct + 99) / 100;

	return (double)s->v[rank ? rank - 1 : 0] / 1000;
}

static void
write_intervals(struct buf *b, struct group *g)
{
	jw_ki64(b, "incidents", (int64_t)g->incidents);
	jw_key(b, "intervals");
	jw_open(b, '{');
	for (int k = 0; k < IV__COUNT; k++) {
		struct sample *s = &g->samples[k];

		jw_key(b, intervals[k].name);
		jw_open(b, '{');
		jw_ki64(b, "count", (int64_t)s->n);
		if (s->n) {
			qsort(s->v, s->n, sizeof *s->v, by_value);
			jw_key(b, "median_s");
			jw_double(b, percentile_s(s, 50), 3);
			jw_key(b, "p90_s");
			jw_double(b, percentile_s(s, 90), 3);
			jw_key(b, "p95_s");
			jw_double(b, percentile_s(s, 95), 3);
			jw_key(b, "p99_s");
			jw_double(b, percentile_s(s, 99), 3);
		}
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

static void
group_done(struct group *g)
{
	for (int k = 0; k < IV__COUNT; k++)
		free(g->samples[k].v);
	free(g->key);
}

static const char *
group_name(const struct report *r, const char *key)
{
	struct id id;
	const struct site *s;
	const struct agency *g;

	if (id_parse(span_of(key), &id) < 0)
		return key;
	s = site_find(r->c->m, id);
	g = agency_find(r->c->m, id);
	return r->by == BY_SITE && s     ? s->name
	       : r->by == BY_AGENCY && g ? g->name
					 : key;
}

static void
write_groups(struct report *r, struct buf *b)
{
	void *rec;

	jw_key(b, "groups");
	jw_open(b, '[');
	for (size_t k = 0; map_next(&r->groups, &k, NULL, &rec);) {
		struct group *g = rec;

		jw_open(b, '{');
		jw_kz(b, "key", g->key);
		jw_kz(b, "name", group_name(r, g->key));
		write_intervals(b, g);
		jw_close(b, '}');
		group_done(g);
		free(g);
	}
	jw_close(b, ']');
	map_done(&r->groups);
}

/* How often people chose otherwise than was suggested, and why. */
static void
write_offers(const struct report *r, struct buf *b)
{
	jw_key(b, "offers");
	jw_open(b, '{');
	jw_ki64(b, "count", (int64_t)r->offers);
	jw_key(b, "overrides");
	jw_open(b, '{');
	for (int k = 1; k < OVERRIDE__COUNT; k++)
		jw_ki64(b, override_names[k], (int64_t)r->overrides[k]);
	jw_close(b, '}');
	jw_close(b, '}');
}

static bool
read_by(struct call *c, struct report *r)
{
	static const char *const names[] = { "",     "site",     "agency",
					     "kind", "priority", NULL };
	struct span by = http_query(c->req, "by");

	r->by = by.n ? (unsigned)enum_find(names, by) : BY_NOTHING;
	if (!by.n || r->by)
		return true;
	answer_problem(c, 400, "bad_query",
		       "by must be site, agency, kind or priority");
	return false;
}

static void
finish(struct report *r)
{
	struct call *c = r->c;

	jw_open(&c->out, '{');
	jw_ktime(&c->out, "from", r->from);
	jw_ktime(&c->out, "to", r->to);
	write_intervals(&c->out, &r->all);
	write_groups(r, &c->out);
	write_offers(r, &c->out);
	jw_close(&c->out, '}');
	group_done(&r->all);
	free(r);
	answer(c, 200);
}

static void
step(void *ctx)
{
	struct report *r = ctx;
	struct store_query q = { .noun = r->is_of_offers ? noun_assignment.letter
							 : noun_incident.letter,
				 .column = -1,
				 .before = r->before,
				 .is_descending = true,
				 .limit = ROWS_A_TURN };

	r->rows = 0;
	if (journal_records(r->c->api->cfg.journal, &q,
			    r->is_of_offers ? take_offer : take, r) < 0)
		r->is_done = true;
	if (!r->is_done && r->rows == ROWS_A_TURN) {
		net_post(r->c->api->cfg.net, step, r);
	} else if (!r->is_of_offers) {
		r->is_of_offers = true;
		r->is_done = false;
		r->before = 0;
		net_post(r->c->api->cfg.net, step, r);
	} else {
		finish(r);
	}
}

void
response_times_get(struct call *c)
{
	int64_t now = journal_now(c->api->cfg.journal);
	struct report *r;

	if (!principal_is_supervisor_up(c->who) && c->who->role != ROLE_OVERSIGHT) {
		answer_problem(c, 403, "needs_supervisor",
			       "only a supervisor or oversight may see this");
		return;
	}
	r = calloc(1, sizeof *r);
	*r = (struct report){ .c = c, .from = now - 30ll * 86400000, .to = now + 1 };
	if (!query_time(c, "from", &r->from) || !query_time(c, "to", &r->to) ||
	    !read_by(c, r)) {
		free(r);
		return;
	}
	step(r);
}
