/* SPDX-License-Identifier: Apache-2.0 */
/* Places as CSV: what is refused says where; what is taken makes a file that is read.
 */
#include "base/auto.h"
#include "base/crypt.h"
#include "place/place.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct place_build *b = place_build_new();
	struct buf AUTO(buf_done) why = { 0 }, out = { 0 };
	struct span text = { (const char *)data, n };

	if (crypt_start() < 0)
		return 0;
	if (place_build_csv(b, text, &why) == 0) {
		place_build_end(b, &out);
		assert(place_check(buf_span(&out), &why) == (int)place_build_count(b));
	} else {
		assert(why.n);
	}
	place_build_free(b);
	return 0;
}
