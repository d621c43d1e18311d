/* SPDX-License-Identifier: Apache-2.0 */
/* Roads as GeoJSON: what is refused says why; what is taken makes a file that is read.
 */
#include "base/auto.h"
#include "base/crypt.h"
#include "route/route.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct route_build *b = route_build_new();
	struct buf AUTO(buf_done) why = { 0 }, out = { 0 };
	struct route_built built;
	struct route_facts facts;

	if (crypt_start() < 0)
		return 0;
	if (route_build_add(b, (struct span){ (const char *)data, n }, &why) < 0)
		assert(why.n);
	else if (route_build_end(b, &out, &built, &why) == 0)
		assert(route_check(buf_span(&out), &facts, &why) == 0);
	route_build_free(b);
	return 0;
}
