/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/h02.h"

#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/pick.h"

#include <ctype.h>

#define FRAME_MAX 2048
#define LONG 45
#define NAMED 42      /* with an id of eight bytes */
#define CLOCK_BYTES 6 /* hhmmss ddmmyy, behind sign and id */

static bool
is_clock(struct span s)
{
	char t[2 * CLOCK_BYTES + 1];

	return s.n >= CLOCK_BYTES &&
	       bytes_bcd((struct span){ s.p, CLOCK_BYTES }, t, sizeof t) &&
	       pick_ddmmyy((struct span){ t + 6, 6 }, (struct span){ t, 6 }, 0) !=
		       TIME_NONE;
}

size_t
h02_id_bytes(struct span s)
{
	char t[17];
	bool is_short = s.n > 5 &&
			bytes_bcd((struct span){ s.p + 1, 5 }, t, sizeof t) &&
			is_clock(span_skip(s, 6)),
	     /* the last digit fills up */
		is_long = s.n > 8 && *s.p == '$' &&
			  bytes_bcd((struct span){ s.p + 1, 7 }, t, sizeof t) &&
			  is_clock(span_skip(s, 9));

	return is_short && !(is_long && s.n == NAMED) ? 5 : is_long ? 8 : 0;
}

/* A sign alone is no start: the tail of a long message may hold one. */
static bool
is_start(struct span s)
{
	if (!s.n || !strchr("*$X", *s.p) || !*s.p)
		return false;
	if (*s.p == '*')
		return s.n < 2 || isalpha((unsigned char)s.p[1]);
	return s.n < 9 + CLOCK_BYTES || h02_id_bytes(s); /* or wait */
}

ssize_t
h02_frame(struct span in)
{
	size_t n = 1;

	if (!in.n)
		return 0;
	if (!is_start(in)) {
		for (; n < in.n && !is_start(span_skip(in, n)); n++)
			;
		return -(ssize_t)n;
	}
	if (*in.p != '*') {
		if (in.n < H02_SHORT)
			return 0;
		if (h02_id_bytes(in) == 8)
			return in.n < NAMED ? 0 : NAMED;
		return in.n == LONG || (in.n > LONG &&
					!is_start(span_skip(in, H02_SHORT)) &&
					is_start(span_skip(in, LONG)))
			       ? LONG
			       : H02_SHORT;
	}
	for (; n < in.n; n++) {
		if (in.p[n] == '#')
			return (ssize_t)n + 1;
		if (in.p[n] == '*') /* this was cut short */
			return (ssize_t)n;
	}
	return in.n > FRAME_MAX ? -1 : 0;
}
