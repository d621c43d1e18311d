/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include "base/err.h"
#include "base/utf8.h"

struct at {               /* where a field is read */
	const char *line; /* its line begins here */
	const char *p, *end;
};

void
csv_open(struct csv *c, struct span text, struct arena *arena)
{
	*c = (struct csv){ .rest = text, .line = 1, .arena = arena };
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		c->rest = span_skip(text, 3);
}

/* Columns are counted in letters, not in bytes. */
static size_t
column_of(const struct at *a, const char *p)
{
	struct span s = { a->line, (size_t)(p - a->line) };
	size_t n = 1;

	while (utf8_next(&s) != -1)
		n++;
	return n;
}

static int
bad(const struct csv *c, const struct at *a, const char *p, const char *text,
    struct buf *why)
{
	buf_printf(why, "line %zu, column %zu: %s", c->line, column_of(a, p), text);
	return ERR_SYNTAX;
}

/* Behind the opening quote; leaves a->p behind the closing one. */
static int
quoted(struct csv *c, struct at *a, struct span *ret, struct buf *why)
{
	const char *open = a->p - 1, *from = a->p;
	char *out = arena_alloc(c->arena, (size_t)(a->end - from) + 1);
	struct at first = *a;
	size_t n = 0, line = c->line;

	for (; a->p < a->end; a->p++) {
		if (*a->p == '"' && a->p + 1 < a->end && a->p[1] == '"') {
			a->p++;
		} else if (*a->p == '"') {
			a->p++;
			*ret = (struct span){ out, n };
			return 0;
		} else if (*a->p == '\n') {
			c->line++;
			a->line = a->p + 1;
		}
		out[n++] = *a->p;
	}
	c->line = line;
	return bad(c, &first, open, "a quote that is not closed", why);
}

static int
field(struct csv *c, struct at *a, struct span *ret, struct buf *why)
{
	const char *from = a->p;

	if (a->p < a->end && *a->p == '"') {
		a->p++;
		if (quoted(c, a, ret, why) < 0)
			return ERR_SYNTAX;
		if (a->p < a->end && *a->p != ',' && *a->p != '\n' && *a->p != '\r')
			return bad(c, a, a->p, "something behind the closing quote",
				   why);
		return 0;
	}
	while (a->p < a->end && *a->p != ',' && *a->p != '\n' && *a->p != '\r') {
		if (*a->p == '"')
			return bad(c, a, a->p, "a quote inside an unquoted field", why);
		if (*a->p == 0)
			return bad(c, a, a->p, "a zero byte", why);
		a->p++;
	}
	*ret = (struct span){ from, (size_t)(a->p - from) };
	return 0;
}

/* The line break, if one stands here. */
static bool
ends_line(struct csv *c, struct at *a)
{
	const char *p = a->p;

	if (p < a->end && *p == '\r')
		p++;
	if (p < a->end && *p == '\n')
		p++;
	if (p == a->p && p < a->end)
		return false;
	if (p > a->p)
		c->line++;
	a->p = a->line = p;
	return true;
}

static int
row(struct csv *c, struct at *a, struct buf *why)
{
	c->n_fields = 0;
	c->row_line = c->line;
	for (;;) {
		if (c->n_fields == CSV_FIELDS)
			return bad(c, a, a->p, "more than 64 columns", why);
		c->columns[c->n_fields] = column_of(a, a->p);
		if (field(c, a, &c->fields[c->n_fields], why) < 0)
			return ERR_SYNTAX;
		if (!utf8_is_valid(c->fields[c->n_fields]))
			return bad(c, a, a->p, "what stands before it is no UTF-8",
				   why);
		c->n_fields++;
		if (ends_line(c, a))
			return 1;
		a->p++; /* the comma */
	}
}

int
csv_next(struct csv *c, struct buf *why)
{
	struct at a = { c->rest.p, c->rest.p, c->rest.p + c->rest.n };

	while (a.p < a.end) {
		int rc = row(c, &a, why);

		if (rc < 0)
			return rc;
		c->rest = (struct span){ a.p, (size_t)(a.end - a.p) };
		if (c->n_fields > 1 || span_trim(c->fields[0]).n)
			return 1;
	}
	return 0;
}

void
csv_place(const struct csv *c, size_t field_at, struct buf *why)
{
	buf_printf(why, "line %zu, column %zu: ", c->row_line,
		   field_at < c->n_fields ? c->columns[field_at] : 1);
}

int
csv_column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->n_fields; i++)
		if (span_is_nocase(span_trim(c->fields[i]), span_of(name)))
			return (int)i;
	return -1;
}
