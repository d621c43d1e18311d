/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an Atom feed of alerts (RFC 4287): its entries, each with the address of
 * its alert or with the alert itself. Nothing is fetched here: whoever brings the
 * feed brings the alerts too.
 */
#include "cap/inner.h"

#include "base/xml.h"

#include <stdio.h>

#define ATOM "http://www.w3.org/2005/Atom"

static const char *
text_of(const struct xml_node *n, const char *name, struct arena *arena)
{
	const struct xml_node *c = xml_child(n, ATOM, name);

	return c ? arena_dup(arena, span_trim(c->text)) : NULL;
}

/* The link that is an alert; else the first that is no other thing. */
static const char *
link_of(const struct xml_node *entry, struct arena *arena)
{
	const struct xml_node *best = NULL;

	for (const struct xml_node *c = entry->first; c; c = c->next) {
		struct span rel = xml_attr(c, "rel"), type = xml_attr(c, "type");

		if (!xml_is(c, ATOM, "link") || !xml_attr(c, "href").n ||
		    (rel.n && !span_is_z(rel, "alternate")))
			continue;
		if (span_is_z(type, "application/cap+xml")) {
			best = c;
			break;
		}
		if (!best)
			best = c;
	}
	return best ? arena_dup(arena, xml_attr(best, "href")) : NULL;
}

static int
read_entry(const struct xml_node *n, struct arena *arena, struct cap_list *to,
	   struct cap_error *why)
{
	struct cap_entry *e = arena_new(arena, struct cap_entry);

	e->id = text_of(n, "id", arena);
	e->title = text_of(n, "title", arena);
	e->updated = text_of(n, "updated", arena);
	e->link = link_of(n, arena);
	cap_list_add(to, e);
	return cap_read_node(n, arena, &e->alert, why);
}

int
cap_feed_read(struct span in, struct arena *arena, struct cap_list *ret,
	      struct cap_error *why)
{
	struct xml_error xe;
	struct xml_node *root;
	struct cap_list list = { 0 };
	int rc = xml_read(in, arena, &root, &xe);

	*why = (struct cap_error){ 0 };
	if (rc < 0) {
		why->line = xe.line;
		snprintf(why->text, sizeof why->text, "%s", xe.text);
		return rc;
	}
	if (!xml_is(root, ATOM, "feed") && !xml_is(root, ATOM, "entry")) {
		snprintf(why->text, sizeof why->text, "%.60s is no Atom feed",
			 root->name);
		return ERR_SYNTAX;
	}
	if (xml_is(root, ATOM, "entry"))
		rc = read_entry(root, arena, &list, why);
	for (const struct xml_node *c = root->first; c && rc == 0; c = c->next)
		if (xml_is(c, ATOM, "entry"))
			rc = read_entry(c, arena, &list, why);
	if (rc == 0)
		*ret = list;
	return rc;
}
