/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What different spellings of a name share. Letters of Urdu, Sindhi and Arabic are
 * folded by base (utf8_fold). In Latin letters a name of the country is written by ear,
 * so what sounds alike is made alike: Quaid and Kaid, Saddar and Sadar, Lyari and
 * Liari, Gulshan-e-Iqbal and Gulshan Iqbal. What is left is judged as typing errors.
 */
#include "base/auto.h"
#include "base/utf8.h"
#include "place/inner.h"

#define WORD_MAX 48 /* letters that count */

/* Words that join others, and what people shorten. */
static const char *const joiners[] = { "e",  "i",   "ul", "al", "el", "ur", "o",
				       "of", "the", "کا", "کی", "کے", NULL };
static const char *const short_words[][2] = {
	{ "rd", "road" },         { "st", "street" },     { "ave", "avenue" },
	{ "blvd", "boulevard" },  { "hosp", "hospital" }, { "ps", "police station" },
	{ "univ", "university" }, { "mkt", "market" },    { NULL, NULL },
};
/* Longest first; what a pair of Latin letters becomes. */
static const char *const sounds[][2] = {
	{ "ph", "f" }, { "qu", "k" }, { "ee", "i" },  { "oo", "u" },  { "ou", "u" },
	{ "aa", "a" }, { "ck", "k" }, { "gh", "g" },  { "ie", "i" },  { "ei", "i" },
	{ "ai", "e" }, { "ay", "e" }, { "ch", "ch" }, { "q", "k" },   { "w", "v" },
	{ "y", "i" },  { "x", "ks" }, { "c", "k" },   { NULL, NULL },
};

static bool
is_in(const char *const *list, struct span word)
{
	for (; *list; list++)
		if (span_is_z(word, *list))
			return true;
	return false;
}

static bool
is_latin(struct span word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.p[i] >= 0x80)
			return false;
	return true;
}

static void
add_sound(struct buf *b, struct span word)
{
	size_t from = b->n;

	while (word.n) {
		const char *as = NULL;
		size_t eaten = 1;

		for (size_t k = 0; sounds[k][0] && !as; k++)
			if (span_starts(word, span_of(sounds[k][0]))) {
				as = sounds[k][1];
				eaten = strlen(sounds[k][0]);
			}
		for (size_t k = 0; k < (as ? strlen(as) : 1); k++) {
			char c = as ? as[k] : word.p[0];

			/* a doubled letter sounds once */
			if (b->n == from || b->p[b->n - 1] != c)
				buf_add_c(b, c);
		}
		word = span_skip(word, eaten);
	}
	/* "Hyderabadh", "Khadijah": nobody hears it */
	if (b->n > from + 3 && b->p[b->n - 1] == 'h' && b->p[b->n - 2] != 's' &&
	    b->p[b->n - 2] != 'c')
		b->n--;
}

static void
add_word(struct buf *b, struct span word)
{
	if (!word.n || is_in(joiners, word))
		return;
	for (size_t k = 0; short_words[k][0]; k++)
		if (span_is_z(word, short_words[k][0])) {
			struct span rest = span_of(short_words[k][1]);

			while (rest.n)
				add_word(b, span_cut(&rest, ' '));
			return;
		}
	if (word.n > WORD_MAX * 2)
		word.n = WORD_MAX * 2;
	if (is_latin(word))
		add_sound(b, word);
	else
		buf_add_span(b, word);
	buf_add_c(b, ' ');
}

static bool
is_letter(int32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c >= 0x80 && c != 0x60c && c != 0x61b && c != 0x61f && c != 0x6d4 &&
		c != 0xa0 && !(c >= 0x2000 && c <= 0x206f));
}

/* Initials are one word: M.A. Jinnah Road, M A Jinnah Road, MA Jinnah Road. */
static void
take_word(struct buf *b, struct buf *initials, struct buf *word)
{
	bool is_initial = word->n == 1 && word->p[0] >= 'a' && word->p[0] <= 'z';

	if (is_initial)
		buf_add_c(initials, word->p[0]);
	if (!is_initial && word->n) {
		add_word(b, buf_span(initials));
		buf_clear(initials);
		add_word(b, buf_span(word));
	}
	buf_clear(word);
}

void
place_fold(struct buf *b, struct span name)
{
	struct buf AUTO(buf_done) folded = { 0 }, word = { 0 }, initials = { 0 };
	struct span rest;
	int32_t c;

	utf8_fold(&folded, name);
	rest = buf_span(&folded);
	while ((c = utf8_next(&rest)) != -1) {
		if (c == '\'' || c == '`' || c == 0x2019)
			continue; /* Ma'mar */
		if (is_letter(c))
			utf8_put(&word, (uint32_t)c);
		else
			take_word(b, &initials, &word);
	}
	take_word(b, &initials, &word);
	add_word(b, buf_span(&initials));
}

/* --- typing errors --------------------------------------------------------- */

static size_t
letters(struct span s, int32_t ret[WORD_MAX])
{
	size_t n = 0;
	int32_t c;

	while (n < WORD_MAX && (c = utf8_next(&s)) != -1)
		ret[n++] = c;
	return n;
}

/* Letters put, left out, changed or swapped; more than max: max + 1. */
static size_t
distance(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, size_t max)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t k = 0; k <= n_b; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3], *up = rows[(i + 2) % 3];
		size_t *upup = rows[(i + 1) % 3], least = i;

		row[0] = i;
		for (size_t k = 1; k <= n_b; k++) {
			size_t v = up[k - 1] + (a[i - 1] != b[k - 1]);

			if (up[k] + 1 < v)
				v = up[k] + 1;
			if (row[k - 1] + 1 < v)
				v = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && upup[k - 2] + 1 < v)
				v = upup[k - 2] + 1;
			row[k] = v;
			if (v < least)
				least = v;
		}
		if (least > max)
			return max + 1;
	}
	return rows[n_a % 3][n_b];
}

double
word_alike(struct span asked, struct span word)
{
	int32_t a[WORD_MAX], b[WORD_MAX];
	size_t n_a, n_b, max, d;

	if (span_is(asked, word))
		return 1;
	n_a = letters(asked, a);
	n_b = letters(word, b);
	if (n_a >= 2 && n_b > n_a && span_starts(word, asked))
		return 0.92; /* not typed to its end */
	max = n_a >= 8 ? 2 : n_a >= 4 ? 1 : 0;
	if (!max || (n_a > n_b ? n_a - n_b : n_b - n_a) > max)
		return 0;
	d = distance(a, n_a, b, n_b, max);
	return d > max ? 0 : d == 1 ? 0.75 : 0.55;
}
