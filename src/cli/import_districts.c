/* SPDX-License-Identifier: Apache-2.0 */
/* kumak import districts FILE: checked whole, then kept beside the store. */
#include "cli/import.h"

#include "base/area.h"
#include "base/auto.h"

#include <stdio.h>

int
import_districts(const struct import_args *a)
{
	struct buf AUTO(buf_done) text = { 0 }, why = { 0 }, path = { 0 };
	struct areas *all = NULL;
	size_t n;

	if (a->n_files != 1) {
		fputs("kumak import districts: one file\n", stderr);
		return 2;
	}
	if (read_file(a->files[0], &text) < 0) {
		fprintf(stderr, "kumak import: %s cannot be read\n", a->files[0]);
		return 1;
	}
	if (areas_read(buf_span(&text), &all, &why) < 0) {
		fprintf(stderr, "kumak import: %s: %s\n", a->files[0], why.p);
		return 1;
	}
	n = areas_count(all);
	areas_free(all);
	buf_printf(&path, "%s/districts.geojson", a->data);
	if (!a->is_preview && write_file(path.p, buf_span(&text)) < 0) {
		fprintf(stderr, "kumak import: %s cannot be written\n", path.p);
		return 1;
	}
	printf("%zu districts%s\n", n, a->is_preview ? " would be taken" : "");
	return 0;
}
