/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the log frame by frame as SQLite's recovery does (the format is in
 * https://sqlite.org/fileformat2.html#walformat) and goes on behind the first
 * bad frame.
 *
 * A commit is synced before the next one is written, so a power cut can only
 * hurt the last one, and a commit's marked frame is its last. Any frame of
 * this log behind a marked one, both behind a bad one, means that the medium
 * lost what it had promised to keep. A frame header that lies across two
 * sectors may be half of an older log and proves nothing, unless the database
 * has grown since.
 *
 * What a cut left is wiped before the log is used again: SQLite goes on with
 * the same salt, and the old rest would look like such a loss at the next cut.
 */
#include "store/wal.h"

#include "base/auto.h"
#include "base/err.h"
#include "store/vfs.h"

#define HEADER 32
#define FRAME_HEADER 24
#define FRAME (FRAME_HEADER + VFS_PAGE)
#define SECTOR 512        /* what a disk writes whole */
#define MAGIC 0x377f0682u /* lowest bit: checksums over big-endian words */

struct wal {
	sqlite3_file *file;
	bool is_big_endian;
	uint32_t sum[2];
	unsigned char salt[8];
	unsigned char frame[FRAME];
};

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
word(const struct wal *w, const unsigned char *p)
{
	uint32_t v = be32(p);

	return w->is_big_endian ? v : __builtin_bswap32(v);
}

static void
add(const struct wal *w, uint32_t sum[2], const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		sum[0] += word(w, p + i) + sum[1];
		sum[1] += word(w, p + i + 4) + sum[0];
	}
}

static bool
is_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* 1: a header; 0: an empty log; -1: damaged. */
static int
read_header(struct wal *w)
{
	unsigned char h[HEADER];

	memcpy(h, w->frame, HEADER);
	if (is_zero(h, HEADER))
		return 0;
	if ((be32(h) & ~1u) != MAGIC)
		return -1;
	w->is_big_endian = be32(h) & 1;
	add(w, w->sum, h, 24);
	if (w->sum[0] != be32(h + 24) || w->sum[1] != be32(h + 28) ||
	    be32(h + 8) != VFS_PAGE)
		return -1;
	memcpy(w->salt, h + 16, 8);
	return 1;
}

static bool
is_ours(const struct wal *w)
{
	return memcmp(w->frame + 8, w->salt, 8) == 0 && be32(w->frame);
}

/* Its mark and its salt came in one write; or the mark, the size of the database in
 * pages, is greater than any that an older log can have left there: it only grows. */
static bool
is_sure(const struct wal *w, int64_t at, uint32_t pages)
{
	return is_ours(w) &&
	       (at / SECTOR == (at + 15) / SECTOR || be32(w->frame + 4) > pages);
}

static bool
is_good(struct wal *w)
{
	uint32_t sum[2] = { w->sum[0], w->sum[1] };

	if (!is_ours(w))
		return false;
	add(w, sum, w->frame, 8);
	add(w, sum, w->frame + FRAME_HEADER, VFS_PAGE);
	if (sum[0] != be32(w->frame + 16) || sum[1] != be32(w->frame + 20))
		return false;
	memcpy(w->sum, sum, sizeof sum);
	return true;
}

static int
scan_frames(struct wal *w, int64_t size, struct wal_report *r)
{
	bool is_marked = false, is_behind = false;
	uint32_t pages =
		UINT32_MAX; /* after the last good commit; none yet: no proof */
	int rc;

	r->tail_from = HEADER;
	for (int64_t at = HEADER; at + FRAME <= size; at += FRAME) {
		rc = w->file->pMethods->xRead(w->file, w->frame,
					      is_behind ? FRAME_HEADER : FRAME, at);
		if (rc != SQLITE_OK)
			return ERR_IO;
		if (is_ours(w))
			r->tail_to = at + FRAME;
		if (!is_behind && is_good(w)) {
			if (!be32(w->frame + 4))
				continue;
			r->tail_from = at + FRAME; /* SQLite goes on here */
			pages = be32(w->frame + 4);
			r->n_commits++;
			continue;
		}
		is_behind = true;
		if (is_sure(w, at, pages)) {
			r->is_damaged |= is_marked;
			is_marked |= be32(w->frame + 4) != 0;
		}
	}
	r->n_frames = (r->tail_from - HEADER) / FRAME;
	return 0;
}

static int
scan_file(struct wal *w, struct wal_report *r)
{
	sqlite3_int64 size;
	int rc, found;

	if (w->file->pMethods->xFileSize(w->file, &size) != SQLITE_OK)
		return ERR_IO;
	r->size = size;
	if (size < HEADER + FRAME)
		return 0;
	rc = w->file->pMethods->xRead(w->file, w->frame, HEADER, 0);
	if (rc != SQLITE_OK)
		return ERR_IO;
	found = read_header(w);
	if (found > 0)
		return scan_frames(w, size, r);
	if (found == 0) { /* frames are written behind a synced header only */
		rc = w->file->pMethods->xRead(w->file, w->frame, FRAME, HEADER);
		if (rc != SQLITE_OK)
			return ERR_IO;
		found = is_zero(w->frame, FRAME) ? 0 : -1;
	}
	r->is_damaged = found < 0;
	return 0;
}

static int
with_file(sqlite3_vfs *base, const char *path, int flags, struct wal_report *r,
	  int (*fn)(struct wal *w, struct wal_report *r))
{
	AUTO(auto_free) struct wal *w = calloc(1, sizeof *w);
	AUTO(auto_free) void *file = calloc(1, (size_t)base->szOsFile);
	int rc;

	if (!w || !file)
		return ERR_NOMEM;
	w->file = file;
	rc = base->xOpen(base, path, file, SQLITE_OPEN_WAL | flags, NULL);
	if (rc != SQLITE_OK)
		return ERR_IO;
	rc = fn(w, r);
	w->file->pMethods->xClose(w->file);
	return rc;
}

int
wal_scan(sqlite3_vfs *base, const char *path, struct wal_report *ret)
{
	struct wal_report r = { 0 };
	int rc = 0, is_there = 0;

	if (base->xAccess(base, path, SQLITE_ACCESS_EXISTS, &is_there) != SQLITE_OK)
		return ERR_IO;
	if (is_there)
		rc = with_file(base, path, SQLITE_OPEN_READONLY, &r, scan_file);
	if (rc == 0)
		*ret = r;
	return rc;
}

/* A burst has made the log long: what no frame needs goes. */
static int
cut_file(struct wal *w, const struct wal_report *r)
{
	int64_t end = HEADER + r->n_frames * FRAME;

	if (end < r->keep)
		end = r->keep;
	if (r->size <= end)
		return SQLITE_OK;
	return w->file->pMethods->xTruncate(w->file, end);
}

static int
wipe_file(struct wal *w, struct wal_report *r)
{
	memset(w->frame, 0, FRAME);
	for (int64_t at = r->tail_from; at < r->tail_to; at += FRAME)
		if (w->file->pMethods->xWrite(w->file, w->frame, FRAME, at))
			return ERR_IO;
	if (cut_file(w, r) != SQLITE_OK)
		return ERR_IO;
	return w->file->pMethods->xSync(w->file, SQLITE_SYNC_NORMAL) ? ERR_IO : 0;
}

int
wal_mend(sqlite3_vfs *base, const char *path, int64_t keep,
	 const struct wal_report *found)
{
	struct wal_report r = *found;

	r.keep = keep;
	if (r.tail_to <= r.tail_from && r.size <= keep)
		return 0;
	return with_file(base, path, SQLITE_OPEN_READWRITE, &r, wipe_file);
}
