/* SPDX-License-Identifier: Apache-2.0 */
/* Where messages that other people wrote are kept, and reading files of them. */
#pragma once
#include "base/auto.h"
#include "base/buf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* KUMAK_DATA, or shared/data beside the tree (a worktree lies one deeper). False:
 * there is no such folder here. */
static inline bool
data_path(char *ret, size_t n, const char *below)
{
	static const char *const roots[] = { SOURCE_ROOT "/../shared/data",
					     SOURCE_ROOT "/../../shared/data" };
	const char *env = getenv("KUMAK_DATA");

	for (size_t k = 0; k < (env ? 1 : 2); k++) {
		FILE *f;

		snprintf(ret, n, "%s/%s", env ? env : roots[k], below);
		f = fopen(ret, "r");
		if (f) {
			fclose(f);
			return true;
		}
	}
	return false;
}

static inline bool
data_read(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	do {
		buf_reserve(ret, 65536);
		n = fread(ret->p + ret->n, 1, 65536, f);
		ret->n += n;
	} while (n);
	fclose(f);
	buf_reserve(ret, 1);
	ret->p[ret->n] = 0;
	return true;
}
