/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: rows end, fields lie in the text, and what is wrong says where. */
#include "base/auto.h"
#include "base/csv.h"
#include "base/crypt.h"
#include "place/place.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_rows(struct span text)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct buf AUTO(buf_done) why = { 0 };
	struct csv c;
	size_t rows = 0;
	int rc;

	csv_open(&c, text, &arena);
	while ((rc = csv_next(&c, &why)) > 0) {
		size_t sum = 0;

		for (size_t i = 0; i < c.n_fields; i++)
			sum += c.fields[i].n;
		assert(sum <= text.n && ++rows <= text.n);
	}
	assert(rc == 0 || span_starts(buf_span(&why), SPAN("line ")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct place_build *b = place_build_new();
	struct buf AUTO(buf_done) why = { 0 }, out = { 0 };
	struct span text = { (const char *)data, n };

	if (crypt_start() < 0)
		return 0;
	read_rows(text);
	if (place_build_csv(b, text, &why) == 0) {
		place_build_end(b, &out);
		assert(place_check(buf_span(&out), &why) == (int)place_build_count(b));
	} else {
		assert(why.n);
	}
	place_build_free(b);
	return 0;
}
