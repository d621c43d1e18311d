/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The law: records in memory, found by id and by what they are known by, and
 * the two ways to change them. decide-functions (one per command, in the file
 * of their noun) check and emit events; model_apply() folds an event into the
 * records and cannot fail. Pure: no clock, no random, no I/O in here.
 */
#pragma once
#include "model/account.h"
#include "model/advisory.h"
#include "model/agency.h"
#include "model/assignment.h"
#include "model/book.h"
#include "model/channel.h"
#include "model/closure.h"
#include "model/duty.h"
#include "model/device_order.h"
#include "model/event.h"
#include "model/file.h"
#include "model/grant.h"
#include "model/incident.h"
#include "model/keep.h"
#include "model/matter.h"
#include "model/meeting.h"
#include "model/note.h"
#include "model/opening.h"
#include "model/order.h"
#include "model/person.h"
#include "model/plan.h"
#include "model/point.h"
#include "model/review.h"
#include "model/post.h"
#include "model/signal.h"
#include "model/site.h"
#include "model/unit.h"

struct model {
	struct map tables[NOUN__COUNT]; /* id → record */
	struct map logins, token_hashes, device_names, signal_keys, unit_calls,
		session_hashes, advisory_keys, calendar_hashes;
	/* live members by channel, who and role; posts by author and key; receipts
	 * by channel and reader */
	struct map members, post_keys, receipts;
	struct map site_open; /* site id → struct id_list of open incidents */
	struct node *node;    /* NULL until the node is made */
	struct record *dirty; /* changed since model_take_dirty */
	size_t open_incidents;
	void (*on_touch)(void *ctx, const struct record *rec);
	void *touch_ctx;
	char node_id[NODE_MAX];
	const char *const *doors; /* that devices may have, ends with NULL; NULL: any */
};

void model_init(struct model *m);
void model_done(struct model *m);

/* Borrowed; NULL when not in memory. */
struct record *model_find(const struct model *m, enum noun_index n, struct id id);
#define MODEL_FINDER(name, type, index)                                             \
	static inline struct type *name##_find(const struct model *m, struct id id) \
	{                                                                           \
		return (struct type *)model_find(m, index, id);                     \
	}
MODEL_FINDER(agency, agency, NOUN_AGENCY)
MODEL_FINDER(site, site, NOUN_SITE)
MODEL_FINDER(unit, unit, NOUN_UNIT)
MODEL_FINDER(account, account, NOUN_ACCOUNT)
MODEL_FINDER(token, token, NOUN_TOKEN)
MODEL_FINDER(invitation, invitation, NOUN_INVITATION)
MODEL_FINDER(device, device, NOUN_DEVICE)
MODEL_FINDER(run_card, run_card, NOUN_RUN_CARD)
MODEL_FINDER(signal, signal, NOUN_SIGNAL)
MODEL_FINDER(incident, incident, NOUN_INCIDENT)
MODEL_FINDER(assignment, assignment, NOUN_ASSIGNMENT)
MODEL_FINDER(note, note, NOUN_NOTE)
MODEL_FINDER(page, page, NOUN_PAGE)
MODEL_FINDER(session, session, NOUN_SESSION)
MODEL_FINDER(advisory, advisory, NOUN_ADVISORY)
MODEL_FINDER(cap_rule, cap_rule, NOUN_CAP_RULE)
MODEL_FINDER(series, series, NOUN_SERIES)
MODEL_FINDER(meeting, meeting, NOUN_MEETING)
MODEL_FINDER(calendar, calendar, NOUN_CALENDAR)
MODEL_FINDER(matter, matter, NOUN_MATTER)
MODEL_FINDER(action, action, NOUN_ACTION)
MODEL_FINDER(order, order, NOUN_ORDER)
MODEL_FINDER(person, person, NOUN_PERSON)
MODEL_FINDER(device_order, device_order, NOUN_DEVICE_ORDER)
MODEL_FINDER(grant, grant, NOUN_GRANT)
MODEL_FINDER(channel, channel, NOUN_CHANNEL)
MODEL_FINDER(member, member, NOUN_MEMBER)
MODEL_FINDER(post, post, NOUN_POST)
MODEL_FINDER(ack, ack, NOUN_ACK)
MODEL_FINDER(file, file, NOUN_FILE)
MODEL_FINDER(duty_phone, duty_phone, NOUN_DUTY_PHONE)
MODEL_FINDER(export, export, NOUN_EXPORT)
MODEL_FINDER(book, book, NOUN_BOOK)
MODEL_FINDER(plan, plan, NOUN_PLAN)
MODEL_FINDER(point, point, NOUN_POINT)
MODEL_FINDER(visit, visit, NOUN_VISIT)
MODEL_FINDER(review, review, NOUN_REVIEW)
MODEL_FINDER(finding, finding, NOUN_FINDING)
MODEL_FINDER(closure, closure, NOUN_CLOSURE)
MODEL_FINDER(hold, hold, NOUN_HOLD)
MODEL_FINDER(erasure, erasure, NOUN_ERASURE)

struct account *account_by_login(const struct model *m, struct span login);
/* Also with the agency's short name behind it. */
struct account *account_for_sign_in(const struct model *m, struct span login);
/* What stands behind the @ of its logins. */
void agency_short_name(const struct agency *g, struct buf *b);
struct token *token_by_hash(const struct model *m, struct span hash_hex);
struct unit *unit_by_callsign(const struct model *m, int world, struct id agency,
			      const char *callsign);
struct session *session_by_hash(const struct model *m, struct span hash_hex);
struct calendar *calendar_by_hash(const struct model *m, struct span hash_hex);
/* An alert from outside by what numbers it. */
struct advisory *advisory_by_message(const struct model *m, struct span sender,
				     struct span identifier, int64_t sent);
void advisory_key(struct buf *b, struct span sender, struct span identifier,
		  int64_t sent);
struct device *device_by_name(const struct model *m, struct span door,
			      struct span identity);
struct signal *signal_by_key(const struct model *m, struct span source,
			     struct span key);
/* The map key under which a signal is found again. */
void signal_key(struct buf *b, struct span source, struct span key);

/* Records of a table in order of their making. Walk: start with *at = 0. */
struct record **model_list(const struct model *m, enum noun_index n, size_t *ret_n,
			   struct arena *arena);

/* Puts a record that the shelf kept into memory, with its indexes. Takes it. */
void model_insert(struct model *m, enum noun_index n, struct record *rec);
/* Lets a record go from memory (it stays on the shelf). */
void model_evict(struct model *m, enum noun_index n, struct record *rec);

/* Folds e into the records. Cannot fail. */
void model_apply(struct model *m, struct event *e);
/* The record that an event or a patch concerns, made if it is new. */
void model_touch(struct model *m, struct record *rec, uint64_t seq);
/* One listener (NULL: none), told of each record in the midst of its change: it takes
 * note, and looks when the command is done. */
void model_on_touch(struct model *m, void (*fn)(void *ctx, const struct record *rec),
		    void *ctx);
/* Records changed since the last call, oldest first; ends with NULL. */
struct record *model_take_dirty(struct model *m);

/* The key slot that seals a record's personal fields; FIELD_NONE: none. */
int64_t model_key_slot(const struct model *m, enum noun_index n,
		       const struct record *rec);

/* --- deciding ------------------------------------------------------------ */

/* Why a command was refused; constant strings but for detail. */
struct refusal {
	int status;       /* HTTP's word for it: 403, 404, 409, 422 … */
	const char *code; /* does not change: part of the contract */
	char detail[240];
};

struct decision {
	struct model *m;
	int64_t now;                   /* of this turn; not before any event's */
	const struct principal *actor; /* NULL: the node itself */
	uint64_t next_seq;
	struct refusal refusal;
	/* Settled records are checked, and nothing is emitted. */
	bool is_dry;
	/* Bodies of the events emitted, as long as the sink keeps them; NULL: the
	 * heap. */
	struct arena *arena;
	/* Hands an applied event on (to the journal's batch). */
	void (*sink)(void *ctx, struct event *e);
	void *sink_ctx;
	/* Records that may lie on the shelf: loads into m; NULL when nowhere. */
	struct record *(*load)(void *ctx, enum noun_index n, struct id id);
	struct signal *(*load_signal)(void *ctx, struct span source, struct span key);
	struct post *(*load_post)(void *ctx, struct id author, struct span key);
	void *load_ctx;
};

/* Fills d->refusal; returns ERR_DENIED, so: return refuse(d, …). */
int refuse(struct decision *d, int status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
#define refuse_hidden(d) refuse(d, 404, "not_found", "no such record")

/* An event about to be emitted: fill e.body, then event_emit. */
void event_begin(struct decision *d, struct event *e, enum event_type type, int world,
		 struct id subject);
void event_emit(struct decision *d, struct event *e);
/* The id that the next emitted event would give a new record of this noun. */
struct id next_id(const struct decision *d, enum noun_index n);
struct record *decision_find(struct decision *d, enum noun_index n, struct id id);

/* --- access -------------------------------------------------------------- */
#include "model/access.h"
