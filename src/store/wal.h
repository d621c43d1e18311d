/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at a write-ahead log before SQLite recovers it: SQLite ends at the
 * first frame that does not fit and silently forgets what stands behind it.
 * That is right for a torn end, and the loss of acknowledged commits when a
 * frame in the middle went bad; this tells the two apart.
 */
#pragma once
#include "base/span.h"

#include <sqlite3.h>

struct wal_report {
	int64_t n_frames;           /* that SQLite will take */
	int64_t n_commits;          /* among them */
	int64_t tail_from, tail_to; /* what a cut left behind them, if any */
	int64_t size, keep;         /* bytes: of the file, and what it keeps at least */
	bool is_damaged;            /* not a torn end: refuse */
};

/* 0, or a code of err.def. A file that is not there is an empty log. */
int wal_scan(sqlite3_vfs *base, const char *path, struct wal_report *ret);
/* Zeros over what a cut left, and a log that a burst made longer than keep is
 * cut; found: from wal_scan, not damaged. */
int wal_mend(sqlite3_vfs *base, const char *path, int64_t keep,
	     const struct wal_report *found);
