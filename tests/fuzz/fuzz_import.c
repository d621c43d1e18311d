/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that an office hands in, as each kind. It gives rows whose fields all may be
 * given, or says where it is wrong and why.
 */
#include "model_fuzz.h"

#include "base/utf8.h"
#include "model/import.h"

static void
check_rows(const struct import *im)
{
	const struct noun *noun = nouns[im->noun];

	for (size_t i = 0; i < im->n_rows; i++) {
		const struct patch *p = &im->rows[i].p;

		for (size_t k = 0; k < noun->n_fields; k++)
			assert(!(p->given >> k & 1) ||
			       (noun->fields[k].flags & FIELD_POST));
		assert(im->rows[i].line);
	}
	for (size_t i = 0; i < im->n_bad; i++)
		assert(im->bad[i].line && *im->bad[i].why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum noun_index kinds[] = { NOUN_SITE, NOUN_UNIT, NOUN_PERSON,
						 NOUN_DEVICE };
	struct span in = fuzz_exact(data, size);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct import im;

		import_init(&im, kinds[i]);
		import_read(&im, in);
		assert(im.n_bad || (im.n_rows <= IMPORT_ROWS_MAX && utf8_is_valid(in)));
		check_rows(&im);
		import_done(&im);
	}
	free((char *)(uintptr_t)in.p);
	return 0;
}
