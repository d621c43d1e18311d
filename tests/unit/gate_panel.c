/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of alarm panels, and the cipher that they use. */
#include "gate/wire/panel.h"
#include "gate_shared.h"
#include "net/net.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
calls_are_calls_and_their_ends_are_not(void **state)
{
	static const struct {
		const char *code, *over;
		unsigned alarm;
	} calls[] = { { "PA", "PH", GATE_SOS },     { "QA", "QR", GATE_SOS },
		      { "HA", "HH", GATE_DURESS },  { "MA", "MR", GATE_MEDICAL },
		      { "FA", "FH", GATE_FIRE },    { "KA", "KR", GATE_FIRE },
		      { "UA", "UR", GATE_GENERAL }, { "TA", "TR", GATE_TAMPER } };

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		const struct panel_event *e = panel_sia(span_of(calls[i].code)),
					 *over = panel_sia(span_of(calls[i].over));

		assert_non_null(e);
		assert_non_null(over);
		assert_int_equal(e->kind, GATE_ALARM);
		assert_int_equal(e->alarms, calls[i].alarm);
		assert_int_equal(over->kind, GATE_RESTORE);
		assert_int_equal(over->alarms, calls[i].alarm);
	}
	assert_int_equal(panel_sia(SPAN("RP"))->kind, GATE_TEST);
	assert_int_equal(panel_sia(SPAN("OP"))->kind, GATE_READING);
	assert_null(panel_sia(SPAN("ZY")));
	assert_null(panel_sia(SPAN("P")));
}

static void
each_number_leads_to_letters(void **state)
{
	size_t n = 0;

	(void)state;
	for (int event = 0; event < 1000; event++)
		for (int q = 1; q <= 3; q += 2) {
			const struct panel_event *e = panel_contact_id(event, q);

			n += e != NULL;
			/* Some are troubles, of a loop or a bus: no alarms. */
			if (event / 100 == 1 && e &&
			    !(q == 1 && strchr("BEGKUW", e->code[0]) &&
			      e->code[1] == 'T'))
				assert_int_equal(e->kind,
						 q == 1 ? GATE_ALARM : GATE_RESTORE);
		}
#define CONTACT_ID(event, code, over) n -= 2;
#include "gate/wire/contact_id.def"
#undef CONTACT_ID
	assert_int_equal(n, 0);
}

/* SP 800-38A, F.2: the vector is not zero there, so one block with it mixed in. */
static void
the_cipher_is_aes(void **state)
{
	static const char *const keys[] = {
		"2b7e151628aed2a6abf7158809cf4f3c",
		"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
		"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	};
	static const char *const wants[] = { "7649abac8119b246cee98e9b12e9197d",
					     "4f021db243bc633d7178183a9fa071e8",
					     "f58c4c04d6e5f1ba779eabfb5f7bfbd6" };
	struct buf in = { 0 };
	char out[16], back[16];

	(void)state;
	assert_true(hex_read(SPAN("6bc0bce12a459991e134741a7f9e1925"), &in));
	for (size_t i = 0; i < 3; i++) {
		struct buf key = { 0 }, want = { 0 };

		assert_true(hex_read(span_of(keys[i]), &key));
		assert_true(hex_read(span_of(wants[i]), &want));
		assert_int_equal(net_aes_cbc(true, buf_span(&key), buf_span(&in), out),
				 0);
		assert_memory_equal(out, want.p, 16);
		assert_int_equal(net_aes_cbc(false, buf_span(&key),
					     (struct span){ out, 16 }, back),
				 0);
		assert_memory_equal(back, in.p, 16);
		buf_done(&key);
		buf_done(&want);
	}
	assert_int_equal(net_aes_cbc(true, SPAN("short"), buf_span(&in), out),
			 ERR_CRYPTO);
	assert_int_equal(
		net_aes_cbc(true, SPAN("0123456789abcdef"), SPAN("half a block"), out),
		ERR_CRYPTO);
	buf_done(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_calls_and_their_ends_are_not),
		cmocka_unit_test(each_number_leads_to_letters),
		cmocka_unit_test(the_cipher_is_aes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
