/* SPDX-License-Identifier: Apache-2.0 */
/* Notes on incidents, run cards, and pages of the second path. */
#pragma once
#include "model/nouns.h"

struct note {
	struct record r;
	struct id incident, author;
	char *author_name;
	char *text;
	bool to_owner;    /* the site's agency may read it */
	struct id agency; /* the author's, when it is not the control agency */
	bool is_shared;   /* with all agencies that handle the incident */
	int64_t at;
};

struct run_card {
	struct record r;
	char *name;
	int site_class; /* none: any */
	char *kind;     /* none: any */
	int priority;   /* none: any; also the priority given to such a press */
	int64_t units;
	char *capabilities;
	int64_t min_cover;
	bool offer_at_once;
	int64_t offer_timeout_s, supervisor_s, duty_officer_s, repeat_s, undispatched_s,
		province_s;
	bool disabled;
};

enum page_state { PAGE_WAITING = 1, PAGE_SENT, PAGE_FAILED, PAGE_DROPPED };

/* One message of the second path, from the moment it is owed. */
struct page {
	struct record r;
	struct id incident;
	struct id account; /* a nudge: to this person's phone, without any content */
	char *phone;
	char *text;
	int state;
	int64_t tries, at, next_at;
};

extern const struct noun noun_note, noun_run_card, noun_page;
