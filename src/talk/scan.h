/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, by its content. Pure: no file is opened here. */
#pragma once
#include "base/span.h"

struct scan {
	const char *media; /* of the list of what is taken */
	const char *code;  /* why it is not: a word, and a sentence */
	const char *detail;
};

/* The media type by content, which its name must not belie. */
bool file_scan(struct span name, struct span content, struct scan *ret);
/* True: an archive that unpacks to what it says and nowhere else. */
bool zip_scan(struct span content, struct scan *ret);
