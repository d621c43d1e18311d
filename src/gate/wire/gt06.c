/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/gt06.h"

#include "gate/wire/bytes.h"

#include <math.h>
#include <time.h>

#define FRAME_MAX 61440
#define INNER_MAX 512 /* of a message that is looked for inside a broken one */
#define PLACE_BYTES 18
#define LOGIN_SHORT 15 /* head, kind, IMEI, one byte, CR LF */
#define UNITS_PER_DEGREE 1800000.0
/* Bits of the course word. */
#define NORTH 0x400u
#define WEST 0x800u
#define FIXED 0x1000u

static bool
is_head(struct span s)
{
	return s.n >= 2 && (s.p[0] == 'x' || s.p[0] == 'y') && s.p[1] == s.p[0];
}

static ssize_t
junk(struct span in)
{
	size_t i = 1;

	while (i < in.n && !is_head(span_skip(in, i)) &&
	       !(i + 1 == in.n && (in.p[i] == 'x' || in.p[i] == 'y')))
		i++;
	return -(ssize_t)i;
}

/* End of the first CR LF from `from` on, within `to`; 0: none. With is_between,
 * only one behind which the next message begins. */
static size_t
tail_find(struct span in, size_t from, size_t to, bool is_between)
{
	for (size_t i = from; i + 2 <= to && i + 2 <= in.n; i++)
		if (in.p[i] == '\r' && in.p[i + 1] == '\n' &&
		    (!is_between || (i + 4 <= to && is_head(span_skip(in, i + 2)))))
			return i + 2;
	return 0;
}

/* What the message at the head tells of its own size; 0: not here yet. */
static size_t
size_told(struct span in)
{
	struct bytes b = { .rest = span_skip(in, 2) };
	size_t told = in.p[0] == 'x' ? 5 + bytes_take(&b, 1) : 6 + bytes_take(&b, 2);

	return b.is_short ? 0 : told;
}

static bool
is_whole(struct span in, size_t told)
{
	return told <= in.n && in.p[told - 2] == '\r' && in.p[told - 1] == '\n';
}

/* Where a whole message begins inside this one, which was cut short; 0: nowhere.
 * false: wait for more to know. */
static bool
inner_find(struct span in, size_t to, size_t *ret)
{
	for (size_t i = 4; i < to && i + 4 <= in.n; i++) {
		struct span s = span_skip(in, i);
		size_t told = is_head(s) ? size_told(s) : 0;

		if (!told || told > INNER_MAX)
			continue;
		if (told > s.n)
			return false;
		if (is_whole(s, told)) {
			*ret = i;
			break;
		}
	}
	return true;
}

ssize_t
gt06_frame(struct span in)
{
	size_t told, end, inner = 0;

	if (!in.n || (in.n == 1 && (in.p[0] == 'x' || in.p[0] == 'y')))
		return 0;
	if (!is_head(in))
		return junk(in);
	/* A login that ends behind the IMEI waits for its answer: digits hold no CR. */
	if (in.n >= LOGIN_SHORT && in.p[0] == 'x' && in.p[2] == '\r' && in.p[3] == 1 &&
	    in.p[LOGIN_SHORT - 2] == '\r' && in.p[LOGIN_SHORT - 1] == '\n')
		return LOGIN_SHORT;
	told = size_told(in);
	if (told > FRAME_MAX)
		return -2;
	if (!told || in.n < told)
		return 0;
	if (is_whole(in, told))
		return (ssize_t)told;
	/* Kinds 17 and 69 tell 0, 3 or 8; others were cut short. */
	if (!inner_find(in, told, &inner))
		return in.n > FRAME_MAX ? -2 : 0;
	end = tail_find(in, 4, told, true);
	if (!end && !inner)
		end = tail_find(in, told - 2, in.n, false);
	if (inner && (!end || inner < end))
		end = inner;
	if (end)
		return (ssize_t)end;
	return in.n > FRAME_MAX ? -(ssize_t)told : 0;
}

bool
gt06_parse(struct span msg, struct gt06_message *ret)
{
	size_t head = msg.n && msg.p[0] == 'y' ? 4 : 3, told;
	struct gt06_message m = { .whole = msg, .is_long = head == 4 };
	struct bytes b = { .rest = span_skip(msg, 2) };

	if (!is_head(msg) || msg.n < head + 3)
		return false;
	told = bytes_take(&b, head - 2);
	m.kind = (uint8_t)bytes_take(&b, 1);
	m.body = b.rest;
	if (m.kind == 0x01 && m.body.n >= 8 && m.body.n < 14)
		m.body.n = 8;
	/* Old firmware sends the place alone, without a serial and a sum. */
	if (m.kind >= 0x10 && m.kind <= 0x12 && m.body.n < PLACE_BYTES + 6)
		m.body.n = m.body.n > 2 ? m.body.n - 2 : 0;
	else if (m.kind != 0x01 || m.body.n >= 14)
		m.body.n = m.body.n > 6 ? m.body.n - 6 : 0;
	b = (struct bytes){ .rest = span_skip(msg, msg.n - 6) };
	m.serial = (uint16_t)bytes_take(&b, 2);
	m.has_serial = told + head + 2 == msg.n || (m.kind != 0x17 && m.kind != 0x69);
	*ret = m;
	return true;
}

/* --- the place ------------------------------------------------------------------ */

static bool
is_time(const uint8_t t[6])
{
	/* All zero: the clock was never set. */
	return t[1] <= 12 && t[2] <= 31 && t[3] < 24 && t[4] < 60 && t[5] < 60;
}

static bool
block_parse(struct span clock, struct span s, struct gt06_place *ret)
{
	struct bytes b = { .rest = s };
	struct gt06_place g = { .satellites = (int)(bytes_take(&b, 1) & 15) };
	double lat = (double)bytes_take(&b, 4) / UNITS_PER_DEGREE;
	double lon = (double)bytes_take(&b, 4) / UNITS_PER_DEGREE;
	unsigned flags;

	g.speed_mps = (double)bytes_take(&b, 1) / 3.6;
	flags = (unsigned)bytes_take(&b, 2);
	if (b.is_short || clock.n < 6)
		return false;
	memcpy(g.clock, clock.p, 6);
	if (!is_time(g.clock) || lat > 90 || lon > 180)
		return false;
	g.course_deg = flags & 0x3ff;
	if (g.course_deg > 360)
		g.course_deg = 0;
	lat = flags & NORTH ? lat : -lat;
	lon = flags & WEST ? -lon : lon;
	/* 0,0 is no place */
	if (flags & FIXED && (lat < -1e-6 || lat > 1e-6 || lon < -1e-6 || lon > 1e-6))
		geo_position(lat, lon, &g.position);
	g.position.accuracy_m = -1;
	*ret = g;
	return true;
}

/* The same without a count of satellites and without a speed. */
static bool
short_parse(struct span clock, struct span s, struct gt06_place *ret)
{
	char block[12] = { 0 };

	if (s.n < 10)
		return false;
	memcpy(block + 1, s.p, 8);
	memcpy(block + 10, s.p + 8, 2);
	if (!block_parse(clock, (struct span){ block, sizeof block }, ret))
		return false;
	ret->speed_mps = NAN;
	ret->satellites = -1;
	return true;
}

/* Where the place begins; -1: this kind has none. */
static int
place_at(const struct gt06_message *m)
{
	static const char kinds[] = "\x10\x11\x12\x16\x1e\x22\x25\x26\x27\x2a\x2d\x31"
				    "\x32\x37\x38\xa0\xa2\xa3\xa4";
	const char *p = m->body.p;

	if (m->kind == 0x34) /* behind four bytes that are not told of */
		return 4;
	if (m->kind == 0x17 || m->kind == 0x36) /* cells or a heartbeat when shorter */
		return m->has_serial && m->body.n >= 35 ? 0 : -1;
	if (!m->kind || !strchr(kinds, m->kind) || m->body.n < PLACE_BYTES)
		return -1;
	/* Behind an IMEI, alone or between a byte and two clocks. */
	if (m->kind == 0x12 && !is_time((const uint8_t *)p))
		return 8;
	if (m->body.n >= 33 && p[0] == 1 && !memcmp(p + 9, p + 15, 6))
		return 15;
	return 0;
}

bool
gt06_place(const struct gt06_message *m, struct gt06_place *ret)
{
	int at = place_at(m);
	struct span s = span_skip(m->body, at < 0 ? m->body.n : (size_t)at);

	if (m->kind == 0x95) {
		s = span_skip(m->body, 6);
		if (s.n > 2 && s.p[0] == '\xff' && s.p[1] == '\xff')
			s = span_skip(s, 2);
		if (!short_parse(m->body, s, ret))
			return false;
		ret->end = m->body.n - s.n + 10;
		return true;
	}
	/* The long 32 has a length before the place; 0: no place. */
	if (m->is_long && m->kind == 0x32) {
		if (m->body.n < 7 || m->body.p[6] != 12 ||
		    !block_parse(m->body, span_skip(m->body, 7), ret))
			return false;
		ret->end = PLACE_BYTES + 1;
		return true;
	}
	if (!block_parse(s, span_skip(s, 6), ret))
		return false;
	ret->end = (size_t)at + PLACE_BYTES;
	return true;
}

bool
gt06_tags(struct span body, struct gt06_place *ret, int64_t *ret_ms,
	  unsigned *ret_event)
{
	static const char clock[6];
	struct bytes b = { .rest = span_skip(body, 5) };
	bool is_found = false;

	while (b.rest.n >= 4) {
		unsigned tag = (unsigned)bytes_take(&b, 2);
		struct bytes v = { .rest = bytes_cut(&b, bytes_take(&b, 2)) };
		char block[12];

		if (tag == 0x34 && v.rest.n)
			*ret_event = (unsigned)bytes_take(&v, 1);
		if (tag == 0x2c && v.rest.n == 4 && !is_found)
			*ret_ms = (int64_t)bytes_take(&v, 4) * 1000;
		if (tag != 0x33 || v.rest.n != PLACE_BYTES)
			continue;
		*ret_ms = (int64_t)bytes_take(&v, 4) * 1000;
		block[0] = v.rest.p[0];
		memcpy(block + 1, v.rest.p + 3, 11); /* altitude between */
		is_found = block_parse((struct span){ clock, 6 },
				       (struct span){ block, 12 }, ret);
	}
	return is_found;
}

struct span
gt06_status(const struct gt06_message *m, size_t from)
{
	size_t tail = m->kind == 0x27 || m->kind == 0xa4 ? 6 : 5, at, n = m->body.n;
	const uint8_t *p = (const uint8_t *)m->body.p;

	if (m->kind == 0x19 && n < 20) {
		at = n && p[0] >= 8 && p[0] <= 10; /* no country begins so */
		at += 8 + (at < n ? p[at] >> 7 : 0);
		return span_skip(m->body, n >= at ? at : n > tail ? n - tail : 0);
	}
	/* The cell's length counts itself, or not, or is not there. */
	if (from + 2 < n && p[from] >= 8 && p[from] <= 10) {
		at = from + 9 + (p[from + 1] >> 7);
		if (n >= at + tail + 2) /* a card's number may follow */
			return span_skip(m->body, at);
	}
	return span_skip(m->body, n > from + tail ? n - tail : from);
}

bool
gt06_is_alarm(uint8_t kind)
{
	return kind == 0x16 || kind == 0x26 || kind == 0x27 || kind == 0xa3 ||
	       kind == 0xa4 || kind == 0x19 || kind == 0xa5;
}

bool
gt06_is_cells(uint8_t kind)
{
	return kind && strchr("\x18\x24\x28\x2e\x32\xa1", kind);
}

void
gt06_why(const struct gt06_message *m, size_t from, bool *ret_is_key, bool *ret_is_old)
{
	const uint8_t *p = (const uint8_t *)m->body.p;

	if (m->kind != 0x22 || from + 11 > m->body.n)
		return;
	from += 8 + (p[from] >> 7);
	if (m->body.n - from != 3 && m->body.n - from != 7)
		return;
	*ret_is_key = p[from] <= 1 && p[from + 1] == 7;
	*ret_is_old = p[from + 2] == 1;
}

/* --- out ------------------------------------------------------------------------- */

void
gt06_write(struct gate_out *out, bool is_long, uint8_t kind, uint16_t serial,
	   struct span body)
{
	char msg[512];
	size_t head = is_long ? 2 : 1, n = 2 + head;

	if (body.n > 240)
		return;
	memset(msg, is_long ? 'y' : 'x', 2);
	bytes_put(msg + 2, body.n + 5, head);
	msg[n++] = (char)kind;
	if (body.n)
		memcpy(msg + n, body.p, body.n);
	n += body.n;
	bytes_put(msg + n, serial, 2);
	n += 2;
	bytes_put(msg + n, bytes_crc_x25((struct span){ msg + 2, n - 2 }), 2);
	memcpy(msg + n + 2, "\r\n", 2);
	gate_reply(out, (struct span){ msg, n + 4 });
}

void
gt06_answer(const struct gt06_message *m, int64_t now_ms, struct gate_out *out)
{
	static const char silent[] = "\x21\x34\x66\x80\x81\x83\x84\x8c\x94\x9b\xfd";
	char body[24];
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;

	if (m->kind && strchr(silent, m->kind))
		return;
	if (m->kind == 0x8a) {
		gmtime_r(&t, &tm);
		for (int i = 0; i < 6; i++)
			body[i] = (char)(const int[]){ tm.tm_year - 100, tm.tm_mon + 1,
						       tm.tm_mday,       tm.tm_hour,
						       tm.tm_min,        tm.tm_sec }[i];
		gt06_write(out, false, m->kind, 0, (struct span){ body, 6 });
	} else if (m->kind == 0x2a) { /* where am I? We do not tell by name. */
		gt06_write(out, true, 0x97, 0, SPAN("\x0b\0\0\0\0NA&&NA&&0##"));
	} else if (!m->has_serial) {
		/* What came, up to its time. */
		gate_reply(out, SPAN("xx\0"));
		gate_reply(out,
			   (struct span){ m->whole.p + 3, m->whole.n < 12 ? 1 : 7 });
		gate_reply(out, SPAN("\r\n"));
	} else {
		gt06_write(out, m->is_long && m->kind != 0x70, m->kind, m->serial,
			   (struct span){ 0 });
	}
}
