/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: the only writer. Commands are decided and applied on the loop's
 * thread at once; their events wait in a batch, are committed (on the loop
 * while the disk is quick, else by the writer thread), and only then leave: replies
 * through journal_when(), events through sinks. Its law is at the head of journal.c.
 */
#pragma once
#include "model/commands.h"
#include "base/crypt.h"
#include "store/store.h"

struct journal;

struct journal_config {
	const char *dir; /* data folder, or ":memory:" */
	struct store *store;
	struct store_info info;
	const struct clock *clock;
	/* Runs fn(ctx) on the loop's thread, from any thread. NULL: commits are
	 * made at once in journal_turn_end (tests, tools). */
	void (*post)(void *post_ctx, void (*fn)(void *ctx), void *ctx);
	void *post_ctx;
	/* Answers that waited have been given: they may leave before the sinks are
	 * told, whatever those have to do. NULL: they leave with the turn. */
	void (*on_answered)(void *ctx);
	void *answered_ctx;
	/* A commit failed: nothing was said to anyone; must not return. */
	void (*on_failure)(const char *why);
};

/* Loads what is live. why gets a sentence on failure. */
int journal_open(const struct journal_config *cfg, struct journal **ret,
		 struct buf *why);
void journal_close(struct journal *j); /* commits what waits; NULL is fine */

struct model *journal_model(struct journal *j);
/* The time of this turn: the clock's, but never before an event's. */
int64_t journal_now(const struct journal *j);
/* A decision for one command by `actor` (NULL: the node), ready to be given to
 * one of model/commands.h. Valid until the next call. */
struct decision *journal_begin(struct journal *j, const struct principal *actor);
/* From memory or the shelf; NULL when it is nowhere. */
struct record *journal_find(struct journal *j, enum noun_index n, struct id id);

uint64_t journal_tail(const struct journal *j);    /* last event decided */
uint64_t journal_durable(const struct journal *j); /* last event on disk */
/* Calls fn(ctx) once everything decided so far is on disk: now, if it is. */
void journal_when(struct journal *j, void (*fn)(void *ctx), void *ctx);
/* A real commit without an event: the node's own record is written again as it
 * is. Calls fn(ctx) once that is on disk. Tests the path, leaves nothing. */
void journal_probe(struct journal *j, void (*fn)(void *ctx), void *ctx);
/* Hands the waiting batch to the writer if it is idle. Once per turn. */
void journal_turn_end(struct journal *j);

/* Events in order, each once, after they are durable. */
struct journal_sink;
struct journal_sink *journal_add_sink(struct journal *j,
				      void (*fn)(void *ctx, const struct event *e),
				      void *ctx);
void journal_remove_sink(struct journal *j, struct journal_sink *s);

/* Makes the index of words anew from all that is open here: a copy comes without one.
 * Before the journal is used by others. */
int journal_index(struct journal *j);
/* Durable events after `after`, decoded; incident 0: all. */
int journal_events(struct journal *j, uint64_t after, uint64_t incident, size_t limit,
		   bool (*fn)(void *ctx, const struct event *e), void *ctx);
/* The chain's hash at a durable event; ERR_NOT_FOUND. */
int journal_hash(struct journal *j, uint64_t seq, uint8_t ret[STORE_HASH_BYTES]);
/* Durable records of a noun from the shelf, decoded for the time of fn. */
int journal_records(struct journal *j, const struct store_query *q,
		    bool (*fn)(void *ctx, const struct record *rec), void *ctx);
struct store *journal_store(struct journal *j);
/* Tag (store.h) of posts that wait for a time: post_is_watched(). */
#define POST_TAG_WATCHED STORE_TAG "w"
/* Destroys a key of sealed fields for good. Again is fine: whoever erases does this
 * first and says so in an event after it. */
int journal_erase_key(struct journal *j, int64_t slot);
/* Several by one sync. */
int journal_erase_keys(struct journal *j, const int64_t *slots, size_t n);
/* Signs text as this node: base64 of Ed25519, and the public key in hex. */
void journal_sign(struct journal *j, struct span text, struct buf *ret_signature,
		  struct buf *ret_public_key);

/* The newest signed head of the chain as JSON members {"seq","hash",…}. */
void journal_head(struct journal *j, struct buf *b);
/* The same as one line of words, for a code on paper. */
void journal_head_paper(struct journal *j, struct buf *b);
/* The node's secrets: made with the folder. */
const uint8_t *journal_node_key(const struct journal *j); /* KEY_BYTES */

/* --- offline (chain.c) ---------------------------------------------------- */
enum chain_finding {
	CHAIN_INTACT,
	CHAIN_DAMAGED,   /* within itself: an event is missing or is not its hash's */
	CHAIN_REWRITTEN, /* whole in itself, and not the one a head was made for */
	CHAIN_CUT,       /* it ends before a head */
};
struct chain_report {
	enum chain_finding finding;
	uint64_t events, seq;
	uint8_t hash[STORE_HASH_BYTES];
	int64_t at;
	uint64_t bad_seq; /* first bad event; 0: none */
	char why[240];
};
struct chain_head {
	uint64_t seq; /* from 1 */
	uint8_t hash[STORE_HASH_BYTES];
};
/* The same a piece at a time, for a chain that comes from elsewhere. The heads live as
 * long as the walk. */
struct chain_walk {
	struct chain_report *r;
	const struct chain_head *heads; /* those that are still to come */
	size_t n_heads;
};
void chain_begin(struct chain_walk *w, const struct chain_head *heads, size_t n_heads,
		 struct chain_report *ret);
bool chain_take(struct chain_walk *w, const struct store_event *e); /* false: bad */
bool chain_end(struct chain_walk *w);
/* Walks the whole chain, and sees that each head, in rising order, is of it. */
int chain_verify(struct store *s, const struct chain_head *heads, size_t n_heads,
		 struct chain_report *ret);
/* Text that a head's signature covers. */
void chain_head_text(struct buf *b, const char *node, uint64_t seq,
		     const uint8_t hash[32], int64_t at);

/* --- keys of sealed fields (keys.c) --------------------------------------- */
struct key_file;
int key_file_open(const char *dir, const uint8_t wrap[KEY_BYTES], struct key_file **ret,
		  struct buf *why);
void key_file_close(struct key_file *k);
#define KEY_SLOT_BYTES (SEAL_OVERHEAD + KEY_BYTES) /* one wrapped key */
int64_t key_file_made(const struct key_file *k);   /* slots when opened */
struct seal_keys key_file_seal(struct key_file *k);
/* Destroys keys for good, by one sync: what they sealed cannot be read again. */
int key_file_destroy(struct key_file *k, const int64_t *slots, size_t n);
/* node.key: 32 bytes signing seed, 32 bytes wrap key; made when absent. */
int node_key_load(const char *dir, bool may_make, uint8_t out[64], struct buf *why);
