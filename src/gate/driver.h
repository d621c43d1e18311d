/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver's doorway. A device protocol is one file in drivers/ that ends with
 * one const struct gate_driver, and one line in drivers.def. It is pure: it does no
 * I/O, reads no clock and allocates nothing, so one state and one byte string give
 * one answer.
 */
#pragma once
#include "base/geo.h"
#include "base/span.h"

#include <sys/types.h>

#define GATE_TCP 1u
#define GATE_UDP 2u
#define GATE_HTTP 4u     /* frame() sees a whole HTTP request, replies likewise */
#define GATE_RELAYED 8u  /* others bring it: no session, and silence says nothing */
#define GATE_PHONES 16u  /* identities are telephone numbers: texts go back */
#define GATE_KEYED 32u   /* what it says is proven by the device's key */
#define GATE_LASTING 64u /* its SOS is a state, until it is confirmed or let go */

#define GATE_IDENTITY_MAX 80 /* topics of OwnTracks are long */
#define GATE_REPORTS_MAX 256 /* reports out of one message: Teltonika sends 255 */
#define GATE_REPLY_MAX 2048
#define GATE_WORDS_MAX 4096 /* ten parts of a text message, three bytes a letter */

/* What a device says happened, as bits: one report may carry several. */
enum gate_alarm {
	GATE_SOS = 1u << 0,
	GATE_DURESS = 1u << 1,
	GATE_FALL = 1u << 2,
	GATE_REMOVED = 1u << 3,
	GATE_FENCE_OUT = 1u << 4,
	GATE_FENCE_IN = 1u << 5,
	GATE_LOW_BATTERY = 1u << 6,
	GATE_POWER_CUT = 1u << 7,
	GATE_TAMPER = 1u << 8,
	GATE_HEART_RATE = 1u << 9,
	GATE_VIBRATION = 1u << 10,
	GATE_OVERSPEED = 1u << 11,
	GATE_CRASH = 1u << 12,
	GATE_FIRE = 1u << 13,
	GATE_MEDICAL = 1u << 14,
	GATE_GENERAL = 1u << 15, /* an alarm that names no kind: treat as SOS */
	GATE_DOOR = 1u << 16,
	GATE_OTHER = 1u << 17,
};

enum gate_report_kind {
	GATE_HELLO = 1,  /* login or first contact */
	GATE_ALIVE,      /* keep-alive */
	GATE_FIX,        /* a position now */
	GATE_STORED_FIX, /* a position from the device's memory: history only */
	GATE_ALARM,      /* alarms is not 0; position may be set */
	GATE_READING,    /* heart rate, temperature … without a position */
	GATE_RESTORE,    /* what code told of is over; alarms says what it was */
	GATE_TEST,       /* a test of the line or of a button */
	GATE_ORDER_ACK,  /* the device echoes an order; text holds the keyword */
	GATE_UNKNOWN,    /* well formed, not understood: kept, acked */
	GATE_CANCEL,     /* the bearer asks to cancel its call; code: what it typed */
	GATE_TAKE,       /* "yes" to a page; code: the page's digits, or none */
};

/* None of them listens or looks: such orders are not written here. */
enum gate_order_kind {
	GATE_LOCATE_NOW = 1,
	GATE_INTERVAL, /* seconds; for_seconds 0: until another comes */
	GATE_TEXT,     /* text */
	GATE_RING,
	GATE_CONFIRM, /* the alarm was heard: stop repeating it */
	GATE_SAY,     /* content is played aloud: an AMR recording */
};

struct gate_report {
	enum gate_report_kind kind;
	/* enum gate_alarm bits. In a report that is no GATE_ALARM they are states
	 * that go on (battery low, out of a fence): shown, nothing is raised. */
	unsigned alarms;
	char identity[GATE_IDENTITY_MAX];             /* as the device calls itself */
	int64_t device_time_ms;                       /* TIME_NONE: none told */
	struct position position;                     /* is_set only for a valid fix */
	double speed_mps, course_deg, altitude_m;     /* NAN: none told */
	int satellites, battery_pct, signal_pct;      /* -1: none told */
	int heart_bpm, systolic, diastolic, spo2_pct; /* -1: none told */
	double temperature_c;                         /* NAN: none told */
	int64_t steps;                                /* -1: none told */
	char text[160];            /* a message of the bearer, or the order's keyword */
	char code[12];             /* of an alarm panel: "PA", "E120"; "" none */
	int area, zone;            /* of a site, as the panel counts; -1: none told */
	char firmware[40];         /* "" none told */
	enum gate_order_kind acks; /* of GATE_ORDER_ACK; 0: of the oldest that waits */
	bool is_refused;           /* and it said no */
	/* Of a message that came in parts; parts 0: it is whole. */
	uint16_t part_ref;
	uint8_t part, parts;
	bool is_proven; /* a key of the device was needed to write this message */
	char key[48];   /* what makes a repeat of this report recognisable; "" none */
};

enum gate_media_kind { GATE_VOICE = 1, GATE_PHOTO, GATE_VIDEO };

/* What a bearer recorded, or his device by itself: nobody asked for it. */
struct gate_media {
	struct span bytes; /* as it stands in the message; n 0: none */
	/* Takes the message's own escapes out; at most cap bytes, the length told. */
	size_t (*plain)(struct span s, char *to, size_t cap);
	enum gate_media_kind kind;
	/* Of one that comes in parts, from 1; those of one recording are a series.
	 * parts 0: it is whole. */
	uint64_t series;
	uint16_t part, parts;
};

struct gate_out {
	struct gate_report reports[GATE_REPORTS_MAX];
	size_t n_reports;
	size_t n_lost;              /* reports that did not fit: the door logs it */
	char words[GATE_WORDS_MAX]; /* of the first report, when its text is too small
				     */
	size_t words_n;
	/* The reply. It leaves after the reports of this message are durable. */
	char reply[GATE_REPLY_MAX];
	size_t reply_n;
	/* Where it is kept as evidence the reply says so, or no says that it was not.
	 */
	struct gate_media media;
	char no[96];
	/* Of an order with content: it goes behind the reply, as this writes it (at
	 * most cap bytes, the length told), and then the tail. NULL: none goes. */
	size_t (*content_write)(struct span content, char *to, size_t cap);
	char tail[4];
};

struct gate_order {
	enum gate_order_kind kind;
	int seconds, for_seconds;
	struct span text; /* UTF-8 */
	struct span content;
	const char *identity;
	int64_t now_ms;
	uint16_t serial; /* rises with each order to the device */
};

struct gate_key {
	uint8_t bytes[32];
	size_t n;
};

/* One whole message, and what may be asked while it is read. */
struct gate_in {
	struct span msg;
	int64_t now_ms; /* of arrival: for replies with the clock, and years of two
			   digits */
	bool is_datagram;
	/* The key that the department gave the device of that identity; "": of the
	 * door itself. */
	bool (*find_key)(void *ctx, const char *identity, struct gate_key *ret);
	void *ctx;
	const struct mqtt_rules *rules; /* of the mqtt door; NULL: those built in */
};

struct gate_driver {
	const char *name; /* names the config key, the metrics and tests/gate/<name>/ */
	uint16_t port;    /* where such devices call by default */
	unsigned wire;    /* GATE_TCP | GATE_UDP | GATE_HTTP */
	size_t state;     /* bytes of zeroed state per connection */

	/* How long is the first message? 0: not all here yet. <0: -n: skip n bytes
	 * of junk to resynchronise. */
	ssize_t (*frame)(struct span in);
	/* Turn one whole message into reports (and perhaps a reply) in out, which is
	 * empty. 0, or a negative err: not understood (bytes are kept as evidence by
	 * the door, the connection goes on; a reply that was written is sent all the
	 * same). */
	int (*decode)(void *state, const struct gate_in *in, struct gate_out *out);
	/* Write an order in the device's own language into out->reply; state tells
	 * the maker's letters. ERR_UNSUPPORTED if it has none. NULL: takes none. */
	int (*encode)(const void *state, const struct gate_order *order,
		      struct gate_out *out);
	/* A whole recording, without escapes: leaves what stands before it out. False:
	 * it is none that is kept. NULL: it is as it is. */
	bool (*media_open)(struct gate_media *m);
	/* Adds to out->reply that all of m's series came, or that the last part did and
	 * these n did not. NULL: the answer to each part is all. */
	void (*media_answer)(const void *state, const struct gate_media *m,
			     const uint16_t *missing, size_t n, struct gate_out *out);
};

/* Every driver, in the order of drivers.def; ends with NULL. */
extern const struct gate_driver *const gate_drivers[];

/* Whether this secret is the one whose hash is the key. */
bool gate_secret_is(const struct gate_key *key, struct span secret);
void gate_out_clear(struct gate_out *out);
/* A report with all "none told" values set. NULL when out is full (counted). */
struct gate_report *gate_report_add(struct gate_out *out, enum gate_report_kind kind,
				    const char *identity);
void gate_reply(struct gate_out *out, struct span bytes);
void gate_reply_printf(struct gate_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
