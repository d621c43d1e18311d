/* SPDX-License-Identifier: Apache-2.0 */
/* Values of JSON, out of messages that may be cut or odd: see pick.h. */
#include "gate/wire/gsm7.h"
#include "gate/wire/pick.h"

#define JSON_DEPTH_MAX 32

/* Length of the string literal at the head of s, quotes included; 0: none. */
static size_t
json_string(struct span s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* Length of the {…} or […] at the head of s; 0: not closed or too deep. */
static size_t
json_nest(struct span s)
{
	char want[JSON_DEPTH_MAX];
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"') {
			size_t n = json_string(span_skip(s, i));

			if (!n)
				return 0;
			i += n - 1;
		} else if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH_MAX)
				return 0;
			want[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (!depth || want[--depth] != c)
				return 0;
			if (!depth)
				return i + 1;
		}
	}
	return 0;
}

struct span
pick_json_value(struct span *s)
{
	struct span at = span_trim(*s);
	size_t n = 0;

	if (at.n && at.p[0] == '"')
		n = json_string(at);
	else if (at.n && (at.p[0] == '{' || at.p[0] == '['))
		n = json_nest(at);
	else
		while (n < at.n && !strchr(",:]} \t\r\n", at.p[n]) && at.p[n])
			n++;
	*s = span_skip(at, n);
	return (struct span){ at.p, n };
}

/* Takes a mark such as ',' and the blanks before it. */
static bool
json_mark(struct span *s, char mark)
{
	*s = span_trim(*s);
	if (!s->n || s->p[0] != mark)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

static bool
is_named(struct span name, struct span key, bool is_nocase)
{
	return is_nocase ? span_is_nocase(name, key) : span_is(name, key);
}

static struct span
json_member(struct span object, struct span key, bool is_nocase)
{
	struct span s = span_trim(object);

	if (!json_mark(&s, '{'))
		return (struct span){ NULL, 0 };
	do {
		struct span name = pick_json_value(&s), value;

		if (name.n < 2 || !json_mark(&s, ':'))
			break;
		value = pick_json_value(&s);
		if (!value.n)
			break;
		if (is_named((struct span){ name.p + 1, name.n - 2 }, key, is_nocase))
			return value;
	} while (json_mark(&s, ','));
	return (struct span){ NULL, 0 };
}

static struct span
unquoted(struct span v)
{
	return v.n >= 2 && v.p[0] == '"' ? (struct span){ v.p + 1, v.n - 2 } : v;
}

static struct span
pick_named(struct span object, const char *path, bool is_nocase)
{
	struct span names = span_of(path), at = object;

	while (names.n && at.p)
		at = json_member(at, span_cut(&names, '.'), is_nocase);
	if (!at.p || span_is_z(at, "null"))
		return (struct span){ NULL, 0 };
	return unquoted(at);
}

struct span
pick_json(struct span object, const char *path)
{
	return pick_named(object, path, false);
}

struct span
pick_json_nocase(struct span object, const char *path)
{
	return pick_named(object, path, true);
}

/* Four hex digits behind "\\u" at the head of s; -1: there are none. */
static int32_t
json_unit(struct span s)
{
	int32_t v = 0;

	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		if (hex_digit(s.p[i]) < 0)
			return -1;
		v = v << 4 | hex_digit(s.p[i]);
	}
	return v;
}

/* A letter written as one unit of UTF-16 or two. */
static size_t
unit_add(struct span *s, char *to, size_t cap)
{
	char units[4];
	size_t n = 0;
	int32_t c = json_unit(*s);

	do {
		units[n++] = (char)(c >> 8);
		units[n++] = (char)c;
		*s = span_skip(*s, 6);
		c = json_unit(*s);
	} while (n == 2 && ((uint8_t)units[0] & 0xfc) == 0xd8 && c >= 0xdc00 &&
		 c < 0xe000);
	return ucs2_to_utf8((struct span){ units, n }, to, cap);
}

struct span
pick_json_text(struct span raw, char *room, size_t cap)
{
	static const char marks[] = "bfnrt", plain[] = "\b\f\n\r\t";
	const char *mark;
	size_t n = 0;

	if (!raw.n || !memchr(raw.p, '\\', raw.n))
		return raw;
	while (raw.n && n + 4 <= cap) {
		if (raw.p[0] != '\\' || raw.n < 2) {
			room[n++] = raw.p[0];
			raw = span_skip(raw, 1);
		} else if (json_unit(raw) >= 0) {
			n += unit_add(&raw, room + n, cap - n);
		} else {
			mark = strchr(marks, raw.p[1]);
			room[n++] = mark && raw.p[1] ? plain[mark - marks] : raw.p[1];
			raw = span_skip(raw, 2);
		}
	}
	return (struct span){ room, n };
}

bool
pick_is_no(struct span v)
{
	static const char *const words[] = { "false",    "no",       "none",
					     "off",      "normal",   "null",
					     "ok",       "idle",     "clear",
					     "inactive", "released", "no alarm" };
	struct span s;

	if (v.n && (v.p[0] == '{' || v.p[0] == '[')) {
		for (s = span_skip(v, 1); s.n && s.p[0] != '}' && s.p[0] != ']';) {
			struct span item = pick_json_value(&s);

			if (json_mark(&s, ':'))
				item = pick_json_value(&s);
			if (!pick_is_no(unquoted(item)))
				return false;
			if (!json_mark(&s, ','))
				break;
		}
		return true;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (pick_is_word(v, words[i]))
			return true;
	return !span_trim(v).n || pick_double(v) == 0;
}
