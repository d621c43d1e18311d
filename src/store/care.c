/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps the shelf in order while others use it: checkpoints, the check
 * of everything, the online copy, the space that is left.
 *
 * A checkpoint moves pages from the log to the database file and syncs it. It
 * runs on a thread and connection of its own, beside the writer; only when the
 * writer leaves no gap is it held back for a last, short round, so that the
 * log can begin anew. A
 * failed sync here ends the store like one in an append: the pages that it
 * lost cannot be told from those that it kept.
 */
#include "store/sqlite.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define SHORT_LOG 64  /* frames: the writer has left a gap */
#define LONG_LOG 4096 /* frames: hold the writer back for up to so many */

#define WAL_HEAD 32 /* of the log, before its first frame */
#define SCRUB_PIECE (1 << 20)

/* --- checkpoints */

/* There is room again. */
static void
reserve_again(struct store *s)
{
	struct store_space space;

	if (s->disk->space(s->disk, &space) == 0 && space.is_reserve_gone &&
	    space.free_bytes > 2 * s->tuning.reserve &&
	    s->disk->reserve(s->disk, s->tuning.reserve) == 0) {
		s->is_tight = false;
		log_info("store", "reserve_made", "bytes=%lld",
			 (long long)s->tuning.reserve);
	}
}

/* False: it was gone before. */
static bool
free_reserve(struct store *s, const char *by)
{
	if (!s->disk->release(s->disk))
		return false;
	s->is_tight = true;
	log_error("store", "reserve_freed", "by=%s last_seq=%llu", by,
		  (unsigned long long)s->last_seq);
	return true;
}

static int
on_wal(void *ctx, sqlite3 *db, const char *name, int frames)
{
	struct store *s = ctx;

	(void)db, (void)name;
	s->wal_bytes = (int64_t)frames * (VFS_PAGE + 24);
	if (s->wal_high < s->wal_bytes)
		s->wal_high = s->wal_bytes;
	return SQLITE_OK;
}

/* *ret_left: frames that are not in the database file yet, also those that the
 * writer added meanwhile, which SQLite's own count leaves out. */
static int
checkpoint(struct store *s, int64_t *ret_left)
{
	int in_log = 0, done = 0, rc;
	int64_t now;

	rc = sqlite3_wal_checkpoint_v2(s->carer, "main", SQLITE_CHECKPOINT_PASSIVE,
				       &in_log, &done);
	if (rc != SQLITE_OK)
		return store_err(rc);
	now = s->wal_bytes / (VFS_PAGE + 24);
	now = now > in_log ? now : in_log;
	*ret_left = now - done;
	return 0;
}

static int
turn_locked(struct store *s)
{
	int64_t much = 4 * s->tuning.checkpoint_at;
	int64_t left = INT64_MAX, before;
	int rc = 0;

	s->vfs.is_gentle = true;
	do {
		before = left;
		rc = checkpoint(s, &left);
	} while (rc == 0 && left > SHORT_LOG && left < before / 2);
	s->vfs.is_gentle = false;
	if (rc == 0 && left && (left <= LONG_LOG || s->wal_bytes >= much)) {
		store_lock(s);
		rc = checkpoint(s, &left);
		store_unlock(s);
	}
	/* A reader stands in the way: do not come back at every commit. */
	s->care_at = s->tuning.checkpoint_at;
	if (left > 0)
		s->care_at = s->wal_bytes + s->tuning.checkpoint_at / 4;
	return rc;
}

/* A removed text leaves its words in the older parts of the search index until
 * those are merged: done now, a little at a time between the appends. */
static int
forget_words(struct store *s)
{
	/* the first turn of each merges whole levels */
	static const char *const turns[] = {
		"INSERT INTO search(search, rank) VALUES('merge', -64)",
		"INSERT INTO search(search, rank) VALUES('merge', 64)",
		"INSERT INTO search_b(search_b, rank) VALUES('merge', -64)",
		"INSERT INTO search_b(search_b, rank) VALUES('merge', 64)",
	};
	int rc = 0, before, changed;

	if (!s->wants_forget)
		return 0;
	s->wants_forget = false;
	s->wants_scrub = true;
	for (size_t k = 0; rc == 0 && k < ARRAY_LEN(turns) && !s->is_stopping;) {
		store_lock(s);
		before = sqlite3_total_changes(s->writer);
		rc = s->failed ? s->failed : store_exec(s->writer, turns[k]);
		changed = sqlite3_total_changes(s->writer) - before;
		store_unlock(s);
		if (k % 2 == 0)
			k += changed >= 2 ? 1 : 2;
		else if (changed < 2)
			k++;
	}
	if (rc != 0)
		s->wants_forget = true;
	s->fill.wants_wipe = true;
	return rc;
}

/* What was removed stays in frames of the log that nobody reads any more: all of it
 * goes into the file, the log begins anew, and what lies behind its end is wiped, a
 * piece at a time from its highest end down. A reader in the way: the next turn. */
static int
scrub_log(struct store *s)
{
	sqlite3_file *wal = NULL;
	int64_t left = 0, before, size = 0, high = 0, from;
	int rc;

	if (!s->wants_scrub || s->is_stopping)
		return 0;
	store_lock(s);
	before = s->wal_bytes;
	rc = s->failed ? s->failed : checkpoint(s, &left);
	if (rc == 0 && left == 0)
		rc = store_exec(s->writer, /* a page is written, with what it had */
				"BEGIN IMMEDIATE; UPDATE node SET epoch=epoch+1; "
				"UPDATE node SET epoch=epoch-1; COMMIT");
	if (rc != 0 && !sqlite3_get_autocommit(s->writer))
		(void)store_run(s->rollback);
	if (rc == 0 && left == 0 && s->wal_bytes <= before + (before == 0)) {
		s->wants_scrub = false;
		high = s->wal_high;
		s->wal_high = s->wal_bytes;
	}
	store_unlock(s);
	if (rc != 0 || s->wants_scrub)
		return rc;
	sqlite3_file_control(s->writer, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	(void)vfs_wal_grow(wal, 0, &size);
	/* the log of an earlier start may have reached further */
	high = high > size - WAL_HEAD ? size : high + WAL_HEAD;
	for (; rc == 0 && high > 0; high = from) {
		from = high > SCRUB_PIECE ? high - SCRUB_PIECE : 0;
		store_lock(s);
		if (from < s->wal_bytes + WAL_HEAD)
			from = s->wal_bytes + WAL_HEAD;
		if (from >= high) {
			store_unlock(s);
			break;
		}
		rc = store_err(vfs_wal_wipe(wal, from, high));
		store_unlock(s);
	}
	if (rc != 0) { /* full, on a disk that copies: again, from as high */
		s->wal_high = INT64_MAX;
		s->wants_scrub = true;
	}
	if (rc == 0)
		rc = vfs_wal_sync(wal) == SQLITE_OK ? 0 : ERR_IO;
	return rc;
}

int
care_turn(struct store *s)
{
	int rc;

	pthread_mutex_lock(&s->care_lock);
	rc = forget_words(s);
	if (rc == 0)
		rc = turn_locked(s);
	if (rc == 0)
		rc = scrub_log(s);
	if (rc == ERR_FULL && free_reserve(s, "checkpoint"))
		rc = turn_locked(s); /* words and scrubbing: at the next turn */
	if (rc == 0)
		reserve_again(s);
	pthread_mutex_unlock(&s->care_lock);
	/* Busy or still full: the log keeps everything, try again later. */
	if (s->vfs.is_sync_failed)
		rc = ERR_IO;
	if (rc == ERR_IO || rc == ERR_CORRUPT) {
		s->care_failed = rc;
		log_error("store", "checkpoint_failed", "err=\"%s\"", err_text(rc));
	}
	return rc;
}

void
care_room(struct store *s)
{
	int64_t left;
	int rc = 0;

	pthread_mutex_lock(&s->care_lock);
	(void)free_reserve(s, "append");
	if (s->carer) { /* not yet while the front log is replayed */
		store_lock(s);
		rc = checkpoint(s, &left);
		store_unlock(s);
	}
	pthread_mutex_unlock(&s->care_lock);
	if (rc == ERR_IO || rc == ERR_CORRUPT)
		s->care_failed = rc;
	if (rc != 0)
		log_error("store", "checkpoint_failed", "err=\"%s\"", err_text(rc));
}

/* A log that grows under a burst makes its commits slow: it is made long while
 * nobody waits, unless the disk has better uses for the room. */
int
care_grow(struct store *s)
{
	int64_t to = s->tuning.wal_full, size = 0, before;
	struct store_space space;
	sqlite3_file *wal = NULL;
	int rc = SQLITE_OK;

	sqlite3_file_control(s->writer, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (!wal || !wal->pMethods || s->disk->space(s->disk, &space) != 0 ||
	    space.free_bytes < to + 2 * s->tuning.reserve)
		return 0;
	do {
		before = size;
		store_lock(s);
		rc = vfs_wal_grow(wal, to, &size);
		store_unlock(s);
		if (size == before)
			break;
		if (vfs_wal_sync(wal) != SQLITE_OK)
			return ERR_IO;
	} while (rc == SQLITE_OK && size < to && !s->is_stopping);
	return rc == SQLITE_OK ? 0 : store_err(rc);
}

static void *
care_main(void *ctx)
{
	struct store *s = ctx;
	int rc = care_grow(s);

	if (rc != 0)
		log_warn("store", "log_not_grown", "err=\"%s\"", err_text(rc));
	if (rc == ERR_IO)
		s->care_failed = rc;
	pthread_mutex_lock(&s->wake_lock);
	while (!s->is_stopping) {
		pthread_cond_wait(&s->wake, &s->wake_lock);
		if (s->is_stopping)
			break;
		pthread_mutex_unlock(&s->wake_lock);
		care_turn(s);
		pthread_mutex_lock(&s->wake_lock);
	}
	pthread_mutex_unlock(&s->wake_lock);
	return NULL;
}

void
care_wake(struct store *s)
{
	if (!s->has_thread)
		return;
	pthread_mutex_lock(&s->wake_lock);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->wake_lock);
}

void
care_due(struct store *s)
{
	if (s->wal_bytes >= s->care_at || s->wants_forget || s->wants_scrub)
		care_wake(s);
}

int
care_start(struct store *s)
{
	s->care_at = s->tuning.checkpoint_at;
	s->wal_high = INT64_MAX;
	sqlite3_wal_hook(s->writer, on_wal, s);
	if (s->tuning.is_threadless)
		return 0;
	if (pthread_create(&s->care_thread, NULL, care_main, s) != 0)
		return ERR_NOMEM;
	s->has_thread = true;
	return 0;
}

void
care_stop(struct store *s)
{
	if (!s->has_thread)
		return;
	pthread_mutex_lock(&s->wake_lock);
	s->is_stopping = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->wake_lock);
	pthread_join(s->care_thread, NULL);
	s->has_thread = false;
}

/* --- the check */

static int
check_rows(sqlite3 *db, const char *sql, const char *what, struct buf *report)
{
	AUTO(auto_stmt) sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	int n_bad = 0;

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		const char *text;

		rc = sqlite3_step(stmt);
		if (rc != SQLITE_ROW)
			break;
		text = (const char *)sqlite3_column_text(stmt, 0);
		if (text && strcmp(text, "ok") != 0) {
			buf_printf(report, "%s: %s\n", what, text);
			n_bad++;
		}
	}
	if (rc != SQLITE_DONE) {
		buf_printf(report, "%s: cannot be read: %s\n", what,
			   sqlite3_errmsg(db));
		return ERR_CORRUPT;
	}
	return n_bad ? ERR_CORRUPT : 0;
}

/* Every page of the file, also those that hold nothing. In read mode another
 * process may be writing pages: there the file is judged through SQL only. */
static int
check_pages(struct store *s, sqlite3 *db, struct buf *report)
{
	sqlite3_file *file = NULL;
	int64_t n_bad;
	int rc = 0;

	if (s->mode != STORE_WRITE)
		return 0;
	rc = care_turn(s);
	if (rc != 0) {
		buf_printf(report, "the log cannot be moved to the file: %s\n",
			   err_text(rc));
		return rc;
	}
	pthread_mutex_lock(&s->care_lock); /* pages stand still */
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	n_bad = vfs_scan(file);
	pthread_mutex_unlock(&s->care_lock);
	if (n_bad == 0)
		return 0;
	buf_printf(report, "%lld pages have a wrong checksum, the last is page %llu\n",
		   (long long)n_bad, (unsigned long long)s->vfs.bad_page);
	return ERR_CORRUPT;
}

int
store_check(struct store *s, struct buf *ret_report)
{
	struct buf why = { 0 };
	sqlite3 *db = NULL;
	int rc = fill_drain(s), worst;

	if (rc == 0)
		rc = store_connect(s, false, &db, &why);
	else
		buf_printf(&why,
			   "what is durable cannot be put into the database: %s\n",
			   err_text(rc));
	if (rc != 0) {
		buf_add_span(ret_report, buf_span(&why));
		buf_done(&why);
		return rc;
	}
	worst = check_pages(s, db, ret_report);
	rc = check_rows(db, "PRAGMA integrity_check", "pages", ret_report);
	worst = worst ? worst : rc;
	rc = check_rows(db,
			"SELECT 'wanted '||count(*)||' events, the last is '||max(seq) "
			"FROM events HAVING count(*)<>max(seq)",
			"events", ret_report);
	worst = worst ? worst : rc;
	rc = check_rows(db,
			"SELECT 'hash of event '||seq||' is no hash' FROM events "
			"WHERE length(hash)<>32",
			"events", ret_report);
	worst = worst ? worst : rc;
	buf_done(&why);
	sqlite3_close(db);
	return worst;
}

/* --- the copy */

static int
copy_all(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!b)
		return store_err(sqlite3_extended_errcode(to));
	rc = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	return store_err(rc);
}

/* Drops an index of words and makes it anew, as the schema has it. */
static int
make_empty(sqlite3 *db, const char *name)
{
	struct buf drop = { 0 }, make = { 0 };
	sqlite3_stmt *get;
	int rc = store_err(sqlite3_prepare_v2(
		db, "SELECT sql FROM sqlite_schema WHERE name=?", -1, &get, NULL));

	if (rc != 0)
		return rc;
	sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(get) == SQLITE_ROW)
		buf_add_z(&make, (const char *)sqlite3_column_text(get, 0));
	sqlite3_finalize(get);
	buf_printf(&drop, "DROP TABLE %s", name);
	rc = make.n ? store_exec(db, drop.p) : ERR_CORRUPT;
	if (rc == 0)
		rc = store_exec(db, make.p);
	buf_done(&drop);
	buf_done(&make);
	return rc;
}

/* The index of words holds in clear what the records hold sealed. A copy goes to people
 * who have no keys, and outlives an erasure: it has none of them, not in a freed page
 * either (secure_delete). Who restores it makes the index anew (journal_index). */
static int
forget_all_words(struct store *copy)
{
	int rc = store_exec(copy->writer, "PRAGMA secure_delete=ON; BEGIN IMMEDIATE");

	if (rc == 0)
		rc = make_empty(copy->writer, "search");
	if (rc == 0)
		rc = make_empty(copy->writer, "search_b");
	if (rc == 0)
		rc = store_exec(copy->writer, "COMMIT");
	if (rc == 0) /* a copy is one file */
		rc = store_err(sqlite3_wal_checkpoint_v2(
			copy->writer, "main", SQLITE_CHECKPOINT_FULL, NULL, NULL));
	return rc;
}

static int
copy_into(struct store *s, struct store *copy, struct buf *why)
{
	sqlite3 *from = NULL;
	int rc = store_connect(s, false, &from, why);

	if (rc == 0)
		rc = store_connect(copy, true, &copy->writer, why);
	copy->vfs.has_checksum = true; /* from its first page on */
	copy->vfs.wal_chunk = s->tuning.wal_chunk;
	if (rc == 0)
		rc = store_exec(copy->writer, "PRAGMA cache_spill=ON");
	if (rc == 0)
		rc = copy_all(copy->writer, from);
	if (rc == 0)
		rc = fill_copy(s, copy);
	if (rc == 0)
		rc = forget_all_words(copy);
	if (rc != 0)
		log_error("store", "backup_failed", "err=\"%s\" why=\"%s\"",
			  err_text(rc), why->p ? why->p : "");
	sqlite3_close(from);
	store_close_writer(copy);
	front_gather_done(&copy->fill.gather);
	buf_done(&copy->words);
	return rc;
}

int
store_backup(struct store *s, const char *path)
{
	struct store copy = { .mode = STORE_WRITE, .tuning = s->tuning };
	struct buf why = { 0 };
	int rc = fill_drain(s), has_db = 0;

	if (rc != 0)
		return rc;
	copy.disk = disk_posix(path, true, &why);
	if (!copy.disk) {
		log_error("store", "backup_failed", "why=\"%s\"", why.p ? why.p : "");
		buf_done(&why);
		return ERR_IO;
	}
	rc = copy.disk->lease(copy.disk, &why);
	if (rc == 0) {
		copy.disk->base->xAccess(copy.disk->base, copy.disk->name(copy.disk),
					 SQLITE_ACCESS_EXISTS, &has_db);
		rc = has_db ? ERR_EXISTS : 0;
	}
	if (rc == 0)
		rc = vfs_open(&copy.vfs, copy.disk->base, false);
	if (rc == 0)
		rc = copy_into(s, &copy, &why);
	vfs_close(&copy.vfs);
	copy.disk->free(copy.disk);
	buf_done(&why);
	return rc;
}

int
store_space(struct store *s, struct store_space *ret)
{
	return s->disk->space(s->disk, ret);
}
