/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: raw calls for help as they came in. Never dropped, never merged
 * away. A duplicate is the same authenticated source with the same key.
 */
#pragma once
#include "model/account.h"

struct signal {
	struct record r;
	struct id incident;
	struct id source_id;
	char *source; /* what duplicates are found by, with key */
	/* the caller's on the roll: told, as the source goes with its key */
	struct id roll;
	char *source_name;
	char *key;
	char *kind;
	struct id site, unit, agency;
	struct id person; /* who carries the device that called */
	struct position position;
	char *message;
	char *language;
	int64_t at, claimed_at;
	int trust;
	char *labels;
	bool is_test, is_silent;
	struct position better_position; /* said later by the same source */
	char *more_kind, *more_message, *more_key;
	int64_t amended_at;
	char *door; /* "api", "watch", … */
	char *raw;  /* hex of the frame, kept as evidence */
};

/* One caller in one incident: the roll of who pressed. */
struct roll {
	struct record r;
	struct id incident;
	char *source, *name;
	struct id person;
	int64_t count, first_at, last_at;
	int trust;
};

extern const struct noun noun_signal, noun_roll;
