/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/topin.h"

#define FRAME_MAX 1024
#define LOGIN_MIN 12 /* up to and with the IMEI */
#define NETWORK 7
#define CELL 5

/* --- frames ------------------------------------------------------------------------
 */

bool
topin_is_head(struct span s)
{
	return s.n && s.p[0] == 'x' && (s.n < 2 || s.p[1] == 'x');
}

static bool
is_tail(struct span in, size_t end)
{
	return end >= TOPIN_BODY + 2 && end <= in.n && in.p[end - 2] == '\r' &&
	       in.p[end - 1] == '\n';
}

/* Where the first line end from `from` on stands, within `to`; 0: nowhere. With
 * is_between, only one behind which the next message begins. */
static size_t
tail_find(struct span in, size_t from, size_t to, bool is_between)
{
	for (size_t end = from + 2; end <= to && end <= in.n; end++)
		if (is_tail(in, end) &&
		    (!is_between ||
		     (end + 2 <= in.n && topin_is_head(span_skip(in, end)))))
			return end;
	return 0;
}

bool
topin_is_wifi(uint8_t kind)
{
	return kind == 0x69 || (kind >= 0x17 && kind <= 0x1a);
}

size_t
topin_wifi_size(struct span in)
{
	size_t cells = TOPIN_BODY + 6 + NETWORK * (size_t)(uint8_t)in.p[2];

	return in.n <= cells ? 0 : cells + 4 + CELL * (size_t)(uint8_t)in.p[cells] + 2;
}

/* With that length, or one byte more. 0: not here yet; -1: neither. */
static ssize_t
told_size(struct span in, size_t n)
{
	size_t early = tail_find(in, TOPIN_BODY, n - 1, true);

	if (early)
		return (ssize_t)early;
	if (is_tail(in, n))
		return (ssize_t)n;
	if (in.n <= n)
		return 0;
	return is_tail(in, n + 1) ? (ssize_t)n + 1 : -1;
}

ssize_t
topin_frame(struct span in)
{
	size_t i = 1, end;
	ssize_t n = -1;

	if (!in.n)
		return 0;
	if (!topin_is_head(in)) {
		while (i < in.n && !topin_is_head(span_skip(in, i)))
			i++;
		return -(ssize_t)i;
	}
	if (in.n < TOPIN_BODY + 2)
		return 0;
	if (in.p[2] == 'x') /* the head of the next one */
		return -1;
	if (in.p[3] == 1) /* it waits for its answer; digits hold no line end */
		end = tail_find(in, LOGIN_MIN, FRAME_MAX, false);
	else if ((uint8_t)in.p[2] <= 1 && !topin_is_wifi((uint8_t)in.p[3]))
		end = tail_find(in, TOPIN_BODY, FRAME_MAX, false);
	else {
		size_t told = topin_is_wifi((uint8_t)in.p[3]) ? topin_wifi_size(in)
							      : 5u + (uint8_t)in.p[2];

		n = told ? told_size(in, told) : 0;
		end = n < 0 ? tail_find(in, TOPIN_BODY, FRAME_MAX, false) : (size_t)n;
		if (n == 0 && in.n <= FRAME_MAX)
			return 0;
	}
	if (end)
		return (ssize_t)end;
	return in.n > FRAME_MAX ? -2 : 0;
}

void
topin_write(struct gate_out *out, unsigned len, uint8_t kind, struct span body)
{
	const char head[] = { 'x', 'x', (char)len, (char)kind };

	gate_reply(out, (struct span){ head, sizeof head });
	gate_reply(out, body);
	gate_reply(out, SPAN("\r\n"));
}
