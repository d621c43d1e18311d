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
	struct id file;   /* a recording of the bearer, shown by it */
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
	struct id account; /* whose phone it is, when it is an account's */
	char *phone;
	char *text;
	int state;
	int64_t tries, at, next_at;
};

/* What a page is by what it names. */
enum page_is {
	PAGE_CALL,  /* the ladder's: to a program, or to a duty officer's phone */
	PAGE_NUDGE, /* to a person's phone, without any content */
	PAGE_TOLD,  /* to the phone of one who called: how far help is */
};
enum page_is page_is(const struct page *p);

/* What a duty officer answers a page with, so that a number alone, which can be
 * feigned, takes no call. key: of the node. */
#define PAGE_DIGITS 4
struct incident;
void page_digits(const struct incident *i, struct id account, const uint8_t *key,
		 char ret[PAGE_DIGITS + 1]);

extern const struct noun noun_note, noun_run_card, noun_page;
