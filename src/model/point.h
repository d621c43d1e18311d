/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points of a site's register: posts and cameras by place and view; and visits,
 * the check-ins at a post. A post's schedule is on the post: the slots of one
 * round are those of its posts. A visit is one event and one record.
 */
#pragma once
#include "model/nouns.h"

enum point_kind {
	POINT_WATCH_TOWER = 1,
	POINT_GUARD_POST,
	POINT_GATE,
	POINT_CAMERA,
	POINT_OTHER
};
enum round_state { ROUND_ON_TIME = 1, ROUND_LATE, ROUND_MISSED };

struct point {
	struct record r;
	struct id agency, site;
	int kind;
	char *name, *floor, *note;
	struct position position;
	int64_t height_m, azimuth_deg, fov_deg, range_m;
	/* rounds */
	int64_t every_s, grace_s, utc_offset_min;
	char *from, *to; /* "22:00", local time of the post; NULL: all day */
	char *checkers;  /* JSON list of ids; NULL: anyone of the site's staff */
	int64_t due_at;
	int round;
	int64_t missed_in_row, checked_at;
	char *checked_name;
	bool withdrawn;
};

enum visit_state { VISIT_MADE = 1, VISIT_LATE, VISIT_EXTRA, VISIT_MISSED };

struct visit {
	struct record r;
	struct id agency, site, point;
	int state;
	int64_t due_at, at;
	struct id by;
	char *by_name, *note;
	int64_t missed_in_row;
	int64_t next_due_at; /* of the post, after this one */
};

extern const char *const visit_state_names[];
extern const struct noun noun_point, noun_visit;

/* The first slot of a post's schedule after a time; TIME_NONE: it has none. */
int64_t point_slot_after(const struct point *p, int64_t ms);
/* When the desk has something to say of a post: it is late, it was missed. */
int64_t point_alarm_at(const struct point *p);
