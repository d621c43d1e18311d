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

/* Where texts leave, and with SMPP also come. */
struct gate_gateway {
	const char *url; /* NULL: none */
	const char *user, *number;
	struct span secret, authority; /* PEM; empty: the machine's authorities */
};

/* A broker of MQTT messages that devices speak through. */
struct gate_broker {
	const char *url;              /* NULL: none */
	const char *user, *authority; /* authority: a file of PEM */
	struct span password, rules;
};

struct gate_config {
	struct net *net;
	struct journal *journal;
	struct track *track;
	/* Text messages: texts can be sent; the gateway sends the answer's body back to
	 * the caller; the sender's number can be believed where the gateway is. */
	bool has_texts, has_answers, is_line_believed;
	struct gate_gateway gateway;
	struct gate_broker broker;
	struct span sms_secret; /* of the gateway that brings them; empty: none */
	/* A unit has a new place (boards want to know). */
	void (*on_moved)(void *ctx, struct id unit);
	/* Keeps what a bearer recorded with his open emergency; done once, at once or
	 * later, until which content stands. NULL: recordings are not kept. */
	void (*on_recording)(void *ctx, struct id device, const char *name,
			     struct span content, void (*done)(void *ctx, bool is_kept),
			     void *done_ctx);
	/* What a file of the shelf holds, for an order; < 0: it is gone. */
	int (*read_file)(void *ctx, struct id file, struct buf *ret);
	void *ctx;
};

int gate_open(const struct gate_config *cfg, struct gate **ret, struct buf *why);
/* A text to a phone by cfg.gateway; done once, unless it answers < 0. g NULL: < 0. */
int gate_send_text(struct gate *g, struct span phone, struct span text,
		   void (*done)(void *ctx, int status), void *ctx);
/* The loop is about to end: tells those who should know. NULL is fine, also below. */
void gate_leave(struct gate *g);
void gate_close(struct gate *g);
/* Opens the door of a driver. 0 or ERR_NOT_FOUND, ERR_IO. */
int gate_listen(struct gate *g, struct span name, struct span address,
		const char **ret_address);
