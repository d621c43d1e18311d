/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store needs of a disk beside SQLite's own file calls: the lease,
 * the reserve and the space that is left. A table of functions, so that tests
 * can play a disk of memory that fails, fills and loses power (ram.h).
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#include <sqlite3.h>

struct disk {
	sqlite3_vfs *base;
	const char *(*name)(struct disk *d); /* of the database, for SQLite */
	/* ERR_BUSY while another writer lives. */
	int (*lease)(struct disk *d, struct buf *why);
	void (*unlease)(struct disk *d);
	/* Sets bytes aside; 0 if they stand aside now or did before. */
	int (*reserve)(struct disk *d, int64_t bytes);
	bool (*release)(struct disk *d); /* true: there is room now */
	int (*space)(struct disk *d, struct store_space *ret);
	void (*free)(struct disk *d);
};

/* The folder dir, made if is_writer. NULL with a sentence in why. */
struct disk *disk_posix(const char *dir, bool is_writer, struct buf *why);
