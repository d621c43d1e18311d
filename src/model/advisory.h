/* SPDX-License-Identifier: Apache-2.0 */
/* Advisories (one record a thread: first message, updates, its end), and the rules
 * by which alerts from outside are taken. */
#pragma once
#include "model/nouns.h"
#include "model/tlp.h"

enum advisory_state {
	ADVISORY_DRAFT = 1, /* our own, not said yet */
	ADVISORY_PENDING,   /* from outside, no person has looked */
	ADVISORY_ISSUED,
	ADVISORY_UPDATED, /* stands, with a newer message */
	ADVISORY_CANCELLED,
	ADVISORY_EXPIRED,
	ADVISORY_DISMISSED, /* from outside, and not taken over */
};
enum advisory_source { ADVISORY_OWN = 1, ADVISORY_OUTSIDE };
/* In the order of CAP 1.2, so that an index is the same value there. */
extern const char *const advisory_state_names[],
	*const severity_names[], *const urgency_names[], *const certainty_names[];
enum severity { SEVERITY_EXTREME = 1, SEVERITY_SEVERE, SEVERITY_MODERATE };

/* The four languages, in the order of their blocks. */
enum { ADVISORY_LANGUAGES = 4 };
extern const char *const advisory_languages[ADVISORY_LANGUAGES];

struct advisory {
	struct record r;
	struct id agency;
	int state, source, tlp;
	char *to; /* LIST of ids of agencies and accounts; NULL: all whom tlp lets */
	int category, severity, urgency, certainty, response;
	char *event;
	char *headline[ADVISORY_LANGUAGES]; /* ur, sd, en, zh */
	char *text[ADVISORY_LANGUAGES];
	char *instruction[ADVISORY_LANGUAGES];
	char *area_name;
	char *polygon; /* GeoJSON Polygon of one ring */
	struct position centre;
	int64_t radius_m;
	int64_t onset_at, expires_at, issued_at, ended_at;
	int64_t revision; /* of the newest message, from 0 */
	char *sent_log;   /* JSON [ms of message 0, of 1, …] */
	char *end_reason;
	struct id post, made_by, issued_by, replaces;
	char *made_by_name;
	/* from outside */
	struct id feed;
	char *identifier, *sender, *event_code, *faults;
	int64_t sent_at, source_sent_at;
	bool withdrawn; /* its sender has cancelled it since we issued it */
	int ask_world;
};

enum cap_outcome { CAP_TO_PENDING = 1, CAP_TO_ADVISORY, CAP_TO_SIGNAL, CAP_TO_NOTHING };

struct cap_rule {
	struct record r;
	char *name;
	int64_t rank;              /* lower is asked first */
	char *sender, *event_code; /* NULL: any */
	int severity;              /* as severe as this, or more; none: any */
	int outcome;
	int tlp; /* of what is issued at once */
	bool disabled;
};

extern const struct noun noun_advisory, noun_cap_rule;

bool advisory_stands(const struct advisory *a); /* issued or updated */
bool advisory_was_issued(const struct advisory *a);
