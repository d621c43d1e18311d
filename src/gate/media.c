/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bearer of a device recorded, or it by itself, during his own emergency:
 * handed over to be kept as evidence, and answered when that is durable. Nothing here
 * asks a device to record. Without an open emergency nothing is kept.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

/* A watch records 15 s at most, so this is more than one can speak. */
#define RECORDINGS_MAX 40
#define WINDOW_MS 600000
#define MISSING_MAX 250 /* asked for at once: the list has a byte for their number */

struct recording {
	struct gate *gate;
	uint64_t conn;
	struct buf content, yes, no;
	bool is_kept;
};

static void
recording_answer(void *ctx)
{
	struct recording *r = ctx;
	struct net_conn *c = net_conn_find(r->gate->cfg.net, r->conn);
	struct buf *said = r->is_kept ? &r->yes : &r->no;

	if (c && said->n)
		net_conn_send(c, buf_span(said));
	r->gate->pieces.used -= r->content.n;
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
	journal_when(r->gate->cfg.journal, recording_answer, r);
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

/* The shelf finds the type in the content, and the ending must be of that type. */
static const char *
name_of(enum gate_media_kind kind, struct span s)
{
	struct span at4 = span_skip(s, 4), at8 = span_skip(s, 8);

	switch (kind) {
	case GATE_PHOTO:
		return span_starts(s, SPAN("\x89PNG")) ? "photo.png" : "photo.jpg";
	case GATE_VIDEO:
		return span_starts(s, SPAN("\x1a\x45\xdf\xa3")) ? "video.webm"
								: "video.mp4";
	default:
		return span_starts(at8, SPAN("WAVE"))      ? "voice.wav"
		       : span_starts(at4, SPAN("ftypM4A")) ? "voice.m4a"
		       : span_starts(s, SPAN("OggS"))      ? "voice.ogg"
							   : "voice.amr";
	}
}

/* Hands over content, which becomes r's; yes and no are what g->out says now. */
static void
keep(struct link *l, struct net_conn *c, const struct device *d,
     enum gate_media_kind kind, struct buf *content)
{
	struct gate *g = l->door->gate;
	struct recording *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->gate = g;
	r->conn = net_conn_id(c);
	buf_add(&r->yes, g->out.reply, g->out.reply_n);
	buf_add_z(&r->no, g->out.no);
	r->content = *content;
	*content = (struct buf){ 0 };
	g->pieces.used += r->content.n;
	g->cfg.on_recording(g->cfg.ctx, d->r.id, name_of(kind, buf_span(&r->content)),
			    buf_span(&r->content), recording_done, r);
}

/* Whose emergency it is; NULL: nobody's, so nothing is kept. */
static const struct device *
recorder(const struct link *l, struct seat **ret_seat)
{
	struct gate *g = l->door->gate;
	const char *door = l->door->driver->name;
	const struct model *m = journal_model(g->cfg.journal);
	const struct device *d = device_by_name(
		m, span_of(door),
		span_of(g->out.n_reports ? g->out.reports[0].identity : ""));

	*ret_seat = d ? seat_find(g, door, d->identity) : NULL;
	return *ret_seat && g->cfg.on_recording && device_emergency(m, d) ? d : NULL;
}

static bool
refuse_recording(struct link *l, const struct device *d, const char *why)
{
	log_warn("gate", "recording_refused", "door=%s identity=%s why=%s",
		 l->door->driver->name, d->identity, why);
	return false;
}

static void
content_read(const struct gate_media *m, struct buf *ret)
{
	buf_reserve(ret, m->bytes.n);
	ret->n = m->plain(m->bytes, ret->p, m->bytes.n);
}

static void
answer_part(struct link *l, const struct gate_media *m, const uint16_t *missing,
	    size_t n)
{
	if (l->door->driver->media_answer)
		l->door->driver->media_answer(l->state, m, missing, n,
					      &l->door->gate->out);
}

/* True: all of it is here, and in whole. Else g->out has what is said to this part. */
static bool
part_take(struct link *l, const struct device *d, const struct gate_media *m,
	  struct buf *whole)
{
	struct gate *g = l->door->gate;
	struct buf content = { 0 };
	uint16_t missing[MISSING_MAX];
	struct pieces *p;
	enum pieces_step step = PIECES_REFUSED;

	if (d && !l->is_doubted) {
		content_read(m, &content);
		step = pieces_put(&g->pieces,
				  &(struct pieces_part){ l, m->series, m->part,
							 m->parts, buf_span(&content) },
				  net_wall_ms(g->cfg.net), &p);
		buf_done(&content);
		if (step == PIECES_REFUSED && m->part == m->parts)
			refuse_recording(l, d, "size");
	}
	if (step == PIECES_WHOLE) {
		pieces_join(p, whole);
		pieces_drop(&g->pieces, p);
	}
	if (step == PIECES_GAPS)
		answer_part(l, m, missing, pieces_missing(p, missing, MISSING_MAX));
	/* It is not kept: the device need not bring it again. */
	else if (step == PIECES_WHOLE || m->part == m->parts)
		answer_part(l, m, NULL, 0);
	return step == PIECES_WHOLE;
}

bool
media_take(struct link *l, struct net_conn *c)
{
	struct gate *g = l->door->gate;
	const struct gate_driver *driver = l->door->driver;
	struct gate_media m = g->out.media;
	struct buf AUTO(buf_done) whole = { 0 };
	struct seat *s;
	const struct device *d = recorder(l, &s);

	if (m.parts && !part_take(l, d, &m, &whole))
		return false;
	if (!d)
		return false;
	if (!m.parts)
		content_read(&m, &whole);
	m.bytes = buf_span(&whole);
	if (driver->media_open && !driver->media_open(&m))
		return false;
	buf_eat(&whole, whole.n - m.bytes.n);
	if (l->is_doubted || whole.n > PIECES_ALL_MAX - g->pieces.used ||
	    !may_record(s, net_wall_ms(g->cfg.net))) {
		refuse_recording(l, d, "too_many");
		if (g->out.no[0])
			net_conn_send(c, span_of(g->out.no));
		return true;
	}
	keep(l, c, d, m.kind, &whole);
	return true;
}
