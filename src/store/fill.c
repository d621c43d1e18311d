/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front log's other end. A press waits for one small write and one sync; the
 * rows, indices and search text of many follow in one transaction of the
 * database, which is synced as well before the log begins anew.
 */
#include "store/sqlite.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <time.h>

/* What waits at most so long. Each bite has a sync of its own beside those of the
 * presses: few enough not to be seen among the slowest in a hundred. */
#define FILL_MS 250

/* A batch that takes more of the log than this goes into the database at once. */
#define PART 4

#define LOOK_MS 20  /* a reader asks again so often */
#define LOOK_MAX 50 /* and so many times: a running node is never so far behind */

void
fill_init(struct fill *f)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->wake, &attr);
	pthread_cond_init(&f->done, NULL);
	pthread_condattr_destroy(&attr);
}

/* --- into the database */

/* All records of the span as one batch. Those that the database has already are
 * passed over. */
static int
gather(struct store *s, struct span records)
{
	struct front_gather *g = &s->fill.gather;
	struct front_head h;
	int rc = 0;

	front_gather_clear(g);
	while (rc == 0 && front_take(&records, &h))
		if (h.last > s->last_seq || (h.last == s->last_seq && !h.n_events))
			rc = front_add(g, &h);
	return rc;
}

static bool
has_gathered(const struct store *s)
{
	const struct store_batch *b = &s->fill.gather.batch;

	return b->n_events || b->n_records || b->n_searches;
}

static int
put_gathered(struct store *s)
{
	return has_gathered(s) ? store_write(s, &s->fill.gather.batch) : 0;
}

static int
fill_turn(struct store *s)
{
	struct fill *f = &s->fill;
	uint64_t upto;
	struct buf taken;
	int rc;

	pthread_mutex_lock(&f->lock);
	taken = f->taken;
	f->taken = f->waiting;
	f->waiting = taken;
	upto = f->n_put;
	f->waiting_in = 0;
	f->is_wanted = false;
	pthread_mutex_unlock(&f->lock);
	rc = gather(s, buf_span(&f->taken));
	if (rc == 0)
		rc = put_gathered(s);
	if (rc != 0)
		s->failed = rc;
	buf_clear(&f->taken);
	if (f->taken.cap > (4u << 20)) /* a burst went through: give it back */
		buf_done(&f->taken);
	pthread_mutex_lock(&f->lock);
	if (rc == 0)
		f->n_filled = upto;
	f->is_behind = f->n_filled < f->n_put;
	if (rc == 0)
		f->behind_in = f->waiting_in;
	pthread_cond_broadcast(&f->done);
	pthread_mutex_unlock(&f->lock);
	if (rc == 0)
		care_due(s);
	return rc;
}

static struct timespec
due_in(int ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += (long)ms * 1000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

static void *
fill_main(void *ctx)
{
	struct store *s = ctx;
	struct fill *f = &s->fill;
	int rc = 0;

	pthread_mutex_lock(&f->lock);
	while (rc == 0) {
		struct timespec due;

		while (!f->waiting.n && !f->is_stopping)
			pthread_cond_wait(&f->wake, &f->lock);
		if (!f->waiting.n)
			break;
		due = due_in(FILL_MS);
		while (!f->is_stopping && !f->is_wanted &&
		       f->waiting.n < (size_t)s->tuning.fill_at)
			if (pthread_cond_timedwait(&f->wake, &f->lock, &due) ==
			    ETIMEDOUT)
				break;
		pthread_mutex_unlock(&f->lock);
		rc = fill_turn(s);
		pthread_mutex_lock(&f->lock);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

int
fill_drain(struct store *s)
{
	struct fill *f = &s->fill;
	uint64_t upto;
	int rc;

	if (!f->is_behind)
		return 0;
	if (!f->has_thread)
		return s->failed ? s->failed : fill_turn(s);
	pthread_mutex_lock(&f->lock);
	upto = f->n_put;
	f->is_wanted = true;
	pthread_cond_signal(&f->wake);
	while (f->n_filled < upto && !s->failed)
		pthread_cond_wait(&f->done, &f->lock);
	rc = f->n_filled < upto ? s->failed : 0;
	pthread_mutex_unlock(&f->lock);
	return rc;
}

int
fill_drain_of(struct store *s, int noun)
{
	return s->fill.behind_in >> noun & 1 ? fill_drain(s) : 0;
}

/* --- appending */

static uint64_t
tables_of(const struct store_batch *b)
{
	uint64_t bits = b->n_searches ? (uint64_t)1 << FILL_SEARCH : 0;

	_Static_assert(N_NOUNS < FILL_SEARCH, "a bit for each noun");
	for (size_t i = 0; i < b->n_records; i++)
		bits |= (uint64_t)1 << noun_index(b->records[i].noun);
	return bits;
}

/* What the database would refuse later must not be promised now. */
static int
check_batch(const struct store *s, const struct store_batch *b)
{
	for (size_t i = 0; i < b->n_events; i++)
		if (b->events[i].seq != s->fill.last_seq + 1 + i)
			return ERR_STATE;
	for (size_t i = 0; i < b->n_records; i++)
		if (noun_index(b->records[i].noun) < 0)
			return ERR_RANGE;
	return 0;
}

static int
append_straight(struct store *s, const struct store_batch *b)
{
	int rc = fill_drain(s);

	if (rc != 0)
		return rc;
	rc = store_write(s, b);
	if (rc == 0)
		care_due(s);
	return rc;
}

static int
append_front(struct store *s, const struct store_batch *b)
{
	struct fill *f = &s->fill;
	size_t before;
	int rc = 0;

	if (!front_fits(&f->front, f->record.n))
		rc = fill_drain(s);
	if (rc == 0 && !f->is_behind) {
		front_rewind(&f->front);
		if (f->wants_wipe)
			rc = front_wipe(&f->front);
		f->wants_wipe = false;
	}
	if (rc == 0)
		rc = front_write(&f->front, buf_span(&f->record));
	if (rc != 0)
		return rc;
	pthread_mutex_lock(&f->lock);
	before = f->waiting.n;
	buf_add_span(&f->waiting, buf_span(&f->record));
	f->n_put++;
	f->waiting_in |= tables_of(b);
	f->behind_in |= f->waiting_in;
	f->is_behind = true;
	if (!before || (before < (size_t)s->tuning.fill_at &&
			f->waiting.n >= (size_t)s->tuning.fill_at))
		pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	if (!f->has_thread && f->waiting.n >= (size_t)s->tuning.fill_at)
		(void)fill_turn(s); /* the batch is durable; the next hears of it */
	return 0;
}

int
fill_append(struct store *s, const struct store_batch *b)
{
	struct fill *f = &s->fill;
	int rc = f->refused ? f->refused : s->failed ? s->failed : s->care_failed;

	if (rc == 0 && s->vfs.is_sync_failed)
		rc = ERR_IO;
	if (rc == 0)
		rc = check_batch(s, b);
	if (rc == 0 && f->front.file) {
		buf_clear(&f->record);
		front_encode(&f->record, b, f->last_seq, f->last_hash);
		rc = f->record.n > (size_t)(f->front.size / PART) ? ERR_FULL
								  : append_front(s, b);
		/* Also when a disk that copies on write has no room for it. */
		if (rc == ERR_FULL)
			rc = append_straight(s, b);
	} else if (rc == 0) {
		rc = append_straight(s, b);
	}
	if (rc != 0) {
		if (!s->failed && !f->refused)
			log_error("store", "append_failed", "err=\"%s\"", err_text(rc));
		f->refused = rc;
		return rc;
	}
	if (b->n_events) {
		f->last_seq += b->n_events;
		memcpy(f->last_hash, b->events[b->n_events - 1].hash, STORE_HASH_BYTES);
	}
	return 0;
}

/* --- opening */

static int
refuse(struct store *s, struct buf *why, const char *what, uint64_t seq, uint64_t last)
{
	buf_printf(why, "%s ", s->fill.path);
	buf_printf(why, what, (unsigned long long)seq, (unsigned long long)last);
	return ERR_CORRUPT;
}

/* The records go on from the database's last event, of the same history. */
static int
judge(struct store *s, const struct front_found *found, const struct store_info *info,
      struct buf *why)
{
	struct span at = found->records;
	struct front_head h;

	while (front_take(&at, &h)) {
		if (h.last < info->last_seq)
			continue;
		if (h.after > info->last_seq)
			return refuse(s, why,
				      "goes on from event %llu, but the database ends "
				      "at %llu: it is older than its log; restore both "
				      "from a copy",
				      h.after, info->last_seq);
		if (h.after == info->last_seq &&
		    memcmp(h.prev, info->last_hash, STORE_HASH_BYTES) != 0)
			return refuse(s, why,
				      "goes on from another event %llu than the "
				      "database ends with: it belongs to another store",
				      h.after, 0);
		break;
	}
	if (found->newest > info->last_seq && found->newest > found->last)
		return refuse(s, why,
			      "is damaged before event %llu: calls that were "
			      "acknowledged would be lost behind event %llu; restore "
			      "from a copy",
			      found->newest, found->last);
	return 0;
}

static int
replay(struct store *s, const struct front_found *found, struct buf *why)
{
	struct store_info info;
	int rc = store_read_info(s, &info);

	if (rc == 0)
		rc = judge(s, found, &info, why);
	if (rc == 0)
		rc = gather(s, found->records);
	if (rc != 0 || !has_gathered(s))
		return rc;
	rc = store_prepare(s);
	if (rc == 0)
		rc = put_gathered(s);
	if (rc != 0)
		buf_printf(why, "%s: cannot be put into the database: %s", s->fill.path,
			   err_text(rc));
	else if (s->last_seq > info.last_seq)
		log_info("store", "front_replayed", "events=%llu",
			 (unsigned long long)(s->last_seq - info.last_seq));
	return rc;
}

static void
name_path(struct store *s)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s-front", s->disk->name(s->disk));
	s->fill.path = buf_take(&b, NULL);
}

int
fill_open(struct store *s, struct buf *why)
{
	struct fill *f = &s->fill;
	struct front_found found;
	int rc;

	if (!s->tuning.front_bytes)
		return 0;
	name_path(s);
	rc = front_open(&f->front, s->disk->base, f->path, true, s->tuning.front_bytes);
	if (rc == ERR_FULL) { /* a full disk must still open, and take a press */
		front_close(&f->front);
		log_error("store", "no_front", "err=\"%s\"", err_text(rc));
		return 0;
	}
	if (rc == 0)
		rc = front_claim(&f->front, s->epoch);
	if (rc == ERR_FULL && s->disk->release(s->disk))
		rc = front_claim(&f->front, s->epoch);
	if (rc == 0)
		rc = front_scan(&f->front, &found);
	if (rc != 0) {
		buf_printf(why, "%s: %s", f->path, err_text(rc));
		return rc;
	}
	rc = replay(s, &found, why);
	free(found.bytes);
	return rc;
}

int
fill_start(struct store *s)
{
	if (!s->fill.front.file || s->tuning.is_threadless)
		return 0;
	if (pthread_create(&s->fill.thread, NULL, fill_main, s) != 0)
		return ERR_NOMEM;
	s->fill.has_thread = true;
	return 0;
}

static void
stop(struct store *s)
{
	struct fill *f = &s->fill;

	if (!f->has_thread) {
		if (s->writer)
			(void)fill_drain(s);
		return;
	}
	pthread_mutex_lock(&f->lock);
	f->is_stopping = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	f->has_thread = false;
}

void
fill_close(struct store *s)
{
	struct fill *f = &s->fill;

	stop(s);
	front_close(&f->front);
	front_gather_done(&f->gather);
	free(f->found.bytes);
	free(f->path);
	buf_done(&f->record);
	buf_done(&f->waiting);
	buf_done(&f->taken);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->wake);
	pthread_cond_destroy(&f->done);
}

/* --- a reader beside */

/* The node that wrote them was killed: they are served from memory. */
static int
hold(struct store *s, struct store_info *info)
{
	struct front_gather *g = &s->fill.gather;
	const struct store_event *e;
	int rc = gather(s, s->fill.found.records);

	if (rc != 0 || !g->batch.n_events)
		return rc;
	e = &g->events[g->batch.n_events - 1];
	info->last_seq = e->seq;
	info->last_at = e->at;
	memcpy(info->last_hash, e->hash, STORE_HASH_BYTES);
	return 0;
}

int
fill_look(struct store *s, struct store_info *info, struct buf *why)
{
	struct fill *f = &s->fill;
	int rc = 0;

	name_path(s);
	for (int i = 0; i < LOOK_MAX; i++) {
		if (i)
			s->disk->base->xSleep(s->disk->base, LOOK_MS * 1000);
		free(f->found.bytes);
		f->found = (struct front_found){ 0 };
		front_close(&f->front);
		rc = front_open(&f->front, s->disk->base, f->path, false, 0);
		if (rc == ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = front_scan(&f->front, &f->found);
		/* The log first: a running node only comes nearer to it. */
		if (rc == 0)
			rc = store_read_info(s, info);
		if (rc != 0) {
			buf_printf(why, "%s: %s", f->path, err_text(rc));
			return rc;
		}
		front_close(&f->front);
		if (f->found.newest <= info->last_seq)
			return 0;
	}
	rc = judge(s, &f->found, info, why);
	return rc ? rc : hold(s, info);
}

void
fill_events(struct store *s, uint64_t after, uint64_t incident, size_t limit,
	    bool (*fn)(void *ctx, const struct store_event *e), void *ctx)
{
	const struct store_batch *b = &s->fill.gather.batch;

	for (size_t i = 0; i < b->n_events && limit; i++) {
		if (b->events[i].seq <= after ||
		    (incident && b->events[i].incident != incident))
			continue;
		if (!fn(ctx, &b->events[i]))
			return;
		limit--;
	}
}

int
fill_copy(struct store *s, struct store *to)
{
	struct store_info info;
	int rc;

	if (!s->fill.found.records.n)
		return 0;
	rc = store_read_info(to, &info);
	if (rc == 0)
		rc = store_prepare(to);
	to->epoch = info.epoch;
	if (rc == 0)
		rc = gather(to, s->fill.found.records);
	if (rc == 0)
		rc = put_gathered(to);
	return rc;
}
