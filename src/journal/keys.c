/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file beside the store: one slot per person, incident or device,
 * made ahead in chunks and synced before any event refers to them, so that
 * sealing costs no extra fsync. A slot is the key wrapped by the node's key;
 * erasing is overwriting the slot with zeros. Backups carry this file apart.
 */
#include "journal/journal.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_SLOTS 1024
#define CACHE_SLOTS 512

struct key_file {
	int fd; /* -1: memory only */
	uint8_t wrap[KEY_BYTES];
	int64_t made, made_at_open;
	uint8_t (*memory)[KEY_BYTES]; /* without a folder */
	struct {
		int64_t slot;
		uint8_t key[KEY_BYTES];
	} cache[CACHE_SLOTS];
};

static int
write_all(int fd, struct span s, off_t at)
{
	while (s.n) {
		ssize_t n = pwrite(fd, s.p, s.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return errno == ENOSPC ? ERR_FULL : ERR_IO;
		s = span_skip(s, (size_t)n);
		at += n;
	}
	return 0;
}

static int
make_chunk(struct key_file *k)
{
	struct buf AUTO(buf_done) b = { 0 };
	uint8_t key[KEY_BYTES];

	if (k->fd < 0) {
		k->memory =
			realloc(k->memory, (size_t)(k->made + CHUNK_SLOTS) * KEY_BYTES);
		crypt_random(k->memory[k->made], CHUNK_SLOTS * KEY_BYTES);
		k->made += CHUNK_SLOTS;
		return 0;
	}
	for (int i = 0; i < CHUNK_SLOTS; i++) {
		crypt_random(key, sizeof key);
		crypt_seal(&b, (struct span){ (char *)key, sizeof key }, k->wrap);
	}
	crypt_wipe(key, sizeof key);
	if (write_all(k->fd, buf_span(&b), (off_t)k->made * KEY_SLOT_BYTES) < 0 ||
	    fsync(k->fd) < 0)
		return ERR_IO;
	k->made += CHUNK_SLOTS;
	return 0;
}

/* How many keys there are. A power cut while a chunk is made may leave its size
 * without its bytes: slots at the end whose last bytes are zeros were never
 * referred to and are made again. (A destroyed one there gets another key: what
 * the first one sealed stays closed.) */
static int64_t
count_made(int fd, off_t size)
{
	static const char zero[16];
	int64_t n = size / KEY_SLOT_BYTES;
	char end[sizeof zero];

	while (n > 0 &&
	       pread(fd, end, sizeof end,
		     (off_t)n * KEY_SLOT_BYTES - (off_t)sizeof end) ==
		       (ssize_t)sizeof end &&
	       memcmp(end, zero, sizeof zero) == 0)
		n--;
	return n;
}

int
key_file_open(const char *dir, const uint8_t wrap[KEY_BYTES], struct key_file **ret,
	      struct buf *why)
{
	struct key_file *k = calloc(1, sizeof *k);
	char path[4096];
	struct stat st;

	memcpy(k->wrap, wrap, KEY_BYTES);
	for (int i = 0; i < CACHE_SLOTS; i++)
		k->cache[i].slot = -1;
	k->fd = -1;
	if (strcmp(dir, ":memory:") != 0) {
		snprintf(path, sizeof path, "%s/keys", dir);
		k->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (k->fd < 0 || fstat(k->fd, &st) < 0) {
			buf_printf(why, "%s: %s", path, strerror(errno));
			key_file_close(k);
			return ERR_IO;
		}
		k->made_at_open = st.st_size / KEY_SLOT_BYTES;
		k->made = count_made(k->fd, st.st_size);
	}
	*ret = k;
	return 0;
}

void
key_file_close(struct key_file *k)
{
	if (!k)
		return;
	if (k->fd >= 0)
		close(k->fd);
	crypt_wipe(k->wrap, sizeof k->wrap);
	free(k->memory);
	free(k);
}

static const uint8_t *
find_key(void *ctx, int64_t slot)
{
	struct key_file *k = ctx;
	char raw[KEY_SLOT_BYTES];
	struct buf AUTO(buf_done) plain = { 0 };
	size_t c = (size_t)slot % CACHE_SLOTS;

	if (slot < 0)
		return NULL;
	while (slot >= k->made)
		if (slot >= k->made + 4 * CHUNK_SLOTS || make_chunk(k) < 0)
			return NULL;
	if (k->fd < 0)
		return k->memory[slot];
	if (k->cache[c].slot == slot)
		return k->cache[c].key;
	if (pread(k->fd, raw, sizeof raw, (off_t)slot * KEY_SLOT_BYTES) != sizeof raw ||
	    crypt_unseal(&plain, (struct span){ raw, sizeof raw }, k->wrap) < 0 ||
	    plain.n != KEY_BYTES)
		return NULL;
	k->cache[c].slot = slot;
	memcpy(k->cache[c].key, plain.p, KEY_BYTES);
	return k->cache[c].key;
}

int64_t
key_file_made(const struct key_file *k)
{
	return k->made_at_open;
}

struct seal_keys
key_file_seal(struct key_file *k)
{
	return (struct seal_keys){ find_key, k, NULL };
}

int
key_file_destroy(struct key_file *k, const int64_t *slots, size_t n)
{
	char zero[KEY_SLOT_BYTES] = { 0 };

	for (size_t i = 0; i < n; i++)
		if (slots[i] < 0 || slots[i] >= k->made)
			return ERR_NOT_FOUND;
	for (size_t i = 0; i < n; i++) {
		size_t c = (size_t)slots[i] % CACHE_SLOTS;

		k->cache[c].slot = -1;
		crypt_wipe(k->cache[c].key, KEY_BYTES);
	}
	if (k->fd < 0)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < n; i++)
		if (write_all(k->fd, (struct span){ zero, sizeof zero },
			      (off_t)slots[i] * KEY_SLOT_BYTES) < 0)
			return ERR_IO;
	return fsync(k->fd) < 0 ? ERR_IO : 0;
}

int
node_key_load(const char *dir, bool may_make, uint8_t out[64], struct buf *why)
{
	char path[4096];
	int fd;

	if (strcmp(dir, ":memory:") == 0) {
		crypt_random(out, 64);
		return 0;
	}
	snprintf(path, sizeof path, "%s/node.key", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && may_make) {
		crypt_random(out, 64);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 || write_all(fd, (struct span){ (char *)out, 64 }, 0) < 0 ||
		    fsync(fd) < 0) {
			buf_printf(why, "%s: %s", path, strerror(errno));
			return ERR_IO;
		}
		close(fd);
		return 0;
	}
	if (fd < 0 || read(fd, out, 64) != 64) {
		buf_printf(why, "%s: %s", path, fd < 0 ? strerror(errno) : "too short");
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	close(fd);
	return 0;
}
