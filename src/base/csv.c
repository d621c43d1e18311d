/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include "base/err.h"

#include <stdlib.h>

struct place {
	const char *at, *end;
	size_t line, column;
};

static void
step(struct place *p)
{
	if (*p->at++ == '\n') {
		p->line++;
		p->column = 1;
	} else {
		p->column++;
	}
}

static int
refuse(struct csv *csv, const struct place *p, const char *why)
{
	csv->line = p->line;
	csv->column = p->column;
	csv->wrong = why;
	return ERR_SYNTAX;
}

static bool
is_end(const struct place *p)
{
	return p->at == p->end || *p->at == '\n' ||
	       (*p->at == '\r' && p->at + 1 < p->end && p->at[1] == '\n');
}

static int
read_quoted(struct csv *csv, struct place *p, struct arena *arena, struct span *ret)
{
	struct place open = *p;
	const char *from;
	char *to;
	size_t n = 0;

	step(p);
	for (from = p->at;; step(p)) {
		if (p->at == p->end)
			return refuse(csv, &open, "a quote is not closed");
		if (*p->at != '"')
			continue;
		if (p->at + 1 == p->end || p->at[1] != '"')
			break;
		step(p);
	}
	to = arena_alloc(arena, (size_t)(p->at - from) + 1);
	for (const char *k = from; k < p->at; k++) {
		k += *k == '"'; /* the first of two */
		to[n++] = *k;
	}
	step(p);
	*ret = (struct span){ to, n };
	return 0;
}

static int
read_bare(struct csv *csv, struct place *p, struct span *ret)
{
	const char *from = p->at;

	while (!is_end(p) && *p->at != ',') {
		if (*p->at == '"')
			return refuse(csv, p, "a quote inside a cell");
		step(p);
	}
	*ret = (struct span){ from, (size_t)(p->at - from) };
	return 0;
}

static void
push(struct span **v, size_t n, struct span cell, struct arena *arena)
{
	/* room doubles at each power of two; what was is left in the arena */
	if ((n & (n - 1)) == 0) {
		struct span *more = arena_alloc(arena, (n ? 2 * n : 1) * sizeof *more);

		if (n)
			memcpy(more, *v, n * sizeof *more);
		*v = more;
	}
	(*v)[n] = cell;
}

static int
read_cells(struct csv *csv, struct place *p, struct span **ret, size_t *ret_n,
	   struct arena *arena)
{
	struct span *v = NULL, cell;
	size_t n = 0;
	int rc;

	for (;;) {
		rc = p->at < p->end && *p->at == '"' ? read_quoted(csv, p, arena, &cell)
						     : read_bare(csv, p, &cell);
		if (rc < 0)
			return rc;
		push(&v, n++, cell, arena);
		if (is_end(p))
			break;
		if (*p->at != ',')
			return refuse(csv, p, "text behind a closing quote");
		step(p);
	}
	*ret = v;
	*ret_n = n;
	return 1;
}

static void
step_line(struct place *p)
{
	if (p->at < p->end && *p->at == '\r')
		p->at++;
	if (p->at < p->end)
		step(p);
}

int
csv_next_row(struct csv *csv, struct span **ret_cells, size_t *ret_n,
	     struct arena *arena)
{
	struct place p;
	size_t line;
	int rc;

	if (!csv->next_line) {
		csv->next_line = 1;
		if (span_starts(csv->in, SPAN("\xef\xbb\xbf")))
			csv->in = span_skip(csv->in, 3);
	}
	p = (struct place){ csv->in.p, csv->in.p + csv->in.n, csv->next_line, 1 };
	while (p.at < p.end && is_end(&p))
		step_line(&p);
	line = p.line;
	if (p.at == p.end)
		return 0;
	rc = read_cells(csv, &p, ret_cells, ret_n, arena);
	if (rc < 0)
		return rc;
	step_line(&p);
	csv->in = (struct span){ p.at, (size_t)(p.end - p.at) };
	csv->next_line = p.line;
	csv->line = line;
	csv->column = 1;
	return rc;
}
