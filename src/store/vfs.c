/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim between SQLite and the disk.
 *
 * Each page of the database file carries a checksum in 8 reserved bytes, set on
 * write and judged on read; SQLite itself sees zeros there. A page that another
 * program copied out of the WAL has zeros (vfs_adopt mends them); one that it
 * edited has a stale checksum and is refused. The log is vfs_wal.c's.
 *
 * It takes no locks and makes no policy: both are the base VFS's and sqlite.c's.
 */
#include "store/vfs_inside.h"

#include "base/auto.h"
#include "base/err.h"
#include "base/log.h"

#include <endian.h>
#include <stdio.h>

/* Pages. A checkpoint beside the writer syncs as it goes: one great sync at its
 * end would hold up the commits for tens of milliseconds. */
#define DB_BURST 128

static struct vfs *
vfs_of(sqlite3_vfs *face)
{
	return face->pAppData;
}

uint64_t
vfs_checksum(uint64_t page, const void *data)
{
	const unsigned char *p = data;
	uint64_t a = page + 1, b = ~page, w[2];

	_Static_assert((VFS_PAGE - VFS_RESERVED) % 8 == 0, "whole words");
	/* Each step is a bijection of a and of b for a given word, so a change
	 * inside one word always changes the sum. */
	for (size_t i = 0; i + 16 <= VFS_PAGE - VFS_RESERVED; i += 16) {
		memcpy(w, p + i, 16);
		a = (a ^ le64toh(w[0])) * 0x9e3779b97f4a7c15u;
		b = (b ^ le64toh(w[1])) * 0xc2b2ae3d27d4eb4fu;
		a ^= a >> 29;
		b ^= b >> 31;
	}
	memcpy(w, p + VFS_PAGE - VFS_RESERVED - 8, 8);
	a = (a ^ le64toh(w[0])) * 0x9e3779b97f4a7c15u;
	a ^= b << 32 | b >> 32;
	a ^= a >> 32;
	return a ? a : 1;
}

static bool
is_page(const struct file *f, int n, int64_t at)
{
	return f->kind == KIND_DB && n == VFS_PAGE && at % VFS_PAGE == 0;
}

/* A header with our reserved bytes: byte 20 of page 1. */
static void
notice_header(struct file *f, const void *p, int n, int64_t at)
{
	const unsigned char *h = p;

	if (f->kind == KIND_DB && at == 0 && n >= 100 &&
	    memcmp(h, "SQLite format 3", 16) == 0)
		f->vfs->has_checksum = h[20] == VFS_RESERVED;
}

/* --- what SQLite calls on a file */

static int
file_close(sqlite3_file *face)
{
	struct file *f = file_of(face);
	int rc = base_of(f)->pMethods->xClose(base_of(f));

	free(f->run);
	f->run = NULL;
	return rc;
}

static bool
is_zero(const char *p)
{
	return p[0] == 0 && memcmp(p, p + 1, VFS_PAGE - 1) == 0;
}

static int
page_judge(struct file *f, char *p, int64_t at)
{
	uint64_t page = (uint64_t)at / VFS_PAGE + 1, has, want;

	memcpy(&has, p + VFS_PAGE - VFS_RESERVED, VFS_RESERVED);
	if (!has && (f->vfs->is_adopting || is_zero(p)))
		return SQLITE_OK; /* a hole: a page freed before it was written */
	want = htole64(vfs_checksum(page, p));
	if (has != want) {
		f->vfs->n_bad++;
		f->vfs->bad_page = page;
		log_error("store", "page_damaged", "page=%llu",
			  (unsigned long long)page);
		return SQLITE_IOERR_DATA;
	}
	memset(p + VFS_PAGE - VFS_RESERVED, 0, VFS_RESERVED);
	return SQLITE_OK;
}

static int
file_read(sqlite3_file *face, void *p, int n, sqlite3_int64 at)
{
	struct file *f = file_of(face);
	int rc;

	if (f->run_n && at + n > f->run_at && at < f->run_at + (int64_t)f->run_n) {
		rc = wal_run_flush(f);
		if (rc != SQLITE_OK)
			return rc;
	}
	rc = base_of(f)->pMethods->xRead(base_of(f), p, n, at);
	if (rc != SQLITE_OK)
		return rc;
	notice_header(f, p, n, at);
	if (is_page(f, n, at) && f->vfs->has_checksum)
		return page_judge(f, p, at);
	return SQLITE_OK;
}

static int
file_sync(sqlite3_file *face, int flags)
{
	struct file *f = file_of(face);
	int rc = wal_run_flush(f);

	f->n_unsynced = 0;
	if (rc != SQLITE_OK)
		return rc;
	rc = base_of(f)->pMethods->xSync(base_of(f), flags);
	if (rc != SQLITE_OK)
		f->vfs->is_sync_failed = true;
	return rc;
}

static int
file_write(sqlite3_file *face, const void *p, int n, sqlite3_int64 at)
{
	struct file *f = file_of(face);
	char page[VFS_PAGE];
	uint64_t sum;
	int rc;

	if (f->kind == KIND_WAL)
		return wal_run_add(f, p, n, at);
	notice_header(f, p, n, at);
	if (is_page(f, n, at) && f->vfs->has_checksum) {
		memcpy(page, p, VFS_PAGE);
		sum = htole64(vfs_checksum((uint64_t)at / VFS_PAGE + 1, page));
		memcpy(page + VFS_PAGE - VFS_RESERVED, &sum, VFS_RESERVED);
		p = page;
	}
	rc = base_of(f)->pMethods->xWrite(base_of(f), p, n, at);
	if (rc == SQLITE_OK && f->kind == KIND_DB && f->vfs->is_gentle &&
	    ++f->n_unsynced >= DB_BURST)
		return file_sync(face, SQLITE_SYNC_NORMAL);
	return rc;
}

static int
file_truncate(sqlite3_file *face, sqlite3_int64 size)
{
	struct file *f = file_of(face);

	if (f->kind == KIND_WAL) /* stays as it is: zeros and old salts are safe */
		return SQLITE_OK;
	return base_of(f)->pMethods->xTruncate(base_of(f), size);
}

static int
file_size(sqlite3_file *face, sqlite3_int64 *ret)
{
	struct file *f = file_of(face);
	int rc = base_of(f)->pMethods->xFileSize(base_of(f), ret);

	if (rc == SQLITE_OK && f->run_n && f->run_at + (int64_t)f->run_n > *ret)
		*ret = f->run_at + (int64_t)f->run_n;
	return rc;
}

static int
file_lock(sqlite3_file *face, int level)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xLock(b, level);
}

static int
file_unlock(sqlite3_file *face, int level)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xUnlock(b, level);
}

static int
file_reserved(sqlite3_file *face, int *ret)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xCheckReservedLock(b, ret);
}

static int
file_control(sqlite3_file *face, int op, void *arg)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xFileControl(b, op, arg);
}

static int
file_sector(sqlite3_file *face)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xSectorSize(b);
}

static int
file_traits(sqlite3_file *face)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xDeviceCharacteristics(b);
}

static int
file_shm_map(sqlite3_file *face, int region, int size, int extend, void volatile **ret)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xShmMap(b, region, size, extend, ret);
}

static int
file_shm_lock(sqlite3_file *face, int at, int n, int flags)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xShmLock(b, at, n, flags);
}

static void
file_shm_barrier(sqlite3_file *face)
{
	sqlite3_file *b = base_of(file_of(face));

	b->pMethods->xShmBarrier(b);
}

static int
file_shm_unmap(sqlite3_file *face, int is_delete)
{
	sqlite3_file *b = base_of(file_of(face));

	return b->pMethods->xShmUnmap(b, is_delete);
}

/* Version 2: no xFetch, so no page is read around the checksum. */
static const sqlite3_io_methods file_methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

/* --- what SQLite calls on the VFS */

static int
on_open(sqlite3_vfs *face, sqlite3_filename name, sqlite3_file *file, int flags,
	int *ret_flags)
{
	struct vfs *v = vfs_of(face);
	struct file *f = file_of(file);
	int rc;

	memset(f, 0, sizeof *f);
	f->vfs = v;
	f->kind = flags & SQLITE_OPEN_MAIN_DB ? KIND_DB
		  : flags & SQLITE_OPEN_WAL   ? KIND_WAL
					      : KIND_OTHER;
	memset(base_of(f), 0, (size_t)v->base->szOsFile);
	rc = v->base->xOpen(v->base, name, base_of(f), flags, ret_flags);
	if (rc == SQLITE_OK && f->kind == KIND_WAL) {
		rc = wal_open_ahead(f);
		if (rc != SQLITE_OK)
			base_of(f)->pMethods->xClose(base_of(f));
	}
	if (rc == SQLITE_OK)
		f->face.pMethods = &file_methods;
	return rc;
}

static int
on_delete(sqlite3_vfs *face, const char *name, int sync_dir)
{
	struct vfs *v = vfs_of(face);

	return v->base->xDelete(v->base, name, sync_dir);
}

static int
on_access(sqlite3_vfs *face, const char *name, int flags, int *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xAccess(v->base, name, flags, ret);
}

static int
on_path(sqlite3_vfs *face, const char *name, int n, char *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xFullPathname(v->base, name, n, ret);
}

static int
on_random(sqlite3_vfs *face, int n, char *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xRandomness(v->base, n, ret);
}

static int
on_sleep(sqlite3_vfs *face, int us)
{
	struct vfs *v = vfs_of(face);

	return v->base->xSleep(v->base, us);
}

static int
on_now(sqlite3_vfs *face, double *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xCurrentTime(v->base, ret);
}

static int
on_last_error(sqlite3_vfs *face, int n, char *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xGetLastError(v->base, n, ret);
}

static int
on_now64(sqlite3_vfs *face, sqlite3_int64 *ret)
{
	struct vfs *v = vfs_of(face);

	return v->base->xCurrentTimeInt64(v->base, ret);
}

int
vfs_adopt(struct vfs *v, sqlite3_file *face, int64_t *ret_pages)
{
	struct file *f = file_of(face);
	sqlite3_file *b = base_of(f);
	char page[VFS_PAGE];
	sqlite3_int64 size = 0;
	int64_t n = 0;
	uint64_t sum;
	int rc = b->pMethods->xFileSize(b, &size);

	for (int64_t at = 0; rc == SQLITE_OK && at + VFS_PAGE <= size; at += VFS_PAGE) {
		rc = b->pMethods->xRead(b, page, VFS_PAGE, at);
		memcpy(&sum, page + VFS_PAGE - VFS_RESERVED, VFS_RESERVED);
		if (rc != SQLITE_OK || sum || is_zero(page))
			continue;
		rc = file_write(face, page, VFS_PAGE, at);
		n++;
	}
	if (rc == SQLITE_OK && n)
		rc = b->pMethods->xSync(b, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK)
		v->is_adopting = false;
	*ret_pages = n;
	return rc;
}

int64_t
vfs_scan(sqlite3_file *face)
{
	char page[VFS_PAGE];
	sqlite3_int64 size = 0;
	int64_t n_bad = 0;

	if (file_size(face, &size) != SQLITE_OK)
		return -1;
	for (int64_t at = 0; at + VFS_PAGE <= size; at += VFS_PAGE)
		if (file_read(face, page, VFS_PAGE, at) != SQLITE_OK)
			n_bad++;
	return n_bad;
}

int
vfs_open(struct vfs *v, sqlite3_vfs *base, bool is_reader)
{
	v->base = base;
	v->is_reader = is_reader;
	snprintf(v->name, sizeof v->name, "kumak-%p", (void *)v);
	v->face = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = (int)sizeof(struct file) + base->szOsFile,
		.mxPathname = base->mxPathname,
		.zName = v->name,
		.pAppData = v,
		.xOpen = on_open,
		.xDelete = on_delete,
		.xAccess = on_access,
		.xFullPathname = on_path,
		.xRandomness = on_random,
		.xSleep = on_sleep,
		.xCurrentTime = on_now,
		.xGetLastError = on_last_error,
		.xCurrentTimeInt64 = on_now64,
	};
	return sqlite3_vfs_register(&v->face, 0) == SQLITE_OK ? 0 : ERR_NOMEM;
}

void
vfs_close(struct vfs *v)
{
	if (v->name[0])
		sqlite3_vfs_unregister(&v->face);
	v->name[0] = 0;
}
