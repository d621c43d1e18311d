/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duty phones: who of an agency answers now, under which number. Missions see those
 * of the police side, the police side sees each mission's. And exports: what leaves a
 * channel as a file, which takes two people.
 */
#pragma once
#include "model/nouns.h"

struct duty_phone {
	struct record r;
	struct id agency, account;
	char *label, *phone;
	bool on, removed;
	int64_t from, until;
	int64_t key_slot;
};

enum export_state { EXPORT_ASKED = 1, EXPORT_APPROVED, EXPORT_REFUSED };

struct export
{
	struct record r;
	struct id channel, agency;
	int64_t since, until;
	char *reason;
	int state;
	struct id asked_by, decided_by;
	char *asked_name, *decided_name, *decision;
	int64_t asked_at, decided_at, opened;
};

/* An approved export may be fetched this long. */
#define EXPORT_STANDS_MS 86400000

extern const struct noun noun_duty_phone, noun_export;
