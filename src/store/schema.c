/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbered steps that bring a database to the shape this program needs.
 * Each is applied in one transaction together with its row in `migration`; a
 * step that fails stops the start and leaves the database as it was. Steps
 * are never edited after a release: a change is a new number.
 */
#include "store/sqlite.h"

#include "base/auto.h"
#include "base/log.h"

static const struct step {
	int number;
	const char *name, *sql;
} steps[] = {
#include "store/schema.inc"
};

#define LAST ((int)ARRAY_LEN(steps))

static int
version(sqlite3 *db, int *ret)
{
	AUTO(auto_stmt) sqlite3_stmt *get = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, "SELECT max(number) FROM migration", -1, &get,
				NULL);
	if (rc == SQLITE_ERROR) { /* no such table: a new database */
		*ret = 0;
		return 0;
	}
	if (rc != SQLITE_OK || (rc = sqlite3_step(get)) != SQLITE_ROW)
		return store_err(rc);
	*ret = sqlite3_column_int(get, 0);
	return 0;
}

static int
step_apply(sqlite3 *db, const struct step *step)
{
	AUTO(auto_stmt) sqlite3_stmt *note = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, "INSERT INTO migration VALUES (?, ?, ?)", -1, &note,
				NULL);
	if (rc != SQLITE_OK)
		return store_err(rc);
	rc = store_exec(db, step->sql);
	if (rc != 0)
		return rc;
	sqlite3_bind_int(note, 1, step->number);
	sqlite3_bind_text(note, 2, step->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(note, 3, clock_system.wall_ms(clock_system.ctx));
	return store_run(note);
}

static int
step_run(sqlite3 *db, const struct step *step)
{
	int rc = store_exec(db, "BEGIN IMMEDIATE");

	if (rc != 0)
		return rc;
	rc = store_exec(db, "CREATE TABLE IF NOT EXISTS migration(number INTEGER "
			    "PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)");
	if (rc == 0)
		rc = step_apply(db, step);
	if (rc == 0)
		rc = store_exec(db, "COMMIT");
	return rc;
}

static int
refuse_newer(int have, struct buf *why)
{
	buf_printf(why, "the data is of version %d and this program knows %d", have,
		   LAST);
	return ERR_UNSUPPORTED;
}

int
schema_known(sqlite3 *db, struct buf *why)
{
	int have = 0, rc = version(db, &have);

	if (rc != 0)
		buf_printf(why, "cannot read the version of the data: %s",
			   sqlite3_errmsg(db));
	else if (have > LAST)
		rc = refuse_newer(have, why);
	return rc;
}

int
schema_migrate(sqlite3 *db, struct buf *why)
{
	int have = 0, rc = schema_known(db, why);

	if (rc == 0)
		rc = version(db, &have);
	if (rc != 0)
		return rc;
	for (int i = have; i < LAST; i++) {
		rc = step_run(db, &steps[i]);
		if (rc != 0) {
			buf_printf(why, "step %04d_%s failed: %s", steps[i].number,
				   steps[i].name, sqlite3_errmsg(db));
			if (!sqlite3_get_autocommit(db))
				store_exec(db, "ROLLBACK");
			return rc;
		}
		log_info("store", "migrated", "step=%04d_%s", steps[i].number,
			 steps[i].name);
	}
	return 0;
}

int
schema_check(sqlite3 *db, struct buf *why)
{
	int have = 0, rc = schema_known(db, why);

	if (rc == 0)
		rc = version(db, &have);
	if (rc != 0)
		return rc;
	if (have < LAST) {
		buf_printf(why,
			   "the data is of version %d: start the server once to "
			   "bring it to %d",
			   have, LAST);
		return ERR_UNSUPPORTED;
	}
	return 0;
}
