/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's rows as patches: columns are the noun's fields by name, and its table says
 * what a value may be. Knows no record: names of others are kept as they stand.
 */
#include "model/import.h"

#include "base/auto.h"
#include "base/csv.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMN_AGENCY = -1, COLUMN_LAT = -2, COLUMN_LON = -3 };

struct column {
	const char *name; /* as the file has it */
	int field;        /* of the noun's table, or COLUMN_ */
};

/* Other words for columns; of several the first that the noun has. */
static const struct {
	const char *word, *name;
} aliases[] = {
	{ "latitude", "lat" },
	{ "longitude", "lon" },
	{ "lng", "lon" },
	{ "id", "ref" },
	{ "phone", "phones" },
	{ "telephone", "phones" },
	{ "حوالہ", "ref" },
	{ "نام", "name" },
	{ "اردو نام", "name_ur" },
	{ "ادارہ", "agency" },
	{ "قسم", "class" },
	{ "قسم", "kind" },
	{ "پتہ", "address" },
	{ "عرض بلد", "lat" },
	{ "طول بلد", "lon" },
	{ "فون", "phones" },
	{ "فون", "phone" },
	{ "عہدہ", "rank" },
	{ "زبانیں", "languages" },
	{ "مقام", "site" },
	{ "یونٹ", "unit" },
	{ "پکار", "callsign" },
	{ "صلاحیتیں", "capabilities" },
};

void
import_wrong(struct import *im, size_t line, const char *column, struct span value,
	     const char *fmt, ...)
{
	char why[300];
	va_list ap;

	if (im->n_bad == im->bad_cap) {
		im->bad_cap = im->bad_cap ? 2 * im->bad_cap : 16;
		im->bad = realloc(im->bad, im->bad_cap * sizeof *im->bad);
		if (!im->bad)
			abort();
	}
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (value.n > 80)
		value.n = 80;
	im->bad[im->n_bad++] = (struct import_bad){
		.line = line,
		.column = arena_dup(&im->arena, span_of(column)),
		.value = { arena_dup(&im->arena, value), value.n },
		.why = arena_dup(&im->arena, span_of(why)),
	};
}

/* What is said of a bad value does not say a secret again. */
static bool
is_secret(const struct field *f)
{
	return (f->flags & (FIELD_SECRET | FIELD_ASK)) ||
	       strcmp(f->name, "challenge_word") == 0;
}

static bool
may_stand(const struct field *f)
{
	return (f->flags & FIELD_POST) && strcmp(f->name, "world") != 0;
}

static bool
find_field(const struct noun *noun, struct span word, int *ret)
{
	const struct field *f = field_find(noun, word);
	bool has_place = false;

	for (size_t i = 0; i < noun->n_fields; i++)
		has_place |= noun->fields[i].type == FIELD_POS;
	if (span_is_z(word, "agency"))
		*ret = COLUMN_AGENCY;
	else if (has_place && span_is_z(word, "lat"))
		*ret = COLUMN_LAT;
	else if (has_place && span_is_z(word, "lon"))
		*ret = COLUMN_LON;
	else if (f && may_stand(f))
		*ret = (int)(f - noun->fields);
	else
		return false;
	return true;
}

static bool
find_column(const struct noun *noun, struct span name, int *ret)
{
	struct buf AUTO(buf_done) word = { 0 };

	name = span_trim(name);
	for (size_t i = 0; i < name.n; i++)
		buf_add_c(&word, name.p[i] >= 'A' && name.p[i] <= 'Z'
					 ? (char)(name.p[i] + 32)
				 : name.p[i] == ' ' && (unsigned char)name.p[0] < 0x80
					 ? '_'
					 : name.p[i]);
	if (!word.n)
		return false;
	if (find_field(noun, buf_span(&word), ret))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (span_is_z(buf_span(&word), aliases[i].word) &&
		    find_field(noun, span_of(aliases[i].name), ret))
			return true;
	return false;
}

static void
known_columns(const struct noun *noun, struct buf *b)
{
	buf_add_z(b, "agency");
	for (size_t i = 0; i < noun->n_fields; i++) {
		const struct field *f = &noun->fields[i];

		if (f->type == FIELD_POS)
			buf_add_z(b, ", lat, lon");
		else if (may_stand(f) && strcmp(f->name, "agency") != 0)
			buf_printf(b, ", %s", f->name);
	}
}

static bool
read_header(struct import *im, struct column *cols, const struct span *cells, size_t n,
	    size_t line)
{
	const struct noun *noun = nouns[im->noun];
	struct buf AUTO(buf_done) known = { 0 };
	size_t bad = im->n_bad;

	known_columns(noun, &known);
	for (size_t i = 0; i < n; i++) {
		cols[i].name = arena_dup(&im->arena, span_trim(cells[i]));
		if (!find_column(noun, cells[i], &cols[i].field))
			import_wrong(im, line, cols[i].name, (struct span){ 0 },
				     "no such column; there are: %.240s", known.p);
		for (size_t k = 0; k < i; k++)
			if (cols[k].field == cols[i].field)
				import_wrong(im, line, cols[i].name, (struct span){ 0 },
					     "the same as the column %.60s",
					     cols[k].name);
	}
	return im->n_bad == bad;
}

/* --- values ------------------------------------------------------------------- */

static json_t *
text_value(struct span s)
{
	return json_stringn(s.p, s.n);
}

/* "word|word", and of telephones "label: number|number". */
static json_t *
list_value(struct span s, bool is_phones)
{
	json_t *list = json_array();

	while (s.n) {
		struct span one = span_trim(span_cut(&s, '|'));
		ptrdiff_t at = span_find(one, ':');
		json_t *o;

		if (!one.n)
			continue;
		if (!is_phones) {
			json_array_append_new(list, text_value(one));
			continue;
		}
		o = json_object();
		if (at >= 0)
			json_object_set_new(o, "label",
					    text_value(span_trim((struct span){
						    one.p, (size_t)at })));
		json_object_set_new(
			o, "number",
			text_value(span_trim(span_skip(one, (size_t)(at + 1)))));
		json_array_append_new(list, o);
	}
	return list;
}

/* A cell as JSON of the field's type, or as text that the field then refuses. */
static json_t *
cell_value(const struct field *f, struct span s)
{
	json_t *v = NULL;
	int64_t i;

	switch (f->type) {
	case FIELD_INT:
		return span_to_i64(s, &i) ? json_integer(i) : text_value(s);
	case FIELD_BOOL:
		if (span_is_nocase(s, SPAN("true")) || span_is_nocase(s, SPAN("yes")) ||
		    span_is_z(s, "1"))
			return json_true();
		if (span_is_nocase(s, SPAN("false")) || span_is_nocase(s, SPAN("no")) ||
		    span_is_z(s, "0"))
			return json_false();
		return text_value(s);
	case FIELD_LIST:
		return list_value(s, false);
	case FIELD_JSON:
		if (s.p[0] == '[' || s.p[0] == '{')
			v = json_read(s, NULL);
		return v                                ? v
		       : strcmp(f->name, "phones") == 0 ? list_value(s, true)
							: text_value(s);
	default:
		return text_value(s);
	}
}

struct reading {
	struct import *im;
	struct import_row *row;
	double lat, lon;
	bool has_lat, has_lon, has_bad_degrees;
	uint64_t tried;    /* fields that had a value, good or refused */
	const char *place; /* the column that said it */
};

static void
take_degrees(struct reading *r, const char *name, struct span s, double *ret,
	     bool *ret_has)
{
	*ret_has = span_to_double(s, ret);
	r->place = name;
	r->has_bad_degrees |= !*ret_has;
	if (!*ret_has)
		import_wrong(r->im, r->row->line, name, s, "degrees as 24.8607");
}

static void
take_field(struct reading *r, const char *name, const struct field *f, const json_t *v,
	   struct span shown)
{
	struct import_row *row = r->row;
	struct field_error why;

	if (f->type == FIELD_ID && json_is_string(v)) {
		struct span s = { json_string_value(v), json_string_length(v) };

		row->named[f - row->p.noun->fields] =
			(struct span){ arena_dup(&r->im->arena, s), s.n };
		return;
	}
	r->tried |= 1ull << (f - row->p.noun->fields);
	if (field_read(f, row->p.rec, v, &why) < 0)
		import_wrong(r->im, row->line, name,
			     is_secret(f) ? (struct span){ 0 } : shown, "%s", why.text);
	else
		row->p.given |= 1ull << (f - row->p.noun->fields);
}

static void
take_cell(struct reading *r, const struct column *c, struct span s)
{
	s = span_trim(s);
	if (!s.n)
		return;
	if (c->field == COLUMN_AGENCY) {
		r->row->agency = (struct span){ arena_dup(&r->im->arena, s), s.n };
	} else if (c->field == COLUMN_LAT) {
		take_degrees(r, c->name, s, &r->lat, &r->has_lat);
	} else if (c->field == COLUMN_LON) {
		take_degrees(r, c->name, s, &r->lon, &r->has_lon);
	} else {
		const struct field *f = &r->row->p.noun->fields[c->field];
		json_t AUTO(auto_json) *v = cell_value(f, s);

		take_field(r, c->name, f, v, s);
	}
}

static void
take_place(struct reading *r)
{
	const struct noun *noun = r->row->p.noun;
	struct position at;

	if (!r->place)
		return;
	if (r->has_bad_degrees)
		return;
	if (!r->has_lat || !r->has_lon) {
		if (r->has_lat || r->has_lon)
			import_wrong(r->im, r->row->line, r->place, (struct span){ 0 },
				     "a place needs lat and lon");
		return;
	}
	if (!geo_position(r->lat, r->lon, &at)) {
		import_wrong(r->im, r->row->line, r->place, (struct span){ 0 },
			     "outside lat -90..90, lon -180..180");
		return;
	}
	for (size_t i = 0; i < noun->n_fields; i++)
		if (noun->fields[i].type == FIELD_POS)
			*(struct position *)patch_give(&r->row->p,
						       noun->fields[i].off) = at;
}

static void
row_begin(struct reading *r, struct import *im, size_t line)
{
	if (im->n_rows == im->rows_cap) {
		im->rows_cap = im->rows_cap ? 2 * im->rows_cap : 64;
		im->rows = realloc(im->rows, im->rows_cap * sizeof *im->rows);
		if (!im->rows)
			abort();
	}
	*r = (struct reading){ .im = im, .row = &im->rows[im->n_rows++] };
	*r->row = (struct import_row){ .line = line };
	patch_init(&r->row->p, nouns[im->noun]);
}

static void
row_end(struct reading *r)
{
	const struct noun *noun = r->row->p.noun;

	take_place(r);
	for (size_t i = 0; i < noun->n_fields; i++)
		if ((noun->fields[i].flags & FIELD_NEEDED) &&
		    !((r->row->p.given | r->tried) >> i & 1) && !r->row->named[i].n)
			import_wrong(r->im, r->row->line, noun->fields[i].name,
				     (struct span){ 0 }, "%s is needed",
				     noun->fields[i].name);
}

static bool
has_room(struct import *im, size_t line)
{
	if (im->n_rows < IMPORT_ROWS_MAX)
		return true;
	import_wrong(im, line, "", (struct span){ 0 },
		     "more than %d rows: split the file", IMPORT_ROWS_MAX);
	return false;
}

/* --- CSV ---------------------------------------------------------------------- */

/* A table whose head has semicolons and no comma, as one with commas. Bare cells with
 * a comma are put into quotes; lines stay where they are. */
static bool
with_commas(struct span text, struct buf *out)
{
	struct span head = text;
	bool in_quotes = false;
	size_t from = 0;

	head.n = (size_t)(span_find(text, '\n') < 0 ? (ptrdiff_t)text.n
						    : span_find(text, '\n'));
	if (span_find(head, ';') < 0 || span_find(head, ',') >= 0)
		return false;
	for (size_t i = 0; i <= text.n; i++) {
		char c = i < text.n ? text.p[i] : '\n';
		struct span cell = { text.p + from, i - from };
		bool is_bare = !cell.n || cell.p[0] != '"';

		if (c == '"' && (!is_bare || i == from))
			in_quotes = !in_quotes;
		if (i < text.n && (in_quotes || (c != ';' && c != '\n')))
			continue;
		if (is_bare && cell.n && cell.p[cell.n - 1] == '\r')
			cell.n--;
		if (is_bare && span_find(cell, ',') >= 0)
			buf_printf(out, "\"" SPAN_FMT "\"", SPAN_ARG(cell));
		else
			buf_add_span(out, cell);
		if (i < text.n)
			buf_add_c(out, c == ';' ? ',' : '\n');
		from = i + 1;
	}
	return true;
}

#define COLUMNS_MAX 64

static void
read_rows(struct import *im, struct csv *csv, const struct column *cols, size_t n_cols)
{
	struct span *cells;
	struct reading r;
	size_t n;
	int rc;

	while ((rc = csv_next_row(csv, &cells, &n, &im->arena)) > 0) {
		if (!has_room(im, csv->line))
			return;
		row_begin(&r, im, csv->line);
		if (n != n_cols)
			import_wrong(im, csv->line, "", (struct span){ 0 },
				     "%zu cells under %zu columns", n, n_cols);
		for (size_t i = 0; i < n && i < n_cols; i++)
			take_cell(&r, &cols[i], cells[i]);
		row_end(&r);
	}
	if (rc < 0)
		import_wrong(im, csv->line, "", (struct span){ 0 }, "character %zu: %s",
			     csv->column, csv->wrong);
}

static void
read_csv(struct import *im, struct span text)
{
	struct buf AUTO(buf_done) commas = { 0 };
	struct csv csv = { .in = with_commas(text, &commas) ? buf_span(&commas)
							    : text };
	struct column cols[COLUMNS_MAX];
	struct span *cells;
	size_t n;
	int rc = csv_next_row(&csv, &cells, &n, &im->arena);

	if (rc < 0)
		import_wrong(im, csv.line, "", (struct span){ 0 }, "character %zu: %s",
			     csv.column, csv.wrong);
	else if (rc == 0)
		import_wrong(im, 1, "", (struct span){ 0 }, "the file is empty");
	else if (n > COLUMNS_MAX)
		import_wrong(im, 1, "", (struct span){ 0 }, "more than %d columns",
			     COLUMNS_MAX);
	else if (read_header(im, cols, cells, n, csv.line))
		read_rows(im, &csv, cols, n);
}

/* --- GeoJSON: a row is a feature, its line the feature's number ----------------- */

static void
take_property(struct reading *r, const char *key, const json_t *v)
{
	struct column c = { .name = key };

	if (json_is_null(v))
		return;
	if (!find_column(r->row->p.noun, span_of(key), &c.field))
		import_wrong(r->im, r->row->line, key, (struct span){ 0 },
			     "no such property");
	else if (json_is_string(v))
		take_cell(r, &c,
			  (struct span){ json_string_value(v), json_string_length(v) });
	else if (c.field < 0)
		import_wrong(r->im, r->row->line, key, (struct span){ 0 },
			     "must be a text");
	else
		take_field(r, key, &r->row->p.noun->fields[c.field], v,
			   (struct span){ 0 });
}

static void
take_geometry(struct reading *r, const json_t *g)
{
	const json_t *at = json_object_get(g, "coordinates");
	const json_t *lon = json_array_get(at, 0), *lat = json_array_get(at, 1);
	int field;

	if (!g || json_is_null(g))
		return;
	if (!span_is_z(json_str(g, "type"), "Point") || !json_is_number(lon) ||
	    !json_is_number(lat) || !find_field(r->row->p.noun, SPAN("lat"), &field)) {
		import_wrong(r->im, r->row->line, "geometry", json_str(g, "type"),
			     "must be a Point, of a site or a unit");
		return;
	}
	r->place = "geometry";
	r->lat = json_number_value(lat);
	r->lon = json_number_value(lon);
	r->has_lat = r->has_lon = true;
}

static void
read_feature(struct import *im, size_t line, const json_t *feature)
{
	const json_t *props = json_object_get(feature, "properties");
	struct reading r;
	const char *key;
	json_t *v;

	row_begin(&r, im, line);
	if (!span_is_z(json_str(feature, "type"), "Feature") ||
	    !json_is_object(props)) {
		import_wrong(im, line, "", (struct span){ 0 },
			     "must be a Feature with properties");
		return;
	}
	take_geometry(&r, json_object_get(feature, "geometry"));
	json_object_foreach((json_t *)props, key, v) take_property(&r, key, v);
	row_end(&r);
}

static void
read_geojson(struct import *im, struct span text)
{
	struct json_err why;
	json_t AUTO(auto_json) *o = json_read(text, &why);
	const json_t *list = json_object_get(o, "features");
	size_t k;
	json_t *v;

	if (!o)
		import_wrong(im, (size_t)why.line, "", (struct span){ 0 },
			     "character %d: %s", why.column, why.text);
	else if (!span_is_z(json_str(o, "type"), "FeatureCollection") ||
		 !json_is_array(list))
		import_wrong(im, 1, "", (struct span){ 0 },
			     "must be a FeatureCollection");
	json_array_foreach(list, k, v)
	{
		if (!has_room(im, k + 1))
			return;
		read_feature(im, k + 1, v);
	}
}

static size_t
bad_line(struct span text)
{
	size_t line = 1;

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) + 1 : text.n;

		if (!utf8_is_valid((struct span){ text.p, n }))
			return line;
		text = span_skip(text, n);
		line++;
	}
	return line;
}

void
import_read(struct import *im, struct span text)
{
	struct span first = text;

	if (span_starts(first, SPAN("\xef\xbb\xbf")))
		first = span_skip(first, 3);
	first = span_trim(first);
	if (!utf8_is_valid(text) || memchr(text.p ? text.p : "", 0, text.n))
		import_wrong(im, bad_line(text), "", (struct span){ 0 },
			     "not UTF-8: save the file as \"CSV UTF-8\"");
	else if (first.n && first.p[0] == '{')
		read_geojson(im, first);
	else
		read_csv(im, text);
}
