/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a feed of alerts, Atom (RFC 4287) or RSS 2.0: its entries, each with the
 * address of its alert or with the alert itself. Nothing is fetched here (reader.c).
 */
#include "cap/inner.h"

#include "base/xml.h"

#include <stdio.h>

#define ATOM "http://www.w3.org/2005/Atom"

static const char *
text_of(const struct xml_node *n, const char *ns, const char *name, struct arena *arena)
{
	const struct xml_node *c = xml_child(n, ns, name);

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
		    (rel.n && !span_is_z(rel, "alternate")) ||
		    span_is_z(type, "text/html"))
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

/* The alert that it holds, or why none can be read. */
static void
read_alert(const struct xml_node *n, struct arena *arena, struct cap_entry *e)
{
	struct cap_error why = { 0 };

	e->fault = "";
	if (cap_read_node(n, arena, &e->alert, &why) == 0)
		return;
	e->alert = NULL;
	e->fault = arena_printf(arena, "line %d: %s", why.line, why.text);
}

static void
read_entry(const struct xml_node *n, struct arena *arena, struct cap_list *to)
{
	struct cap_entry *e = arena_new(arena, struct cap_entry);

	e->id = text_of(n, ATOM, "id", arena);
	e->title = text_of(n, ATOM, "title", arena);
	e->updated = text_of(n, ATOM, "updated", arena);
	e->link = link_of(n, arena);
	read_alert(n, arena, e);
	cap_list_add(to, e);
}

static void
read_item(const struct xml_node *n, struct arena *arena, struct cap_list *to)
{
	struct cap_entry *e = arena_new(arena, struct cap_entry);
	const struct xml_node *file = xml_child(n, "", "enclosure");

	e->id = text_of(n, "", "guid", arena);
	e->title = text_of(n, "", "title", arena);
	e->updated = text_of(n, "", "pubDate", arena);
	if (file && span_is_z(xml_attr(file, "type"), "application/cap+xml"))
		e->link = arena_dup(arena, xml_attr(file, "url"));
	else
		e->link = text_of(n, "", "link", arena);
	read_alert(n, arena, e);
	cap_list_add(to, e);
}

int
cap_feed_read(struct span in, struct arena *arena, struct cap_list *ret,
	      struct cap_error *why)
{
	struct xml_error xe;
	struct xml_node *root;
	const struct xml_node *top;
	int rc = xml_read(in, arena, &root, &xe);

	*why = (struct cap_error){ 0 };
	if (rc < 0) {
		why->line = xe.line;
		snprintf(why->text, sizeof why->text, "%s", xe.text);
		return rc;
	}
	top = xml_is(root, "", "rss") ? xml_child(root, "", "channel") : root;
	if (!top || (top == root && !xml_is(root, ATOM, "feed") &&
		     !xml_is(root, ATOM, "entry"))) {
		snprintf(why->text, sizeof why->text, "%.60s is no feed", root->name);
		return ERR_SYNTAX;
	}
	*ret = (struct cap_list){ 0 };
	if (xml_is(top, ATOM, "entry"))
		read_entry(top, arena, ret);
	for (const struct xml_node *c = top->first; c; c = c->next)
		if (xml_is(c, ATOM, "entry"))
			read_entry(c, arena, ret);
		else if (top != root && xml_is(c, "", "item"))
			read_item(c, arena, ret);
	return 0;
}
