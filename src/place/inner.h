/* SPDX-License-Identifier: Apache-2.0 */
/* The place room's inside: a list of places with their texts, and an index of words. */
#pragma once
#include "base/map.h"
#include "place/place.h"

#define PLACES_FILE "places.list"
#define PLACES_HEAD_BYTES (8 + 4 + 4 + 4 + 8)
#define NAMES 4 /* local, English, Urdu, Sindhi */

struct spot {
	int32_t lat_e7, lon_e7;
	uint32_t names[NAMES], kind; /* of texts; 0: "" */
};

/* What the file holds. */
struct spots {
	struct spot *v;
	size_t n;
	char *texts;
	size_t n_texts;
};
void spots_write(const struct spots *s, struct buf *out);
void spots_put_sum(struct buf *file); /* fuzz */
int spots_read(struct span file, struct spots *ret, struct buf *why);
void spots_done(struct spots *s);

/* fold.c: a name as words that spellings of it share, each ended by a space. */
void place_fold(struct buf *b, struct span name);
/* How alike two folded words are: 1 the same, 0 not at all. */
double word_alike(struct span asked, struct span word);

/* --- the index ---------------------------------------------------------------------
 */

struct street {
	struct route_name name; /* borrowed of the graph */
	struct position at;
};
struct junction {
	uint32_t a, b; /* streets */
	struct position at;
};

/* One name of a place or a street, as numbers of words. */
struct row {
	uint32_t item;     /* spots first, then streets */
	uint32_t first, n; /* of row_words */
};

struct places {
	char *dir;
	const struct route *route;
	struct spots spots;
	uint32_t *by_lat; /* spots, southern first */
	struct street *streets;
	size_t n_streets, streets_cap;
	struct junction *junctions;
	size_t n_junctions, junctions_cap;
	struct map word_numbers; /* word → number + 1 */
	struct buf words;        /* all, each ended by NUL */
	uint32_t *word_at;       /* of words */
	size_t n_words, words_cap;
	struct row *rows;
	uint32_t *row_words;
	size_t n_rows, rows_cap, n_row_words, row_words_cap;
};

void index_build(struct places *p);
void index_done(struct places *p);
void *place_room(void *v, size_t n, size_t *cap, size_t size);
