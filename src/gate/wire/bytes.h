/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What binary device messages are made of: numbers, packed decimals, checksums.
 * Numbers are big-endian where the name does not say otherwise. Reading past the end
 * gives zeros and is remembered, so that a driver asks once, after it has read.
 */
#pragma once
#include "base/span.h"

struct bytes {
	struct span rest;
	bool is_short; /* more was asked for than there was */
};

uint64_t bytes_take(struct bytes *b, size_t n);    /* n bytes as a number, n <= 8 */
uint64_t bytes_take_le(struct bytes *b, size_t n); /* the same, low byte first */
struct span bytes_cut(struct bytes *b, size_t n);

/* Two digits a byte, NUL-terminated; false: a nibble above 9, or too long. */
bool bytes_bcd(struct span s, char *to, size_t cap);
/* Lower-case hex of what fits, NUL-terminated. */
void bytes_hex(struct span s, char *to, size_t cap);
/* Writes n bytes of v, big-endian. */
void bytes_put(void *to, uint64_t v, size_t n);
void bytes_put_le(void *to, uint64_t v, size_t n);
/* Year of two digits, month … second, six bytes. TIME_NONE: no such time. */
int64_t bytes_time(const uint8_t t[6]);
/* The same as packed decimals. */
int64_t bytes_time_bcd(struct span six);

uint16_t bytes_crc_x25(struct span s);    /* CRC-16/X-25 */
uint16_t bytes_crc_arc(struct span s);    /* CRC-16/ARC */
uint16_t bytes_crc_xmodem(struct span s); /* CRC-16/XMODEM */
uint8_t bytes_xor(struct span s);
