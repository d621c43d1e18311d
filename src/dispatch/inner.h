/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatch room's inside, shared by its own files only. Pure parts
 * (ladder.c, score.c) take everything they judge by as arguments; the desk
 * owns the clockwork around them.
 */
#pragma once
#include "dispatch/muster.h"

/* --- ladder.c: pure -------------------------------------------------------- */

struct ladder_times {
	int64_t supervisor_ms, duty_officer_ms, repeat_ms, province_ms, undispatched_ms;
};

enum ladder_phase {
	LADDER_QUIET,        /* a person has it and a unit has accepted, or closed */
	LADDER_RINGING,      /* nobody has taken it */
	LADDER_UNDISPATCHED, /* taken, but no unit has accepted */
};

/* All that the next step follows from. Times count from the phase's start. */
struct ladder_view {
	enum ladder_phase phase;
	bool is_p1, is_test, is_verified, is_training, is_heard, is_at_province;
	int64_t step;
	int64_t elapsed_ms;
	int64_t stepped_ms; /* the last rung of this alarm; < 0: none or unknown */
};

enum rung {
	RUNG_NONE,
	RUNG_SUPERVISOR,
	RUNG_DUTY_OFFICER,
	RUNG_AGAIN,
	RUNG_PROVINCE,
	RUNG_UNDISPATCHED
};

struct ladder_step {
	enum rung rung; /* RUNG_NONE: nothing more comes */
	int64_t step;   /* the incident's step once it is taken */
	int64_t at_ms;  /* due then; ≤ elapsed: now */
	bool is_paged;  /* goes by the second path */
	const char *text;
};

void ladder_times_of(const struct run_card *card, struct ladder_times *ret);
/* since: the wall time from which the phase counts. */
enum ladder_phase ladder_phase(const struct incident *i, int64_t *ret_since);
/* Fills what follows from the record alone; the caller sets heard and times. */
void ladder_view_of(const struct incident *i, struct ladder_view *ret);
struct ladder_step ladder_next(const struct ladder_times *t,
			       const struct ladder_view *v);
/* What has passed of a phase after a restart: now is the later of the wall
 * clock and the last event's time, so a clock set back hides nothing. */
int64_t ladder_elapsed(int64_t now, int64_t since);
/* The time from which the next repeat counts, without drifting. */
int64_t ladder_stepped(const struct ladder_times *t, const struct ladder_step *s,
		       int64_t elapsed_ms);

/* --- the desk -------------------------------------------------------------- */

/* An open incident as the desk keeps it. */
struct watch {
	struct id id;
	enum ladder_phase phase;
	int64_t since;     /* wall, of the phase */
	int64_t base_mono; /* when the phase became durable */
	int64_t stepped_ms;
	int64_t due_mono; /* of the next rung; INT64_MAX: none */
	bool is_old;      /* it rang before this process started */
	bool wants_near;  /* a unit is on its way and has not come near */
};

struct offer_watch {
	struct id id; /* assignment */
	int64_t due_mono;
};

#define STORM_RING 2048 /* newest incidents looked at: bounds the work of a surge */
#define STORMS_MAX 16

struct storm_seen {
	char kind[41];
	struct position position;
	int64_t at_mono, at;
};

struct storm_row {
	struct storm s;
	char kind[41];
	int64_t last_mono; /* of its newest incident */
	bool is_on;
};

#define PAGES_RUNNING 2 /* programs of the second path at a time */

struct page_run;

struct dispatch {
	struct net *net;
	struct journal *journal;
	struct model *model;
	struct track *track;
	struct route *route;
	struct dispatch_config cfg;
	char *second_path;
	struct journal_sink *sink;
	struct net_timer *timer, *near_timer, *page_timer, *synthetic_timer,
		*closure_timer;
	struct map watches; /* id → struct watch */
	struct map offers;  /* id → struct offer_watch */
	int64_t armed_mono; /* the timer's deadline; INT64_MAX: stopped */
	int64_t opened_mono;
	bool is_near_armed;
	unsigned room_open, room_with_sound;
	struct muster *muster;
	/* storm.c */
	struct storm_seen *seen; /* ring of STORM_RING */
	size_t n_seen;           /* ever put */
	struct storm_row storms[STORMS_MAX];
	/* losses.c */
	struct map lost; /* ids of devices whose link is lost */
	struct losses losses;
	struct loss *loss_buf; /* what losses.rows borrow from */
	int64_t losses_mono;   /* when they were put together */
	bool is_lost_changed;  /* since then */
	/* second_path.c */
	struct map pages; /* id → struct page_watch */
	struct page_run *running[PAGES_RUNNING];
	bool is_second_path_ok;
	int64_t page_last_at;
	/* synthetic.c */
	struct probe *probe; /* the run under way */
	bool is_synthetic_ok;
	int64_t probe_mono, synthetic_at, synthetic_ms, synthetic_day, synthetic_runs;
};

int64_t desk_mono(const struct dispatch *d);
const struct run_card *desk_card(const struct dispatch *d, const struct incident *i);
/* Makes the timer fire no later than this. */
void desk_arm(struct dispatch *d, int64_t due_mono);

/* offers.c */
void offers_load(struct dispatch *d);
void offers_on_event(struct dispatch *d, const struct event *e);
int64_t offers_run(struct dispatch *d, int64_t now_mono); /* the next deadline */
void offers_done(struct dispatch *d);
void offer_at_once(struct dispatch *d, struct incident *i);
void near_arm(struct dispatch *d);
void near_check(void *ctx);

/* recommend.c */
const struct fix *unit_fix(struct dispatch *d, const struct unit *u);
/* Of those who are free and have all that is wanted. */
void recommend_ready(struct dispatch *d, const struct incident *i, size_t limit,
		     struct arena *arena, struct recommendation *ret);
struct position incident_place(struct dispatch *d, const struct incident *i);

/* second_path.c */
void pages_load(struct dispatch *d);
void pages_on_event(struct dispatch *d, const struct event *e);
void pages_run(void *ctx);
void pages_done(struct dispatch *d);
bool pages_have_path(const struct dispatch *d);
/* The newest page owed for an incident; TIME_NONE: none. */
int64_t page_newest_at(struct dispatch *d, struct id incident);
/* Owes a page; what still waits for this incident is dropped for it. */
void page_call(struct dispatch *d, struct decision *dec, const struct incident *i,
	       struct span text);

/* closures.c */
void closures_refresh(struct dispatch *d);
void closures_due(void *ctx);

/* storm.c */
void storm_add(struct dispatch *d, const struct incident *i);
void storm_load(struct dispatch *d);
bool storm_covers(const struct dispatch *d, const struct incident *i);

/* losses.c */
void losses_load(struct dispatch *d);
void losses_on_event(struct dispatch *d, struct id device);
void losses_done(struct dispatch *d);

/* synthetic.c */
void synthetic_open(struct dispatch *d);
bool synthetic_is_ok(const struct dispatch *d);
void synthetic_done(struct dispatch *d);
