/* SPDX-License-Identifier: Apache-2.0 */
/* Events and records as bytes: the envelope, and what is not taken for one. */
#include "law/law_help.h"

#include "base/utf8.h"

#define HEAD "{\"seq\":7,\"at\":\"2026-03-23T10:15:30.000Z\",\"epoch\":1,"
#define TAIL "\"type\":\"room.muted\",\"subject\":\"khi.z.2\",\"body\":{}}"

static const struct {
	const char *doc;
	const char *bad; /* what the reason names; NULL: it is an event */
} docs[] = {
	{ HEAD "\"world\":\"live\"," TAIL, NULL },
	{ HEAD "\"world\":\"training\"," TAIL, NULL },
	/* a world that we do not know is never the live one */
	{ HEAD "\"world\":\"ex-12\"," TAIL, "world" },
	{ HEAD "\"world\":\"\"," TAIL, "world" },
	{ HEAD "\"world\":1," TAIL, "world" },
	{ HEAD TAIL, "world" },
	{ "", "seq" },
	{ "[]", "seq" },
	{ "{\"seq\":0}", "seq" },
	{ "{\"seq\":1,\"type\":\"room.painted\"}", "type" },
	{ "{\"seq\":1,\"type\":\"room.muted\",\"world\":\"live\"}", "at" },
	{ HEAD "\"world\":\"live\",\"type\":\"room.muted\",\"subject\":\"khi.i.2\"}",
	  "subject" },
	{ HEAD "\"world\":\"live\",\"type\":\"room.muted\",\"subject\":\"khi.z.2\"}",
	  "body" },
};

static void
an_event_is_whole_or_none(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(docs); k++) {
		struct field_error why = { 0 };
		struct event e;
		int rc = event_decode(span_of(docs[k].doc), NULL, &e, &why);

		if (docs[k].bad) {
			if (rc != ERR_CORRUPT || strcmp(why.field, docs[k].bad) != 0)
				fail_msg("%s: %d %s", docs[k].doc, rc, why.text);
			continue;
		}
		assert_int_equal(rc, 0);
		event_done(&e);
	}
}

static void
a_record_names_its_world(void **state)
{
	struct id id = { .seq = 3, .noun = 's', .node = "khi" };
	struct record *rec = NULL;

	(void)state;
	assert_int_equal(
		record_decode(NOUN_SITE, id, SPAN("{\"name\":\"x\"}"), NULL, &rec),
		ERR_CORRUPT);
	assert_int_equal(record_decode(NOUN_SITE, id,
				       SPAN("{\"world\":\"ex\",\"name\":\"x\"}"), NULL,
				       &rec),
			 ERR_CORRUPT);
	assert_int_equal(record_decode(NOUN_SITE, id,
				       SPAN("{\"world\":\"training\",\"name\":\"x\","
					    "\"of_a_newer_program\":1}"),
				       NULL, &rec),
			 0);
	assert_int_equal(rec->world, WORLD_TRAINING);
	assert_string_equal(((struct site *)rec)->name, "x");
	record_free(&noun_site, rec);
}

/* No personal field is in the open part, of any noun. */
static void
sealed_fields_are_not_in_the_open(void **state)
{
	struct town t;

	(void)state;
	town_open(&t, false);
	for (int n = 0; n < NOUN__COUNT; n++) {
		const struct noun *noun = nouns[n];
		struct buf AUTO(buf_done) body = { 0 };
		struct id id = { .seq = 9, .noun = noun->letter, .node = "khi" };
		struct record *rec = record_new(noun, id, WORLD_LIVE);
		struct key_file *keys;
		struct seal_keys seal;
		bool has_sealed = false;

		for (size_t k = 0; k < noun->n_fields; k++) {
			const struct field *f = &noun->fields[k];

			if (!(f->flags & FIELD_SEALED))
				continue;
			has_sealed = true;
			if (f->type == FIELD_STR)
				*(char **)((char *)rec + f->off) =
					span_dup(SPAN("zzsecret"));
		}
		assert_int_equal(key_file_open(":memory:", (const uint8_t[32]){ 1 },
					       &keys, &body),
				 0);
		seal = key_file_seal(keys);
		record_encode(&body, n, rec, 5, &seal);
		assert_null(strstr(body.p, "zzsecret"));
		assert_int_equal(strstr(body.p, "\"sealed\":") != NULL, has_sealed);
		record_free(noun, rec);
		key_file_close(keys);
	}
	town_close(&t);
}

/* What our own code puts into a patch is as a replay will read it. */
static void
values_come_in_as_a_replay_reads_them(void **state)
{
	struct patch p;
	struct signal *s;
	char bad[5000];

	(void)state;
	memset(bad, 0xff, sizeof bad);
	patch_init(&p, &noun_signal);
	s = (struct signal *)p.rec;
	PATCH_STR(&p, signal, message, ((struct span){ bad, sizeof bad }));
	assert_true(strlen(s->message) <= FIELD_STR_MAX); /* three bytes for each */
	assert_true(strlen(s->message) > FIELD_STR_MAX - 4);
	assert_true(utf8_is_valid(span_of(s->message)));
	PATCH_STR(&p, signal, labels, SPAN("[ \"a\" ]"));
	assert_string_equal(s->labels, "[\"a\"]");
	PATCH_STR(&p, signal, labels, SPAN("7")); /* no list */
	assert_null(s->labels);
	PATCH_STR(&p, signal, labels, SPAN("[\"a\"")); /* no JSON */
	assert_null(s->labels);
	patch_done(&p);
}

/* Keys made ahead that never reached the disk whole are made again: what a new
 * call says is never dropped for want of a key. */
static void
keys_that_were_cut_are_made_again(void **state)
{
	struct press_args a = { .message = SPAN("help us") };
	struct press_result r;
	char path[128];
	struct town t;

	(void)state;
	town_open(&t, true);
	r = town_press_args(&t, &t.gate, a);
	town_stop(&t);
	snprintf(path, sizeof path, "%s/keys", t.dir);
	/* as after a power cut: the size was noted, the bytes were not */
	assert_int_equal(truncate(path, 20 * 72), 0);
	assert_int_equal(truncate(path, 1024 * 72), 0);
	town_start(&t);
	assert_string_equal(
		((struct signal *)journal_find(t.journal, NOUN_SIGNAL, r.signal))
			->message,
		"help us");
	for (int k = 0; k < 30; k++) {
		r = town_press_args(&t, &t.gate, a);
		town_close_incident(&t, r.incident);
	}
	town_stop(&t);
	town_start(&t);
	assert_string_equal(
		((struct signal *)journal_find(t.journal, NOUN_SIGNAL, r.signal))
			->message,
		"help us");
	town_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_whole_or_none),
		cmocka_unit_test(a_record_names_its_world),
		cmocka_unit_test(sealed_fields_are_not_in_the_open),
		cmocka_unit_test(values_come_in_as_a_replay_reads_them),
		cmocka_unit_test(keys_that_were_cut_are_made_again),
	};

	if (crypt_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
