/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A site's register: its head page. In C it is a book, since `register` is a
 * word of the language. It belongs to the site's agency; others see it, its
 * plans and its points only while it is open to them (book_access.c). One key
 * seals the whole register of a site: destroying it erases all of it.
 */
#pragma once
#include "model/nouns.h"

enum threat_level {
	THREAT_LOW = 1,
	THREAT_MODERATE,
	THREAT_SUBSTANTIAL,
	THREAT_SEVERE,
	THREAT_CRITICAL
};
extern const char *const threat_level_names[];

/* Opened by two people without an incident. */
enum glass_state { GLASS_ASKED = 1, GLASS_OPEN, GLASS_ENDED };

struct book {
	struct record r;
	struct id agency, site;
	int64_t key_slot;
	char *contacts; /* JSON [{"person","role"}], in the order of calling */
	bool withheld;  /* closed by its owner to every other agency */
	int level;
	char *level_reason, *level_name;
	int64_t level_from, level_at;
	char *levels; /* derived: JSON, newest first */
	int glass;
	char *glass_reason, *asked_name, *approved_name;
	struct id asked_by, approved_by;
	int64_t asked_at, glass_minutes, glass_until;
	struct id glass_incident; /* is told to the owner when this one is released */
	/* the last look from outside */
	struct id opened_by, opened_agency, opened_incident;
	char *opened_name, *opened_what;
	int64_t opened_at;
	char *openings; /* derived: JSON, newest first */
};

extern const struct noun noun_book;

/* What someone of its own agency may do with a site's register. */
enum keeper { KEEPER_NONE, KEEPER_STAFF, KEEPER_FULL };
struct principal;
enum keeper book_keeper(const struct principal *p, struct id agency, struct id site);

/* How a register is open to one who is not of its agency. */
enum book_access { BOOK_LOCKED, BOOK_WITHHELD, BOOK_BY_INCIDENT, BOOK_BY_TWO };
struct model;
struct site;
struct incident;
enum book_access book_access(const struct model *m, const struct principal *p,
			     const struct site *s, struct id *ret_incident);
/* The same as its owner is shown it: a frozen incident has ended for him. */
enum book_access book_access_shown(const struct model *m, const struct principal *p,
				   const struct site *s);
/* An open incident of the site that its owner sees as ended, and no supervisor has
 * released: what is done meanwhile is told him then. Unset: none. */
struct id book_held_by(const struct model *m, const struct site *s);
/* Open, real, and raised by a verified signal of its site. */
bool incident_opens_book(const struct incident *i);
