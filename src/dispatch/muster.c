/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of records are noted where they happen and looked at later, when the record
 * is whole; a marker's move is looked at once. A fix that grows old moves nobody, so
 * those with a fresh one hang in a chain by its time, and a question first takes off
 * those at its old end.
 */
#include "dispatch/muster.h"

#include "base/auto.h"

#include <stdlib.h>

struct standing {
	struct yard_one one;
	struct id post;     /* as it is counted */
	struct id *devices; /* bound to it, by their ids */
	size_t n_devices;
	bool is_chained, is_unable;
	int64_t fix_ms; /* in the chain */
	struct standing *older, *newer;
};

struct muster {
	struct model *model;
	struct track *track;
	struct yard *yard;
	struct map units;   /* id → struct standing */
	struct map bearers; /* device id → struct standing that it is bound to */
	struct map posts;   /* site id → how many units have their post there */
	struct standing *oldest, *newest;
	const struct unit **unable; /* by id */
	size_t n_unable, cap_unable;
	struct id *changed; /* since it was settled */
	size_t n_changed, cap_changed;
	int64_t fresh_ms, now_ms;
};

bool
muster_is_lent(const struct model *m, const struct unit *u)
{
	const struct agency *g = agency_find(m, u->agency);

	return g && (g->is_control || g->lends_units);
}

/* Where it stands by its roster: its post's site, else its beat. */
static const struct position *
roster_place(const struct model *m, const struct unit *u, bool *ret_is_post)
{
	const struct site *s = id_is_set(u->post) ? site_find(m, u->post) : NULL;

	*ret_is_post = s && s->position.is_set;
	return *ret_is_post ? &s->position : &u->beat;
}

/* --- fixes ----------------------------------------------------------------- */

static const struct fix *
newer(const struct fix *a, const struct fix *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->server_ms > a->server_ms ? b : a;
}

static const struct fix *
fix_of(const struct muster *m, const struct standing *s)
{
	const struct fix *best = track_last(m->track, s->one.unit->r.id);

	for (size_t k = 0; k < s->n_devices; k++)
		best = newer(best, track_last(m->track, s->devices[k]));
	return best;
}

static bool
is_live(const struct muster *m, const struct fix *f)
{
	return f && f->position.is_set && m->now_ms - f->server_ms <= m->fresh_ms;
}

/* --- the chain of fresh fixes ---------------------------------------------- */

static void
chain_off(struct muster *m, struct standing *s)
{
	if (!s->is_chained)
		return;
	*(s->older ? &s->older->newer : &m->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &m->newest) = s->older;
	s->is_chained = false;
}

/* Nearly always at the new end. */
static void
chain_on(struct muster *m, struct standing *s, int64_t fix_ms)
{
	struct standing *at;

	if (s->is_chained && s->fix_ms == fix_ms)
		return;
	chain_off(m, s);
	for (at = m->newest; at && at->fix_ms > fix_ms;)
		at = at->older;
	s->fix_ms = fix_ms;
	s->older = at;
	s->newer = at ? at->newer : m->oldest;
	*(s->older ? &s->older->newer : &m->oldest) = s;
	*(s->newer ? &s->newer->older : &m->newest) = s;
	s->is_chained = true;
}

/* --- who cannot go --------------------------------------------------------- */

static size_t
unable_slot(const struct muster *m, const struct unit *u)
{
	size_t low = 0, high = m->n_unable;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->unable[mid]->r.id.seq < u->r.id.seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
set_unable(struct muster *m, struct standing *s, bool is_unable)
{
	size_t at;

	if (s->is_unable == is_unable)
		return;
	s->is_unable = is_unable;
	at = unable_slot(m, s->one.unit);
	if (!is_unable) {
		m->n_unable--;
		memmove(&m->unable[at], &m->unable[at + 1],
			(m->n_unable - at) * sizeof(void *));
		return;
	}
	if (m->n_unable == m->cap_unable) {
		m->cap_unable = m->cap_unable * 2 + 16;
		m->unable = reallocarray(m->unable, m->cap_unable, sizeof(void *));
		if (!m->unable)
			abort();
	}
	memmove(&m->unable[at + 1], &m->unable[at],
		(m->n_unable - at) * sizeof(void *));
	m->unable[at] = s->one.unit;
	m->n_unable++;
}

/* --- filing ---------------------------------------------------------------- */

static void
count_at(struct muster *m, struct id site, intptr_t by)
{
	intptr_t n;

	if (!id_is_set(site))
		return;
	n = (intptr_t)map_get(&m->posts, ID_KEY(&site)) + by;
	if (n)
		map_put(&m->posts, ID_KEY(&site), (void *)n);
	else
		map_remove(&m->posts, ID_KEY(&site));
}

static void
refile(struct muster *m, struct standing *s)
{
	const struct unit *u = s->one.unit;
	struct yard_kind kind = { .world = u->r.world,
				  .is_busy = unit_busy_as(u),
				  .capabilities = u->capabilities };
	const struct fix *f;
	bool is_lent = muster_is_lent(m->model, u), is_post;
	bool is_able = is_lent && u->shift_on && !u->out_of_service;

	if (!id_is(s->post, u->post)) {
		count_at(m, s->post, -1);
		count_at(m, u->post, 1);
		s->post = u->post;
	}
	set_unable(m, s, is_lent && !is_able);
	f = is_able ? fix_of(m, s) : NULL;
	kind.is_live = is_live(m, f);
	if (kind.is_live)
		chain_on(m, s, f->server_ms);
	else
		chain_off(m, s);
	if (is_able)
		yard_file(m->yard, &s->one, &kind,
			  kind.is_live ? &f->position
				       : roster_place(m->model, u, &is_post));
	else
		yard_take(m->yard, &s->one);
}

static void
refile_unit(struct muster *m, struct id id)
{
	struct standing *s = map_get(&m->units, ID_KEY(&id));
	const struct unit *u = unit_find(m->model, id);

	if (!s && !u)
		return;
	if (!s) {
		s = calloc(1, sizeof *s);
		if (!s)
			abort();
		s->one.unit = u;
		map_put(&m->units, ID_KEY(&id), s);
	}
	refile(m, s);
}

static void
refile_site(struct muster *m, struct id site)
{
	void *v;

	if (!map_get(&m->posts, ID_KEY(&site)))
		return;
	for (size_t at = 0; map_next(&m->units, &at, NULL, &v);)
		if (id_is(((struct standing *)v)->one.unit->post, site))
			refile(m, v);
}

/* By the time of their fixes, so that each comes to the chain's end; then by id. */
static int
by_fix(const void *x, const void *y)
{
	const struct standing *a = *(void *const *)x, *b = *(void *const *)y;
	uint64_t s = a->one.unit->r.id.seq, t = b->one.unit->r.id.seq;

	if (a->fix_ms != b->fix_ms)
		return a->fix_ms < b->fix_ms ? -1 : 1;
	return (s > t) - (s < t);
}

static void
refile_all(struct muster *m)
{
	struct standing **v = calloc(m->units.n + 1, sizeof *v);
	size_t n = 0;
	void *s;

	if (!v)
		abort();
	for (size_t at = 0; map_next(&m->units, &at, NULL, &s);) {
		const struct fix *f = NULL;

		v[n] = s;
		if (v[n]->one.unit->shift_on)
			f = fix_of(m, s);
		chain_off(m, v[n]);
		v[n++]->fix_ms = f ? f->server_ms : TIME_NONE;
	}
	qsort(v, n, sizeof *v, by_fix);
	for (size_t k = 0; k < n; k++)
		refile(m, v[k]);
	free(v);
}

/* --- devices --------------------------------------------------------------- */

static void
unbind(struct standing *s, struct id device)
{
	for (size_t k = 0; k < s->n_devices; k++)
		if (id_is(s->devices[k], device)) {
			memmove(&s->devices[k], &s->devices[k + 1],
				(--s->n_devices - k) * sizeof device);
			return;
		}
}

static void
bind(struct standing *s, struct id device)
{
	size_t at = s->n_devices++;

	s->devices = reallocarray(s->devices, s->n_devices, sizeof device);
	if (!s->devices)
		abort();
	for (; at && s->devices[at - 1].seq > device.seq; at--)
		s->devices[at] = s->devices[at - 1];
	s->devices[at] = device;
}

static void
rebind(struct muster *m, struct id id)
{
	const struct device *dev = device_find(m->model, id);
	struct standing *had = map_get(&m->bearers, ID_KEY(&id)), *has = NULL;

	if (dev && dev->state == DEVICE_BOUND && dev->bound_to.noun == noun_unit.letter)
		has = map_get(&m->units, ID_KEY(&dev->bound_to));
	if (had == has)
		return;
	if (had) {
		map_remove(&m->bearers, ID_KEY(&id));
		unbind(had, id);
		refile(m, had);
	}
	if (has) {
		map_put(&m->bearers, ID_KEY(&id), has);
		bind(has, id);
		refile(m, has);
	}
}

/* --- what it hears --------------------------------------------------------- */

static void
note_change(struct muster *m, struct id id)
{
	if (m->n_changed && id_is(m->changed[m->n_changed - 1], id))
		return;
	if (m->n_changed == m->cap_changed) {
		m->cap_changed = m->cap_changed * 2 + 16;
		m->changed =
			reallocarray(m->changed, m->cap_changed, sizeof *m->changed);
		if (!m->changed)
			abort();
	}
	m->changed[m->n_changed++] = id;
}

static void
on_touch(void *ctx, const struct record *rec)
{
	char noun = rec->id.noun;

	if (noun == noun_assignment.letter)
		note_change(ctx, ((const struct assignment *)rec)->unit);
	else if (noun == noun_unit.letter || noun == noun_device.letter ||
		 noun == noun_site.letter || noun == noun_agency.letter)
		note_change(ctx, rec->id);
}

static void
on_move(void *ctx, struct id bearer)
{
	struct muster *m = ctx;
	struct standing *s = map_get(&m->units, ID_KEY(&bearer));

	if (!s)
		s = map_get(&m->bearers, ID_KEY(&bearer));
	if (s)
		refile(m, s);
}

/* Units first: a device may be bound to one that is as new. */
void
muster_settle(struct muster *m)
{
	bool is_all = false;

	for (size_t k = 0; k < m->n_changed; k++)
		if (m->changed[k].noun == noun_unit.letter)
			refile_unit(m, m->changed[k]);
	for (size_t k = 0; k < m->n_changed; k++) {
		if (m->changed[k].noun == noun_device.letter)
			rebind(m, m->changed[k]);
		else if (m->changed[k].noun == noun_site.letter)
			refile_site(m, m->changed[k]);
		is_all |= m->changed[k].noun == noun_agency.letter;
	}
	m->n_changed = 0;
	if (is_all)
		refile_all(m);
}

/* --- questions ------------------------------------------------------------- */

const struct fix *
muster_fix(struct muster *m, const struct unit *u)
{
	const struct standing *s;

	muster_settle(m);
	s = map_get(&m->units, ID_KEY(&u->r.id));
	return s ? fix_of(m, s) : track_last(m->track, u->r.id);
}

size_t
muster_best(struct muster *m, const struct yard_ask *a, int64_t now_ms,
	    struct arena *arena, const struct unit ***ret)
{
	bool is_back = now_ms < m->now_ms; /* the clock was set: old fixes are fresh */

	m->now_ms = now_ms;
	muster_settle(m);
	if (is_back)
		refile_all(m);
	while (m->oldest && now_ms - m->oldest->fix_ms > m->fresh_ms)
		refile(m, m->oldest);
	return yard_best(m->yard, a, arena, ret);
}

size_t
muster_free_units(struct muster *m, int world)
{
	muster_settle(m);
	return yard_free_units(m->yard, world);
}

struct candidate
muster_candidate(struct muster *m, const struct unit *u)
{
	struct candidate c = { .unit = u, .is_lent = true };
	const struct position *place = roster_place(m->model, u, &c.is_post);

	if (c.is_post)
		c.post = *place;
	c.fix = u->shift_on ? muster_fix(m, u) : NULL;
	if (c.fix && m->now_ms > c.fix->server_ms)
		c.fix_age_ms = m->now_ms - c.fix->server_ms;
	return c;
}

size_t
muster_unable(struct muster *m, const struct unit *const **ret)
{
	muster_settle(m);
	*ret = m->unable;
	return m->n_unable;
}

/* --- opening and closing --------------------------------------------------- */

struct muster *
muster_open(struct model *model, struct track *t, int64_t fresh_ms, int64_t now_ms)
{
	struct muster *m = calloc(1, sizeof *m);
	void *rec;

	if (!m)
		abort();
	m->model = model;
	m->track = t;
	m->fresh_ms = fresh_ms;
	m->now_ms = now_ms;
	m->yard = yard_new();
	for (size_t at = 0; map_next(&model->tables[NOUN_UNIT], &at, NULL, &rec);) {
		struct standing *s = calloc(1, sizeof *s);

		if (!s)
			abort();
		s->one.unit = rec;
		map_put(&m->units, ID_KEY(&s->one.unit->r.id), s);
	}
	for (size_t at = 0; map_next(&model->tables[NOUN_DEVICE], &at, NULL, &rec);)
		rebind(m, ((struct device *)rec)->r.id);
	refile_all(m);
	model_on_touch(model, on_touch, m);
	track_on_move(t, on_move, m);
	return m;
}

void
muster_close(struct muster *m)
{
	void *v;

	if (!m)
		return;
	model_on_touch(m->model, NULL, NULL);
	track_on_move(m->track, NULL, NULL);
	for (size_t at = 0; map_next(&m->units, &at, NULL, &v);) {
		free(((struct standing *)v)->devices);
		free(v);
	}
	map_done(&m->units);
	map_done(&m->bearers);
	map_done(&m->posts);
	yard_free(m->yard);
	free(m->unable);
	free(m->changed);
	free(m);
}
