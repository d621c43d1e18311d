/* SPDX-License-Identifier: Apache-2.0 */
/* The demo city in the making. Inside cli/ only. */
#pragma once
#include "auth/auth.h"
#include "cli/cli.h"

struct demo {
	struct maker m;
	struct id mission[28], site[28], unit[60];
	/* lists of demo.json, without their brackets */
	struct buf accounts, agencies, sites, units, devices, tokens;
};

/* Posts, a series of meetings, a site's register (demo_liaison.c). */
void demo_liaison(struct demo *d);
