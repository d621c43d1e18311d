/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 7: memory may run ahead of the disk by one batch; the world outside never
 * may. When a commit fails nothing was said, the process ends, and the next start
 * replays what is on the disk. An fsync is never tried again.
 */
#include "law_slow.h"

#include "store/ram.h"

#include <sanitizer/lsan_interface.h>
#include <setjmp.h>
#include <sys/wait.h>

/* --- the process ends ---------------------------------------------------------- */

static int out[2];

static void
say(void *ctx)
{
	(void)!write(out[1], ctx, 1);
}

static void
hear(void *ctx, const struct event *e)
{
	(void)e;
	say(ctx);
}

static void
told_and_returns(const char *why)
{
	assert_non_null(why);
	say((void *)(uintptr_t) "F");
}

static const struct store_tuning small = {
	.wal_ahead = 64 << 10,
	.wal_chunk = 64 << 10,
	.checkpoint_at = 1 << 30,
	.reserve = 1 << 20,
	.is_threadless = true,
};

static struct ram *
ram_tracking(void)
{
	struct ram *ram = ram_new();

	ram_plan(ram, &(struct ram_plan){ .is_tracking = true });
	return ram;
}

static int
ram_start(struct town *t, struct ram *ram, void (*on_failure)(const char *why))
{
	struct journal_config jc = { .dir = t->dir,
				     .clock = &t->clock,
				     .on_failure = on_failure };
	struct buf AUTO(buf_done) why = { 0 };
	int rc;

	t->clock = (struct clock){ town_wall, town_wall, t };
	rc = store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &t->store,
			   &jc.info, &why);
	if (rc < 0)
		return rc;
	jc.store = t->store;
	assert_int_equal(journal_open(&jc, &t->journal, &why), 0);
	t->m = journal_model(t->journal);
	return 0;
}

/* A town on a disk of memory; its keys are in a folder. */
static void
ram_open(struct town *t, struct ram *ram, void (*on_failure)(const char *why))
{
	*t = (struct town){ .wall = T0 };
	strcpy(t->dir, "/tmp/kumak-law-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	assert_int_equal(crypt_start(), 0);
	assert_int_equal(ram_start(t, ram, on_failure), 0);
	town_make(t);
}

static void
press(struct town *t, const char *key)
{
	struct press_args a = { .key = span_of(key),
				.claimed_at = TIME_NONE,
				.door = SPAN("api"),
				.message = SPAN("help") };
	struct press_result r;

	assert_int_equal(signal_press(town_by(t, &t->gate), &a, &r), 0);
}

static void
child(struct town *t, struct ram *ram, const struct ram_plan *plan)
{
	ram_plan(ram, plan);
	journal_add_sink(t->journal, hear, (void *)(uintptr_t) "E");
	press(t, "one");
	journal_when(t->journal, say, (void *)(uintptr_t) "R");
	journal_turn_end(t->journal);
	say((void *)(uintptr_t) "L"); /* it lived on */
	_exit(0);
}

/* True: the process ended and had said nothing but why; false: the disk mended
 * itself below us, and the press was committed and told. */
static bool
dies(const struct ram_plan *plan)
{
	struct ram *ram = ram_tracking();
	char said[16] = "";
	struct town t;
	pid_t pid;
	int status;

	ram_open(&t, ram, told_and_returns);
	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		close(STDERR_FILENO);
		child(&t, ram, plan);
	}
	close(out[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(read(out[0], said, sizeof said - 1) >= 0);
	close(out[0]);
	town_close(&t);
	ram_unref(ram);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 0) {
		assert_string_equal(said, "REEL");
		return false;
	}
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(said, "F"); /* told once; no reply, no event */
	return true;
}

static void
law_7_a_failed_commit_ends_the_process(void **state)
{
	int dead = 0;

	(void)state;
	assert_true(dies(&(struct ram_plan){ .is_tracking = true, .fail_sync = 1 }));
	for (long n = 1; n <= 6; n++)
		dead += dies(
			&(struct ram_plan){ .is_tracking = true, .fail_write = n });
	assert_true(dead > 0);
}

/* --- and the next start replays -------------------------------------------------- */

static jmp_buf away;
static unsigned acked;

static void
jump(const char *why)
{
	(void)why;
	longjmp(away, 1);
}

static void
count(void *ctx)
{
	(void)ctx;
	acked++;
}

/* Presses until the disk fails; how many were acknowledged. */
static unsigned
press_until_it_fails(struct town *t)
{
	volatile int k = 0;

	acked = 0;
	if (setjmp(away) == 0) {
		for (; k < 12; k++) {
			char key[16];

			snprintf(key, sizeof key, "p%d", k);
			press(t, key);
			journal_when(t->journal, count, NULL);
			journal_turn_end(t->journal);
		}
	}
	t->journal = NULL; /* left as a dead process leaves it */
	return acked;
}

/* Every acknowledged press is there, with its incident; no other but perhaps the
 * one under way; the chain is whole; and it goes on. */
static void
check_after(struct town *t, struct ram *ram, unsigned was_acked, long n)
{
	struct chain_report r;
	unsigned have = 0;

	assert_int_equal(ram_start(t, ram, town_failed), 0);
	assert_int_equal(chain_verify(t->store, NULL, 0, &r), 0);
	for (unsigned k = 0; k < 12; k++) {
		char key[16];
		struct signal *s;

		snprintf(key, sizeof key, "p%u", k);
		s = shelf_signal(t->journal, span_of(t->gate.source), span_of(key));
		if (!s) {
			if (k < was_acked)
				fail_msg("press %u was acknowledged and is lost "
					 "(cut %ld)",
					 k, n);
			continue;
		}
		have++;
		assert_string_equal(s->message, "help");
		assert_non_null(journal_find(t->journal, NOUN_INCIDENT, s->incident));
	}
	assert_true(have <= was_acked + 1);
	press(t, "after");
	journal_turn_end(t->journal);
	assert_int_equal(chain_verify(t->store, NULL, 0, &r), 0);
	town_stop(t);
}

static void
law_7_the_next_start_replays(void **state)
{
	struct ram *made = ram_tracking();
	struct town t;
	long n = 1, failures = 0;

	(void)state;
	ram_open(&t, made, town_failed);
	town_stop(&t);
	for (bool is_over = false; !is_over && n < 200; n++) {
		struct ram *ram = ram_clone(made);
		struct ram_plan plan = { .is_tracking = true, .cut_at = n };
		unsigned was;

		ram_plan(ram, &plan);
		acked = 0;
		__lsan_disable();
		if (ram_start(&t, ram, jump) == 0) {
			was = press_until_it_fails(&t);
			store_close(t.store);
			t.store = NULL;
		} else {
			was = 0;
		}
		__lsan_enable();
		is_over = was == 12;
		failures += !is_over;
		ram_power_on(ram, (enum ram_loss)(n % N_RAM_LOSSES), (uint64_t)n);
		ram_plan(ram, &(struct ram_plan){ .is_tracking = true });
		check_after(&t, ram, was, n);
		ram_unref(ram);
	}
	print_message("%ld cuts\n", failures);
	assert_true(failures > 12);
	ram_unref(made);
	town_close(&t);
}

/* --- one batch ahead -------------------------------------------------------------- */

static void
law_7_memory_runs_ahead_by_one_batch(void **state)
{
	static struct slow slow;
	struct town *t = &slow.t;
	uint64_t first;

	(void)state;
	slow_open(&slow);
	slow_hold(&slow);
	press(t, "one");
	journal_turn_end(t->journal);
	first = journal_tail(t->journal);
	for (int k = 0; k < 20; k++) { /* turns go by: they gather in one batch */
		char key[16];

		snprintf(key, sizeof key, "p%d", k);
		press(t, key);
		journal_turn_end(t->journal);
	}
	assert_int_equal(slow.n, 0);
	assert_true(t->journal->is_writing);
	assert_int_equal(t->journal->writing->last_seq, first);
	assert_int_equal(t->journal->pending->n, journal_tail(t->journal) - first);
	slow_release(&slow);
	slow_turn(&slow);
	assert_int_equal(journal_durable(t->journal), first);
	slow_turn(&slow);
	assert_int_equal(journal_durable(t->journal), journal_tail(t->journal));
	slow_close(&slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_7_a_failed_commit_ends_the_process),
		cmocka_unit_test(law_7_the_next_start_replays),
		cmocka_unit_test(law_7_memory_runs_ahead_by_one_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
