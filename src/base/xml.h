/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML from outside, read by expat into a small tree in an arena. A DOCTYPE is
 * refused at once, so there are no entities but the five and no files to fetch.
 * Depth, nodes and attributes are bounded. Out: text with what must be escaped.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

struct xml_attr {
	const char *ns, *name; /* ns: "" for none */
	struct span value;
	struct xml_attr *next;
};

struct xml_node {
	const char *ns, *name;
	struct span text; /* its own character data, without that of its children */
	int line;
	struct xml_attr *attrs;
	struct xml_node *first, *last, *next, *parent;
};

struct xml_error {
	int line, column;
	char text[160];
};

/* ERR_DENIED: it has a DOCTYPE. ERR_SYNTAX, ERR_TOO_BIG, with *why (not NULL). */
int xml_read(struct span in, struct arena *arena, struct xml_node **ret,
	     struct xml_error *why);

static inline bool
xml_is(const struct xml_node *n, const char *ns, const char *name)
{
	return strcmp(n->name, name) == 0 && strcmp(n->ns, ns) == 0;
}

/* The first child of that name, or NULL. */
const struct xml_node *xml_child(const struct xml_node *n, const char *ns,
				 const char *name);
/* The value of an attribute without namespace; empty p when absent. */
struct span xml_attr(const struct xml_node *n, const char *name);
/* The next node in document order below `top`; NULL: it was the last. */
const struct xml_node *xml_walk(const struct xml_node *top, const struct xml_node *at);

/* Character data or an attribute's value. What XML cannot hold is left out. */
void xw_text(struct buf *b, struct span s);
/* <name>text</name>; left out when s is empty. */
void xw_element(struct buf *b, const char *name, struct span s);
