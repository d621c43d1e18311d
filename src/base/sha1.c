/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha1.h"

#include "base/crypt.h"

#define BLOCK 64

struct sha1_run {
	uint32_t h[5];
	uint8_t block[BLOCK];
	size_t n; /* bytes waiting in block */
	uint64_t total;
};

static uint32_t
rotate(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

static uint32_t
word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* FIPS 180-4, 4.1.1 and 4.2.1: the function and the constant of round t. */
static uint32_t
mix(int t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
take_block(struct sha1_run *r)
{
	uint32_t w[80], v[5];

	for (int t = 0; t < 16; t++)
		w[t] = word_at(r->block + 4 * t);
	for (int t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(v, r->h, sizeof v);
	for (int t = 0; t < 80; t++) {
		uint32_t x = rotate(v[0], 5) + mix(t, v[1], v[2], v[3]) + v[4] + w[t];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = x;
	}
	for (int i = 0; i < 5; i++)
		r->h[i] += v[i];
	r->n = 0;
}

static void
begin(struct sha1_run *r)
{
	*r = (struct sha1_run){ .h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
				       0xc3d2e1f0 } };
}

static void
take(struct sha1_run *r, const void *data, size_t n)
{
	const uint8_t *p = data;

	r->total += n;
	for (size_t i = 0; i < n; i++) {
		r->block[r->n++] = p[i];
		if (r->n == BLOCK)
			take_block(r);
	}
}

static void
end(struct sha1_run *r, uint8_t out[SHA1_BYTES])
{
	static const uint8_t zero[BLOCK], one = 0x80;
	uint64_t bits = r->total * 8;
	uint8_t size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (uint8_t)(bits >> (56 - 8 * i));
	take(r, &one, 1);
	take(r, zero, (2 * BLOCK - sizeof size - r->n) % BLOCK);
	take(r, size, sizeof size);
	for (int i = 0; i < 20; i++)
		out[i] = (uint8_t)(r->h[i / 4] >> (24 - 8 * (i % 4)));
	crypt_wipe(r, sizeof *r);
}

void
sha1(uint8_t out[SHA1_BYTES], struct span data)
{
	struct sha1_run r;

	begin(&r);
	take(&r, data.p, data.n);
	end(&r, out);
}

void
sha1_hmac(uint8_t out[SHA1_BYTES], struct span key, struct span data)
{
	uint8_t pad[BLOCK] = { 0 }, inner[SHA1_BYTES];
	struct sha1_run r;

	if (key.n > BLOCK)
		sha1(pad, key);
	else if (key.n)
		memcpy(pad, key.p, key.n);
	for (int i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	begin(&r);
	take(&r, pad, BLOCK);
	take(&r, data.p, data.n);
	end(&r, inner);
	for (int i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	begin(&r);
	take(&r, pad, BLOCK);
	take(&r, inner, sizeof inner);
	end(&r, out);
	crypt_wipe(pad, sizeof pad);
}
