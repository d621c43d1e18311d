/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal of any bytes, an event a line: what is taken for an event is written
 * the same way twice, and the model folds it without a fault (law 5).
 */
#include "model_fuzz.h"

static void
check_event(struct model *m, struct span doc)
{
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
	struct field_error why = { 0 };
	struct event e, again;

	if (event_decode(doc, &fuzz_keys, &e, &why) < 0) {
		assert(*why.text);
		return;
	}
	event_encode(&one, &e, &fuzz_keys);
	assert(event_decode(buf_span(&one), &fuzz_keys, &again, &why) == 0);
	event_encode(&two, &again, &fuzz_keys);
	assert(span_is(buf_span(&one), buf_span(&two)));
	model_apply(m, &again);
	event_done(&again);
	event_done(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size), rest = in;
	struct model m;

	model_init(&m);
	while (rest.n)
		check_event(&m, span_cut(&rest, '\n'));
	model_done(&m);
	free((char *)(uintptr_t)in.p);
	return 0;
}
