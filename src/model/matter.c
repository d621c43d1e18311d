/* SPDX-License-Identifier: Apache-2.0 */
/* Matters and actions: tables and commands. A matter goes one way, and each step of
 * it keeps its time and who took it. */
#include "model/commands.h"

#include "base/auto.h"

const char *const matter_state_names[] = { "",          "raised",   "proposed",
					   "on_agenda", "decided",  "in_action",
					   "done",      "reported", NULL };
const char *const matter_outcome_names[] = { "", "agreed", "declined", "deferred",
					     NULL };
const char *const action_state_names[] = { "", "open", "done", "dropped", NULL };
static const char *const kinds[] = { "",       "proposal", "concern",
				     "advice", "question", NULL };

#define STEP(state, word)                                                          \
	{ .name = word "_at",                                                      \
	  .type = FIELD_TIME,                                                      \
	  .off = offsetof(struct matter, steps[state].at),                         \
	  .doc = "" },                                                             \
		{ .name = word "_by",                                              \
		  .type = FIELD_ID,                                                \
		  .flags = FIELD_ROOM,                                             \
		  .off = offsetof(struct matter, steps[state].by),                 \
		  .doc = "" },                                                     \
	{                                                                          \
		.name = word "_by_name", .type = FIELD_STR, .flags = FIELD_SEALED, \
		.off = offsetof(struct matter, steps[state].by_name), .doc = ""    \
	}

static const struct field matter_fields[] = {
	NOUN_LINE(matter, agency, ID, 0, .doc = "who raised it"),
	NOUN_LINE(matter, kind, ENUM, FIELD_POST | FIELD_NEEDED, .names = kinds,
		  .doc = ""),
	NOUN_LINE(matter, state, ENUM, 0, .names = matter_state_names, .doc = ""),
	NOUN_LINE(matter, title, STR, FIELD_POST | FIELD_NEEDED | FIELD_SEALED,
		  .min = 1, .max = 200, .doc = ""),
	NOUN_LINE(matter, text, STR, FIELD_POST | FIELD_SEALED, .max = 4000, .doc = ""),
	NOUN_LINE(matter, post, ID, FIELD_POST, .doc = "that it began with"),
	NOUN_LINE(matter, meeting, ID, FIELD_ROOM, .doc = "on whose agenda it stands"),
	NOUN_LINE(matter, outcome, ENUM, 0, .names = matter_outcome_names, .doc = ""),
	NOUN_LINE(matter, decision, STR, FIELD_SEALED, .doc = ""),
	NOUN_LINE(matter, report, STR, FIELD_SEALED, .doc = "said to who raised it"),
	NOUN_LINE(matter, deferred, INT, 0, .doc = "how often it was put off"),
	STEP(MATTER_RAISED, "raised"),
	STEP(MATTER_PROPOSED, "proposed"),
	STEP(MATTER_ON_AGENDA, "on_agenda"),
	STEP(MATTER_DECIDED, "decided"),
	STEP(MATTER_IN_ACTION, "in_action"),
	STEP(MATTER_DONE, "done"),
	STEP(MATTER_REPORTED, "reported"),
	NOUN_LINE(matter, key_slot, INT, FIELD_SECRET, .doc = ""),
};
NOUN_TABLE(noun_matter, 'j', "matter", "matters", matter, matter_fields);

static const struct field action_fields[] = {
	NOUN_LINE(action, agency, ID, 0, .doc = "of its owner"),
	NOUN_LINE(action, owner, ID, FIELD_POST | FIELD_NEEDED, .doc = "an account"),
	NOUN_LINE(action, matter, ID, FIELD_POST, .doc = "that it comes of"),
	NOUN_LINE(action, meeting, ID, FIELD_POST | FIELD_ROOM,
		  .doc = "where it was agreed"),
	NOUN_LINE(action, agenda, ID, FIELD_ROOM,
		  .doc = "the meeting that asks for it"),
	NOUN_LINE(action, state, ENUM, 0, .names = action_state_names, .doc = ""),
	NOUN_LINE(action, text, STR, FIELD_POST | FIELD_NEEDED | FIELD_SEALED, .min = 1,
		  .max = 2000, .doc = ""),
	NOUN_LINE(action, note, STR, FIELD_SEALED, .doc = "how it was done"),
	NOUN_LINE(action, due_at, TIME, FIELD_POST | FIELD_PATCH | FIELD_NEEDED,
		  .doc = ""),
	NOUN_LINE(action, made_at, TIME, 0, .doc = ""),
	NOUN_LINE(action, chased_at, TIME, 0, .doc = "its owner was reminded"),
	NOUN_LINE(action, escalated_at, TIME, 0, .doc = "it was late"),
	NOUN_LINE(action, done_at, TIME, 0, .doc = ""),
	NOUN_LINE(action, carried, INT, 0, .doc = "to how many further agendas"),
	NOUN_LINE(action, key_slot, INT, FIELD_SECRET, .doc = ""),
};
NOUN_TABLE(noun_action, 'X', "action", "actions", action, action_fields);

bool
matter_is_open(const struct matter *j)
{
	return j->state == MATTER_PROPOSED || j->state == MATTER_ON_AGENDA ||
	       (j->state == MATTER_RAISED && j->kind == MATTER_CONCERN);
}

static int
needs_desk(struct decision *d)
{
	if (d->actor && !principal_is_desk(d->actor))
		return refuse(
			d, 403, "needs_desk",
			"only the liaison desk of the control agency may do this");
	return 0;
}

static struct matter *
find_matter(struct decision *d, struct id id)
{
	struct matter *j = matter_find(d->m, id);

	return j && (!d->actor ||
		     access_record(d->m, d->actor, NOUN_MATTER, &j->r) != VIEW_NONE)
		       ? j
		       : NULL;
}

/* Begins the event that takes j to `state`, with its time and who. */
static void
step_begin(struct decision *d, struct event *e, enum event_type type, int world,
	   struct id id, enum matter_state state)
{
	size_t base =
		offsetof(struct matter, steps) + state * sizeof(struct matter_step);

	event_begin(d, e, type, world, id);
	PATCH_ENUM(&e->body, matter, state, state);
	*(int64_t *)patch_give(&e->body, base + offsetof(struct matter_step, at)) =
		d->now;
	if (!d->actor)
		return;
	*(struct id *)patch_give(&e->body, base + offsetof(struct matter_step, by)) =
		d->actor->id;
	patch_str(&e->body, base + offsetof(struct matter_step, by_name),
		  span_of(d->actor->name));
}

/* --- the way --------------------------------------------------------------- */

int
matter_raise(struct decision *d, struct patch *p, struct id *ret)
{
	const struct matter *asked = (const struct matter *)p->rec;
	struct event e;

	if (!principal_may_raise(d->actor))
		return refuse(
			d, 403, "not_allowed",
			"only liaison, site and supervising people raise matters");
	if (check_named(d, NOUN_POST, asked->post, "no_such_post") < 0)
		return ERR_DENIED;
	*ret = next_id(d, NOUN_MATTER);
	step_begin(d, &e, EVENT_MATTER_RAISED, d->actor->world, *ret, MATTER_RAISED);
	PATCH_ID(&e.body, matter, agency, d->actor->agency);
	PATCH_ENUM(&e.body, matter, kind, asked->kind);
	PATCH_STR(&e.body, matter, title, span_of(asked->title));
	if (asked->text)
		PATCH_STR(&e.body, matter, text, span_of(asked->text));
	if (id_is_set(asked->post))
		PATCH_ID(&e.body, matter, post, asked->post);
	PATCH_INT(&e.body, matter, deferred, 0);
	PATCH_INT(&e.body, matter, key_slot, d->m->node->key_slots_used);
	event_emit(d, &e);
	return 0;
}

int
matter_propose(struct decision *d, struct id id, struct span title)
{
	struct matter *j = find_matter(d, id);
	struct event e;
	bool is_proposal;

	if (!j)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	is_proposal = j->steps[MATTER_PROPOSED].at != TIME_NONE;
	if (is_proposal || j->state > MATTER_ON_AGENDA)
		return refuse(
			d, 409, "bad_state", "it is %s already",
			matter_state_names[is_proposal ? MATTER_PROPOSED : j->state]);
	step_begin(d, &e, EVENT_MATTER_PROPOSED, j->r.world, id, MATTER_PROPOSED);
	/* a concern may be on an agenda already: there it stays */
	if (j->state == MATTER_ON_AGENDA)
		PATCH_ENUM(&e.body, matter, state, MATTER_ON_AGENDA);
	if (title.n)
		PATCH_STR(&e.body, matter, title, title);
	event_emit(d, &e);
	return 0;
}

int
matter_schedule(struct decision *d, struct id id, struct id meeting)
{
	struct matter *j = find_matter(d, id);
	const struct meeting *w = meeting_find(d->m, meeting);
	struct event e;

	if (!j)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (!w || w->r.world != j->r.world || w->state != MEETING_PLANNED)
		return refuse(d, 422, "no_such_meeting",
			      "meeting: no such planned meeting");
	if (j->state > MATTER_ON_AGENDA)
		return refuse(d, 409, "bad_state", "it is %s already",
			      matter_state_names[j->state]);
	if (j->state == MATTER_ON_AGENDA && id_is(j->meeting, meeting))
		return 0;
	step_begin(d, &e, EVENT_MATTER_SCHEDULED, j->r.world, id, MATTER_ON_AGENDA);
	PATCH_ID(&e.body, matter, meeting, meeting);
	event_emit(d, &e);
	return 0;
}

int
matter_decide(struct decision *d, struct id id, enum matter_outcome outcome,
	      struct span text)
{
	struct matter *j = find_matter(d, id);
	struct event e;

	if (!j)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (j->state != MATTER_ON_AGENDA)
		return refuse(d, 409, "bad_state", "it is %s, not on an agenda",
			      matter_state_names[j->state]);
	if (outcome == OUTCOME_DEFERRED) {
		event_begin(d, &e, EVENT_MATTER_DEFERRED, j->r.world, id);
		PATCH_ENUM(&e.body, matter, state, MATTER_PROPOSED);
		PATCH_ID(&e.body, matter, meeting, ((struct id){ 0 }));
		PATCH_INT(&e.body, matter, deferred, j->deferred + 1);
	} else {
		step_begin(d, &e, EVENT_MATTER_DECIDED, j->r.world, id, MATTER_DECIDED);
		PATCH_ENUM(&e.body, matter, outcome, outcome);
		PATCH_STR(&e.body, matter, decision, text);
	}
	event_emit(d, &e);
	return 0;
}

int
matter_report(struct decision *d, struct id id, struct span text)
{
	struct matter *j = find_matter(d, id);
	struct event e;

	if (!j)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (j->state != MATTER_DONE &&
	    !(j->state == MATTER_DECIDED && j->outcome == OUTCOME_DECLINED))
		return refuse(d, 409, "bad_state",
			      "it is %s: reported back is what is done or declined",
			      matter_state_names[j->state]);
	step_begin(d, &e, EVENT_MATTER_REPORTED, j->r.world, id, MATTER_REPORTED);
	PATCH_STR(&e.body, matter, report, text);
	event_emit(d, &e);
	return 0;
}

/* --- actions --------------------------------------------------------------- */

static int
check_action(struct decision *d, const struct action *asked, struct matter *j,
	     const struct account *owner)
{
	if (id_is_set(asked->matter) && !j)
		return refuse(d, 422, "no_such_matter", "matter: no such matter");
	if (j && j->state != MATTER_IN_ACTION &&
	    !(j->state == MATTER_DECIDED && j->outcome == OUTCOME_AGREED))
		return refuse(d, 409, "bad_state", "the matter is %s, not agreed",
			      matter_state_names[j->state]);
	if (!owner || owner->disabled || owner->r.world != d->actor->world)
		return refuse(d, 422, "no_such_account", "owner: no such account");
	/* a guest must not learn of another's matter by being given work on it */
	if (j && agency_is_guest(d->m, owner->agency) &&
	    !id_is(owner->agency, j->agency))
		return refuse(d, 422, "not_their_matter",
			      "owner: of who raised the matter, or of the police side");
	if (asked->due_at <= d->now)
		return refuse(d, 422, "bad_field", "due_at: a time to come");
	return 0;
}

int
action_make(struct decision *d, struct patch *p, struct id *ret)
{
	const struct action *asked = (const struct action *)p->rec;
	struct matter *j = matter_find(d->m, asked->matter);
	const struct account *owner = account_find(d->m, asked->owner);
	const struct meeting *w = meeting_find(d->m, asked->meeting);
	struct event e;

	if (needs_desk(d) < 0 || check_action(d, asked, j, owner) < 0)
		return ERR_DENIED;
	if (id_is_set(asked->meeting) && (!w || w->r.world != d->actor->world))
		return refuse(d, 422, "no_such_meeting", "meeting: no such meeting");
	*ret = next_id(d, NOUN_ACTION);
	event_begin(d, &e, EVENT_ACTION_MADE, d->actor->world, *ret);
	PATCH_ID(&e.body, action, agency, owner->agency);
	PATCH_ID(&e.body, action, owner, asked->owner);
	if (j)
		PATCH_ID(&e.body, action, matter, asked->matter);
	if (w || j)
		PATCH_ID(&e.body, action, meeting, w ? w->r.id : j->meeting);
	PATCH_ENUM(&e.body, action, state, ACTION_OPEN);
	PATCH_STR(&e.body, action, text, span_of(asked->text));
	PATCH_INT(&e.body, action, due_at, asked->due_at);
	PATCH_INT(&e.body, action, made_at, d->now);
	PATCH_INT(&e.body, action, carried, 0);
	PATCH_INT(&e.body, action, key_slot, d->m->node->key_slots_used);
	event_emit(d, &e);
	if (j && j->state == MATTER_DECIDED) {
		step_begin(d, &e, EVENT_MATTER_IN_ACTION, j->r.world, j->r.id,
			   MATTER_IN_ACTION);
		event_emit(d, &e);
	}
	return 0;
}

static struct action *
find_action(struct decision *d, struct id id)
{
	struct action *x = action_find(d->m, id);

	return x && (!d->actor ||
		     access_record(d->m, d->actor, NOUN_ACTION, &x->r) != VIEW_NONE)
		       ? x
		       : NULL;
}

static bool
has_open_action(const struct model *m, struct id matter)
{
	void *v;

	for (size_t i = 0; map_next(&m->tables[NOUN_ACTION], &i, NULL, &v);)
		if (id_is(((struct action *)v)->matter, matter) &&
		    ((struct action *)v)->state == ACTION_OPEN)
			return true;
	return false;
}

int
action_put(struct decision *d, struct id id, struct patch *p)
{
	struct action *x = find_action(d, id);
	const struct action *asked = (const struct action *)p->rec;

	if (!x)
		return refuse_hidden(d);
	if (needs_desk(d) < 0)
		return ERR_DENIED;
	if (x->state != ACTION_OPEN)
		return refuse(d, 409, "bad_state", "it is %s",
			      action_state_names[x->state]);
	if (asked->due_at <= d->now)
		return refuse(d, 422, "bad_field", "due_at: a time to come");
	/* a new date is chased anew */
	PATCH_INT(p, action, chased_at, TIME_NONE);
	PATCH_INT(p, action, escalated_at, TIME_NONE);
	return config_put(d, EVENT_ACTION_CHANGED, x->r.world, id, p, NULL);
}

int
action_end(struct decision *d, struct id id, bool is_done, struct span note)
{
	struct action *x = find_action(d, id);
	struct matter *j;
	struct event e;

	if (!x)
		return refuse_hidden(d);
	if (d->actor && !id_is(d->actor->id, x->owner) && !principal_is_desk(d->actor))
		return refuse(d, 403, "not_yours", "it is its owner's, or the desk's");
	if (!is_done && needs_desk(d) < 0)
		return ERR_DENIED;
	if (x->state != ACTION_OPEN)
		return refuse(d, 409, "bad_state", "it is %s already",
			      action_state_names[x->state]);
	event_begin(d, &e, is_done ? EVENT_ACTION_DONE : EVENT_ACTION_DROPPED,
		    x->r.world, id);
	PATCH_ENUM(&e.body, action, state, is_done ? ACTION_DONE : ACTION_DROPPED);
	PATCH_INT(&e.body, action, done_at, d->now);
	if (note.n)
		PATCH_STR(&e.body, action, note, note);
	event_emit(d, &e);
	j = matter_find(d->m, x->matter);
	if (j && j->state == MATTER_IN_ACTION && !has_open_action(d->m, j->r.id)) {
		step_begin(d, &e, EVENT_MATTER_DONE, j->r.world, j->r.id, MATTER_DONE);
		event_emit(d, &e);
	}
	return 0;
}

/* --- what the desk of meetings does ---------------------------------------- */

int
action_chase(struct decision *d, struct id id)
{
	struct action *x = action_find(d->m, id);
	struct event e;

	if (!x || x->state != ACTION_OPEN || x->chased_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_ACTION_CHASED, x->r.world, id);
	PATCH_INT(&e.body, action, chased_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
action_escalate(struct decision *d, struct id id)
{
	struct action *x = action_find(d->m, id);
	struct event e;

	if (!x || x->state != ACTION_OPEN || x->escalated_at != TIME_NONE)
		return 0;
	event_begin(d, &e, EVENT_ACTION_ESCALATED, x->r.world, id);
	PATCH_INT(&e.body, action, escalated_at, d->now);
	event_emit(d, &e);
	return 0;
}

int
action_carry(struct decision *d, struct id id, struct id meeting)
{
	struct action *x = action_find(d->m, id);
	struct event e;

	if (!x || x->state != ACTION_OPEN || id_is(x->agenda, meeting))
		return 0;
	event_begin(d, &e, EVENT_ACTION_CARRIED, x->r.world, id);
	PATCH_ID(&e.body, action, agenda, meeting);
	if (id_is_set(x->agenda))
		PATCH_INT(&e.body, action, carried, x->carried + 1);
	event_emit(d, &e);
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct agenda_item *x = a, *y = b;

	return x->id.seq < y->id.seq ? -1 : x->id.seq > y->id.seq;
}

size_t
meeting_agenda(const struct model *m, const struct meeting *w,
	       struct agenda_item items[AGENDA_MAX])
{
	size_t n = 0;
	void *v;

	for (size_t i = 0;
	     n < AGENDA_MAX && map_next(&m->tables[NOUN_MATTER], &i, NULL, &v);) {
		const struct matter *j = v;

		if (w->agenda ? id_list_has(w->agenda, j->r.id)
			      : id_is(j->meeting, w->r.id) && matter_is_open(j))
			items[n++] = (struct agenda_item){ NOUN_MATTER, j->r.id };
	}
	for (size_t i = 0;
	     n < AGENDA_MAX && map_next(&m->tables[NOUN_ACTION], &i, NULL, &v);) {
		const struct action *x = v;

		if (w->agenda ? id_list_has(w->agenda, x->r.id)
			      : id_is(x->agenda, w->r.id) && x->state == ACTION_OPEN)
			items[n++] = (struct agenda_item){ NOUN_ACTION, x->r.id };
	}
	qsort(items, n, sizeof *items, by_id);
	return n;
}
