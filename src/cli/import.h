/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `kumak import` can read: one function a kind, each in a file of its own
 * (import_KIND.c). Every kind keeps one rule: a bad row is named with file, line and
 * column, and nothing of that file is taken.
 */
#pragma once
#include "cli/cli.h"

struct import_args {
	const char *data;   /* the node's folder */
	char *const *files; /* paths, at least one */
	size_t n_files;
	bool is_preview; /* say what would happen, and take nothing */
};

int import_calls(const struct import_args *a);
int import_districts(const struct import_args *a);
int import_roads(const struct import_args *a);
/* Through the running node (import_records.c). */
int import_sites(const struct import_args *a);
int import_units(const struct import_args *a);
int import_people(const struct import_args *a);
int import_devices(const struct import_args *a);
int import_places(const struct import_args *a);

/* A file's text, unpacked if it is gzip. */
int import_text(const char *path, struct buf *ret, struct buf *why);
/* Tells the node that runs on the folder, if any, by a POST; the exit code. */
int import_tell(const char *dir, const char *path);
