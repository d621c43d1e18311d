/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front log: what it promised is there after a kill, for the next writer and
 * for one who only reads; damage in it is told; another store's is refused.
 */
#include "store_help.h"

#include "base/auto.h"

#define KEPT 5 /* batches that the database never got */
#define EACH 3
#define LAST ((uint64_t)KEPT * EACH)

static struct store *
open_as(struct ram *ram, enum store_mode mode, const struct store_tuning *tuning,
	struct store_info *info)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct store *s;

	if (store_open_on(ram_disk(ram_ref(ram)), mode, tuning, &s, info, &why) != 0)
		fail_msg("%s", why.p);
	return s;
}

/* The database gets nothing until it is asked. */
static struct store_tuning
lazy(void)
{
	struct store_tuning t = small;

	t.fill_at = 1 << 30;
	return t;
}

/* Ends without a word to the database, as kill -9 does. */
static void
kill_store(struct store *s, struct ram *ram)
{
	ram_plan(ram, &(struct ram_plan){ .is_tracking = true, .cut_at = 1 });
	store_close(s);
	ram_power_on(ram, RAM_DROP, 1);
}

static struct ram *
killed(uint8_t head[HASH_BYTES])
{
	struct store_tuning t = lazy();
	struct store_info info;
	struct ram *ram = ram_new();
	struct store *s;

	ram_plan(ram, &(struct ram_plan){ .is_tracking = true });
	s = open_as(ram, STORE_WRITE, &t, &info);
	memset(head, 0, HASH_BYTES);
	for (uint64_t i = 0; i < KEPT; i++)
		assert_int_equal(batch_put(s, i * EACH, EACH, head), 0);
	assert_int_equal(s->last_seq, 0);
	kill_store(s, ram);
	return ram;
}

static void
assert_whole(struct store *s, const struct store_info *info, uint64_t last,
	     const uint8_t head[HASH_BYTES])
{
	struct walk w;

	assert_int_equal(info->last_seq, last);
	assert_memory_equal(info->last_hash, head, HASH_BYTES);
	assert_int_equal(walk(s, &w), 0);
	assert_int_equal(w.last, last);
}

static void
test_next_writer(void **state)
{
	uint8_t head[HASH_BYTES];
	struct ram *ram = killed(head);
	struct store_tuning t = lazy();
	struct store_info info;
	struct store *s = open_as(ram, STORE_WRITE, &t, &info);

	(void)state;
	assert_whole(s, &info, LAST, head);
	assert_true(has_record(s, 'i', 1, 12));
	assert_true(has_record(s, 'i', 2, LAST));
	assert_true(has_record(s, 'c', LAST, 0));
	assert_int_equal(batch_put(s, LAST, EACH, head), 0);
	kill_store(s, ram); /* and again: behind it stand rests of the first round */
	s = open_as(ram, STORE_WRITE, &t, &info);
	assert_whole(s, &info, LAST + EACH, head);
	store_close(s);
	ram_unref(ram);
}

static bool
add_one(void *ctx, const struct store_event *e)
{
	uint64_t *sum = ctx;

	*sum = *sum * 100 + e->seq;
	return true;
}

static void
test_reader(void **state)
{
	uint8_t head[HASH_BYTES];
	struct ram *ram = killed(head);
	struct store_info info;
	struct store *s = open_as(ram, STORE_READ, &small, &info);
	uint64_t seen = 0;

	(void)state;
	assert_whole(s, &info, LAST, head);
	assert_int_equal(store_events(s, 12, 0, 2, add_one, &seen), 0);
	assert_int_equal(seen, 1314);
	seen = 0; /* of one incident only */
	assert_int_equal(store_events(s, 0, 2, 100, add_one, &seen), 0);
	assert_int_equal(seen, 1314);
	store_close(s);
	ram_unref(ram);
}

static void
test_copy_of_a_killed_one(void **state)
{
	uint8_t head[HASH_BYTES];
	struct ram *ram = killed(head);
	char path[64] = "/tmp/kumak-copy-XXXXXX";
	struct buf AUTO(buf_done) why = { 0 }, wal = { 0 };
	struct store_info info;
	struct store *s = open_as(ram, STORE_READ, &small, &info), *copy;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(store_backup(s, path), 0);
	buf_printf(&wal, "%s/store.db-wal", path); /* one file is enough */
	(void)unlink(wal.p);
	store_close(s);
	assert_int_equal(store_open(path, STORE_WRITE, &copy, &info, &why), 0);
	assert_whole(copy, &info, LAST, head);
	assert_true(has_record(copy, 'i', 2, LAST));
	assert_int_equal(store_check(copy, &why), 0);
	store_close(copy);
	folder_remove(path);
	ram_unref(ram);
}

/* 0: opened, and whole up to *ret_last; else the refusal, told in words. */
static int
judge(struct ram *ram, const char *word, uint64_t *ret_last)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct store_info info;
	struct store *s;
	struct walk w;
	int rc = store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s, &info,
			       &why);

	if (rc != 0) {
		if (!strstr(why.p, "store.db-front") || !strstr(why.p, word))
			fail_msg("no \"%s\" in: %s", word, why.p);
		return rc;
	}
	assert_int_equal(walk(s, &w), 0);
	assert_int_equal(w.last, info.last_seq);
	*ret_last = w.last;
	store_close(s);
	return 0;
}

/* Each byte in turn: told, or harmless, or the very last batch looks torn. */
static void
test_flips(void **state)
{
	uint8_t head[HASH_BYTES];
	struct ram *ram = killed(head);
	size_t size, n_told = 0, n_torn = 0, n_safe = 0, used;
	char *p = ram_bytes(ram, "store.db-front", &size);

	(void)state;
	for (used = size; !p[used - 1];)
		used--;
	for (size_t at = 0; at < used; at++) {
		struct ram *copy = ram_clone(ram);
		uint64_t last = 0;

		ram_bytes(copy, "store.db-front", &size)[at] ^= 0x10;
		if (judge(copy, "", &last) != 0)
			n_told++;
		else if (last == LAST)
			n_safe++;
		else if (last == LAST - EACH)
			n_torn++;
		else
			fail_msg("byte %zu: %llu events", at, (unsigned long long)last);
		ram_unref(copy);
	}
	print_message("%zu told, %zu harmless, %zu in the last batch\n", n_told, n_safe,
		      n_torn);
	assert_true(n_told > n_torn * 2);
	assert_true(n_safe < 512); /* of the first sector, behind the head */
	ram_unref(ram);
}

static void
copy_leaf(struct ram *to, struct ram *from, const char *leaf)
{
	size_t n, m;
	char *p = ram_bytes(from, leaf, &n), *q = ram_bytes(to, leaf, &m);

	assert_true(m >= n);
	memset(q, 0, m);
	memcpy(q, p, n);
}

/* The log of one store beside the database of another, or of its own past. */
static void
test_foreign(void **state)
{
	uint8_t head[HASH_BYTES], other[HASH_BYTES] = { 7 };
	struct ram *young = killed(head), *ram = ram_clone(young), *old;
	struct store_tuning t = lazy();
	struct store_info info;
	struct store *s = open_as(ram, STORE_WRITE, &t, &info);
	uint64_t last;

	(void)state;
	assert_int_equal(batch_put(s, LAST, EACH, head), 0);
	kill_store(s, ram);
	copy_leaf(young, ram, "store.db-front"); /* its own past */
	assert_int_equal(judge(young, "older than its log", &last), ERR_CORRUPT);

	old = ram_new(); /* as many events, but others */
	ram_plan(old, &(struct ram_plan){ .is_tracking = true });
	s = open_as(old, STORE_WRITE, &small, &info);
	for (uint64_t i = 0; i < KEPT; i++)
		assert_int_equal(batch_put(s, i * EACH, EACH, other), 0);
	store_close(s);
	copy_leaf(old, ram, "store.db-front");
	assert_int_equal(judge(old, "another store", &last), ERR_CORRUPT);
	ram_unref(old);
	ram_unref(young);
	ram_unref(ram);
}

/* A head that names no epoch is damage, not a new file. */
static void
test_bad_head(void **state)
{
	uint8_t head[HASH_BYTES];
	struct ram *ram = killed(head);
	size_t n;
	uint64_t last;

	(void)state;
	memset(ram_bytes(ram, "store.db-front", &n), 'x', 100);
	assert_int_equal(judge(ram, "damaged", &last), ERR_CORRUPT);
	memset(ram_bytes(ram, "store.db-front", &n), 0, 512); /* a new file's: none */
	assert_int_equal(judge(ram, "", &last), 0);
	assert_int_equal(last, LAST);
	ram_unref(ram);
}

/* Many rounds, some batches too large for it, and nothing of an old one returns. */
static void
test_rounds(void **state)
{
	struct store_tuning t = lazy();
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct ram *ram = ram_new();
	struct store *s;
	uint64_t last = 0;

	(void)state;
	t.front_bytes = 24 << 10;
	ram_plan(ram, &(struct ram_plan){ .is_tracking = true });
	s = open_as(ram, STORE_WRITE, &t, &info);
	for (int i = 0; i < 400; i++) {
		size_t n = i % 41 == 40 ? BATCH_MAX : 1 + (size_t)i % 4;

		assert_int_equal(batch_put(s, last, n, head), 0);
		last += n;
		if (i % 23 == 22) {
			kill_store(s, ram);
			ram_plan(ram, &(struct ram_plan){ .is_tracking = true });
			s = open_as(ram, STORE_WRITE, &t, &info);
			assert_int_equal(info.last_seq, last);
		}
	}
	kill_store(s, ram);
	s = open_as(ram, STORE_WRITE, &t, &info);
	assert_whole(s, &info, last, head);
	store_close(s);
	ram_unref(ram);
}

/* A read of what did not change waits for no disk; one of what did sees it. */
static void
test_who_waits(void **state)
{
	struct store_tuning t = lazy();
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct buf AUTO(buf_done) body = { 0 };
	struct ram *ram = ram_new();
	struct store *s = open_as(ram, STORE_WRITE, &t, &info);
	uint64_t seen = 0;

	(void)state;
	assert_int_equal(batch_put(s, 0, 3, head), 0);
	assert_int_equal(store_get(s, 'u', 1, &body, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->last_seq, 0);
	assert_true(has_record(s, 'c', 2, 0));
	assert_int_equal(s->last_seq, 3);
	assert_int_equal(batch_put(s, 3, 1, head), 0);
	assert_int_equal(store_events(s, 3, 0, 9, add_one, &seen), 0);
	assert_int_equal(seen, 4);
	store_close(s);
	ram_unref(ram);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_writer),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_copy_of_a_killed_one),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_bad_head),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_who_waits),
	};

	if (crypt_start() != 0)
		return 1;
	log_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
