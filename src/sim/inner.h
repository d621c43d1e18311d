/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulators share. Private to sim. */
#pragma once
#include "sim/sim.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* A reflected CRC-16: X-25 is (0x8408, 0xffff, 0xffff), ARC (0xa001, 0, 0). */
uint16_t sim_crc(const void *p, size_t n, uint16_t poly, uint16_t start, uint16_t flip);
uint16_t sim_crc_xmodem(const void *p, size_t n);
void sim_put(struct buf *b, uint64_t v, int n);    /* high byte first */
void sim_put_le(struct buf *b, uint64_t v, int n); /* low byte first */
/* The digits as packed decimals in n bytes, zeros before. */
void sim_bcd(struct buf *b, const char *digits, int n);
struct tm sim_clock(const struct sim_device *d);            /* of d->at, UTC */
void sim_clock6(struct buf *b, const struct sim_device *d); /* yy m d h m s, binary */
/* "DDMM.MMMM" of degrees, with so many digits of degrees. */
void sim_minutes(struct buf *b, double degrees, int digits);
uint64_t sim_number(struct span s, size_t at, int n); /* high byte first */

void sim_say(struct sim_heard *h, enum sim_heard_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One HTTP request, and its answer. headers: each ends with CRLF; NULL: none. */
void sim_post(struct sim_device *d, struct buf *out, const char *path,
	      const char *headers, struct span body);
void sim_get(struct sim_device *d, struct buf *out, struct span path);
size_t sim_http_cut(struct span in);
void sim_http_hear(struct sim_device *d, struct span message, struct sim_heard *ret,
		   struct buf *out);
/* Appends text as a query's value. */
void sim_query(struct buf *b, const char *text);
/* A message ends with this byte. */
size_t sim_until(struct span in, char end);

/* The GT06 family's place: time, satellites, latitude, longitude, speed, course. */
void sim_gt06_place(struct sim_device *d, struct buf *out);
