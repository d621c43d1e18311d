/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and times of any bytes: what is read is written and read as the same. */
#include "model_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct buf AUTO(buf_done) b = { 0 };
	int64_t ms, back;
	struct id id, id2;
	double v;

	if (id_parse(in, &id) == 0) {
		id_format(&b, id);
		assert(span_is(buf_span(&b), in)); /* there is one way to write it */
		assert(id_parse(buf_span(&b), &id2) == 0 && id_is(id, id2));
	}
	buf_clear(&b);
	if (time_parse(in, &ms) == 0) {
		time_format(&b, ms);
		assert(b.n == 24 && time_parse(buf_span(&b), &back) == 0);
		assert(back == ms);
	}
	span_to_i64(in, &back);
	span_to_double(in, &v);
	free((char *)(uintptr_t)in.p);
	return 0;
}
