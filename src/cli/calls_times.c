/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and times of exports, in the time zone of the process. */
#include "cli/calls.h"

#include "base/auto.h"

#include <ctype.h>
#include <time.h>

static bool
take_number(struct span *s, size_t most, int *ret)
{
	size_t n = 0;
	int v = 0;

	while (n < s->n && n < most && isdigit((unsigned char)s->p[n]))
		v = v * 10 + s->p[n++] - '0';
	if (!n || (n < s->n && isdigit((unsigned char)s->p[n])))
		return false;
	*s = span_skip(*s, n);
	*ret = v;
	return true;
}

static bool
take_mark(struct span *s, const char *marks)
{
	if (!s->n || !strchr(marks, s->p[0]) || !s->p[0])
		return false;
	*s = span_skip(*s, 1);
	return true;
}

static int
days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

bool
calls_date(struct span s, const char *order, struct calls_day *ret,
	   struct span *ret_rest)
{
	struct calls_day d = { 0 };

	s = span_trim(s);
	for (int k = 0; k < 3; k++) {
		int *to = order[k] == 'Y'   ? &d.year
			  : order[k] == 'M' ? &d.month
					    : &d.day;

		if ((k && !take_mark(&s, "/-.")) ||
		    !take_number(&s, order[k] == 'Y' ? 4 : 2, to))
			return false;
	}
	if (d.year < 100)
		d.year += d.year < 70 ? 2000 : 1900;
	if (d.year < 1970 || d.year > 2200 || d.month < 1 || d.month > 12 ||
	    d.day < 1 || d.day > days_of(d.year, d.month))
		return false;
	if (s.n && !take_mark(&s, " T"))
		return false;
	*ret = d;
	*ret_rest = span_trim(s);
	return true;
}

bool
calls_clock(struct span s, int *ret)
{
	int h, m, sec = 0;

	s = span_trim(s);
	if (!take_number(&s, 2, &h) || !take_mark(&s, ":") || !take_number(&s, 2, &m) ||
	    (take_mark(&s, ":") && !take_number(&s, 2, &sec)))
		return false;
	s = span_trim(s);
	if (s.n) {
		bool is_pm = span_is_nocase(s, SPAN("PM"));

		if ((!is_pm && !span_is_nocase(s, SPAN("AM"))) || h < 1 || h > 12)
			return false;
		h = h % 12 + (is_pm ? 12 : 0);
	}
	if (h > 23 || m > 59 || sec > 59)
		return false;
	*ret = h * 3600 + m * 60 + sec;
	return true;
}

int64_t
calls_moment(const struct calls_day *d, int64_t s, bool is_second)
{
	int64_t days = s / 86400 - (s % 86400 < 0), left = s - days * 86400;
	struct tm want = { .tm_year = d->year - 1900,
			   .tm_mon = d->month - 1,
			   .tm_mday = d->day + (int)days,
			   .tm_hour = (int)(left / 3600),
			   .tm_min = (int)(left / 60 % 60),
			   .tm_sec = (int)(left % 60),
			   .tm_isdst = -1 };

	int64_t t = (int64_t)mktime(&want);

	/* Zones set their clocks back by an hour, one of them by half of one; which of
	 * the two mktime gives is its own choice. */
	for (int step = 3600; step >= 1800; step -= 1800) {
		time_t other = (time_t)(is_second ? t + step : t - step);
		struct tm is;

		localtime_r(&other, &is);
		if (is.tm_hour == want.tm_hour && is.tm_min == want.tm_min)
			return (int64_t)other * 1000;
	}
	return t * 1000;
}
