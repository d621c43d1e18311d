/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of what was kept long enough: files of old days are removed. Of a day in
 * which somebody's track is held by law only those rows stay, in a file of the same
 * name. Files are read and written without the shelf's lock: nobody waits for it.
 */
#include "track/shelf_inside.h"

#include "base/auto.h"
#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

struct thinning {
	const struct track_hold *holds;
	size_t n_holds, n_rows;
	struct rows kept;
};

static bool
is_held_day(const struct thinning *t, int64_t day)
{
	for (size_t k = 0; k < t->n_holds; k++)
		if (t->holds[k].from_ms < (day + 1) * DAY_MS &&
		    t->holds[k].to_ms > day * DAY_MS)
			return true;
	return false;
}

static bool
is_held_row(const struct thinning *t, const struct fix *f)
{
	for (size_t k = 0; k < t->n_holds; k++)
		if (id_is(t->holds[k].bearer, f->bearer) &&
		    f->server_ms >= t->holds[k].from_ms &&
		    f->server_ms < t->holds[k].to_ms)
			return true;
	return false;
}

static void
collect(struct thinning *t, struct span data)
{
	struct block_walk w = { 0 };
	size_t at = 0;

	while (block_next(data, &at, &w.b))
		for (w.row = (struct row){ 0 }; block_take(&w);) {
			t->n_rows++;
			if (is_held_row(t, &w.row.fix))
				rows_add(&t->kept, &w.row);
		}
}

static int
save(struct shelf *s, const char *name, const struct rows *kept)
{
	struct buf AUTO(buf_done) raw = { 0 }, sorted = { 0 };

	for (size_t i = 0, m; i < kept->n; i += m) {
		m = kept->n - i < BLOCK_ROWS ? kept->n - i : BLOCK_ROWS;
		block_encode(&raw, kept->p + i, m);
	}
	segment_sort(&sorted, buf_span(&raw));
	return segment_save(s->dir_fd, name, buf_span(&sorted));
}

/* 1: it shrank; 0: it stays as it is; ERR_NOT_FOUND: nothing of it is held. */
static int
thin(struct shelf *s, const char *name, struct thinning *t)
{
	struct buf AUTO(buf_done) data = { 0 };
	int fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return ERR_IO;
	rc = segment_load(fd, 0, 0, &data);
	close(fd);
	if (rc < 0)
		return rc;
	t->n_rows = t->kept.n = 0;
	collect(t, buf_span(&data));
	if (!t->kept.n)
		return ERR_NOT_FOUND;
	if (t->kept.n == t->n_rows)
		return 0;
	rc = save(s, name, &t->kept);
	return rc < 0 ? rc : 1;
}

static void
drop(struct shelf *s, const struct segment *it, const char *name)
{
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n_segments; i++)
		if (s->segments[i].number != it->number)
			s->segments[n++] = s->segments[i];
	s->n_segments = n;
	unlinkat(s->dir_fd, name, 0);
	pthread_mutex_unlock(&s->lock);
}

/* True: the file went or shrank. */
static bool
expire_one(struct shelf *s, const struct segment *it, struct thinning *t)
{
	char name[SEGMENT_NAME];
	int rc = ERR_NOT_FOUND;

	segment_name(name, it);
	if (is_held_day(t, it->day)) {
		if (it->kind != SEGMENT_SORTED)
			return false; /* when the packer has been there */
		rc = thin(s, name, t);
	}
	if (rc == ERR_NOT_FOUND)
		drop(s, it, name);
	else if (rc < 0) /* rather kept too long than what is held lost */
		log_error("track", "expire_failed", "file=%s why=%s", name,
			  err_text(rc));
	return rc == ERR_NOT_FOUND || rc > 0;
}

int
shelf_expire(struct shelf *s, int64_t before_ms, const struct track_hold *holds,
	     size_t n_holds)
{
	struct thinning t = { .holds = holds, .n_holds = n_holds };
	AUTO(auto_free) struct segment *due = NULL;
	int n_done = 0;
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	due = calloc(s->n_segments + 1, sizeof *due);
	if (!due)
		abort();
	for (size_t i = 0; i < s->n_segments; i++) {
		bool is_current = s->fd >= 0 && i == s->n_segments - 1;

		if (!is_current && (s->segments[i].day + 1) * DAY_MS <= before_ms)
			due[n++] = s->segments[i];
	}
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++)
		n_done += expire_one(s, &due[i], &t);
	free(t.kept.p);
	return n_done;
}
