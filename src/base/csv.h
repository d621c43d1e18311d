/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comma-separated values (RFC 4180): quoted cells with doubled quotes and line breaks
 * in them, CRLF or LF, a byte-order mark before all. Strict: a quote inside a bare
 * cell, or text behind a closing one, is an error with its place.
 */
#pragma once
#include "base/arena.h"

struct csv {
	struct span in;      /* what is still to be read */
	size_t line, column; /* of the row just read, or of what is wrong; from 1 */
	size_t next_line;    /* the reader's own */
	const char *wrong;   /* a sentence, after ERR_SYNTAX */
};

/* The next row's cells, in the arena: 1; at the end 0; ERR_SYNTAX with csv->wrong.
 * A blank line is skipped. Begin with { .in = text }. */
int csv_next_row(struct csv *csv, struct span **ret_cells, size_t *ret_n,
		 struct arena *arena);
