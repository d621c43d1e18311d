/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope and the place block of GT06; its map stands in drivers/gt06.c. */
#pragma once
#include "gate/driver.h"

struct gt06_message {
	struct span whole, body; /* body: behind the kind, before the serial */
	uint16_t serial;
	uint8_t kind;
	bool is_long; /* 79 79 */
	bool has_serial;
};

struct gt06_place {
	struct position position;
	uint8_t clock[6]; /* as told, year first */
	double speed_mps, course_deg;
	int satellites;
	size_t end; /* where the block ends in the body */
};

ssize_t gt06_frame(struct span in);
bool gt06_parse(struct span msg, struct gt06_message *ret);
/* False: in no layout that is known does it make sense. */
bool gt06_place(const struct gt06_message *m, struct gt06_place *ret);
/* Kind 70: tags. True when there is a place; time and event are set when told. */
bool gt06_tags(struct span body, struct gt06_place *ret, int64_t *ret_ms,
	       unsigned *ret_event);
bool gt06_is_alarm(uint8_t kind);
/* A time and the cells that it hears, no place. */
bool gt06_is_cells(uint8_t kind);
/* From state, voltage, GSM and alarm on, in an alarm message; from: behind the place.
 */
struct span gt06_status(const struct gt06_message *m, size_t from);
/* Sent by a key, kept from before: only where the plain layout of 22 tells it. */
void gt06_why(const struct gt06_message *m, size_t from, bool *ret_is_key,
	      bool *ret_is_old);
/* What the device is owed, if anything. */
void gt06_answer(const struct gt06_message *m, int64_t now_ms, struct gate_out *out);
/* One message to the device. */
void gt06_write(struct gate_out *out, bool is_long, uint8_t kind, uint16_t serial,
		struct span body);
