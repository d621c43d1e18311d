/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 0801: id u32, kind u8 (0 picture, 1 sound, 2 video), format u8, event u8, channel u8,
 * place of 28, content; mostly in parts, of which the first has that head.
 * event: 0 the platform ordered it, 1 timed, 2 the alarm key, 3 crash, 4-6 doors,
 *   7 distance. Nobody here orders any, so 0 is somebody else's doing.
 * 8800: id u32, [n u8, parts u16 …] that did not come
 */
#include "gate/wire/bytes.h"
#include "gate/wire/jt808.h"

#define HEAD (8 + JT808_PLACE_BYTES)
enum { PICTURE, SOUND, VIDEO };
enum { BY_ALARM_KEY = 2, BY_CRASH = 3 };

/* Video only where the wearer starts it. */
static bool
is_wanted(struct span head)
{
	unsigned kind, event;

	if (head.n < HEAD)
		return false;
	kind = (uint8_t)head.p[4];
	event = (uint8_t)head.p[6];
	return event == BY_ALARM_KEY || (event == BY_CRASH && kind < VIDEO);
}

static enum gate_media_kind
kind_of(char kind)
{
	return kind == PICTURE ? GATE_PHOTO : kind == VIDEO ? GATE_VIDEO : GATE_VOICE;
}

static void
received(const char id[4], const struct jt808_message *to, struct gate_out *out)
{
	jt808_write(out, to, 0x8800, 0, (struct span){ id, 4 });
}

void
jt808_media_take(struct jt808_media *st, const struct jt808_message *m, struct span msg,
		 struct gate_out *out)
{
	uint16_t series = (uint16_t)(m->serial - (m->index ? m->index - 1 : 0));
	bool is_part = m->total > 0;

	if (m->index <= 1 && m->body.n >= 4) {
		st->series = series;
		st->is_known = true;
		st->is_wanted = is_wanted(m->body);
		st->kind = m->body.n > 4 ? m->body.p[4] : 0;
		memcpy(st->id, m->body.p, 4);
	}
	if (st->is_known && st->series == series && !st->is_wanted) {
		if (is_part && m->index == m->total)
			received(st->id, m, out);
		return;
	}
	if (m->body.n <= (is_part ? 0 : HEAD) ||
	    (is_part && (!m->index || m->index > m->total)))
		return;
	out->no[0] = 0; /* silence: it brings it again */
	out->media = (struct gate_media){ .bytes = jt808_raw(msg, m),
					  .plain = m->phone_n == 7 ? jt808_plain_e7
								   : jt808_plain,
					  .kind = kind_of(st->kind),
					  .series = series,
					  .part = (uint16_t)m->index,
					  .parts = (uint16_t)m->total };
}

bool
jt808_media_open(struct gate_media *m)
{
	if (!is_wanted(m->bytes) || m->bytes.n == HEAD)
		return false;
	m->kind = kind_of(m->bytes.p[4]);
	m->bytes = span_skip(m->bytes, HEAD);
	return true;
}

void
jt808_media_answer(const struct jt808_media *st, const struct jt808_message *to,
		   const struct gate_media *m, const uint16_t *missing, size_t n,
		   struct gate_out *out)
{
	bool has_id = st->is_known && st->series == m->series;
	char body[5 + 2 * 255];
	size_t head = has_id ? 5 : 3;

	if (!n) {
		if (has_id)
			received(st->id, to, out);
		return;
	}
	n = n < 255 ? n : 255;
	/* its number stands in the part that is missing: 8003 asks by the first serial
	 */
	if (has_id)
		memcpy(body, st->id, 4);
	else
		bytes_put(body, m->series, 2);
	body[head - 1] = (char)n;
	for (size_t i = 0; i < n; i++)
		bytes_put(body + head + 2 * i, missing[i], 2);
	jt808_write(out, to, has_id ? 0x8800 : 0x8003, 0,
		    (struct span){ body, head + 2 * n });
}
