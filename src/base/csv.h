/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading CSV (RFC 4180): quotes, line breaks in quotes, CRLF or LF, a byte order mark.
 * What is wrong is named by line and column, both from 1, as an editor counts them.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

#define CSV_FIELDS 64 /* columns of a row */

struct csv {
	struct span rest;
	size_t line;                /* of what is read next */
	size_t row_line;            /* where the last row began */
	size_t columns[CSV_FIELDS]; /* where its fields began */
	struct span
		fields[CSV_FIELDS]; /* trimmed of nothing; in the arena or the text */
	size_t n_fields;
	struct arena *arena;
};

void csv_open(struct csv *c, struct span text, struct arena *arena);
/* The next row that is not empty: 1; 0 at the end; ERR_SYNTAX with *why, which begins
 * with the place: "line 3, column 7: ". */
int csv_next(struct csv *c, struct buf *why);
/* Says where a field of this row stands, for the reader's own complaint. */
void csv_place(const struct csv *c, size_t field, struct buf *why);
/* Index of the column with this name in the first row, or -1; call after it was read.
 */
int csv_column(const struct csv *c, const char *name);
