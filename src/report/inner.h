/* SPDX-License-Identifier: Apache-2.0 */
/* The report's inside: what is gathered of a period. */
#pragma once
#include "model/model.h"
#include "report/report.h"

/* Clocks of an incident, then those of each unit that went. */
enum clock_name {
	CLOCK_PRESENTATION,
	CLOCK_ANSWERING,
	CLOCK_PROCESSING,
	CLOCK_TURNOUT,
	CLOCK_TRAVEL,
	CLOCK_RESPONSE,
	CLOCK_TOTAL,
	CLOCK__INCIDENT, /* how many are an incident's */
	CLOCK_UNIT_TURNOUT = CLOCK__INCIDENT,
	CLOCK_UNIT_TRAVEL,
	CLOCK_UNIT_RESPONSE,
	CLOCK_UNIT_BUSY,
	CLOCK__COUNT
};
extern const char *const clock_names[CLOCK__COUNT];

#define BUCKETS 15
extern const int bucket_bounds_s[BUCKETS - 1]; /* the last bucket has no bound */

/* Milliseconds; what runs longer than 49 days stands as that. */
struct sample {
	uint32_t *v;
	size_t n, cap;
	bool is_sorted;
};

struct group {
	char *key;
	size_t incidents, units;
	struct sample clocks[CLOCK__COUNT];
};

/* Those of one agency that looked. */
struct looker {
	char *key;
	size_t looks, unusual;
};

/* Looks at what is kept closed, by when they were made. */
struct looks {
	size_t n, unusual, many, idle, kinds[OPENING_SEARCH + 1];
	struct map agencies; /* id → struct looker */
};

struct period {
	int64_t from, to;
	struct group all;
	struct map groups;
	size_t late_entries, tests, day_only;
	size_t open, dispositions[DISP_CANCELLED + 1]; /* [0]: closed without one */
	size_t unverified;
	size_t offers, overrides[OVERRIDE__COUNT]; /* [0]: without a reason */
	/* the load */
	size_t signals, test_signals, busiest_hour, acknowledged;
	struct map doors, hours; /* counts as pointers */
	struct map console_hours;
	struct looks looks;
};

struct report {
	struct report_ask ask;
	struct period now, base;
	bool has_base, is_past; /* this walk is below all that is asked for */
	struct map sites;       /* id → struct site */
	size_t n_sites, n_due;
};

void sample_sort(struct sample *s);
/* The smallest value that at least pct of all do not exceed (nearest rank). */
double sample_percentile_s(struct sample *s, size_t pct);
void sample_buckets(struct sample *s, size_t ret[BUCKETS]);
/* Groups in the order of their keys; which are withheld. The caller frees. */
struct group **period_groups(struct period *p, size_t least, size_t *ret_n,
			     bool **ret_withheld);
/* Which of so many are too few to be shown. */
void withhold(const size_t *counts, size_t n, size_t least, bool *ret);
/* Counts one look (looks.c). */
void looks_take(struct looks *l, const struct opening *o);
/* Those who looked in the order of their keys; which are withheld. The caller frees. */
struct looker **looks_by(struct looks *l, size_t least, size_t *ret_n,
			 bool **ret_withheld);
void looks_done(struct looks *l);
size_t sample_missing(const struct group *g, enum clock_name k);

/* Is one distribution below the other? (compare.c) */
struct comparison {
	double difference_s; /* of the medians: now less then */
	double p;            /* two-sided, of the rank test; 1 when there is none */
	const char *says;    /* lower, higher, no_difference, too_few */
};
#define COMPARE_LEAST 20
void sample_compare(struct sample *now, struct sample *base, struct comparison *ret);
