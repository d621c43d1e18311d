/* SPDX-License-Identifier: Apache-2.0 */
/* Alphabets, headers of parts and messages of SMPP, by the bytes of the standards. */
#include "gate_shared.h"

#include "gate/wire/gsm7.h"
#include "gate/wire/mqtt.h"
#include "gate/wire/sms.h"
#include "gate/wire/smpp_pdu.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
gsm_letters(void **state)
{
	/* 3GPP TS 23.038, 6.2.1: the whole table, and its extension */
	static const char all[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./"
				  "0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
				  "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€";
	char septets[300], again[600];
	size_t n;

	(void)state;
	assert_true(gsm7_from_utf8(span_of(all), septets, sizeof septets, &n));
	assert_int_equal(n, 127 + 9 * 2);
	for (int i = 0, k = 0; i < 128; i++) /* 0x1b is no letter */
		if (i != 0x1b)
			assert_int_equal(septets[k++], i);
	n = gsm7_to_utf8((struct span){ septets, n }, again, sizeof again);
	assert_true(span_is_z((struct span){ again, n }, all));
	assert_memory_equal(septets + 127, "\x1b\x14\x1b\x28", 4);
	assert_false(gsm7_from_utf8(SPAN("مدد"), septets, sizeof septets, &n));
	assert_false(gsm7_from_utf8(SPAN("abc"), septets, 2, &n));
	/* an escape that is not known is the letter itself */
	n = gsm7_to_utf8(SPAN("\x1b\x41"), again, sizeof again);
	assert_true(span_is_z((struct span){ again, n }, "A"));
}

static void
ucs2_letters(void **state)
{
	char bytes[64], again[64];
	size_t n;

	(void)state;
	assert_true(
		ucs2_from_utf8(SPAN("aم\xf0\x9f\x9a\x93"), bytes, sizeof bytes, &n));
	assert_int_equal(n, 8);
	assert_memory_equal(bytes, "\0a\x06\x45\xd8\x3d\xde\x93", 8);
	n = ucs2_to_utf8((struct span){ bytes, n }, again, sizeof again);
	assert_true(span_is_z((struct span){ again, n }, "aم\xf0\x9f\x9a\x93"));
	n = ucs2_to_utf8(SPAN("\xd8\x3d"), again, sizeof again); /* half a pair */
	assert_true(span_is_z((struct span){ again, n }, "\xef\xbf\xbd"));
}

static void
numbers(void **state)
{
	static const struct {
		const char *a, *b;
		bool are_same;
	} pairs[] = {
		{ "+923001234567", "0300 1234567", true },
		{ "+923001234567", "00923001234567", true },
		{ "+92 (300) 123-4567", "923001234567", true },
		{ "+923001234567", "+923001234568", false },
		{ "+923001234567", "+4423001234567", false },
		{ "1234567", "+92211234567", false }, /* too much before it */
		{ "911", "911", false },              /* too short to be sure */
		{ "JAZZ", "JAZZ", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		assert_int_equal(
			sms_is_same_number(span_of(pairs[i].a), span_of(pairs[i].b)),
			pairs[i].are_same);
	assert_true(sms_may_answer("+923001234567"));
	assert_false(sms_may_answer("8888"));
	assert_false(sms_may_answer("TELCO12345678"));
}

static void
submit_bytes(void **state)
{
	/* SMPP 3.4, 4.4.1: laid out by hand */
	static const char want[] = "\0\0\0\x34\0\0\0\x04\0\0\0\0\0\0\0\x05"
				   "\0"
				   "\0\x01"
				   "1911\0"
				   "\x01\x01"
				   "923001234567\0"
				   "\0"
				   "\0\0"
				   "\0\0"
				   "\0\0"
				   "\0"
				   "\0"
				   "\x03"
				   "SOS";
	struct smpp_part parts[SMPP_PARTS_MAX];
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(smpp_split(SPAN("SOS"), 1, parts), 1);
	smpp_write_submit(&b, 5, SPAN("1911"), SPAN("+923001234567"), parts);
	assert_int_equal(b.n, sizeof want - 1);
	assert_memory_equal(b.p, want, b.n);
	buf_clear(&b);
	smpp_write_bind(&b, 1, SPAN("kumak"), SPAN("too-long-a-word"));
	assert_memory_equal(b.p + 16, "kumak\0too-long\0kumak\0\x34\0\0\0", 25);
	assert_int_equal(b.n, 16 + 25);
	buf_done(&b);
}

/* Whole again, no pair torn. */
static void
joins(const char *text, size_t want_parts)
{
	struct smpp_part parts[SMPP_PARTS_MAX];
	size_t n = smpp_split(span_of(text), 9, parts), have = 0;
	char again[4096];

	assert_int_equal(n, want_parts);
	for (size_t i = 0; i < n; i++) {
		struct span p = { parts[i].bytes, parts[i].n };

		if (parts[i].has_udh)
			p = span_skip(p, 6);
		have += parts[i].coding ? ucs2_to_utf8(p, again + have, 1000)
					: gsm7_to_utf8(p, again + have, 1000);
	}
	assert_true(span_is_z((struct span){ again, have }, text));
}

static void
long_texts(void **state)
{
	char a[600] = { 0 };

	(void)state;
	memset(a, 'a', 160);
	joins(a, 1);
	memset(a, 'a', 161);
	joins(a, 2);
	memset(a, 'a', 152);
	memcpy(a + 152, "[[[[[[[[[[[[", 13); /* an escape where the cut would be */
	joins(a, 2);
	a[0] = 0;
	for (int i = 0; i < 70; i++)
		strcat(a, "م");
	joins(a, 1);
	strcat(a, "م");
	joins(a, 2);
	a[0] = 0;
	for (int i = 0; i < 66; i++)
		strcat(a, "م");
	strcat(a,
	       "\xf0\x9f\x9a\x93\xf0\x9f\x9a\x93\xf0\x9f\x9a\x93"); /* a pair there */
	joins(a, 2);
	joins("", 1);
}

/* A deliver_sm of one text, its options behind it. */
static size_t
text_of(unsigned esm, unsigned coding, struct span text, struct span options, char *ret,
	struct smpp_deliver *ret_d)
{
	static struct buf b;

	buf_clear(&b);
	buf_add(&b,
		"\0\x01\x01"
		"923001234567\0"
		"\0\x01"
		"1911\0",
		23);
	buf_add_c(&b, (char)esm);
	buf_add(&b, "\0\0\0\0\0\0", 6);
	buf_add_c(&b, (char)coding);
	buf_add_c(&b, 0);
	buf_add_c(&b, (char)text.n);
	buf_add_span(&b, text);
	buf_add_span(&b, options);
	assert_true(smpp_deliver_parse(buf_span(&b), ret_d));
	return smpp_text(ret_d, ret, 64);
}

/* Nothing of how it was sent makes a text another's, or none. */
static void
a_text_is_read_however_it_is_sent(void **state)
{
	struct smpp_deliver d;
	char t[64];
	size_t n;

	(void)state;
	/* 5.3.2.32: a long one stands in message_payload, and its short one is empty */
	n = text_of(0, 0, SPAN(""),
		    SPAN("\x04\x24\0\x04"
			 "HELP"),
		    t, &d);
	assert_true(span_is_z((struct span){ t, n }, "HELP"));
	n = text_of(0, 0, SPAN("HELP"), SPAN("\x04\x24\0\0"), t, &d);
	assert_true(span_is_z((struct span){ t, n }, "HELP"));
	/* 5.2.19: shown at once (class 0), in the alphabet all the same */
	n = text_of(0, 0x18, SPAN("\x06\x45\x06\x2f"), SPAN(""), t, &d);
	assert_true(span_is_z((struct span){ t, n }, "مد"));
	/* 3GPP TS 23.040, 9.2.3.24.8: the long reference */
	n = text_of(0x40, 0,
		    SPAN("\x06\x08\x04\x12\x34\x03\x02"
			 "HELP"),
		    SPAN(""), t, &d);
	assert_true(span_is_z((struct span){ t, n }, "HELP"));
	assert_true(d.ref == 0x1234 && d.total == 3 && d.part == 2);
	/* 5.2.12: of the bits of esm_class only the type says that it is a receipt */
	text_of(0x83, 0, SPAN("HELP"), SPAN(""), t, &d);
	assert_false(d.is_receipt);
	text_of(0x04, 0, SPAN("id:1 stat:DELIVRD"), SPAN(""), t, &d);
	assert_true(d.is_receipt);
}

static void
what_a_centre_brings(void **state)
{
	/* 4.6.1: service, from +92…, to, esm 0x40, … coding 8, UDH part 2 of 2 */
	static const char body[] = "\0\x01\x01"
				   "923001234567\0"
				   "\0\x01"
				   "1911\0"
				   "\x40\0\0"
				   "\0\0\0\0\x08\0\x0a"
				   "\x05\0\x03\x2a\x02\x02"
				   "\x06\x45\x06\x2f";
	struct smpp_deliver d;
	char text[64];
	size_t n;

	(void)state;
	assert_true(smpp_deliver_parse((struct span){ body, sizeof body - 1 }, &d));
	assert_true(span_is_z(d.from, "+923001234567") && span_is_z(d.to, "1911"));
	assert_true(d.ref == 0x2a && d.part == 2 && d.total == 2 && !d.is_receipt);
	n = smpp_text(&d, text, sizeof text);
	assert_true(span_is_z((struct span){ text, n }, "مد"));
	for (size_t k = 0; k < sizeof body - 1; k++)
		assert_false(smpp_deliver_parse((struct span){ body, k }, &d));
	assert_int_equal(smpp_frame(SPAN("\0\0\0\x0f....")), -1);
	assert_int_equal(smpp_frame(SPAN("\0\x01\0\0")), -1);
	assert_int_equal(smpp_frame(SPAN("\0\0\0\x10")), 0);
}

/* A button held while its line is tried: whichever rule stands first. */
static void
a_call_outweighs_a_test(void **state)
{
	static const char *const files[] = { "press object=sos\ntest port=7\n",
					     "test port=7\npress object=sos\n" };
	static struct mqtt_rules rules;
	static struct gate_out out;
	struct gate_in in = { .now_ms = TEST_NOW_MS };
	struct buf why = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(mqtt_rules_read(span_of(files[i]), &rules, &why), 0);
		gate_out_clear(&out);
		assert_int_equal(
			mqtt_read(
				&in, &rules, SPAN("application/1/device/00a1/event/up"),
				SPAN("{\"fPort\":7,\"object\":{\"sos\":true}}"), &out),
			0);
		assert_int_equal(out.n_reports, 1);
		assert_int_equal(out.reports[0].kind, GATE_ALARM);
		assert_int_equal(out.reports[0].alarms, GATE_SOS);
	}
	buf_done(&why);
}

static void
topics_and_rules(void **state)
{
	static const char bad[][60] = { "press",
					"topic a/b",
					"topic a/b zigbee",
					"press port=300 object=a",
					"press has=0",
					"ring object=a",
					"press object=",
					"topic a b chirpstack" };
	static struct mqtt_rules rules;
	struct buf why = { 0 };

	(void)state;
	assert_true(mqtt_topic_fits(SPAN("a/b/c"), "a/+/c"));
	assert_true(mqtt_topic_fits(SPAN("a/b/c"), "a/#"));
	assert_false(mqtt_topic_fits(SPAN("a/b/c"), "a/+"));
	assert_false(mqtt_topic_fits(SPAN("a"), "a/b"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_clear(&why);
		assert_int_equal(mqtt_rules_read(span_of(bad[i]), &rules, &why),
				 ERR_SYNTAX);
		assert_non_null(strstr(why.p, "line 1"));
	}
	assert_int_equal(
		mqtt_rules_read(SPAN("\n# a\npress object=x:1 port=2\n"), &rules, &why),
		0);
	assert_int_equal(rules.n_rules, 1);
	assert_int_equal(rules.n_topics, mqtt_rules_built_in.n_topics);
	assert_true(rules.rules[0].port == 2 && !strcmp(rules.rules[0].value, "1"));
	buf_done(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gsm_letters),
		cmocka_unit_test(ucs2_letters),
		cmocka_unit_test(numbers),
		cmocka_unit_test(submit_bytes),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(a_text_is_read_however_it_is_sent),
		cmocka_unit_test(what_a_centre_brings),
		cmocka_unit_test(a_call_outweighs_a_test),
		cmocka_unit_test(topics_and_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
