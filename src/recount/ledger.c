/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger: each time under its full name, sorted as a whole, summed from there. */
#include "recount/inner.h"

#include <stdio.h>
#include <stdlib.h>

static int
order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x->ms > y->ms) - (x->ms < y->ms);
}

void
ledger_time(struct ledger *l, const char *name, int64_t from, int64_t to)
{
	int64_t ms;

	if (from == TIME_NONE || to == TIME_NONE)
		return;
	ms = to < from ? 0 : to - from;
	if (ms > 4294967295ll) /* 49 days: as long as a clock is told */
		ms = 4294967295ll;
	if (l->n_times == l->cap_times) {
		l->cap_times += l->cap_times / 2 + 1024;
		l->times = realloc(l->times, l->cap_times * sizeof *l->times);
		if (!l->times)
			abort();
	}
	l->times[l->n_times++] = (struct entry){ strdup(name), ms };
}

void
ledger_sort(struct ledger *l)
{
	if (l->n_times)
		qsort(l->times, l->n_times, sizeof *l->times, order);
}

static void
keep(struct ledger *l, char *line)
{
	if (l->n_lines == l->cap_lines) {
		l->cap_lines += l->cap_lines / 2 + 1024;
		l->lines = realloc(l->lines, l->cap_lines * sizeof *l->lines);
		if (!l->lines)
			abort();
	}
	l->lines[l->n_lines++] = line;
}

void
ledger_line(struct ledger *l, const char *name, size_t value)
{
	char *z = NULL;

	if (asprintf(&z, "%s,%zu", name, value) < 0)
		abort();
	keep(l, z);
}

/* First entry of a name: the ledger is sorted. */
static size_t
find(const struct ledger *l, const char *name)
{
	size_t low = 0, high = l->n_times;

	while (low < high) {
		size_t k = low + (high - low) / 2;

		if (strcmp(l->times[k].name, name) < 0)
			low = k + 1;
		else
			high = k;
	}
	return low;
}

static void
rank(struct ledger *l, const char *name, size_t first, size_t n, unsigned percent)
{
	size_t k = 0;
	char *z = NULL;

	/* the first of which at least so many percent are no longer */
	while ((k + 1) * 100 < n * percent)
		k++;
	if (asprintf(&z, "%s.p%u_s,%.3f", name, percent,
		     (double)l->times[first + k].ms / 1000) < 0)
		abort();
	keep(l, z);
}

static void
spread(struct ledger *l, const char *name, size_t first, size_t n)
{
	static const int64_t under[] = { 5,   10,  15,  30,  60,   120,  180,
					 300, 480, 600, 900, 1200, 1800, 3600 };
	size_t counted = 0;
	char what[600];

	for (size_t k = 0; k < sizeof under / sizeof *under; k++) {
		size_t here = 0;

		for (size_t i = counted; i < n; i++) {
			if (l->times[first + i].ms >= under[k] * 1000)
				break;
			here++;
		}
		counted += here;
		snprintf(what, sizeof what, "%s.under_%lld_s", name,
			 (long long)under[k]);
		if (here)
			ledger_line(l, what, here);
	}
	snprintf(what, sizeof what, "%s.longer", name);
	if (counted < n)
		ledger_line(l, what, n - counted);
}

void
ledger_clock(struct ledger *l, const char *name, size_t of)
{
	static const unsigned percents[] = { 50, 90, 95, 99 };
	size_t first = find(l, name), n = 0;
	char what[600];

	while (first + n < l->n_times && strcmp(l->times[first + n].name, name) == 0)
		n++;
	snprintf(what, sizeof what, "%s.count", name);
	ledger_line(l, what, n);
	snprintf(what, sizeof what, "%s.missing", name);
	ledger_line(l, what, of - n);
	for (size_t k = 0; n && k < sizeof percents / sizeof *percents; k++)
		rank(l, name, first, n, percents[k]);
	spread(l, name, first, n);
}

static int
as_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
ledger_write(struct ledger *l, struct buf *b)
{
	qsort(l->lines, l->n_lines, sizeof *l->lines, as_bytes);
	buf_add_z(b, "period,by,key,measure,value\r\n");
	for (size_t k = 0; k < l->n_lines; k++)
		buf_printf(b, "%s\r\n", l->lines[k]);
}

void
ledger_done(struct ledger *l)
{
	for (size_t k = 0; k < l->n_times; k++)
		free(l->times[k].name);
	for (size_t k = 0; k < l->n_lines; k++)
		free(l->lines[k]);
	free(l->times);
	free(l->lines);
}
