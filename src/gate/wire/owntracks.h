/* SPDX-License-Identifier: Apache-2.0 */
/* What OwnTracks writes, whoever brings it; its map stands in drivers/owntracks.c. */
#pragma once
#include "gate/driver.h"

/* A topic without the word behind the device's name. */
struct span owntracks_name(struct span topic);
/* One object, of one who is called identity: adds one report, or none. ERR_CRYPTO: it
 * is sealed with a key that is not known, which the report says. */
int owntracks_read(const struct gate_in *in, struct span object, const char *identity,
		   struct gate_out *out);
