/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts from outside become what the table of rules says: an advisory that waits for
 * a person, one that is issued at once, or a signal that rings in the room. An
 * exercise or a test goes to the training world and rings nowhere. What breaks a rule
 * of the standard always waits for a person.
 */
#include "cap/inner.h"

#include "base/crypt.h"
#include "base/utf8.h"

#define POLYGON_POINTS_MAX 2000 /* as many as the model takes */

/* --- the alert as fields of an advisory ------------------------------------------ */

static void
patch_cut(struct patch *p, size_t off, const char *text)
{
	const struct field *f = &p->noun->fields[field_at(p->noun, off)];
	size_t max = f->max ? (size_t)f->max : FIELD_STR_MAX;
	struct span s = span_trim(span_of(text));

	if (s.n > max)
		for (s.n = max; s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80;)
			s.n--; /* not within a character */
	if (s.n)
		patch_str(p, off, s);
}

/* Which of the four a block is in; English stands in for what we do not have. */
static int
slot_of(const struct cap_info *i)
{
	for (int k = 0; i->language && k < ADVISORY_LANGUAGES; k++)
		if (strncasecmp(i->language, advisory_languages[k], 2) == 0)
			return k;
	return 2;
}

static void
patch_texts(struct patch *p, const struct cap_alert *a)
{
	struct advisory *to = (struct advisory *)p->rec;

	for (const struct cap_info *i = a->infos.first; i; i = i->next) {
		int k = slot_of(i);

		if (to->headline[k])
			continue; /* the first block of a language is the one */
		patch_cut(p, offsetof(struct advisory, headline[k]),
			  i->headline ? i->headline : i->event);
		patch_cut(p, offsetof(struct advisory, text[k]), i->description);
		patch_cut(p, offsetof(struct advisory, instruction[k]), i->instruction);
	}
}

static void
patch_polygon(struct patch *p, const char *text)
{
	struct buf AUTO(buf_done) b = { 0 };
	struct span rest = span_of(text);
	size_t n = 0;

	buf_add_z(&b, "{\"type\":\"Polygon\",\"coordinates\":[[");
	while (rest.n) {
		struct span point;
		double lat, lon;

		rest = span_trim(rest);
		point.p = rest.p;
		for (point.n = 0;
		     point.n < rest.n && !strchr(" \t\r\n", rest.p[point.n]);)
			point.n++;
		rest = span_skip(rest, point.n);
		if (!span_to_double(span_cut(&point, ','), &lat) ||
		    !span_to_double(point, &lon) || ++n > POLYGON_POINTS_MAX)
			return;
		buf_printf(&b, "%s[%.7f,%.7f]", n > 1 ? "," : "", lon, lat);
	}
	buf_add_z(&b, "]]}");
	PATCH_STR(p, advisory, polygon, buf_span(&b));
}

static void
patch_area(struct patch *p, const struct cap_info *i)
{
	const struct cap_area *area = i ? i->areas.first : NULL;
	const struct cap_text *polygon, *circle;
	struct position centre;
	double km;

	if (!area)
		return;
	patch_cut(p, offsetof(struct advisory, area_name), area->desc);
	polygon = area->polygons.first;
	circle = area->circles.first;
	if (polygon && cap_polygon_is_good(polygon->text))
		patch_polygon(p, polygon->text);
	if (circle && cap_circle_read(circle->text, &centre, &km) && km <= 2000) {
		PATCH_POS(p, advisory, centre, centre);
		PATCH_INT(p, advisory, radius_m, (int64_t)(km * 1000));
	}
}

/* The block that decides: the most severe one. */
static const struct cap_info *
gravest(const struct cap_alert *a)
{
	const struct cap_info *best = a->infos.first;

	for (const struct cap_info *i = best; i; i = i->next)
		if (i->severity < best->severity)
			best = i;
	return best;
}

static void
patch_alert(struct patch *p, const struct cap_alert *a)
{
	const struct cap_info *i = gravest(a);
	const struct cap_pair *code = i ? i->event_codes.first : NULL;
	const struct cap_text *category = i ? i->categories.first : NULL;
	struct buf AUTO(buf_done) faults = { 0 };

	PATCH_STR(p, advisory, identifier, span_of(a->identifier));
	PATCH_STR(p, advisory, sender, span_of(a->sender));
	PATCH_INT(p, advisory, source_sent_at, a->sent);
	PATCH_STR(p, advisory, event, SPAN("alert"));
	PATCH_ENUM(p, advisory, category,
		   category ? enum_find(cap_categories, span_of(category->text)) : 12);
	PATCH_ENUM(p, advisory, severity, i ? i->severity : 5);
	PATCH_ENUM(p, advisory, urgency, i ? i->urgency : 5);
	PATCH_ENUM(p, advisory, certainty, i ? i->certainty : 5);
	if (i)
		patch_cut(p, offsetof(struct advisory, event), i->event);
	if (code)
		patch_cut(p, offsetof(struct advisory, event_code), code->value);
	if (i && i->expires != TIME_NONE)
		PATCH_INT(p, advisory, expires_at, i->expires);
	if (i && i->onset != TIME_NONE)
		PATCH_INT(p, advisory, onset_at, i->onset);
	patch_texts(p, a);
	patch_area(p, i);
	if (!a->faults.n)
		return;
	jw_open(&faults, '[');
	for (const struct cap_text *t = a->faults.first; t; t = t->next)
		jw_str(&faults, span_of(t->text));
	jw_close(&faults, ']');
	PATCH_STR(p, advisory, faults, buf_span(&faults));
}

/* --- by rule --------------------------------------------------------------- */

static const struct cap_rule *
better(const struct cap_rule *a, const struct cap_rule *b)
{
	return !a || (b && (b->rank < a->rank ||
			    (b->rank == a->rank && b->r.id.seq < a->r.id.seq)))
		       ? b
		       : a;
}

/* Asked for each block, by each of its codes and by its event. */
static const struct cap_rule *
rule_for(const struct model *m, const struct cap_alert *a)
{
	struct span sender = span_of(a->sender);
	const struct cap_rule *best = NULL;

	for (const struct cap_info *i = a->infos.first; i; i = i->next) {
		best = better(best,
			      cap_rule_for(m, sender, span_of(i->event), i->severity));
		for (const struct cap_pair *c = i->event_codes.first; c; c = c->next)
			best = better(best, cap_rule_for(m, sender, span_of(c->value),
							 i->severity));
	}
	return best;
}

/* Ours that an update or a cancel refers to; NULL: none. */
static struct advisory *
referred(const struct model *m, const struct cap_alert *a)
{
	struct span rest = span_of(a->references), sender, identifier;
	struct advisory *found = NULL;
	int64_t sent;

	while (cap_reference_next(&rest, &sender, &identifier, &sent)) {
		struct advisory *x = advisory_by_message(m, sender, identifier, sent);

		/* a sender speaks of its own messages only */
		if (x && span_is_z(sender, a->sender))
			found = x;
	}
	return found;
}

static void
press_key(struct buf *b, const struct cap_alert *a)
{
	struct buf AUTO(buf_done) k = { 0 };
	uint8_t h[HASH_BYTES];

	advisory_key(&k, span_of(a->sender), span_of(a->identifier), a->sent);
	crypt_hash(h, buf_span(&k), NULL);
	buf_add_z(b, "cap-");
	crypt_hex(b, h, 16);
}

static void
take_signal(struct decision *d, const struct cap_alert *a, struct cap_taken *ret)
{
	const struct cap_info *i = gravest(a);
	struct buf AUTO(buf_done) key = { 0 }, text = { 0 };
	struct press_args args = { .claimed_at = a->sent, .door = SPAN("cap") };
	const struct cap_area *area = i->areas.first;
	const struct cap_text *circle = area ? area->circles.first : NULL;
	struct press_result r;
	double km;

	press_key(&key, a);
	buf_printf(&text, "%s: %s", a->sender, i->headline ? i->headline : i->event);
	if (area)
		buf_printf(&text, " (%s)", area->desc);
	if (i->description)
		buf_printf(&text, "\n%s", i->description);
	args.key = buf_span(&key);
	args.kind = SPAN("alert");
	args.message = (struct span){ text.p, text.n < 3000 ? text.n : 3000 };
	while (args.message.n < text.n && args.message.n &&
	       ((unsigned char)text.p[args.message.n] & 0xc0) == 0x80)
		args.message.n--;
	if (circle)
		cap_circle_read(circle->text, &args.position, &km);
	if (signal_press(d, &args, &r) < 0)
		return;
	if (r.is_duplicate)
		ret->known++;
	else
		ret->signals++;
	ret->last = r.incident;
}

static int
take_advisory(struct decision *d, const struct cap_alert *a, int world, bool is_issued,
	      const struct cap_rule *rule, struct cap_taken *ret)
{
	struct advisory *old = a->msg_type == CAP_UPDATE ? referred(d->m, a) : NULL;
	struct patch p;
	int rc;

	patch_init(&p, &noun_advisory);
	patch_alert(&p, a);
	if (rule && rule->tlp)
		PATCH_ENUM(&p, advisory, tlp, rule->tlp);
	if (old)
		PATCH_ID(&p, advisory, replaces, old->r.id);
	rc = advisory_take(d, &p, world, is_issued, &ret->last);
	patch_done(&p);
	if (rc < 0)
		return rc;
	if (old && old->state == ADVISORY_PENDING)
		advisory_withdraw(d, old->r.id, false);
	if (advisory_stands(advisory_find(d->m, ret->last)))
		ret->issued++;
	else
		ret->pending++;
	return 0;
}

static int
take_one(struct decision *d, const struct cap_alert *a, struct cap_taken *ret)
{
	bool is_drill = a->status == CAP_EXERCISE || a->status == CAP_TEST;
	int world = is_drill ? WORLD_TRAINING : d->actor->world;
	const struct cap_rule *rule = rule_for(d->m, a);
	int outcome = rule ? rule->outcome : CAP_TO_PENDING;
	struct advisory *known = advisory_by_message(d->m, span_of(a->sender),
						     span_of(a->identifier), a->sent);

	if (known) {
		ret->known++;
		ret->last = known->r.id;
		return 0;
	}
	if ((a->status != CAP_ACTUAL && !is_drill) || a->msg_type >= CAP_ACK ||
	    outcome == CAP_TO_NOTHING) {
		ret->ignored++;
		return 0;
	}
	if (a->msg_type == CAP_CANCEL) {
		struct advisory *old = referred(d->m, a);

		if (!old || old->withdrawn ||
		    (old->state != ADVISORY_PENDING && !advisory_stands(old))) {
			ret->ignored++;
			return 0;
		}
		ret->cancelled++;
		ret->last = old->r.id;
		return advisory_withdraw(d, old->r.id, outcome == CAP_TO_ADVISORY);
	}
	if (a->faults.n || is_drill)
		outcome = CAP_TO_PENDING;
	if (outcome == CAP_TO_SIGNAL) {
		take_signal(d, a, ret);
		return 0;
	}
	return take_advisory(d, a, world, outcome == CAP_TO_ADVISORY, rule, ret);
}

int
cap_take(struct decision *d, const struct cap_alert *alerts, struct cap_taken *ret)
{
	*ret = (struct cap_taken){ 0 };
	for (const struct cap_alert *a = alerts; a; a = a->next) {
		int rc = take_one(d, a, ret);

		if (rc < 0)
			return rc;
	}
	return 0;
}
