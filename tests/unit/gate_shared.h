/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate's tests share: reports as JSON, files, running a driver. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time.h"
#include "gate/driver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 2026-03-01T00:00:00Z: arrival time of all that the tests play. */
#define TEST_NOW_MS INT64_C(1772323200000)
#define UNUSED __attribute__((unused))

static const struct {
	unsigned bit;
	const char *name, *also; /* also: the word that Traccar has for it */
} alarm_names[] UNUSED = {
	{ GATE_SOS, "sos", "sos" },
	{ GATE_DURESS, "duress", "duress" },
	{ GATE_FALL, "fall", "fallDown" },
	{ GATE_REMOVED, "removed", "removing" },
	{ GATE_FENCE_OUT, "fence_out", "geofenceExit" },
	{ GATE_FENCE_IN, "fence_in", "geofenceEnter" },
	{ GATE_LOW_BATTERY, "low_battery", "lowBattery" },
	{ GATE_POWER_CUT, "power_cut", "powerCut" },
	{ GATE_TAMPER, "tamper", "tampering" },
	{ GATE_HEART_RATE, "heart_rate", "heartRate" },
	{ GATE_VIBRATION, "vibration", "vibration" },
	{ GATE_OVERSPEED, "overspeed", "overspeed" },
	{ GATE_CRASH, "crash", "accident" },
	{ GATE_FIRE, "fire", "fire" },
	{ GATE_MEDICAL, "medical", "medical" },
	{ GATE_GENERAL, "general", "general" },
	{ GATE_DOOR, "door", "door" },
	{ GATE_OTHER, "other", "other" },
};

static const char *const kind_names[] UNUSED = {
	[GATE_HELLO] = "hello",
	[GATE_ALIVE] = "alive",
	[GATE_FIX] = "fix",
	[GATE_STORED_FIX] = "stored_fix",
	[GATE_ALARM] = "alarm",
	[GATE_READING] = "reading",
	[GATE_RESTORE] = "restore",
	[GATE_TEST] = "test",
	[GATE_ORDER_ACK] = "order_ack",
	[GATE_UNKNOWN] = "unknown",
	[GATE_CANCEL] = "cancel",
	[GATE_TAKE] = "take",
};

UNUSED static const struct gate_driver *
driver_find(const char *name)
{
	for (size_t i = 0; gate_drivers[i]; i++)
		if (!strcmp(gate_drivers[i]->name, name))
			return gate_drivers[i];
	return NULL;
}

static void
put_double(struct buf *b, const char *key, double v, int decimals)
{
	if (isnan(v))
		return;
	jw_key(b, key);
	jw_double(b, v, decimals);
}

static void
put_int(struct buf *b, const char *key, int64_t v)
{
	if (v >= 0)
		jw_ki64(b, key, v);
}

UNUSED static void
report_json(struct buf *b, const struct gate_report *r)
{
	jw_open(b, '{');
	jw_kz(b, "kind", kind_names[r->kind]);
	jw_kz(b, "identity", r->identity);
	if (r->alarms) {
		jw_key(b, "alarms");
		jw_open(b, '[');
		for (size_t i = 0; i < sizeof alarm_names / sizeof *alarm_names; i++)
			if (r->alarms & alarm_names[i].bit)
				jw_str(b, span_of(alarm_names[i].name));
		jw_close(b, ']');
	}
	jw_ktime(b, "device_time", r->device_time_ms);
	if (r->position.is_set)
		jw_kpos(b, "position", &r->position);
	put_double(b, "speed_mps", r->speed_mps, 3);
	put_double(b, "course_deg", r->course_deg, 3);
	put_double(b, "altitude_m", r->altitude_m, 3);
	put_int(b, "satellites", r->satellites);
	put_int(b, "battery_pct", r->battery_pct);
	put_int(b, "signal_pct", r->signal_pct);
	put_int(b, "heart_bpm", r->heart_bpm);
	put_int(b, "systolic", r->systolic);
	put_int(b, "diastolic", r->diastolic);
	put_int(b, "spo2_pct", r->spo2_pct);
	put_double(b, "temperature_c", r->temperature_c, 2);
	put_int(b, "steps", r->steps);
	if (*r->text)
		jw_kz(b, "text", r->text);
	if (*r->code)
		jw_kz(b, "code", r->code);
	put_int(b, "area", r->area);
	put_int(b, "zone", r->zone);
	if (*r->firmware)
		jw_kz(b, "firmware", r->firmware);
	if (r->acks)
		jw_ki64(b, "acks", r->acks);
	if (r->is_refused)
		jw_kbool(b, "is_refused", true);
	if (r->is_proven)
		jw_kbool(b, "is_proven", true);
	if (*r->key)
		jw_kz(b, "key", r->key);
	jw_close(b, '}');
}

/* Devices called A…, B… and C… have keys of 16, 24 and 32 of that letter. */
UNUSED static bool
test_key(void *ctx, const char *identity, struct gate_key *ret)
{
	(void)ctx;
	if (*identity < 'A' || *identity > 'C')
		return false;
	ret->n = 16 + 8 * (size_t)(*identity - 'A');
	memset(ret->bytes, *identity, ret->n);
	return true;
}

/* False when there is no such file. */
UNUSED static bool
file_read(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rb");
	char tmp[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(tmp, 1, sizeof tmp, f)) > 0)
		buf_add(ret, tmp, n);
	fclose(f);
	return true;
}

/* An exact-size copy, so that the sanitizer sees a read past the end. */
UNUSED static char *
tight(struct span s)
{
	char *p = malloc(s.n ? s.n : 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Blanks and "# …" to the end of a line are left out. */
UNUSED static bool
hex_read(struct span text, struct buf *ret)
{
	int high = -1;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '#') {
			while (i + 1 < text.n && text.p[i + 1] != '\n')
				i++;
		} else if (c == ' ' || c == '\n') {
			continue;
		} else if (hex_value(c) < 0) {
			return false;
		} else if (high < 0) {
			high = hex_value(c);
		} else {
			buf_add_c(ret, (char)(high << 4 | hex_value(c)));
			high = -1;
		}
	}
	return high < 0;
}
