/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden captures: each tests/gate/DRIVER/NAME.hex or NAME.txt is what one
 * connection sends; NAME.json is what the driver makes of it. `make accept`
 * (KUMAK_ACCEPT=1) writes the .json anew; the diff is reviewed.
 * .txt: line ends are left out, \r \n \\ and \xHH are read as in C.
 * Every capture is also played byte by byte: the answer must be the same.
 */
#include "gate/wire/pick.h"
#include "gate_shared.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/types.h>

#include <cmocka.h>

static const char *const media_names[] = {
	[GATE_VOICE] = "voice",
	[GATE_PHOTO] = "photo",
	[GATE_VIDEO] = "video",
};

static bool
text_read(struct span in, struct buf *ret)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		struct span two = { in.p + i + 2, 2 };

		if (c == '\n')
			continue;
		if (c != '\\') {
			buf_add_c(ret, c);
		} else if (i + 3 < in.n && in.p[i + 1] == 'x') {
			if (!hex_read(two, ret))
				return false;
			i += 3;
		} else if (i + 1 < in.n) {
			c = in.p[++i];
			buf_add_c(ret, c == 'r' ? '\r' : c == 'n' ? '\n' : c);
		}
	}
	return true;
}

/* As text, or where that would lose bytes, as hex. */
static void
reply_json(struct buf *b, struct span reply)
{
	struct buf hex = { 0 };
	bool is_text = true;

	for (size_t i = 0; i < reply.n; i++) {
		is_text = is_text &&
			  (reply.p[i] >= ' ' || strchr("\r\n", reply.p[i])) &&
			  reply.p[i] > 0;
		buf_printf(&hex, "%02x", (unsigned char)reply.p[i]);
	}
	if (reply.n)
		jw_kstr(b, is_text ? "reply" : "reply_hex",
			is_text ? reply : buf_span(&hex));
	buf_done(&hex);
}

/* What would be kept as evidence: of what kind, how much, and a sum of it. */
static void
media_json(struct buf *b, const struct gate_driver *d, const struct gate_out *out)
{
	const struct gate_media *m = &out->media;
	struct gate_media whole = *m;
	struct buf content = { 0 }, sum = { 0 };

	if (!m->bytes.n)
		return;
	buf_reserve(&content, m->bytes.n);
	content.n = m->plain(m->bytes, content.p, m->bytes.n);
	whole.bytes = buf_span(&content);
	assert_true(m->parts || !d->media_open || d->media_open(&whole));
	buf_printf(&sum, "%016llx", (unsigned long long)pick_hash(whole.bytes));
	jw_key(b, "media");
	jw_open(b, '{');
	jw_kz(b, "kind", media_names[m->kind]);
	jw_ki64(b, "size", (int64_t)whole.bytes.n);
	jw_kstr(b, "hash", buf_span(&sum));
	if (m->parts) {
		buf_clear(&sum);
		buf_printf(&sum, "%llx", (unsigned long long)m->series);
		jw_kstr(b, "series", buf_span(&sum));
		jw_ki64(b, "part", m->part);
		jw_ki64(b, "parts", m->parts);
	}
	jw_close(b, '}');
	if (out->no[0])
		jw_kz(b, "no", out->no);
	buf_done(&content);
	buf_done(&sum);
}

static void
message_json(struct buf *b, const struct gate_driver *d, void *state, struct span msg)
{
	struct gate_out *out = calloc(1, sizeof *out);
	char *copy = tight(msg);
	struct gate_in in = { .msg = { copy, msg.n },
			      .now_ms = TEST_NOW_MS,
			      .find_key = test_key };
	int err = d->decode(state, &in, out);

	buf_add_c(b, '{');
	jw_ki64(b, "bytes", (int64_t)msg.n);
	if (err)
		jw_kz(b, "error", err_text(err));
	jw_key(b, "reports");
	jw_open(b, '[');
	for (size_t i = 0; i < out->n_reports; i++) {
		struct buf one = { 0 };

		report_json(&one, &out->reports[i]);
		buf_printf(b, "%s\n   %s", i ? "," : "", one.p);
		buf_done(&one);
	}
	jw_close(b, ']');
	reply_json(b, (struct span){ out->reply, out->reply_n });
	media_json(b, d, out);
	jw_close(b, '}');
	free(copy);
	free(out);
}

/* What the driver makes of a stream that arrives in pieces of `step` bytes.
 * Junk is told as a sum, since pieces cut it differently. */
static void
stream_json(struct buf *b, const struct gate_driver *d, struct span in, size_t step)
{
	void *state = calloc(1, d->state ? d->state : 1);
	size_t have = 0, used = 0, n = 0, junk = 0;

	buf_add_z(b, "[\n");
	while (have < in.n) {
		have = have + step < in.n ? have + step : in.n;
		for (;;) {
			struct span rest = { in.p + used, have - used };
			char *copy = tight(rest);
			ssize_t size = d->frame((struct span){ copy, rest.n });

			free(copy);
			assert_true(size <= (ssize_t)rest.n);
			assert_true(-size <= (ssize_t)rest.n);
			if (!size)
				break;
			used += (size_t)(size < 0 ? -size : size);
			junk += (size_t)(size < 0 ? -size : 0);
			if (size < 0)
				continue;
			buf_add_z(b, n++ ? ",\n " : " ");
			message_json(b, d, state,
				     (struct span){ rest.p, (size_t)size });
		}
	}
	buf_printf(b, "%s {\"junk\":%zu,\"waiting\":%zu}\n]\n", n ? ",\n" : "", junk,
		   in.n - used);
	free(state);
}

static bool
ends(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n > t && !strcmp(name + n - t, tail);
}

static void
capture_play(const struct gate_driver *d, const char *dir, const char *name)
{
	struct buf raw = { 0 }, in = { 0 }, got = { 0 }, again = { 0 }, want = { 0 };
	char path[1024], json[1024];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	snprintf(json, sizeof json, "%s/%.*s.json", dir, (int)strlen(name) - 4, name);
	assert_true(file_read(path, &raw));
	assert_true(ends(name, ".hex") ? hex_read(buf_span(&raw), &in)
				       : text_read(buf_span(&raw), &in));
	stream_json(&got, d, buf_span(&in), in.n);
	stream_json(&again, d, buf_span(&in), 1);
	if (getenv("KUMAK_ACCEPT")) {
		FILE *f = fopen(json, "wb");

		assert_non_null(f);
		fwrite(got.p, 1, got.n, f);
		fclose(f);
	}
	file_read(json, &want);
	if (!span_is(buf_span(&got), buf_span(&want))) {
		print_error("%s: got\n%s", path, got.p);
		fail_msg("%s is not what is expected (make accept rewrites it)", json);
	}
	if (!strstr(name, "at-once") && !span_is(buf_span(&again), buf_span(&want)))
		fail_msg("%s: byte by byte gives\n%s", path, again.p);
	buf_done(&raw);
	buf_done(&in);
	buf_done(&got);
	buf_done(&again);
	buf_done(&want);
}

static void
captures_give_what_is_expected(void **state)
{
	const struct gate_driver *d = *state;
	char dir[500];
	struct dirent *e;
	size_t n = 0;
	DIR *at;

	snprintf(dir, sizeof dir, "%s/tests/gate/%s", SOURCE_ROOT, d->name);
	at = opendir(dir);
	if (!at)
		fail_msg("%s: a driver has golden captures there", dir);
	while ((e = readdir(at))) {
		if (!ends(e->d_name, ".hex") && !ends(e->d_name, ".txt"))
			continue;
		capture_play(d, dir, e->d_name);
		n++;
	}
	closedir(at);
	assert_true(n > 0);
}

int
main(void)
{
	struct CMUnitTest tests[64] = { 0 };
	char names[64][80];
	size_t n = 0;

	for (; gate_drivers[n] && n < 64; n++) {
		snprintf(names[n], sizeof names[n], "captures_of_%s",
			 gate_drivers[n]->name);
		tests[n] = (struct CMUnitTest){
			.name = names[n],
			.test_func = captures_give_what_is_expected,
			.initial_state = (void *)gate_drivers[n],
		};
	}
	return _cmocka_run_group_tests("gate_golden", tests, n, NULL, NULL);
}
