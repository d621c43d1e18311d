/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of nouns. A noun's letter is its place in an id ("khi.i.12") and
 * the name of its table on the shelf; neither ever changes.
 */
#pragma once
#include "model/field.h"

enum noun_index {
	NOUN_NODE,
	NOUN_AGENCY,
	NOUN_SITE,
	NOUN_UNIT,
	NOUN_ACCOUNT,
	NOUN_TOKEN,
	NOUN_INVITATION,
	NOUN_DEVICE,
	NOUN_RUN_CARD,
	NOUN_SIGNAL,
	NOUN_ROLL,
	NOUN_INCIDENT,
	NOUN_ASSIGNMENT,
	NOUN_NOTE,
	NOUN_PAGE,
	NOUN_SESSION,
	NOUN_PERSON,
	NOUN_GRANT,
	NOUN_OPENING,
	NOUN_CHANNEL,
	NOUN_MEMBER,
	NOUN_POST,
	NOUN_ACK,
	NOUN_RECEIPT,
	NOUN_FILE,
	NOUN_DUTY_PHONE,
	NOUN_EXPORT,
	NOUN_ADVISORY,
	NOUN_CAP_RULE,
	NOUN_SERIES,
	NOUN_MEETING,
	NOUN_CALENDAR,
	NOUN_MATTER,
	NOUN_ACTION,
	NOUN_ORDER,
	NOUN_DEVICE_ORDER,
	NOUN_BOOK,
	NOUN_PLAN,
	NOUN_POINT,
	NOUN_VISIT,
	NOUN_REVIEW,
	NOUN_FINDING,
	NOUN_CLOSURE,
	NOUN_HOLD,
	NOUN_ERASURE,
	NOUN__COUNT,
};

extern const struct noun *const nouns[NOUN__COUNT];
enum noun_index noun_by_letter(char letter); /* NOUN__COUNT: unknown */

/* The values of the indexed columns k1-k3 of a record (schema/0001). */
void noun_columns(enum noun_index n, const struct record *rec, int64_t k[3]);
/* The key slot that a record brings itself; FIELD_NONE: none of its own. */
int64_t noun_key_slot(enum noun_index n, const struct record *rec);
/* A 63-bit column value for a text: equal texts give equal numbers. */
int64_t column_hash(struct span a, struct span b);

#define NOUN_LINE(T, member, TYPE, flagbits, ...)                                   \
	{                                                                           \
		.name = #member, .type = FIELD_##TYPE,                              \
		.off = offsetof(struct T, member), .flags = (flagbits), __VA_ARGS__ \
	}
#define NOUN_TABLE(var, c, one, many, T, table)            \
	const struct noun var = { c,     one,              \
				  many,  sizeof(struct T), \
				  table, sizeof(table) / sizeof((table)[0]) }

/* "world" in a request: where the new record lives. Member: int ask_world. */
#define NOUN_WORLD(T)                                                                  \
	{                                                                              \
		.name = "world", .type = FIELD_ENUM,                                   \
		.off = offsetof(struct T, ask_world), .flags = FIELD_POST | FIELD_ASK, \
		.names = world_ask_names,                                              \
		.doc = "live, or training; only an administrator of the control "      \
		       "agency "                                                       \
		       "makes what is not of its own world",                           \
	}
extern const char *const world_ask_names[];

/* How fields may be given: made and changed / made only. */
#define GIVE (FIELD_POST | FIELD_PATCH)
#define NEED (FIELD_POST | FIELD_PATCH | FIELD_NEEDED)
