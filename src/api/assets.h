/* SPDX-License-Identifier: Apache-2.0 */
/* The pages, packed into the program by tools/gen-assets. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path, *type, *etag;
	const unsigned char *bytes, *gzip; /* gzip NULL: not worth it */
	size_t n, gzip_n;
	bool is_immutable;
};
extern const struct asset assets[];
extern const size_t n_assets;
