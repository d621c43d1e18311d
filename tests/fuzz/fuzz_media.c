/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of recordings in any order from several connections: no more is held than may
 * be, and what is whole is exactly what was sent, in order. */
#include "gate/pieces.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each part says whose it is, in its own length: so that a wrong place is seen. */
static struct span
content_of(char *to, unsigned owner, unsigned series, unsigned part, size_t n)
{
	memset(to, (int)(owner * 3 + series * 5 + part * 7), n);
	return (struct span){ to, n };
}

static size_t
length_of(unsigned series, unsigned part)
{
	return series == 7 ? 60000 : 1 + (part * 13 + series) % 40;
}

static void
whole_check(struct pieces_room *room, struct pieces *p, unsigned owner, unsigned series,
	    unsigned parts)
{
	static char room_of_one[65536];
	struct buf b = { 0 };
	struct span rest;

	assert(pieces_missing(p, &(uint16_t){ 0 }, 1) == 0);
	pieces_join(p, &b);
	rest = buf_span(&b);
	for (unsigned k = 1; k <= parts; k++) {
		size_t n = length_of(series, k);
		struct span want = content_of(room_of_one, owner, series, k, n);

		assert(rest.n >= n && memcmp(rest.p, want.p, n) == 0);
		rest = span_skip(rest, n);
	}
	assert(!rest.n);
	pieces_drop(room, p);
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char owners[4];
	static char content[65536];
	struct pieces_room room = { 0 };
	int64_t now = 1;

	/* four bytes a step: what and who, series, part, parts */
	for (; size >= 4; data += 4, size -= 4) {
		unsigned owner = data[0] & 3, series = data[1] & 7;
		unsigned part = data[2], parts = data[3];
		struct pieces_part in = { &owners[owner], series, part, parts,
					  content_of(content, owner, series, part,
						     length_of(series, part)) };
		uint16_t missing[8];
		struct pieces *p = NULL;
		enum pieces_step step;

		now += data[0] >> 2;
		if (data[0] == 0xff)
			now += PIECES_QUIET_MS;
		if (data[0] >> 2 == 62)
			pieces_leave(&room, &owners[owner]);
		pieces_age(&room, now);
		step = pieces_put(&room, &in, now, &p);
		assert(room.used <= PIECES_ALL_MAX);
		assert((step == PIECES_REFUSED) == !p);
		if (step == PIECES_WHOLE)
			whole_check(&room, p, owner, series, parts);
		else if (p)
			assert(pieces_missing(p, missing, 8) > 0);
	}
	pieces_done(&room);
	assert(!room.used && !room.first);
	return 0;
}
