/* SPDX-License-Identifier: Apache-2.0 */
/* A centre that says anything: frames lie within what came, texts within their room;
 * and a text of anything splits into parts that read as it was. */
#include "base/utf8.h"
#include "gate/driver.h"
#include "gate/wire/gsm7.h"
#include "gate/wire/smpp_pdu.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
pdu_check(struct span whole)
{
	struct smpp_deliver d;
	struct smpp_pdu p;
	char text[GATE_WORDS_MAX];
	char *copy = malloc(whole.n);

	memcpy(copy, whole.p, whole.n);
	assert(smpp_parse((struct span){ copy, whole.n }, &p));
	assert(p.body.n + 16 == whole.n);
	if (smpp_deliver_parse(p.body, &d)) {
		assert(smpp_text(&d, text, sizeof text) <= sizeof text);
		assert(!d.total || (d.part >= 1 && d.part <= d.total));
		assert(d.from.n < sizeof d.from_room && d.to.n < sizeof d.to_room);
	}
	free(copy);
}

static void
parts_check(struct span text)
{
	struct smpp_part parts[SMPP_PARTS_MAX];
	size_t n = smpp_split(text, 7, parts), letters = 0;
	struct buf b = { 0 }, all = { 0 };
	char again[GATE_WORDS_MAX];

	assert(n >= 1 && n <= SMPP_PARTS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct span p = { parts[i].bytes, parts[i].n };
		size_t head = parts[i].has_udh ? udh_length(p) : 0;
		unsigned ref, part, total;

		assert(parts[i].n <= (parts[i].coding ? 140 : 160));
		assert(parts[i].has_udh == (n > 1));
		if (head) {
			udh_parts(p, &ref, &part, &total);
			assert(ref == 7 && part == i + 1 && total == n);
		}
		p = span_skip(p, head);
		letters = parts[i].coding ? ucs2_to_utf8(p, again, sizeof again)
					  : gsm7_to_utf8(p, again, sizeof again);
		buf_add(&all, again, letters);
		buf_clear(&b);
		smpp_write_submit(&b, 1, SPAN("1911"), SPAN("+923001234567"),
				  &parts[i]);
		assert(smpp_frame(buf_span(&b)) == (ssize_t)b.n);
	}
	assert(all.n || !text.n);
	/* No letter is torn; what is longer than all parts is cut. */
	if (n < SMPP_PARTS_MAX && utf8_is_valid(text) && !memchr(text.p, 0, text.n))
		assert(span_is(buf_span(&all), text));
	buf_done(&all);
	buf_done(&b);
}

/* Each alphabet out of a copy of the exact size, and the head of parts. */
static void
alphabets_check(struct span in)
{
	char *copy = malloc(in.n), to[GATE_WORDS_MAX];
	struct span s = { copy, in.n };
	unsigned ref, part, total;

	memcpy(copy, in.p, in.n);
	assert(ucs2_to_utf8(s, to, sizeof to) <= sizeof to);
	assert(gsm7_to_utf8(s, to, sizeof to) <= sizeof to);
	assert(latin1_to_utf8(s, to, sizeof to) <= sizeof to);
	assert(udh_length(s) <= s.n);
	udh_parts(s, &ref, &part, &total);
	assert(!total || (part >= 1 && part <= total));
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data, size };
	ssize_t n;

	parts_check(in);
	if (size)
		alphabets_check(in);
	while ((n = smpp_frame(in)) > 0) {
		assert((size_t)n <= in.n);
		pdu_check((struct span){ in.p, (size_t)n });
		in = span_skip(in, (size_t)n);
	}
	return 0;
}
