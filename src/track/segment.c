/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, reading, sorting and saving of one file. Damage costs the blocks in
 * which it lies and nothing else; a damaged index costs time only.
 */
#include "track/segment.h"

#include "base/auto.h"
#include "base/map.h"
#include "track/packed.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
	struct block_walk w = { 0 };
	size_t at = 0;

	while (block_next(data, &at, &w.b))
		for (w.row = (struct row){ 0 }; block_take(&w);)
			if (id_is(w.row.fix.bearer, bearer) && !fn(ctx, &w.row))
				return false;
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
	size_t group;
};

/* The rows of one bearer. */
struct group {
	const char *key;
	size_t n, at; /* of its rows; where the next goes */
	size_t was;   /* its number before the groups were sorted */
};

struct groups {
	struct group *list;
	size_t n, cap, last;
	struct map numbers; /* key → number + 1 */
};

/* A bearer often tells several fixes at once. */
static size_t
group_of(struct groups *g, const char *key)
{
	struct span k = { key, ROW_KEY };
	size_t number;

	if (g->n && memcmp(g->list[g->last].key, key, ROW_KEY) == 0)
		return g->last;
	number = (size_t)map_get(&g->numbers, k);
	if (number)
		return g->last = number - 1;
	if (g->n == g->cap) {
		g->cap = g->cap ? 2 * g->cap : 64;
		g->list = realloc(g->list, g->cap * sizeof *g->list);
		if (!g->list)
			abort();
	}
	g->list[g->n] = (struct group){ .key = key, .was = g->n };
	map_put(&g->numbers, k, (void *)(g->n + 1));
	return g->last = g->n++;
}

/* A raw file has plain blocks only. */
static size_t
collect(struct span raw, struct groups *groups, struct place *ret)
{
	struct block b;
	size_t at = 0, n = 0;

	while (block_next(raw, &at, &b)) {
		for (size_t i = 0; !b.is_packed && i < b.n; i++) {
			const char *row = b.rows.p + i * ROW_BYTES;
			size_t group = group_of(groups, row);

			ret[n++] = (struct place){ row, b.base_ms, group };
			groups->list[group].n++;
		}
	}
	return n;
}

static int
by_key(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return memcmp(x->key, y->key, ROW_KEY);
}

/* By bearer; rows of one stay in order of arrival. Few bearers have many rows, so the
 * bearers are sorted and the rows only dealt out. */
static void
deal(struct groups *g, const struct place *places, size_t n, struct place *ret)
{
	AUTO(auto_free) size_t *now = calloc(g->n + 1, sizeof *now);
	size_t at = 0;

	if (!now)
		abort();
	if (g->n)
		qsort(g->list, g->n, sizeof *g->list, by_key);
	for (size_t i = 0; i < g->n; i++) {
		now[g->list[i].was] = i;
		g->list[i].at = at;
		at += g->list[i].n;
	}
	for (size_t i = 0; i < n; i++)
		ret[g->list[now[places[i].group]].at++] = places[i];
}

static void
write_packed(struct buf *out, const struct place *places, size_t n)
{
	struct buf AUTO(buf_done) bytes = { 0 }, entries = { 0 };

	for (size_t i = 0, m; i < n; i += m) {
		struct row prev = { 0 }, r;
		struct index_entry e = { .offset = out->n };

		m = n - i < BLOCK_PACKED_ROWS ? n - i : BLOCK_PACKED_ROWS;
		memcpy(e.key, places[i].row, ROW_KEY);
		buf_add(&entries, &e, sizeof e);
		buf_clear(&bytes);
		for (size_t k = i; k < i + m; k++) {
			row_decode(places[k].row, places[k].base_ms, &r);
			packed_put(&bytes, &prev, &r);
		}
		block_encode_packed(out, buf_span(&bytes), m);
	}
	index_encode(out, (const struct index_entry *)(void *)entries.p,
		     entries.n / sizeof(struct index_entry));
}

void
segment_sort(struct buf *out, struct span raw)
{
	struct groups groups = { 0 };
	size_t n = raw.n / ROW_BYTES; /* at most */
	AUTO(auto_free) struct place *arrived = calloc(n + 1, sizeof *arrived);
	AUTO(auto_free) struct place *places = calloc(n + 1, sizeof *places);

	if (!arrived || !places)
		abort();
	n = collect(raw, &groups, arrived);
	deal(&groups, arrived, n, places);
	map_done(&groups.numbers);
	free(groups.list);
	write_packed(out, places, n);
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
