/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/dc09.h"

#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/pick.h"
#include "net/net.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

#define FRAME_MAX 8192
#define HEAD_MAX 10    /* LF, perhaps twice, crc and len */
#define WORDS_MAX 200  /* between quotes: an apostrophe begins none without end */
#define STAMP_CHARS 20 /* _HH:MM:SS,MM-DD-YYYY */

ssize_t
dc09_frame(struct span in)
{
	size_t head = 0, i;

	while (head < in.n && head <= HEAD_MAX && in.p[head] != '"')
		head++;
	if (in.n && in.p[0] != '\n' && in.p[0] != '"') {
		for (i = 1; i < in.n && in.p[i] != '\n' && in.p[i] != '"'; i++)
			;
		return -(ssize_t)i;
	}
	if (head > HEAD_MAX)
		return -1;
	for (i = head; i < in.n; i++) {
		if (in.p[i] == '\r')
			return (ssize_t)i + 1;
		if (in.p[i] == '\n') /* the next has begun: this was cut short */
			return (ssize_t)i;
	}
	return in.n > FRAME_MAX ? -(ssize_t)(in.n - FRAME_MAX / 2) : 0;
}

/* "_18:24:52,07-05-2020" at the end. */
static int64_t
stamp_parse(struct span s)
{
	int v[6];
	char text[STAMP_CHARS + 1];
	int64_t ms;

	if (s.n < STAMP_CHARS)
		return TIME_NONE;
	pick_copy(text, sizeof text, span_skip(s, s.n - STAMP_CHARS));
	if (sscanf(text, "_%2d:%2d:%2d,%2d-%2d-%4d", v, v + 1, v + 2, v + 3, v + 4,
		   v + 5) != 6 ||
	    time_from_civil(v[5], v[3], v[4], v[0], v[1], v[2], &ms) < 0)
		return TIME_NONE;
	return ms;
}

/* "'NM" ends words: the mark, and what they are. How long that is; 0: it does not. */
static size_t
words_end(struct span s)
{
	size_t n = 1;

	if (!s.n || s.p[0] != '\'')
		return 0;
	while (n < s.n && n <= 2 && isupper((unsigned char)s.p[n]))
		n++;
	return n == s.n || strchr("]/*|", s.p[n]) ? n : 0;
}

struct span
dc09_words(struct span *s)
{
	struct span in;
	ptrdiff_t end;

	if (s->n && s->p[0] == '^') {
		*s = span_skip(*s, 1);
		return span_cut(s, '^');
	}
	if (!span_starts(*s, SPAN("*'")))
		return (struct span){ 0 };
	in = span_skip(*s, 2);
	for (end = 0; (size_t)end < in.n && end <= WORDS_MAX; end++) {
		size_t n = words_end(span_skip(in, (size_t)end));

		if (!n)
			continue;
		*s = span_skip(in, (size_t)end + n);
		return (struct span){ in.p, (size_t)end };
	}
	return (struct span){ 0 };
}

struct span
dc09_block(struct span *s)
{
	struct span at = *s, before;

	while (at.n && at.p[0] != ']') {
		before = at;
		dc09_words(&at);
		if (at.n == before.n || (before.p[0] == '^' && !at.n))
			at = span_skip(before, 1); /* no words, or without an end */
	}
	if (!at.n)
		return span_cut(s, ']');
	before = (struct span){ s->p, s->n - at.n };
	*s = span_skip(at, 1);
	return before;
}

/* "#1234|" or "1234|" at the head of *s, without its marks; n 0: it tells none. */
static struct span
account_cut(struct span *s)
{
	ptrdiff_t bar = span_find(*s, '|'), words = span_find(*s, '^');
	struct span who;

	if (bar < 0 || (words >= 0 && words < bar)) /* a bar of its words is none */
		return (struct span){ 0 };
	who = span_cut(s, '|');
	return who.n && who.p[0] == '#' ? span_skip(who, 1) : who;
}

/* Some panels fill one of the two up with zeros. */
static bool
is_same_account(struct span a, struct span b)
{
	while (a.n > 1 && a.p[0] == '0')
		a = span_skip(a, 1);
	while (b.n > 1 && b.p[0] == '0')
		b = span_skip(b, 1);
	return span_is_nocase(a, b);
}

static void
data_set(struct span data, struct dc09 *m)
{
	struct span who = account_cut(&data);

	/* What a link test holds is a dummy. */
	m->is_foreign |= m->is_secret && who.n && m->account.n &&
			 !span_is_z(m->token, "NULL") &&
			 !is_same_account(who, m->account);
	if (!m->account.n)
		m->account = who;
	m->data = data;
}

/* What stands behind the first '['. */
static void
inside_parse(struct span s, struct dc09 *m)
{
	struct span data;

	m->time_ms = stamp_parse(s);
	data = dc09_block(&s);
	m->more = m->rest = s;
	if (m->is_secret && span_find(data, '|') >= 0)
		span_cut(&data, '|'); /* the pad */
	data_set(data, m);
}

bool
dc09_next(struct dc09 *m)
{
	while (m->rest.n) {
		struct span block = dc09_block(&m->rest);

		if (!span_starts(block, SPAN("[#")) || span_find(block, '|') < 0)
			continue;
		data_set(span_skip(block, 1), m);
		return true;
	}
	return false;
}

bool
dc09_unlock(const struct gate_in *in, struct dc09 *m)
{
	char identity[GATE_IDENTITY_MAX], box[DC09_SECRET_MAX];
	struct span hex = m->data;
	size_t n = 0;
	uint32_t v;

	pick_copy(identity, sizeof identity, m->account);
	if (!in->find_key || !in->find_key(in->ctx, identity, &m->key))
		return false;
	for (; hex.n >= 2 && n < sizeof box; hex = span_skip(hex, 2)) {
		if (!pick_hex((struct span){ hex.p, 2 }, &v))
			break;
		box[n++] = (char)v;
	}
	if (hex.n || !n ||
	    net_aes_cbc(false, (struct span){ (char *)m->key.bytes, m->key.n },
			(struct span){ box, n }, m->plain) < 0)
		return false;
	inside_parse((struct span){ m->plain, n }, m);
	return m->time_ms != TIME_NONE && memchr(m->plain, ']', n);
}

bool
dc09_parse(struct span msg, struct dc09 *m)
{
	ptrdiff_t quote = span_find(msg, '"'), bracket;
	struct span s;

	if (quote < 0)
		return false;
	s = span_skip(msg, (size_t)quote);
	if (s.p[s.n - 1] == '\r')
		s.n--;
	m->body = s;
	s = span_skip(s, 1);
	m->token = span_cut(&s, '"');
	bracket = span_find(s, '[');
	if (bracket < 0 || bracket > 60 || !s.n || !isdigit((unsigned char)s.p[0]))
		return false;
	m->fixed = (struct span){ s.p, (size_t)bracket };
	m->account = m->fixed;
	span_cut(&m->account, '#');
	m->is_secret = m->token.n && m->token.p[0] == '*';
	if (m->is_secret)
		m->token = span_skip(m->token, 1);
	m->data = span_skip(s, (size_t)bracket + 1);
	if (!m->is_secret)
		inside_parse(m->data, m);
	return true;
}

/* --- answers ----------------------------------------------------------------- */

static void
answer(struct gate_out *out, const char *word, struct span fixed, const char *tail)
{
	char body[256];
	int n = snprintf(body, sizeof body, "\"%s\"%.*s[%s", word, SPAN_ARG(fixed),
			 tail);
	struct span s = { body, (size_t)n };

	if (s.n < sizeof body)
		gate_reply_printf(out, "\n%04X%04zX%s\r", bytes_crc_arc(s), s.n, body);
}

static void
stamp_print(char to[64], int64_t now_ms)
{
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(to, 64, "]_%H:%M:%S,%m-%d-%Y", &tm);
}

void
dc09_answer(const struct dc09 *m, int64_t now_ms, const char *word,
	    struct gate_out *out)
{
	char plain[128], stamp[64], box[32], hex[65], starred[8];

	if (!m->is_secret) {
		answer(out, word, m->fixed, "]");
		return;
	}
	/* The pad only fills up: nothing of ours is secret. */
	stamp_print(stamp, now_ms);
	snprintf(plain, sizeof plain, "%011llu%s",
		 (unsigned long long)(pick_hash(m->body) % 100000000000u), stamp);
	if (net_aes_cbc(true, (struct span){ (const char *)m->key.bytes, m->key.n },
			(struct span){ plain, sizeof box }, box) < 0)
		return;
	bytes_hex((struct span){ box, sizeof box }, hex, sizeof hex);
	for (char *c = hex; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	snprintf(starred, sizeof starred, "*%s", word);
	answer(out, starred, m->fixed, hex);
}

void
dc09_wrong_time(int64_t now_ms, struct gate_out *out)
{
	char stamp[64];

	stamp_print(stamp, now_ms);
	answer(out, "NAK", SPAN("0000R0L0A0"), stamp);
}
