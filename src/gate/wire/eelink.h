/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes and places of Eelink; their map stands in drivers/eelink.c. */
#pragma once
#include "gate/wire/bytes.h"
#include "gate/driver.h"

struct eelink_packet {
	uint8_t kind;
	uint16_t seq;
	struct span body;
};

ssize_t eelink_frame(struct span in);
/* The eight bytes of an IMEI before the packets of a datagram; p NULL: none. *rest
 * goes on behind them. */
struct span eelink_unwrap(struct span *rest);
/* Cuts the next packet off *rest. False: there is none. */
bool eelink_packet(struct span *rest, struct eelink_packet *ret);
/* Place, time, states and alarm of a packet that tells a place. */
void eelink_place(const struct eelink_packet *p, struct gate_report *r);
/* One packet to the device; in an envelope with that IMEI when one is given. */
void eelink_write(struct gate_out *out, struct span imei, uint8_t kind, uint16_t seq,
		  struct span body);
