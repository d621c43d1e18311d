/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones through libical, which reads the tables of the machine (Debian's
 * tzdata); nothing is fetched. Names are checked before they become a path.
 */
#include "meet/inner.h"

#include "meet/rrule.h"

#include <stdio.h>

static icaltimezone *
zone_find(const char *zone)
{
	if (!zone || !*zone || *zone == '/' || strlen(zone) > 60 ||
	    strstr(zone, "..") ||
	    zone[strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789_+-/")])
		return NULL;
	if (strcmp(zone, "UTC") == 0 || strcmp(zone, "Etc/UTC") == 0)
		return icaltimezone_get_utc_timezone();
	return icaltimezone_get_builtin_timezone(zone);
}

bool
meet_zone_is_known(const char *zone)
{
	return zone_find(zone) != NULL;
}

static int64_t
floor_s(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

int
meet_offset_s(const char *zone, int64_t utc_s)
{
	icaltimezone *z = zone_find(zone);
	struct icaltimetype t;
	int is_daylight;

	if (!z)
		return 0;
	t = icaltime_from_timet_with_zone((time_t)utc_s, 0,
					  icaltimezone_get_utc_timezone());
	return icaltimezone_get_utc_offset_of_utc_time(z, &t, &is_daylight);
}

int64_t
meet_local_of(const char *zone, int64_t ms)
{
	return floor_s(ms) + meet_offset_s(zone, floor_s(ms));
}

/* An hour that comes twice is its first; one that does not come is moved on. */
int64_t
meet_utc_of(const char *zone, int64_t local_s)
{
	int before = meet_offset_s(zone, local_s - 86400);
	int after = meet_offset_s(zone, local_s + 86400);
	int64_t first = local_s - before, second = local_s - after;

	if (meet_offset_s(zone, first) == before)
		return first * 1000;
	if (meet_offset_s(zone, second) == after)
		return second * 1000;
	return first * 1000;
}

static void
write_local(struct buf *b, int64_t local_s, const char *fmt)
{
	int64_t days = local_s / 86400 - (local_s % 86400 < 0);
	int s = (int)(local_s - days * 86400), y, m, d;

	rrule_civil(days, &y, &m, &d);
	buf_printf(b, fmt, y, m, d, s / 3600, s / 60 % 60, s % 60);
}

void
meet_basic_time(struct buf *b, int64_t local_s)
{
	write_local(b, local_s, "%04d%02d%02dT%02d%02d%02d");
}

void
meet_zone_time(struct buf *b, const char *zone, int64_t ms)
{
	int64_t local = meet_local_of(zone, ms);
	int offset = (int)(local - floor_s(ms)), minutes = abs(offset) / 60;

	write_local(b, local, "%04d-%02d-%02dT%02d:%02d:%02d");
	buf_printf(b, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60,
		   minutes % 60);
}

int
meet_local_parse(const char *text, int64_t *ret_local_s)
{
	struct buf AUTO(buf_done) z = { 0 };
	int64_t ms;

	if (!text || strlen(text) != 19)
		return ERR_SYNTAX;
	buf_printf(&z, "%sZ", text);
	if (time_parse(buf_span(&z), &ms) < 0)
		return ERR_SYNTAX;
	*ret_local_s = floor_s(ms);
	return 0;
}

/* --- when ------------------------------------------------------------------ */

int
meet_cadence_check(const char *cadence, const char *starts, char *why, size_t n)
{
	struct rrule AUTO(auto_free) *r = calloc(1, sizeof *r);
	int64_t at;

	if (starts && meet_local_parse(starts, &at) < 0) {
		snprintf(why, n, "starts: a local time like 2026-03-02T10:00:00");
		return ERR_SYNTAX;
	}
	if (!cadence || !*cadence)
		return 0;
	if (!r)
		abort();
	if (rrule_parse(span_of(cadence), r, why, n) < 0)
		return ERR_SYNTAX;
	if (r->freq < RRULE_DAILY) {
		snprintf(why, n, "a series comes daily at most");
		return ERR_SYNTAX;
	}
	return 0;
}

struct coming {
	const char *zone;
	int64_t after, *ret;
	size_t n, max;
};

static bool
add_coming(void *ctx, int64_t local_s)
{
	struct coming *c = ctx;
	int64_t at = meet_utc_of(c->zone, local_s);

	if (at > c->after)
		c->ret[c->n++] = at;
	return c->n < c->max;
}

size_t
meet_coming(const struct series *s, int64_t after, int64_t *ret, size_t max)
{
	struct rrule AUTO(auto_free) *r = calloc(1, sizeof *r);
	struct coming c = { .zone = s->zone, .after = after, .ret = ret, .max = max };
	char why[160];
	int64_t start;

	if (!r)
		abort();
	if (!s->cadence || !*s->cadence || !max || !meet_zone_is_known(s->zone) ||
	    meet_local_parse(s->starts, &start) < 0 ||
	    rrule_parse(span_of(s->cadence), r, why, sizeof why) < 0)
		return 0;
	if (r->is_until_utc)
		r->until = meet_local_of(s->zone, r->until * 1000);
	rrule_expand(r, start, add_coming, &c);
	return c.n;
}
