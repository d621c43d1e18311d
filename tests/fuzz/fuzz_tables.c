/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator hands in: a table, and areas. Cells are within the text or the
 * arena, lines rise; areas that are taken have names of their own.
 */
#include "model_fuzz.h"

#include "base/area.h"
#include "base/csv.h"
#include "base/err.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct arena AUTO(arena_done) arena = { 0 };
	struct buf AUTO(buf_done) why = { 0 };
	struct csv csv = { .in = in };
	struct position p = { .lat_e7 = 248000000,
			      .lon_e7 = 670000000,
			      .is_set = true };
	struct areas *areas = NULL;
	struct span *cells;
	size_t n, line = 0, sum = 0;
	int rc;

	while ((rc = csv_next_row(&csv, &cells, &n, &arena)) > 0) {
		assert(n && csv.line > line);
		line = csv.line;
		for (size_t k = 0; k < n; k++)
			sum += cells[k].n;
	}
	assert(sum <= size && (rc == 0 || (rc == ERR_SYNTAX && csv.wrong)));
	if (areas_read(in, &areas, &why) < 0)
		assert(why.n && !areas);
	else
		assert(areas_count(areas));
	areas_find(areas, &p);
	areas_free(areas);
	free((char *)(uintptr_t)in.p);
	return 0;
}
