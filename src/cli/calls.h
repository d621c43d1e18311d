/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of `kumak import calls`: columns, and the times of a call. */
#pragma once
#include "base/csv.h"
#include "base/time.h"
#include "model/history.h"

enum calls_field {
	CALLS_NUMBER,
	CALLS_KIND,
	CALLS_PRIORITY,
	CALLS_RAISED,
	CALLS_DATE,
	CALLS_UNIT,
	CALLS_DISPATCHED,
	CALLS_EN_ROUTE,
	CALLS_ON_SCENE,
	CALLS_CLEARED,
	CALLS_LATITUDE,
	CALLS_LONGITUDE,
	CALLS__FIELDS
};
extern const char *const calls_field_names[];

/* Which column is which, and how they are written (calls_columns.c). */
struct calls_columns {
	struct span names[CALLS__FIELDS]; /* "a|b": whichever the file has */
	struct span p1, p3;               /* values of the priority column */
	char order[4];                    /* MDY, DMY or YMD */
	struct arena arena;
};
void calls_columns_standard(struct calls_columns *c);
/* "field = column" lines over the standard; ERR_SYNTAX with *why. */
int calls_columns_read(struct calls_columns *c, struct span text, struct buf *why);

struct calls_told {
	size_t calls, unit_rows;
	size_t crossings;    /* a unit's arrival past the midnight after its dispatch */
	size_t out_of_order; /* stages before the unit's dispatch: not taken */
	size_t repeats;      /* a unit named again in one stage: the first stands */
};

/* Every call of a file, in order. line: of its first row. */
struct calls_reader {
	const struct calls_columns *columns;
	struct csv csv;
	struct calls_told told;
	struct buf why; /* "line 12, column Unit_Dispatch_Times: …" */
	bool (*fn)(void *ctx, const struct history_call *c);
	void *ctx;
};
/* The process's time zone is that of the file's times. ERR_SYNTAX with r->why. */
int calls_read(struct calls_reader *r);

/* --- times as people and exports write them (calls_times.c) ---------------------- */
struct calls_day {
	int year, month, day;
};
/* "1/31/10", "2010-01-31", with or without a time behind, by the order. */
bool calls_date(struct span s, const char *order, struct calls_day *ret,
		struct span *ret_rest);
/* Seconds of the day: "23:59:10", "0:00", "12:00 AM". */
bool calls_clock(struct span s, int *ret);
/* Of the local wall clock; s may go past the day's end. An hour that comes twice is
 * its first or its second, one that does not come is moved on. */
int64_t calls_moment(const struct calls_day *d, int64_t s, bool is_second);
