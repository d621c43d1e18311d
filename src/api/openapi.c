/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenAPI 3.1 document, made from the tables that route and check
 * requests: a path that is not here does not exist.
 */
#include "api/routes.h"

#include "base/auto.h"

static void
write_schema_of(struct buf *b, const struct field *f)
{
	static const char *const types[] = {
		[FIELD_STR] = "\"type\":\"string\"",
		[FIELD_INT] = "\"type\":\"integer\"",
		[FIELD_BOOL] = "\"type\":\"boolean\"",
		[FIELD_ENUM] = "\"type\":\"string\"",
		[FIELD_TIME] = "\"type\":\"string\",\"format\":\"date-time\"",
		[FIELD_ID] = "\"type\":\"string\"",
		[FIELD_POS] = "\"$ref\":\"#/components/schemas/position\"",
		[FIELD_LIST] = "\"type\":\"array\",\"items\":{\"type\":\"string\"}",
		[FIELD_JSON] = "\"description\":\"any JSON\"",
	};

	jw_key(b, f->name);
	jw_open(b, '{');
	buf_add_z(b, types[f->type]);
	if (f->type == FIELD_ENUM) {
		jw_key(b, "enum");
		jw_open(b, '[');
		for (int i = 1; f->names[i]; i++)
			jw_str(b, span_of(f->names[i]));
		jw_close(b, ']');
	}
	if (f->type == FIELD_STR && f->max)
		jw_ki64(b, "maxLength", f->max);
	if (f->type == FIELD_STR && f->min)
		jw_ki64(b, "minLength", f->min);
	if (f->type == FIELD_INT && (f->min || f->max)) {
		jw_ki64(b, "minimum", f->min);
		jw_ki64(b, "maximum", f->max);
	}
	if (f->doc && *f->doc && f->type != FIELD_JSON)
		jw_kz(b, "description", f->doc);
	jw_close(b, '}');
}

/* flags 0: what answers show; else what may be given. */
static void
write_object(struct buf *b, const struct noun *n, unsigned flags, bool is_closed)
{
	bool has_needed = false;

	jw_kz(b, "type", "object");
	jw_key(b, "properties");
	jw_open(b, '{');
	if (!flags) {
		jw_key(b, "id");
		buf_add_z(b, "{\"type\":\"string\"}");
		jw_key(b, "world");
		buf_add_z(b, "{\"type\":\"string\"}");
	}
	for (size_t i = 0; i < n->n_fields; i++) {
		const struct field *f = &n->fields[i];

		if (flags ? !(f->flags & flags)
			  : (f->flags & (FIELD_SECRET | FIELD_INNER | FIELD_ASK)) != 0)
			continue;
		write_schema_of(b, f);
		has_needed |= flags && (f->flags & FIELD_NEEDED);
	}
	jw_close(b, '}');
	if (is_closed)
		jw_kbool(b, "additionalProperties", false);
	if (!has_needed || (flags & FIELD_PATCH))
		return;
	jw_key(b, "required");
	jw_open(b, '[');
	for (size_t i = 0; i < n->n_fields; i++)
		if ((n->fields[i].flags & flags) && (n->fields[i].flags & FIELD_NEEDED))
			jw_str(b, span_of(n->fields[i].name));
	jw_close(b, ']');
}

static void
write_parameters(struct buf *b, const struct route *r)
{
	struct span path = span_of(r->path);

	if (!strchr(r->path, '{'))
		return;
	jw_key(b, "parameters");
	jw_open(b, '[');
	while (path.n) {
		struct span part = span_cut(&path, '/');

		if (!part.n || part.p[0] != '{')
			continue;
		jw_open(b, '{');
		jw_kstr(b, "name",
			(struct span){ part.p + 1, (size_t)span_find(part, '}') - 1 });
		jw_kz(b, "in", "path");
		jw_kbool(b, "required", true);
		jw_key(b, "schema");
		buf_add_z(b, "{\"type\":\"string\"}");
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void
write_answers(struct buf *b, const struct route *r)
{
	jw_key(b, "responses");
	jw_open(b, '{');
	jw_key(b, "2XX");
	jw_open(b, '{');
	jw_kz(b, "description", "done");
	if (r->answer) {
		jw_key(b, "content");
		jw_open(b, '{');
		jw_key(b, "application/json");
		jw_open(b, '{');
		jw_key(b, "schema");
		if (*r->answer)
			buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}",
				   r->answer);
		else
			buf_add_z(b, "{\"type\":\"object\"}");
		jw_close(b, '}');
		jw_close(b, '}');
	}
	jw_close(b, '}');
	jw_key(b, "default");
	buf_add_z(b, "{\"description\":\"refused\",\"content\":{\"application/"
		     "problem+json\":"
		     "{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}");
	jw_close(b, '}');
}

static void
write_operation_id(struct buf *b, const struct route *r)
{
	jw_key(b, "operationId");
	buf_add_c(b, '"');
	for (const char *p = r->method; *p; p++)
		buf_add_c(b, (char)(*p | 0x20));
	for (const char *p = r->path; *p; p++)
		buf_add_c(b, (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
				     ? *p
				     : '_');
	buf_add_c(b, '"');
}

static void
write_operation(struct buf *b, const struct route *r)
{
	struct buf AUTO(buf_done) method = { 0 };

	for (const char *p = r->method; *p; p++)
		buf_add_c(&method, (char)(*p | 0x20));
	jw_key(b, method.p);
	jw_open(b, '{');
	write_operation_id(b, r);
	jw_kz(b, "summary", r->summary);
	write_parameters(b, r);
	if (r->ask && r->ask->n_fields) {
		jw_key(b, "requestBody");
		jw_open(b, '{');
		jw_kbool(b, "required", true);
		jw_key(b, "content");
		jw_open(b, '{');
		jw_key(b, r->ask_flags & FIELD_PATCH ? "application/merge-patch+json"
						     : "application/json");
		jw_open(b, '{');
		jw_key(b, "schema");
		jw_open(b, '{');
		write_object(b, r->ask, r->ask_flags, true);
		jw_close(b, '}');
		jw_close(b, '}');
		jw_close(b, '}');
		jw_close(b, '}');
	}
	if (r->fn == file_post) {
		jw_key(b, "requestBody");
		buf_add_z(b, "{\"required\":true,\"content\":{\"application/"
			     "octet-stream\":{}}}");
	}
	if (r->who & WHO_ANYONE) {
		jw_key(b, "security");
		buf_add_z(b, "[{},{\"bearer\":[]},{\"cookie\":[]}]");
	}
	write_answers(b, r);
	jw_close(b, '}');
}

static void
write_paths(struct buf *b)
{
	jw_key(b, "paths");
	jw_open(b, '{');
	for (size_t i = 0; i < n_routes; i++) {
		bool is_first = true;

		for (size_t k = 0; k < i; k++)
			is_first &= strcmp(routes[k].path, routes[i].path) != 0;
		if (!is_first)
			continue;
		jw_key(b, routes[i].path);
		jw_open(b, '{');
		for (size_t k = i; k < n_routes; k++)
			if (strcmp(routes[k].path, routes[i].path) == 0)
				write_operation(b, &routes[k]);
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

static void
write_components(struct buf *b)
{
	jw_key(b, "components");
	jw_open(b, '{');
	jw_key(b, "securitySchemes");
	buf_add_z(b, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"cookie\":"
		     "{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"kumak\"}}");
	jw_key(b, "schemas");
	jw_open(b, '{');
	jw_key(b, "position");
	buf_add_z(b,
		  "{\"type\":\"object\",\"required\":[\"lat\",\"lon\"],\"properties\":"
		  "{\"lat\":{\"type\":\"number\",\"minimum\":-90,\"maximum\":90},"
		  "\"lon\":{\"type\":\"number\",\"minimum\":-180,\"maximum\":180},"
		  "\"accuracy_m\":{\"type\":\"number\",\"minimum\":0}}}");
	jw_key(b, "problem");
	buf_add_z(b,
		  "{\"type\":\"object\",\"required\":[\"title\",\"status\",\"code\"],"
		  "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":"
		  "\"string\"},\"status\":{\"type\":\"integer\"},\"code\":{\"type\":"
		  "\"string\"},\"detail\":{\"type\":\"string\"},\"field\":{\"type\":"
		  "\"string\"}}}");
	for (int n = 0; n < NOUN__COUNT; n++) {
		jw_key(b, nouns[n]->name);
		jw_open(b, '{');
		write_object(b, nouns[n], 0, false);
		jw_close(b, '}');
	}
	jw_close(b, '}');
	jw_close(b, '}');
}

void
api_openapi(struct buf *b)
{
	jw_open(b, '{');
	jw_kz(b, "openapi", "3.1.0");
	jw_key(b, "info");
	buf_add_z(b, "{\"title\":\"Kumak\",\"version\":\"1\",\"license\":{\"name\":"
		     "\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}");
	jw_key(b, "servers");
	buf_add_z(b, "[{\"url\":\"/\"}]");
	jw_key(b, "security");
	buf_add_z(b, "[{\"bearer\":[]},{\"cookie\":[]}]");
	write_paths(b);
	write_components(b);
	jw_close(b, '}');
}
