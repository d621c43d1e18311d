/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of samples and groups: ranks, buckets, and who is too few to be shown.
 */
#include "report/inner.h"

#include "base/auto.h"

const char *const clock_names[CLOCK__COUNT] = {
	"presentation", "answering",     "processing", "turnout",
	"travel",       "response",      "total",      "unit_turnout",
	"unit_travel",  "unit_response", "unit_busy",
};

const int bucket_bounds_s[BUCKETS - 1] = { 5,   10,  15,  30,  60,   120,  180,
					   300, 480, 600, 900, 1200, 1800, 3600 };

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void
sample_sort(struct sample *s)
{
	if (!s->is_sorted && s->n)
		qsort(s->v, s->n, sizeof *s->v, by_value);
	s->is_sorted = true;
}

double
sample_percentile_s(struct sample *s, size_t pct)
{
	size_t rank = (s->n * pct + 99) / 100;

	sample_sort(s);
	return s->n ? (double)s->v[rank ? rank - 1 : 0] / 1000 : 0;
}

void
sample_buckets(struct sample *s, size_t ret[BUCKETS])
{
	size_t k = 0;

	memset(ret, 0, BUCKETS * sizeof *ret);
	sample_sort(s);
	for (size_t i = 0; i < s->n; i++) {
		while (k < BUCKETS - 1 &&
		       s->v[i] >= (uint32_t)bucket_bounds_s[k] * 1000u)
			k++;
		ret[k]++;
	}
}

size_t
sample_missing(const struct group *g, enum clock_name k)
{
	return (k < CLOCK__INCIDENT ? g->incidents : g->units) - g->clocks[k].n;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((*(struct group *const *)a)->key,
		      (*(struct group *const *)b)->key);
}

/* One withheld group alone would be the sum without the others: the smallest of those
 * goes with it. */
void
withhold(const size_t *counts, size_t n, size_t least, bool *ret)
{
	size_t few = 0, smallest = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		ret[i] = counts[i] < least;
		few += ret[i];
		if (!ret[i] && (smallest == SIZE_MAX || counts[i] < counts[smallest]))
			smallest = i;
	}
	if (few == 1 && smallest != SIZE_MAX)
		ret[smallest] = true;
}

struct group **
period_groups(struct period *p, size_t least, size_t *ret_n, bool **ret_withheld)
{
	struct group **v = calloc(p->groups.n + 1, sizeof *v);
	size_t AUTO(auto_free) *counts = calloc(p->groups.n + 1, sizeof *counts);
	void *g;
	size_t n = 0;

	*ret_withheld = calloc(p->groups.n + 1, sizeof **ret_withheld);
	if (!v || !counts || !*ret_withheld)
		abort();
	for (size_t k = 0; map_next(&p->groups, &k, NULL, &g);)
		v[n++] = g;
	qsort(v, n, sizeof *v, by_key);
	for (size_t k = 0; k < n; k++)
		counts[k] = v[k]->incidents;
	withhold(counts, n, least, *ret_withheld);
	*ret_n = n;
	return v;
}
