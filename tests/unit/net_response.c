/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to questions of ours, each at once and byte by byte; and where links lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "net/fetch_in.h"

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *in;
	int status; /* < 0: refused so */
	const char *body;
} answers[] = {
	{ OK "Content-Length: 3\r\n\r\nabc", 200, "abc" },
	{ OK "Content-Length: 3\r\n\r\nabcdef", 200, "abc" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 200,
	  "abc" },
	{ OK "\r\nabc", 200, "abc" }, /* until the connection ends */
	{ "HTTP/1.1 304 Not Modified\r\n\r\n", 304, "" },
	{ "HTTP/1.1 103 Early Hints\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", 200,
	  "x" },
	{ OK "Content-Length: 5\r\n\r\nabc", ERR_CLOSED, NULL },
	{ OK "Content-Length: 11\r\n\r\n", ERR_TOO_BIG, NULL },
	{ OK "\r\n12345678901", ERR_TOO_BIG, NULL },
	{ OK "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n", ERR_TOO_BIG,
	  NULL },
	{ OK "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
	  ERR_SYNTAX, NULL },
	{ OK "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", ERR_SYNTAX, NULL },
	{ OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", ERR_UNSUPPORTED,
	  NULL },
	{ OK "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", ERR_UNSUPPORTED,
	  NULL },
	{ "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
	  ERR_UNSUPPORTED, NULL },
	{ "SSH-2.0-x\r\n", ERR_SYNTAX, NULL },
	{ "", ERR_CLOSED, NULL },
};

static void
check(size_t k, size_t piece)
{
	struct span in = span_of(answers[k].in);
	struct response r;
	int rc = 0;

	response_begin(&r, 10);
	while (in.n && rc == 0) {
		size_t n = in.n < piece ? in.n : piece;

		rc = response_read(&r, (struct span){ in.p, n });
		in = span_skip(in, n);
	}
	if (rc == 0)
		rc = response_end(&r);
	if (rc >= 0)
		rc = r.parser.status_code;
	if (rc != answers[k].status ||
	    (answers[k].body && !span_is_z(buf_span(&r.body), answers[k].body)))
		fail_msg("%s: %d", answers[k].in, rc);
	response_done(&r);
}

static void
test_answers(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(answers); k++) {
		check(k, SIZE_MAX);
		check(k, 1);
	}
}

static void
test_a_head_ends(void **state)
{
	struct response r;
	int rc;

	(void)state;
	response_begin(&r, 10);
	rc = response_read(&r, SPAN(OK));
	for (int k = 0; k < 10000 && rc == 0; k++)
		rc = response_read(&r, SPAN("a: b\r\n"));
	assert_int_equal(rc, ERR_TOO_BIG);
	response_done(&r);
}

static void
test_links(void **state)
{
	static const struct {
		const char *base, *link, *to; /* NULL: none */
		bool may;
	} rows[] = {
		{ "http://a/b/c?d/e", "f", "http://a/b/f", true },
		{ "http://a", "f", "http://a/f", true },
		{ "http://a:80/b", "/f", "http://a:80/f", true },
		{ "http://a/b", "http://A:80/f", "http://A:80/f", true },
		{ "http://a/b", "http://a:81/f", "http://a:81/f", false },
		{ "http://a/b", "http://c/f", "http://c/f", false },
		{ "http://a/b", "//c/f", "http://c/f", false },
		{ "http://a/b", "https://c/f", "https://c/f", true },
		{ "https://a/b", "/f#g", "https://a/f#g", true },
		{ "https://a/b", "http://a/f", "http://a/f", false },
		{ "https://a/b", "https://x@c/", NULL, false },
		{ "http://a/b", "http://", NULL, false },
		{ "http://a/b", "f\r\nHost: c", NULL, false },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct buf AUTO(buf_done) to = { 0 };
		struct span base = span_of(rows[k].base);
		bool ok = http_url_join(base, span_of(rows[k].link), &to);

		if (ok != (rows[k].to != NULL) ||
		    (ok && (!span_is_z(buf_span(&to), rows[k].to) ||
			    http_url_may_follow(base, buf_span(&to)) != rows[k].may)))
			fail_msg("%s + %s: %s", rows[k].base, rows[k].link,
				 ok ? to.p : "none");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_a_head_ends),
		cmocka_unit_test(test_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
