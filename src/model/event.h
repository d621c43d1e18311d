/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: what happened, once, in order. An event is an envelope and a patch
 * of its subject. The state is the fold of events through model_apply().
 */
#pragma once
#include "model/nouns.h"

/* Audiences of events.def. */
#define SEE_ROOM 1u
#define SEE_OWNER 2u
#define SEE_UNIT 4u
#define SEE_AGENCY 8u
#define SEE_ADMIN 16u
#define SEE_STAFF 32u
#define SEE_JOINT 64u
#define SEE_PARTIES 128u
#define SEE_CHANNEL 256u
#define SEE_SENDER 512u
#define SEE_HUB 1024u
#define SEE_SELF 2048u
#define SEE_ALLOWED 4096u
#define SEE_DESK 8192u
#define SEE_INVITED 16384u
#define SEE_ACTOR 32768u
#define SEE_KEEPER 0x10000u
#define SEE_OPEN 0x20000u

enum event_type {
	EVENT__NONE,
#define EVENT(name, type, noun, audience) EVENT_##name,
#include "model/events.def"
#undef EVENT
	EVENT__COUNT
};

struct event_info {
	const char *type; /* "incident.raised" */
	enum noun_index noun;
	unsigned audience;
};
extern const struct event_info event_infos[EVENT__COUNT];
enum event_type event_find(struct span type); /* EVENT__NONE: unknown */

struct event {
	uint64_t seq;
	int64_t at;     /* never goes back */
	uint64_t epoch; /* of the writer's lease */
	int world;
	enum event_type type;
	struct id subject;
	struct id actor; /* account, token or device; unset: the node itself */
	/* What it concerns, for access, routing and the timeline. */
	struct id agency; /* owner */
	struct id incident, signal, unit, unit_agency, site;
	struct patch body;
	int64_t key_slot; /* its sealed part's key; FIELD_NONE: nothing to seal */
};

/* Keys of sealed fields, by slot. A destroyed slot has no key. */
struct seal_cache;
struct seal_keys {
	/* NULL: destroyed or never made. */
	const uint8_t *(*key)(void *ctx, int64_t slot);
	void *ctx;
	struct seal_cache *cache; /* boxes just made; NULL: none */
};
/* An event and the record it makes seal the same words: equal words under one
 * key give equal boxes, so the second is a copy. */
struct seal_cache *seal_cache_new(void);
void seal_cache_free(struct seal_cache *c);

/* The envelope as the chain hashes it: canonical JSON, sealed part encrypted. */
void event_encode(struct buf *b, const struct event *e, const struct seal_keys *keys);
/* ERR_CORRUPT with *why on anything that event_encode would not write. A
 * destroyed key leaves the sealed fields without value. Free with event_done. */
int event_decode(struct span doc, const struct seal_keys *keys, struct event *ret,
		 struct field_error *why);
void event_done(struct event *e);

/* A record as the shelf keeps it (sealed fields encrypted), and back. */
void record_encode(struct buf *b, enum noun_index n, const struct record *rec,
		   int64_t key_slot, const struct seal_keys *keys);
int record_decode(enum noun_index n, struct id id, struct span body,
		  const struct seal_keys *keys, struct record **ret);
/* hash = BLAKE2b(prev ‖ doc) */
void event_hash(uint8_t out[32], const uint8_t prev[32], struct span doc);
