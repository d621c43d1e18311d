/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small parts of base: folding of Urdu, times, ids, the map under churn,
 * places, sealed boxes.
 */
#include "base/auto.h"
#include "base/crypt.h"
#include "base/err.h"
#include "base/geo.h"
#include "base/id.h"
#include "base/map.h"
#include "base/time.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static uint64_t seed;

static uint64_t
rnd(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* --- folding ---------------------------------------------------------------------- */

/* Each row: writings of one word that a search must not tell apart. */
static const char *const alike[][6] = {
	{ "کراچی", "كراچي", "كراچى", "کَراچِی", "کــراچی", "ڪراچي" },
	{ "ہسپتال", "هسپتال", "ہسپتَال" },
	{ "آرام باغ", "ارام باغ", "أرام باغ", "إرام باغ", "ٱرام باغ" },
	{ "مسئلہ", "مسیلہ", "مسئله", "مسئلة" },
	{ "مؤمن", "مومن" },
	{ "گلی ۱۲۳", "گلی ١٢٣", "گلی 123", "گلی‌ 123" },
	{ "Clifton", "CLIFTON", "clifton" },
	{ "جزء", "جز" },
	{ "لڑکے", "لڑکی" }, /* yeh barree is folded with yeh */
};

/* Writings that stay apart. */
static const char *const apart[][2] = {
	{ "پانی", "بانی" }, { "چاند", "جاند" },   { "ڈاک", "داک" },
	{ "گل", "کل" },     { "بھائی", "بہائی" }, { "ٹال", "تال" },
	{ "ں", "ن" },       { "a", "b" },         { "é", "e" },
};

static void
urdu_is_folded(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(alike); k++) {
		struct buf AUTO(buf_done) first = { 0 };

		utf8_fold(&first, span_of(alike[k][0]));
		for (size_t i = 1; i < 6 && alike[k][i]; i++) {
			struct buf AUTO(buf_done) other = { 0 };

			utf8_fold(&other, span_of(alike[k][i]));
			if (!span_is(buf_span(&first), buf_span(&other)))
				fail_msg("%s and %s: %s %s", alike[k][0], alike[k][i],
					 first.p, other.p);
		}
	}
	for (size_t k = 0; k < ARRAY_LEN(apart); k++) {
		struct buf AUTO(buf_done) a = { 0 }, b = { 0 };

		utf8_fold(&a, span_of(apart[k][0]));
		utf8_fold(&b, span_of(apart[k][1]));
		if (span_is(buf_span(&a), buf_span(&b)))
			fail_msg("%s is folded with %s", apart[k][0], apart[k][1]);
	}
}

/* Folding twice is folding once, and gives valid UTF-8, for every character. */
static void
folding_is_stable(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x11000; c++) {
		struct buf AUTO(buf_done) one = { 0 }, two = { 0 }, raw = { 0 };

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		utf8_put(&raw, c);
		utf8_fold(&one, buf_span(&raw));
		utf8_fold(&two, buf_span(&one));
		assert_true(utf8_is_valid(buf_span(&one)));
		assert_true(span_is(buf_span(&one), buf_span(&two)));
	}
}

static void
utf8_knows_bad_bytes(void **state)
{
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf0\x80\x80\x80",
					   "\xf4\x90\x80\x80",
					   "\xf8\x88\x80\x80\x80",
					   "\xc3",
					   "\xe2\x82",
					   "\xf0\x9f\x98",
					   "\xff",
					   "a\xfe" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
		struct buf AUTO(buf_done) mended = { 0 };

		assert_false(utf8_is_valid(span_of(bad[k])));
		utf8_mend(&mended, span_of(bad[k]));
		assert_true(utf8_is_valid(buf_span(&mended)));
	}
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		struct buf AUTO(buf_done) b = { 0 };
		struct span s;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		utf8_put(&b, c);
		s = buf_span(&b);
		assert_int_equal(utf8_next(&s), c);
		assert_int_equal(s.n, 0);
	}
}

/* --- time ---------------------------------------------------------------------------
 */

static void
times_go_there_and_back(void **state)
{
	const int64_t least = -62167219200000, most = 253402300799999;

	(void)state;
	for (int k = 0; k < 200000; k++) {
		int64_t ms = least + (int64_t)(rnd() % (uint64_t)(most - least + 1));
		int64_t back = 0;
		struct buf AUTO(buf_done) b = { 0 };

		if (k == 0)
			ms = least;
		if (k == 1)
			ms = most;
		time_format(&b, ms);
		assert_int_equal(b.n, 24);
		assert_int_equal(time_parse(buf_span(&b), &back), 0);
		assert_int_equal(back, ms);
	}
}

static void
times_agree_with_the_library(void **state)
{
	(void)state;
	for (int k = 0; k < 20000; k++) {
		time_t s = (time_t)(rnd() % 4102444800u); /* until 2100 */
		struct tm tm;
		char text[40];
		struct buf AUTO(buf_done) b = { 0 };

		assert_non_null(gmtime_r(&s, &tm));
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		time_format(&b, (int64_t)s * 1000);
		assert_string_equal(b.p, text);
	}
}

static const struct {
	const char *text;
	int64_t ms; /* -1: refused */
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01 05:00:00+05:00", 0 },
	{ "1970-01-01t05:00:00+0500", 0 },
	{ "1969-12-31T21:30:00-02:30", 0 },
	{ "1970-01-01T00:00:00.1Z", 100 },
	{ "1970-01-01T00:00:00.123456789Z", 123 },
	{ "2024-02-29T00:00:00Z", 1709164800000 },
	{ "2016-12-31T23:59:60Z", 1483228800000 }, /* a leap second */
	{ "2023-02-29T00:00:00Z", -1 },
	{ "2100-02-29T00:00:00Z", -1 },
	{ "1970-13-01T00:00:00Z", -1 },
	{ "1970-00-01T00:00:00Z", -1 },
	{ "1970-01-32T00:00:00Z", -1 },
	{ "1970-01-01T24:00:00Z", -1 },
	{ "1970-01-01T00:60:00Z", -1 },
	{ "1970-01-01T00:00:61Z", -1 },
	{ "1970-01-01T00:00:00", -1 },
	{ "1970-01-01T00:00:00.Z", -1 },
	{ "1970-01-01T00:00:00Z ", -1 },
	{ "1970-01-01T00:00:00+5", -1 },
	{ "1970-01-01T00:00:00+24:00", -1 },
	{ "1970-01-01T00:00:00+05:60", -1 },
	{ "1970-01-01T00:00:00+05:0", -1 },
	{ "+970-01-01T00:00:00Z", -1 },
	{ "1970-01-01", -1 },
	{ "", -1 },
	/* what cannot be written again in four digits of a year */
	{ "0000-01-01T00:00:00+01:00", -1 },
	{ "9999-12-31T23:59:59-01:00", -1 },
};

static void
times_are_strict(void **state)
{
	int64_t ms;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(times); k++) {
		ms = -1;
		if (time_parse(span_of(times[k].text), &ms) < 0)
			assert_int_equal(ms, -1); /* untouched */
		if (ms != times[k].ms)
			fail_msg("%s: %lld", times[k].text, (long long)ms);
	}
	assert_true(time_parse(SPAN("1970-01-01\0"
				    "00:00:00Z"),
			       &ms) < 0);
}

/* --- ids
 * ------------------------------------------------------------------------------ */

static void
ids_go_there_and_back(void **state)
{
	static const char *const bad[] = {
		"",
		"khi",
		"khi.i",
		"khi.i.",
		"khi.i.0",
		"khi.i.01",
		"khi.i.-1",
		"khi.i.+1",
		"khi.i.1 ",
		" khi.i.1",
		"KHI.i.1",
		"khi._.1",
		"khi.ii.1",
		"khi..1",
		".i.1",
		"1hi.i.1",
		"karachis.i.1",
		"khi.i.1.2",
		"khi.i.9223372036854775808",
		"khi.i.1e3",
		"k\xc3\xa4.i.1",
		"khi.i.0x1",
		"khi/i/1",
	};
	struct id id, back;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		if (id_parse(span_of(bad[k]), &id) == 0)
			fail_msg("%s is read as an id", bad[k]);
	for (int k = 0; k < 50000; k++) {
		struct buf AUTO(buf_done) b = { 0 };
		size_t n = 1 + rnd() % NODE_MAX;

		id = (struct id){ .seq = 1 +
					 rnd() % 999999999999999999u, /* 18 digits */
				  .noun = "abcxyz0189ABZ"[rnd() % 13] };
		for (size_t i = 0; i < n; i++)
			id.node[i] = "abcxyz0189"[rnd() % (i ? 10 : 6)];
		id_format(&b, id);
		assert_int_equal(id_parse(buf_span(&b), &back), 0);
		assert_true(id_is(id, back));
		assert_memory_equal(&id, &back, sizeof id); /* it is a map key */
	}
}

/* --- the map
 * --------------------------------------------------------------------------- */

#define KEYS 4096

static void
the_map_holds_under_churn(void **state)
{
	static bool has[KEYS];
	static char values[KEYS];
	struct map m = { 0 };
	size_t n = 0;

	(void)state;
	for (int k = 0; k < 3000000; k++) {
		/* few keys live at a time, so removed ones pile up */
		uint32_t key = (uint32_t)(rnd() % (k < 1000000 ? KEYS : 64));
		struct span s = { (char *)&key, sizeof key };
		void *want = has[key] ? &values[key] : NULL;

		switch (rnd() % 4) {
		case 0:
			assert_ptr_equal(map_put(&m, s, &values[key]), want);
			n += !has[key];
			has[key] = true;
			break;
		case 1:
		case 2:
			assert_ptr_equal(map_remove(&m, s), want);
			n -= has[key];
			has[key] = false;
			break;
		default:
			assert_ptr_equal(map_get(&m, s), want);
		}
		assert_int_equal(m.n, n);
		assert_true(m.n + m.dead < m.cap || !m.cap);
	}
	assert_true(m.cap <= 4 * KEYS); /* it does not grow by churn */
	map_done(&m);
}

static void
the_map_walks_over_all_once(void **state)
{
	static char values[1000];
	struct map m = { 0 };
	struct span key;
	size_t seen = 0, left = 0;
	void *v;

	(void)state;
	for (int k = 0; k < 1000; k++)
		map_put(&m, (struct span){ (char *)&k, sizeof k }, &values[k]);
	for (size_t i = 0; map_next(&m, &i, &key, &v);) {
		assert_int_equal(values[(char *)v - values], 0);
		values[(char *)v - values] = 1;
		seen++;
		if (seen % 2) /* removing the one just seen is allowed */
			assert_ptr_equal(map_remove(&m, key), v);
	}
	assert_int_equal(seen, 1000);
	for (size_t i = 0; map_next(&m, &i, NULL, NULL);)
		left++;
	assert_int_equal(left, 500);
	assert_null(map_get(&m, SPAN("")));
	map_put(&m, SPAN(""), values);
	assert_ptr_equal(map_get(&m, (struct span){ 0 }), values);
	map_done(&m);
}

/* --- places
 * ------------------------------------------------------------------------------ */

static void
places_and_distances(void **state)
{
	struct position karachi, islamabad, p;

	(void)state;
	assert_true(geo_position(24.8607, 67.0011, &karachi));
	assert_true(geo_position(33.6844, 73.0479, &islamabad));
	assert_true(fabs(geo_distance_m(&karachi, &islamabad) - 1141000) < 6000);
	assert_true(geo_distance_m(&karachi, &karachi) == 0);
	assert_true(fabs(geo_distance_m(&karachi, &islamabad) -
			 geo_distance_m(&islamabad, &karachi)) < 1e-6);
	assert_false(geo_position(90.1, 0, &p));
	assert_false(geo_position(0, -180.1, &p));
	assert_false(geo_position(NAN, 0, &p));
	assert_false(geo_position(0, INFINITY, &p));
	for (int k = 0; k < 20000; k++) {
		double bearing = (double)(rnd() % 360), m = (double)(1 + rnd() % 5000);
		double off;

		assert_true(geo_position((double)(rnd() % 120) - 60 + 0.123,
					 (double)(rnd() % 360) - 180, &karachi));
		p = geo_move(&karachi, bearing, m);
		assert_true(fabs(geo_distance_m(&karachi, &p) - m) < 0.02 + m * 0.002);
		if (m < 100)
			continue;
		off = fabs(geo_bearing_deg(&karachi, &p) - bearing);
		assert_true(off < 0.5 || off > 359.5);
	}
}

/* --- sealing
 * ------------------------------------------------------------------------------- */

static void
boxes_are_the_same_twice_and_open_whole(void **state)
{
	uint8_t key[KEY_BYTES], other[KEY_BYTES];

	(void)state;
	crypt_random(key, sizeof key);
	crypt_random(other, sizeof other);
	for (size_t n = 0; n < 300; n++) {
		struct buf AUTO(buf_done) a = { 0 }, b = { 0 }, c = { 0 }, out = { 0 };
		char msg[300];

		for (size_t i = 0; i < n; i++)
			msg[i] = (char)rnd();
		crypt_seal(&a, (struct span){ msg, n }, key);
		crypt_seal(&b, (struct span){ msg, n }, key);
		crypt_seal(&c, (struct span){ msg, n }, other);
		assert_int_equal(a.n, n + SEAL_OVERHEAD);
		assert_true(span_is(buf_span(&a), buf_span(&b)));
		assert_false(span_is(buf_span(&a), buf_span(&c)));
		assert_int_equal(crypt_unseal(&out, buf_span(&a), key), 0);
		assert_int_equal(out.n, n);
		assert_true(n == 0 || memcmp(out.p, msg, n) == 0);
		assert_true(crypt_unseal(&out, buf_span(&a), other) < 0);
		a.p[rnd() % a.n] ^= (char)(1 << rnd() % 8);
		assert_true(crypt_unseal(&out, buf_span(&a), key) < 0);
		assert_true(crypt_unseal(&out, (struct span){ b.p, b.n - 1 }, key) < 0);
		assert_int_equal(out.n, n); /* untouched by the failures */
	}
}

/* A key of 16 letters, zeros behind it, as OwnTracks makes one of a word. */
static void
a_box_of_another_program_opens(void **state)
{
	uint8_t key[KEY_BYTES], box[100];
	char out[100];
	const struct span hex = SPAN("6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e0"
				     "f8d7be9e622d4f3a5bff9c7c1268778e3205173e8");

	(void)state;
	memset(key, 'A', 16);
	memset(key + 16, 0, 16);
	assert_true(crypt_unhex(hex, box, hex.n / 2));
	assert_int_equal(
		crypt_box_open((struct span){ (char *)box, hex.n / 2 }, key, out), 5);
	assert_memory_equal(out, "hello", 5);
	assert_true(crypt_box_open((struct span){ (char *)box, hex.n / 2 - 1 }, key,
				   out) < 0);
	box[30] ^= 1;
	assert_true(crypt_box_open((struct span){ (char *)box, hex.n / 2 }, key, out) <
		    0);
	assert_true(crypt_box_open((struct span){ (char *)box, 39 }, key, out) < 0);
}

static void
codes_go_there_and_back(void **state)
{
	(void)state;
	for (size_t n = 0; n < 100; n++) {
		struct buf AUTO(buf_done) hex = { 0 }, b64 = { 0 }, out = { 0 };
		uint8_t raw[100], back[100];

		crypt_random(raw, n);
		crypt_hex(&hex, raw, n);
		crypt_b64(&b64, raw, n);
		assert_int_equal(hex.n, n * 2);
		if (n) {
			assert_true(crypt_unhex(buf_span(&hex), back, n));
			assert_memory_equal(raw, back, n);
			assert_false(crypt_unhex(buf_span(&hex), back, n - 1));
		}
		assert_true(crypt_unb64(buf_span(&b64), &out));
		assert_int_equal(out.n, n);
		assert_true(n == 0 || memcmp(out.p, raw, n) == 0);
	}
	struct buf AUTO(buf_done) out = { 0 };
	assert_false(crypt_unb64(SPAN("a+b/"), &out));
	assert_false(crypt_unb64(SPAN("abc="), &out));
	assert_false(crypt_unb64(SPAN("a"), &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urdu_is_folded),
		cmocka_unit_test(folding_is_stable),
		cmocka_unit_test(utf8_knows_bad_bytes),
		cmocka_unit_test(times_go_there_and_back),
		cmocka_unit_test(times_agree_with_the_library),
		cmocka_unit_test(times_are_strict),
		cmocka_unit_test(ids_go_there_and_back),
		cmocka_unit_test(the_map_holds_under_churn),
		cmocka_unit_test(the_map_walks_over_all_once),
		cmocka_unit_test(places_and_distances),
		cmocka_unit_test(boxes_are_the_same_twice_and_open_whole),
		cmocka_unit_test(a_box_of_another_program_opens),
		cmocka_unit_test(codes_go_there_and_back),
	};

	if (crypt_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
