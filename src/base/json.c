/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/time.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

#define DEPTH_MAX 64

/* A value follows another value directly only when a comma stands between. */
static void
comma(struct buf *b)
{
	char last;

	if (!b->n)
		return;
	last = b->p[b->n - 1];
	if (last != '{' && last != '[' && last != ':' && last != ',' && last != '\n')
		buf_add_c(b, ',');
}

void
jw_open(struct buf *b, char bracket)
{
	comma(b);
	buf_add_c(b, bracket);
}

void
jw_close(struct buf *b, char bracket)
{
	buf_add_c(b, bracket);
}

void
jw_key(struct buf *b, const char *key)
{
	comma(b);
	buf_add_c(b, '"');
	buf_add_z(b, key);
	buf_add(b, "\":", 2);
}

static void
escaped(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add(b, "\\\"", 2);
		break;
	case '\\':
		buf_add(b, "\\\\", 2);
		break;
	case '\n':
		buf_add(b, "\\n", 2);
		break;
	case '\r':
		buf_add(b, "\\r", 2);
		break;
	case '\t':
		buf_add(b, "\\t", 2);
		break;
	default:
		buf_printf(b, "\\u%04x", c);
	}
}

void
jw_str(struct buf *b, struct span s)
{
	size_t from = 0, i = 0;

	comma(b);
	buf_add_c(b, '"');
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		struct span rest;

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			i++;
			continue;
		}
		if (c < 0x80) {
			buf_add(b, s.p + from, i - from);
			escaped(b, c);
			from = ++i;
			continue;
		}
		rest = span_skip(s, i);
		if (utf8_next(&rest) == -2) {
			buf_add(b, s.p + from, i - from);
			utf8_put(b, 0xfffd);
			from = ++i;
			continue;
		}
		i = (size_t)(rest.p - s.p);
	}
	buf_add(b, s.p + from, i - from);
	buf_add_c(b, '"');
}

void
jw_i64(struct buf *b, int64_t v)
{
	comma(b);
	buf_i64(b, v);
}

void
jw_double(struct buf *b, double v, int decimals)
{
	comma(b);
	if (!isfinite(v))
		buf_add(b, "null", 4);
	else
		buf_printf(b, "%.*f", decimals, v);
}

void
jw_bool(struct buf *b, bool v)
{
	comma(b);
	buf_add_z(b, v ? "true" : "false");
}

void
jw_null(struct buf *b)
{
	comma(b);
	buf_add(b, "null", 4);
}

void
jw_raw(struct buf *b, struct span json)
{
	comma(b);
	buf_add_span(b, json);
}

void
jw_time(struct buf *b, int64_t ms)
{
	comma(b);
	buf_add_c(b, '"');
	time_format(b, ms);
	buf_add_c(b, '"');
}

void
jw_id(struct buf *b, struct id id)
{
	comma(b);
	buf_add_c(b, '"');
	id_format(b, id);
	buf_add_c(b, '"');
}

/* By hand: a track has thousands of them, each second's fixes too. */
void
jw_e7(struct buf *b, int32_t v)
{
	uint32_t u = v < 0 ? 0u - (uint32_t)v : (uint32_t)v, rest = u % 10000000;
	char digits[8];

	comma(b);
	if (v < 0)
		buf_add_c(b, '-');
	buf_i64(b, u / 10000000);
	digits[0] = '.';
	for (int i = 7; i > 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	buf_add(b, digits, sizeof digits);
}

void
jw_pos(struct buf *b, const struct position *p)
{
	jw_open(b, '{');
	jw_key(b, "lat");
	jw_e7(b, p->lat_e7);
	jw_key(b, "lon");
	jw_e7(b, p->lon_e7);
	if (p->accuracy_m >= 0)
		jw_ki64(b, "accuracy_m", p->accuracy_m);
	jw_close(b, '}');
}

void
jw_kstr(struct buf *b, const char *key, struct span s)
{
	jw_key(b, key);
	jw_str(b, s);
}

void
jw_kz(struct buf *b, const char *key, const char *z)
{
	if (z)
		jw_kstr(b, key, span_of(z));
}

void
jw_ki64(struct buf *b, const char *key, int64_t v)
{
	jw_key(b, key);
	jw_i64(b, v);
}

void
jw_kbool(struct buf *b, const char *key, bool v)
{
	jw_key(b, key);
	jw_bool(b, v);
}

void
jw_ktime(struct buf *b, const char *key, int64_t ms)
{
	if (ms == TIME_NONE)
		return;
	jw_key(b, key);
	jw_time(b, ms);
}

void
jw_kid(struct buf *b, const char *key, struct id id)
{
	if (!id_is_set(id))
		return;
	jw_key(b, key);
	jw_id(b, id);
}

void
jw_kpos(struct buf *b, const char *key, const struct position *p)
{
	if (!p->is_set)
		return;
	jw_key(b, key);
	jw_pos(b, p);
}

/* jansson recurses up to its own limit of 2048; ours is stricter. */
static bool
is_too_deep(struct span s)
{
	bool in_str = false;
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (in_str) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_str = false;
		} else if (c == '"') {
			in_str = true;
		} else if (c == '{' || c == '[') {
			if (++depth > DEPTH_MAX)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

static json_t *
read_with(struct span text, size_t flags, struct json_err *ret_err)
{
	json_error_t e = { .line = 1, .column = 1 };
	json_t *j = NULL;

	if (is_too_deep(text))
		snprintf(e.text, sizeof e.text, "nested deeper than %d", DEPTH_MAX);
	else if (text.n && memchr(text.p, 0, text.n)) /* jansson skips some */
		snprintf(e.text, sizeof e.text, "a zero byte");
	else
		j = json_loadb(text.p ? text.p : "", text.n,
			       flags | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	if (!j && ret_err) {
		ret_err->line = e.line;
		ret_err->column = e.column;
		snprintf(ret_err->text, sizeof ret_err->text, "%s", e.text);
	}
	return j;
}

json_t *
json_read(struct span text, struct json_err *ret_err)
{
	return read_with(text, JSON_REJECT_DUPLICATES, ret_err);
}

json_t *
json_read_loose(struct span text, struct json_err *ret_err)
{
	return read_with(text, 0, ret_err);
}

struct span
json_str(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	if (!json_is_string(v))
		return (struct span){ 0 };
	return (struct span){ json_string_value(v), json_string_length(v) };
}
