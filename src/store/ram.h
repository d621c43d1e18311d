/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk of memory under SQLite: the engine of ":memory:", and for tests a
 * disk that fails when told to, fills up, and loses power with what was not
 * synced dropped, kept or torn at 512 bytes. Private to the store and tests.
 */
#pragma once
#include "store/disk.h"

struct ram;

struct ram *ram_new(void); /* NULL: out of memory */
struct ram *ram_ref(struct ram *r);
void ram_unref(struct ram *r);
/* A disk on it; takes the caller's reference. NULL in, NULL out. */
struct disk *ram_disk(struct ram *r);

/* --- for tests; counts begin at 1, 0 never comes */

struct ram_plan {
	bool is_tracking; /* keep what power loss may take: set before use */
	long fail_write;  /* the n-th write fails */
	long fail_sync;   /* the n-th sync fails, and loses what it was to keep */
	long full_write;  /* the n-th write finds the disk full */
	long cut_at;      /* power goes at the n-th write, sync or removal */
	int64_t capacity; /* bytes of all files; 0: no end */
};
void ram_plan(struct ram *r, const struct ram_plan *plan); /* counts from 0 again */

struct ram_count {
	long writes, syncs, operations;
	int64_t bytes; /* of all files */
};
struct ram_count ram_count(struct ram *r);

enum ram_loss { RAM_DROP, RAM_KEEP, RAM_TEAR, RAM_SOME, N_RAM_LOSSES };
/* After a cut, with nothing open: what is on the disk now. */
void ram_power_on(struct ram *r, enum ram_loss loss, uint64_t seed);

/* The bytes of a file, for tests that spoil them; NULL: no such file. leaf is
 * "store.db" or "store.db-wal". */
char *ram_bytes(struct ram *r, const char *leaf, size_t *ret_n);
/* A second disk in the same state; nothing may be open. */
struct ram *ram_clone(struct ram *r);
