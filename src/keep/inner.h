/* SPDX-License-Identifier: Apache-2.0 */
/* The keep room's inside, shared by its own files only. */
#pragma once
#include "keep/keep.h"

#define WIPES 4
#define SLICE 16 /* of one turn: keys of so many are destroyed by one sync */

/* Where a sweep is. */
enum phase { REST, TRACKS, INCIDENTS, MEDIA };

struct keep {
	struct net *net;
	struct journal *journal;
	struct model *model;
	struct track *track;
	struct talk *talk;
	struct keep_config cfg;
	struct journal_sink *sink;
	struct net_timer *timer;
	enum phase phase;
	int64_t now;        /* of the sweep */
	int64_t day;        /* whose closed incidents are looked at */
	uint64_t after;     /* recordings up to this number were looked at */
	int64_t swept_day;  /* of the last whole sweep */
	struct swept swept; /* by this one */
	bool has_swept;     /* once over all days */
	bool is_expiring;   /* tracks, in the pool */
	int wipes;          /* appends that are still to follow an erasure */
};

/* --- sweep.c: one slice; false: the sweep is over */
bool sweep_slice(struct keep *k);
/* What was approved; true: something was done. */
bool erase_approved(struct keep *k);

/* --- erase.c: key first, event after, so that a crash is mended by the next sweep */
bool erase_incidents(struct keep *k, const struct id *ids, size_t n);
bool erase_person(struct keep *k, struct id id);
bool erase_file(struct keep *k, struct id id);
