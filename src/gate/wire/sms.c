/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text messages. Sources of the forms: AML, ETSI TS 103 625 V1.3.1 (clause 5, the
 * SMS of an emergency call); trackers' texts as their makers' command lists give
 * them ("SOS! lat:… long:…", "SOS http://maps…q=…", "SOSSMS"). What people write has
 * no source: words below, in the languages of the node, and all else is a call.
 */
#include "gate/wire/sms.h"

#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/pick.h"

#include <math.h>
#include <stdio.h>

#define DIGITS_SAME_MIN 7 /* fewer: two numbers may end alike by chance */
#define COUNTRY_MAX 3     /* digits of a country's code */
#define INTERNATIONAL_MIN 10
#define SAME_MS 60000 /* without a time: a repeat comes within this */
#define WORD_MAX 12   /* digits of a code, and the end */

#define GAPS " \t\r\n.,:;!#-"

/* --- numbers ----------------------------------------------------------------- */

/* Digits alone, and whether something else than a number's signs is there. */
static size_t
digits_of(struct span s, char *to, size_t cap, bool *ret_is_odd)
{
	size_t n = 0;

	*ret_is_odd = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9' && n + 1 < cap)
			to[n++] = s.p[i];
		else if (!memchr(" +-().", s.p[i], 6))
			*ret_is_odd = true;
	}
	to[n] = 0;
	return n;
}

bool
sms_number(struct span from, char ret[GATE_IDENTITY_MAX])
{
	char digits[GATE_IDENTITY_MAX - 1];
	struct span s = span_trim(from);
	bool is_odd;
	size_t n = digits_of(s, digits, sizeof digits, &is_odd);

	if (!s.n)
		return false;
	if (is_odd || !n)
		pick_copy(ret, GATE_IDENTITY_MAX, s);
	else if (digits[0] == '0' && digits[1] == '0' && n > 2)
		snprintf(ret, GATE_IDENTITY_MAX, "+%s", digits + 2);
	else if (s.p[0] == '+' || (digits[0] != '0' && n >= INTERNATIONAL_MIN))
		snprintf(ret, GATE_IDENTITY_MAX, "+%s", digits);
	else
		snprintf(ret, GATE_IDENTITY_MAX, "%s", digits);
	return true;
}

bool
sms_may_answer(const char *number)
{
	char digits[GATE_IDENTITY_MAX];
	bool is_odd;

	return digits_of(span_of(number), digits, sizeof digits, &is_odd) >=
		       DIGITS_SAME_MIN &&
	       !is_odd;
}

bool
sms_is_same_number(struct span a, struct span b)
{
	char x[GATE_IDENTITY_MAX], y[GATE_IDENTITY_MAX];
	bool is_odd_x, is_odd_y;
	size_t n = digits_of(a, x, sizeof x, &is_odd_x);
	size_t m = digits_of(b, y, sizeof y, &is_odd_y);
	const char *p = x, *q = y;

	if (is_odd_x || is_odd_y)
		return false;
	for (; n && *p == '0'; n--)
		p++;
	for (; m && *q == '0'; m--)
		q++;
	if (n > m)
		return m >= DIGITS_SAME_MIN && n - m <= COUNTRY_MAX &&
		       strcmp(p + (n - m), q) == 0;
	return n >= DIGITS_SAME_MIN && m - n <= COUNTRY_MAX &&
	       strcmp(q + (m - n), p) == 0;
}

/* --- words -------------------------------------------------------------------- */

enum word { WORD_OTHER, WORD_CANCEL, WORD_YES, WORD_TEST };

static const struct {
	const char *text;
	enum word is;
} words[] = {
	{ "cancel", WORD_CANCEL }, { "stop sos", WORD_CANCEL },
	{ "منسوخ", WORD_CANCEL },  { "منسوخي", WORD_CANCEL },
	{ "منسوخی", WORD_CANCEL }, { "رد", WORD_CANCEL },
	{ "取消", WORD_CANCEL },   { "1", WORD_YES },
	{ "yes", WORD_YES },       { "y", WORD_YES },
	{ "ok", WORD_YES },        { "taken", WORD_YES },
	{ "ہاں", WORD_YES },       { "جی", WORD_YES },
	{ "ها", WORD_YES },        { "是", WORD_YES },
	{ "test", WORD_TEST },     { "ٹیسٹ", WORD_TEST },
	{ "آزمائش", WORD_TEST },   { "ٽيسٽ", WORD_TEST },
	{ "测试", WORD_TEST },
};

/* What a text is about, when it calls: the first that is found in it. */
static const struct {
	const char *text;
	unsigned alarms;
} kinds[] = {
	{ "fire", GATE_FIRE },         { "آگ", GATE_FIRE },
	{ "باھ", GATE_FIRE },          { "着火", GATE_FIRE },
	{ "medical", GATE_MEDICAL },   { "ambulance", GATE_MEDICAL },
	{ "ایمبولینس", GATE_MEDICAL }, { "救护车", GATE_MEDICAL },
};

static const char *const sos_words[] = {
	"sos", "help", "مدد", "بچاؤ", "بچائو", "کمک", "ڪمڪ", "救命", "求救", "帮助",
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
has_word(struct span text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n <= text.n && i <= text.n - n; i++) {
		size_t k = 0;

		while (k < n && lower(text.p[i + k]) == word[k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static bool
is_sos(struct span text)
{
	for (size_t i = 0; i < sizeof sos_words / sizeof *sos_words; i++)
		if (has_word(text, sos_words[i]))
			return true;
	return false;
}

static unsigned
alarms_of(struct span text)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (has_word(text, kinds[i].text))
			return kinds[i].alarms | (is_sos(text) ? GATE_SOS : 0);
	return is_sos(text) ? GATE_SOS : GATE_GENERAL;
}

/* A digit of ASCII, Arabic or Urdu at the head of s; -1: none. */
static int
digit_cut(struct span *s)
{
	struct span rest = *s;
	int32_t c = utf8_next(&rest);
	int d = c >= '0' && c <= '9'       ? c - '0'
		: c >= 0x660 && c <= 0x669 ? c - 0x660
		: c >= 0x6f0 && c <= 0x6f9 ? c - 0x6f0
					   : -1;

	if (d >= 0)
		*s = rest;
	return d;
}

static bool
cut_word(struct span *s, const char *word)
{
	size_t n = strlen(word);
	struct span rest = span_skip(*s, n);

	if (s->n < n || !span_is_nocase((struct span){ s->p, n }, span_of(word)))
		return false;
	if (rest.n && !memchr(GAPS, rest.p[0], sizeof GAPS - 1))
		return false; /* "yesterday" is no "yes" */
	*s = rest;
	return true;
}

static void
skip_gaps(struct span *s)
{
	while (s->n && memchr(GAPS, s->p[0], sizeof GAPS - 1))
		*s = span_skip(*s, 1);
}

/* Digits, gaps between them left out. False: more than a code has. */
static bool
cut_digits(struct span *s, char ret[WORD_MAX], size_t *n)
{
	int d;

	for (skip_gaps(s); s->n && (d = digit_cut(s)) >= 0; skip_gaps(s)) {
		if (*n + 1 == WORD_MAX)
			return false;
		ret[(*n)++] = (char)('0' + d);
	}
	ret[*n] = 0;
	return true;
}

static enum word
cut_known(struct span *s)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (cut_word(s, words[i].text))
			return words[i].is;
	return WORD_OTHER;
}

/* A text that is one of the words and perhaps digits, nothing else; in either
 * order: "1234 cancel" is a cancel too. Digits go into ret, possibly none. */
static enum word
answer_of(struct span text, char ret[WORD_MAX])
{
	enum word found;
	size_t n = 0;

	ret[0] = 0;
	skip_gaps(&text);
	found = cut_known(&text);
	if (!cut_digits(&text, ret, &n))
		return WORD_OTHER;
	if (found == WORD_OTHER && n && text.n)
		found = cut_known(&text);
	skip_gaps(&text);
	if (text.n)
		return WORD_OTHER;
	/* "4821" alone may be the digits of a page. */
	return found == WORD_OTHER && n >= 4 && n <= 6 ? WORD_YES : found;
}

const char *
sms_language(struct span text)
{
	/* letters that Sindhi has and Urdu has not */
	static const int32_t sindhi[] = { 0x6aa, 0x67b, 0x680, 0x684, 0x683, 0x687,
					  0x68c, 0x68d, 0x68f, 0x67d, 0x67f, 0x6b3,
					  0x6b1, 0x6bb, 0x699, 0x6a6 };
	const char *found = NULL;
	int32_t c;

	while ((c = utf8_next(&text)) != -1) {
		if (c >= 0x4e00 && c <= 0x9fff)
			return "zh";
		for (size_t i = 0; i < sizeof sindhi / sizeof *sindhi; i++)
			if (c == sindhi[i])
				return "sd";
		if (c >= 0x600 && c <= 0x6ff && !(c >= 0x660 && c <= 0x66f))
			found = "ur";
		else if (!found && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			found = "en";
	}
	return found;
}

/* --- AML ------------------------------------------------------------------------ */

static struct span
aml_field(struct span all, const char *name)
{
	while (all.n) {
		struct span value = span_cut(&all, ';');
		struct span key = span_cut(&value, '=');

		if (span_is_z(span_trim(key), name))
			return span_trim(value);
	}
	return (struct span){ NULL, 0 };
}

static double
aml_degrees(struct span s)
{
	if (s.n && s.p[0] == '+')
		s = span_skip(s, 1);
	return pick_double(s);
}

/* top=20130717141935 */
static int64_t
aml_time(struct span s)
{
	int part[6], at[] = { 0, 4, 6, 8, 10, 12, 14 };
	int64_t ms;

	if (s.n != 14)
		return TIME_NONE;
	for (int i = 0; i < 6; i++) {
		part[i] = pick_int(
			(struct span){ s.p + at[i], (size_t)(at[i + 1] - at[i]) }, 0,
			9999);
		if (part[i] < 0)
			return TIME_NONE;
	}
	return time_from_civil(part[0], part[1], part[2], part[3], part[4], part[5],
			       &ms) == 0
		       ? ms
		       : TIME_NONE;
}

/* It comes beside a voice call to the emergency number, without anyone's doing. */
static bool
aml_read(struct span text, struct gate_report *r)
{
	struct position p;

	text = span_trim(text);
	if (!span_starts(text, SPAN("A\"ML=")))
		return false;
	r->alarms = GATE_SOS;
	if (pick_position(aml_degrees(aml_field(text, "lt")),
			  aml_degrees(aml_field(text, "lg")), &p)) {
		p.accuracy_m = pick_int(aml_field(text, "rd"), 1, 1000000);
		r->position = p;
	}
	r->device_time_ms = aml_time(aml_field(text, "top"));
	return true;
}

/* --- a whole message -------------------------------------------------------------- */

/* A gateway's numbers may begin anew, so its own number is not enough: a repeat has
 * the same words and the same time too. */
static void
key_of(const struct sms *m, int64_t now_ms, struct gate_report *r)
{
	long long at = m->at_ms != TIME_NONE ? m->at_ms : now_ms / SAME_MS;

	snprintf(r->key, sizeof r->key, "%08llx-%llx-%016llx",
		 (unsigned long long)(pick_hash(m->id) & 0xffffffff),
		 (unsigned long long)at, (unsigned long long)pick_hash(m->text));
}

/* n bytes of s, or fewer so that its last letter is whole. */
static size_t
cut_at_letter(struct span s, size_t n)
{
	if (n >= s.n)
		return s.n;
	while (n && ((uint8_t)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
text_copy(struct span text, struct gate_report *r, struct gate_out *out)
{
	size_t n = cut_at_letter(text, sizeof r->text - 1);

	for (size_t i = 0; i < n; i++)
		r->text[i] = (uint8_t)text.p[i] < 0x20 ? ' ' : text.p[i];
	r->text[n] = 0;
	if (n == text.n || out->n_reports > 1)
		return;
	out->words_n = cut_at_letter(text, sizeof out->words);
	memcpy(out->words, text.p, out->words_n);
}

void
sms_read(const struct sms *m, int64_t now_ms, struct gate_out *out)
{
	char number[GATE_IDENTITY_MAX], digits[WORD_MAX];
	struct gate_report *r;
	struct span text = m->total > 1 ? m->text : span_trim(m->text);

	if (!sms_number(m->from, number))
		snprintf(number, sizeof number, "no-number");
	r = gate_report_add(out, GATE_ALARM, number);
	if (!r)
		return;
	r->is_proven = m->is_proven;
	r->device_time_ms = m->at_ms;
	key_of(m, now_ms, r);
	text_copy(text, r, out);
	r->part_ref = (uint16_t)m->ref;
	r->part = (uint8_t)m->part;
	r->parts = m->total > 1 ? (uint8_t)m->total : 0;
	if (aml_read(text, r))
		return;
	switch (m->total > 1 ? WORD_OTHER : answer_of(text, digits)) {
	case WORD_CANCEL:
		r->kind = GATE_CANCEL;
		snprintf(r->code, sizeof r->code, "%s", digits);
		return;
	case WORD_YES:
		r->kind = GATE_TAKE;
		snprintf(r->code, sizeof r->code, "%s", digits);
		return;
	case WORD_TEST:
		r->kind = GATE_TEST;
		return;
	default:
		break;
	}
	sms_place(text, &r->position);
	r->alarms = alarms_of(text);
	/* A sender that has no number is an operator's or a shop's. */
	if (!sms_may_answer(number) && r->alarms == GATE_GENERAL &&
	    strcmp(number, "no-number") != 0) {
		r->kind = GATE_UNKNOWN;
		r->alarms = 0;
	}
}
