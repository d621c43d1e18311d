/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files on disk: DIR/files/HASH, sealed piece by piece under a key of each file, and
 * named by the hash of what lies there. Written whole and synced before anyone hears
 * of it; equal files are not one, so that nobody learns that another has it too.
 */
#include "talk/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "talk/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (64 * 1024)
#define MARK 5 /* before each piece: its number, and whether it is the last */

int
files_open(struct talk *t, const char *dir)
{
	struct buf b = { 0 };

	if (!dir || strcmp(dir, ":memory:") == 0)
		return 0;
	buf_printf(&b, "%s/files", dir);
	t->files_dir = buf_take(&b, NULL);
	if (mkdir(t->files_dir, 0700) == 0 || errno == EEXIST)
		return 0;
	log_error("talk", "no_files", "dir=%s why=%s", t->files_dir, strerror(errno));
	return ERR_IO;
}

void
files_remove(struct talk *t, const char *stored)
{
	struct buf AUTO(buf_done) path = { 0 };

	if (!t->files_dir || !stored)
		return;
	buf_printf(&path, "%s/%s", t->files_dir, stored);
	if (unlink(path.p) < 0 && errno != ENOENT)
		log_error("talk", "file_stays", "path=%s why=%s", path.p,
			  strerror(errno));
}

/* --- keeping -------------------------------------------------------------------- */

struct keeping {
	char *dir;
	struct span name, content;
	struct talk_kept kept;
	void (*done)(void *ctx, const struct talk_kept *kept);
	void *ctx;
};

static void
hex_hash(char out[2 * HASH_BYTES + 1], struct span s)
{
	struct buf AUTO(buf_done) hex = { 0 };
	uint8_t h[HASH_BYTES];

	crypt_hash(h, s, NULL);
	crypt_hex(&hex, h, sizeof h);
	memcpy(out, hex.p, hex.n + 1);
}

static void
seal_pieces(struct buf *out, struct span content, const uint8_t key[KEY_BYTES])
{
	struct buf AUTO(buf_done) plain = { 0 };

	for (uint32_t n = 0; content.n; n++) {
		size_t part = content.n < PIECE ? content.n : PIECE;
		uint8_t mark[MARK] = { (uint8_t)n, (uint8_t)(n >> 8),
				       (uint8_t)(n >> 16), (uint8_t)(n >> 24),
				       part == content.n };

		buf_clear(&plain);
		buf_add(&plain, mark, sizeof mark);
		buf_add(&plain, content.p, part);
		crypt_seal(out, buf_span(&plain), key);
		content = span_skip(content, part);
	}
	if (plain.p)
		crypt_wipe(plain.p, plain.cap);
}

static int
write_synced(const char *path, struct span s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;

	if (fd < 0)
		return ERR_IO;
	while (s.n && rc == 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			rc = errno == ENOSPC ? ERR_FULL : ERR_IO;
		else
			s = span_skip(s, (size_t)n);
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = ERR_IO;
	close(fd);
	if (rc < 0)
		unlink(path);
	return rc;
}

static int
sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) < 0 ? ERR_IO : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* In the pool. */
static void
keep(void *ctx)
{
	struct keeping *k = ctx;
	struct buf AUTO(buf_done) sealed = { 0 }, part = { 0 }, path = { 0 },
				  hex = { 0 };
	uint8_t key[KEY_BYTES];
	struct scan s;

	file_scan(k->name, k->content, &s);
	k->kept.media = s.media;
	k->kept.code = s.code;
	k->kept.detail = s.detail;
	if (s.code)
		return;
	crypt_random(key, sizeof key);
	crypt_hex(&hex, key, sizeof key);
	memcpy(k->kept.key, hex.p, hex.n + 1);
	hex_hash(k->kept.hash, k->content);
	seal_pieces(&sealed, k->content, key);
	crypt_wipe(key, sizeof key);
	hex_hash(k->kept.stored, buf_span(&sealed));
	buf_printf(&path, "%s/%s", k->dir, k->kept.stored);
	buf_printf(&part, "%s.part", path.p);
	k->kept.rc = write_synced(part.p, buf_span(&sealed));
	if (k->kept.rc == 0 && rename(part.p, path.p) < 0)
		k->kept.rc = ERR_IO;
	if (k->kept.rc == 0)
		k->kept.rc = sync_dir(k->dir);
}

static void
kept(void *ctx)
{
	struct keeping *k = ctx;

	k->done(k->ctx, &k->kept);
	crypt_wipe(&k->kept, sizeof k->kept);
	free(k->dir);
	free(k);
}

void
talk_keep(struct talk *t, struct span name, struct span content,
	  void (*done)(void *ctx, const struct talk_kept *kept), void *ctx)
{
	struct keeping *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	k->name = name;
	k->content = content;
	k->done = done;
	k->ctx = ctx;
	if (!t->files_dir) {
		k->kept.rc = ERR_UNSUPPORTED;
		kept(k);
		return;
	}
	k->dir = span_dup(span_of(t->files_dir));
	net_work(t->net, keep, kept, k);
}

void
talk_forget(struct talk *t, const char *stored)
{
	files_remove(t, stored);
}

/* --- reading -------------------------------------------------------------------- */

struct talk_file {
	int fd;
	uint8_t key[KEY_BYTES];
	uint32_t next;
	bool is_over;
	struct buf box, plain;
};

int
talk_file_open(struct talk *t, const struct file *f, struct talk_file **ret)
{
	struct buf AUTO(buf_done) path = { 0 };
	struct talk_file *r;

	if (!t->files_dir || !f->stored || !f->content_key)
		return ERR_NOT_FOUND;
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	buf_printf(&path, "%s/%s", t->files_dir, f->stored);
	r->fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 || !crypt_unhex(span_of(f->content_key), r->key, KEY_BYTES)) {
		talk_file_close(r);
		return ERR_IO;
	}
	/* the kernel reads ahead: the loop's own read seldom waits for the disk */
	posix_fadvise(r->fd, 0, 0, POSIX_FADV_WILLNEED);
	*ret = r;
	return 0;
}

/* The next piece into r->plain; each must be the one whose turn it is. */
static int
next_piece(struct talk_file *r)
{
	size_t most = SEAL_OVERHEAD + MARK + PIECE;
	const uint8_t *m;
	ssize_t n;

	buf_clear(&r->box);
	buf_reserve(&r->box, most);
	do
		n = pread(r->fd, r->box.p, most, (off_t)r->next * (off_t)most);
	while (n < 0 && errno == EINTR);
	buf_clear(&r->plain);
	if (n <= 0 || r->is_over ||
	    crypt_unseal(&r->plain, (struct span){ r->box.p, (size_t)n }, r->key) < 0 ||
	    r->plain.n <= MARK)
		return ERR_CORRUPT;
	m = (const uint8_t *)r->plain.p;
	if ((m[0] | (uint32_t)m[1] << 8 | (uint32_t)m[2] << 16 |
	     (uint32_t)m[3] << 24) != r->next)
		return ERR_CORRUPT;
	r->is_over = m[4];
	r->next++;
	buf_eat(&r->plain, MARK);
	return 0;
}

int
talk_file_read(struct talk_file *r, struct buf *out, size_t max)
{
	if (!r->plain.n && next_piece(r) < 0)
		return ERR_CORRUPT;
	if (max > r->plain.n)
		max = r->plain.n;
	buf_add(out, r->plain.p, max);
	buf_eat(&r->plain, max);
	return 0;
}

void
talk_file_close(struct talk_file *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	crypt_wipe(r->key, sizeof r->key);
	buf_done(&r->box);
	buf_done(&r->plain);
	free(r);
}

size_t
talk_file_max(const struct talk *t)
{
	return t->files_dir ? (size_t)t->cfg.file_max : 0;
}
