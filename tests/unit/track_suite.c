/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: what moves the marker, what is found again, and what is left after
 * a torn file, a flipped bit, a full segment and a restart.
 */
#include "base/auto.h"
#include "track/packed.h"
#include "track/segment.h"
#include "track/shelf.h"
#include "track/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON (20000 * DAY_MS + DAY_MS / 2) /* of some day in 2024 */

struct fixture {
	char dir[64];
	bool is_memory;
	struct track *t;
};

static void
reopen(struct fixture *f)
{
	struct buf why = { 0 };

	track_close(f->t);
	if (track_open(f->is_memory ? NULL : f->dir, NOON, &f->t, &why) != 0)
		fail_msg("%s", why.p);
	buf_done(&why);
}

static int
begin(void **state, bool is_memory)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/kumak-track-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->is_memory = is_memory;
	reopen(f);
	*state = f;
	return 0;
}

static int
begin_memory(void **state)
{
	return begin(state, true);
}

static int
begin_folder(void **state)
{
	return begin(state, false);
}

static int
end(void **state)
{
	struct fixture *f = *state;
	char cmd[128];

	track_close(f->t);
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", f->dir);
	assert_int_equal(system(cmd), 0);
	free(f);
	return 0;
}

static struct id
unit(uint64_t seq)
{
	return (struct id){ .seq = seq, .noun = 'u', .node = "khi" };
}

/* A fix that can be told again: degrees from its own number. */
static struct fix
fix_of(uint64_t bearer, int64_t device_ms, int64_t server_ms, int n)
{
	struct fix f = { .bearer = unit(bearer),
			 .device_ms = device_ms,
			 .server_ms = server_ms,
			 .speed_mps = 1.5f,
			 .course_deg = NAN };

	assert_true(geo_position(24.8 + n * 1e-5, 67.0, &f.position));
	f.position.accuracy_m = n % 100 - 1;
	return f;
}

static enum track_verdict
put(struct fixture *f, uint64_t bearer, int64_t device_ms, int64_t server_ms, int n)
{
	struct fix fix = fix_of(bearer, device_ms, server_ms, n);

	return track_put(f->t, &fix, false);
}

struct seen {
	struct fix fixes[256];
	size_t n, stop_at;
};

static bool
on_fix(void *ctx, const struct fix *f)
{
	struct seen *s = ctx;

	if (s->n < ARRAY_LEN(s->fixes))
		s->fixes[s->n] = *f;
	return ++s->n != s->stop_at;
}

static size_t
history(struct fixture *f, uint64_t bearer, int64_t from, int64_t to, struct seen *ret)
{
	*ret = (struct seen){ 0 };
	assert_int_equal(
		track_history(f->t, unit(bearer), from, to, SIZE_MAX, on_fix, ret), 0);
	return ret->n;
}

static void
assert_fix(const struct fix *have, const struct fix *want)
{
	assert_true(id_is(have->bearer, want->bearer));
	assert_int_equal(have->device_ms, want->device_ms);
	assert_int_equal(have->server_ms, want->server_ms);
	assert_int_equal(have->position.lat_e7, want->position.lat_e7);
	assert_int_equal(have->position.lon_e7, want->position.lon_e7);
	assert_int_equal(have->position.accuracy_m, want->position.accuracy_m);
	assert_int_equal(have->position.is_set, want->position.is_set);
	assert_true(have->speed_mps == want->speed_mps);
	assert_true(isnan(have->course_deg));
}

static void
test_verdicts(void **state)
{
	struct fixture *f = *state;
	struct fix stored = fix_of(1, NOON + 9000, NOON + 9000, 9), none = stored;

	assert_null(track_last(f->t, unit(1)));
	assert_int_equal(put(f, 1, NOON, NOON, 0), TRACK_LIVE);
	assert_int_equal(put(f, 1, NOON + 2000, NOON + 2000, 1), TRACK_LIVE);
	/* older than the marker, the same again, and ahead by more than 300 s */
	assert_int_equal(put(f, 1, NOON + 1000, NOON + 3000, 2), TRACK_HISTORY);
	assert_int_equal(put(f, 1, NOON + 2000, NOON + 3000, 2), TRACK_HISTORY);
	assert_int_equal(put(f, 1, NOON + 303001, NOON + 3000, 2), TRACK_HISTORY);
	assert_int_equal(put(f, 1, -5, NOON + 3000, 2), TRACK_HISTORY);
	assert_int_equal(track_put(f->t, &stored, true), TRACK_HISTORY);
	none.position.is_set = false;
	assert_int_equal(track_put(f->t, &none, false), TRACK_HISTORY);
	assert_int_equal(track_last(f->t, unit(1))->device_ms, NOON + 2000);
	/* 100 steps of 1.1 m are nothing; 20 km in two seconds are */
	assert_int_equal(put(f, 1, NOON + 4000, NOON + 4000, 100), TRACK_LIVE);
	assert_int_equal(put(f, 1, NOON + 6000, NOON + 6000, 20000), TRACK_JUMP);
	assert_int_equal(track_last(f->t, unit(1))->device_ms, NOON + 6000);
	/* without a clock of its own: arrival */
	assert_int_equal(put(f, 2, TIME_NONE, NOON, 0), TRACK_LIVE);
	assert_int_equal(put(f, 2, TIME_NONE, NOON, 1), TRACK_LIVE);
	assert_int_equal(put(f, 2, TIME_NONE, NOON - 1, 1), TRACK_HISTORY);
}

static void
test_forget(void **state)
{
	struct fixture *f = *state;
	struct seen seen;

	put(f, 1, NOON, NOON, 0);
	put(f, 2, NOON, NOON, 0);
	track_forget(f->t, unit(1));
	track_forget(f->t, unit(3));
	assert_null(track_last(f->t, unit(1)));
	if (!f->is_memory) {
		reopen(f);
		assert_null(track_last(f->t, unit(1)));
		assert_non_null(track_last(f->t, unit(2)));
	}
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 1);
}

static void
test_history(void **state)
{
	struct fixture *f = *state;
	struct seen seen;

	for (int i = 0; i < 40; i++)
		put(f, 1 + (uint64_t)i % 4, NOON + i * 1000, NOON + i * 1000, i);
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(history(f, 2, 0, INT64_MAX, &seen), 10);
		for (int i = 0; i < 10; i++) {
			int64_t at = NOON + (1 + 4 * i) * 1000;
			struct fix want = fix_of(2, at, at, 1 + 4 * i);

			assert_fix(&seen.fixes[i], &want);
		}
		/* from is in, to is out */
		assert_int_equal(history(f, 2, NOON + 5000, NOON + 13000, &seen), 2);
		assert_int_equal(history(f, 9, 0, INT64_MAX, &seen), 0);
		assert_int_equal(history(f, 2, NOON + 1, NOON + 2, &seen), 0);
		assert_int_equal(history(f, 2, INT64_MIN, INT64_MIN + 5, &seen), 0);
		seen = (struct seen){ .stop_at = 3 };
		assert_int_equal(
			track_history(f->t, unit(2), 0, INT64_MAX, 100, on_fix, &seen),
			0);
		assert_int_equal(seen.n, 3);
		seen = (struct seen){ 0 };
		assert_int_equal(
			track_history(f->t, unit(2), 0, INT64_MAX, 4, on_fix, &seen),
			0);
		assert_int_equal(seen.n, 4);
		if (turn == 0)
			track_flush(f->t);
		else if (!f->is_memory)
			reopen(f);
	}
}

/* A late fix lies where it arrived, and is found there. */
static void
test_days_and_late(void **state)
{
	struct fixture *f = *state;
	struct fix late = fix_of(1, NOON - 3 * DAY_MS, NOON + DAY_MS, 5);
	struct seen seen;

	put(f, 1, NOON, NOON, 0);
	put(f, 1, NOON + DAY_MS, NOON + DAY_MS, 1);
	assert_int_equal(track_put(f->t, &late, true), TRACK_HISTORY);
	put(f, 1, NOON + 3 * DAY_MS, NOON + 3 * DAY_MS, 2);
	track_flush(f->t);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 4);
	assert_int_equal(history(f, 1, NOON + DAY_MS, NOON + 2 * DAY_MS, &seen), 2);
	assert_fix(&seen.fixes[1], &late);
	if (f->is_memory)
		return;
	reopen(f);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 4);
	assert_int_equal(track_last(f->t, unit(1))->server_ms, NOON + 3 * DAY_MS);
	/* the day of the first fix is over one ms before the next begins */
	assert_int_equal(track_expire(f->t, NOON + DAY_MS / 2 - 1, NULL, 0), 0);
	assert_int_equal(track_expire(f->t, NOON + DAY_MS / 2, NULL, 0), 1);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 3);
	assert_int_equal(track_expire(f->t, INT64_MAX, NULL, 0), 2);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 0);
}

/* Of a day in which a bearer is held only its rows of that time stay. */
static void
test_expire_keeps_what_is_held(void **state)
{
	struct fixture *f = *state;
	const struct track_hold hold = {
		.bearer = fix_of(2, NOON, NOON, 0).bearer,
		.from_ms = NOON + 100,
		.to_ms = NOON + 200,
	};
	struct seen seen;
	int gone = 0;

	for (int i = 0; i < 300; i++)
		for (uint64_t b = 1; b <= 3; b++)
			put(f, b, NOON + i, NOON + i, i % 50);
	reopen(f);
	put(f, 1, NOON + 40 * DAY_MS, NOON + 40 * DAY_MS, 1);
	/* a file that is not sorted yet is left to the next time */
	for (int turn = 0; turn < 200 && !gone; turn++) {
		gone = track_expire(f->t, NOON + 30 * DAY_MS, &hold, 1);
		usleep(10000);
	}
	assert_int_equal(gone, 1);
	assert_int_equal(track_expire(f->t, NOON + 30 * DAY_MS, &hold, 1), 0);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(history(f, 1, 0, NOON + DAY_MS, &seen), 0);
		assert_int_equal(history(f, 3, 0, NOON + DAY_MS, &seen), 0);
		assert_int_equal(history(f, 2, 0, NOON + DAY_MS, &seen), 100);
		assert_true(seen.fixes[0].server_ms == NOON + 100);
		reopen(f);
	}
	assert_int_equal(track_expire(f->t, NOON + 30 * DAY_MS, NULL, 0), 1);
	assert_int_equal(history(f, 2, 0, NOON + DAY_MS, &seen), 0);
}

/* Several full segments, sorted beside us, give the same rows. */
static void
test_segments(void **state)
{
	struct fixture *f = *state;
	struct seen seen;
	size_t want = 0;

	for (int i = 0; i < 1000000; i++) {
		uint64_t bearer = 1 + (uint64_t)i * 7919 % 5000;

		want += bearer == 77;
		put(f, bearer, NOON + i, NOON + i, i % 50);
		if (i % 200000 == 0)
			track_flush(f->t);
	}
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(history(f, 77, 0, INT64_MAX, &seen), want);
		assert_int_equal(history(f, 77, NOON + 400000, NOON + 500000, &seen),
				 want / 10);
		for (size_t i = 1; i < seen.n; i++)
			assert_true(seen.fixes[i - 1].server_ms <
				    seen.fixes[i].server_ms);
		reopen(f);
		usleep(200000); /* some are sorted meanwhile, some are not */
	}
}

/* While the writer writes, a row is on disk or in memory, never both or neither. */
static void
test_reads_beside_writes(void **state)
{
	struct fixture *f = *state;
	struct seen seen;
	size_t want = 0;
	int at = 0;

	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 20000; i++, at++) {
			uint64_t bearer = 1 + (uint64_t)at % 5000;

			want += bearer == 77;
			put(f, bearer, NOON + at, NOON + at, at % 50);
		}
		/* 100 ms until it begins, and some to write: 60 looks see that. */
		for (int i = 0; i < 60; i++) {
			assert_int_equal(
				history(f, 77, NOON + at - 20000, INT64_MAX, &seen), 4);
			usleep(1000);
		}
		track_flush(f->t);
	}
	assert_int_equal(history(f, 77, 0, INT64_MAX, &seen), want);
}

static int
newest_raw(const struct fixture *f, char *ret, size_t cap)
{
	char dir[80];
	struct segment found, best = { 0 };
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof dir, "%s/tracks", f->dir);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (segment_parse(e->d_name, &found) && found.kind == SEGMENT_RAW &&
		    found.number > best.number) {
			best = found;
			snprintf(ret, cap, "%s/%s", dir, e->d_name);
		}
	closedir(d);
	return best.number ? open(ret, O_RDWR) : -1;
}

/* Power goes in the middle of a block: what was whole before is there. */
static void
test_torn_tail(void **state)
{
	struct fixture *f = *state;
	char path[400];
	struct seen seen;
	struct stat st;
	int fd;

	for (int i = 0; i < 10; i++) {
		put(f, 1, NOON + i * 1000, NOON + i * 1000, i);
		track_flush(f->t); /* a block each */
	}
	track_close(f->t);
	f->t = NULL;
	fd = newest_raw(f, path, sizeof path);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 10 * (BLOCK_HEADER + ROW_BYTES));
	assert_int_equal(ftruncate(fd, st.st_size - 7), 0);
	close(fd);
	reopen(f);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 9);
	assert_int_equal(track_last(f->t, unit(1))->device_ms, NOON + 8000);
	put(f, 1, NOON + 20000, NOON + 20000, 3);
	reopen(f);
	assert_int_equal(history(f, 1, 0, INT64_MAX, &seen), 10);
	assert_int_equal(track_last(f->t, unit(1))->device_ms, NOON + 20000);
}

static size_t
walk(struct span in, const struct row *want)
{
	struct block_walk w = { 0 };
	size_t at = 0, n = 0;

	while (block_next(in, &at, &w.b))
		for (w.row = (struct row){ 0 }; block_take(&w); n++) {
			assert_true(w.row.fix.bearer.seq < 10);
			assert_fix(&w.row.fix, &want[w.row.fix.bearer.seq].fix);
		}
	return n;
}

static float
float_of(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

static void
assert_same_bits(float a, float b)
{
	assert_memory_equal(&a, &b, sizeof a);
}

/* What was packed comes back to the bit, whatever stood before it. */
static void
test_packed(void **state)
{
	static const int64_t times[] = { 0,        1,         -1,
					 NOON,     INT64_MAX, INT64_MIN + 1,
					 TIME_NONE };
	static const uint32_t floats[] = { 0,          0x80000000, 0x3f800000,
					   0x7fc00001, 0xff800000, 0x41200000,
					   0x3f1c71c7, 0x42c80000, 0x7f7fffff };
	static const int32_t places[] = { 0, 1, INT32_MAX, INT32_MIN, 248000000, -1 };
	struct buf b = { 0 };
	struct row rows[2000], prev = { 0 };
	struct span in;
	uint64_t x = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint64_t v = x = x * 6364136223846793005u + 1442695040888963407u;

		v >>= 20;
		rows[i] = (struct row){
			{ unit(v % 3),
			  times[v % 7],
			  times[v / 7 % 7],
			  { places[v / 49 % 6], places[v / 294 % 6],
			    (int32_t)(v / 1764 % 3) * 0x7ffffe - 1, v & 1 << 30 },
			  float_of(floats[v / 5292 % 9]),
			  float_of(floats[v / 47628 % 9]) },
			(uint8_t)(v & 1 << 30  ? ROW_SET
				  : v % 5 == 0 ? ROW_LIVE
					       : 0),
		};
		packed_put(&b, &prev, &rows[i]);
		assert_true(b.n <= (size_t)(i + 1) * PACKED_ROW_MAX);
	}
	in = buf_span(&b);
	prev = (struct row){ 0 };
	for (int i = 0; i < 2000; i++) {
		const struct fix *f = &rows[i].fix, *g = &prev.fix;

		assert_true(packed_take(&in, &prev));
		assert_true(id_is(g->bearer, f->bearer));
		assert_true(g->device_ms == f->device_ms &&
			    g->server_ms == f->server_ms);
		assert_true(g->position.lat_e7 == f->position.lat_e7 &&
			    g->position.lon_e7 == f->position.lon_e7 &&
			    g->position.accuracy_m == f->position.accuracy_m &&
			    g->position.is_set == f->position.is_set);
		assert_same_bits(g->speed_mps, f->speed_mps);
		assert_same_bits(g->course_deg, f->course_deg);
		assert_int_equal(prev.flags, rows[i].flags);
	}
	assert_int_equal(in.n, 0);
	assert_false(packed_take(&in, &prev));
	buf_done(&b);
}

/* A car that reports each ten seconds, as devices write it: km/h, whole degrees. */
static void
test_packed_size(void **state)
{
	struct buf b = { 0 };
	struct row r = { fix_of(1, NOON, NOON, 0), ROW_SET | ROW_LIVE }, prev = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		packed_put(&b, &prev, &r);
		r.fix.server_ms += 10000 + i * 37 % 700;
		r.fix.device_ms += 10000;
		r.fix.position.lat_e7 += (i * 53 % 140 - 70) * 100;
		r.fix.position.lon_e7 += (i * 31 % 160 - 80) * 100;
		r.fix.speed_mps = (float)(i * 7 % 90 / 3.6);
		r.fix.course_deg = (float)(i * 11 % 360);
	}
	assert_true(b.n < 18 * 10000);
	buf_done(&b);
}

/* Any one byte changed costs its block and nothing else. */
static void
test_flips(void **state)
{
	struct buf raw = { 0 }, sorted = { 0 };
	struct row rows[10];

	(void)state;
	for (int i = 0; i < 10; i++) {
		rows[i] = (struct row){ fix_of((uint64_t)i, NOON, NOON + i, i),
					ROW_SET | ROW_LIVE };
		block_encode(&raw, &rows[i], 1);
	}
	for (size_t i = 0; i < raw.n; i++) {
		raw.p[i] ^= 1 << i % 8;
		assert_int_equal(walk(buf_span(&raw), rows), 9);
		raw.p[i] ^= 1 << i % 8;
	}
	segment_sort(&sorted, buf_span(&raw));
	assert_int_equal(walk(buf_span(&sorted), rows), 10);
	for (size_t i = 0; i < sorted.n; i++) {
		size_t n;

		sorted.p[i] ^= 1 << i % 8;
		n = walk(buf_span(&sorted), rows); /* the index is no row */
		assert_true(n == 0 || n == 10);
		sorted.p[i] ^= 1 << i % 8;
	}
	buf_done(&raw);
	buf_done(&sorted);
}

/* On the disk within 250 ms, unasked. */
static void
test_durable_soon(void **state)
{
	struct fixture *f = *state;
	char path[400];
	struct stat st = { 0 };
	int fd = -1;

	put(f, 1, NOON, NOON, 0);
	for (int i = 0; i < 24 && st.st_size == 0; i++) {
		usleep(10000);
		fd = newest_raw(f, path, sizeof path);
		if (fd < 0)
			continue;
		fstat(fd, &st);
		close(fd);
	}
	assert_int_equal(st.st_size, BLOCK_HEADER + ROW_BYTES);
}

static void
test_names(void **state)
{
	struct segment s;
	char name[SEGMENT_NAME];

	(void)state;
	assert_true(segment_parse("20260323-0007.raw", &s));
	assert_int_equal(s.number, 7);
	segment_name(name, &s);
	assert_string_equal(name, "20260323-0007.raw");
	assert_true(segment_parse("20260323-12345.trk", &s));
	assert_false(segment_parse("20260323-0007.raw.part", &s));
	assert_false(segment_parse("20261323-0007.raw", &s));
	assert_false(segment_parse("../../etc/passwd", &s));
	assert_false(segment_parse("20260323-7.raw", &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "verdicts:memory", test_verdicts, begin_memory, end, NULL },
		{ "verdicts:folder", test_verdicts, begin_folder, end, NULL },
		{ "forget:memory", test_forget, begin_memory, end, NULL },
		{ "forget:folder", test_forget, begin_folder, end, NULL },
		{ "history:memory", test_history, begin_memory, end, NULL },
		{ "history:folder", test_history, begin_folder, end, NULL },
		{ "days:memory", test_days_and_late, begin_memory, end, NULL },
		{ "days:folder", test_days_and_late, begin_folder, end, NULL },
		{ "held rows stay", test_expire_keeps_what_is_held, begin_folder, end,
		  NULL },
		{ "segments", test_segments, begin_folder, end, NULL },
		{ "reads beside writes", test_reads_beside_writes, begin_folder, end,
		  NULL },
		{ "torn tail", test_torn_tail, begin_folder, end, NULL },
		{ "durable soon", test_durable_soon, begin_folder, end, NULL },
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_packed_size),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
