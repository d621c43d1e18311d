/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door for people and programs: HTTP routes, the live socket, the pages.
 * It turns requests into commands and events into frames; it decides nothing.
 */
#pragma once
#include "auth/auth.h"
#include "cap/cap.h"
#include "dispatch/dispatch.h"
#include "meet/meet.h"
#include "place/place.h"
#include "talk/talk.h"
#include "witness/witness.h"

struct api;

struct api_config {
	struct net *net;
	struct journal *journal;
	struct track *track;
	struct route *route;
	struct places *places;
	struct auth *auth;
	struct dispatch *dispatch;
	struct talk *talk;
	struct cap_readers *feeds; /* NULL: none */
	struct witness *witness;   /* NULL: none */
	const char *dir;           /* data folder: printed snapshots */
	const char *public_url;    /* for invitations; NULL: from the request */
	const char *print_program; /* gets the snapshot as HTML on stdin; NULL: none */
	int64_t print_every_ms;    /* 0: never */
	int64_t invitation_ms;     /* an invitation stands this long */
	const char *cap_sender;    /* of our alerts; NULL: "kumak-NODE" */
	const char *shifts;        /* "06-14-22": hours at which one begins */
	int64_t utc_offset_min;    /* of the room's clock */
	bool public_feed;          /* advisories marked clear: for anyone */
	/* Days after which each goes: told, not obeyed here. */
	int64_t keep_tracks_days, keep_incidents_days, keep_media_days;
};

int api_open(const struct api_config *cfg, struct api **ret);
void api_close(struct api *api); /* NULL is fine */
/* The handlers to give to http_listen. */
struct http_server api_server(struct api *api);
/* The node is about to stop: tells who listens that it comes back. */
void api_restart(struct api *api);
/* A unit moved: goes to boards with the next merge. */
void api_unit_moved(struct api *api, struct id unit);
/* The OpenAPI document, as GET /api/v1/openapi.json serves it. */
void api_openapi(struct buf *b);
