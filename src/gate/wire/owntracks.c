/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of OwnTracks. Source: owntracks.org/booklet/tech/json. Pure. Who is
 * meant is not read here: over HTTP the object tells it, at a broker the topic does.
 */
#include "gate/wire/owntracks.h"

#include "base/crypt.h"
#include "base/err.h"
#include "gate/wire/pick.h"

#include <stdio.h>

#define SEALED_MAX 4096

static const char *const call_words[] = { "sos", "help", "panic", "madad",
					  "emergency" };

/* By its letter, of trackers that speak OwnTracks: what goes on. */
static unsigned
trigger_alarms(struct span t)
{
	return span_is_z(t, "9")   ? GATE_LOW_BATTERY
	       : span_is_z(t, "e") ? GATE_POWER_CUT
	       : span_is_z(t, "s") ? GATE_OVERSPEED
	       : span_is_z(t, "!") ? GATE_OTHER
				   : 0;
}

/* Events and such are told under the same name with a word behind it. */
struct span
owntracks_name(struct span topic)
{
	static const char *const tails[] = {
		"/event",     "/step",     "/status", "/beacon", "/dump",
		"/waypoints", "/waypoint", "/cmd",    "/info",
	};

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		size_t n = strlen(tails[i]);

		if (topic.n > n && !memcmp(topic.p + topic.n - n, tails[i], n))
			topic.n -= n;
	}
	return topic;
}

static bool
is_call_word(struct span s)
{
	for (size_t i = 0; i < sizeof call_words / sizeof *call_words; i++)
		if (pick_is_word(s, call_words[i]))
			return true;
	return false;
}

static unsigned
call_of(struct span object)
{
	struct span alarm = pick_json(object, "alarm");

	if (is_call_word(pick_json(object, "poi")) ||
	    is_call_word(pick_json(object, "tag")) || is_call_word(alarm))
		return GATE_SOS;
	if (pick_is_no(alarm))
		return 0;
	return GATE_GENERAL; /* a word that nobody told us: take it for the worst */
}

static void
place_read(struct span object, struct gate_report *r)
{
	r->kind = GATE_READING;
	r->device_time_ms = pick_timestamp(pick_json(object, "tst"));
	r->battery_pct = pick_int(pick_json(object, "batt"), 0, 100);
	if (!pick_position(pick_double(pick_json(object, "lat")),
			   pick_double(pick_json(object, "lon")), &r->position))
		return;
	r->kind = GATE_FIX;
	r->position.accuracy_m = pick_int(pick_json(object, "acc"), 1, 1000000);
	r->speed_mps = pick_within(pick_json(object, "vel"), 0, 2000) / 3.6;
	r->course_deg = pick_within(pick_json(object, "cog"), 0, 360);
	r->altitude_m = pick_within(pick_json(object, "alt"), -1000, 20000);
}

static void
location_read(struct span object, struct gate_report *r)
{
	unsigned call = call_of(object);

	place_read(object, r);
	r->alarms = call | trigger_alarms(pick_json(object, "t"));
	if (!call)
		return;
	r->kind = GATE_ALARM;
	pick_key(r, object);
}

/* Of a region that was drawn on the phone. */
static void
transition_read(struct span object, struct gate_report *r)
{
	struct span event = pick_json(object, "event");
	char room[sizeof r->text];

	place_read(object, r);
	if (span_is_z(event, "enter"))
		r->alarms = GATE_FENCE_IN;
	else if (span_is_z(event, "leave"))
		r->alarms = GATE_FENCE_OUT;
	if (!r->alarms)
		return;
	r->kind = GATE_ALARM;
	pick_copy(r->text, sizeof r->text,
		  pick_json_text(pick_json(object, "desc"), room, sizeof room));
	pick_key(r, object);
}

static void
type_read(struct span type, struct span object, struct gate_report *r)
{
	if (span_is_z(type, "location")) {
		location_read(object, r);
	} else if (span_is_z(type, "transition")) {
		transition_read(object, r);
	} else if (span_is_z(type, "steps")) {
		r->kind = GATE_READING;
		r->steps = pick_int(pick_json(object, "steps"), 0, 100000000);
	} else if (span_is_z(type, "status") || span_is_z(type, "card")) {
		r->kind = GATE_ALIVE;
	}
}

/* What is in the box, into room; nothing: no key, or not its key. */
static struct span
sealed_open(const struct gate_in *in, const char *identity, struct span object,
	    char room[SEALED_MAX])
{
	char box[SEALED_MAX];
	uint8_t word[KEY_BYTES] = { 0 };
	struct gate_key key = { .n = 0 };
	struct span s = { box,
			  pick_base64(pick_json(object, "data"), box, sizeof box) };
	int n = -1;

	if (in->find_key && in->find_key(in->ctx, identity, &key)) {
		memcpy(word, key.bytes, key.n < sizeof word ? key.n : sizeof word);
		n = crypt_box_open(s, word, room);
	}
	return (struct span){ n < 0 ? NULL : room, n < 0 ? 0 : (size_t)n };
}

int
owntracks_read(const struct gate_in *in, struct span object, const char *identity,
	       struct gate_out *out)
{
	struct span type = pick_json(object, "_type");
	bool is_sealed = span_is_z(type, "encrypted");
	char room[SEALED_MAX];
	struct gate_report *r;

	if (is_sealed) {
		object = sealed_open(in, identity, object, room);
		type = pick_json(object, "_type");
	}
	/* Its last will says that it is not there, so it is no sign of life. */
	if (span_is_z(type, "lwt"))
		return 0;
	r = gate_report_add(out, GATE_UNKNOWN, identity);
	if (!r)
		return 0;
	r->is_proven = is_sealed && type.n;
	if (is_sealed && !type.n) {
		snprintf(r->text, sizeof r->text,
			 "sealed with a key that is not known");
		return ERR_CRYPTO;
	}
	type_read(type, object, r);
	return 0;
}
