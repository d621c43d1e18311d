/* SPDX-License-Identifier: Apache-2.0 */
/* Which column holds what: a standard, and a file of lines over it. */
#include "cli/calls.h"

#include "base/auto.h"
#include "base/err.h"

const char *const calls_field_names[] = {
	"number",   "kind",       "priority", "raised",   "date",
	"unit",     "dispatched", "en_route", "on_scene", "cleared",
	"latitude", "longitude",  NULL,
};

void
calls_columns_standard(struct calls_columns *c)
{
	static const char *const names[] = {
		"number|incident_number|incident_num|call_number",
		"kind|call_type|type|nature",
		"priority|response_level",
		"raised|received|call_received|call_time",
		"date|incident_date|call_date",
		"unit|unit_id|callsign",
		"dispatched|dispatch|dispatch_time|Unit_Dispatch_Times",
		"en_route|enroute|enroute_time|Unit_Enroute_Times",
		"on_scene|arrived|arrive_time|Unit_Arrive_Times",
		"cleared|clear|clear_time|Unit_Clear_Times",
		"latitude|lat",
		"longitude|lon|lng",
	};

	*c = (struct calls_columns){ .p1 = SPAN("P1|1"), .p3 = SPAN("P3|3") };
	memcpy(c->order, "MDY", 4);
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		c->names[k] = span_of(names[k]);
}

static bool
set(struct calls_columns *c, struct span name, struct span value)
{
	if (span_is_z(name, "date_order")) {
		if (!span_is_z(value, "MDY") && !span_is_z(value, "DMY") &&
		    !span_is_z(value, "YMD"))
			return false;
		memcpy(c->order, value.p, 3);
		return true;
	}
	if (span_is_z(name, "priority_p1") || span_is_z(name, "priority_p3")) {
		*(span_is_z(name, "priority_p1") ? &c->p1 : &c->p3) =
			span_of(arena_dup(&c->arena, value));
		return true;
	}
	for (int k = 0; k < CALLS__FIELDS; k++) {
		if (!span_is_z(name, calls_field_names[k]))
			continue;
		c->names[k] = span_of(arena_dup(&c->arena, value));
		return true;
	}
	return false;
}

int
calls_columns_read(struct calls_columns *c, struct span text, struct buf *why)
{
	for (int line = 1; text.n; line++) {
		struct span l = span_trim(span_cut(&text, '\n')), name;

		if (!l.n || l.p[0] == '#')
			continue;
		name = span_trim(span_cut(&l, '='));
		if (set(c, name, span_trim(l)))
			continue;
		buf_printf(why,
			   "line %d: \"" SPAN_FMT "\" is no field, or its value "
			   "none of it",
			   line, SPAN_ARG(name));
		return ERR_SYNTAX;
	}
	return 0;
}
