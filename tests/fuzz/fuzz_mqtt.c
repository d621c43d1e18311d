/* SPDX-License-Identifier: Apache-2.0 */
/* Messages by way of a broker, and the file of rules by which they are read. */
#include "gate_fuzz.h"

#include "gate/wire/mqtt.h"

extern const struct gate_driver gate_driver_mqtt;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mqtt_rules rules;
	struct span in = { (const char *)data, size };
	struct buf why = { 0 };

	if (mqtt_rules_read(in, &rules, &why) == 0) {
		assert(rules.n_topics && rules.n_topics <= MQTT_TOPICS_MAX);
		assert(rules.n_rules && rules.n_rules <= MQTT_RULES_MAX);
	} else {
		assert(why.n);
	}
	buf_done(&why);
	return driver_fuzz(&gate_driver_mqtt, data, size);
}
