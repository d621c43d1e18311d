/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as int64_t milliseconds UTC since 1970; RFC 3339 text. Deadlines run
 * on the monotonic clock. Both come from a struct clock that tests can set.
 */
#pragma once
#include "base/buf.h"

struct clock {
	int64_t (*wall_ms)(void *ctx); /* may jump */
	int64_t (*mono_ms)(void *ctx); /* never goes back; counts from boot */
	void *ctx;
};

/* The machine's clocks. */
extern const struct clock clock_system;

#define TIME_NONE INT64_MIN

/* "2026-03-23T10:15:30.123Z" (24 bytes). */
void time_format(struct buf *b, int64_t ms);
/* RFC 3339 with any offset, fraction optional; 0 or ERR_SYNTAX. */
int time_parse(struct span s, int64_t *ret_ms);
/* Civil UTC date and time to ms; 0 or ERR_RANGE. month 1-12. */
int time_from_civil(int year, int month, int day, int hour, int min, int sec,
		    int64_t *ret_ms);
