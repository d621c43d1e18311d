/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/panel.h"

#include "base/auto.h"

static const struct panel_event sia[] = {
#define SIA(code, kind, alarms, words) { code, GATE_##kind, alarms, words },
#include "gate/wire/sia.def"
#undef SIA
};

static const struct {
	int event;
	const char *code, *over;
} contact_id[] = {
#define CONTACT_ID(event, code, over) { event, code, over },
#include "gate/wire/contact_id.def"
#undef CONTACT_ID
};

const struct panel_event *
panel_sia(struct span code)
{
	for (size_t i = 0; i < ARRAY_LEN(sia); i++)
		if (span_is_z(code, sia[i].code))
			return &sia[i];
	return NULL;
}

const struct panel_event *
panel_contact_id(int event, int qualifier)
{
	for (size_t i = 0; i < ARRAY_LEN(contact_id); i++)
		if (contact_id[i].event == event)
			return panel_sia(span_of(qualifier == 3 ? contact_id[i].over
								: contact_id[i].code));
	return NULL;
}
