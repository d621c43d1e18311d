/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatch desk: it hears events and submits commands. The ladder that
 * shouts until a person has taken a call and a unit has accepted; offers that
 * time out; offers at once by run card; the recommendation with its reasons;
 * the second path (a program, or texts to phones, fed from a durable spool); the
 * synthetic SOS. Deadlines run on the monotonic clock and survive a restart.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"
#include "route/route.h"
#include "track/track.h"

struct dispatch;

struct dispatch_config {
	/* Program of the second path (SMS gateway, dialler, siren relay): gets one
	 * JSON object on stdin, exit 0 = passed on. NULL: none is set, which the
	 * room's status says. */
	const char *second_path;
	/* Sends a text to a phone; done once: 0 when the network has taken it. < 0,
	 * without done(): it cannot. NULL: the program gets those texts too. */
	int (*send_text)(void *ctx, struct span phone, struct span text,
			 void (*done)(void *done_ctx, int status), void *done_ctx);
	void *send_ctx;
	int64_t synthetic_every_ms; /* test of the whole path; 0: off */
	double detour_factor;       /* road ÷ straight line where no roads are known */
	double speed_mps;           /* of a unit on its way, for times */
	struct route *route;        /* NULL: no roads */
	int64_t fix_fresh_ms;       /* older: ranked by beat, "place not confirmed" */
};
extern const struct dispatch_config dispatch_defaults;

int dispatch_open(struct net *net, struct journal *journal, struct track *track,
		  const struct dispatch_config *cfg, struct dispatch **ret);
void dispatch_close(struct dispatch *d); /* NULL is fine */

/* A unit's way to an incident, from its fresh fix; the line as [[lon,lat],…]. */
struct dispatch_way {
	struct route_leg leg;
	const char *reason; /* why there is no way; NULL: there is one */
	char notice[120];   /* whose roads they are */
};
void dispatch_way(struct dispatch *d, const struct incident *i, const struct unit *u,
		  struct buf *ret_line, struct dispatch_way *ret);
/* The roads were read anew: closures are put on them. */
void dispatch_roads_changed(struct dispatch *d);

/* How many consoles and boards of the room are open, and with sound unlocked:
 * with none, an alarm goes straight to the second path. */
void dispatch_room(struct dispatch *d, unsigned open, unsigned with_sound);
bool dispatch_is_heard(const struct dispatch *d); /* somebody's sound is on */

/* One unit that could go; strings live in the arena given. */
struct suggestion {
	const struct unit *unit;
	double distance_m;    /* by road as far as known; < 0: no place at all */
	int64_t eta_s;        /* < 0: unknown */
	int64_t fix_age_s;    /* < 0: no fix */
	const char *method;   /* "road", or "straight_line" (times detour) */
	const char **reasons; /* NULL-terminated words: code or code:detail */
};
struct left_out {
	const struct unit *unit;
	const char *reason; /* code or code:detail */
};
struct recommendation {
	struct suggestion *items;
	size_t n_items;
	struct left_out *left_out; /* by dispatch_left_out() */
	size_t n_left_out;
	struct buf fixes; /* JSON of the fixes of the best 32 (arena-free: buf_done) */
};
/* Pure but for the state it reads; limit 0: all. Of the incident's world, and of
 * agencies that lend: other units do not exist for the room. */
void dispatch_recommend(struct dispatch *d, const struct incident *i, size_t limit,
			struct arena *arena, struct recommendation *ret);
/* Adds all who cannot go, and why. As many as are off duty: only for who reads it. */
void dispatch_left_out(struct dispatch *d, const struct incident *i,
		       struct arena *arena, struct recommendation *ret);
/* Milliseconds an offer for this incident stands (run card, else 30 s). */
int64_t dispatch_offer_timeout(struct dispatch *d, const struct incident *i);

/* What the room's status line shows. */
struct dispatch_status {
	bool has_second_path, second_path_ok;
	size_t pages_waiting;
	int64_t page_last_at; /* TIME_NONE: never */
	bool synthetic_ok;
	int64_t synthetic_at, synthetic_ms;
};
void dispatch_status(const struct dispatch *d, struct dispatch_status *ret);

/* What happens next to an incident that waits, for its countdown. */
struct due {
	const char
		*what; /* "answer" | "dispatch" | "arrive" | "close"; NULL: nothing */
	int64_t at, from;
};
struct due dispatch_due(const struct model *m, const struct incident *i);

/* Rows of a storm: many alarms of one kind and area in a short time. P1 are
 * counted but never silenced. */
struct storm {
	const char *kind;
	struct position middle;
	size_t incidents;
	int64_t since;
};
size_t dispatch_storms(const struct dispatch *d, struct storm *ret, size_t max);

/* Links that were lost together, by carrier and area: a cell, an operator or a way
 * in has failed, and not so many devices. */
struct loss_row {
	const char *carrier;    /* "": not told */
	size_t devices;         /* still lost */
	size_t sites;           /* of these, a site's own */
	struct position middle; /* is_set false: nobody knows where they are */
	double radius_m;
	int64_t since;
};
/* A site's device whose link was lost by itself. */
struct loss_one {
	struct id device, site;
	int64_t since;
};
struct losses {
	struct loss_row *rows; /* the most devices first */
	size_t n_rows;
	struct loss_one *ones; /* the newest first */
	size_t n_ones;
};
/* Until the next call. */
const struct losses *dispatch_losses(struct dispatch *d);
