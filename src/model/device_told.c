/* SPDX-License-Identifier: Apache-2.0 */
/* What a device tells that calls nobody: who may know it, and what stays of it. */
#include "model/commands.h"

#include "base/auto.h"

const char *const device_said_names[] = { "", "restore", "test", "alarm", NULL };

/* As the pages' strings have them (device_alarm.…). */
const char *const device_alarm_names[DEVICE_ALARM_NAMES] = {
	"sos",         "duress",    "fall",    "removed",    "fence_out", "fence_in",
	"low_battery", "power_cut", "tamper",  "heart_rate", "vibration", "overspeed",
	"crash",       "fire",      "medical", "general",    "door",      "other",
};
/* Of the thing itself, whoever carries it: low_battery, power_cut, tamper. */
#define OF_THE_DEVICE (7u << 6)

bool
device_tells(const struct model *m, const struct device *dev)
{
	struct unit *u = NULL;
	struct site *s = NULL;

	if (!device_home(m, dev, &u, &s) || dev->state != DEVICE_BOUND)
		return false;
	if (u && (u->shift_on || u->n_open))
		return true;
	if (!u && !id_is_set(device_person(dev)))
		return true;
	return device_emergency(m, dev) != NULL;
}

unsigned
device_alarms_told(const struct model *m, const struct device *dev, unsigned alarms)
{
	if (!(alarms & ~OF_THE_DEVICE) || device_tells(m, dev))
		return alarms;
	return alarms & OF_THE_DEVICE;
}

void
device_told_follow(struct device *dev, uint64_t given)
{
	uint64_t bearer =
		1ull << field_at(&noun_device, offsetof(struct device, state)) |
		1ull << field_at(&noun_device, offsetof(struct device, bound_to)) |
		1ull << field_at(&noun_device, offsetof(struct device, person));

	if (!(given & bearer))
		return;
	dev->last_alarms = dev->doubted_alarms = dev->told_alarms = 0;
	dev->alarms_at = 0;
	dev->readings = (struct device_readings){ 0 };
}

/* In its bearer's own call. */
static int
note(struct decision *d, const struct device *dev, struct span text)
{
	const struct incident *i = device_emergency(d->m, dev);
	struct event e;

	if (!i)
		return refuse(d, 409, "no_emergency",
			      "its bearer has no open call for help");
	event_begin(d, &e, EVENT_INCIDENT_NOTE_ADDED, i->r.world,
		    next_id(d, NOUN_NOTE));
	PATCH_ID(&e.body, note, incident, i->r.id);
	PATCH_ID(&e.body, note, author, dev->r.id);
	PATCH_STR(&e.body, note, author_name, span_of(dev->identity));
	PATCH_STR(&e.body, note, text, text);
	PATCH_INT(&e.body, note, at, d->now);
	event_emit(d, &e);
	return 0;
}

static bool
is_said_again(const struct decision *d, const struct device *dev,
	      const struct device_said_args *a)
{
	if (dev->said_at == TIME_NONE || d->now - dev->said_at >= DEVICE_SAID_AGAIN_MS)
		return false;
	return dev->state != DEVICE_BOUND ||
	       (dev->said == (int)a->said && dev->said_area == a->area &&
		dev->said_zone == a->zone &&
		span_is_z(a->code, dev->said_code ? dev->said_code : ""));
}

int
device_say(struct decision *d, struct device *dev, const struct device_said_args *a)
{
	static const char *const words[] = { "", "restored", "test", "alarm" };
	struct buf AUTO(buf_done) text = { 0 };
	struct event e;

	if (is_said_again(d, dev, a))
		return 0;
	event_begin(d, &e, EVENT_DEVICE_SAID, dev->r.world, dev->r.id);
	PATCH_ENUM(&e.body, device, said, a->said);
	PATCH_STR(&e.body, device, said_code, a->code);
	PATCH_INT(&e.body, device, said_area, a->area);
	PATCH_INT(&e.body, device, said_zone, a->zone);
	PATCH_INT(&e.body, device, said_at, d->now);
	event_emit(d, &e);
	if (dev->state != DEVICE_BOUND || !device_emergency(d->m, dev))
		return 0;
	buf_printf(&text, "%s %.*s", words[a->said], (int)a->code.n, a->code.p);
	if (a->area != FIELD_NONE)
		buf_printf(&text, ", area %lld", (long long)a->area);
	if (a->zone != FIELD_NONE)
		buf_printf(&text, ", zone %lld", (long long)a->zone);
	return note(d, dev, buf_span(&text));
}
