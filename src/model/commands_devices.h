/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of devices, as in commands.h. */
#pragma once
#include "model/model.h"

int device_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
/* A device that no one knows called. */
int device_seen(struct decision *d, struct span door, struct span identity,
		struct id *ret);
int device_link_set(struct decision *d, struct device *dev, enum device_link link);
/* flag: one word; again the same within an hour says nothing. */
int device_flag(struct decision *d, struct device *dev, struct span flag);

/* --- what it is told, and what it tells */
struct device_order_args {
	struct id device;
	enum device_order_kind kind;
	int64_t seconds, for_seconds;
	struct span text;
	struct id file; /* for voice */
};
int device_may_be_told(struct decision *d, struct id device); /* by the caller */
#define DEVICE_SAID_AGAIN_MS 60000 /* a panel repeats until it is answered */
struct device_said_args {
	enum device_said said;
	struct span code;
	int64_t area, zone; /* FIELD_NONE: not told */
};
/* It told of what is over, was tried, or is an alarm that calls nobody: kept, and noted
 * in its bearer's call while one is open. The same again within a minute says nothing;
 * of a device that nobody bound, one a minute is kept. */
int device_say(struct decision *d, struct device *dev,
	       const struct device_said_args *a);
/* No actor: the node itself. */
int device_order_make(struct decision *d, const struct device_order_args *a,
		      struct id *ret);
int device_order_set(struct decision *d, struct id id, enum device_order_state to,
		     struct span why);
