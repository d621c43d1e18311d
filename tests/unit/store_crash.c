/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power cuts and failing disks. One script of appends and checkpoints runs on
 * a disk of memory; it is cut at each of its writes, syncs and removals, and
 * what had not been synced is dropped, kept or torn. Then the store is opened
 * again and must hold every batch that was acknowledged, no part of another,
 * and an unbroken chain.
 */
#include "store_help.h"

#include "base/auto.h"

#define BATCHES 64
#define CHECKPOINT_EVERY 9
#define FORGET_AT (5 * CHECKPOINT_EVERY - 1) /* there the log is wiped as well */

struct outcome {
	uint64_t acked; /* the last event whose append returned 0 */
	int first_error;
	bool is_wrong; /* a success after a failure */
	bool is_open;  /* store_open came through */
};

static size_t
batch_size(int i)
{
	return i % 7 == 3 ? 12 : 1 + (size_t)i % 3;
}

static void
script_batches(struct store *s, struct outcome *out, uint8_t head[HASH_BYTES])
{
	uint64_t last = out->acked;

	int rc;

	for (int i = 0; i < BATCHES; i++) {
		size_t n = batch_size(i);

		rc = batch_put(s, last, n, head);

		if (rc == 0 && out->first_error)
			out->is_wrong = true;
		if (rc == 0)
			out->acked = last += n;
		else if (!out->first_error)
			out->first_error = rc;
		s->wants_forget = s->wants_forget || i == FORGET_AT;
		if (i % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1)
			care_turn(s);
	}
	rc = fill_drain(s); /* who reads hears of it */
	if (rc != 0 && !out->first_error)
		out->first_error = rc;
}

static struct outcome
script(struct ram *ram)
{
	struct outcome out = { 0 };
	uint8_t head[HASH_BYTES] = { 0 };
	struct store_info info;
	struct buf why = { 0 };
	struct store *s = NULL;

	out.first_error = store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s,
					&info, &why);
	if (out.first_error == 0) {
		out.is_open = true;
		script_batches(s, &out, head);
		store_close(s);
	}
	buf_done(&why);
	return out;
}

/* Which batch ends at event last? -1: none does. */
static int
batch_ending_at(uint64_t last)
{
	uint64_t at = 0;

	for (int i = 0; i < BATCHES; i++)
		if ((at += batch_size(i)) == last)
			return i;
	return last == 0 ? 0 : -1;
}

static void
check_records(struct store *s, uint64_t last)
{
	uint64_t at = 0, turn[64] = { 0 };

	for (int i = 0; i < BATCHES && at < last; i++) {
		uint64_t incident = at / 10 + 1;

		at += batch_size(i);
		turn[incident] = at;
	}
	for (uint64_t i = 1; i < ARRAY_LEN(turn); i++)
		if (turn[i])
			assert_true(has_record(s, 'i', i, turn[i]));
	for (uint64_t seq = 1; seq <= last; seq++)
		assert_true(has_record(s, 'c', seq, 0));
	assert_false(has_record(s, 'c', last + 1, 0));
}

static bool
on_incident(void *ctx, uint64_t incident)
{
	*(uint64_t *)ctx = incident;
	return true;
}

/* The store after the cut: whole, and it goes on. */
static void
check_after(struct ram *ram, const struct outcome *out, const char *what, long n)
{
	struct store_info info;
	struct buf why = { 0 }, text = { 0 };
	struct store *s = NULL;
	struct walk w;
	uint64_t found = 0;
	int rc = store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small, &s, &info,
			       &why);

	if (rc != 0)
		fail_msg("%s %ld: %s", what, n, why.p);
	if (info.last_seq < out->acked)
		fail_msg("%s %ld: lost %llu of %llu", what, n,
			 (unsigned long long)info.last_seq,
			 (unsigned long long)out->acked);
	rc = walk(s, &w);
	if (rc != 0 || w.last != info.last_seq ||
	    memcmp(w.head, info.last_hash, HASH_BYTES) != 0)
		fail_msg("%s %ld: chain broken at %llu", what, n,
			 (unsigned long long)w.last);
	if (batch_ending_at(w.last) < 0)
		fail_msg("%s %ld: half a batch, up to %llu", what, n,
			 (unsigned long long)w.last);
	check_records(s, w.last);
	if (w.last) {
		buf_printf(&text, "step%llu", (unsigned long long)w.last);
		store_search(s, buf_span(&text), 0, 1, on_incident, &found);
		assert_true(found > 0);
	}
	assert_int_equal(batch_put(s, w.last, 3, w.head), 0);
	if (n % 8 == 0 && store_check(s, &why) != 0)
		fail_msg("%s %ld: %s", what, n, why.p);
	store_close(s);
	buf_done(&why);
	buf_done(&text);
}

static struct ram *
tracked(const struct ram_plan *plan)
{
	struct ram *ram = ram_new();
	struct ram_plan p = *plan;

	p.is_tracking = true;
	ram_plan(ram, &p);
	return ram;
}

static long
script_length(long *ret_syncs, long *ret_writes)
{
	struct ram *ram = tracked(&(struct ram_plan){ 0 });
	struct outcome out = script(ram);
	struct ram_count count = ram_count(ram);

	assert_true(out.is_open);
	assert_int_equal(out.first_error, 0);
	ram_unref(ram);
	if (ret_syncs)
		*ret_syncs = count.syncs;
	if (ret_writes)
		*ret_writes = count.writes;
	return count.operations;
}

static void
test_power_cut_everywhere(void **state)
{
	static const char *const names[] = { "dropped", "kept", "torn", "some" };
	long length = script_length(NULL, NULL);
	bool is_long = getenv("KUMAK_TEST_LONG") != NULL;

	(void)state;
	print_message("cutting at %ld points\n", length);
	for (long n = 1; n <= length; n++) {
		struct ram *ram = tracked(&(struct ram_plan){ .cut_at = n });
		struct outcome out = script(ram);

		assert_false(out.is_wrong);
		/* Two of the four ways at each point, all of them at length. */
		for (int i = 0; i < N_RAM_LOSSES; i++) {
			struct ram *copy;

			if (!is_long && i % 2 != n % 2)
				continue;
			copy = ram_clone(ram);
			ram_power_on(copy, (enum ram_loss)i, (uint64_t)n * 31 + 7);
			check_after(copy, &out, names[i], n);
			ram_unref(copy);
		}
		ram_unref(ram);
	}
}

/* The second run finds what the first one's cut left, and is cut as well. */
static void
test_two_cuts(void **state)
{
	long length = script_length(NULL, NULL);

	(void)state;
	for (long n = 3; n <= length; n += 7) {
		for (long m = 1; m < 12; m += 2) {
			struct ram *ram = tracked(&(struct ram_plan){ .cut_at = n });
			struct outcome out = script(ram), none = { 0 };
			struct store_info info;
			struct store *s = NULL;
			struct buf why = { 0 };

			ram_power_on(ram, RAM_TEAR, (uint64_t)n);
			ram_plan(ram, &(struct ram_plan){ .is_tracking = true,
							  .cut_at = m });
			if (store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small,
					  &s, &info, &why) == 0) {
				care_turn(s);
				store_close(s);
			}
			none.acked = out.acked;
			ram_power_on(ram, RAM_TEAR, (uint64_t)(n * m));
			check_after(ram, &none, "twice", n);
			ram_unref(ram);
			buf_done(&why);
		}
	}
}

/* A failed sync is final: nothing that follows may succeed, and the disk has
 * lost what it was to keep. */
static void
test_failed_sync(void **state)
{
	long syncs;

	(void)state;
	script_length(&syncs, NULL);
	for (long n = 1; n <= syncs; n++) {
		struct ram *ram = tracked(&(struct ram_plan){ .fail_sync = n });
		struct outcome out = script(ram);

		assert_false(out.is_wrong);
		/* The last sync may be the last checkpoint's: nobody asks after. */
		if (n < syncs)
			assert_int_not_equal(out.first_error, 0);
		ram_power_on(ram, RAM_DROP, 0);
		check_after(ram, &out, "failed sync", n);
		ram_unref(ram);
	}
}

static void
test_failed_write(void **state)
{
	long writes;

	(void)state;
	script_length(NULL, &writes);
	for (long n = 1; n <= writes; n++) {
		struct ram *ram = tracked(&(struct ram_plan){ .fail_write = n });
		struct outcome out = script(ram);

		assert_false(out.is_wrong);
		ram_power_on(ram, n % 2 ? RAM_DROP : RAM_TEAR, (uint64_t)n);
		check_after(ram, &out, "failed write", n);
		ram_unref(ram);
	}
}

/* One write finds the disk full: the reserve goes and the batch is taken. */
static void
test_full_once(void **state)
{
	long writes, n_through = 0;

	(void)state;
	script_length(NULL, &writes);
	for (long n = 1; n <= writes; n++) {
		struct ram *ram = tracked(&(struct ram_plan){ .full_write = n });
		struct outcome out = script(ram);

		assert_false(out.is_wrong);
		if (out.is_open) {
			assert_int_equal(out.first_error, 0);
			n_through++;
		}
		ram_power_on(ram, RAM_DROP, 0);
		check_after(ram, &out, "full", n);
		ram_unref(ram);
	}
	assert_true(n_through > BATCHES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_cut_everywhere),
		cmocka_unit_test(test_two_cuts),
		cmocka_unit_test(test_failed_sync),
		cmocka_unit_test(test_failed_write),
		cmocka_unit_test(test_full_once),
	};

	if (crypt_start() != 0)
		return 1;
	log_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
