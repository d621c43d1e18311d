/* SPDX-License-Identifier: Apache-2.0 */
/* Silence: which devices are late, which are lost, and which places are too old
 * to be kept off duty. */
#include "gate/inner.h"

#define UNIT_LOST_MS (15 * 60 * 1000)
#define GRACE_MS 5000 /* networks do not deliver to the second */

/* Silence that makes it late, and lost: a site's class says when it is lost, a
 * device's promise when it is late. */
static void
promised(const struct model *m, const struct device *d, int64_t *ret_late,
	 int64_t *ret_lost)
{
	struct unit *u;
	struct site *s;

	device_home(m, d, &u, &s);
	*ret_lost = s && s->link_class_s != FIELD_NONE ? s->link_class_s * 1000
						       : UNIT_LOST_MS;
	*ret_late = d->interval_s != FIELD_NONE ? d->interval_s * 1000 + GRACE_MS
						: *ret_lost / 2;
	if (*ret_late > *ret_lost)
		*ret_lost = 3 * *ret_late;
}

/* Product rule 12: off duty the last place is held 10 minutes, so that an SOS
 * has one, and then no more. */
#define OFF_DUTY_MS (10 * 60000)

static void
forget_places(struct gate *g, int64_t now)
{
	struct model *m = journal_model(g->cfg.journal);
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_UNIT], &i, NULL, &rec);) {
		const struct unit *u = rec;
		const struct fix *f = u->shift_on || u->n_open
					      ? NULL
					      : track_last(g->cfg.track, u->r.id);

		if (f && now - f->server_ms > OFF_DUTY_MS)
			track_forget(g->cfg.track, u->r.id);
	}
}

/* A telephone or a button says nothing until it is needed. */
bool
is_relayed(const char *door)
{
	for (size_t i = 0; gate_drivers[i]; i++)
		if (strcmp(gate_drivers[i]->name, door) == 0)
			return gate_drivers[i]->wire & GATE_RELAYED;
	return false;
}

void
check_links(void *ctx)
{
	struct gate *g = ctx;
	struct model *m = journal_model(g->cfg.journal);
	int64_t now = net_wall_ms(g->cfg.net);
	void *rec;

	forget_places(g, now);
	pieces_age(&g->pieces, now);
	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);) {
		struct device *d = rec;
		int64_t quiet =
			d->last_seen_at == TIME_NONE ? 0 : now - d->last_seen_at;
		int64_t late, lost;

		promised(m, d, &late, &lost);
		if (d->state != DEVICE_BOUND || !d->link ||
		    (d->interval_s == FIELD_NONE && is_relayed(d->door)))
			continue;
		if (quiet > lost && d->link != LINK_LOST)
			device_link_set(journal_begin(g->cfg.journal, NULL), d,
					LINK_LOST);
		else if (quiet > late && d->link == LINK_LIVE)
			device_link_set(journal_begin(g->cfg.journal, NULL), d,
					LINK_LATE);
	}
}
