/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iTIP messages from outside (RFC 5546), parsed by libical. Zones are taken by their
 * name from the machine's own tables: what a message says of a zone is not believed,
 * and rules in it are never expanded.
 */
#include "meet/inner.h"

#include <stdio.h>

#define MESSAGE_MAX 65536
#define EVENTS_MAX 32
#define ATTENDEES_MAX 512

struct reader {
	struct arena *arena;
	struct meet_error *why;
};

static int
bad(struct reader *r, int rc, const char *text)
{
	snprintf(r->why->text, sizeof r->why->text, "%s", text);
	return rc;
}

static const char *
text_of(struct reader *r, icalcomponent *c, icalproperty_kind kind)
{
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	const char *z = NULL;

	if (!v)
		return NULL;
	if (icalvalue_isa(v) == ICAL_TEXT_VALUE)
		z = icalvalue_get_text(v);
	else if (icalvalue_isa(v) == ICAL_CALADDRESS_VALUE)
		z = icalvalue_get_caladdress(v);
	return z ? arena_dup(r->arena, span_of(z)) : NULL;
}

/* A time as milliseconds; *zone gets its TZID where it has one. */
static int
time_of(struct reader *r, icalcomponent *c, icalproperty_kind kind, int64_t *ret,
	const char **zone)
{
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	icalparameter *tzid =
		p ? icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER) : NULL;
	struct icaltimetype t;
	int64_t s;

	if (!v || icalvalue_isa(v) != ICAL_DATETIME_VALUE)
		return bad(r, ERR_SYNTAX, "DTSTART and DTEND want a date and a time");
	t = icalvalue_get_datetime(v);
	if (icaltime_is_null_time(t) ||
	    time_from_civil(t.year, t.month, t.day, t.hour, t.minute, t.second, &s) < 0)
		return bad(r, ERR_SYNTAX, "DTSTART and DTEND want a date and a time");
	if (icaltime_is_utc(t)) {
		*ret = s;
		return 0;
	}
	if (!tzid || !icalparameter_get_tzid(tzid))
		return bad(r, ERR_UNSUPPORTED,
			   "a time without a zone: give TZID, or UTC");
	*zone = arena_dup(r->arena, span_of(icalparameter_get_tzid(tzid)));
	if (!meet_zone_is_known(*zone))
		return bad(r, ERR_UNSUPPORTED, "TZID: not a zone of the IANA tables");
	*ret = meet_utc_of(*zone, s / 1000);
	return 0;
}

static int
answer_of(icalproperty *p)
{
	icalparameter *a = icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);

	switch (a ? icalparameter_get_partstat(a) : ICAL_PARTSTAT_NONE) {
	case ICAL_PARTSTAT_ACCEPTED:
		return ANSWER_ACCEPTED;
	case ICAL_PARTSTAT_DECLINED:
		return ANSWER_DECLINED;
	case ICAL_PARTSTAT_TENTATIVE:
		return ANSWER_TENTATIVE;
	default:
		return 0;
	}
}

static void
read_attendees(struct reader *r, icalcomponent *c, struct meet_event *e)
{
	struct meet_attendee **tail = &e->attendees;
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);

	for (int n = 0; p && n < ATTENDEES_MAX; n++) {
		const char *address = icalproperty_get_attendee(p);
		struct meet_attendee *a = arena_new(r->arena, struct meet_attendee);

		if (address) {
			a->address = arena_dup(r->arena, span_of(address));
			a->answer = answer_of(p);
			*tail = a;
			tail = &a->next;
		}
		p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY);
	}
}

static int
read_times(struct reader *r, icalcomponent *c, struct meet_event *e)
{
	icalproperty *d = icalcomponent_get_first_property(c, ICAL_DURATION_PROPERTY);
	const char *zone = NULL;
	int64_t end;
	int rc = time_of(r, c, ICAL_DTSTART_PROPERTY, &e->start, &zone);

	if (rc < 0)
		return rc;
	e->zone = zone ? zone : "UTC";
	if (d && icalproperty_get_value(d)) {
		e->duration_min =
			icaldurationtype_as_int(icalproperty_get_duration(d)) / 60;
	} else if (icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY)) {
		rc = time_of(r, c, ICAL_DTEND_PROPERTY, &end, &zone);
		if (rc < 0)
			return rc;
		e->duration_min = (end - e->start) / 60000;
	} else {
		e->duration_min = 60;
	}
	if (e->duration_min < 5 || e->duration_min > 1440)
		return bad(r, ERR_SYNTAX, "it lasts 5 minutes at least, a day at most");
	return 0;
}

static int
read_event(struct reader *r, icalcomponent *c, enum meet_method method,
	   struct meet_event *e)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_SEQUENCE_PROPERTY);

	e->uid = text_of(r, c, ICAL_UID_PROPERTY);
	if (!e->uid || !*e->uid || strlen(e->uid) > 400)
		return bad(r, ERR_SYNTAX, "UID: is missing, or longer than 400 bytes");
	e->sequence = p && icalproperty_get_value(p) ? icalproperty_get_sequence(p) : 0;
	if (e->sequence < 0)
		return bad(r, ERR_SYNTAX, "SEQUENCE: is below nothing");
	e->summary = text_of(r, c, ICAL_SUMMARY_PROPERTY);
	e->location = text_of(r, c, ICAL_LOCATION_PROPERTY);
	e->organizer = text_of(r, c, ICAL_ORGANIZER_PROPERTY);
	read_attendees(r, c, e);
	if (icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY) &&
	    method == MEET_REQUEST)
		return bad(
			r, ERR_UNSUPPORTED,
			"RRULE: a meeting comes in one by one, a series is made here");
	return method == MEET_REQUEST ? read_times(r, c, e) : 0;
}

static int
read_events(struct reader *r, icalcomponent *cal, struct meet_message *ret)
{
	struct meet_event **tail = &ret->events;
	icalcomponent *c =
		icalcomponent_get_first_component(cal, ICAL_VEVENT_COMPONENT);
	int n = 0;

	for (; c; c = icalcomponent_get_next_component(cal, ICAL_VEVENT_COMPONENT)) {
		struct meet_event *e = arena_new(r->arena, struct meet_event);
		int rc;

		if (++n > EVENTS_MAX)
			return bad(r, ERR_TOO_BIG, "more than 32 meetings at once");
		rc = read_event(r, c, ret->method, e);
		if (rc < 0)
			return rc;
		*tail = e;
		tail = &e->next;
	}
	return n ? 0 : bad(r, ERR_SYNTAX, "it holds no VEVENT");
}

static enum meet_method
method_of(icalcomponent *cal)
{
	switch (icalcomponent_get_method(cal)) {
	case ICAL_METHOD_REQUEST:
		return MEET_REQUEST;
	case ICAL_METHOD_CANCEL:
		return MEET_CANCEL;
	case ICAL_METHOD_REPLY:
		return MEET_REPLY;
	default:
		return 0;
	}
}

int
meet_read(struct span in, struct arena *arena, struct meet_message *ret,
	  struct meet_error *why)
{
	struct reader r = { arena, why };
	struct meet_message message = { 0 };
	icalcomponent *cal;
	int rc;

	*why = (struct meet_error){ 0 };
	if (in.n > MESSAGE_MAX)
		return bad(&r, ERR_TOO_BIG, "larger than 64 KiB");
	if (in.n && memchr(in.p, 0, in.n))
		return bad(&r, ERR_SYNTAX, "it holds a NUL");
	icalerror_set_errors_are_fatal(0);
	cal = icalparser_parse_string(arena_dup(arena, in));
	if (!cal)
		return bad(&r, ERR_SYNTAX, "it is no iCalendar text");
	message.method =
		icalcomponent_isa(cal) == ICAL_VCALENDAR_COMPONENT ? method_of(cal) : 0;
	rc = message.method ? read_events(&r, cal, &message)
			    : bad(&r, ERR_UNSUPPORTED,
				  "one VCALENDAR with METHOD REQUEST, REPLY or CANCEL");
	icalcomponent_free(cal);
	if (rc == 0)
		*ret = message;
	return rc;
}
