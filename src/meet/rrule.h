/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recurrence rules (RFC 5545, 3.3.10): pure. Times are seconds of the civil clock of
 * one place since 1970 ("local seconds"): zones are put on by whoever asks.
 */
#pragma once
#include "base/span.h"

enum rrule_freq {
	RRULE_SECONDLY,
	RRULE_MINUTELY,
	RRULE_HOURLY,
	RRULE_DAILY,
	RRULE_WEEKLY,
	RRULE_MONTHLY,
	RRULE_YEARLY,
};

#define RRULE_BY_MAX 400 /* values of one part: BYYEARDAY can name 732, nobody does */

struct rrule_values {
	int n;
	int16_t v[RRULE_BY_MAX];
};

struct rrule {
	enum rrule_freq freq;
	int interval;
	int64_t count; /* 0: no end by count */
	int64_t until; /* local or UTC seconds; INT64_MAX: none */
	bool is_until_utc;
	bool is_date; /* set by who asks: the start has no time, parts of a day say
			 nothing */
	int wkst;     /* 0 Monday … 6 Sunday */
	struct rrule_values second, minute, hour, monthday, yearday, weekno, month,
		setpos;
	struct rrule_values day; /* 0 Monday … 6 Sunday, of any week */
	struct rrule_values nth; /* as long as day: its number; 0: every one */
};

/* 0, or ERR_SYNTAX with why (of n bytes) saying what is wrong. */
int rrule_parse(struct span text, struct rrule *ret, char *why, size_t n);

/* Calls fn with each instance from start on, in order, until it returns false, the
 * rule ends, or nothing more comes within the calendar. A start that does not fit the
 * rule is none of its instances. */
void rrule_expand(const struct rrule *r, int64_t start,
		  bool (*fn)(void *ctx, int64_t local), void *ctx);

/* Days since 1970 of a date of the Gregorian calendar, and back. */
int64_t rrule_days(int year, int month, int day);
void rrule_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day);
