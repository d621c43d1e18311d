/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, reading, sorting and saving of one file. Damage costs the blocks in
 * which it lies and nothing else; a damaged index costs time only.
 */
#include "track/segment.h"

#include "base/auto.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SORTED_ROWS 512 /* of a block in a sorted file: what one look reads */

static const char *const suffixes[] = { "raw", "trk", "last" };

int64_t
segment_day(int64_t ms)
{
	return ms / DAY_MS - (ms % DAY_MS < 0);
}

void
segment_name(char ret[SEGMENT_NAME], const struct segment *s)
{
	time_t t = (time_t)s->day * 86400;
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(ret, SEGMENT_NAME, "%Y%m%d", &tm);
	snprintf(ret + n, SEGMENT_NAME - n, "-%04u.%s", s->number, suffixes[s->kind]);
}

bool
segment_parse(const char *name, struct segment *ret)
{
	struct segment s = { 0 };
	char again[SEGMENT_NAME], suffix[8];
	unsigned year, month, day;
	int64_t ms;

	if (strlen(name) >= SEGMENT_NAME ||
	    sscanf(name, "%4u%2u%2u-%u.%7s", &year, &month, &day, &s.number, suffix) !=
		    5 ||
	    time_from_civil((int)year, (int)month, (int)day, 0, 0, 0, &ms) != 0)
		return false;
	s.day = segment_day(ms);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		s.kind = (enum segment_kind)i;
		segment_name(again, &s);
		if (strcmp(again, name) == 0) {
			*ret = s;
			return true;
		}
	}
	return false;
}

int
segment_compare(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

int
segment_load(int fd, uint64_t from, uint64_t to, struct buf *out)
{
	struct stat st;
	ssize_t n;

	if (!to) {
		if (fstat(fd, &st) < 0)
			return ERR_IO;
		to = (uint64_t)st.st_size;
	}
	if (from >= to)
		return 0;
	buf_reserve(out, to - from);
	while (from < to) {
		n = pread(fd, out->p + out->n, to - from, (off_t)from);
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			break;
		out->n += (size_t)n;
		from += (uint64_t)n;
	}
	return 0;
}

/* --- reading */

static bool
visit(struct span data, struct id bearer, bool (*fn)(void *ctx, const struct row *r),
      void *ctx)
{
	char key[ROW_KEY];
	struct block b;
	struct row r;
	size_t at = 0;

	row_key(key, bearer);
	while (block_next(data, &at, &b)) {
		for (size_t i = 0; i < b.n; i++) {
			if (memcmp(b.rows + i * ROW_BYTES, key, ROW_KEY) != 0)
				continue;
			block_row(&b, i, &r);
			if (!fn(ctx, &r))
				return false;
		}
	}
	return true;
}

/* Where in a sorted file the rows of bearer are; false: look everywhere. */
static bool
look_up(int fd, struct id bearer, uint64_t *ret_from, uint64_t *ret_to)
{
	struct buf b = { 0 };
	char key[ROW_KEY];
	struct stat st;
	uint64_t sum, end;
	size_t bytes;
	bool is_found = false;

	if (fstat(fd, &st) < 0 || st.st_size < INDEX_FOOTER)
		return false;
	end = (uint64_t)st.st_size - INDEX_FOOTER;
	if (segment_load(fd, end, 0, &b) == 0 &&
	    index_footer(buf_span(&b), &bytes, &sum) == 0 && bytes <= end) {
		buf_clear(&b);
		if (segment_load(fd, end - bytes, end, &b) == 0 && b.n == bytes &&
		    index_check(buf_span(&b), sum) == 0) {
			row_key(key, bearer);
			index_find(buf_span(&b), key, ret_from, ret_to);
			if (!*ret_to)
				*ret_to = end - bytes;
			is_found = true;
		}
	}
	buf_done(&b);
	return is_found;
}

int
segment_read(int fd, const struct segment *s, struct id bearer,
	     bool (*fn)(void *ctx, const struct row *r), void *ctx)
{
	uint64_t from = 0, to = s->kind == SEGMENT_RAW ? s->size : 0;
	struct buf b = { 0 };
	int rc;

	if (s->kind == SEGMENT_RAW && !s->size)
		return 0;
	if (s->kind == SEGMENT_SORTED && look_up(fd, bearer, &from, &to) && from >= to)
		return 0;
	rc = segment_load(fd, from, to, &b);
	if (rc == 0)
		rc = !visit(buf_span(&b), bearer, fn, ctx);
	buf_done(&b);
	return rc;
}

/* --- sorting */

struct place {
	const char *row;
	int64_t base_ms;
};

static int
place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = memcmp(x->row, y->row, ROW_KEY);

	/* Rows of one bearer stay in order of arrival: as they lie in memory. */
	return order ? order : x->row < y->row ? -1 : x->row > y->row;
}

static size_t
collect(struct span raw, struct place *ret)
{
	struct block b;
	size_t at = 0, n = 0;

	while (block_next(raw, &at, &b)) {
		for (size_t i = 0; ret && i < b.n; i++)
			ret[n + i] =
				(struct place){ b.rows + i * ROW_BYTES, b.base_ms };
		n += b.n;
	}
	return n;
}

/* Rows from several blocks under one header: their times move to its base. */
static void
sorted_block(struct buf *out, const struct place *places, size_t n)
{
	struct row rows[SORTED_ROWS];

	for (size_t i = 0; i < n; i++) {
		struct block b = { places[i].base_ms, 1, places[i].row };

		block_row(&b, 0, &rows[i]);
	}
	block_encode(out, rows, n);
}

void
segment_sort(struct buf *out, struct span raw)
{
	size_t n = collect(raw, NULL), n_blocks = 0;
	AUTO(auto_free) struct place *places = calloc(n + 1, sizeof *places);
	AUTO(auto_free)
	struct index_entry *entries = calloc(n / SORTED_ROWS + 1, sizeof *entries);

	if (!places || !entries)
		abort();
	collect(raw, places);
	qsort(places, n, sizeof *places, place_compare);
	for (size_t i = 0; i < n; i += SORTED_ROWS, n_blocks++) {
		memcpy(entries[n_blocks].key, places[i].row, ROW_KEY);
		entries[n_blocks].offset = out->n;
		sorted_block(out, places + i,
			     n - i < SORTED_ROWS ? n - i : SORTED_ROWS);
	}
	index_encode(out, entries, n_blocks);
}

/* --- saving */

static int
write_all(int fd, struct span bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n <= 0)
			return ERR_IO;
		bytes = span_skip(bytes, (size_t)n);
	}
	return fdatasync(fd) < 0 ? ERR_IO : 0;
}

int
segment_save(int dir_fd, const char *name, struct span bytes)
{
	char part[SEGMENT_NAME + 8];
	int fd, rc;

	snprintf(part, sizeof part, "%s.part", name);
	fd = openat(dir_fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return ERR_IO;
	rc = write_all(fd, bytes);
	close(fd);
	if (rc == 0 && renameat(dir_fd, part, dir_fd, name) < 0)
		rc = ERR_IO;
	if (rc == 0 && fsync(dir_fd) < 0)
		rc = ERR_IO;
	if (rc != 0)
		unlinkat(dir_fd, part, 0);
	return rc;
}
