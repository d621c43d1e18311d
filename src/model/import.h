/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of records of one noun, taken whole or not at all. Its rows were read already
 * (model/import_read.c, pure); import_check() finds what each row is to the records
 * that there are, import_take() changes them.
 */
#pragma once
#include "model/commands.h"

/* One file is one batch of the journal: a press waits for no more than this. */
#define IMPORT_ROWS_MAX 5000
#define IMPORT_BYTES_MAX (8 << 20)

enum import_fate { IMPORT_NEW = 1, IMPORT_CHANGED, IMPORT_SAME };

struct import_row {
	size_t line;
	struct patch p;
	struct span agency;    /* as the file names it; empty: the caller's own */
	struct span named[64]; /* by field: a record that the file names */
	enum import_fate fate;
	struct id id; /* of the record, unless it is new */
	struct id owner;
};

struct import_bad {
	size_t line;
	const char *column; /* "" when it is about the row */
	struct span value;  /* empty when it is secret */
	const char *why;
};

struct import {
	enum noun_index noun;
	struct import_row *rows;
	struct import_bad *bad;
	size_t n_rows, rows_cap, n_bad, bad_cap;
	struct arena arena; /* holds what the file named */
};

void import_init(struct import *im, enum noun_index noun);
void import_done(struct import *im);
/* Whether the actor may import records of it at all. */
int import_may(struct decision *d, enum noun_index noun);
/* Reads a file: CSV, or GeoJSON when its first sign is a brace. What is wrong is in
 * im->bad. Pure: may run beside the loop. */
void import_read(struct import *im, struct span text);
void import_wrong(struct import *im, size_t line, const char *column, struct span value,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* What the rows are to the records; ERR_DENIED when the actor may not at all. */
int import_check(struct decision *d, struct import *im);
/* After a check that left nothing bad, in the same turn. Consumes the rows. */
void import_take(struct decision *d, struct import *im);
size_t import_count(const struct import *im, enum import_fate fate);
