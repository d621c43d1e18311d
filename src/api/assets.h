/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web pages, packed into the program by tools/gen-assets. Bytes live as long
 * as the program. Not a server: routes decide who gets what.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path;                  /* "/console.html", as in web/dist */
	const char *type;                  /* Content-Type */
	const char *etag;                  /* with its quotes, from the content */
	const unsigned char *bytes, *gzip; /* gzip: NULL where it saves nothing */
	size_t n, gzip_n;
	bool is_immutable; /* its name holds its hash: may be cached for ever */
};

extern const struct asset assets[]; /* sorted by path (bytes) */
extern const size_t n_assets;
