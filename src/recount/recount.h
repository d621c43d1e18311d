/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures once more, from the journal's events: a second count that shares with
 * the first (src/report) nothing but base and the decoding of an event. What the two
 * tell apart is either a wrong record or a wrong sum.
 */
#pragma once
#include "base/area.h"
#include "store/store.h"

struct recount_ask {
	int64_t from, to; /* from ≤ raised < to */
	int64_t now;      /* tests are due against this */
	int world;
	const char *by; /* site, agency, district, shift, kind, …; "": only sums */
	int64_t offset_min;
	int shifts[8];
	size_t n_shifts;
	const struct areas *districts;
};

struct recount;
/* Reads all events once; then any number of questions. */
int recount_open(struct store *s, struct recount **ret, struct buf *why);
void recount_free(struct recount *r); /* NULL is fine */
/* The lines of a table: "now,by,key,measure,value" below their head, sorted. */
void recount_csv(struct recount *r, const struct recount_ask *ask, struct buf *b);
