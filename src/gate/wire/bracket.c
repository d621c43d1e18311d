/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/bracket.h"

#include "gate/wire/pick.h"

#include <ctype.h>

/* A photo is the largest thing a watch sends. Less than the door holds for one
 * connection (64 KiB), which would be closed otherwise: rather skip and go on. */
#define FRAME_MAX 61440
#define HEAD_MAX 48 /* "[3G*", 15 digits, two hex fields; with room */

/* Three or four fields between '[' and the content; the last are hex. */
static bool
head_parse(struct span in, struct bracket *ret)
{
	struct span s = span_skip(in, 1), one, two;
	struct bracket h = { 0 };
	uint32_t v;

	if (!in.n || in.p[0] != '[')
		return false;
	h.maker = span_cut(&s, '*');
	h.id = span_cut(&s, '*');
	if (h.maker.n < 1 || h.maker.n > 4 || h.id.n < 4 || h.id.n > 20)
		return false;
	for (size_t i = 0; i < h.maker.n; i++)
		if (!isalnum((unsigned char)h.maker.p[i]))
			return false;
	for (size_t i = 0; i < h.id.n; i++)
		if (!isalnum((unsigned char)h.id.p[i]))
			return false;
	h.content = s;
	one = span_cut(&s, '*');
	/* An unreadable LEN is still one; content alone has no '*' after it. */
	if (one.n <= 4 && s.p > one.p + one.n) {
		h.len = one;
		h.content = s;
		two = span_cut(&s, '*');
		if (pick_hex(one, &v) && pick_hex(two, &v) && two.n <= 4 &&
		    s.p > two.p + two.n) {
			h.idx = one;
			h.len = two;
			h.content = s;
		}
	}
	*ret = h;
	return true;
}

/* Does a new message begin here? "[3G*8800000015*" */
static bool
is_start(struct span s)
{
	struct bracket h;

	s.n = s.n < HEAD_MAX ? s.n : HEAD_MAX;
	return s.n > 8 && head_parse(s, &h) && h.len.n > 0 &&
	       isdigit((unsigned char)h.id.p[0]);
}

static bool
is_end_before(struct span in, size_t at)
{
	return at == in.n || strchr("[\r\n \t", in.p[at]);
}

/* Where LEN says that the closing bracket stands; 0 when it says nothing. */
static size_t
told_end(struct span in)
{
	struct bracket h;
	uint32_t len;

	if (!head_parse(in, &h) || !pick_hex(h.len, &len))
		return 0;
	return (size_t)(h.content.p - in.p) + len;
}

/* Does another message begin right behind the end of one? */
static bool
has_seam(struct span in)
{
	const char *p = in.p, *end = in.p + in.n;

	while (p < end && (p = memchr(p, ']', (size_t)(end - p))) != NULL)
		if (++p < end && *p == '[')
			return true;
	return false;
}

ssize_t
bracket_frame(struct span in)
{
	size_t told, depth = 0, end = 0;

	if (!in.n)
		return 0;
	if (in.p[0] != '[') {
		ptrdiff_t at = span_find(in, '[');

		return -(at < 0 ? (ssize_t)in.n : at);
	}
	told = told_end(in);
	if (told && told < in.n && in.p[told] == ']' && is_end_before(in, told + 1) &&
	    !has_seam((struct span){ in.p, told }))
		return (ssize_t)told + 1;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '[') {
			/* A new message, with or without the end of this one. */
			if (i && is_start(span_skip(in, i)))
				return (ssize_t)(end ? end : i);
			depth++;
		} else if (in.p[i] == ']') {
			if (depth)
				depth--;
			/* A network's name may hold a lone bracket. */
			if (!depth && (i == told || is_end_before(in, i + 1)))
				return (ssize_t)i + 1;
			if (!depth && !end)
				end = i + 1;
		}
	}
	if (end && told < in.n)
		return (ssize_t)end;
	/* No other begins in it: byte by byte that would be looked at again for each.
	 */
	return in.n > FRAME_MAX ? -(ssize_t)(in.n - HEAD_MAX) : 0;
}

bool
bracket_parse(struct span msg, struct bracket *ret)
{
	struct bracket h;

	if (!head_parse(msg, &h))
		return false;
	if (h.content.n && h.content.p[h.content.n - 1] == ']')
		h.content.n--;
	*ret = h;
	return true;
}

static const char plain[] = "}[],*";

size_t
bracket_escape(struct span s, char *to, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(plain, s.p[i]) : NULL;

		if (at && n++ < cap)
			to[n - 1] = 0x7d;
		if (n++ < cap)
			to[n - 1] = at ? (char)(at - plain + 1) : s.p[i];
	}
	return n;
}

size_t
bracket_plain(struct span s, char *to, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++, n++) {
		char c = s.p[i];

		if (c == 0x7d && i + 1 < s.n && s.p[i + 1] >= 1 && s.p[i + 1] <= 5)
			c = plain[s.p[++i] - 1];
		if (n < cap)
			to[n] = c;
	}
	return n;
}

void
bracket_reply(const struct bracket *h, struct gate_out *out, const char *content)
{
	gate_reply_printf(out, "[%.*s*%.*s*%.*s%s%04x*%s]", (int)h->maker.n, h->maker.p,
			  (int)h->id.n, h->id.p, (int)h->idx.n,
			  h->idx.n ? h->idx.p : "", h->idx.n ? "*" : "",
			  (unsigned)strlen(content), content);
}

void
bracket_media(const struct bracket *h, struct span s, enum gate_media_kind kind,
	      struct gate_out *out, const char *no)
{
	out->no[0] = 0;
	if (no)
		bracket_reply(h, out, no);
	if (out->reply_n < sizeof out->no) {
		memcpy(out->no, out->reply, out->reply_n);
		out->no[out->reply_n] = 0;
		out->media = (struct gate_media){ .bytes = s,
						  .plain = bracket_plain,
						  .kind = kind };
	}
	out->reply_n = 0;
}
