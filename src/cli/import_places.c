/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak import places FILE…: names and places for the gazetteer, all files as one list,
 * in place of the one before.
 */
#include "cli/import.h"

#include "base/auto.h"
#include "place/place.h"

#include <stdio.h>

static void
auto_build(struct place_build **b)
{
	place_build_free(*b);
}

static bool
is_json(struct span text)
{
	text = span_trim(text);
	return text.n && text.p[0] == '{';
}

int
import_places(const struct import_args *a)
{
	struct place_build AUTO(auto_build) *b = place_build_new();
	struct buf AUTO(buf_done) out = { 0 }, why = { 0 }, path = { 0 };

	for (size_t i = 0; i < a->n_files; i++) {
		struct buf AUTO(buf_done) text = { 0 };
		size_t before = place_build_count(b);
		int rc = import_text(a->files[i], &text, &why);

		if (rc == 0)
			rc = is_json(buf_span(&text))
				     ? place_build_geojson(b, buf_span(&text), &why)
				     : place_build_csv(b, buf_span(&text), &why);
		if (rc < 0) {
			fprintf(stderr, "kumak import: %s: %s\n", a->files[i], why.p);
			return 1;
		}
		printf("%s: %zu places\n", a->files[i], place_build_count(b) - before);
	}
	if (a->is_preview) {
		puts("a preview: nothing was changed");
		return 0;
	}
	place_build_end(b, &out);
	buf_printf(&path, "%s/places.list", a->data);
	if (write_file(path.p, buf_span(&out)) == 0)
		return import_tell(a->data, "/api/v1/places/reload");
	fprintf(stderr, "kumak import: %s cannot be written\n", path.p);
	return 1;
}
