/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk of what is kept and for how long: the one table of terms, a sweep a day,
 * erasures that two people settled. Owns timers and nothing else.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"
#include "talk/talk.h"
#include "track/track.h"

struct keep;

/* Days that each kind is kept. Posts and files of channels have theirs by kind and
 * channel (post_keep_days), and talk sweeps them. */
struct keep_config {
	int64_t tracks_days;    /* positions */
	int64_t incidents_days; /* words of closed incidents */
	int64_t media_days;     /* recordings of what was no emergency */
	int64_t every_ms;       /* between two looks at the clock */
};
extern const struct keep_config keep_defaults;

int keep_open(struct net *net, struct journal *journal, struct track *track,
	      struct talk *talk, const struct keep_config *cfg, struct keep **ret);
void keep_close(struct keep *k); /* NULL is fine */
