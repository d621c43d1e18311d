/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists through the things listed: a link inside each, a ring round a head.
 * A link that is on no list is all zero; removing it again does nothing.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct link {
	struct link *next, *prev;
};

struct list {
	struct link ring; /* zeroed: empty */
};

#define LINK_OF(lp, type, member) ((type *)((char *)(lp)-offsetof(type, member)))

static inline bool
link_is_on(const struct link *l)
{
	return l->next != NULL;
}

static inline void
list_add(struct list *list, struct link *l)
{
	struct link *ring = &list->ring;

	if (!ring->next)
		ring->next = ring->prev = ring;
	l->prev = ring->prev;
	l->next = ring;
	ring->prev->next = l;
	ring->prev = l;
}

static inline void
list_remove(struct link *l)
{
	if (!l->next)
		return;
	l->prev->next = l->next;
	l->next->prev = l->prev;
	l->next = l->prev = NULL;
}

/* The first, or NULL. */
static inline struct link *
list_first(const struct list *list)
{
	return list->ring.next == &list->ring ? NULL : list->ring.next;
}

/* The one behind l, or NULL. */
static inline struct link *
list_after(const struct list *list, const struct link *l)
{
	return l->next == &list->ring ? NULL : l->next;
}

/* Takes the first off, or NULL. */
static inline struct link *
list_pop(struct list *list)
{
	struct link *l = list_first(list);

	if (l)
		list_remove(l);
	return l;
}

/* Moves all of `from` to the empty list `to`. */
static inline void
list_move(struct list *from, struct list *to)
{
	to->ring = (struct link){ NULL, NULL };
	if (!list_first(from))
		return;
	to->ring = from->ring;
	to->ring.next->prev = &to->ring;
	to->ring.prev->next = &to->ring;
	from->ring = (struct link){ NULL, NULL };
}
