/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening: lease, a look at the log, is it ours and whole, the epoch, what the
 * front log has over the database, migrations, the statements. Whatever is wrong is
 * said in one sentence and nothing stays open; a damaged store is refused, never mended
 * by losing a part.
 */
#include "store/sqlite.h"

#include "base/auto.h"
#include "base/log.h"
#include "store/ram.h"
#include "store/wal.h"

#include <stdio.h>

#define APPLICATION_ID 0x4b756d6b /* in the header of the database: "Kumk" */

const struct store_tuning store_tuning_default = {
	.wal_ahead = 4 << 20,
	.wal_chunk = 4 << 20,
	.wal_full = 96 << 20,
	.checkpoint_at = 48 << 20,
	.front_bytes = 8 << 20,
	.fill_at = 1 << 20,
	.reserve = 64 << 20,
};

static int64_t
get_number(sqlite3 *db, const char *sql, int64_t otherwise)
{
	AUTO(auto_stmt) sqlite3_stmt *get = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &get, NULL) != SQLITE_OK ||
	    sqlite3_step(get) != SQLITE_ROW)
		return otherwise;
	return sqlite3_column_int64(get, 0);
}

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
				  is_writer ? "PRAGMA cache_size=-4096"
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

/* Bytes of log that a start leaves in place. */
static int64_t
wal_kept(const struct store_tuning *t)
{
	return t->wal_full > 4 * t->wal_ahead ? t->wal_full : 4 * t->wal_ahead;
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
		rc = wal_mend(base, path.p, wal_kept(&s->tuning), &report);
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
settle(struct store *s, sqlite3 *db, bool *ret_is_empty, struct buf *why)
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
	*ret_is_empty = tables == 0;
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
	return schema_known(db, why);
}

int
store_prepare(struct store *s)
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
		{ &s->search_get[0], "SELECT words FROM search WHERE rowid=?" },
		{ &s->search_delete[0], "DELETE FROM search WHERE rowid=?" },
		{ &s->search_add[0], "INSERT INTO search(rowid, words) VALUES(?,?)" },
		{ &s->search_get[1], "SELECT words FROM search_b WHERE rowid=?" },
		{ &s->search_delete[1], "DELETE FROM search_b WHERE rowid=?" },
		{ &s->search_add[1], "INSERT INTO search_b(rowid, words) VALUES(?,?)" },
	};
	int rc = SQLITE_OK;

	if (s->begin)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(list) && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(s->writer, list[i].sql, -1,
					SQLITE_PREPARE_PERSISTENT, list[i].stmt, NULL);
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

int
store_read_info(struct store *s, struct store_info *ret)
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
	bool is_empty = false;

	if (rc == 0)
		rc = look_at_log(s, why);
	if (rc == 0)
		rc = store_connect(s, true, &s->writer, why);
	if (rc == 0)
		rc = settle(s, s->writer, &is_empty, why);
	if (rc == 0 && is_empty)
		rc = schema_migrate(s->writer, why);
	if (rc == 0)
		rc = epoch_take(s, why);
	/* Written by the program before an upgrade: its tables, not the newer ones. */
	if (rc == 0)
		rc = fill_open(s, why);
	if (rc == 0 && !is_empty)
		rc = schema_migrate(s->writer, why);
	if (rc != 0)
		return rc;
	rc = store_prepare(s);
	if (rc != 0)
		return refuse_sql(s, "cannot prepare", rc, why);
	/* Not fatal: a nearly full disk must still take a press. */
	rc = s->disk->reserve(s->disk, s->tuning.reserve);
	s->is_tight = rc != 0;
	if (rc != 0)
		log_error("store", "no_reserve", "err=%s", err_text(rc));
	rc = store_connect(s, false, &s->carer, why);
	return rc ? rc : store_connect(s, false, &s->reader, why);
}

static int
open_reader(struct store *s, struct buf *why)
{
	int rc = look_at_log(s, why);
	bool is_empty;

	if (rc == 0)
		rc = store_connect(s, false, &s->reader, why);
	return rc ? rc : settle(s, s->reader, &is_empty, why);
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
	pthread_mutex_init(&s->hunt_lock, NULL);
	pthread_mutex_init(&s->wake_lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	fill_init(&s->fill);
	s->vfs.wal_ahead = tuning->wal_ahead;
	s->vfs.wal_chunk = tuning->wal_chunk;
	rc = vfs_open(&s->vfs, disk->base, mode == STORE_READ);
	if (rc == 0)
		rc = mode == STORE_WRITE ? open_writer(s, why) : open_reader(s, why);
	if (rc == 0)
		rc = query_prepare(s);
	if (rc == 0)
		rc = store_read_info(s, ret_info);
	if (rc == 0 && mode == STORE_READ)
		rc = fill_look(s, ret_info, why);
	s->fill.last_seq = ret_info->last_seq;
	memcpy(s->fill.last_hash, ret_info->last_hash, STORE_HASH_BYTES);
	if (rc == 0 && mode == STORE_WRITE)
		rc = care_start(s);
	if (rc == 0 && mode == STORE_WRITE)
		rc = fill_start(s);
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

	/* Nobody reads the counts, and each allocation would take a lock for them. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_initialize() != SQLITE_OK)
		return ERR_NOMEM;
	if (strcmp(dir, ":memory:") == 0) {
		tuning.wal_ahead = tuning.wal_chunk = 1 << 16;
		tuning.checkpoint_at = 1 << 20;
		tuning.front_bytes = 0; /* nothing to wait for */
		disk = ram_disk(ram_new());
	} else {
		disk = disk_posix(dir, mode == STORE_WRITE, why);
	}
	if (!disk)
		return why->n ? ERR_IO : ERR_NOMEM;
	return store_open_on(disk, mode, &tuning, ret, ret_info, why);
}

void
store_close_writer(struct store *s)
{
	sqlite3_stmt **list[] = { &s->begin,           &s->commit,
				  &s->rollback,        &s->epoch_get,
				  &s->event_add,       &s->search_get[0],
				  &s->search_get[1],   &s->search_add[0],
				  &s->search_add[1],   &s->search_delete[0],
				  &s->search_delete[1] };

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		sqlite3_finalize(*list[i]);
	for (size_t i = 0; i < N_NOUNS; i++)
		for (size_t j = 0; j < N_WRITE_VERBS; j++)
			sqlite3_finalize(s->record[i][j]);
	sqlite3_close(s->writer);
	s->writer = NULL;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	fill_close(s);
	care_stop(s);
	query_done(s);
	sqlite3_close(s->carer);
	sqlite3_close(s->hunter);
	store_close_writer(s);
	vfs_close(&s->vfs);
	s->disk->free(s->disk); /* the lease goes last */
	buf_done(&s->words);
	pthread_mutex_destroy(&s->turn_lock);
	pthread_mutex_destroy(&s->write_lock);
	pthread_mutex_destroy(&s->care_lock);
	pthread_mutex_destroy(&s->hunt_lock);
	pthread_mutex_destroy(&s->wake_lock);
	pthread_cond_destroy(&s->wake);
	free(s);
}
