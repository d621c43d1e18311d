/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gazetteer: places that were imported, and the streets and junctions of the road
 * graph, found by what people type: Urdu, Sindhi or Latin letters, letter variants,
 * ways to spell a name in Latin, typing errors. And the landmark nearest to a place.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/geo.h"
#include "route/route.h"

struct places;

/* dir NULL: none is read. Damaged places are no failure: *why says so. */
int places_open(const char *dir, const struct route *route, struct places **ret,
		struct buf *why);
void places_close(struct places *p); /* NULL is fine */
/* Reads what was imported anew; on failure what was there stays. */
int places_reload(struct places *p, struct buf *why);
/* The road graph was read anew. */
void places_streets_changed(struct places *p);
size_t places_count(const struct places *p);

struct place {
	const char *name, *name_en, *name_ur, *name_sd; /* "": none; borrowed */
	const char *kind; /* a word: "hospital", "street", "junction" */
	/* of a junction the other street; else NULL */
	const struct route_name *with;
	struct position position;
	double match;  /* 0 … 1 */
	bool is_part;  /* it has a part of what was asked: the street of an address */
	double metres; /* from near; < 0: no near */
};
#define PLACES_FOUND 50
/* Best match first, nearer first among equals. Returns how many. */
size_t places_search(const struct places *p, struct span text,
		     const struct position *near, size_t limit,
		     struct place ret[PLACES_FOUND]);

struct landmark {
	struct place place;
	double metres;
	const char *direction; /* from the landmark: "n", "ne" … */
};
/* The imported place nearest to a position, within 2 km. */
bool places_landmark(const struct places *p, const struct position *at,
		     struct landmark *ret);

/* --- making the file (kumak import places) ---------------------------------------- */

struct place_build;
struct place_build *place_build_new(void);
void place_build_free(struct place_build *b);
/* Rows of a CSV with a head, or Points of GeoJSON. ERR_SYNTAX with *why naming the row.
 */
int place_build_csv(struct place_build *b, struct span text, struct buf *why);
int place_build_geojson(struct place_build *b, struct span text, struct buf *why);
size_t place_build_count(const struct place_build *b);
void place_build_end(const struct place_build *b, struct buf *out);
/* How many a file's bytes hold, or ERR_CORRUPT with *why. */
int place_check(struct span file, struct buf *why);
