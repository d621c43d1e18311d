/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two samples side by side: the rank test of Wilcoxon, Mann and Whitney with ties and
 * a correction for continuity, by its normal approximation (good from about twenty of
 * each). It asks whether one of the two is lower as a whole, and of no distribution.
 */
#include "report/inner.h"

#include <math.h>

#define LEVEL 0.05

/* Sum of the ranks of `now` in both together, and what ties take off the variance. */
static double
rank_sum(const struct sample *now, const struct sample *base, double *ret_ties)
{
	size_t i = 0, k = 0;
	double sum = 0, ties = 0;

	while (i < now->n || k < base->n) {
		size_t i0 = i, k0 = k;
		uint32_t v = k >= base->n || (i < now->n && now->v[i] <= base->v[k])
				     ? now->v[i]
				     : base->v[k];
		double t, middle;

		while (i < now->n && now->v[i] == v)
			i++;
		while (k < base->n && base->v[k] == v)
			k++;
		t = (double)(i - i0 + k - k0);
		middle = (double)(i0 + k0) + (t + 1) / 2;
		sum += middle * (double)(i - i0);
		ties += t * t * t - t;
	}
	*ret_ties = ties;
	return sum;
}

void
sample_compare(struct sample *now, struct sample *base, struct comparison *ret)
{
	double n = (double)now->n, m = (double)base->n, all = n + m;
	double ties, sum, mean, spread, off;

	*ret = (struct comparison){ .p = 1, .says = "too_few" };
	if (!now->n || !base->n)
		return;
	ret->difference_s =
		sample_percentile_s(now, 50) - sample_percentile_s(base, 50);
	if (now->n < COMPARE_LEAST || base->n < COMPARE_LEAST)
		return;
	sum = rank_sum(now, base, &ties);
	mean = n * (all + 1) / 2;
	spread = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
	off = fabs(sum - mean) - 0.5;
	if (spread > 0 && off > 0)
		ret->p = erfc(off / sqrt(spread) / sqrt(2));
	ret->says = ret->p >= LEVEL ? "no_difference" : sum < mean ? "lower" : "higher";
}
