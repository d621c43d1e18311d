/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "base/err.h"

#include <time.h>

static int64_t
system_wall(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_mono(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock clock_system = { system_wall, system_mono, NULL };

/* Days since 1970-01-01 of a civil date (proleptic Gregorian). */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
two(char *p, int v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
}

void
time_format(struct buf *b, int64_t ms)
{
	int64_t days = ms / 86400000, rest = ms % 86400000, era, y;
	int doe, yoe, doy, mp, d, m;
	char t[] = "0000-00-00T00:00:00.000Z";

	if (rest < 0) {
		rest += 86400000;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = (int)(days - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	y = yoe + era * 400;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d = doy - (153 * mp + 2) / 5 + 1;
	m = mp < 10 ? mp + 3 : mp - 9;
	y += m <= 2;
	if (y < 0 || y > 9999)
		y = y < 0 ? 0 : 9999;
	two(t, (int)(y / 100));
	two(t + 2, (int)(y % 100));
	two(t + 5, m);
	two(t + 8, d);
	two(t + 11, (int)(rest / 3600000));
	two(t + 14, (int)(rest / 60000 % 60));
	two(t + 17, (int)(rest / 1000 % 60));
	t[20] = (char)('0' + rest % 1000 / 100);
	two(t + 21, (int)(rest % 100));
	buf_add(b, t, 24);
}

static bool
digits(struct span s, size_t at, size_t n, int *ret)
{
	int v = 0;

	if (at + n > s.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

int
time_from_civil(int year, int month, int day, int hour, int min, int sec,
		int64_t *ret_ms)
{
	static const int len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > len[month - 1] + (month == 2 && leap) || hour < 0 || hour > 23 ||
	    min < 0 || min > 59 || sec < 0 || sec > 60)
		return ERR_RANGE;
	*ret_ms = ((days_from_civil(year, month, day) * 24 + hour) * 60 + min) * 60000 +
		  (int64_t)sec * 1000;
	return 0;
}

#define YEAR_0_MS (-62167219200000ll)      /* 0000-01-01T00:00:00.000Z */
#define YEAR_9999_END_MS 253402300799999ll /* 9999-12-31T23:59:59.999Z */

/* "+05:00", "-0330", "Z" at the end of s; minutes to take off. */
static bool
zone(struct span s, int *ret_min)
{
	int h, m = 0;

	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*ret_min = 0;
		return true;
	}
	if (s.n < 5 || (s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &h))
		return false;
	if (!digits(s, s.p[3] == ':' ? 4 : 3, 2, &m) || h > 23 || m > 59 ||
	    s.n != (s.p[3] == ':' ? 6u : 5u))
		return false;
	*ret_min = (h * 60 + m) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

int
time_parse(struct span s, int64_t *ret_ms)
{
	int y, mo, d, h, mi, se, off, frac = 0, scale = 100;
	size_t at = 19;
	int64_t ms;

	if (!digits(s, 0, 4, &y) || !digits(s, 5, 2, &mo) || !digits(s, 8, 2, &d) ||
	    !digits(s, 11, 2, &h) || !digits(s, 14, 2, &mi) || !digits(s, 17, 2, &se))
		return ERR_SYNTAX;
	if (s.p[4] != '-' || s.p[7] != '-' || !memchr("Tt ", s.p[10], 3) ||
	    s.p[13] != ':' || s.p[16] != ':')
		return ERR_SYNTAX;
	if (at < s.n && s.p[at] == '.') {
		size_t first = ++at;

		for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++) {
			frac += (s.p[at] - '0') * scale;
			scale /= 10;
		}
		if (at == first)
			return ERR_SYNTAX;
	}
	if (!zone(span_skip(s, at), &off) ||
	    time_from_civil(y, mo, d, h, mi, se, &ms) < 0)
		return ERR_SYNTAX;
	ms += frac - (int64_t)off * 60000;
	if (ms < YEAR_0_MS || ms > YEAR_9999_END_MS)
		return ERR_SYNTAX; /* its offset took it out of what can be written */
	*ret_ms = ms;
	return 0;
}
