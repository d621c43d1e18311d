/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The talk desk: it hears posts and submits commands. Nudges to phones that are not
 * connected, chasing of those who owe an acknowledgement, the end of what has a
 * time, erasure of what was kept long enough; and the shelf of files.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"

struct talk;

struct talk_config {
	const char *dir;      /* files lie in DIR/files; ":memory:" takes none */
	bool has_second_path; /* without one there are no phones to nudge */
	/* How long a post waits for its readers' screens before their phones are
	 * nudged; a P1 does not wait. */
	int64_t nudge_p2_ms, nudge_p3_ms;
	int64_t nudge_apart_ms; /* between two nudges of a person, but of a P1 */
	int64_t sweep_every_ms;
	int64_t file_max; /* bytes */
};
extern const struct talk_config talk_defaults;

int talk_open(struct net *net, struct journal *journal, const struct talk_config *cfg,
	      struct talk **ret);
void talk_close(struct talk *t); /* NULL is fine */

/* A live socket of this account or token opened (+1) or closed (-1). */
void talk_present(struct talk *t, struct id who, int change);
bool talk_is_present(const struct talk *t, struct id who);

/* --- files (shelf.c, scan.c) --------------------------------------------------- */
size_t talk_file_max(const struct talk *t);
struct talk_kept {
	int rc;
	/* what it is by its content, or why it is not taken: a word and a sentence */
	const char *media, *code, *detail;
	char stored[2 * HASH_BYTES + 1], hash[2 * HASH_BYTES + 1],
		key[2 * KEY_BYTES + 1];
};
/* Judges, seals and writes in the pool; name and content must stand until done, which
 * comes on the loop. Once done with rc 0 and no code the bytes are on disk. */
void talk_keep(struct talk *t, struct span name, struct span content,
	       void (*done)(void *ctx, const struct talk_kept *kept), void *ctx);
void talk_forget(struct talk *t, const char *stored);
struct talk_file;
int talk_file_open(struct talk *t, const struct file *f, struct talk_file **ret);
/* Appends 1 to max bytes, in order; < 0: damaged, or at its end. */
int talk_file_read(struct talk_file *r, struct buf *out, size_t max);
void talk_file_close(struct talk_file *r); /* NULL is fine */
