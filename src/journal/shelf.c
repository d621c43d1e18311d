/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between memory and the shelf: a start loads live records only; what a
 * command or a query needs beyond that is loaded before it is decided; what is
 * durable and done with leaves memory again.
 */
#include "journal/inner.h"

#include "base/auto.h"

/* The id is in the body: it names the node that made the record. */
static int
decode_row(struct journal *j, const struct store_record *r, struct record **ret)
{
	json_t AUTO(auto_json) *o = json_read(r->body, NULL);
	enum noun_index n = noun_by_letter(r->noun);
	struct id id;

	if (!o || n == NOUN__COUNT || id_parse(json_str(o, "id"), &id) < 0)
		return ERR_CORRUPT;
	return record_decode(n, id, r->body, &j->keys, ret);
}

struct loading {
	struct journal *j;
	int rc;
};

static bool
insert_row(void *ctx, const struct store_record *r)
{
	struct loading *l = ctx;
	struct record *rec;
	enum noun_index n = noun_by_letter(r->noun);

	l->rc = decode_row(l->j, r, &rec);
	if (l->rc < 0)
		return false;
	if (!l->j->model.node_id[0])
		memcpy(l->j->model.node_id, rec->id.node, NODE_MAX);
	if (model_find(&l->j->model, n, rec->id))
		record_free(nouns[n], rec);
	else
		model_insert(&l->j->model, n, rec);
	return true;
}

static int
load_where(struct journal *j, char noun, int column, int64_t equals)
{
	struct loading l = { j, 0 };
	struct store_query q = {
		.noun = noun, .column = column, .equals = equals, .limit = SIZE_MAX >> 1
	};
	int rc = store_find(j->store, &q, insert_row, &l);

	return rc < 0 ? rc : l.rc;
}

static int
load_rest_of(struct journal *j, struct incident *i)
{
	int64_t seq = (int64_t)i->r.id.seq;
	int rc = load_where(j, noun_assignment.letter, 0, seq);

	if (rc == 0)
		rc = load_where(j, noun_roll.letter, 0, seq);
	i->is_loaded_whole = rc == 0;
	return rc;
}

int
shelf_load_live(struct journal *j, struct buf *why)
{
	static const enum noun_index all[] = {
		NOUN_NODE, NOUN_AGENCY, NOUN_SITE, NOUN_UNIT, NOUN_ACCOUNT, NOUN_TOKEN,
		NOUN_INVITATION, NOUN_DEVICE, NOUN_RUN_CARD, NOUN_PERSON, NOUN_CHANNEL,
		NOUN_MEMBER, NOUN_RECEIPT, NOUN_DUTY_PHONE, NOUN_EXPORT,
		/* a few hundred a year: all stay, and lists need no disk */
		NOUN_ADVISORY, NOUN_CAP_RULE, NOUN_SERIES, NOUN_MEETING, NOUN_CALENDAR,
		NOUN_MATTER, NOUN_ACTION, NOUN_ORDER, NOUN_BOOK, NOUN_PLAN, NOUN_POINT,
		NOUN_REVIEW, NOUN_FINDING, NOUN_CLOSURE, NOUN_HOLD, NOUN_ERASURE
	};
	int rc = 0;
	void *rec;

	for (size_t k = 0; k < ARRAY_LEN(all) && rc == 0; k++)
		rc = load_where(j, nouns[all[k]]->letter, -1, 0);
	if (rc == 0)
		rc = load_where(j, noun_incident.letter, 0, 1);
	for (size_t i = 0;
	     rc == 0 && map_next(&j->model.tables[NOUN_INCIDENT], &i, NULL, &rec);)
		rc = load_rest_of(j, rec);
	if (rc == 0)
		rc = load_where(j, noun_page.letter, 0, 1);
	if (rc == 0)
		rc = load_where(j, noun_session.letter, 0, 1);
	if (rc == 0)
		rc = load_where(j, noun_grant.letter, 0, 1);
	if (rc == 0)
		rc = load_where(j, noun_device_order.letter, 0, 1);
	if (rc < 0)
		buf_printf(why, "loading records: %s", err_text(rc));
	return rc;
}

static void
keep_closed(struct journal *j, struct id id)
{
	size_t at = j->n_closed++ % KEPT_CLOSED;
	struct id old = j->closed[at];
	struct incident *i = incident_find(&j->model, old);

	j->closed[at] = id;
	if (!i || id_is(old, id) || i->state != INCIDENT_CLOSED)
		return;
	if (i->r.is_dirty || i->r.touched_seq > j->durable) {
		j->n_closed++; /* not yet: it takes the next place */
		j->closed[(at + 1) % KEPT_CLOSED] = old;
		return;
	}
	while (i->n_assignments) {
		struct assignment *a = i->assignments[i->n_assignments - 1];

		if (a->r.is_dirty || a->r.touched_seq > j->durable)
			return;
		model_evict(&j->model, NOUN_ASSIGNMENT, &a->r);
	}
	for (;;) {
		size_t k = 0;
		void *r;

		if (!map_next(&i->roll, &k, NULL, &r))
			break;
		model_evict(&j->model, NOUN_ROLL, r);
	}
	model_evict(&j->model, NOUN_INCIDENT, &i->r);
}

static void
remember_key(struct journal *j, const struct signal *s)
{
	seen_add(j->seen, column_hash(span_of(s->source), span_of(s->key)));
}

static void
keep_signal(struct journal *j, struct id id)
{
	size_t at = j->n_signals++ % KEPT_SIGNALS;
	struct signal *old = signal_find(&j->model, j->signals[at]);

	if (old && !old->r.is_dirty && old->r.touched_seq <= j->durable)
		model_evict(&j->model, NOUN_SIGNAL, &old->r);
	j->signals[at] = id;
}

/* Posts and files leave memory oldest first, a post with its acknowledgements. */
static void
keep_post(struct journal *j, struct id id)
{
	size_t at = j->n_posts++ % KEPT_POSTS;
	struct id old = j->posts[at];
	enum noun_index was = old.noun == noun_file.letter ? NOUN_FILE : NOUN_POST;
	struct record *rec = model_find(&j->model, was, old);

	j->posts[at] = id;
	if (!rec || id_is(old, id) || rec->is_dirty || rec->touched_seq > j->durable)
		return;
	while (was == NOUN_POST && ((struct post *)rec)->n_acks) {
		struct post *b = (struct post *)rec;

		model_evict(&j->model, NOUN_ACK, &b->acks[b->n_acks - 1]->r);
	}
	model_evict(&j->model, was, rec);
}

/* What the batch made durable may leave memory when it is done with. */
void
shelf_tidy(struct journal *j, struct batch *b)
{
	if (!b->n)
		return;
	memcpy(j->head_hash, b->events[b->n - 1].hash, 32);
	j->head_seq = b->last_seq;
	j->head_at = b->events[b->n - 1].e.at;
	for (size_t k = 0; k < b->n; k++) {
		const struct event *e = &b->events[k].e;
		struct record *rec;
		struct note *note;
		struct page *page;
		struct visit *visit;

		switch (event_infos[e->type].noun) {
		case NOUN_SIGNAL:
			if (e->type != EVENT_SIGNAL_RECEIVED)
				break;
			remember_key(j, (const struct signal *)e->body.rec);
			keep_signal(j, e->subject);
			break;
		case NOUN_INCIDENT:
			if (e->type == EVENT_INCIDENT_CLOSED)
				keep_closed(j, e->subject);
			break;
		case NOUN_POST:
			if (e->type == EVENT_POST_POSTED)
				keep_post(j, e->subject);
			break;
		case NOUN_FILE:
			if (e->type == EVENT_FILE_KEPT)
				keep_post(j, e->subject);
			break;
		case NOUN_NOTE:
			note = note_find(&j->model, e->subject);
			if (note && note->r.touched_seq <= j->durable)
				model_evict(&j->model, NOUN_NOTE, &note->r);
			break;
		case NOUN_OPENING:
			rec = model_find(&j->model, NOUN_OPENING, e->subject);
			if (rec && rec->touched_seq <= j->durable)
				model_evict(&j->model, NOUN_OPENING, rec);
			break;
		case NOUN_DEVICE_ORDER:
			rec = model_find(&j->model, NOUN_DEVICE_ORDER, e->subject);
			if (rec && !rec->is_dirty && rec->touched_seq <= j->durable &&
			    !device_order_is_open((struct device_order *)rec))
				model_evict(&j->model, NOUN_DEVICE_ORDER, rec);
			break;
		case NOUN_VISIT:
			visit = visit_find(&j->model, e->subject);
			if (visit && visit->r.touched_seq <= j->durable)
				model_evict(&j->model, NOUN_VISIT, &visit->r);
			break;
		case NOUN_PAGE:
			page = page_find(&j->model, e->subject);
			if (page && page->state != PAGE_WAITING && !page->r.is_dirty &&
			    page->r.touched_seq <= j->durable)
				model_evict(&j->model, NOUN_PAGE, &page->r);
			break;
		default:
			break;
		}
	}
}

static void
find_posts_of(struct journal *j, const struct file *f)
{
	json_t AUTO(auto_json) *list =
		f->posts ? json_read(span_of(f->posts), NULL) : NULL;
	size_t k;
	json_t *v;

	json_array_foreach(list, k, v)
	{
		struct id id;

		if (id_parse((struct span){ json_string_value(v),
					    json_string_length(v) },
			     &id) == 0)
			journal_find(j, NOUN_POST, id);
	}
}

/* The law needs beside a record what it belongs to. */
static void
find_owner_of(struct journal *j, enum noun_index n, const struct record *rec)
{
	if (n == NOUN_SIGNAL)
		journal_find(j, NOUN_INCIDENT, ((const struct signal *)rec)->incident);
	else if (n == NOUN_NOTE)
		journal_find(j, NOUN_INCIDENT, ((const struct note *)rec)->incident);
	else if (n == NOUN_ASSIGNMENT)
		journal_find(j, NOUN_INCIDENT,
			     ((const struct assignment *)rec)->incident);
	else if (n == NOUN_ACK)
		journal_find(j, NOUN_POST, ((const struct ack *)rec)->post);
	else if (n == NOUN_FILE && id_is_set(((const struct file *)rec)->incident))
		journal_find(j, NOUN_INCIDENT, ((const struct file *)rec)->incident);
	else if (n == NOUN_FILE)
		find_posts_of(j, (const struct file *)rec);
}

struct record *
journal_find(struct journal *j, enum noun_index n, struct id id)
{
	struct record *rec = model_find(&j->model, n, id);
	struct buf AUTO(buf_done) body = { 0 };

	if (rec) {
		find_owner_of(j, n, rec); /* it may have left memory first */
		return rec;
	}
	if (!id_is_set(id) || id.noun != nouns[n]->letter ||
	    memcmp(id.node, j->model.node_id, NODE_MAX) != 0 ||
	    store_get(j->store, id.noun, id.seq, &body, NULL) < 0 ||
	    record_decode(n, id, buf_span(&body), &j->keys, &rec) < 0)
		return NULL;
	find_owner_of(j, n, rec);
	if (model_find(&j->model, n, id)) { /* came with its incident */
		record_free(nouns[n], rec);
		return model_find(&j->model, n, id);
	}
	model_insert(&j->model, n, rec);
	if (n == NOUN_INCIDENT) {
		load_rest_of(j, (struct incident *)rec);
		keep_closed(j, id);
	} else if (n == NOUN_SIGNAL) {
		keep_signal(j, id);
	} else if (n == NOUN_POST || n == NOUN_FILE) {
		if (n == NOUN_POST)
			load_where(j, noun_ack.letter, 0, (int64_t)id.seq);
		keep_post(j, id);
	}
	return rec;
}

struct by_key {
	struct journal *j;
	struct span source, key;
	struct id found;
};

static bool
match_key(void *ctx, const struct store_record *r)
{
	struct by_key *w = ctx;
	struct record *rec;

	if (decode_row(w->j, r, &rec) < 0)
		return true;
	if (span_is_z(w->source, ((struct signal *)rec)->source) &&
	    span_is_z(w->key, ((struct signal *)rec)->key))
		w->found = rec->id;
	record_free(&noun_signal, rec);
	return !id_is_set(w->found);
}

struct signal *
shelf_signal(void *ctx, struct span source, struct span key)
{
	struct by_key w = { ctx, source, key, { 0 } };
	struct store_query q = { .noun = noun_signal.letter,
				 .column = 1,
				 .equals = column_hash(source, key),
				 .limit = 16 };

	if (!seen_may_have(w.j->seen, q.equals))
		return NULL;
	if (store_find(w.j->store, &q, match_key, &w) < 0 || !id_is_set(w.found))
		return NULL;
	return (struct signal *)journal_find(w.j, NOUN_SIGNAL, w.found);
}

struct by_author {
	struct journal *j;
	struct id author, found;
	struct span key;
};

static bool
match_post(void *ctx, const struct store_record *r)
{
	struct by_author *w = ctx;
	struct record *rec;
	const struct post *b;

	if (decode_row(w->j, r, &rec) < 0)
		return true;
	b = (const struct post *)rec;
	if (id_is(b->author, w->author) && b->key && span_is_z(w->key, b->key))
		w->found = rec->id;
	record_free(&noun_post, rec);
	return !id_is_set(w->found);
}

struct post *
shelf_post(void *ctx, struct id author, struct span key)
{
	struct by_author w = { .j = ctx, .author = author, .key = key };
	struct store_query q = { .noun = noun_post.letter,
				 .column = 1,
				 .equals = column_hash(ID_KEY(&author), key),
				 .limit = 16 };

	if (store_find(w.j->store, &q, match_post, &w) < 0 || !id_is_set(w.found))
		return NULL;
	return (struct post *)journal_find(w.j, NOUN_POST, w.found);
}

/* --- reading for the doors ------------------------------------------------ */

struct reading {
	struct journal *j;
	bool (*on_event)(void *ctx, const struct event *e);
	bool (*on_record)(void *ctx, const struct record *rec);
	void *ctx;
	int rc;
};

static bool
give_event(void *ctx, const struct store_event *se)
{
	struct reading *r = ctx;
	struct field_error fe;
	struct event e;
	bool go_on;

	r->rc = event_decode(se->doc, &r->j->keys, &e, &fe);
	if (r->rc < 0)
		return false;
	go_on = r->on_event(r->ctx, &e);
	event_done(&e);
	return go_on;
}

int
journal_events(struct journal *j, uint64_t after, uint64_t incident, size_t limit,
	       bool (*fn)(void *ctx, const struct event *e), void *ctx)
{
	struct reading r = { .j = j, .on_event = fn, .ctx = ctx };
	int rc = store_events(j->store, after, incident, limit, give_event, &r);

	return rc < 0 ? rc : r.rc;
}

static bool
give_hash(void *ctx, const struct store_event *se)
{
	memcpy(ctx, se->hash, STORE_HASH_BYTES);
	return false;
}

int
journal_hash(struct journal *j, uint64_t seq, uint8_t ret[STORE_HASH_BYTES])
{
	if (!seq || seq > journal_durable(j))
		return ERR_NOT_FOUND;
	return store_events(j->store, seq - 1, 0, 1, give_hash, ret);
}

static bool
give_record(void *ctx, const struct store_record *sr)
{
	struct reading *r = ctx;
	struct record *rec;
	bool go_on;

	r->rc = decode_row(r->j, sr, &rec);
	if (r->rc < 0)
		return false;
	go_on = r->on_record(r->ctx, rec);
	record_free(nouns[noun_by_letter(sr->noun)], rec);
	return go_on;
}

int
journal_records(struct journal *j, const struct store_query *q,
		bool (*fn)(void *ctx, const struct record *rec), void *ctx)
{
	struct reading r = { .j = j, .on_record = fn, .ctx = ctx };
	int rc = store_find(j->store, q, give_record, &r);

	return rc < 0 ? rc : r.rc;
}
