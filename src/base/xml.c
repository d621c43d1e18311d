/* SPDX-License-Identifier: Apache-2.0 */
/* expat behind the doorway of xml.h. */
#include "base/xml.h"

#include "base/err.h"
#include "base/utf8.h"

#include <expat.h>
#include <stdio.h>

/* Deeper or larger than any alert or feed seen: the deepest has 9 levels. */
#define DEPTH_MAX 64
#define NODES_MAX 200000
#define ATTRS_MAX 400000
/* Stands between a namespace and a name; no name and no URI holds it. */
#define NS_SEPARATOR '\x1f'

struct reader {
	XML_Parser parser;
	struct arena *arena;
	struct xml_node *root, *at;
	struct xml_error *why;
	struct buf text; /* of the element that is open, until a tag comes */
	size_t nodes, attrs;
	unsigned depth;
	int rc;
};

static void
stop(struct reader *r, int rc, const char *text)
{
	if (r->rc < 0)
		return;
	r->rc = rc;
	r->why->line = (int)XML_GetCurrentLineNumber(r->parser);
	r->why->column = (int)XML_GetCurrentColumnNumber(r->parser) + 1;
	snprintf(r->why->text, sizeof r->why->text, "%s", text);
	XML_StopParser(r->parser, XML_FALSE);
}

static void
split_name(struct reader *r, const char *both, const char **ret_ns, const char **ret)
{
	const char *at = strchr(both, NS_SEPARATOR);

	*ret_ns = at ? arena_dup(r->arena, (struct span){ both, (size_t)(at - both) })
		     : "";
	*ret = arena_dup(r->arena, span_of(at ? at + 1 : both));
}

/* What is kept for a text of n bytes: text between many children grows by doubling,
 * or a small document would cost its square. */
static size_t
text_room(size_t n)
{
	size_t room = 32;

	while (n && room < n)
		room *= 2;
	return n ? room : 0;
}

/* What was said so far belongs to the open element. */
static void
settle_text(struct reader *r)
{
	struct xml_node *n = r->at;
	size_t whole = n ? n->text.n + r->text.n : 0;
	char *p;

	if (!n || !r->text.n)
		return;
	if (whole > text_room(n->text.n)) {
		p = arena_alloc(r->arena, text_room(whole));
		if (n->text.n)
			memcpy(p, n->text.p, n->text.n);
	} else {
		p = (char *)(uintptr_t)n->text.p;
	}
	memcpy(p + n->text.n, r->text.p, r->text.n);
	n->text = (struct span){ p, whole };
	buf_clear(&r->text);
}

static void
add_attrs(struct reader *r, struct xml_node *n, const char **list)
{
	struct xml_attr **tail = &n->attrs;

	for (; *list; list += 2) {
		struct xml_attr *a;

		if (++r->attrs > ATTRS_MAX) {
			stop(r, ERR_TOO_BIG, "too many attributes");
			return;
		}
		a = arena_new(r->arena, struct xml_attr);
		split_name(r, list[0], &a->ns, &a->name);
		a->value = span_of(arena_dup(r->arena, span_of(list[1])));
		*tail = a;
		tail = &a->next;
	}
}

static void XMLCALL
on_start(void *ctx, const char *name, const char **attrs)
{
	struct reader *r = ctx;
	struct xml_node *n;

	if (r->rc < 0)
		return;
	if (++r->nodes > NODES_MAX || ++r->depth > DEPTH_MAX) {
		stop(r, ERR_TOO_BIG, "too deep, or too many elements");
		return;
	}
	settle_text(r);
	n = arena_new(r->arena, struct xml_node);
	split_name(r, name, &n->ns, &n->name);
	n->line = (int)XML_GetCurrentLineNumber(r->parser);
	n->parent = r->at;
	if (!r->at)
		r->root = n;
	else if (r->at->last)
		r->at->last = r->at->last->next = n;
	else
		r->at->first = r->at->last = n;
	r->at = n;
	add_attrs(r, n, attrs);
}

static void XMLCALL
on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;

	(void)name;
	if (r->rc < 0)
		return;
	settle_text(r);
	r->depth--;
	r->at = r->at->parent;
}

static void XMLCALL
on_text(void *ctx, const char *s, int n)
{
	struct reader *r = ctx;

	if (r->rc == 0)
		buf_add(&r->text, s, (size_t)n);
}

static void XMLCALL
on_doctype(void *ctx, const char *name, const char *sysid, const char *pubid, int inner)
{
	(void)name, (void)sysid, (void)pubid, (void)inner;
	stop(ctx, ERR_DENIED, "a DOCTYPE is not taken");
}

int
xml_read(struct span in, struct arena *arena, struct xml_node **ret,
	 struct xml_error *why)
{
	struct reader r = { .arena = arena, .why = why };
	XML_Parser p = XML_ParserCreateNS(NULL, NS_SEPARATOR);

	*why = (struct xml_error){ 0 };
	if (!p)
		return ERR_NOMEM;
	r.parser = p;
	XML_SetUserData(p, &r);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	XML_SetStartDoctypeDeclHandler(p, on_doctype);
	if (in.n > INT32_MAX) {
		stop(&r, ERR_TOO_BIG, "too large");
	} else if (XML_Parse(p, in.p, (int)in.n, 1) == XML_STATUS_ERROR && r.rc == 0) {
		r.rc = ERR_SYNTAX;
		why->line = (int)XML_GetCurrentLineNumber(p);
		why->column = (int)XML_GetCurrentColumnNumber(p) + 1;
		snprintf(why->text, sizeof why->text, "%s",
			 XML_ErrorString(XML_GetErrorCode(p)));
	}
	XML_ParserFree(p);
	buf_done(&r.text);
	if (r.rc == 0)
		*ret = r.root;
	return r.rc;
}

const struct xml_node *
xml_child(const struct xml_node *n, const char *ns, const char *name)
{
	const struct xml_node *c = n->first;

	while (c && !xml_is(c, ns, name))
		c = c->next;
	return c;
}

struct span
xml_attr(const struct xml_node *n, const char *name)
{
	for (const struct xml_attr *a = n->attrs; a; a = a->next)
		if (!*a->ns && strcmp(a->name, name) == 0)
			return a->value;
	return (struct span){ 0 };
}

const struct xml_node *
xml_walk(const struct xml_node *top, const struct xml_node *at)
{
	if (at->first)
		return at->first;
	while (at != top && !at->next)
		at = at->parent;
	return at == top ? NULL : at->next;
}

void
xw_text(struct buf *b, struct span s)
{
	struct span rest = s;
	int32_t c;

	while ((c = utf8_next(&rest)) != -1) {
		if (c == '&')
			buf_add_z(b, "&amp;");
		else if (c == '<')
			buf_add_z(b, "&lt;");
		else if (c == '>')
			buf_add_z(b, "&gt;");
		else if (c == '"')
			buf_add_z(b, "&quot;");
		else if (c == '\r')
			buf_add_z(b, "&#13;");
		else if (c == '\t' || c == '\n' ||
			 (c >= 0x20 && c != 0xfffe && c != 0xffff))
			utf8_put(b, (uint32_t)c);
		else if (c == -2)
			buf_add_z(b, "\xef\xbf\xbd");
	}
}

void
xw_element(struct buf *b, const char *name, struct span s)
{
	if (!s.n)
		return;
	buf_printf(b, "<%s>", name);
	xw_text(b, s);
	buf_printf(b, "</%s>", name);
}
