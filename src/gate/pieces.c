/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/pieces.h"

#include <stdlib.h>

struct pieces {
	const void *owner;
	uint64_t series;
	unsigned parts, here;
	size_t used;
	int64_t last_ms;
	struct pieces *next;
	struct buf part[]; /* p NULL: not here */
};

static size_t
table_bytes(unsigned parts)
{
	return sizeof(struct pieces) + parts * sizeof(struct buf);
}

void
pieces_drop(struct pieces_room *room, struct pieces *p)
{
	struct pieces **at = &room->first;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	room->used -= p->used;
	for (unsigned i = 0; i < p->parts; i++)
		buf_done(&p->part[i]);
	free(p);
}

void
pieces_leave(struct pieces_room *room, const void *owner)
{
	struct pieces *next;

	for (struct pieces *p = room->first; p; p = next) {
		next = p->next;
		if (p->owner == owner)
			pieces_drop(room, p);
	}
}

void
pieces_age(struct pieces_room *room, int64_t now_ms)
{
	struct pieces *next;

	for (struct pieces *p = room->first; p; p = next) {
		next = p->next;
		/* a clock that was set back ages it as well: it is asked for again */
		if (now_ms - p->last_ms > PIECES_QUIET_MS || now_ms < p->last_ms)
			pieces_drop(room, p);
	}
}

void
pieces_done(struct pieces_room *room)
{
	while (room->first)
		pieces_drop(room, room->first);
}

static struct pieces *
find(struct pieces_room *room, const struct pieces_part *part)
{
	for (struct pieces *p = room->first; p; p = p->next)
		if (p->owner == part->owner && p->series == part->series)
			return p;
	return NULL;
}

/* The list has the newest first: what its owner began before and did not end makes
 * room for what it begins now. */
static void
make_room(struct pieces_room *room, const void *owner)
{
	unsigned n = 0;
	struct pieces *next;

	for (struct pieces *p = room->first; p; p = next) {
		next = p->next;
		if (p->owner == owner && ++n >= PIECES_OWNER_MAX)
			pieces_drop(room, p);
	}
}

static struct pieces *
begin(struct pieces_room *room, const struct pieces_part *part)
{
	size_t n = table_bytes(part->parts);
	struct pieces *p;

	make_room(room, part->owner);
	if (n > PIECES_ONE_MAX || n > PIECES_ALL_MAX - room->used)
		return NULL;
	p = calloc(1, n);
	if (!p)
		return NULL;
	p->owner = part->owner;
	p->series = part->series;
	p->parts = part->parts;
	p->used = n;
	p->next = room->first;
	room->first = p;
	room->used += n;
	return p;
}

enum pieces_step
pieces_put(struct pieces_room *room, const struct pieces_part *part, int64_t now_ms,
	   struct pieces **ret_p)
{
	struct pieces *p = find(room, part);
	struct buf *to;

	if (!part->part || part->part > part->parts || !part->content.n)
		return PIECES_REFUSED;
	if (p && p->parts != part->parts) { /* the number was given to another one */
		pieces_drop(room, p);
		p = NULL;
	}
	if (!p)
		p = begin(room, part);
	if (!p)
		return PIECES_REFUSED;
	to = &p->part[part->part - 1];
	if (!to->p) {
		if (part->content.n > PIECES_ONE_MAX - p->used ||
		    part->content.n > PIECES_ALL_MAX - room->used) {
			pieces_drop(room, p);
			return PIECES_REFUSED;
		}
		buf_add_span(to, part->content);
		p->used += part->content.n;
		room->used += part->content.n;
		p->here++;
	}
	p->last_ms = now_ms;
	*ret_p = p;
	return p->here == p->parts      ? PIECES_WHOLE
	       : part->part == p->parts ? PIECES_GAPS
					: PIECES_MORE;
}

size_t
pieces_missing(const struct pieces *p, uint16_t *ret, size_t cap)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->parts && n < cap; i++)
		if (!p->part[i].p)
			ret[n++] = (uint16_t)(i + 1);
	return n;
}

void
pieces_join(const struct pieces *p, struct buf *ret)
{
	for (unsigned i = 0; i < p->parts; i++)
		buf_add_span(ret, buf_span(&p->part[i]));
}
