/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One suite over every engine: what the doorway promises, on a folder and in
 * memory.
 */
#include "store_help.h"

#include "base/auto.h"
#include "base/utf8.h"

static const char *const places[] = { ":memory:", NULL };

struct fixture {
	const char *dir; /* ":memory:" or a folder of its own */
	char folder[64];
	struct store *s;
	struct store_info info;
	uint8_t head[HASH_BYTES];
};

static void
fixture_open(struct fixture *f)
{
	struct buf why = { 0 };

	if (store_open(f->dir, STORE_WRITE, &f->s, &f->info, &why) != 0)
		fail_msg("%s", why.p);
	buf_done(&why);
}

static int
begin(void **state, const char *place)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->folder, "/tmp/kumak-store-XXXXXX");
	if (!place)
		assert_non_null(mkdtemp(f->folder));
	f->dir = place ? place : f->folder;
	fixture_open(f);
	*state = f;
	return 0;
}

static int
begin_memory(void **state)
{
	return begin(state, places[0]);
}

static int
begin_folder(void **state)
{
	return begin(state, places[1]);
}

static int
end(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	if (f->dir == f->folder)
		folder_remove(f->dir);
	free(f);
	return 0;
}

static void
test_new(void **state)
{
	struct fixture *f = *state;

	assert_true(f->info.is_new);
	assert_int_equal(f->info.epoch, 1);
	assert_int_equal(f->info.last_seq, 0);
}

static void
test_append_and_walk(void **state)
{
	struct fixture *f = *state;
	struct walk w;
	uint64_t last = 0;

	for (size_t n = 1; n <= 30; last += n++)
		assert_int_equal(batch_put(f->s, last, n, f->head), 0);
	assert_int_equal(walk(f->s, &w), 0);
	assert_int_equal(w.last, last);
	assert_memory_equal(w.head, f->head, HASH_BYTES);
	assert_true(has_record(f->s, 'c', last, 0));
	assert_true(has_record(f->s, 'i', (last - 30) / 10 + 1, last));
}

static bool
count_events(void *ctx, const struct store_event *e)
{
	(void)e;
	return ++*(int *)ctx < 7;
}

static void
test_events_bounds(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	assert_int_equal(batch_put(f->s, 0, 40, f->head), 0);
	assert_int_equal(store_events(f->s, 35, 0, 100, count_events, &n), 0);
	assert_int_equal(n, 5);
	n = 0;
	assert_int_equal(store_events(f->s, 0, 0, 3, count_events, &n), 0);
	assert_int_equal(n, 3);
	n = 0; /* the callback stops at 7 */
	assert_int_equal(store_events(f->s, 0, 0, 100, count_events, &n), 0);
	assert_int_equal(n, 7);
	n = 0; /* two of three events belong to incident 1 */
	assert_int_equal(store_events(f->s, 30, 1, 100, count_events, &n), 0);
	assert_int_equal(n, 7);
	n = 0;
	assert_int_equal(store_events(f->s, 40, 0, 100, count_events, &n), 0);
	assert_int_equal(n, 0);
}

static void
put_one(struct fixture *f, char noun, uint64_t seq, int64_t k1, const char *body)
{
	struct store_record r = { .noun = noun,
				  .seq = seq,
				  .k = { k1, STORE_NULL, (int64_t)seq % 2 },
				  .body = span_of(body) };
	struct store_batch b = { .records = &r, .n_records = 1 };

	assert_int_equal(store_append(f->s, &b), 0);
}

struct found {
	uint64_t seq[16];
	int n;
	struct store *nested;
};

static bool
on_record(void *ctx, const struct store_record *r)
{
	struct found *found = ctx;

	found->seq[found->n++] = r->seq;
	return found->n < 16;
}

static void
test_records(void **state)
{
	struct fixture *f = *state;
	struct buf b = { 0 };
	int64_t k[STORE_COLUMNS];

	for (const char *noun = STORE_NOUNS; *noun; noun++) {
		put_one(f, *noun, 5, 77, "{\"a\":1}");
		assert_int_equal(store_get(f->s, *noun, 5, &b, k), 0);
		assert_string_equal(b.p, "{\"a\":1}");
		assert_int_equal(k[0], 77);
		assert_true(k[1] == STORE_NULL);
		buf_clear(&b);
		put_one(f, *noun, 5, 78, "{\"a\":2}");
		assert_int_equal(store_get(f->s, *noun, 5, &b, k), 0);
		assert_string_equal(b.p, "{\"a\":2}");
		assert_int_equal(k[0], 78);
		put_one(f, *noun, 5, 0, "");
		assert_int_equal(store_get(f->s, *noun, 5, &b, NULL), ERR_NOT_FOUND);
		buf_clear(&b);
	}
	assert_int_equal(store_get(f->s, '!', 5, &b, NULL), ERR_RANGE);
	buf_done(&b);
}

static void
test_find(void **state)
{
	struct fixture *f = *state;
	struct found found = { 0 };
	struct store_query q = { .noun = 'u', .column = 0, .equals = 9, .limit = 10 };

	for (uint64_t seq = 1; seq <= 12; seq++)
		put_one(f, 'u', seq, seq % 4 ? 9 : STORE_NULL, "{}");
	assert_int_equal(store_find(f->s, &q, on_record, &found), 0);
	assert_int_equal(found.n, 9);
	assert_int_equal(found.seq[0], 1);
	assert_int_equal(found.seq[8], 11);
	q.is_descending = true, q.before = 11, q.after = 5, found.n = 0;
	assert_int_equal(store_find(f->s, &q, on_record, &found), 0);
	assert_int_equal(found.n, 4); /* 10 9 7 6 */
	assert_int_equal(found.seq[0], 10);
	assert_int_equal(found.seq[3], 6);
	q = (struct store_query){ .noun = 'u', .column = -1, .limit = 5 };
	found.n = 0;
	assert_int_equal(store_find(f->s, &q, on_record, &found), 0);
	assert_int_equal(found.n, 5);
	q = (struct store_query){ .noun = 'u', .column = 2, .equals = 1, .limit = 100 };
	found.n = 0;
	assert_int_equal(store_find(f->s, &q, on_record, &found), 0);
	assert_int_equal(found.n, 6);
}

static bool
on_record_nested(void *ctx, const struct store_record *r)
{
	struct found *found = ctx;
	struct store_query q = { .noun = 'u', .column = 0, .equals = 9, .limit = 3 };
	struct found inner = { 0 };
	struct buf b = { 0 };

	assert_int_equal(store_find(found->nested, &q, on_record, &inner), 0);
	assert_int_equal(inner.n, 3);
	assert_int_equal(store_get(found->nested, 'u', r->seq, &b, NULL), 0);
	assert_true(span_is(buf_span(&b), r->body));
	buf_done(&b);
	return on_record(ctx, r);
}

static void
test_find_nested(void **state)
{
	struct fixture *f = *state;
	struct found found = { .nested = f->s };
	struct store_query q = { .noun = 'u', .column = 0, .equals = 9, .limit = 10 };

	for (uint64_t seq = 1; seq <= 6; seq++)
		put_one(f, 'u', seq, 9, "{\"n\":1}");
	assert_int_equal(store_find(f->s, &q, on_record_nested, &found), 0);
	assert_int_equal(found.n, 6);
}

static void
put_text(struct fixture *f, uint64_t incident, const char *text)
{
	struct buf folded = { 0 };
	struct store_search t = { .incident = incident };
	struct store_batch b = { .searches = &t, .n_searches = 1 };

	utf8_fold(&folded, span_of(text));
	t.text = buf_span(&folded);
	assert_int_equal(store_append(f->s, &b), 0);
	buf_done(&folded);
}

static bool
on_incident(void *ctx, uint64_t incident)
{
	struct found *found = ctx;

	found->seq[found->n++] = incident;
	return true;
}

/* How many incidents are found; the newest in *ret_first. */
static int
ask(struct fixture *f, const char *query, uint64_t before, uint64_t *ret_first)
{
	struct buf folded = { 0 };
	struct found found = { 0 };

	utf8_fold(&folded, span_of(query));
	assert_int_equal(
		store_search(f->s, buf_span(&folded), before, 10, on_incident, &found),
		0);
	buf_done(&folded);
	if (ret_first)
		*ret_first = found.seq[0];
	return found.n;
}

static void
test_search(void **state)
{
	struct fixture *f = *state;
	uint64_t first;

	put_text(f, 1, "Robbery at Clifton Block 5, Karachi");
	put_text(f, 2, "ڈکیتی، کراچی کِلفٹن۔ گاڑی ABC-123");
	put_text(f, 3, "中国领事馆 卡拉奇 报警");
	put_text(f, 4, "Fire near Clifton bridge");
	assert_int_equal(ask(f, "clifton", 0, &first), 2);
	assert_int_equal(first, 4);
	assert_int_equal(ask(f, "CLIF rob", 0, &first), 1);
	assert_int_equal(first, 1);
	assert_int_equal(ask(f, "clifton", 4, &first), 1);
	assert_int_equal(first, 1);
	/* Arabic kaf and yeh for the Urdu ones, a zer less, and punctuation */
	assert_int_equal(ask(f, "كراچي", 0, &first), 1);
	assert_int_equal(first, 2);
	assert_int_equal(ask(f, "کلفٹن", 0, NULL), 1);
	assert_int_equal(ask(f, "abc 123", 0, NULL), 1);
	/* runs of ideographs: the middle, one sign, all of it, a wrong pair */
	assert_int_equal(ask(f, "领事", 0, &first), 1);
	assert_int_equal(first, 3);
	assert_int_equal(ask(f, "馆", 0, NULL), 1);
	assert_int_equal(ask(f, "中国领事馆", 0, NULL), 1);
	assert_int_equal(ask(f, "国中", 0, NULL), 0);
	/* nothing to ask, and what the query language would take as its own */
	assert_int_equal(ask(f, "", 0, NULL), 0);
	assert_int_equal(ask(f, "\" OR * - ( NEAR", 0, NULL), 0);
	assert_int_equal(ask(f, "rob\" OR \"fire", 0, NULL), 0);
}

static void
test_search_replaced(void **state)
{
	struct fixture *f = *state;

	put_text(f, 1, "first words");
	put_text(f, 1, "first words");
	assert_int_equal(ask(f, "first", 0, NULL), 1);
	put_text(f, 1, "second");
	assert_int_equal(ask(f, "first", 0, NULL), 0);
	assert_int_equal(ask(f, "second", 0, NULL), 1);
	put_text(f, 1, "");
	assert_int_equal(ask(f, "second", 0, NULL), 0);
	put_text(f, 1, "");
}

/* What was removed is in no page of the file, whatever stood around it. */
static void
test_search_forgotten(void **state)
{
	struct ram *ram = ram_new();
	struct fixture f = { 0 };
	struct buf why = { 0 };
	char text[64], *p;
	size_t n;

	(void)state;
	assert_int_equal(store_open_on(ram_disk(ram_ref(ram)), STORE_WRITE, &small,
				       &f.s, &f.info, &why),
			 0);
	for (uint64_t i = 1; i <= 300; i++) {
		snprintf(text, sizeof text, i == 7 ? "qarlmnzvx%d" : "word%d and more",
			 (int)i);
		put_text(&f, i, text);
	}
	assert_int_equal(fill_drain(f.s), 0);
	assert_int_equal(care_turn(f.s), 0);
	p = ram_bytes(ram, "store.db", &n);
	assert_non_null(memmem(p, n, "qarlmnzvx7", 10));
	put_text(&f, 301, "qarlmnzvx7");
	put_text(&f, 301, "");
	put_text(&f, 7, "");
	p = ram_bytes(ram, "store.db-front", &n);
	assert_non_null(memmem(p, n, "arlmnzvx", 8));
	assert_int_equal(fill_drain(f.s), 0);
	assert_int_equal(care_turn(f.s), 0);
	p = ram_bytes(ram, "store.db", &n);
	assert_null(memmem(p, n, "arlmnzvx", 8));
	put_text(&f, 302, "another");
	p = ram_bytes(ram, "store.db-front", &n);
	assert_null(memmem(p, n, "arlmnzvx", 8));
	assert_int_equal(ask(&f, "word8", 0, NULL), 1 + 10 - 1);
	assert_int_equal(ask(&f, "qarl", 0, NULL), 0);
	assert_int_equal(store_check(f.s, &why), 0);
	store_close(f.s);
	ram_unref(ram);
	buf_done(&why);
}

static void
test_gap_is_final(void **state)
{
	struct fixture *f = *state;
	struct walk w;

	assert_int_equal(batch_put(f->s, 0, 3, f->head), 0);
	assert_int_equal(batch_put(f->s, 7, 1, f->head), ERR_STATE);
	assert_int_equal(batch_put(f->s, 3, 1, f->head), ERR_STATE);
	assert_int_equal(walk(f->s, &w), 0);
	assert_int_equal(w.last, 3);
}

static void
test_check_is_quiet(void **state)
{
	struct fixture *f = *state;
	struct buf report = { 0 };
	uint64_t last = 0;

	for (int i = 0; i < 20; i++, last += 20)
		assert_int_equal(batch_put(f->s, last, 20, f->head), 0);
	assert_int_equal(store_check(f->s, &report), 0);
	assert_int_equal(report.n, 0);
	assert_int_equal(batch_put(f->s, last, 20, f->head), 0);
	buf_done(&report);
}

static void
test_space(void **state)
{
	struct fixture *f = *state;
	struct store_space space;

	assert_int_equal(store_space(f->s, &space), 0);
	assert_in_range(space.used_percent, 0, 100);
	assert_true(space.free_bytes > 0);
	assert_false(space.is_reserve_gone);
}

/* What the first version wrote is brought up by the next start, and read-only
 * it says that this is to be done. */
static void
test_older(void **state)
{
	struct buf AUTO(buf_done) why = { 0 }, body = { 0 };
	struct fixture *f = *state;
	struct store *reader;
	struct store_info info;

	put_one(f, 'u', 3, 7, "{\"b\":1}");
	for (const char *c = strchr(STORE_NOUNS, 'l') + 1; *c;
	     c++) { /* of later steps */
		char sql[64];

		snprintf(sql, sizeof sql, "DROP TABLE " NOUN_TABLE_FMT,
			 NOUN_TABLE_ARGS(*c));
		assert_int_equal(store_exec(f->s->writer, sql), 0);
	}
	assert_int_equal(store_exec(f->s->writer, "DROP TABLE search_b"), 0);
	assert_int_equal(
		store_exec(f->s->writer, "DELETE FROM migration WHERE number > 1"), 0);
	assert_int_equal(
		store_exec(f->s->writer,
			   "INSERT INTO rec_i(seq, body) VALUES "
			   "(9, '{\"m_closed\":\"2026-03-23T10:15:30.000Z\"}'), "
			   "(10, '{\"state\":\"new\"}')"),
		0);
	store_close(f->s);
	f->s = NULL;
	buf_printf(&body, "%s/store.db-front", f->dir); /* it had none */
	assert_int_equal(unlink(body.p), 0);
	buf_clear(&body);
	assert_int_equal(store_open(f->dir, STORE_READ, &reader, &info, &why),
			 ERR_UNSUPPORTED);
	assert_non_null(strstr(why.p, "start the server once"));
	fixture_open(f);
	put_one(f, 'h', 5, 77, "{\"a\":1}");
	assert_int_equal(store_get(f->s, 'h', 5, &body, NULL), 0);
	buf_clear(&body);
	assert_int_equal(store_get(f->s, 'u', 3, &body, NULL), 0);
	/* closed incidents stand by the day on which they were closed */
	assert_int_equal(store_exec(f->s->writer,
				    "CREATE TEMP TABLE day(n CHECK(n = 1)); "
				    "INSERT INTO day SELECT count(*) "
				    "FROM rec_i WHERE k1 IS NOT NULL; "
				    "INSERT INTO day SELECT count(*) "
				    "FROM rec_i WHERE k1 = -20535"),
			 0);
}

static void
test_backup(void **state)
{
	struct fixture *f = *state;
	char path[64] = "/tmp/kumak-copy-XXXXXX";
	struct store *copy;
	struct store_info info;
	struct buf why = { 0 };
	struct walk w;
	uint64_t last = 0;

	assert_non_null(mkdtemp(path));
	for (int i = 0; i < 40; i++, last += 16)
		assert_int_equal(batch_put(f->s, last, 16, f->head), 0);
	assert_int_equal(store_backup(f->s, path), 0);
	assert_int_equal(store_backup(f->s, path), ERR_EXISTS);
	assert_int_equal(batch_put(f->s, last, 16, f->head), 0);
	assert_int_equal(store_open(path, STORE_READ, &copy, &info, &why), 0);
	assert_int_equal(info.last_seq, last);
	store_close(copy);
	assert_int_equal(store_open(path, STORE_WRITE, &copy, &info, &why), 0);
	assert_int_equal(info.epoch, f->info.epoch + 1);
	assert_int_equal(walk(copy, &w), 0);
	assert_int_equal(w.last, last);
	assert_int_equal(store_check(copy, &why), 0);
	store_close(copy);
	buf_done(&why);
	folder_remove(path);
}

#define BOTH(test)                                             \
	{ #test ":memory", test, begin_memory, end, NULL },    \
	{                                                      \
#test ":folder", test, begin_folder, end, NULL \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_new),
		BOTH(test_append_and_walk),
		BOTH(test_events_bounds),
		BOTH(test_records),
		BOTH(test_find),
		BOTH(test_find_nested),
		BOTH(test_search),
		BOTH(test_search_replaced),
		cmocka_unit_test(test_search_forgotten),
		BOTH(test_gap_is_final),
		BOTH(test_check_is_quiet),
		BOTH(test_space),
		BOTH(test_backup),
		{ "test_older:folder", test_older, begin_folder, end, NULL },
	};

	if (crypt_start() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
