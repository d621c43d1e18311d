/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk each over incidents, assignments, signals and looks, newest first; a page at
 * a time, so that no read holds the database's log. Left out: tests, late entries,
 * other worlds, what never happened, and what is not the asker's.
 */
#include "report/inner.h"

#include "base/auto.h"

#include <stdio.h>

const char *const report_by_names[] = { "",      "site",  "agency",   "district",
					"shift", "kind",  "priority", "day",
					"week",  "month", "area",     NULL };

#define HOUR_MS 3600000ll
#define DAY_MS (24 * HOUR_MS)
#define AREA_E7 200000 /* 0.02 degrees: about 2 km */
#define PAGE_ROWS 2000

/* Of an incident, the times between which each clock runs. */
static const enum milestone runs[CLOCK__INCIDENT][2] = {
	[CLOCK_PRESENTATION] = { MS_RAISED, MS_PRESENTED },
	[CLOCK_ANSWERING] = { MS_PRESENTED, MS_ACKNOWLEDGED },
	[CLOCK_PROCESSING] = { MS_ACKNOWLEDGED, MS_DISPATCHED },
	[CLOCK_TURNOUT] = { MS_DISPATCHED, MS_EN_ROUTE },
	[CLOCK_TRAVEL] = { MS_EN_ROUTE, MS_ON_SCENE },
	[CLOCK_RESPONSE] = { MS_DISPATCHED, MS_ON_SCENE },
	[CLOCK_TOTAL] = { MS_RAISED, MS_ON_SCENE },
};

bool
report_shifts_read(struct span s, struct report_ask *ret)
{
	struct report_ask a = *ret;
	int64_t hour;

	a.n_shifts = 0;
	while (s.n) {
		struct span one = span_cut(&s, '-');

		if (one.n != 2 || !span_to_i64(one, &hour) || hour < 0 || hour > 23 ||
		    a.n_shifts == REPORT_SHIFTS_MAX ||
		    (a.n_shifts && hour <= a.shifts[a.n_shifts - 1]))
			return false;
		a.shifts[a.n_shifts++] = (int)hour;
	}
	if (!a.n_shifts)
		return false;
	*ret = a;
	return true;
}

static void
add(struct sample *s, int64_t from, int64_t to)
{
	int64_t ms;

	if (from == TIME_NONE || to == TIME_NONE)
		return;
	ms = to > from ? to - from : 0;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->v = realloc(s->v, s->cap * sizeof *s->v);
		if (!s->v)
			abort();
	}
	s->v[s->n++] = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* Counts in a map stand where its pointers do. */
static size_t
count(struct map *m, struct span key)
{
	uintptr_t n = (uintptr_t)map_get(m, key) + 1;

	map_put(m, key, (void *)n);
	return n;
}

static int64_t
floor_to(int64_t v, int64_t unit)
{
	return v - ((v % unit) + unit) % unit;
}

static void
date_of(struct buf *b, int64_t local_ms, size_t letters)
{
	struct buf AUTO(buf_done) t = { 0 };

	time_format(&t, local_ms);
	buf_add(b, t.p, letters);
}

static void
shift_of(const struct report_ask *a, struct buf *b, int64_t local_ms)
{
	int hour = (int)((local_ms - floor_to(local_ms, DAY_MS)) / HOUR_MS);
	size_t k = a->n_shifts;

	if (!k)
		return;
	while (k && a->shifts[k - 1] > hour)
		k--;
	k = (k ? k : a->n_shifts) - 1;
	buf_printf(b, "%02d-%02d", a->shifts[k], a->shifts[(k + 1) % a->n_shifts]);
}

static void
cell_of(struct buf *b, const struct position *p)
{
	if (p->is_set)
		buf_printf(b, "%.2f,%.2f", (double)floor_to(p->lat_e7, AREA_E7) / 1e7,
			   (double)floor_to(p->lon_e7, AREA_E7) / 1e7);
}

static struct position
place_of(const struct report *r, const struct incident *i)
{
	const struct site *s = map_get(&r->sites, ID_KEY(&i->site));

	return i->position.is_set || !s ? i->position : s->position;
}

/* 1970-01-05 was a Monday. */
#define MONDAY_MS (4 * DAY_MS)

static void
key_of(const struct report *r, const struct incident *i, struct buf *b)
{
	int64_t local = i->m_raised + r->ask.offset_min * 60000;
	struct position at = place_of(r, i);
	const char *name;

	switch (r->ask.by) {
	case REPORT_BY_SITE:
		if (id_is_set(i->site))
			id_format(b, i->site);
		break;
	case REPORT_BY_AGENCY:
		if (id_is_set(i->agency))
			id_format(b, i->agency);
		break;
	case REPORT_BY_DISTRICT:
		name = areas_find(r->ask.districts, &at);
		buf_add_z(b, name ? name : "");
		break;
	case REPORT_BY_SHIFT:
		if (!i->is_day_only)
			shift_of(&r->ask, b, local);
		break;
	case REPORT_BY_KIND:
		buf_add_z(b, i->kind ? i->kind : "");
		break;
	case REPORT_BY_PRIORITY:
		buf_add_z(b, priority_names[i->priority]);
		break;
	case REPORT_BY_DAY:
		date_of(b, local, 10);
		break;
	case REPORT_BY_WEEK:
		date_of(b, floor_to(local - MONDAY_MS, 7 * DAY_MS) + MONDAY_MS, 10);
		break;
	case REPORT_BY_MONTH:
		date_of(b, local, 7);
		break;
	case REPORT_BY_AREA:
		cell_of(b, &at);
		break;
	default:
		break;
	}
}

static struct group *
group_of(struct period *p, struct span key)
{
	struct group *g = map_get(&p->groups, key);

	if (!g) {
		g = calloc(1, sizeof *g);
		if (!g)
			abort();
		g->key = span_dup(key);
		map_put(&p->groups, key, g);
	}
	return g;
}

/* Of a call known by its day alone, no clock begins with its raising. */
static void
measure(struct group *g, struct incident *i)
{
	g->incidents++;
	for (int k = 0; k < CLOCK__INCIDENT; k++)
		if (runs[k][0] != MS_RAISED || !i->is_day_only)
			add(&g->clocks[k], *incident_milestone(i, runs[k][0]),
			    *incident_milestone(i, runs[k][1]));
}

static struct period *
period_of(struct report *r, int64_t at)
{
	if (at == TIME_NONE)
		return NULL;
	/* Numbers rise with time, but of what was read in from elsewhere. */
	if (r->ask.world != WORLD_HISTORY && at < r->now.from &&
	    (!r->has_base || at < r->base.from))
		r->is_past = true;
	if (at >= r->now.from && at < r->now.to)
		return &r->now;
	return r->has_base && at >= r->base.from && at < r->base.to ? &r->base : NULL;
}

static void
take_load(const struct report *r, struct period *p, const struct incident *i)
{
	struct buf AUTO(buf_done) key = { 0 };

	if (i->m_acknowledged == TIME_NONE || !id_is_set(i->acknowledged_by))
		return;
	p->acknowledged++;
	id_format(&key, i->acknowledged_by);
	buf_printf(&key, " %lld",
		   (long long)floor_to(i->m_acknowledged + r->ask.offset_min * 60000,
				       HOUR_MS));
	count(&p->console_hours, buf_span(&key));
}

static void
take_incident(struct report *r, const struct record *rec)
{
	struct incident *i = (struct incident *)(uintptr_t)rec;
	struct buf AUTO(buf_done) key = { 0 };
	struct period *p = period_of(r, i->form ? i->acknowledged_at : i->m_raised);

	if (!p || (id_is_set(r->ask.agency) && !id_is(i->agency, r->ask.agency)))
		return;
	if (i->form) {
		p->late_entries++;
		return;
	}
	if (i->is_test) {
		p->tests++;
		return;
	}
	p->day_only += i->is_day_only;
	if (i->state != INCIDENT_CLOSED)
		p->open++;
	else
		p->dispositions[i->disposition]++;
	p->unverified += i->trust == TRUST_UNVERIFIED;
	take_load(r, p, i);
	measure(&p->all, i);
	if (r->ask.by == REPORT_BY_NOTHING)
		return;
	key_of(r, i, &key);
	measure(group_of(p, buf_span(&key)), i);
}

static int64_t
first_of(const struct assignment *a)
{
	const int64_t at[] = { a->offered_at, a->accepted_at, a->en_route_at,
			       a->on_scene_at, a->cleared_at };

	for (size_t k = 0; k < ARRAY_LEN(at); k++)
		if (at[k] != TIME_NONE)
			return at[k];
	return TIME_NONE;
}

static void
take_assignment(struct report *r, const struct record *rec)
{
	const struct assignment *a = (const struct assignment *)rec;
	struct period *p = period_of(r, first_of(a));

	if (!p || (id_is_set(r->ask.agency) && !id_is(a->agency, r->ask.agency)))
		return;
	if (!a->is_offered_at_once && a->offered_at != TIME_NONE) {
		p->offers++;
		p->overrides[a->override_reason]++;
	}
	if (a->accepted_at == TIME_NONE && a->en_route_at == TIME_NONE &&
	    a->on_scene_at == TIME_NONE)
		return; /* nobody went */
	p->all.units++;
	add(&p->all.clocks[CLOCK_UNIT_TURNOUT], a->accepted_at, a->en_route_at);
	add(&p->all.clocks[CLOCK_UNIT_TRAVEL], a->en_route_at, a->on_scene_at);
	add(&p->all.clocks[CLOCK_UNIT_RESPONSE], a->accepted_at, a->on_scene_at);
	add(&p->all.clocks[CLOCK_UNIT_BUSY], a->accepted_at, a->cleared_at);
}

static void
take_signal(struct report *r, const struct record *rec)
{
	const struct signal *s = (const struct signal *)rec;
	struct period *p = period_of(r, s->at);
	char hour[24];
	size_t n;

	if (!p || (id_is_set(r->ask.agency) && !id_is(s->agency, r->ask.agency)))
		return;
	if (s->is_test) {
		p->test_signals++;
		return;
	}
	p->signals++;
	count(&p->doors, span_of(s->door ? s->door : ""));
	snprintf(hour, sizeof hour, "%lld",
		 (long long)floor_to(s->at + r->ask.offset_min * 60000, HOUR_MS));
	n = count(&p->hours, span_of(hour));
	if (n > p->busiest_hour)
		p->busiest_hour = n;
}

/* An agency counts looks of its people, and looks at what is its own. */
static void
take_opening(struct report *r, const struct record *rec)
{
	const struct opening *o = (const struct opening *)rec;
	struct period *p = period_of(r, o->at);

	if (!p || (id_is_set(r->ask.agency) && !id_is(o->agency, r->ask.agency) &&
		   !id_is(o->owner, r->ask.agency)))
		return;
	looks_take(&p->looks, o);
}

static void
take_site(struct report *r, const struct record *rec)
{
	const struct site *s = (const struct site *)rec;
	struct site *mine = calloc(1, sizeof *mine);

	if (!mine)
		abort();
	mine->r.id = s->r.id;
	mine->position = s->position;
	mine->name = s->name ? span_dup(span_of(s->name)) : NULL;
	map_put(&r->sites, ID_KEY(&s->r.id), mine);
	if (s->disabled ||
	    (id_is_set(r->ask.agency) && !id_is(s->agency, r->ask.agency)))
		return;
	r->n_sites++;
	r->n_due += site_test_due_at(s) <= r->ask.now;
}

static void
take_agency(struct report *r, const struct record *rec)
{
	struct site *named = calloc(1, sizeof *named);
	const struct agency *g = (const struct agency *)rec;

	if (!named)
		abort();
	named->r.id = g->r.id;
	named->name = g->name ? span_dup(span_of(g->name)) : NULL;
	map_put(&r->sites, ID_KEY(&g->r.id), named);
}

/* --- the walks ------------------------------------------------------------------ */

struct walk {
	struct report *r;
	enum noun_index noun;
	void (*take)(struct report *r, const struct record *rec);
	uint64_t last;
	size_t rows;
	int rc;
};

static bool
on_row(void *ctx, const struct store_record *row)
{
	struct walk *w = ctx;
	json_t AUTO(auto_json) *o = json_read(row->body, NULL);
	struct record *rec = NULL;
	struct id id;

	w->last = row->seq;
	w->rows++;
	if (w->r->ask.stop && *w->r->ask.stop) {
		w->rc = ERR_CLOSED;
		return false;
	}
	w->rc = !o || id_parse(json_str(o, "id"), &id) < 0
			? ERR_CORRUPT
			: record_decode(w->noun, id, row->body, NULL, &rec);
	if (w->rc < 0)
		return false;
	if (rec->world == w->r->ask.world || w->noun == NOUN_AGENCY)
		w->take(w->r, rec);
	record_free(nouns[w->noun], rec);
	return !w->r->is_past;
}

static int
walk(struct report *r, struct store *s, enum noun_index noun,
     void (*take)(struct report *r, const struct record *rec))
{
	struct walk w = { .r = r, .noun = noun, .take = take };

	r->is_past = false;
	do {
		struct store_query q = { .noun = nouns[noun]->letter,
					 .column = -1,
					 .before = w.last,
					 .is_descending = true,
					 .limit = PAGE_ROWS };
		int rc;

		w.rows = 0;
		rc = store_find(s, &q, on_row, &w);
		if (rc < 0 || w.rc < 0)
			return rc < 0 ? rc : w.rc;
	} while (w.rows == PAGE_ROWS && !r->is_past);
	return 0;
}

int
report_make(struct store *s, const struct report_ask *ask, struct report **ret)
{
	struct report *r = calloc(1, sizeof *r);
	int rc;

	if (!r)
		abort();
	r->ask = *ask;
	r->now.from = ask->from;
	r->now.to = ask->to;
	r->has_base = ask->base_from != TIME_NONE && ask->base_to != TIME_NONE;
	r->base.from = ask->base_from;
	r->base.to = ask->base_to;
	rc = walk(r, s, NOUN_SITE, take_site);
	if (rc == 0)
		rc = walk(r, s, NOUN_AGENCY, take_agency);
	if (rc == 0)
		rc = walk(r, s, NOUN_INCIDENT, take_incident);
	if (rc == 0)
		rc = walk(r, s, NOUN_ASSIGNMENT, take_assignment);
	if (rc == 0)
		rc = walk(r, s, NOUN_SIGNAL, take_signal);
	if (rc == 0)
		rc = walk(r, s, NOUN_OPENING, take_opening);
	if (rc < 0)
		report_free(r);
	else
		*ret = r;
	return rc;
}

static void
group_done(struct group *g)
{
	for (int k = 0; k < CLOCK__COUNT; k++)
		free(g->clocks[k].v);
	free(g->key);
}

static void
period_done(struct period *p)
{
	void *g;

	group_done(&p->all);
	for (size_t k = 0; map_next(&p->groups, &k, NULL, &g);) {
		group_done(g);
		free(g);
	}
	map_done(&p->groups);
	map_done(&p->doors);
	map_done(&p->hours);
	map_done(&p->console_hours);
	looks_done(&p->looks);
}

void
report_free(struct report *r)
{
	void *s;

	if (!r)
		return;
	period_done(&r->now);
	period_done(&r->base);
	for (size_t k = 0; map_next(&r->sites, &k, NULL, &s);) {
		free(((struct site *)s)->name);
		free(s);
	}
	map_done(&r->sites);
	free(r);
}
