/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broker brings, from the other side of the broker: a LoRa button as its network
 * server (ChirpStack) tells of it, or a phone with OwnTracks where the identity is a
 * topic "owntracks/USER/DEVICE". MQTT 3.1.1, quality 1. docs/protocols/mqtt.md.
 */
#include "sim/inner.h"

/* A length of seven bits a byte, low first (MQTT 3.1.1, 2.2.3). */
static void
packet(struct buf *out, unsigned first, struct span body)
{
	size_t n = body.n;

	buf_add_c(out, (char)first);
	do {
		buf_add_c(out, (char)(n % 128 | (n >= 128 ? 128 : 0)));
		n /= 128;
	} while (n);
	buf_add_span(out, body);
}

static void
put_text(struct buf *b, struct span s)
{
	sim_put(b, s.n, 2);
	buf_add_span(b, s);
}

static void
hello(struct sim_device *d, struct buf *out)
{
	struct buf body = { 0 }, name = { 0 };

	buf_printf(&name, "sim-%s", d->identity);
	put_text(&body, SPAN("MQTT"));
	sim_put(&body, 4, 1);  /* 3.1.1 */
	sim_put(&body, 2, 1);  /* a new session */
	sim_put(&body, 60, 2); /* alive, in seconds */
	put_text(&body, buf_span(&name));
	packet(out, 0x10, buf_span(&body));
	buf_done(&body);
	buf_done(&name);
}

static void
publish(struct sim_device *d, struct buf *out, struct span topic, struct span text)
{
	struct buf body = { 0 };

	d->serial = d->serial % 65535 + 1; /* 0 is none */
	put_text(&body, topic);
	sim_put(&body, d->serial, 2);
	buf_add_span(&body, text);
	packet(out, 0x32, buf_span(&body));
	buf_done(&body);
}

static void
say(struct sim_device *d, struct buf *out, bool is_sos)
{
	struct buf topic = { 0 }, text = { 0 };
	struct tm t = sim_clock(d);

	if (span_starts(span_of(d->identity), SPAN("owntracks/"))) {
		buf_add_z(&topic, d->identity);
		buf_printf(&text,
			   "{\"_type\":\"location\",\"lat\":%.6f,\"lon\":%.6f,"
			   "\"tst\":%lld,\"acc\":9,\"batt\":80%s}",
			   d->lat, d->lon, (long long)(d->at / 1000),
			   is_sos ? ",\"t\":\"u\",\"poi\":\"SOS\"" : "");
	} else {
		buf_printf(&topic, "application/1/device/%s/event/up", d->identity);
		buf_printf(&text,
			   "{\"deduplicationId\":\"%s-%lld-%u\",\"time\":\"%04d-%02d-"
			   "%02dT%02d:%02d:%02dZ\",\"fCnt\":%u,\"fPort\":10,"
			   "\"deviceInfo\":{\"devEui\":\"%s\",\"deviceProfileName\":"
			   "\"Button\"},\"object\":{\"latitude\":%.6f,\"longitude\":"
			   "%.6f,\"battery\":80%s}}",
			   d->identity, (long long)d->at, d->serial, t.tm_year + 1900,
			   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
			   d->serial, d->identity, d->lat, d->lon,
			   is_sos ? ",\"sos\":true" : "");
	}
	publish(d, out, buf_span(&topic), buf_span(&text));
	buf_done(&topic);
	buf_done(&text);
}

static void
fix(struct sim_device *d, struct buf *out)
{
	say(d, out, false);
}

static void
sos(struct sim_device *d, struct buf *out)
{
	say(d, out, true);
}

static size_t
cut(struct span in)
{
	size_t n = 0, at = 1;
	unsigned shift = 0;

	do {
		if (at >= in.n || shift > 21)
			return 0;
		n |= (size_t)(in.p[at] & 0x7f) << shift;
		shift += 7;
	} while (in.p[at++] & 0x80);
	return in.n >= at + n ? at + n : 0;
}

static void
hear(struct sim_device *d, struct span message, struct sim_heard *ret, struct buf *out)
{
	(void)d;
	(void)out;
	switch ((unsigned char)message.p[0] >> 4) {
	case 2: /* CONNACK: flags, code */
		if (message.n == 4 && message.p[3] == 0)
			sim_say(ret, SIM_ANSWER, "the broker's welcome");
		else
			sim_say(ret, SIM_NOISE, "that the broker refuses it (%d)",
				message.n > 3 ? message.p[3] : -1);
		break;
	case 4: /* PUBACK */
		sim_say(ret, SIM_ANSWER, "the broker has it");
		break;
	default:
		sim_say(ret, SIM_NOISE, "packet %d", (unsigned char)message.p[0] >> 4);
	}
}

const struct sim_protocol sim_mqtt = {
	.door = "mqtt",
	.what = "a LoRa button or a phone behind a broker",
	.wire = SIM_TCP,
	.port = 1883,
	.identity = "a840410000000001",
	.is_hello_answered = true,
	.is_fix_answered = true,
	.hello = hello,
	.fix = fix,
	.sos = sos,
	.cut = cut,
	.hear = hear,
};
