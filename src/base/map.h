/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash map from bytes to a pointer. Keys are copied; values are borrowed.
 * Keyed with a per-map seed, so that no sender can choose collisions.
 */
#pragma once
#include "base/span.h"

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t cap, n, dead;
	uint64_t seed;
};

void map_done(struct map *m);
/* NULL when absent. */
void *map_get(const struct map *m, struct span key);
/* Returns the value that stood there before, or NULL. */
void *map_put(struct map *m, struct span key, void *value);
/* Returns the value taken out, or NULL. */
void *map_remove(struct map *m, struct span key);
/* Walk: for (size_t i = 0; map_next(&m, &i, &key, &value);) — removing the
 * entry just seen is allowed, adding is not. */
bool map_next(const struct map *m, size_t *at, struct span *ret_key, void **ret_value);
/* The 64-bit keyed hash that the map uses; another on machines of other byte order. */
uint64_t map_hash(uint64_t seed, struct span key);
