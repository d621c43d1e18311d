/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a track file, all little-endian.
 *
 *   block   0 "KTB1"  4 u32 rows  8 i64 base ms  16 u64 sum of the rows
 *          24 u64 sum of the first 24 bytes  32 rows
 *   packed  0 "KTP1"  4 u32 rows  8 u64 bytes of them, with zeros up to STEP
 *          16 and 24 as above  32 rows as in packed.c
 *   row     0 node[7] noun  8 u64 seq  16 i64 device ms  24 u32 ms after base
 *          28 i32 lat  32 i32 lon  36 u24 accuracy + 1, u8 flags
 *          40 f32 speed  44 f32 course
 *   index   entries: 0 key[16]  16 u64 offset of the block
 *   footer  0 "KTX1"  4 u32 entries  8 u64 0  16 u64 sum of the index
 *          24 u64 sum of the first 24 bytes
 *
 * All sizes are multiples of 16, so a header that fails is jumped over by looking
 * for the next one at every 16th byte.
 */
#include "track/block.h"

#include "track/packed.h"

#include <endian.h>

#define STEP 16 /* headers and rows are multiples of it */

static void
put32(char *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

static void
put64(char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, 8);
}

static uint32_t
get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return le32toh(v);
}

static uint64_t
get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return le64toh(v);
}

/* n is a multiple of 8. Each step is a bijection for a given word. */
static uint64_t
sum(const char *p, size_t n)
{
	uint64_t h = 0x6b756d616b000000u + n;

	for (size_t i = 0; i < n; i += 8) {
		h = (h ^ get64(p + i)) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h;
}

void
row_key(char ret[ROW_KEY], struct id bearer)
{
	memcpy(ret, bearer.node, NODE_MAX);
	ret[NODE_MAX] = bearer.noun;
	put64(ret + 8, bearer.seq);
}

static void
row_encode(char *p, const struct row *r, int64_t base_ms)
{
	const struct fix *f = &r->fix;
	uint32_t accuracy = 0, speed, course;

	if (f->position.accuracy_m >= 0)
		accuracy = f->position.accuracy_m < 0xfffffe
				   ? (uint32_t)f->position.accuracy_m + 1
				   : 0xffffff;
	memcpy(&speed, &f->speed_mps, 4);
	memcpy(&course, &f->course_deg, 4);
	row_key(p, f->bearer);
	put64(p + 16, (uint64_t)f->device_ms);
	put32(p + 24, (uint32_t)((uint64_t)f->server_ms - (uint64_t)base_ms));
	put32(p + 28, (uint32_t)f->position.lat_e7);
	put32(p + 32, (uint32_t)f->position.lon_e7);
	put32(p + 36, accuracy | (uint32_t)r->flags << 24);
	put32(p + 40, speed);
	put32(p + 44, course);
}

void
row_decode(const char *p, int64_t base_ms, struct row *ret)
{
	uint32_t packed = get32(p + 36), speed = get32(p + 40), course = get32(p + 44);
	struct row r = { .flags = (uint8_t)(packed >> 24) };

	memcpy(r.fix.bearer.node, p, NODE_MAX);
	r.fix.bearer.noun = p[NODE_MAX];
	r.fix.bearer.seq = get64(p + 8);
	r.fix.device_ms = (int64_t)get64(p + 16);
	r.fix.server_ms = (int64_t)((uint64_t)base_ms + get32(p + 24));
	r.fix.position = (struct position){
		.lat_e7 = (int32_t)get32(p + 28),
		.lon_e7 = (int32_t)get32(p + 32),
		.accuracy_m = (int32_t)(packed & 0xffffff) - 1,
		.is_set = r.flags & ROW_SET,
	};
	memcpy(&r.fix.speed_mps, &speed, 4);
	memcpy(&r.fix.course_deg, &course, 4);
	*ret = r;
}

bool
block_take(struct block_walk *w)
{
	if (!w->b.n)
		return false;
	w->b.n--;
	if (w->b.is_packed)
		return packed_take(&w->b.rows, &w->row);
	row_decode(w->b.rows.p, w->b.base_ms, &w->row);
	w->b.rows = span_skip(w->b.rows, ROW_BYTES);
	return true;
}

/* word: of a plain block its base, of a packed one its bytes. */
static void
block_header(char *p, const char *magic, size_t n, uint64_t word, size_t bytes)
{
	memcpy(p, magic, 4);
	put32(p + 4, (uint32_t)n);
	put64(p + 8, word);
	put64(p + 16, sum(p + BLOCK_HEADER, bytes));
	put64(p + 24, sum(p, 24));
}

void
block_encode(struct buf *out, const struct row *rows, size_t n)
{
	int64_t base = rows[0].fix.server_ms;
	size_t size = BLOCK_HEADER + n * ROW_BYTES;
	char *p;

	for (size_t i = 1; i < n; i++)
		base = rows[i].fix.server_ms < base ? rows[i].fix.server_ms : base;
	buf_reserve(out, size);
	p = out->p + out->n;
	for (size_t i = 0; i < n; i++)
		row_encode(p + BLOCK_HEADER + i * ROW_BYTES, &rows[i], base);
	block_header(p, "KTB1", n, (uint64_t)base, n * ROW_BYTES);
	out->n += size;
}

void
block_encode_raw(struct buf *out, int64_t base_ms, struct span rows)
{
	size_t at = out->n;

	buf_reserve(out, BLOCK_HEADER + rows.n);
	out->n += BLOCK_HEADER;
	buf_add_span(out, rows);
	block_header(out->p + at, "KTB1", rows.n / ROW_BYTES, (uint64_t)base_ms,
		     rows.n);
}

void
block_encode_packed(struct buf *out, struct span rows, size_t n)
{
	size_t at = out->n, bytes = (rows.n + STEP - 1) / STEP * STEP;

	buf_reserve(out, BLOCK_HEADER + bytes);
	memcpy(out->p + at + BLOCK_HEADER, rows.p, rows.n);
	memset(out->p + at + BLOCK_HEADER + rows.n, 0, bytes - rows.n);
	out->n += BLOCK_HEADER + bytes;
	block_header(out->p + at, "KTP1", n, bytes, bytes);
}

static bool
block_at(struct span data, size_t at, struct block *ret)
{
	const char *p = data.p + at;
	size_t left = data.n - at - BLOCK_HEADER, n = get32(p + 4), bytes;
	bool is_packed = memcmp(p, "KTP1", 4) == 0;

	if ((!is_packed && memcmp(p, "KTB1", 4) != 0) || get64(p + 24) != sum(p, 24))
		return false;
	bytes = is_packed ? get64(p + 8) : n * ROW_BYTES;
	if (!n || n > BLOCK_ROWS || bytes > left || bytes % STEP ||
	    get64(p + 16) != sum(p + BLOCK_HEADER, bytes))
		return false;
	*ret = (struct block){ .base_ms = (int64_t)get64(p + 8),
			       .n = n,
			       .rows = { p + BLOCK_HEADER, bytes },
			       .is_packed = is_packed };
	return true;
}

bool
block_next(struct span data, size_t *at, struct block *ret)
{
	for (size_t i = *at; i < data.n && data.n - i >= BLOCK_HEADER; i += STEP) {
		if (!block_at(data, i, ret))
			continue;
		*at = i + BLOCK_HEADER + ret->rows.n;
		return true;
	}
	return false;
}

/* --- the index */

void
index_encode(struct buf *out, const struct index_entry *e, size_t n)
{
	char entry[INDEX_ENTRY], footer[INDEX_FOOTER] = "KTX1";
	size_t at = out->n;

	buf_reserve(out, n * INDEX_ENTRY + INDEX_FOOTER);
	for (size_t i = 0; i < n; i++) {
		memcpy(entry, e[i].key, ROW_KEY);
		put64(entry + ROW_KEY, e[i].offset);
		buf_add(out, entry, sizeof entry);
	}
	put32(footer + 4, (uint32_t)n);
	put64(footer + 16, sum(out->p + at, n * INDEX_ENTRY));
	put64(footer + 24, sum(footer, 24));
	buf_add(out, footer, sizeof footer);
}

int
index_footer(struct span footer, size_t *ret_bytes, uint64_t *ret_sum)
{
	const char *p = footer.p;

	if (footer.n != INDEX_FOOTER || memcmp(p, "KTX1", 4) != 0 ||
	    get64(p + 24) != sum(p, 24))
		return ERR_SYNTAX;
	*ret_bytes = (size_t)get32(p + 4) * INDEX_ENTRY;
	*ret_sum = get64(p + 16);
	return 0;
}

int
index_check(struct span index, uint64_t want)
{
	if (index.n % INDEX_ENTRY || sum(index.p, index.n) != want)
		return ERR_CORRUPT;
	return 0;
}

void
index_find(struct span index, const char key[ROW_KEY], uint64_t *ret_from,
	   uint64_t *ret_to)
{
	size_t n = index.n / INDEX_ENTRY, low = 0, high = n;

	/* The first block that begins with key or later; the one before it may
	 * end with key. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(index.p + middle * INDEX_ENTRY, key, ROW_KEY) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_from = low ? get64(index.p + (low - 1) * INDEX_ENTRY + ROW_KEY) : 0;
	while (low < n && memcmp(index.p + low * INDEX_ENTRY, key, ROW_KEY) == 0)
		low++;
	*ret_to = low < n ? get64(index.p + low * INDEX_ENTRY + ROW_KEY) : 0;
}
