/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cryptography: libsodium behind one doorway. Hashes (BLAKE2b-256), random,
 * signatures (Ed25519), sealed fields (XChaCha20-Poly1305), passwords
 * (argon2id, 64 MiB: 50-100 ms, so never on the loop).
 */
#pragma once
#include "base/buf.h"

#define HASH_BYTES 32
#define KEY_BYTES 32
#define SIGN_BYTES 64
#define SEAL_OVERHEAD 40 /* 24 nonce + 16 tag */

int crypt_start(void); /* once, before anything else; 0 or ERR_CRYPTO */
void crypt_random(void *p, size_t n);
void crypt_wipe(void *p, size_t n);
bool crypt_equal(const void *a, const void *b, size_t n); /* constant time */

/* key may be NULL (plain hash) or KEY_BYTES. */
void crypt_hash(uint8_t out[HASH_BYTES], struct span data, const uint8_t *key);
/* 64 bits, fast, the same on every machine: for finding, not for proving. */
uint64_t crypt_short(struct span data);
/* The hash of two parts after each other. */
void crypt_hash2(uint8_t out[HASH_BYTES], struct span a, struct span b,
		 const uint8_t *key);

void crypt_sign_keys(uint8_t pub[32], uint8_t sec[64]);
void crypt_sign_seed(const uint8_t seed[32], uint8_t pub[32], uint8_t sec[64]);
void crypt_sign(uint8_t sig[SIGN_BYTES], struct span msg, const uint8_t sec[64]);
bool crypt_verify(const uint8_t sig[SIGN_BYTES], struct span msg,
		  const uint8_t pub[32]);

/* out gets SEAL_OVERHEAD + msg.n bytes. The nonce is a keyed hash of the message:
 * equal messages under one key give equal boxes, so a replay gives the same bytes. */
void crypt_seal(struct buf *out, struct span msg, const uint8_t key[KEY_BYTES]);
int crypt_unseal(struct buf *out, struct span box, const uint8_t key[KEY_BYTES]);

/* What other programs sealed with XSalsa20-Poly1305: 24 bytes of nonce, then the box.
 * The length of what was in it, or ERR_CRYPTO; to has room for box.n bytes. */
int crypt_box_open(struct span box, const uint8_t key[KEY_BYTES], char *to);

#define PASSWORD_HASH_MAX 128
int crypt_password_hash(char out[PASSWORD_HASH_MAX], struct span password);
bool crypt_password_check(const char *hash, struct span password);

void crypt_hex(struct buf *b, const void *p, size_t n);
bool crypt_unhex(struct span hex, void *out, size_t n); /* exactly n bytes */
/* URL-safe base64 without padding. */
void crypt_b64(struct buf *b, const void *p, size_t n);
bool crypt_unb64(struct span text, struct buf *out);
