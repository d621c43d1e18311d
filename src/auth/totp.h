/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time codes of a telephone (RFC 6238 over RFC 4226): six digits of an
 * HMAC-SHA-1 over the number of the half minute. Inside auth/ only.
 */
#pragma once
#include "base/buf.h"

#define TOTP_STEP_MS 30000
#define TOTP_DIGITS 6

/* 160 random bits as base32, as the telephone's program takes them. */
void totp_new_secret(struct buf *ret_base32);
/* RFC 4226: the code of a counter. digits: 6 to 8. */
uint32_t totp_code(struct span key, uint64_t counter, int digits);
/* Is it the code of now, of the step before or after, and of none up to `used`? */
bool totp_check(struct span secret_base32, struct span code, int64_t now_ms,
		int64_t used, int64_t *ret_step);
/* What the QR code says: otpauth://totp/… */
void totp_uri(struct buf *b, struct span issuer, struct span login,
	      struct span secret_base32);
