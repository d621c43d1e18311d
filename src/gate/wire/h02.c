/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/wire/h02.h"

#include "base/time.h"
#include "gate/wire/bytes.h"
#include "gate/wire/pick.h"

#include <ctype.h>

#define FRAME_MAX 2048
#define LONG 45
#define CLOCK_END 12 /* sign, id, clock, date */

/* A sign alone is no start: the tail of a long message may hold one. */
static bool
is_start(struct span s)
{
	char t[2 * CLOCK_END + 1];

	if (!s.n || !strchr("*$X", *s.p) || !*s.p)
		return false;
	if (*s.p == '*')
		return s.n < 2 || isupper((unsigned char)s.p[1]);
	if (s.n < CLOCK_END)
		return true; /* wait */
	return bytes_bcd((struct span){ s.p + 1, CLOCK_END - 1 }, t, sizeof t) &&
	       pick_ddmmyy((struct span){ t + 16, 6 }, (struct span){ t + 10, 6 }, 0) !=
		       TIME_NONE;
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
