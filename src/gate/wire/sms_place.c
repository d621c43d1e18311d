/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place that people, phones and trackers write into a text: two numbers with letters
 * of the sky before or behind them, names, or nothing, in either order. Sources: texts
 * of trackers' manuals, addresses of maps, NMEA 0183 (ddmm.mmmm,N,dddmm.mmmm,E).
 */
#include "gate/wire/pick.h"
#include "gate/wire/sms.h"

#include <ctype.h>
#include <math.h>

#define BETWEEN_MAX 20 /* steps from one number to the other */
#define DECIMALS_MIN 3 /* less is a speed, a time or a price */

/* What stands beside a number: upper-case letters of the sky, or 0. */
struct beside {
	char letter;
	bool is_near; /* nothing between the two */
	bool is_lat, is_lon;
};

static char
sky_letter(char c)
{
	c = (char)toupper((unsigned char)c);
	return c && strchr("NSEW", c) ? c : 0;
}

static bool
is_name(struct span s, bool *ret_is_lat)
{
	static const char *const lats[] = { "lat", "latitude" };
	static const char *const lons[] = { "lon", "long", "lng", "longitude" };

	for (size_t i = 0; i < sizeof lats / sizeof *lats; i++)
		if (span_is_nocase(s, span_of(lats[i])))
			return *ret_is_lat = true;
	*ret_is_lat = false;
	for (size_t i = 0; i < sizeof lons / sizeof *lons; i++)
		if (span_is_nocase(s, span_of(lons[i])))
			return true;
	return false;
}

static size_t
letters(struct span s)
{
	size_t n = 0;

	while (n < s.n && isalpha((unsigned char)s.p[n]))
		n++;
	return n;
}

/* "37.9480" behind degrees and their sign. */
static bool
cut_minutes(struct span *s, double *ret)
{
	size_t n = 0;

	if (span_starts(*s, SPAN("\xc2\xb0")))
		*s = span_skip(*s, 2);
	else if (s->n && (s->p[0] == 'g' || s->p[0] == 'd'))
		*s = span_skip(*s, 1);
	else
		return false;
	while (n < s->n && n < 12 &&
	       (isdigit((unsigned char)s->p[n]) || s->p[n] == '.'))
		n++;
	*ret = pick_within((struct span){ s->p, n }, 0, 60);
	*s = span_skip(*s, n);
	if (s->n && s->p[0] == '\'')
		*s = span_skip(*s, 1);
	return !isnan(*ret);
}

/* Degrees with at least three decimals, degrees and minutes, or ddmm.mmmm before ",N".
 */
static bool
cut_degrees(struct span *s, double *ret)
{
	struct span at = *s;
	size_t n = 0, digits = 0, decimals = 0;
	bool has_point = false;
	double minutes;

	while (n < at.n && n < 14) {
		char c = at.p[n];

		if (c == '.' && !has_point)
			has_point = true;
		else if (isdigit((unsigned char)c))
			*(has_point ? &decimals : &digits) += 1;
		else if (n || (c != '-' && c != '+'))
			break;
		n++;
	}
	*ret = pick_double((struct span){ at.p + (n && at.p[0] == '+'),
					  n - (n && at.p[0] == '+') });
	at = span_skip(at, n);
	if (isnan(*ret) || (decimals < DECIMALS_MIN && (has_point || !digits)))
		return false;
	if (!has_point) {
		if (!cut_minutes(&at, &minutes))
			return false;
		*ret += *ret < 0 ? -minutes / 60 : minutes / 60;
	} else if (digits >= 4 && at.n > 1 && at.p[0] == ',' && sky_letter(at.p[1])) {
		*ret = floor(*ret / 100) + fmod(*ret, 100) / 60;
	}
	*s = at;
	return true;
}

/* Before the first number: "Lat: S ", "N", "q=". */
static struct beside
before(struct span text, const char *number)
{
	const char *p = number;
	struct beside b = { 0 };

	for (int part = 0; part < 2; part++) {
		const char *end, *from;

		while (p > text.p && number - p < 6 && strchr(" \t:=,", p[-1]))
			p--;
		end = from = p;
		while (from > text.p && end - from < 10 &&
		       isalpha((unsigned char)from[-1]))
			from--;
		if (end - from == 1 && part == 0 && sky_letter(*from)) {
			b.letter = sky_letter(*from);
			b.is_near = end == number;
			p = from;
			continue;
		}
		if (is_name((struct span){ from, (size_t)(end - from) }, &b.is_lat))
			b.is_lon = !b.is_lat;
		break;
	}
	return b;
}

/* Behind the second: "S", " W". */
static struct beside
behind(struct span rest)
{
	size_t blanks = rest.n && rest.p[0] == ' ';
	struct span s;

	if (rest.n && rest.p[0] == ',' && rest.n > 1) /* of NMEA */
		blanks = 1;
	s = span_skip(rest, blanks);
	return (struct beside){
		.letter = letters(s) == 1 ? sky_letter(s.p[0]) : 0,
		.is_near = !blanks,
	};
}

/* Between the two: blanks, a comma, letters of the sky, a name. False: other words. */
static bool
cut_between(struct span *s, char ret_letters[2], struct beside *name)
{
	size_t steps = 0, found = 0;
	bool is_lat;

	for (; s->n && steps < BETWEEN_MAX; steps++) {
		size_t n = letters(*s);

		if (n && is_name((struct span){ s->p, n }, &is_lat)) {
			name->is_lat |= is_lat;
			name->is_lon |= !is_lat;
		} else if (n == 1 && sky_letter(s->p[0])) {
			if (found < 2)
				ret_letters[found++] = sky_letter(s->p[0]);
		} else if (span_starts(*s, SPAN("%2c")) ||
			   span_starts(*s, SPAN("%2C"))) {
			n = 3;
		} else if (strchr(" ,;:=&/\r\n\t", s->p[0]) && s->p[0]) {
			n = 1;
		} else {
			break;
		}
		*s = span_skip(*s, n);
	}
	/* a sign parts them too: of ISO 6709, or a blank of an address of a map */
	return steps > 0 || (s->n && (s->p[0] == '+' || s->p[0] == '-'));
}

/* Whose letter is which: before both, behind both, or of one. */
static void
letters_give(const struct beside *head, const char mid[2], const struct beside *tail,
	     char *ret_a, char *ret_b)
{
	*ret_a = *ret_b = 0;
	if (head->letter && mid[0] && !(mid[1] && tail->letter)) {
		*ret_a = head->letter;
		*ret_b = mid[0];
	} else if (mid[0] && tail->letter) {
		*ret_a = mid[0];
		*ret_b = tail->letter;
	} else if (mid[0] && mid[1]) {
		*ret_a = mid[0];
		*ret_b = mid[1];
	} else if (mid[0]) {
		*(strchr("NS", mid[0]) ? ret_a : ret_b) = mid[0];
	} else {
		*ret_a = head->is_near ? head->letter : 0;
		*ret_b = tail->is_near ? tail->letter : 0;
	}
}

static double
signed_by(double v, char letter)
{
	return letter == 'S' || letter == 'W' ? -fabs(v) : v;
}

/* Two numbers at the head of s. 0: none; 1: perhaps, but the first has no name and the
 * second is a latitude, so that a place may stand behind; 2: a place. */
static int
place_at(struct span text, struct span s, struct position *ret)
{
	struct beside head, tail, name = { 0 };
	char mid[2] = { 0 }, la, lb;
	struct span at = s;
	bool is_turned, is_odd;
	double a, b;

	if (!cut_degrees(&at, &a) || !cut_between(&at, mid, &name) ||
	    !cut_degrees(&at, &b))
		return 0;
	head = before(text, s.p);
	tail = behind(at);
	letters_give(&head, mid, &tail, &la, &lb);
	is_odd = !la && !lb && name.is_lat && !head.is_lat && !head.is_lon;
	is_turned = (la && strchr("EW", la)) || (lb && strchr("NS", lb)) || is_odd ||
		    (!la && !lb && head.is_lon);
	a = signed_by(a, la);
	b = signed_by(b, lb);
	if (!pick_position(is_turned ? b : a, is_turned ? a : b, ret))
		return 0;
	ret->accuracy_m = -1;
	return is_odd ? 1 : 2;
}

bool
sms_place(struct span text, struct position *ret)
{
	struct position perhaps = { 0 }, found;

	for (struct span s = text; s.n; s = span_skip(s, 1)) {
		int rc;

		if (s.p > text.p && memchr("0123456789.", s.p[-1], 11))
			continue; /* in the middle of a number */
		rc = place_at(text, s, &found);
		if (rc == 2 || (rc == 1 && !perhaps.is_set))
			perhaps = found;
		if (rc == 2)
			break;
	}
	if (perhaps.is_set)
		*ret = perhaps;
	return perhaps.is_set;
}
