/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the gate, shared by its own files: gate.c (doors and bytes),
 * session.c (who calls from where), report.c (what it says), links.c (silence)
 * and orders.c (what it is told).
 */
#pragma once
#include "gate/gate.h"
#include "gate/pieces.h"

struct door {
	struct gate *gate;
	const struct gate_driver *driver;
	struct net_listener *listener, *udp;
	struct door *next;
};

/* One connection: the driver's state and where the answer goes. */
struct link {
	struct door *door;
	void *state;
	uint64_t conn;
	uint64_t order; /* the n-th that was opened */
	char peer[64];
	char identity[GATE_IDENTITY_MAX]; /* last told; "": none yet */
	struct seat *seat;                /* of that identity */
	bool is_shared;                   /* more than one was: a gateway */
	bool is_datagram;                 /* and lasts as long as that one */
	bool is_doubted;    /* another address speaks under the same name */
	bool is_understood; /* at least one message was */
	unsigned states;    /* alarms told by it while it is not believed */
	int n_guesses;      /* looks at what else it may speak */
	struct buf *answer; /* of a text's gateway, while one is read; else NULL */
};

struct gate {
	struct gate_config cfg;
	struct door *doors;
	struct net_timer *link_timer, *order_timer;
	struct journal_sink *sink;
	struct map seats; /* door, identity → struct seat */
	uint64_t n_links; /* ever opened */
	size_t pending;
	uint16_t serial;    /* of the last order */
	struct map numbers; /* last digits → struct number */
	bool has_numbers;
	struct map callers;        /* incident, number → struct caller */
	struct outbox *outbox;     /* NULL: no way out */
	struct broker *broker;     /* NULL: none */
	struct parts *parts;       /* long texts under way */
	struct pieces_room pieces; /* recordings under way */
	unsigned char wrong[64];   /* tries at a page's digits, by account */
	int64_t wrong_since;
	struct gate_out out;  /* of the message under way */
	struct gate_out told; /* of the order under way */
};

/* --- session.c: one session per identity ------------------------------------- */
/* The newest connection wins; the old one is kept until it dies, and is told
 * nothing any more. */
struct seat {
	struct link *link; /* NULL: not connected */
	char peer[64];
	int64_t since;
	int64_t followed_ms;    /* its bearer's last place in his own call */
	char sos_key[64];       /* of the call that lasts; "": none */
	int64_t confirm_ms;     /* its bearer was last to be told that he is heard */
	bool is_confirmed;      /* and it said that it told him */
	int64_t recorded_since; /* recordings since then */
	unsigned n_recorded;
};
/* True: the link is new to it. */
bool seat_take(struct gate *g, struct link *l, struct device *d, const char *identity);
/* The link is going: whoever sat on it is not connected. */
void seat_leave(struct gate *g, struct link *l);
struct seat *seat_find(struct gate *g, const char *door, const char *identity);
void seats_done(struct gate *g);
/* Bytes that this door's driver cannot frame: whose language are they? */
void name_stranger(struct link *l, struct span in);

/* --- gate.c ------------------------------------------------------------------------
 */
struct mqtt_rules;
/* One whole message of a link: decoded and taken; g->out holds the answer. What
 * decode() said. */
int take_bytes(struct link *l, struct span msg, const struct mqtt_rules *rules);

void reply_when_durable(struct gate *g, struct net_conn *c, const struct gate_out *out);

/* --- media.c: what bearers record ------------------------------------------------ */
/* The recording in g->out; true: it is answered when it is kept, or was refused. */
bool media_take(struct link *l, struct net_conn *c);

/* --- broker.c ----------------------------------------------------------------------
 */
int broker_open(struct gate *g, const struct gate_broker *cfg, struct buf *why);
void broker_close(struct gate *g);
/* An order to a device behind it: 1 it went, 0 not yet, < 0 it has none such. */
int broker_tell(struct gate *g, const struct device *d, const struct gate_order *order);

/* --- report.c ------------------------------------------------------------------ */
void take_report(struct link *l, const struct gate_report *r, struct span msg);
/* The device of that name; one that nobody knows waits to be bound. NULL: too many
 * wait. */
struct device *device_meet(struct gate *g, const char *door, const char *identity);
/* The key that a device was given; as gate_in wants it. */
bool device_key(void *ctx, const char *identity, struct gate_key *ret);

/* --- phones.c: whose number it is ------------------------------------------------ */
/* The place of a number that is known: who gets its site or unit. */
bool number_place(struct gate *g, const char *number, struct principal *who);
/* A duty officer's account; NULL: nobody's. */
const struct account *number_officer(struct gate *g, const char *number);
void numbers_forget(struct gate *g);

/* --- told.c: what they are told --------------------------------------------------- */
/* answer NULL: by a text of its own. */
void told_press(struct gate *g, const struct press_result *r, const char *phone,
		struct buf *answer);
/* The newest call of a number that is open. */
bool told_find(struct gate *g, const char *phone, struct id *ret_signal);
/* This stage was said in other words. */
void told_done_with(struct gate *g, struct id incident, const char *phone,
		    unsigned stage);
void told_on_event(struct gate *g, const struct event *e);
void told_load(struct gate *g);
void told_close(struct gate *g);

/* --- answers.c -------------------------------------------------------------------- */
#define PARTS_MAX 10  /* of one message */
#define PARTS_HELD 64 /* messages under way */
/* False: there is nothing that this could answer, so it is a call. */
bool answer_cancel(struct link *l, const struct device *d, const struct gate_report *r);
bool answer_take(struct link *l, const struct gate_report *r);
/* The key of the whole message, and all that came of it so far (nothing: a repeat).
 * True: it is not the first part. */
bool parts_take(struct gate *g, const struct gate_report *r, struct span words,
		struct buf *ret_key, struct buf *ret_all);
void parts_done(struct gate *g);

/* --- links.c ------------------------------------------------------------------- */
#define LINK_CHECK_MS 5000
void check_links(void *gate);
/* What comes by this door comes when it comes: silence is no news. */
bool is_relayed(const char *door);

/* --- orders.c ------------------------------------------------------------------ */
void orders_open(struct gate *g);
void orders_close(struct gate *g);
/* It is here: what waits for it goes out. is_new: on another connection, on
 * which nothing that was sent before has come. */
void orders_give(struct gate *g, const struct device *d, bool is_new);
/* Of a device whose SOS lasts until it is confirmed: its bearer sees then that he was
 * heard. */
void orders_confirm(struct gate *g, const struct device *d);
/* It answered an order. */
void orders_answered(struct gate *g, const struct device *d,
		     const struct gate_report *r);
