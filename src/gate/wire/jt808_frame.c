/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where messages begin and end, their escapes and heads. Most devices write
 *   7E head body sum 7E     7D 01 is 7D, 7D 02 is 7E
 * and some
 *   E7 head body sum E7     E6 01 is E6, E6 02 is E7, 3E 01 is 3E, 3E 02 is 3D
 * with a telephone of seven bytes. E7 stands in many a message of the others, so it
 * begins one only where a telephone follows.
 */
#include "gate/wire/bytes.h"
#include "gate/wire/jt808.h"

#define FLAG '\x7e'
#define FLAG_E7 '\xe7'
#define FRAME_MAX 4096
#define HEAD_MIN 12
#define PHONE_AT 4 /* in a head */
#define PHONE_E7 7
#define IS_2019 0x4000u
#define IS_PART 0x2000u
#define IS_SECRET 0x1c00u /* a cipher, of which there are seven */

/* What two bytes stand for; -1: they are no escape. */
static int
pair_plain(bool is_e7, char c, char next)
{
	if (next != 1 && next != 2)
		return -1;
	if (!is_e7)
		return c == '\x7d' ? 0x7c + next : -1;
	return c == '\xe6' ? 0xe5 + next : c == '\x3e' ? 0x3f - next : -1;
}

static size_t
plain_write(bool is_e7, struct span s, char *to, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++, n++) {
		int pair = i + 1 < s.n ? pair_plain(is_e7, s.p[i], s.p[i + 1]) : -1;
		char c = pair < 0 ? s.p[i] : (char)pair;

		i += pair >= 0;
		if (n < cap)
			to[n] = c;
	}
	return n;
}

/* Most messages have no escape. */
static bool
has_escape(bool is_e7, struct span s)
{
	return is_e7 || memchr(s.p, '\x7d', s.n);
}

size_t
jt808_plain(struct span s, char *to, size_t cap)
{
	return plain_write(false, s, to, cap);
}

size_t
jt808_plain_e7(struct span s, char *to, size_t cap)
{
	return plain_write(true, s, to, cap);
}

/* What stands between the flags, escapes taken out; 0: longer than cap. */
static size_t
plain_read(bool is_e7, struct span s, char *to, size_t cap)
{
	size_t n = s.n;

	if (has_escape(is_e7, s))
		n = plain_write(is_e7, s, to, cap);
	else if (n <= cap)
		memcpy(to, s.p, n);
	return n <= cap ? n : 0;
}

size_t
jt808_wrap(bool is_e7, struct span plain, char *to)
{
	static const char escapes[2][2] = { "\x7d\x7d", "\xe6\x3e" };
	size_t n = 0;

	to[n++] = is_e7 ? FLAG_E7 : FLAG;
	if (!is_e7 && !memchr(plain.p, FLAG, plain.n) && !has_escape(false, plain)) {
		memcpy(to + n, plain.p, plain.n);
		n += plain.n;
		plain.n = 0;
	}
	for (size_t i = 0; i < plain.n; i++) {
		size_t end = n;

		for (int k = 0; k < 4 && n == end; k++) {
			char c = escapes[is_e7][k / 2], next = (char)(1 + k % 2);

			if (pair_plain(is_e7, c, next) != (uint8_t)plain.p[i])
				continue;
			to[n++] = c;
			to[n++] = next;
		}
		if (n == end)
			to[n++] = plain.p[i];
	}
	to[n++] = is_e7 ? FLAG_E7 : FLAG;
	return n;
}

/* Bytes of the wire that the first n of plain ones take. */
static size_t
raw_length(bool is_e7, struct span s, size_t n)
{
	size_t at = 0;

	for (; n && at < s.n; n--, at++)
		at += at + 1 < s.n && pair_plain(is_e7, s.p[at], s.p[at + 1]) >= 0;
	return at;
}

struct span
jt808_raw(struct span msg, const struct jt808_message *m)
{
	bool is_e7 = m->phone_n == PHONE_E7;
	struct span s = msg;

	if (s.n && s.p[0] == (is_e7 ? FLAG_E7 : FLAG))
		s = span_skip(s, 1);
	s = span_skip(s, raw_length(is_e7, s, (size_t)(m->body.p - m->plain)));
	s.n = raw_length(is_e7, s, m->body.n);
	return s;
}

static bool
head_parse(bool is_e7, struct span s, struct jt808_message *ret, size_t *ret_length)
{
	struct bytes b = { .rest = s };
	unsigned attributes;

	ret->kind = (unsigned)bytes_take(&b, 2);
	attributes = (unsigned)bytes_take(&b, 2);
	ret->version = attributes & IS_2019 && !is_e7 ? (uint8_t)bytes_take(&b, 1) : 0;
	ret->phone_n = is_e7 ? 7 : attributes & IS_2019 ? 10 : 6;
	memcpy(ret->phone, b.rest.p, b.rest.n < ret->phone_n ? 0 : ret->phone_n);
	bytes_cut(&b, ret->phone_n);
	ret->serial = (unsigned)bytes_take(&b, 2);
	ret->total = attributes & IS_PART ? (unsigned)bytes_take(&b, 2) : 0;
	ret->index = attributes & IS_PART ? (unsigned)bytes_take(&b, 2) : 0;
	ret->body = b.rest;
	/* Locks have attributes of their own, and some count on where a cipher stands.
	 */
	ret->is_secret = attributes & IS_SECRET && ret->kind != 0x5501 &&
			 b.rest.n != (attributes & 0x1fff) + 1;
	*ret_length = attributes & 0x3ff;
	return !b.is_short;
}

/* The sum or the length is right; of E7 the telephone, too. */
static bool
is_message(bool is_e7, struct span inside)
{
	char plain[JT808_MESSAGE_MAX], digits[2 * JT808_PHONE_MAX + 1];
	size_t n = plain_read(is_e7, inside, plain, sizeof plain), length;
	struct span s = { plain, n };
	struct jt808_message m;

	return n >= HEAD_MIN && head_parse(is_e7, s, &m, &length) &&
	       (!is_e7 || bytes_bcd((struct span){ (char *)m.phone, PHONE_E7 }, digits,
				    sizeof digits)) &&
	       (bytes_xor(s) == 0 || m.body.n == length + 1);
}

enum start { NO_START, MAYBE_START, START };

static enum start
start_at(struct span s)
{
	char digits[2 * PHONE_E7 + 1];

	if (s.p[0] != FLAG_E7)
		return s.p[0] == FLAG ? START : NO_START;
	if (s.n <= PHONE_AT + PHONE_E7)
		return MAYBE_START;
	/* A message of nothing has a flag there; in digits there are no escapes. */
	return bytes_bcd((struct span){ s.p + 1 + PHONE_AT, PHONE_E7 }, digits,
			 sizeof digits)
		       ? START
		       : NO_START;
}

/* What stands before the next start. */
static ssize_t
junk_frame(struct span in)
{
	bool has_e7 = false; /* no message holds its own flag */

	for (size_t i = 0; i < in.n; i++) {
		struct span s = { in.p, i };
		enum start start = start_at(span_skip(in, i));
		char c = in.p[i];

		/* Its first flag was taken for the end of one that was cut short. */
		if (i && (c == FLAG || (c == FLAG_E7 && !has_e7)) &&
		    is_message(c == FLAG_E7, s))
			return (ssize_t)i + 1;
		has_e7 |= c == FLAG_E7;
		if (start == MAYBE_START)
			return 0;
		if (start == START)
			return -(ssize_t)i;
	}
	return in.n > FRAME_MAX ? -(ssize_t)in.n : 0;
}

static ssize_t
text_frame(struct span in)
{
	size_t end = 1;

	while (end < in.n && in.p[end] != ')' && in.p[end] != FLAG)
		end++;
	if (end < in.n)
		return in.p[end] == ')' ? (ssize_t)end + 1 : -(ssize_t)end;
	return in.n > FRAME_MAX ? -(ssize_t)(in.n - FRAME_MAX / 2) : 0;
}

ssize_t
jt808_frame(struct span in)
{
	const char *end;

	if (!in.n)
		return 0;
	if (in.p[0] == '(')
		return text_frame(in);
	if (start_at(in) != START)
		return junk_frame(in);
	end = memchr(in.p + 1, in.p[0], in.n - 1);
	if (!end)
		return in.n > FRAME_MAX ? -1 : 0;
	if (end == in.p + 1) /* the end of one and the start of the next */
		return -1;
	return end - in.p + 1;
}

bool
jt808_parse(struct span msg, struct jt808_message *ret)
{
	bool is_e7 = msg.n && msg.p[msg.n - 1] == FLAG_E7;
	char flag = is_e7 ? FLAG_E7 : FLAG;
	struct span s = msg;
	size_t length;

	if (s.n && s.p[0] == flag)
		s = span_skip(s, 1);
	if (s.n && s.p[s.n - 1] == flag)
		s.n--;
	s.n = plain_read(is_e7, s, ret->plain, sizeof ret->plain);
	s.p = ret->plain;
	if (s.n < HEAD_MIN || !head_parse(is_e7, s, ret, &length))
		return false;
	if (ret->body.n) /* the sum; it is no reason to drop a call */
		ret->body.n--;
	return true;
}
