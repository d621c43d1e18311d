/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meetings: when a series comes round, invitations as calendars speak them (RFC 5545,
 * RFC 5546) out and in, and the desk that plans, puts open matters on agendas, chases
 * actions and shouts for reports that are overdue.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"

/* --- zones (zone.c): IANA names, from the machine's own tables --------------- */
bool meet_zone_is_known(const char *zone);
/* A moment there: seconds of its civil clock; and back (the first, where twice). */
int64_t meet_local_of(const char *zone, int64_t ms);
int64_t meet_utc_of(const char *zone, int64_t local_s);
/* "2026-03-02T10:00:00+05:00" */
void meet_zone_time(struct buf *b, const char *zone, int64_t ms);
/* "2026-03-02T10:00:00" as seconds of a civil clock; ERR_SYNTAX. */
int meet_local_parse(const char *text, int64_t *ret_local_s);

/* --- when (zone.c) --------------------------------------------------------- */
/* A cadence with its start: 0, or ERR_SYNTAX with why. */
int meet_cadence_check(const char *cadence, const char *starts, char *why, size_t n);
/* Starts of a series after a time, soonest first; at most max. Returns how many. */
size_t meet_coming(const struct series *s, int64_t after, int64_t *ret, size_t max);

/* --- invitations out (write.c) --------------------------------------------- */
enum meet_method { MEET_REQUEST = 1, MEET_CANCEL, MEET_REPLY, MEET_PUBLISH };

/* Who reads it: other guests are not in it, not by line nor by count. */
struct meet_reader {
	const struct model *m;
	const struct principal *who;
	int64_t now;
};
void meet_write_open(struct buf *b, enum meet_method method);
void meet_write_event(struct buf *b, const struct meet_reader *r,
		      const struct meeting *w, enum meet_method method);
void meet_write_close(struct buf *b);
/* The same with the zones that its meetings are in. */
void meet_write_zones(struct buf *b, const struct meeting *const *list, size_t n);
/* Does this reader see that participant (an agency, or an account of one)? */
bool meet_may_see(const struct model *m, const struct principal *who, struct id agency);
/* The calendar address of a record: "mailto:khi.a.7@khi.kumak.invalid". */
void meet_address(struct buf *b, struct id id);
bool meet_address_read(struct span address, struct id *ret);

/* --- invitations in (read.c) ----------------------------------------------- */
struct meet_attendee {
	struct meet_attendee *next;
	const char *address;
	int answer; /* enum meeting_answer; 0: none given */
};
struct meet_event {
	struct meet_event *next;
	const char *uid, *summary, *location, *organizer, *zone;
	int64_t start, duration_min, sequence;
	struct meet_attendee *attendees;
};
struct meet_message {
	enum meet_method method;
	struct meet_event *events;
};
struct meet_error {
	char text[200];
};
/* ERR_SYNTAX, ERR_TOO_BIG or ERR_UNSUPPORTED, with *why. */
int meet_read(struct span in, struct arena *arena, struct meet_message *ret,
	      struct meet_error *why);

/* --- the desk (desk.c) ----------------------------------------------------- */
struct meet_desk;
int meet_open(struct net *net, struct journal *journal, struct meet_desk **ret);
void meet_close(struct meet_desk *desk); /* NULL is fine */
