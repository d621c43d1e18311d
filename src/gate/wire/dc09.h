/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope of SIA DC-09: frames, what is inside, the encrypted form, answers.
 * The map of it stands at the head of drivers/dc09.c.
 */
#pragma once
#include "gate/driver.h"

#define DC09_SECRET_MAX 2048

struct dc09 {
	struct span body;  /* from the first quote to before CR */
	struct span token; /* without its star */
	struct span fixed; /* SEQ…acct: answers repeat it */
	struct span account;
	struct span data; /* of these brackets, behind the account */
	struct span more; /* behind the first */
	struct span rest; /* behind these */
	int64_t time_ms;  /* TIME_NONE: none told */
	bool is_secret;   /* data and more are empty until it is unlocked */
	bool is_foreign;  /* inside the cipher it tells another account */
	struct gate_key key;
	char plain[DC09_SECRET_MAX];
};

ssize_t dc09_frame(struct span in);
bool dc09_parse(struct span msg, struct dc09 *ret);
/* On to the next brackets that have an account, and so events: some panels send
 * several. False: there are none. */
bool dc09_next(struct dc09 *m);
/* What stands at the head of *s before the bracket that closes it, which is cut as
 * well; brackets in words do not close. */
struct span dc09_block(struct span *s);
/* "^words^" or "*'words'NM" at the head of *s, which is cut; n 0: there are none. */
struct span dc09_words(struct span *s);
/* False: no key, or it is not this panel's. m stays where it is while it is used. */
bool dc09_unlock(const struct gate_in *in, struct dc09 *m);
/* word "ACK" or "DUH"; encrypted when the message was. */
void dc09_answer(const struct dc09 *m, int64_t now_ms, const char *word,
		 struct gate_out *out);
/* Tells a panel what time it is. */
void dc09_wrong_time(int64_t now_ms, struct gate_out *out);
