/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to a broker: one link through which many devices speak. The broker is
 * answered when what it brought is on the disk, so what was not heard comes again.
 */
#include "gate/inner.h"

#include "base/auto.h"
#include "base/log.h"
#include "gate/wire/mqtt.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct gate_driver gate_driver_mqtt;

struct broker {
	struct door door;
	struct link link;
	struct net_broker *client;
	struct mqtt_rules rules;
	const char *topics[MQTT_TOPICS_MAX + 1];
	char *address, *name, *user, *password, *authority, *status;
	uint64_t serial; /* of the message under way */
	struct map ways; /* identity → struct mqtt_way, of those that are bound */
};

static void
on_durable(void *ctx)
{
	struct broker *b = ctx;

	net_broker_taken(b->client, b->serial);
}

/* Nobody else tells in which application a button is. */
static void
way_learn(struct broker *b, struct span topic, struct span payload)
{
	const struct model *m = journal_model(b->door.gate->cfg.journal);
	const struct device *d;
	struct mqtt_way way, *kept;

	if (!mqtt_way_read(topic, payload, &way))
		return;
	d = device_by_name(m, SPAN("mqtt"), span_of(way.identity));
	if (!d || d->state != DEVICE_BOUND)
		return;
	kept = map_get(&b->ways, span_of(way.identity));
	if (!kept) {
		kept = calloc(1, sizeof *kept);
		if (!kept)
			abort();
		map_put(&b->ways, span_of(way.identity), kept);
	}
	if (!way.profile[0]) /* an event that does not tell it */
		memcpy(way.profile, kept->profile, sizeof way.profile);
	*kept = way;
}

int
broker_tell(struct gate *g, const struct device *d, const struct gate_order *order)
{
	struct broker *b = g->broker;
	struct buf AUTO(buf_done) payload = { 0 };
	const struct mqtt_way *way = b ? map_get(&b->ways, span_of(d->identity)) : NULL;
	int rc;

	if (!way)
		return 0;
	rc = mqtt_down(&b->rules, way, order, &payload);
	return rc < 0 ? rc
		      : net_broker_publish(b->client, way->topic, buf_span(&payload));
}

static void
on_message(void *ctx, uint64_t serial, struct span topic, struct span payload)
{
	struct broker *b = ctx;
	struct gate *g = b->door.gate;
	struct buf AUTO(buf_done) msg = { 0 };

	buf_add_span(&msg, topic);
	buf_add_c(&msg, '\n');
	buf_add_span(&msg, payload);
	b->serial = serial;
	take_bytes(&b->link, buf_span(&msg), &b->rules);
	way_learn(b, topic, payload);
	journal_when(g->cfg.journal, on_durable, b);
}

static void
on_link(void *ctx, bool is_up)
{
	struct broker *b = ctx;

	log_info("gate", is_up ? "broker_up" : "broker_down", "address=%s", b->address);
}

static char *
text_of(const char *z)
{
	return z && *z ? span_dup(span_of(z)) : NULL;
}

/* "mqtt://host[:1883]" or "mqtts://host[:8883]" */
static char *
address_of(struct span url, bool *ret_is_tls)
{
	struct buf b = { 0 };
	struct span host;

	*ret_is_tls = span_starts(url, SPAN("mqtts://"));
	if (!*ret_is_tls && !span_starts(url, SPAN("mqtt://")))
		return NULL;
	host = span_skip(url, *ret_is_tls ? 8 : 7);
	if (host.n && host.p[host.n - 1] == '/')
		host.n--;
	if (!host.n || span_find(host, '/') >= 0 || span_find(host, '@') >= 0)
		return NULL;
	buf_add_span(&b, host);
	if (span_find(host, ':') < 0 || host.p[host.n - 1] == ']')
		buf_add_z(&b, *ret_is_tls ? ":8883" : ":1883");
	return buf_take(&b, NULL);
}

static void
broker_free(struct broker *b)
{
	void *way;

	for (size_t i = 0; map_next(&b->ways, &i, NULL, &way);)
		free(way);
	map_done(&b->ways);
	free(b->address);
	free(b->name);
	free(b->user);
	if (b->password)
		crypt_wipe(b->password, strlen(b->password));
	free(b->password);
	free(b->authority);
	free(b->status);
	free(b);
}

int
broker_open(struct gate *g, const struct gate_broker *cfg, struct buf *why)
{
	const struct model *m = journal_model(g->cfg.journal);
	struct broker *b = calloc(1, sizeof *b);
	struct buf AUTO(buf_done) name = { 0 }, status = { 0 };
	struct net_broker_config c;
	bool is_tls = false;
	int rc;

	if (!b)
		abort();
	b->door = (struct door){ .gate = g, .driver = &gate_driver_mqtt };
	b->link = (struct link){ .door = &b->door, .is_shared = true };
	b->address = address_of(span_of(cfg->url), &is_tls);
	rc = mqtt_rules_read(cfg->rules, &b->rules, why);
	if (!b->address || rc < 0) {
		if (!b->address)
			buf_add_z(why, "the broker is mqtt[s]://HOST[:PORT], without a "
				       "name or a secret in it");
		broker_free(b);
		return ERR_SYNTAX;
	}
	for (size_t i = 0; i < b->rules.n_topics; i++)
		b->topics[i] = b->rules.topics[i].filter;
	buf_printf(&name, "kumak-%s", m->node_id);
	buf_printf(&status, "kumak/%s/status", m->node_id);
	b->name = span_dup(buf_span(&name));
	b->status = span_dup(buf_span(&status));
	b->user = text_of(cfg->user);
	b->password = cfg->password.n ? span_dup(cfg->password) : NULL;
	b->authority = text_of(cfg->authority);
	snprintf(b->link.peer, sizeof b->link.peer, "%s", b->address);
	c = (struct net_broker_config){ .address = b->address,
					.client = b->name,
					.user = b->user,
					.password = b->password,
					.authority = b->authority,
					.is_tls = is_tls,
					.status = b->status,
					.topics = b->topics,
					.on_message = on_message,
					.on_link = on_link,
					.ctx = b };
	rc = net_broker_open(g->cfg.net, &c, &b->client, why);
	if (rc < 0) {
		broker_free(b);
		return rc;
	}
	g->broker = b;
	return 0;
}

void
broker_close(struct gate *g)
{
	if (!g->broker)
		return;
	net_broker_close(g->broker->client);
	broker_free(g->broker);
	g->broker = NULL;
}
