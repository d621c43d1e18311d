/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files as strangers send them: a name, a line feed, the content. What is taken has a
 * type, what is refused a reason; an archive that is taken names nothing outside.
 */
#include "talk/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool ok, const struct scan *s)
{
	if (ok ? !s->media || s->code : s->media || !s->code || !s->detail)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span content = { (const char *)data, size };
	struct span name = span_cut(&content, '\n');
	struct scan s = { 0 };

	check(file_scan(name, content, &s), &s);
	s = (struct scan){ .media = "x" };
	if (!zip_scan(content, &s))
		check(false, &s);
	return 0;
}
