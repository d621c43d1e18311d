/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bearer of a device recorded and sent by himself during his emergency: handed
 * over to be kept as evidence, and answered when that is durable. Nothing here asks a
 * device to record. Without an open emergency nothing is kept.
 */
#include "gate/inner.h"

#include "base/log.h"

#include <stdlib.h>

/* A watch records 15 s at most, so this is more than one can speak. */
#define RECORDINGS_MAX 40
#define WINDOW_MS 600000

struct recording {
	struct net *net;
	struct journal *journal;
	uint64_t conn;
	struct buf content, yes, no;
	bool is_kept;
};

static void
recording_answer(void *ctx)
{
	struct recording *r = ctx;
	struct net_conn *c = net_conn_find(r->net, r->conn);

	if (c)
		net_conn_send(c, buf_span(r->is_kept ? &r->yes : &r->no));
	buf_done(&r->content);
	buf_done(&r->yes);
	buf_done(&r->no);
	free(r);
}

static void
recording_done(void *ctx, bool is_kept)
{
	struct recording *r = ctx;

	r->is_kept = is_kept;
	journal_when(r->journal, recording_answer, r);
}

/* Each device so many in ten minutes: what repeats for ever must not fill the disk. */
static bool
may_record(struct seat *s, int64_t now)
{
	if (now - s->recorded_since >= WINDOW_MS || now < s->recorded_since) {
		s->recorded_since = now;
		s->n_recorded = 0;
	}
	return s->n_recorded < RECORDINGS_MAX && ++s->n_recorded;
}

bool
media_take(struct link *l, struct net_conn *c)
{
	struct gate *g = l->door->gate;
	const struct gate_out *out = &g->out;
	const char *door = l->door->driver->name;
	const struct model *m = journal_model(g->cfg.journal);
	const struct device *d =
		device_by_name(m, span_of(door),
			       span_of(out->n_reports ? out->reports[0].identity : ""));
	struct seat *s = d ? seat_find(g, door, d->identity) : NULL;
	struct recording *r;

	if (!d || !s || !g->cfg.on_recording || !device_emergency(m, d))
		return false;
	if (l->is_doubted || !may_record(s, net_wall_ms(g->cfg.net))) {
		log_warn("gate", "recording_refused", "door=%s identity=%s", door,
			 d->identity);
		net_conn_send(c, span_of(out->no));
		return true;
	}
	r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->net = g->cfg.net;
	r->journal = g->cfg.journal;
	r->conn = net_conn_id(c);
	buf_add(&r->yes, out->reply, out->reply_n);
	buf_add_z(&r->no, out->no);
	buf_reserve(&r->content, out->media.n);
	r->content.n = out->media_plain(out->media, r->content.p, out->media.n);
	g->cfg.on_recording(g->cfg.ctx, d->r.id, buf_span(&r->content), recording_done,
			    r);
	return true;
}
