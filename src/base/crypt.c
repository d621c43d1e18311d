/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt.h"

#include "base/err.h"

#include <sodium.h>

_Static_assert(SEAL_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
					crypto_aead_xchacha20poly1305_ietf_ABYTES,
	       "sealed boxes carry nonce and tag");
_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "argon2id text");

/* 64 MiB and two passes: about 80 ms on one core; OWASP asks for ≥ 19 MiB. */
#define ARGON_BYTES ((size_t)64 << 20)
#define ARGON_PASSES 2

int
crypt_start(void)
{
	return sodium_init() < 0 ? ERR_CRYPTO : 0;
}

void
crypt_random(void *p, size_t n)
{
	randombytes_buf(p, n);
}

void
crypt_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

bool
crypt_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
crypt_hash(uint8_t out[HASH_BYTES], struct span data, const uint8_t *key)
{
	crypto_generichash(out, HASH_BYTES, (const uint8_t *)data.p, data.n, key,
			   key ? KEY_BYTES : 0);
}

uint64_t
crypt_short(struct span data)
{
	static const uint8_t key[crypto_shorthash_KEYBYTES] = "kumak column 1.";
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t v = 0;

	crypto_shorthash(out, (const uint8_t *)data.p, data.n, key);
	for (size_t i = 0; i < sizeof out; i++)
		v = v << 8 | out[i];
	return v;
}

void
crypt_hash2(uint8_t out[HASH_BYTES], struct span a, struct span b, const uint8_t *key)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, key, key ? KEY_BYTES : 0, HASH_BYTES);
	crypto_generichash_update(&st, (const uint8_t *)a.p, a.n);
	crypto_generichash_update(&st, (const uint8_t *)b.p, b.n);
	crypto_generichash_final(&st, out, HASH_BYTES);
}

void
crypt_sign_keys(uint8_t pub[32], uint8_t sec[64])
{
	crypto_sign_keypair(pub, sec);
}

void
crypt_sign_seed(const uint8_t seed[32], uint8_t pub[32], uint8_t sec[64])
{
	crypto_sign_seed_keypair(pub, sec, seed);
}

void
crypt_sign(uint8_t sig[SIGN_BYTES], struct span msg, const uint8_t sec[64])
{
	crypto_sign_detached(sig, NULL, (const uint8_t *)msg.p, msg.n, sec);
}

bool
crypt_verify(const uint8_t sig[SIGN_BYTES], struct span msg, const uint8_t pub[32])
{
	return crypto_sign_verify_detached(sig, (const uint8_t *)msg.p, msg.n, pub) ==
	       0;
}

void
crypt_seal(struct buf *out, struct span msg, const uint8_t key[KEY_BYTES])
{
	size_t nonce_at = out->n;
	unsigned long long n;

	buf_reserve(out, msg.n + SEAL_OVERHEAD);
	crypto_generichash((uint8_t *)out->p + nonce_at, 24, (const uint8_t *)msg.p,
			   msg.n, key, KEY_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		(uint8_t *)out->p + nonce_at + 24, &n, (const uint8_t *)msg.p, msg.n,
		NULL, 0, NULL, (uint8_t *)out->p + nonce_at, key);
	out->n += 24 + (size_t)n;
	out->p[out->n] = 0;
}

int
crypt_unseal(struct buf *out, struct span box, const uint8_t key[KEY_BYTES])
{
	unsigned long long n;

	if (box.n < SEAL_OVERHEAD)
		return ERR_CRYPTO;
	buf_reserve(out, box.n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    (uint8_t *)out->p + out->n, &n, NULL, (const uint8_t *)box.p + 24,
		    box.n - 24, NULL, 0, (const uint8_t *)box.p, key) != 0)
		return ERR_CRYPTO;
	out->n += (size_t)n;
	out->p[out->n] = 0;
	return 0;
}

int
crypt_box_open(struct span box, const uint8_t key[KEY_BYTES], char *to)
{
	const uint8_t *p = (const uint8_t *)box.p;

	if (box.n < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES ||
	    crypto_secretbox_open_easy((uint8_t *)to, p + crypto_secretbox_NONCEBYTES,
				       box.n - crypto_secretbox_NONCEBYTES, p,
				       key) != 0)
		return ERR_CRYPTO;
	return (int)(box.n - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES);
}

int
crypt_password_hash(char out[PASSWORD_HASH_MAX], struct span password)
{
	memset(out, 0, PASSWORD_HASH_MAX);
	if (crypto_pwhash_str(out, password.p, password.n, ARGON_PASSES, ARGON_BYTES) !=
	    0)
		return ERR_NOMEM;
	return 0;
}

bool
crypt_password_check(const char *hash, struct span password)
{
	return crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
}

void
crypt_hex(struct buf *b, const void *p, size_t n)
{
	static const char d[] = "0123456789abcdef";
	const uint8_t *u = p;

	buf_reserve(b, n * 2);
	for (size_t i = 0; i < n; i++) {
		buf_add_c(b, d[u[i] >> 4]);
		buf_add_c(b, d[u[i] & 15]);
	}
}

bool
crypt_unhex(struct span hex, void *out, size_t n)
{
	size_t got = 0;

	if (hex.n != n * 2)
		return false;
	return sodium_hex2bin(out, n, hex.p, hex.n, NULL, &got, NULL) == 0 && got == n;
}

void
crypt_b64(struct buf *b, const void *p, size_t n)
{
	size_t len =
		sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);

	buf_reserve(b, len);
	sodium_bin2base64(b->p + b->n, len, p, n,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	b->n += len - 1;
}

bool
crypt_unb64(struct span text, struct buf *out)
{
	size_t got = 0;

	buf_reserve(out, text.n);
	if (sodium_base642bin((uint8_t *)out->p + out->n, text.n, text.p, text.n, NULL,
			      &got, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	out->n += got;
	return true;
}
