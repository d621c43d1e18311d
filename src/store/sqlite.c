/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shelf on SQLite: one transaction of the one writer (open.c opens it, fill.c
 * says when).
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

#include <stdio.h>

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

/* Made when a record of the noun is first written: a start waits for none. */
static int
record_stmt(struct store *s, int noun, enum write_verb verb, sqlite3_stmt **ret)
{
	static const char *const verbs[N_WRITE_VERBS] = {
		[WRITE_BODY] = "UPDATE " NOUN_TABLE_FMT
			       " SET body=?5 WHERE seq=?1 AND k1 IS ?2 "
			       "AND k2 IS ?3 AND k3 IS ?4",
		[WRITE_ALL] =
			"INSERT INTO " NOUN_TABLE_FMT " VALUES(?1,?2,?3,?4,?5) "
			"ON CONFLICT(seq) DO UPDATE SET k1=?2,k2=?3,k3=?4,body=?5",
		[WRITE_DELETE] = "DELETE FROM " NOUN_TABLE_FMT " WHERE seq=?1",
	};
	sqlite3_stmt **kept = &s->record[noun][verb];
	char sql[256];
	int rc = SQLITE_OK;

	if (!*kept) {
		snprintf(sql, sizeof sql, verbs[verb],
			 NOUN_TABLE_ARGS(STORE_NOUNS[noun]));
		rc = sqlite3_prepare_v3(s->writer, sql, -1, SQLITE_PREPARE_PERSISTENT,
					kept, NULL);
	}
	*ret = *kept;
	return store_err(rc);
}

static int
put_row(struct store *s, int noun, enum write_verb verb, const struct store_record *r)
{
	sqlite3_stmt *stmt;
	int rc = record_stmt(s, noun, verb, &stmt);

	if (rc != 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, (int64_t)r->seq);
	for (int i = 0; i < STORE_COLUMNS; i++)
		if (r->k[i] == STORE_NULL)
			sqlite3_bind_null(stmt, 2 + i);
		else
			sqlite3_bind_int64(stmt, 2 + i, r->k[i]);
	bind_blob(stmt, 2 + STORE_COLUMNS, r->body);
	return store_run(stmt);
}

/* Most changes leave the columns alone: then no page of an index is touched. A
 * record has the number of the event that made it, so a new one is known. */
static int
put_record(struct store *s, const struct store_record *r)
{
	int noun = noun_index(r->noun), rc = 0;
	sqlite3_stmt *stmt;

	if (noun < 0)
		return ERR_RANGE;
	if (!r->body.n) {
		rc = record_stmt(s, noun, WRITE_DELETE, &stmt);
		if (rc == 0)
			sqlite3_bind_int64(stmt, 1, (int64_t)r->seq);
		return rc == 0 ? store_run(stmt) : rc;
	}
	if (r->seq <= s->last_seq) {
		rc = put_row(s, noun, WRITE_BODY, r);
		if (rc != 0 || sqlite3_changes(s->writer) > 0)
			return rc;
	}
	return put_row(s, noun, WRITE_ALL, r);
}

static int
put_search(struct store *s, const struct store_search *t)
{
	struct span now = { 0 };
	size_t had = 0;
	int rc;

	buf_clear(&s->words);
	words_cut(&s->words, t->text);
	buf_add_span(&s->words, t->tags);
	sqlite3_bind_int64(s->search_get[t->is_post], 1, (int64_t)t->incident);
	rc = sqlite3_step(s->search_get[t->is_post]);
	if (rc == SQLITE_ROW) {
		now.p = sqlite3_column_blob(s->search_get[t->is_post], 0);
		now.n = (size_t)sqlite3_column_bytes(s->search_get[t->is_post], 0);
		had = now.n;
		if (s->words.n && span_is(now, buf_span(&s->words))) {
			sqlite3_reset(s->search_get[t->is_post]);
			return 0;
		}
	}
	sqlite3_reset(s->search_get[t->is_post]);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return store_err(rc);
	if (rc == SQLITE_ROW) {
		sqlite3_bind_int64(s->search_delete[t->is_post], 1,
				   (int64_t)t->incident);
		rc = store_run(s->search_delete[t->is_post]);
		if (rc != 0)
			return rc;
	}
	/* shorter: words were taken away, as by an erasure, not only changed */
	if (s->words.n < had)
		s->wants_forget = true;
	if (!s->words.n)
		return 0;
	sqlite3_bind_int64(s->search_add[t->is_post], 1, (int64_t)t->incident);
	sqlite3_bind_text64(s->search_add[t->is_post], 2, s->words.p, s->words.n,
			    SQLITE_STATIC, SQLITE_UTF8);
	return store_run(s->search_add[t->is_post]);
}

/* SQLite counts what others wrote. Nothing: the epoch is as we saw it last. */
static int
check_epoch(struct store *s)
{
	unsigned version = 0;
	bool is_ours;
	int rc;

	sqlite3_file_control(s->writer, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	if (version && version == s->data_version)
		return 0;
	rc = sqlite3_step(s->epoch_get);
	is_ours = rc == SQLITE_ROW &&
		  sqlite3_column_int64(s->epoch_get, 0) == (int64_t)s->epoch;
	sqlite3_reset(s->epoch_get);
	if (rc != SQLITE_ROW)
		return store_err(rc);
	s->data_version = version;
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
write_turn(struct store *s, const struct store_batch *batch)
{
	int rc = s->failed ? s->failed : s->care_failed;

	store_lock(s);
	if (rc == 0)
		rc = write_batch(s, batch);
	if (s->vfs.is_sync_failed)
		rc = ERR_IO;
	store_unlock(s);
	return rc;
}

int
store_write(struct store *s, const struct store_batch *batch)
{
	int rc;

	/* The reserve is for the file to grow into, not for its log. */
	if (s->is_tight && s->wal_bytes >= s->tuning.checkpoint_at)
		care_room(s);
	rc = write_turn(s, batch);
	if (rc == ERR_FULL) {
		care_room(s);
		rc = write_turn(s, batch);
	}
	if (rc != 0) {
		if (!s->failed)
			log_error("store", "append_failed", "err=\"%s\" sqlite=\"%s\"",
				  err_text(rc), sqlite3_errmsg(s->writer));
		s->failed = rc;
		return rc;
	}
	s->last_seq += batch->n_events;
	return 0;
}

int
store_append(struct store *s, const struct store_batch *batch)
{
	return s->mode == STORE_WRITE ? fill_append(s, batch) : ERR_DENIED;
}
