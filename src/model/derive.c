/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consequences of events: counters, the roll, milestones of an incident that
 * its assignments reach, and links between records. Everything here is a
 * function of the events alone, so a replay gives the same records.
 */
#include "model/derive.h"

#include "base/auto.h"

static void
push(void *pv, size_t *n, void *item)
{
	void ***v = pv;

	*v = realloc(*v, (*n + 1) * sizeof(void *));
	if (!*v)
		abort();
	(*v)[(*n)++] = item;
}

static void
pull(void **v, size_t *n, const void *item)
{
	for (size_t i = 0; i < *n; i++) {
		if (v[i] != item)
			continue;
		memmove(&v[i], &v[i + 1], (*n - i - 1) * sizeof *v);
		(*n)--;
		return;
	}
}

/* --- open incidents by place --------------------------------------------- */

static struct span
open_key(struct buf *b, struct id site, struct span source)
{
	if (id_is_set(site))
		buf_add_span(b, ID_KEY(&site));
	else
		buf_add_span(b, source);
	return buf_span(b);
}

const struct incident_list *
open_incidents(const struct model *m, struct id site, struct span source)
{
	static const struct incident_list none = { 0 };
	struct buf AUTO(buf_done) k = { 0 };
	const struct incident_list *l =
		map_get(&m->site_open, open_key(&k, site, source));

	return l ? l : &none;
}

void
site_open_index(struct model *m, struct incident *i, bool is_in)
{
	struct buf AUTO(buf_done) k = { 0 };
	struct span key = open_key(&k, i->site, span_of(i->source));
	struct incident_list *l = map_get(&m->site_open, key);

	if (i->state == INCIDENT_CLOSED || i->state == 0 || !key.n)
		return;
	if (is_in) {
		if (!l) {
			l = calloc(1, sizeof *l);
			map_put(&m->site_open, key, l);
		}
		push(&l->v, &l->n, i);
		m->open_incidents++;
	} else if (l) {
		pull((void **)l->v, &l->n, i);
		m->open_incidents--;
		if (!l->n) {
			map_remove(&m->site_open, key);
			free(l->v);
			free(l);
		}
	}
}

void
site_open_done(struct model *m)
{
	void *l;

	for (size_t i = 0; map_next(&m->site_open, &i, NULL, &l);) {
		free(((struct incident_list *)l)->v);
		free(l);
	}
	map_done(&m->site_open);
}

/* --- links in memory ----------------------------------------------------- */

/* Whose key was destroyed has no source any more, and still a place. */
static struct span
roll_key(const struct roll *r)
{
	return r->source ? span_of(r->source) : ID_KEY(&r->r.id);
}

void
derived_link(struct model *m, enum noun_index n, struct record *rec)
{
	struct incident *inc;

	if (n == NOUN_ASSIGNMENT) {
		struct assignment *a = (struct assignment *)rec;
		struct unit *u = unit_find(m, a->unit);

		inc = incident_find(m, a->incident);
		if (inc)
			push(&inc->assignments, &inc->n_assignments, a);
		if (u && assignment_is_open(a))
			push(&u->open, &u->n_open, a);
	} else if (n == NOUN_DEVICE) {
		((struct device *)rec)->last_seen_at = TIME_NONE;
		((struct device *)rec)->battery_pct = -1;
		((struct device *)rec)->signal_pct = -1;
	} else if (n == NOUN_DEVICE_ORDER) {
		struct device *dev =
			device_find(m, ((struct device_order *)rec)->device);

		if (dev)
			push(&dev->orders, &dev->n_orders, rec);
	} else if (n == NOUN_GRANT) {
		struct grant *g = (struct grant *)rec;

		/* checked when it was proposed; a damaged word opens nothing */
		if (grant_parts_read(g->parts, &g->part_bits) < 0)
			g->part_bits = 0;
	} else if (n == NOUN_BOOK) {
		struct site *s = site_find(m, ((struct book *)rec)->site);

		if (s)
			s->book = (struct book *)rec;
	} else if (n == NOUN_ROLL) {
		struct roll *r = (struct roll *)rec;

		inc = incident_find(m, r->incident);
		if (inc)
			map_put(&inc->roll, roll_key(r), r);
	} else if (n == NOUN_ACK) {
		struct post *b = post_find(m, ((struct ack *)rec)->post);

		if (b)
			push(&b->acks, &b->n_acks, rec);
	}
}

void
derived_unlink(struct model *m, enum noun_index n, struct record *rec)
{
	if (n == NOUN_ASSIGNMENT) {
		struct assignment *a = (struct assignment *)rec;
		struct unit *u = unit_find(m, a->unit);
		struct incident *inc = incident_find(m, a->incident);

		if (u)
			pull((void **)u->open, &u->n_open, a);
		if (inc)
			pull((void **)inc->assignments, &inc->n_assignments, a);
	} else if (n == NOUN_DEVICE_ORDER) {
		struct device *dev =
			device_find(m, ((struct device_order *)rec)->device);

		if (dev)
			pull((void **)dev->orders, &dev->n_orders, rec);
	} else if (n == NOUN_BOOK) {
		struct site *s = site_find(m, ((struct book *)rec)->site);

		if (s && s->book == (struct book *)rec)
			s->book = NULL;
	} else if (n == NOUN_ROLL) {
		struct roll *r = (struct roll *)rec;
		struct incident *inc = incident_find(m, r->incident);

		if (inc)
			map_remove(&inc->roll, roll_key(r));
	} else if (n == NOUN_ACK) {
		struct post *b = post_find(m, ((struct ack *)rec)->post);

		if (b)
			pull((void **)b->acks, &b->n_acks, rec);
	}
}

void
derived_free(enum noun_index n, struct record *rec)
{
	if (n == NOUN_INCIDENT) {
		free(((struct incident *)rec)->assignments);
		map_done(&((struct incident *)rec)->roll);
		((struct incident *)rec)->assignments = NULL;
	} else if (n == NOUN_UNIT) {
		free(((struct unit *)rec)->open);
		((struct unit *)rec)->open = NULL;
	} else if (n == NOUN_DEVICE) {
		free(((struct device *)rec)->orders);
		((struct device *)rec)->orders = NULL;
	} else if (n == NOUN_POST) {
		free(((struct post *)rec)->acks);
		((struct post *)rec)->acks = NULL;
	}
}

/* --- consequences -------------------------------------------------------- */

static void
reached(struct incident *i, enum milestone ms, int64_t at)
{
	int64_t *t = incident_milestone(i, ms);

	if (*t == TIME_NONE)
		*t = at;
}

static void
derive_signal(struct model *m, const struct event *e, struct signal *s)
{
	struct incident *i = incident_find(m, s->incident);
	struct roll *r;

	if (!i)
		return;
	r = id_is_set(s->roll) ? (struct roll *)model_find(m, NOUN_ROLL, s->roll)
			       : map_get(&i->roll, span_of(s->source));
	if (!r) {
		struct id id = e->subject;

		id.noun = nouns[NOUN_ROLL]->letter;
		if (model_find(m, NOUN_ROLL, id))
			return; /* received twice: only a damaged journal says so */
		r = (struct roll *)record_new(&noun_roll, id, e->world);
		r->incident = i->r.id;
		r->source = span_dup(span_of(s->source));
		r->name = span_dup(span_of(s->source_name));
		r->person = s->person;
		r->count = 0;
		r->first_at = e->at;
		r->trust = s->trust;
		model_insert(m, NOUN_ROLL, &r->r);
		i->people_count++;
	}
	r->count++;
	r->last_at = e->at;
	i->signals_count++;
	model_touch(m, &r->r, e->seq);
	model_touch(m, &i->r, e->seq);
}

/* The incident reaches what the first of its assignments reaches. */
static void
derive_assignment(struct model *m, const struct event *e, struct assignment *a)
{
	struct incident *i = incident_find(m, a->incident);
	struct unit *u = unit_find(m, a->unit);

	if (u && !assignment_is_open(a))
		pull((void **)u->open, &u->n_open, a);
	if (!i)
		return;
	switch (a->state) {
	case ASSIGNMENT_OFFERED:
		reached(i, MS_OFFERED, e->at);
		break;
	case ASSIGNMENT_ON_SCENE:
		reached(i, MS_ON_SCENE, e->at);
		/* fall through */
	case ASSIGNMENT_EN_ROUTE:
		if (a->state == ASSIGNMENT_EN_ROUTE)
			reached(i, MS_EN_ROUTE, e->at);
		/* fall through */
	case ASSIGNMENT_ACCEPTED:
		reached(i, MS_DISPATCHED, e->at);
		if (i->state == INCIDENT_NEW || i->state == INCIDENT_ACKNOWLEDGED)
			i->state = INCIDENT_ACTIVE;
		break;
	case ASSIGNMENT_CLEARED:
		if (!incident_open_assignments(i))
			reached(i, MS_CLEARED, e->at);
		break;
	default:
		break;
	}
	model_touch(m, &i->r, e->seq);
}

/* Whoever it was has looked once more. */
static void
count_look(struct model *m, const struct event *e, struct id who)
{
	struct record *rec;
	char **looks = looks_of(m, who, &rec);

	if (!looks)
		return;
	looks_add(looks, e->at);
	model_touch(m, rec, e->seq);
}

static void
derive_opening(struct model *m, const struct event *e, const struct opening *o)
{
	struct grant *g = grant_find(m, o->grant);

	count_look(m, e, o->account);
	if (!g)
		return;
	g->opened_count++;
	g->opened_at = e->at;
	g->opened_by = o->account;
	g->opened_what = o->what;
	model_touch(m, &g->r, e->seq);
}

/* The code that opened a session opens no other. */
static void
use_code(struct model *m, const struct event *e, const struct session *s)
{
	struct account *a = account_find(m, s->account);

	if (e->type != EVENT_SESSION_OPENED || !a || s->totp_step == FIELD_NONE ||
	    (a->totp_step != FIELD_NONE && a->totp_step >= s->totp_step))
		return;
	a->totp_step = s->totp_step;
	model_touch(m, &a->r, e->seq);
}

/* The next person's key is one that nobody has. */
static void
use_key(struct model *m, const struct event *e, int64_t slot)
{
	if (!m->node || slot == FIELD_NONE || slot < m->node->key_slots_used)
		return;
	m->node->key_slots_used = slot + 1;
	model_touch(m, &m->node->r, e->seq);
}

void
derive_name(struct model *m, const struct event *e, struct record *rec)
{
	struct device *dev = (struct device *)rec, *had;

	if (event_infos[e->type].noun != NOUN_DEVICE)
		return;
	device_told_follow(dev, e->body.given);
	if (dev->claim)
		return;
	had = device_by_name(m, span_of(dev->door), span_of(dev->identity));
	if (!had || had == dev)
		return;
	had->claim = true;
	if (!id_is_set(had->agency)) /* it was nobody's: there is nothing left of it */
		had->state = DEVICE_REVOKED;
	model_touch(m, &had->r, e->seq);
}

static void
forget(struct record *rec, const struct noun *noun, const size_t *words, size_t n)
{
	struct patch p;

	patch_init(&p, noun);
	for (size_t k = 0; k < n; k++) {
		if (noun->fields[field_at(noun, words[k])].type == FIELD_POS)
			*(struct position *)patch_give(&p, words[k]) =
				(struct position){ 0 };
		else
			patch_str(&p, words[k], (struct span){ 0 });
	}
	patch_apply(&p, rec);
	patch_done(&p);
}

/* What the incident's key sealed beside its own record, where memory still has it in
 * the clear. Rows on the shelf cannot be opened any more: they stay as they are. */
static void
forget_words(struct model *m, struct id incident)
{
	static const size_t of_signal[] = {
		offsetof(struct signal, source_name),
		offsetof(struct signal, position),
		offsetof(struct signal, message),
		offsetof(struct signal, better_position),
		offsetof(struct signal, more_message),
		offsetof(struct signal, raw),
	};
	static const size_t of_roll[] = { offsetof(struct roll, name) };
	static const size_t of_assignment[] = { offsetof(struct assignment,
							 override_note) };
	void *v;

	for (size_t k = 0; map_next(&m->tables[NOUN_SIGNAL], &k, NULL, &v);)
		if (id_is(((struct signal *)v)->incident, incident))
			forget(v, &noun_signal, of_signal, ARRAY_LEN(of_signal));
	for (size_t k = 0; map_next(&m->tables[NOUN_ROLL], &k, NULL, &v);)
		if (id_is(((struct roll *)v)->incident, incident))
			forget(v, &noun_roll, of_roll, ARRAY_LEN(of_roll));
	for (size_t k = 0; map_next(&m->tables[NOUN_ASSIGNMENT], &k, NULL, &v);)
		if (id_is(((struct assignment *)v)->incident, incident))
			forget(v, &noun_assignment, of_assignment,
			       ARRAY_LEN(of_assignment));
}

void
derive(struct model *m, const struct event *e, struct record *rec)
{
	switch (event_infos[e->type].noun) {
	case NOUN_SIGNAL:
		if (e->type == EVENT_SIGNAL_RECEIVED)
			derive_signal(m, e, (struct signal *)rec);
		break;
	case NOUN_ASSIGNMENT:
		/* words move nothing; what was read in brings its own times */
		if (e->type != EVENT_ASSIGNMENT_EXPLAINED &&
		    e->type != EVENT_ASSIGNMENT_IMPORTED)
			derive_assignment(m, e, (struct assignment *)rec);
		break;
	case NOUN_INCIDENT:
		if (e->type == EVENT_INCIDENT_RAISED && m->node) {
			m->node->incidents_made++;
			m->node->key_slots_used =
				((struct incident *)rec)->key_slot + 1;
			model_touch(m, &m->node->r, e->seq);
		}
		((struct incident *)rec)->is_loaded_whole = true;
		if (e->type == EVENT_INCIDENT_ERASED)
			forget_words(m, e->subject);
		break;
	case NOUN_ACK: { /* its post stays in memory until this is on disk */
		struct post *b = post_find(m, ((struct ack *)rec)->post);

		if (b)
			model_touch(m, &b->r, e->seq);
		break;
	}
	case NOUN_SESSION:
		use_code(m, e, (const struct session *)rec);
		break;
	case NOUN_OPENING:
		derive_opening(m, e, (const struct opening *)rec);
		break;
	case NOUN_BOOK:
		use_key(m, e, ((struct book *)rec)->key_slot);
		derive_book(e, (struct book *)rec);
		if (e->type == EVENT_REGISTER_OPENED)
			count_look(m, e, ((struct book *)rec)->opened_by);
		break;
	case NOUN_VISIT:
		derive_visit(m, e, (const struct visit *)rec);
		break;
	default:
		use_key(m, e, noun_key_slot(event_infos[e->type].noun, rec));
		break;
	}
}

static void
refs_of_incident(const struct model *m, struct event *e, struct id id)
{
	const struct incident *i = incident_find(m, id);

	e->incident = id;
	if (!i)
		return;
	e->agency = i->agency;
	e->site = i->site;
}

/* Of a meeting there is none: it is of all who are invited. */
static void
refs_of_liaison(struct event *e, const struct record *rec)
{
	switch (event_infos[e->type].noun) {
	case NOUN_ADVISORY:
		e->agency = ((const struct advisory *)rec)->agency;
		break;
	case NOUN_CALENDAR:
		e->agency = ((const struct calendar *)rec)->agency;
		break;
	case NOUN_MATTER:
		e->agency = ((const struct matter *)rec)->agency;
		break;
	case NOUN_ACTION:
		e->agency = ((const struct action *)rec)->agency;
		break;
	case NOUN_ORDER:
		e->agency = ((const struct order *)rec)->agency;
		break;
	default:
		break;
	}
}

static void
refs_of_grant(struct event *e, const struct grant *g)
{
	e->agency = g->agency;
	if (g->of == GRANT_OF_INCIDENTS)
		e->incident = g->subject;
	else
		e->site = g->subject;
}

/* Nouns of which nothing is to be told but whose they are. */
static const size_t agency_at[NOUN__COUNT] = {
	[NOUN_ACCOUNT] = offsetof(struct account, agency),
	[NOUN_TOKEN] = offsetof(struct token, agency),
	[NOUN_DEVICE] = offsetof(struct device, agency),
	[NOUN_CHANNEL] = offsetof(struct channel, agency),
	[NOUN_MEMBER] = offsetof(struct member, agency),
	[NOUN_POST] = offsetof(struct post, agency),
	[NOUN_ACK] = offsetof(struct ack, agency),
	[NOUN_RECEIPT] = offsetof(struct receipt, agency),
	[NOUN_DUTY_PHONE] = offsetof(struct duty_phone, agency),
	[NOUN_EXPORT] = offsetof(struct export, agency),
	[NOUN_FILE] = offsetof(struct file, agency),
	[NOUN_ERASURE] = offsetof(struct erasure, agency),
};

void
derive_refs(struct model *m, struct event *e, const struct record *rec)
{
	enum noun_index n = event_infos[e->type].noun;
	const struct device *dev;
	const struct grant *g;
	const struct unit *u;

	if (refs_of_register(e, rec))
		return;
	switch (n) {
	case NOUN_SIGNAL:
		refs_of_incident(m, e, ((const struct signal *)rec)->incident);
		e->signal = e->subject;
		e->unit = ((const struct signal *)rec)->unit;
		break;
	case NOUN_INCIDENT:
		refs_of_incident(m, e, e->subject);
		e->unit = ((const struct incident *)rec)->unit;
		break;
	case NOUN_ASSIGNMENT:
		refs_of_incident(m, e, ((const struct assignment *)rec)->incident);
		e->unit = ((const struct assignment *)rec)->unit;
		e->unit_agency = ((const struct assignment *)rec)->agency;
		break;
	case NOUN_NOTE:
		refs_of_incident(m, e, ((const struct note *)rec)->incident);
		break;
	case NOUN_PAGE:
		refs_of_incident(m, e, ((const struct page *)rec)->incident);
		break;
	case NOUN_UNIT:
		u = (const struct unit *)rec;
		e->unit = e->subject;
		e->agency = e->unit_agency = u->agency;
		break;
	case NOUN_SITE:
		e->site = e->subject;
		e->agency = ((const struct site *)rec)->agency;
		break;
	case NOUN_AGENCY:
		e->agency = e->subject;
		break;
	case NOUN_SESSION: {
		const struct account *a =
			account_find(m, ((const struct session *)rec)->account);

		e->agency = a ? a->agency : (struct id){ 0 };
		break;
	}
	case NOUN_INVITATION:
		e->agency = ((const struct invitation *)rec)->agency;
		e->site = ((const struct invitation *)rec)->site;
		break;
	case NOUN_PERSON:
		e->agency = ((const struct person *)rec)->agency;
		e->site = ((const struct person *)rec)->site;
		e->unit = ((const struct person *)rec)->unit;
		break;
	case NOUN_DEVICE_ORDER:
		dev = device_find(m, ((const struct device_order *)rec)->device);
		e->agency = dev ? dev->agency : (struct id){ 0 };
		e->unit = ((const struct device_order *)rec)->unit;
		break;
	case NOUN_GRANT:
		refs_of_grant(e, (const struct grant *)rec);
		break;
	case NOUN_OPENING:
		g = grant_find(m, ((const struct opening *)rec)->grant);
		if (g)
			refs_of_grant(e, g);
		else
			e->agency = ((const struct opening *)rec)->owner;
		break;
	default:
		if (agency_at[n])
			e->agency =
				*(const struct id *)((const char *)rec + agency_at[n]);
		else
			refs_of_liaison(e, rec);
		break;
	}
}
