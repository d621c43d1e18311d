/* SPDX-License-Identifier: Apache-2.0 */
/* The talk room's inside, shared by its own files only. */
#pragma once
#include "talk/talk.h"

struct talk {
	struct net *net;
	struct journal *journal;
	struct model *model;
	struct talk_config cfg;
	char *files_dir; /* NULL: memory only */
	struct journal_sink *sink;
	struct net_timer *timer, *sweep_timer;
	bool has_swept;     /* once over all days */
	struct map watches; /* post id → struct watch */
	struct map present; /* account or token id → how many sockets */
	struct map nudged;  /* account id → struct nudged */
};

/* What a post waits for. Deadlines are monotonic; INT64_MAX: none. */
struct watch {
	struct id post;
	int64_t nudge_due, chase_due, expire_due;
};

/* --- desk.c */
int64_t talk_mono(const struct talk *t);
void talk_arm(struct talk *t);

/* --- nudge.c */
void nudge_readers(struct talk *t, const struct post *b);
void nudge_owing(struct talk *t, const struct post *b);
void nudge_senders(struct talk *t, const struct post *b);
void nudges_done(struct talk *t);

/* --- sweep.c */
void sweep_all(void *ctx); /* a turn of erasing; sets its timer again */

/* --- shelf.c */
int files_open(struct talk *t, const char *dir);
void files_remove(struct talk *t, const char *stored);
