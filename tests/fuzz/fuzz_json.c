/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's body: read as JSON, then as a patch of every noun. What is taken is
 * written, read and written again: the same bytes.
 */
#include "model_fuzz.h"

static void
check_patch(const struct noun *noun, const struct patch *p)
{
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	struct patch again;

	jw_open(&one, '{');
	fields_write(&one, noun, p->rec, p->given, true, 0);
	jw_close(&one, '}');
	o = json_read(buf_span(&one), NULL);
	assert(o);
	patch_init(&again, noun);
	patch_load(&again, o);
	jw_open(&two, '{');
	fields_write(&two, noun, again.rec, again.given, true, 0);
	jw_close(&two, '}');
	assert(span_is(buf_span(&one), buf_span(&two)));
	patch_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned allowed[] = { FIELD_POST, FIELD_PATCH, ~0u };
	struct span in = fuzz_exact(data, size);
	struct json_err err;
	json_t *o = json_read(in, &err);

	free((char *)(uintptr_t)in.p);
	for (size_t k = 0; o && k < NOUN__COUNT * ARRAY_LEN(allowed); k++) {
		const struct noun *noun = nouns[k % NOUN__COUNT];
		struct field_error why = { 0 };
		struct patch p;

		patch_init(&p, noun);
		if (patch_read(&p, o, allowed[k / NOUN__COUNT], k & 1, &why) == 0)
			check_patch(noun, &p);
		else
			assert(why.field && *why.text);
		patch_done(&p);
	}
	json_decref(o);
	return 0;
}
