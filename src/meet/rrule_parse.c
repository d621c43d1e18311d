/* SPDX-License-Identifier: Apache-2.0 */
/* Reads recurrence rules (RFC 5545, 3.3.10), strictly: what a rule does not know, or
 * what does not go together, is refused with its reason. */
#include "meet/rrule.h"

#include "base/auto.h"
#include "base/err.h"

#include <stdio.h>

static const char *const freqs[] = { "SECONDLY", "MINUTELY", "HOURLY", "DAILY",
				     "WEEKLY",   "MONTHLY",  "YEARLY" };
static const char *const weekdays[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static int
index_of(const char *const *names, int n, struct span word)
{
	for (int k = 0; k < n; k++)
		if (span_is_nocase(word, span_of(names[k])))
			return k;
	return -1;
}

static bool
read_int(struct span s, int64_t min, int64_t max, int64_t *ret)
{
	if (s.n && s.p[0] == '+')
		s = span_skip(s, 1);
	return span_to_i64(s, ret) && *ret >= min && *ret <= max;
}

static bool
read_values(struct span s, int min, int max, struct rrule_values *ret)
{
	do {
		int64_t v;

		if (!read_int(span_cut(&s, ','), min, max, &v) ||
		    ret->n == RRULE_BY_MAX || (min < 0 && v == 0))
			return false;
		ret->v[ret->n++] = (int16_t)v;
	} while (s.n);
	return true;
}

static bool
read_days(struct span s, struct rrule *r)
{
	do {
		struct span one = span_cut(&s, ',');
		int64_t nth = 0;
		int day;

		if (one.n < 2 || r->day.n == RRULE_BY_MAX)
			return false;
		day = index_of(weekdays, 7, span_skip(one, one.n - 2));
		one.n -= 2;
		if (day < 0 || (one.n && (!read_int(one, -53, 53, &nth) || !nth)))
			return false;
		r->nth.v[r->day.n] = (int16_t)nth;
		r->day.v[r->day.n++] = (int16_t)day;
	} while (s.n);
	r->nth.n = r->day.n;
	return true;
}

static bool
digits(struct span s, size_t at, size_t n, int *ret)
{
	int64_t v;

	if (at + n > s.n || s.p[at] < '0' || s.p[at] > '9' ||
	    !span_to_i64((struct span){ s.p + at, n }, &v))
		return false;
	*ret = (int)v;
	return true;
}

static bool
is_day(int year, int month, int day)
{
	int y, m, d;

	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	rrule_civil(rrule_days(year, month, day), &y, &m, &d);
	return m == month; /* 30 February is a day of March */
}

/* "20261231" (its whole day), "20261231T235959" or the same with Z. */
static bool
read_until(struct span s, struct rrule *r)
{
	int y, mo, d, h = 23, mi = 59, se = 59;

	r->is_until_utc = s.n == 16 && s.p[15] == 'Z';
	if (r->is_until_utc)
		s.n--;
	if ((s.n != 8 && s.n != 15) || !digits(s, 0, 4, &y) || !digits(s, 4, 2, &mo) ||
	    !digits(s, 6, 2, &d))
		return false;
	if (s.n == 15 && (s.p[8] != 'T' || !digits(s, 9, 2, &h) ||
			  !digits(s, 11, 2, &mi) || !digits(s, 13, 2, &se)))
		return false;
	if (!is_day(y, mo, d) || h > 23 || mi > 59 || se > 60)
		return false;
	r->until = rrule_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + se;
	return true;
}

static bool
read_part(struct span key, struct span value, struct rrule *r)
{
	int64_t v;
	int k;

	if (!value.n)
		return false;
	if (span_is_nocase(key, SPAN("FREQ"))) {
		k = index_of(freqs, 7, value);
		r->freq = k < 0 ? 0 : (enum rrule_freq)k;
		return k >= 0;
	}
	if (span_is_nocase(key, SPAN("INTERVAL"))) {
		if (!read_int(value, 1, 32767, &v))
			return false;
		r->interval = (int)v;
		return true;
	}
	if (span_is_nocase(key, SPAN("WKST"))) {
		r->wkst = index_of(weekdays, 7, value);
		return r->wkst >= 0;
	}
	if (span_is_nocase(key, SPAN("COUNT")))
		return read_int(value, 1, INT32_MAX, &r->count);
	if (span_is_nocase(key, SPAN("UNTIL")))
		return read_until(value, r);
	if (span_is_nocase(key, SPAN("BYSECOND")))
		return read_values(value, 0, 60, &r->second);
	if (span_is_nocase(key, SPAN("BYMINUTE")))
		return read_values(value, 0, 59, &r->minute);
	if (span_is_nocase(key, SPAN("BYHOUR")))
		return read_values(value, 0, 23, &r->hour);
	if (span_is_nocase(key, SPAN("BYDAY")))
		return read_days(value, r);
	if (span_is_nocase(key, SPAN("BYMONTHDAY")))
		return read_values(value, -31, 31, &r->monthday);
	if (span_is_nocase(key, SPAN("BYYEARDAY")))
		return read_values(value, -366, 366, &r->yearday);
	if (span_is_nocase(key, SPAN("BYWEEKNO")))
		return read_values(value, -53, 53, &r->weekno);
	if (span_is_nocase(key, SPAN("BYMONTH")))
		return read_values(value, 1, 12, &r->month);
	if (span_is_nocase(key, SPAN("BYSETPOS")))
		return read_values(value, -366, 366, &r->setpos);
	return false;
}

/* Parts that do not go together (3.3.10). NULL: all is well. */
static const char *
clash(const struct rrule *r)
{
	bool has_nth = false;

	for (int k = 0; k < r->nth.n; k++)
		has_nth |= r->nth.v[k] != 0;
	if (r->count && r->until != INT64_MAX)
		return "COUNT and UNTIL do not go together";
	if (r->weekno.n && r->freq != RRULE_YEARLY)
		return "BYWEEKNO goes with FREQ=YEARLY only";
	if (r->yearday.n && (r->freq == RRULE_DAILY || r->freq == RRULE_WEEKLY ||
			     r->freq == RRULE_MONTHLY))
		return "BYYEARDAY does not go with this FREQ";
	if (r->monthday.n && r->freq == RRULE_WEEKLY)
		return "BYMONTHDAY does not go with FREQ=WEEKLY";
	if (has_nth && r->freq < RRULE_MONTHLY)
		return "BYDAY has numbers with FREQ=MONTHLY and YEARLY only";
	if (has_nth && r->weekno.n)
		return "BYDAY has no numbers beside BYWEEKNO";
	return NULL;
}

int
rrule_parse(struct span text, struct rrule *ret, char *why, size_t n)
{
	struct rrule AUTO(auto_free) *r = calloc(1, sizeof *r);
	struct span rest = text;
	bool has_freq = false;
	const char *wrong;

	if (!r)
		abort();
	r->interval = 1;
	r->until = INT64_MAX;
	while (rest.n) {
		struct span part = span_cut(&rest, ';'), key = span_cut(&part, '=');

		if (!read_part(key, part, r)) {
			snprintf(why, n,
				 "\"" SPAN_FMT "\" is no part of a rule, or its "
				 "value is none",
				 key.n > 40 ? 40 : (int)key.n, key.p ? key.p : "");
			return ERR_SYNTAX;
		}
		has_freq |= span_is_nocase(key, SPAN("FREQ"));
	}
	wrong = has_freq ? clash(r) : "FREQ is missing";
	if (wrong) {
		snprintf(why, n, "%s", wrong);
		return ERR_SYNTAX;
	}
	*ret = *r;
	return 0;
}
