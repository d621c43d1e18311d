/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from the events of a register: the list of threat levels, the list
 * of looks from outside, and what a visit says of its post. The lists are made of
 * the events alone, newest first, and bounded: the journal has all of them.
 */
#include "model/derive.h"

#include "base/auto.h"

#include <stdlib.h>

/* What a field of JSON holds (field_json.c), with room for one more entry. */
#define LIST_BYTES 60000
#define LIST_MAX 200

static void
put_text(json_t *o, const char *key, const char *z)
{
	if (z)
		json_object_set_new(o, key, json_string(z));
}

static void
put_time(json_t *o, const char *key, int64_t ms)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (ms == TIME_NONE)
		return;
	time_format(&b, ms);
	put_text(o, key, b.p);
}

static void
put_id(json_t *o, const char *key, struct id id)
{
	struct buf AUTO(buf_done) b = { 0 };

	if (!id_is_set(id))
		return;
	id_format(&b, id);
	put_text(o, key, b.p);
}

/* Takes entry. The text is what the field's own writer would make of it. */
static void
add_first(char **list, json_t *entry)
{
	json_t *v = *list ? json_read(span_of(*list), NULL) : NULL;
	char *text;

	if (!json_is_array(v)) {
		json_decref(v);
		v = json_array();
	}
	json_array_insert_new(v, 0, entry);
	while (json_array_size(v) > LIST_MAX)
		json_array_remove(v, json_array_size(v) - 1);
	text = json_dumps(v, JSON_COMPACT);
	while (text && strlen(text) > LIST_BYTES) {
		free(text);
		json_array_remove(v, json_array_size(v) - 1);
		text = json_dumps(v, JSON_COMPACT);
	}
	json_decref(v);
	free(*list);
	*list = text;
}

static json_t *
level_entry(const struct book *b)
{
	json_t *o = json_object();

	put_text(o, "level", threat_level_names[b->level]);
	put_text(o, "reason", b->level_reason);
	put_time(o, "from", b->level_from);
	put_time(o, "at", b->level_at);
	put_text(o, "by", b->level_name);
	return o;
}

static json_t *
look_entry(const struct event *e, const struct book *b)
{
	json_t *o = json_object();

	put_time(o, "at", e->at);
	put_id(o, "account", b->opened_by);
	put_text(o, "name", b->opened_name);
	put_id(o, "agency", b->opened_agency);
	put_text(o, "what", b->opened_what);
	put_id(o, "incident", b->opened_incident);
	return o;
}

void
derive_book(const struct event *e, struct book *b)
{
	if (e->type == EVENT_REGISTER_THREAT_SET)
		add_first(&b->levels, level_entry(b));
	else if (e->type == EVENT_REGISTER_OPENED)
		add_first(&b->openings, look_entry(e, b));
}

static void
set_text(char **z, const char *text)
{
	free(*z);
	*z = text ? span_dup(span_of(text)) : NULL;
}

void
derive_visit(struct model *m, const struct event *e, const struct visit *v)
{
	struct point *p = point_find(m, v->point);

	if (!p)
		return;
	if (v->state == VISIT_MISSED) {
		p->round = ROUND_MISSED;
		p->missed_in_row = v->missed_in_row;
		p->due_at = v->next_due_at;
	} else {
		p->checked_at = v->at;
		set_text(&p->checked_name, v->by_name);
		p->missed_in_row = 0;
		if (v->state != VISIT_EXTRA) {
			p->round = ROUND_ON_TIME;
			p->due_at = v->next_due_at;
		}
	}
	model_touch(m, &p->r, e->seq);
}

static void
refer(struct event *e, struct id agency, struct id site)
{
	e->agency = agency;
	e->site = site;
}

static void
refs_of_book(struct event *e, const struct book *b)
{
	refer(e, b->agency, b->site);
	if (e->type == EVENT_REGISTER_OPENED)
		e->incident = b->opened_incident;
	else if (e->type == EVENT_REGISTER_ASKED ||
		 e->type == EVENT_REGISTER_APPROVED || e->type == EVENT_REGISTER_ENDED)
		e->incident = b->glass_incident;
}

bool
refs_of_register(struct event *e, const struct record *rec)
{
	switch (event_infos[e->type].noun) {
	case NOUN_BOOK:
		refs_of_book(e, (const struct book *)rec);
		break;
	case NOUN_PLAN:
		refer(e, ((const struct plan *)rec)->agency,
		      ((const struct plan *)rec)->site);
		break;
	case NOUN_POINT:
		refer(e, ((const struct point *)rec)->agency,
		      ((const struct point *)rec)->site);
		break;
	case NOUN_VISIT:
		refer(e, ((const struct visit *)rec)->agency,
		      ((const struct visit *)rec)->site);
		break;
	case NOUN_REVIEW:
		refer(e, ((const struct review *)rec)->agency,
		      ((const struct review *)rec)->site);
		break;
	case NOUN_FINDING:
		refer(e, ((const struct finding *)rec)->agency,
		      ((const struct finding *)rec)->site);
		break;
	default:
		return false;
	}
	return true;
}
