/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants: a signed permission for another agency to see a record or a class of
 * records, by two keys: one side proposes, the other accepts. Made by hand for
 * one record, as a standing rule for a class, or by joining an incident; ended
 * by either side at once, by its last minute, or with the incident it was for.
 */
#pragma once
#include "model/nouns.h"

enum grant_state {
	GRANT_PROPOSED = 1, /* one key */
	GRANT_ACCEPTED,     /* two, and its time has not come */
	GRANT_ACTIVE,
	GRANT_DECLINED,
	GRANT_WITHDRAWN,
	GRANT_ENDED /* its time is over, or what it was for */
};
extern const char *const grant_state_names[];

enum grant_of { GRANT_OF_INCIDENTS = 1, GRANT_OF_SITES };
enum grant_basis { GRANT_BY_HAND = 1, GRANT_BY_RULE, GRANT_BY_JOINING };
enum grant_role { GRANT_SUPPORT = 1, GRANT_INFORMED };

/* What is shared beside the bare facts; the words are grant_part_names. */
enum grant_part {
	PART_MESSAGE = 1 << 0, /* what was said, and each signal */
	PART_CALLER = 1 << 1,
	PART_PEOPLE = 1 << 2, /* the roll of who pressed */
	PART_UNITS = 1 << 3,
	PART_NOTES = 1 << 4,  /* those that are shared */
	PART_PHONES = 1 << 5, /* of a site */
	PART_ADDRESS = 1 << 6,
};
extern const char *const grant_part_names[];

struct grant {
	struct record r;
	struct id agency, to; /* who gives, who gets */
	int of;
	struct id subject; /* one record; unset: the class below */
	int site_class, priority;
	char *kind;
	char *parts; /* JSON list of words */
	char *purpose;
	int64_t from, until; /* TIME_NONE: at once; open */
	int state, basis, role;
	struct id proposed_by, accepted_by, ended_by;
	char *proposed_name, *accepted_name, *ended_name, *end_reason;
	struct id proposed_agency;
	int64_t proposed_at, accepted_at, ended_at;
	int64_t opened_count, opened_at;
	struct id opened_by, opened_what;
	int ask_world;
	/* derived, in memory only */
	unsigned part_bits;
};

extern const struct noun noun_grant;

/* ERR_SYNTAX on a word that is none. */
int grant_parts_read(const char *json, unsigned *ret_bits);
bool grant_is_live(const struct grant *g); /* proposed, accepted or active */
