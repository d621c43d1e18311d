/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of junk into one driver: frames lie within what came, decoding
 * reads nothing outside a frame, answers are within bounds. What it made of the
 * device then writes orders: each has bytes, or is refused.
 */
#pragma once
#include "base/json.h"
#include "gate/driver.h"

#include <assert.h>
#include <stdlib.h>

#define PIECES 20 /* bytes, which is more than the head of any message */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As in the golden captures, which are seeds: devices called A…, B… and C… have keys
 * of 16, 24 and 32 of that letter. A door's own, of no name, is as long as a hash. */
static bool
fuzz_key(void *ctx, const char *identity, struct gate_key *ret)
{
	(void)ctx;
	if (*identity && (*identity < 'A' || *identity > 'C'))
		return false;
	ret->n = *identity ? 16 + 8 * (size_t)(*identity - 'A') : 32;
	memset(ret->bytes, *identity, ret->n);
	return true;
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

/* What was recorded stands in the message, and is no longer without its escapes; what
 * is said to it goes out whole. */
static void
media_check(const struct gate_driver *d, const void *state, struct gate_out *out,
	    struct span msg)
{
	static const uint16_t missing[255] = { 1, 2, 3 };
	const struct gate_media *m = &out->media;
	struct gate_media whole = *m;
	size_t before = out->reply_n;
	char *content;

	if (!m->bytes.n)
		return;
	assert(m->bytes.p >= msg.p && m->bytes.p + m->bytes.n <= msg.p + msg.n);
	assert(m->kind >= GATE_VOICE && m->kind <= GATE_VIDEO);
	assert(!m->parts || (m->part && m->part <= m->parts));
	content = malloc(m->bytes.n);
	whole.bytes.n = m->plain(m->bytes, content, m->bytes.n);
	whole.bytes.p = content;
	assert(whole.bytes.n <= m->bytes.n);
	if (d->media_open && d->media_open(&whole))
		assert(whole.bytes.p + whole.bytes.n <= content + m->bytes.n);
	free(content);
	for (size_t i = 0; d->media_answer && i < 3; i++)
		d->media_answer(state, m, missing, i * 127, out);
	assert(out->reply_n >= before && out->reply_n <= GATE_REPLY_MAX);
}

static void
message_check(const struct gate_driver *d, void *state, struct span msg,
	      bool is_datagram, struct gate_out *out)
{
	char *copy = malloc(msg.n);

	/* A copy of the exact size: a read past it is found. */
	memcpy(copy, msg.p, msg.n);
	gate_out_clear(out);
	d->decode(state,
		  &(struct gate_in){ .msg = { copy, msg.n },
				     .now_ms = INT64_C(1772323200000),
				     .is_datagram = is_datagram,
				     .find_key = fuzz_key },
		  out);
	media_check(d, state, out, (struct span){ copy, msg.n });
	free(copy);
	assert(out->n_reports <= GATE_REPORTS_MAX && out->reply_n <= GATE_REPLY_MAX);
	for (size_t i = 0; i < out->n_reports; i++)
		report_check(&out->reports[i]);
}

/* It writes as much as it told, and no more than it may. */
static void
content_check(const struct gate_out *out, struct span content)
{
	size_t n = out->content_write(content, NULL, 0);
	char *to = malloc(n ? n : 1);

	assert(n >= content.n && n <= 2 * content.n);
	assert(out->content_write(content, to, n) == n);
	assert(out->content_write(content, to, n / 2) == n);
	free(to);
}

/* One order of each kind; of three ways to give it the which-th. text: any bytes. */
static void
orders_check(const struct gate_driver *d, const void *state, struct span text,
	     size_t which, struct gate_out *out)
{
	static const int seconds[] = { 1, 60, 1000000 };
	size_t i = which % 3;

	for (int kind = 0; d->encode && kind <= GATE_SAY + 1; kind++) {
		struct gate_order order = { .kind = (enum gate_order_kind)kind,
					    .seconds = seconds[i],
					    .for_seconds = i == 1 ? 300 : 0,
					    .text = text,
					    .content = text,
					    .identity = i ? "7301000001" : NULL,
					    .now_ms = INT64_C(1772323200000),
					    .serial = 7 };
		int rc;

		if (i == 1 && text.n > 40)
			order.text.n = 40;
		gate_out_clear(out);
		rc = d->encode(state, &order, out);
		assert(rc < 0 ? !out->reply_n : out->reply_n > 0);
		assert(out->reply_n <= GATE_REPLY_MAX);
		if (out->content_write)
			content_check(out, order.content);
	}
}

/* The first bytes, one more each time, always at the end of what may be read. */
static void
pieces_check(const struct gate_driver *d, const uint8_t *data, size_t size)
{
	size_t most = size < PIECES ? size : PIECES;
	char *room = malloc(most + 1), *end = room + most + 1;

	for (size_t n = 0; n <= most; n++) {
		memcpy(end - n, data, n);
		assert(d->frame((struct span){ end - n, n }) <= (ssize_t)n);
	}
	free(room);
}

static int
driver_fuzz(const struct gate_driver *d, const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data, size };
	static struct gate_out room; /* large: to make it anew costs most of a run */
	struct gate_out *out = &room;
	void *state = calloc(1, d->state ? d->state : 1);

	/* It comes in pieces, too. */
	if (size)
		pieces_check(d, data, size);
	while (in.n) {
		ssize_t n = d->frame(in);

		assert(n <= (ssize_t)in.n && -n <= (ssize_t)in.n);
		if (!n)
			break;
		if (n > 0)
			message_check(d, state, (struct span){ in.p, (size_t)n }, false,
				      out);
		in = span_skip(in, (size_t)(n < 0 ? -n : n));
	}
	orders_check(d, state, (struct span){ (const char *)data, size }, size, out);
	/* A datagram is one, and is asked and told at once. */
	if (size) {
		message_check(d, state, (struct span){ (const char *)data, size }, true,
			      out);
		orders_check(d, state, SPAN("come home"), size + 1, out);
	}
	free(state);
	return 0;
}
