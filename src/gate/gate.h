/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door for devices: listens for each driver, frames and decodes, knows
 * devices, and turns reports into presses and fixes. A device's reply leaves
 * after what it reported is durable. Unknown devices are pending, never
 * refused; a device proves nothing unless its trust says so.
 */
#pragma once
#include "gate/driver.h"
#include "journal/journal.h"
#include "net/net.h"
#include "track/track.h"

struct gate;

struct gate_config {
	struct net *net;
	struct journal *journal;
	struct track *track;
	/* A unit has a new place (boards want to know). */
	void (*on_moved)(void *ctx, struct id unit);
	void *ctx;
};

int gate_open(const struct gate_config *cfg, struct gate **ret);
void gate_close(struct gate *g); /* NULL is fine */
/* Opens the door of a driver. 0 or ERR_NOT_FOUND, ERR_IO. */
int gate_listen(struct gate *g, struct span name, struct span address,
		const char **ret_address);
