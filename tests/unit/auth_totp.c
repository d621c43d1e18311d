/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time codes against the vectors of their standards: SHA-1 (FIPS 180-4),
 * HMAC (RFC 2202), the counter (RFC 4226, appendix D), the clock (RFC 6238,
 * appendix B); then the window, and that no code is taken twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "auth/totp.h"
#include "base/auto.h"
#include "base/crypt.h"
#include "base/sha1.h"

static void
is_hex(const uint8_t *have, const char *want)
{
	struct buf AUTO(buf_done) hex = { 0 };

	crypt_hex(&hex, have, SHA1_BYTES);
	assert_string_equal(hex.p, want);
}

static void
sha1_vectors(void **state)
{
	static const struct {
		const char *text, *hash;
	} v[] = {
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	};
	struct buf AUTO(buf_done) million = { 0 };
	uint8_t h[SHA1_BYTES];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(v); k++) {
		sha1(h, span_of(v[k].text));
		is_hex(h, v[k].hash);
	}
	for (int k = 0; k < 1000000; k++)
		buf_add_c(&million, 'a');
	sha1(h, buf_span(&million));
	is_hex(h, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

static void
hmac_vectors(void **state)
{
	char many[80];
	uint8_t h[SHA1_BYTES];

	(void)state;
	memset(many, 0x0b, 20);
	sha1_hmac(h, (struct span){ many, 20 }, SPAN("Hi There"));
	is_hex(h, "b617318655057264e28bc0b6fb378c8ef146be00");
	sha1_hmac(h, SPAN("Jefe"), SPAN("what do ya want for nothing?"));
	is_hex(h, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	memset(many, 0xaa, sizeof many);
	sha1_hmac(h, (struct span){ many, sizeof many },
		  SPAN("Test Using Larger Than Block-Size Key - Hash Key First"));
	is_hex(h, "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

#define KEY SPAN("12345678901234567890")
#define KEY32 SPAN("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

static void
counter_vectors(void **state)
{
	static const uint32_t want[] = { 755224, 287082, 359152, 969429, 338314,
					 254676, 287922, 162583, 399871, 520489 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(want); k++)
		assert_int_equal(totp_code(KEY, k, 6), want[k]);
}

static void
clock_vectors(void **state)
{
	static const struct {
		int64_t at_s;
		uint32_t code;
	} v[] = {
		{ 59, 94287082 },         { 1111111109, 7081804 },
		{ 1111111111, 14050471 }, { 1234567890, 89005924 },
		{ 2000000000, 69279037 }, { 20000000000, 65353130 },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(v); k++) {
		char code[16];
		int64_t step = 0;

		assert_int_equal(totp_code(KEY, (uint64_t)v[k].at_s / 30, 8),
				 v[k].code);
		snprintf(code, sizeof code, "%06u", v[k].code % 1000000);
		assert_true(
			totp_check(KEY32, span_of(code), v[k].at_s * 1000, -1, &step));
		assert_int_equal(step, v[k].at_s / 30);
	}
}

/* 287082 is the code of step 1, from 30 s to 59.999 s. */
static void
one_step_aside_and_no_more(void **state)
{
	int64_t step = 0;

	(void)state;
	assert_true(totp_check(KEY32, SPAN("287082"), 0, -1, &step));
	assert_true(totp_check(KEY32, SPAN("287082"), 89999, -1, &step));
	assert_int_equal(step, 1);
	assert_false(totp_check(KEY32, SPAN("287082"), 90000, -1, &step));
	assert_false(totp_check(KEY32, SPAN("520489"), 7 * 30000, -1, &step)); /* 9 */
	assert_true(totp_check(KEY32, SPAN("520489"), 8 * 30000, -1, &step));
}

static void
no_code_twice(void **state)
{
	int64_t step = 0;

	(void)state;
	assert_true(totp_check(KEY32, SPAN("287082"), 45000, 0, &step));
	assert_false(totp_check(KEY32, SPAN("287082"), 45000, 1, &step));
	/* nor an earlier one after a later one */
	assert_false(totp_check(KEY32, SPAN("755224"), 45000, 1, &step));
	assert_true(totp_check(KEY32, SPAN("359152"), 45000, 1, &step));
	assert_int_equal(step, 2);
}

static void
what_is_no_code_fits_nothing(void **state)
{
	static const char *const bad[] = { "",       "28708",   "2870820", "28708a",
					   "-87082", "+287082", "287082\n" };
	int64_t step = 0;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		assert_false(totp_check(KEY32, span_of(bad[k]), 45000, -1, &step));
	assert_true(totp_check(KEY32, SPAN("287 082"), 45000, -1, &step));
	assert_false(totp_check(SPAN(""), SPAN("287082"), 45000, -1, &step));
	assert_false(totp_check(SPAN("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"),
				SPAN("287082"), 45000, -1, &step));
}

static void
a_new_secret_is_one(void **state)
{
	struct buf AUTO(buf_done) a = { 0 }, b = { 0 }, uri = { 0 };
	int64_t step = 0;
	char code[16];

	(void)state;
	totp_new_secret(&a);
	totp_new_secret(&b);
	assert_int_equal(a.n, 32);
	assert_false(span_is(buf_span(&a), buf_span(&b)));
	/* of a million codes, one fits it: it is read as base32 */
	for (unsigned k = 0; k < 1000000 && !step; k++) {
		snprintf(code, sizeof code, "%06u", k);
		totp_check(buf_span(&a), span_of(code), 300000, -1, &step);
	}
	assert_in_range(step, 9, 11);
	totp_uri(&uri, SPAN("کراچی & co"), SPAN("gate@a"), KEY32);
	assert_string_equal(uri.p, "otpauth://totp/"
				   "%DA%A9%D8%B1%D8%A7%DA%86%DB%8C%20%26%20co:gate%40a"
				   "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer="
				   "%DA%A9%D8%B1%D8%A7%DA%86%DB%8C%20%26%20co"
				   "&algorithm=SHA1&digits=6&period=30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha1_vectors),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(counter_vectors),
		cmocka_unit_test(clock_vectors),
		cmocka_unit_test(one_step_aside_and_no_more),
		cmocka_unit_test(no_code_twice),
		cmocka_unit_test(what_is_no_code_fits_nothing),
		cmocka_unit_test(a_new_secret_is_one),
	};

	if (crypt_start() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
