/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door for alerts: Common Alerting Protocol 1.1 and 1.2 (OASIS) in, 1.2 out,
 * Atom feeds of them both ways, and the desk that takes what comes in by rule and
 * ends what has run out. Reading is strict: what the schema of a version forbids is
 * refused; what only the text of the standard forbids is told as a fault.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"

/* --- an alert as it was written (parse.c) --------------------------------- */

struct cap_list {
	void *first, *last; /* each item begins with a pointer to the next */
	size_t n;
};
struct cap_text {
	struct cap_text *next;
	const char *text;
};
struct cap_pair {
	struct cap_pair *next;
	const char *name, *value;
};
struct cap_resource {
	struct cap_resource *next;
	const char *desc, *mime, *size, *uri, *deref_uri, *digest;
};
struct cap_area {
	struct cap_area *next;
	const char *desc, *altitude, *ceiling;
	struct cap_list polygons, circles, geocodes;
};
struct cap_info {
	struct cap_info *next;
	const char *language, *event, *audience, *sender_name, *headline, *description,
		*instruction, *web, *contact;
	struct cap_list categories, responses, event_codes, parameters, resources,
		areas;
	int urgency, severity, certainty; /* of the names below; 0: none */
	int64_t effective, onset, expires;
};
struct cap_alert {
	struct cap_alert *next;
	const char *identifier, *sender, *source, *restriction, *addresses, *note,
		*references, *incidents;
	const char *sent_text;
	int64_t sent;
	int status, msg_type, scope;
	struct cap_list codes, infos;
	int version; /* 11 or 12 */
	bool is_signed;
	struct cap_list faults; /* against the text of the standard; cap_text */
};

enum cap_status { CAP_ACTUAL = 1, CAP_EXERCISE, CAP_SYSTEM, CAP_TEST, CAP_DRAFT };
enum cap_msg { CAP_ALERT = 1, CAP_UPDATE, CAP_CANCEL, CAP_ACK, CAP_ERROR };
enum cap_scope { CAP_PUBLIC = 1, CAP_RESTRICTED, CAP_PRIVATE };
extern const char *const cap_status_names[],
	*const cap_msg_names[], *const cap_scope_names[],
					*const cap_categories[], *const cap_responses[];

#define CAP_NS_11 "urn:oasis:names:tc:emergency:cap:1.1"
#define CAP_NS_12 "urn:oasis:names:tc:emergency:cap:1.2"

struct cap_error {
	int line;
	char text[200];
};

/* Every alert in a document: an alert itself, or wherever it stands in EDXL-DE or
 * Atom. None found: 0 with *ret NULL. ERR_DENIED for a DOCTYPE, ERR_SYNTAX for what
 * is not XML or not what the schema asks, with *why. */
int cap_read(struct span in, struct arena *arena, struct cap_alert **ret,
	     struct cap_error *why);
/* Points "lat,lon lat,lon …": false when it is none, open, or out of range. */
bool cap_polygon_is_good(const char *text);
/* "lat,lon radius" in degrees and kilometres. */
bool cap_circle_read(const char *text, struct position *ret_centre, double *ret_km);
/* Takes the next "sender,identifier,sent" off *rest; false: none is left, or it is
 * bad (then *rest is not empty). */
bool cap_reference_next(struct span *rest, struct span *ret_sender,
			struct span *ret_identifier, int64_t *ret_sent);

/* --- writing (write.c): our own, as CAP 1.2 -------------------------------- */
struct advisory;
/* The newest message of an advisory that was issued. sender: of this node. */
void cap_write(struct buf *b, const struct advisory *a, const char *sender,
	       const char *sender_name);
/* A time as CAP 1.2 wants it, in UTC: "2026-03-23T10:15:30-00:00". */
void cap_time(struct buf *b, int64_t ms);
/* An Atom feed (RFC 4287) of advisories; each entry links to its alert. */
struct cap_feed_head {
	const char *title, *id, *self; /* self: its own address */
	const char *base;              /* "https://host" of the links */
	int64_t updated;
};
void cap_feed_open(struct buf *b, const struct cap_feed_head *h);
void cap_feed_entry(struct buf *b, const struct cap_feed_head *h,
		    const struct advisory *a);
void cap_feed_close(struct buf *b);

/* --- reading a feed (feed.c) ------------------------------------------------ */
struct cap_entry {
	struct cap_entry *next;
	const char *id, *title, *link, *updated;
	struct cap_alert *alert; /* that the entry holds in its content; or NULL */
	const char *fault;       /* why it holds none that can be read; or "" */
};
/* Atom's entries, or RSS's items. A bad entry does not hide the others. */
int cap_feed_read(struct span in, struct arena *arena, struct cap_list *ret,
		  struct cap_error *why);

/* --- taking (take.c) --------------------------------------------------------- */
struct cap_taken {
	size_t pending, issued, signals, cancelled, known, ignored;
	struct id last; /* the record that came of the last alert; may be unset */
};
/* Each alert of a document by the rules; d->actor is the feed. Alerts known already
 * are counted and change nothing. */
int cap_take(struct decision *d, const struct cap_alert *alerts, struct cap_taken *ret);

/* --- the desk (desk.c) -------------------------------------------------------- */
struct cap_desk;
/* Ends what has run out, also over restarts and jumps of the clock. */
int cap_open(struct net *net, struct journal *journal, struct cap_desk **ret);
void cap_close(struct cap_desk *desk); /* NULL is fine */

/* --- feeds that the node reads by itself (reader.c) ----------------------------- */
/* Each is looked at on a timer, its alerts taken as those that others bring. One that
 * fails is told of once and tried again, and nothing else waits for it. */
struct cap_readers;
struct cap_readers_config {
	struct net *net;
	struct journal *journal;
	const char *const *urls; /* http[s]://host[:port]/path */
	size_t n;
	int64_t every_ms;
	int64_t again_ms; /* after the first failure; then twice as long each time */
	struct span authority; /* PEM; empty: the machine's own */
};
int cap_readers_open(const struct cap_readers_config *cfg, struct cap_readers **ret,
		     struct buf *ret_why);
/* After net_shut(). NULL is fine. */
void cap_readers_close(struct cap_readers *rs);
/* How many there are, and how many of them could not be read at the last look. */
void cap_readers_count(const struct cap_readers *rs, size_t *ret, size_t *ret_failing);
