/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at what is kept closed, counted: of what kind, how many out of the way and why,
 * by whose people. What was looked at, by whom and what for is in none of it.
 */
#include "report/inner.h"

#include "base/auto.h"

static bool
has_word(const json_t *list, const char *word)
{
	const json_t *one;
	size_t k;

	json_array_foreach(list, k, one) if (json_is_string(one) &&
					     strcmp(json_string_value(one), word) ==
						     0) return true;
	return false;
}

static struct looker *
looker_of(struct looks *l, struct id agency)
{
	struct buf AUTO(buf_done) key = { 0 };
	struct looker *by;

	if (id_is_set(agency))
		id_format(&key, agency);
	by = map_get(&l->agencies, buf_span(&key));
	if (by)
		return by;
	by = calloc(1, sizeof *by);
	if (!by)
		abort();
	by->key = span_dup(buf_span(&key));
	map_put(&l->agencies, buf_span(&key), by);
	return by;
}

void
looks_take(struct looks *l, const struct opening *o)
{
	json_t AUTO(auto_json) *why =
		o->unusual ? json_read(span_of(o->unusual), NULL) : NULL;
	struct looker *by = looker_of(l, o->agency);

	l->n++;
	l->kinds[o->kind]++;
	by->looks++;
	if (json_array_size(why) == 0)
		return;
	l->unusual++;
	by->unusual++;
	l->many += has_word(why, "many");
	l->idle += has_word(why, "idle");
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((*(struct looker *const *)a)->key,
		      (*(struct looker *const *)b)->key);
}

struct looker **
looks_by(struct looks *l, size_t least, size_t *ret_n, bool **ret_withheld)
{
	struct looker **v = calloc(l->agencies.n + 1, sizeof *v);
	size_t AUTO(auto_free) *counts = calloc(l->agencies.n + 1, sizeof *counts);
	size_t n = 0;
	void *by;

	*ret_withheld = calloc(l->agencies.n + 1, sizeof **ret_withheld);
	if (!v || !counts || !*ret_withheld)
		abort();
	for (size_t k = 0; map_next(&l->agencies, &k, NULL, &by);)
		v[n++] = by;
	qsort(v, n, sizeof *v, by_key);
	for (size_t k = 0; k < n; k++)
		counts[k] = v[k]->looks;
	withhold(counts, n, least, *ret_withheld);
	*ret_n = n;
	return v;
}

void
looks_done(struct looks *l)
{
	void *by;

	for (size_t k = 0; map_next(&l->agencies, &k, NULL, &by);) {
		free(((struct looker *)by)->key);
		free(by);
	}
	map_done(&l->agencies);
}
