/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meetings and matters as callers may see them. Lists of people are made for the one
 * who asks: its own, and the police side; of other guests no name, line or number.
 */
#include "api/inner.h"

#include "base/auto.h"

static struct id
agency_of(const struct model *m, struct id participant)
{
	const struct account *a = account_find(m, participant);

	return a ? a->agency : participant;
}

/* Where the view does not write the whole list. */
static void
write_participants(struct call *c, struct buf *b, const char *list)
{
	json_t AUTO(auto_json) *v = json_read(span_of(list), NULL);
	size_t k;
	json_t *s;

	jw_key(b, "participants");
	jw_open(b, '[');
	json_array_foreach(v, k, s)
	{
		struct id id;

		if (id_parse(span_of(json_string_value(s)), &id) == 0 &&
		    meet_may_see(c->m, c->who, agency_of(c->m, id)))
			jw_id(b, id);
	}
	jw_close(b, ']');
}

static void
write_attendance(struct call *c, struct buf *b, const struct meeting *w)
{
	json_t AUTO(auto_json) *v =
		json_read(span_of(w->attendance ? w->attendance : "[]"), NULL);
	size_t k;
	json_t *o;

	jw_key(b, "attendance");
	jw_open(b, '[');
	json_array_foreach(v, k, o)
	{
		const struct account *a;
		struct id id = { 0 };

		id_parse(json_str(o, "account"), &id);
		a = account_find(c->m, id);
		if (!a || !meet_may_see(c->m, c->who, a->agency))
			continue;
		jw_open(b, '{');
		jw_kid(b, "account", id);
		jw_kid(b, "agency", a->agency);
		jw_kz(b, "name", a->name);
		if (json_str(o, "answer").n)
			jw_kstr(b, "answer", json_str(o, "answer"));
		if (json_str(o, "at").n)
			jw_kstr(b, "at", json_str(o, "at"));
		if (json_is_boolean(json_object_get(o, "present")))
			jw_kbool(b, "present",
				 json_is_true(json_object_get(o, "present")));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void
write_agenda(struct call *c, struct buf *b, const struct meeting *w)
{
	struct agenda_item items[AGENDA_MAX];
	size_t n = meeting_agenda(c->m, w, items);

	jw_key(b, "agenda");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++) {
		const struct record *rec = model_find(c->m, items[k].noun, items[k].id);
		const struct matter *j = matter_find(c->m, items[k].id);
		const struct action *x = action_find(c->m, items[k].id);

		if (access_record(c->m, c->who, items[k].noun, rec) == VIEW_NONE)
			continue;
		jw_open(b, '{');
		jw_kid(b, "id", items[k].id);
		jw_kz(b, "kind", nouns[items[k].noun]->name);
		jw_kz(b, "title", j ? j->title : x->text);
		jw_kz(b, "state",
		      j ? matter_state_names[j->state] : action_state_names[x->state]);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void
write_time(struct buf *b, const char *zone, int64_t ms)
{
	struct buf AUTO(buf_done) local = { 0 };

	meet_zone_time(&local, zone, ms);
	jw_open(b, '{');
	jw_kz(b, "zone", zone);
	jw_kstr(b, "local", buf_span(&local));
	jw_close(b, '}');
}

/* At the place of the meeting, and where the reader's capital is. */
static void
write_times(struct call *c, struct buf *b, const struct meeting *w)
{
	const struct agency *g = agency_find(c->m, c->who->agency);

	jw_key(b, "times");
	jw_open(b, '[');
	if (meet_zone_is_known(w->zone))
		write_time(b, w->zone, w->start_at);
	if (g && g->zone && strcmp(g->zone, w->zone) != 0 &&
	    meet_zone_is_known(g->zone))
		write_time(b, g->zone, w->start_at);
	jw_close(b, ']');
}

void
view_liaison(struct call *c, struct buf *b, enum noun_index n, const struct record *rec,
	     enum view v)
{
	const struct meeting *w = (const struct meeting *)rec;
	const struct meeting *on;

	if (n == NOUN_SERIES && v == VIEW_OWNER)
		write_participants(c, b, ((const struct series *)rec)->participants);
	if (n == NOUN_MATTER && v == VIEW_OWNER) {
		on = meeting_find(c->m, ((const struct matter *)rec)->meeting);
		if (on &&
		    access_record(c->m, c->who, NOUN_MEETING, &on->r) != VIEW_NONE)
			jw_kid(b, "meeting", on->r.id);
	}
	if (n != NOUN_MEETING)
		return;
	if (v == VIEW_OWNER)
		write_participants(c, b, w->participants);
	write_attendance(c, b, w);
	write_agenda(c, b, w);
	write_times(c, b, w);
}
