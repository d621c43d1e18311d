/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the SQLite engine, shared by its files: open.c, fill.c (append),
 * sqlite.c (transactions), schema.c (migrations), query.c (reads), care.c (checkpoints,
 * check, backup, space), words.c (search text). Private to the store and its tests.
 */
#pragma once
#include "store/disk.h"
#include "store/fill.h"
#include "store/store.h"
#include "store/vfs.h"

#include <pthread.h>
#include <sqlite3.h>

/* A letter's place is its table's. */
#define STORE_NOUNS "agsudrcimnvkopzlh24tebqyfxw17YW8jX3O56PV90CHE"
#define N_NOUNS (sizeof(STORE_NOUNS) - 1)
/* A noun's table: rec_a; rec_xA for a capital, as SQL sees no case. */
#define NOUN_TABLE_FMT "rec_%s%c"
#define NOUN_TABLE_ARGS(c) ((c) >= 'A' && (c) <= 'Z' ? "x" : ""), (c)

/* What one open decides; tests make it small. */
struct store_tuning {
	int64_t wal_ahead;     /* bytes of WAL zeroed at open */
	int64_t wal_chunk;     /* and grown by */
	int64_t wal_full;      /* to which the care thread zeroes it in quiet */
	int64_t checkpoint_at; /* bytes in the WAL that wake the care thread */
	int64_t front_bytes;   /* of the front log; 0: there is none */
	int64_t fill_at;       /* bytes in it that the database is not kept from */
	int64_t reserve;       /* bytes set aside for a full disk */
	bool is_threadless;    /* the test calls care_turn() and fill_drain() */
};
extern const struct store_tuning store_tuning_default;

enum write_verb { WRITE_BODY, WRITE_ALL, WRITE_DELETE, N_WRITE_VERBS };
/* by k1, k2, k3, or all rows; each upwards and downwards */
#define N_FINDS 8

struct store {
	struct disk *disk; /* owned */
	struct vfs vfs;
	struct store_tuning tuning;
	enum store_mode mode;
	uint64_t epoch, last_seq; /* the last event in the database */
	unsigned data_version;    /* of the writer when the epoch was looked at */

	/* Whoever waits for write_lock holds turn_lock: a mutex is not fair, and a
	 * busy writer would keep the checkpoint out for a second. */
	pthread_mutex_t turn_lock;
	pthread_mutex_t write_lock; /* the writer's connection and what follows */
	sqlite3 *writer;
	sqlite3_stmt *begin, *commit, *rollback, *epoch_get, *event_add;
	sqlite3_stmt *search_get[2], *search_delete[2], *search_add[2];
	sqlite3_stmt *record[N_NOUNS][N_WRITE_VERBS];
	struct buf words;
	_Atomic int failed; /* the error that ended this store */
	struct fill fill;

	sqlite3 *reader; /* the loop's connection */
	sqlite3_stmt *events_all, *events_incident, *find_text[2];
	sqlite3_stmt *get[N_NOUNS], *find[N_NOUNS][N_FINDS];

	pthread_mutex_t hunt_lock; /* the hunter's connection */
	sqlite3 *hunter;           /* NULL: not asked yet */

	pthread_mutex_t care_lock; /* the checkpointer's connection; before write */
	sqlite3 *carer;
	pthread_t care_thread;
	pthread_mutex_t wake_lock;
	pthread_cond_t wake;
	bool has_thread;
	_Atomic bool is_stopping;
	_Atomic int64_t wal_bytes; /* in the WAL and not known to be in the file */
	_Atomic int64_t care_at;   /* and what it must reach to be cared for */
	int64_t wal_high;          /* up to where the log may hold what was removed */
	_Atomic bool wants_forget; /* search text was removed: its words too */
	_Atomic bool wants_scrub;  /* and what the log still has of it */
	_Atomic bool is_tight;     /* the disk was full: there is no reserve */
	_Atomic int care_failed;
};

int store_open_on(struct disk *disk, enum store_mode mode,
		  const struct store_tuning *tuning, struct store **ret,
		  struct store_info *ret_info, struct buf *why);

/* A connection through the store's own VFS, with its settings. */
int store_connect(struct store *s, bool is_writer, sqlite3 **ret, struct buf *why);
int store_err(int sqlite_rc); /* a code of err.def */
/* The statements of the writer; once. */
int store_prepare(struct store *s);
void store_close_writer(struct store *s);
/* Of the database; sets last_seq of the store. */
int store_read_info(struct store *s, struct store_info *ret);
/* One transaction, synced; one call at a time, without the writer's turn. */
int store_write(struct store *s, const struct store_batch *batch);
void store_lock(struct store *s); /* the writer's turn */
void store_unlock(struct store *s);
/* Steps to the end and resets; a code of err.def. */
int store_run(sqlite3_stmt *stmt);
int store_exec(sqlite3 *db, const char *sql);
int noun_index(char noun); /* -1: no such letter */
void auto_stmt(sqlite3_stmt **stmt);

int schema_migrate(sqlite3 *db, struct buf *why);
int schema_known(sqlite3 *db, struct buf *why); /* refuses newer data */
int schema_check(sqlite3 *db, struct buf *why); /* for readers: as new as we? */

int query_prepare(struct store *s);
void query_done(struct store *s);

int care_start(struct store *s);
void care_stop(struct store *s);
void care_wake(struct store *s);
void care_due(struct store *s); /* wakes it if there is enough to do */
int care_turn(struct store *s); /* one checkpoint, as far as it goes */
int care_grow(struct store *s); /* the log to its full length, in small steps */
/* The disk is full: frees the reserve, and moves the log to the file that grows
 * into it, so that the log's own room serves again. */
void care_room(struct store *s);

/* Cuts folded text into words with a blank between; runs of ideographs, which
 * know no blanks, into overlapping pairs. */
void words_cut(struct buf *ret, struct span folded);
/* The same as a query in which each word is a prefix; empty: no word in it. */
void words_query(struct buf *ret, struct span folded);
