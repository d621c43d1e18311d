/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: events from a number, records by their columns, incidents by
 * words. All on the loop's own connection, which sees what is committed (and
 * so durable) and nothing else; all that is durable, as each first lets fill.c
 * finish, if something of its table waits there. Statements are made once and kept; a
 * callback that asks again while its own statement still runs gets a fresh one.
 */
#include "store/sqlite.h"

#include "base/auto.h"

#include <stdio.h>

#define EVENT "SELECT seq, at, incident, doc, hash FROM events WHERE "

static int
prepare_one(struct store *s, const char *sql, sqlite3_stmt **ret)
{
	return store_err(sqlite3_prepare_v3(s->reader, sql, -1,
					    SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

/* Of the nouns, when they are first asked for: a start waits for none. */
static int
get_stmt(struct store *s, int noun, sqlite3_stmt **ret)
{
	char sql[256];
	int rc = 0;

	if (!s->get[noun]) {
		snprintf(sql, sizeof sql,
			 "SELECT k1, k2, k3, body FROM " NOUN_TABLE_FMT " WHERE seq=?1",
			 NOUN_TABLE_ARGS(STORE_NOUNS[noun]));
		rc = prepare_one(s, sql, &s->get[noun]);
	}
	*ret = s->get[noun];
	return rc;
}

static void
find_sql(char *sql, size_t cap, size_t noun, size_t find)
{
	static const char *const where[] = { "k1=?1 AND", "k2=?1 AND", "k3=?1 AND",
					     "" };

	snprintf(sql, cap,
		 "SELECT seq, k1, k2, k3, body FROM " NOUN_TABLE_FMT
		 " WHERE %s seq>?2 AND seq<?3 "
		 "ORDER BY seq %s LIMIT ?4",
		 NOUN_TABLE_ARGS(STORE_NOUNS[noun]), where[find / 2],
		 find % 2 ? "DESC" : "ASC");
}

static int
find_stmt(struct store *s, int noun, size_t find, sqlite3_stmt **ret)
{
	char sql[256];
	int rc = 0;

	if (!s->find[noun][find]) {
		find_sql(sql, sizeof sql, (size_t)noun, find);
		rc = prepare_one(s, sql, &s->find[noun][find]);
	}
	*ret = s->find[noun][find];
	return rc;
}

int
query_prepare(struct store *s)
{
	static const char *const searches[] = {
		"SELECT rowid FROM search WHERE search MATCH ?1 AND rowid<?2 "
		"ORDER BY rowid DESC LIMIT ?3",
		"SELECT rowid FROM search_b WHERE search_b MATCH ?1 AND rowid<?2 "
		"ORDER BY rowid DESC LIMIT ?3",
	};
	int rc;

	rc = prepare_one(s, EVENT "seq>?1 ORDER BY seq LIMIT ?2", &s->events_all);
	if (rc == 0)
		rc = prepare_one(s,
				 EVENT "incident=?3 AND seq>?1 ORDER BY seq LIMIT ?2",
				 &s->events_incident);
	for (size_t k = 0; rc == 0 && k < ARRAY_LEN(searches); k++)
		rc = prepare_one(s, searches[k], &s->find_text[k]);
	return rc;
}

void
query_done(struct store *s)
{
	sqlite3_finalize(s->events_all);
	sqlite3_finalize(s->events_incident);
	sqlite3_finalize(s->find_text[0]);
	sqlite3_finalize(s->find_text[1]);
	for (size_t i = 0; i < N_NOUNS; i++) {
		sqlite3_finalize(s->get[i]);
		for (size_t j = 0; j < N_FINDS; j++)
			sqlite3_finalize(s->find[i][j]);
	}
	sqlite3_close(s->reader);
}

/* The kept statement, or a fresh one while that one runs. */
static sqlite3_stmt *
take(struct store *s, sqlite3_stmt *kept)
{
	sqlite3_stmt *fresh = NULL;

	if (!sqlite3_stmt_busy(kept))
		return kept;
	sqlite3_prepare_v2(s->reader, sqlite3_sql(kept), -1, &fresh, NULL);
	return fresh;
}

static void
give(sqlite3_stmt *kept, sqlite3_stmt *stmt)
{
	if (stmt == kept)
		sqlite3_reset(stmt);
	else
		sqlite3_finalize(stmt);
}

static struct span
blob(sqlite3_stmt *stmt, int at)
{
	const char *p = sqlite3_column_blob(stmt, at);

	return (struct span){ p ? p : "", (size_t)sqlite3_column_bytes(stmt, at) };
}

static int64_t
bound(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static int
read_event(sqlite3_stmt *stmt, struct store_event *ret)
{
	struct span hash = blob(stmt, 4);

	if (hash.n != STORE_HASH_BYTES)
		return ERR_CORRUPT;
	ret->seq = (uint64_t)sqlite3_column_int64(stmt, 0);
	ret->at = sqlite3_column_int64(stmt, 1);
	ret->incident = (uint64_t)sqlite3_column_int64(stmt, 2);
	ret->doc = blob(stmt, 3);
	memcpy(ret->hash, hash.p, hash.n);
	return 0;
}

int
store_events(struct store *s, uint64_t after, uint64_t incident, size_t limit,
	     bool (*fn)(void *ctx, const struct store_event *e), void *ctx)
{
	sqlite3_stmt *kept = incident ? s->events_incident : s->events_all;
	struct store_event e = { .seq = after };
	sqlite3_stmt *stmt;
	size_t n = 0;
	int rc, err = fill_drain(s);

	stmt = err ? NULL : take(s, kept);
	if (!stmt)
		return err ? err : ERR_NOMEM;
	sqlite3_bind_int64(stmt, 1, bound(after));
	sqlite3_bind_int64(stmt, 2, bound(limit));
	if (incident)
		sqlite3_bind_int64(stmt, 3, bound(incident));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		err = read_event(stmt, &e);
		if (err != 0 || !fn(ctx, &e))
			break;
		n++;
	}
	give(kept, stmt);
	if (rc == SQLITE_DONE && s->mode == STORE_READ)
		fill_events(s, e.seq, incident, limit - n, fn, ctx);
	return err ? err : store_err(rc);
}

static void
read_columns(sqlite3_stmt *stmt, int first, int64_t ret[STORE_COLUMNS])
{
	for (int i = 0; i < STORE_COLUMNS; i++)
		ret[i] = sqlite3_column_type(stmt, first + i) == SQLITE_NULL
				 ? STORE_NULL
				 : sqlite3_column_int64(stmt, first + i);
}

int
store_get(struct store *s, char noun, uint64_t seq, struct buf *ret,
	  int64_t ret_k[STORE_COLUMNS])
{
	int at = noun_index(noun), rc;
	sqlite3_stmt *stmt;

	if (at < 0)
		return ERR_RANGE;
	rc = fill_drain_of(s, at);
	if (rc == 0)
		rc = get_stmt(s, at, &stmt); /* calls nobody, so it is never busy */
	if (rc != 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, bound(seq));
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		if (ret_k)
			read_columns(stmt, 0, ret_k);
		buf_add_span(ret, blob(stmt, STORE_COLUMNS));
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? ERR_NOT_FOUND : store_err(rc);
}

int
store_find(struct store *s, const struct store_query *q,
	   bool (*fn)(void *ctx, const struct store_record *r), void *ctx)
{
	int at = noun_index(q->noun), rc;
	size_t column = q->column < 0 ? STORE_COLUMNS : (size_t)q->column;
	struct store_record r = { .noun = q->noun };
	sqlite3_stmt *kept, *stmt;

	if (at < 0 || q->column >= STORE_COLUMNS)
		return ERR_RANGE;
	rc = fill_drain_of(s, at);
	if (rc == 0)
		rc = find_stmt(s, at, 2 * column + q->is_descending, &kept);
	if (rc != 0)
		return rc;
	stmt = take(s, kept);
	if (!stmt)
		return ERR_NOMEM;
	if (q->column >= 0)
		sqlite3_bind_int64(stmt, 1, q->equals);
	sqlite3_bind_int64(stmt, 2, bound(q->after));
	sqlite3_bind_int64(stmt, 3, q->before ? bound(q->before) : INT64_MAX);
	sqlite3_bind_int64(stmt, 4, bound(q->limit));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		r.seq = (uint64_t)sqlite3_column_int64(stmt, 0);
		read_columns(stmt, 1, r.k);
		r.body = blob(stmt, 1 + STORE_COLUMNS);
		if (!fn(ctx, &r))
			break;
	}
	give(kept, stmt);
	return store_err(rc);
}

int
store_column(struct store *s, char noun, int column,
	     void (*fn)(void *ctx, int64_t value), void *ctx)
{
	char sql[128];
	sqlite3_stmt *stmt;
	int rc;

	if (noun_index(noun) < 0 || column < 0 || column >= STORE_COLUMNS)
		return ERR_RANGE;
	snprintf(sql, sizeof sql,
		 "SELECT k%d FROM " NOUN_TABLE_FMT
		 " WHERE k%d IS NOT NULL ORDER BY k%d",
		 column + 1, NOUN_TABLE_ARGS(noun), column + 1, column + 1);
	rc = fill_drain_of(s, noun_index(noun));
	if (rc == 0)
		rc = store_err(sqlite3_prepare_v2(s->reader, sql, -1, &stmt, NULL));
	if (rc != 0)
		return rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		fn(ctx, sqlite3_column_int64(stmt, 0));
	sqlite3_finalize(stmt);
	return store_err(rc);
}

static int
search(struct store *s, sqlite3_stmt *kept, struct span match, uint64_t before,
       size_t limit, bool (*fn)(void *ctx, uint64_t seq), void *ctx)
{
	int rc = match.n ? fill_drain_of(s, FILL_SEARCH) : 0;
	sqlite3_stmt *stmt;

	if (rc != 0 || !match.n)
		return rc;
	stmt = take(s, kept);
	if (!stmt)
		return ERR_NOMEM;
	sqlite3_bind_text64(stmt, 1, match.p, match.n, SQLITE_STATIC, SQLITE_UTF8);
	sqlite3_bind_int64(stmt, 2, before ? bound(before) : INT64_MAX);
	sqlite3_bind_int64(stmt, 3, bound(limit));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		if (!fn(ctx, (uint64_t)sqlite3_column_int64(stmt, 0)))
			break;
	give(kept, stmt);
	return store_err(rc);
}

int
store_search(struct store *s, struct span folded_query, uint64_t before, size_t limit,
	     bool (*fn)(void *ctx, uint64_t incident), void *ctx)
{
	struct buf AUTO(buf_done) match = { 0 };

	words_query(&match, folded_query);
	return search(s, s->find_text[0], buf_span(&match), before, limit, fn, ctx);
}

int
store_search_posts(struct store *s, struct span folded_query, struct span tags,
		   uint64_t before, size_t limit, bool (*fn)(void *ctx, uint64_t post),
		   void *ctx)
{
	struct buf AUTO(buf_done) match = { 0 };
	bool is_first = true;

	words_query(&match, folded_query);
	if (!tags.n || (folded_query.n && !match.n))
		return 0; /* nothing may be found; or no word was asked for */
	buf_add_z(&match, match.n ? "AND (" : "(");
	while (tags.n) {
		struct span tag = span_cut(&tags, ' ');

		if (!tag.n)
			continue;
		buf_printf(&match, "%s\"" SPAN_FMT "\"", is_first ? "" : " OR ",
			   SPAN_ARG(tag));
		is_first = false;
	}
	buf_add_c(&match, ')');
	return search(s, s->find_text[1], buf_span(&match), before, limit, fn, ctx);
}
