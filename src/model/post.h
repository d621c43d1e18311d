/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts of channels: their words, marking, audience; acknowledgements; how far
 * each reader has come; files. Words are sealed under a key of each post, so
 * that one can be erased without another.
 */
#pragma once
#include "model/nouns.h"
#include "model/tlp.h"

enum post_kind {
	POST_ADVISORY = 1,
	POST_CONCERN,
	POST_PROPOSAL,
	POST_ADVICE,
	POST_SITUATION,
	POST_QUESTION
};
extern const char *const post_kind_names[];

/* AGENCY: one of each receiving agency's desk, and each person who is a member by
 * himself. PERSON: everyone who sees it. */
enum must_ack { ACK_AGENCY = 1, ACK_PERSON };

struct post {
	struct record r;
	struct id channel, agency, author;
	char *author_name;
	bool is_hub; /* from the hub's side (of an open channel: always) */
	int kind, tlp, priority;
	char *subject, *text, *language;
	char *translations; /* JSON {"ur":{"subject","text","at"}} */
	char *earlier;      /* JSON [{"subject","text","at"}], oldest first */
	int64_t version;    /* 1, and one more by each correction */
	int64_t posted_at, corrected_at, expires_at;
	char *correction_reason;
	struct id reply_to, thread; /* thread: the first post of it */
	struct id forward_of;
	struct id incident, site, meeting;
	char *files;      /* ids */
	char *to;         /* agencies; none: all of the other side */
	char *recipients; /* accounts or tokens: of TLP RED */
	char *broadcast;  /* JSON {"all":true} | {"class"?,"area"?} */
	char *sites;      /* ids that a broadcast reached */
	int must_ack;
	int64_t ack_by, chased, settled_at;
	bool pinned, expired, hold;
	int64_t erase_day; /* days since 1970; of the first of a thread */
	int64_t erased_at;
	char *key; /* the client's: a draft is sent once */
	int64_t key_slot;
	/* derived */
	struct ack **acks;
	size_t n_acks;
};

/* "I have read this": by one person, of one version. */
struct ack {
	struct record r;
	struct id post, reader, agency;
	char *name;
	int64_t version, at;
};

/* How far a reader has come in a channel: two cursors that only go forward. */
struct receipt {
	struct record r;
	struct id channel, reader, agency;
	int64_t delivered, read; /* seq of posts */
	int64_t delivered_at, read_at;
};

extern const struct noun noun_post, noun_ack, noun_receipt;

struct model;
struct channel;
struct principal;

/* "khi.g.12" is in the JSON list. */
bool id_list_has(const char *json, struct id id);
/* Of whom an acknowledgement is owed and was not given. */
struct owing {
	struct id agency, account; /* account unset: anyone of the agency's desk */
	const char *name;
};
struct arena;
/* Those who see the post, as accounts; of must_ack AGENCY as agencies. */
size_t post_owing(const struct model *m, const struct post *b, struct arena *arena,
		  struct owing **ret);
/* Accounts that see it now, its author too. */
size_t post_readers(const struct model *m, const struct post *b, struct arena *arena,
		    const struct account ***ret);
const struct receipt *receipt_of(const struct model *m, struct id channel,
				 struct id reader);
void receipt_key(struct buf *b, struct id channel, struct id reader);
void post_key(struct buf *b, struct id author, struct span key);
/* Built-in or the channel's days for a kind. */
int64_t post_keep_days(const struct channel *c, enum post_kind kind);
