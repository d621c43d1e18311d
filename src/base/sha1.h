/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-1 (FIPS 180-4) and HMAC with it (RFC 2104), for the two protocols that are
 * fixed to it: the WebSocket handshake and one-time codes. It proves nothing
 * else: crypt.h has what is to be trusted.
 */
#pragma once
#include "base/span.h"

#define SHA1_BYTES 20

void sha1(uint8_t out[SHA1_BYTES], struct span data);
void sha1_hmac(uint8_t out[SHA1_BYTES], struct span key, struct span data);
