/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expands recurrence rules. A period (a year, a month, a second …) gives a set of
 * days and a set of times of day; BYSETPOS picks from their product; what lies before
 * the start is dropped. Why our own: docs/decisions/0006-libical.md.
 * Source: RFC 5545, 3.3.10, its table of what expands and what limits.
 */
#include "meet/rrule.h"

#include "base/auto.h"

#define DAY_S 86400
/* A rule that never matches ("30 February") must end: periods looked at. */
#define PERIODS_MAX 400000
#define YEAR_MAX 9999

/* --- the calendar ---------------------------------------------------------- */

/* Howard Hinnant's days_from_civil: years begin in March, eras have 400 of them. */
int64_t
rrule_days(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
rrule_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* 0 Monday … 6 Sunday; 1 January 1970 was a Thursday. */
static int
weekday(int64_t days)
{
	return (int)(days + 3 - floor_div(days + 3, 7) * 7);
}

static int
month_days(int year, int month)
{
	return (int)(rrule_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
		     rrule_days(year, month, 1));
}

static int
year_days(int year)
{
	return (int)(rrule_days(year + 1, 1, 1) - rrule_days(year, 1, 1));
}

/* First day of week 1: the first week with four days of the year in it. */
static int64_t
week_1(int year, int wkst)
{
	int64_t jan_4 = rrule_days(year, 1, 4);

	return jan_4 - (weekday(jan_4) - wkst + 7) % 7;
}

static int
week_year(int64_t days, int wkst)
{
	int y, m, d;

	rrule_civil(days, &y, &m, &d);
	if (days < week_1(y, wkst))
		return y - 1;
	return days >= week_1(y + 1, wkst) ? y + 1 : y;
}

/* --- what a day must be ---------------------------------------------------- */

static bool
has(const struct rrule_values *v, int x)
{
	for (int k = 0; k < v->n; k++)
		if (v->v[k] == x)
			return true;
	return false;
}

/* x of 1…n, also counted from the end. */
static bool
has_signed(const struct rrule_values *v, int x, int n)
{
	return has(v, x) || has(v, x - n - 1);
}

/* "The second Friday": of what runs from `first` for n days. */
static bool
is_nth(const struct rrule *r, int64_t day, int64_t first, int n)
{
	int at = (int)(day - first), from_start = at / 7 + 1;
	int from_end = -((n - 1 - at) / 7 + 1), w = weekday(day);

	for (int k = 0; k < r->day.n; k++)
		if (r->day.v[k] == w && (!r->nth.v[k] || r->nth.v[k] == from_start ||
					 r->nth.v[k] == from_end))
			return true;
	return false;
}

struct day {
	int64_t days;
	int year, month, day;
};

static bool
fits_weekday(const struct rrule *r, const struct day *d)
{
	if (!r->day.n)
		return true;
	/* numbers are of the year only where no month is named */
	if (r->freq == RRULE_YEARLY && !r->month.n && !r->monthday.n)
		return is_nth(r, d->days, rrule_days(d->year, 1, 1),
			      year_days(d->year));
	return is_nth(r, d->days, rrule_days(d->year, d->month, 1),
		      month_days(d->year, d->month));
}

static bool
fits_week(const struct rrule *r, const struct day *d)
{
	int year, weeks, week;

	if (!r->weekno.n)
		return true;
	year = week_year(d->days, r->wkst);
	week = (int)(d->days - week_1(year, r->wkst)) / 7 + 1;
	weeks = (int)(week_1(year + 1, r->wkst) - week_1(year, r->wkst)) / 7;
	return has_signed(&r->weekno, week, weeks);
}

/* What the start says where the rule says nothing. */
struct anchor {
	struct day day;
	int weekday;
	int hour, minute, second;
};

static bool
fits_anchor(const struct rrule *r, const struct day *d, const struct anchor *a)
{
	bool says_day = r->day.n || r->monthday.n || r->yearday.n;

	/* "every 29th, each year": of the month that it began in (as libical does) */
	if (r->freq == RRULE_YEARLY && r->monthday.n && !r->month.n && !r->weekno.n &&
	    !r->yearday.n)
		return d->month == a->day.month;
	if (r->freq < RRULE_WEEKLY || says_day)
		return true;
	if (r->freq == RRULE_WEEKLY || r->weekno.n)
		return weekday(d->days) == a->weekday;
	if (d->day != a->day.day)
		return false;
	return r->freq == RRULE_MONTHLY || r->month.n || d->month == a->day.month;
}

static bool
fits_day(const struct rrule *r, const struct day *d, const struct anchor *a)
{
	if (r->month.n && !has(&r->month, d->month))
		return false;
	if (r->monthday.n &&
	    !has_signed(&r->monthday, d->day, month_days(d->year, d->month)))
		return false;
	if (r->yearday.n &&
	    !has_signed(&r->yearday, (int)(d->days - rrule_days(d->year, 1, 1)) + 1,
			year_days(d->year)))
		return false;
	return fits_week(r, d) && fits_weekday(r, d) && fits_anchor(r, d, a);
}

static struct day
day_of(int64_t days)
{
	struct day d = { .days = days };

	rrule_civil(days, &d.year, &d.month, &d.day);
	return d;
}

/* --- periods --------------------------------------------------------------- */

struct set {
	int64_t *v;
	size_t n, cap;
};

static void
set_done(struct set *s)
{
	free(s->v);
}

static void
set_add(struct set *s, int64_t x)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->v = realloc(s->v, s->cap * sizeof *s->v);
		if (!s->v)
			abort();
	}
	s->v[s->n++] = x;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
set_sort(struct set *s)
{
	size_t n = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof *s->v, by_value);
	for (size_t k = 0; k < s->n; k++)
		if (!n || s->v[n - 1] != s->v[k])
			s->v[n++] = s->v[k];
	s->n = n;
}

/* One unit of the clock: all that the rule names, or this one. */
static const struct rrule_values *
unit_values(const struct rrule_values *by, int own, struct rrule_values *one)
{
	if (by->n)
		return by;
	one->n = 1;
	one->v[0] = (int16_t)own;
	return one;
}

/* Seconds of a day at which instances are; at: the moment that the period is of,
 * whose units are fixed from its own down to the rule's. */
static void
times_of(const struct rrule *r, const struct anchor *a, int64_t at, struct set *to)
{
	struct rrule_values h1, m1, s1; /* filled when used */
	int64_t clock = at - floor_div(at, DAY_S) * DAY_S;
	const struct rrule_values *h, *m, *s;

	if (r->is_date) {
		set_add(to, clock);
		return;
	}
	h = r->freq <= RRULE_HOURLY
		    ? unit_values(&(struct rrule_values){ 0 }, (int)(clock / 3600), &h1)
		    : unit_values(&r->hour, a->hour, &h1);
	m = r->freq <= RRULE_MINUTELY ? unit_values(&(struct rrule_values){ 0 },
						    (int)(clock / 60 % 60), &m1)
				      : unit_values(&r->minute, a->minute, &m1);
	s = r->freq == RRULE_SECONDLY
		    ? unit_values(&(struct rrule_values){ 0 }, (int)(clock % 60), &s1)
		    : unit_values(&r->second, a->second, &s1);
	for (int i = 0; i < h->n; i++)
		for (int k = 0; k < m->n; k++)
			for (int l = 0; l < s->n; l++)
				set_add(to, h->v[i] * 3600 + m->v[k] * 60 + s->v[l]);
	set_sort(to);
}

struct walk {
	const struct rrule *r;
	struct anchor a;
	int64_t start, given;
	int week_base; /* the first of years that are made of weeks */
	struct set times, found;
	bool (*fn)(void *ctx, int64_t local);
	void *ctx;
};

/* Hands on the instances of one period; false: it is over. */
static bool
give_period(struct walk *w)
{
	const struct rrule *r = w->r;
	struct set AUTO(set_done) picked = { 0 };
	struct set *from = &w->found;

	set_sort(&w->found);
	if (r->setpos.n) {
		for (int k = 0; k < r->setpos.n; k++) {
			int64_t at = r->setpos.v[k] > 0
					     ? r->setpos.v[k] - 1
					     : (int64_t)from->n + r->setpos.v[k];

			if (at >= 0 && at < (int64_t)from->n)
				set_add(&picked, from->v[at]);
		}
		set_sort(&picked);
		from = &picked;
	}
	for (size_t k = 0; k < from->n; k++) {
		if (from->v[k] < w->start)
			continue;
		if (from->v[k] > r->until || !w->fn(w->ctx, from->v[k]))
			return false;
		if (++w->given == r->count)
			return false;
	}
	w->found.n = 0;
	return true;
}

static bool
give_days(struct walk *w, int64_t first, int64_t n)
{
	for (int64_t at = first; at < first + n; at++) {
		struct day d = day_of(at);

		if (!fits_day(w->r, &d, &w->a))
			continue;
		for (size_t k = 0; k < w->times.n; k++)
			set_add(&w->found, at * DAY_S + w->times.v[k]);
	}
	return give_period(w);
}

/* Days, weeks, months and years: n periods on from the one with the start. */
static bool
give_long(struct walk *w, int64_t n, bool *ret_is_late)
{
	const struct rrule *r = w->r;
	const struct day *d = &w->a.day;
	int64_t first, days, step = n * r->interval;
	int year;

	switch (r->freq) {
	case RRULE_DAILY:
		first = d->days + step;
		days = 1;
		break;
	case RRULE_WEEKLY:
		first = d->days - (w->a.weekday - r->wkst + 7) % 7 + step * 7;
		days = 7;
		break;
	case RRULE_MONTHLY:
		step += d->month - 1;
		year = (int)(d->year + step / 12);
		first = rrule_days(year, (int)(step % 12) + 1, 1);
		days = month_days(year, (int)(step % 12) + 1);
		break;
	default:
		if (r->weekno.n) { /* its years are made of whole weeks */
			year = (int)(w->week_base + step);
			first = week_1(year, r->wkst);
			days = week_1(year + 1, r->wkst) - first;
		} else {
			year = (int)(d->year + step);
			first = rrule_days(year, 1, 1);
			days = year_days(year);
		}
	}
	*ret_is_late = first > rrule_days(YEAR_MAX, 12, 31);
	return *ret_is_late || give_days(w, first, days);
}

/* The first n from which on the clock is at `want` or later. */
static int64_t
skip_to(const struct walk *w, int64_t unit, int64_t base, int64_t want)
{
	int64_t step = unit * w->r->interval;

	return floor_div(want - base + step - 1, step);
}

/* Hours, minutes and seconds. *n is moved past what cannot fit. */
static bool
give_short(struct walk *w, int64_t *n, bool *ret_is_late)
{
	const struct rrule *r = w->r;
	int64_t unit = r->freq == RRULE_HOURLY     ? 3600
		       : r->freq == RRULE_MINUTELY ? 60
						   : 1;
	int64_t base = floor_div(w->start, unit) * unit;
	int64_t at = base + *n * unit * r->interval, clock;
	struct day d = day_of(floor_div(at, DAY_S));

	clock = at - d.days * DAY_S;
	*ret_is_late = d.year > YEAR_MAX;
	if (*ret_is_late)
		return true;
	if (!fits_day(r, &d, &w->a)) {
		*n = skip_to(w, unit, base, (d.days + 1) * DAY_S);
		return true;
	}
	if (r->hour.n && !has(&r->hour, (int)(clock / 3600))) {
		*n = skip_to(w, unit, base, floor_div(at, 3600) * 3600 + 3600);
		return true;
	}
	if (r->freq <= RRULE_MINUTELY && r->minute.n &&
	    !has(&r->minute, (int)(clock / 60 % 60))) {
		*n = skip_to(w, unit, base, floor_div(at, 60) * 60 + 60);
		return true;
	}
	++*n;
	if (r->freq == RRULE_SECONDLY && r->second.n &&
	    !has(&r->second, (int)(clock % 60)))
		return true;
	w->times.n = 0;
	times_of(r, &w->a, at, &w->times);
	for (size_t k = 0; k < w->times.n; k++)
		set_add(&w->found, d.days * DAY_S + w->times.v[k]);
	return give_period(w);
}

void
rrule_expand(const struct rrule *r, int64_t start, bool (*fn)(void *ctx, int64_t local),
	     void *ctx)
{
	struct walk w = { .r = r, .start = start, .fn = fn, .ctx = ctx };
	int64_t clock, n = 0;
	bool is_late = false, goes_on = true;

	w.a.day = day_of(floor_div(start, DAY_S));
	w.a.weekday = weekday(w.a.day.days);
	clock = start - w.a.day.days * DAY_S;
	w.a.hour = (int)(clock / 3600);
	w.a.minute = (int)(clock / 60 % 60);
	w.a.second = (int)(clock % 60);
	if (r->freq >= RRULE_DAILY)
		times_of(r, &w.a, start, &w.times);
	/* 3 January may lie in the last week of the year before. That year is the
	 * first, if it still has an instance; else it is the start's own (as libical
	 * does). */
	w.week_base = week_year(w.a.day.days, r->wkst);
	if (r->freq == RRULE_YEARLY && r->weekno.n && w.week_base < w.a.day.year) {
		goes_on = give_long(&w, n, &is_late);
		if (w.given)
			n++;
		else
			w.week_base = w.a.day.year;
	}
	for (int k = 0; k < PERIODS_MAX && goes_on && !is_late; k++)
		goes_on = r->freq >= RRULE_DAILY ? give_long(&w, n++, &is_late)
						 : give_short(&w, &n, &is_late);
	set_done(&w.times);
	set_done(&w.found);
}
