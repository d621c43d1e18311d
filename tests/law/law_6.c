/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 6: apply reads no clock, no random, no network. The same events in two
 * models give the same bytes; and the sources of model/ name none of the calls.
 */
#include "law_script.h"

#include "journal/inner.h"

#include <dirent.h>

struct twin {
	struct model m;
	const struct seal_keys *keys;
};

static bool
apply_one(void *ctx, const struct store_event *se)
{
	struct twin *t = ctx;
	struct field_error why;
	struct event e;

	assert_int_equal(event_decode(se->doc, t->keys, &e, &why), 0);
	model_apply(&t->m, &e);
	event_done(&e);
	return true;
}

/* All records of m in order, and which were touched last, as text. */
static void
write_model(struct twin *t, struct buf *b)
{
	struct arena AUTO(arena_done) a = { 0 };

	for (int n = 0; n < NOUN__COUNT; n++) {
		size_t count;
		struct record **v = model_list(&t->m, n, &count, &a);

		for (size_t k = 0; k < count; k++) {
			buf_printf(b, "%llu ", (unsigned long long)v[k]->touched_seq);
			record_encode(b, n, v[k], model_key_slot(&t->m, n, v[k]),
				      t->keys);
			buf_add_c(b, '\n');
		}
	}
}

static void
law_6_two_models_come_out_alike(void **state)
{
	struct script *s = calloc(1, sizeof *s);
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
	struct twin a = { 0 }, b = { 0 };
	struct town t;

	(void)state;
	town_open(&t, false);
	*s = (struct script){ .seed = 7 };
	script_listen(s, &t);
	script_seed_ids(s);
	for (int k = 0; k < 3000; k++)
		script_step(s);
	town_settle(&t);
	a.keys = b.keys = &t.journal->keys;
	model_init(&a.m);
	model_init(&b.m);
	assert_int_equal(store_events(t.store, 0, 0, SIZE_MAX >> 1, apply_one, &a), 0);
	usleep(3000); /* another time */
	assert_int_equal(store_events(t.store, 0, 0, SIZE_MAX >> 1, apply_one, &b), 0);
	write_model(&a, &one);
	write_model(&b, &two);
	assert_true(one.n > 100000);
	assert_true(span_is(buf_span(&one), buf_span(&two)));
	model_done(&a.m);
	model_done(&b.m);
	town_close(&t);
	free(s);
}

static void
check_source(const char *path)
{
	static const char *const banned[] = {
		"clock_gettime", "gettimeofday", "time(NULL)",   "crypt_random",
		"getrandom",     "rand(",        "random(",      "fopen(",
		"open(2)",       "socket(",      "clock_system", "getenv(",
		"<time.h>",      "<unistd.h>",   "uv.h",
	};
	struct buf AUTO(buf_done) text = { 0 };
	FILE *f = fopen(path, "r");
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_add_c(&text, (char)c);
	fclose(f);
	for (size_t k = 0; k < ARRAY_LEN(banned); k++)
		if (strstr(text.p, banned[k]))
			fail_msg("%s names %s", path, banned[k]);
}

static void
law_6_model_names_no_clock(void **state)
{
	char path[4096];
	DIR *dir = opendir(SOURCE_ROOT "/src/model");
	const struct dirent *e;
	size_t n = 0;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < 2 || strcmp(e->d_name + len - 2, ".c") != 0)
			continue;
		snprintf(path, sizeof path, SOURCE_ROOT "/src/model/%s", e->d_name);
		check_source(path);
		n++;
	}
	closedir(dir);
	assert_true(n > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_6_two_models_come_out_alike),
		cmocka_unit_test(law_6_model_names_no_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
