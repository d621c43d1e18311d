/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places on the earth: WGS-84 degrees as int32 1e-7 units, so that equal
 * places are equal bytes on every machine.
 */
#pragma once
#include "base/span.h"

struct position {
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m; /* -1: not told */
	bool is_set;
};

/* False when out of range or not a number. */
bool geo_position(double lat, double lon, struct position *ret);
/* Great-circle distance in metres (haversine, mean radius 6,371,008.8 m). */
double geo_distance_m(const struct position *a, const struct position *b);
/* Initial bearing a → b, degrees 0-360. */
double geo_bearing_deg(const struct position *a, const struct position *b);
/* The place metres away from p along a bearing. */
struct position geo_move(const struct position *p, double bearing_deg, double m);

static inline double
geo_lat(const struct position *p)
{
	return p->lat_e7 / 1e7;
}

static inline double
geo_lon(const struct position *p)
{
	return p->lon_e7 / 1e7;
}
