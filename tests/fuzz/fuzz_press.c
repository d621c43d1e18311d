/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presses, amendments and cancels of any bytes by known and unknown callers. No
 * press is refused; and each event, written and read again, makes the same
 * records in a second model (law 3).
 */
#include "model_fuzz.h"

#include <stdio.h>

#define T0 1774260930000ll

struct city {
	struct model m, twin;
	struct decision d;
	struct id site, signal;
	struct principal who[4];
};

static void
on_event(void *ctx, struct event *e)
{
	struct city *c = ctx;
	struct buf AUTO(buf_done) doc = { 0 };
	struct field_error why;
	struct event again;

	event_encode(&doc, e, &fuzz_keys);
	assert(event_decode(buf_span(&doc), &fuzz_keys, &again, &why) == 0);
	model_apply(&c->twin, &again);
	event_done(&again);
}

static struct decision *
by(struct city *c, const struct principal *who)
{
	c->d.actor = who;
	return &c->d;
}

static void
city_make(struct city *c)
{
	struct node_args a = { .node = SPAN("khi"), .agency_name = SPAN("P") };
	struct patch p;
	struct id control;

	model_init(&c->m);
	model_init(&c->twin);
	c->d = (struct decision){
		.m = &c->m, .now = T0, .next_seq = 1, .sink = on_event, .sink_ctx = c
	};
	node_make(by(c, NULL), &a, &control);
	c->who[0] = (struct principal){ .role = ROLE_ADMINISTRATOR,
					.agency = control,
					.is_control = true,
					.is_verified = true };
	patch_init(&p, &noun_site);
	PATCH_STR(&p, site, name, SPAN("S"));
	PATCH_STR(&p, site, cancel_code, SPAN("1357"));
	PATCH_STR(&p, site, duress_code, SPAN("2468"));
	assert(site_put(by(c, &c->who[0]), (struct id){ 0 }, &p, &c->site) == 0);
	for (int k = 0; k < 4; k++) {
		c->who[k] = (struct principal){ .role = k ? ROLE_SITE : ROLE_SUPERVISOR,
						.agency = control,
						.is_control = true,
						.is_verified = k < 2,
						.name = "N" };
		c->who[k].id = (struct id){ .seq = 900 + (uint64_t)k, .noun = 'a' };
		memcpy(c->who[k].id.node, "khi", 3);
		c->who[k].source[0] = (char)('a' + k);
		if (k < 3)
			c->who[k].site = c->site;
	}
}

static void
one_call(struct city *c, struct span in)
{
	uint8_t op = (uint8_t)in.p[0], flags = (uint8_t)in.p[1];
	const struct principal *who = &c->who[op >> 4 & 3];
	struct press_args a = { .claimed_at = TIME_NONE, .door = SPAN("api") };
	struct press_result r;
	enum cancel_answer answer;
	struct span rest = span_skip(in, 2);

	a.key = span_cut(&rest, '|');
	a.kind = span_cut(&rest, '|');
	a.message = span_cut(&rest, '|');
	a.language = span_cut(&rest, '|');
	a.labels = span_cut(&rest, '|');
	a.raw = span_cut(&rest, '|');
	a.is_test = flags & 1;
	a.is_silent = flags & 2;
	if (flags & 4)
		a.site = c->site;
	if (flags & 8)
		a.claimed_at = (int64_t)((uint64_t)flags << (flags >> 4) * 3);
	if (flags & 16)
		geo_position(flags / 3.0, -flags / 2.0, &a.position);
	c->d.now += flags * 1000;
	switch (op & 7) {
	case 0:
		incident_acknowledge(
			by(c, &c->who[0]),
			(struct id){ .seq = 4, .noun = 'i', .node = "khi" });
		break;
	case 1:
		signal_amend(by(c, who), c->signal, &a);
		break;
	case 2:
		incident_cancel(by(c, who), c->signal, a.message, &answer);
		break;
	default:
		assert(signal_press(by(c, who), &a, &r) == 0);
		c->signal = r.signal;
	}
}

static void
compare(struct city *c)
{
	for (int n = 0; n < NOUN__COUNT; n++) {
		void *v;

		assert(c->m.tables[n].n == c->twin.tables[n].n);
		for (size_t i = 0; map_next(&c->m.tables[n], &i, NULL, &v);) {
			struct buf AUTO(buf_done) one = { 0 }, two = { 0 };
			struct record *a = v, *b = model_find(&c->twin, n, a->id);

			assert(b);
			record_encode(&one, n, a, model_key_slot(&c->m, n, a),
				      &fuzz_keys);
			record_encode(&two, n, b, model_key_slot(&c->twin, n, b),
				      &fuzz_keys);
			if (!span_is(buf_span(&one), buf_span(&two))) {
				fprintf(stderr, "%s\n%s\n", one.p, two.p);
				abort();
			}
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size), rest = in;
	struct city c = { 0 };

	if (crypt_start() < 0)
		abort();
	city_make(&c);
	while (rest.n) {
		struct span line = span_cut(&rest, '\n');

		if (line.n >= 2)
			one_call(&c, line);
	}
	compare(&c);
	model_done(&c.m);
	model_done(&c.twin);
	free((char *)(uintptr_t)in.p);
	return 0;
}
