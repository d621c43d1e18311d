/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in parts are read part by part, in their order: what lies across two is kept
 * until the next is here, and nothing else of them. */
#include "gate/wire/jt808.h"

enum jt808_next
jt808_part_next(struct jt808_parts *p, const struct jt808_message *m,
		struct gate_out *out)
{
	uint16_t first = (uint16_t)(m->serial - (m->index ? m->index - 1 : 0));

	if (m->total <= 1 || m->index <= 1 || m->kind != p->kind || first != p->first) {
		p->kind = m->kind;
		p->first = first;
		p->part = p->kept_n = 0;
	}
	if (m->total > 1 && m->index > 1 && m->index <= p->part)
		return JT808_AGAIN;
	if (m->total > 1 && m->index > p->part + 1u) {
		jt808_ask(m, p->part + 1u, out);
		return JT808_MISSING;
	}
	p->part = (uint16_t)m->index;
	return JT808_HERE;
}

struct span
jt808_part_join(const struct jt808_parts *p, struct span body,
		char room[JT808_JOINED_MAX])
{
	memcpy(room, p->kept, p->kept_n);
	memcpy(room + p->kept_n, body.p, body.n);
	return (struct span){ room, p->kept_n + body.n };
}

void
jt808_part_keep(struct jt808_parts *p, const struct jt808_message *m, struct span left)
{
	p->kept_n =
		left.n <= JT808_KEPT_MAX && m->index < m->total ? (uint16_t)left.n : 0;
	memmove(p->kept, left.p, p->kept_n);
}

size_t
jt808_place_keep(struct span all, char room[JT808_KEPT_MAX])
{
	struct span rest = span_skip(all, JT808_PLACE_BYTES);

	size_t head = all.n < JT808_PLACE_BYTES ? all.n : JT808_PLACE_BYTES;

	while (rest.n >= 2 && rest.n >= 2u + (uint8_t)rest.p[1])
		rest = span_skip(rest, 2u + (uint8_t)rest.p[1]);
	memcpy(room, all.p, head);
	if (head >= 4)
		memset(room, 0, 4); /* its alarms were told */
	memcpy(room + head, rest.p, rest.n);
	return head + rest.n;
}
