/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels: groups across agencies, and who is in them. A hub channel has two
 * sides: those of the hub see all of it; a spoke sees the hub's words to it and
 * its own, and never that there is another spoke.
 */
#pragma once
#include "model/nouns.h"

struct model;
struct principal;

enum channel_shape { CHANNEL_OPEN = 1, CHANNEL_HUB };
enum channel_side { SIDE_NONE, SIDE_MEMBER, SIDE_HUB, SIDE_SPOKE };
extern const char *const side_names[];

struct channel {
	struct record r;
	struct id agency; /* that keeps it */
	char *name, *name_ur, *about;
	int shape;
	bool is_missions; /* the node's missions' group */
	bool hold;        /* nothing of it is erased */
	bool archived;    /* read only */
	char *keep_days;  /* JSON {"kind": days}; others: the built-in time */
	int64_t made_at;
	int ask_world;
};

/* A person, those of one role of an agency, or an agency's whole desk. */
struct member {
	struct record r;
	struct id channel, agency, account;
	int role;
	int side;
	bool removed;
	int64_t at;
};

extern const struct noun noun_channel, noun_member;

/* The member by whom p is in the channel; NULL: p is not. */
const struct member *channel_member(const struct model *m, const struct channel *c,
				    const struct principal *p);
enum channel_side channel_side(const struct model *m, const struct channel *c,
			       const struct principal *p);
/* Side of an agency as such: any live member of it. */
enum channel_side channel_agency_side(const struct model *m, const struct channel *c,
				      struct id agency);
/* May settle who is in it: administers the control agency, or leads the desk of
 * the agency that keeps the channel. */
bool channel_is_keeper(const struct model *m, const struct channel *c,
		       const struct principal *p);
struct channel *channel_missions(const struct model *m);
/* The key of a live member in model.members. */
struct buf;
void member_key(struct buf *b, struct id channel, struct id who, int role);
