/* SPDX-License-Identifier: Apache-2.0 */
/* The second count's inside: what events said, and numbers by name. */
#pragma once
#include "base/map.h"
#include "model/event.h"
#include "recount/recount.h"

/* The times of a call or of a unit on it, by the word that a table says. */
enum told { RAISED, SHOWN, TAKEN, SENT, GOING, THERE, LEFT, TOLD__COUNT };

struct call_told {
	struct id id, site, agency, taken_by;
	int64_t at[TOLD__COUNT], written_at;
	int world, priority, trust, disposition;
	char *kind;
	struct position place;
	bool is_test, is_late, is_day, is_closed;
};

struct unit_told {
	struct id call, agency;
	int64_t at[TOLD__COUNT], offered_at;
	int world, override;
	bool is_at_once;
};

struct press_told {
	int64_t at;
	int world;
	bool is_test;
	char *door;
};

struct site_told {
	struct position place;
	int64_t since, tested_at;
	int world;
	bool is_off;
};

/* Somebody looked at what is kept closed. */
struct look_told {
	int64_t at;
	int world, kind;
	struct id by; /* of which agency */
	bool is_many, is_idle;
};

struct recount {
	struct map calls, units, sites; /* id → what was told of it */
	struct press_told *presses;
	size_t n_presses, cap_presses;
	struct look_told *looks;
	size_t n_looks, cap_looks;
};

/* --- numbers by name (ledger.c) --------------------------------------------------- */
struct entry {
	char *name; /* "now,site,khi.s.4,total" */
	int64_t ms;
};
struct ledger {
	struct entry *times;
	size_t n_times, cap_times;
	char **lines;
	size_t n_lines, cap_lines;
};
void ledger_time(struct ledger *l, const char *name, int64_t from, int64_t to);
void ledger_line(struct ledger *l, const char *name, size_t value);
/* Turns all times of a name into its lines. of: how many could have had one. */
void ledger_clock(struct ledger *l, const char *name, size_t of);
void ledger_sort(struct ledger *l);
void ledger_write(struct ledger *l, struct buf *b);
void ledger_done(struct ledger *l);
