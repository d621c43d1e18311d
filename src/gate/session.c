/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls from where: one session per identity. Devices connect again without
 * having closed, so the newest connection wins and the old one is left to die.
 * One that did close left its seat with its last byte: a device that goes from one
 * network to another is itself.
 * A second address while the first still speaks is flagged, and so is one of
 * another network soon after it: names of cheap devices are easily copied. Of a
 * device that is verified by its network alone the second is not believed.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

/* Both speak within this time: not one device that moved. */
#define BOTH_MS 60000
/* A device that moves on gets a new address of its operator, hardly another's. */
#define SOON_MS (10 * 60000)
#define GUESSES_MAX 4  /* junk must not cost much */
#define STRANGER_MIN 4 /* bytes from which a language can be told */

static struct span
seat_key(struct buf *b, const char *door, const char *identity)
{
	buf_add_z(b, door);
	buf_add_c(b, 0);
	buf_add_z(b, identity);
	return buf_span(b);
}

struct seat *
seat_find(struct gate *g, const char *door, const char *identity)
{
	struct buf AUTO(buf_done) k = { 0 };

	return map_get(&g->seats, seat_key(&k, door, identity));
}

/* Operators hand out addresses of the same /16, or /48 of IPv6. */
static bool
is_same_network(const char *a, const char *b)
{
	char end = strchr(a, '.') ? '.' : ':';
	int left = end == ':' ? 3 : 2;

	for (; *a && *a == *b; a++, b++)
		if (*a == end && --left == 0)
			return true;
	return false;
}

static void
flag_second(struct gate *g, const struct link *l, const struct seat *s,
	    struct device *d)
{
	log_warn("gate", "second_address", "door=%s identity=%s was=%s now=%s",
		 l->door->driver->name, l->identity, s->peer, l->peer);
	device_flag(journal_begin(g->cfg.journal, NULL), d, SPAN("second_address"));
}

/* Verified by where it speaks from (a network of its own), not by a key: then another
 * address is not it. */
static bool
needs_its_address(const struct link *l, const struct device *d)
{
	return d->trust == TRUST_VERIFIED &&
	       !((l->door->driver->wire & GATE_KEYED) && d->key);
}

bool
seat_take(struct gate *g, struct link *l, struct device *d, const char *identity)
{
	struct buf AUTO(buf_done) k = { 0 };
	int64_t now = net_wall_ms(g->cfg.net);
	struct seat *s = l->seat;
	bool is_alive, is_other;
	struct span key;

	/* It sits there already: nearly always so. */
	if (s && s->link == l && strcmp(l->identity, identity) == 0) {
		s->since = now;
		return false;
	}
	key = seat_key(&k, l->door->driver->name, identity);
	s = map_get(&g->seats, key);
	if (strcmp(l->identity, identity) != 0)
		l->states = 0;
	l->is_shared |= l->identity[0] && strcmp(l->identity, identity) != 0;
	snprintf(l->identity, sizeof l->identity, "%s", identity);
	if (!s) {
		s = calloc(1, sizeof *s);
		if (!s)
			return false;
		map_put(&g->seats, key, s);
	}
	l->seat = s;
	if (s->link == l) {
		s->since = now;
		l->is_doubted = false; /* another's of a gateway may have been */
		return false;
	}
	is_alive = s->link && now - s->since < BOTH_MS;
	is_other = strcmp(s->peer, l->peer) != 0;
	l->is_doubted = is_alive && is_other && needs_its_address(l, d);
	if (is_alive && is_other)
		flag_second(g, l, s, d);
	/* A verified one keeps its seat as long as it speaks; of others the newest has
	 * it, and the one before is told nothing any more though it still speaks. */
	if (l->is_doubted || (is_alive && s->link->order > l->order))
		return false;
	/* Nothing but its name says that it is the same: somebody should look. */
	if (!is_alive && d->trust != TRUST_VERIFIED && *s->peer &&
	    now - s->since < SOON_MS && strcmp(s->peer, l->peer) != 0 &&
	    !is_same_network(s->peer, l->peer))
		flag_second(g, l, s, d);
	s->link = l;
	s->since = now;
	snprintf(s->peer, sizeof s->peer, "%s", l->peer);
	return true;
}

void
seat_leave(struct gate *g, struct link *l)
{
	struct seat *s = NULL;
	void *v;

	if (l->identity[0])
		s = seat_find(g, l->door->driver->name, l->identity);
	if (s && s->link == l)
		s->link = NULL;
	for (size_t i = 0; l->is_shared && map_next(&g->seats, &i, NULL, &v);)
		if (((struct seat *)v)->link == l)
			((struct seat *)v)->link = NULL;
}

void
seats_done(struct gate *g)
{
	void *s;

	for (size_t i = 0; map_next(&g->seats, &i, NULL, &s);)
		free(s);
	map_done(&g->seats);
}

/* --- who speaks what ---------------------------------------------------------- */

/* And who says that it is speaking. */
static const struct gate_driver *
language_of(const struct gate_driver *not_this, struct span in,
	    char ret_who[GATE_IDENTITY_MAX])
{
	for (size_t i = 0; gate_drivers[i]; i++) {
		const struct gate_driver *d = gate_drivers[i];
		struct gate_out *out;
		void *state;
		ssize_t n;
		int rc = -1;

		if (d == not_this)
			continue;
		n = d->frame(in);
		out = n > 0 ? calloc(1, sizeof *out) : NULL;
		state = out ? calloc(1, d->state ? d->state : 1) : NULL;
		if (state)
			rc = d->decode(state,
				       &(struct gate_in){ .msg = { in.p, (size_t)n } },
				       out);
		if (state && rc == 0 && !out->n_reports)
			rc = -1;
		if (rc == 0)
			snprintf(ret_who, GATE_IDENTITY_MAX, "%s",
				 out->reports[0].identity);
		free(state);
		free(out);
		if (rc == 0)
			return d;
	}
	return NULL;
}

void
name_stranger(struct link *l, struct span in)
{
	char who[GATE_IDENTITY_MAX] = "";
	const struct gate_driver *d;
	struct device *dev;

	if (l->is_understood || l->n_guesses >= GUESSES_MAX || in.n < STRANGER_MIN)
		return;
	l->n_guesses++;
	d = language_of(l->door->driver, in, who);
	if (!d)
		return;
	l->n_guesses = GUESSES_MAX;
	log_warn("gate", "wrong_door",
		 "peer=%s what=\"a %s device is calling the %s door\"", l->peer,
		 d->name, l->door->driver->name);
	/* and where its owner looks for it, among the devices */
	dev = *who ? device_meet(l->door->gate, d->name, who) : NULL;
	if (dev)
		device_flag(journal_begin(l->door->gate->cfg.journal, NULL), dev,
			    SPAN("wrong_door"));
}
