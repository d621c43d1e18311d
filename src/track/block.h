/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes as bytes: blocks of packed rows with a checksum each, and the index
 * at the end of a sorted file. Pure: no files, no clock. Private to track.
 */
#pragma once
#include "track/track.h"

#define ROW_BYTES 48
#define ROW_KEY 16 /* the first bytes of a row: its bearer */
#define BLOCK_HEADER 32
#define BLOCK_ROWS 4096       /* at most */
#define BLOCK_PACKED_ROWS 512 /* of a packed one: what one look reads */

enum row_flag {
	ROW_LIVE = 1,   /* moved the marker */
	ROW_STORED = 2, /* came from a device's memory */
	ROW_FORGET = 4, /* no fix: the marker was taken away */
	ROW_SET = 8,    /* has a position */
};

struct row {
	struct fix fix;
	uint8_t flags;
};

struct block {
	int64_t base_ms;
	size_t n;
	struct span rows; /* n * ROW_BYTES, or packed */
	bool is_packed;
};

/* A walk over the rows of a block. */
struct block_walk {
	struct block b; /* what is left of it */
	struct row row; /* the one that was taken last */
};

/* n: 1 to BLOCK_ROWS; their server_ms lie within 49 days. */
void block_encode(struct buf *out, const struct row *rows, size_t n);
/* A block of rows that are encoded already, with one base. */
void block_encode_raw(struct buf *out, int64_t base_ms, struct span rows);
/* The next good block from *at on, which moves behind it; damage is jumped
 * over. False: none left. */
bool block_next(struct span data, size_t *at, struct block *ret);
/* The rows in order, into w->row; false: no more. w begins as { .b = block }. */
bool block_take(struct block_walk *w);
/* Appends the rows that were put by packed_put() into `rows` as one block. */
void block_encode_packed(struct buf *out, struct span rows, size_t n);
/* One row of ROW_BYTES. */
void row_decode(const char *p, int64_t base_ms, struct row *ret);
void row_key(char ret[ROW_KEY], struct id bearer);

/* The end of a sorted file: where each block begins and with which bearer. */
struct index_entry {
	char key[ROW_KEY];
	uint64_t offset;
};
#define INDEX_ENTRY (ROW_KEY + 8)
#define INDEX_FOOTER 32

void index_encode(struct buf *out, const struct index_entry *e, size_t n);
/* From the last INDEX_FOOTER bytes of a file: how long the index before them
 * is. ERR_SYNTAX: no such footer. */
int index_footer(struct span footer, size_t *ret_bytes, uint64_t *ret_sum);
/* Checks the index; ERR_CORRUPT. */
int index_check(struct span index, uint64_t sum);
/* The blocks that may hold key: from *ret_from up to *ret_to in the file;
 * *ret_to 0: up to the index. */
void index_find(struct span index, const char key[ROW_KEY], uint64_t *ret_from,
		uint64_t *ret_to);
