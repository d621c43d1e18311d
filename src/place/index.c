/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: every name of a place or a street as a row of word numbers, so that a
 * search judges each different word once and then only adds up. Junctions are pairs of
 * streets; they are found by their streets.
 */
#include "base/auto.h"
#include "place/inner.h"

void *
place_room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 256;
	v = realloc(v, *cap * size);
	if (!v)
		abort();
	return v;
}

static uint32_t
number_of(struct places *p, struct span word)
{
	uintptr_t at = (uintptr_t)map_get(&p->word_numbers, word);

	if (at)
		return (uint32_t)at - 1;
	p->word_at =
		place_room(p->word_at, p->n_words, &p->words_cap, sizeof *p->word_at);
	p->word_at[p->n_words] = (uint32_t)p->words.n;
	buf_add_span(&p->words, word);
	buf_add_c(&p->words, 0);
	map_put(&p->word_numbers, word, (void *)(uintptr_t)(p->n_words + 1));
	return (uint32_t)p->n_words++;
}

static void
add_row(struct places *p, uint32_t item, const char *name)
{
	struct buf AUTO(buf_done) folded = { 0 };
	struct row row = { .item = item, .first = (uint32_t)p->n_row_words };
	struct span rest;

	place_fold(&folded, span_of(name));
	rest = buf_span(&folded);
	while (rest.n) {
		uint32_t word = number_of(p, span_cut(&rest, ' '));

		p->row_words = place_room(p->row_words, p->n_row_words,
					  &p->row_words_cap, sizeof *p->row_words);
		p->row_words[p->n_row_words++] = word;
		row.n++;
	}
	if (!row.n)
		return;
	p->rows = place_room(p->rows, p->n_rows, &p->rows_cap, sizeof *p->rows);
	p->rows[p->n_rows++] = row;
}

static void
add_street(void *ctx, const struct route_name *name, const struct position *at,
	   double metres)
{
	struct places *p = ctx;

	(void)metres;
	p->streets = place_room(p->streets, p->n_streets, &p->streets_cap,
				sizeof *p->streets);
	p->streets[p->n_streets++] = (struct street){ *name, *at };
}

/* The graph gives names as its own texts: the same name is the same bytes. */
static uint32_t
street_of(const struct map *by_name, const struct route_name *n)
{
	return (uint32_t)(uintptr_t)map_get(
		by_name, (struct span){ (const char *)n, sizeof *n });
}

struct pairing {
	struct places *p;
	struct map by_name;
};

static void
add_junction(void *ctx, const struct route_name *a, const struct route_name *b,
	     const struct position *at)
{
	struct pairing *j = ctx;
	uint32_t x = street_of(&j->by_name, a), y = street_of(&j->by_name, b);
	struct places *p = j->p;

	if (!x || !y)
		return;
	p->junctions = place_room(p->junctions, p->n_junctions, &p->junctions_cap,
				  sizeof *p->junctions);
	p->junctions[p->n_junctions++] = (struct junction){ x - 1, y - 1, *at };
}

static void
take_streets(struct places *p)
{
	struct pairing j = { .p = p };

	route_each_street(p->route, add_street, p);
	for (size_t i = 0; i < p->n_streets; i++)
		map_put(&j.by_name,
			(struct span){ (const char *)&p->streets[i].name,
				       sizeof p->streets[i].name },
			(void *)(uintptr_t)(i + 1));
	route_each_junction(p->route, add_junction, &j);
	map_done(&j.by_name);
}

static int
by_lat(const void *a, const void *b, void *spots)
{
	const struct spot *v = spots;
	int32_t x = v[*(const uint32_t *)a].lat_e7, y = v[*(const uint32_t *)b].lat_e7;

	return (x > y) - (x < y);
}

void
index_build(struct places *p)
{
	index_done(p);
	take_streets(p);
	for (uint32_t i = 0; i < p->spots.n; i++)
		for (int k = 0; k < NAMES; k++)
			add_row(p, i, p->spots.texts + p->spots.v[i].names[k]);
	for (uint32_t i = 0; i < p->n_streets; i++) {
		const struct route_name *n = &p->streets[i].name;
		uint32_t item = (uint32_t)p->spots.n + i;

		add_row(p, item, n->name);
		add_row(p, item, n->name_en);
		add_row(p, item, n->name_ur);
		add_row(p, item, n->name_sd);
	}
	p->by_lat = calloc(p->spots.n + 1, sizeof *p->by_lat);
	if (!p->by_lat)
		abort();
	for (uint32_t i = 0; i < p->spots.n; i++)
		p->by_lat[i] = i;
	qsort_r(p->by_lat, p->spots.n, sizeof *p->by_lat, by_lat, p->spots.v);
}

void
index_done(struct places *p)
{
	free(p->by_lat);
	free(p->streets);
	free(p->junctions);
	free(p->word_at);
	free(p->rows);
	free(p->row_words);
	map_done(&p->word_numbers);
	buf_done(&p->words);
	p->by_lat = NULL;
	p->streets = NULL;
	p->junctions = NULL;
	p->word_at = NULL;
	p->rows = NULL;
	p->row_words = NULL;
	p->word_numbers = (struct map){ 0 };
	p->n_streets = p->streets_cap = p->n_junctions = p->junctions_cap = 0;
	p->n_words = p->words_cap = p->n_rows = p->rows_cap = 0;
	p->n_row_words = p->row_words_cap = 0;
}
