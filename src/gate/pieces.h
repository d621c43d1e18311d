/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings that come in parts, in any order, some twice, some never: put together
 * in a room of so many bytes for all of them. Reads no clock, knows no protocol.
 */
#pragma once
#include "base/buf.h"
#include "base/span.h"

#define PIECES_ONE_MAX (2u << 20)  /* bytes of one recording */
#define PIECES_OWNER_MAX 2         /* under way of one connection */
#define PIECES_ALL_MAX (32u << 20) /* bytes of all that are under way */
#define PIECES_QUIET_MS 120000     /* without another part: given up */

struct pieces;
/* All zero: empty. */
struct pieces_room {
	struct pieces *first;
	size_t used; /* bytes, their tables with them */
};

enum pieces_step {
	PIECES_MORE = 1, /* others are still to come */
	PIECES_GAPS,     /* the last came and others did not */
	PIECES_WHOLE,
	PIECES_REFUSED, /* too large, too many, or it contradicts what came before */
};

struct pieces_part {
	const void *owner;
	uint64_t series;
	unsigned part, parts;
	struct span content;
};

/* Copies. A part that was here already changes nothing. *ret_p (not of PIECES_REFUSED)
 * stands until the next call. */
enum pieces_step pieces_put(struct pieces_room *room, const struct pieces_part *part,
			    int64_t now_ms, struct pieces **ret_p);
/* Numbers of the parts that did not come; how many are told. */
size_t pieces_missing(const struct pieces *p, uint16_t *ret, size_t cap);
/* Appends all that is here, in order. */
void pieces_join(const struct pieces *p, struct buf *ret);
void pieces_drop(struct pieces_room *room, struct pieces *p);
/* This connection is going. */
void pieces_leave(struct pieces_room *room, const void *owner);
void pieces_age(struct pieces_room *room, int64_t now_ms);
void pieces_done(struct pieces_room *room);
