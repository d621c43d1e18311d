/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places out of CSV and GeoJSON. Strict: a row without a name, a place or with a word
 * that is none is named, and nothing of the file is taken.
 */
#include "base/auto.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"
#include "place/inner.h"

#define TEXT_MAX 300
#define KIND_MAX 40

struct place_build {
	struct spot *v;
	size_t n, cap;
	struct buf texts;
	struct map known; /* text → offset + 1 */
};

struct place_build *
place_build_new(void)
{
	struct place_build *b = calloc(1, sizeof *b);

	if (!b)
		abort();
	buf_add_c(&b->texts, 0);
	return b;
}

void
place_build_free(struct place_build *b)
{
	if (!b)
		return;
	free(b->v);
	buf_done(&b->texts);
	map_done(&b->known);
	free(b);
}

size_t
place_build_count(const struct place_build *b)
{
	return b->n;
}

static uint32_t
text_of(struct place_build *b, struct span s)
{
	uintptr_t at;

	s = span_trim(s);
	if (!s.n)
		return 0;
	at = (uintptr_t)map_get(&b->known, s);
	if (at)
		return (uint32_t)at - 1;
	at = b->texts.n;
	buf_add_span(&b->texts, s);
	buf_add_c(&b->texts, 0);
	map_put(&b->known, s, (void *)(at + 1));
	return (uint32_t)at;
}

static bool
is_kind(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_' ||
		      (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return s.n <= KIND_MAX;
}

static void
add(struct place_build *b, const struct span names[NAMES], struct span kind,
    const struct position *at)
{
	struct spot v = { .lat_e7 = at->lat_e7, .lon_e7 = at->lon_e7 };

	for (int k = 0; k < NAMES; k++)
		v.names[k] = text_of(b, names[k]);
	v.kind = text_of(b, kind.n ? kind : SPAN("place"));
	b->v = place_room(b->v, b->n, &b->cap, sizeof *b->v);
	b->v[b->n++] = v;
}

/* What is wrong with it, or NULL. ret_which: the field, as in `words` below. */
static const char *
check(const struct span names[NAMES], struct span kind, int *ret_which)
{
	size_t all = 0;

	for (int k = 0; k < NAMES; k++) {
		*ret_which = k;
		if (names[k].n > TEXT_MAX ||
		    memchr(names[k].p ? names[k].p : "", 0, names[k].n))
			return "a name has at most 300 bytes";
		all += names[k].n;
	}
	*ret_which = 0;
	if (!all)
		return "it has no name";
	*ret_which = NAMES;
	return is_kind(kind) ? NULL
			     : "a kind is one word of small letters, digits and _";
}

/* --- CSV ------------------------------------------------------------------- */

enum { COL_KIND = NAMES, COL_LAT, COL_LON, COLS };

/* The columns' names, ours first; others that such files are known with. */
static const char *const words[COLS][4] = {
	{ "name", "name_osm", NULL, NULL },
	{ "name_en", "name:en", NULL, NULL },
	{ "name_ur", "name:ur", "name_ur_part", NULL },
	{ "name_sd", "name:sd", NULL, NULL },
	{ "kind", "category_guess", "main_class", NULL },
	{ "lat", "latitude", NULL, NULL },
	{ "lon", "longitude", "lng", NULL },
};

/* A table as it is read: its head's columns, the row's cells. */
struct table {
	struct csv csv;
	int at[COLS]; /* which cell; -1: the table has no such column */
	struct span *cells;
	size_t n;
};

static int
find_column(const struct table *t, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; i < t->n; i++)
			if (span_is_nocase(span_trim(t->cells[i]), span_of(*names)))
				return (int)i;
	return -1;
}

/* The next row: 1, 0 at the end, ERR_SYNTAX with *why. */
static int
next_row(struct table *t, struct arena *arena, struct buf *why)
{
	int rc = csv_next_row(&t->csv, &t->cells, &t->n, arena);

	if (rc < 0)
		buf_printf(why, "line %zu, column %zu: %s", t->csv.line, t->csv.column,
			   t->csv.wrong);
	return rc;
}

static int
read_head(struct table *t, struct arena *arena, struct buf *why)
{
	int rc = next_row(t, arena, why);

	if (rc < 0)
		return rc;
	for (int i = 0; i < COLS; i++)
		t->at[i] = rc ? find_column(t, words[i]) : -1;
	if (t->at[COL_LAT] < 0 || t->at[COL_LON] < 0 ||
	    (t->at[0] < 0 && t->at[1] < 0 && t->at[2] < 0 && t->at[3] < 0)) {
		buf_add_z(why, "line 1: the columns lat, lon and one of name, name_en, "
			       "name_ur, name_sd are needed");
		return ERR_SYNTAX;
	}
	return 0;
}

static struct span
cell(const struct table *t, int which)
{
	int at = t->at[which];

	return at < 0 || (size_t)at >= t->n ? (struct span){ 0 }
					    : span_trim(t->cells[at]);
}

static int
bad_cell(const struct table *t, int which, const char *text, struct buf *why)
{
	buf_printf(why, "line %zu, column %s: %s", t->csv.line, words[which][0], text);
	return ERR_SYNTAX;
}

static int
read_row(struct place_build *b, const struct table *t, struct buf *why)
{
	struct span names[NAMES], kind = cell(t, COL_KIND);
	struct position p;
	const char *wrong;
	double lat, lon;
	int which;

	for (int k = 0; k < NAMES; k++)
		names[k] = cell(t, k);
	for (size_t k = 0; k < t->n; k++)
		if (!utf8_is_valid(t->cells[k]))
			return bad_cell(t, 0, "the row is no UTF-8", why);
	wrong = check(names, kind, &which);
	if (wrong)
		return bad_cell(t, which, wrong, why);
	if (!span_to_double(cell(t, COL_LAT), &lat) || !(lat >= -90 && lat <= 90))
		return bad_cell(t, COL_LAT, "it is no latitude", why);
	if (!span_to_double(cell(t, COL_LON), &lon) || !geo_position(lat, lon, &p))
		return bad_cell(t, COL_LON, "it is no longitude", why);
	add(b, names, kind, &p);
	return 0;
}

int
place_build_csv(struct place_build *b, struct span text, struct buf *why)
{
	struct arena AUTO(arena_done) arena = { 0 };
	struct table t = { .csv = { .in = text } };
	int rc;

	if (read_head(&t, &arena, why) < 0)
		return ERR_SYNTAX;
	while ((rc = next_row(&t, &arena, why)) > 0) {
		if (read_row(b, &t, why) < 0)
			return ERR_SYNTAX;
		arena_reset(&arena);
	}
	return rc;
}

/* --- GeoJSON ------------------------------------------------------------------ */

static int
read_point(struct place_build *b, const json_t *f, struct buf *why)
{
	static const char *const keys[NAMES][2] = { { "name", "name" },
						    { "name:en", "name_en" },
						    { "name:ur", "name_ur" },
						    { "name:sd", "name_sd" } };
	static const char *const kinds[] = { "kind",    "amenity", "place",  "shop",
					     "tourism", "office",  "leisure" };
	const json_t *tags = json_object_get(f, "properties");
	const json_t *geometry = json_object_get(f, "geometry");
	const json_t *at = json_object_get(geometry, "coordinates");
	struct span names[NAMES] = { 0 }, kind = { 0 };
	struct position p;
	const char *wrong;
	int which;

	for (int i = 0; i < NAMES; i++)
		for (int k = 0; k < 2 && !names[i].n; k++)
			names[i] = span_trim(json_str(tags, keys[i][k]));
	for (size_t k = 0; k < ARRAY_LEN(kinds) && !kind.n; k++)
		kind = span_trim(json_str(tags, kinds[k]));
	wrong = check(names, kind, &which);
	if (!wrong &&
	    (!span_is_z(json_str(geometry, "type"), "Point") ||
	     json_array_size(at) < 2 || !json_is_number(json_array_get(at, 0)) ||
	     !json_is_number(json_array_get(at, 1)) ||
	     !geo_position(json_number_value(json_array_get(at, 1)),
			   json_number_value(json_array_get(at, 0)), &p)))
		wrong = "it is no Point with a longitude and a latitude";
	if (wrong) {
		buf_add_z(why, wrong);
		return ERR_SYNTAX;
	}
	add(b, names, kind, &p);
	return 0;
}

int
place_build_geojson(struct place_build *b, struct span text, struct buf *why)
{
	struct json_err e = { 0 };
	json_t AUTO(auto_json) *root = json_read(text, &e);
	json_t *list = json_object_get(root, "features"), *f;
	size_t k;

	if (!root) {
		buf_printf(why, "line %d, column %d: %s", e.line, e.column, e.text);
		return ERR_SYNTAX;
	}
	if (!json_is_array(list)) {
		buf_add_z(why, "it is no GeoJSON FeatureCollection");
		return ERR_SYNTAX;
	}
	json_array_foreach(list, k, f)
	{
		struct buf AUTO(buf_done) what = { 0 };

		if (read_point(b, f, &what) < 0) {
			buf_printf(why, "feature %zu: %s", k + 1, what.p);
			return ERR_SYNTAX;
		}
	}
	return 0;
}

void
place_build_end(const struct place_build *b, struct buf *out)
{
	struct spots s = { b->v, b->n, b->texts.p, b->texts.n };

	spots_write(&s, out);
}
