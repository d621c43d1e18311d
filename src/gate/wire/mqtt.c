/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplinks of LoRaWAN buttons, as ChirpStack v4 publishes them, and OwnTracks at a
 * broker. Pure. Source: chirpstack.io/docs, "Events" (JSON of UplinkEvent, JoinEvent,
 * StatusEvent); protocol page docs/protocols/mqtt.md.
 */
#include "gate/wire/mqtt.h"

#include "base/err.h"
#include "base/time.h"
#include "gate/wire/owntracks.h"
#include "gate/wire/pick.h"

#include <math.h>
#include <ctype.h>
#include <stdio.h>

#define PAYLOAD_MAX 256 /* LoRaWAN carries 242 bytes */
#define OBJECT_MAX 4096 /* of ChirpStack v3: an object in a string */
#define VOLTS_MAX 5     /* 3.98 is a voltage, no share */

/* --- rules ---------------------------------------------------------------------- */

struct uplink {
	struct span event, object, profile;
	uint8_t data[PAYLOAD_MAX];
	size_t n;
	int port;
};

/* The name of a profile is its department's: "Milesight WS101" is a WS101. */
static bool
is_of_profile(struct span profile, const char *name)
{
	size_t n = strlen(name);

	for (; profile.n >= n; profile = span_skip(profile, 1))
		if (strncasecmp(profile.p, name, n) == 0)
			return true;
	return false;
}

static bool
has_bytes(const struct mqtt_rule *r, const struct uplink *u)
{
	for (size_t i = 0; i + r->n_bytes <= u->n; i++) {
		if (memcmp(u->data + i, r->bytes, r->n_bytes) == 0)
			return true;
		if (r->is_at_start)
			return false;
	}
	return false;
}

static bool
fits(const struct mqtt_rule *r, const struct uplink *u)
{
	struct span v;

	if (r->port >= 0 && r->port != u->port)
		return false;
	if (r->profile[0] && !is_of_profile(u->profile, r->profile))
		return false;
	if (r->n_bytes && !has_bytes(r, u))
		return false;
	if (!r->path[0])
		return true;
	v = pick_json_nocase(u->object, r->path);
	return v.p && (r->value[0] ? pick_is_word(v, r->value) : !pick_is_no(v));
}

static void
judge(const struct mqtt_rules *rules, const struct uplink *u, struct gate_report *r)
{
	for (size_t i = 0; i < rules->n_rules; i++) {
		const struct mqtt_rule *rule = &rules->rules[i];

		if (!fits(rule, u))
			continue;
		/* A call among what fits outweighs a test. */
		if (rule->kind == GATE_ALARM || r->kind != GATE_ALARM)
			r->kind = rule->kind;
		r->alarms |= rule->alarms;
	}
}

/* --- ChirpStack ------------------------------------------------------------------- */

static double
number_of(struct span object, const char *const names[3])
{
	struct span v = { NULL, 0 };

	for (size_t i = 0; i < 3 && !v.p; i++)
		v = pick_json_nocase(object, names[i]);
	return pick_double(v);
}

static int
percent_of(struct span object)
{
	static const char *const names[] = { "battery", "batteryLevel", "battery_level",
					     "batt" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		double v = pick_within(pick_json(object, names[i]), 0, 100);

		if (!isnan(v) && (v == rint(v) || v > VOLTS_MAX))
			return (int)lround(v);
	}
	return -1;
}

/* As version 4 writes it, or 3. */
static struct span
either(struct span event, const char *v4, const char *v3)
{
	struct span v = pick_json(event, v4);

	return v.p ? v : pick_json(event, v3);
}

static void
up_read(const struct mqtt_rules *rules, struct span event, struct gate_report *r)
{
	static const char *const lats[3] = { "latitude", "lat", "gps_latitude" };
	static const char *const lons[3] = { "longitude", "lon", "lng" };
	struct uplink u = { .event = event,
			    .object = pick_json(event, "object"),
			    .profile = either(event, "deviceInfo.deviceProfileName",
					      "deviceProfileName"),
			    .port = pick_int(pick_json(event, "fPort"), 0, 255) };
	struct span id = pick_json(event, "deduplicationId");
	char room[OBJECT_MAX];

	if (!u.object.p)
		u.object = pick_json_text(pick_json(event, "objectJSON"), room,
					  sizeof room);
	u.n = pick_base64(pick_json(event, "data"), (char *)u.data, sizeof u.data);
	r->kind = GATE_READING;
	r->battery_pct = percent_of(u.object);
	judge(rules, &u, r);
	if (pick_position(number_of(u.object, lats), number_of(u.object, lons),
			  &r->position)) {
		r->position.accuracy_m = -1;
		if (r->kind == GATE_READING)
			r->kind = GATE_FIX;
	}
	if (r->kind != GATE_ALARM && r->kind != GATE_TEST)
		return;
	if (id.n && id.n < sizeof r->key)
		pick_copy(r->key, sizeof r->key, id);
	else if (r->device_time_ms != TIME_NONE)
		/* a counter begins anew when a button joins again: its time is in it */
		snprintf(r->key, sizeof r->key, "fcnt-%d-%lld",
			 pick_int(pick_json(event, "fCnt"), 0, 1 << 30),
			 (long long)r->device_time_ms);
}

static int
chirpstack_read(const struct mqtt_rules *rules, struct span topic, struct span payload,
		struct gate_out *out)
{
	struct span rest = payload, event = pick_json_value(&rest);
	struct span last = topic, eui, device = { NULL, 0 };
	char identity[GATE_IDENTITY_MAX];
	struct gate_report *r;

	if (!event.n || event.p[0] != '{')
		return ERR_SYNTAX;
	/* The topic says whose it is, whatever the message says: the broker checks
	 * who may write there. */
	for (struct span part; topic.n;) {
		part = span_cut(&topic, '/');
		if (span_is_z(part, "device"))
			device = span_cut(&topic, '/');
		last = part;
	}
	eui = device.n ? device : pick_json(event, "deviceInfo.devEui");
	if (!eui.n || eui.n >= sizeof identity)
		return ERR_SYNTAX;
	pick_copy(identity, sizeof identity, eui);
	for (char *c = identity; *c; c++)
		if (*c >= 'A' && *c <= 'F')
			*c = (char)(*c | 0x20);
	r = gate_report_add(out, GATE_ALIVE, identity);
	if (!r)
		return 0;
	r->is_proven = true;
	r->device_time_ms = pick_timestamp(either(event, "time", "publishedAt"));
	if (span_is_z(last, "up"))
		up_read(rules, event, r);
	else if (span_is_z(last, "join"))
		r->kind = GATE_HELLO;
	else if (span_is_z(last, "status"))
		r->battery_pct = percent_of(event);
	if (span_is_z(last, "ack")) {
		r->kind = GATE_ORDER_ACK;
		r->acks = GATE_CONFIRM;
		r->is_refused = !span_is_z(pick_json(event, "acknowledged"), "true");
	}
	return 0;
}

/* --- and out -------------------------------------------------------------------------
 */

bool
mqtt_way_read(struct span topic, struct span payload, struct mqtt_way *ret)
{
	struct span rest = topic, eui, event = pick_json_value(&payload), profile;
	size_t n;

	*ret = (struct mqtt_way){ 0 };
	if (!span_is_z(span_cut(&rest, '/'), "application"))
		return false;
	span_cut(&rest, '/');
	if (!span_is_z(span_cut(&rest, '/'), "device"))
		return false;
	eui = span_cut(&rest, '/');
	n = (size_t)(eui.p + eui.n - topic.p);
	if (!eui.n || eui.n >= sizeof ret->identity || !rest.n ||
	    n + sizeof "/command/down" > sizeof ret->topic || memchr(topic.p, 0, n))
		return false;
	pick_copy(ret->identity, sizeof ret->identity, eui);
	for (char *c = ret->identity; *c; c++) {
		if (!isxdigit((unsigned char)*c))
			return false; /* it is written into JSON */
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c | 0x20 : *c);
	}
	memcpy(ret->topic, topic.p, n);
	strcpy(ret->topic + n, "/command/down");
	profile = pick_json(event, "deviceInfo.deviceProfileName");
	pick_copy(ret->profile, sizeof ret->profile, profile);
	return true;
}

static void
base64_add(struct buf *b, const uint8_t *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
				      "wxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 |
			     (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);

		buf_add_c(b, letters[v >> 18]);
		buf_add_c(b, letters[v >> 12 & 63]);
		buf_add_c(b, i + 1 < n ? letters[v >> 6 & 63] : '=');
		buf_add_c(b, i + 2 < n ? letters[v & 63] : '=');
	}
}

int
mqtt_down(const struct mqtt_rules *rules, const struct mqtt_way *way,
	  const struct gate_order *order, struct buf *ret)
{
	for (size_t i = 0; i < rules->n_confirms && order->kind == GATE_CONFIRM; i++) {
		const struct mqtt_confirm *c = &rules->confirms[i];

		if (c->profile[0] && strcmp(c->profile, way->profile) != 0)
			continue;
		buf_printf(ret,
			   "{\"devEui\":\"%s\",\"confirmed\":true,\"fPort\":%d,"
			   "\"data\":\"",
			   way->identity, c->port);
		base64_add(ret, c->bytes, c->n_bytes);
		buf_add_z(ret, "\"}");
		return 0;
	}
	return ERR_UNSUPPORTED;
}

/* --- by topic ------------------------------------------------------------------------
 */

static int
owntracks_take(const struct gate_in *in, struct span topic, struct span payload,
	       struct gate_out *out)
{
	struct span rest = span_trim(payload), object = pick_json_value(&rest);
	char identity[GATE_IDENTITY_MAX];
	size_t before = out->n_reports;

	topic = owntracks_name(topic);
	if (!object.n || object.p[0] != '{' || topic.n >= sizeof identity)
		return rest.n || object.n ? ERR_SYNTAX : 0;
	pick_copy(identity, sizeof identity, topic);
	if (owntracks_read(in, object, identity, out) != 0)
		return 0;
	for (size_t i = before; i < out->n_reports; i++)
		out->reports[i].is_proven = true;
	return 0;
}

int
mqtt_read(const struct gate_in *in, const struct mqtt_rules *rules, struct span topic,
	  struct span payload, struct gate_out *out)
{
	for (size_t i = 0; i < rules->n_topics; i++) {
		if (!mqtt_topic_fits(topic, rules->topics[i].filter))
			continue;
		return rules->topics[i].language == MQTT_OWNTRACKS
			       ? owntracks_take(in, topic, payload, out)
			       : chirpstack_read(rules, topic, payload, out);
	}
	return ERR_NOT_FOUND;
}
