/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named areas of the earth out of GeoJSON (RFC 7946): a FeatureCollection of Polygons
 * and MultiPolygons, each with a name. Which one a place lies in is told by ray casting
 * on whole numbers, so every machine gives the same answer.
 */
#pragma once
#include "base/geo.h"

struct areas;
struct buf;

/* ERR_SYNTAX or ERR_RANGE with a sentence that names the feature. The name is taken
 * from the properties "name", else "name_en"; each must be there and its own. */
int areas_read(struct span geojson, struct areas **ret, struct buf *why);
void areas_free(struct areas *a); /* NULL is fine */
size_t areas_count(const struct areas *a);
/* The name of the first area that p lies in; NULL: in none, or no areas. A border
 * belongs to one side only. */
const char *areas_find(const struct areas *a, const struct position *p);
