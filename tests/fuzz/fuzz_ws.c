/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes into a WebSocket in memory, at once and in pieces. An odd first
 * byte: the rest are frames as (head, length, bytes), masked here so that the
 * fuzzer need not learn to; an even one: raw bytes. Both ways must hear the
 * same and answer the same, and close exactly once.
 */
#include "unit/net_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HANDSHAKE                                               \
	"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"  \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

static void
frames_of(struct span in, struct buf *ret)
{
	while (in.n >= 2) {
		size_t n = (uint8_t)in.p[1];

		buf_add_c(ret, in.p[0]);
		in = span_skip(in, 2);
		n = n < in.n ? n : in.n;
		if (n < 126) {
			buf_add_c(ret, (char)(0x80 | n));
		} else {
			buf_add_c(ret, (char)(0x80 | 126));
			buf_add_c(ret, 0);
			buf_add_c(ret, (char)n);
		}
		buf_add_z(ret, "mask");
		for (size_t i = 0; i < n; i++)
			buf_add_c(ret, (char)(in.p[i] ^ "mask"[i & 3]));
		in = span_skip(in, n);
	}
}

static struct memory *
run(struct span in, size_t piece)
{
	struct memory *m = memory_new();

	memory_feed(m, SPAN(HANDSHAKE));
	while (in.n) {
		size_t n = in.n < piece ? in.n : piece;

		memory_feed(m, (struct span){ in.p, n });
		in = span_skip(in, n);
	}
	memory_end(m);
	memory_wait(m, 3000);
	if (memory_is_open(m) || m->closed != 1)
		abort();
	return m;
}

/* Cuts the frames off at the close frame: which code answers a faulty one may
 * depend on how it came, what is heard and said before it may not. */
static void
cut_at_close(struct buf *out)
{
	const uint8_t *p, *end;

	text_of(out);
	p = (const uint8_t *)strstr(out->p, "\r\n\r\n") + 4;
	end = (const uint8_t *)out->p + out->n;
	while (end - p >= 2 && p[0] != 0x88) {
		size_t n = p[1] == 126 ? 4u + (p[2] << 8 | p[3]) : 2u + p[1];

		if (p[1] > 126 || n > (size_t)(end - p))
			abort();
		p += n;
	}
	out->n = (size_t)((const char *)p - out->p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data + 1, size - 1 };
	struct buf frames = { 0 };
	struct memory *one, *many;

	if (size < 2)
		return 0;
	if (data[0] & 1)
		frames_of(in, &frames);
	else
		buf_add_span(&frames, in);
	one = run(buf_span(&frames), frames.n);
	many = run(buf_span(&frames), (size_t)data[0] / 2 % 64 + 1);
	cut_at_close(&one->out);
	cut_at_close(&many->out);
	if (!span_is(buf_span(&one->heard), buf_span(&many->heard)) ||
	    !span_is(buf_span(&one->out), buf_span(&many->out)))
		abort();
	memory_free(one);
	memory_free(many);
	buf_done(&frames);
	return 0;
}
