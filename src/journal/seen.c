/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys of presses may be on the shelf: a Bloom filter, so that a new
 * press, the usual case, asks no disk whether it is a repeat. It may say yes
 * wrongly (then the shelf is asked) and never says no wrongly.
 */
#include "journal/inner.h"

#include <stdlib.h>

#define BITS_MIN (1ull << 22) /* 512 KiB: 1 in 100 wrong at 440,000 keys */
#define PROBES 4

struct seen {
	uint64_t *words, mask; /* of bits */
};

static void
add_one(void *ctx, int64_t value)
{
	seen_add(ctx, value);
}

static void
count_one(void *ctx, int64_t value)
{
	(void)value;
	++*(uint64_t *)ctx;
}

int
seen_new(struct store *store, struct seen **ret)
{
	struct seen *s = calloc(1, sizeof *s);
	uint64_t keys = 0, bits = BITS_MIN;
	int rc = store_column(store, noun_signal.letter, 1, count_one, &keys);

	while (bits < keys * 24) /* room for as many again */
		bits *= 2;
	s->mask = bits - 1;
	s->words = calloc(bits / 64, sizeof *s->words);
	if (!s->words)
		abort();
	if (rc == 0 && keys)
		rc = store_column(store, noun_signal.letter, 1, add_one, s);
	if (rc < 0) {
		seen_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void
seen_free(struct seen *s)
{
	if (!s)
		return;
	free(s->words);
	free(s);
}

/* The values are hashes already: their halves serve as two hash functions. */
static uint64_t
bit_at(const struct seen *s, uint64_t value, unsigned probe)
{
	return (value + probe * ((value >> 31) * 0x9e3779b97f4a7c15u | 1)) & s->mask;
}

void
seen_add(struct seen *s, int64_t value)
{
	for (unsigned i = 0; i < PROBES; i++) {
		uint64_t bit = bit_at(s, (uint64_t)value, i);

		s->words[bit / 64] |= 1ull << (bit % 64);
	}
}

bool
seen_may_have(const struct seen *s, int64_t value)
{
	for (unsigned i = 0; i < PROBES; i++) {
		uint64_t bit = bit_at(s, (uint64_t)value, i);

		if (!(s->words[bit / 64] >> (bit % 64) & 1))
			return false;
	}
	return true;
}
