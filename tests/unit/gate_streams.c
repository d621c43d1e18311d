/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of the collection (see gate_vectors.c) as streams: one write each, byte
 * by byte, and 50 in one write must give the same reports and replies.
 */
#include "gate_shared.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char data_dir[400];

static void
message_add(struct buf *b, const struct gate_driver *d, void *state, struct span msg)
{
	struct gate_out *out = calloc(1, sizeof *out);
	char *copy = tight(msg);
	struct gate_in in = { .msg = { copy, msg.n },
			      .now_ms = TEST_NOW_MS,
			      .find_key = test_key };

	d->decode(state, &in, out);
	for (size_t i = 0; i < out->n_reports; i++)
		report_json(b, &out->reports[i]);
	buf_add(b, out->reply, out->reply_n);
	free(copy);
	free(out);
}

/* What a connection gives, on which in comes in pieces of step bytes. */
static void
play(struct buf *ret, const struct gate_driver *d, struct span in, size_t step)
{
	void *state = calloc(1, d->state ? d->state : 1);
	size_t have = 0, used = 0;

	while (have < in.n) {
		have = have + step < in.n ? have + step : in.n;
		for (;;) {
			struct span rest = { in.p + used, have - used };
			char *copy = tight(rest);
			ssize_t n = d->frame((struct span){ copy, rest.n });

			free(copy);
			if (n == 0)
				break;
			if (n > 0)
				message_add(ret, d, state,
					    (struct span){ rest.p, (size_t)n });
			used += (size_t)(n < 0 ? -n : n);
		}
	}
	free(state);
}

static void
stream_compare(const struct gate_driver *d, struct span in)
{
	struct buf whole = { 0 }, pieces = { 0 };

	play(&whole, d, in, in.n);
	play(&pieces, d, in, 1);
	assert_true(whole.n > 0);
	if (!span_is(buf_span(&whole), buf_span(&pieces)))
		fail_msg("%s: byte by byte it is not the same", d->name);
	buf_done(&whole);
	buf_done(&pieces);
}

/* A message that is not all here yet is not another language's: the door that waits for
 * the rest asks who else would understand what came. */
static void
start_compare(const struct gate_driver *d, struct span in)
{
	struct gate_out *out = calloc(1, sizeof *out);

	for (size_t n = 4; n < in.n && n < 64; n++) {
		char *copy = tight((struct span){ in.p, n });

		for (size_t i = 0;
		     gate_drivers[i] && d->frame((struct span){ copy, n }) == 0; i++) {
			const struct gate_driver *other = gate_drivers[i];
			ssize_t size =
				other == d ? 0 : other->frame((struct span){ copy, n });
			void *state = calloc(1, other->state ? other->state : 1);

			gate_out_clear(out);
			if (size > 0 &&
			    other->decode(
				    state,
				    &(struct gate_in){ .msg = { copy, (size_t)size } },
				    out) == 0 &&
			    out->n_reports)
				fail_msg("%zu bytes of %s are taken for %s", n, d->name,
					 other->name);
			free(state);
		}
		free(copy);
	}
	free(out);
}

/* A message as it stands on the wire; false: it is none there. */
static bool
wire_form(const struct gate_driver *d, const json_t *v, struct buf *ret)
{
	struct span in = json_str(v, "input");
	struct buf plain = { 0 };
	bool is_good = true;

	if (span_is_z(json_str(v, "kind"), "binary"))
		is_good = hex_read(in, &plain);
	else
		buf_add_span(&plain, in);
	for (size_t i = 0; i < plain.n; i++) {
		char c = plain.p[i];

		/* The collection has those with the escapes taken out. */
		if (!strcmp(d->name, "jt808") && i && i + 1 < plain.n &&
		    (c == 0x7e || c == 0x7d)) {
			buf_add_c(ret, 0x7d);
			c = c == 0x7e ? 2 : 1;
		}
		buf_add_c(ret, c);
	}
	buf_done(&plain);
	return is_good && d->frame(buf_span(ret)) == (ssize_t)ret->n;
}

static void
streams_of(const char *file, const char *name)
{
	const struct gate_driver *d = driver_find(name);
	struct buf text = { 0 }, many = { 0 }, separate = { 0 }, at_once = { 0 };
	char path[1024];
	struct span rest;
	size_t n = 0;
	void *state = calloc(1, d->state ? d->state : 1);

	snprintf(path, sizeof path, "%s/vectors/%s", data_dir, file);
	if (!file_read(path, &text)) {
		free(state);
		skip();
	}
	for (rest = buf_span(&text); rest.n;) {
		struct span line = span_trim(span_cut(&rest, '\n'));
		json_t *v = line.n ? json_read(line, NULL) : NULL;
		struct buf one = { 0 };

		if (v && wire_form(d, v, &one)) {
			stream_compare(d, buf_span(&one));
			start_compare(d, buf_span(&one));
			message_add(&separate, d, state, buf_span(&one));
			buf_add_span(&many, buf_span(&one));
			n++;
		}
		buf_done(&one);
		json_decref(v);
		if ((n == 50 || !rest.n) && many.n) {
			play(&at_once, d, buf_span(&many), many.n);
			if (!span_is(buf_span(&at_once), buf_span(&separate)))
				fail_msg("%s: %zu at once are not the same", name, n);
			stream_compare(d, buf_span(&many));
			memset(state, 0, d->state);
			many.n = separate.n = at_once.n = n = 0;
		}
	}
	buf_done(&text);
	buf_done(&many);
	buf_done(&separate);
	buf_done(&at_once);
	free(state);
}

static void
dc09_streams(void **state)
{
	(void)state;
	streams_of("sia_dc09.jsonl", "dc09");
}

static void
gt06_streams(void **state)
{
	(void)state;
	streams_of("gt06.jsonl", "gt06");
}

static void
jt808_streams(void **state)
{
	(void)state;
	streams_of("jt808.jsonl", "jt808");
}

static void
h02_streams(void **state)
{
	(void)state;
	streams_of("h02.jsonl", "h02");
}

static void
watch_streams(void **state)
{
	(void)state;
	streams_of("watch.jsonl", "watch");
}

static void
teltonika_streams(void **state)
{
	(void)state;
	streams_of("teltonika.jsonl", "teltonika");
}

static void
minifinder2_streams(void **state)
{
	(void)state;
	streams_of("minifinder2.jsonl", "minifinder2");
}

static void
eelink_streams(void **state)
{
	(void)state;
	streams_of("eelink.jsonl", "eelink");
}

static void
topin_streams(void **state)
{
	(void)state;
	streams_of("topin.jsonl", "topin");
}

static void
owntracks_streams(void **state)
{
	(void)state;
	streams_of("owntracks.jsonl", "owntracks");
}

static void
osmand_streams(void **state)
{
	(void)state;
	streams_of("osmand.jsonl", "osmand");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dc09_streams),
		cmocka_unit_test(gt06_streams),
		cmocka_unit_test(jt808_streams),
		cmocka_unit_test(h02_streams),
		cmocka_unit_test(watch_streams),
		cmocka_unit_test(teltonika_streams),
		cmocka_unit_test(minifinder2_streams),
		cmocka_unit_test(eelink_streams),
		cmocka_unit_test(topin_streams),
		cmocka_unit_test(owntracks_streams),
		cmocka_unit_test(osmand_streams),
	};
	const char *dir = getenv("KUMAK_DATA");

	snprintf(data_dir, sizeof data_dir, "%s",
		 dir ? dir : SOURCE_ROOT "/../shared/data");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
