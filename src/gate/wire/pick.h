/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picking values out of device messages, for drivers: lenient numbers, times,
 * forms, JSON members and whole HTTP requests, all without allocating. What is
 * not there or not sane comes back as "none told". Not a validating parser.
 */
#pragma once
#include "base/span.h"
#include "gate/driver.h"

#include <sys/types.h>

/* --- numbers and text ---------------------------------------------------- */
double pick_double(struct span s); /* blanks around it are fine; NAN: none */
double pick_within(struct span s, double min, double max); /* NAN: outside */
/* Within [min, max], fraction cut off; -1: none or outside. */
int pick_int(struct span s, int min, int max);
bool pick_hex(struct span s, uint32_t *ret);        /* 1-8 hex digits, all of s */
bool pick_is_word(struct span s, const char *word); /* trimmed, ASCII case alike */
/* Printable copy for identities and texts: control bytes become '?'. */
void pick_copy(char *to, size_t cap, struct span s);
/* UTF-8 to UTF-16BE in lower-case hex, NUL-terminated; false: bad or too long. */
bool pick_utf16_hex(struct span utf8, char *to, size_t cap);
/* Leniently: "\/" stands for "/" in JSON, and '=' ends it. How many bytes it gave. */
size_t pick_base64(struct span s, char *to, size_t cap);
uint64_t pick_hash(struct span s);

/* --- time ---------------------------------------------------------------- */
/* Six digits each, ddmmyy and hhmmss, UTC; the century nearest to now. */
int64_t pick_ddmmyy(struct span date, struct span time, int64_t now_ms);
/* Seconds or milliseconds since 1970, RFC 3339, or "2014-06-04 09:10:11" UTC. */
int64_t pick_timestamp(struct span s);
/* What marks a repeat of an alarm: its time and a hash of all it says. Without
 * a sane clock two presses may look alike, so then there is no key. */
void pick_key(struct gate_report *r, struct span content);

/* --- place --------------------------------------------------------------- */
/* False (no fix) when out of range or both within 1e-6 of 0. */
bool pick_position(double lat, double lon, struct position *ret);

/* Cuts "24.5,S," off *rest: degrees, then a hemisphere that may be a letter, an
 * empty field or not there. Negative by its sign or by a letter of minus. */
double pick_degrees(struct span *rest, const char *minus);

/* --- forms and JSON ------------------------------------------------------ */
/* Value of a key in a=b&c=d, percent-decoded into tmp; p NULL: absent. The
 * n-th of that name with nth > 0. */
struct span pick_form(struct span form, const char *key, char *tmp, size_t cap);
/* First JSON value at the head of *s, raw; *s goes on behind it. n 0: none. */
struct span pick_json_value(struct span *s);
/* "coords.latitude" of a raw object; raw, strings without their quotes. p NULL:
 * absent or null. */
struct span pick_json(struct span object, const char *path);
/* Names in capitals or small letters alike. */
struct span pick_json_nocase(struct span object, const char *path);
/* A string without its escapes, in room if it has any: as much as there is room for. */
struct span pick_json_text(struct span raw, char *room, size_t cap);
/* A value that says that something is not so: false, 0, "no", "off", nothing but such.
 */
bool pick_is_no(struct span v);

/* --- HTTP ---------------------------------------------------------------- */
#define PICK_BODY_MAX 49152
struct pick_http {
	struct span method, path, query, body;
	struct span head;           /* header lines */
	char joined[PICK_BODY_MAX]; /* the body, where it came in chunks */
};
/* For a driver's frame(): bytes of the first request, 0, or -junk. */
ssize_t pick_http_frame(struct span in);
/* False: it is none, or its body has no known length. ret stays where it is. */
bool pick_http(struct span msg, struct pick_http *ret);
/* p NULL: none of that name. */
struct span pick_http_header(const struct pick_http *http, const char *name);
