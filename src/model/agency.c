/* SPDX-License-Identifier: Apache-2.0 */
/* Agencies and the node: tables and commands. */
#include "model/commands.h"

#include "base/auto.h"

static const char *const kinds[] = { "",     "police",  "rangers", "mission", "company",
				     "fire", "medical", "other",   NULL };

static const struct field agency_fields[] = {
	NOUN_LINE(agency, name, STR, NEED, .min = 1, .max = 120,
		  .doc = "what people call it"),
	NOUN_LINE(agency, name_ur, STR, GIVE, .max = 120, .doc = "its name in Urdu"),
	NOUN_LINE(agency, short_name, STR, GIVE, .min = 2, .max = 24,
		  .doc = "behind the @ of its logins; made of its name when left out, "
			 "and fixed"),
	NOUN_LINE(agency, kind, ENUM, NEED, .names = kinds, .doc = "what it is"),
	NOUN_LINE(agency, zone, STR, GIVE, .max = 60,
		  .doc = "time zone of its capital, as Asia/Shanghai"),
	NOUN_LINE(agency, is_control, BOOL, 0, .doc = "the node's control agency"),
	NOUN_LINE(agency, lends_units, BOOL, GIVE,
		  .doc = "the room may send its units"),
	NOUN_LINE(agency, is_cell, BOOL, GIVE,
		  .doc = "the foreigners' security cell: its administrators and "
			 "liaison officers keep protected people of all missions"),
};
NOUN_TABLE(noun_agency, 'g', "agency", "agencies", agency, agency_fields);

static const struct field node_fields[] = {
	NOUN_LINE(node, node, STR, 0, .doc = "id of the node"),
	NOUN_LINE(node, name, STR, GIVE, .max = 120, .doc = "what people call it"),
	NOUN_LINE(node, control, ID, 0, .doc = "the control agency"),
	NOUN_LINE(node, emergency_phone, STR, GIVE, .max = 24,
		  .doc = "number to call when no data goes"),
	NOUN_LINE(node, room_phone, STR, GIVE, .max = 24,
		  .doc = "number of the command room"),
	NOUN_LINE(node, sms_phone, STR, GIVE, .max = 24,
		  .doc = "number that takes presses by SMS"),
	NOUN_LINE(node, language, STR, GIVE, .max = 8,
		  .doc = "language of callers who told none"),
	NOUN_LINE(node, head_key, STR, 0, .doc = "public key that signs heads, hex"),
	NOUN_LINE(node, number_seed, INT, FIELD_SECRET,
		  .doc = "key of the walk of incident numbers"),
	NOUN_LINE(node, incidents_made, INT, FIELD_SECRET, .doc = "counter"),
	NOUN_LINE(node, key_slots_used, INT, FIELD_SECRET, .doc = "counter"),
	NOUN_LINE(node, forms_used, INT, FIELD_ROOM,
		  .doc = "paper forms numbered so far"),
	NOUN_LINE(node, muted_until, TIME, FIELD_ROOM,
		  .doc = "sounds but SOS are quiet until"),
	NOUN_LINE(node, muted_by, STR, FIELD_ROOM, .doc = "who muted"),
	NOUN_LINE(node, snapshot_at, TIME, FIELD_ROOM, .doc = "last printed queue"),
	NOUN_LINE(node, snapshots_made, INT, FIELD_ROOM,
		  .doc = "printed queues so far"),
	NOUN_LINE(node, synthetic_day, TIME, FIELD_SECRET,
		  .doc = "day of the last synthetic run"),
	NOUN_LINE(node, synthetic_runs, INT, FIELD_SECRET,
		  .doc = "synthetic runs of that day"),
	NOUN_LINE(node, swept_at, TIME, FIELD_ROOM,
		  .doc = "last sweep of what is kept"),
	NOUN_LINE(node, swept_tracks, INT, FIELD_ROOM,
		  .doc = "files of positions that it removed"),
	NOUN_LINE(node, swept_incidents, INT, FIELD_ROOM,
		  .doc = "incidents whose words it erased"),
	NOUN_LINE(node, swept_media, INT, FIELD_ROOM,
		  .doc = "recordings that it erased"),
	NOUN_LINE(node, is_demo, BOOL, 0, .doc = "made by --demo"),
};
NOUN_TABLE(noun_node, 'z', "node", "nodes", node, node_fields);

bool
agency_is_responding(const struct agency *g)
{
	return g->is_control || g->kind == AGENCY_POLICE || g->kind == AGENCY_RANGERS ||
	       g->kind == AGENCY_FIRE || g->kind == AGENCY_MEDICAL;
}

int
node_make(struct decision *d, const struct node_args *a, struct id *ret_control)
{
	struct buf AUTO(buf_done) name = { 0 };
	struct event e;
	struct id control;

	if (d->m->node)
		return refuse(d, 409, "exists", "this folder holds a node already");
	memset(d->m->node_id, 0, NODE_MAX);
	memcpy(d->m->node_id, a->node.p, a->node.n < NODE_MAX ? a->node.n : NODE_MAX);
	control = next_id(d, NOUN_AGENCY);
	event_begin(d, &e, EVENT_AGENCY_CHANGED, WORLD_LIVE, control);
	PATCH_STR(&e.body, agency, name, a->agency_name);
	short_name_of(d->m, a->agency_name, &name);
	if (name.n)
		PATCH_STR(&e.body, agency, short_name, buf_span(&name));
	PATCH_ENUM(&e.body, agency, kind, AGENCY_POLICE);
	PATCH_BOOL(&e.body, agency, is_control, true);
	PATCH_BOOL(&e.body, agency, lends_units, true);
	event_emit(d, &e);
	event_begin(d, &e, EVENT_NODE_CHANGED, WORLD_LIVE, next_id(d, NOUN_NODE));
	PATCH_STR(&e.body, node, node, a->node);
	PATCH_STR(&e.body, node, name, a->name);
	PATCH_ID(&e.body, node, control, control);
	PATCH_STR(&e.body, node, emergency_phone, a->emergency_phone);
	PATCH_STR(&e.body, node, room_phone, a->room_phone);
	PATCH_STR(&e.body, node, language, SPAN("ur"));
	PATCH_STR(&e.body, node, head_key, a->head_key);
	PATCH_INT(&e.body, node, number_seed, a->number_seed);
	PATCH_INT(&e.body, node, incidents_made, 0);
	PATCH_INT(&e.body, node, key_slots_used, 0);
	PATCH_INT(&e.body, node, forms_used, 0);
	PATCH_INT(&e.body, node, snapshots_made, 0);
	PATCH_BOOL(&e.body, node, is_demo, a->is_demo);
	event_emit(d, &e);
	missions_make(d);
	*ret_control = control;
	return 0;
}

/* Emits one event about the node itself. */
void
node_emit(struct decision *d, struct event *e, enum event_type type)
{
	event_begin(d, e, type, WORLD_LIVE, d->m->node->r.id);
}

int
agency_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	const struct agency *now = agency_find(d->m, id);
	const struct agency *asked = (const struct agency *)p->rec;
	uint64_t short_name =
		1ull << field_at(&noun_agency, offsetof(struct agency, short_name));
	struct buf AUTO(buf_done) name = { 0 };

	if (!d->actor || !principal_is_administrator(d->actor) || !d->actor->is_control)
		return refuse(
			d, 403, "needs_administrator",
			"only an administrator of the control agency may do this");
	if (asked->is_cell &&
	    !agency_is_responding(now && (now->is_control || !asked->kind) ? now
									   : asked))
		return refuse(d, 422, "not_a_responder",
			      "is_cell: only a police agency may be the cell");
	if (asked->short_name || now) {
		if ((p->given & short_name) &&
		    short_name_check(d, now, span_of(asked->short_name)) < 0)
			return ERR_DENIED;
	} else {
		short_name_of(d->m, span_of(asked->name), &name);
		if (name.n)
			PATCH_STR(p, agency, short_name, buf_span(&name));
	}
	if (config_put(d, EVENT_AGENCY_CHANGED, WORLD_LIVE, id, p, ret ? ret : &id) < 0)
		return ERR_DENIED;
	if (ret)
		id = *ret;
	if (agency_find(d->m, id)->kind == AGENCY_MISSION)
		missions_add(d, id);
	return 0;
}

/* 120 s: long enough to speak, short enough to forget. Never mutes an SOS. */
#define MUTE_MS 120000

int
room_mute(struct decision *d)
{
	struct event e;

	if (!principal_is_dispatcher_up(d->actor))
		return refuse(d, 403, "needs_dispatcher", "only the room may mute");
	node_emit(d, &e, EVENT_ROOM_MUTED);
	PATCH_INT(&e.body, node, muted_until, d->now + MUTE_MS);
	PATCH_STR(&e.body, node, muted_by, span_of(d->actor->name));
	event_emit(d, &e);
	return 0;
}

void
room_snapshot(struct decision *d, int64_t forms)
{
	struct event e;

	node_emit(d, &e, EVENT_ROOM_SNAPSHOT_MADE);
	PATCH_INT(&e.body, node, snapshot_at, d->now);
	PATCH_INT(&e.body, node, snapshots_made, d->m->node->snapshots_made + 1);
	PATCH_INT(&e.body, node, forms_used, d->m->node->forms_used + forms);
	event_emit(d, &e);
}

void
synthetic_ran(struct decision *d, int64_t day, int64_t runs)
{
	struct event e;

	node_emit(d, &e, EVENT_SYNTHETIC_RAN);
	PATCH_INT(&e.body, node, synthetic_day, day);
	PATCH_INT(&e.body, node, synthetic_runs, runs);
	event_emit(d, &e);
}

/* The one way of making or changing a settled record: rights were checked. */
int
config_put(struct decision *d, enum event_type type, int world, struct id id,
	   struct patch *p, struct id *ret)
{
	enum noun_index n = event_infos[type].noun;
	struct event e;

	if (!id_is_set(id))
		id = next_id(d, n);
	else if (!model_find(d->m, n, id))
		return refuse_hidden(d);
	if (d->is_dry)
		return 0;
	event_begin(d, &e, type, world, id);
	patch_done(&e.body);
	e.body = *p;
	*p = (struct patch){ 0 };
	for (size_t i = 0; i < nouns[n]->n_fields; i++)
		if (nouns[n]->fields[i].flags & FIELD_ASK)
			e.body.given &= ~(1ull << i);
	event_emit(d, &e);
	if (ret)
		*ret = id;
	return 0;
}

int
world_for(struct decision *d, int asked, int *ret)
{
	int own = d->actor ? d->actor->world : WORLD_LIVE;

	*ret = asked ? asked - 1 : own;
	if (*ret != own && d->actor &&
	    (!d->actor->is_control || d->actor->world != WORLD_LIVE))
		return refuse(
			d, 403, "not_your_world",
			"world: only the control agency's administrator may choose");
	return 0;
}
