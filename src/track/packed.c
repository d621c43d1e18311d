/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row   u8 marks; then what they say, in this order:
 *         key[16]         NEW_BEARER
 *         v server ms     after the row before
 *         v device ms     its distance from the server's, after that of the row
 *                         before; not with NO_DEVICE
 *         v lat, v lon    1e-7 degrees after the row before
 *         v accuracy + 1  NEW_ACCURACY
 *         u8 flags        NEW_FLAGS
 *         speed           nothing: as before; v tenths of km/h; or f32
 *         course          nothing: as before; v degrees; or f32
 * v: seven bits a byte, the lowest first; signs folded in (0 -1 1 -2 …).
 *
 * All differences wrap around, so that no pair of values is too far apart.
 */
#include "track/packed.h"

#include <math.h>

#define NEW_BEARER 1u
#define NO_DEVICE 2u
#define NEW_ACCURACY 4u
#define NEW_FLAGS 8u
#define SPEED 4 /* two bits each from here on: enum number */
#define COURSE 6

enum number { AS_BEFORE, WHOLE, FLOAT };

/* --- numbers ------------------------------------------------------------------- */

static char *
put_v(char *p, uint64_t v)
{
	for (; v > 127; v >>= 7)
		*p++ = (char)(v | 128);
	*p++ = (char)v;
	return p;
}

static char *
put_signed(char *p, int64_t v)
{
	return put_v(p, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

static bool
take_v(struct span *in, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < in->n && i < 10; i++) {
		v |= (uint64_t)(in->p[i] & 127) << 7 * i;
		if (in->p[i] & 128)
			continue;
		*in = span_skip(*in, i + 1);
		*ret = v;
		return true;
	}
	return false;
}

static bool
take_signed(struct span *in, uint64_t *ret)
{
	uint64_t v;

	if (!take_v(in, &v))
		return false;
	*ret = v >> 1 ^ -(v & 1);
	return true;
}

static bool
take_bytes(struct span *in, void *to, size_t n)
{
	if (in->n < n)
		return false;
	memcpy(to, in->p, n);
	*in = span_skip(*in, n);
	return true;
}

/* Devices tell whole tenths of km/h and whole degrees; by is what a unit of ours is
 * in those. The bits must come back as they were: NANs and signs too. */
static float
whole_of(uint64_t v, double by)
{
	return (float)((double)v / by);
}

static enum number
number_of(float f, float before, double by, uint64_t *ret_whole)
{
	float again;

	if (memcmp(&f, &before, sizeof f) == 0)
		return AS_BEFORE;
	if (!(f >= 0 && f < 1e6f))
		return FLOAT;
	*ret_whole = (uint64_t)((double)f * by + 0.5);
	again = whole_of(*ret_whole, by);
	return memcmp(&f, &again, sizeof f) == 0 ? WHOLE : FLOAT;
}

static char *
put_number(char *p, enum number kind, uint64_t whole, float f)
{
	uint32_t bits;

	if (kind == WHOLE)
		return put_v(p, whole);
	if (kind == AS_BEFORE)
		return p;
	memcpy(&bits, &f, sizeof bits);
	for (int i = 0; i < 4; i++)
		*p++ = (char)(bits >> 8 * i);
	return p;
}

static bool
take_number(struct span *in, unsigned kind, double by, float *f)
{
	uint8_t b[4];
	uint32_t bits;
	uint64_t v;

	if (kind == AS_BEFORE)
		return true;
	if (kind == WHOLE) {
		if (!take_v(in, &v))
			return false;
		*f = whole_of(v, by);
		return true;
	}
	if (kind != FLOAT || !take_bytes(in, b, sizeof b))
		return false;
	bits = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	memcpy(f, &bits, sizeof bits);
	return true;
}

#define SPEED_BY 36.0 /* tenths of km/h in a metre a second */
#define COURSE_BY 1.0

/* --- rows ---------------------------------------------------------------------- */

/* How far the device's clock is from ours; one that tells none is not. */
static uint64_t
device_ahead(const struct fix *f)
{
	return f->device_ms == TIME_NONE
		       ? 0
		       : (uint64_t)f->device_ms - (uint64_t)f->server_ms;
}

static int64_t
apart(int32_t now, int32_t before)
{
	return (int32_t)((uint32_t)now - (uint32_t)before);
}

void
packed_put(struct buf *out, struct row *prev, const struct row *r)
{
	const struct fix *f = &r->fix, *was = &prev->fix;
	uint64_t speed = 0, course = 0;
	enum number s = number_of(f->speed_mps, was->speed_mps, SPEED_BY, &speed);
	enum number c = number_of(f->course_deg, was->course_deg, COURSE_BY, &course);
	bool is_new = !id_is(f->bearer, was->bearer);
	bool has_accuracy = f->position.accuracy_m != was->position.accuracy_m;
	unsigned marks = (is_new ? NEW_BEARER : 0) |
			 (f->device_ms == TIME_NONE ? NO_DEVICE : 0) |
			 (has_accuracy ? NEW_ACCURACY : 0) |
			 (r->flags != prev->flags ? NEW_FLAGS : 0) | s << SPEED |
			 c << COURSE;
	char *p;

	buf_reserve(out, PACKED_ROW_MAX);
	p = out->p + out->n;
	*p++ = (char)marks;
	if (is_new) {
		row_key(p, f->bearer);
		p += ROW_KEY;
	}
	p = put_signed(p, (int64_t)((uint64_t)f->server_ms - (uint64_t)was->server_ms));
	if (f->device_ms != TIME_NONE)
		p = put_signed(p, (int64_t)(device_ahead(f) - device_ahead(was)));
	p = put_signed(p, apart(f->position.lat_e7, was->position.lat_e7));
	p = put_signed(p, apart(f->position.lon_e7, was->position.lon_e7));
	if (has_accuracy)
		p = put_v(p, (uint32_t)f->position.accuracy_m + 1);
	if (r->flags != prev->flags)
		*p++ = (char)r->flags;
	p = put_number(p, s, speed, f->speed_mps);
	p = put_number(p, c, course, f->course_deg);
	out->n = (size_t)(p - out->p);
	*prev = *r;
}

static bool
take_key(struct span *in, struct id *ret)
{
	uint8_t key[ROW_KEY];

	if (!take_bytes(in, key, sizeof key))
		return false;
	memcpy(ret->node, key, NODE_MAX);
	ret->noun = (char)key[NODE_MAX];
	ret->seq = 0;
	for (int i = 7; i >= 0; i--)
		ret->seq = ret->seq << 8 | key[8 + i];
	return true;
}

static bool
take_times(struct span *in, unsigned marks, struct fix *f)
{
	uint64_t ahead = device_ahead(f), server, device = 0;

	if (!take_signed(in, &server) ||
	    (!(marks & NO_DEVICE) && !take_signed(in, &device)))
		return false;
	f->server_ms = (int64_t)((uint64_t)f->server_ms + server);
	f->device_ms = marks & NO_DEVICE
			       ? TIME_NONE
			       : (int64_t)((uint64_t)f->server_ms + ahead + device);
	return true;
}

static bool
take_place(struct span *in, unsigned marks, struct position *p)
{
	uint64_t lat, lon, accuracy;

	if (!take_signed(in, &lat) || !take_signed(in, &lon))
		return false;
	p->lat_e7 = (int32_t)((uint32_t)p->lat_e7 + (uint32_t)lat);
	p->lon_e7 = (int32_t)((uint32_t)p->lon_e7 + (uint32_t)lon);
	if (marks & NEW_ACCURACY) {
		if (!take_v(in, &accuracy))
			return false;
		p->accuracy_m = (int32_t)((uint32_t)accuracy - 1);
	}
	return true;
}

bool
packed_take(struct span *in, struct row *prev)
{
	struct row r = *prev;
	struct span s = *in;
	uint8_t marks;

	if (!take_bytes(&s, &marks, 1))
		return false;
	if (((marks & NEW_BEARER) && !take_key(&s, &r.fix.bearer)) ||
	    !take_times(&s, marks, &r.fix) || !take_place(&s, marks, &r.fix.position) ||
	    ((marks & NEW_FLAGS) && !take_bytes(&s, &r.flags, 1)) ||
	    !take_number(&s, marks >> SPEED & 3, SPEED_BY, &r.fix.speed_mps) ||
	    !take_number(&s, marks >> COURSE & 3, COURSE_BY, &r.fix.course_deg))
		return false;
	r.fix.position.is_set = r.flags & ROW_SET;
	*prev = r;
	*in = s;
	return true;
}
