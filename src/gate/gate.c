/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors and bytes. Order of effects: frame, decode, know the device, submit, and
 * only when that is durable, answer the device.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#define IN_MAX (64 * 1024)
#define IDLE_MS (20 * 60 * 1000) /* keep-alives of watches come each 5-8 minutes */
#define CONNECTIONS_MAX 15000

/* A reply that waits for the disk. */
struct owed {
	struct net *net;
	uint64_t conn;
	size_t n;
	char bytes[];
};

static void
pay(void *ctx)
{
	struct owed *o = ctx;
	struct net_conn *c = net_conn_find(o->net, o->conn);

	if (c)
		net_conn_send(c, (struct span){ o->bytes, o->n });
	free(o);
}

void
reply_when_durable(struct gate *g, struct net_conn *c, const struct gate_out *out)
{
	struct owed *o;

	if (!out->reply_n)
		return;
	if (journal_durable(g->cfg.journal) >= journal_tail(g->cfg.journal)) {
		net_conn_send(c, (struct span){ out->reply, out->reply_n });
		return;
	}
	o = malloc(sizeof *o + out->reply_n);
	o->net = g->cfg.net;
	o->conn = net_conn_id(c);
	o->n = out->reply_n;
	memcpy(o->bytes, out->reply, out->reply_n);
	journal_when(g->cfg.journal, pay, o);
}

/* --- sockets ------------------------------------------------------------------ */

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct door *door = ctx;
	struct link *l = calloc(1, sizeof *l);

	l->door = door;
	l->conn = net_conn_id(c);
	l->order = ++door->gate->n_links;
	snprintf(l->peer, sizeof l->peer, "%s", net_conn_peer(c));
	l->state = calloc(1, door->driver->state ? door->driver->state : 1);
	return l;
}

static void *
on_datagram(void *ctx, struct net_conn *c)
{
	struct link *l = on_open(ctx, c);

	l->is_datagram = true;
	return l;
}

/* It said that it goes: what comes next under its name is no second one. */
static void
on_end(void *own, struct net_conn *c)
{
	struct link *l = own;

	(void)c;
	seat_leave(l->door->gate, l);
}

static void
on_close(void *own, struct net_conn *c)
{
	struct link *l = own;

	(void)c;
	seat_leave(l->door->gate, l);
	pieces_leave(&l->door->gate->pieces, l);
	free(l->state);
	free(l);
}

static bool
is_near(const struct link *l)
{
	return (l->door->driver->wire & GATE_RELAYED) &&
	       (strncmp(l->peer, "127.", 4) == 0 || strncmp(l->peer, "[::1]", 5) == 0 ||
		strncmp(l->peer, "::1", 3) == 0);
}

/* The answer to the gateway that brought a text: what it sends back, if anything. */
static void
answer_http(struct gate_out *out, const struct buf *text)
{
	gate_reply_printf(out,
			  "HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
			  "charset=UTF-8\r\nContent-Length: %zu\r\n\r\n",
			  text->n);
	gate_reply(out, buf_span(text));
}

int
take_bytes(struct link *l, struct span msg, const struct mqtt_rules *rules)
{
	struct gate *g = l->door->gate;
	struct gate_out *out = &g->out;
	const struct gate_in in = { .msg = msg,
				    .now_ms = net_wall_ms(g->cfg.net),
				    .is_datagram = l->is_datagram,
				    .find_key = device_key,
				    .ctx = l,
				    .rules = rules };
	int rc;

	gate_out_clear(out);
	rc = l->door->driver->decode(l->state, &in, out);
	if (rc < 0)
		log_info("gate", "not_understood", "door=%s peer=%s bytes=%zu why=%s",
			 l->door->driver->name, l->peer, msg.n, err_text(rc));
	if (out->n_lost)
		log_warn("gate", "reports_lost", "door=%s n=%zu", l->door->driver->name,
			 out->n_lost);
	for (size_t i = 0; i < out->n_reports; i++) {
		/* Without a secret the machine's own programs are believed. */
		out->reports[i].is_proven |= !g->cfg.sms_secret.n && is_near(l);
		take_report(l, &out->reports[i], msg);
	}
	return rc;
}

static void
take_message(struct link *l, struct net_conn *c, struct span msg)
{
	bool is_text = l->door->driver->wire & GATE_PHONES;
	struct gate *g = l->door->gate;
	struct buf AUTO(buf_done) answer = { 0 };
	int rc;

	l->answer = g->cfg.has_answers && is_text ? &answer : NULL;
	rc = take_bytes(l, msg, NULL);
	l->answer = NULL;
	l->is_understood |= rc == 0;
	if (rc < 0)
		name_stranger(l, msg);
	if (rc == 0 && is_text)
		answer_http(&g->out, &answer);
	if (rc == 0 && g->out.media.bytes.n && media_take(l, c))
		return;
	reply_when_durable(g, c, &g->out);
}

static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct link *l = own;
	size_t used = 0;

	for (;;) {
		struct span rest = span_skip(in, used);
		ssize_t n = rest.n ? l->door->driver->frame(rest) : 0;

		if (n == 0) {
			/* What it waits for may never come: not all languages have a
			 * start that a stranger lacks. */
			name_stranger(l, rest);
			return (ssize_t)used;
		}
		if (n < 0) { /* junk: resynchronise, never close */
			name_stranger(l, rest);
			used += (size_t)-n < rest.n ? (size_t)-n : rest.n;
			continue;
		}
		take_message(l, c, (struct span){ rest.p, (size_t)n });
		used += (size_t)n;
	}
}

/* --- opening --------------------------------------------------------------------- */

/* A device that no door will ever hear is a slip of the pen: told when it is made. */
static const char *const *
door_names(void)
{
	static const char *names[32];
	size_t n = 0;

	for (; gate_drivers[n] && n < ARRAY_LEN(names) - 2; n++)
		names[n] = gate_drivers[n]->name;
	names[n++] = "http"; /* device tokens, which press by the API */
	names[n] = NULL;
	return names;
}

int
gate_open(const struct gate_config *cfg, struct gate **ret, struct buf *why)
{
	struct gate *g = calloc(1, sizeof *g);
	struct model *m = journal_model(cfg->journal);
	void *rec;
	int rc;

	g->cfg = *cfg;
	m->doors = door_names();
	rc = cfg->gateway.url ? outbox_open(g, &g->outbox, why) : 0;
	if (rc < 0) {
		free(g);
		return rc;
	}
	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);)
		g->pending += ((struct device *)rec)->state == DEVICE_PENDING &&
			      !((struct device *)rec)->claim;
	orders_open(g);
	told_load(g);
	g->link_timer = net_timer_new(cfg->net, check_links, g);
	net_timer_start(g->link_timer, LINK_CHECK_MS, LINK_CHECK_MS);
	rc = cfg->broker.url ? broker_open(g, &cfg->broker, why) : 0;
	*ret = g;
	return rc;
}

void
gate_close(struct gate *g)
{
	if (!g)
		return;
	broker_close(g);
	outbox_close(g->outbox);
	orders_close(g);
	net_timer_free(g->link_timer);
	seats_done(g);
	told_close(g);
	parts_done(g);
	pieces_done(&g->pieces);
	numbers_forget(g);
	while (g->doors) {
		struct door *d = g->doors;

		g->doors = d->next;
		free(d); /* its listeners went with net_shut() */
	}
	free(g);
}

void
gate_leave(struct gate *g)
{
	if (g)
		outbox_leave(g->outbox);
}

int
gate_send_text(struct gate *g, struct span phone, struct span text,
	       void (*done)(void *ctx, int status), void *ctx)
{
	return g && g->outbox ? outbox_send(g->outbox, phone, text, done, ctx)
			      : ERR_UNSUPPORTED;
}

int
gate_listen(struct gate *g, struct span name, struct span address,
	    const char **ret_address)
{
	static const struct net_handlers handlers = {
		.on_open = on_open,
		.on_data = on_data,
		.on_end = on_end,
		.on_close = on_close,
		.in_max = IN_MAX,
		.idle_timeout_ms = IDLE_MS,
		.connections_max = CONNECTIONS_MAX,
	};
	struct net_handlers datagrams = handlers;
	struct door *d = calloc(1, sizeof *d);
	int rc = ERR_NOT_FOUND;

	datagrams.on_open = on_datagram;
	d->gate = g;
	for (size_t i = 0; gate_drivers[i]; i++)
		if (span_is_z(name, gate_drivers[i]->name) &&
		    (gate_drivers[i]->wire & GATE_TCP))
			d->driver = gate_drivers[i];
	if (d->driver)
		rc = net_tcp_listen(g->cfg.net, address, NULL, &handlers, d,
				    &d->listener);
	if (rc == 0 && (d->driver->wire & GATE_UDP))
		rc = net_udp_listen(g->cfg.net,
				    span_of(net_listener_address(d->listener)),
				    &datagrams, d, &d->udp);
	if (rc < 0) {
		if (d->listener)
			net_listener_close(d->listener);
		free(d);
		return rc;
	}
	d->next = g->doors;
	g->doors = d;
	*ret_address = net_listener_address(d->listener);
	return 0;
}
