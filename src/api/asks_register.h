/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests about a site's register, as in asks.h. */
#pragma once
#include "model/field.h"

struct ask_threat {
	struct record r;
	int level;
	char *reason;
	int64_t from;
};
struct ask_glass {
	struct record r;
	char *reason;
	int64_t minutes;
};
struct ask_why {
	struct record r;
	char *reason;
};
struct ask_search {
	struct record r;
	struct id agency;
	char *q, *reason;
};
struct ask_track {
	struct record r;
	int64_t from, to;
	char *reason;
};
struct ask_check_in {
	struct record r;
	char *note;
};

extern const struct noun ask_threat, ask_glass, ask_check_in, ask_why, ask_search,
	ask_track;
