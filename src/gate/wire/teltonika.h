/* SPDX-License-Identifier: Apache-2.0 */
/* The envelopes of Teltonika and the shape of a record; their map stands in
 * drivers/teltonika.c. */
#pragma once
#include "gate/wire/bytes.h"
#include "gate/driver.h"

enum teltonika_codec {
	TELTONIKA_GH3000 = 0x07,
	TELTONIKA_8 = 0x08,
	TELTONIKA_12 = 0x0c,
	TELTONIKA_13 = 0x0d,
	TELTONIKA_14 = 0x0e,
	TELTONIKA_15 = 0x0f,
	TELTONIKA_16 = 0x10,
	TELTONIKA_8E = 0x8e,
};

/* How records are written. */
struct teltonika_shape {
	uint8_t codec;
	bool is_wide; /* codec 8, set so: a group of 16 bytes too */
};

struct teltonika_message {
	struct teltonika_shape shape;
	uint8_t count;
	struct span records;
	struct span identity; /* of a datagram; else p NULL */
	uint16_t packet;      /* of a datagram */
	uint8_t packet_avl;
};

/* One record; io holds what it tells of its inputs, to be walked. */
struct teltonika_record {
	int64_t time_ms;
	int priority; /* 0 low, 1 high, 2 panic; -1: none told */
	bool has_place;
	double lat, lon, altitude_m, course_deg, speed_mps;
	int satellites;
	unsigned event;  /* the input that it was made for; 0: none */
	unsigned groups; /* of inputs there are, as bits */
	struct bytes io;
};

ssize_t teltonika_frame(struct span in);
/* The IMEI of a login; p NULL: it is none. */
struct span teltonika_login(struct span msg);
bool teltonika_parse(struct span msg, struct teltonika_message *ret);
/* Cuts one record off *b. False: it ends too early. */
bool teltonika_record(struct teltonika_shape shape, struct bytes *b,
		      struct teltonika_record *ret);
/* Walks ret->io: calls fn for each value of up to eight bytes, as a number. */
void teltonika_io(struct teltonika_shape shape, const struct teltonika_record *r,
		  void (*fn)(void *ctx, unsigned id, uint64_t value), void *ctx);
/* One text to the device, codec 12. */
void teltonika_write(struct gate_out *out, struct span text);
