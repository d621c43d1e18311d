/* SPDX-License-Identifier: Apache-2.0 */
/* The api's inside, shared by its own files only. */
#pragma once
#include "api/api.h"
#include "api/turns.h"

struct call;
struct live;

struct route {
	const char *method, *path; /* "{id}" stands for one segment */
	void (*fn)(struct call *c);
	const struct noun *ask; /* fields of the body; NULL: none */
	unsigned ask_flags;     /* which of them may be given here */
	unsigned who;           /* WHO_ bits */
	const char *summary;
	const char *answer; /* noun or "" of the answer, for the document */
};

#define WHO_ANYONE 1u  /* also without a credential */
#define WHO_BUTTON 2u  /* SOS-only tokens too */
#define WHO_ACCOUNT 4u /* any account or token with a role */
#define WHO_FEED 8u    /* tokens of feeds too */

extern const struct route routes[];
extern const size_t n_routes;

/* How far the hub of a channel has come, as a whole. */
struct hub_cursors {
	struct id channel;
	int64_t delivered, read;
};

/* One request on its way to its answer. In the exchange's arena. */
struct call {
	struct api *api;
	struct http_exchange *ex;
	const struct http_request *req;
	const struct route *route;
	struct auth_result auth;
	struct principal *who; /* &auth.who */
	struct model *m;
	struct span segments[2]; /* what stood for {…} */
	struct id id;            /* segments[0] as an id; unset when it is none */
	json_t *body;
	struct patch ask; /* the body through route->ask */
	struct buf out;
	struct buf headers; /* further header lines */
	struct hub_cursors hub;
	struct look *looks; /* grants that rows of a list were shown by */
	bool has_reason;    /* given and kept: what is sealed may be shown */
};

struct api {
	struct api_config cfg;
	struct live *live;
	struct net_timer *print_timer;
	struct downloads *downloads;
	struct buf openapi;
	struct turns turns;
	size_t reports_running;
	_Atomic bool is_leaving; /* what takes long ends now */
};

/* --- answering (answer.c): everything waits until it is durable ------------ */
void answer(struct call *c, int status); /* c->out as JSON */
/* c->out as another kind of document. */
void answer_as(struct call *c, int status, const char *type);
void answer_empty(struct call *c, int status);
void answer_problem(struct call *c, int status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void answer_refusal(struct call *c, const struct decision *d);
void answer_hidden(struct call *c); /* 404, like nothing is there */
void answer_field_error(struct call *c, const struct field_error *e);
struct decision *call_decide(struct call *c);
/* A query parameter as a number within bounds; *ret untouched when absent.
 * False after having answered 400. */
bool query_number(struct call *c, const char *key, int64_t min, int64_t max,
		  int64_t *ret);
bool query_time(struct call *c, const char *key, int64_t *ret);

/* --- views (view.c) --------------------------------------------------------- */
/* Fields, as bits, without those that name a person whom p may not see. */
uint64_t view_without_person(const struct model *m, const struct principal *p,
			     enum noun_index n, const struct record *rec);
void view_record(struct call *c, struct buf *b, enum noun_index n,
		 const struct record *rec, enum view v);
void view_members(struct call *c, struct buf *b, enum noun_index n,
		  const struct record *rec, enum view v);
/* As paper needs it: with units and the site's phones, without the timeline. */
void view_incident_paper(struct call *c, struct buf *b, struct incident *i);
void view_incident_whole(struct call *c, struct buf *b, struct incident *i,
			 enum view v);
/* One that was changed, or the refusal (incidents.c). */
void answer_incident(struct call *c, struct decision *d, int rc, struct id id,
		     int status);
/* The caller looks at a record by a grant: left behind before the answer. */
void note_opening(struct call *c, enum noun_index n, const struct record *rec);
/* The same for a row of a list, and when the list is written (pager_close): one look
 * by each grant, at its record or, of a standing rule, at all of its class. */
void look_add(struct call *c, enum noun_index n, const struct record *rec);
void looks_note(struct call *c);
/* A protected person is shown to one of another agency: told in the register by which
 * he sees it (people.c). */
void person_note(struct call *c, const struct person *h, bool is_list);
/* Fields of a person, as bits, that p may see now. */
uint64_t person_shown(const struct model *m, const struct principal *p,
		      const struct person *h, bool has_reason);
/* What his places are called, for those who cannot ask. */
void write_person_places(struct buf *b, const struct model *m,
			 const struct principal *p, const struct person *h);
/* The landmark beside a place, as a member of what is written (gazetteer.c). */
void write_landmark(struct call *c, struct buf *b, const struct position *at);
/* Agencies that handle it too, or were asked to (sharing.c). */
void write_partners(struct call *c, struct buf *b, const struct incident *i,
		    enum view v);
/* State and times as this caller sees them (frozen after an accepted cancel). */
int shown_state(const struct incident *i, const struct principal *p);
void view_unit_place(struct api *api, struct buf *b, const struct unit *u);
/* An event as a live frame or list item. */
void view_event(struct api *api, struct buf *b, const struct event *e,
		const struct principal *p, enum view v, const struct incident *i);

/* --- channels (view_talk.c, channels.c) --------------------------------------- */
void view_talk(struct call *c, struct buf *b, enum noun_index n,
	       const struct record *rec, enum view v);
void view_talk_event(struct buf *b, const struct model *m, const struct event *e,
		     enum view v);
void view_agency_name(struct buf *b, const struct model *m, struct id agency);
void view_cursor(struct buf *b, const struct model *m, const struct receipt *q);
/* Tags by which the caller's posts of a channel are found on the shelf. */
void post_tags_for(struct call *c, struct buf *b, const struct channel *ch);
/* The channel that the path names; NULL: answered. */
struct channel *call_channel(struct call *c);
/* What an event is about, loaded, so that access can be decided. */
struct incident *event_context(struct api *api, const struct event *e);

/* --- files (files.c) ---------------------------------------------------------- */
void downloads_open(struct api *api);
void downloads_close(struct api *api);
/* room.c, for metrics.c too; -1: not known. */
int room_disk_used_pct(const struct api *api);
size_t room_tests_overdue(const struct api *api, int world);
/* What is revoked ends now, running or not. */
void downloads_check(void *api);

/* --- lists ------------------------------------------------------------------ */
struct pager {
	int64_t limit;
	uint64_t after; /* cursor: seq of the last item seen; 0: from the start */
	size_t n;
	uint64_t last;
	bool has_more;
};
bool pager_read(struct call *c, struct pager *p); /* false: answered */
void pager_open(struct call *c);
void pager_close(struct call *c, const struct pager *p);

/* The list of a noun that the caller may see, without what keep() leaves out; keep
 * NULL: all. */
void list_where(struct call *c, enum noun_index n,
		bool (*keep)(struct call *c, const struct record *rec));
/* "/api/v1/sites/…" is of sites. */
enum noun_index settled_noun(const struct call *c);
/* A record as the caller sees it, or 404. */
void answer_record(struct call *c, enum noun_index n, struct id id, int status);
/* After a command: the record, or why not. */
void answer_done(struct call *c, struct decision *d, int rc, enum noun_index n,
		 struct id id, int status);
/* How others reach the node: "https://host". */
void base_url(struct call *c, struct buf *b);
/* Reads beside the loop where a unit was, and hands it on as GeoJSON, whole. */
void track_fetch(struct call *c, struct id unit, int64_t from, int64_t to,
		 void (*fn)(struct call *c, struct span track));
/* A device that speaks for itself is live by it (places.c). */
void device_heard(struct call *c);

/* --- meetings and what comes of them (view_liaison.c) ------------------------- */
void view_liaison(struct call *c, struct buf *b, enum noun_index n,
		  const struct record *rec, enum view v);

/* --- the live hub (live.c) --------------------------------------------------- */
int live_open(struct api *api, struct live **ret);
void live_close(struct live *l);
void live_restart(struct live *l);
void live_upgrade(struct call *c);
void live_unit_moved(struct live *l, struct id unit);
void live_counts(const struct live *l, unsigned *open, unsigned *with_sound);

/* --- pages (pages.c) --------------------------------------------------------- */
bool pages_serve(struct api *api, struct http_exchange *ex,
		 const struct http_request *req);

/* --- printing (paper.c) ------------------------------------------------------ */
void paper_json(struct call *c, struct buf *b);
void paper_print(void *api);
