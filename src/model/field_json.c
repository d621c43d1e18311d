/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as JSON, through their field tables. Writing leaves out what has no
 * value; reading says which field is wrong and how.
 */
#include "model/field.h"

#include "base/auto.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define JSON_MAX 65536

static const void *
at(const struct field *f, const struct record *rec)
{
	return (const char *)rec + f->off;
}

void
field_write(struct buf *b, const struct field *f, const struct record *rec)
{
	const void *v = at(f, rec);

	switch (f->type) {
	case FIELD_STR:
		jw_str(b, span_of(*(char *const *)v));
		break;
	case FIELD_LIST:
	case FIELD_JSON:
		jw_raw(b, span_of(*(char *const *)v));
		break;
	case FIELD_INT:
		jw_i64(b, *(const int64_t *)v);
		break;
	case FIELD_BOOL:
		jw_bool(b, *(const bool *)v);
		break;
	case FIELD_ENUM:
		jw_str(b, span_of(f->names[*(const int *)v]));
		break;
	case FIELD_TIME:
		jw_time(b, *(const int64_t *)v);
		break;
	case FIELD_ID:
		jw_id(b, *(const struct id *)v);
		break;
	case FIELD_POS:
		jw_pos(b, v);
		break;
	}
}

static size_t
write_some(struct buf *b, const struct noun *noun, const struct record *rec,
	   uint64_t given, bool with_null, unsigned only, unsigned without)
{
	size_t n = 0;

	for (size_t i = 0; i < noun->n_fields; i++) {
		const struct field *f = &noun->fields[i];

		if (!(given >> i & 1) || (f->flags & without) ||
		    (only && !(f->flags & only)))
			continue;
		if (field_is_none(f, rec) && !(f->type == FIELD_BOOL && with_null)) {
			if (!with_null)
				continue;
			jw_key(b, f->name);
			jw_null(b);
		} else {
			jw_key(b, f->name);
			field_write(b, f, rec);
		}
		n++;
	}
	return n;
}

void
fields_write(struct buf *b, const struct noun *noun, const struct record *rec,
	     uint64_t given, bool with_null, unsigned without)
{
	write_some(b, noun, rec, given, with_null, 0, without | FIELD_ASK);
}

size_t
fields_write_only(struct buf *b, const struct noun *noun, const struct record *rec,
		  uint64_t given, bool with_null, unsigned only)
{
	return write_some(b, noun, rec, given, with_null, only, FIELD_ASK);
}

__attribute__((format(printf, 4, 5))) static int
wrong(struct field_error *why, const struct field *f, int err, const char *fmt, ...)
{
	va_list ap;

	why->field = f ? f->name : "";
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof why->text, fmt, ap);
	va_end(ap);
	return err;
}

static int
read_text(const struct field *f, struct record *rec, const json_t *v,
	  struct field_error *why)
{
	struct span s = { json_string_value(v), json_string_length(v) };
	size_t most = f->max ? (size_t)f->max : FIELD_STR_MAX;
	char **z = (char **)((char *)rec + f->off);

	if (!json_is_string(v))
		return wrong(why, f, ERR_SYNTAX, "%s must be a text", f->name);
	if (s.n > most)
		return wrong(why, f, ERR_RANGE, "%s is longer than %zu bytes", f->name,
			     most);
	if (s.n < (size_t)f->min)
		return wrong(why, f, ERR_RANGE, "%s is shorter than %lld characters",
			     f->name, (long long)f->min);
	if (memchr(s.p, 0, s.n))
		return wrong(why, f, ERR_RANGE, "%s holds a NUL character", f->name);
	free(*z);
	*z = span_dup(s);
	return 0;
}

static int
read_json(const struct field *f, struct record *rec, const json_t *v,
	  struct field_error *why)
{
	char **z = (char **)((char *)rec + f->off);
	char *text;

	if (f->type == FIELD_LIST) {
		size_t i;
		const json_t *item;

		if (!json_is_array(v))
			return wrong(why, f, ERR_SYNTAX, "%s must be a list of texts",
				     f->name);
		json_array_foreach(
			v, i,
			item) if (!json_is_string(item) ||
				  json_string_length(item) >
					  64) return wrong(why, f, ERR_SYNTAX,
							   "%s[%zu] must be a text of "
							   "at most 64 bytes",
							   f->name, i);
	}
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!text || strlen(text) > JSON_MAX) {
		free(text);
		return wrong(why, f, ERR_RANGE, "%s is larger than %d bytes", f->name,
			     JSON_MAX);
	}
	free(*z);
	*z = text;
	return 0;
}

static int
read_position(const struct field *f, struct record *rec, const json_t *v,
	      struct field_error *why)
{
	const json_t *lat = json_object_get(v, "lat"), *lon = json_object_get(v, "lon");
	const json_t *acc = json_object_get(v, "accuracy_m");
	struct position p;
	const char *key;
	json_t *val;

	if (!json_is_number(lat) || !json_is_number(lon))
		return wrong(why, f, ERR_SYNTAX, "%s needs the numbers lat and lon",
			     f->name);
	json_object_foreach(
		(json_t *)v, key,
		val) if (strcmp(key, "lat") && strcmp(key, "lon") &&
			 strcmp(key,
				"accuracy_m")) return wrong(why, f, ERR_SYNTAX,
							    "%s has no member %.40s",
							    f->name, key);
	if (!geo_position(json_number_value(lat), json_number_value(lon), &p))
		return wrong(why, f, ERR_RANGE,
			     "%s is outside lat -90..90, lon -180..180", f->name);
	if (acc) {
		double m = json_number_value(acc);

		if (!json_is_number(acc) || !(m >= 0 && m <= 1e7))
			return wrong(why, f, ERR_RANGE,
				     "%s.accuracy_m must be 0 to 10,000,000", f->name);
		p.accuracy_m = (int32_t)m;
	}
	*(struct position *)((char *)rec + f->off) = p;
	return 0;
}

static int
read_int(const struct field *f, struct record *rec, const json_t *v,
	 struct field_error *why)
{
	int64_t i = json_integer_value(v);

	if (!json_is_integer(v))
		return wrong(why, f, ERR_SYNTAX, "%s must be a whole number", f->name);
	if ((f->min || f->max) && (i < f->min || i > f->max))
		return wrong(why, f, ERR_RANGE, "%s must be %lld to %lld", f->name,
			     (long long)f->min, (long long)f->max);
	*(int64_t *)((char *)rec + f->off) = i;
	return 0;
}

static int
read_enum(const struct field *f, struct record *rec, const json_t *v,
	  struct field_error *why)
{
	int i = json_is_string(v) ? enum_find(f->names, span_of(json_string_value(v)))
				  : 0;
	struct buf AUTO(buf_done) all = { 0 };

	if (i) {
		*(int *)((char *)rec + f->off) = i;
		return 0;
	}
	for (int k = 1; f->names[k]; k++)
		buf_printf(&all, "%s%s", k > 1 ? ", " : "", f->names[k]);
	return wrong(why, f, ERR_SYNTAX, "%s must be one of: %.150s", f->name, all.p);
}

int
field_read(const struct field *f, struct record *rec, const json_t *v,
	   struct field_error *why)
{
	void *p = (char *)rec + f->off;

	if (json_is_null(v))
		return f->type == FIELD_BOOL
			       ? wrong(why, f, ERR_SYNTAX, "%s must be true or false",
				       f->name)
			       : 0; /* a blank record holds none */
	switch (f->type) {
	case FIELD_STR:
		return read_text(f, rec, v, why);
	case FIELD_LIST:
	case FIELD_JSON:
		return read_json(f, rec, v, why);
	case FIELD_INT:
		return read_int(f, rec, v, why);
	case FIELD_BOOL:
		if (!json_is_boolean(v))
			return wrong(why, f, ERR_SYNTAX, "%s must be true or false",
				     f->name);
		*(bool *)p = json_is_true(v);
		return 0;
	case FIELD_ENUM:
		return read_enum(f, rec, v, why);
	case FIELD_TIME:
		if (!json_is_string(v) ||
		    time_parse(span_of(json_string_value(v)), p) < 0)
			return wrong(why, f, ERR_SYNTAX,
				     "%s must be a time like 2026-03-23T10:15:30Z",
				     f->name);
		return 0;
	case FIELD_ID:
		if (!json_is_string(v) ||
		    id_parse(span_of(json_string_value(v)), p) < 0)
			return wrong(why, f, ERR_SYNTAX, "%s must be an id", f->name);
		return 0;
	case FIELD_POS:
		return read_position(f, rec, v, why);
	}
	return ERR_SYNTAX;
}

int
patch_read(struct patch *p, const json_t *obj, unsigned allowed, bool with_needed,
	   struct field_error *why)
{
	const char *key;
	json_t *v;
	int rc;

	if (!json_is_object(obj))
		return wrong(why, NULL, ERR_SYNTAX, "the body must be a JSON object");
	json_object_foreach((json_t *)obj, key, v)
	{
		const struct field *f = field_find(p->noun, span_of(key));

		if (!f || !(f->flags & allowed))
			return wrong(why, f, ERR_SYNTAX, "%.60s cannot be given here",
				     key);
		rc = field_read(f, p->rec, v, why);
		if (rc < 0)
			return rc;
		p->given |= 1ull << (f - p->noun->fields);
	}
	for (size_t i = 0; i < p->noun->n_fields; i++) {
		const struct field *f = &p->noun->fields[i];

		if (!(f->flags & FIELD_NEEDED))
			continue;
		if (with_needed ? field_is_none(f, p->rec)
				: (p->given >> i & 1) && field_is_none(f, p->rec))
			return wrong(why, f, ERR_SYNTAX, "%s is needed", f->name);
	}
	return 0;
}

void
patch_load(struct patch *p, const json_t *obj)
{
	struct field_error ignored;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)obj, key, v)
	{
		const struct field *f = field_find(p->noun, span_of(key));

		if (f && field_read(f, p->rec, v, &ignored) == 0)
			p->given |= 1ull << (f - p->noun->fields);
	}
}
