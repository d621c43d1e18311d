/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns as tables. A noun is a C struct whose first member is struct record,
 * and a table of its fields; the table alone drives parsing, writing, merging,
 * redaction, the OpenAPI schema and the TypeScript types.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time.h"

enum field_type {
	FIELD_STR,  /* char *, malloc'ed; NULL: none */
	FIELD_INT,  /* int64_t; FIELD_NONE: none */
	FIELD_BOOL, /* bool */
	FIELD_ENUM, /* int, index into names; 0: none */
	FIELD_TIME, /* int64_t ms; TIME_NONE: none */
	FIELD_ID,   /* struct id; unset: none */
	FIELD_POS,  /* struct position; not is_set: none */
	FIELD_LIST, /* char *, a JSON array of strings; NULL: none */
	FIELD_JSON, /* char *, any JSON; NULL: none */
};

#define FIELD_NONE INT64_MIN
#define FIELD_STR_MAX 4096 /* bytes of a text whose table line names no limit */

enum field_flag {
	FIELD_POST = 1 << 0,   /* may be given when the record is made */
	FIELD_PATCH = 1 << 1,  /* may be changed afterwards */
	FIELD_NEEDED = 1 << 2, /* must be given when the record is made */
	FIELD_SEALED = 1 << 3, /* personal: leaves the process only encrypted */
	FIELD_ROOM = 1 << 4,   /* shown to the control agency's room only */
	FIELD_SECRET = 1 << 5, /* never leaves by any door */
	FIELD_ASK = 1 << 6,    /* only in requests: never stored */
	FIELD_INNER = 1 << 7,  /* bookkeeping: on disk, not in answers */
	FIELD_ONCE = 1 << 8,   /* a milestone: the first value stays */
	FIELD_OWNER = 1 << 9,  /* shown to the agency that owns it only */
};

struct field {
	const char *name;
	enum field_type type;
	unsigned short off;
	unsigned short flags;
	const char *const *names; /* FIELD_ENUM: [0] is "", ends with NULL */
	int64_t min, max; /* FIELD_INT value, FIELD_STR bytes; both 0: any / 4096 */
	const char *doc;
};

/* history: calls read in from another system; nobody is of it, so nothing of it is
 * live, heard, paged or listed. Reports may be asked about it. */
enum { WORLD_LIVE = 0, WORLD_TRAINING = 1, WORLD_HISTORY = 2 };
extern const char *const world_names[];

/* What every record starts with. */
struct record {
	struct id id;
	int world;
	bool is_dirty; /* changed since the journal last wrote it */
	bool is_gone;  /* its row is to be removed */
	struct record *next_dirty;
	uint64_t touched_seq; /* event that changed it last */
};

struct noun {
	char letter;
	const char *name;   /* "incident" */
	const char *plural; /* path segment and list name */
	size_t size;
	const struct field *fields;
	size_t n_fields; /* ≤ 64 */
};

/* Values named in an event or a request: a struct of the noun plus a bit per
 * field that is given. A given field without a value clears it. */
struct patch {
	const struct noun *noun;
	uint64_t given;
	struct record *rec;
	struct arena *arena; /* holds rec and its texts; NULL: they are malloc'ed */
};

struct record *record_new(const struct noun *noun, struct id id, int world);
void record_free(const struct noun *noun, struct record *rec);

void patch_init(struct patch *p, const struct noun *noun);
void patch_init_in(struct patch *p, const struct noun *noun, struct arena *arena);
void patch_done(struct patch *p);
/* Moves the given values of p into rec (strings change owner). */
void patch_apply(struct patch *p, struct record *rec);
/* Index of the field at a struct offset. */
size_t field_at(const struct noun *noun, size_t off);
const struct field *field_find(const struct noun *noun, struct span name);
bool field_is_none(const struct field *f, const struct record *rec);

#define PATCH_STR(p, type, member, s) patch_str(p, offsetof(struct type, member), (s))
#define PATCH_INT(p, type, member, v) \
	(*(int64_t *)patch_give(p, offsetof(struct type, member)) = (v))
#define PATCH_BOOL(p, type, member, v) \
	(*(bool *)patch_give(p, offsetof(struct type, member)) = (v))
#define PATCH_ENUM(p, type, member, v) \
	(*(int *)patch_give(p, offsetof(struct type, member)) = (int)(v))
#define PATCH_ID(p, type, member, v) \
	(*(struct id *)patch_give(p, offsetof(struct type, member)) = (v))
#define PATCH_POS(p, type, member, v) \
	(*(struct position *)patch_give(p, offsetof(struct type, member)) = (v))

void *patch_give(struct patch *p, size_t off);
void patch_str(struct patch *p, size_t off, struct span s); /* p NULL: clears */

/* --- writing. Only fields with a value, without those of the `without` mask. */
void field_write(struct buf *b, const struct field *f, const struct record *rec);
/* Members of rec (no braces) whose flags match none of `without`. given: only
 * those bits (patches write null for a cleared one); ~0 for all with a value. */
void fields_write(struct buf *b, const struct noun *noun, const struct record *rec,
		  uint64_t given, bool with_null, unsigned without);
/* Same, but only fields with one of the flags in `only`. Returns how many. */
size_t fields_write_only(struct buf *b, const struct noun *noun,
			 const struct record *rec, uint64_t given, bool with_null,
			 unsigned only);

/* --- reading */
struct field_error {
	const char *field; /* "" when it is about the whole */
	char text[200];
};

/* Sets one field from JSON (null clears). ERR_SYNTAX / ERR_RANGE with why. */
int field_read(const struct field *f, struct record *rec, const json_t *v,
	       struct field_error *why);
/* Request body → patch: every key must be a field with a flag of `allowed`;
 * with_needed: FIELD_NEEDED ones must be there. */
int patch_read(struct patch *p, const json_t *obj, unsigned allowed, bool with_needed,
	       struct field_error *why);
/* What fields_write wrote; unknown keys are skipped (a newer program wrote it). */
void patch_load(struct patch *p, const json_t *obj);

/* Index of a name in an enum's table, 0 when unknown. */
int enum_find(const char *const *names, struct span name);
