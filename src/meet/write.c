/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meetings as iCalendar (RFC 5545) and iTIP messages (RFC 5546). What a reader gets is
 * made for that reader: its own people, the police side, and nobody else.
 */
#include "meet/inner.h"

#define LINE_MAX_BYTES 75             /* RFC 5545, 3.1: then fold */
#define ADDRESS_HOST ".kumak.invalid" /* a name that no mail can reach (RFC 6761) */

static const char *const methods[] = { "", "REQUEST", "CANCEL", "REPLY", "PUBLISH" };

/* Ends a content line: folded between characters, closed with CRLF. */
static void
line(struct buf *b, struct buf *text)
{
	size_t at = 0, room = LINE_MAX_BYTES;

	while (text->n - at > room) {
		size_t n = room;

		while (n > 1 && ((unsigned char)text->p[at + n] & 0xc0) == 0x80)
			n--;
		buf_add(b, text->p + at, n);
		buf_add_z(b, "\r\n ");
		at += n;
		room = LINE_MAX_BYTES - 1;
	}
	buf_add(b, text->p + at, text->n - at);
	buf_add_z(b, "\r\n");
	buf_clear(text);
}

/* TEXT (3.3.11): separators escaped, other controls left out. */
static void
add_text(struct buf *b, const char *z)
{
	for (; z && *z; z++) {
		if (*z == '\n')
			buf_add_z(b, "\\n");
		else if (*z == ',' || *z == ';' || *z == '\\')
			buf_add(b, (char[]){ '\\', *z }, 2);
		else if ((unsigned char)*z >= 0x20 && *z != 0x7f)
			buf_add_c(b, *z);
	}
}

static void
text_line(struct buf *b, const char *name, const char *value)
{
	struct buf AUTO(buf_done) t = { 0 };

	if (!value || !*value)
		return;
	buf_printf(&t, "%s:", name);
	add_text(&t, value);
	line(b, &t);
}

/* A quoted parameter value has no quotes of its own (3.2). */
static void
add_quoted(struct buf *b, const char *z)
{
	buf_add_c(b, '"');
	for (; z && *z; z++)
		if ((unsigned char)*z >= 0x20 && *z != '"' && *z != 0x7f)
			buf_add_c(b, *z);
	buf_add_c(b, '"');
}

/* --- zones ----------------------------------------------------------------- */

static void
add_offset(struct buf *b, const char *name, int s)
{
	buf_printf(b, "%s:%c%02d%02d", name, s < 0 ? '-' : '+', abs(s) / 3600,
		   abs(s) / 60 % 60);
	if (s % 60)
		buf_printf(b, "%02d", abs(s) % 60);
	buf_add_z(b, "\r\n");
}

static void
observance(struct buf *b, int64_t local, int from, int to)
{
	const char *kind = to > from ? "DAYLIGHT" : "STANDARD";

	buf_printf(b, "BEGIN:%s\r\nDTSTART:", kind);
	meet_basic_time(b, local);
	buf_add_z(b, "\r\n");
	add_offset(b, "TZOFFSETFROM", from);
	add_offset(b, "TZOFFSETTO", to);
	buf_printf(b, "END:%s\r\n", kind);
}

/* The second at which the offset changes between a and b. */
static int64_t
change_between(const char *zone, int64_t a, int64_t b)
{
	int was = meet_offset_s(zone, a);

	while (b - a > 1) {
		int64_t mid = a + (b - a) / 2;

		if (meet_offset_s(zone, mid) == was)
			a = mid;
		else
			b = mid;
	}
	return b;
}

/* What holds from a year before the first to a year after the last: each change. */
static void
write_zone(struct buf *b, const char *zone, int64_t first, int64_t last)
{
	const int64_t day = 86400, year = 366 * day;
	int64_t at = first / 1000 - year, end = last / 1000 + year;
	int offset = meet_offset_s(zone, at);

	buf_printf(b, "BEGIN:VTIMEZONE\r\nTZID:%s\r\n", zone);
	observance(b, at + offset, offset, offset);
	for (; at < end; at += day) {
		int next = meet_offset_s(zone, at + day);

		if (next == offset)
			continue;
		observance(b, change_between(zone, at, at + day) + offset, offset,
			   next);
		offset = next;
	}
	buf_add_z(b, "END:VTIMEZONE\r\n");
}

void
meet_write_zones(struct buf *b, const struct meeting *const *list, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		int64_t first = list[k]->start_at, last = first;
		bool is_done = false;

		for (size_t i = 0; i < k; i++)
			is_done |= strcmp(list[i]->zone, list[k]->zone) == 0;
		if (is_done || !meet_zone_is_known(list[k]->zone))
			continue;
		for (size_t i = k; i < n; i++) {
			if (strcmp(list[i]->zone, list[k]->zone) != 0)
				continue;
			if (list[i]->start_at < first)
				first = list[i]->start_at;
			if (list[i]->start_at > last)
				last = list[i]->start_at;
		}
		write_zone(b, list[k]->zone, first, last);
	}
}

/* --- who ------------------------------------------------------------------- */

bool
meet_may_see(const struct model *m, const struct principal *who, struct id agency)
{
	return !agency_is_guest(m, who->agency) || !agency_is_guest(m, agency) ||
	       id_is(agency, who->agency);
}

void
meet_address(struct buf *b, struct id id)
{
	buf_add_z(b, "mailto:");
	id_format(b, id);
	buf_add_c(b, '@');
	buf_add(b, id.node, strnlen(id.node, NODE_MAX));
	buf_add_z(b, ADDRESS_HOST);
}

bool
meet_address_read(struct span address, struct id *ret)
{
	struct buf AUTO(buf_done) again = { 0 };
	struct span rest = span_skip(address, strlen("mailto:"));
	struct id id;

	if (id_parse(span_cut(&rest, '@'), &id) < 0)
		return false;
	meet_address(&again, id);
	if (!span_is_nocase(address, buf_span(&again)))
		return false;
	*ret = id;
	return true;
}

static void
attendee(struct buf *b, const struct model *m, struct id id, const struct meeting *w,
	 const json_t *attendance)
{
	static const struct {
		const char *answer, *partstat;
	} stats[] = { { "accepted", "ACCEPTED" },
		      { "declined", "DECLINED" },
		      { "tentative", "TENTATIVE" } };
	const struct account *a = account_find(m, id);
	const struct agency *g = agency_find(m, id);
	const json_t *o = attendance_of(attendance, id);
	const char *stat = "NEEDS-ACTION";
	struct buf AUTO(buf_done) t = { 0 };

	if (!a && !g)
		return;
	for (size_t k = 0; k < ARRAY_LEN(stats); k++)
		if (span_is_z(json_str(o, "answer"), stats[k].answer))
			stat = stats[k].partstat;
	buf_printf(&t, "ATTENDEE;CUTYPE=%s;ROLE=REQ-PARTICIPANT;PARTSTAT=%s%s;CN=",
		   a ? "INDIVIDUAL" : "GROUP", stat,
		   w->state == MEETING_PLANNED && a ? ";RSVP=TRUE" : "");
	add_quoted(&t, a ? a->name : g->name);
	buf_add_c(&t, ':');
	meet_address(&t, id);
	line(b, &t);
}

static struct id
agency_of(const struct model *m, struct id participant)
{
	const struct account *a = account_find(m, participant);

	return a ? a->agency : participant;
}

/* Each participant that the reader may know of, and who of them has answered. */
static void
write_attendees(struct buf *b, const struct meet_reader *r, const struct meeting *w)
{
	json_t AUTO(auto_json) *list = json_read(span_of(w->participants), NULL);
	json_t AUTO(auto_json) *came =
		json_read(span_of(w->attendance ? w->attendance : "[]"), NULL);
	size_t k;
	json_t *o;

	json_array_foreach(list, k, o)
	{
		struct id id;

		if (id_parse(span_of(json_string_value(o)), &id) == 0 &&
		    meet_may_see(r->m, r->who, agency_of(r->m, id)))
			attendee(b, r->m, id, w, came);
	}
	json_array_foreach(came, k, o)
	{
		struct id id;

		if (id_parse(json_str(o, "account"), &id) == 0 &&
		    !id_list_has(w->participants, id) &&
		    meet_may_see(r->m, r->who, agency_of(r->m, id)))
			attendee(b, r->m, id, w, came);
	}
	/* a person invited with the agency answers as a person */
	if (account_find(r->m, r->who->id) && !attendance_of(came, r->who->id) &&
	    !id_list_has(w->participants, r->who->id) &&
	    id_list_has(w->participants, r->who->agency))
		attendee(b, r->m, r->who->id, w, came);
}

/* --- a meeting ------------------------------------------------------------- */

static void
zoned_time(struct buf *b, const char *name, const char *zone, int64_t ms)
{
	buf_printf(b, "%s;TZID=%s:", name, zone);
	meet_basic_time(b, meet_local_of(zone, ms));
	buf_add_z(b, "\r\n");
}

static void
utc_time(struct buf *b, const char *name, int64_t ms)
{
	buf_printf(b, "%s:", name);
	meet_basic_time(b, ms / 1000);
	buf_add_z(b, "Z\r\n");
}

static void
write_uid(struct buf *b, const struct meeting *w)
{
	struct buf AUTO(buf_done) t = { 0 };

	buf_add_z(&t, "UID:");
	if (w->uid) {
		add_text(&t, w->uid);
	} else {
		id_format(&t, w->r.id);
		buf_add_c(&t, '@');
		buf_add(&t, w->r.id.node, strnlen(w->r.id.node, NODE_MAX));
		buf_add_z(&t, ADDRESS_HOST);
	}
	line(b, &t);
}

static void
write_organizer(struct buf *b, const struct model *m, const struct meeting *w)
{
	const struct agency *g = agency_find(m, m->node->control);
	struct buf AUTO(buf_done) t = { 0 };

	buf_add_z(&t, "ORGANIZER");
	if (w->organizer) {
		buf_add_c(&t, ':');
		add_text(&t, w->organizer);
	} else {
		buf_add_z(&t, ";CN=");
		add_quoted(&t, g ? g->name : "");
		buf_add_c(&t, ':');
		meet_address(&t, m->node->control);
	}
	line(b, &t);
}

static void
write_alarm(struct buf *b, const char *trigger)
{
	buf_printf(b,
		   "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Meeting\r\n"
		   "TRIGGER:%s\r\nEND:VALARM\r\n",
		   trigger);
}

void
meet_write_event(struct buf *b, const struct meet_reader *r, const struct meeting *w,
		 enum meet_method method)
{
	json_t AUTO(auto_json) *came =
		json_read(span_of(w->attendance ? w->attendance : "[]"), NULL);
	int64_t end = w->start_at + w->duration_min * 60000;

	buf_add_z(b, "BEGIN:VEVENT\r\n");
	write_uid(b, w);
	utc_time(b, "DTSTAMP", r->now);
	buf_printf(b, "SEQUENCE:%lld\r\n", (long long)w->sequence);
	write_organizer(b, r->m, w);
	if (meet_zone_is_known(w->zone)) {
		zoned_time(b, "DTSTART", w->zone, w->start_at);
		zoned_time(b, "DTEND", w->zone, end);
	} else {
		utc_time(b, "DTSTART", w->start_at);
		utc_time(b, "DTEND", end);
	}
	text_line(b, "SUMMARY", w->title);
	text_line(b, "LOCATION", w->place);
	buf_printf(b, "STATUS:%s\r\n",
		   w->state == MEETING_CANCELLED ? "CANCELLED" : "CONFIRMED");
	if (method == MEET_REPLY)
		attendee(b, r->m, r->who->id, w, came);
	else
		write_attendees(b, r, w);
	if (method != MEET_REPLY && w->state == MEETING_PLANNED) {
		write_alarm(b, "-P1D");
		write_alarm(b, "-PT30M");
	}
	buf_add_z(b, "END:VEVENT\r\n");
}

void
meet_write_open(struct buf *b, enum meet_method method)
{
	buf_printf(b,
		   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
		   "PRODID:-//Kumak//Liaison//EN\r\nMETHOD:%s\r\n",
		   methods[method]);
}

void
meet_write_close(struct buf *b)
{
	buf_add_z(b, "END:VCALENDAR\r\n");
}
