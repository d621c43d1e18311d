/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of an operator's text centre: one transceiver that is bound again whenever
 * it is lost. A text that came is answered when it is on the disk, so the centre
 * brings again what was not. Texts that leave are few at a time, and wait when the
 * centre says that it is too much.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/outbox.h"
#include "gate/wire/sms.h"
#include "gate/wire/smpp_pdu.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_MS 1000
#define LINK_MS 30000   /* between two questions whether the other side is there */
#define SILENT_MS 75000 /* no word at all: it is not */
#define ANSWER_MS 30000 /* to a submit_sm */
#define BIND_MS 15000
#define AGAIN_FIRST_MS 1000
#define AGAIN_MOST_MS 60000
#define WINDOW 8 /* submits that are not answered yet */
#define PAUSE_FIRST_MS 1000
#define PAUSE_MOST_MS 30000

extern const struct gate_driver gate_driver_sms;

struct text {
	size_t n_left; /* parts that were not answered */
	bool is_failed;
	void (*done)(void *ctx, int status);
	void *ctx;
};

struct submit {
	struct text *text;
	struct smpp_part part;
	char to[GATE_IDENTITY_MAX];
	uint32_t sequence; /* 0: waits */
	int64_t sent_ms;
	struct submit *next;
};

struct smpp {
	struct gate *gate;
	struct door door;
	struct link link;
	char *address, *user, *secret, *number;
	struct net_tls *tls;
	struct net_timer *timer;
	uint64_t conn; /* 0: none */
	bool is_bound, is_closing;
	uint32_t sequence;
	uint8_t ref; /* of the last long text */
	int64_t heard_ms, asked_ms, called_ms, again_ms, wait_ms;
	int64_t paused_until, pause_ms;
	struct submit *queue; /* in order; those sent and those that wait */
};

static struct net_conn *
conn_of(const struct smpp *s)
{
	return s->conn ? net_conn_find(s->gate->cfg.net, s->conn) : NULL;
}

static uint32_t
next_sequence(struct smpp *s)
{
	s->sequence = s->sequence % 0x7fffffff + 1; /* 3.2 */
	return s->sequence;
}

static bool
say(struct smpp *s, const struct buf *b)
{
	struct net_conn *c = conn_of(s);

	return c && net_conn_send(c, buf_span(b));
}

/* --- texts that leave ---------------------------------------------------------------
 */

static void
text_part_done(struct text *t, bool is_failed)
{
	t->is_failed |= is_failed;
	if (--t->n_left)
		return;
	t->done(t->ctx, t->is_failed ? ERR_IO : 0);
	free(t);
}

static void
submit_end(struct smpp *s, struct submit *u, bool is_failed)
{
	struct text *t = u->text;

	for (struct submit **at = &s->queue; *at; at = &(*at)->next)
		if (*at == u) {
			*at = u->next;
			break;
		}
	free(u);
	text_part_done(t, is_failed);
}

/* Sends what may be sent now. */
static void
pump(struct smpp *s)
{
	int64_t now = net_mono_ms(s->gate->cfg.net);
	size_t out = 0;

	for (struct submit *u = s->queue; u; u = u->next)
		out += u->sequence != 0;
	for (struct submit *u = s->queue;
	     u && s->is_bound && out < WINDOW && now >= s->paused_until; u = u->next) {
		struct buf AUTO(buf_done) b = { 0 };

		if (u->sequence)
			continue;
		u->sequence = next_sequence(s);
		u->sent_ms = now;
		smpp_write_submit(&b, u->sequence, span_of(s->number), span_of(u->to),
				  &u->part);
		if (!say(s, &b)) {
			u->sequence = 0;
			return;
		}
		out++;
	}
}

int
smpp_send(struct smpp *s, struct span phone, struct span text,
	  void (*done)(void *ctx, int status), void *ctx)
{
	struct smpp_part parts[SMPP_PARTS_MAX];
	struct submit **at = &s->queue;
	struct text *t;
	size_t n;

	/* Who owes the text tries again: a spool of its own would be a second one. */
	if (!s->is_bound || phone.n >= GATE_IDENTITY_MAX)
		return ERR_CLOSED;
	n = smpp_split(text, ++s->ref, parts);
	t = calloc(1, sizeof *t);
	if (!t)
		abort();
	*t = (struct text){ .n_left = n, .done = done, .ctx = ctx };
	while (*at)
		at = &(*at)->next;
	for (size_t i = 0; i < n; i++) {
		struct submit *u = calloc(1, sizeof *u);

		if (!u)
			abort();
		u->text = t;
		u->part = parts[i];
		memcpy(u->to, phone.p, phone.n);
		*at = u;
		at = &u->next;
	}
	pump(s);
	return 0;
}

static void
on_submitted(struct smpp *s, const struct smpp_pdu *p)
{
	struct submit *u = s->queue;

	while (u && u->sequence != p->sequence)
		u = u->next;
	if (!u)
		return;
	if (p->status == SMPP_THROTTLED || p->status == SMPP_QUEUE_FULL) {
		s->pause_ms = s->pause_ms ? s->pause_ms * 2 : PAUSE_FIRST_MS;
		if (s->pause_ms > PAUSE_MOST_MS)
			s->pause_ms = PAUSE_MOST_MS;
		s->paused_until = net_mono_ms(s->gate->cfg.net) + s->pause_ms;
		u->sequence = 0;
		log_info("gate", "texts_throttled", "centre=%s ms=%lld", s->address,
			 (long long)s->pause_ms);
		return;
	}
	s->pause_ms = 0;
	if (p->status)
		log_warn("gate", "text_not_taken", "centre=%s status=0x%x", s->address,
			 p->status);
	submit_end(s, u, p->status != 0);
	pump(s);
}

/* --- texts that come
 * ------------------------------------------------------------------ */

static void
on_delivered(struct smpp *s, struct net_conn *c, const struct smpp_pdu *p,
	     struct span whole)
{
	struct gate *g = s->gate;
	struct buf AUTO(buf_done) answer = { 0 };
	char text[GATE_WORDS_MAX];
	struct smpp_deliver d;
	struct sms m;

	gate_out_clear(&g->out);
	if (!smpp_deliver_parse(p->body, &d)) {
		log_info("gate", "not_understood", "door=sms peer=%s bytes=%zu",
			 s->address, whole.n);
		smpp_write_deliver_resp(&answer, SMPP_SYSTEM_ERROR, p->sequence);
		net_conn_send(c, buf_span(&answer));
		return;
	}
	if (!d.is_receipt) {
		m = (struct sms){ .from = d.from,
				  .text = { text, smpp_text(&d, text, sizeof text) },
				  .at_ms = TIME_NONE,
				  .is_proven = true,
				  .ref = d.ref,
				  .part = d.part,
				  .total = d.total };
		sms_read(&m, net_wall_ms(g->cfg.net), &g->out);
		for (size_t i = 0; i < g->out.n_reports; i++)
			take_report(&s->link, &g->out.reports[i], whole);
	}
	smpp_write_deliver_resp(&answer, SMPP_OK, p->sequence);
	gate_reply(&g->out, buf_span(&answer));
	reply_when_durable(g, c, &g->out);
}

/* --- the session
 * ------------------------------------------------------------------------ */

static void
on_bound(struct smpp *s, struct net_conn *c, const struct smpp_pdu *p)
{
	if (p->status) {
		log_error("gate", "centre_refused", "centre=%s status=0x%x", s->address,
			  p->status);
		net_conn_close(c);
		return;
	}
	s->is_bound = true;
	s->wait_ms = 0;
	log_info("gate", "centre_bound", "centre=%s", s->address);
}

static void
take_pdu(struct smpp *s, struct net_conn *c, struct span whole)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct smpp_pdu p;

	if (!smpp_parse(whole, &p))
		return;
	switch (p.command) {
	case SMPP_BIND_TRANSCEIVER | SMPP_RESP:
		on_bound(s, c, &p);
		return;
	case SMPP_SUBMIT_SM | SMPP_RESP:
	case SMPP_GENERIC_NACK:
		on_submitted(s, &p);
		return;
	case SMPP_DELIVER_SM:
		on_delivered(s, c, &p, whole);
		return;
	case SMPP_ENQUIRE_LINK:
		smpp_write(&b, SMPP_ENQUIRE_LINK | SMPP_RESP, SMPP_OK, p.sequence);
		break;
	case SMPP_UNBIND:
		smpp_write(&b, SMPP_UNBIND | SMPP_RESP, SMPP_OK, p.sequence);
		net_conn_send(c, buf_span(&b));
		net_conn_close(c);
		return;
	default:
		if (p.command & SMPP_RESP)
			return;
		smpp_write(&b, SMPP_GENERIC_NACK, SMPP_BAD_COMMAND, p.sequence);
	}
	net_conn_send(c, buf_span(&b));
}

static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct smpp *s = own;
	size_t used = 0;
	ssize_t n;

	s->heard_ms = net_mono_ms(s->gate->cfg.net);
	while ((n = smpp_frame(span_skip(in, used))) > 0) {
		take_pdu(s, c, (struct span){ in.p + used, (size_t)n });
		used += (size_t)n;
	}
	return n < 0 ? -1 : (ssize_t)used;
}

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct smpp *s = ctx;

	s->heard_ms = s->asked_ms = net_mono_ms(s->gate->cfg.net);
	smpp_write_bind(&b, next_sequence(s), span_of(s->user), span_of(s->secret));
	net_conn_send(c, buf_span(&b));
	crypt_wipe(b.p, b.n);
	return s;
}

static void
on_close(void *own, struct net_conn *c)
{
	struct smpp *s = own;

	(void)c;
	s->conn = 0;
	if (s->is_bound)
		log_warn("gate", "centre_lost", "centre=%s", s->address);
	s->is_bound = false;
	s->wait_ms = s->wait_ms ? s->wait_ms * 2 : AGAIN_FIRST_MS;
	if (s->wait_ms > AGAIN_MOST_MS)
		s->wait_ms = AGAIN_MOST_MS;
	s->again_ms = net_mono_ms(s->gate->cfg.net) + s->wait_ms;
	while (s->queue) /* sent or not, nobody will say */
		submit_end(s, s->queue, true);
}

static void
call(struct smpp *s)
{
	static const struct net_handlers handlers = { .on_open = on_open,
						      .on_data = on_data,
						      .on_close = on_close,
						      .in_max = SMPP_PDU_MAX * 2 };

	s->called_ms = net_mono_ms(s->gate->cfg.net);
	net_tcp_call(s->gate->cfg.net, span_of(s->address), s->tls, &handlers, s,
		     &s->conn);
}

/* The first submit that was sent too long ago. */
static bool
is_answer_late(const struct smpp *s, int64_t now)
{
	for (const struct submit *u = s->queue; u; u = u->next)
		if (u->sequence && now - u->sent_ms > ANSWER_MS)
			return true;
	return false;
}

static void
on_tick(void *ctx)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct smpp *s = ctx;
	struct net_conn *c = conn_of(s);
	int64_t now = net_mono_ms(s->gate->cfg.net);

	if (!s->conn) {
		if (now >= s->again_ms)
			call(s);
		return;
	}
	if (!c)
		return; /* its end is under way */
	if ((!s->is_bound && now - s->called_ms > BIND_MS + 10000) ||
	    (s->is_bound && now - s->heard_ms > SILENT_MS) || is_answer_late(s, now)) {
		log_warn("gate", "centre_silent", "centre=%s", s->address);
		net_conn_close(c);
		return;
	}
	if (s->is_bound && now - s->asked_ms >= LINK_MS) {
		s->asked_ms = now;
		smpp_write(&b, SMPP_ENQUIRE_LINK, SMPP_OK, next_sequence(s));
		net_conn_send(c, buf_span(&b));
	}
	pump(s);
}

/* --- opening and closing
 * ------------------------------------------------------------------ */

struct smpp *
smpp_open(struct gate *g, const char *address, const struct gate_gateway *w,
	  struct net_tls *tls)
{
	struct smpp *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->gate = g;
	s->door = (struct door){ .gate = g, .driver = &gate_driver_sms };
	s->link = (struct link){ .door = &s->door, .is_shared = true };
	s->address = span_dup(span_of(address));
	s->user = span_dup(span_of(w->user ? w->user : ""));
	s->number = span_dup(span_of(w->number ? w->number : ""));
	s->secret = span_dup(w->secret);
	s->tls = tls;
	snprintf(s->link.peer, sizeof s->link.peer, "%s", address);
	s->timer = net_timer_new(g->cfg.net, on_tick, s);
	net_timer_start(s->timer, 0, TICK_MS);
	return s;
}

/* The unbind leaves with the loop's last turn: it is not waited for. */
void
smpp_leave(struct smpp *s)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (!s || !s->is_bound)
		return;
	smpp_write(&b, SMPP_UNBIND, SMPP_OK, next_sequence(s));
	say(s, &b);
}

void
smpp_close(struct smpp *s)
{
	if (!s)
		return;
	while (s->queue)
		submit_end(s, s->queue, true);
	net_timer_free(s->timer);
	free(s->address);
	free(s->user);
	crypt_wipe(s->secret, strlen(s->secret));
	free(s->secret);
	free(s->number);
	free(s);
}
