/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roads: a compact graph made once of GeoJSON lines (`kumak import roads`), kept as
 * one checked file, and how long units take on it. One run serves all units: it goes
 * backwards from the place, and is bounded, so that nobody waits for it. Without
 * roads, or where they do not lead, the answer says so: whoever asks falls back on
 * the straight line.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/geo.h"

struct route;

struct route_config {
	const char *dir;     /* holds roads.graph; NULL: none is read */
	const char *speeds;  /* "trunk=60 residential=20" over the table; NULL: none */
	const char *hours;   /* "mon-fri 08-10 0.6; * 00-06 1.2"; NULL: none */
	int64_t utc_minutes; /* of the hours' clock, ahead of UTC */
};

/* A damaged file is no failure: there are no roads then, and *why says so. Only bad
 * speeds or hours are ERR_SYNTAX. */
int route_open(const struct route_config *cfg, struct route **ret, struct buf *why);
void route_close(struct route *r); /* NULL is fine */
/* Reads the file anew; closures are to be given anew then. On failure what was loaded
 * stays, and *why says why. */
int route_reload(struct route *r, struct buf *why);

struct route_facts {
	size_t nodes, edges, streets, components;
	double km, largest_km;    /* of all, and of the largest component */
	struct position from, to; /* south-west, north-east */
	char notice[120];         /* whose data it is: shown with every map of it */
	uint64_t sum;             /* of the file: tells one import from another */
};
/* False: no roads are loaded (r NULL too). */
bool route_facts(const struct route *r, struct route_facts *ret);

/* --- times ----------------------------------------------------------------- */

enum route_why {
	ROUTE_FOUND,
	ROUTE_NO_ROADS, /* none are loaded */
	ROUTE_OFF_ROAD, /* no road near the unit, or near the place */
	ROUTE_NO_WAY,   /* cut off from the place, or against one-way streets only */
	ROUTE_TOO_FAR,  /* beyond what one run looks at */
};

const char *route_why_word(enum route_why why); /* "no_way" */

struct route_leg {
	enum route_why why;
	double metres;
	int64_t ms;
	bool crosses_closure; /* no way around it was found */
};

/* From n places to one, at a time of day, as the closures of that world stand. */
void route_times(struct route *r, int world, int64_t now_ms, const struct position *to,
		 const struct position *from, size_t n, struct route_leg *ret);
/* The way itself, from its start to the place: longitudes and latitudes as JSON,
 * [[lon,lat],…]. */
struct route_leg route_line(struct route *r, int world, int64_t now_ms,
			    const struct position *to, const struct position *from,
			    struct buf *ret_json);

/* --- closures --------------------------------------------------------------- */

#define ROUTE_WORLDS 2
#define ROUTE_SHAPE_POINTS 200

/* A street that the line crosses, or that has a part in the area, is closed. */
struct route_shape {
	const struct position *points;
	size_t n;
	bool is_area;
};
/* All that hold in this world now. Returns how many streets are closed. */
size_t route_close_streets(struct route *r, int world, const struct route_shape *shapes,
			   size_t n);

/* --- names, for the gazetteer ------------------------------------------------ */

struct route_name {
	const char *name, *name_en, *name_ur, *name_sd; /* "": none */
};
/* Each name with the middle of its longest piece. */
void route_each_street(const struct route *r,
		       void (*fn)(void *ctx, const struct route_name *name,
				  const struct position *at, double metres),
		       void *ctx);
/* Each place where streets of different names meet: pairs. */
void route_each_junction(const struct route *r,
			 void (*fn)(void *ctx, const struct route_name *a,
				    const struct route_name *b,
				    const struct position *at),
			 void *ctx);

/* --- making a graph ----------------------------------------------------------- */

struct route_build;
struct route_build *route_build_new(void);
void route_build_free(struct route_build *b); /* NULL is fine */
/* Adds the roads of one GeoJSON text. ERR_SYNTAX with *why naming the feature;
 * what is no road (footways, points) is left out and counted. */
int route_build_add(struct route_build *b, struct span geojson, struct buf *why);
struct route_built {
	size_t roads, left_out, bad_speeds, unsure_oneways;
};
/* The file's bytes. ERR_RANGE with *why: nothing in it. */
int route_build_end(struct route_build *b, struct buf *out, struct route_built *ret,
		    struct buf *why);
/* What a file's bytes hold; ERR_CORRUPT with *why. */
int route_check(struct span file, struct route_facts *ret, struct buf *why);
