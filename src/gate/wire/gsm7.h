/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alphabets of text messages: GSM 7 bit with its extension, UCS-2, Latin 1; and the
 * header of parts. 3GPP TS 23.038 (6.2.1) and TS 23.040 (9.2.3.24). Pure; bytes of
 * UTF-8 come out, cut at a whole letter, never NUL-terminated.
 */
#pragma once
#include "base/span.h"

/* One septet a byte, as SMPP carries them. */
size_t gsm7_to_utf8(struct span s, char *to, size_t cap);
/* False: a letter that GSM has not, or too long. Septets, one a byte. */
bool gsm7_from_utf8(struct span utf8, char *to, size_t cap, size_t *ret_n);
size_t ucs2_to_utf8(struct span s, char *to, size_t cap); /* UTF-16BE */
bool ucs2_from_utf8(struct span utf8, char *to, size_t cap, size_t *ret_n);
size_t latin1_to_utf8(struct span s, char *to, size_t cap);
/* Length of the header at the head of s, itself included; 0: it does not fit. */
size_t udh_length(struct span s);
/* Which part of which message; total 0: of none. */
void udh_parts(struct span udh, unsigned *ret_ref, unsigned *ret_part,
	       unsigned *ret_total);
