/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outside of watch messages: where one begins and ends, its head, and the
 * escapes of binary content. Knows nothing of what is said inside.
 */
#pragma once
#include "base/span.h"
#include "gate/driver.h"

#include <sys/types.h>

struct bracket {
	struct span maker, id, idx, len, content; /* idx: empty but for ZJ */
};

/* For a driver's frame(). */
ssize_t bracket_frame(struct span in);
/* The closing bracket may be missing. */
bool bracket_parse(struct span msg, struct bracket *ret);
/* Takes the escapes out; at most cap bytes are written, the full length told. */
size_t bracket_plain(struct span s, char *to, size_t cap);
/* Puts them in; likewise. */
size_t bracket_escape(struct span s, char *to, size_t cap);
/* A message with h's maker, id and idx. */
void bracket_reply(const struct bracket *h, struct gate_out *out, const char *content);
/* What the wearer recorded; no: the answer when it is not kept, NULL: silence. Before
 * the reply. */
void bracket_media(const struct bracket *h, struct span s, enum gate_media_kind kind,
		   struct gate_out *out, const char *no);
