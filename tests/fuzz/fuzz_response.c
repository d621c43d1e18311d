/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the answer to a question of ours, at once and in pieces (the first byte
 * says how large): both must be read the same, within what was asked for, and a
 * redirect of it must lead nowhere but to a whole address of the web.
 */
#include "model_fuzz.h"

#include "net/fetch_in.h"

#define BODY_MAX 64

static int
run(struct response *a, struct span in, size_t piece)
{
	int rc = 0;

	response_begin(a, BODY_MAX);
	while (in.n && rc == 0) {
		size_t n = in.n < piece ? in.n : piece;

		rc = response_read(a, (struct span){ in.p, n });
		in = span_skip(in, n);
	}
	if (rc == 0)
		rc = response_end(a) == 0 ? 1 : ERR_CLOSED;
	assert(rc == 1 ? a->is_whole && a->parser.status_code >= 200 : rc < 0);
	assert(a->body.n <= BODY_MAX);
	return rc;
}

static bool
is_same(const struct buf *a, const struct buf *b)
{
	return span_is(buf_span(a), buf_span(b));
}

static void
check_location(struct span location)
{
	static const char base[] = "http://met.example:81/feeds/one.atom?x=/y";
	struct buf AUTO(buf_done) to = { 0 };

	if (!http_url_join(span_of(base), location, &to))
		return;
	assert(span_starts(buf_span(&to), SPAN("http://")) ||
	       span_starts(buf_span(&to), SPAN("https://")));
	if (http_url_may_follow(span_of(base), buf_span(&to)))
		assert(span_starts(buf_span(&to), SPAN("https://")) ||
		       strncasecmp(to.p + 7, "met.example:81", 14) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct response a, b;
	struct span in;
	int rc;

	if (!size)
		return 0;
	in = fuzz_exact(data + 1, size - 1);
	rc = run(&a, in, SIZE_MAX);
	assert(run(&b, in, data[0] % 16 + 1u) == rc);
	if (rc == 1) {
		assert(a.parser.status_code == b.parser.status_code);
		assert(is_same(&a.body, &b.body) && is_same(&a.etag, &b.etag));
		assert(is_same(&a.location, &b.location));
		check_location(buf_span(&a.location));
	}
	response_done(&a);
	response_done(&b);
	free((char *)(uintptr_t)in.p);
	return 0;
}
