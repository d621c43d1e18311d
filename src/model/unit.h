/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units: what can be sent. `busy` is derived from assignments, never set.
 */
#pragma once
#include "model/nouns.h"

enum unit_kind { UNIT_PATROL = 1, UNIT_MOTORCYCLE, UNIT_RESPONSE, UNIT_ESCORT };
enum unit_state { UNIT_OFF_DUTY, UNIT_AVAILABLE, UNIT_BUSY, UNIT_OUT_OF_SERVICE };
extern const char *const unit_state_names[];

struct assignment;

struct unit {
	struct record r;
	struct id agency;
	char *callsign;
	int kind;
	char *capabilities;
	int64_t crew;
	bool shift_on;
	int64_t shift_since;
	bool out_of_service;
	char *reason;
	struct position beat;
	struct id post;
	int ask_world;
	/* derived: open assignments, in memory only */
	struct assignment **open;
	size_t n_open;
};

extern const struct noun noun_unit;

enum unit_state unit_state(const struct unit *u);
/* The furthest state of its open assignments, or 0. */
int unit_busy_as(const struct unit *u);
