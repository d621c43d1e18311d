/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices from their own side: what a watch, a tracker or a panel says to a door, and
 * what it makes of the answer. For trying a door, and for loads. Pure: bytes out, bytes
 * in; the caller has the socket. Written from docs/protocols/, not from the drivers.
 */
#pragma once
#include "base/buf.h"

#include <stdint.h>

enum sim_wire { SIM_TCP, SIM_UDP, SIM_HTTP };

struct sim_device {
	const struct sim_protocol *protocol;
	char identity[64];
	double lat, lon;  /* degrees */
	int64_t at;       /* ms UTC: of what is said next */
	unsigned serial;  /* of the last message */
	int interval_s;   /* between fixes, as an order set it; 0: none did */
	const char *host; /* for HTTP: "host:port" */
};

enum sim_heard_kind { SIM_NOISE, SIM_ANSWER, SIM_ORDER };

struct sim_heard {
	enum sim_heard_kind kind;
	char words[160]; /* for a person */
};

struct sim_protocol {
	const char *door;
	const char *what; /* that speaks so, in a few words */
	enum sim_wire wire;
	uint16_t port;        /* that such devices are known with */
	const char *identity; /* one of the right form */
	bool is_hello_answered, is_fix_answered;
	/* Each appends one message. hello may be NULL. */
	void (*hello)(struct sim_device *d, struct buf *out);
	void (*fix)(struct sim_device *d, struct buf *out);
	void (*sos)(struct sim_device *d, struct buf *out);
	/* How many bytes of in are one whole message; 0: not yet. */
	size_t (*cut)(struct span in);
	/* What that message says; what the device says to it goes to out. */
	void (*hear)(struct sim_device *d, struct span message, struct sim_heard *ret,
		     struct buf *out);
};

extern const struct sim_protocol *const sim_protocols[]; /* ends with NULL */
const struct sim_protocol *sim_find(const char *door);   /* NULL: none */
/* The n-th after identity: its last digits counted up. */
void sim_identity(const char *first, unsigned n, char *ret, size_t cap);
