/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed heads handed to others at an interval: appended to a file in a folder (of a
 * second machine, or a stick), and sent to a second machine that listens. Whatever is
 * done to this node later, what they hold cannot be taken back.
 */
#pragma once
#include "base/buf.h"
#include "base/span.h"

struct net;
struct journal;
struct witness;

struct witness_config {
	struct net *net;
	struct journal *journal;
	const char *dir; /* NULL: none */
	const char *url; /* http[s]://host:port/path; NULL: none */
	int64_t every_ms;
	struct span authority; /* PEM of the url's; empty: the machine's own */
};
/* How handing to one of them went. */
struct witness_way {
	const char *kind;  /* folder, machine */
	struct span host;  /* of a machine */
	uint64_t seq;      /* of the last head that it took; 0: none yet */
	int64_t at;        /* when it took that */
	const char *wrong; /* what came of a later try; NULL: nothing wrong */
	int64_t wrong_at;
};
/* At most two; returns how many there are. w may be NULL: none. */
size_t witness_ways(const struct witness *w, struct witness_way ret[2]);

/* NULL in *ret when neither is asked for. */
int witness_open(const struct witness_config *cfg, struct witness **ret,
		 struct buf *ret_why);
void witness_close(struct witness *w); /* after net_shut(); NULL is fine */
