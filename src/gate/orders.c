/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What devices are told. An order waits until its device is here, goes out in
 * the device's own language, again until it is answered, and ends acked,
 * refused or expired. While an incident is open that its bearer called for, a
 * device reports fast by itself, and slowly again afterwards.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"

#include <stdlib.h>

#define TICK_MS 5000
#define AGAIN_MS 30000 /* a watch that was told and said nothing is told again */
#define TRIES_MAX 5
#define FAST_S 10  /* between reports in an emergency */
#define SLOW_S 300 /* and afterwards, when the device promised nothing */

static enum gate_order_kind
kind_of(const struct device_order *o)
{
	static const enum gate_order_kind kinds[] = {
		[DEVICE_ORDER_LOCATE] = GATE_LOCATE_NOW,
		[DEVICE_ORDER_INTERVAL] = GATE_INTERVAL,
		[DEVICE_ORDER_TEXT] = GATE_TEXT,
		[DEVICE_ORDER_RING] = GATE_RING,
		[DEVICE_ORDER_CONFIRM] = GATE_CONFIRM,
		[DEVICE_ORDER_VOICE] = GATE_SAY,
	};

	return kinds[o->kind];
}

static void
set(struct gate *g, const struct device_order *o, enum device_order_state to,
    const char *why)
{
	device_order_set(journal_begin(g->cfg.journal, NULL), o->r.id, to,
			 span_of(why));
}

static const char no_such_order[] = "such a device knows no such order";

static bool
is_by_broker(const struct device *d)
{
	return strcmp(d->door, "mqtt") == 0;
}

/* The whole message of an order, with its content if it has one. */
static void
message_write(const struct gate_out *told, struct span content, struct buf *ret)
{
	size_t n;

	buf_add(ret, told->reply, told->reply_n);
	if (!told->content_write)
		return;
	n = told->content_write(content, NULL, 0);
	buf_reserve(ret, n);
	told->content_write(content, ret->p + ret->n, n);
	ret->n += n;
	buf_add_z(ret, told->tail);
}

/* Law 1: the order is on disk before it leaves; that it left is noted after. */
static void
give(struct gate *g, const struct device_order *o, const struct device *d)
{
	const struct seat *s = seat_find(g, d->door, d->identity);
	struct link *l = s ? s->link : NULL;
	const struct gate_driver *driver = l ? l->door->driver : NULL;
	struct net_conn *c = l ? net_conn_find(g->cfg.net, l->conn) : NULL;
	struct gate_order order = { .kind = kind_of(o),
				    .seconds = (int)o->seconds,
				    .for_seconds = o->for_seconds == FIELD_NONE
							   ? 0
							   : (int)o->for_seconds,
				    .text = span_of(o->text ? o->text : ""),
				    .identity = d->identity,
				    .now_ms = net_wall_ms(g->cfg.net) };
	struct buf AUTO(buf_done) content = { 0 }, msg = { 0 };
	int rc;

	if (o->r.id.seq > journal_durable(g->cfg.journal))
		return;
	if (is_by_broker(d)) {
		rc = broker_tell(g, d, &order);
		if (rc != 0)
			set(g, o, rc < 0 ? DEVICE_ORDER_REFUSED : DEVICE_ORDER_SENT,
			    rc < 0 ? no_such_order : "");
		return;
	}
	if (!c)
		return;
	if (id_is_set(o->file) &&
	    (!g->cfg.read_file ||
	     g->cfg.read_file(g->cfg.ctx, o->file, &content) < 0)) {
		set(g, o, DEVICE_ORDER_REFUSED, "the recording is gone");
		return;
	}
	order.content = buf_span(&content);
	order.serial = ++g->serial;
	gate_out_clear(&g->told);
	rc = driver->encode ? driver->encode(l->state, &order, &g->told)
			    : ERR_UNSUPPORTED;
	if (rc < 0) {
		set(g, o, DEVICE_ORDER_REFUSED,
		    rc == ERR_UNSUPPORTED ? no_such_order : err_text(rc));
		return;
	}
	message_write(&g->told, order.content, &msg);
	if (net_conn_send(c, buf_span(&msg)))
		set(g, o, DEVICE_ORDER_SENT, "");
}

static bool
is_due(const struct device_order *o, int64_t now, bool is_new)
{
	return o->state == DEVICE_ORDER_QUEUED ||
	       (o->state == DEVICE_ORDER_SENT &&
		(is_new || now - o->sent_at >= AGAIN_MS) && o->tries < TRIES_MAX);
}

/* One look at an order: over, due, or left alone. */
static void
look(struct gate *g, struct device_order *o, bool is_new)
{
	struct model *m = journal_model(g->cfg.journal);
	const struct device *d = device_find(m, o->device);
	int64_t now = journal_now(g->cfg.journal);

	if (!device_order_is_open(o))
		return;
	if (!d || d->state != DEVICE_BOUND)
		set(g, o, DEVICE_ORDER_EXPIRED, "the device is bound no more");
	else if (now >= o->expires_at)
		set(g, o, DEVICE_ORDER_EXPIRED, "nobody answered in time");
	/* what lies at a broker is brought by it: once is enough */
	else if (is_due(o, now, is_new) &&
		 (o->state == DEVICE_ORDER_QUEUED || !is_by_broker(d)))
		give(g, o, d);
}

static void
on_tick(void *ctx)
{
	struct gate *g = ctx;
	struct model *m = journal_model(g->cfg.journal);
	void *rec;

	for (size_t k = 0; map_next(&m->tables[NOUN_DEVICE_ORDER], &k, NULL, &rec);)
		look(g, rec, false);
}

void
orders_give(struct gate *g, const struct device *d, bool is_new)
{
	struct device_order *list[16];
	size_t n = d->n_orders < ARRAY_LEN(list) ? d->n_orders : ARRAY_LEN(list);

	if (!n)
		return;
	memcpy(list, d->orders, n * sizeof *list); /* one that ends may leave it */
	for (size_t k = 0; k < n; k++)
		look(g, list[k], is_new);
}

/* The bearer was shown that he was heard, and his device's SOS is over: if it calls
 * again, he pressed again. */
static void
heard(struct gate *g, const struct device *d)
{
	struct seat *s = seat_find(g, d->door, d->identity);

	if (!s)
		return;
	s->sos_key[0] = 0;
	s->is_confirmed = true;
}

void
orders_answered(struct gate *g, const struct device *d, const struct gate_report *r)
{
	struct device_order *first = NULL;

	for (size_t k = 0; k < d->n_orders; k++) {
		struct device_order *o = d->orders[k];

		if (o->state == DEVICE_ORDER_SENT &&
		    (!r->acks || r->acks == kind_of(o)) &&
		    (!first || o->sent_at < first->sent_at))
			first = o;
	}
	if (!first)
		return;
	if (kind_of(first) == GATE_CONFIRM && !r->is_refused)
		heard(g, d);
	set(g, first, r->is_refused ? DEVICE_ORDER_REFUSED : DEVICE_ORDER_ACKED,
	    r->is_refused ? "the device refused it" : "");
}

/* --- fast in an emergency ------------------------------------------------------- */

static void
pace(struct gate *g, const struct device *d, bool is_fast)
{
	struct device_order_args a = { .device = d->r.id,
				       .kind = DEVICE_ORDER_INTERVAL,
				       .seconds = is_fast ? FAST_S : SLOW_S };
	struct id id;

	if (!is_fast && d->interval_s != FIELD_NONE)
		a.seconds = d->interval_s;
	device_order_make(journal_begin(g->cfg.journal, NULL), &a, &id);
	a.kind = DEVICE_ORDER_LOCATE;
	if (is_fast)
		device_order_make(journal_begin(g->cfg.journal, NULL), &a, &id);
}

/* It is the unit's own, or of one who is with it. */
static bool
is_carried_by(const struct model *m, const struct device *d, struct id unit)
{
	const struct person *p;

	if (d->bound_to.noun != noun_person.letter)
		return id_is(d->bound_to, unit);
	p = person_find(m, d->bound_to);
	return p && p->state == PERSON_ACTIVE && id_is(p->unit, unit);
}

/* An integrator's box comes by no door, and some languages have no word for it. */
static bool
takes_orders(const char *door)
{
	for (size_t i = 0; gate_drivers[i]; i++)
		if (strcmp(gate_drivers[i]->name, door) == 0)
			return gate_drivers[i]->encode &&
			       !(gate_drivers[i]->wire & GATE_RELAYED);
	return false;
}

static void
hurry(struct gate *g, struct device *d, bool is_fast)
{
	if (!d || d->state != DEVICE_BOUND || (is_fast && d->is_fast) ||
	    !takes_orders(d->door))
		return;
	d->is_fast = is_fast;
	pace(g, d, is_fast);
}

static struct device *
device_of(const struct model *m, struct span source)
{
	struct id id;

	return id_parse(source, &id) == 0 && id.noun == noun_device.letter
		       ? device_find(m, id)
		       : NULL;
}

static void
hurry_unit(struct gate *g, struct id unit, bool is_fast)
{
	const struct model *m = journal_model(g->cfg.journal);
	void *rec;

	for (size_t k = 0; map_next(&m->tables[NOUN_DEVICE], &k, NULL, &rec);)
		if (is_carried_by(m, rec, unit))
			hurry(g, rec, is_fast);
}

/* A call: its bearer's devices go fast, once. */
static void
on_call(struct gate *g, const struct incident *i, const struct signal *s)
{
	if (i->is_test)
		return;
	if (s->source)
		hurry(g, device_of(journal_model(g->cfg.journal), span_of(s->source)),
		      true);
	if (id_is_set(i->unit))
		hurry_unit(g, i->unit, true);
}

/* Over: those that called and all that its unit carries, back to their own pace. */
static void
on_closed(struct gate *g, const struct incident *i)
{
	const struct model *m = journal_model(g->cfg.journal);
	struct span source;

	if (i->is_test)
		return;
	for (size_t k = 0; map_next(&i->roll, &k, &source, NULL);) {
		struct device *d = device_of(m, source);

		if (d && !(id_is_set(i->unit) && is_carried_by(m, d, i->unit)))
			hurry(g, d, false);
	}
	if (id_is_set(i->unit))
		hurry_unit(g, i->unit, false);
}

static bool
is_lasting(const char *door)
{
	for (size_t i = 0; gate_drivers[i]; i++)
		if (strcmp(gate_drivers[i]->name, door) == 0)
			return gate_drivers[i]->wire & GATE_LASTING;
	return false;
}

static bool
is_being_confirmed(const struct device *d)
{
	for (size_t k = 0; k < d->n_orders; k++)
		if (d->orders[k]->kind == DEVICE_ORDER_CONFIRM)
			return true;
	return false;
}

void
orders_confirm(struct gate *g, const struct device *d)
{
	struct device_order_args a = { .device = d->r.id,
				       .kind = DEVICE_ORDER_CONFIRM };
	struct seat *s = seat_find(g, d->door, d->identity);
	struct id id;

	if (d->state != DEVICE_BOUND || !is_lasting(d->door) || is_being_confirmed(d))
		return;
	if (s)
		s->confirm_ms = net_wall_ms(g->cfg.net);
	device_order_make(journal_begin(g->cfg.journal, NULL), &a, &id);
}

/* It still says the SOS that it was told, or was to be told, is heard. */
static bool
is_unconfirmed(struct gate *g, const struct device *d)
{
	const struct seat *s = seat_find(g, d->door, d->identity);

	return s && s->sos_key[0];
}

/* Somebody took the call, or it is over: then those that were told are not again. */
static void
confirm_all(struct gate *g, const struct incident *i, bool is_over)
{
	const struct device *d;
	struct span source;

	for (size_t k = 0; map_next(&i->roll, &k, &source, NULL);) {
		d = device_of(journal_model(g->cfg.journal), source);
		if (d && (!is_over || i->acknowledged_at == TIME_NONE ||
			  is_unconfirmed(g, d)))
			orders_confirm(g, d);
	}
}

static void
on_event(void *ctx, const struct event *e)
{
	struct gate *g = ctx;
	const struct model *m = journal_model(g->cfg.journal);
	const struct incident *i = incident_find(m, e->incident);
	enum noun_index n = event_infos[e->type].noun;
	struct device_order *order;

	if (n == NOUN_SITE || n == NOUN_PERSON || n == NOUN_DEVICE)
		numbers_forget(g);
	told_on_event(g, e);
	if (e->type == EVENT_DEVICE_ORDERED) {
		order = device_order_find(m, e->subject);
		if (order)
			look(g, order, false); /* it is on disk */
	} else if (i && e->type == EVENT_SIGNAL_RECEIVED &&
		   i->state != INCIDENT_CLOSED) {
		on_call(g, i, (const struct signal *)e->body.rec);
	} else if (i && e->type == EVENT_INCIDENT_ACKNOWLEDGED) {
		confirm_all(g, i, false);
	} else if (i && e->type == EVENT_INCIDENT_CLOSED) {
		on_closed(g, i);
		confirm_all(g, i, true);
	}
}

void
orders_open(struct gate *g)
{
	g->order_timer = net_timer_new(g->cfg.net, on_tick, g);
	net_timer_start(g->order_timer, TICK_MS, TICK_MS);
	g->sink = journal_add_sink(g->cfg.journal, on_event, g);
}

void
orders_close(struct gate *g)
{
	journal_remove_sink(g->cfg.journal, g->sink);
	net_timer_free(g->order_timer);
}
