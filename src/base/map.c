/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdlib.h>
#include <sys/random.h>

struct map_slot {
	char *key; /* NULL: never used */
	size_t n;
	uint64_t hash;
	void *value; /* NULL: removed */
};

uint64_t
map_hash(uint64_t seed, struct span key)
{
	uint64_t h = seed ^ key.n * 0x9e3779b97f4a7c15u, w;
	size_t i = 0;

	/* Eight bytes a step: each step is a bijection of h for a given word. */
	for (; i + 8 <= key.n; i += 8) {
		memcpy(&w, key.p + i, 8);
		h = (h ^ w) * 0xc2b2ae3d27d4eb4fu;
		h ^= h >> 29;
	}
	if (i < key.n) {
		w = 0;
		memcpy(&w, key.p + i, key.n - i);
		h = (h ^ w) * 0xc2b2ae3d27d4eb4fu;
	}
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

void
map_done(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i].key);
	free(m->slots);
	*m = (struct map){ 0 };
}

static struct map_slot *
find(const struct map *m, struct span key, uint64_t hash)
{
	if (!m->cap)
		return NULL;
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *s = &m->slots[i];

		if (!s->key)
			return NULL;
		if (s->value && s->hash == hash && s->n == key.n &&
		    (key.n == 0 || memcmp(s->key, key.p, key.n) == 0))
			return s;
	}
}

static void
place(struct map *m, struct map_slot in)
{
	size_t i = in.hash & (m->cap - 1);

	while (m->slots[i].key)
		i = (i + 1) & (m->cap - 1);
	m->slots[i] = in;
}

static void
grow(struct map *m)
{
	struct map old = *m;

	/* full of living entries: double; full of removed ones: sweep in place */
	if (!m->cap)
		m->cap = 16;
	else if (m->n * 2 >= m->cap)
		m->cap *= 2;
	m->slots = calloc(m->cap, sizeof *m->slots);
	if (!m->slots)
		abort();
	m->dead = 0;
	for (size_t i = 0; i < old.cap; i++) {
		if (old.slots[i].value)
			place(m, old.slots[i]);
		else
			free(old.slots[i].key);
	}
	free(old.slots);
}

void *
map_get(const struct map *m, struct span key)
{
	struct map_slot *s = find(m, key, map_hash(m->seed, key));

	return s ? s->value : NULL;
}

void *
map_put(struct map *m, struct span key, void *value)
{
	struct map_slot *s, in;
	void *before;

	if (!m->cap && getrandom(&m->seed, sizeof m->seed, GRND_NONBLOCK) < 0)
		m->seed = (uint64_t)(uintptr_t)m;
	in.hash = map_hash(m->seed, key);
	s = find(m, key, in.hash);
	if (s) {
		before = s->value;
		s->value = value;
		return before;
	}
	if ((m->n + m->dead + 1) * 4 > m->cap * 3)
		grow(m);
	in.key = malloc(key.n + 1);
	if (!in.key)
		abort();
	if (key.n)
		memcpy(in.key, key.p, key.n);
	in.n = key.n;
	in.value = value;
	place(m, in);
	m->n++;
	return NULL;
}

void *
map_remove(struct map *m, struct span key)
{
	struct map_slot *s = find(m, key, map_hash(m->seed, key));
	void *before;

	if (!s)
		return NULL;
	before = s->value;
	s->value = NULL;
	m->n--;
	m->dead++;
	return before;
}

bool
map_next(const struct map *m, size_t *at, struct span *ret_key, void **ret_value)
{
	for (; *at < m->cap; (*at)++) {
		struct map_slot *s = &m->slots[*at];

		if (!s->value)
			continue;
		if (ret_key)
			*ret_key = (struct span){ s->key, s->n };
		if (ret_value)
			*ret_value = s->value;
		(*at)++;
		return true;
	}
	return false;
}
