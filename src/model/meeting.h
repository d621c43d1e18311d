/* SPDX-License-Identifier: Apache-2.0 */
/* Meetings: their series, each one, and the addresses that calendars subscribe to. */
#pragma once
#include "model/nouns.h"

struct series {
	struct record r;
	char *title, *title_ur;
	char *cadence; /* an RRULE of RFC 5545; empty: planned by hand */
	char *zone;    /* IANA name */
	char *starts;  /* local "2026-03-02T10:00:00" of the first */
	int64_t duration_min;
	char *place;
	char *participants; /* LIST of ids of agencies and accounts */
	bool takes_matters; /* open proposals and concerns go on its agendas */
	bool disabled;
	int ask_world;
};

enum meeting_state { MEETING_PLANNED = 1, MEETING_HELD, MEETING_CANCELLED };
enum meeting_answer { ANSWER_ACCEPTED = 1, ANSWER_DECLINED, ANSWER_TENTATIVE };
extern const char *const meeting_state_names[], *const meeting_answer_names[];

struct meeting {
	struct record r;
	struct id series;
	int64_t occurrence_at; /* the start that the series gave it */
	char *title, *title_ur, *zone, *place;
	int state;
	int64_t start_at, duration_min, sequence;
	char *participants, *invited;
	char *agenda;     /* LIST of ids, settled when it is held */
	char *attendance; /* JSON [{account,agency,name,answer,at,present}] */
	char *minutes, *shared_minutes;
	char *reason;
	int64_t held_at, cancelled_at;
	char *uid, *organizer; /* of one that came from outside */
	int64_t key_slot;
	int ask_world;
};

/* The secret part of an address; only its hash is kept. */
struct calendar {
	struct record r;
	struct id account, agency;
	char *label, *hash;
	int64_t made_at;
	bool revoked;
};

extern const struct noun noun_series, noun_meeting, noun_calendar;

/* A JSON list of ids names this one. Ids need no escaping, so bytes are enough. */
bool id_list_has(const char *list, struct id id);
/* The record of one account in an attendance list; NULL: none. Borrowed. */
const json_t *attendance_of(const json_t *list, struct id account);
