/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones with OsmAnd or Traccar Client: one HTTP request a fix, port 5055.
 * Source: traccar.org/osmand and OsmAndProtocolDecoder's behaviour; the JSON form
 * is that of the transistorsoft geolocation plug-in. docs/protocols/osmand.md.
 *
 *   GET|POST /?id|deviceid=&lat=&lon=|location=lat,lon&timestamp=s|ms|ISO
 *       &speed=kn&bearing|heading=&altitude=&accuracy=&batt=&valid=&alarm=
 *   POST {"device_id":…,"location":{…}|[{…}]}; a location holds timestamp,
 *       coords{latitude,longitude,accuracy,speed m/s,heading,altitude},
 *       battery{level 0-1}, event, uuid, extras{alarm}
 * Answers: 200, 400 when not understood. The id is no secret: the door says who
 * is trusted. Cells and Wi-Fi are not looked up here.
 */
#include "base/err.h"
#include "base/time.h"
#include "gate/wire/pick.h"

#include <math.h>

#define MPS_PER_KNOT (1852.0 / 3600)
/* Who calls for help without telling an id is heard as this one. */
#define NOBODY "no-id"

static const struct {
	const char *word;
	unsigned alarms;
} alarm_words[] = {
	{ "sos", GATE_SOS },
	{ "panic", GATE_SOS },
	{ "duress", GATE_DURESS },
	{ "fall", GATE_FALL },
	{ "fallDown", GATE_FALL },
	{ "removing", GATE_REMOVED },
	{ "removed", GATE_REMOVED },
	{ "geofenceExit", GATE_FENCE_OUT },
	{ "geofenceEnter", GATE_FENCE_IN },
	{ "lowBattery", GATE_LOW_BATTERY },
	{ "lowPower", GATE_LOW_BATTERY },
	{ "powerCut", GATE_POWER_CUT },
	{ "powerOff", GATE_POWER_CUT },
	{ "tampering", GATE_TAMPER },
	{ "tamper", GATE_TAMPER },
	{ "vibration", GATE_VIBRATION },
	{ "overspeed", GATE_OVERSPEED },
	{ "accident", GATE_CRASH },
	{ "crash", GATE_CRASH },
	{ "fire", GATE_FIRE },
	{ "medical", GATE_MEDICAL },
	{ "door", GATE_DOOR },
	{ "hardAcceleration", GATE_OTHER },
	{ "hardBraking", GATE_OTHER },
	{ "hardCornering", GATE_OTHER },
	{ "idle", GATE_OTHER },
	{ "movement", GATE_OTHER },
	{ "", 0 },
	{ "0", 0 },
	{ "false", 0 },
	{ "no", 0 },
	{ "none", 0 },
	{ "null", 0 },
};

static unsigned
alarm_word(struct span word)
{
	for (size_t i = 0; i < sizeof alarm_words / sizeof *alarm_words; i++)
		if (pick_is_word(word, alarm_words[i].word))
			return alarm_words[i].alarms;
	return GATE_GENERAL; /* a word that nobody told us: take it for the worst */
}

static unsigned
alarms_parse(struct span list)
{
	unsigned alarms = 0;

	while (list.n)
		alarms |= alarm_word(span_cut(&list, ','));
	return alarms;
}

/* What both forms come to, as text; p NULL: not told. */
struct told {
	struct span id, time, lat, lon, speed, course, altitude, accuracy, alarm, uuid;
	double mps_per_unit; /* of speed */
	int battery_pct;
	bool is_valid;
};

static void
reply(struct gate_out *out, const char *status)
{
	gate_reply_printf(out, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
}

/* False: it says nothing that can be used. */
static bool
report(const struct told *t, struct span content, struct gate_out *out)
{
	char identity[GATE_IDENTITY_MAX];
	struct gate_report *r;
	unsigned alarms = alarms_parse(t->alarm);
	struct span id = span_trim(t->id);

	if (!id.n && !alarms)
		return false;
	pick_copy(identity, sizeof identity, id.n ? id : SPAN(NOBODY));
	r = gate_report_add(out, GATE_READING, identity);
	if (!r)
		return true;
	r->device_time_ms = pick_timestamp(t->time);
	if (t->is_valid &&
	    pick_position(pick_double(t->lat), pick_double(t->lon), &r->position)) {
		r->kind = GATE_FIX;
		r->position.accuracy_m = pick_int(t->accuracy, 1, 1000000);
		r->speed_mps = pick_within(t->speed, 0, 2000) * t->mps_per_unit;
		r->course_deg = pick_within(t->course, 0, 360);
		r->altitude_m = pick_within(t->altitude, -1000, 20000);
	}
	r->battery_pct = t->battery_pct;
	r->alarms = alarms;
	if (!alarms)
		return true;
	r->kind = GATE_ALARM;
	if (t->uuid.n)
		pick_copy(r->key, sizeof r->key, t->uuid);
	else
		pick_key(r, content);
	return true;
}

/* --- the form: a value stands in the query or in the body ------------------ */

struct form {
	const struct pick_http *http;
	char *room; /* decoded values, one after the other */
	size_t n;
};

static struct span
form_take(struct form *f, const char *key, const char *other)
{
	struct span v = pick_form(f->http->query, key, f->room, f->n);

	if (!v.p)
		v = pick_form(f->http->body, key, f->room, f->n);
	if (!v.p && other)
		return form_take(f, other, NULL);
	f->room += v.n;
	f->n -= v.n;
	return v;
}

static bool
form_decode(const struct pick_http *http, struct gate_out *out)
{
	char room[1024];
	struct form f = { http, room, sizeof room };
	struct told t = { .mps_per_unit = MPS_PER_KNOT };
	struct span place, valid;

	/* What a call for help needs comes first, while there is room. */
	t.alarm = form_take(&f, "alarm", NULL);
	t.id = form_take(&f, "id", "deviceid");
	t.lat = form_take(&f, "lat", "latitude");
	t.lon = form_take(&f, "lon", "longitude");
	place = form_take(&f, "location", NULL);
	if (place.n) {
		t.lat = span_cut(&place, ',');
		t.lon = place;
	}
	t.time = form_take(&f, "timestamp", "time");
	valid = form_take(&f, "valid", NULL);
	t.is_valid = !pick_is_word(valid, "false") && !pick_is_word(valid, "0");
	t.accuracy = form_take(&f, "accuracy", "hacc");
	t.speed = form_take(&f, "speed", NULL);
	t.course = form_take(&f, "bearing", "heading");
	t.altitude = form_take(&f, "altitude", NULL);
	t.battery_pct = pick_int(form_take(&f, "batt", "battery"), 0, 100);
	return report(&t, http->query.n ? http->query : http->body, out);
}

/* --- JSON ------------------------------------------------------------------ */

static struct span
location_alarm(struct span place)
{
	struct span alarm = pick_json(place, "extras.alarm");

	return alarm.p ? alarm : pick_json(place, "alarm");
}

static bool
location_decode(struct span id, struct span place, struct gate_out *out)
{
	double level = pick_within(pick_json(place, "battery.level"), 0, 1);
	struct told t = {
		.id = id,
		.time = pick_json(place, "timestamp"),
		.lat = pick_json(place, "coords.latitude"),
		.lon = pick_json(place, "coords.longitude"),
		.speed = pick_json(place, "coords.speed"),
		.course = pick_json(place, "coords.heading"),
		.altitude = pick_json(place, "coords.altitude"),
		.accuracy = pick_json(place, "coords.accuracy"),
		.alarm = location_alarm(place),
		.uuid = pick_json(place, "uuid"),
		.mps_per_unit = 1,
		.battery_pct = isnan(level) ? -1 : (int)lround(level * 100),
		.is_valid = true,
	};

	return report(&t, place, out);
}

/* Those with or those without an alarm of a list of locations. */
static size_t
list_decode(struct span id, struct span list, bool with_alarm, struct gate_out *out)
{
	struct span rest = span_skip(list, 1), item;
	size_t n = 0;

	while ((item = pick_json_value(&rest)).n) {
		if (item.p[0] == '{' &&
		    with_alarm == (alarms_parse(location_alarm(item)) != 0))
			n += location_decode(id, item, out);
		rest = span_trim(rest);
		if (!rest.n || rest.p[0] != ',')
			break;
		rest = span_skip(rest, 1);
	}
	return n;
}

static bool
json_decode(const struct pick_http *http, struct gate_out *out)
{
	struct span rest = http->body, all = pick_json_value(&rest), id, place;
	char room[GATE_IDENTITY_MAX];
	size_t n;

	if (!all.n || span_trim(rest).n)
		return false;
	id = pick_json_text(pick_json(all, "device_id"), room, sizeof room);
	if (!id.n)
		id = pick_form(http->query, "id", room, sizeof room);
	place = pick_json(all, "location");
	if (!place.n || place.p[0] != '[')
		return location_decode(id, place.n ? place : all, out);
	/* Kept while the phone was cut off. There may be more than there is room
	 * for, so calls for help go first. */
	n = list_decode(id, place, true, out);
	return n + list_decode(id, place, false, out) > 0;
}

static int
osmand_decode(void *state, const struct gate_in *in, struct gate_out *out)
{
	struct pick_http http;
	struct span body;
	bool is_good;

	(void)state;
	if (!pick_http(in->msg, &http)) {
		reply(out, "400 Bad Request");
		return ERR_SYNTAX;
	}
	body = span_trim(http.body);
	is_good = body.n && body.p[0] == '{' ? json_decode(&http, out)
					     : form_decode(&http, out);
	/* A phone of OwnTracks: its place is not taken here, its call is heard. */
	if (pick_json(body, "_type").n) {
		is_good = false;
		if (out->n_reports && out->reports[0].kind != GATE_ALARM)
			out->n_reports = 0;
	}
	reply(out, is_good ? "200 OK" : "400 Bad Request");
	return is_good ? 0 : ERR_SYNTAX;
}

const struct gate_driver gate_driver_osmand = {
	.name = "osmand",
	.port = 5055,
	.wire = GATE_TCP | GATE_HTTP,
	.frame = pick_http_frame,
	.decode = osmand_decode,
};
