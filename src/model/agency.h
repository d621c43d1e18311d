/* SPDX-License-Identifier: Apache-2.0 */
/* Agencies, and the node itself: who owns records, and where. */
#pragma once
#include "model/nouns.h"

enum agency_kind {
	AGENCY_POLICE = 1,
	AGENCY_RANGERS,
	AGENCY_MISSION,
	AGENCY_COMPANY,
	AGENCY_FIRE,
	AGENCY_MEDICAL,
	AGENCY_OTHER
};

struct agency {
	struct record r;
	char *name, *name_ur;
	char *zone;       /* of its capital, an IANA name */
	char *short_name; /* in its logins; NULL: its number stands in */
	int kind;
	bool is_control;  /* the node's control agency: owns incidents */
	bool lends_units; /* standing grant: the room may send its units */
	bool is_cell;     /* keeps the register of protected people */
};

/* One record a node: what was settled when it was made, and its counters. */
struct node {
	struct record r;
	char *node, *name;
	struct id control;
	char *emergency_phone, *room_phone, *sms_phone;
	char *language;      /* of callers who told none */
	char *head_key;      /* hex of the public key that signs heads */
	int64_t number_seed; /* incident numbers are a keyed walk: no one can count */
	int64_t incidents_made;
	int64_t key_slots_used;
	int64_t forms_used;  /* numbered paper forms handed out */
	int64_t muted_until; /* all sounds but SOS; shown to everyone */
	char *muted_by;
	int64_t snapshot_at, snapshots_made;   /* printed queue */
	int64_t synthetic_day, synthetic_runs; /* tests of the whole path */
	int64_t swept_at, swept_tracks, swept_incidents, swept_media; /* last sweep */
	bool is_demo;
};

extern const struct noun noun_agency, noun_node;

/* Police, Rangers, fire, medical: those that come. Others are protected, and
 * none of these ever learns of another. */
bool agency_is_responding(const struct agency *g);
