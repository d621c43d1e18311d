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
#include "gate/wire/mqtt.h"

#include "base/err.h"
#include "gate/wire/pick.h"

/* A broker hands over whole messages. In a capture each ends with a line's end, and
 * an object may have lines of its own. */
static ssize_t
mqtt_frame(struct span in)
{
	struct span rest = in, topic = span_cut(&rest, '\n'), value;
	ptrdiff_t end;

	if (topic.n == in.n)
		return 0;
	if (rest.n && rest.p[0] == '{') {
		value = pick_json_value(&rest);
		if (!value.n)
			return 0;
		rest = span_skip(in, (size_t)(value.p + value.n - in.p));
	}
	end = span_find(rest, '\n');
	return end < 0 ? 0 : (ssize_t)((size_t)(rest.p - in.p) + (size_t)end + 1);
}

static int
mqtt_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct span payload = in->msg, topic = span_cut(&payload, '\n');

	(void)state;
	return mqtt_read(in, in->rules ? in->rules : &mqtt_rules_built_in, topic,
			 payload, out);
}

const struct gate_driver gate_driver_mqtt = {
	.name = "mqtt",
	.wire = GATE_RELAYED,
	.frame = mqtt_frame,
	.decode = mqtt_decode,
};
