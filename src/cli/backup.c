/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak backup and kumak restore: the events and records in one file, the keys
 * that open what is sealed in another, positions and files in a folder. Keys are kept
 * apart, and of them only the newest: who restores an old store with them does not undo
 * an erasure. Of old keys with a newer store those go that the store says were erased.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file of keys: this line, node.key, then the file `keys` as it is. */
#define KEYS_MAGIC "kumak keys 1\n"
#define NODE_KEY_BYTES 64
#define STORE_LEAF "store.db"

struct copy_args {
	const char *file, *keys, *more, *dir;
	struct buf own_keys; /* FILE.keys, when no other was named */
	struct buf own_more; /* FILE.more, the same */
	bool is_sure;        /* many copies may go */
};

static int
usage(const char *verb)
{
	fprintf(stderr,
		"usage: kumak %s FILE [--keys FILE] [--more DIR] [--data DIR]%s\n"
		"       the keys are in FILE.keys unless --keys names another file,\n"
		"       positions and files in FILE.more unless --more names another\n",
		verb, strcmp(verb, "backup") == 0 ? " [--let-go]" : "");
	return 2;
}

static bool
read_args(int argc, char **argv, struct copy_args *a)
{
	a->dir = "kumak-data";
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
			a->dir = argv[++i];
		else if (strcmp(argv[i], "--keys") == 0 && i + 1 < argc)
			a->keys = argv[++i];
		else if (strcmp(argv[i], "--more") == 0 && i + 1 < argc)
			a->more = argv[++i];
		else if (strcmp(argv[i], "--let-go") == 0)
			a->is_sure = true;
		else if (argv[i][0] != '-' && !a->file)
			a->file = argv[i];
		else
			return false;
	}
	if (!a->file)
		return false;
	if (!a->keys) {
		buf_printf(&a->own_keys, "%s.keys", a->file);
		a->keys = a->own_keys.p;
	}
	if (!a->more) {
		buf_printf(&a->own_more, "%s.more", a->file);
		a->more = a->own_more.p;
	}
	return true;
}

static void
args_done(struct copy_args *a)
{
	buf_done(&a->own_keys);
	buf_done(&a->own_more);
}

static int
say(struct buf *why, int rc, const char *fmt, const char *path)
{
	buf_printf(why, fmt, path);
	return rc;
}

/* The head of a whole chain, that it is one, and that every page is as it was written.
 */
static int
verify(const char *dir, struct buf *ret_head, struct buf *why)
{
	struct chain_report r;
	struct store_info info;
	struct store *s;
	int rc = store_open(dir, STORE_READ, &s, &info, why);

	if (rc < 0)
		return rc;
	rc = chain_verify(s, NULL, 0, &r);
	if (rc < 0)
		say(why, rc, "%s", r.bad_seq ? r.why : err_text(rc));
	else /* every page, not only those of events */
		rc = store_check(s, why);
	store_close(s);
	if (rc < 0)
		return rc;
	buf_printf(ret_head, "%llu:", (unsigned long long)r.seq);
	crypt_hex(ret_head, r.hash, sizeof r.hash);
	return 0;
}

/* The name is on disk, too. */
static int
sync_folder_of(const char *path, struct buf *why)
{
	struct buf AUTO(buf_done) dir = { 0 };
	const char *slash = strrchr(path, '/');
	int fd, rc = 0;

	if (slash)
		buf_add(&dir, path, (size_t)(slash - path + 1));
	fd = open(dir.n ? dir.p : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		rc = say(why, ERR_IO, "the folder of %s cannot be written", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* A folder's files and the folder; what others put there stays. */
static void
remove_folder(const char *dir)
{
	static const char *const leaves[] = {
		STORE_LEAF, STORE_LEAF "-wal", STORE_LEAF "-shm", STORE_LEAF "-front",
		"keys",     "node.key",        "lease",           "reserve"
	};
	struct buf AUTO(buf_done) path = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(leaves); i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/%s", dir, leaves[i]);
		unlink(path.p);
	}
	rmdir(dir);
}

/* Copies bytes to a new file, synced; never over another. */
static int
copy_file(const char *from, const char *to, struct buf *why)
{
	static char part[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, rc = 0;
	ssize_t n;

	if (in < 0)
		return say(why, ERR_IO, "%s cannot be read", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		rc = say(why, ERR_IO, "%s cannot be made", to);
	while (rc == 0 && (n = read(in, part, sizeof part)) != 0)
		if (n < 0 || write(out, part, (size_t)n) != n)
			rc = say(why, ERR_IO, "%s cannot be written", to);
	if (rc == 0 && fsync(out) < 0)
		rc = say(why, ERR_IO, "%s cannot be written", to);
	close(in);
	if (out >= 0)
		close(out);
	return rc;
}

/* --- backup ------------------------------------------------------------------- */

/* After the store: a key is on disk before anything that it seals, so these have
 * every key that the copy needs. */
static int
save_keys(const struct copy_args *a, struct buf *why)
{
	struct buf AUTO(buf_done) all = { 0 }, path = { 0 };
	uint8_t node_key[NODE_KEY_BYTES];
	int rc = node_key_load(a->dir, false, node_key, why);

	if (rc < 0)
		return rc;
	buf_add_z(&all, KEYS_MAGIC);
	buf_add(&all, node_key, sizeof node_key);
	crypt_wipe(node_key, sizeof node_key);
	buf_printf(&path, "%s/keys", a->dir);
	rc = read_file(path.p, &all);
	if (rc < 0)
		rc = say(why, rc, "%s cannot be read", path.p);
	else if ((rc = write_file(a->keys, buf_span(&all))) < 0)
		rc = say(why, rc, "%s cannot be written", a->keys);
	else
		rc = sync_folder_of(a->keys, why);
	crypt_wipe(all.p, all.n);
	return rc;
}

/* Whose copies they are: the node's public key, which outlives a restore. */
static int
save_more(const struct copy_args *a, struct buf *why)
{
	struct buf AUTO(buf_done) mark = { 0 };
	uint8_t key[NODE_KEY_BYTES], pub[32], sec[64];
	int rc = node_key_load(a->dir, false, key, why);

	if (rc < 0)
		return rc;
	crypt_sign_seed(key, pub, sec);
	crypt_wipe(key, sizeof key);
	crypt_wipe(sec, sizeof sec);
	buf_add_z(&mark, "copies of the node ");
	crypt_hex(&mark, pub, sizeof pub);
	buf_add_c(&mark, '\n');
	return backup_more(a->dir, a->more, buf_span(&mark), a->is_sure, why);
}

static int
save_store(const struct copy_args *a, const char *aside, struct buf *ret_head,
	   struct buf *why)
{
	struct buf AUTO(buf_done) leaf = { 0 };
	struct store_info info;
	struct store *s;
	int rc = store_open(a->dir, STORE_READ, &s, &info, why);

	if (rc < 0)
		return rc;
	rc = store_backup(s, aside);
	store_close(s);
	if (rc < 0)
		return say(why, rc, "the copy failed: %s", err_text(rc));
	rc = verify(aside, ret_head, why);
	if (rc < 0)
		return rc;
	buf_printf(&leaf, "%s/%s", aside, STORE_LEAF);
	/* link, not rename: it never replaces an older copy */
	if (chmod(leaf.p, 0600) < 0 || link(leaf.p, a->file) < 0)
		return say(why, ERR_IO, "%s cannot be made", a->file);
	return sync_folder_of(a->file, why);
}

static int
backup(const struct copy_args *a, struct buf *ret_head, struct buf *why)
{
	struct buf AUTO(buf_done) aside = { 0 };
	int rc;

	if (access(a->file, F_OK) == 0)
		return say(why, ERR_EXISTS, "%s exists already", a->file);
	buf_printf(&aside, "%s.part", a->file);
	if (mkdir(aside.p, 0700) < 0)
		return say(why, ERR_IO, "%s cannot be made", aside.p);
	rc = save_store(a, aside.p, ret_head, why);
	remove_folder(aside.p);
	if (rc == 0)
		rc = save_keys(a, why);
	if (rc == 0)
		rc = save_more(a, why);
	return rc;
}

int
cli_backup(int argc, char **argv)
{
	struct buf AUTO(buf_done) why = { 0 }, head = { 0 };
	struct copy_args a = { 0 };
	int rc;

	if (!read_args(argc, argv, &a)) {
		args_done(&a);
		return usage("backup");
	}
	rc = backup(&a, &head, &why);
	if (rc < 0)
		fprintf(stderr, "kumak backup: %s\n", why.n ? why.p : err_text(rc));
	else
		printf("%s\n", head.p);
	args_done(&a);
	return rc < 0;
}

/* --- restore ------------------------------------------------------------------ */

static bool
is_empty_or_new(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool is_empty = true;

	if (!d)
		return errno == ENOENT;
	while ((e = readdir(d)))
		is_empty &= strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	closedir(d);
	return is_empty;
}

static bool
on_node(void *ctx, const struct store_record *r)
{
	json_t AUTO(auto_json) *o = json_read(r->body, NULL);

	buf_add_span(ctx, json_str(o, "head_key"));
	return false;
}

/* With another node's key every name would be empty, and nothing would say so. */
int
cli_check_key(const char *dir, const uint8_t key[NODE_KEY_BYTES], struct buf *why)
{
	struct buf AUTO(buf_done) want = { 0 }, have = { 0 };
	struct store_query q = { .noun = noun_node.letter, .column = -1, .limit = 1 };
	uint8_t pub[32], sec[64];
	struct store_info info;
	struct store *s;
	int rc = store_open(dir, STORE_READ, &s, &info, why);

	if (rc < 0)
		return rc;
	rc = store_find(s, &q, on_node, &want);
	store_close(s);
	crypt_sign_seed(key, pub, sec);
	crypt_wipe(sec, sizeof sec);
	crypt_hex(&have, pub, sizeof pub);
	if (rc == 0 && want.n && !span_is(buf_span(&want), buf_span(&have)))
		return say(why, ERR_CORRUPT, "%s", "the keys are of another node");
	return rc;
}

struct closing {
	char *keys; /* slots, one after another */
	size_t n_slots;
	int64_t used;
};

static bool
on_used(void *ctx, const struct store_record *r)
{
	json_t AUTO(auto_json) *o = json_read(r->body, NULL);

	((struct closing *)ctx)->used =
		json_integer_value(json_object_get(o, "key_slots_used"));
	return false;
}

/* The rest of what was destroyed is what the keys say; this is what the store says. */
static bool
on_erased(void *ctx, const struct store_record *r)
{
	struct closing *c = ctx;
	json_t AUTO(auto_json) *o = NULL;
	const json_t *slot;

	if (!memmem(r->body.p, r->body.n, "\"erased_at\"", 11))
		return true;
	o = json_read(r->body, NULL);
	slot = json_object_get(o, "key_slot");
	if (json_object_get(o, "erased_at") && json_is_integer(slot) &&
	    json_integer_value(slot) >= 0 &&
	    json_integer_value(slot) < (int64_t)c->n_slots)
		memset(c->keys + json_integer_value(slot) * KEY_SLOT_BYTES, 0,
		       KEY_SLOT_BYTES);
	return true;
}

/* Keys that the restored store says were destroyed are so in these, too. */
static int
close_erased(const char *dir, char *keys, size_t n, struct buf *why)
{
	const char erased[] = { noun_incident.letter, noun_person.letter,
				noun_post.letter, noun_file.letter };
	struct closing c = { .keys = keys, .n_slots = n / KEY_SLOT_BYTES };
	struct store_query q = { .noun = noun_node.letter, .column = -1, .limit = 1 };
	struct store_info info;
	struct store *s;
	int rc = store_open(dir, STORE_READ, &s, &info, why);

	if (rc < 0)
		return rc;
	rc = store_find(s, &q, on_used, &c);
	if (rc == 0 && c.used > (int64_t)c.n_slots) {
		buf_printf(why,
			   "the keys are older than the copy: %lld of its keys are not "
			   "in them; take the newest",
			   (long long)(c.used - (int64_t)c.n_slots));
		rc = ERR_CORRUPT;
	}
	q.limit = SIZE_MAX >> 1;
	for (size_t k = 0; rc == 0 && k < sizeof erased; k++) {
		q.noun = erased[k];
		rc = store_find(s, &q, on_erased, &c);
	}
	store_close(s);
	return rc;
}

static int
put_keys(const struct copy_args *a, struct buf *why)
{
	struct buf AUTO(buf_done) all = { 0 }, path = { 0 };
	size_t head = strlen(KEYS_MAGIC);
	struct span rest;
	int rc = read_file(a->keys, &all);

	if (rc < 0)
		return say(why, rc, "%s cannot be read", a->keys);
	if (all.n < head + NODE_KEY_BYTES || memcmp(all.p, KEYS_MAGIC, head) != 0)
		return say(why, ERR_CORRUPT, "%s holds no keys", a->keys);
	rest = span_skip(buf_span(&all), head);
	rc = cli_check_key(a->dir, (const uint8_t *)rest.p, why);
	if (rc == 0)
		rc = close_erased(a->dir, all.p + head + NODE_KEY_BYTES,
				  rest.n - NODE_KEY_BYTES, why);
	if (rc == 0) {
		buf_printf(&path, "%s/node.key", a->dir);
		rc = write_file(path.p, (struct span){ rest.p, NODE_KEY_BYTES });
	}
	if (rc == 0) {
		buf_clear(&path);
		buf_printf(&path, "%s/keys", a->dir);
		rc = write_file(path.p, span_skip(rest, NODE_KEY_BYTES));
	}
	if (rc == 0)
		rc = sync_folder_of(path.p, why);
	crypt_wipe(all.p, all.n);
	if (rc < 0 && !why->n)
		return say(why, rc, "%s cannot be written", path.p);
	return rc;
}

/* Opens it as the node will, and makes the index of words, of which a copy has none. Of
 * what was erased there are no words left. */
static int
open_once(const char *dir, struct buf *why)
{
	struct maker m;
	int rc = maker_open(&m, dir, why);

	if (rc < 0)
		return rc;
	rc = journal_index(m.journal);
	maker_close(&m);
	return rc < 0 ? say(why, rc, "the index of words cannot be made: %s",
			    err_text(rc))
		      : 0;
}

static int
restore(const struct copy_args *a, struct buf *ret_head, struct buf *why)
{
	struct buf AUTO(buf_done) leaf = { 0 };
	int rc;

	if (!is_empty_or_new(a->dir))
		return say(why, ERR_EXISTS, "%s is not empty", a->dir);
	if (mkdir(a->dir, 0700) < 0 && errno != EEXIST)
		return say(why, ERR_IO, "%s cannot be made", a->dir);
	buf_printf(&leaf, "%s/%s", a->dir, STORE_LEAF);
	rc = copy_file(a->file, leaf.p, why);
	if (rc == 0)
		rc = verify(a->dir, ret_head, why);
	if (rc == 0)
		rc = put_keys(a, why);
	if (rc == 0)
		rc = open_once(a->dir, why);
	if (rc == 0 && access(a->more, F_OK) == 0)
		rc = restore_more(a->more, a->dir, why);
	else if (rc == 0)
		fprintf(stderr,
			"kumak restore: there is no %s: restored without positions and "
			"files\n",
			a->more);
	if (rc < 0) {
		backup_more_remove(a->dir);
		remove_folder(a->dir); /* nothing half: the folder was empty */
	}
	return rc;
}

int
cli_restore(int argc, char **argv)
{
	struct buf AUTO(buf_done) why = { 0 }, head = { 0 };
	struct copy_args a = { 0 };
	int rc;

	if (!read_args(argc, argv, &a)) {
		args_done(&a);
		return usage("restore");
	}
	rc = restore(&a, &head, &why);
	if (rc < 0)
		fprintf(stderr, "kumak restore: %s\n", why.n ? why.p : err_text(rc));
	else
		printf("%s\n", head.p);
	args_done(&a);
	return rc < 0;
}
