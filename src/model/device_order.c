/* SPDX-License-Identifier: Apache-2.0 */
/* Orders to devices: table, who may give one and when, and what became of it. */
#include "model/commands.h"

const char *const device_order_state_names[] = { "",        "queued",  "sent", "acked",
						 "refused", "expired", NULL };
const char *const device_order_kind_names[] = { "",     "locate",  "interval", "text",
						"ring", "confirm", "voice",    NULL };

static const struct field fields[] = {
	NOUN_LINE(device_order, device, ID, 0, .doc = ""),
	NOUN_LINE(device_order, unit, ID, 0, .doc = "that carries it"),
	NOUN_LINE(device_order, incident, ID, 0, .doc = "the bearer's own emergency"),
	NOUN_LINE(device_order, kind, ENUM, 0, .names = device_order_kind_names,
		  .doc = ""),
	NOUN_LINE(device_order, state, ENUM, 0, .names = device_order_state_names,
		  .doc = ""),
	NOUN_LINE(device_order, seconds, INT, 0, .doc = "between reports"),
	NOUN_LINE(device_order, for_seconds, INT, 0,
		  .doc = "how long; until another order when left out"),
	NOUN_LINE(device_order, text, STR, FIELD_SEALED, .doc = ""),
	NOUN_LINE(device_order, file, ID, 0, .doc = "what is said, for voice"),
	NOUN_LINE(device_order, is_automatic, BOOL, 0,
		  .doc = "made by the node itself while an incident is open"),
	NOUN_LINE(device_order, asked_by, ID, FIELD_INNER, .doc = ""),
	NOUN_LINE(device_order, asked_name, STR, 0, .doc = "by whom"),
	NOUN_LINE(device_order, why, STR, 0, .doc = "why it was refused or ended"),
	NOUN_LINE(device_order, at, TIME, 0, .doc = ""),
	NOUN_LINE(device_order, sent_at, TIME, 0, .doc = "last"),
	NOUN_LINE(device_order, ended_at, TIME, 0, .doc = ""),
	NOUN_LINE(device_order, expires_at, TIME, 0, .doc = ""),
	NOUN_LINE(device_order, tries, INT, 0, .doc = ""),
	NOUN_LINE(device_order, key_slot, INT, FIELD_SECRET, .doc = "of its device"),
};
NOUN_TABLE(noun_device_order, 'O', "device_order", "device_orders", device_order,
	   fields);

#define LAST_MS 600000       /* an order that nobody heard in ten minutes is void */
#define LAST_TEXT_MS 3600000 /* a text is worth reading for an hour, a voice too */

bool
device_order_is_open(const struct device_order *o)
{
	return o->state == DEVICE_ORDER_QUEUED || o->state == DEVICE_ORDER_SENT;
}

const struct incident *
device_emergency(const struct model *m, const struct device *dev)
{
	struct principal p;
	const struct incident *i;
	void *rec;

	if (dev->state != DEVICE_BOUND)
		return NULL;
	principal_of_device(m, dev, &p);
	for (size_t k = 0; map_next(&m->tables[NOUN_INCIDENT], &k, NULL, &rec);) {
		i = rec;
		if (i->state != INCIDENT_CLOSED && !i->is_test &&
		    ((id_is_set(i->unit) && id_is(i->unit, p.unit)) ||
		     map_get(&i->roll, span_of(p.source))))
			return i;
	}
	return NULL;
}

/* Product rule 12: a bearer off duty, or one who has no shift, is asked for
 * nothing but in an emergency of his own. */
static int
check_duty(struct decision *d, const struct device *dev, enum device_order_kind kind,
	   struct id *ret_incident)
{
	const struct incident *i = device_emergency(d->m, dev);
	struct unit *u;
	struct site *s;

	device_home(d->m, dev, &u, &s);

	*ret_incident = i ? i->r.id : (struct id){ 0 };
	if (i || (u && (u->shift_on || u->n_open)))
		return 0;
	/* back to its own pace when the emergency is over, and told that it was heard
	 */
	if (!d->actor &&
	    (kind == DEVICE_ORDER_INTERVAL || kind == DEVICE_ORDER_CONFIRM))
		return 0;
	return refuse(d, 409, u ? "off_duty" : "no_emergency",
		      u ? "its bearer is off duty and has not called for help"
			: "it may be asked only while its bearer calls for help");
}

static int
check_asked(struct decision *d, const struct device_order_args *a)
{
	if (a->kind == DEVICE_ORDER_INTERVAL && (a->seconds < 5 || a->seconds > 86400))
		return refuse(d, 422, "bad_field", "seconds: from 5 to 86400");
	if (a->kind == DEVICE_ORDER_TEXT && !a->text.n)
		return refuse(d, 422, "bad_field", "text: is needed");
	if ((a->kind == DEVICE_ORDER_VOICE) != id_is_set(a->file))
		return refuse(d, 422, "bad_field",
			      "file: is needed for voice, and for nothing else");
	if (a->for_seconds < 0 || a->for_seconds > 86400)
		return refuse(d, 422, "bad_field", "for_seconds: from 0 to 86400");
	return 0;
}

static struct device *
ordered(struct decision *d, struct id id)
{
	struct device *dev = device_find(d->m, id);

	if (!dev || (d->actor && access_record(d->m, d->actor, NOUN_DEVICE, &dev->r) ==
					 VIEW_NONE)) {
		refuse_hidden(d);
		return NULL;
	}
	if (d->actor && !principal_is_dispatcher_up(d->actor)) {
		refuse(d, 403, "needs_dispatcher", "only the room gives orders");
		return NULL;
	}
	if (dev->state != DEVICE_BOUND) {
		refuse(d, 409, "not_bound", "this device is bound to nobody");
		return NULL;
	}
	return dev;
}

int
device_may_be_told(struct decision *d, struct id id)
{
	return ordered(d, id) ? 0 : ERR_DENIED;
}

/* The recording was sent for this device, and is one that watches take. */
static int
check_voice(struct decision *d, const struct device *dev, struct id id)
{
	const struct file *f =
		id_is_set(id) ? (const struct file *)decision_find(d, NOUN_FILE, id)
			      : NULL;

	if (!id_is_set(id))
		return 0;
	if (!f || !id_is(f->device, dev->r.id) || f->erased_at != TIME_NONE ||
	    (d->actor && !f->posts && !id_is(f->author, d->actor->id)))
		return refuse(d, 422, "no_such_file",
			      "file: no recording that was sent for this device");
	if (!f->media || strcmp(f->media, "audio/amr") != 0 ||
	    f->size > DEVICE_VOICE_MAX)
		return refuse(d, 422, "bad_voice",
			      "file: AMR of %d bytes at most, which is some 15 to 30 s",
			      DEVICE_VOICE_MAX);
	return 0;
}

/* A new pace, or a new "where are you", takes the place of one under way. */
static void
supersede(struct decision *d, const struct device *dev, enum device_order_kind kind)
{
	if (kind != DEVICE_ORDER_INTERVAL && kind != DEVICE_ORDER_LOCATE)
		return;
	for (size_t k = 0; k < dev->n_orders; k++) {
		const struct device_order *o = dev->orders[k];

		if (o->kind == (int)kind && device_order_is_open(o))
			device_order_set(d, o->r.id, DEVICE_ORDER_EXPIRED,
					 SPAN("a later one took its place"));
	}
}

int
device_order_make(struct decision *d, const struct device_order_args *a, struct id *ret)
{
	struct device *dev = ordered(d, a->device);
	struct unit *u;
	struct site *s;
	struct id incident;
	struct event e;

	if (!dev || check_asked(d, a) < 0 || check_voice(d, dev, a->file) < 0 ||
	    check_duty(d, dev, a->kind, &incident) < 0)
		return ERR_DENIED;
	supersede(d, dev, a->kind);
	device_home(d->m, dev, &u, &s);
	*ret = next_id(d, NOUN_DEVICE_ORDER);
	event_begin(d, &e, EVENT_DEVICE_ORDERED, u ? u->r.world : dev->r.world, *ret);
	PATCH_ID(&e.body, device_order, device, dev->r.id);
	if (u)
		PATCH_ID(&e.body, device_order, unit, u->r.id);
	if (id_is_set(incident))
		PATCH_ID(&e.body, device_order, incident, incident);
	PATCH_ENUM(&e.body, device_order, kind, a->kind);
	PATCH_ENUM(&e.body, device_order, state, DEVICE_ORDER_QUEUED);
	if (a->kind == DEVICE_ORDER_INTERVAL)
		PATCH_INT(&e.body, device_order, seconds, a->seconds);
	if (a->for_seconds)
		PATCH_INT(&e.body, device_order, for_seconds, a->for_seconds);
	if (a->text.n)
		PATCH_STR(&e.body, device_order, text, a->text);
	if (id_is_set(a->file))
		PATCH_ID(&e.body, device_order, file, a->file);
	PATCH_BOOL(&e.body, device_order, is_automatic, !d->actor);
	if (d->actor) {
		PATCH_ID(&e.body, device_order, asked_by, d->actor->id);
		PATCH_STR(&e.body, device_order, asked_name, span_of(d->actor->name));
	}
	PATCH_INT(&e.body, device_order, at, d->now);
	PATCH_INT(&e.body, device_order, expires_at,
		  d->now +
			  (a->kind == DEVICE_ORDER_TEXT || a->kind == DEVICE_ORDER_VOICE
				   ? LAST_TEXT_MS
				   : LAST_MS));
	PATCH_INT(&e.body, device_order, tries, 0);
	if (dev->key_slot != FIELD_NONE)
		PATCH_INT(&e.body, device_order, key_slot, dev->key_slot);
	event_emit(d, &e);
	if (id_is_set(a->file))
		file_attach(d, a->file, *ret);
	return 0;
}

int
device_order_set(struct decision *d, struct id id, enum device_order_state to,
		 struct span why)
{
	static const enum event_type types[] = {
		[DEVICE_ORDER_SENT] = EVENT_DEVICE_ORDER_SENT,
		[DEVICE_ORDER_ACKED] = EVENT_DEVICE_ORDER_ACKED,
		[DEVICE_ORDER_REFUSED] = EVENT_DEVICE_ORDER_REFUSED,
		[DEVICE_ORDER_EXPIRED] = EVENT_DEVICE_ORDER_EXPIRED,
	};
	struct device_order *o = device_order_find(d->m, id);
	struct event e;

	if (!o || !device_order_is_open(o))
		return 0;
	event_begin(d, &e, types[to], o->r.world, id);
	PATCH_ENUM(&e.body, device_order, state, to);
	if (to == DEVICE_ORDER_SENT) {
		PATCH_INT(&e.body, device_order, sent_at, d->now);
		PATCH_INT(&e.body, device_order, tries, o->tries + 1);
	} else {
		PATCH_INT(&e.body, device_order, ended_at, d->now);
	}
	if (why.n)
		PATCH_STR(&e.body, device_order, why, why);
	event_emit(d, &e);
	return 0;
}
