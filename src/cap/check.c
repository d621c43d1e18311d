/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of the standard's text that its schema cannot say. Source: OASIS CAP-v1.2
 * (os), 3.2.1 to 3.2.4 and 3.3; each fault names its element.
 */
#include "cap/inner.h"

#include <math.h>
#include <stdio.h>

static void
fault(struct cap_alert *a, struct arena *arena, const char *text)
{
	if (a->faults.n < 16) /* who reads more? */
		cap_text_add(&a->faults, arena, text);
}

static bool
is_empty(const char *z)
{
	return !z || !z[strspn(z, " \t\r\n")];
}

/* --- places ---------------------------------------------------------------- */

static struct span
next_word(struct span *rest)
{
	struct span word;
	size_t n = 0;

	while (rest->n && strchr(" \t\r\n", rest->p[0]))
		*rest = span_skip(*rest, 1);
	while (n < rest->n && !strchr(" \t\r\n", rest->p[n]))
		n++;
	word = (struct span){ rest->p, n };
	*rest = span_skip(*rest, n);
	return word;
}

static bool
read_point(struct span s, struct position *ret)
{
	struct span lat = span_cut(&s, ',');
	double y, x;

	return lat.n && s.n && span_to_double(lat, &y) && span_to_double(s, &x) &&
	       geo_position(y, x, ret);
}

bool
cap_polygon_is_good(const char *text)
{
	struct span rest = span_of(text), word;
	struct position first = { 0 }, at = { 0 };
	size_t n = 0;

	for (word = next_word(&rest); word.n; word = next_word(&rest)) {
		if (!read_point(word, &at))
			return false;
		if (!n++)
			first = at;
	}
	return n >= 4 && first.lat_e7 == at.lat_e7 && first.lon_e7 == at.lon_e7;
}

bool
cap_circle_read(const char *text, struct position *ret_centre, double *ret_km)
{
	struct span rest = span_of(text);
	struct span point = next_word(&rest), radius = next_word(&rest);

	return read_point(point, ret_centre) && span_to_double(radius, ret_km) &&
	       *ret_km >= 0 && isfinite(*ret_km) && !next_word(&rest).n;
}

static void
check_area(struct cap_alert *a, const struct cap_area *area, struct arena *arena)
{
	struct position centre;
	double km;

	if (is_empty(area->desc))
		fault(a, arena, "areaDesc: is empty");
	for (const struct cap_text *t = area->polygons.first; t; t = t->next)
		if (!cap_polygon_is_good(t->text))
			fault(a, arena,
			      "polygon: wants four or more points within the earth, "
			      "the first again at the end");
	for (const struct cap_text *t = area->circles.first; t; t = t->next)
		if (!cap_circle_read(t->text, &centre, &km))
			fault(a, arena, "circle: wants a point and a radius");
	if (area->ceiling && !area->altitude)
		fault(a, arena, "ceiling: stands without altitude");
}

/* --- the rest -------------------------------------------------------------- */

bool
cap_reference_next(struct span *rest, struct span *ret_sender,
		   struct span *ret_identifier, int64_t *ret_sent)
{
	struct span was = *rest, word = next_word(rest), s = word;

	if (!word.n)
		return false;
	*ret_sender = span_cut(&s, ',');
	*ret_identifier = span_cut(&s, ',');
	if (ret_sender->n && ret_identifier->n && time_parse(s, ret_sent) == 0)
		return true;
	*rest = was;
	return false;
}

static void
check_references(struct cap_alert *a, struct arena *arena)
{
	struct span rest = span_of(a->references), sender, identifier;
	bool is_needed = a->msg_type != CAP_ALERT;
	size_t n = 0;
	int64_t sent;

	while (cap_reference_next(&rest, &sender, &identifier, &sent))
		n++;
	if (next_word(&rest).n)
		fault(a, arena, "references: wants sender,identifier,sent");
	else if (!n && a->references)
		fault(a, arena, "references: names no alert");
	else if (!n && is_needed)
		fault(a, arena, "references: this msgType needs them");
}

/* No white space, comma or restricted character (3.2.1). */
static bool
is_name(const char *z)
{
	return *z && !z[strcspn(z, " \t\r\n,<&")];
}

static void
check_info(struct cap_alert *a, const struct cap_info *i, struct arena *arena)
{
	if (is_empty(i->event))
		fault(a, arena, "event: is empty");
	if (i->expires != TIME_NONE && i->effective != TIME_NONE &&
	    i->expires < i->effective)
		fault(a, arena, "expires: lies before effective");
	if (i->web && !strchr(i->web, ':'))
		fault(a, arena, "web: wants a full address");
	for (const struct cap_resource *r = i->resources.first; r; r = r->next) {
		if (r->mime && !strchr(r->mime, '/'))
			fault(a, arena, "mimeType: wants type/subtype");
		if (r->digest && strlen(r->digest) != 40)
			fault(a, arena, "digest: wants the 40 digits of a SHA-1");
		if (r->size && r->size[0] == '-')
			fault(a, arena, "size: is below nothing");
	}
	for (const struct cap_area *r = i->areas.first; r; r = r->next)
		check_area(a, r, arena);
}

void
cap_check(struct cap_alert *a, struct arena *arena)
{
	const char *zone = a->sent_text + strlen(a->sent_text);

	if (!is_name(a->identifier))
		fault(a, arena, "identifier: is empty, or has a blank or a comma");
	if (!is_name(a->sender))
		fault(a, arena, "sender: is empty, or has a blank or a comma");
	if (strlen(a->sent_text) < 25 || (zone[-6] != '-' && zone[-6] != '+'))
		fault(a, arena, "sent: wants seconds and an offset, not Z");
	if (a->scope == CAP_RESTRICTED && is_empty(a->restriction))
		fault(a, arena, "restriction: scope Restricted needs it");
	/* many senders leave it empty, which says nothing */
	if (a->scope != CAP_RESTRICTED && !is_empty(a->restriction))
		fault(a, arena, "restriction: belongs to scope Restricted");
	if (a->scope == CAP_PRIVATE && is_empty(a->addresses))
		fault(a, arena, "addresses: scope Private needs them");
	check_references(a, arena);
	for (const struct cap_info *i = a->infos.first; i; i = i->next)
		check_info(a, i, arena);
}
