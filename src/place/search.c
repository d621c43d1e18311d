/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching. Every word that was asked must be found in the name, as it is, begun, or
 * with a typing error; a name that says little more than what was asked comes first;
 * among equals the nearer. "A / B", "A and B", "A اور B" is where streets meet. Of an
 * address nothing has as a whole, the street or the quarter is found, and said so.
 */
#include "base/auto.h"
#include "base/utf8.h"
#include "place/inner.h"

#define ASKED_MAX 8    /* words that count */
#define STREETS_MAX 24 /* of each name of a junction that are paired */
#define LEAST 0.3      /* a worse match is none */

struct found {
	uint32_t item;
	double match, metres;
};

struct search {
	const struct places *p;
	const struct position *near;
	struct found *best; /* sorted */
	size_t n, max;
};

static struct position
position_of(const struct places *p, uint32_t item)
{
	if (item >= p->spots.n)
		return p->streets[item - p->spots.n].at;
	return (struct position){ p->spots.v[item].lat_e7, p->spots.v[item].lon_e7, -1,
				  true };
}

/* Matches are told apart by twentieths: beyond that distance says more. */
static bool
is_better(const struct found *a, const struct found *b)
{
	int x = (int)(a->match * 20 + 0.5), y = (int)(b->match * 20 + 0.5);

	if (x != y)
		return x > y;
	return a->metres != b->metres ? a->metres < b->metres : a->item < b->item;
}

static void
take(struct search *s, struct found f)
{
	size_t at;

	for (size_t k = 0; k < s->n; k++)
		if (s->best[k].item == f.item) {
			if (!is_better(&f, &s->best[k]))
				return;
			memmove(&s->best[k], &s->best[k + 1],
				(--s->n - k) * sizeof *s->best);
			break;
		}
	if (s->n == s->max) {
		if (!is_better(&f, &s->best[s->n - 1]))
			return;
		s->n--;
	}
	for (at = s->n; at && is_better(&f, &s->best[at - 1]); at--)
		s->best[at] = s->best[at - 1];
	s->best[at] = f;
	s->n++;
}

/* How alike each word of the index is to each that was asked: [word][asked]. */
static float *
judge_words(const struct places *p, const struct span *asked, size_t n)
{
	float *v = calloc(p->n_words * n + 1, sizeof *v);

	if (!v)
		abort();
	for (size_t w = 0; w < p->n_words; w++)
		for (size_t k = 0; k < n; k++)
			v[w * n + k] = (float)word_alike(
				asked[k], span_of(p->words.p + p->word_at[w]));
	return v;
}

static double
best_of(const struct places *p, const struct row *row, const float *words, size_t n,
	size_t k)
{
	double best = 0;

	for (uint32_t i = row->first; i < row->first + row->n; i++)
		if ((double)words[p->row_words[i] * n + k] > best)
			best = (double)words[p->row_words[i] * n + k];
	return best;
}

static double
judge_row(const struct places *p, const struct row *row, const float *words, size_t n)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++) {
		double best = best_of(p, row, words, n, k);

		if (best <= 0)
			return 0;
		sum += best;
	}
	sum /= (double)n;
	/* what else the name says speaks against it, a little */
	return sum * (0.75 + 0.25 * (double)(n < row->n ? n : row->n) / row->n);
}

static size_t
words_of(struct span text, struct buf *folded, struct span ret[ASKED_MAX])
{
	struct span rest;
	size_t n = 0;

	place_fold(folded, text);
	rest = buf_span(folded);
	while (rest.n && n < ASKED_MAX)
		ret[n++] = span_cut(&rest, ' ');
	return n;
}

static void
run(struct search *s, struct span text, bool only_streets)
{
	struct buf AUTO(buf_done) folded = { 0 };
	struct span asked[ASKED_MAX];
	size_t n = words_of(text, &folded, asked);
	float AUTO(auto_free) *words = NULL;

	if (!n)
		return;
	words = judge_words(s->p, asked, n);
	for (size_t k = 0; k < s->p->n_rows; k++) {
		const struct row *row = &s->p->rows[k];
		struct found f = { .item = row->item, .metres = -1 };
		struct position at;

		if (only_streets && row->item < s->p->spots.n)
			continue;
		f.match = judge_row(s->p, row, words, n);
		if (f.match < LEAST)
			continue;
		at = position_of(s->p, row->item);
		if (s->near)
			f.metres = geo_distance_m(s->near, &at);
		take(s, f);
	}
}

/* --- addresses ------------------------------------------------------------- */

/* What stands before a street, and what many places are. */
static const char of_a_house[] = "plot house flat shop floor office near opposite opp "
				 "behind number no apartment next to "
				 "مکان پلاٹ فلیٹ نمبر نزد دکان";
static const char of_many[] = "road street avenue lane block phase sector area colony "
			      "town market gali chowk boulevard society scheme "
			      "روڈ سڑک گلی بلاک فیز سیکٹر ٹاؤن کالونی چوک";

/* Whether the word, folded, is one of the list, not folded. */
static bool
is_one_of(const char *list, struct span word)
{
	struct buf AUTO(buf_done) folded = { 0 };
	struct span rest;

	place_fold(&folded, span_of(list));
	rest = buf_span(&folded);
	while (rest.n)
		if (span_is(span_cut(&rest, ' '), word))
			return true;
	return false;
}

static bool
is_part_of_address(struct span word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] >= '0' && word.p[i] <= '9')
			return true;
	return word.n == 1 || is_one_of(of_a_house, word);
}

/* How much of what was asked the name has, by letters; 0 where it shares no word that
 * is its own. */
static double
judge_part(const struct places *p, const struct row *row, const float *words,
	   const struct span *asked, const bool *is_common, size_t n)
{
	double has = 0, all = 0;
	bool is_own = false;

	for (size_t k = 0; k < n; k++) {
		double best = best_of(p, row, words, n, k);

		all += (double)asked[k].n;
		has += best * (double)asked[k].n;
		is_own |= best > 0 && !is_common[k];
	}
	if (!is_own)
		return 0;
	return has / all * (0.75 + 0.25 * (double)(n < row->n ? n : row->n) / row->n);
}

/* Numbers of houses and what leads to them are left out; of the rest, what is there. */
static void
run_part(struct search *s, struct span text)
{
	struct buf AUTO(buf_done) folded = { 0 };
	struct span asked[ASKED_MAX];
	size_t n_all = words_of(text, &folded, asked), n = 0;
	bool is_common[ASKED_MAX];
	float AUTO(auto_free) *words = NULL;

	for (size_t k = 0; k < n_all; k++)
		if (!is_part_of_address(asked[k])) {
			is_common[n] = is_one_of(of_many, asked[k]);
			asked[n++] = asked[k];
		}
	if (!n)
		return;
	words = judge_words(s->p, asked, n);
	for (size_t k = 0; k < s->p->n_rows; k++) {
		const struct row *row = &s->p->rows[k];
		struct position at = position_of(s->p, row->item);
		struct found f = { .item = row->item, .metres = -1 };

		f.match = judge_part(s->p, row, words, asked, is_common, n);
		if (f.match < LEAST)
			continue;
		if (s->near)
			f.metres = geo_distance_m(s->near, &at);
		take(s, f);
	}
}

/* --- junctions ------------------------------------------------------------- */

/* "6/2", "12-A/1", "5/C" are numbers of houses. */
static bool
is_house_number(struct span before, struct span after)
{
	struct span b = before, a = after;
	bool has_digit[2] = { false, false };

	while (b.n && b.p[b.n - 1] != ' ')
		b.n--;
	b = span_skip(before, b.n);
	a = span_cut(&a, ' ');
	for (size_t i = 0; i < b.n; i++)
		has_digit[0] |= b.p[i] >= '0' && b.p[i] <= '9';
	for (size_t i = 0; i < a.n; i++)
		has_digit[1] |= a.p[i] >= '0' && a.p[i] <= '9';
	return b.n && a.n && (has_digit[0] || has_digit[1]) &&
	       (has_digit[0] || b.n == 1) && (has_digit[1] || a.n == 1);
}

static bool
cut_at(struct span text, struct span by, struct span *ret_a, struct span *ret_b)
{
	for (size_t i = 1; i + by.n < text.n; i++)
		if (memcmp(text.p + i, by.p, by.n) == 0 &&
		    !(by.p[0] == '/' && is_house_number((struct span){ text.p, i },
							span_skip(text, i + by.n)))) {
			*ret_a = span_trim((struct span){ text.p, i });
			*ret_b = span_trim(span_skip(text, i + by.n));
			return ret_a->n && ret_b->n;
		}
	return false;
}

static bool
cut_junction(struct span text, struct span *ret_a, struct span *ret_b)
{
	static const char *const marks[] = { "/",     "&",   " and ", " AND ",
					     " And ", " x ", " اور ", " ۽ ",
					     " + ",   "，",  "、" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (cut_at(text, span_of(marks[i]), ret_a, ret_b))
			return true;
	return false;
}

struct meeting_found {
	const struct junction *j;
	double match, metres;
};

static double
match_of(const struct search *s, uint32_t street)
{
	for (size_t k = 0; k < s->n; k++)
		if (s->best[k].item == s->p->spots.n + street)
			return s->best[k].match;
	return 0;
}

static void
say_junction(const struct places *p, const struct junction *j, double match,
	     double metres, struct place *ret)
{
	const struct route_name *a = &p->streets[j->a].name;

	*ret = (struct place){
		.name = a->name,
		.name_en = a->name_en,
		.name_ur = a->name_ur,
		.name_sd = a->name_sd,
		.kind = "junction",
		.with = &p->streets[j->b].name,
		.position = j->at,
		.match = match,
		.metres = metres,
	};
}

static bool
place_is_better(const struct place *a, const struct place *b)
{
	int x = (int)(a->match * 20 + 0.5), y = (int)(b->match * 20 + 0.5);

	return x != y ? x > y : a->metres < b->metres;
}

/* Both names at one place: dual carriageways meet four times within a few metres. */
#define SAME_M 120.0

static size_t
search_junctions(const struct places *p, struct span a, struct span b,
		 const struct position *near, size_t limit,
		 struct place ret[PLACES_FOUND])
{
	struct found x[STREETS_MAX], y[STREETS_MAX];
	struct search s = { .p = p, .near = near, .best = x, .max = STREETS_MAX };
	struct search t = { .p = p, .near = near, .best = y, .max = STREETS_MAX };
	size_t n = 0;

	run(&s, a, true);
	run(&t, b, true);
	for (size_t k = 0; k < p->n_junctions; k++) {
		const struct junction *j = &p->junctions[k];
		double m = match_of(&s, j->a) * match_of(&t, j->b);
		double w = match_of(&s, j->b) * match_of(&t, j->a);
		struct place one;
		size_t at;

		if (m <= 0 && w <= 0)
			continue;
		say_junction(p, j, m > w ? m : w,
			     near ? geo_distance_m(near, &j->at) : -1, &one);
		for (at = 0; at < n; at++)
			if (geo_distance_m(&ret[at].position, &one.position) < SAME_M)
				break;
		if (at < n) {
			if (place_is_better(&one, &ret[at]))
				ret[at] = one;
			continue;
		}
		if (n == limit && !place_is_better(&one, &ret[n - 1]))
			continue;
		if (n == limit)
			n--;
		for (at = n; at && place_is_better(&one, &ret[at - 1]); at--)
			ret[at] = ret[at - 1];
		ret[at] = one;
		n++;
	}
	return n;
}

/* --- the doorway ----------------------------------------------------------- */

static void
say(const struct places *p, const struct found *f, struct place *ret)
{
	const struct spot *v = &p->spots.v[f->item];
	const char *texts = p->spots.texts;

	*ret = (struct place){ .position = position_of(p, f->item),
			       .match = f->match,
			       .metres = f->metres };
	if (f->item >= p->spots.n) {
		const struct route_name *n = &p->streets[f->item - p->spots.n].name;

		ret->name = n->name;
		ret->name_en = n->name_en;
		ret->name_ur = n->name_ur;
		ret->name_sd = n->name_sd;
		ret->kind = "street";
		return;
	}
	ret->name = texts + v->names[0];
	ret->name_en = texts + v->names[1];
	ret->name_ur = texts + v->names[2];
	ret->name_sd = texts + v->names[3];
	ret->kind = texts + v->kind;
}

size_t
places_search(const struct places *p, struct span text, const struct position *near,
	      size_t limit, struct place ret[PLACES_FOUND])
{
	struct found best[PLACES_FOUND];
	struct search s = { .p = p, .near = near, .best = best, .max = limit };
	struct span a, b;
	bool is_part = false;
	size_t n = 0;

	if (!limit || limit > PLACES_FOUND)
		s.max = limit = PLACES_FOUND;
	if (cut_junction(text, &a, &b)) {
		n = search_junctions(p, a, b, near, limit, ret);
		if (n)
			return n;
		run(&s, a, true); /* they do not meet: either helps */
		run(&s, b, true);
	}
	if (!s.n)
		run(&s, text, false);
	if (!s.n) {
		is_part = true;
		run_part(&s, text);
	}
	for (size_t k = 0; k < s.n; k++) {
		say(p, &best[k], &ret[k]);
		ret[k].is_part = is_part;
	}
	return s.n;
}

/* --- the nearest landmark -------------------------------------------------- */

#define LANDMARK_M 2000.0

bool
places_landmark(const struct places *p, const struct position *at, struct landmark *ret)
{
	static const char *const winds[] = {
		"n", "ne", "e", "se", "s", "sw", "w", "nw"
	};
	int64_t reach = (int64_t)(LANDMARK_M / 0.0111);
	size_t low = 0, high = p ? p->spots.n : 0;
	struct found best = { .match = 1, .metres = LANDMARK_M };
	struct position from;

	if (!high || !at->is_set)
		return false;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (p->spots.v[p->by_lat[mid]].lat_e7 < at->lat_e7 - reach)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < p->spots.n; low++) {
		uint32_t i = p->by_lat[low];
		struct position q = position_of(p, i);
		double m;

		if (q.lat_e7 > at->lat_e7 + reach)
			break;
		m = geo_distance_m(&q, at);
		if (m < best.metres) {
			best.metres = m;
			best.item = i;
		}
	}
	if (best.metres >= LANDMARK_M)
		return false;
	say(p, &best, &ret->place);
	from = position_of(p, best.item);
	ret->metres = best.metres;
	ret->direction = winds[(int)((geo_bearing_deg(&from, at) + 22.5) / 45) % 8];
	return true;
}
