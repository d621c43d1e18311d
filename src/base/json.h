/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON. Out: an append-only writer over struct buf that places the commas.
 * In: jansson, strict (UTF-8, no duplicate keys, depth ≤ 64), behind this
 * doorway so that its header stays here.
 */
#pragma once
#include "base/buf.h"
#include "base/geo.h"
#include "base/id.h"

#include <jansson.h>

/* --- writing: a comma is put before a value when the text so far wants one */
void jw_open(struct buf *b, char bracket);  /* '{' or '[' */
void jw_close(struct buf *b, char bracket); /* '}' or ']' */
void jw_key(struct buf *b, const char *key);
void jw_str(struct buf *b, struct span s); /* bad UTF-8 becomes U+FFFD */
void jw_i64(struct buf *b, int64_t v);
void jw_double(struct buf *b, double v, int decimals);
void jw_e7(struct buf *b, int32_t v); /* degrees out of ten millionths of one */
void jw_bool(struct buf *b, bool v);
void jw_null(struct buf *b);
void jw_raw(struct buf *b, struct span json); /* already JSON */
void jw_time(struct buf *b, int64_t ms);
void jw_id(struct buf *b, struct id id);
void jw_pos(struct buf *b, const struct position *p);

/* key and value in one */
void jw_kstr(struct buf *b, const char *key, struct span s);
void jw_kz(struct buf *b, const char *key, const char *z); /* NULL: left out */
void jw_ki64(struct buf *b, const char *key, int64_t v);
void jw_kbool(struct buf *b, const char *key, bool v);
void jw_ktime(struct buf *b, const char *key, int64_t ms); /* NONE: left out */
void jw_kid(struct buf *b, const char *key, struct id id); /* unset: left out */
void jw_kpos(struct buf *b, const char *key, const struct position *p);

/* --- reading */
struct json_err {
	int line, column;
	char text[160];
};

/* NULL on bad JSON, with *ret_err (may be NULL) filled. Free with json_decref. */
json_t *json_read(struct span text, struct json_err *ret_err);
/* The same, but of doubled keys the last is taken: for what must be heard. */
json_t *json_read_loose(struct span text, struct json_err *ret_err);

static inline void
auto_json(json_t **j)
{
	json_decref(*j);
}

/* A string member as a span; empty p when absent or not a string. */
struct span json_str(const json_t *obj, const char *key);
