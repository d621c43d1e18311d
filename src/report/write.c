/* SPDX-License-Identifier: Apache-2.0 */
/* The report as JSON for pages, and as lines for tables and for the second count. */
#include "report/inner.h"

#include "base/auto.h"

#include <stdio.h>

/* --- JSON ------------------------------------------------------------------------- */

static void
write_buckets(struct buf *b, struct sample *s)
{
	size_t n[BUCKETS];

	sample_buckets(s, n);
	jw_key(b, "histogram");
	jw_open(b, '[');
	for (int k = 0; k < BUCKETS; k++)
		jw_i64(b, (int64_t)n[k]);
	jw_close(b, ']');
}

static void
write_clock(struct buf *b, struct group *g, enum clock_name k, bool is_whole)
{
	static const struct {
		const char *name;
		size_t pct;
	} ranks[] = {
		{ "median_s", 50 }, { "p90_s", 90 }, { "p95_s", 95 }, { "p99_s", 99 }
	};
	struct sample *s = &g->clocks[k];

	jw_key(b, clock_names[k]);
	jw_open(b, '{');
	jw_ki64(b, "count", (int64_t)s->n);
	jw_ki64(b, "missing", (int64_t)sample_missing(g, k));
	for (size_t i = 0; s->n && i < ARRAY_LEN(ranks); i++) {
		jw_key(b, ranks[i].name);
		jw_double(b, sample_percentile_s(s, ranks[i].pct), 3);
	}
	if (is_whole && s->n)
		write_buckets(b, s);
	jw_close(b, '}');
}

static void
write_clocks(struct buf *b, struct group *g, bool is_whole)
{
	jw_ki64(b, "incidents", (int64_t)g->incidents);
	jw_key(b, "intervals");
	jw_open(b, '{');
	for (enum clock_name k = 0; k < CLOCK__INCIDENT; k++)
		write_clock(b, g, k, is_whole);
	jw_close(b, '}');
}

static void
write_group(struct report *r, struct buf *b, struct group *g, bool is_withheld)
{
	struct id id;
	const struct site *named = NULL;

	jw_open(b, '{');
	jw_kz(b, "key", g->key);
	if (id_parse(span_of(g->key), &id) == 0 && !r->ask.least)
		named = map_get(&r->sites, ID_KEY(&id));
	if (named)
		jw_kz(b, "name", named->name);
	if (is_withheld)
		jw_kbool(b, "withheld", true);
	else
		write_clocks(b, g, false);
	jw_close(b, '}');
}

static void
write_groups(struct report *r, struct buf *b, struct period *p)
{
	bool AUTO(auto_free) * withheld;
	size_t n;
	struct group AUTO(auto_free) **v =
		period_groups(p, r->ask.least, &n, &withheld);

	jw_key(b, "groups");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++)
		write_group(r, b, v[k], withheld[k]);
	jw_close(b, ']');
}

static void
write_counts(struct buf *b, const char *key, const struct map *m)
{
	struct span name;
	void *n;

	jw_key(b, key);
	jw_open(b, '{');
	for (size_t k = 0; map_next(m, &k, &name, &n);) {
		char AUTO(auto_free) *z = span_dup(name);

		jw_ki64(b, *z ? z : "unknown", (int64_t)(uintptr_t)n);
	}
	jw_close(b, '}');
}

/* How often people chose otherwise than was suggested, and why. */
static void
write_offers(struct buf *b, const struct period *p)
{
	jw_key(b, "offers");
	jw_open(b, '{');
	jw_ki64(b, "count", (int64_t)p->offers);
	jw_key(b, "overrides");
	jw_open(b, '{');
	for (int k = 1; k < OVERRIDE__COUNT; k++)
		jw_ki64(b, override_names[k], (int64_t)p->overrides[k]);
	jw_close(b, '}');
	jw_close(b, '}');
}

static void
write_outcomes(struct buf *b, const struct period *p)
{
	jw_key(b, "outcomes");
	jw_open(b, '{');
	jw_ki64(b, "open", (int64_t)p->open);
	for (int k = 1; k <= DISP_CANCELLED; k++)
		jw_ki64(b, disposition_names[k], (int64_t)p->dispositions[k]);
	jw_ki64(b, "none", (int64_t)p->dispositions[0]);
	jw_ki64(b, "unverified", (int64_t)p->unverified);
	jw_close(b, '}');
}

/* Hours without a signal count too: the mean is over the whole period. */
static void
write_load(struct buf *b, const struct period *p)
{
	double hours = (double)(p->to - p->from) / 3600000;

	jw_key(b, "load");
	jw_open(b, '{');
	jw_ki64(b, "signals", (int64_t)p->signals);
	jw_key(b, "signals_per_hour");
	jw_double(b, hours > 0 ? (double)p->signals / hours : 0, 3);
	jw_ki64(b, "busiest_hour", (int64_t)p->busiest_hour);
	write_counts(b, "doors", &p->doors);
	jw_ki64(b, "acknowledged", (int64_t)p->acknowledged);
	jw_ki64(b, "console_hours", (int64_t)p->console_hours.n);
	jw_key(b, "per_console_hour");
	jw_double(b,
		  p->console_hours.n
			  ? (double)p->acknowledged / (double)p->console_hours.n
			  : 0,
		  3);
	jw_close(b, '}');
}

/* An agency's name, where names are told. */
static void
write_looker(struct report *r, struct buf *b, const struct looker *by, bool is_withheld)
{
	const struct site *named = NULL;
	struct id id;

	jw_open(b, '{');
	jw_kz(b, "key", by->key);
	if (id_parse(span_of(by->key), &id) == 0 && !r->ask.least)
		named = map_get(&r->sites, ID_KEY(&id));
	if (named)
		jw_kz(b, "name", named->name);
	if (is_withheld) {
		jw_kbool(b, "withheld", true);
	} else {
		jw_ki64(b, "count", (int64_t)by->looks);
		jw_ki64(b, "unusual", (int64_t)by->unusual);
	}
	jw_close(b, '}');
}

static void
write_looks(struct report *r, struct buf *b, struct looks *l)
{
	bool AUTO(auto_free) * withheld;
	size_t n;
	struct looker AUTO(auto_free) **v = looks_by(l, r->ask.least, &n, &withheld);

	jw_key(b, "looks");
	jw_open(b, '{');
	jw_ki64(b, "count", (int64_t)l->n);
	jw_ki64(b, "unusual", (int64_t)l->unusual);
	jw_ki64(b, "many", (int64_t)l->many);
	jw_ki64(b, "idle", (int64_t)l->idle);
	jw_key(b, "kinds");
	jw_open(b, '{');
	for (int k = 1; k <= OPENING_SEARCH; k++)
		jw_ki64(b, opening_kind_names[k], (int64_t)l->kinds[k]);
	jw_close(b, '}');
	jw_key(b, "agencies");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++)
		write_looker(r, b, v[k], withheld[k]);
	jw_close(b, ']');
	jw_close(b, '}');
}

static void
write_period(struct report *r, struct buf *b, struct period *p)
{
	jw_ktime(b, "from", p->from);
	jw_ktime(b, "to", p->to);
	write_clocks(b, &p->all, true);
	jw_key(b, "units");
	jw_open(b, '{');
	jw_ki64(b, "count", (int64_t)p->all.units);
	jw_key(b, "intervals");
	jw_open(b, '{');
	for (enum clock_name k = CLOCK__INCIDENT; k < CLOCK__COUNT; k++)
		write_clock(b, &p->all, k, true);
	jw_close(b, '}');
	jw_close(b, '}');
	write_groups(r, b, p);
	jw_key(b, "left_out");
	jw_open(b, '{');
	jw_ki64(b, "late_entries", (int64_t)p->late_entries);
	jw_ki64(b, "tests", (int64_t)p->tests);
	jw_close(b, '}');
	jw_ki64(b, "day_only", (int64_t)p->day_only);
	write_offers(b, p);
	write_outcomes(b, p);
	write_load(b, p);
	write_looks(r, b, &p->looks);
}

static void
write_comparison(struct report *r, struct buf *b)
{
	jw_key(b, "comparison");
	jw_open(b, '{');
	for (enum clock_name k = 0; k < CLOCK__COUNT; k++) {
		struct comparison c;

		sample_sort(&r->now.all.clocks[k]);
		sample_sort(&r->base.all.clocks[k]);
		sample_compare(&r->now.all.clocks[k], &r->base.all.clocks[k], &c);
		jw_key(b, clock_names[k]);
		jw_open(b, '{');
		jw_ki64(b, "now", (int64_t)r->now.all.clocks[k].n);
		jw_ki64(b, "baseline", (int64_t)r->base.all.clocks[k].n);
		jw_key(b, "difference_s");
		jw_double(b, c.difference_s, 3);
		jw_key(b, "p");
		jw_double(b, c.p, 4);
		jw_kz(b, "says", c.says);
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

void
report_json(struct report *r, struct buf *b)
{
	write_period(r, b, &r->now);
	jw_key(b, "bounds_s");
	jw_open(b, '[');
	for (int k = 0; k < BUCKETS - 1; k++)
		jw_i64(b, bucket_bounds_s[k]);
	jw_close(b, ']');
	jw_key(b, "tests");
	jw_open(b, '{');
	jw_ki64(b, "sites", (int64_t)r->n_sites);
	jw_ki64(b, "overdue", (int64_t)r->n_due);
	jw_close(b, '}');
	if (r->ask.least)
		jw_ki64(b, "withheld_below", (int64_t)r->ask.least);
	if (!r->has_base)
		return;
	jw_key(b, "baseline");
	jw_open(b, '{');
	write_period(r, b, &r->base);
	jw_close(b, '}');
	write_comparison(r, b);
}

/* --- lines --------------------------------------------------------------------------
 */

struct lines {
	char **v;
	size_t n, cap;
	struct buf head; /* "now,site,khi.s.4," */
};

static void
quoted(struct buf *b, const char *z)
{
	/* a table reads what begins like this as a formula */
	bool is_formula = *z == '=' || *z == '+' || *z == '-' || *z == '@';

	if (!is_formula && !z[strcspn(z, ",\"\r\n")]) {
		buf_add_z(b, z);
		return;
	}
	buf_add_c(b, '"');
	if (is_formula)
		buf_add_c(b, '\'');
	for (; *z; z++) {
		if (*z == '"')
			buf_add_c(b, '"');
		buf_add_c(b, *z);
	}
	buf_add_c(b, '"');
}

static void put(struct lines *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void
put(struct lines *l, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	buf_add_span(&b, buf_span(&l->head));
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 256;
		l->v = realloc(l->v, l->cap * sizeof *l->v);
		if (!l->v)
			abort();
	}
	l->v[l->n++] = buf_take(&b, NULL);
}

static void
head(struct lines *l, const char *period, const char *by, const char *key)
{
	buf_clear(&l->head);
	buf_printf(&l->head, "%s,%s,", period, by);
	quoted(&l->head, key);
	buf_add_c(&l->head, ',');
}

static void
put_clock(struct lines *l, struct group *g, enum clock_name k)
{
	static const size_t ranks[] = { 50, 90, 95, 99 };
	struct sample *s = &g->clocks[k];
	size_t n[BUCKETS];

	put(l, "%s.count,%zu", clock_names[k], s->n);
	put(l, "%s.missing,%zu", clock_names[k], sample_missing(g, k));
	for (size_t i = 0; s->n && i < ARRAY_LEN(ranks); i++)
		put(l, "%s.p%zu_s,%.3f", clock_names[k], ranks[i],
		    sample_percentile_s(s, ranks[i]));
	sample_buckets(s, n);
	for (int i = 0; i < BUCKETS; i++) {
		if (n[i] && i < BUCKETS - 1)
			put(l, "%s.under_%d_s,%zu", clock_names[k], bucket_bounds_s[i],
			    n[i]);
		else if (n[i])
			put(l, "%s.longer,%zu", clock_names[k], n[i]);
	}
}

static void
put_group(struct lines *l, struct group *g)
{
	put(l, "incidents,%zu", g->incidents);
	for (enum clock_name k = 0; k < CLOCK__INCIDENT; k++)
		put_clock(l, g, k);
}

static void
put_sums(struct report *r, struct lines *l, struct period *p)
{
	struct span name;
	void *n;

	put(l, "units,%zu", p->all.units);
	for (enum clock_name k = CLOCK__INCIDENT; k < CLOCK__COUNT; k++)
		put_clock(l, &p->all, k);
	put(l, "left_out.late_entries,%zu", p->late_entries);
	put(l, "left_out.tests,%zu", p->tests);
	put(l, "day_only,%zu", p->day_only);
	put(l, "outcome.open,%zu", p->open);
	for (int k = 0; k <= DISP_CANCELLED; k++)
		put(l, "outcome.%s,%zu", k ? disposition_names[k] : "none",
		    p->dispositions[k]);
	put(l, "unverified,%zu", p->unverified);
	put(l, "offers,%zu", p->offers);
	for (int k = 1; k < OVERRIDE__COUNT; k++)
		put(l, "override.%s,%zu", override_names[k], p->overrides[k]);
	put(l, "signals,%zu", p->signals);
	put(l, "signals.test,%zu", p->test_signals);
	put(l, "signals.busiest_hour,%zu", p->busiest_hour);
	for (size_t k = 0; map_next(&p->doors, &k, &name, &n);)
		put(l, "signals.door." SPAN_FMT ",%zu", SPAN_ARG(name),
		    (size_t)(uintptr_t)n);
	put(l, "acknowledged,%zu", p->acknowledged);
	put(l, "console_hours,%zu", p->console_hours.n);
	if (p == &r->now) {
		put(l, "sites,%zu", r->n_sites);
		put(l, "sites.test_overdue,%zu", r->n_due);
	}
}

static void
put_looks(struct report *r, struct lines *l, struct period *p, const char *period)
{
	const struct looks *s = &p->looks;
	bool AUTO(auto_free) * withheld;
	size_t n;
	struct looker AUTO(auto_free) **v =
		looks_by(&p->looks, r->ask.least, &n, &withheld);

	put(l, "looks,%zu", s->n);
	for (int k = 1; k <= OPENING_SEARCH; k++)
		put(l, "looks.%s,%zu", opening_kind_names[k], s->kinds[k]);
	put(l, "looks.unusual,%zu", s->unusual);
	put(l, "looks.unusual.many,%zu", s->many);
	put(l, "looks.unusual.idle,%zu", s->idle);
	for (size_t k = 0; k < n; k++) {
		head(l, period, "looked_by", v[k]->key);
		if (withheld[k]) {
			put(l, "withheld,1");
			continue;
		}
		put(l, "looks,%zu", v[k]->looks);
		put(l, "looks.unusual,%zu", v[k]->unusual);
	}
}

static void
put_period(struct report *r, struct lines *l, struct period *p, const char *name)
{
	bool AUTO(auto_free) * withheld;
	size_t n;
	struct group AUTO(auto_free) **v =
		period_groups(p, r->ask.least, &n, &withheld);

	head(l, name, "all", "");
	put_group(l, &p->all);
	put_sums(r, l, p);
	put_looks(r, l, p, name);
	for (size_t k = 0; k < n; k++) {
		head(l, name, report_by_names[r->ask.by], v[k]->key);
		if (withheld[k])
			put(l, "withheld,1");
		else
			put_group(l, v[k]);
	}
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
report_csv(struct report *r, struct buf *b)
{
	struct lines l = { 0 };

	put_period(r, &l, &r->now, "now");
	if (r->has_base)
		put_period(r, &l, &r->base, "baseline");
	qsort(l.v, l.n, sizeof *l.v, by_bytes);
	buf_add_z(b, "period,by,key,measure,value\r\n");
	for (size_t k = 0; k < l.n; k++) {
		buf_add_z(b, l.v[k]);
		buf_add_z(b, "\r\n");
		free(l.v[k]);
	}
	free(l.v);
	buf_done(&l.head);
}
