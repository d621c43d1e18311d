/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and items of Eview's devices; their map stands in drivers/minifinder2.c. */
#pragma once
#include "gate/wire/bytes.h"
#include "gate/driver.h"

#define MINIFINDER2_WANTS_ACK 0x10u

struct minifinder2_head {
	unsigned flags, crc, seq;
	size_t n;
};

ssize_t minifinder2_frame(struct span in);
bool minifinder2_head(struct bytes *b, struct minifinder2_head *ret);
/* Cuts the next item off *b. False: there is none. */
bool minifinder2_item(struct bytes *b, unsigned *ret_key, struct bytes *ret_value);
/* Into r what an item tells; a time as kept makes it a GATE_STORED_FIX. */
void minifinder2_read(unsigned key, struct bytes value, char *id, size_t id_cap,
		      struct gate_report *r);
void minifinder2_acknowledge(unsigned seq, struct gate_out *out);
