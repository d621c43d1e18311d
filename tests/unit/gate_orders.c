/* SPDX-License-Identifier: Apache-2.0 */
/* Orders in a device's own language, and what a report is before it is filled. */
#include "base/err.h"
#include "gate/wire/teltonika.h"
#include "gate_shared.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
order_is(void *state, struct gate_order order, const char *want)
{
	struct gate_out *out = calloc(1, sizeof *out);

	assert_int_equal(driver_find("watch")->encode(state, &order, out), 0);
	assert_int_equal(out->reply_n, strlen(want));
	assert_memory_equal(out->reply, want, out->reply_n);
	free(out);
}

static void *
watch_after(const char *message)
{
	const struct gate_driver *d = driver_find("watch");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);

	if (*message)
		assert_int_equal(d->decode(state,
					   &(struct gate_in){ .msg = span_of(message),
							      .now_ms = TEST_NOW_MS },
					   out),
				 0);
	free(out);
	return state;
}

static void
watch_orders_use_the_makers_letters(void **unused)
{
	void *state = watch_after("[SG*7301000001*0002*LK]");

	(void)unused;
	order_is(state, (struct gate_order){ .kind = GATE_LOCATE_NOW },
		 "[SG*7301000001*0002*CR]");
	order_is(state, (struct gate_order){ .kind = GATE_RING },
		 "[SG*7301000001*0004*FIND]");
	order_is(state, (struct gate_order){ .kind = GATE_INTERVAL, .seconds = 20 },
		 "[SG*7301000001*0009*UPLOAD,20]");
	order_is(state, (struct gate_order){ .kind = GATE_INTERVAL, .seconds = 1 },
		 "[SG*7301000001*0009*UPLOAD,10]");
	order_is(state,
		 (struct gate_order){ .kind = GATE_RING, .identity = "7301000002" },
		 "[SG*7301000002*0004*FIND]");
	free(state);
}

static void
watch_text_is_utf16(void **unused)
{
	void *state = watch_after("");

	(void)unused;
	/* Urdu, and a character outside the first plane. */
	order_is(state,
		 (struct gate_order){ .kind = GATE_TEXT,
				      .text = SPAN("کمک \xf0\x9f\x9a\x93"),
				      .identity = "7301000001" },
		 "[3G*7301000001*0020*MESSAGE,06a9064506a90020d83dde93]");
	free(state);
}

/* What is said goes behind the head, which counts its escapes. */
static void
watch_voice_is_escaped(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = watch_after("[3G*7301000001*0002*LK]");
	char big[40000], wire[64];
	struct gate_order order = { .kind = GATE_SAY,
				    .content = { "#!AMR\n}[],*\0\xff", 13 } };
	const struct gate_driver *d = driver_find("watch");
	size_t n;

	(void)unused;
	assert_int_equal(d->encode(state, &order, out), 0);
	assert_int_equal(out->reply_n, 23);
	assert_memory_equal(out->reply, "[3G*7301000001*0015*TK,", 23);
	n = out->content_write(order.content, wire, sizeof wire);
	assert_int_equal(n, 18);
	assert_memory_equal(wire, "#!AMR\n}\1}\2}\3}\4}\5\0\xff", 18);
	assert_string_equal(out->tail, "]");
	memset(big, '[', sizeof big);
	memcpy(big, "#!AMR\n", 6);
	gate_out_clear(out);
	order.content = (struct span){ big, sizeof big };
	assert_int_equal(d->encode(state, &order, out), ERR_TOO_BIG);
	order.content = SPAN("RIFF");
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	assert_int_equal(out->reply_n, 0);
	free(state);
	free(out);
}

static void
watch_refuses_a_text_that_does_not_fit(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = watch_after("[3G*7301000001*0002*LK]");
	char text[3000];
	struct gate_order order = { .kind = GATE_TEXT, .text = { text, sizeof text } };

	(void)unused;
	memset(text, 'x', sizeof text);
	assert_true(driver_find("watch")->encode(state, &order, out) < 0);
	order.text = SPAN("\xff");
	assert_true(driver_find("watch")->encode(state, &order, out) < 0);
	order.kind = 99;
	assert_int_equal(driver_find("watch")->encode(state, &order, out),
			 ERR_UNSUPPORTED);
	assert_int_equal(out->reply_n, 0);
	free(state);
	free(out);
}

static void
watch_order_repeats_the_index(void **unused)
{
	void *state = watch_after("[ZJ*730100000100001*0007*0002*LK]");

	(void)unused;
	order_is(state, (struct gate_order){ .kind = GATE_LOCATE_NOW },
		 "[ZJ*730100000100001*0007*0002*CR]");
	free(state);
}

static void
gt06_orders_are_texts(void **unused)
{
	const struct gate_driver *d = driver_find("gt06");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_LOCATE_NOW, .serial = 7 };
	struct buf want = { 0 };

	(void)unused;
	/* Flag: kind and serial, which the device repeats in its answer. */
	assert_true(hex_read(SPAN("7878 10 80 0a 00010007 574845524523 0007 ac27 0d0a"),
			     &want));
	assert_int_equal(d->encode(state, &order, out), 0);
	assert_true(
		span_is(buf_span(&want), (struct span){ out->reply, out->reply_n }));
	gate_out_clear(out);
	order = (struct gate_order){ .kind = GATE_INTERVAL, .seconds = 1, .serial = 8 };
	assert_int_equal(d->encode(state, &order, out), 0);
	assert_memory_equal(out->reply + 9, "TIMER,10,10#", 12);
	order.kind = GATE_TEXT;
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	buf_done(&want);
	free(state);
	free(out);
}

static void
jt808_order_is(void *state, struct gate_order order, const char *hex)
{
	struct gate_out *out = calloc(1, sizeof *out);
	struct buf want = { 0 };

	order.serial = 9;
	assert_true(hex_read(span_of(hex), &want));
	assert_int_equal(driver_find("jt808")->encode(state, &order, out), 0);
	if (!span_is(buf_span(&want), (struct span){ out->reply, out->reply_n })) {
		for (size_t i = 0; i < out->reply_n; i++)
			print_error("%02x", (unsigned char)out->reply[i]);
		fail_msg(", not %s", hex);
	}
	buf_done(&want);
	free(out);
}

static void
jt808_orders_need_the_device_s_number(void **unused)
{
	const struct gate_driver *d = driver_find("jt808");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_LOCATE_NOW };
	struct buf alive = { 0 };

	(void)unused;
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	assert_true(hex_read(SPAN("7e 0002 0000 013900000015 0001 2e 7e"), &alive));
	assert_int_equal(d->decode(state,
				   &(struct gate_in){ .msg = buf_span(&alive),
						      .now_ms = TEST_NOW_MS },
				   out),
			 0);
	jt808_order_is(state, order, "7e 8201 0000 013900000015 0009 a7 7e");
	jt808_order_is(state,
		       (struct gate_order){ .kind = GATE_INTERVAL, .seconds = 30 },
		       "7e 8103 000a 013900000015 0009 01 00000029 04 0000001e 9e 7e");
	jt808_order_is(state,
		       (struct gate_order){ .kind = GATE_INTERVAL,
					    .seconds = 10,
					    .for_seconds = 600 },
		       "7e 8202 0006 013900000015 0009 000a 00000258 f2 7e");
	jt808_order_is(state,
		       (struct gate_order){ .kind = GATE_TEXT, .text = SPAN("come") },
		       "7e 8300 0005 013900000015 0009 0d 636f6d65 ab 7e");
	jt808_order_is(state, (struct gate_order){ .kind = GATE_CONFIRM },
		       "7e 8203 0006 013900000015 0009 0000 00000001 a2 7e");
	order.kind = GATE_RING;
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	buf_done(&alive);
	free(state);
	free(out);
}

/* Its letters are GBK, which has none of Urdu. */
static void
jt808_texts_are_gbk(void **unused)
{
	const struct gate_driver *d = driver_find("jt808");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_TEXT };
	struct buf alive = { 0 };
	char long_text[1200];

	(void)unused;
	assert_true(hex_read(SPAN("7e 0002 0000 013900000015 0001 2e 7e"), &alive));
	assert_int_equal(d->decode(state,
				   &(struct gate_in){ .msg = buf_span(&alive),
						      .now_ms = TEST_NOW_MS },
				   out),
			 0);
	jt808_order_is(
		state,
		(struct gate_order){ .kind = GATE_TEXT, .text = SPAN("Help 救援") },
		"7e 8300 000a 013900000015 0009 0d 48656c7020 bec8d4ae bd 7e");
	gate_out_clear(out);
	order.text = SPAN("کمک");
	assert_int_equal(d->encode(state, &order, out), ERR_LETTERS);
	order.text = SPAN("a\nb");
	assert_int_equal(d->encode(state, &order, out), ERR_LETTERS);
	order.text = SPAN("\xff");
	assert_int_equal(d->encode(state, &order, out), ERR_SYNTAX);
	memset(long_text, 'x', sizeof long_text);
	order.text = (struct span){ long_text, sizeof long_text };
	assert_int_equal(d->encode(state, &order, out), ERR_TOO_BIG);
	memcpy(long_text, "救", 3);
	assert_int_equal(d->encode(state, &order, out), ERR_TOO_BIG);
	assert_int_equal(out->reply_n, 0);
	buf_done(&alive);
	free(state);
	free(out);
}

/* Another flag, other escapes, a longer number. */
static void
jt808_orders_have_the_device_s_flag(void **unused)
{
	const struct gate_driver *d = driver_find("jt808");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct buf alive = { 0 };

	(void)unused;
	assert_true(hex_read(SPAN("e7000200000139000000001500012ee7"), &alive));
	assert_int_equal(d->decode(state,
				   &(struct gate_in){ .msg = buf_span(&alive),
						      .now_ms = TEST_NOW_MS },
				   out),
			 0);
	jt808_order_is(state, (struct gate_order){ .kind = GATE_LOCATE_NOW },
		       "e782010000013900000000150009a7e7");
	jt808_order_is(state,
		       (struct gate_order){ .kind = GATE_TEXT, .text = SPAN("a>=") },
		       "e7830000040139000000001500090d613e013e02cce7");
	buf_done(&alive);
	free(state);
	free(out);
}

static void
h02_interval_tells_the_time(void **unused)
{
	const struct gate_driver *d = driver_find("h02");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_INTERVAL,
				    .seconds = 10,
				    .identity = "7301000013",
				    .now_ms = TEST_NOW_MS + 3723000 };

	(void)unused;
	assert_int_equal(d->encode(state, &order, out), 0);
	assert_true(span_is(SPAN("*HQ,7301000013,S71,010203,22,10#"),
			    (struct span){ out->reply, out->reply_n }));
	order.kind = GATE_LOCATE_NOW;
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	free(state);
	free(out);
}

/* What each of the others writes; NULL: it has no word for that. */
static const struct {
	const char *driver;
	enum gate_order_kind kind;
	int seconds;
	const char *hex;
} order_bytes[] = {
	{ "teltonika", GATE_LOCATE_NOW, 0,
	  "00000000 0000000e 0c 01 05 00000006 676574677073 01 00000000" },
	{ "teltonika", GATE_RING, 0, NULL },
	{ "teltonika", GATE_TEXT, 0, NULL },
	{ "eelink", GATE_LOCATE_NOW, 0, "6767 80 000d 0007 01 00010007 574845524523" },
	{ "eelink", GATE_INTERVAL, 1,
	  "6767 80 0010 0007 01 00020007 54494d45522c313023" },
	{ "eelink", GATE_TEXT, 0, "6767 80 0010 0007 02 00030007 636f6d6520686f6d65" },
	{ "eelink", GATE_RING, 0, NULL },
	{ "topin", GATE_LOCATE_NOW, 0, "7878 01 80 0d0a" },
	{ "topin", GATE_INTERVAL, 300, "7878 03 98 012c 0d0a" },
	{ "topin", GATE_INTERVAL, 1, "7878 03 98 000a 0d0a" },
	{ "topin", GATE_INTERVAL, 1000000, "7878 03 98 ffff 0d0a" },
	{ "topin", GATE_RING, 0, "7878 02 49 01 0d0a" },
	{ "topin", GATE_CONFIRM, 0, NULL },
};

static void
orders_in_bytes(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);

	(void)unused;
	for (size_t i = 0; i < sizeof order_bytes / sizeof *order_bytes; i++) {
		const struct gate_driver *d = driver_find(order_bytes[i].driver);
		struct gate_order order = { .kind = order_bytes[i].kind,
					    .seconds = order_bytes[i].seconds,
					    .text = SPAN("come home"),
					    .serial = 7 };
		void *state = calloc(1, d->state);
		struct buf want = { 0 };
		int rc;

		gate_out_clear(out);
		rc = d->encode(state, &order, out);
		if (!order_bytes[i].hex) {
			assert_int_equal(rc, ERR_UNSUPPORTED);
		} else {
			assert_int_equal(rc, 0);
			assert_true(hex_read(span_of(order_bytes[i].hex), &want));
			/* sums are the business of another test */
			if (!strcmp(d->name, "teltonika"))
				memset(out->reply + out->reply_n - 4, 0, 4);
			if (!span_is(buf_span(&want),
				     (struct span){ out->reply, out->reply_n }))
				fail_msg("order %zu of %s", i, d->name);
		}
		buf_done(&want);
		free(state);
	}
	free(out);
}

/* The maker's own example of codec 12. */
static void
teltonika_texts_have_their_sum(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);
	struct buf want = { 0 };

	(void)unused;
	assert_true(hex_read(SPAN("000000000000000f0c010500000007676574696e666f01"
				  "00004312"),
			     &want));
	teltonika_write(out, SPAN("getinfo"));
	assert_true(
		span_is(buf_span(&want), (struct span){ out->reply, out->reply_n }));
	buf_done(&want);
	free(out);
}

/* A datagram from there is answered, and told, in an envelope. */
static void
eelink_orders_by_datagram_are_wrapped(void **unused)
{
	const struct gate_driver *d = driver_find("eelink");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_LOCATE_NOW, .serial = 7 };
	struct buf in = { 0 };

	(void)unused;
	assert_true(hex_read(SPAN("454c 0013 0000 0358990000012340 67 67 03 0004 0001 "
				  "006e"),
			     &in));
	assert_int_equal(d->decode(state,
				   &(struct gate_in){ .msg = buf_span(&in),
						      .is_datagram = true },
				   out),
			 0);
	assert_memory_equal(out->reply, "EL", 2);
	gate_out_clear(out);
	assert_int_equal(d->encode(state, &order, out), 0);
	assert_memory_equal(out->reply, "EL", 2);
	assert_memory_equal(out->reply + 6, "\x03\x58\x99\x00\x00\x01\x23\x40gg\x80",
			    11);
	buf_done(&in);
	free(state);
	free(out);
}

/* By datagram a Teltonika cannot be told. */
static void
teltonika_takes_no_orders_by_datagram(void **unused)
{
	const struct gate_driver *d = driver_find("teltonika");
	struct gate_out *out = calloc(1, sizeof *out);
	void *state = calloc(1, d->state);
	struct gate_order order = { .kind = GATE_LOCATE_NOW };

	(void)unused;
	d->decode(state, &(struct gate_in){ .msg = SPAN("\xff"), .is_datagram = true },
		  out);
	assert_int_equal(d->encode(state, &order, out), ERR_UNSUPPORTED);
	free(state);
	free(out);
}

/* More reports than there is room for are counted, not written. */
static void
reports_beyond_the_room_are_counted(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);

	(void)unused;
	for (int i = 0; i < GATE_REPORTS_MAX; i++)
		assert_non_null(gate_report_add(out, GATE_FIX, "a"));
	assert_null(gate_report_add(out, GATE_FIX, "a"));
	assert_int_equal(out->n_lost, 1);
	assert_int_equal(out->reports[0].battery_pct, -1);
	assert_true(isnan(out->reports[0].speed_mps));
	assert_false(out->reports[0].position.is_set);
	free(out);
}

static void
replies_are_whole_or_not_at_all(void **unused)
{
	struct gate_out *out = calloc(1, sizeof *out);
	char big[GATE_REPLY_MAX];

	(void)unused;
	memset(big, 'x', sizeof big);
	gate_reply_printf(out, "%s", "ab");
	gate_reply(out, (struct span){ big, sizeof big });
	assert_int_equal(out->reply_n, 2);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watch_orders_use_the_makers_letters),
		cmocka_unit_test(watch_text_is_utf16),
		cmocka_unit_test(watch_voice_is_escaped),
		cmocka_unit_test(watch_refuses_a_text_that_does_not_fit),
		cmocka_unit_test(watch_order_repeats_the_index),
		cmocka_unit_test(gt06_orders_are_texts),
		cmocka_unit_test(jt808_orders_need_the_device_s_number),
		cmocka_unit_test(jt808_texts_are_gbk),
		cmocka_unit_test(jt808_orders_have_the_device_s_flag),
		cmocka_unit_test(h02_interval_tells_the_time),
		cmocka_unit_test(orders_in_bytes),
		cmocka_unit_test(teltonika_texts_have_their_sum),
		cmocka_unit_test(eelink_orders_by_datagram_are_wrapped),
		cmocka_unit_test(teltonika_takes_no_orders_by_datagram),
		cmocka_unit_test(reports_beyond_the_room_are_counted),
		cmocka_unit_test(replies_are_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
