/* SPDX-License-Identifier: Apache-2.0 */
/* The running program: what main.c opens and doors.c listens with. */
#pragma once
#include "api/api.h"
#include "cli/cli.h"
#include "gate/gate.h"
#include "place/place.h"
#include "route/route.h"
#include "rounds/rounds.h"
#include "share/share.h"
#include "witness/witness.h"

#define DOORS_MAX 32

struct program {
	struct options o;
	struct net *net;
	struct store *store;
	struct journal *journal;
	struct track *track;
	struct route *route;
	struct places *places;
	struct auth *auth;
	struct dispatch *dispatch;
	struct cap_desk *cap;
	struct cap_readers *feeds;
	struct meet_desk *meet;
	struct rounds *rounds;
	struct share *share;
	struct talk *talk;
	struct api *api;
	struct gate *gate;
	struct witness *witness;
	struct net_timer *watchdog;
	struct net_tls *tls;
	struct buf sms_secret, sms_password, sms_authority, mqtt_password, mqtt_rules,
		feed_authority, witness_authority;
	struct net_listener *http, *https;
	const char *doors[DOORS_MAX * 2]; /* name, address */
	size_t n_doors;
	pid_t actors;
};

/* --- doors.c: where the program can be reached ------------------------------- */
int open_http(struct program *p, struct buf *why);
int open_doors(struct program *p, struct buf *why);
int open_gate(struct program *p, struct buf *why);
int open_roads(struct program *p, struct buf *why);
int open_feeds(struct program *p, struct buf *why);
int open_witness(struct program *p, struct buf *why);
/* For dispatch: a text to a phone. */
int send_text(void *program, struct span phone, struct span text,
	      void (*done)(void *ctx, int status), void *ctx);
/* DIR/serve.json: what administration on this machine needs. */
int write_serve_file(struct program *p, const char *url, struct buf *why);
