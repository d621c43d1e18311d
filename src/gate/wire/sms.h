/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text message says, whoever brought it: a call for help, an answer to the
 * room, a place. Pure. A text that is not understood is a call: who can only write
 * is not asked to write well.
 */
#pragma once
#include "gate/driver.h"

struct sms {
	struct span from, text; /* text: UTF-8 */
	struct span id; /* the gateway's own, the same in each repeat; may be "" */
	int64_t at_ms;  /* sent; TIME_NONE: not told */
	bool is_proven; /* the gateway showed its secret */
	/* of a long message that the gateway did not put together; total 0: whole */
	unsigned ref, part, total;
};

/* "+92…", "0300…", or the letters of a sender that has no number. False: none. */
bool sms_number(struct span from, char ret[GATE_IDENTITY_MAX]);
/* A number that can be answered: not a short code, not letters. */
bool sms_may_answer(const char *number);
/* Written with or without the country before it, blanks and signs. */
bool sms_is_same_number(struct span a, struct span b);
/* "ur", "sd", "zh", "en" by the letters; NULL: no letters. */
const char *sms_language(struct span text);
/* Adds one report: GATE_ALARM, GATE_TEST, GATE_CANCEL, GATE_TAKE or GATE_UNKNOWN. */
void sms_read(const struct sms *m, int64_t now_ms, struct gate_out *out);
/* A place in a text: of a map's address, "lat:… lon:…", "24.86,67.00". */
bool sms_place(struct span text, struct position *ret);
