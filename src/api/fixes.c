/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the units are, told to live sockets. A round a second says who moved
 * since the last; a reader that is new, or that did not take the last, gets all
 * of them instead. Those of the room share one frame of each sort. A round goes
 * over the readers in slices of about a millisecond, with a turn of the loop
 * between: that a thousand boards come back together holds up no call for help.
 * A round that lasts longer than a second puts off the next, and what moved
 * meanwhile is merged into it.
 */
#include "api/live_in.h"

#include "base/auto.h"

#include <math.h>

#define ROUND_MS 1000 /* screens redraw moving units once a second */
#define STEP_MS 1
#define STEP_BYTES (1u << 20) /* queued in a slice */
#define OWN_COST                                                            \
	(64u << 10) /* what looking through the units for one reader counts \
		     */
#define STEP_READERS 128

static void
write_fix(struct live *l, struct buf *b, const struct unit *u)
{
	const struct fix *f = track_last(l->api->cfg.track, u->r.id);

	if (!f || !u->shift_on)
		return;
	jw_open(b, '{');
	jw_kid(b, "unit", u->r.id);
	jw_ktime(b, "at", f->server_ms);
	jw_kpos(b, "position", &f->position);
	if (!isnan(f->speed_mps)) {
		jw_key(b, "speed_mps");
		jw_double(b, f->speed_mps, 1);
	}
	if (!isnan(f->course_deg)) {
		jw_key(b, "course_deg");
		jw_double(b, f->course_deg, 0);
	}
	jw_close(b, '}');
}

static void
write_seen(struct live *l, struct buf *b, const struct principal *p,
	   const struct unit *u)
{
	if (u && access_record(journal_model(live_journal(l)), p, NOUN_UNIT, &u->r) !=
			 VIEW_NONE)
		write_fix(l, b, u);
}

/* Who moved since the last round, or all. False when there is none. */
static bool
write_fixes(struct live *l, struct buf *b, const struct principal *p, bool is_all)
{
	struct model *m = journal_model(live_journal(l));
	struct span key;
	size_t before;
	void *rec;

	jw_open(b, '{');
	jw_key(b, "fixes");
	jw_open(b, '[');
	before = b->n;
	if (is_all)
		for (size_t k = 0; map_next(&m->tables[NOUN_UNIT], &k, NULL, &rec);)
			write_seen(l, b, p, rec);
	else
		for (size_t k = 0; map_next(&l->fixes.moving, &k, &key, NULL);)
			write_seen(l, b, p, map_get(&m->tables[NOUN_UNIT], key));
	if (b->n == before)
		return false;
	jw_close(b, ']');
	jw_close(b, '}');
	return true;
}

/* One that this reader shares with the room, or of its own. NULL: nothing to say. */
static struct ws_frame *
frame_for(struct live *l, const struct reader *r, size_t *cost)
{
	bool is_room = principal_is_room(&r->who) && r->who.world == WORLD_LIVE;
	struct ws_frame **shared =
		r->owes_all_fixes ? &l->fixes.room_all : &l->fixes.room_moved;
	struct buf AUTO(buf_done) b = { 0 };
	struct ws_frame *f;

	if (is_room && *shared)
		return ws_frame_ref(*shared);
	if (!r->owes_all_fixes && !l->fixes.moving.n)
		return NULL;
	*cost += OWN_COST;
	if (!write_fixes(l, &b, &r->who, r->owes_all_fixes))
		return NULL;
	f = ws_frame_new(buf_span(&b));
	if (is_room)
		*shared = ws_frame_ref(f);
	return f;
}

/* Returns what it cost, as bytes. */
static size_t
tell(struct live *l, struct reader *r)
{
	struct ws_frame *f;
	size_t cost = 0;

	if (!r->wants_fixes || r->who.role == ROLE_NONE || r->who.sos_only)
		return 0;
	if (ws_queued_bytes(r->ws) > LIVE_QUEUE_LOW) {
		r->owes_all_fixes = true; /* superseded ones are merged away */
		return 0;
	}
	f = frame_for(l, r, &cost);
	if (!f)
		return cost;
	r->owes_all_fixes = false;
	cost += ws_frame_bytes(f);
	ws_send(r->ws, f);
	ws_frame_unref(f);
	return cost;
}

static void
end_round(struct fixes *f)
{
	map_done(&f->moving);
	ws_frame_unref(f->room_moved);
	ws_frame_unref(f->room_all);
	f->room_moved = f->room_all = NULL;
}

static void
step(void *ctx)
{
	struct live *l = ctx;
	struct fixes *f = &l->fixes;
	size_t cost = 0;

	for (int n = 0; f->at && n < STEP_READERS && cost < STEP_BYTES; n++) {
		struct reader *r = f->at;

		f->at = r->next;
		cost += tell(l, r);
	}
	if (f->at)
		net_timer_start(f->step, STEP_MS, 0);
	else
		end_round(f);
}

static void
begin_round(void *ctx)
{
	struct live *l = ctx;
	struct fixes *f = &l->fixes;

	if (f->at || (!f->moved.n && !f->is_due))
		return;
	f->moving = f->moved;
	f->moved = (struct map){ 0 };
	f->is_due = false;
	f->at = l->readers;
	step(l);
}

void
live_unit_moved(struct live *l, struct id unit)
{
	map_put(&l->fixes.moved, ID_KEY(&unit), l);
}

void
fixes_wake(struct fixes *f)
{
	f->is_due = true;
}

void
fixes_forget(struct fixes *f, const struct reader *r)
{
	if (f->at != r)
		return;
	f->at = r->next;
	if (!f->at)
		end_round(f);
}

void
fixes_open(struct live *l)
{
	l->fixes.tick = net_timer_new(l->api->cfg.net, begin_round, l);
	l->fixes.step = net_timer_new(l->api->cfg.net, step, l);
	net_timer_start(l->fixes.tick, ROUND_MS, ROUND_MS);
}

void
fixes_close(struct fixes *f)
{
	net_timer_free(f->tick);
	net_timer_free(f->step);
	f->at = NULL;
	end_round(f);
	map_done(&f->moved);
}
