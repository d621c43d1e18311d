/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders to devices: where are you, report each so often, a text, ring, the
 * alarm was heard. Queued until the device calls, sent, and then acked, refused
 * or expired. On duty or in the bearer's own emergency only; none of them
 * listens or looks.
 */
#pragma once
#include "model/nouns.h"

enum device_order_kind {
	DEVICE_ORDER_LOCATE = 1,
	DEVICE_ORDER_INTERVAL,
	DEVICE_ORDER_TEXT,
	DEVICE_ORDER_RING,
	DEVICE_ORDER_CONFIRM,
	DEVICE_ORDER_VOICE, /* played aloud, never unheard by its bearer */
};

enum device_order_state {
	DEVICE_ORDER_QUEUED = 1,
	DEVICE_ORDER_SENT,
	DEVICE_ORDER_ACKED,
	DEVICE_ORDER_REFUSED,
	DEVICE_ORDER_EXPIRED
};
extern const char *const device_order_state_names[];
extern const char *const device_order_kind_names[];

struct device_order {
	struct record r;
	struct id device, unit, incident; /* incident: the emergency that allows it */
	struct id file;                   /* what is said */
	int kind, state;
	int64_t seconds, for_seconds;
	char *text;
	bool is_automatic;
	char *asked_name, *why;
	struct id asked_by;
	int64_t at, sent_at, ended_at, expires_at, tries;
	int64_t key_slot;
};

extern const struct noun noun_device_order;

struct model;
struct device;
struct incident;
/* The open incident that a bound device or its unit itself called for; NULL: none. */
const struct incident *device_emergency(const struct model *m,
					const struct device *dev);
/* What a watch takes at once; with the escapes of the wire it fits its frame. */
#define DEVICE_VOICE_MAX (30 << 10)
bool device_order_is_open(const struct device_order *o);
