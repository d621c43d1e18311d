/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a bearer was: its rows in the files of the days asked for, then those
 * that wait for the disk. The files of a day are opened together while nobody
 * replaces them, and read without holding anybody up.
 */
#include "track/shelf_inside.h"

#include "base/err.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* One query: what it wants, and how much of it was found. */
struct query {
	struct id bearer;
	int64_t from_ms, to_ms;
	size_t left;
	row_fn fn;
	void *ctx;
};

static bool
query_row(void *ctx, const struct row *r)
{
	struct query *q = ctx;

	if (r->flags & ROW_FORGET || r->fix.server_ms < q->from_ms ||
	    r->fix.server_ms >= q->to_ms)
		return true;
	if (!q->left)
		return false;
	q->left--;
	return q->fn(q->ctx, r) && q->left;
}

struct opened {
	struct segment segment;
	int fd;
};

/* Opens the files of a day while nobody replaces them. */
static size_t
day_open(struct shelf *s, int64_t day, struct opened **ret)
{
	struct opened *list = calloc(s->n_segments + 1, sizeof *list);
	char name[SEGMENT_NAME];
	size_t n = 0;

	if (!list)
		abort();
	for (size_t i = 0; i < s->n_segments; i++) {
		if (s->segments[i].day != day)
			continue;
		segment_name(name, &s->segments[i]);
		list[n].segment = s->segments[i];
		list[n].fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
		n += list[n].fd >= 0;
	}
	*ret = list;
	return n;
}

static void
memory_copy(const struct rows *from, size_t first, struct id bearer, struct rows *ret)
{
	for (size_t i = first; i < from->n; i++)
		if (id_is(from->p[i].fix.bearer, bearer))
			rows_add(ret, &from->p[i]);
}

/* 1: enough; 0: go on; or a code. is_last: the rows that wait are of this day
 * or a later one, and were taken at the moment the files were opened. */
static int
day_read(struct shelf *s, int64_t day, struct query *q, bool *ret_is_last)
{
	struct rows waiting = { 0 };
	struct opened *list;
	size_t n;
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	n = day_open(s, day, &list);
	*ret_is_last = !s->n_segments || s->segments[s->n_segments - 1].day <= day ||
		       segment_day(q->to_ms - 1) <= day;
	if (*ret_is_last) {
		memory_copy(&s->writing, s->n_written, q->bearer, &waiting);
		memory_copy(&s->pending, 0, q->bearer, &waiting);
	}
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = segment_read(list[i].fd, &list[i].segment, q->bearer,
					  query_row, q);
		close(list[i].fd);
	}
	for (size_t i = 0; rc == 0 && i < waiting.n; i++)
		rc = !query_row(q, &waiting.p[i]);
	free(waiting.p);
	free(list);
	return rc;
}

/* From the first day that has anything. */
static int64_t
first_day(struct shelf *s, int64_t from_ms)
{
	int64_t day = segment_day(from_ms), first = INT64_MAX;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n_segments; i++)
		first = s->segments[i].day < first ? s->segments[i].day : first;
	pthread_mutex_unlock(&s->lock);
	return first != INT64_MAX && day < first ? first : day;
}

int
shelf_read(struct shelf *s, struct id bearer, int64_t from_ms, int64_t to_ms,
	   size_t limit, row_fn fn, void *ctx)
{
	struct query q = { bearer, from_ms, to_ms, limit, fn, ctx };
	bool is_last = false;
	int rc = 0;

	if (!limit || from_ms >= to_ms)
		return 0;
	for (int64_t day = first_day(s, from_ms); rc == 0 && !is_last; day++)
		rc = day_read(s, day, &q, &is_last);
	return rc > 0 ? 0 : rc;
}
