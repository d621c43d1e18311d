/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is calling: passwords (argon2id in the pool), sessions by cookie, bearer
 * tokens, enrolment secrets, and the throttle of logins. It says who; what
 * they may is model/access.h. A throttle never touches a press or a session
 * that stands.
 */
#pragma once
#include "journal/journal.h"
#include "net/net.h"

struct auth;

int auth_open(struct net *net, struct journal *journal, struct auth **ret);
void auth_close(struct auth *a); /* NULL is fine */

/* A secret that is an administrator's of the control agency, from loopback only,
 * for this run of the program: kumak account … on the machine itself. */
void auth_set_local(struct auth *a, struct span secret);

enum auth_how {
	AUTH_NOBODY, /* no credential given */
	AUTH_BAD,    /* one that is not valid (now) */
	AUTH_BEARER,
	AUTH_COOKIE,
};

struct auth_result {
	enum auth_how how;
	struct principal who; /* of nobody and bad: anonymous, by address */
	struct id session;
	bool must_change_password;
};

/* By Authorization: Bearer, the cookie, or the WebSocket subprotocol
 * "token.<secret>" (a browser cannot set headers there). */
void auth_identify(struct auth *a, const struct http_request *req,
		   struct auth_result *ret);
/* The CSRF word that belongs to the request's session cookie. */
void auth_csrf(struct auth *a, const struct http_request *req, struct buf *b);
bool auth_csrf_ok(struct auth *a, const struct http_request *req);

struct auth_outcome {
	int status;       /* 200, 401, 429, 503 */
	const char *code; /* bad_login, totp_needed, bad_totp, too_many_tries, busy */
	struct id account;
	struct span cookie;
	int retry_after_s;
};

struct auth_login {
	struct span login, password, totp;
	const char *peer;
	bool is_tls;
	/* On the loop: 200 with a session, or a refusal's status and code. */
	void (*done)(void *ctx, const struct auth_outcome *o);
	void *ctx;
};
/* Copies what it needs. done is called once, maybe at once. */
void auth_login(struct auth *a, const struct auth_login *l);
void auth_logout(struct auth *a, struct id session);
/* Whether `password` is the account's: done(ctx, ok). */
void auth_check_password(struct auth *a, struct id account, struct span password,
			 void (*done)(void *ctx, bool ok), void *ctx);
/* A code of the account's second factor, of the one that is asked for or of the
 * one that is on: "" and its step, or the code of the refusal. Counts tries. */
const char *auth_check_totp(struct auth *a, struct id account, bool is_asked,
			    struct span code, int64_t *ret_step,
			    int *ret_retry_after_s);
/* A new secret and the address in its QR code. */
void auth_new_totp(struct auth *a, struct id account, struct buf *ret_secret,
		   struct buf *ret_uri);
/* Hashes in the pool: done(ctx, hash), empty on failure (too busy). */
void auth_hash_password(struct auth *a, struct span password,
			void (*done)(void *ctx, struct span hash), void *ctx);

/* --- secrets --------------------------------------------------------------- */
/* 16 characters that can be read aloud. */
void auth_new_password(struct buf *b);
/* A bearer secret and the hash that is kept of it. */
void auth_new_secret(struct buf *secret, struct buf *hash_hex);
/* An invitation code: 20 characters in groups, and its hash. */
void auth_new_code(struct buf *code, struct buf *hash_hex);
void auth_hash_secret(struct buf *hash_hex, struct span secret);
/* Codes are typed: case, blanks and dashes do not matter. */
void auth_hash_code(struct buf *hash_hex, struct span code);
