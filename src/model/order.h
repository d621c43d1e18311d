/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for report: a command demands a report from a named officer by a time. */
#pragma once
#include "model/nouns.h"

enum order_state {
	ORDER_ISSUED = 1,
	ORDER_ACKNOWLEDGED,
	ORDER_DELIVERED,
	ORDER_ACCEPTED,
	ORDER_RETURNED, /* asked for again, with a reason */
	ORDER_WITHDRAWN,
};
extern const char *const order_state_names[];

struct order {
	struct record r;
	struct id agency; /* of the command */
	struct id officer, issued_by, incident, post;
	char *issued_by_name, *subject, *text, *report, *files, *enclosures, *reason;
	int state;
	int64_t due_at, issued_at, acknowledged_at, delivered_at, accepted_at,
		returned_at, withdrawn_at, overdue_at;
	int64_t overdue_step, returns;
	int64_t key_slot;
};
extern const struct noun noun_order;

/* The officer owes something: nothing delivered, or it was returned. */
bool order_is_owed(const struct order *o);
/* How late the n-th shout is, from the time it was due; 3 of them. */
enum { ORDER_SHOUTS = 3 };
extern const int64_t order_shouts_ms[ORDER_SHOUTS];
