/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own advisories as CAP 1.2, and Atom feeds of them. A message is numbered
 * within its advisory ("khi.1.42-0", "-1", …): an update or a cancel refers to all
 * that came before it. Training leaves as Exercise, always.
 */
#include "cap/inner.h"

#include "base/xml.h"

#include <stdio.h>

/* RFC 5646 tags of the four blocks. */
static const char *const tags[ADVISORY_LANGUAGES] = { "ur-PK", "sd-PK", "en", "zh" };

static const char *const tlp_words[] = { "",          "TLP:CLEAR",        "TLP:GREEN",
					 "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED" };

void
cap_time(struct buf *b, int64_t ms)
{
	time_format(b, ms);
	b->n -= strlen(".123Z"); /* CAP has whole seconds, and no Z */
	buf_add_z(b, "-00:00");
}

static void
element_time(struct buf *b, const char *name, int64_t ms)
{
	if (ms == TIME_NONE)
		return;
	buf_printf(b, "<%s>", name);
	cap_time(b, ms);
	buf_printf(b, "</%s>", name);
}

static void
identifier(struct buf *b, const struct advisory *a, int64_t revision)
{
	id_format(b, a->r.id);
	buf_add_c(b, '-');
	buf_i64(b, revision);
}

static void
write_references(struct buf *b, const struct advisory *a, const char *sender)
{
	json_t AUTO(auto_json) *log = json_read(span_of(a->sent_log), NULL);

	if (a->revision < 1)
		return;
	buf_add_z(b, "<references>");
	for (int64_t k = 0; k < a->revision; k++) {
		if (k)
			buf_add_c(b, ' ');
		xw_text(b, span_of(sender));
		buf_add_c(b, ',');
		identifier(b, a, k);
		buf_add_c(b, ',');
		cap_time(b, json_integer_value(json_array_get(log, (size_t)k)));
	}
	buf_add_z(b, "</references>");
}

static void
write_polygon(struct buf *b, const char *geojson)
{
	json_t AUTO(auto_json) *o = json_read(span_of(geojson), NULL);
	const json_t *ring = json_array_get(json_object_get(o, "coordinates"), 0);
	size_t n = json_array_size(ring);

	buf_add_z(b, "<polygon>");
	for (size_t k = 0; k < n; k++) {
		const json_t *p = json_array_get(ring, k);

		buf_printf(b, "%s%.7f,%.7f", k ? " " : "",
			   json_number_value(json_array_get(p, 1)),
			   json_number_value(json_array_get(p, 0)));
	}
	buf_add_z(b, "</polygon>");
}

static void
write_area(struct buf *b, const struct advisory *a)
{
	buf_add_z(b, "<area>");
	xw_element(b, "areaDesc", span_of(a->area_name ? a->area_name : "-"));
	if (a->polygon)
		write_polygon(b, a->polygon);
	if (a->centre.is_set)
		buf_printf(b, "<circle>%.7f,%.7f %.3f</circle>", geo_lat(&a->centre),
			   geo_lon(&a->centre),
			   a->radius_m > 0 ? (double)a->radius_m / 1000 : 0.0);
	buf_add_z(b, "</area>");
}

static void
write_info(struct buf *b, const struct advisory *a, int k, const char *sender_name)
{
	buf_printf(b, "<info><language>%s</language>", tags[k]);
	xw_element(b, "category", span_of(cap_categories[a->category]));
	xw_element(b, "event", span_of(a->event));
	if (a->response)
		xw_element(b, "responseType", span_of(cap_response_of(a->response)));
	xw_element(b, "urgency", span_of(cap_urgencies[a->urgency]));
	xw_element(b, "severity", span_of(cap_severities[a->severity]));
	xw_element(b, "certainty", span_of(cap_certainties[a->certainty]));
	element_time(b, "effective", a->issued_at);
	element_time(b, "onset", a->onset_at);
	element_time(b, "expires", a->expires_at);
	xw_element(b, "senderName", span_of(sender_name));
	xw_element(b, "headline", span_of(a->headline[k]));
	xw_element(b, "description", span_of(a->text[k]));
	xw_element(b, "instruction", span_of(a->instruction[k]));
	write_area(b, a);
	buf_add_z(b, "</info>");
}

void
cap_write(struct buf *b, const struct advisory *a, const char *sender,
	  const char *sender_name)
{
	bool is_public = a->tlp == TLP_CLEAR;
	int msg = a->state == ADVISORY_CANCELLED ? CAP_CANCEL
		  : a->revision > 0              ? CAP_UPDATE
						 : CAP_ALERT;

	buf_add_z(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<alert xmlns=\"" CAP_NS_12 "\"><identifier>");
	identifier(b, a, a->revision);
	buf_add_z(b, "</identifier>");
	xw_element(b, "sender", span_of(sender));
	element_time(b, "sent", a->sent_at);
	xw_element(b, "status",
		   span_of(cap_status_names[a->r.world == WORLD_LIVE ? CAP_ACTUAL
								     : CAP_EXERCISE]));
	xw_element(b, "msgType", span_of(cap_msg_names[msg]));
	xw_element(b, "source", span_of(a->sender)); /* of one taken over */
	xw_element(b, "scope",
		   span_of(cap_scope_names[is_public ? CAP_PUBLIC : CAP_RESTRICTED]));
	if (!is_public)
		xw_element(b, "restriction", span_of(tlp_words[a->tlp]));
	xw_element(b, "code", span_of(tlp_words[a->tlp]));
	if (msg == CAP_CANCEL)
		xw_element(b, "note", span_of(a->end_reason));
	else if (a->r.world != WORLD_LIVE)
		xw_element(b, "note", SPAN("Exercise: no action is asked for"));
	write_references(b, a, sender);
	for (int k = 0; k < ADVISORY_LANGUAGES; k++)
		if (a->headline[k] || a->text[k] || a->instruction[k])
			write_info(b, a, k, sender_name);
	buf_add_z(b, "</alert>\n");
}

/* --- Atom (RFC 4287) ----------------------------------------------------------- */

static void
atom_time(struct buf *b, const char *name, int64_t ms)
{
	buf_printf(b, "<%s>", name);
	time_format(b, ms);
	buf_printf(b, "</%s>", name);
}

static void
write_link(struct buf *b, const char *rel, const char *type, const char *base,
	   const char *path)
{
	buf_printf(b, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	xw_text(b, span_of(base));
	xw_text(b, span_of(path));
	buf_add_z(b, "\"/>");
}

void
cap_feed_open(struct buf *b, const struct cap_feed_head *h)
{
	buf_add_z(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<feed xmlns=\"http://www.w3.org/2005/Atom\">");
	xw_element(b, "id", span_of(h->id));
	xw_element(b, "title", span_of(h->title));
	atom_time(b, "updated", h->updated);
	buf_add_z(b, "<author>");
	xw_element(b, "name", span_of(h->title));
	buf_add_z(b, "</author>");
	write_link(b, "self", "application/atom+xml", h->base, h->self);
}

void
cap_feed_entry(struct buf *b, const struct cap_feed_head *h, const struct advisory *a)
{
	struct buf AUTO(buf_done) path = { 0 };
	const char *title = a->event;

	for (int k = 0; k < ADVISORY_LANGUAGES; k++)
		if (a->headline[k])
			title = a->headline[k];
	if (a->headline[2])
		title = a->headline[2];
	buf_add_z(&path, "/api/v1/advisories/");
	id_format(&path, a->r.id);
	buf_add_z(&path, ".cap");
	buf_add_z(b, "<entry><id>urn:kumak:");
	identifier(b, a, a->revision);
	buf_add_z(b, "</id>");
	xw_element(b, "title", span_of(title));
	atom_time(b, "updated", a->sent_at);
	write_link(b, "alternate", "application/cap+xml", h->base, path.p);
	buf_add_z(b, "</entry>");
}

void
cap_feed_close(struct buf *b)
{
	buf_add_z(b, "</feed>\n");
}
