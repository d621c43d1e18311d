/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of junk into one driver: frames lie within what came, decoding
 * reads nothing outside a frame, answers are within bounds and the same twice.
 */
#pragma once
#include "base/json.h"
#include "gate/driver.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every second device has a key. */
static bool
fuzz_key(void *ctx, const char *identity, struct gate_key *ret)
{
	(void)ctx;
	*ret = (struct gate_key){ .n = 16 };
	return identity[0] & 1;
}

static void
report_check(const struct gate_report *r)
{
	assert(r->kind >= GATE_HELLO && r->kind <= GATE_TAKE);
	assert(memchr(r->code, 0, sizeof r->code));
	assert(memchr(r->firmware, 0, sizeof r->firmware));
	assert(memchr(r->identity, 0, sizeof r->identity));
	assert(memchr(r->text, 0, sizeof r->text));
	assert(memchr(r->key, 0, sizeof r->key));
	assert((r->kind != GATE_ALARM) == !r->alarms || r->kind == GATE_FIX ||
	       r->kind == GATE_STORED_FIX || r->kind == GATE_READING ||
	       r->kind == GATE_RESTORE || r->kind == GATE_TEST);
	assert(r->kind != GATE_FIX || r->position.is_set);
	if (r->position.is_set) {
		assert(abs(r->position.lat_e7) <= 900000000);
		assert(abs(r->position.lon_e7) <= 1800000000);
	}
	assert(r->battery_pct >= -1 && r->battery_pct <= 100);
}

static void
message_check(const struct gate_driver *d, void *state, struct span msg,
	      struct gate_out *out)
{
	char *copy = malloc(msg.n);

	/* A copy of the exact size: a read past it is found. */
	memcpy(copy, msg.p, msg.n);
	gate_out_clear(out);
	d->decode(state,
		  &(struct gate_in){ .msg = { copy, msg.n },
				     .now_ms = INT64_C(1772323200000),
				     .find_key = fuzz_key },
		  out);
	free(copy);
	assert(out->n_reports <= GATE_REPORTS_MAX && out->reply_n <= GATE_REPLY_MAX);
	for (size_t i = 0; i < out->n_reports; i++)
		report_check(&out->reports[i]);
}

static int
driver_fuzz(const struct gate_driver *d, const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data, size };
	static struct gate_out room; /* large: to make it anew costs most of a run */
	struct gate_out *out = &room;
	void *state = calloc(1, d->state ? d->state : 1);

	while (in.n) {
		ssize_t n = d->frame(in);

		assert(n <= (ssize_t)in.n && -n <= (ssize_t)in.n);
		if (!n)
			break;
		if (n > 0)
			message_check(d, state, (struct span){ in.p, (size_t)n }, out);
		in = span_skip(in, (size_t)(n < 0 ? -n : n));
	}
	/* Datagrams come without framing. */
	if (size)
		message_check(d, state, (struct span){ (const char *)data, size }, out);
	free(state);
	return 0;
}
