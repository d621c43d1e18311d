/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searches that may look at millions of rows: on a connection of their own and in the
 * caller's thread, so that neither the loop nor the writer waits. What is asked of
 * columns is asked here too: what is not the asker's is not even counted.
 */
#include "store/sqlite.h"

#include "base/auto.h"

#include <stdio.h>

/* Times of events never go back, so a time is a number: the first at or after it. */
static int
seq_at(sqlite3 *db, int64_t at, int64_t *ret)
{
	AUTO(auto_stmt) sqlite3_stmt *last = NULL, *get = NULL;
	int64_t low = 1, high;
	int rc = sqlite3_prepare_v2(db, "SELECT max(seq) FROM events", -1, &last, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "SELECT at FROM events WHERE seq=?", -1,
					&get, NULL);
	if (rc != SQLITE_OK || (rc = sqlite3_step(last)) != SQLITE_ROW)
		return store_err(rc);
	high = sqlite3_column_int64(last, 0) + 1;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;

		sqlite3_reset(get);
		sqlite3_bind_int64(get, 1, mid);
		rc = sqlite3_step(get);
		if (rc != SQLITE_ROW)
			return rc == SQLITE_DONE ? ERR_CORRUPT : store_err(rc);
		if (sqlite3_column_int64(get, 0) < at)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = low;
	return 0;
}

static int
bounds(sqlite3 *db, const struct store_hunt *h, int64_t *ret_from, int64_t *ret_before)
{
	int64_t until;
	int rc = 0;

	*ret_from = 0;
	*ret_before = h->before ? (int64_t)h->before : INT64_MAX;
	if (h->since_ms != TIME_NONE)
		rc = seq_at(db, h->since_ms, ret_from);
	if (rc == 0 && h->until_ms != TIME_NONE) {
		rc = seq_at(db, h->until_ms, &until);
		if (rc == 0 && until < *ret_before)
			*ret_before = until;
	}
	return rc;
}

static void
write_sql(struct buf *b, const struct store_hunt *h, bool has_words)
{
	bool has_columns = h->k2 != STORE_NULL || h->k3 != STORE_NULL;

	if (!has_words)
		buf_add_z(b, "SELECT r.seq FROM rec_i r WHERE r.seq>=?1 AND r.seq<?2");
	else if (!has_columns)
		buf_add_z(b, "SELECT rowid FROM search WHERE search MATCH ?4 AND "
			     "rowid>=?1 AND rowid<?2");
	else
		buf_add_z(b, "SELECT r.seq FROM search s CROSS JOIN rec_i r ON "
			     "r.seq=s.rowid WHERE search MATCH ?4 AND s.rowid>=?1 AND "
			     "s.rowid<?2");
	if (h->k2 != STORE_NULL)
		buf_printf(b, " AND %sr.k2=%lld", has_words ? "+" : "",
			   (long long)h->k2);
	if (h->k3 != STORE_NULL)
		buf_printf(b, " AND %sr.k3=%lld", has_words ? "+" : "",
			   (long long)h->k3);
	buf_printf(b, " ORDER BY %s DESC LIMIT ?3",
		   !has_words    ? "r.seq"
		   : has_columns ? "s.rowid"
				 : "rowid");
}

static int
run(sqlite3 *db, const struct store_hunt *h, struct span match, uint64_t *ret,
    size_t max)
{
	AUTO(auto_stmt) sqlite3_stmt *stmt = NULL;
	struct buf AUTO(buf_done) sql = { 0 };
	int64_t from, before;
	size_t n = 0;
	int rc = bounds(db, h, &from, &before);

	if (rc < 0)
		return rc;
	write_sql(&sql, h, match.n > 0);
	rc = sqlite3_prepare_v2(db, sql.p, (int)sql.n, &stmt, NULL);
	if (rc != SQLITE_OK)
		return store_err(rc);
	sqlite3_bind_int64(stmt, 1, from);
	sqlite3_bind_int64(stmt, 2, before);
	sqlite3_bind_int64(stmt, 3, (int64_t)max);
	if (match.n)
		sqlite3_bind_text64(stmt, 4, match.p, match.n, SQLITE_STATIC,
				    SQLITE_UTF8);
	while (n < max && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		ret[n++] = (uint64_t)sqlite3_column_int64(stmt, 0);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? (int)n : store_err(rc);
}

int
store_hunt(struct store *s, const struct store_hunt *h, uint64_t *ret, size_t max)
{
	struct buf AUTO(buf_done) match = { 0 }, why = { 0 };
	int rc = fill_drain(s);

	words_query(&match, h->words);
	if (rc < 0 || (h->words.n && !match.n) || !max)
		return rc; /* no word was asked for */
	pthread_mutex_lock(&s->hunt_lock);
	if (!s->hunter)
		rc = store_connect(s, false, &s->hunter, &why);
	if (rc == 0)
		rc = run(s->hunter, h, buf_span(&match), ret, max);
	pthread_mutex_unlock(&s->hunt_lock);
	return rc;
}
