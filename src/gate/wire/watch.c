/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TK,<amr>                                what the wearer says
 * JXTK,kind,NAME,part,parts,<amr>         the same in parts
 * img,mode,yymmddhhmmss,<jpeg>            a picture
 */
#include "gate/wire/watch.h"

#include "base/err.h"
#include "gate/wire/pick.h"

#include <math.h>

#define PARTS_MAX 4096

static void
part_read(const struct bracket *h, struct span rest, struct gate_out *out)
{
	struct span name;
	int part, parts;

	span_cut(&rest, ',');
	name = span_cut(&rest, ',');
	part = pick_int(span_cut(&rest, ','), 1, PARTS_MAX);
	parts = pick_int(span_cut(&rest, ','), 1, PARTS_MAX);
	if (part < 1 || parts < part)
		return;
	bracket_media(h, rest, GATE_VOICE, out, "JXTKR,0");
	out->media.series = pick_hash(name);
	out->media.part = (uint16_t)part;
	out->media.parts = (uint16_t)parts;
}

void
watch_media(const struct bracket *h, struct span word, struct span rest,
	    struct gate_out *out)
{
	if (span_is_z(word, "TK")) {
		bracket_media(h, rest, GATE_VOICE, out, "TK,0");
	} else if (span_is_z(word, "JXTK")) {
		part_read(h, rest, out);
	} else if (span_is_z(word, "img")) {
		span_cut(&rest, ',');
		span_cut(&rest, ',');
		/* it has no word for "not kept": it brings it again */
		bracket_media(h, rest, GATE_PHOTO, out, NULL);
	}
}

/* LEN has four digits, and counts the escapes. */
int
watch_say(const struct bracket *h, struct span content, struct gate_out *out)
{
	size_t n = 3 + bracket_escape(content, NULL, 0);

	if (!span_starts(content, SPAN("#!AMR\n")))
		return ERR_UNSUPPORTED;
	if (n > 0xffff)
		return ERR_TOO_BIG;
	gate_reply_printf(out, "[%.*s*%.*s*%.*s%s%04zx*TK,", (int)h->maker.n,
			  h->maker.p, (int)h->id.n, h->id.p, (int)h->idx.n,
			  h->idx.n ? h->idx.p : "", h->idx.n ? "*" : "", n);
	out->content_write = bracket_escape;
	strcpy(out->tail, "]");
	return 0;
}

int32_t
watch_accuracy(struct span rest)
{
	const char *comma = rest.n ? memrchr(rest.p, ',', rest.n) : NULL;
	struct span last = comma ? span_skip(rest, (size_t)(comma + 1 - rest.p)) : rest;
	double v = pick_double(last);

	return span_find(last, '.') >= 0 && v > 0 && v < 100000 ? (int32_t)ceil(v) : -1;
}
