/* SPDX-License-Identifier: Apache-2.0 */
/* Messages by way of a broker, and the file of rules by which they are read. */
#include "gate_fuzz.h"

#include "gate/wire/mqtt.h"

extern const struct gate_driver gate_driver_mqtt;

/* What goes down is one JSON object to a topic of that button, whatever it is called.
 */
static void
down_check(struct mqtt_rules *rules, struct span in)
{
	static const struct mqtt_confirm confirms[2] = {
		{ "WS101", 85, { 0xff, 0x29, 1 }, 3 }, { "", 5, { 0, 1 }, 2 }
	};
	const struct gate_order order = { .kind = GATE_CONFIRM };
	struct span payload = in, topic = span_cut(&payload, '\n');
	struct buf b = { 0 };
	struct mqtt_way way;

	if (!mqtt_way_read(topic, payload, &way))
		return;
	memcpy(rules->confirms, confirms, sizeof confirms);
	rules->n_confirms = 2 - in.n % 3 % 2;
	assert(strlen(way.topic) < sizeof way.topic && way.identity[0]);
	assert(memchr(way.profile, 0, sizeof way.profile));
	if (mqtt_down(rules, &way, &order, &b) == 0) {
		json_t *o = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
		const char *eui = json_string_value(json_object_get(o, "devEui"));

		assert(eui && strcmp(eui, way.identity) == 0);
		assert(json_object_size(o) == 4); /* nothing that a name brought in */
		json_decref(o);
	}
	buf_done(&b);
}

static void
rules_check(const struct mqtt_rules *rules)
{
	assert(rules->n_topics && rules->n_topics <= MQTT_TOPICS_MAX);
	assert(rules->n_rules && rules->n_rules <= MQTT_RULES_MAX);
	assert(rules->n_confirms <= MQTT_CONFIRMS_MAX);
	for (size_t i = 0; i < rules->n_topics; i++) {
		const struct mqtt_topic *t = &rules->topics[i];

		assert(memchr(t->filter, 0, sizeof t->filter));
		assert(t->language == MQTT_OWNTRACKS || t->language == MQTT_CHIRPSTACK);
	}
	for (size_t i = 0; i < rules->n_rules; i++) {
		const struct mqtt_rule *r = &rules->rules[i];

		assert(memchr(r->profile, 0, sizeof r->profile));
		assert(memchr(r->path, 0, sizeof r->path));
		assert(memchr(r->value, 0, sizeof r->value));
		assert(r->n_bytes <= MQTT_HAS_MAX);
		assert(r->path[0] || r->n_bytes || r->port >= 0);
	}
	for (size_t i = 0; i < rules->n_confirms; i++)
		assert(rules->confirms[i].n_bytes <= MQTT_HAS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mqtt_rules rules;
	struct span in = { (const char *)data, size };
	struct buf why = { 0 };

	if (mqtt_rules_read(in, &rules, &why) == 0)
		rules_check(&rules);
	else
		assert(why.n);
	buf_done(&why);
	down_check(&rules, in);
	return driver_fuzz(&gate_driver_mqtt, data, size);
}
