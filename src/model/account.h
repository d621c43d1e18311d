/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may act: accounts (people with a login), tokens (programs, and enrolled
 * SOS buttons), invitations, devices; and the principal that they become.
 */
#pragma once
#include "model/device_told.h"
#include "model/nouns.h"

enum role {
	ROLE_NONE,
	ROLE_ADMINISTRATOR,
	ROLE_DISPATCHER,
	ROLE_SUPERVISOR,
	ROLE_DUTY_OFFICER,
	ROLE_RESPONDER,
	ROLE_SITE,
	ROLE_LIAISON,
	ROLE_OVERSIGHT,
	ROLE_BOARD,
	ROLE_DEVICE, /* never an account's: a bound device */
	ROLE_FEED,   /* a token's: brings alerts, reads the public feed, no more */
};
extern const char *const role_names[];

struct account {
	struct record r;
	struct id agency;
	char *login, *name;
	int role;
	struct id unit, site, person;
	char *language;
	char *phone;                 /* that may be nudged */
	char *quiet_from, *quiet_to; /* "22:00", in the account's own time */
	int64_t utc_offset_min;
	bool disabled;
	int ask_world;
	char *password; /* only in requests */
	char *password_hash;
	bool must_change_password, reset_password;
	bool totp, reset_totp;          /* a second factor is asked for */
	char *totp_secret, *totp_asked; /* base32; asked: not confirmed yet */
	int64_t totp_step;              /* of the last code that was used */
	int64_t key_slot;
	char *looks; /* derived: how often it looked (opening.h) */
};

struct token {
	struct record r;
	struct id agency;
	int role;
	struct id unit, site, device;
	char *label;
	bool sos_only; /* an enrolled button: presses, follows, tests; no more */
	bool revoked;
	char *hash; /* hex of the BLAKE2b of the secret */
	struct id invitation;
	char *looks; /* as of an account */
};

struct invitation {
	struct record r;
	struct id agency, site;
	int role; /* liaison: a person's account; none: a button of the site */
	char *label;
	char *hash;
	int64_t created_at, expires_at, used_at;
	struct id token, account;
	bool revoked;
};

enum device_state { DEVICE_PENDING = 1, DEVICE_BOUND, DEVICE_REVOKED };
enum device_trust { TRUST_UNVERIFIED = 1, TRUST_VERIFIED };
extern const char *const trust_names[];

struct device {
	struct record r;
	struct id agency;
	char *door, *identity;
	int state;
	struct id bound_to, person;
	int trust;
	int64_t first_seen_at;
	bool claim;      /* asked for only: the name is another record's, or nobody's */
	int link;        /* device_link_names */
	int64_t link_at; /* since when it is so */
	char *carrier;   /* what carries its words; NULL: not told */
	char *model, *phone;
	char *key; /* hex: what it encrypts with */
	int64_t key_slot;
	int64_t interval_s; /* promised between reports; FIELD_NONE: not told */
	char *flags;        /* JSON list: jump, second_address, wrong_door */
	int64_t flagged_at;
	/* what is over, was tried, or is no call, as it told last */
	int said;        /* enum device_said */
	char *said_code; /* of an alarm panel, as it writes it */
	int64_t said_area, said_zone, said_at;
	/* observed, in memory only: never on the shelf, gone with a restart */
	int64_t last_seen_at;
	int battery_pct;      /* -1: not told */
	unsigned last_alarms; /* bits of the last report */
	int signal_pct;       /* -1: not told */
	char firmware[40];
	bool is_fast;            /* was told to report fast, in an emergency */
	unsigned doubted_alarms; /* of the last report that was not believed */
	unsigned told_alarms;    /* its last ones, whatever they are; 0: none */
	int64_t alarms_at;
	struct device_readings readings; /* of its bearer */

	struct device_order **orders; /* open ones, oldest first */
	size_t n_orders;
};
enum device_link { LINK_LIVE = 1, LINK_LATE, LINK_LOST };

/* A login that stands: its secret's hash, so that a restart logs no one out. */
struct session {
	struct record r;
	struct id account;
	char *hash;
	int64_t opened_at, expires_at;
	int64_t totp_step; /* of the code that opened it */
	char *peer;
	bool ended;
};

extern const struct noun noun_account, noun_token, noun_invitation, noun_device,
	noun_session;

/* One caller as the law sees it. Rebuilt from the state for each request. */
struct principal {
	enum role role;
	struct id id; /* account, token or device; unset: anonymous */
	struct id agency, unit, site;
	int world;
	bool sos_only;
	bool is_control;  /* of the control agency */
	bool is_verified; /* false: anonymous, revoked, expired, unbound */
	char name[96];
	char source[104]; /* what a press of this caller is deduplicated by */
};

/* In the quiet hours of the person's own clock. */
bool account_is_quiet(const struct account *a, int64_t now);
/* dispatcher, supervisor or duty officer of the control agency */
bool principal_is_dispatcher_up(const struct principal *p);
bool principal_is_supervisor_up(const struct principal *p);
/* those, and board: may read the room */
bool principal_is_room(const struct principal *p);
bool principal_is_administrator(const struct principal *p);
/* the control agency's people who deal with missions */
bool principal_is_desk(const struct principal *p);
bool principal_may_raise(const struct principal *p); /* concerns, proposals */
struct model;
/* who may demand reports from officers of its agency, or of all: control */
bool principal_is_command(const struct model *m, const struct principal *p);
