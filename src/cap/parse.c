/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CAP 1.1 and 1.2 as tables: what may stand in an alert, in which order, how often,
 * of which form, and where it goes in struct cap_alert. Sources: the schemas of
 * OASIS CAP-v1.1 and CAP-v1.2 (os), sections 3.2 and 3.4.
 */
#include "cap/inner.h"

#include "base/xml.h"

#include <stdio.h>

const char *const cap_status_names[] = { "",     "Actual", "Exercise", "System",
					 "Test", "Draft",  NULL };
const char *const cap_msg_names[] = { "",    "Alert", "Update", "Cancel",
				      "Ack", "Error", NULL };
const char *const cap_scope_names[] = { "", "Public", "Restricted", "Private", NULL };
const char *const cap_categories[] = { "",         "Geo",       "Met",   "Safety",
				       "Security", "Rescue",    "Fire",  "Health",
				       "Env",      "Transport", "Infra", "CBRNE",
				       "Other",    NULL };
/* The last two came with 1.2. */
const char *const cap_responses[] = { "",        "Shelter",  "Evacuate", "Prepare",
				      "Execute", "Monitor",  "Assess",   "None",
				      "Avoid",   "AllClear", NULL };
const char *const cap_urgencies[] = { "",     "Immediate", "Expected", "Future",
				      "Past", "Unknown",   NULL };
const char *const cap_severities[] = { "",      "Extreme", "Severe", "Moderate",
				       "Minor", "Unknown", NULL };
const char *const cap_certainties[] = { "",         "Observed", "Likely", "Possible",
					"Unlikely", "Unknown",  NULL };

enum kind {
	K_TEXT,  /* const char * */
	K_TEXTS, /* a list of them */
	K_ENUM,  /* int */
	K_ENUMS, /* a list of their names */
	K_TIME,
	K_LANGUAGE,
	K_URI,
	K_INTEGER,
	K_DECIMAL, /* a text in 1.1 */
	K_PAIR,
	K_GROUP,
};

struct part {
	const char *name;
	enum kind kind;
	bool is_many;
	int needed_from; /* version; 0: never needed */
	size_t off;
	const char *const *values;
	const struct group *group;
};
struct group {
	const struct part *parts;
	size_t n, size;
};

#define P(T, tag, kind_, member, ...)                                          \
	{                                                                      \
		.name = tag, .kind = kind_, .off = offsetof(struct T, member), \
		__VA_ARGS__                                                    \
	}
#define NEED_IT .needed_from = 11
#define MANY .is_many = true

static const struct part resource_parts[] = {
	P(cap_resource, "resourceDesc", K_TEXT, desc, NEED_IT),
	P(cap_resource, "mimeType", K_TEXT, mime, .needed_from = 12),
	P(cap_resource, "size", K_INTEGER, size),
	P(cap_resource, "uri", K_URI, uri),
	P(cap_resource, "derefUri", K_TEXT, deref_uri),
	P(cap_resource, "digest", K_TEXT, digest),
};
static const struct group resource_group = { resource_parts, ARRAY_LEN(resource_parts),
					     sizeof(struct cap_resource) };

static const struct part area_parts[] = {
	P(cap_area, "areaDesc", K_TEXT, desc, NEED_IT),
	P(cap_area, "polygon", K_TEXTS, polygons, MANY),
	P(cap_area, "circle", K_TEXTS, circles, MANY),
	P(cap_area, "geocode", K_PAIR, geocodes, MANY),
	P(cap_area, "altitude", K_DECIMAL, altitude),
	P(cap_area, "ceiling", K_DECIMAL, ceiling),
};
static const struct group area_group = { area_parts, ARRAY_LEN(area_parts),
					 sizeof(struct cap_area) };

static const struct part info_parts[] = {
	P(cap_info, "language", K_LANGUAGE, language),
	P(cap_info, "category", K_ENUMS, categories, NEED_IT, MANY,
	  .values = cap_categories),
	P(cap_info, "event", K_TEXT, event, NEED_IT),
	P(cap_info, "responseType", K_ENUMS, responses, MANY, .values = cap_responses),
	P(cap_info, "urgency", K_ENUM, urgency, NEED_IT, .values = cap_urgencies),
	P(cap_info, "severity", K_ENUM, severity, NEED_IT, .values = cap_severities),
	P(cap_info, "certainty", K_ENUM, certainty, NEED_IT, .values = cap_certainties),
	P(cap_info, "audience", K_TEXT, audience),
	P(cap_info, "eventCode", K_PAIR, event_codes, MANY),
	P(cap_info, "effective", K_TIME, effective),
	P(cap_info, "onset", K_TIME, onset),
	P(cap_info, "expires", K_TIME, expires),
	P(cap_info, "senderName", K_TEXT, sender_name),
	P(cap_info, "headline", K_TEXT, headline),
	P(cap_info, "description", K_TEXT, description),
	P(cap_info, "instruction", K_TEXT, instruction),
	P(cap_info, "web", K_URI, web),
	P(cap_info, "contact", K_TEXT, contact),
	P(cap_info, "parameter", K_PAIR, parameters, MANY),
	P(cap_info, "resource", K_GROUP, resources, MANY, .group = &resource_group),
	P(cap_info, "area", K_GROUP, areas, MANY, .group = &area_group),
};
static const struct group info_group = { info_parts, ARRAY_LEN(info_parts),
					 sizeof(struct cap_info) };

static const struct part alert_parts[] = {
	P(cap_alert, "identifier", K_TEXT, identifier, NEED_IT),
	P(cap_alert, "sender", K_TEXT, sender, NEED_IT),
	P(cap_alert, "sent", K_TIME, sent, NEED_IT),
	P(cap_alert, "status", K_ENUM, status, NEED_IT, .values = cap_status_names),
	P(cap_alert, "msgType", K_ENUM, msg_type, NEED_IT, .values = cap_msg_names),
	P(cap_alert, "source", K_TEXT, source),
	P(cap_alert, "scope", K_ENUM, scope, NEED_IT, .values = cap_scope_names),
	P(cap_alert, "restriction", K_TEXT, restriction),
	P(cap_alert, "addresses", K_TEXT, addresses),
	P(cap_alert, "code", K_TEXTS, codes, MANY),
	P(cap_alert, "note", K_TEXT, note),
	P(cap_alert, "references", K_TEXT, references),
	P(cap_alert, "incidents", K_TEXT, incidents),
	P(cap_alert, "info", K_GROUP, infos, MANY, .group = &info_group),
};
static const struct group alert_group = { alert_parts, ARRAY_LEN(alert_parts),
					  sizeof(struct cap_alert) };

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"

struct parser {
	struct arena *arena;
	struct cap_error *why;
	const char *ns;
	int version;
	int rc;
};

static int
bad(struct parser *p, const struct xml_node *n, const char *fmt, const char *what)
{
	if (p->rc == 0) {
		p->rc = ERR_SYNTAX;
		p->why->line = n->line;
		snprintf(p->why->text, sizeof p->why->text, fmt, n->name, what);
	}
	return ERR_SYNTAX;
}

/* --- values ---------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span
trimmed(struct span s)
{
	while (s.n && is_blank(s.p[0]))
		s = span_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool
has_attrs(const struct xml_node *n)
{
	for (const struct xml_attr *a = n->attrs; a; a = a->next)
		if (strcmp(a->ns, XSI) != 0)
			return true;
	return false;
}

/* xs:language: 1 to 8 letters, then groups of letters and digits. */
static bool
is_language(struct span s)
{
	size_t in_part = 0;
	bool is_first = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (c == '-' && in_part) {
			in_part = 0;
			is_first = false;
		} else if ((!is_letter && (is_first || c < '0' || c > '9')) ||
			   ++in_part > 8) {
			return false;
		}
	}
	return in_part > 0;
}

static bool
is_integer(struct span s)
{
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = span_skip(s, 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool
is_decimal(struct span s)
{
	size_t dots = 0, digits = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = span_skip(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else
			return false;
	}
	return dots <= 1 && digits > 0;
}

/* 1.2 asks for "2002-05-24T16:49:00-07:00" to the byte; 1.1 for any xs:dateTime,
 * also one without an offset, which is taken as UTC and told as a fault. */
static int
read_time(struct parser *p, struct span s, int64_t *ret)
{
	char z[48]; /* the longest that has a meaning, and a Z */
	bool has_zone;

	if (s.n < 19 || s.n > 40 || s.p[10] != 'T' ||
	    (p->version >= 12 && (s.n != 25 || (s.p[19] != '-' && s.p[19] != '+'))))
		return ERR_SYNTAX;
	has_zone = s.p[s.n - 1] == 'Z' ||
		   (s.n > 24 && (s.p[s.n - 6] == '-' || s.p[s.n - 6] == '+'));
	snprintf(z, sizeof z, SPAN_FMT "%s", SPAN_ARG(s), has_zone ? "" : "Z");
	return time_parse(span_of(z), ret);
}

static int
read_enum(struct parser *p, const struct part *part, const struct xml_node *n)
{
	int v = enum_find(part->values, n->text);

	if (p->version < 12 && part->values == cap_responses &&
	    v >= CAP_RESPONSES_OF_12)
		v = 0;
	if (!v)
		bad(p, n, "%s: \"%.60s\" is no value of it",
		    arena_dup(p->arena, n->text));
	return v;
}

void
cap_list_add(struct cap_list *l, void *item)
{
	if (l->last)
		*(void **)l->last = item;
	else
		l->first = item;
	l->last = item;
	l->n++;
}

void
cap_text_add(struct cap_list *l, struct arena *arena, const char *text)
{
	struct cap_text *t = arena_new(arena, struct cap_text);

	t->text = text;
	cap_list_add(l, t);
}

static int
read_pair(struct parser *p, const struct xml_node *n, struct cap_list *to)
{
	struct cap_pair *pair = arena_new(p->arena, struct cap_pair);
	const struct xml_node *name = n->first, *value = name ? name->next : NULL;

	if (!name || !xml_is(name, p->ns, "valueName") || !value ||
	    !xml_is(value, p->ns, "value") || value->next || name->first ||
	    value->first || has_attrs(name) || has_attrs(value))
		return bad(p, n, "%s: wants valueName and value%s", "");
	pair->name = arena_dup(p->arena, name->text);
	pair->value = arena_dup(p->arena, value->text);
	cap_list_add(to, pair);
	return 0;
}

static int
read_simple(struct parser *p, const struct part *part, const struct xml_node *n,
	    void *at)
{
	struct span s = trimmed(n->text);
	const char *text = arena_dup(p->arena, n->text);
	bool is_good = true;
	int v;

	switch (part->kind) {
	case K_ENUM:
	case K_ENUMS:
		v = read_enum(p, part, n);
		if (!v)
			return ERR_SYNTAX;
		if (part->kind == K_ENUM)
			*(int *)at = v;
		else
			cap_text_add(at, p->arena, part->values[v]);
		return 0;
	case K_TEXTS:
		cap_text_add(at, p->arena, text);
		return 0;
	case K_TIME:
		if (read_time(p, s, at) < 0)
			return bad(p, n, "%s: \"%.60s\" is no time with an offset",
				   text);
		return 0;
	case K_LANGUAGE:
		is_good = is_language(s);
		text = arena_dup(p->arena, s);
		break;
	case K_INTEGER:
		is_good = is_integer(s);
		break;
	case K_DECIMAL:
		is_good = p->version < 12 || is_decimal(s);
		break;
	default:
		break;
	}
	if (!is_good)
		return bad(p, n, "%s: \"%.60s\" has not the form of it", text);
	*(const char **)at = text;
	return 0;
}

/* --- groups ---------------------------------------------------------------- */

static int read_group(struct parser *p, const struct group *g, const struct xml_node *n,
		      void *into);

static void
times_none(const struct group *g, void *into)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->parts[i].kind == K_TIME)
			*(int64_t *)((char *)into + g->parts[i].off) = TIME_NONE;
}

static int
read_part(struct parser *p, const struct part *part, const struct xml_node *n,
	  void *into)
{
	void *at = (char *)into + part->off, *item;

	if (has_attrs(n))
		return bad(p, n, "%s: has an attribute, which it may not%s", "");
	if (part->kind == K_PAIR)
		return read_pair(p, n, at);
	if (part->kind != K_GROUP) {
		if (n->first)
			return bad(p, n, "%s: holds the element %.60s", n->first->name);
		return read_simple(p, part, n, at);
	}
	item = arena_alloc(p->arena, part->group->size);
	times_none(part->group, item);
	cap_list_add(at, item);
	return read_group(p, part->group, n, item);
}

static bool
is_needed(const struct parser *p, const struct part *part)
{
	return part->needed_from && p->version >= part->needed_from;
}

/* A sequence of the schema: each part in its turn, often or once. */
static int
read_group(struct parser *p, const struct group *g, const struct xml_node *n,
	   void *into)
{
	size_t at = 0, seen = 0; /* seen: how often parts[at] came */
	const struct xml_node *c = n->first;

	if (trimmed(n->text).n)
		return bad(p, n, "%s: has text between its elements%s", "");
	for (; c; c = c->next) {
		if (strcmp(c->ns, p->ns) != 0)
			break;
		while (at < g->n && strcmp(g->parts[at].name, c->name) != 0) {
			if (is_needed(p, &g->parts[at]) && !seen)
				return bad(p, n, "%s: lacks %s before what follows",
					   g->parts[at].name);
			at++;
			seen = 0;
		}
		if (at == g->n || (seen && !g->parts[at].is_many))
			return bad(p, c, "%s: does not stand here%s", "");
		seen++;
		if (read_part(p, &g->parts[at], c, into) < 0)
			return ERR_SYNTAX;
	}
	for (; at < g->n; at++, seen = 0)
		if (is_needed(p, &g->parts[at]) && !seen)
			return bad(p, n, "%s: lacks %s", g->parts[at].name);
	/* after all of its own, 1.2 lets signatures follow an alert */
	for (; c; c = c->next) {
		if (g != &alert_group || p->version < 12 || strcmp(c->ns, DSIG) != 0)
			return bad(p, c, "%s: does not stand here%s", "");
		((struct cap_alert *)into)->is_signed = true;
	}
	return 0;
}

static int
read_alert(struct parser *p, const struct xml_node *n, struct cap_alert **ret)
{
	struct cap_alert *a = arena_new(p->arena, struct cap_alert);
	const struct xml_node *sent;

	p->version = strcmp(n->ns, CAP_NS_12) == 0   ? 12
		     : strcmp(n->ns, CAP_NS_11) == 0 ? 11
						     : 0;
	if (!p->version)
		return bad(p, n, "%s: of the namespace \"%.90s\" is not CAP 1.1 or 1.2",
			   n->ns);
	p->ns = n->ns;
	a->version = p->version;
	times_none(&alert_group, a);
	if (has_attrs(n))
		return bad(p, n, "%s: has an attribute, which it may not%s", "");
	if (read_group(p, &alert_group, n, a) < 0)
		return ERR_SYNTAX;
	sent = xml_child(n, n->ns, "sent");
	a->sent_text = arena_dup(p->arena, trimmed(sent->text));
	cap_check(a, p->arena);
	*ret = a;
	return 0;
}

int
cap_read_node(const struct xml_node *top, struct arena *arena, struct cap_alert **ret,
	      struct cap_error *why)
{
	struct parser p = { .arena = arena, .why = why };
	struct cap_alert *first = NULL, **tail = &first;

	for (const struct xml_node *n = top; n; n = xml_walk(top, n)) {
		if (strcmp(n->name, "alert") != 0)
			continue;
		if (read_alert(&p, n, tail) < 0)
			return p.rc;
		tail = &(*tail)->next;
	}
	*ret = first;
	return 0;
}

int
cap_read(struct span in, struct arena *arena, struct cap_alert **ret,
	 struct cap_error *why)
{
	struct xml_error xe;
	struct xml_node *root;
	int rc = xml_read(in, arena, &root, &xe);

	*why = (struct cap_error){ 0 };
	if (rc < 0) {
		why->line = xe.line;
		snprintf(why->text, sizeof why->text, "%s", xe.text);
		return rc;
	}
	return cap_read_node(root, arena, ret, why);
}
