/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llhttp's own request cases (its test/request folder, found
 * under KUMAK_TEST_DATA): what llhttp calls an error must end in a 4xx or 5xx and a
 * closed connection, at once or byte by byte. Skipped where the data is absent.
 */
#include "unit/net_help.h"

#include <dirent.h>

struct sample {
	struct buf in;
	bool is_error, is_after_close;
};

/* The text of a ```kind block after *at, with its escapes undone when asked. */
static struct span
block(const char **at, const char *limit, const char *kind)
{
	char mark[16];
	const char *p, *end;

	snprintf(mark, sizeof mark, "```%s\n", kind);
	p = strstr(*at, mark);
	if (!p || (limit && p > limit))
		return (struct span){ NULL, 0 };
	p += strlen(mark);
	end = strstr(p, "```");
	*at = end + 3;
	return (struct span){ p, (size_t)(end - p) - (end > p) };
}

static size_t
unescape(struct buf *b, const char *p, const char *end)
{
	char *stop;

	if (p + 1 >= end)
		return 0;
	switch (p[1]) {
	case '\n':
		return 2;
	case 'r':
		buf_add_c(b, '\r');
		return 2;
	case 'n':
		buf_add_c(b, '\n');
		return 2;
	case 't':
		buf_add_c(b, '\t');
		return 2;
	case 'f':
		buf_add_c(b, '\f');
		return 2;
	case 'x':
		buf_add_c(b, (char)strtoul(p + 2, &stop, 16));
		return (size_t)(stop - p);
	default:
		return 0;
	}
}

static void
input_of(struct span text, struct buf *ret)
{
	for (const char *p = text.p, *end = text.p + text.n; p < end;) {
		size_t n = *p == '\\' ? unescape(ret, p, end) : 0;

		if (n) {
			p += n;
			continue;
		}
		if (*p == '\n')
			buf_add_c(ret, '\r');
		buf_add_c(ret, *p++);
	}
}

/* Pauses (21-23) are no errors; leniency is never on here. */
static void
judge(struct span log, bool is_lenient, struct sample *ret)
{
	const char *p = memmem(log.p, log.n, "error code=", 11);
	int code = p ? atoi(p + 11) : 0;

	ret->is_error = code && (code < 21 || code > 23) && !is_lenient;
	ret->is_after_close = code == 5;
}

static void
run(const char *file, struct sample *s, void (*feed)(struct memory *, struct span))
{
	struct memory *m = memory_new();
	int status;

	feed(m, buf_span(&s->in));
	memory_end(m);
	status = last_status(&m->out);
	if (s->is_error && (memory_is_open(m) || (status < 400 && !s->is_after_close)))
		fail_msg("%s: %s\n→ %d %s", file, text_of(&s->in), status,
			 memory_is_open(m) ? "open" : "closed");
	memory_free(m);
}

static size_t
run_file(const char *dir, const char *name, size_t *ret_errors)
{
	char path[1024];
	struct buf text = { 0 };
	char tmp[4096];
	size_t n, cases = 0;
	const char *at;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = fread(tmp, 1, sizeof tmp, f)) > 0)
		buf_add(&text, tmp, n);
	fclose(f);
	at = text_of(&text);
	while ((at = strstr(at, "<!-- meta="))) {
		const char *next = strstr(at + 1, "<!-- meta=");
		const char *eol = strchr(at, '\n');
		bool lenient = memmem(at, (size_t)(eol - at), "lenient", 7) != NULL;
		struct span in = block(&at, next, "http");
		struct span log = block(&at, next, "log");
		struct sample s = { 0 };

		if (!in.p || !log.p) {
			at = eol;
			continue;
		}
		input_of(in, &s.in);
		judge(log, lenient, &s);
		run(name, &s, memory_feed);
		run(name, &s, memory_feed_bytes);
		*ret_errors += s.is_error;
		cases++;
		buf_done(&s.in);
	}
	buf_done(&text);
	return cases;
}

static void
test_cases(void **state)
{
	const char *root = getenv("KUMAK_TEST_DATA");
	size_t cases = 0, errors = 0;
	struct dirent *e;
	char dir[512];
	DIR *d;

	(void)state;
	if (!root)
		skip();
	snprintf(dir, sizeof dir, "%s/http/llhttp/test/request", root);
	d = opendir(dir);
	if (!d)
		skip();
	while ((e = readdir(d)))
		if (strstr(e->d_name, ".md"))
			cases += run_file(dir, e->d_name, &errors);
	closedir(d);
	print_message("%zu cases, %zu of them errors\n", cases, errors);
	assert_true(cases > 50 && errors > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
