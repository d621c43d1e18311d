/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: made from random, kept only as hashes. */
#include "auth/auth.h"

#include "base/auto.h"

/* No letter that is taken for another when read aloud or typed. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

static void
random_word(struct buf *b, size_t n, size_t group)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t r;

		do
			crypt_random(&r, 1);
		while (r >= 248); /* 8 × 31: no letter likelier than another */
		if (group && i && i % group == 0)
			buf_add_c(b, '-');
		buf_add_c(b, alphabet[r % 31]);
	}
}

void
auth_new_password(struct buf *b)
{
	random_word(b, 16, 4);
}

void
auth_hash_secret(struct buf *hash_hex, struct span secret)
{
	uint8_t h[HASH_BYTES];

	crypt_hash2(h, SPAN("kumak secret 1:"), secret, NULL);
	crypt_hex(hash_hex, h, sizeof h);
}

void
auth_new_secret(struct buf *secret, struct buf *hash_hex)
{
	uint8_t raw[32];
	size_t at = secret->n;

	crypt_random(raw, sizeof raw);
	buf_add_z(secret, "kmk_");
	crypt_b64(secret, raw, sizeof raw);
	auth_hash_secret(hash_hex, (struct span){ secret->p + at, secret->n - at });
	crypt_wipe(raw, sizeof raw);
}

void
auth_hash_code(struct buf *hash_hex, struct span code)
{
	struct buf AUTO(buf_done) plain = { 0 };

	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (c != ' ' && c != '-')
			buf_add_c(&plain, c);
	}
	auth_hash_secret(hash_hex, buf_span(&plain));
}

void
auth_new_code(struct buf *code, struct buf *hash_hex)
{
	size_t at = code->n;

	random_word(code, 20, 5);
	auth_hash_code(hash_hex, (struct span){ code->p + at, code->n - at });
}
