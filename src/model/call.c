/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls taken by a person, and what was written on paper while screens were
 * down: the same incident, but typed times stand apart and out of the clocks.
 */
#include "model/commands.h"

#include "base/crypt.h"

#include <stdio.h>

/* A keyed walk over the 90,000 numbers of five digits, each once before any
 * again: a Feistel network on pairs of 300. Whoever knows some numbers, but not
 * the key, cannot tell the next one nor how many were made between them. */
#define HALF 300
#define ROUNDS 6

static unsigned
mix(const struct node *node, int64_t lap, int round, unsigned half)
{
	const int64_t in[] = { node->number_seed, lap, round, half };
	uint8_t h[HASH_BYTES];
	uint32_t v;

	crypt_hash(h, (struct span){ (const char *)in, sizeof in }, NULL);
	memcpy(&v, h, sizeof v);
	return v % HALF;
}

void
incident_number(const struct node *node, char out[24])
{
	int64_t n = node->incidents_made;
	unsigned k = (unsigned)(n % (HALF * HALF));
	unsigned left = k / HALF, right = k % HALF;

	for (int r = 0; r < ROUNDS; r++) {
		unsigned next = (left + mix(node, n / (HALF * HALF), r, right)) % HALF;

		left = right;
		right = next;
	}
	snprintf(out, 24, "%c%u", node->node[0] - 'a' + 'A',
		 10000 + left * HALF + right);
}

static int
check(struct decision *d, const struct call_args *a)
{
	const struct site *s = site_find(d->m, a->site);

	if (!principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher", "only the room takes calls");
	if (id_is_set(a->site) && (!s || s->r.world != d->actor->world))
		return refuse(d, 422, "no_such_site", "site: no such site");
	return 0;
}

int
incident_open_call(struct decision *d, const struct call_args *a, struct id *ret)
{
	const struct site *s = site_find(d->m, a->site);
	struct event e;
	char number[24];

	if (check(d, a) < 0)
		return ERR_DENIED;
	incident_number(d->m->node, number);
	*ret = next_id(d, NOUN_INCIDENT);
	event_begin(d, &e, EVENT_INCIDENT_RAISED, d->actor->world, *ret);
	PATCH_STR(&e.body, incident, number, span_of(number));
	PATCH_ENUM(&e.body, incident, state,
		   a->disposition ? INCIDENT_CLOSED
		   : a->form.n    ? INCIDENT_ACKNOWLEDGED
				  : INCIDENT_NEW);
	PATCH_STR(&e.body, incident, kind, a->kind);
	PATCH_ENUM(&e.body, incident, priority, a->priority);
	PATCH_ENUM(&e.body, incident, trust, TRUST_VERIFIED);
	PATCH_ID(&e.body, incident, site, a->site);
	PATCH_ID(&e.body, incident, agency, s ? s->agency : d->m->node->control);
	if (s)
		PATCH_STR(&e.body, incident, site_name, span_of(s->name));
	PATCH_POS(&e.body, incident, position,
		  a->position.is_set ? a->position
		  : s                ? s->position
				     : a->position);
	PATCH_STR(&e.body, incident, message, a->message);
	if (a->phone.n)
		PATCH_STR(&e.body, incident, caller_phone, a->phone);
	if (a->name.n)
		PATCH_STR(&e.body, incident, caller_name, a->name);
	PATCH_INT(&e.body, incident, signals_count, 0);
	PATCH_INT(&e.body, incident, people_count, 0);
	PATCH_INT(&e.body, incident, step, 0);
	PATCH_INT(&e.body, incident, wrong_codes, 0);
	PATCH_INT(&e.body, incident, key_slot, d->m->node->key_slots_used);
	if (a->form.n) {
		PATCH_INT(&e.body, incident, acknowledged_at, d->now);
		PATCH_ID(&e.body, incident, acknowledged_by, d->actor->id);
		PATCH_STR(&e.body, incident, acknowledged_name,
			  span_of(d->actor->name));
		PATCH_STR(&e.body, incident, form, a->form);
		PATCH_STR(&e.body, incident, late_times, a->late_times);
		PATCH_STR(&e.body, incident, labels, SPAN("[\"late_entry\"]"));
	} else {
		/* Seen by the person who typed it; taken by whoever acknowledges. */
		PATCH_BOOL(&e.body, incident, unacknowledged, true);
		PATCH_INT(&e.body, incident, unack_since, d->now);
		PATCH_INT(&e.body, incident, m_raised, d->now);
		PATCH_INT(&e.body, incident, m_presented, d->now);
	}
	if (a->disposition)
		PATCH_ENUM(&e.body, incident, disposition, a->disposition);
	event_emit(d, &e);
	return 0;
}
