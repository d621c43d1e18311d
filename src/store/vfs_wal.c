/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log's half of the shim.
 *
 * 1. The WAL is filled with zeros ahead of its use and never cut, so that a
 *    commit's fdatasync has no metadata to write. Recovery ends at the first
 *    frame without the right salt and checksum, so zeros are never read.
 * 2. SQLite writes a frame in two pieces; they are gathered here and go out
 *    in one write at the sync that ends the commit. Nobody else may look at
 *    them before: SQLite publishes frames only after that sync.
 */
#include "store/vfs_inside.h"

#include <stdlib.h>

#define RUN_MAX (1 << 20) /* a larger transaction goes out in several writes */

/* In quiet: what a commit that comes just then has to sync beside its own. */
#define GROW_STEP (1 << 20)

/* The unix VFS looks at the lowest 17 bits of a length only. */
#define PIECE_MAX 0x1f000

/* Zeros up to a byte, a multiple of their size beyond the last. */
static int
wal_zero(struct file *f, int64_t to)
{
	static const char zeros[1 << 16];
	int rc = SQLITE_OK;

	for (int64_t at = f->size; at < to; at += (int64_t)sizeof zeros) {
		rc = base_of(f)->pMethods->xWrite(base_of(f), zeros, sizeof zeros, at);
		if (rc != SQLITE_OK)
			break;
		f->size = at + (int64_t)sizeof zeros;
	}
	return rc;
}

/* In pieces that the base can take. */
static int
wal_write(struct file *f, const char *p, size_t n, int64_t at)
{
	int rc = SQLITE_OK;

	for (size_t i = 0, m; rc == SQLITE_OK && i < n; i += m) {
		m = n - i < PIECE_MAX ? n - i : PIECE_MAX;
		rc = base_of(f)->pMethods->xWrite(base_of(f), p + i, (int)m,
						  at + (int64_t)i);
	}
	return rc;
}

/* A run that did not go out whole: SQLite rolls back, and a shorter one may
 * take its place, behind which this one's rest would look like lost commits. */
static void
run_wipe(struct file *f)
{
	size_t n = f->run_n;

	f->run_n = 0;
	if (f->run_at == 0 || f->run_at >= f->size) /* the header stays */
		return;
	if (f->run_at + (int64_t)n > f->size)
		n = (size_t)(f->size - f->run_at);
	memset(f->run, 0, n);
	(void)wal_write(f, f->run, n, f->run_at);
}

int
wal_run_flush(struct file *f)
{
	struct vfs *v = f->vfs;
	int64_t end = f->run_at + (int64_t)f->run_n;
	int rc = SQLITE_OK;

	if (!f->run_n)
		return SQLITE_OK;
	if (end > f->size) {
		/* Best effort: without room for a chunk the frames alone go. */
		(void)wal_zero(f, (end / v->wal_chunk + 1) * v->wal_chunk);
		v->n_grown++;
	}
	rc = wal_write(f, f->run, f->run_n, f->run_at);
	if (rc != SQLITE_OK) {
		run_wipe(f);
		return rc;
	}
	f->run_n = 0;
	if (end > f->size)
		f->size = end;
	return SQLITE_OK;
}

int
wal_run_add(struct file *f, const void *p, int n, int64_t at)
{
	int rc;

	if (f->run_n &&
	    (at != f->run_at + (int64_t)f->run_n || f->run_n + (size_t)n > RUN_MAX)) {
		rc = wal_run_flush(f);
		if (rc != SQLITE_OK)
			return rc;
	}
	if (!f->run_n)
		f->run_at = at;
	if (f->run_n + (size_t)n > f->run_cap) {
		size_t cap = f->run_cap ? f->run_cap * 2 : 1 << 16;
		char *more;

		while (cap < f->run_n + (size_t)n)
			cap *= 2;
		more = realloc(f->run, cap);
		if (!more)
			return SQLITE_NOMEM;
		f->run = more;
		f->run_cap = cap;
	}
	memcpy(f->run + f->run_n, p, (size_t)n);
	f->run_n += (size_t)n;
	return SQLITE_OK;
}

int
wal_open_ahead(struct file *f)
{
	sqlite3_file *b = base_of(f);
	int rc = b->pMethods->xFileSize(b, &f->size);

	if (rc != SQLITE_OK || f->vfs->is_reader || f->size >= f->vfs->wal_ahead)
		return rc;
	rc = wal_zero(f, f->vfs->wal_ahead);
	if (rc != SQLITE_OK && rc != SQLITE_FULL) /* a full disk must still open */
		return rc;
	return b->pMethods->xSync(b, SQLITE_SYNC_NORMAL);
}

int
vfs_wal_grow(sqlite3_file *face, int64_t to, int64_t *ret_size)
{
	struct file *f = file_of(face);
	int64_t end = f->size + GROW_STEP;
	int rc = f->size < to ? wal_zero(f, end < to ? end : to) : SQLITE_OK;

	*ret_size = f->size;
	return rc;
}

int
vfs_wal_sync(sqlite3_file *face)
{
	struct file *f = file_of(face);
	int rc = base_of(f)->pMethods->xSync(base_of(f), SQLITE_SYNC_NORMAL);

	if (rc != SQLITE_OK)
		f->vfs->is_sync_failed = true;
	return rc;
}

int
vfs_wal_wipe(sqlite3_file *face, int64_t from, int64_t to)
{
	struct file *f = file_of(face);
	static const char zeros[1 << 16];

	int rc = SQLITE_OK;

	if (to > f->size)
		to = f->size;
	for (int64_t at = from, n; rc == SQLITE_OK && at < to; at += n) {
		n = to - at < (int64_t)sizeof zeros ? to - at : (int64_t)sizeof zeros;
		rc = base_of(f)->pMethods->xWrite(base_of(f), zeros, (int)n, at);
	}
	return rc;
}
