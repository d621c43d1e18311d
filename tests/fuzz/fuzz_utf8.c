/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of any bytes: mended it is valid, folded it is valid and stable, and
 * written as JSON it is read as what was mended.
 */
#include "model_fuzz.h"

#include "base/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct buf AUTO(buf_done) mended = { 0 }, folded = { 0 }, twice = { 0 };
	struct buf AUTO(buf_done) json = { 0 };
	json_t AUTO(auto_json) *v = NULL;

	utf8_mend(&mended, in);
	assert(utf8_is_valid(buf_span(&mended)));
	if (utf8_is_valid(in))
		assert(span_is(in, buf_span(&mended)));
	utf8_fold(&folded, in);
	assert(utf8_is_valid(buf_span(&folded)) && folded.n <= mended.n);
	utf8_fold(&twice, buf_span(&folded));
	assert(span_is(buf_span(&folded), buf_span(&twice)));
	jw_str(&json, in);
	v = json_read(buf_span(&json), NULL);
	assert(json_is_string(v) && json_string_length(v) == mended.n);
	assert(!mended.n || memcmp(json_string_value(v), mended.p, mended.n) == 0);
	free((char *)(uintptr_t)in.p);
	return 0;
}
