/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "base/err.h"

_Static_assert(sizeof(struct id) == 16, "ids are map keys: no padding");

void
id_format(struct buf *b, struct id id)
{
	buf_add(b, id.node, strnlen(id.node, NODE_MAX));
	buf_add_c(b, '.');
	buf_add_c(b, id.noun);
	buf_add_c(b, '.');
	buf_u64(b, id.seq);
}

bool
id_is_node_name(struct span s)
{
	if (s.n < 1 || s.n > NODE_MAX || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
		      (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return true;
}

/* A noun's letter: a to z, a digit or a capital once those are used up. */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c >= 'A' && c <= 'Z');
}

int
id_parse(struct span s, struct id *ret)
{
	struct span node = span_cut(&s, '.'), noun = span_cut(&s, '.');
	struct id id = { 0 };
	int64_t seq;

	if (!id_is_node_name(node) || noun.n != 1 || !is_letter(noun.p[0]) ||
	    !span_to_i64(s, &seq) || seq <= 0 || s.p[0] < '1' || s.p[0] > '9')
		return ERR_SYNTAX;
	id.seq = (uint64_t)seq;
	id.noun = noun.p[0];
	memcpy(id.node, node.p, node.n);
	*ret = id;
	return 0;
}
