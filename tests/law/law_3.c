/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 3: state is the fold of events. A long random script runs against a store
 * on disk, with stops and starts; then every event is folded into an empty model
 * and every record must be the same bytes as on the shelf, but for the fields
 * whose key was destroyed.
 */
#include "law_script.h"
#include "law_fold.h"

#define STEPS 9750

static void
tell(void *ctx, enum noun_index n, struct record *rec, struct span shelf,
     struct span replayed)
{
	static int told;

	(void)ctx;
	(void)rec;
	if (told++ < 4)
		print_message("%s\n shelf    " SPAN_FMT "\n replayed " SPAN_FMT "\n",
			      nouns[n]->name, SPAN_ARG(shelf), SPAN_ARG(replayed));
}

static void
run_script(struct script *s, struct town *t, uint64_t seed, size_t steps)
{
	*s = (struct script){ .seed = seed };
	script_listen(s, t);
	script_seed_ids(s);
	for (size_t k = 0; k < steps; k++) {
		script_step(s);
		if (k % 2000 == 1999) {
			town_stop(t);
			town_start(t);
			script_listen(s, t);
		}
	}
	town_settle(t);
}

static void
law_3_replay_gives_the_same_bytes(void **state)
{
	struct script *s = malloc(sizeof *s);
	bool has_met[NOUN__COUNT] = { false };

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct town t;
		struct fold f;

		town_open(&t, true);
		run_script(s, &t, seed, STEPS);
		town_stop(&t);
		fold_open(&f, t.dir);
		for (int n = 0; n < NOUN__COUNT; n++)
			has_met[n] |= f.m.tables[n].n > 0;
		if (fold_compare(&f, tell, NULL))
			fail_msg("records differ (seed %d)", (int)seed);
		print_message("seed %d: %zu events, %zu of %zu commands refused\n",
			      (int)seed, f.events, s->refused, s->done);
		assert_true(f.events > STEPS / 4 && s->refused > STEPS / 10);
		fold_close(&f);
		town_close(&t);
	}
	for (int n = 0; n < NOUN__COUNT; n++)
		if (!has_met[n])
			fail_msg("the script met no %s", nouns[n]->name);
	free(s);
}

/* --- after a key was destroyed ------------------------------------------------ */

struct erased {
	struct fold *f;
	int64_t slot;
	size_t n;
};

static json_t *
without_sealed(struct span body)
{
	json_t *o = json_read(body, NULL);

	assert_non_null(o);
	json_object_del(o, "sealed");
	return o;
}

static void
only_sealed(void *ctx, enum noun_index n, struct record *rec, struct span shelf,
	    struct span replayed)
{
	struct erased *e = ctx;
	json_t AUTO(auto_json) *a = without_sealed(shelf);
	json_t AUTO(auto_json) *b = json_read(replayed, NULL);

	assert_int_equal(model_key_slot(&e->f->m, n, rec), e->slot);
	assert_true(json_equal(a, b));
	assert_null(json_object_get(b, "sealed"));
	e->n++;
}

static void
law_3_only_sealed_fields_go_with_their_key(void **state)
{
	struct script *s = malloc(sizeof *s);
	struct town t;
	struct fold f;
	struct erased e = { .f = &f };
	void *v;

	(void)state;
	town_open(&t, true);
	run_script(s, &t, 11, 1500);
	town_stop(&t);
	fold_open(&f, t.dir);
	e.slot = -1;
	for (size_t i = 0; map_next(&f.m.tables[NOUN_SIGNAL], &i, NULL, &v);)
		if (((struct signal *)v)->message && *((struct signal *)v)->message)
			e.slot = model_key_slot(&f.m, NOUN_SIGNAL, v);
	assert_true(e.slot >= 0);
	assert_int_equal(key_file_destroy(f.keys, &e.slot, 1), 0);
	fold_close(&f);
	fold_open(&f, t.dir);
	fold_compare(&f, only_sealed, &e);
	assert_true(e.n >= 2); /* the signal and its caller on the roll, at least */
	fold_close(&f);
	town_close(&t);
	free(s);
}

static void
law_3_an_erased_incident_replays(void **state)
{
	struct press_args a = { .key = SPAN("one"),
				.claimed_at = TIME_NONE,
				.message = SPAN("zzwhisper") };
	struct erased e = { 0 };
	struct press_result r, again;
	struct town t;
	struct fold f;

	(void)state;
	town_open(&t, true);
	r = town_press_args(&t, &t.gate, a);
	a.key = SPAN("two"); /* another caller: the roll tells them apart by number */
	again = town_press_args(&t, &t.button, a);
	assert_true(id_is(again.incident, r.incident));
	town_press(&t, &t.gate);
	town_close_incident(&t, r.incident);
	town_settle(&t);
	e.slot = town_incident(&t, r.incident)->key_slot;
	assert_int_equal(journal_erase_keys(t.journal, &e.slot, 1), 0);
	assert_int_equal(incident_erase(town_by(&t, NULL), r.incident), 0);
	town_settle(&t);
	assert_null(signal_find(t.m, r.signal)->message);
	assert_null(town_incident(&t, r.incident)->message);
	assert_int_equal(incident_reopen(town_by(&t, &t.boss), r.incident), ERR_DENIED);
	town_stop(&t);
	fold_open(&f, t.dir);
	e.f = &f;
	fold_compare(&f, only_sealed, &e);
	assert_int_equal(incident_find(&f.m, r.incident)->people_count, 2);
	assert_int_equal(incident_find(&f.m, r.incident)->signals_count, 3);
	assert_true(e.n >= 3);
	fold_close(&f);
	/* a start reads the same, and two on the roll without a source are two */
	town_start(&t);
	assert_int_equal(town_incident(&t, r.incident)->roll.n, 2);
	town_close(&t);
}

/* --- what left memory comes back as it was ------------------------------------- */

static void
law_3_what_left_memory_is_sealed_as_before(void **state)
{
	struct press_args more = { .key = SPAN("more"),
				   .message = SPAN("zzwhisper"),
				   .claimed_at = TIME_NONE };
	struct buf AUTO(buf_done) docs = { 0 };
	struct town t;
	struct fold f;
	struct press_result first, r;

	(void)state;
	town_open(&t, true);
	first = town_press(&t, &t.gate);
	town_close_incident(&t, first.incident);
	/* closed ones leave memory after 512; the signals stay for 4096 */
	for (int k = 0; k < 600; k++) {
		r = town_press(&t, &t.gate);
		town_close_incident(&t, r.incident);
	}
	assert_null(incident_find(t.m, first.incident));
	assert_non_null(signal_find(t.m, first.signal));
	assert_int_equal(signal_amend(town_by(&t, &t.gate), first.signal, &more), 0);
	assert_int_equal(incident_reopen(town_by(&t, &t.boss), first.incident), 0);
	town_settle(&t);
	town_docs(t.store, &docs);
	assert_null(memmem(docs.p, docs.n, "zzwhisper", 9));
	town_stop(&t);
	fold_open(&f, t.dir);
	assert_int_equal(fold_compare(&f, tell, NULL), 0);
	fold_close(&f);
	town_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_3_replay_gives_the_same_bytes),
		cmocka_unit_test(law_3_only_sealed_fields_go_with_their_key),
		cmocka_unit_test(law_3_an_erased_incident_replays),
		cmocka_unit_test(law_3_what_left_memory_is_sealed_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
