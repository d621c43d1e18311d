/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record's body as the shelf gives it: the first byte says the noun. What is
 * taken is written the same way twice, and the model takes it in and lets it go.
 */
#include "model_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
	struct record *rec, *again;
	struct span body;
	enum noun_index n;
	int64_t slot, k[3];
	struct model m;
	struct id id;

	if (!size)
		return 0;
	n = data[0] % NOUN__COUNT;
	id = (struct id){ .seq = 7, .noun = nouns[n]->letter, .node = "khi" };
	body = fuzz_exact(data + 1, size - 1);
	if (record_decode(n, id, body, &fuzz_keys, &rec) == 0) {
		model_init(&m);
		slot = model_key_slot(&m, n, rec);
		record_encode(&one, n, rec, slot, &fuzz_keys);
		assert(record_decode(n, id, buf_span(&one), &fuzz_keys, &again) == 0);
		record_encode(&two, n, again, slot, &fuzz_keys);
		assert(span_is(buf_span(&one), buf_span(&two)));
		noun_columns(n, rec, k);
		model_insert(&m, n, rec);
		model_evict(&m, n, rec);
		model_insert(&m, n, again);
		model_done(&m);
	}
	free((char *)(uintptr_t)body.p);
	return 0;
}
