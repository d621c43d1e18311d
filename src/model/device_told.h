/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device tells beside its place and its calls: how its bearer is, and alarms
 * that call nobody. Of a bearer it is kept and shown as his place is: on duty, or in
 * his own call.
 */
#pragma once
#include "base/span.h"

/* The last of each, and when it was told: at 0, not yet. */
struct device_readings {
	struct device_reading {
		float value, second; /* second: the lower pressure of blood */
		int64_t at;
	} heart_bpm, pressure_mmhg, spo2_pct, temperature_c, steps;
};

enum device_said { SAID_RESTORE = 1, SAID_TEST, SAID_ALARM };
extern const char *const device_said_names[];

/* The names of alarm bits (gate/driver.h has what they mean), lowest first. */
#define DEVICE_ALARM_NAMES 18
extern const char *const device_alarm_names[DEVICE_ALARM_NAMES];

struct model;
struct device;
/* Whether what it tells of its bearer may be kept and shown; of a site's own device
 * always. */
bool device_tells(const struct model *m, const struct device *d);
/* Of these alarms those that may be kept and shown: off duty only what is of the
 * device and not of its bearer. */
unsigned device_alarms_told(const struct model *m, const struct device *d,
			    unsigned alarms);
/* These fields of it were given anew: if another carries it now, what it told of the
 * one before is gone. */
void device_told_follow(struct device *d, uint64_t given);
