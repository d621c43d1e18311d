/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request names: ids of records, one or a list of them. A record that the
 * caller may not see is answered exactly as one that does not exist.
 */
#include "model/commands.h"

#include "base/auto.h"

#define IDS_MAX 2000

int
each_id(struct decision *d, const char *field, const char *json, char noun,
	int (*check)(struct decision *d, void *ctx, struct id id), void *ctx)
{
	json_t AUTO(auto_json) *list = json ? json_read(span_of(json), NULL) : NULL;
	size_t k;
	json_t *v;

	if (json_array_size(list) > IDS_MAX)
		return refuse(d, 422, "bad_field", "%s: at most %d", field, IDS_MAX);
	json_array_foreach(list, k, v)
	{
		struct span s = { json_string_value(v), json_string_length(v) };
		struct id id;

		if (id_parse(s, &id) < 0 || (noun && id.noun != noun))
			return refuse(d, 422, "bad_field", "%s[%zu]: not such an id",
				      field, k);
		if (check(d, ctx, id) < 0)
			return ERR_DENIED;
	}
	return 0;
}

int
check_named(struct decision *d, enum noun_index n, struct id id, const char *code)
{
	const struct record *rec = decision_find(d, n, id);

	if (!id_is_set(id) || access_record(d->m, d->actor, n, rec) != VIEW_NONE)
		return 0;
	return refuse(d, 422, code, "%s: no such %s", nouns[n]->name, nouns[n]->name);
}
