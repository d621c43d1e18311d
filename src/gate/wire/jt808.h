/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope of JT/T 808; its map stands in drivers/jt808.c. */
#pragma once
#include "gate/driver.h"

#define JT808_MESSAGE_MAX 2048
#define JT808_PHONE_MAX 10
#define JT808_PLACE_BYTES 28 /* before its tags */

struct jt808_message {
	unsigned kind, serial, total, index; /* total 0: one package */
	uint8_t phone[JT808_PHONE_MAX];
	size_t phone_n; /* 6: the standard of 2013, 10: of 2019 */
	uint8_t version;
	struct span body;
	char plain[JT808_MESSAGE_MAX];
};

ssize_t jt808_frame(struct span in);
/* ret->body points into ret. False: too short or too long. */
bool jt808_parse(struct span msg, struct jt808_message *ret);
/* Digits of the number without leading zeros; an IMEI where one was packed in. */
void jt808_identity(const struct jt808_message *m, char ret[GATE_IDENTITY_MAX]);
/* Into r what a place tells; its time is as told, without a zone. False: too short. */
bool jt808_place(struct span all, struct gate_report *r);
/* The message 5501 of locks. */
void jt808_lock(const struct jt808_message *m, int64_t now_ms, struct gate_report *r);
/* What an engine told, passed through; its time is as told. False: none of it. */
bool jt808_passed(struct span body, struct gate_report *r);
/* "(…)": text of locks, which may ask for the time. */
void jt808_text(const struct gate_in *in, struct gate_report *r, struct gate_out *out);
/* --- jt808_media.c: what was recorded --- */
struct jt808_media { /* the upload that began last */
	uint16_t series;
	bool is_known, is_wanted;
	char id[4], kind;
};
/* A message 0801: what is to be kept of it, in out->media. */
void jt808_media_take(struct jt808_media *st, const struct jt808_message *m,
		      struct span msg, struct gate_out *out);
bool jt808_media_open(struct gate_media *m);
/* The answer 8800: all of it came, or these n are asked for. */
void jt808_media_answer(const struct jt808_media *st, const struct jt808_message *to,
			const struct gate_media *m, const uint16_t *missing, size_t n,
			struct gate_out *out);
/* What stands at body in a message, with the escapes of the wire. */
struct span jt808_raw(struct span msg, const struct jt808_message *m);
/* Takes those escapes out; at most cap bytes, the length told. */
size_t jt808_plain(struct span s, char *to, size_t cap);
/* What the device is owed, if anything. */
void jt808_answer(const struct jt808_message *m, struct gate_out *out);
/* One message to the device that m is from. */
void jt808_write(struct gate_out *out, const struct jt808_message *m, unsigned kind,
		 unsigned serial, struct span body);
/* Asks for the parts from `from` to that of m. */
void jt808_ask(const struct jt808_message *m, unsigned from, struct gate_out *out);
/* The body of a text to be shown and spoken; its length, or ERR_. ASCII alone: the
 * letters of the wire are GBK, which has none of Urdu. */
int jt808_write_text(bool is_2019, struct span text, char *to, size_t cap);
