/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the log frame by frame as SQLite's recovery does (the format is in
 * https://sqlite.org/fileformat2.html#walformat) and goes on behind the first
 * bad frame. A commit is synced before the next one is written, so a power
 * cut can leave at most one commit frame of this log behind a bad frame; two
 * mean that the medium lost what it had promised to keep.
 */
#include "store/wal.h"

#include "base/auto.h"
#include "base/err.h"
#include "store/vfs.h"

#define HEADER 32
#define FRAME_HEADER 24
#define FRAME (FRAME_HEADER + VFS_PAGE)
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
	bool is_behind = false;
	int rc;

	for (int64_t at = HEADER; at + FRAME <= size; at += FRAME) {
		rc = w->file->pMethods->xRead(w->file, w->frame, FRAME, at);
		if (rc != SQLITE_OK)
			return ERR_IO;
		if (!is_behind && is_good(w)) {
			r->n_frames++;
			r->n_commits += be32(w->frame + 4) != 0;
			continue;
		}
		is_behind = true;
		r->n_behind += is_ours(w) && be32(w->frame + 4);
	}
	r->is_damaged = r->n_behind > 1;
	return 0;
}

static int
scan_file(struct wal *w, struct wal_report *r)
{
	sqlite3_int64 size;
	int rc, found;

	if (w->file->pMethods->xFileSize(w->file, &size) != SQLITE_OK)
		return ERR_IO;
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

int
wal_scan(sqlite3_vfs *base, const char *path, struct wal_report *ret)
{
	AUTO(auto_free) struct wal *w = calloc(1, sizeof *w);
	AUTO(auto_free) void *file = calloc(1, (size_t)base->szOsFile);
	struct wal_report r = { 0 };
	int rc, is_there = 0;

	if (!w || !file)
		return ERR_NOMEM;
	if (base->xAccess(base, path, SQLITE_ACCESS_EXISTS, &is_there) != SQLITE_OK)
		return ERR_IO;
	if (!is_there) {
		*ret = r;
		return 0;
	}
	w->file = file;
	rc = base->xOpen(base, path, file, SQLITE_OPEN_WAL | SQLITE_OPEN_READONLY,
			 NULL);
	if (rc != SQLITE_OK)
		return ERR_IO;
	rc = scan_file(w, &r);
	w->file->pMethods->xClose(w->file);
	if (rc == 0)
		*ret = r;
	return rc;
}
