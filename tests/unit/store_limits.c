/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One writer ever, a full disk, no memory, a killed process: what the store
 * does at its limits.
 */
#include "store_help.h"

#include "base/auto.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct fixture {
	char dir[64];
	struct store *s;
	struct store_info info;
	uint8_t head[HASH_BYTES];
	struct buf why;
};

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/kumak-limits-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(store_open(f->dir, STORE_WRITE, &f->s, &f->info, &f->why), 0);
	*state = f;
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	folder_remove(f->dir);
	buf_done(&f->why);
	free(f);
	return 0;
}

/* --- the lease */

static void
test_second_writer(void **state)
{
	struct fixture *f = *state;
	struct store *other = NULL;
	struct store_info info;
	char pid[32];

	assert_int_equal(store_open(f->dir, STORE_WRITE, &other, &info, &f->why),
			 ERR_BUSY);
	assert_null(other);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_non_null(strstr(f->why.p, pid));
	assert_int_equal(batch_put(f->s, 0, 3, f->head), 0);
	store_close(f->s);
	assert_int_equal(store_open(f->dir, STORE_WRITE, &f->s, &info, &f->why), 0);
	assert_int_equal(info.epoch, f->info.epoch + 1);
	assert_int_equal(info.last_seq, 3);
	assert_int_equal(info.last_at, 1003);
	assert_memory_equal(info.last_hash, f->head, HASH_BYTES);
	assert_false(info.is_new);
}

/* The lease file is removed and another takes over: the first one stops. */
static void
test_taken_over(void **state)
{
	struct fixture *f = *state;
	struct store *other = NULL;
	struct store_info info;
	char path[80];

	assert_int_equal(batch_put(f->s, 0, 3, f->head), 0);
	snprintf(path, sizeof path, "%s/lease", f->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open(f->dir, STORE_WRITE, &other, &info, &f->why), 0);
	assert_int_equal(batch_put(f->s, 3, 1, f->head), ERR_STATE);
	assert_int_equal(batch_put(other, 3, 1, f->head), 0);
	assert_int_equal(batch_put(f->s, 4, 1, f->head), ERR_STATE);
	store_close(other);
}

static void
test_reader_beside(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;
	struct store_info info;
	struct walk w;

	assert_int_equal(batch_put(f->s, 0, 20, f->head), 0);
	if (store_open(f->dir, STORE_READ, &reader, &info, &f->why) != 0)
		fail_msg("%s", f->why.p);
	assert_int_equal(info.last_seq, 20);
	assert_int_equal(info.epoch, 1);
	assert_int_equal(batch_put(f->s, 20, 5, f->head), 0);
	assert_int_equal(fill_drain(f->s), 0); /* until then: at least what was there */
	assert_int_equal(walk(reader, &w), 0);
	assert_int_equal(w.last, 25);
	assert_int_equal(batch_put(reader, 25, 1, f->head), ERR_DENIED);
	assert_int_equal(store_check(reader, &f->why), 0);
	store_close(reader);
	assert_int_equal(batch_put(f->s, 25, 5, f->head), 0);
	/* and with nobody writing */
	store_close(f->s);
	assert_int_equal(store_open(f->dir, STORE_READ, &f->s, &info, &f->why), 0);
	assert_int_equal(info.last_seq, 30);
	assert_int_equal(store_open("/nowhere", STORE_READ, &reader, &info, &f->why),
			 ERR_IO);
}

/* --- the log made long in quiet */

static size_t
log_bytes(struct ram *r)
{
	size_t n = 0;

	ram_bytes(r, "store.db-wal", &n);
	return n;
}

/* It grows to its full length and keeps what is in it; commits then need no
 * more room; without room to spare it stays short; a failed sync is told. */
static void
test_grown(void **state)
{
	struct store_tuning tuning = small;
	struct ram *r = ram_new();
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	struct store *s;
	struct walk w;

	(void)state;
	tuning.wal_full = 3 << 20;
	assert_int_equal(store_open_on(ram_disk(ram_ref(r)), STORE_WRITE, &tuning, &s,
				       &info, &why),
			 0);
	assert_int_equal(batch_put(s, 0, 8, head), 0);
	ram_plan(r, &(struct ram_plan){ .capacity = 4 << 20 });
	assert_int_equal(care_grow(s), 0);
	assert_true(log_bytes(r) < 1 << 20);
	ram_plan(r, &(struct ram_plan){ 0 });
	assert_int_equal(care_grow(s), 0);
	assert_int_equal(log_bytes(r), 3 << 20);
	for (uint64_t last = 8; last < 160; last += 8)
		assert_int_equal(batch_put(s, last, 8, head), 0);
	assert_int_equal(log_bytes(r), 3 << 20);
	store_close(s);
	assert_int_equal(store_open_on(ram_disk(ram_ref(r)), STORE_WRITE, &tuning, &s,
				       &info, &why),
			 0);
	assert_int_equal(log_bytes(r), 3 << 20);
	assert_int_equal(walk(s, &w), 0);
	assert_int_equal(w.last, 160);
	s->tuning.wal_full = 5 << 20;
	ram_plan(r, &(struct ram_plan){ .fail_sync = 1 });
	assert_int_equal(care_grow(s), ERR_IO);
	assert_int_equal(batch_put(s, 160, 8, head), ERR_IO);
	store_close(s);
	ram_unref(r);
	buf_done(&why);
}

/* --- the writer, the loop and the care thread at once */

struct beside {
	struct store *s;
	_Atomic uint64_t acked;
	_Atomic bool is_done;
	int rc;
};

static void *
beside_main(void *ctx)
{
	struct beside *b = ctx;
	uint8_t head[HASH_BYTES] = { 0 };

	for (int i = 0; i < 400 && b->rc == 0; i++) {
		b->rc = batch_put(b->s, b->acked, 8, head);
		if (b->rc == 0)
			b->acked += 8;
	}
	b->is_done = true;
	return NULL;
}

/* A reader sees all that was acknowledged before it looked, and never half of
 * what is being written, while pages move to the file below it. */
static void
test_beside(void **state)
{
	struct store_tuning tuning = { .wal_ahead = 64 << 10,
				       .wal_chunk = 64 << 10,
				       .checkpoint_at = 128 << 10,
				       .reserve = 1 << 20 };
	struct beside b = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	pthread_t thread;
	struct walk w;
	uint64_t acked;
	bool is_done = false;

	(void)state;
	assert_int_equal(store_open_on(ram_disk(ram_new()), STORE_WRITE, &tuning, &b.s,
				       &info, &why),
			 0);
	assert_int_equal(pthread_create(&thread, NULL, beside_main, &b), 0);
	while (!is_done) {
		is_done = b.is_done;
		acked = b.acked;
		assert_int_equal(walk(b.s, &w), 0);
		assert_true(w.last >= acked && w.last % 8 == 0);
		assert_true(!acked || has_record(b.s, 'c', acked, 0));
	}
	pthread_join(thread, NULL);
	assert_int_equal(b.rc, 0);
	assert_int_equal(w.last, 3200);
	assert_int_equal(store_check(b.s, &why), 0);
	store_close(b.s);
	buf_done(&why);
}

/* --- kill -9 */

static void
child_main(const char *dir, int acks)
{
	uint8_t head[HASH_BYTES];
	struct store_info info;
	struct buf why = { 0 };
	struct store *s;

	if (store_open(dir, STORE_WRITE, &s, &info, &why) != 0)
		_exit(1);
	memcpy(head, info.last_hash, HASH_BYTES);
	for (uint64_t last = info.last_seq;; last += last % 4 + 1) {
		uint64_t next = last + last % 4 + 1;

		if (batch_put(s, last, next - last, head) != 0 ||
		    write(acks, &next, sizeof next) != sizeof next)
			_exit(2);
	}
}

static uint64_t
killed_run(const char *dir, unsigned after_us)
{
	uint64_t acked = 0, next;
	int pipes[2], status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		child_main(dir, pipes[1]);
	}
	close(pipes[1]);
	/* It is killed in the midst of work, however slow the machine is. */
	for (int n = 0; n < 5; n++)
		if (read(pipes[0], &next, sizeof next) == sizeof next)
			acked = next;
	usleep(after_us);
	kill(pid, SIGKILL);
	while (read(pipes[0], &next, sizeof next) == sizeof next)
		acked = next;
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return acked;
}

static void
test_killed(void **state)
{
	struct fixture *f = *state;
	struct walk w = { 0 };

	for (unsigned i = 0; i < 12; i++) {
		uint64_t acked, epoch = f->info.epoch;

		store_close(f->s);
		f->s = NULL;
		acked = killed_run(f->dir, 20000 + i * 7919 % 60000);
		assert_int_equal(
			store_open(f->dir, STORE_WRITE, &f->s, &f->info, &f->why), 0);
		assert_true(f->info.last_seq >= acked);
		assert_true(f->info.epoch > epoch);
		assert_int_equal(walk(f->s, &w), 0);
		assert_int_equal(w.last, f->info.last_seq);
	}
	assert_true(w.last > 50);
	assert_int_equal(store_check(f->s, &f->why), 0);
}

/* --- a full disk */

#define PRESSES 10000

/* A press: an event of 1 KiB, its signal, its incident. */
static int
press(struct store *s, uint64_t seq)
{
	static char text[1024];
	struct store_event e = { .seq = seq,
				 .at = (int64_t)seq,
				 .incident = seq,
				 .doc = { text, sizeof text } };
	struct store_record r[] = {
		{ 'c',
		  seq,
		  { (int64_t)(seq * 7919), (int64_t)(seq * 104729), seq },
		  { text, 300 } },
		{ 'i', seq, { 1, (int64_t)(seq * 31), 7 }, { text, 700 } },
	};
	struct store_search t = { .incident = seq,
				  .text = SPAN("sos clifton karachi watch") };
	struct store_batch b = { &e, 1, r, 2, &t, 1 };

	memset(text, 'x', sizeof text);
	return store_append(s, &b);
}

static void
test_full(void **state)
{
	struct ram *ram = ram_new();
	struct store_tuning tuning = store_tuning_default;
	struct store_info info;
	struct store_space space;
	struct buf why = { 0 };
	struct store *s;
	uint64_t seq = 1, n = 0;

	(void)state;
	ram_plan(ram, &(struct ram_plan){ .capacity = 128 << 20 });
	assert_int_equal(store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &tuning, &s,
				       &info, &why),
			 0);
	for (;; seq++) {
		assert_int_equal(press(s, seq), 0);
		assert_int_equal(store_space(s, &space), 0);
		if (space.is_reserve_gone)
			break;
	}
	for (seq++; press(s, seq) == 0; seq++)
		n++;
	print_message("%llu presses, then the reserve, then %llu more\n",
		      (unsigned long long)(seq - n), (unsigned long long)n);
	assert_true(n >= PRESSES);
	assert_int_equal(press(s, seq), ERR_FULL); /* and no more */
	assert_int_equal(press(s, seq), ERR_FULL);
	store_close(s);
	/* It opens again, to be read at the least. */
	assert_int_equal(store_open_on(ram_disk(ram_ref(ram)), STORE_READ, &tuning, &s,
				       &info, &why),
			 0);
	assert_int_equal(info.last_seq, seq - 1);
	store_close(s);
	ram_unref(ram);
	buf_done(&why);
}

/* --- no memory: SQLite's allocator fails at the n-th call */

static sqlite3_mem_methods real;
static long countdown; /* 0: never */

static bool
is_out(void)
{
	return countdown > 0 && --countdown == 0;
}

static void *
mem_malloc(int n)
{
	return is_out() ? NULL : real.xMalloc(n);
}

static void *
mem_realloc(void *p, int n)
{
	return is_out() ? NULL : real.xRealloc(p, n);
}

static void
config_memory(void)
{
	sqlite3_mem_methods mine;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
	mine = real;
	mine.xMalloc = mem_malloc;
	mine.xRealloc = mem_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &mine);
}

/* How many batches came through; is_wrong: one after a failure. */
static uint64_t
run_without(long n, bool is_at_open, bool *ret_was_hit, bool *ret_is_wrong)
{
	struct ram *ram = ram_new();
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	struct store *s = NULL;
	uint64_t acked = 0;
	struct walk w;
	bool has_failed = false;

	if (is_at_open)
		countdown = n;
	if (store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s, &info,
			  &why) == 0) {
		countdown = is_at_open ? countdown : n;
		for (int i = 0; i < 12; i++) {
			bool is_in = batch_put(s, acked, 5, head) == 0;

			*ret_is_wrong |= is_in && has_failed;
			has_failed |= !is_in;
			acked += is_in ? 5 : 0;
			if (i % 5 == 4)
				care_turn(s);
		}
		store_close(s);
	}
	*ret_was_hit = countdown == 0;
	countdown = 0;
	buf_clear(&why);
	assert_int_equal(store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s,
				       &info, &why),
			 0);
	assert_int_equal(walk(s, &w), 0);
	assert_true(w.last >= acked && w.last <= acked + 5);
	store_close(s);
	ram_unref(ram);
	buf_done(&why);
	return acked;
}

static void
no_memory(bool is_at_open, long step)
{
	bool was_hit = true, is_wrong = false;
	long n;

	for (n = 1; was_hit; n += n < 40 ? 1 : step)
		run_without(n, is_at_open, &was_hit, &is_wrong);
	assert_false(is_wrong);
	print_message("failed at up to %ld allocations\n", n);
}

static void
test_no_memory_at_open(void **state)
{
	(void)state;
	no_memory(true, getenv("KUMAK_TEST_LONG") ? 1 : 67);
}

static void
test_no_memory_at_append(void **state)
{
	(void)state;
	no_memory(false, getenv("KUMAK_TEST_LONG") ? 1 : 23);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_second_writer, begin, end),
		cmocka_unit_test_setup_teardown(test_taken_over, begin, end),
		cmocka_unit_test_setup_teardown(test_reader_beside, begin, end),
		cmocka_unit_test(test_grown),
		cmocka_unit_test(test_beside),
		cmocka_unit_test_setup_teardown(test_killed, begin, end),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_no_memory_at_open),
		cmocka_unit_test(test_no_memory_at_append),
	};

	config_memory();
	if (crypt_start() != 0)
		return 1;
	log_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
