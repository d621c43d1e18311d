/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a police vehicle goes on a class of road, and by hour of the week. The
 * built-in table is an assumption for a Pakistani city by day, not a measurement:
 * the operator puts his own in its place (docs/operator/roads.md).
 */
#include "route/inner.h"

const char *const road_class_names[ROAD__COUNT] = {
	[ROAD_MOTORWAY] = "motorway",
	[ROAD_TRUNK] = "trunk",
	[ROAD_PRIMARY] = "primary",
	[ROAD_SECONDARY] = "secondary",
	[ROAD_TERTIARY] = "tertiary",
	[ROAD_UNCLASSIFIED] = "unclassified",
	[ROAD_RESIDENTIAL] = "residential",
	[ROAD_LIVING_STREET] = "living_street",
	[ROAD_SERVICE] = "service",
	[ROAD_TRACK] = "track",
	[ROAD_ROAD] = "road",
	[ROAD_LINK] = "link",
};

static const double standard_kmh[ROAD__COUNT] = {
	[ROAD_MOTORWAY] = 90,    [ROAD_TRUNK] = 60,         [ROAD_PRIMARY] = 45,
	[ROAD_SECONDARY] = 40,   [ROAD_TERTIARY] = 35,      [ROAD_UNCLASSIFIED] = 30,
	[ROAD_RESIDENTIAL] = 25, [ROAD_LIVING_STREET] = 15, [ROAD_SERVICE] = 15,
	[ROAD_TRACK] = 15,       [ROAD_ROAD] = 25,          [ROAD_LINK] = 35,
};

static const char *const day_names[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun"
};

static int
class_of(struct span word)
{
	for (int i = 0; i < ROAD__COUNT; i++)
		if (span_is_z(word, road_class_names[i]))
			return i;
	return -1;
}

static struct span
next_word(struct span *rest)
{
	struct span word;

	*rest = span_trim(*rest);
	word = span_cut(rest, ' ');
	*rest = span_trim(*rest);
	return span_trim(word);
}

static int
read_speeds(struct speeds *s, const char *text, struct buf *why)
{
	struct span rest = span_of(text), word;

	while ((word = next_word(&rest)).n) {
		struct span kmh = word, name = span_cut(&kmh, '=');
		int class = class_of(name);
		double v;

		if (class < 0 || !span_to_double(kmh, &v) || !(v >= 3 && v <= 200)) {
			buf_printf(why,
				   "road speeds: \"" SPAN_FMT "\" is no CLASS=KMH of 3 "
				   "to 200, as trunk=60",
				   SPAN_ARG(word));
			return ERR_SYNTAX;
		}
		s->kmh[class] = v;
	}
	return 0;
}

/* --- hours ------------------------------------------------------------------------ */

static int
day_of(struct span word)
{
	for (int i = 0; i < 7; i++)
		if (span_is_z(word, day_names[i]))
			return i;
	return -1;
}

static bool
read_days(struct span word, bool ret[7])
{
	struct span to = word, from = span_cut(&to, '-');
	int a = day_of(from), b = to.n ? day_of(to) : a;

	memset(ret, 0, 7 * sizeof *ret);
	if (span_is_z(word, "*")) {
		memset(ret, true, 7 * sizeof *ret);
		return true;
	}
	if (a < 0 || b < 0)
		return false;
	for (int d = a;; d = (d + 1) % 7) {
		ret[d] = true;
		if (d == b)
			return true;
	}
}

static bool
read_hours(struct span word, int64_t *ret_from, int64_t *ret_to)
{
	struct span to = word, from = span_cut(&to, '-');

	return span_to_i64(from, ret_from) && span_to_i64(to, ret_to) &&
	       *ret_from >= 0 && *ret_from < *ret_to && *ret_to <= 24;
}

/* "mon-fri 08-10 0.6" or "mon-fri 08-10 primary 0.5" */
static bool
read_rule(struct speeds *s, struct span rule)
{
	struct span days = next_word(&rule), hours = next_word(&rule);
	struct span third = next_word(&rule), fourth = next_word(&rule);
	int class = fourth.n ? class_of(third) : -1;
	bool on[7];
	int64_t from, to;
	double factor;

	if (!read_days(days, on) || !read_hours(hours, &from, &to) ||
	    (fourth.n && class < 0) || rule.n ||
	    !span_to_double(fourth.n ? fourth : third, &factor) ||
	    !(factor >= 0.05 && factor <= 3))
		return false;
	for (int d = 0; d < 7; d++)
		for (int64_t h = from; on[d] && h < to; h++)
			for (int c = 0; c < ROAD__COUNT; c++)
				if (class < 0 || class == c)
					s->factor[d * 24 + h][c] = (float)factor;
	return true;
}

static int
read_table(struct speeds *s, const char *text, struct buf *why)
{
	struct span rest = span_of(text);

	while (rest.n) {
		struct span rule = span_trim(span_cut(&rest, ';'));

		if (rule.n && !read_rule(s, rule)) {
			buf_printf(why,
				   "road hours: \"" SPAN_FMT "\" is no DAYS HOURS "
				   "[CLASS] FACTOR, as mon-fri 08-10 0.6",
				   SPAN_ARG(rule));
			return ERR_SYNTAX;
		}
	}
	return 0;
}

int
speeds_read(struct speeds *s, const char *speeds, const char *hours, struct buf *why)
{
	memcpy(s->kmh, standard_kmh, sizeof s->kmh);
	for (int h = 0; h < 7 * 24; h++)
		for (int c = 0; c < ROAD__COUNT; c++)
			s->factor[h][c] = 1;
	if (speeds && read_speeds(s, speeds, why) < 0)
		return ERR_SYNTAX;
	return hours ? read_table(s, hours, why) : 0;
}

/* 1970-01-01 was a Thursday. */
unsigned
speeds_hour(const struct speeds *s, int64_t now_ms)
{
	int64_t hour = (now_ms / 60000 + s->utc_minutes) / 60 + 3 * 24;

	return (unsigned)(hour < 0 ? 0 : hour % (7 * 24));
}
