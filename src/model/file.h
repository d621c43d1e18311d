/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of channels, of orders for report, of site registers and of bearers in an
 * emergency: what is known of
 * them. Their bytes lie sealed on disk under a key of each file (talk/shelf.c), which
 * is itself sealed in the record.
 */
#pragma once
#include "model/nouns.h"

struct file {
	struct record r;
	struct id channel, order, site, device; /* one of them: where it was sent */
	struct id incident; /* or the emergency that its bearer recorded */
	struct id agency, author;
	char *name;  /* as the sender called it */
	char *media; /* type found in the content */
	int64_t size;
	char *hash;        /* BLAKE2b-256 of the content, hex */
	char *stored;      /* hash of what lies on disk: its name there */
	char *content_key; /* hex */
	char *posts; /* ids of posts, or of the order, plan or review, that show it */
	int64_t made_at, erased_at;
	int64_t key_slot;
};

/* What files are found by on the shelf, their second column. */
enum { FILE_LOOSE = 1, /* no post shows it */ FILE_RECORDING /* of an emergency */ };

extern const struct noun noun_file;
