/* SPDX-License-Identifier: Apache-2.0 */
/* What watches bring and take as files; the map of messages stands in
 * drivers/watch.c. */
#pragma once
#include "gate/wire/bracket.h"

/* Accuracy in metres is the last field of a place, and the only one with a point
 * there; -1: none. */
int32_t watch_accuracy(struct span rest);
/* An order that is played aloud. 0, or ERR_UNSUPPORTED, ERR_TOO_BIG. */
int watch_say(const struct bracket *h, struct span content, struct gate_out *out);
/* Of TK, JXTK and img: what was recorded, in out->media. Before the reply. */
void watch_media(const struct bracket *h, struct span word, struct span rest,
		 struct gate_out *out);
