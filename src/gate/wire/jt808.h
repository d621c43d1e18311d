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
	size_t phone_n; /* 6: the standard of 2013, 10: of 2019, 7: framed by E7 */
	uint8_t version;
	bool is_secret; /* its body is in a cipher, for which nobody here has a key */
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
/* What stands at body in a message, with the escapes of the wire. */
struct span jt808_raw(struct span msg, const struct jt808_message *m);
/* Takes those escapes out; at most cap bytes, the length told. */
size_t jt808_plain(struct span s, char *to, size_t cap);
size_t jt808_plain_e7(struct span s, char *to, size_t cap); /* framed by E7 */
/* With flags and escapes: at most twice as long, and two. Its length. */
size_t jt808_wrap(bool is_e7, struct span plain, char *to);
/* What the device is owed, if anything. */
void jt808_answer(const struct jt808_message *m, struct gate_out *out);
/* One message to the device that m is from. */
void jt808_write(struct gate_out *out, const struct jt808_message *m, unsigned kind,
		 unsigned serial, struct span body);
/* Asks for the parts from `from` to that of m. */
void jt808_ask(const struct jt808_message *m, unsigned from, struct gate_out *out);
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
/* --- jt808_parts.c: of which parts are read one after another --- */
#define JT808_KEPT_MAX 512 /* of what lies across two: a place in a batch, a tag */
#define JT808_JOINED_MAX (JT808_KEPT_MAX + JT808_MESSAGE_MAX)
struct jt808_parts { /* those of the message that began last */
	unsigned kind;
	uint16_t first, part,
		kept_n; /* its first serial, last part taken, bytes kept */
	bool is_old;    /* of a batch: all of it */
	char kept[JT808_KEPT_MAX];
};
enum jt808_next {
	JT808_HERE,    /* this is the next one */
	JT808_AGAIN,   /* it was taken before */
	JT808_MISSING, /* one before it is missing, and is asked for */
};
enum jt808_next jt808_part_next(struct jt808_parts *p, const struct jt808_message *m,
				struct gate_out *out);
/* What was kept, and body behind it. */
struct span jt808_part_join(const struct jt808_parts *p, struct span body,
			    char room[JT808_JOINED_MAX]);
void jt808_part_keep(struct jt808_parts *p, const struct jt808_message *m,
		     struct span left);
/* What of a place its next part needs: where it was, no alarms, and the tag that is
 * cut. How many bytes. */
size_t jt808_place_keep(struct span all, char room[JT808_KEPT_MAX]);
/* --- jt808_orders.c --- */
#define JT808_ORDER_MAX 1000
/* Which order a message to the device was; 0: none. */
enum gate_order_kind jt808_order_of(unsigned kind);
/* The body of an order: its length, or ERR_. */
int jt808_order(const struct gate_order *order, bool is_2019, unsigned sos_serial,
		unsigned *ret_kind, char body[JT808_ORDER_MAX]);
