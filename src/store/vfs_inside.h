/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the shim share: vfs.c (pages, and whatever is only
 * passed on) and vfs_wal.c (the log).
 */
#pragma once
#include "store/vfs.h"

enum kind { KIND_OTHER, KIND_DB, KIND_WAL };

struct file {
	sqlite3_file face;
	struct vfs *vfs;
	enum kind kind;
	char *run; /* gathered, not yet written */
	size_t run_n, run_cap;
	int64_t run_at;
	int n_unsynced;     /* pages of the database since its last sync */
	sqlite3_int64 size; /* of the WAL: what lies below is allocated */
};

static inline struct file *
file_of(sqlite3_file *face)
{
	return (struct file *)face;
}

/* The base's own file object stands behind ours in the same memory. */
static inline sqlite3_file *
base_of(struct file *f)
{
	return (sqlite3_file *)(f + 1);
}

/* Zeros the first vfs.wal_ahead bytes. An SQLite code, as of all below. */
int wal_open_ahead(struct file *f);
/* Gathers what follows on; whatever does not sends the run out first. */
int wal_run_add(struct file *f, const void *p, int n, int64_t at);
int wal_run_flush(struct file *f);
