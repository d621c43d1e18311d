/* SPDX-License-Identifier: Apache-2.0 */
/* What a grant opens, and to whom: asked by access.c, from the state as it is. */
#include "model/model.h"

#include "base/auto.h"

/* Whose work it is to use what others share. */
static bool
may_use(const struct principal *p)
{
	return !p->sos_only && id_is_set(p->agency) &&
	       (p->role == ROLE_DISPATCHER || p->role == ROLE_SUPERVISOR ||
		p->role == ROLE_DUTY_OFFICER || p->role == ROLE_LIAISON);
}

static bool
fits_incident(const struct model *m, const struct grant *g, const struct incident *i)
{
	const struct site *s = site_find(m, i->site);

	/* a test or a drill opens nothing by a standing rule */
	return !i->is_test && (!g->site_class || (s && s->class == g->site_class)) &&
	       (!g->priority || g->priority == i->priority) &&
	       (!g->kind || (i->kind && strcmp(g->kind, i->kind) == 0));
}

static bool
fits(const struct model *m, const struct grant *g, enum noun_index n,
     const struct record *rec)
{
	const struct site *s = (const struct site *)rec;

	if (g->of != (n == NOUN_INCIDENT ? GRANT_OF_INCIDENTS : GRANT_OF_SITES) ||
	    g->r.world != rec->world)
		return false;
	if (id_is_set(g->subject))
		return id_is(g->subject, rec->id);
	if (n == NOUN_INCIDENT)
		return fits_incident(m, g, (const struct incident *)rec);
	return id_is(s->agency, g->agency) &&
	       (!g->site_class || g->site_class == s->class);
}

struct grant *
access_grant(const struct model *m, const struct principal *p, enum noun_index n,
	     const struct record *rec, unsigned *ret_parts)
{
	struct grant *first = NULL;
	unsigned parts = 0;
	void *v;

	if (!may_use(p) || (n != NOUN_INCIDENT && n != NOUN_SITE))
		return NULL;
	for (size_t k = 0; map_next(&m->tables[NOUN_GRANT], &k, NULL, &v);) {
		struct grant *g = v;

		if (g->state != GRANT_ACTIVE || !id_is(g->to, p->agency) ||
		    !fits(m, g, n, rec))
			continue;
		parts |= g->part_bits;
		if (!first || g->r.id.seq < first->r.id.seq)
			first = g;
	}
	if (ret_parts)
		*ret_parts = parts;
	return first;
}

uint64_t
granted_fields(enum noun_index n, unsigned parts)
{
	static const struct {
		unsigned part;
		enum noun_index noun;
		size_t off;
	} held[] = {
		{ PART_MESSAGE, NOUN_INCIDENT, offsetof(struct incident, message) },
		{ PART_PEOPLE, NOUN_INCIDENT, offsetof(struct incident, people_count) },
		{ PART_PEOPLE, NOUN_SIGNAL, offsetof(struct signal, source_name) },
		{ PART_ADDRESS, NOUN_SITE, offsetof(struct site, address) },
		{ PART_PHONES, NOUN_SITE, offsetof(struct site, phones) },
		{ 0, NOUN_SITE, offsetof(struct site, challenge_word) },
		{ 0, NOUN_SITE, offsetof(struct site, ref) },
	};
	uint64_t mask = ~0ull;

	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		if (held[i].noun == n && !(parts & held[i].part))
			mask &= ~(1ull << field_at(nouns[n], held[i].off));
	return mask;
}

enum view
access_grant_record(const struct principal *p, const struct grant *g)
{
	if (p->sos_only || !id_is_set(p->agency) || p->role == ROLE_BOARD ||
	    p->role == ROLE_OVERSIGHT || p->role == ROLE_RESPONDER ||
	    p->role == ROLE_SITE)
		return VIEW_NONE;
	/* what the room asks of others is as much the room's as its incidents */
	if (g->basis == GRANT_BY_JOINING && p->is_control &&
	    !principal_is_dispatcher_up(p))
		return VIEW_NONE;
	return id_is(p->agency, g->agency) || id_is(p->agency, g->to) ? VIEW_OWNER
								      : VIEW_NONE;
}
