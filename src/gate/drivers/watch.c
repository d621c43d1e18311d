/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches of the SeTracker/Beesure family ("3G", "SG", "CS", "ZJ" …), TCP 5093.
 * Source: "Beesure GPS SeTracker Server Protocol"; more in docs/protocols/watch.md.
 *
 *   [MM*ID*LEN*CONTENT]       MM maker, ID 10 or 15 digits, LEN 4 hex digits
 *   [ZJ*ID*IDX*LEN*CONTENT]   IDX is repeated in the reply
 * CONTENT is KEYWORD[,fields]; binary fields escape 7d 5b 5d 2c 2a as 7d 01..05.
 * Position fields (UD* AL* WT):
 *   0 ddmmyy 1 hhmmss 2 A|V 3 lat 4 N|S 5 lon 6 E|W 7 km/h 8 course 9 alt 10 sats
 *   11 gsm 12 battery 13 steps 14 tumbles 15 status, cells, Wi-Fi, [accuracy]
 * Status bits: 0 low battery, 1 out of and 2 in a fence are states; from 14 on
 * alarms. LEN is advice (SG firmware tells 3 less): brackets decide.
 * No order that listens or looks (MONITOR, rcapture) is ever written here.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "gate/wire/pick.h"
#include "gate/wire/watch.h"

#include <math.h>
#include <stdio.h>

#define HEAD_MAX 48 /* "[3G*", 15 digits, two hex fields; with room */

struct watch_state {
	char maker[8], id[24], idx[8];
};

/* By bit. All are looked at: a low battery must not hide an SOS. The sources
 * differ on 22. */
static const unsigned status_bits[32] = {
	[0] = GATE_LOW_BATTERY,
	[1] = GATE_FENCE_OUT,
	[2] = GATE_FENCE_IN,
	[14] = GATE_POWER_CUT,
	[16] = GATE_SOS,
	[17] = GATE_LOW_BATTERY,
	[18] = GATE_FENCE_OUT,
	[19] = GATE_FENCE_IN,
	[20] = GATE_REMOVED,
	[21] = GATE_FALL,
	[22] = GATE_HEART_RATE | GATE_FALL,
};
#define STATES 0x7u /* what goes on, not what happened */

static unsigned
status_alarms(uint32_t status)
{
	unsigned alarms = 0;

	for (; status; status &= status - 1) /* the lowest bit that is set */
		alarms |= status_bits[__builtin_ctz(status)];
	return alarms;
}

/* The status word, 0 when none is told. Firmware that adds or leaves out a field
 * before it still writes eight hex digits: look for those when its place is wrong. */
static uint32_t
status_parse(struct span rest)
{
	size_t wanted = 4;
	uint32_t v;

	for (; rest.n; wanted = 8) {
		struct span s = span_trim(span_cut(&rest, ','));

		if (s.n >= wanted && pick_hex(s, &v))
			return v;
	}
	return 0;
}

/* Fills r from the position fields and returns the status word. */
static uint32_t
fields_parse(struct span rest, int64_t now_ms, struct gate_report *r)
{
	struct span date = span_cut(&rest, ','), clock = span_cut(&rest, ',');
	bool is_valid = pick_is_word(span_cut(&rest, ','), "A");
	double lat = pick_degrees(&rest, "Ss"), lon = pick_degrees(&rest, "Ww");
	uint32_t status;

	r->device_time_ms = pick_ddmmyy(date, clock, now_ms);
	r->speed_mps = pick_within(span_cut(&rest, ','), 0, 1000) / 3.6;
	r->course_deg = pick_within(span_cut(&rest, ','), 0, 360);
	r->altitude_m = pick_within(span_cut(&rest, ','), -1000, 20000);
	r->satellites = pick_int(span_cut(&rest, ','), 0, 200);
	r->signal_pct = pick_int(span_cut(&rest, ','), 0, 100);
	r->battery_pct = pick_int(span_cut(&rest, ','), 0, 100);
	r->steps = pick_int(span_cut(&rest, ','), 0, 100000000);
	span_cut(&rest, ','); /* tumbles: turning over in sleep */
	status = status_parse(rest);
	if (is_valid && pick_position(lat, lon, &r->position))
		r->position.accuracy_m = watch_accuracy(rest);
	return status;
}

/* fields: one letter each. p steps, b battery, h heart, s d blood pressure,
 * t temperature, o oxygen, - nothing of ours. reply "=": the keyword itself. */
static const struct word {
	const char *word;
	enum gate_report_kind kind;
	const char *reply, *fields;
} words[] = {
	{ "LK", GATE_ALIVE, "LK", "p-b" },        { "INIT", GATE_HELLO, "INIT,1", "" },
	{ "CONFIG", GATE_HELLO, "CONFIG,1", "" }, { "TKQ", GATE_ALIVE, "=", "" },
	{ "TKQ2", GATE_ALIVE, "=", "" },          { "TK", GATE_UNKNOWN, "TK,1", "" },
	{ "JXTK", GATE_UNKNOWN, "JXTKR,1", "" },  { "img", GATE_UNKNOWN, "=", "" },
	{ "heart", GATE_READING, "=", "h" },      { "HEART", GATE_READING, "=", "h" },
	{ "PULSE", GATE_READING, "=", "h" },      { "bphrt", GATE_READING, "=", "sdh" },
	{ "BLOOD", GATE_READING, "=", "sd" },     { "TEMP", GATE_READING, "=", "t" },
	{ "btemp2", GATE_READING, "=", "-t" },    { "oxygen", GATE_READING, "=", "-o" },
};

static const char order_words[] =
	" CR UPLOAD TK FIND MESSAGE SOS SOS1 SOS2 SOS3 CENTER CALL LZ REMOVE SOSSMS "
	"LOWBAT "
	"VERNO TS RESET IP APN PW PHB PHBX hrtstart FALLDOWN LSSET POWEROFF FACTORY ";

static const struct {
	char letter;
	int min, max;
	size_t at;
} letters[] = {
	{ 'b', 0, 100, offsetof(struct gate_report, battery_pct) },
	{ 'h', 1, 300, offsetof(struct gate_report, heart_bpm) },
	{ 's', 1, 400, offsetof(struct gate_report, systolic) },
	{ 'd', 1, 400, offsetof(struct gate_report, diastolic) },
	{ 'o', 1, 100, offsetof(struct gate_report, spo2_pct) },
};

static void
readings_parse(struct span rest, const char *fields, struct gate_report *r)
{
	for (; *fields; fields++) {
		struct span s = span_cut(&rest, ',');

		if (*fields == 'p')
			r->steps = pick_int(s, 0, 100000000);
		if (*fields == 't')
			r->temperature_c = pick_within(s, 1, 100);
		for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
			if (*fields == letters[i].letter)
				*(int *)((char *)r + letters[i].at) =
					pick_int(s, letters[i].min, letters[i].max);
	}
}

static bool
is_alarm(struct span word, struct span rest)
{
	struct span date = span_cut(&rest, ',');

	return span_starts(word, SPAN("AL")) &&
	       (word.n == 2 || word.p[2] == '_' || date.n == 6 ||
		span_starts(word, SPAN("ALCUSTOMER")));
}

static void
place_decode(struct span word, struct span content, struct span rest, int64_t now_ms,
	     const struct watch_state *st, struct gate_out *out)
{
	struct gate_report *r = gate_report_add(out, GATE_READING, st->id);
	bool is_stored = word.n > 2 && strchr("23", word.p[2]), is_al;
	uint32_t status;

	if (!r)
		return;
	is_al = is_alarm(word, rest);
	status = fields_parse(rest, now_ms, r);
	r->alarms = status_alarms(status);
	/* It called for something and does not say for what: take it for the worst. */
	if (is_al && !status_alarms(status & ~STATES))
		r->alarms |= GATE_GENERAL;
	if (is_al || status_alarms(status & ~STATES)) {
		r->kind = GATE_ALARM;
		pick_key(r, content);
	} else if (r->position.is_set) {
		r->kind = is_stored ? GATE_STORED_FIX : GATE_FIX;
	}
}

/* By kind; a watch repeats it. An alarm is confirmed as it is answered. */
static const char *const order_word[] = { "",     "CR", "UPLOAD", "MESSAGE",
					  "FIND", "AL", "TK" };

static void
word_decode(const struct bracket *h, struct span word, struct span rest,
	    const struct watch_state *st, struct gate_out *out)
{
	char keyword[GATE_IDENTITY_MAX], spaced[sizeof keyword + 2];
	struct gate_report *r = gate_report_add(out, GATE_UNKNOWN, st->id);

	if (!r)
		return;
	pick_copy(keyword, sizeof keyword, word);
	snprintf(r->text, sizeof r->text, "%s", keyword);
	for (const struct word *w = words; w < words + sizeof words / sizeof *words;
	     w++) {
		/* "TK,1" is an answer to a voice message, not one */
		if (!span_is_z(word, w->word) || (span_is_z(word, "TK") && rest.n < 2))
			continue;
		r->kind = w->kind;
		readings_parse(rest, w->fields, r);
		*r->text = 0;
		if (w->kind == GATE_UNKNOWN)
			snprintf(r->text, sizeof r->text, "%s, %zu bytes", keyword,
				 bracket_plain(rest, NULL, 0));
		watch_media(h, word, rest, out);
		bracket_reply(h, out, *w->reply == '=' ? w->word : w->reply);
		return;
	}
	snprintf(spaced, sizeof spaced, " %s ", keyword);
	if (strstr(order_words, spaced)) {
		r->kind = GATE_ORDER_ACK;
		r->is_refused = span_is_z(word, "TK") && span_is_z(rest, "0");
		for (int k = GATE_LOCATE_NOW; k <= GATE_SAY; k++)
			if (k != GATE_CONFIRM && span_is_z(word, order_word[k]))
				r->acks = k;
	}
}

static int
watch_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct watch_state *st = state;
	struct span word, rest;
	struct bracket h;

	if (!bracket_parse(in->msg, &h))
		return ERR_SYNTAX;
	pick_copy(st->maker, sizeof st->maker, h.maker);
	pick_copy(st->id, sizeof st->id, h.id);
	pick_copy(st->idx, sizeof st->idx, h.idx);
	rest = h.content;
	word = span_trim(span_cut(&rest, ','));
	if (is_alarm(word, rest)) {
		place_decode(word, h.content, rest, in->now_ms, st, out);
		bracket_reply(&h, out, "AL");
	} else if ((span_starts(word, SPAN("UD")) || span_is_z(word, "WT")) && rest.n) {
		/* A weather request stays without answer: we have no weather. */
		place_decode(word, h.content, rest, in->now_ms, st, out);
	} else {
		word_decode(&h, word, rest, st, out);
	}
	return 0;
}

static int
order_write(const struct gate_order *order, char *to, size_t cap)
{
	int seconds = order->seconds;

	if (order->kind < GATE_LOCATE_NOW || order->kind > GATE_CONFIRM)
		return ERR_UNSUPPORTED;
	if (order->kind == GATE_TEXT) {
		strcpy(to, "MESSAGE,");
		return pick_utf16_hex(order->text, to + 8, cap - 8) ? 1 : ERR_TOO_BIG;
	}
	if (order->kind != GATE_INTERVAL) /* it takes 10 and more */
		return snprintf(to, cap, "%s", order_word[order->kind]);
	seconds = seconds < 10 ? 10 : seconds > 65535 ? 65535 : seconds;
	return snprintf(to, cap, "UPLOAD,%d", seconds);
}

static int
watch_encode(const void *state, const struct gate_order *order, struct gate_out *out)
{
	const struct watch_state *st = state;
	struct bracket h = { .maker = span_of(*st->maker ? st->maker : "3G"),
			     .id = span_of(order->identity ? order->identity : st->id),
			     .idx = span_of(st->idx) };
	char content[GATE_REPLY_MAX - 64];
	int n;

	if (order->kind == GATE_SAY)
		return watch_say(&h, order->content, out);
	n = order_write(order, content, sizeof content);

	if (n < 0)
		return n;
	bracket_reply(&h, out, content);
	return 0;
}

const struct gate_driver gate_driver_watch = {
	.name = "watch",
	.port = 5093,
	.wire = GATE_TCP,
	.state = sizeof(struct watch_state),
	.frame = bracket_frame,
	.decode = watch_decode,
	.encode = watch_encode,
};
