/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes into an HTTP connection in memory, at once and in pieces (the
 * first byte says how large). Both must ask the door the same and answer the
 * same, and both must end: a parser that depends on packet borders, or an
 * exchange that is left over, is a crash here.
 */
#include "unit/net_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
finish(struct memory *m)
{
	memory_end(m);
	for (size_t i = 0; i < m->n_later; i++) {
		http_respond(m->later[i], 200, "a/b", SPAN(""), SPAN("later"));
		memory_turn(m);
	}
	memory_turn(m);
	memory_wait(m, 40000);
	memory_wait(m, 70000);
	if (memory_is_open(m) || list_first(&m->net->exchanges))
		abort();
}

static struct memory *
run(struct span in, size_t piece)
{
	struct memory *m = memory_new();

	while (in.n) {
		size_t n = in.n < piece ? in.n : piece;

		memory_feed(m, (struct span){ in.p, n });
		in = span_skip(in, n);
	}
	finish(m);
	return m;
}

/* Whether 100 Continue is sent depends on when the body comes: rightly so. */
static void
drop_continues(struct buf *out)
{
	static const char mark[] = "HTTP/1.1 100 Continue\r\n\r\n";
	char *at;

	text_of(out);
	while ((at = memmem(out->p, out->n, mark, sizeof mark - 1))) {
		size_t rest = out->n - (size_t)(at - out->p) - (sizeof mark - 1);

		memmove(at, at + sizeof mark - 1, rest);
		out->n -= sizeof mark - 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory *one, *many;
	struct span in = { (const char *)data + 1, size - 1 };

	if (size < 2)
		return 0;
	one = run(in, in.n);
	many = run(in, (size_t)data[0] % 64 + 1);
	drop_continues(&one->out);
	drop_continues(&many->out);
	if (!span_is(buf_span(&one->asked), buf_span(&many->asked)) ||
	    !span_is(buf_span(&one->out), buf_span(&many->out)))
		abort();
	memory_free(one);
	memory_free(many);
	return 0;
}
