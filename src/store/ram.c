/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of memory behind sqlite3_vfs, with the locks and the shared index
 * that the write-ahead log needs between connections of one process.
 *
 * While tracking, a file has two states: what is seen and what would be there
 * after a power cut. A write changes the first and is remembered; a sync
 * carries all that is remembered over to the second. The names in the folder
 * have two states too, and follow with the first sync of a new file, as the
 * unix VFS syncs the folder then.
 */
#include "store/ram_inside.h"

#include "base/auto.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static struct ram_open *
open_of(sqlite3_file *face)
{
	return (struct ram_open *)face;
}

/* --- bytes */

bool
bytes_size(struct bytes *b, int64_t n)
{
	if (n > b->cap) {
		int64_t cap = b->cap ? b->cap : 4096;
		char *p;

		while (cap < n)
			cap *= 2;
		p = realloc(b->p, (size_t)cap);
		if (!p)
			return false;
		memset(p + b->cap, 0, (size_t)(cap - b->cap));
		b->p = p;
		b->cap = cap;
	}
	if (n < b->n)
		memset(b->p + n, 0, (size_t)(b->n - n));
	b->n = n;
	return true;
}

bool
bytes_write(struct bytes *b, const char *p, int64_t n, int64_t at)
{
	if (at + n > b->n && !bytes_size(b, at + n))
		return false;
	if (n)
		memcpy(b->p + at, p, (size_t)n);
	return true;
}

int64_t
ram_used(const struct ram *r)
{
	int64_t n = r->reserve;

	for (const struct ram_file *f = r->files; f; f = f->next)
		n += f->is_seen ? f->seen.n : 0;
	return n;
}

/* --- changes that are not safe yet */

void
change_add(struct ram_file *f, const void *p, int n, int64_t at)
{
	struct change *c = malloc(sizeof *c + (n > 0 ? (size_t)n : 0));

	if (!c)
		abort(); /* tests only */
	*c = (struct change){ .at = at, .n = n };
	if (n > 0)
		memcpy(c->bytes, p, (size_t)n);
	if (!f->changes)
		f->tail = &f->changes;
	*f->tail = c;
	f->tail = &c->next;
}

void
change_apply(struct ram_file *f, const struct change *c)
{
	if (!(c->n < 0 ? bytes_size(&f->safe, c->at)
		       : bytes_write(&f->safe, c->bytes, c->n, c->at)))
		abort();
}

void
changes_drop(struct ram_file *f)
{
	while (f->changes) {
		struct change *c = f->changes;

		f->changes = c->next;
		free(c);
	}
}

static void
folder_sync(struct ram *r)
{
	for (struct ram_file *f = r->files; f; f = f->next)
		f->is_safe = f->is_seen;
}

/* One more operation; true: the power is gone. */
static bool
is_cut_now(struct ram *r)
{
	r->operations++;
	if (r->plan.cut_at && r->operations >= r->plan.cut_at)
		r->is_cut = true;
	return r->is_cut;
}

/* --- files */

static int
ram_read(sqlite3_file *face, void *p, int n, sqlite3_int64 at)
{
	struct ram_open *o = open_of(face);
	int64_t have;

	pthread_mutex_lock(&o->ram->lock);
	have = o->file->seen.n - at;
	have = have < 0 ? 0 : have > n ? n : have;
	if (have)
		memcpy(p, o->file->seen.p + at, (size_t)have);
	memset((char *)p + have, 0, (size_t)(n - have));
	pthread_mutex_unlock(&o->ram->lock);
	return have == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
write_locked(struct ram *r, struct ram_file *f, const void *p, int n, int64_t at)
{
	bool was_cut = r->is_cut, is_cut = is_cut_now(r);
	int64_t more = at + n > f->seen.n ? at + n - f->seen.n : 0;

	if (was_cut)
		return SQLITE_IOERR_WRITE;
	if (++r->writes == r->plan.fail_write)
		return SQLITE_IOERR_WRITE;
	if (r->writes == r->plan.full_write ||
	    (r->plan.capacity && ram_used(r) + more > r->plan.capacity))
		return SQLITE_FULL;
	if (r->plan.is_tracking) /* also the write at which the power goes */
		change_add(f, p, n, at);
	if (is_cut)
		return SQLITE_IOERR_WRITE;
	return bytes_write(&f->seen, p, n, at) ? SQLITE_OK : SQLITE_NOMEM;
}

static int
ram_write(sqlite3_file *face, const void *p, int n, sqlite3_int64 at)
{
	struct ram_open *o = open_of(face);
	int rc;

	pthread_mutex_lock(&o->ram->lock);
	rc = write_locked(o->ram, o->file, p, n, at);
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static int
ram_truncate(sqlite3_file *face, sqlite3_int64 size)
{
	struct ram_open *o = open_of(face);
	int rc = SQLITE_IOERR_TRUNCATE;

	pthread_mutex_lock(&o->ram->lock);
	if (!is_cut_now(o->ram)) {
		if (o->ram->plan.is_tracking)
			change_add(o->file, NULL, -1, size);
		if (size >= o->file->seen.n || bytes_size(&o->file->seen, size))
			rc = SQLITE_OK;
	}
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static int
sync_locked(struct ram *r, struct ram_file *f)
{
	if (is_cut_now(r))
		return SQLITE_IOERR_FSYNC;
	if (++r->syncs == r->plan.fail_sync) {
		changes_drop(f); /* as Linux does: marked clean, never written */
		return SQLITE_IOERR_FSYNC;
	}
	for (const struct change *c = f->changes; c; c = c->next)
		change_apply(f, c);
	changes_drop(f);
	if (!f->is_safe)
		folder_sync(r);
	return SQLITE_OK;
}

static int
ram_sync(sqlite3_file *face, int flags)
{
	struct ram_open *o = open_of(face);
	int rc;

	(void)flags;
	pthread_mutex_lock(&o->ram->lock);
	rc = sync_locked(o->ram, o->file);
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static int
ram_size(sqlite3_file *face, sqlite3_int64 *ret)
{
	struct ram_open *o = open_of(face);

	pthread_mutex_lock(&o->ram->lock);
	*ret = o->file->seen.n;
	pthread_mutex_unlock(&o->ram->lock);
	return SQLITE_OK;
}

static int
lock_locked(struct ram_open *o, int level)
{
	struct ram_file *f = o->file;

	if (o->level >= level)
		return SQLITE_OK;
	if (f->pending && f->pending != o)
		return SQLITE_BUSY;
	if (o->level == SQLITE_LOCK_NONE) {
		f->n_shared++;
		o->level = SQLITE_LOCK_SHARED;
	}
	if (level == SQLITE_LOCK_SHARED)
		return SQLITE_OK;
	if (f->reserved && f->reserved != o)
		return SQLITE_BUSY;
	f->reserved = o;
	if (level == SQLITE_LOCK_EXCLUSIVE) {
		f->pending = o;
		if (f->n_shared > 1) {
			o->level = SQLITE_LOCK_PENDING;
			return SQLITE_BUSY;
		}
	}
	o->level = level;
	return SQLITE_OK;
}

static int
ram_lock(sqlite3_file *face, int level)
{
	struct ram_open *o = open_of(face);
	int rc;

	pthread_mutex_lock(&o->ram->lock);
	rc = lock_locked(o, level);
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static int
ram_unlock(sqlite3_file *face, int level)
{
	struct ram_open *o = open_of(face);
	struct ram_file *f = o->file;

	pthread_mutex_lock(&o->ram->lock);
	if (o->level > level) {
		if (f->reserved == o)
			f->reserved = NULL;
		if (f->pending == o)
			f->pending = NULL;
		if (level == SQLITE_LOCK_NONE)
			f->n_shared--;
		o->level = level;
	}
	pthread_mutex_unlock(&o->ram->lock);
	return SQLITE_OK;
}

static int
ram_reserved(sqlite3_file *face, int *ret)
{
	struct ram_open *o = open_of(face);

	pthread_mutex_lock(&o->ram->lock);
	*ret = o->file->reserved != NULL;
	pthread_mutex_unlock(&o->ram->lock);
	return SQLITE_OK;
}

static int
ram_control(sqlite3_file *face, int op, void *arg)
{
	(void)face, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int
ram_sector(sqlite3_file *face)
{
	(void)face;
	return SECTOR;
}

static int
ram_traits(sqlite3_file *face)
{
	(void)face;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- the shared index */

static int
ram_shm_map(sqlite3_file *face, int region, int size, int extend, void volatile **ret)
{
	struct ram_open *o = open_of(face);
	struct ram_file *f = o->file;
	int rc = SQLITE_OK;

	pthread_mutex_lock(&o->ram->lock);
	if (!o->has_shm)
		f->n_shm++;
	o->has_shm = true;
	if (region >= N_REGIONS)
		rc = SQLITE_FULL;
	else if (!f->regions[region] && extend &&
		 !(f->regions[region] = calloc(1, (size_t)size)))
		rc = SQLITE_NOMEM;
	*ret = rc == SQLITE_OK ? f->regions[region] : NULL;
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static int
shm_lock_locked(struct ram_open *o, int at, int n, int flags)
{
	struct ram_file *f = o->file;

	for (int i = at; i < at + n && flags & SQLITE_SHM_LOCK; i++) {
		bool is_mine = o->shm_shared >> i & 1;

		if (f->shm_owner[i] && f->shm_owner[i] != o)
			return SQLITE_BUSY;
		if (flags & SQLITE_SHM_EXCLUSIVE && f->shm_shared[i] > is_mine)
			return SQLITE_BUSY;
	}
	for (int i = at; i < at + n; i++) {
		bool is_mine = o->shm_shared >> i & 1;

		if (flags & SQLITE_SHM_EXCLUSIVE) {
			f->shm_owner[i] = flags & SQLITE_SHM_LOCK ? o : NULL;
		} else if (flags & SQLITE_SHM_LOCK && !is_mine) {
			f->shm_shared[i]++;
			o->shm_shared |= 1u << i;
		} else if (flags & SQLITE_SHM_UNLOCK && is_mine) {
			f->shm_shared[i]--;
			o->shm_shared &= ~(1u << i);
		}
	}
	return SQLITE_OK;
}

static int
ram_shm_lock(sqlite3_file *face, int at, int n, int flags)
{
	struct ram_open *o = open_of(face);
	int rc;

	pthread_mutex_lock(&o->ram->lock);
	rc = shm_lock_locked(o, at, n, flags);
	pthread_mutex_unlock(&o->ram->lock);
	return rc;
}

static void
ram_shm_barrier(sqlite3_file *face)
{
	(void)face;
	atomic_thread_fence(memory_order_seq_cst);
}

static void
shm_drop(struct ram_file *f)
{
	for (int i = 0; i < N_REGIONS; i++) {
		free(f->regions[i]);
		f->regions[i] = NULL;
	}
}

static int
ram_shm_unmap(sqlite3_file *face, int is_delete)
{
	struct ram_open *o = open_of(face);

	(void)is_delete;
	pthread_mutex_lock(&o->ram->lock);
	for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
		if (o->file->shm_owner[i] == o)
			o->file->shm_owner[i] = NULL;
		o->file->shm_shared[i] -= o->shm_shared >> i & 1;
	}
	o->shm_shared = 0;
	if (o->has_shm && --o->file->n_shm == 0)
		shm_drop(o->file); /* like a restart: the log is read again */
	o->has_shm = false;
	pthread_mutex_unlock(&o->ram->lock);
	return SQLITE_OK;
}

static void
file_free(struct ram_file *f)
{
	shm_drop(f);
	changes_drop(f);
	free(f->seen.p);
	free(f->safe.p);
	free(f->name);
	free(f);
}

static int
ram_close(sqlite3_file *face)
{
	struct ram_open *o = open_of(face);

	ram_unlock(face, SQLITE_LOCK_NONE);
	if (o->is_temporary)
		file_free(o->file);
	return SQLITE_OK;
}

static const sqlite3_io_methods ram_methods = {
	.iVersion = 2,
	.xClose = ram_close,
	.xRead = ram_read,
	.xWrite = ram_write,
	.xTruncate = ram_truncate,
	.xSync = ram_sync,
	.xFileSize = ram_size,
	.xLock = ram_lock,
	.xUnlock = ram_unlock,
	.xCheckReservedLock = ram_reserved,
	.xFileControl = ram_control,
	.xSectorSize = ram_sector,
	.xDeviceCharacteristics = ram_traits,
	.xShmMap = ram_shm_map,
	.xShmLock = ram_shm_lock,
	.xShmBarrier = ram_shm_barrier,
	.xShmUnmap = ram_shm_unmap,
};

/* --- the folder */

struct ram_file *
ram_file_find(struct ram *r, const char *name)
{
	for (struct ram_file *f = r->files; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

struct ram_file *
ram_file_new(const char *name)
{
	struct ram_file *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->name = strdup(name);
	if (!f->name) {
		free(f);
		return NULL;
	}
	return f;
}

static int
open_locked(struct ram *r, struct ram_open *o, const char *name, int flags)
{
	struct ram_file *f = ram_file_find(r, name);

	if (!f || !f->is_seen) {
		if (!(flags & SQLITE_OPEN_CREATE))
			return SQLITE_CANTOPEN;
		if (r->is_cut)
			return SQLITE_IOERR;
		if (!f) {
			f = ram_file_new(name);
			if (!f)
				return SQLITE_NOMEM;
			f->next = r->files;
			r->files = f;
		}
		f->is_seen = true;
	}
	o->file = f;
	return SQLITE_OK;
}

static int
on_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *face, int flags,
	int *ret_flags)
{
	struct ram_open *o = open_of(face);
	int rc;

	*o = (struct ram_open){ .ram = vfs->pAppData };
	if (name) {
		pthread_mutex_lock(&o->ram->lock);
		rc = open_locked(o->ram, o, name, flags);
		pthread_mutex_unlock(&o->ram->lock);
	} else {
		o->file = ram_file_new("");
		o->is_temporary = true;
		rc = o->file ? SQLITE_OK : SQLITE_NOMEM;
	}
	if (rc != SQLITE_OK)
		return rc;
	o->face.pMethods = &ram_methods;
	if (ret_flags)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int
on_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	struct ram *r = vfs->pAppData;
	struct ram_file *f;
	int rc = SQLITE_OK;

	pthread_mutex_lock(&r->lock);
	f = ram_file_find(r, name);
	if (!f || !f->is_seen) {
		rc = SQLITE_IOERR_DELETE_NOENT;
	} else if (is_cut_now(r)) {
		rc = SQLITE_IOERR_DELETE;
	} else {
		f->is_seen = false;
		bytes_size(&f->seen, 0);
		if (r->plan.is_tracking)
			change_add(f, NULL, -1, 0);
		if (sync_dir)
			folder_sync(r);
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static int
on_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
	struct ram *r = vfs->pAppData;
	struct ram_file *f;

	(void)flags;
	pthread_mutex_lock(&r->lock);
	f = ram_file_find(r, name);
	*ret = f && f->is_seen;
	pthread_mutex_unlock(&r->lock);
	return SQLITE_OK;
}

static int
on_path(sqlite3_vfs *vfs, const char *name, int n, char *ret)
{
	(void)vfs;
	return snprintf(ret, (size_t)n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
on_random(sqlite3_vfs *vfs, int n, char *ret)
{
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find("unix");

	(void)vfs;
	return unix_vfs->xRandomness(unix_vfs, n, ret);
}

static int
on_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	usleep((useconds_t)us);
	return us;
}

static int
on_now64(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find("unix");

	(void)vfs;
	return unix_vfs->xCurrentTimeInt64(unix_vfs, ret);
}

static int
on_now(sqlite3_vfs *vfs, double *ret)
{
	sqlite3_int64 now = 0;
	int rc = on_now64(vfs, &now);

	*ret = (double)now / 86400000.0;
	return rc;
}

static int
on_last_error(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs, (void)n, (void)ret;
	return 0;
}

struct ram *
ram_new(void)
{
	struct ram *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	r->n_refs = 1;
	r->vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = (int)sizeof(struct ram_open),
		.mxPathname = 64,
		.zName = "ram",
		.pAppData = r,
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
	return r;
}

struct ram *
ram_ref(struct ram *r)
{
	r->n_refs++;
	return r;
}

void
ram_unref(struct ram *r)
{
	if (!r || --r->n_refs)
		return;
	while (r->files) {
		struct ram_file *f = r->files;

		r->files = f->next;
		file_free(f);
	}
	pthread_mutex_destroy(&r->lock);
	free(r);
}
