/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shelf's threads and its list of segments.
 *
 * 1. The loop adds rows to `pending`; the writer takes all of them every
 *    100 ms (so that they are on disk within 250 ms), writes them as blocks at
 *    the end of the current segment and syncs once.
 * 2. A segment ends with its day of arrival, with SEGMENT_MAX bytes or with
 *    the process; a torn end is never written behind. The next one begins
 *    with a file of the last places, so that a start reads one segment.
 * 3. The packer sorts ended segments by bearer, for history.
 * 4. The disk belongs to SOS first: near its end, or after a failed write and
 *    one fresh file, rows are counted as dropped. No sync is tried again.
 */
#include "track/shelf_inside.h"

#include "base/auto.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define SEGMENT_MAX (16 << 20)    /* a raw one is read whole by a query */
#define FLUSH_AFTER_MS 100        /* of the 250 that the law allows */
#define FLUSH_ROWS 32768          /* or as soon as so many wait */
#define PENDING_MAX (2000 * 1000) /* rows; a disk that stands still */
#define LEAVE_BYTES (256LL << 20) /* left to the store, or 5 % of the disk */

void
rows_add(struct rows *rows, const struct row *r)
{
	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 256;
		rows->p = realloc(rows->p, rows->cap * sizeof *rows->p);
		if (!rows->p)
			abort();
	}
	rows->p[rows->n++] = *r;
}

/* --- the last places */

static void
last_apply(struct map *last, const struct row *r)
{
	struct row *kept;

	if (r->flags & ROW_FORGET) {
		free(map_remove(last, ID_KEY(&r->fix.bearer)));
		return;
	}
	if (!(r->flags & ROW_LIVE))
		return;
	kept = map_get(last, ID_KEY(&r->fix.bearer));
	if (kept) {
		*kept = *r;
		return;
	}
	kept = malloc(sizeof *kept);
	if (!kept)
		abort();
	*kept = *r;
	map_put(last, ID_KEY(&r->fix.bearer), kept);
}

static void
last_apply_bytes(struct map *last, struct span data)
{
	struct block_walk w = { 0 };
	size_t at = 0;

	while (block_next(data, &at, &w.b))
		for (w.row = (struct row){ 0 }; block_take(&w);)
			last_apply(last, &w.row);
}

static void
last_encode(const struct map *last, struct buf *out)
{
	size_t at = 0;
	void *value;

	/* One block each: places may be of days far from each other. */
	while (map_next(last, &at, NULL, &value))
		block_encode(out, value, 1);
}

/* --- the writer */

static void
segment_add(struct shelf *s, const struct segment *segment)
{
	s->segments = realloc(s->segments, (s->n_segments + 1) * sizeof *s->segments);
	if (!s->segments)
		abort();
	s->segments[s->n_segments++] = *segment;
}

static struct segment *
segment_find(struct shelf *s, unsigned number)
{
	for (size_t i = s->n_segments; i-- > 0;)
		if (s->segments[i].number == number)
			return &s->segments[i];
	return NULL;
}

static void
segment_end(struct shelf *s)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	pthread_mutex_lock(&s->lock);
	s->fd = -1;
	pthread_cond_signal(&s->pack);
	pthread_mutex_unlock(&s->lock);
}

static int
segment_begin(struct shelf *s, int64_t day)
{
	struct segment next = { day, s->number + 1, SEGMENT_RAW, 0 }, last = next;
	struct segment before = { 0 };
	char name[SEGMENT_NAME];
	struct buf b = { 0 };
	int rc, fd;

	segment_end(s);
	before = (struct segment){ s->day, s->number, SEGMENT_LAST, 0 };
	last.kind = SEGMENT_LAST;
	last_encode(&s->last, &b);
	segment_name(name, &last);
	rc = segment_save(s->dir_fd, name, buf_span(&b));
	buf_done(&b);
	if (rc != 0)
		return rc;
	segment_name(name, &next);
	fd = openat(s->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 || fsync(s->dir_fd) < 0) {
		if (fd >= 0)
			close(fd);
		s->number++; /* another name next time */
		return ERR_IO;
	}
	segment_name(name, &before);
	unlinkat(s->dir_fd, name, 0);
	pthread_mutex_lock(&s->lock);
	segment_add(s, &next);
	s->fd = fd;
	pthread_mutex_unlock(&s->lock);
	s->number = next.number;
	s->day = day;
	s->size = 0;
	return 0;
}

static int
segment_append(struct shelf *s, const struct row *rows, size_t n)
{
	struct span left;
	uint64_t at = s->size;

	buf_clear(&s->bytes);
	for (size_t i = 0, m; i < n; i += m) {
		m = n - i < BLOCK_ROWS ? n - i : BLOCK_ROWS;
		block_encode(&s->bytes, rows + i, m);
	}
	for (left = buf_span(&s->bytes); left.n;) {
		ssize_t done = pwrite(s->fd, left.p, left.n, (off_t)at);

		if (done <= 0)
			return ERR_IO;
		left = span_skip(left, (size_t)done);
		at += (uint64_t)done;
	}
	if (fdatasync(s->fd) < 0)
		return ERR_IO;
	s->size = at;
	pthread_mutex_lock(&s->lock);
	segment_find(s, s->number)->size = at;
	s->count.written += n;
	s->n_written += n; /* with the size: a reader sees a row here or there */
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* Rows of one day. After a failure once more, in a new file. */
static int
write_day(struct shelf *s, int64_t day, const struct row *rows, size_t n)
{
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		rc = 0;
		if (s->fd < 0 || s->day != day || s->size >= SEGMENT_MAX)
			rc = segment_begin(s, day);
		if (rc == 0)
			rc = segment_append(s, rows, n);
		if (rc == 0)
			return 0;
		segment_end(s);
	}
	return rc;
}

static bool
is_disk_full(struct shelf *s)
{
	struct statvfs v;
	int64_t leave;

	if (fstatvfs(s->dir_fd, &v) < 0)
		return false;
	leave = (int64_t)(v.f_blocks * v.f_frsize / 20);
	leave = leave < LEAVE_BYTES ? leave : LEAVE_BYTES;
	return (int64_t)(v.f_bavail * v.f_frsize) < leave;
}

static void
write_rows(struct shelf *s, const struct rows *rows)
{
	bool is_full = is_disk_full(s);
	size_t from = 0, n_dropped = 0;

	while (from < rows->n) {
		int64_t day = segment_day(rows->p[from].fix.server_ms);
		size_t to = from + 1;

		while (to < rows->n && segment_day(rows->p[to].fix.server_ms) == day)
			to++;
		if (is_full || write_day(s, day, rows->p + from, to - from) != 0) {
			n_dropped += to - from;
			pthread_mutex_lock(&s->lock);
			s->n_written += to - from;
			pthread_mutex_unlock(&s->lock);
		}
		for (; from < to; from++)
			last_apply(&s->last, &rows->p[from]);
	}
	if (n_dropped && !s->is_dropping)
		log_error("track", "dropping", "rows=%zu full=%d", n_dropped, is_full);
	if (!n_dropped && s->is_dropping)
		log_info("track", "writing_again", "dropped=%llu",
			 (unsigned long long)s->count.dropped);
	s->is_dropping = n_dropped > 0;
	pthread_mutex_lock(&s->lock);
	s->count.dropped += n_dropped;
	pthread_mutex_unlock(&s->lock);
}

/* Until rows wait and their time has come. False: stop, nothing is left. */
static bool
wait_for_rows(struct shelf *s)
{
	struct timespec until;

	while (!s->pending.n && !s->is_stopping)
		pthread_cond_wait(&s->wake, &s->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += FLUSH_AFTER_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!s->is_stopping && !s->wants_flush && s->pending.n < FLUSH_ROWS)
		if (pthread_cond_timedwait(&s->wake, &s->lock, &until) == ETIMEDOUT)
			break;
	return s->pending.n > 0;
}

static void *
writer_main(void *ctx)
{
	struct shelf *s = ctx;
	struct rows rows;

	pthread_mutex_lock(&s->lock);
	while (wait_for_rows(s)) {
		rows = s->pending;
		s->pending = s->writing;
		s->writing = rows;
		s->wants_flush = false;
		pthread_mutex_unlock(&s->lock);
		write_rows(s, &rows);
		pthread_mutex_lock(&s->lock);
		s->n_done += rows.n;
		s->writing.n = s->n_written = 0;
		pthread_cond_broadcast(&s->done);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- the packer */

static bool
pack_next(struct shelf *s, struct segment *ret)
{
	for (size_t i = 0; i < s->n_segments; i++) {
		const struct segment *it = &s->segments[i];

		if (it->kind == SEGMENT_RAW && it->number > s->packed &&
		    (s->fd < 0 ||
		     it->number != s->segments[s->n_segments - 1].number)) {
			*ret = *it;
			return true;
		}
	}
	return false;
}

static int
pack_one(struct shelf *s, const struct segment *raw)
{
	struct segment sorted = *raw;
	char name[SEGMENT_NAME];
	struct buf in = { 0 }, out = { 0 };
	int fd, rc = 0;

	sorted.kind = SEGMENT_SORTED;
	segment_name(name, raw);
	if (raw->size) {
		fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
		rc = fd < 0 ? ERR_IO : segment_load(fd, 0, raw->size, &in);
		if (fd >= 0)
			close(fd);
		if (rc == 0)
			segment_sort(&out, buf_span(&in));
	}
	segment_name(name, &sorted);
	if (rc == 0 && out.n)
		rc = segment_save(s->dir_fd, name, buf_span(&out));
	buf_done(&in);
	buf_done(&out);
	return rc;
}

static void
pack_done(struct shelf *s, const struct segment *raw, int rc)
{
	struct segment *it = segment_find(s, raw->number);
	char name[SEGMENT_NAME];

	s->packed = raw->number;
	if (!it) { /* has expired meanwhile */
		struct segment sorted = *raw;

		sorted.kind = SEGMENT_SORTED;
		segment_name(name, &sorted);
		unlinkat(s->dir_fd, name, 0);
		return;
	}
	if (rc != 0) { /* stays as it is */
		log_warn("track", "not_sorted", "segment=%u err=\"%s\"", raw->number,
			 err_text(rc));
		return;
	}
	it->kind = SEGMENT_SORTED;
	s->count.sorted++;
	segment_name(name, raw);
	unlinkat(s->dir_fd, name, 0);
}

static void *
packer_main(void *ctx)
{
	struct shelf *s = ctx;
	struct segment raw;
	int rc;

	pthread_mutex_lock(&s->lock);
	while (!s->is_stopping) {
		if (!pack_next(s, &raw)) {
			pthread_cond_wait(&s->pack, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		rc = pack_one(s, &raw);
		pthread_mutex_lock(&s->lock);
		pack_done(s, &raw, rc);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- opening */

/* A sorted file takes the place of its raw one; a crash may have left both. */
static void
drop_doubles(struct shelf *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_segments; i++) {
		struct segment *it = &s->segments[i];

		if (n && s->segments[n - 1].number == it->number) {
			struct segment raw = *it;
			char name[SEGMENT_NAME];

			raw.kind = SEGMENT_RAW;
			segment_name(name, &raw);
			unlinkat(s->dir_fd, name, 0);
			s->segments[n - 1].kind = SEGMENT_SORTED;
			continue;
		}
		s->segments[n++] = *it;
	}
	s->n_segments = n;
}

static int
read_folder(struct shelf *s, struct segment *ret_last)
{
	int fd = openat(s->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct segment found;
	struct dirent *e;
	struct stat st;

	if (!dir)
		return ERR_IO;
	while ((e = readdir(dir))) {
		size_t n = strlen(e->d_name);

		if (n > 5 && strcmp(e->d_name + n - 5, ".part") == 0)
			unlinkat(s->dir_fd, e->d_name, 0);
		if (!segment_parse(e->d_name, &found) ||
		    fstatat(s->dir_fd, e->d_name, &st, 0) < 0)
			continue;
		found.size = (uint64_t)st.st_size;
		s->number = found.number > s->number ? found.number : s->number;
		if (found.kind != SEGMENT_LAST)
			segment_add(s, &found);
		else if (found.number >= ret_last->number)
			*ret_last = found;
	}
	closedir(dir);
	if (s->n_segments)
		qsort(s->segments, s->n_segments, sizeof *s->segments, segment_compare);
	drop_doubles(s);
	return 0;
}

static void
replay_one(struct shelf *s, const struct segment *it)
{
	char name[SEGMENT_NAME];
	struct buf b = { 0 };
	int fd;

	segment_name(name, it);
	fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (segment_load(fd, 0, 0, &b) == 0)
		last_apply_bytes(&s->last, buf_span(&b));
	buf_done(&b);
	close(fd);
}

static void
replay(struct shelf *s, const struct segment *last, row_fn fn, void *ctx)
{
	size_t at = 0;
	void *value;

	if (last->number)
		replay_one(s, last);
	for (size_t i = 0; i < s->n_segments; i++)
		if (s->segments[i].number >= last->number)
			replay_one(s, &s->segments[i]);
	while (map_next(&s->last, &at, NULL, &value))
		if (!fn(ctx, value))
			break;
}

static int
start_threads(struct shelf *s)
{
	if (pthread_create(&s->writer, NULL, writer_main, s) != 0)
		return ERR_NOMEM;
	if (pthread_create(&s->packer, NULL, packer_main, s) != 0) {
		pthread_mutex_lock(&s->lock);
		s->is_stopping = true;
		pthread_cond_signal(&s->wake);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->writer, NULL);
		return ERR_NOMEM;
	}
	s->has_threads = true;
	return 0;
}

static int
open_folder(struct shelf *s, const char *dir, row_fn fn, void *ctx, struct buf *why)
{
	struct segment last = { 0 };
	struct buf path = { 0 };
	int rc = ERR_IO;

	buf_printf(&path, "%s/tracks", dir);
	if (mkdir(path.p, 0750) == 0 || errno == EEXIST)
		s->dir_fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd >= 0)
		rc = read_folder(s, &last);
	if (rc != 0)
		buf_printf(why, "cannot open %s: %s", path.p, strerror(errno));
	buf_done(&path);
	if (rc != 0)
		return rc;
	s->day = last.day;
	replay(s, &last, fn, ctx);
	return start_threads(s);
}

int
shelf_open(const char *dir, row_fn fn, void *ctx, struct shelf **ret, struct buf *why)
{
	struct shelf *s = calloc(1, sizeof *s);
	pthread_condattr_t attr;
	int rc = 0;

	if (!s)
		return ERR_NOMEM;
	s->fd = s->dir_fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_cond_init(&s->done, NULL);
	pthread_cond_init(&s->pack, NULL);
	pthread_condattr_destroy(&attr);
	if (dir)
		rc = open_folder(s, dir, fn, ctx, why);
	if (rc != 0) {
		shelf_close(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void
shelf_close(struct shelf *s)
{
	size_t at = 0;
	void *value;

	if (!s)
		return;
	if (s->has_threads) {
		pthread_mutex_lock(&s->lock);
		s->is_stopping = true;
		pthread_cond_signal(&s->wake);
		pthread_cond_signal(&s->pack);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->writer, NULL);
		pthread_join(s->packer, NULL);
	}
	if (s->fd >= 0)
		close(s->fd);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	while (map_next(&s->last, &at, NULL, &value))
		free(value);
	map_done(&s->last);
	free(s->pending.p);
	free(s->writing.p);
	free(s->segments);
	buf_done(&s->bytes);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->wake);
	pthread_cond_destroy(&s->done);
	pthread_cond_destroy(&s->pack);
	free(s);
}

/* --- what the loop calls */

void
shelf_add(struct shelf *s, const struct row *r)
{
	pthread_mutex_lock(&s->lock);
	if (s->dir_fd >= 0 && s->pending.n >= PENDING_MAX) {
		s->count.dropped++;
	} else {
		rows_add(&s->pending, r);
		s->n_added++;
		if (s->pending.n == 1 || s->pending.n == FLUSH_ROWS)
			pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
}

void
shelf_flush(struct shelf *s)
{
	uint64_t want;

	if (!s->has_threads)
		return;
	pthread_mutex_lock(&s->lock);
	want = s->n_added;
	while (s->n_done < want) {
		s->wants_flush = s->pending.n > 0;
		pthread_cond_signal(&s->wake);
		pthread_cond_wait(&s->done, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
}

struct shelf_count
shelf_count(struct shelf *s)
{
	struct shelf_count count;

	pthread_mutex_lock(&s->lock);
	count = s->count;
	count.segments = s->n_segments;
	pthread_mutex_unlock(&s->lock);
	return count;
}
