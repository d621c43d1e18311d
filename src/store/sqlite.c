/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shelf on SQLite: open, lease and epoch, and the one writer's append.
 *
 * 1. WAL, synchronous=FULL: a commit is one write and one fdatasync (vfs.c).
 * 2. Three connections: the writer's, the loop's for reads, and the care
 *    thread's for checkpoints. Readers never wait for the writer.
 * 3. Whatever fails in an append is final for this store, with one exception:
 *    a full disk frees the reserve and the transaction, rolled back by then,
 *    is tried once more. No fsync is ever tried again, so nothing that
 *    follows a failed one may succeed.
 * 4. The epoch is read again inside every append: a writer whose folder was
 *    taken over (a removed lease file) stops at its next commit.
 */
#include "store/sqlite.h"

#include "base/auto.h"
#include "base/log.h"
#include "store/ram.h"
#include "store/wal.h"

#include <stdio.h>

#define APPLICATION_ID 0x4b756d6b /* in the header of the database: "Kumk" */

const struct store_tuning store_tuning_default = {
	.wal_ahead = 24 << 20,
	.wal_chunk = 4 << 20,
	.checkpoint_at = 16 << 20,
	.reserve = 64 << 20,
};

int
store_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ERR_DENIED;
	case SQLITE_CONSTRAINT:
		return ERR_STATE;
	case SQLITE_TOOBIG:
		return ERR_TOO_BIG;
	default:
		/* The shared index could not grow: SQLite has no better word. */
		if (rc == SQLITE_IOERR_SHMSIZE)
			return ERR_FULL;
		return rc == SQLITE_IOERR_DATA ? ERR_CORRUPT : ERR_IO;
	}
}

void
auto_stmt(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

int
store_run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);
	int again = sqlite3_reset(stmt);

	return store_err(again != SQLITE_OK ? again : rc);
}

int
store_exec(sqlite3 *db, const char *sql)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	/* sqlite3_exec gives the plain code; the extended one says more. */
	return rc == SQLITE_OK ? 0 : store_err(sqlite3_extended_errcode(db));
}

int
noun_index(char noun)
{
	const char *at = noun ? strchr(STORE_NOUNS, noun) : NULL;

	return at ? (int)(at - STORE_NOUNS) : -1;
}

void
store_lock(struct store *s)
{
	pthread_mutex_lock(&s->turn_lock);
	pthread_mutex_lock(&s->write_lock);
	pthread_mutex_unlock(&s->turn_lock);
}

void
store_unlock(struct store *s)
{
	pthread_mutex_unlock(&s->write_lock);
}

static int64_t
get_number(sqlite3 *db, const char *sql, int64_t otherwise)
{
	AUTO(auto_stmt) sqlite3_stmt *get = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &get, NULL) != SQLITE_OK ||
	    sqlite3_step(get) != SQLITE_ROW)
		return otherwise;
	return sqlite3_column_int64(get, 0);
}

/* --- opening */

int
store_connect(struct store *s, bool is_writer, sqlite3 **ret, struct buf *why)
{
	const char *name = s->disk->name(s->disk);
	int flags =
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
	int rc, on = 1, reserved = VFS_RESERVED;
	sqlite3 *db = NULL;

	flags |= s->mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
					: SQLITE_OPEN_READONLY;
	rc = sqlite3_open_v2(name, &db, flags, s->vfs.name);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(db, 5000);
		sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
		sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		rc = sqlite3_exec(db,
				  "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
				  "PRAGMA secure_delete=ON; PRAGMA cache_spill=OFF;"
				  "PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
				  "PRAGMA journal_size_limit=-1;",
				  NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db,
				  is_writer ? "PRAGMA cache_size=-65536"
					    : "PRAGMA cache_size=-16384",
				  NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		buf_printf(why, "cannot open %s: %s", name,
			   db ? sqlite3_errmsg(db) : "out of memory");
		rc = store_err(rc);
		sqlite3_close(db);
		return rc;
	}
	*ret = db;
	return 0;
}

static int
refuse_sql(struct store *s, const char *what, int rc, struct buf *why)
{
	buf_printf(why, "%s: %s: %s", s->disk->name(s->disk), what,
		   sqlite3_errmsg(s->writer ? s->writer : s->reader));
	return rc;
}

/* Looks at the log before SQLite does, and decides whether pages without a
 * checksum are to be adopted. */
static int
look_at_log(struct store *s, struct buf *why)
{
	sqlite3_vfs *base = s->disk->base;
	struct wal_report report = { 0 };
	struct buf path = { 0 };
	int rc = 0, has_db = 0, has_wal = 0;

	base->xAccess(base, s->disk->name(s->disk), SQLITE_ACCESS_EXISTS, &has_db);
	buf_printf(&path, "%s-wal", s->disk->name(s->disk));
	base->xAccess(base, path.p, SQLITE_ACCESS_EXISTS, &has_wal);
	/* A reader may look while the writer begins its log anew: look again. */
	for (int i = 0; i < (s->mode == STORE_READ ? 5 : 1); i++) {
		if (i)
			base->xSleep(base, 20000);
		rc = wal_scan(base, path.p, &report);
		if (rc != 0 || !report.is_damaged)
			break;
	}
	if (rc != 0)
		buf_printf(why, "cannot read %s", path.p);
	if (rc == 0 && report.is_damaged) {
		buf_printf(why,
			   "%s is damaged behind frame %lld: commits that were "
			   "acknowledged would be lost; restore from a copy",
			   path.p, (long long)report.n_frames);
		rc = ERR_CORRUPT;
	}
	if (rc == 0 && s->mode == STORE_WRITE) {
		rc = wal_wipe(base, path.p, &report);
		if (rc != 0)
			buf_printf(why, "cannot mend the end of %s", path.p);
	}
	buf_done(&path);
	if (rc == 0 && s->mode == STORE_READ && !has_db) {
		buf_printf(why, "%s: not there", s->disk->name(s->disk));
		return ERR_NOT_FOUND;
	}
	/* We always leave a log; whoever removed it has copied its pages. */
	s->vfs.is_adopting = has_db && !has_wal;
	if (rc == 0)
		s->wal_bytes = report.n_frames * (VFS_PAGE + 24);
	return rc;
}

static int
adopt(struct store *s, struct buf *why)
{
	sqlite3_file *file = NULL;
	int64_t n = 0;
	int rc;

	if (!s->vfs.is_adopting)
		return 0;
	rc = sqlite3_file_control(s->writer, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (rc == SQLITE_OK)
		rc = vfs_adopt(&s->vfs, file, &n);
	if (rc != SQLITE_OK) {
		buf_printf(why, "%s: cannot be read to its end",
			   s->disk->name(s->disk));
		return store_err(rc);
	}
	if (n)
		log_warn("store", "adopted", "pages=%lld", (long long)n);
	return 0;
}

/* The first touch of the file: is it ours, is it whole, is it a WAL? */
static int
settle(struct store *s, sqlite3 *db, struct buf *why)
{
	int64_t tables, id, pages;
	int rc;

	pages = get_number(db, "PRAGMA page_count", -1);
	if (pages > 0 && !s->vfs.has_checksum)
		pages = -1;
	tables = get_number(db, "SELECT count(*) FROM sqlite_schema", -1);
	id = get_number(db, "PRAGMA application_id", -1);
	if (pages < 0 || tables < 0 || (tables > 0 && id != APPLICATION_ID))
		return refuse_sql(s, "not a store, or damaged", ERR_CORRUPT, why);
	if (s->mode == STORE_READ)
		return schema_check(db, why);
	rc = adopt(s, why);
	if (rc != 0)
		return rc;
	rc = store_exec(db, "PRAGMA journal_mode=WAL");
	if (rc != 0)
		return refuse_sql(s, "cannot switch to a write-ahead log", rc, why);
	if (tables == 0) {
		char sql[64];

		snprintf(sql, sizeof sql, "PRAGMA application_id=%d", APPLICATION_ID);
		rc = store_exec(db, sql);
		if (rc != 0)
			return refuse_sql(s, "cannot mark it as ours", rc, why);
	}
	return schema_migrate(db, why);
}

static int
prepare_record(struct store *s, size_t noun)
{
	static const char *const verbs[N_WRITE_VERBS] = {
		[WRITE_BODY] = "UPDATE rec_%c SET body=?5 WHERE seq=?1 AND k1 IS ?2 "
			       "AND k2 IS ?3 AND k3 IS ?4",
		[WRITE_ALL] =
			"INSERT INTO rec_%c VALUES(?1,?2,?3,?4,?5) "
			"ON CONFLICT(seq) DO UPDATE SET k1=?2,k2=?3,k3=?4,body=?5",
		[WRITE_DELETE] = "DELETE FROM rec_%c WHERE seq=?1",
	};
	char sql[256];
	int rc;

	for (size_t i = 0; i < N_WRITE_VERBS; i++) {
		snprintf(sql, sizeof sql, verbs[i], STORE_NOUNS[noun]);
		rc = sqlite3_prepare_v3(s->writer, sql, -1, SQLITE_PREPARE_PERSISTENT,
					&s->record[noun][i], NULL);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static int
prepare(struct store *s)
{
	const struct {
		sqlite3_stmt **stmt;
		const char *sql;
	} list[] = {
		{ &s->begin, "BEGIN IMMEDIATE" },
		{ &s->commit, "COMMIT" },
		{ &s->rollback, "ROLLBACK" },
		{ &s->epoch_get, "SELECT epoch FROM node WHERE one=1" },
		{ &s->event_add, "INSERT INTO events VALUES(?,?,?,?,?)" },
		{ &s->search_get, "SELECT words FROM search WHERE rowid=?" },
		{ &s->search_delete, "DELETE FROM search WHERE rowid=?" },
		{ &s->search_add, "INSERT INTO search(rowid, words) VALUES(?,?)" },
	};
	int rc = SQLITE_OK;

	for (size_t i = 0; i < ARRAY_LEN(list) && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(s->writer, list[i].sql, -1,
					SQLITE_PREPARE_PERSISTENT, list[i].stmt, NULL);
	for (size_t i = 0; i < N_NOUNS && rc == SQLITE_OK; i++)
		rc = prepare_record(s, i);
	return store_err(rc);
}

static int
epoch_take(struct store *s, struct buf *why)
{
	int rc = store_exec(s->writer, "UPDATE node SET epoch=epoch+1 WHERE one=1");

	if (rc != 0)
		return refuse_sql(s, "cannot raise the epoch", rc, why);
	s->epoch = (uint64_t)get_number(s->writer, "SELECT epoch FROM node", 0);
	if (!s->epoch)
		return refuse_sql(s, "cannot read the epoch", ERR_IO, why);
	return 0;
}

static int
read_info(struct store *s, struct store_info *ret)
{
	sqlite3 *db = s->writer ? s->writer : s->reader;
	AUTO(auto_stmt) sqlite3_stmt *get = NULL;
	struct store_info info = { 0 };
	int rc;

	info.epoch = s->epoch ? s->epoch
			      : (uint64_t)get_number(db, "SELECT epoch FROM node", 0);
	rc = sqlite3_prepare_v2(db,
				"SELECT seq, at, hash FROM events "
				"ORDER BY seq DESC LIMIT 1",
				-1, &get, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(get);
	if (rc == SQLITE_ROW) {
		info.last_seq = (uint64_t)sqlite3_column_int64(get, 0);
		info.last_at = sqlite3_column_int64(get, 1);
		if (sqlite3_column_bytes(get, 2) != STORE_HASH_BYTES)
			return ERR_CORRUPT;
		memcpy(info.last_hash, sqlite3_column_blob(get, 2), STORE_HASH_BYTES);
	} else if (rc != SQLITE_DONE) {
		return store_err(rc);
	}
	info.is_new = info.last_seq == 0 && info.epoch == 1;
	s->last_seq = info.last_seq;
	*ret = info;
	return 0;
}

static int
open_writer(struct store *s, struct buf *why)
{
	int rc = s->disk->lease(s->disk, why);

	if (rc == 0)
		rc = look_at_log(s, why);
	if (rc == 0)
		rc = store_connect(s, true, &s->writer, why);
	if (rc == 0)
		rc = settle(s, s->writer, why);
	if (rc == 0)
		rc = epoch_take(s, why);
	if (rc != 0)
		return rc;
	rc = prepare(s);
	if (rc != 0)
		return refuse_sql(s, "cannot prepare", rc, why);
	/* Not fatal: a nearly full disk must still take a press. */
	rc = s->disk->reserve(s->disk, s->tuning.reserve);
	if (rc != 0)
		log_error("store", "no_reserve", "err=%s", err_text(rc));
	rc = store_connect(s, false, &s->carer, why);
	return rc ? rc : store_connect(s, false, &s->reader, why);
}

static int
open_reader(struct store *s, struct buf *why)
{
	int rc = look_at_log(s, why);

	if (rc == 0)
		rc = store_connect(s, false, &s->reader, why);
	return rc ? rc : settle(s, s->reader, why);
}

/* disk is taken, also on failure. */
int
store_open_on(struct disk *disk, enum store_mode mode,
	      const struct store_tuning *tuning, struct store **ret,
	      struct store_info *ret_info, struct buf *why)
{
	struct store *s = calloc(1, sizeof *s);
	int rc;

	if (!s) {
		disk->free(disk);
		return ERR_NOMEM;
	}
	s->disk = disk;
	s->tuning = *tuning;
	s->mode = mode;
	pthread_mutex_init(&s->turn_lock, NULL);
	pthread_mutex_init(&s->write_lock, NULL);
	pthread_mutex_init(&s->care_lock, NULL);
	pthread_mutex_init(&s->wake_lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	s->vfs.wal_ahead = tuning->wal_ahead;
	s->vfs.wal_chunk = tuning->wal_chunk;
	rc = vfs_open(&s->vfs, disk->base, mode == STORE_READ);
	if (rc == 0)
		rc = mode == STORE_WRITE ? open_writer(s, why) : open_reader(s, why);
	if (rc == 0)
		rc = query_prepare(s);
	if (rc == 0)
		rc = read_info(s, ret_info);
	if (rc == 0 && mode == STORE_WRITE)
		rc = care_start(s);
	if (rc != 0) {
		if (!why->n)
			buf_printf(why, "%s: %s", disk->name(disk), err_text(rc));
		store_close(s);
		return rc;
	}
	*ret = s;
	return 0;
}

int
store_open(const char *dir, enum store_mode mode, struct store **ret,
	   struct store_info *ret_info, struct buf *why)
{
	struct store_tuning tuning = store_tuning_default;
	struct disk *disk;

	if (sqlite3_initialize() != SQLITE_OK)
		return ERR_NOMEM;
	if (strcmp(dir, ":memory:") == 0) {
		tuning.wal_ahead = tuning.wal_chunk = 1 << 16;
		tuning.checkpoint_at = 1 << 20;
		disk = ram_disk(ram_new());
	} else {
		disk = disk_posix(dir, mode == STORE_WRITE, why);
	}
	if (!disk)
		return why->n ? ERR_IO : ERR_NOMEM;
	return store_open_on(disk, mode, &tuning, ret, ret_info, why);
}

static void
close_writer(struct store *s)
{
	sqlite3_stmt **list[] = { &s->begin,      &s->commit,       &s->rollback,
				  &s->epoch_get,  &s->event_add,    &s->search_get,
				  &s->search_add, &s->search_delete };

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		sqlite3_finalize(*list[i]);
	for (size_t i = 0; i < N_NOUNS; i++)
		for (size_t j = 0; j < N_WRITE_VERBS; j++)
			sqlite3_finalize(s->record[i][j]);
	sqlite3_close(s->writer);
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	care_stop(s);
	query_done(s);
	sqlite3_close(s->carer);
	close_writer(s);
	vfs_close(&s->vfs);
	s->disk->free(s->disk); /* the lease goes last */
	buf_done(&s->words);
	pthread_mutex_destroy(&s->turn_lock);
	pthread_mutex_destroy(&s->write_lock);
	pthread_mutex_destroy(&s->care_lock);
	pthread_mutex_destroy(&s->wake_lock);
	pthread_cond_destroy(&s->wake);
	free(s);
}

/* --- appending */

static void
bind_blob(sqlite3_stmt *stmt, int at, struct span s)
{
	sqlite3_bind_blob64(stmt, at, s.n ? s.p : "", s.n, SQLITE_STATIC);
}

static int
add_event(struct store *s, const struct store_event *e)
{
	sqlite3_stmt *stmt = s->event_add;

	sqlite3_bind_int64(stmt, 1, (int64_t)e->seq);
	sqlite3_bind_int64(stmt, 2, e->at);
	if (e->incident)
		sqlite3_bind_int64(stmt, 3, (int64_t)e->incident);
	else
		sqlite3_bind_null(stmt, 3);
	bind_blob(stmt, 4, e->doc);
	bind_blob(stmt, 5, (struct span){ (const char *)e->hash, STORE_HASH_BYTES });
	return store_run(stmt);
}

static int
put_row(sqlite3_stmt *stmt, const struct store_record *r)
{
	sqlite3_bind_int64(stmt, 1, (int64_t)r->seq);
	for (int i = 0; i < STORE_COLUMNS; i++)
		if (r->k[i] == STORE_NULL)
			sqlite3_bind_null(stmt, 2 + i);
		else
			sqlite3_bind_int64(stmt, 2 + i, r->k[i]);
	bind_blob(stmt, 2 + STORE_COLUMNS, r->body);
	return store_run(stmt);
}

/* Most changes leave the columns alone: then no page of an index is touched. */
static int
put_record(struct store *s, const struct store_record *r)
{
	int noun = noun_index(r->noun), rc;

	if (noun < 0)
		return ERR_RANGE;
	if (!r->body.n) {
		sqlite3_bind_int64(s->record[noun][WRITE_DELETE], 1, (int64_t)r->seq);
		return store_run(s->record[noun][WRITE_DELETE]);
	}
	rc = put_row(s->record[noun][WRITE_BODY], r);
	if (rc != 0 || sqlite3_changes(s->writer) > 0)
		return rc;
	return put_row(s->record[noun][WRITE_ALL], r);
}

static int
put_search(struct store *s, const struct store_search *t)
{
	struct span now = { 0 };
	int rc;

	buf_clear(&s->words);
	words_cut(&s->words, t->text);
	sqlite3_bind_int64(s->search_get, 1, (int64_t)t->incident);
	rc = sqlite3_step(s->search_get);
	if (rc == SQLITE_ROW) {
		now.p = sqlite3_column_blob(s->search_get, 0);
		now.n = (size_t)sqlite3_column_bytes(s->search_get, 0);
		if (s->words.n && span_is(now, buf_span(&s->words))) {
			sqlite3_reset(s->search_get);
			return 0;
		}
	}
	sqlite3_reset(s->search_get);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return store_err(rc);
	if (rc == SQLITE_ROW) {
		sqlite3_bind_int64(s->search_delete, 1, (int64_t)t->incident);
		rc = store_run(s->search_delete);
		if (rc != 0)
			return rc;
	}
	if (!s->words.n)
		return 0;
	sqlite3_bind_int64(s->search_add, 1, (int64_t)t->incident);
	sqlite3_bind_text64(s->search_add, 2, s->words.p, s->words.n, SQLITE_STATIC,
			    SQLITE_UTF8);
	return store_run(s->search_add);
}

static int
check_epoch(struct store *s)
{
	int rc = sqlite3_step(s->epoch_get);
	bool is_ours = rc == SQLITE_ROW &&
		       sqlite3_column_int64(s->epoch_get, 0) == (int64_t)s->epoch;

	sqlite3_reset(s->epoch_get);
	if (rc != SQLITE_ROW)
		return store_err(rc);
	return is_ours ? 0 : ERR_STATE;
}

static int
write_batch(struct store *s, const struct store_batch *b)
{
	int rc = store_run(s->begin);

	if (rc == 0)
		rc = check_epoch(s);
	for (size_t i = 0; rc == 0 && i < b->n_events; i++)
		rc = b->events[i].seq == s->last_seq + 1 + i
			     ? add_event(s, &b->events[i])
			     : ERR_STATE;
	for (size_t i = 0; rc == 0 && i < b->n_records; i++)
		rc = put_record(s, &b->records[i]);
	for (size_t i = 0; rc == 0 && i < b->n_searches; i++)
		rc = put_search(s, &b->searches[i]);
	if (rc == 0)
		rc = store_run(s->commit);
	if (rc != 0 && !sqlite3_get_autocommit(s->writer))
		store_run(s->rollback);
	return rc;
}

static int
append_locked(struct store *s, const struct store_batch *batch)
{
	int rc = s->failed ? s->failed : s->care_failed;

	if (rc != 0)
		return rc;
	rc = write_batch(s, batch);
	if (rc == ERR_FULL && !s->vfs.is_sync_failed && s->disk->release(s->disk)) {
		log_error("store", "reserve_freed", "last_seq=%llu",
			  (unsigned long long)s->last_seq);
		rc = write_batch(s, batch);
	}
	if (s->vfs.is_sync_failed)
		rc = ERR_IO;
	if (rc != 0) {
		s->failed = rc;
		log_error("store", "append_failed", "err=\"%s\" sqlite=\"%s\"",
			  err_text(rc), sqlite3_errmsg(s->writer));
		return rc;
	}
	s->last_seq += batch->n_events;
	return 0;
}

int
store_append(struct store *s, const struct store_batch *batch)
{
	int rc;

	if (s->mode != STORE_WRITE)
		return ERR_DENIED;
	store_lock(s);
	rc = append_locked(s, batch);
	store_unlock(s);
	if (rc == 0 && s->wal_bytes >= s->care_at)
		care_wake(s);
	return rc;
}
