/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON against the JSONTestSuite, read from beside the tree when it is there:
 * y_ are read, n_ refused, i_ are either and harm nobody. And what the house
 * asks beyond: no duplicate keys, at most 64 levels, and writing what is read.
 */
#include "base/auto.h"
#include "base/json.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Valid JSON that we refuse: the same key twice is two readings of one text, and
 * so is a NUL in a key where C reads it. */
static const char *const stricter[] = { "y_object_escaped_null_in_key.json",
					"y_object_duplicated_key.json",
					"y_object_duplicated_key_and_value.json" };

static void
slurp(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(ret, part, n);
	fclose(f);
}

/* What was read is written and read again: the same value, and stable bytes. */
static void
check_again(const json_t *v)
{
	char *one = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY), *two;
	json_t AUTO(auto_json) *again = json_read(span_of(one), NULL);

	assert_non_null(again);
	two = json_dumps(again, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void
check_file(const char *dir, const char *name)
{
	struct buf AUTO(buf_done) text = { 0 };
	struct json_err err = { 0 };
	json_t AUTO(auto_json) *v = NULL;
	char path[4096], *exact;
	bool is_wanted = name[0] == 'y';

	for (size_t k = 0; k < ARRAY_LEN(stricter); k++)
		if (strcmp(name, stricter[k]) == 0)
			is_wanted = false;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	slurp(path, &text);
	exact = malloc(text.n ? text.n : 1); /* a read past the end is found */
	if (text.n)
		memcpy(exact, text.p, text.n);
	v = json_read((struct span){ exact, text.n }, &err);
	free(exact);
	if (name[0] != 'i' && !v == is_wanted)
		fail_msg("%s was %s: %s", name, v ? "read" : "refused", err.text);
	if (!v)
		assert_true(strlen(err.text) > 0);
	else
		check_again(v);
}

static void
the_json_test_suite(void **state)
{
	const char *data = getenv("KUMAK_DATA");
	char dir[4096];
	const struct dirent *e;
	DIR *d;
	int n = 0;

	(void)state;
	snprintf(dir, sizeof dir, "%s/json/JSONTestSuite/test_parsing",
		 data ? data : SOURCE_ROOT "/../shared/data");
	d = opendir(dir);
	if (!d && !data) { /* a worktree lies one deeper */
		snprintf(dir, sizeof dir,
			 SOURCE_ROOT "/../../shared/data/json/JSONTestSuite/"
				     "test_parsing");
		d = opendir(dir);
	}
	if (!d)
		skip();
	while ((e = readdir(d))) {
		if (!strstr(e->d_name, ".json"))
			continue;
		check_file(dir, e->d_name);
		n++;
	}
	closedir(d);
	print_message("%d files\n", n);
	assert_true(n > 300);
}

static void
depth_is_bounded(void **state)
{
	(void)state;
	for (int depth = 60; depth < 70; depth++) {
		struct buf AUTO(buf_done) b = { 0 };
		json_t AUTO(auto_json) *v = NULL;

		for (int k = 0; k < depth; k++)
			buf_add_c(&b, k % 2 ? '[' : '[');
		for (int k = 0; k < depth; k++)
			buf_add_c(&b, ']');
		v = json_read(buf_span(&b), NULL);
		assert_int_equal(v != NULL, depth <= 64);
	}
}

static void
keys_come_once(void **state)
{
	json_t AUTO(auto_json) *deep =
		json_read(SPAN("[{\"a\":{\"b\":1,\"b\":1}}]"), NULL);

	(void)state;
	assert_null(json_read(SPAN("{\"a\":1,\"a\":2}"), NULL));
	assert_null(json_read(SPAN("{\"a\":1,\"\\u0061\":2}"), NULL));
	assert_null(deep);
}

/* Any bytes become a text that a reader takes, and the same one twice. */
static void
any_bytes_can_be_written(void **state)
{
	uint64_t s = 1;

	(void)state;
	for (int k = 0; k < 20000; k++) {
		struct buf AUTO(buf_done) b = { 0 }, mended = { 0 };
		json_t AUTO(auto_json) *v = NULL;
		char bytes[24];
		size_t n = (size_t)k % sizeof bytes;

		for (size_t i = 0; i < n; i++) {
			s = s * 6364136223846793005u + 1442695040888963407u;
			bytes[i] = (char)(s >> 56);
			if (k % 3 == 0 && i % 2)
				bytes[i] = (char)(0x80 | (bytes[i] & 0x3f));
		}
		jw_open(&b, '[');
		jw_str(&b, (struct span){ bytes, n });
		jw_close(&b, ']');
		v = json_read(buf_span(&b), NULL);
		assert_non_null(v);
		utf8_mend(&mended, (struct span){ bytes, n });
		assert_int_equal(json_string_length(json_array_get(v, 0)), mended.n);
		if (mended.n)
			assert_memory_equal(json_string_value(json_array_get(v, 0)),
					    mended.p, mended.n);
	}
}

static void
commas_stand_where_they_must(void **state)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct position p = {
		.is_set = true, .lat_e7 = -1, .lon_e7 = 1800000000, .accuracy_m = 0
	};

	(void)state;
	jw_open(&b, '{');
	jw_kbool(&b, "a", true);
	jw_key(&b, "b");
	jw_open(&b, '[');
	jw_i64(&b, INT64_MIN);
	jw_null(&b);
	jw_double(&b, 1.25, 1);
	jw_open(&b, '{');
	jw_close(&b, '}');
	jw_open(&b, '[');
	jw_close(&b, ']');
	jw_str(&b, SPAN(",:{["));
	jw_str(&b, SPAN(""));
	jw_close(&b, ']');
	jw_kpos(&b, "p", &p);
	jw_ktime(&b, "t", INT64_MIN);
	jw_close(&b, '}');
	assert_string_equal(
		b.p, "{\"a\":true,\"b\":[-9223372036854775808,null,1.2,{},[],"
		     "\",:{[\",\"\"],\"p\":{\"lat\":-0.0000001,\"lon\":180.0000000,"
		     "\"accuracy_m\":0}}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_json_test_suite),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(keys_come_once),
		cmocka_unit_test(any_bytes_can_be_written),
		cmocka_unit_test(commas_stand_where_they_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
