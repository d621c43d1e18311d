/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures of a period, read from the shelf's records: clocks as distributions, what
 * came of incidents, the load of alarms, tests that are due. Raw times are stored,
 * never verdicts. Needs nothing but an open store, so it runs on any thread with one
 * of its own. src/recount computes the same again from events, sharing none of this.
 */
#pragma once
#include "base/area.h"
#include "store/store.h"

enum report_by {
	REPORT_BY_NOTHING,
	REPORT_BY_SITE,
	REPORT_BY_AGENCY,
	REPORT_BY_DISTRICT,
	REPORT_BY_SHIFT,
	REPORT_BY_KIND,
	REPORT_BY_PRIORITY,
	REPORT_BY_DAY,
	REPORT_BY_WEEK, /* named by its Monday */
	REPORT_BY_MONTH,
	REPORT_BY_AREA, /* a cell of 0.02 degrees, named by its south-west corner */
	REPORT_BY__COUNT
};
extern const char *const report_by_names[]; /* ends with NULL */

#define REPORT_SHIFTS_MAX 8

struct report_ask {
	int64_t from, to; /* by when an incident was raised; from ≤ t < to */
	int64_t base_from, base_to; /* the period it is compared with; or TIME_NONE */
	int64_t now;                /* tests are due against this */
	int world;
	struct id agency; /* whose incidents are counted; unset: everyone's */
	enum report_by by;
	int64_t offset_min;            /* of the room's clock from UTC */
	int shifts[REPORT_SHIFTS_MAX]; /* hours at which one begins, rising */
	size_t n_shifts;
	const struct areas *districts; /* NULL: none are known */
	/* Groups of fewer incidents are withheld, and no site is named; 0: none is. */
	size_t least;
	const _Atomic bool *stop; /* becomes true: no report is wanted; NULL: never */
};

/* "06-14-22"; false on anything else. */
bool report_shifts_read(struct span s, struct report_ask *ret);

struct report;
/* ERR_CLOSED: it was stopped. */
int report_make(struct store *s, const struct report_ask *ask, struct report **ret);
void report_free(struct report *r); /* NULL is fine */

/* Members of a JSON object. */
void report_json(struct report *r, struct buf *b);
/* "period,by,key,measure,value" lines (RFC 4180), sorted as bytes below their head. */
void report_csv(struct report *r, struct buf *b);
/* All of it, of the folder of a node, running or not: opens its store to read. < 0 with
 * *why. */
int report_of_folder(const char *dir, struct report_ask *ask, bool is_csv,
		     struct buf *out, struct buf *why);
