/* SPDX-License-Identifier: Apache-2.0 */
/* What was told into lines of a table. */
#include "recount/inner.h"

#include "model/assignment.h"
#include "model/incident.h"
#include "model/opening.h"
#include "model/site.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NAME 600

static const struct {
	const char *name;
	enum told from, to;
} call_clocks[] = {
	{ "presentation", RAISED, SHOWN }, { "answering", SHOWN, TAKEN },
	{ "processing", TAKEN, SENT },     { "turnout", SENT, GOING },
	{ "travel", GOING, THERE },        { "response", SENT, THERE },
	{ "total", RAISED, THERE },
}, unit_clocks[] = {
	{ "unit_turnout", SENT, GOING },
	{ "unit_travel", GOING, THERE },
	{ "unit_response", SENT, THERE },
	{ "unit_busy", SENT, LEFT },
};

struct sums {
	const struct recount *r;
	const struct recount_ask *ask;
	struct ledger ledger;
	struct map keys; /* "now,site,khi.s.4" → how many incidents */
	struct map desks, hours, doors;
	struct map looked, looked_oddly; /* agency → how often */
};

static size_t
up(struct map *m, const char *name)
{
	size_t n = (size_t)(uintptr_t)map_get(m, span_of(name)) + 1;

	map_put(m, span_of(name), (void *)(uintptr_t)n);
	return n;
}

/* The room's wall clock at that moment, by the C library's calendar. */
static struct tm
wall(const struct recount_ask *a, int64_t at)
{
	time_t t = (time_t)(at / 1000 - (at % 1000 < 0) + a->offset_min * 60);
	struct tm tm;

	gmtime_r(&t, &tm);
	return tm;
}

static void
shift_name(const struct recount_ask *a, int hour, char *to, size_t n)
{
	for (size_t k = 0; k < a->n_shifts; k++) {
		int begins = a->shifts[k], ends = a->shifts[(k + 1) % a->n_shifts];
		bool wraps = ends <= begins;

		if (wraps ? hour >= begins || hour < ends
			  : hour >= begins && hour < ends)
			snprintf(to, n, "%02d-%02d", begins, ends);
	}
}

static void
time_name(const struct recount_ask *a, int64_t at, char *to, size_t n)
{
	struct tm tm = wall(a, at);

	if (strcmp(a->by, "week") == 0) { /* back to its Monday */
		tm.tm_mday -= (tm.tm_wday + 6) % 7;
		timegm(&tm);
	}
	strftime(to, n, strcmp(a->by, "month") == 0 ? "%Y-%m" : "%Y-%m-%d", &tm);
}

static void
key_name(const struct sums *s, const struct call_told *c, char *to, size_t n)
{
	const struct recount_ask *a = s->ask;
	const struct site_told *t = map_get(&s->r->sites, ID_KEY(&c->site));
	struct position p = c->place.is_set || !t ? c->place : t->place;
	struct buf b = { 0 };
	const char *area;

	*to = 0;
	if (strcmp(a->by, "site") == 0 && c->site.seq)
		id_format(&b, c->site);
	else if (strcmp(a->by, "agency") == 0 && c->agency.seq)
		id_format(&b, c->agency);
	if (b.n)
		snprintf(to, n, "%s", b.p);
	buf_done(&b);
	if (strcmp(a->by, "kind") == 0)
		snprintf(to, n, "%s", c->kind ? c->kind : "");
	else if (strcmp(a->by, "priority") == 0)
		snprintf(to, n, "%s", priority_names[c->priority]);
	else if (strcmp(a->by, "shift") == 0 && !c->is_day)
		shift_name(a, wall(a, c->at[RAISED]).tm_hour, to, n);
	else if (strcmp(a->by, "day") == 0 || strcmp(a->by, "week") == 0 ||
		 strcmp(a->by, "month") == 0)
		time_name(a, c->at[RAISED], to, n);
	else if (strcmp(a->by, "area") == 0 && p.is_set)
		snprintf(to, n, "%.2f,%.2f", floor(p.lat_e7 / 200000.) / 50,
			 floor(p.lon_e7 / 200000.) / 50);
	else if (strcmp(a->by, "district") == 0) {
		area = areas_find(a->districts, &p);
		snprintf(to, n, "%s", area ? area : "");
	}
}

/* A cell of a table as RFC 4180 has it; what a program of tables would take for a
 * formula is put behind a mark. */
static void
cell(const char *from, char *to, size_t n)
{
	bool is_formula = *from && strchr("=+-@", *from);
	size_t k = 0;

	if (!is_formula && !strpbrk(from, ",\"\r\n")) {
		snprintf(to, n, "%s", from);
		return;
	}
	to[k++] = '"';
	if (is_formula)
		to[k++] = '\'';
	for (; *from && k + 4 < n; from++) {
		if (*from == '"')
			to[k++] = '"';
		to[k++] = *from;
	}
	to[k++] = '"';
	to[k] = 0;
}

static void
put_call(struct sums *s, const char *name, const struct call_told *c)
{
	char what[NAME + 40];

	up(&s->keys, name);
	for (size_t k = 0; k < sizeof call_clocks / sizeof *call_clocks; k++) {
		if (c->is_day && call_clocks[k].from == RAISED)
			continue;
		snprintf(what, sizeof what, "%s,%s", name, call_clocks[k].name);
		ledger_time(&s->ledger, what, c->at[call_clocks[k].from],
			    c->at[call_clocks[k].to]);
	}
}

struct totals {
	size_t late, tests, days, open, out[DISP_CANCELLED + 1], unverified, taken,
		units, offers, why[OVERRIDE__COUNT], presses, test_presses, busiest,
		sites, due, looks, odd, many, idle, looks_at[OPENING_SEARCH + 1];
};

static bool
is_within(const struct recount_ask *a, int64_t at)
{
	return at != TIME_NONE && at >= a->from && at < a->to;
}

static void
sum_call(struct sums *s, struct totals *t, const struct call_told *c)
{
	char key[NAME / 3], quoted[NAME / 2], name[NAME];

	if (c->world != s->ask->world ||
	    !is_within(s->ask, c->is_late ? c->written_at : c->at[RAISED]))
		return;
	if (c->is_late || c->is_test) {
		t->late += c->is_late;
		t->tests += !c->is_late;
		return;
	}
	t->days += c->is_day;
	t->open += !c->is_closed;
	if (c->is_closed)
		t->out[c->disposition]++;
	t->unverified += c->trust == TRUST_UNVERIFIED;
	if (c->at[TAKEN] != TIME_NONE && c->taken_by.seq) {
		struct buf b = { 0 };
		struct tm tm = wall(s->ask, c->at[TAKEN]);

		t->taken++;
		id_format(&b, c->taken_by);
		buf_printf(&b, "/%d/%d/%d", tm.tm_year, tm.tm_yday, tm.tm_hour);
		up(&s->desks, b.p);
		buf_done(&b);
	}
	put_call(s, "now,all,", c);
	if (!*s->ask->by)
		return;
	key_name(s, c, key, sizeof key);
	cell(key, quoted, sizeof quoted);
	snprintf(name, sizeof name, "now,%s,%s", s->ask->by, quoted);
	put_call(s, name, c);
}

static void
sum_unit(struct sums *s, struct totals *t, const struct unit_told *u)
{
	int64_t began = u->offered_at;
	char what[64];

	for (int k = SENT; k < TOLD__COUNT && began == TIME_NONE; k++)
		began = u->at[k];
	if (u->world != s->ask->world || !is_within(s->ask, began))
		return;
	if (!u->is_at_once && u->offered_at != TIME_NONE) {
		t->offers++;
		t->why[u->override]++;
	}
	if (u->at[SENT] == TIME_NONE && u->at[GOING] == TIME_NONE &&
	    u->at[THERE] == TIME_NONE)
		return;
	t->units++;
	for (size_t k = 0; k < sizeof unit_clocks / sizeof *unit_clocks; k++) {
		snprintf(what, sizeof what, "now,all,,%s", unit_clocks[k].name);
		ledger_time(&s->ledger, what, u->at[unit_clocks[k].from],
			    u->at[unit_clocks[k].to]);
	}
}

static void
sum_press(struct sums *s, struct totals *t, const struct press_told *p)
{
	struct tm tm = wall(s->ask, p->at);
	char hour[48];
	size_t n;

	if (p->world != s->ask->world || !is_within(s->ask, p->at))
		return;
	if (p->is_test) {
		t->test_presses++;
		return;
	}
	t->presses++;
	up(&s->doors, p->door);
	snprintf(hour, sizeof hour, "%d/%d/%d", tm.tm_year, tm.tm_yday, tm.tm_hour);
	n = up(&s->hours, hour);
	t->busiest = n > t->busiest ? n : t->busiest;
}

static void
sum_look(struct sums *s, struct totals *t, const struct look_told *l)
{
	bool is_odd = l->is_many || l->is_idle;
	struct buf who = { 0 };

	if (l->world != s->ask->world || !is_within(s->ask, l->at))
		return;
	t->looks++;
	t->looks_at[l->kind]++;
	t->odd += is_odd;
	t->many += l->is_many;
	t->idle += l->is_idle;
	buf_add_z(&who, "now,looked_by,");
	if (l->by.seq)
		id_format(&who, l->by);
	up(&s->looked, who.p);
	if (is_odd)
		up(&s->looked_oddly, who.p);
	buf_done(&who);
}

static void
sum_site(struct sums *s, struct totals *t, const struct site_told *site)
{
	bool is_tested = site->tested_at != TIME_NONE;
	/* one that was never tested is due since it is there */
	int64_t due = is_tested ? site->tested_at + 30 * 86400000ll : site->since;

	if (site->is_off || site->world != s->ask->world)
		return;
	t->sites++;
	t->due += due <= s->ask->now;
}

static void
write_totals(struct sums *s, const struct totals *t)
{
	struct ledger *l = &s->ledger;
	struct span door;
	char what[160];
	void *n;

	for (size_t k = 0; k < sizeof unit_clocks / sizeof *unit_clocks; k++) {
		snprintf(what, sizeof what, "now,all,,%s", unit_clocks[k].name);
		ledger_clock(l, what, t->units);
	}
	ledger_line(l, "now,all,,units", t->units);
	ledger_line(l, "now,all,,left_out.late_entries", t->late);
	ledger_line(l, "now,all,,left_out.tests", t->tests);
	ledger_line(l, "now,all,,day_only", t->days);
	ledger_line(l, "now,all,,outcome.open", t->open);
	for (int k = 0; k <= DISP_CANCELLED; k++) {
		snprintf(what, sizeof what, "now,all,,outcome.%s",
			 k ? disposition_names[k] : "none");
		ledger_line(l, what, t->out[k]);
	}
	ledger_line(l, "now,all,,unverified", t->unverified);
	ledger_line(l, "now,all,,offers", t->offers);
	for (int k = 1; k < OVERRIDE__COUNT; k++) {
		snprintf(what, sizeof what, "now,all,,override.%s", override_names[k]);
		ledger_line(l, what, t->why[k]);
	}
	ledger_line(l, "now,all,,signals", t->presses);
	ledger_line(l, "now,all,,signals.test", t->test_presses);
	ledger_line(l, "now,all,,signals.busiest_hour", t->busiest);
	for (size_t k = 0; map_next(&s->doors, &k, &door, &n);) {
		snprintf(what, sizeof what, "now,all,,signals.door." SPAN_FMT,
			 SPAN_ARG(door));
		ledger_line(l, what, (size_t)(uintptr_t)n);
	}
	ledger_line(l, "now,all,,acknowledged", t->taken);
	ledger_line(l, "now,all,,console_hours", s->desks.n);
	ledger_line(l, "now,all,,sites", t->sites);
	ledger_line(l, "now,all,,sites.test_overdue", t->due);
}

static void
write_looks(struct sums *s, const struct totals *t)
{
	struct ledger *l = &s->ledger;
	struct span who;
	char what[160];
	void *n;

	ledger_line(l, "now,all,,looks", t->looks);
	for (int k = OPENING_BY_GRANT; k <= OPENING_SEARCH; k++) {
		snprintf(what, sizeof what, "now,all,,looks.%s", opening_kind_names[k]);
		ledger_line(l, what, t->looks_at[k]);
	}
	ledger_line(l, "now,all,,looks.unusual", t->odd);
	ledger_line(l, "now,all,,looks.unusual.many", t->many);
	ledger_line(l, "now,all,,looks.unusual.idle", t->idle);
	for (size_t k = 0; map_next(&s->looked, &k, &who, &n);) {
		snprintf(what, sizeof what, SPAN_FMT ",looks", SPAN_ARG(who));
		ledger_line(l, what, (size_t)(uintptr_t)n);
		snprintf(what, sizeof what, SPAN_FMT ",looks.unusual", SPAN_ARG(who));
		ledger_line(l, what, (size_t)(uintptr_t)map_get(&s->looked_oddly, who));
	}
}

static void
write_keys(struct sums *s)
{
	char what[NAME + 40];
	struct span key;
	void *n;

	for (size_t k = 0; map_next(&s->keys, &k, &key, &n);) {
		size_t all = (size_t)(uintptr_t)n;

		snprintf(what, sizeof what, SPAN_FMT ",incidents", SPAN_ARG(key));
		ledger_line(&s->ledger, what, all);
		for (size_t i = 0; i < sizeof call_clocks / sizeof *call_clocks; i++) {
			snprintf(what, sizeof what, SPAN_FMT ",%s", SPAN_ARG(key),
				 call_clocks[i].name);
			ledger_clock(&s->ledger, what, all);
		}
	}
}

void
recount_csv(struct recount *r, const struct recount_ask *ask, struct buf *b)
{
	struct sums s = { .r = r, .ask = ask };
	struct totals t = { 0 };
	void *v;

	for (size_t k = 0; map_next(&r->calls, &k, NULL, &v);)
		sum_call(&s, &t, v);
	for (size_t k = 0; map_next(&r->units, &k, NULL, &v);)
		sum_unit(&s, &t, v);
	for (size_t k = 0; k < r->n_presses; k++)
		sum_press(&s, &t, &r->presses[k]);
	for (size_t k = 0; k < r->n_looks; k++)
		sum_look(&s, &t, &r->looks[k]);
	for (size_t k = 0; map_next(&r->sites, &k, NULL, &v);)
		sum_site(&s, &t, v);
	if (!map_get(&s.keys, SPAN("now,all,")))
		map_put(&s.keys, SPAN("now,all,"), NULL);
	ledger_sort(&s.ledger);
	write_keys(&s);
	write_totals(&s, &t);
	write_looks(&s, &t);
	ledger_write(&s.ledger, b);
	ledger_done(&s.ledger);
	map_done(&s.keys);
	map_done(&s.desks);
	map_done(&s.hours);
	map_done(&s.doors);
	map_done(&s.looked);
	map_done(&s.looked_oddly);
}
