/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thin shim over a SQLite VFS, one per open store. It makes a commit one
 * write and one fdatasync that change no file metadata (the WAL is zeroed
 * ahead and its frames are gathered), and puts a checksum on every page of
 * the database file. Private to the store.
 */
#pragma once
#include "base/buf.h"

#include <sqlite3.h>
#include <stdatomic.h>

#define VFS_PAGE 4096 /* of every store; the checksum takes the last 8 bytes */
#define VFS_RESERVED 8

struct vfs {
	sqlite3_vfs face; /* what SQLite sees */
	sqlite3_vfs *base;
	bool is_reader;            /* changes nothing */
	bool is_adopting;          /* zero checksums are let pass */
	_Atomic bool has_checksum; /* seen in the header of the database */
	_Atomic bool is_gentle;    /* sync the database every few pages */
	int64_t wal_ahead;         /* zeroed when the WAL is first opened */
	int64_t wal_chunk;         /* and grown by */
	char name[40];
	_Atomic uint64_t n_bad;    /* pages whose checksum was wrong */
	_Atomic uint64_t bad_page; /* the last of them */
	_Atomic uint64_t n_grown;  /* times that the WAL grew */
	_Atomic bool is_sync_failed;
};

int vfs_open(struct vfs *v, sqlite3_vfs *base, bool is_reader);
void vfs_close(struct vfs *v);

/* Zeros one more chunk of the log, not beyond to; *ret_size: what stands ready.
 * The writer must be held still. Syncing it needs no stillness. SQLite codes. */
/* Zeros in [from, to), which no reader needs. */
int vfs_wal_wipe(sqlite3_file *wal, int64_t from, int64_t to);
int vfs_wal_grow(sqlite3_file *wal, int64_t to, int64_t *ret_size);
int vfs_wal_sync(sqlite3_file *wal);

/* Another program has copied pages out of the WAL: gives them checksums. */
int vfs_adopt(struct vfs *v, sqlite3_file *db, int64_t *ret_pages);
/* Reads every page of the database file; how many are bad, -1: cannot read. */
int64_t vfs_scan(sqlite3_file *db);

/* The checksum of a page's first VFS_PAGE - VFS_RESERVED bytes; never zero. */
uint64_t vfs_checksum(uint64_t page, const void *data);
