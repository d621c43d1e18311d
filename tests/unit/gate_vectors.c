/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that other people captured or wrote, where they are at hand: folder
 * vectors/ of KUMAK_DATA, or of ../shared/data beside the tree. Not kept here.
 * Compares identity, time, place, alarms, replies, frames and orders.
 */
#include "gate/wire/bracket.h"
#include "gate_shared.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char data_dir[400];
static size_t n_good, n_bad;
static const char *now_at; /* the line that is compared, for the report */

__attribute__((format(printf, 1, 2))) static void
wrong(const char *fmt, ...)
{
	va_list ap;

	n_bad++;
	va_start(ap, fmt);
	vprint_error(fmt, ap);
	va_end(ap);
	print_error(" in %.700s\n", now_at);
}

static bool
line_read(struct span *rest, json_t **ret)
{
	while (rest->n) {
		struct span line = span_trim(span_cut(rest, '\n'));

		if (!line.n)
			continue;
		*ret = json_read(line, NULL);
		assert_non_null(*ret);
		now_at = json_string_value(json_object_get(*ret, "input"));
		return true;
	}
	return false;
}

static bool
vectors_open(const char *file, struct buf *ret)
{
	char path[1024];

	snprintf(path, sizeof path, "%s/vectors/%s", data_dir, file);
	return file_read(path, ret);
}

/* The collection has messages of JT/T 808 with the escapes taken out. */
static void
escapes_put(struct span plain, struct buf *ret)
{
	for (size_t i = 0; i < plain.n; i++) {
		char c = plain.p[i];

		if (i && i + 1 < plain.n && (c == 0x7e || c == 0x7d)) {
			buf_add_c(ret, 0x7d);
			c = c == 0x7e ? 2 : 1;
		}
		buf_add_c(ret, c);
	}
}

static size_t
escapes_take(struct span s, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		to[n++] = s.p[i] == 0x7d && i + 1 < s.n ? (s.p[++i] == 1 ? 0x7d : 0x7e)
							: s.p[i];
	return n;
}

static void
input_read(const json_t *v, struct buf *ret)
{
	struct span in = json_str(v, "input");

	if (span_is_z(json_str(v, "kind"), "binary"))
		assert_true(hex_read(in, ret));
	else
		buf_add_span(ret, in);
}

/* The messages of one method come on one connection, in their order. */
static struct {
	char method[80];
	char state[4096];
} wire;

static void
line_set(const struct gate_driver *d, const json_t *v)
{
	const char *method = json_string_value(json_object_get(v, "method"));

	assert_true(d->state <= sizeof wire.state);
	if (method && !strcmp(method, wire.method))
		return;
	memset(&wire, 0, sizeof wire);
	snprintf(wire.method, sizeof wire.method, "%s", method ? method : "");
}

static void
run(const struct gate_driver *d, struct span in, struct gate_out *out)
{
	gate_out_clear(out);
	while (in.n) {
		char *copy = tight(in);
		struct span msg = { copy, in.n };
		ssize_t n = d->frame(msg);

		if (n <= 0)
			wrong("frame gives %zd of %zu", n, in.n);
		msg.n = n > 0 ? (size_t)n : in.n;
		if (d->decode(wire.state,
			      &(struct gate_in){ .msg = msg,
						 .now_ms = TEST_NOW_MS,
						 .find_key = test_key },
			      out))
			wrong("not understood");
		in = span_skip(in, msg.n);
		free(copy);
	}
}

static void
alarms_compare(struct span words, unsigned got)
{
	while (words.n) {
		struct span word = span_trim(span_cut(&words, ','));
		/* hardBraking and such */
		unsigned bit = span_is_z(word, "powerOff")   ? GATE_POWER_CUT
			       : span_is_z(word, "lowPower") ? GATE_LOW_BATTERY
							     : GATE_OTHER;

		for (size_t i = 0; i < sizeof alarm_names / sizeof *alarm_names; i++)
			if (span_is_z(word, alarm_names[i].also) ||
			    span_is_z(word, alarm_names[i].name))
				bit = alarm_names[i].bit;
		if (!(got & bit))
			wrong("alarm " SPAN_FMT " missing (%x)", SPAN_ARG(word), got);
	}
}

static double
number(const json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void
about(const char *what, double want, double got, double slack)
{
	if (!isnan(want) && !(fabs(want - got) <= slack))
		wrong("%s is %.7f, not %.7f", what, got, want);
}

static void
place_compare(const json_t *want, const struct gate_report *r)
{
	double lat = number(want, "lat"), lon = number(want, "lon");
	bool is_fix = json_is_true(json_object_get(want, "valid")) &&
		      (fabs(lat) >= 1e-6 || fabs(lon) >= 1e-6);

	if (isnan(lat))
		return;
	if (is_fix != r->position.is_set)
		wrong("fix %d, not %d", r->position.is_set, is_fix);
	if (!is_fix)
		return;
	about("lat", lat, geo_lat(&r->position), 1e-5);
	about("lon", lon, geo_lon(&r->position), 1e-5);
}

/* The oracle tells 0 for what a message does not tell. */
static void
decoded_compare(const json_t *v, const json_t *want, const struct gate_report *r)
{
	const json_t *attributes = json_object_get(want, "attributes");
	struct span time = json_str(want, "time");
	double kn = number(want, "speed_kn"),
	       level = number(attributes, "batteryLevel");
	int64_t ms;

	place_compare(want, r);
	alarms_compare(json_str(attributes, "alarm"), r->alarms);
	if (time.p && !json_is_true(json_object_get(v, "decoded_time_dependent")) &&
	    (time_parse(time, &ms) || ms != r->device_time_ms))
		wrong("time " SPAN_FMT, SPAN_ARG(time));
	if (!isnan(r->speed_mps) && r->position.is_set)
		about("speed", kn * 1852 / 3600, r->speed_mps, 0.01);
	if (level >= 0 && r->battery_pct >= 0)
		about("battery", level, r->battery_pct, 1);
	if (number(attributes, "heartRate") > 0)
		about("heart", number(attributes, "heartRate"), r->heart_bpm, 0);
	if (number(attributes, "sat") > 0 && r->satellites >= 0)
		about("satellites", number(attributes, "sat"), r->satellites, 0);
}

/* An empty list of replies means unknown, not none. */
static void
replies_compare(const json_t *v, const struct gate_out *out)
{
	struct span got = { out->reply, out->reply_n };
	struct buf want = { 0 };
	json_t *reply;
	size_t i;

	json_array_foreach(json_object_get(v, "replies"), i, reply)
	{
		struct span text = span_of(json_string_value(reply));

		if (span_starts(text, SPAN("http:"))) {
			char line[40];

			snprintf(line, sizeof line, "HTTP/1.1 %.3s ", text.p + 5);
			if (!span_starts(got, span_of(line)))
				wrong("reply %.*s", SPAN_ARG(got));
			goto out;
		}
		assert_true(hex_read(text, &want));
	}
	/* What holds the time is compared by its shape. */
	if (want.n && (json_is_true(json_object_get(v, "reply_time_dependent"))
			       ? want.n != got.n || memcmp(want.p, got.p, 4)
			       : !span_is_nocase(buf_span(&want), got)))
		wrong("reply %.*s, not %s", SPAN_ARG(got), want.p);
out:
	buf_done(&want);
}

/* What the collection has otherwise than it is, by the beginning of the message. */
static const struct {
	const char *input, *why;
} exceptions[] = {
	{ "78782ea4110c0c02281b", "the oracle reads voltage and GSM one byte late" },
	{ "78782727110c0b0e170f", "the oracle reads voltage and GSM one byte late" },
	{ "78782516180516150812c8",
	  "the model, told beside the wire, renames alarm 19" },
	{ "787825260f0c1d030b26c9027ac8",
	  "its fix bit is not set: no fix, though it tells a place" },
	{ "7e0900007a41305033859800",
	  "the model, told beside the wire, has this layout" },
	{ "78783c3400000000130a19", "the capture lacks its last byte" },
	{ "00000000000000c7070441bf", "the capture lacks its last byte" },
	{ "00000000000003b5080b0000015ab564",
	  "the model, told beside the wire, takes input 24 for the speed" },
};

static bool
is_exception(struct span input)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (span_starts(input, span_of(exceptions[i].input))) {
			print_message("excepted: %s: %s\n", exceptions[i].input,
				      exceptions[i].why);
			return true;
		}
	return false;
}

static void
vector_compare(const struct gate_driver *d, const json_t *v)
{
	const json_t *decoded = json_object_get(v, "decoded"), *want, *id;
	struct gate_out *out = calloc(1, sizeof *out);
	struct buf in = { 0 };
	size_t bad = n_bad, i;

	input_read(v, &in);
	if (!strcmp(d->name, "jt808") && in.p[0] == 0x7e) {
		struct buf escaped = { 0 };

		escapes_put(buf_span(&in), &escaped);
		run(d, buf_span(&escaped), out);
		buf_done(&escaped);
	} else {
		run(d, buf_span(&in), out);
	}
	json_array_foreach(decoded, i, want)
	{
		if (i >= out->n_reports)
			wrong("%zu reports, not %zu", out->n_reports,
			      json_array_size(decoded));
		else
			decoded_compare(v, want, &out->reports[i]);
	}
	want = json_object_get(v, "expect");
	if (out->n_reports) {
		alarms_compare(json_str(json_object_get(want, "attributes"), "alarm"),
			       out->reports[0].alarms);
		place_compare(want, &out->reports[0]);
	}
	id = json_array_get(json_object_get(v, "device_id"), 0);
	if (id && (!out->n_reports ||
		   strcmp(out->reports[0].identity, json_string_value(id))))
		wrong("identity %s", out->reports[0].identity);
	if (!strcmp(d->name, "jt808"))
		out->reply_n = escapes_take((struct span){ out->reply, out->reply_n },
					    out->reply);
	replies_compare(v, out);
	if (n_bad > bad)
		n_bad = is_exception(json_str(v, "input")) ? bad : bad + 1;
	n_good += n_bad == bad;
	buf_done(&in);
	free(out);
}

static void
each_line(const char *file, const struct gate_driver *d,
	  void (*fn)(const struct gate_driver *d, const json_t *v))
{
	struct buf text = { 0 };
	struct span rest;
	json_t *v;

	n_good = n_bad = 0;
	if (!vectors_open(file, &text))
		skip();
	rest = buf_span(&text);
	memset(&wire, 0, sizeof wire);
	while (line_read(&rest, &v)) {
		line_set(d, v);
		fn(d, v);
		json_decref(v);
	}
	buf_done(&text);
	print_message("%s: %zu good, %zu bad\n", file, n_good, n_bad);
	assert_int_equal(n_bad, 0);
}

static void
frame_compare(const struct gate_driver *d, const json_t *v)
{
	struct span hex = json_str(json_object_get(v, "expect"), "frame");
	struct buf in = { 0 }, want = { 0 };
	char plain[8192];
	size_t n = 0;
	ssize_t got;

	input_read(v, &in);
	while ((got = d->frame(buf_span(&in))) < 0)
		memmove(in.p, in.p - got, in.n -= (size_t)-got);
	assert_true(hex_read(hex, &want));
	/* The collection has its frames with the escapes taken out. */
	if (got > 0 && !strcmp(d->name, "jt808"))
		n = escapes_take((struct span){ in.p, (size_t)got }, plain);
	else if (got > 0 && !strcmp(d->name, "watch"))
		n = bracket_plain((struct span){ in.p, (size_t)got }, plain,
				  sizeof plain);
	else if (got > 0)
		memcpy(plain, in.p, n = (size_t)got);
	if (!hex.p ? got != 0 : !span_is((struct span){ plain, n }, buf_span(&want)))
		wrong("frame gives %zd", got);
	else
		n_good++;
	buf_done(&in);
	buf_done(&want);
}

/* Orders that we have none for are no fault: those that listen, above all. */
static void
command_compare(const struct gate_driver *d, const json_t *v)
{
	struct gate_order order = { .now_ms = TEST_NOW_MS };
	struct gate_out *out = calloc(1, sizeof *out);
	json_t *in = json_read(json_str(v, "input"), NULL);
	struct span type = json_str(in, "type");
	void *state = calloc(1, d->state);

	assert_non_null(in);
	if (span_is_z(type, "message"))
		order.kind = GATE_TEXT;
	else if (span_is_z(type, "positionSingle"))
		order.kind = GATE_LOCATE_NOW;
	else if (span_is_z(type, "positionPeriodic"))
		order.kind = GATE_INTERVAL;
	order.text = json_str(in, "message");
	order.seconds = (int)number(in, "frequency");
	order.identity = json_string_value(
		json_object_get(json_object_get(v, "device"), "unique_id"));
	memcpy(state, "CS", 2); /* the test's device has this maker */
	if (order.kind) {
		if (d->encode(state, &order, out) ||
		    !span_is((struct span){ out->reply, out->reply_n },
			     json_str(json_object_get(v, "expect"), "frame_text")))
			wrong("order %.*s", (int)out->reply_n, out->reply);
		else
			n_good++;
	}
	json_decref(in);
	free(state);
	free(out);
}

static void
vendor_compare(const struct gate_driver *d, const json_t *v)
{
	const json_t *want = json_object_get(v, "expect");
	struct span reply = json_str(v, "server_reply");
	struct gate_out *out = calloc(1, sizeof *out);
	size_t bad = n_bad;

	if (span_is_z(json_str(v, "dir"), "device->server")) {
		struct gate_report *r = &out->reports[0];
		double bpm = number(want, "heart_rate");

		run(d, json_str(v, "input"), out);
		place_compare(want, r);
		alarms_compare(json_str(want, "alarm"), r->alarms);
		about("battery", number(want, "battery"), r->battery_pct, 0);
		about("satellites", number(want, "satellites"), r->satellites, 0);
		about("systolic", number(want, "systolic"), r->systolic, 0);
		about("heart", bpm, r->heart_bpm, 0);
		if (r->position.is_set)
			about("accuracy", number(want, "accuracy_m"),
			      r->position.accuracy_m, 1);
		if (reply.p &&
		    !span_is(reply, (struct span){ out->reply, out->reply_n }))
			wrong("reply %.*s", (int)out->reply_n, out->reply);
		n_good += n_bad == bad;
	}
	free(out);
}

/* Examples of a maker's document: what a device sends, and what is sent back. An answer
 * may be another message's: then all but its number and the sum is compared. */
static void
gt06_vendor_compare(const struct gate_driver *d, const json_t *v)
{
	static struct gate_out out; /* of the message before, for its answer */
	const json_t *want = json_object_get(v, "expect");
	const struct gate_report *r = &out.reports[0];
	struct span alarm = json_str(want, "alarm"), time = json_str(want, "time");
	struct buf in = { 0 };
	size_t bad = n_bad, n;
	int64_t ms;

	input_read(v, &in);
	n = in.n;
	if (span_is_z(json_str(v, "dir"), "server->device")) {
		if (out.reply_n == n && memcmp(out.reply + n - 6, in.p + n - 6, 2) != 0)
			n -= 6;
		if (out.reply_n != in.n || memcmp(out.reply, in.p, n) != 0)
			wrong("reply is of %zu bytes, not as in the document",
			      out.reply_n);
	} else {
		run(d, buf_span(&in), &out);
		if (json_str(want, "imei").p &&
		    !span_is_z(json_str(want, "imei"), r->identity))
			wrong("identity is %s", r->identity);
		if (time.p && (time_parse(time, &ms) || ms != r->device_time_ms))
			wrong("time " SPAN_FMT, SPAN_ARG(time));
		if (!isnan(number(want, "lat")) && !r->position.is_set)
			wrong("no fix");
		about("lat", number(want, "lat"), geo_lat(&r->position), 1e-5);
		about("lon", number(want, "lon"), geo_lon(&r->position), 1e-5);
		about("speed", number(want, "speed_kmh"), r->speed_mps * 3.6, 0.1);
		about("satellites", number(want, "satellites"), r->satellites, 0);
		span_cut(&alarm, ' '); /* its number */
		alarms_compare(alarm, r->alarms);
	}
	if (n_bad != bad && is_exception(json_str(v, "input")))
		n_bad = bad;
	n_good += n_bad == bad;
	buf_done(&in);
}

/* What a panel says in letters, and the answer it is owed. */
static void
dc09_compare(const struct gate_driver *d, const json_t *v)
{
	const json_t *want = json_object_get(v, "expect");
	struct span code = json_str(want, "code"), cid = json_str(want, "cid"),
		    reply = json_str(v, "reply"), time = json_str(want, "time"),
		    zone = json_str(want, "zone");
	struct gate_out *out = calloc(1, sizeof *out);
	struct gate_report *r = &out->reports[0];
	bool is_locked = json_is_true(json_object_get(want, "encrypted"));
	size_t bad = n_bad;
	struct buf in = { 0 };
	int64_t ms, n;

	input_read(v, &in);
	if (json_is_true(json_object_get(want, "body_only"))) /* as on the wire */
		buf_add_c(&in, '\r');
	run(d, buf_span(&in), out);
	if (!span_is_z(json_str(want, "account"), r->identity))
		wrong("identity %s", r->identity);
	if (code.p && !span_is_z(code, r->code))
		wrong("code %s", r->code);
	if (cid.p && (!span_is_z(cid, r->code + 1) ||
		      (*r->code == 'R') != (number(want, "qualifier") == 3)))
		wrong("code %s", r->code);
	if (span_to_i64(zone, &n) && n != r->zone)
		wrong("zone %d", r->zone);
	if (time.p && (time_parse(time, &ms) || ms != r->device_time_ms))
		wrong("time " SPAN_FMT, SPAN_ARG(time));
	about("lat", number(want, "lat"), geo_lat(&r->position), 1e-6);
	about("lon", number(want, "lon"), geo_lon(&r->position), 1e-6);
	if (span_is_z(code, "PA") && !(r->kind == GATE_ALARM && r->alarms & GATE_SOS))
		wrong("no call");
	if (reply.p && !is_locked &&
	    !span_is(reply, (struct span){ out->reply, out->reply_n }))
		wrong("reply %.*s", (int)out->reply_n, out->reply);
	n_good += n_bad == bad;
	n_bad = n_bad > bad ? bad + 1 : bad;
	buf_done(&in);
	free(out);
}

static void
gt06_messages(void **state)
{
	(void)state;
	each_line("gt06.jsonl", driver_find("gt06"), vector_compare);
}

static void
gt06_frames(void **state)
{
	(void)state;
	each_line("gt06_frames.jsonl", driver_find("gt06"), frame_compare);
}

static void
gt06_vendor_examples(void **state)
{
	(void)state;
	each_line("gt06_vendor_examples.jsonl", driver_find("gt06"),
		  gt06_vendor_compare);
}

static void
jt808_messages(void **state)
{
	(void)state;
	each_line("jt808.jsonl", driver_find("jt808"), vector_compare);
}

static void
jt808_frames(void **state)
{
	(void)state;
	each_line("jt808_frames.jsonl", driver_find("jt808"), frame_compare);
}

static void
h02_messages(void **state)
{
	(void)state;
	each_line("h02.jsonl", driver_find("h02"), vector_compare);
}

static void
h02_frames(void **state)
{
	(void)state;
	each_line("h02_frames.jsonl", driver_find("h02"), frame_compare);
}

static void
dc09_messages(void **state)
{
	(void)state;
	each_line("sia_dc09.jsonl", driver_find("dc09"), dc09_compare);
}

static void
watch_messages(void **state)
{
	(void)state;
	each_line("watch.jsonl", driver_find("watch"), vector_compare);
}

static void
watch_frames(void **state)
{
	(void)state;
	each_line("watch_frames.jsonl", driver_find("watch"), frame_compare);
}

static void
watch_commands(void **state)
{
	(void)state;
	each_line("watch_commands.jsonl", driver_find("watch"), command_compare);
}

static void
watch_vendor_examples(void **state)
{
	(void)state;
	each_line("watch_vendor_examples.jsonl", driver_find("watch"), vendor_compare);
}

static void
osmand_messages(void **state)
{
	(void)state;
	each_line("osmand.jsonl", driver_find("osmand"), vector_compare);
}

static void
teltonika_messages(void **state)
{
	(void)state;
	each_line("teltonika.jsonl", driver_find("teltonika"), vector_compare);
}

static void
teltonika_frames(void **state)
{
	(void)state;
	each_line("teltonika_frames.jsonl", driver_find("teltonika"), frame_compare);
}

static void
minifinder2_messages(void **state)
{
	(void)state;
	each_line("minifinder2.jsonl", driver_find("minifinder2"), vector_compare);
}

static void
eelink_messages(void **state)
{
	(void)state;
	each_line("eelink.jsonl", driver_find("eelink"), vector_compare);
}

static void
topin_messages(void **state)
{
	(void)state;
	each_line("topin.jsonl", driver_find("topin"), vector_compare);
}

static void
owntracks_messages(void **state)
{
	(void)state;
	each_line("owntracks.jsonl", driver_find("owntracks"), vector_compare);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watch_messages),
		cmocka_unit_test(watch_frames),
		cmocka_unit_test(watch_commands),
		cmocka_unit_test(watch_vendor_examples),
		cmocka_unit_test(osmand_messages),
		cmocka_unit_test(dc09_messages),
		cmocka_unit_test(jt808_messages),
		cmocka_unit_test(jt808_frames),
		cmocka_unit_test(h02_messages),
		cmocka_unit_test(h02_frames),
		cmocka_unit_test(gt06_messages),
		cmocka_unit_test(gt06_frames),
		cmocka_unit_test(gt06_vendor_examples),
		cmocka_unit_test(teltonika_messages),
		cmocka_unit_test(teltonika_frames),
		cmocka_unit_test(minifinder2_messages),
		cmocka_unit_test(eelink_messages),
		cmocka_unit_test(topin_messages),
		cmocka_unit_test(owntracks_messages),
	};
	const char *dir = getenv("KUMAK_DATA");

	snprintf(data_dir, sizeof data_dir, "%s",
		 dir ? dir : SOURCE_ROOT "/../shared/data");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
