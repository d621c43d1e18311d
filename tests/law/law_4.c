/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 4: an event is never altered. Any byte of any event that is changed is
 * found and named; a rewritten chain and a cut tail are found by a head that
 * somebody else kept; destroying a key erases and leaves the chain whole.
 */
#include "law_help.h"

#include "store/sqlite.h"

/* With the head of an earlier report, as somebody else kept it. */
static int
verify_from(struct store *s, const struct chain_report *kept, struct chain_report *ret)
{
	struct chain_head head = { .seq = kept->seq };

	memcpy(head.hash, kept->hash, sizeof head.hash);
	return chain_verify(s, &head, 1, ret);
}

static void
sql(struct store *s, const char *fmt, ...)
{
	struct buf AUTO(buf_done) q = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&q, fmt, ap);
	va_end(ap);
	if (store_exec(s->writer, q.p) < 0)
		fail_msg("%s: %s", q.p, sqlite3_errmsg(s->writer));
}

struct kept {
	struct buf docs[64];
	uint8_t hash[64][32];
	size_t n;
};

static bool
keep(void *ctx, const struct store_event *e)
{
	struct kept *k = ctx;

	assert_true(k->n < ARRAY_LEN(k->docs));
	buf_add_span(&k->docs[k->n], e->doc);
	memcpy(k->hash[k->n++], e->hash, 32);
	return true;
}

static void
kept_done(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		buf_done(&k->docs[i]);
}

static void
put_column(struct store *s, uint64_t seq, const char *column, struct span bytes)
{
	struct buf AUTO(buf_done) q = { 0 };

	buf_printf(&q, "UPDATE events SET %s=x'", column);
	crypt_hex(&q, bytes.p, bytes.n);
	buf_printf(&q, "' WHERE seq=%llu", (unsigned long long)seq);
	assert_true(store_exec(s->writer, q.p) >= 0);
}

static uint64_t
bad_event(struct store *s)
{
	struct chain_report r;
	int rc = chain_verify(s, NULL, 0, &r);

	assert_int_equal(rc, r.bad_seq ? ERR_CORRUPT : 0);
	if (r.bad_seq)
		assert_true(strlen(r.why) > 10);
	return r.bad_seq;
}

static void
open_small(struct town *t)
{
	struct node_args a = { .node = SPAN("khi"),
			       .name = SPAN("Karachi"),
			       .agency_name = SPAN("Police"),
			       .number_seed = 7 };

	*t = (struct town){ .wall = T0 };
	assert_int_equal(crypt_start(), 0);
	town_start(t);
	assert_int_equal(node_make(town_by(t, NULL), &a, &t->control), 0);
	principal_anonymous(&t->stranger, "10.0.0.9");
	for (int k = 0; k < 3; k++)
		town_press_args(t, &t->stranger,
				(struct press_args){ .message = SPAN("help") });
}

static void
law_4_every_changed_byte_is_found_and_named(void **state)
{
	struct town t;
	struct kept k = { 0 };
	size_t flips = 0;

	(void)state;
	open_small(&t);
	assert_int_equal(bad_event(t.store), 0);
	assert_int_equal(store_events(t.store, 0, 0, 100, keep, &k), 0);
	for (size_t i = 0; i < k.n; i++) {
		struct buf *doc = &k.docs[i];

		for (size_t at = 0; at < doc->n; at++) {
			char was = doc->p[at];

			doc->p[at] ^= (char)(1 << at % 8);
			put_column(t.store, i + 1, "doc", buf_span(doc));
			doc->p[at] = was;
			if (bad_event(t.store) != i + 1)
				fail_msg("event %zu, byte %zu", i + 1, at);
			flips++;
		}
		put_column(t.store, i + 1, "doc", buf_span(doc));
		for (size_t at = 0; at < 32; at++) {
			k.hash[i][at] ^= (uint8_t)(1 << at % 8);
			put_column(t.store, i + 1, "hash",
				   (struct span){ (char *)k.hash[i], 32 });
			k.hash[i][at] ^= (uint8_t)(1 << at % 8);
			assert_int_equal(bad_event(t.store), i + 1);
			flips++;
		}
		put_column(t.store, i + 1, "hash",
			   (struct span){ (char *)k.hash[i], 32 });
	}
	assert_int_equal(bad_event(t.store), 0);
	print_message("%zu bytes flipped, each found\n", flips);
	kept_done(&k);
	town_close(&t);
}

/* Columns beside the document are what reads go by. */
static void
law_4_columns_say_what_the_event_says(void **state)
{
	struct town t;

	(void)state;
	open_small(&t);
	sql(t.store, "UPDATE events SET at=at+1 WHERE seq=6");
	assert_int_equal(bad_event(t.store), 6);
	sql(t.store, "UPDATE events SET at=at-1 WHERE seq=6");
	assert_int_equal(bad_event(t.store), 0);
	sql(t.store, "UPDATE events SET incident=NULL WHERE seq=6"); /* hidden */
	assert_int_equal(bad_event(t.store), 6);
	sql(t.store, "UPDATE events SET incident=1 WHERE seq=6"); /* moved */
	assert_int_equal(bad_event(t.store), 6);
	town_close(&t);
}

static void
law_4_a_missing_event_is_found(void **state)
{
	struct chain_report r;
	struct town t;

	(void)state;
	for (uint64_t gone = 1; gone < 5; gone++) {
		open_small(&t);
		sql(t.store, "DELETE FROM events WHERE seq=%llu",
		    (unsigned long long)gone);
		assert_int_equal(chain_verify(t.store, NULL, 0, &r), ERR_CORRUPT);
		assert_int_equal(r.bad_seq, gone);
		town_close(&t);
	}
}

/* Everything from `from` on told anew, with whole hashes, as an owner of the
 * disk could. */
static void
rewrite(struct store *s, struct kept *k, size_t from)
{
	static const uint8_t zero[32];

	for (size_t i = from; i < k->n; i++) {
		if (i == from) {
			char *at = memmem(k->docs[i].p, k->docs[i].n,
					  "\"at\":\"2026-03-23", 16);

			assert_non_null(at);
			at[15] = '2'; /* a day earlier */
		}
		event_hash(k->hash[i], i ? k->hash[i - 1] : zero,
			   buf_span(&k->docs[i]));
		put_column(s, i + 1, "doc", buf_span(&k->docs[i]));
		put_column(s, i + 1, "hash", (struct span){ (char *)k->hash[i], 32 });
	}
}

static void
law_4_a_head_that_somebody_kept_shows_it(void **state)
{
	struct chain_report before, r;
	struct kept k = { 0 };
	struct town t;

	(void)state;
	open_small(&t);
	assert_int_equal(chain_verify(t.store, NULL, 0, &before), 0);
	assert_int_equal(before.seq, journal_durable(t.journal));
	town_press(&t, &t.stranger); /* it goes on after the head was given away */
	assert_int_equal(verify_from(t.store, &before, &r), 0);
	assert_int_equal(store_events(t.store, 0, 0, 100, keep, &k), 0);
	/* the first of all told anew (its time cannot go back elsewhere) */
	rewrite(t.store, &k, 0);
	sql(t.store, "UPDATE events SET at=at-86400000 WHERE seq=1");
	assert_int_equal(chain_verify(t.store, NULL, 0, &r), 0); /* whole by itself */
	assert_int_equal(verify_from(t.store, &before, &r), ERR_CORRUPT);
	assert_int_equal(r.bad_seq, before.seq);
	assert_non_null(strstr(r.why, "rewritten"));
	kept_done(&k);
	town_close(&t);

	open_small(&t);
	assert_int_equal(chain_verify(t.store, NULL, 0, &before), 0);
	sql(t.store, "DELETE FROM events WHERE seq>%llu",
	    (unsigned long long)before.seq - 2);
	assert_int_equal(chain_verify(t.store, NULL, 0, &r), 0);
	assert_int_equal(verify_from(t.store, &before, &r), ERR_CORRUPT);
	assert_int_equal(r.bad_seq, before.seq - 1);
	assert_non_null(strstr(r.why, "cut"));
	town_close(&t);
}

/* --- the head that is given away ---------------------------------------------- */

static void
law_4_heads_are_signed(void **state)
{
	struct buf AUTO(buf_done) head = { 0 }, text = { 0 }, sig = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	struct chain_report r;
	uint8_t hash[32], pub[32];
	struct town t;

	(void)state;
	open_small(&t);
	assert_int_equal(chain_verify(t.store, NULL, 0, &r), 0);
	buf_add_c(&head, '{');
	journal_head(t.journal, &head);
	if (head.p[1] == '{') /* it brings its own braces */
		buf_eat(&head, 1);
	else
		buf_add_c(&head, '}');
	o = json_read(buf_span(&head), NULL);
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "seq")), r.seq);
	assert_true(crypt_unhex(json_str(o, "hash"), hash, 32));
	assert_memory_equal(hash, r.hash, 32);
	assert_true(crypt_unhex(json_str(o, "public_key"), pub, 32));
	assert_true(crypt_unb64(json_str(o, "signature"), &sig));
	assert_int_equal(sig.n, SIGN_BYTES);
	chain_head_text(&text, "khi", r.seq, r.hash, r.at);
	assert_true(crypt_verify((uint8_t *)sig.p, buf_span(&text), pub));
	text.p[text.n - 2] ^= 1;
	assert_false(crypt_verify((uint8_t *)sig.p, buf_span(&text), pub));
	town_close(&t);
}

/* --- erasing ------------------------------------------------------------------ */

static bool
file_has(const char *dir, const char *leaf, const char *word)
{
	char path[256];
	struct buf AUTO(buf_done) all = { 0 };
	char part[65536];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, leaf);
	f = fopen(path, "rb");
	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&all, part, n);
	fclose(f);
	return all.n && memmem(all.p, all.n, word, strlen(word));
}

/* Not store.db-wal: frames that were copied stay in it until others overwrite
 * them, and the search text was among them. Whoever erases sees to that. */
static bool
folder_has(const char *dir, const char *word)
{
	static const char *const leaves[] = { "store.db", "keys", "node.key" };

	for (size_t k = 0; k < ARRAY_LEN(leaves); k++)
		if (file_has(dir, leaves[k], word)) {
			print_message("%s is in %s\n", word, leaves[k]);
			return true;
		}
	return false;
}

static void
law_4_a_destroyed_key_erases_and_the_chain_stays(void **state)
{
	const struct store_search none = { 0 };
	struct store_search gone;
	struct store_batch batch = { .searches = &gone, .n_searches = 1 };
	struct buf AUTO(buf_done) why = { 0 };
	struct key_file *keys;
	struct press_result r;
	struct press_args a = { .message = SPAN("zzsecret plaintext") };
	struct chain_report before, after;
	uint8_t key[64];
	struct town t;
	int64_t slot;

	(void)state;
	town_open(&t, true);
	r = town_press_args(&t, &t.gate, a);
	slot = town_incident(&t, r.incident)->key_slot;
	town_close_incident(&t, r.incident);
	assert_int_equal(chain_verify(t.store, NULL, 0, &before), 0);
	/* what is sealed is nowhere in the clear but in the search text */
	gone = none;
	gone.incident = r.incident.seq;
	assert_int_equal(store_append(t.store, &batch), 0);
	town_stop(&t);
	assert_false(folder_has(t.dir, "zzsecret"));

	assert_int_equal(node_key_load(t.dir, false, key, &why), 0);
	assert_int_equal(key_file_open(t.dir, key + 32, &keys, &why), 0);
	assert_int_equal(key_file_destroy(keys, &slot, 1), 0);
	assert_null(key_file_seal(keys).key(key_file_seal(keys).ctx, slot));
	key_file_close(keys);

	town_start(&t);
	assert_int_equal(verify_from(t.store, &before, &after), 0);
	assert_int_equal(after.seq, before.seq);
	assert_null(town_incident(&t, r.incident)->message);
	/* the rest of the record is there, and it can still be handled */
	assert_string_equal(town_incident(&t, r.incident)->site_name, "Consulate");
	assert_int_equal(incident_reopen(town_by(&t, &t.boss), r.incident), 0);
	town_settle(&t);
	assert_int_equal(verify_from(t.store, &before, &after), 0);
	town_stop(&t);
	assert_false(folder_has(t.dir, "zzsecret"));
	town_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_4_every_changed_byte_is_found_and_named),
		cmocka_unit_test(law_4_columns_say_what_the_event_says),
		cmocka_unit_test(law_4_a_missing_event_is_found),
		cmocka_unit_test(law_4_a_head_that_somebody_kept_shows_it),
		cmocka_unit_test(law_4_heads_are_signed),
		cmocka_unit_test(law_4_a_destroyed_key_erases_and_the_chain_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
