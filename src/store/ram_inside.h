/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the disk of memory: its files (ram.c) and what is done to it
 * from outside (ram_disk.c: lease, reserve, faults, power). Private to both.
 */
#pragma once
#include "store/ram.h"

#include <pthread.h>

#define SECTOR 512
#define N_REGIONS 64

struct change { /* seen, not yet synced */
	struct change *next;
	int64_t at; /* of a cut: the new size, with n == -1 */
	int n;
	char bytes[];
};

struct bytes {
	char *p;
	int64_t n, cap;
};

struct ram_file {
	struct ram_file *next;
	char *name;
	struct bytes seen, safe;
	bool is_seen, is_safe; /* that the name is in the folder */
	struct change *changes, **tail;
	/* locks of the file */
	int n_shared;
	struct ram_open *reserved, *pending;
	/* the shared index */
	char *regions[N_REGIONS];
	int shm_shared[SQLITE_SHM_NLOCK];
	struct ram_open *shm_owner[SQLITE_SHM_NLOCK];
	int n_shm;
};

struct ram_open {
	sqlite3_file face;
	struct ram *ram;
	struct ram_file *file;
	int level;
	unsigned shm_shared;
	bool has_shm, is_temporary;
};

struct ram {
	sqlite3_vfs vfs;
	pthread_mutex_t lock;
	int n_refs;
	struct ram_file *files;
	bool is_leased, is_cut;
	int64_t reserve;
	struct ram_plan plan;
	long writes, syncs, operations;
};

struct ram_disk {
	struct disk face;
	struct ram *ram;
	bool has_lease;
};

bool bytes_size(struct bytes *b, int64_t n);
bool bytes_write(struct bytes *b, const char *p, int64_t n, int64_t at);
/* Of all files, and the reserve. */
int64_t ram_used(const struct ram *r);
void change_add(struct ram_file *f, const void *p, int n, int64_t at);
void change_apply(struct ram_file *f, const struct change *c);
void changes_drop(struct ram_file *f);
struct ram_file *ram_file_find(struct ram *r, const char *name);
struct ram_file *ram_file_new(const char *name);
