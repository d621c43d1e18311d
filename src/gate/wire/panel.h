/* SPDX-License-Identifier: Apache-2.0 */
/* What the codes of alarm panels mean: SIA letters and Contact-ID numbers. */
#pragma once
#include "gate/driver.h"

struct panel_event {
	const char *code; /* of SIA */
	enum gate_report_kind kind;
	unsigned alarms;
	const char *words; /* "panic alarm" */
};

/* NULL: not in the table. */
const struct panel_event *panel_sia(struct span code);
/* qualifier 1 new or opening, 3 restored or closing, 6 still so. */
const struct panel_event *panel_contact_id(int event, int qualifier);
