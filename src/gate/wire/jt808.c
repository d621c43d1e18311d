/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/jt808.h"

#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"
#include "gate/wire/bytes.h"
#include "gate/wire/pick.h"

#include <stdio.h>
#include <time.h>

#define IS_2019 0x4000u

/* --- who ------------------------------------------------------------------------ */

/* The check digit of a number: Luhn. */
static int
check_digit(const char *digits)
{
	size_t n = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int d = (digits[n - 1 - i] - '0') * (i % 2 ? 1 : 2);

		sum += d > 9 ? d - 9 : d;
	}
	return (10 - sum % 10) % 10;
}

void
jt808_identity(const struct jt808_message *m, char ret[GATE_IDENTITY_MAX])
{
	char digits[2 * JT808_PHONE_MAX + 1];
	struct bytes b = { .rest = { (const char *)m->phone, m->phone_n } };
	const char *at = digits;

	if (bytes_bcd(b.rest, digits, sizeof digits)) {
		while (*at == '0' && at[1])
			at++;
		memcpy(ret, at, strlen(at) + 1); /* shorter than an identity may be */
		return;
	}
	snprintf(digits, sizeof digits, "%llu",
		 (unsigned long long)bytes_take(&b, m->phone_n < 8 ? m->phone_n : 8));
	snprintf(ret, GATE_IDENTITY_MAX, "%s%d", digits, check_digit(digits));
}

/* --- the place ------------------------------------------------------------------- */

/* By bit. Cheap devices have their own use for 15 to 18. */
static const unsigned word_alarms[32] = {
	[0] = GATE_SOS,         [1] = GATE_OVERSPEED,    [2] = GATE_OTHER,
	[3] = GATE_OTHER,       [5] = GATE_TAMPER,       [6] = GATE_TAMPER,
	[7] = GATE_LOW_BATTERY, [8] = GATE_POWER_CUT,    [9] = GATE_OTHER,
	[10] = GATE_OTHER,      [11] = GATE_OTHER,       [13] = GATE_OVERSPEED,
	[14] = GATE_OTHER,      [15] = GATE_VIBRATION,   [16] = GATE_OTHER,
	[17] = GATE_TAMPER,     [18] = GATE_LOW_BATTERY, [19] = GATE_OTHER,
	[20] = GATE_FENCE_OUT,  [21] = GATE_FENCE_OUT,   [23] = GATE_OTHER,
	[26] = GATE_TAMPER,     [27] = GATE_TAMPER,      [28] = GATE_OTHER,
	[29] = GATE_CRASH,      [30] = GATE_CRASH,       [31] = GATE_DOOR,
};

static int
percent(char c)
{
	return (uint8_t)c <= 100 ? (uint8_t)c : -1;
}

/* A maker's own tags inside EB: len u16, tag u16, value. Bits are low when set. */
static void
vendor_parse(struct span s, struct gate_report *r)
{
	struct bytes b = { .rest = s };

	while (b.rest.n >= 4) {
		size_t n = bytes_take(&b, 2);
		struct bytes v = { .rest = bytes_cut(&b, n) };
		unsigned tag = (unsigned)bytes_take(&v, 2);
		uint32_t low = v.rest.n == 4 ? ~(uint32_t)bytes_take(&v, 4) : 0;

		if (b.is_short)
			return;
		if (tag == 0x89)
			r->alarms |= (low & 1 ? GATE_POWER_CUT : 0) |
				     (low & 0x1000 ? GATE_REMOVED : 0);
		if (tag == 0xc5 && low & 0x40)
			r->alarms |= GATE_VIBRATION;
		if ((tag == 0xa8 || tag == 0xe1) && v.rest.n == 1)
			r->battery_pct = percent(v.rest.p[0]);
	}
}

static void
tag_parse(unsigned tag, struct span s, struct gate_report *r)
{
	struct bytes v = { .rest = s };

	if (tag == 0x30 && s.n == 1) {
		unsigned csq = (uint8_t)s.p[0];

		r->signal_pct = csq <= 31 ? (int)(csq * 100 / 31) : -1;
	} else if (tag == 0x31 && s.n == 1) {
		r->satellites = (uint8_t)s.p[0];
	} else if ((tag == 0xe4 || tag == 0xe1) && s.n <= 2 && s.n) {
		r->battery_pct = percent(s.p[s.n - 1]);
	} else if (tag == 0xeb) {
		vendor_parse(s, r);
	} else if (tag == 0xe8 && s.n >= 16) { /* Jimi: the kind of an alarm */
		unsigned alarm = (unsigned)bytes_take(&v, 2);

		r->alarms |= alarm == 0x0c01   ? GATE_SOS
			     : alarm == 0x0406 ? GATE_VIBRATION
					       : 0;
	} else if (tag == 0xfe && s.n > 7 && s.p[0] == 0x7c && s.p[1] == 1) {
		unsigned bits = (unsigned)(bytes_take(&v, 7) & 0x2f);

		r->alarms |= (bits & 7 ? GATE_OTHER : 0) | (bits & 8 ? GATE_CRASH : 0) |
			     (bits & 0x20 ? GATE_TAMPER : 0);
	} else if (tag == 0x57 && s.n == 8) {
		r->alarms |= bytes_take(&v, 2) & 0x700 ? GATE_OTHER : 0;
		bytes_take(&v, 2);
		r->alarms |= bytes_take(&v, 2) & 1 ? GATE_DOOR : 0;
	}
}

bool
jt808_place(struct span all, struct gate_report *r)
{
	struct bytes b = { .rest = all };
	uint32_t alarms = (uint32_t)bytes_take(&b, 4),
		 status = (uint32_t)bytes_take(&b, 4);
	double lat = (double)bytes_take(&b, 4) / 1e6,
	       lon = (double)bytes_take(&b, 4) / 1e6;

	for (; alarms; alarms &= alarms - 1) /* the lowest bit that is set */
		r->alarms |= word_alarms[__builtin_ctz(alarms)];
	if (all.n < JT808_PLACE_BYTES) /* cut short: a call is one all the same */
		return r->alarms;
	r->altitude_m = (int16_t)bytes_take(&b, 2);
	r->speed_mps = (double)bytes_take(&b, 2) / 36;
	r->course_deg = (double)(bytes_take(&b, 2) % 360);
	r->device_time_ms = bytes_time_bcd(bytes_cut(&b, 6));
	if (status & 2 && pick_position(status & 4 ? -lat : lat,
					status & 8 ? -lon : lon, &r->position))
		r->position.accuracy_m = -1;
	while (b.rest.n >= 2 && !b.is_short) {
		unsigned tag = (unsigned)bytes_take(&b, 1);
		struct span v = bytes_cut(&b, bytes_take(&b, 1));

		if (!b.is_short)
			tag_parse(tag, v, r);
	}
	return true;
}

/* 0900 F0: clock, what an engine tells, and at its end 000C, status u16, lat, lon,
 * perhaps a clock. */
bool
jt808_passed(struct span body, struct gate_report *r)
{
	static const size_t tails[] = { 18, 12 };

	if (body.n < 7 || (uint8_t)*body.p != 0xf0)
		return false;
	r->device_time_ms = bytes_time_bcd((struct span){ body.p + 1, 6 });
	r->kind = GATE_READING;
	for (size_t i = 0; i < 2; i++) {
		struct bytes b = { .rest = span_skip(body, body.n - tails[i]) };
		unsigned status;
		double lat, lon;

		if (body.n < 7 + tails[i] || bytes_take(&b, 2) != 0x000c)
			continue;
		status = (unsigned)bytes_take(&b, 2);
		lat = (double)bytes_take(&b, 4) / 1e6;
		lon = (double)bytes_take(&b, 4) / 1e6;
		if (!(status & 2) ||
		    !pick_position(status & 4 ? -lat : lat, status & 8 ? -lon : lon,
				   &r->position))
			continue;
		r->position.accuracy_m = -1;
		r->kind = GATE_FIX;
		break;
	}
	return true;
}

/* --- locks: 5501, all in decimals
 * ------------------------------------------------------ */

/* "22348476" of lat, "113554907" of lon: degrees, minutes by 10,000. */
static double
lock_degrees(struct span digits, size_t n_degrees)
{
	struct span degrees = { digits.p, n_degrees };

	return pick_double(degrees) + pick_double(span_skip(digits, n_degrees)) / 6e5;
}

/* number u8, ddmmyy hhmmss, lat 4, lon 9 digits and flags (2 fixed, 4 north), knots,
 * course by 2, GSM, satellites, km u32, battery */
void
jt808_lock(const struct jt808_message *m, int64_t now_ms, struct gate_report *r)
{
	/* The number is one byte here; the envelope took two for it. */
	struct bytes b = { .rest = { m->body.p - 1, m->body.n + 1 } };
	char time[13], place[19], speed[3];
	unsigned flags;
	double lat, lon;
	struct span s;

	bytes_hex(bytes_cut(&b, 6), time, sizeof time);
	bytes_hex(bytes_cut(&b, 9), place, sizeof place);
	bytes_hex(bytes_cut(&b, 1), speed, sizeof speed);
	bytes_take(&b, 1);
	if (b.is_short)
		return;
	flags = (unsigned)(place[17] <= '9' ? place[17] - '0' : place[17] - 'a' + 10);
	lat = lock_degrees((struct span){ place, 8 }, 2);
	lon = lock_degrees((struct span){ place + 8, 9 }, 3);
	r->device_time_ms = pick_ddmmyy((struct span){ time, 6 },
					(struct span){ time + 6, 6 }, now_ms);
	r->speed_mps = pick_within(span_of(speed), 0, 99) * 1852 / 3600;
	if (flags & 2 && pick_position(flags & 4 ? lat : -lat, lon, &r->position)) {
		r->position.accuracy_m = -1;
		r->kind = GATE_FIX;
	} else {
		r->kind = GATE_READING;
	}
	bytes_take(&b, 1);
	r->satellites = (int)bytes_take(&b, 1);
	bytes_take(&b, 4);
	s = bytes_cut(&b, 1);
	r->battery_pct = s.n ? percent(*s.p) : -1;
	bytes_cut(&b, 7); /* cell */
	r->alarms |= bytes_take(&b, 2) & 2 ? GATE_LOW_BATTERY : 0;
}

/* --- out ------------------------------------------------------------------------- */

void
jt808_write(struct gate_out *out, const struct jt808_message *m, unsigned kind,
	    unsigned serial, struct span body)
{
	char plain[1200], msg[2 * sizeof plain + 2];
	size_t n = 4, to;

	if (body.n > 1023)
		return;
	bytes_put(plain, kind, 2);
	bytes_put(plain + 2, body.n | (m->phone_n == 10 ? IS_2019 : 0), 2);
	if (m->phone_n == 10)
		plain[n++] = (char)m->version;
	memcpy(plain + n, m->phone, m->phone_n);
	n += m->phone_n;
	bytes_put(plain + n, serial, 2);
	n += 2;
	memcpy(plain + n, body.p, body.n);
	n += body.n;
	plain[n] = (char)bytes_xor((struct span){ plain, n });
	to = jt808_wrap(m->phone_n == 7, (struct span){ plain, n + 1 }, msg);
	gate_reply(out, (struct span){ msg, to });
}

void
jt808_answer(const struct jt808_message *m, struct gate_out *out)
{
	char body[3 + 2 * JT808_PHONE_MAX + 1];
	size_t n = 5;

	bytes_put(body, m->serial, 2);
	bytes_put(body + 2, m->kind, 2);
	body[4] = 0; /* all is well */
	if (m->kind == 0x0001)
		return;
	if (m->kind == 0x0100) {
		/* The code with which it authenticates: who is trusted, the door says.
		 */
		body[2] = 0;
		bytes_hex((struct span){ (const char *)m->phone, m->phone_n }, body + 3,
			  sizeof body - 3);
		n = 3 + 2 * m->phone_n;
		jt808_write(out, m, 0x8100, 0, (struct span){ body, n });
	} else if (m->kind == 0x0801 && !m->total && m->body.n >= 4 && !m->is_secret) {
		jt808_write(out, m, 0x8800, 0, (struct span){ m->body.p, 4 });
	} else if (m->kind == 0x5501) { /* its number is one byte */
		gate_reply(out, SPAN("\x7e\x44\x01\0\x03"));
		bytes_put(body, 0x01550100, 4);
		body[4] = (char)(0x44 ^ 0x01 ^ 0x03 ^ 0x01 ^ 0x55 ^ 0x01 ^
				 bytes_xor((struct span){ (const char *)m->phone, 6 }));
		body[5] = 0x7e;
		gate_reply(out, (struct span){ (const char *)m->phone, 6 });
		gate_reply(out, (struct span){ body, 6 });
	} else {
		jt808_write(out, m, 0x8001, 0, (struct span){ body, n });
	}
}

/* "(794104004140,1,001,BASE,2,TIME)": locks ask for the time in text. */
void
jt808_text(const struct gate_in *in, struct gate_report *r, struct gate_out *out)
{
	time_t t = (time_t)(in->now_ms / 1000);
	size_t head = in->msg.n > 5 ? in->msg.n - 5 : 0;
	char now[16];
	struct tm tm;

	pick_copy(r->text, sizeof r->text, in->msg);
	if (!utf8_is_valid(span_of(r->text)))
		*r->text = 0;
	if (!span_is_z(span_skip(in->msg, head), "TIME)"))
		return;
	gmtime_r(&t, &tm);
	strftime(now, sizeof now, "%Y%m%d%H%M%S", &tm);
	gate_reply(out, (struct span){ in->msg.p, head });
	gate_reply_printf(out, "%s)", now);
}

void
jt808_ask(const struct jt808_message *m, unsigned from, struct gate_out *out)
{
	char body[3 + 2 * 255];
	size_t n = m->index - from + 1;

	n = n < 255 ? n : 255;
	bytes_put(body, m->serial - (m->index - 1), 2);
	body[2] = (char)n;
	for (size_t i = 0; i < n; i++)
		bytes_put(body + 3 + 2 * i, from + i, 2);
	jt808_write(out, m, 0x8003, 0, (struct span){ body, 3 + 2 * n });
}
