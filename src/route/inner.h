/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route room's inside. A graph is read-only once it is read: junctions, edges
 * between them with their shapes, a list of edges by junction, a grid to find an edge
 * by place. What changes (weights, work arrays) is struct route's.
 */
#pragma once
#include "route/route.h"

#define ROUTE_FILE "roads.graph"
#define NONE UINT32_MAX
/* Nearer to a pole a cell of the grid has no width left; no city is there. */
#define ROAD_LAT_MAX_E7 850000000
#define PIECE_MAX_E7 10000000 /* 1 degree: a longer straight piece is no road */

enum road_class {
	ROAD_MOTORWAY,
	ROAD_TRUNK,
	ROAD_PRIMARY,
	ROAD_SECONDARY,
	ROAD_TERTIARY,
	ROAD_UNCLASSIFIED,
	ROAD_RESIDENTIAL,
	ROAD_LIVING_STREET,
	ROAD_SERVICE,
	ROAD_TRACK,
	ROAD_ROAD, /* somebody saw a road, and not which */
	ROAD_LINK, /* ramps and slip roads of any class */
	ROAD__COUNT
};

enum { GO_FORWARD = 1, GO_BACK = 2 }; /* a → b, b → a */

struct coord {
	int32_t lat_e7, lon_e7;
};

struct edge {
	uint32_t a, b;     /* junctions */
	uint32_t first;    /* of its points; a's and b's own are among them */
	uint32_t n_points; /* ≥ 2 */
	uint32_t length_cm;
	uint32_t name;
	uint8_t class, go, limit_kmh; /* 0: no limit told */
};

struct name { /* offsets into texts; 0: "" */
	uint32_t name, en, ur, sd;
};

struct roads {
	struct coord *nodes, *points;
	struct edge *edges;
	struct name *names; /* [0]: no name */
	char *texts;
	uint32_t notice; /* whose data it is; of texts */
	size_t n_nodes, n_points, n_edges, n_names, n_texts;
	/* derived when it is read */
	uint32_t *first, *list; /* edges at a node: list[first[v] … first[v + 1]) */
	uint32_t *component;    /* of a node */
	uint32_t largest;
	size_t n_components;
	double km, largest_km;
	struct {
		struct coord from, to;
		int32_t step_e7;
		uint32_t rows, columns;
		uint32_t *first, *list;
	} grid;
	uint64_t sum;
};

/* file.c */
#define ROADS_HEAD_BYTES (8 + 4 + 6 * 4 + 8)
/* Puts the sum that the bytes behind the head have (fuzz). */
void roads_put_sum(struct buf *file);
void roads_write(const struct roads *g, struct buf *out);
int roads_read(struct span file, struct roads **ret, struct buf *why);
void roads_free(struct roads *g);

/* finish.c: what is derived */
void roads_finish(struct roads *g);

/* snap.c */
struct snap {
	uint32_t edge;
	double along; /* 0 at a … 1 at b */
	double off_m; /* from the place to the road */
	struct coord at;
	uint32_t piece; /* it lies between its points piece and piece + 1 */
};
/* The road that a vehicle at p is on or would come to. */
bool roads_snap(const struct roads *g, const struct position *p, struct snap *ret);
void roads_cells(const struct roads *g, struct coord from, struct coord to,
		 uint32_t ret[4]);

/* speeds.c */
struct speeds {
	double kmh[ROAD__COUNT];
	float factor[7 * 24][ROAD__COUNT]; /* hour 0: Monday 00:00 */
	int64_t utc_minutes;
};
extern const char *const road_class_names[ROAD__COUNT];
int speeds_read(struct speeds *s, const char *speeds, const char *hours,
		struct buf *why);
unsigned speeds_hour(const struct speeds *s, int64_t now_ms);

/* What of an edge is closed, in 1/255 of its length; to 0: nothing. */
struct closed_part {
	uint8_t from, to;
};

/* run.c: one run, backwards from a place. */
#define CLOSED                                                                \
	(1ull << 40) /* added for a closed edge: one is worse than any detour \
		      */
struct heap_item {
	uint64_t cost;
	uint32_t node;
};
/* What is known of a junction; together, since it is read together. */
struct label {
	uint64_t cost;   /* to the place */
	uint32_t metres; /* to the place */
	uint32_t next;   /* edge by which one goes on; NONE: the place's */
	uint32_t mark;   /* epoch in which all this holds */
	bool is_settled;
};
struct run {
	const struct roads *g;
	const uint32_t *weight;           /* ms of an edge */
	const struct closed_part *closed; /* of an edge */
	struct label *labels;             /* of a node */
	struct heap_item *heap;
	size_t n_heap, n_settled;
	uint32_t epoch;
	struct snap to;
	bool is_cut; /* it ended at its bound */
};
int run_open(struct run *u, const struct roads *g);
void run_done(struct run *u);
/* Junctions that one run settles at most. Times are asked for with every emergency:
 * a millisecond of a city; a line only by who looks at it. */
#define SETTLE_TIMES 12000
#define SETTLE_LINE 60000
/* until: where the ways begin that are wanted. */
void run_from(struct run *u, const struct snap *to, const struct snap *until, size_t n,
	      size_t settle_max);
/* The way from a place on an edge, after run_from(). ret_first: the edge's end that
 * it leaves by (NONE: it stays on the edge). */
bool run_leg(const struct run *u, const struct snap *from, struct route_leg *ret,
	     uint32_t *ret_first);

/* closures.c */
size_t closures_mark(const struct roads *g, const struct route_shape *v, size_t n,
		     struct closed_part *closed);

struct route {
	char *dir;
	struct speeds speeds;
	struct roads *roads; /* NULL: none */
	struct run run;
	struct weights {
		uint32_t *ms;
		unsigned hour;
		bool is_set;
	} weights; /* of the hour: alike in both worlds */
	struct closed_part *closed[ROUTE_WORLDS]; /* of an edge */
};

#define E7_METRE 0.0111195079734 /* metres of 1e-7 degree of latitude (mean radius) */
