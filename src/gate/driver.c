/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of drivers and the few lines that each of them needs to fill a
 * report or a reply. No I/O, no clock, no allocation here either.
 */
#include "gate/driver.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/crypt.h"
#include "base/time.h"

#define GATE_DRIVER(name) extern const struct gate_driver gate_driver_##name;
#include "gate/drivers.def"
#undef GATE_DRIVER

const struct gate_driver *const gate_drivers[] = {
#define GATE_DRIVER(name) &gate_driver_##name,
#include "gate/drivers.def"
#undef GATE_DRIVER
	NULL,
};

bool
gate_secret_is(const struct gate_key *key, struct span secret)
{
	uint8_t hash[HASH_BYTES];

	crypt_hash(hash, secret, NULL);
	return secret.n && key->n == sizeof hash &&
	       crypt_equal(hash, key->bytes, sizeof hash);
}

void
gate_out_clear(struct gate_out *out)
{
	out->n_reports = out->n_lost = out->reply_n = out->words_n = 0;
	out->media.bytes.n = 0;
	out->content_write = NULL;
}

struct gate_report *
gate_report_add(struct gate_out *out, enum gate_report_kind kind, const char *identity)
{
	struct gate_report *r;
	size_t n;

	if (out->n_reports == GATE_REPORTS_MAX) {
		out->n_lost++;
		return NULL;
	}
	r = &out->reports[out->n_reports++];
	*r = (struct gate_report){
		.kind = kind,
		.device_time_ms = TIME_NONE,
		.position.accuracy_m = -1,
		.speed_mps = NAN,
		.course_deg = NAN,
		.altitude_m = NAN,
		.satellites = -1,
		.battery_pct = -1,
		.signal_pct = -1,
		.heart_bpm = -1,
		.systolic = -1,
		.diastolic = -1,
		.spo2_pct = -1,
		.temperature_c = NAN,
		.steps = -1,
		.area = -1,
		.zone = -1,
	};
	n = strnlen(identity, sizeof r->identity - 1);
	memcpy(r->identity, identity, n); /* the rest is zero */
	return r;
}

void
gate_reply(struct gate_out *out, struct span bytes)
{
	/* Half a reply is worse than none: the device asks again. */
	if (bytes.n > sizeof out->reply - out->reply_n)
		return;
	if (bytes.n)
		memcpy(out->reply + out->reply_n, bytes.p, bytes.n);
	out->reply_n += bytes.n;
}

void
gate_reply_printf(struct gate_out *out, const char *fmt, ...)
{
	char tmp[GATE_REPLY_MAX + 1];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tmp, sizeof tmp, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof tmp)
		gate_reply(out, (struct span){ tmp, (size_t)n });
}
