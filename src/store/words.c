/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of folded text, for the search index. The engine's plain tokenizer
 * takes every byte above 127 as part of a word, so what separates words in
 * Urdu, Sindhi and Chinese is decided here, the same way for what is stored
 * and for what is asked.
 */
#include "store/sqlite.h"

#include "base/utf8.h"

static bool
is_ideograph(int32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x20000 && c <= 0x3ffff);
}

static bool
is_word(int32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       (c >= '0' && c <= '9');
	if (c < 0xc0 || c == 0xd7 || c == 0xf7 || c == 0xfffd)
		return false;
	/* comma, semicolon, question mark, full stop, percent and decimal signs */
	if (c == 0x60c || c == 0x61b || c == 0x61f || c == 0x6d4 ||
	    (c >= 0x66a && c <= 0x66d))
		return false;
	/* general, ideographic and full-width punctuation */
	return !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) &&
	       !(c >= 0xff00 && c <= 0xff0f) && !(c >= 0xff1a && c <= 0xff20);
}

/* What goes before a word: a blank, and in a query the quotes. */
struct cutter {
	struct buf *out;
	const char *open, *close;
	bool is_open;
};

static void
word_end(struct cutter *c)
{
	if (c->is_open)
		buf_add_z(c->out, c->close);
	c->is_open = false;
}

static void
word_put(struct cutter *c, int32_t ch)
{
	if (!c->is_open)
		buf_add_z(c->out, c->open);
	c->is_open = true;
	utf8_put(c->out, (uint32_t)ch);
}

/* Ideographs: each begins a word of itself and the next one. When asking, the
 * last of several has been asked for already, in its pair. */
static void
cut(struct cutter *c, struct span in, bool is_query)
{
	int32_t ch, before = 0; /* the ideograph before, still waiting for its pair */
	bool is_paired = false;

	for (;;) {
		ch = utf8_next(&in);
		if (before) {
			bool has_pair = ch > 0 && is_ideograph(ch);

			if (has_pair || !is_query || !is_paired) {
				word_put(c, before);
				if (has_pair)
					word_put(c, ch);
				word_end(c);
			}
			is_paired = has_pair;
			before = 0;
		}
		if (ch == -1)
			break;
		if (ch > 0 && is_ideograph(ch)) {
			word_end(c);
			before = ch;
		} else if (ch > 0 && is_word(ch)) {
			word_put(c, ch);
		} else {
			word_end(c);
		}
	}
	word_end(c);
}

void
words_cut(struct buf *ret, struct span folded)
{
	struct cutter c = { .out = ret, .open = "", .close = " " };

	cut(&c, folded, false);
}

void
words_query(struct buf *ret, struct span folded)
{
	struct cutter c = { .out = ret, .open = "\"", .close = "\"* " };

	cut(&c, folded, true);
}
