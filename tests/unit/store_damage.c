/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bit rot and foreign hands: flipped bytes and lost sectors of the database
 * and of its log are told, never served; a log that another program has moved
 * to the file is not damage.
 */
#include "store_help.h"

#include "base/auto.h"

#include <sys/stat.h>

#define BATCHES 40
#define EACH 8
#define LAST ((uint64_t)BATCHES * EACH)

static void
empty_log(struct ram *ram)
{
	size_t size;
	char *p = ram_bytes(ram, "store.db-wal", &size);

	memset(p, 0, size);
}

/* A closed disk: all moved to the file, or all still in the log. */
static struct ram *
filled(bool is_moved)
{
	struct ram *ram = ram_new();
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	struct store *s;

	assert_int_equal(store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s,
				       &info, &why),
			 0);
	for (uint64_t i = 0; i < BATCHES; i++)
		assert_int_equal(batch_put(s, i * EACH, EACH, head), 0);
	assert_int_equal(fill_drain(s), 0);
	if (is_moved)
		assert_int_equal(care_turn(s), 0);
	store_close(s);
	buf_done(&why);
	/* What is moved still stands in the log, and the log would mend the file. */
	if (is_moved)
		empty_log(ram);
	return ram;
}

struct verdict {
	bool is_refused; /* at open, or by the check */
	bool is_served;  /* opened, and the chain read to its end is whole */
	uint64_t last;
};

static struct verdict
judge(struct ram *ram)
{
	struct verdict v = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	struct store *s = NULL;
	struct walk w;

	if (store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s, &info,
			  &why) != 0) {
		assert_true(why.n > 0);
		v.is_refused = true;
	} else {
		v.is_served = walk(s, &w) == 0;
		v.last = w.last;
		v.is_refused = store_check(s, &why) != 0;
		assert_true(v.is_refused == (why.n > 0));
		store_close(s);
	}
	buf_done(&why);
	return v;
}

static struct verdict
judge_flip(const struct ram *ram, const char *leaf, size_t at, size_t n, int flip)
{
	struct ram *copy = ram_clone((struct ram *)ram);
	struct verdict v;
	size_t size;
	char *p = ram_bytes(copy, leaf, &size);

	assert_true(p && at + n <= size);
	for (size_t i = at; i < at + n; i++)
		p[i] = flip ? (char)(p[i] ^ flip) : 0;
	v = judge(copy);
	ram_unref(copy);
	return v;
}

static bool
is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Any byte of any page of the file. */
static void
test_flips_in_file(void **state)
{
	struct ram *ram = filled(true);
	size_t size, n_told = 0, n = 0;
	char *p = ram_bytes(ram, "store.db", &size);

	(void)state;
	for (size_t at = 0; at < size; at += at < 128 ? 1 : 1021, n++) {
		struct verdict v =
			judge_flip(ram, "store.db", at, 1, 1 << (at / 7) % 8);

		/* A page of zeros holds nothing, and is nobody's. */
		if (!is_zero(p + at / VFS_PAGE * VFS_PAGE, VFS_PAGE) && !v.is_refused)
			fail_msg("byte %zu of %zu: not told", at, size);
		n_told += v.is_refused;
	}
	print_message("%zu of %zu flips told\n", n_told, n);
	ram_unref(ram);
}

/* Whole sectors come back as zeros. */
static void
test_lost_sectors(void **state)
{
	struct ram *ram = filled(true);
	size_t size;
	char *p = ram_bytes(ram, "store.db", &size);

	(void)state;
	for (size_t at = 0; at + 512 <= size; at += 512 * 5) {
		struct verdict v;

		if (is_zero(p + at, 512))
			continue;
		v = judge_flip(ram, "store.db", at, 512, 0);
		if (!v.is_refused)
			fail_msg("sector at %zu: not told", at);
	}
	ram_unref(ram);
}

/* In the log: refused, or harmless, or in the very last commit, which cannot
 * be told from one that the power cut. */
static void
test_flips_in_log(void **state)
{
	struct ram *ram = filled(false);
	size_t size, n_refused = 0, n_harmless = 0, n_last = 0;

	(void)state;
	assert_non_null(ram_bytes(ram, "store.db-wal", &size));
	for (size_t at = 0; at < size; at += at < 64 ? 1 : 2039) {
		struct verdict v =
			judge_flip(ram, "store.db-wal", at, 1, 1 << (at / 7) % 8);

		if (v.is_refused) {
			n_refused++;
			continue;
		}
		if (!v.is_served || v.last < LAST - EACH)
			fail_msg("byte %zu: %llu of %llu served", at,
				 (unsigned long long)v.last, (unsigned long long)LAST);
		if (v.last == LAST)
			n_harmless++;
		else
			n_last++;
	}
	print_message("%zu refused, %zu harmless, %zu in the last commit\n", n_refused,
		      n_harmless, n_last);
	assert_true(n_refused > n_last);
	ram_unref(ram);
}

/* --- on a real folder, with SQLite as others have it */

struct fixture {
	char dir[64], db[80];
	struct store *s;
	struct store_info info;
	uint8_t head[HASH_BYTES];
};

static int
reopen(struct fixture *f, struct buf *why)
{
	store_close(f->s);
	f->s = NULL;
	return store_open(f->dir, STORE_WRITE, &f->s, &f->info, why);
}

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct buf why = { 0 };

	strcpy(f->dir, "/tmp/kumak-damage-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->db, sizeof f->db, "%s/store.db", f->dir);
	assert_int_equal(reopen(f, &why), 0);
	for (uint64_t i = 0; i < BATCHES; i++)
		assert_int_equal(batch_put(f->s, i * EACH, EACH, f->head), 0);
	buf_done(&why);
	*state = f;
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	folder_remove(f->dir);
	free(f);
	return 0;
}

static void
foreign(const char *db, const char *sql)
{
	sqlite3 *other;

	assert_int_equal(sqlite3_open_v2(db, &other, SQLITE_OPEN_READWRITE, "unix"), 0);
	assert_int_equal(sqlite3_exec(other, sql, NULL, NULL, NULL), 0);
	sqlite3_close(other);
}

/* Somebody looks with the sqlite3 program while the server is down: it moves
 * the log to the file and removes it. */
static void
test_foreign_look(void **state)
{
	struct fixture *f = *state;
	struct buf why = { 0 }, wal = { 0 };
	struct walk w;
	struct stat st;

	store_close(f->s);
	f->s = NULL;
	foreign(f->db, "SELECT count(*) FROM events");
	buf_printf(&wal, "%s-wal", f->db);
	assert_int_not_equal(stat(wal.p, &st), 0);
	if (reopen(f, &why) != 0)
		fail_msg("%s", why.p);
	assert_int_equal(f->info.last_seq, LAST);
	assert_int_equal(walk(f->s, &w), 0);
	assert_int_equal(w.last, LAST);
	if (store_check(f->s, &why) != 0)
		fail_msg("%s", why.p);
	assert_int_equal(batch_put(f->s, LAST, 3, f->head), 0);
	/* and now a page without its checksum is damage again */
	assert_false(f->s->vfs.is_adopting);
	buf_done(&why);
	buf_done(&wal);
}

/* Somebody changes a row: the page's checksum is stale. */
static void
test_foreign_hand(void **state)
{
	struct fixture *f = *state;
	struct buf why = { 0 };
	bool is_told;

	assert_int_equal(fill_drain(f->s), 0);
	assert_int_equal(care_turn(f->s), 0);
	assert_int_equal(batch_put(f->s, LAST, 3, f->head), 0); /* a new log */
	store_close(f->s);
	f->s = NULL;
	foreign(f->db, "UPDATE events SET at = 5 WHERE seq = 100");
	is_told = reopen(f, &why) != 0 || store_check(f->s, &why) != 0;
	assert_true(is_told);
	assert_true(why.n > 0);
	buf_done(&why);
}

static void
test_not_a_store(void **state)
{
	struct fixture *f = *state;
	struct buf why = { 0 };
	FILE *file;

	store_close(f->s);
	f->s = NULL;
	folder_remove(f->dir);
	assert_int_equal(mkdir(f->dir, 0700), 0);
	file = fopen(f->db, "w");
	fputs("this is no database, and it is longer than its header would be: "
	      "one hundred bytes at the least, which this now is",
	      file);
	fclose(file);
	assert_int_equal(reopen(f, &why), ERR_CORRUPT);
	unlink(f->db);
	buf_clear(&why);
	sqlite3 *other;
	assert_int_equal(sqlite3_open(f->db, &other), 0);
	sqlite3_exec(other, "CREATE TABLE theirs(a)", NULL, NULL, NULL);
	sqlite3_close(other);
	assert_int_equal(reopen(f, &why), ERR_CORRUPT);
	assert_int_equal(
		store_open("/nowhere/at/all", STORE_WRITE, &f->s, &f->info, &why),
		ERR_IO);
	buf_done(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flips_in_file),
		cmocka_unit_test(test_lost_sectors),
		cmocka_unit_test(test_flips_in_log),
		cmocka_unit_test_setup_teardown(test_foreign_look, begin, end),
		cmocka_unit_test_setup_teardown(test_foreign_hand, begin, end),
		cmocka_unit_test_setup_teardown(test_not_a_store, begin, end),
	};

	if (crypt_start() != 0)
		return 1;
	log_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
