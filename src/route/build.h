/* SPDX-License-Identifier: Apache-2.0 */
/* A graph in the making: geojson.c puts roads in, build.c cuts them at junctions. */
#pragma once
#include "base/map.h"
#include "route/inner.h"

struct way {
	uint32_t first, n_points, name;
	uint8_t class, go, limit_kmh;
};

struct route_build {
	struct way *ways;
	struct coord *points;
	struct name *names;
	struct buf texts;
	uint32_t notice;
	struct map by_name; /* the four names → index into names */
	size_t n_ways, ways_cap, n_points, points_cap, n_names, names_cap;
	struct route_built sums;
};

void build_point(struct route_build *b, struct coord p);
/* The points put since the last way become one. False: fewer than two. */
bool build_way(struct route_build *b, const struct way *as);
/* Drops them. */
void build_drop(struct route_build *b);
/* A text's place among all; empty: 0. */
uint32_t build_text(struct route_build *b, struct span s);
/* Index of a set of names: local, English, Urdu, Sindhi; empty ones are none. */
uint32_t build_name(struct route_build *b, const struct span names[4]);
