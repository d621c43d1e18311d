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
	struct csv c = { .in = text };
	struct span *cells;
	size_t rows = 0, n;
	int rc;

	while ((rc = csv_next_row(&c, &cells, &n, &arena)) > 0) {
		size_t sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += cells[i].n;
		assert(sum <= text.n && ++rows <= text.n);
	}
	assert(rc == 0 || (c.wrong && c.line && c.column));
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
