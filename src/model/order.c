/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for report: table and commands. */
#include "model/commands.h"

#include "base/auto.h"

const char *const order_state_names[] = { "",          "issued",   "acknowledged",
					  "delivered", "accepted", "returned",
					  "withdrawn", NULL };
const int64_t order_shouts_ms[ORDER_SHOUTS] = { 0, 3600000, 86400000 };

static const struct field fields[] = {
	NOUN_LINE(order, agency, ID, 0, .doc = "whose command demands it"),
	NOUN_LINE(order, officer, ID, FIELD_POST | FIELD_NEEDED,
		  .doc = "account of who must report"),
	NOUN_LINE(order, state, ENUM, 0, .names = order_state_names, .doc = ""),
	NOUN_LINE(order, subject, STR, FIELD_POST | FIELD_NEEDED | FIELD_SEALED,
		  .min = 1, .max = 200, .doc = ""),
	NOUN_LINE(order, text, STR, FIELD_POST | FIELD_SEALED, .max = 4000, .doc = ""),
	NOUN_LINE(order, due_at, TIME, NEED, .doc = ""),
	NOUN_LINE(order, incident, ID, FIELD_POST | FIELD_ROOM, .doc = "it is about"),
	NOUN_LINE(order, post, ID, FIELD_POST, .doc = "it is about"),
	NOUN_LINE(order, issued_at, TIME, 0, .doc = ""),
	NOUN_LINE(order, issued_by, ID, FIELD_ROOM, .doc = ""),
	NOUN_LINE(order, issued_by_name, STR, FIELD_SEALED, .doc = ""),
	NOUN_LINE(order, acknowledged_at, TIME, FIELD_ONCE, .doc = ""),
	NOUN_LINE(order, delivered_at, TIME, 0, .doc = "of the newest delivery"),
	NOUN_LINE(order, report, STR, FIELD_SEALED, .max = 20000, .doc = ""),
	NOUN_LINE(order, files, LIST, 0, .doc = "delivered, ids"),
	NOUN_LINE(order, enclosures, LIST, 0, .doc = "files of the command, ids"),
	NOUN_LINE(order, accepted_at, TIME, 0, .doc = ""),
	NOUN_LINE(order, returned_at, TIME, 0, .doc = ""),
	NOUN_LINE(order, returns, INT, 0, .doc = "how often"),
	NOUN_LINE(order, reason, STR, FIELD_SEALED,
		  .doc = "why it was returned or withdrawn"),
	NOUN_LINE(order, withdrawn_at, TIME, 0, .doc = ""),
	NOUN_LINE(order, overdue_at, TIME, 0, .doc = "it was shouted up"),
	NOUN_LINE(order, overdue_step, INT, 0, .doc = "how often"),
	NOUN_LINE(order, key_slot, INT, FIELD_SECRET, .doc = ""),
};
NOUN_TABLE(noun_order, '3', "order", "orders", order, fields);

bool
order_is_owed(const struct order *o)
{
	return o->state == ORDER_ISSUED || o->state == ORDER_ACKNOWLEDGED ||
	       o->state == ORDER_RETURNED;
}

static int
needs_command(struct decision *d)
{
	if (!principal_is_command(d->m, d->actor))
		return refuse(
			d, 403, "needs_command",
			"only a supervisor or duty officer of the police side may "
			"do this");
	return 0;
}

static struct order *
find_for(struct decision *d, struct id id)
{
	struct order *o = order_find(d->m, id);

	return o && (!d->actor ||
		     access_record(d->m, d->actor, NOUN_ORDER, &o->r) != VIEW_NONE)
		       ? o
		       : NULL;
}

int
order_issue(struct decision *d, struct patch *p, struct id *ret)
{
	const struct order *asked = (const struct order *)p->rec;
	const struct account *a = account_find(d->m, asked->officer);

	if (needs_command(d) < 0)
		return ERR_DENIED;
	if (!a || a->disabled || a->r.world != d->actor->world ||
	    agency_is_guest(d->m, a->agency) ||
	    (!d->actor->is_control && !id_is(a->agency, d->actor->agency)))
		return refuse(d, 422, "no_such_officer",
			      "officer: no such account that you command");
	if (asked->due_at <= d->now)
		return refuse(d, 422, "bad_field", "due_at: a time to come");
	if (check_named(d, NOUN_INCIDENT, asked->incident, "no_such_incident") < 0 ||
	    check_named(d, NOUN_POST, asked->post, "no_such_post") < 0)
		return ERR_DENIED;
	PATCH_ID(p, order, agency, d->actor->agency);
	PATCH_ENUM(p, order, state, ORDER_ISSUED);
	PATCH_INT(p, order, issued_at, d->now);
	PATCH_ID(p, order, issued_by, d->actor->id);
	PATCH_STR(p, order, issued_by_name, span_of(d->actor->name));
	PATCH_INT(p, order, returns, 0);
	PATCH_INT(p, order, overdue_step, 0);
	PATCH_INT(p, order, key_slot, d->m->node->key_slots_used);
	return config_put(d, EVENT_ORDER_ISSUED, d->actor->world, (struct id){ 0 }, p,
			  ret);
}

/* The officer's side: acknowledged, delivered. */
static int
officer_finds(struct decision *d, struct id id, struct order **ret)
{
	struct order *o = find_for(d, id);

	if (!o)
		return refuse_hidden(d);
	if (!id_is(d->actor->id, o->officer))
		return refuse(d, 403, "not_yours", "only the officer it names may");
	*ret = o;
	return 0;
}

int
order_acknowledge(struct decision *d, struct id id)
{
	struct order *o;
	struct event e;

	if (officer_finds(d, id, &o) < 0)
		return ERR_DENIED;
	if (o->state != ORDER_ISSUED)
		return refuse(d, 409, "bad_state", "it is %s already",
			      order_state_names[o->state]);
	event_begin(d, &e, EVENT_ORDER_ACKNOWLEDGED, o->r.world, id);
	PATCH_ENUM(&e.body, order, state, ORDER_ACKNOWLEDGED);
	PATCH_INT(&e.body, order, acknowledged_at, d->now);
	event_emit(d, &e);
	return 0;
}

/* What the officer sent for this order: new, or delivered before. */
static int
check_delivered(struct decision *d, void *ctx, struct id id)
{
	const struct order *o = ctx;
	const struct file *f = (const struct file *)decision_find(d, NOUN_FILE, id);

	if (!f || !id_is(f->order, o->r.id) || !id_is(f->author, d->actor->id) ||
	    f->erased_at != TIME_NONE)
		return refuse(d, 422, "no_such_file",
			      "files: not a file that you sent for this order");
	return 0;
}

static int
attach(struct decision *d, void *ctx, struct id id)
{
	return file_attach(d, id, *(const struct id *)ctx);
}

int
order_deliver(struct decision *d, struct id id, struct span report, const char *files)
{
	struct order *o;
	struct event e;

	if (officer_finds(d, id, &o) < 0)
		return ERR_DENIED;
	if (!order_is_owed(o))
		return refuse(d, 409, "bad_state", "it is %s",
			      order_state_names[o->state]);
	if (each_id(d, "files", files, noun_file.letter, check_delivered, o) < 0)
		return ERR_DENIED;
	event_begin(d, &e, EVENT_ORDER_DELIVERED, o->r.world, id);
	PATCH_ENUM(&e.body, order, state, ORDER_DELIVERED);
	PATCH_INT(&e.body, order, delivered_at, d->now);
	PATCH_INT(&e.body, order, acknowledged_at, d->now); /* the first stays */
	PATCH_STR(&e.body, order, report, report);
	if (files)
		PATCH_STR(&e.body, order, files, span_of(files));
	event_emit(d, &e);
	return each_id(d, "files", files, noun_file.letter, attach, &id);
}

/* The command's side. */
static int
command_finds(struct decision *d, struct id id, struct order **ret)
{
	struct order *o = find_for(d, id);

	if (!o)
		return refuse_hidden(d);
	if (needs_command(d) < 0)
		return ERR_DENIED;
	if (!id_is(d->actor->agency, o->agency))
		return refuse(d, 403, "not_your_order", "another command demands it");
	/* nobody judges his own report */
	if (id_is(d->actor->id, o->officer))
		return refuse(d, 403, "own_report", "it is your own report");
	*ret = o;
	return 0;
}

/* The officer while he owes it, his command until it is over. */
int
order_may_enclose(struct decision *d, struct id id)
{
	struct order *o = find_for(d, id);

	if (!o)
		return refuse_hidden(d);
	if (id_is(d->actor->id, o->officer)
		    ? !order_is_owed(o)
		    : o->state == ORDER_ACCEPTED || o->state == ORDER_WITHDRAWN)
		return refuse(d, 409, "bad_state", "it is %s",
			      order_state_names[o->state]);
	return 0;
}

void
order_enclose(struct decision *d, struct order *o, struct id file)
{
	struct buf AUTO(buf_done) list = { 0 }, last = { 0 };
	struct event e;

	if (id_is(d->actor->id, o->officer))
		return;
	jw_open(&last, '[');
	jw_id(&last, file);
	jw_close(&last, ']');
	if (o->enclosures) { /* [a] and [b]: [a,b] */
		buf_add(&list, o->enclosures, strlen(o->enclosures) - 1);
		last.p[0] = ',';
	}
	buf_add_span(&list, buf_span(&last));
	event_begin(d, &e, EVENT_ORDER_ENCLOSED, o->r.world, o->r.id);
	PATCH_STR(&e.body, order, enclosures, buf_span(&list));
	event_emit(d, &e);
	file_attach(d, file, o->r.id);
}

int
order_judge(struct decision *d, struct id id, bool is_accepted, struct span reason,
	    int64_t due_at)
{
	struct order *o;
	struct event e;

	if (command_finds(d, id, &o) < 0)
		return ERR_DENIED;
	if (o->state != ORDER_DELIVERED)
		return refuse(d, 409, "bad_state", "it is %s, nothing to judge",
			      order_state_names[o->state]);
	if (!is_accepted && due_at != TIME_NONE && due_at <= d->now)
		return refuse(d, 422, "bad_field", "due_at: a time to come");
	event_begin(d, &e, is_accepted ? EVENT_ORDER_ACCEPTED : EVENT_ORDER_RETURNED,
		    o->r.world, id);
	PATCH_ENUM(&e.body, order, state,
		   is_accepted ? ORDER_ACCEPTED : ORDER_RETURNED);
	if (is_accepted) {
		PATCH_INT(&e.body, order, accepted_at, d->now);
	} else {
		PATCH_INT(&e.body, order, returned_at, d->now);
		PATCH_INT(&e.body, order, returns, o->returns + 1);
		PATCH_INT(&e.body, order, overdue_step, 0);
		PATCH_STR(&e.body, order, reason, reason);
		if (due_at != TIME_NONE)
			PATCH_INT(&e.body, order, due_at, due_at);
	}
	event_emit(d, &e);
	return 0;
}

int
order_withdraw(struct decision *d, struct id id, struct span reason)
{
	struct order *o;
	struct event e;

	if (command_finds(d, id, &o) < 0)
		return ERR_DENIED;
	if (o->state == ORDER_ACCEPTED || o->state == ORDER_WITHDRAWN)
		return refuse(d, 409, "bad_state", "it is %s already",
			      order_state_names[o->state]);
	event_begin(d, &e, EVENT_ORDER_WITHDRAWN, o->r.world, id);
	PATCH_ENUM(&e.body, order, state, ORDER_WITHDRAWN);
	PATCH_INT(&e.body, order, withdrawn_at, d->now);
	PATCH_STR(&e.body, order, reason, reason);
	event_emit(d, &e);
	return 0;
}

int
order_shout(struct decision *d, struct id id)
{
	struct order *o = order_find(d->m, id);
	struct event e;

	if (!o || !order_is_owed(o) || o->overdue_step >= ORDER_SHOUTS)
		return 0;
	event_begin(d, &e, EVENT_ORDER_OVERDUE, o->r.world, id);
	if (!o->overdue_step)
		PATCH_INT(&e.body, order, overdue_at, d->now);
	PATCH_INT(&e.body, order, overdue_step, o->overdue_step + 1);
	event_emit(d, &e);
	return 0;
}
