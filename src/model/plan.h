/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of a site: texts and drawings with a version, part of its register. */
#pragma once
#include "model/nouns.h"

struct plan {
	struct record r;
	struct id agency, site;
	int kind;
	char *title, *floor;
	int64_t version;
	char *sections; /* JSON [{"title","text"}] */
	struct id file; /* its newest drawing */
	int64_t changed_at;
	char *changed_name;
	bool withdrawn;
};

extern const struct noun noun_plan;
