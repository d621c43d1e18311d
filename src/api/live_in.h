/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the live socket: its readers, and the fixes that they are told. */
#pragma once
#include "api/inner.h"

#define LIVE_QUEUE_LOW \
	(64u << 10) /* bytes not yet taken; beyond: what can wait waits */

struct reader {
	struct live *live;
	struct ws *ws;
	struct principal who;
	struct id id, session; /* session unset: by token */
	uint64_t sent;         /* last event number that it was offered */
	bool is_behind, wants_events, wants_talk, wants_fixes, owes_all_fixes;
	bool is_console, has_sound;
	int64_t pointed_at; /* monotonic */
	/* some right of its ended when this much was given to it; 0: none lately */
	uint64_t doubt;
	int64_t doubt_at; /* monotonic */
	struct reader *next, **at;
};

/* Once a second a round goes over the readers, some of them a turn: see fixes.c. */
struct fixes {
	struct net_timer *tick, *step;
	struct map moved;  /* unit id → 1, for the next round */
	struct map moving; /* of the round under way */
	bool is_due;       /* somebody new waits for a round */
	struct reader *at; /* the next to be told; NULL: no round */
	/* The room's own, made when the first asks for it and shared. */
	struct ws_frame *room_moved, *room_all;
};

struct live {
	struct api *api;
	struct reader *readers;
	struct journal_sink *sink;
	struct net_timer *ping, *check, *counts;
	unsigned told_open, told_sound; /* the last that the room was told */
	bool is_telling;
	struct fixes fixes;
	struct ws_frame *frames[VIEW__COUNT]; /* of the event under way */
};

static inline struct journal *
live_journal(const struct live *l)
{
	return l->api->cfg.journal;
}

void live_send_text(struct reader *r, struct buf *b);

void fixes_open(struct live *l);
void fixes_close(struct fixes *f);
void fixes_wake(struct fixes *f); /* a new reader: a round, though nothing moved */
void fixes_forget(struct fixes *f, const struct reader *r); /* it goes */
