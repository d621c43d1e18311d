/* SPDX-License-Identifier: Apache-2.0 */
/* What watches bring and take as files; the map of messages stands in
 * drivers/watch.c. */
#pragma once
#include "gate/wire/bracket.h"

/* Of TK, JXTK and img: what was recorded, in out->media. Before the reply. */
void watch_media(const struct bracket *h, struct span word, struct span rest,
		 struct gate_out *out);
