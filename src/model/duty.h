/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duty phones: who of an agency answers now, under which number. Missions see those
 * of the police side, the police side sees each mission's. And exports: what leaves as
 * a file takes two people: posts of a channel, where a unit was, protected people.
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

enum export_kind { EXPORT_POSTS = 1, EXPORT_TRACK, EXPORT_PEOPLE };
enum export_state { EXPORT_ASKED = 1, EXPORT_APPROVED, EXPORT_REFUSED };

struct export
{
	struct record r;
	int kind;          /* none: posts */
	struct id channel; /* of posts */
	struct id unit;    /* of a track */
	struct id owner;   /* whose it is, if not of a channel: is told of it */
	struct id agency;  /* of the two */
	int64_t since, until;
	char *reason;
	int state;
	char *hash; /* of what was fetched last */
	struct id asked_by, decided_by;
	char *asked_name, *decided_name, *decision;
	int64_t asked_at, decided_at, opened;
};

/* An approved export may be fetched this long. */
#define EXPORT_STANDS_MS 86400000
/* A track of more days is asked for in parts. */
#define EXPORT_TRACK_DAYS 7

extern const struct noun noun_duty_phone, noun_export;
