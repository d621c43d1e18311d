/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies beside the store: positions and sealed files, in a folder of copies. A
 * copy takes what is new or grew since the last one into the same folder, and lets go
 * what the node let go, so that what was erased does not live on there. An ended day's
 * file never changes, so a nightly copy is that of one day. The folder carries the mark
 * of its node: in another nothing is ever deleted.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "kumak-copies"
#define FEW 3 /* copies that a night may let go, however few there are */

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
take_new(const char *from, const char *to, struct buf *why)
{
	struct buf AUTO(buf_done) here = { 0 }, a = { 0 }, b = { 0 };
	struct span names, name;
	int rc = 0;

	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		return wrong(why, to);
	list(from, &here);
	for (names = buf_span(&here); rc == 0 && names.n;) {
		name = span_cut(&names, '\n');
		buf_clear(&a);
		buf_clear(&b);
		buf_printf(&a, "%s/" SPAN_FMT, from, SPAN_ARG(name));
		buf_printf(&b, "%s/" SPAN_FMT, to, SPAN_ARG(name));
		rc = copy_one(a.p, b.p, why);
	}
	return rc < 0 ? rc : sync_folder(to, why);
}

/* Copies of what the node has no more: their paths, one a line. */
static size_t
gone(const char *from, const char *to, struct buf *ret, size_t *ret_all)
{
	struct buf AUTO(buf_done) there = { 0 }, a = { 0 };
	struct span names;
	size_t n = 0;

	list(to, &there);
	for (names = buf_span(&there); names.n; ++*ret_all) {
		struct span name = span_cut(&names, '\n');

		buf_clear(&a);
		buf_printf(&a, "%s/" SPAN_FMT, from, SPAN_ARG(name));
		if (access(a.p, F_OK) == 0 || errno != ENOENT)
			continue;
		buf_printf(ret, "%s/" SPAN_FMT "\n", to, SPAN_ARG(name));
		n++;
	}
	return n;
}

static int
let_go(const char *from, const char *to, bool is_whole, bool is_sure, struct buf *why)
{
	struct buf AUTO(buf_done) paths = { 0 };
	struct span rest;
	size_t all = 0, n = gone(from, to, &paths, &all);
	int rc = 0;

	if (!is_sure && ((n == all && n && is_whole) || (n > FEW && n > all / 2))) {
		buf_printf(
			why,
			"%zu of %zu copies in %s are of what %s has no more: nothing "
			"was deleted. Was it restored without them? Name another "
			"folder; or, if it is right, say --let-go",
			n, all, to, from);
		return ERR_STATE;
	}
	for (rest = buf_span(&paths); rc == 0 && rest.n;) {
		struct span one = span_cut(&rest, '\n');
		char AUTO(auto_free) *path = span_dup(one);

		if (unlink(path) < 0 && errno != ENOENT)
			rc = wrong(why, path);
	}
	return rc < 0 || !n ? rc : sync_folder(to, why);
}

/* In a folder that is not marked nothing may stand where copies will. */
static int
check_mark(const char *to, struct span mark, struct buf *why)
{
	struct buf AUTO(buf_done) path = { 0 }, has = { 0 }, names = { 0 }, at = { 0 };

	buf_printf(&path, "%s/" MARK, to);
	if (read_file(path.p, &has) == 0) {
		if (span_is(buf_span(&has), mark))
			return 0;
		buf_printf(why, "%s holds copies of another node", to);
		return ERR_EXISTS;
	}
	for (size_t k = 0; k < ARRAY_LEN(folders); k++) {
		buf_clear(&at);
		buf_printf(&at, "%s/%s", to, folders[k]);
		list(at.p, &names);
	}
	if (names.n) {
		buf_printf(why,
			   "%s holds files that are no copies of this node: name a "
			   "folder of its own",
			   to);
		return ERR_EXISTS;
	}
	if (write_file(path.p, mark) < 0)
		return wrong(why, path.p);
	return 0;
}

static int
take_all(const char *from, const char *to, struct buf *why)
{
	int rc = 0;

	for (size_t k = 0; rc == 0 && k < ARRAY_LEN(folders); k++) {
		struct buf AUTO(buf_done) a = { 0 }, b = { 0 };

		buf_printf(&a, "%s/%s", from, folders[k]);
		buf_printf(&b, "%s/%s", to, folders[k]);
		rc = take_new(a.p, b.p, why);
	}
	return rc < 0 ? rc : sync_folder(to, why);
}

int
backup_more(const char *from, const char *to, struct span mark, bool is_sure,
	    struct buf *why)
{
	int rc;

	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		return wrong(why, to);
	rc = check_mark(to, mark, why);
	if (rc == 0)
		rc = take_all(from, to, why);
	for (size_t k = 0; rc == 0 && k < ARRAY_LEN(folders); k++) {
		struct buf AUTO(buf_done) a = { 0 }, b = { 0 };

		buf_printf(&a, "%s/%s", from, folders[k]);
		buf_printf(&b, "%s/%s", to, folders[k]);
		/* every place at once: no rule of any term does that */
		rc = let_go(a.p, b.p, k == 0, is_sure, why);
	}
	return rc;
}

int
restore_more(const char *from, const char *to, struct buf *why)
{
	return take_all(from, to, why);
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
