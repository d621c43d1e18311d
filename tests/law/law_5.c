/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law 5: decide may refuse, and then says nothing; apply cannot fail, whatever
 * event it is given.
 */
#include "law_script.h"

static void
law_5_a_refused_command_emits_nothing(void **state)
{
	struct script *s = calloc(1, sizeof *s);
	struct town t;

	(void)state;
	town_open(&t, false);
	*s = (struct script){ .seed = 99 };
	script_listen(s, &t);
	script_seed_ids(s);
	for (int k = 0; k < 12000; k++)
		script_step(s); /* fails on a word after a refusal */
	print_message("%zu of %zu refused\n", s->refused, s->done);
	assert_true(s->refused > 3000);
	town_close(&t);
	free(s);
}

/* Who may do nothing at all: every command is tried by them. */
static void
law_5_who_may_nothing_changes_nothing(void **state)
{
	struct script *s = calloc(1, sizeof *s);
	struct town t;
	struct principal nobody[3];
	struct press_result r;
	struct id id;

	(void)state;
	town_open(&t, false);
	r = town_press(&t, &t.gate);
	town_offer(&t, r.incident, t.unit);
	principal_anonymous(&nobody[0], "10.1.1.1");
	nobody[1] = t.button;
	nobody[2] = t.other_gate;
	*s = (struct script){ .t = &t, .seed = 4 };
	script_seed_ids(s);
	s->ids[NOUN_INCIDENT].v[s->ids[NOUN_INCIDENT].n++] = r.incident;
	for (int k = 0; k < 9000; k++) {
		struct principal *who = &nobody[k % 3];
		struct decision *d = town_by(&t, who);
		uint64_t before = journal_tail(t.journal);
		int rc;

		switch (pick(s, 8)) {
		case 0:
			rc = script_offer(s, d);
			break;
		case 1:
			rc = script_open_call(s, d);
			break;
		case 2:
			rc = script_site(s, d);
			break;
		case 3:
			rc = script_unit(s, d);
			break;
		case 4:
			rc = script_account(s, d);
			break;
		case 5:
			rc = assignment_set(d, pick_id(s, NOUN_ASSIGNMENT),
					    1 + (int)pick(s, 8), true, SPAN(""));
			break;
		case 6:
			rc = incident_close(d, r.incident, DISP_HANDLED, SPAN(""));
			break;
		default:
			rc = incident_note(d, r.incident,
					   &(struct note_args){ .text = SPAN("x"),
								.to_owner = true },
					   &id);
		}
		assert_int_equal(rc, ERR_DENIED);
		assert_int_equal(journal_tail(t.journal), before);
	}
	town_close(&t);
	free(s);
}

/* Every type, about a record that is not there and about one that is, with an
 * empty body and with one that names what is nowhere. */
static void
law_5_apply_cannot_fail(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"incident\":\"khi.i.77\",\"unit\":\"khi.u.5\",\"site\":\"khi.s.6\","
		"\"state\":\"closed\",\"key_slot\":9}",
		"{\"incident\":null,\"source\":null,\"hash\":null,\"state\":null,"
		"\"login\":null,\"callsign\":null}",
		"{\"incident\":\"khi.i.1\",\"source\":\"khi.a.1\",\"key\":\"k\","
		"\"state\":\"accepted\",\"unit\":\"khi.u.1\"}",
	};
	struct model m;

	(void)state;
	model_init(&m);
	for (uint64_t round = 0; round < 5 * ARRAY_LEN(bodies); round++) {
		for (int type = 1; type < EVENT__COUNT; type++) {
			struct buf AUTO(buf_done) doc = { 0 };
			struct field_error why;
			struct event e;
			int rc;

			buf_printf(&doc,
				   "{\"seq\":%llu,\"at\":\"2026-03-23T10:15:30.000Z\","
				   "\"epoch\":1,\"world\":\"live\",\"type\":\"%s\","
				   "\"subject\":\"khi.%c.%llu\",\"body\":%s}",
				   (unsigned long long)(round * 100 + (uint64_t)type),
				   event_infos[type].type,
				   nouns[event_infos[type].noun]->letter,
				   (unsigned long long)(1 + round % 3),
				   bodies[round % ARRAY_LEN(bodies)]);
			rc = event_decode(buf_span(&doc), NULL, &e, &why);
			if (rc < 0)
				fail_msg("%s: %s", doc.p, why.text);
			model_apply(&m, &e);
			event_done(&e);
		}
	}
	model_done(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(law_5_a_refused_command_emits_nothing),
		cmocka_unit_test(law_5_who_may_nothing_changes_nothing),
		cmocka_unit_test(law_5_apply_cannot_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
