/* SPDX-License-Identifier: Apache-2.0 */
/* The file of places: any bytes, and any body whose sum is put right. The first half of
 * the bytes is also a name to search for, the whole GeoJSON. */
#include "base/auto.h"
#include "base/crypt.h"
#include "place/inner.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_it(struct span file, struct span text)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct places p = { 0 };
	struct place found[PLACES_FOUND];
	struct landmark l;
	struct position at = { 0, 0, -1, true };

	if (spots_read(file, &p.spots, &why) < 0) {
		assert(why.n);
		return;
	}
	index_build(&p);
	assert(places_search(&p, text, &at, 5, found) <= 5);
	places_landmark(&p, &at, &l);
	index_done(&p);
	spots_done(&p.spots);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct place_build *b = place_build_new();
	struct buf AUTO(buf_done) file = { 0 }, why = { 0 };
	struct span in = { (const char *)data, n };
	struct span text = { in.p, n / 2 < 200 ? n / 2 : 200 };

	if (crypt_start() < 0)
		return 0;
	read_it(in, text);
	if (n >= PLACES_HEAD_BYTES) {
		buf_add_span(&file, in);
		spots_put_sum(&file);
		read_it(buf_span(&file), text);
	}
	if (place_build_geojson(b, in, &why) < 0)
		assert(why.n);
	place_build_free(b);
	return 0;
}
