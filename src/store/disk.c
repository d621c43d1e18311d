/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real folder: store.db with its -wal and -shm, `lease` (an open file
 * description lock: it dies with the process and with nothing else) and
 * `reserve`, blocks that stand ready for the hour when the disk is full.
 */
#include "store/disk.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct posix_disk {
	struct disk face;
	char *dir, *db;
	int lease_fd;
};

static struct posix_disk *
posix_of(struct disk *d)
{
	return (struct posix_disk *)d;
}

static char *
path_of(const struct posix_disk *d, const char *leaf)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s", d->dir, leaf);
	return buf_take(&b, NULL);
}

static const char *
posix_name(struct disk *d)
{
	return posix_of(d)->db;
}

static int
posix_lease(struct disk *face, struct buf *why)
{
	struct posix_disk *d = posix_of(face);
	AUTO(auto_free) char *path = path_of(d, "lease");
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char pid[32] = "";

	d->lease_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (d->lease_fd < 0) {
		buf_printf(why, "cannot open %s: %s", path, strerror(errno));
		return ERR_IO;
	}
	if (fcntl(d->lease_fd, F_OFD_SETLK, &lock) < 0) {
		if (read(d->lease_fd, pid, sizeof pid - 1) < 0)
			pid[0] = 0;
		pid[strcspn(pid, "\n")] = 0;
		buf_printf(why, "%s is open in another process (%s)", d->dir, pid);
		close(d->lease_fd);
		d->lease_fd = -1;
		return ERR_BUSY;
	}
	snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	if (ftruncate(d->lease_fd, 0) < 0 ||
	    pwrite(d->lease_fd, pid, strlen(pid), 0) < 0)
		pid[0] = 0; /* only a hint for people */
	return 0;
}

static void
posix_unlease(struct disk *face)
{
	struct posix_disk *d = posix_of(face);

	if (d->lease_fd >= 0)
		close(d->lease_fd);
	d->lease_fd = -1;
}

static int
posix_reserve(struct disk *face, int64_t bytes)
{
	AUTO(auto_free) char *path = path_of(posix_of(face), "reserve");
	struct stat st;
	int fd, err;

	if (stat(path, &st) == 0 && st.st_blocks * 512 >= bytes)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return errno == ENOSPC ? ERR_FULL : ERR_IO;
	err = posix_fallocate(fd, 0, bytes);
	if (err == 0)
		err = fsync(fd) < 0 ? errno : 0;
	close(fd);
	if (err)
		unlink(path);
	return err == 0 ? 0 : err == ENOSPC ? ERR_FULL : ERR_IO;
}

static bool
posix_release(struct disk *face)
{
	AUTO(auto_free) char *path = path_of(posix_of(face), "reserve");
	int fd;

	if (unlink(path) < 0)
		return false;
	/* The blocks are free once the removal is on the disk. */
	fd = open(posix_of(face)->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return true;
	(void)!fsync(fd);
	close(fd);
	return true;
}

static int
posix_space(struct disk *face, struct store_space *ret)
{
	struct posix_disk *d = posix_of(face);
	AUTO(auto_free) char *path = path_of(d, "reserve");
	struct statvfs v;
	uint64_t used;

	if (statvfs(d->dir, &v) < 0)
		return ERR_IO;
	used = v.f_blocks - v.f_bfree;
	ret->free_bytes = (int64_t)(v.f_bavail * v.f_frsize);
	ret->used_percent = used + v.f_bavail
				    ? (int)((used * 100 + used + v.f_bavail - 1) /
					    (used + v.f_bavail))
				    : 100;
	ret->is_reserve_gone = access(path, F_OK) != 0;
	return 0;
}

static void
posix_free(struct disk *face)
{
	struct posix_disk *d = posix_of(face);

	posix_unlease(face);
	free(d->dir);
	free(d->db);
	free(d);
}

static const struct disk posix_table = {
	.name = posix_name,
	.lease = posix_lease,
	.unlease = posix_unlease,
	.reserve = posix_reserve,
	.release = posix_release,
	.space = posix_space,
	.free = posix_free,
};

/* A database made a moment ago is only there once its folder is synced. */
static int
folder_make(const char *dir, struct buf *why)
{
	AUTO(auto_free) char *up = NULL;
	struct buf b = { 0 };
	int fd;

	if (mkdir(dir, 0750) < 0) {
		if (errno == EEXIST)
			return 0;
		buf_printf(why, "cannot make %s: %s", dir, strerror(errno));
		return ERR_IO;
	}
	buf_printf(&b, "%s/..", dir);
	up = buf_take(&b, NULL);
	fd = open(up, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!fsync(fd);
		close(fd);
	}
	return 0;
}

struct disk *
disk_posix(const char *dir, bool is_writer, struct buf *why)
{
	struct posix_disk *d;
	char full[4096];

	if (is_writer && folder_make(dir, why) != 0)
		return NULL;
	if (!realpath(dir, full)) {
		buf_printf(why, "cannot open %s: %s", dir, strerror(errno));
		return NULL;
	}
	d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->face = posix_table;
	d->face.base = sqlite3_vfs_find("unix");
	d->lease_fd = -1;
	d->dir = span_dup(span_of(full));
	d->db = path_of(d, "store.db");
	return &d->face;
}
