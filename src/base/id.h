/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids: node.noun.seq of the event that made the record ("khi.i.1042").
 * Opaque outside; a node only makes ids of its own prefix.
 */
#pragma once
#include "base/buf.h"

#define NODE_MAX 7 /* letters and digits of a node's id */

struct id {
	uint64_t seq;        /* 0: no id */
	char noun;           /* letter of nouns.def */
	char node[NODE_MAX]; /* not NUL-terminated when full */
};

static inline bool
id_is_set(struct id id)
{
	return id.seq != 0;
}

static inline bool
id_is(struct id a, struct id b)
{
	return a.seq == b.seq && a.noun == b.noun &&
	       memcmp(a.node, b.node, NODE_MAX) == 0;
}

void id_format(struct buf *b, struct id id);
/* 0 or ERR_SYNTAX. */
int id_parse(struct span s, struct id *ret);
/* The id as a map key: its own bytes. */
#define ID_KEY(idp) ((struct span){ (const char *)(idp), sizeof(struct id) })

/* A node's id: 1-7 of a-z and 0-9, a letter first. */
bool id_is_node_name(struct span s);
