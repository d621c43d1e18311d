/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/pick.h"

#include "base/time.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

/* Together less than the door holds for one connection (64 KiB). */
#define HTTP_HEAD_MAX 12288
/* A device clock before this (2015-01-01) was never set. */
#define CLOCK_SANE_MS INT64_C(1420070400000)

double
pick_double(struct span s)
{
	double v;

	return span_to_double(span_trim(s), &v) ? v : NAN;
}

double
pick_within(struct span s, double min, double max)
{
	double v = pick_double(s);

	return v >= min && v <= max ? v : NAN;
}

int
pick_int(struct span s, int min, int max)
{
	double v = pick_double(s);

	return v >= min && v <= max ? (int)v : -1;
}

bool
pick_hex(struct span s, uint32_t *ret)
{
	uint32_t v = 0;

	if (!s.n || s.n > 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = hex_digit(s.p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	*ret = v;
	return true;
}

bool
pick_is_word(struct span s, const char *word)
{
	return span_is_nocase(span_trim(s), span_of(word));
}

void
pick_copy(char *to, size_t cap, struct span s)
{
	size_t n = s.n < cap - 1 ? s.n : cap - 1;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		to[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	to[n] = 0;
}

bool
pick_utf16_hex(struct span utf8, char *to, size_t cap)
{
	size_t n = 0;

	*to = 0;
	while (utf8.n) {
		int32_t c = utf8_next(&utf8);

		if (c < 0 || n + 9 > cap)
			return false;
		if (c > 0xffff) {
			c -= 0x10000;
			n += (size_t)sprintf(to + n, "%04x%04x", 0xd800 + (c >> 10),
					     0xdc00 + (c & 0x3ff));
		} else {
			n += (size_t)sprintf(to + n, "%04x", c);
		}
	}
	return true;
}

static int
letter_value(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

size_t
pick_base64(struct span s, char *to, size_t cap)
{
	uint32_t bits = 0;
	size_t n = 0, n_bits = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '=' && n < cap; i++) {
		int v = letter_value(s.p[i]);

		if (v < 0)
			continue;
		bits = bits << 6 | (uint32_t)v;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		to[n++] = (char)(bits >> n_bits);
	}
	return n;
}

uint64_t
pick_hash(struct span s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return h;
}

/* --- time ---------------------------------------------------------------- */

static bool
six_digits(struct span s, int v[3])
{
	if (s.n != 6)
		return false;
	for (size_t i = 0; i < 6; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	for (size_t i = 0; i < 3; i++)
		v[i] = (s.p[2 * i] - '0') * 10 + s.p[2 * i + 1] - '0';
	return true;
}

int64_t
pick_ddmmyy(struct span date, struct span time, int64_t now_ms)
{
	int d[3], t[3], year, now_year;
	int64_t ms;

	if (!six_digits(span_trim(date), d) || !six_digits(span_trim(time), t))
		return TIME_NONE;
	now_year = 1970 + (int)(now_ms / INT64_C(31556952000));
	year = now_year / 100 * 100 + d[2];
	if (year > now_year + 50)
		year -= 100;
	if (time_from_civil(year, d[1], d[0], t[0], t[1], t[2], &ms) < 0)
		return TIME_NONE;
	return ms;
}

int64_t
pick_timestamp(struct span s)
{
	char tmp[48];
	double v;
	int64_t ms;

	s = span_trim(s);
	if (span_to_double(s, &v)) {
		if (v <= 0 || v > 9e15)
			return TIME_NONE;
		/* As Traccar: what fits 31 bits is seconds. */
		return v < 2147483647.0 ? (int64_t)llround(v * 1000) : (int64_t)v;
	}
	if (s.n < 19 || s.n + 2 > sizeof tmp)
		return TIME_NONE;
	memcpy(tmp, s.p, s.n);
	/* A '+' that was not percent-encoded arrives as a blank. */
	if (s.n >= 24 && tmp[s.n - 6] == ' ')
		tmp[s.n - 6] = '+';
	if (time_parse((struct span){ tmp, s.n }, &ms) == 0)
		return ms;
	tmp[s.n] = 'Z'; /* no zone told: UTC */
	return time_parse((struct span){ tmp, s.n + 1 }, &ms) == 0 ? ms : TIME_NONE;
}

void
pick_key(struct gate_report *r, struct span content)
{
	if (r->device_time_ms < CLOCK_SANE_MS)
		return;
	snprintf(r->key, sizeof r->key, "%lld-%016llx",
		 (long long)(r->device_time_ms / 1000),
		 (unsigned long long)pick_hash(content));
}

bool
pick_position(double lat, double lon, struct position *ret)
{
	if (fabs(lat) < 1e-6 && fabs(lon) < 1e-6)
		return false;
	return geo_position(lat, lon, ret);
}

double
pick_degrees(struct span *rest, const char *minus)
{
	double v = pick_double(span_cut(rest, ','));
	struct span more = *rest, letter = span_trim(span_cut(&more, ','));

	if (letter.n <= 1 && (!letter.n || strchr("NSEWnsew", letter.p[0]))) {
		*rest = more;
		if (letter.n && strchr(minus, letter.p[0]))
			v = -fabs(v);
	}
	return v;
}

/* --- forms --------------------------------------------------------------- */

struct span
pick_form(struct span form, const char *key, char *tmp, size_t cap)
{
	while (form.n) {
		struct span value = span_cut(&form, '&');
		struct span name = span_cut(&value, '=');
		size_t n = 0;

		if (!span_is_z(name, key))
			continue;
		for (size_t i = 0; i < value.n && n < cap; i++) {
			char c = value.p[i];

			if (c == '+') {
				c = ' ';
			} else if (c == '%' && i + 2 < value.n &&
				   hex_digit(value.p[i + 1]) >= 0 &&
				   hex_digit(value.p[i + 2]) >= 0) {
				c = (char)(hex_digit(value.p[i + 1]) << 4 |
					   hex_digit(value.p[i + 2]));
				i += 2;
			}
			tmp[n++] = c;
		}
		return (struct span){ tmp, n };
	}
	return (struct span){ NULL, 0 };
}

/* --- HTTP ---------------------------------------------------------------- */

/* Bytes of the request line and headers with the empty line; 0: not yet. */
static size_t
head_length(struct span in)
{
	const char *q = in.n ? memmem(in.p, in.n, "\r\n\r\n", 4) : NULL;

	return q ? (size_t)(q - in.p) + 4 : 0;
}

static struct span
header_find(struct span head, const char *name)
{
	while (head.n) {
		struct span value = span_cut(&head, '\n');
		struct span key = span_cut(&value, ':');

		if (pick_is_word(key, name))
			return span_trim(value);
	}
	return (struct span){ NULL, 0 };
}

static bool
is_request(struct span in)
{
	return span_starts(in, SPAN("GET /")) || span_starts(in, SPAN("POST /")) ||
	       span_starts(in, SPAN("PUT /")) || span_starts(in, SPAN("HEAD /"));
}

/* Could more bytes still make it a request? */
static bool
may_be_request(struct span in)
{
	static const char *const methods[] = { "GET /", "POST /", "PUT /", "HEAD /" };

	for (size_t i = 0; i < 4; i++)
		if (in.n < strlen(methods[i]) && !memcmp(methods[i], in.p, in.n))
			return true;
	return is_request(in);
}

/* The line at the head of *s, without its end; p NULL: it is not all here. */
static struct span
line_cut(struct span *s)
{
	if (span_find(*s, '\n') < 0)
		return (struct span){ NULL, 0 };
	return span_trim(span_cut(s, '\n'));
}

/* RFC 9112, 7.1: "size[;…]" and so many bytes, again and again, until a size of 0; then
 * lines until an empty one. How many bytes they take; 0: not all here; <0: no chunks,
 * or too many. What is in them goes to `to`, unless it is NULL. */
static ssize_t
chunks_read(struct span s, char to[PICK_BODY_MAX], size_t *ret_n)
{
	ssize_t wait = s.n > PICK_BODY_MAX ? -1 : 0;
	struct span all = s, line;
	uint32_t size = 1;

	*ret_n = 0;
	while (size) {
		line = line_cut(&s);
		if (!line.p)
			return wait;
		if (!pick_hex(span_trim(span_cut(&line, ';')), &size) ||
		    size > PICK_BODY_MAX - *ret_n)
			return -1;
		if (s.n < size)
			return wait;
		if (to)
			memcpy(to + *ret_n, s.p, size);
		*ret_n += size;
		s = span_skip(s, size);
		if (size && line_cut(&s).n)
			return -1;
	}
	do
		line = line_cut(&s);
	while (line.n);
	return line.p ? (ssize_t)(all.n - s.n) : wait;
}

static bool
is_chunked(struct span head)
{
	return pick_is_word(header_find(head, "transfer-encoding"), "chunked");
}

ssize_t
pick_http_frame(struct span in)
{
	size_t head, junk = 0, n;
	int64_t body = 0;
	struct span length;
	ssize_t taken;

	if (!in.n)
		return 0;
	while (junk < in.n && !may_be_request(span_skip(in, junk)))
		junk++;
	if (junk)
		return -(ssize_t)junk;
	head = head_length(in);
	if (!head)
		return in.n > HTTP_HEAD_MAX ? -(ssize_t)in.n : 0;
	if (is_chunked((struct span){ in.p, head })) {
		taken = chunks_read(span_skip(in, head), NULL, &n);
		return taken ? (ssize_t)head + (taken > 0 ? taken : 0) : 0;
	}
	length = header_find((struct span){ in.p, head }, "content-length");
	if (length.p &&
	    (!span_to_i64(length, &body) || body < 0 || body > PICK_BODY_MAX))
		body = 0; /* decode answers 400; what follows is junk */
	if (head + (size_t)body > in.n)
		return 0;
	return (ssize_t)(head + (size_t)body);
}

bool
pick_http(struct span msg, struct pick_http *ret)
{
	size_t head = head_length(msg);
	struct span lines = { msg.p, head }, line, target;

	if (!head)
		return false;
	line = span_trim(span_cut(&lines, '\n'));
	ret->head = lines;
	ret->method = span_cut(&line, ' ');
	target = span_cut(&line, ' ');
	ret->path = span_cut(&target, '?');
	ret->query = target;
	ret->body = span_skip(msg, head);
	if (is_chunked(lines)) {
		if (chunks_read(ret->body, ret->joined, &ret->body.n) <= 0)
			return false;
		ret->body.p = ret->joined;
	} else if (header_find(lines, "transfer-encoding").p) {
		return false;
	}
	/* A request without "HTTP/" at its end is not one that can be answered. */
	return span_starts(line, SPAN("HTTP/1."));
}

struct span
pick_http_header(const struct pick_http *http, const char *name)
{
	return header_find(http->head, name);
}
