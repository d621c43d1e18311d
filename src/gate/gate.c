/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to presses and fixes. Order of effects: frame, decode, know the
 * device, submit, and only when that is durable, answer the device.
 */
#include "gate/gate.h"

#include "base/auto.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define IN_MAX (64 * 1024)
#define IDLE_MS (20 * 60 * 1000) /* keep-alives of watches come each 5-8 minutes */
#define CONNECTIONS_MAX 15000
#define PENDING_MAX 2000 /* unknown devices kept: a scanner must not fill the disk */
#define UNIT_LOST_MS (15 * 60 * 1000)
#define LINK_CHECK_MS 5000

/* These call for help; others are kept as the device's state. */
#define CALLS                                                                         \
	(GATE_SOS | GATE_DURESS | GATE_GENERAL | GATE_FALL | GATE_CRASH | GATE_FIRE | \
	 GATE_MEDICAL)

struct door {
	struct gate *gate;
	const struct gate_driver *driver;
	struct net_listener *listener, *udp;
	struct door *next;
};

struct gate {
	struct gate_config cfg;
	struct door *doors;
	struct net_timer *link_timer;
	size_t pending;
	struct gate_out out; /* of the message under way */
};

/* One connection: the driver's state and where the answer goes. */
struct link {
	struct door *door;
	void *state;
};

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

static void
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

/* --- who it is ------------------------------------------------------------- */

static struct device *
know(struct gate *g, const char *door, const char *identity)
{
	struct model *m = journal_model(g->cfg.journal);
	struct device *d = device_by_name(m, span_of(door), span_of(identity));
	struct id id;

	if (!d && *identity && g->pending < PENDING_MAX) {
		device_seen(journal_begin(g->cfg.journal, NULL), span_of(door),
			    span_of(identity), &id);
		g->pending++;
		d = device_find(m, id);
		log_info("gate", "device_seen_first", "door=%s identity=%s", door,
			 identity);
	}
	if (!d)
		return NULL;
	d->last_seen_at = net_wall_ms(g->cfg.net);
	if (d->link != LINK_LIVE && d->state == DEVICE_BOUND)
		device_link_set(journal_begin(g->cfg.journal, NULL), d, LINK_LIVE);
	return d;
}

/* --- what it says ------------------------------------------------------------ */

static void
take_fix(struct gate *g, const struct device *d, const struct gate_report *r)
{
	struct model *m = journal_model(g->cfg.journal);
	const struct unit *u = unit_find(m, d->bound_to);
	struct fix f = {
		.device_ms = r->device_time_ms,
		.server_ms = net_wall_ms(g->cfg.net),
		.position = r->position,
		.speed_mps = (float)r->speed_mps,
		.course_deg = (float)r->course_deg,
	};

	/* An unbound device moves nothing; off duty nothing reaches the disk. */
	if (d->state != DEVICE_BOUND || !u || (!u->shift_on && !u->n_open))
		return;
	f.bearer = u->r.id;
	if (track_put(g->cfg.track, &f, r->kind == GATE_STORED_FIX) != TRACK_HISTORY &&
	    g->cfg.on_moved)
		g->cfg.on_moved(g->cfg.ctx, u->r.id);
}

static const char *
kind_of(unsigned alarms)
{
	static const struct {
		unsigned bit;
		const char *kind;
	} kinds[] = { { GATE_SOS | GATE_GENERAL, "" }, { GATE_DURESS, "duress" },
		      { GATE_FIRE, "fire" },           { GATE_MEDICAL, "medical" },
		      { GATE_CRASH, "accident" },      { GATE_FALL, "fall" } };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (alarms & kinds[i].bit)
			return kinds[i].kind;
	return "";
}

/* Without a fix of its own a call gets the last good place, and says so. */
static struct position
place_of_call(struct gate *g, const struct device *d, const struct gate_report *r,
	      struct buf *labels)
{
	const struct fix *f;

	if (r->position.is_set)
		return r->position;
	f = d ? track_last(g->cfg.track, d->bound_to) : NULL;
	if (!f)
		return r->position;
	buf_printf(labels, "[\"no_fix\",\"last_place:%lld s\"]",
		   (long long)((net_wall_ms(g->cfg.net) - f->server_ms) / 1000));
	return f->position;
}

/* NULL d: one unknown device too many to keep; its call is heard all the same. */
static void
caller_of(struct gate *g, const struct door *door, const struct device *d,
	  const struct gate_report *r, struct principal *ret)
{
	char source[64];

	if (d) {
		principal_of_device(journal_model(g->cfg.journal), d, ret);
		return;
	}
	snprintf(source, sizeof source, "%s:%s", door->driver->name, r->identity);
	principal_anonymous(ret, source);
}

static void
take_call(struct gate *g, struct door *door, const struct device *d,
	  const struct gate_report *r, struct span msg)
{
	struct buf AUTO(buf_done) raw = { 0 }, key = { 0 }, labels = { 0 };
	struct principal who;
	struct press_result result;
	struct press_args a = { .claimed_at = r->device_time_ms };

	caller_of(g, door, d, r, &who);
	crypt_hex(&raw, msg.p, msg.n > 2048 ? 2048 : msg.n);
	if (r->key[0])
		buf_printf(&key, "%s", r->key);
	else /* no sane clock: presses within half a minute are one */
		buf_printf(&key, "%x:%lld", r->alarms,
			   (long long)(net_wall_ms(g->cfg.net) / 30000));
	a.key = buf_span(&key);
	a.kind = span_of(kind_of(r->alarms));
	a.is_silent = (r->alarms & GATE_DURESS) != 0;
	a.position = place_of_call(g, d, r, &labels);
	a.labels = buf_span(&labels);
	a.message = r->text[0] ? span_of(r->text) : (struct span){ 0 };
	a.door = span_of(door->driver->name);
	a.raw = buf_span(&raw);
	signal_press(journal_begin(g->cfg.journal, &who), &a, &result);
}

/* An alarm message calls each time. In other messages the bits are states that
 * last: an SOS calls when it appears, not each time it is repeated. */
static bool
is_call(const struct device *d, const struct gate_report *r)
{
	if (r->kind == GATE_ALARM)
		return (r->alarms & CALLS) != 0;
	return (r->alarms & GATE_SOS) && !(d && (d->last_alarms & GATE_SOS));
}

static void
take_report(struct gate *g, struct door *door, const struct gate_report *r,
	    struct span msg)
{
	struct device *d = know(g, door->driver->name, r->identity);

	if (d && r->battery_pct >= 0)
		d->battery_pct = r->battery_pct;
	if (d && r->position.is_set)
		take_fix(g, d, r);
	if (is_call(d, r))
		take_call(g, door, d, r, msg);
	if (d && (r->kind == GATE_FIX || r->kind == GATE_ALARM))
		d->last_alarms = r->alarms;
}

/* --- sockets ------------------------------------------------------------------ */

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct door *door = ctx;
	struct link *l = calloc(1, sizeof *l);

	(void)c;
	l->door = door;
	l->state = calloc(1, door->driver->state ? door->driver->state : 1);
	return l;
}

static void
on_close(void *own, struct net_conn *c)
{
	struct link *l = own;

	(void)c;
	free(l->state);
	free(l);
}

static void
take_message(struct link *l, struct net_conn *c, struct span msg)
{
	struct gate *g = l->door->gate;
	struct gate_out *out = &g->out;
	const struct gate_in in = { .msg = msg, .now_ms = net_wall_ms(g->cfg.net) };
	int rc;

	gate_out_clear(out);
	rc = l->door->driver->decode(l->state, &in, out);

	if (rc < 0)
		log_info("gate", "not_understood", "door=%s peer=%s bytes=%zu why=%s",
			 l->door->driver->name, net_conn_peer(c), msg.n, err_text(rc));
	if (out->n_lost)
		log_warn("gate", "reports_lost", "door=%s n=%zu", l->door->driver->name,
			 out->n_lost);
	for (size_t i = 0; i < out->n_reports; i++)
		take_report(g, l->door, &out->reports[i], msg);
	reply_when_durable(g, c, out);
}

static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct link *l = own;
	size_t used = 0;

	for (;;) {
		struct span rest = span_skip(in, used);
		ssize_t n = rest.n ? l->door->driver->frame(rest) : 0;

		if (n == 0)
			return (ssize_t)used;
		if (n < 0) { /* junk: resynchronise, never close */
			used += (size_t)-n < rest.n ? (size_t)-n : rest.n;
			continue;
		}
		take_message(l, c, (struct span){ rest.p, (size_t)n });
		used += (size_t)n;
	}
}

/* --- silence ------------------------------------------------------------------- */

static int64_t
promised_ms(const struct model *m, const struct device *d)
{
	const struct site *s = site_find(m, d->bound_to);

	return s && s->link_class_s != FIELD_NONE ? s->link_class_s * 1000
						  : UNIT_LOST_MS;
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

static void
check_links(void *ctx)
{
	struct gate *g = ctx;
	struct model *m = journal_model(g->cfg.journal);
	int64_t now = net_wall_ms(g->cfg.net);
	void *rec;

	forget_places(g, now);
	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);) {
		struct device *d = rec;
		int64_t quiet =
			d->last_seen_at == TIME_NONE ? 0 : now - d->last_seen_at;

		if (d->state == DEVICE_BOUND && d->link == LINK_LIVE &&
		    quiet > promised_ms(m, d))
			device_link_set(journal_begin(g->cfg.journal, NULL), d,
					LINK_LOST);
	}
}

/* --- opening --------------------------------------------------------------------- */

int
gate_open(const struct gate_config *cfg, struct gate **ret)
{
	struct gate *g = calloc(1, sizeof *g);
	struct model *m = journal_model(cfg->journal);
	void *rec;

	g->cfg = *cfg;
	for (size_t i = 0; map_next(&m->tables[NOUN_DEVICE], &i, NULL, &rec);)
		g->pending += ((struct device *)rec)->state == DEVICE_PENDING &&
			      !((struct device *)rec)->claim;
	g->link_timer = net_timer_new(cfg->net, check_links, g);
	net_timer_start(g->link_timer, LINK_CHECK_MS, LINK_CHECK_MS);
	*ret = g;
	return 0;
}

void
gate_close(struct gate *g)
{
	if (!g)
		return;
	net_timer_free(g->link_timer);
	while (g->doors) {
		struct door *d = g->doors;

		g->doors = d->next;
		free(d); /* its listeners went with net_shut() */
	}
	free(g);
}

int
gate_listen(struct gate *g, struct span name, struct span address,
	    const char **ret_address)
{
	static const struct net_handlers handlers = {
		.on_open = on_open,
		.on_data = on_data,
		.on_close = on_close,
		.in_max = IN_MAX,
		.idle_timeout_ms = IDLE_MS,
		.connections_max = CONNECTIONS_MAX,
	};
	struct door *d = calloc(1, sizeof *d);
	int rc = ERR_NOT_FOUND;

	d->gate = g;
	for (size_t i = 0; gate_drivers[i]; i++)
		if (span_is_z(name, gate_drivers[i]->name))
			d->driver = gate_drivers[i];
	if (d->driver)
		rc = net_tcp_listen(g->cfg.net, address, NULL, &handlers, d,
				    &d->listener);
	if (rc == 0 && (d->driver->wire & GATE_UDP))
		rc = net_udp_listen(g->cfg.net,
				    span_of(net_listener_address(d->listener)),
				    &handlers, d, &d->udp);
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
