/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies beside the store: positions and sealed files, in a folder of copies. A
 * copy takes what is new or grew since the last one into the same folder, and lets go
 * what the node let go, so that what was erased does not live on there. An ended day's
 * file never changes, so a nightly copy is that of one day.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = { "tracks", "files" };

static int
wrong(struct buf *why, const char *path)
{
	buf_printf(why, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

static bool
is_of_copies(const char *name)
{
	return strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz.-") == strlen(name) &&
	       name[0] != '.' && !strstr(name, ".part");
}

/* Names in a folder, one a line; none when it is not there. */
static void
list(const char *dir, struct buf *ret)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (is_of_copies(e->d_name))
			buf_printf(ret, "%s\n", e->d_name);
	if (d)
		closedir(d);
}

static int
copy_bytes(const char *from, const char *to, struct buf *why)
{
	static char piece[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC), out, rc = 0;
	ssize_t n = 0;

	if (in < 0) /* it was let go meanwhile */
		return errno == ENOENT ? 0 : wrong(why, from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (out >= 0 && rc == 0 && (n = read(in, piece, sizeof piece)) > 0)
		if (write(out, piece, (size_t)n) != n)
			rc = wrong(why, to);
	if (rc == 0 && (out < 0 || n < 0 || fsync(out) < 0))
		rc = wrong(why, to);
	close(in);
	if (out >= 0)
		close(out);
	return rc;
}

static int
copy_one(const char *from, const char *to, struct buf *why)
{
	struct buf AUTO(buf_done) part = { 0 };
	struct stat a, b;
	int rc;

	if (stat(from, &a) < 0)
		return errno == ENOENT ? 0 : wrong(why, from);
	if (stat(to, &b) == 0 && a.st_size == b.st_size &&
	    a.st_mtim.tv_sec <= b.st_mtim.tv_sec)
		return 0; /* of an earlier copy */
	buf_printf(&part, "%s.part", to);
	rc = copy_bytes(from, part.p, why);
	if (rc == 0 && rename(part.p, to) < 0 && errno != ENOENT)
		rc = wrong(why, to);
	if (rc < 0)
		unlink(part.p);
	return rc;
}

static int
sync_folder(const char *dir, struct buf *why)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = wrong(why, dir);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
mirror(const char *from, const char *to, struct buf *why)
{
	struct buf AUTO(buf_done) here = { 0 }, there = { 0 }, a = { 0 }, b = { 0 };
	struct span names, name;
	int rc = 0;

	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		return wrong(why, to);
	list(from, &here);
	list(to, &there);
	for (names = buf_span(&here); rc == 0 && names.n;) {
		name = span_cut(&names, '\n');
		buf_clear(&a);
		buf_clear(&b);
		buf_printf(&a, "%s/" SPAN_FMT, from, SPAN_ARG(name));
		buf_printf(&b, "%s/" SPAN_FMT, to, SPAN_ARG(name));
		rc = copy_one(a.p, b.p, why);
	}
	for (names = buf_span(&there); rc == 0 && names.n;) {
		name = span_cut(&names, '\n');
		buf_clear(&a);
		buf_clear(&b);
		buf_printf(&a, "%s/" SPAN_FMT, from, SPAN_ARG(name));
		buf_printf(&b, "%s/" SPAN_FMT, to, SPAN_ARG(name));
		if (access(a.p, F_OK) < 0 && errno == ENOENT && unlink(b.p) < 0)
			rc = wrong(why, b.p);
	}
	return rc < 0 ? rc : sync_folder(to, why);
}

int
backup_more(const char *from, const char *to, struct buf *why)
{
	int rc = 0;

	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		return wrong(why, to);
	for (size_t k = 0; rc == 0 && k < ARRAY_LEN(folders); k++) {
		struct buf AUTO(buf_done) a = { 0 }, b = { 0 };

		buf_printf(&a, "%s/%s", from, folders[k]);
		buf_printf(&b, "%s/%s", to, folders[k]);
		rc = mirror(a.p, b.p, why);
	}
	return rc < 0 ? rc : sync_folder(to, why);
}

void
backup_more_remove(const char *dir)
{
	for (size_t k = 0; k < ARRAY_LEN(folders); k++) {
		struct buf AUTO(buf_done) at = { 0 }, names = { 0 }, path = { 0 };
		struct span rest;

		buf_printf(&at, "%s/%s", dir, folders[k]);
		list(at.p, &names);
		for (rest = buf_span(&names); rest.n;) {
			struct span name = span_cut(&rest, '\n');

			buf_clear(&path);
			buf_printf(&path, "%s/" SPAN_FMT, at.p, SPAN_ARG(name));
			unlink(path.p);
		}
		rmdir(at.p);
	}
}
