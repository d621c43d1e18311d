/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices behind a broker of MQTT messages, whose client the node is (broker.c). One
 * message is its topic, a line end, and what was published there:
 *
 *   owntracks/USER/DEVICE LF {"_type":"location",…}             owntracks.c
 *   application/ID/device/EUI/event/up|join|status LF {…}       mqtt.c, ChirpStack v4
 *     up: {"deduplicationId","time","deviceInfo":{"devEui","deviceProfileName"},
 *     "fCnt","fPort","data" base64,"object":{…}}; status: {"batteryLevel" %}
 *
 * The name is the topic of a telephone and the EUI of a button, both as the topic
 * has them. Which uplink is a call is said by rules (mqtt.h): a button's bytes mean
 * what its maker chose. docs/protocols/mqtt.md.
 */
#include "gate/mqtt.h"

#include "base/err.h"

/* A datagram's way: nothing is cut. */
static ssize_t
mqtt_frame(struct span in)
{
	ptrdiff_t end = span_find(in, '\n');

	return end > 0 && memchr(in.p, '/', (size_t)end) ? (ssize_t)in.n : 0;
}

static int
mqtt_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct span payload = in->msg, topic = span_cut(&payload, '\n');

	(void)state;
	return mqtt_read(in->rules ? in->rules : &mqtt_rules_built_in, topic, payload,
			 out);
}

const struct gate_driver gate_driver_mqtt = {
	.name = "mqtt",
	.wire = GATE_RELAYED,
	.frame = mqtt_frame,
	.decode = mqtt_decode,
};
