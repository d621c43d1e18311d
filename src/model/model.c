/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records in memory and their indexes. model_apply() is the only place
 * that changes a record; what an event derives beyond its own subject is in
 * derive.c. Reads no clock: what it needs is in the event.
 */
#include "model/model.h"

#include "base/auto.h"
#include "model/derive.h"

#include <stdarg.h>
#include <stdio.h>

void
model_init(struct model *m)
{
	*m = (struct model){ 0 };
}

void
model_done(struct model *m)
{
	for (int n = 0; n < NOUN__COUNT; n++) {
		void *rec;

		for (size_t i = 0; map_next(&m->tables[n], &i, NULL, &rec);)
			derived_free(n, rec);
		for (size_t i = 0; map_next(&m->tables[n], &i, NULL, &rec);)
			record_free(nouns[n], rec);
		map_done(&m->tables[n]);
	}
	map_done(&m->logins);
	map_done(&m->token_hashes);
	map_done(&m->device_names);
	map_done(&m->signal_keys);
	map_done(&m->unit_calls);
	map_done(&m->session_hashes);
	map_done(&m->members);
	map_done(&m->post_keys);
	map_done(&m->receipts);
	map_done(&m->advisory_keys);
	map_done(&m->calendar_hashes);
	site_open_done(m);
}

struct record *
model_find(const struct model *m, enum noun_index n, struct id id)
{
	return id_is_set(id) && id.noun == nouns[n]->letter
		       ? map_get(&m->tables[n], ID_KEY(&id))
		       : NULL;
}

/* --- what records are known by ------------------------------------------- */

static void
device_key(struct buf *b, struct span door, struct span identity)
{
	buf_add_span(b, door);
	buf_add_c(b, 0);
	buf_add_span(b, identity);
}

void
advisory_key(struct buf *b, struct span sender, struct span identifier, int64_t sent)
{
	buf_add_span(b, sender);
	buf_add_c(b, 0);
	buf_add_span(b, identifier);
	buf_add_c(b, 0);
	buf_i64(b, sent);
}

/* Callsigns are unique within their agency and world. */
static void
unit_call_key(struct buf *b, int world, struct id agency, const char *callsign)
{
	id_format(b, agency);
	buf_add_c(b, (char)('0' + world));
	buf_add_z(b, callsign);
}

struct unit *
unit_by_callsign(const struct model *m, int world, struct id agency,
		 const char *callsign)
{
	struct buf AUTO(buf_done) k = { 0 };

	unit_call_key(&k, world, agency, callsign);
	return map_get(&m->unit_calls, buf_span(&k));
}

void
signal_key(struct buf *b, struct span source, struct span key)
{
	buf_add_span(b, source);
	buf_add_c(b, 0);
	buf_add_span(b, key);
}

static void
index_set(struct map *map, struct span key, void *rec, bool is_in)
{
	if (is_in)
		map_put(map, key, rec);
	else if (map_get(map, key) == rec)
		map_remove(map, key);
}

static void
index_talk(struct model *m, enum noun_index n, struct record *rec, bool is_in)
{
	struct buf AUTO(buf_done) k = { 0 };

	if (n == NOUN_MEMBER) {
		const struct member *e = (const struct member *)rec;

		member_key(&k, e->channel,
			   id_is_set(e->account) ? e->account : e->agency, e->role);
		index_set(&m->members, buf_span(&k), rec, is_in && !e->removed);
	} else if (n == NOUN_POST) {
		const struct post *b = (const struct post *)rec;

		if (!b->key)
			return;
		post_key(&k, b->author, span_of(b->key));
		index_set(&m->post_keys, buf_span(&k), rec, is_in);
	} else {
		const struct receipt *q = (const struct receipt *)rec;

		receipt_key(&k, q->channel, q->reader);
		index_set(&m->receipts, buf_span(&k), rec, is_in);
	}
}

static void
index_record(struct model *m, enum noun_index n, struct record *rec, bool is_in)
{
	struct buf AUTO(buf_done) k = { 0 };

	switch (n) {
	case NOUN_NODE:
		m->node = is_in ? (struct node *)rec : NULL;
		break;
	case NOUN_ACCOUNT:
		if (((struct account *)rec)->login)
			index_set(&m->logins, span_of(((struct account *)rec)->login),
				  rec, is_in);
		break;
	case NOUN_TOKEN:
		if (((struct token *)rec)->hash)
			index_set(&m->token_hashes,
				  span_of(((struct token *)rec)->hash), rec, is_in);
		break;
	case NOUN_SESSION:
		index_set(&m->session_hashes, span_of(((struct session *)rec)->hash),
			  rec, is_in && !((struct session *)rec)->ended);
		break;
	case NOUN_UNIT:
		if (((struct unit *)rec)->callsign) {
			unit_call_key(&k, rec->world, ((struct unit *)rec)->agency,
				      ((struct unit *)rec)->callsign);
			index_set(&m->unit_calls, buf_span(&k), rec, is_in);
		}
		break;
	case NOUN_DEVICE:
		device_key(&k, span_of(((struct device *)rec)->door),
			   span_of(((struct device *)rec)->identity));
		index_set(&m->device_names, buf_span(&k), rec,
			  is_in && !((struct device *)rec)->claim);
		break;
	case NOUN_SIGNAL:
		signal_key(&k, span_of(((struct signal *)rec)->source),
			   span_of(((struct signal *)rec)->key));
		index_set(&m->signal_keys, buf_span(&k), rec, is_in);
		break;
	case NOUN_INCIDENT:
		site_open_index(m, (struct incident *)rec, is_in);
		break;
	case NOUN_MEMBER:
	case NOUN_POST:
	case NOUN_RECEIPT:
		index_talk(m, n, rec, is_in);
		break;
	case NOUN_ADVISORY: {
		struct advisory *a = (struct advisory *)rec;

		if (!a->identifier)
			break;
		advisory_key(&k, span_of(a->sender), span_of(a->identifier),
			     a->source_sent_at);
		index_set(&m->advisory_keys, buf_span(&k), rec, is_in);
		break;
	}
	case NOUN_CALENDAR:
		if (((struct calendar *)rec)->hash)
			index_set(&m->calendar_hashes,
				  span_of(((struct calendar *)rec)->hash), rec,
				  is_in && !((struct calendar *)rec)->revoked);
		break;
	default:
		break;
	}
}

struct account *
account_by_login(const struct model *m, struct span login)
{
	return map_get(&m->logins, login);
}

struct token *
token_by_hash(const struct model *m, struct span hash_hex)
{
	return map_get(&m->token_hashes, hash_hex);
}

struct session *
session_by_hash(const struct model *m, struct span hash_hex)
{
	return map_get(&m->session_hashes, hash_hex);
}

struct calendar *
calendar_by_hash(const struct model *m, struct span hash_hex)
{
	return map_get(&m->calendar_hashes, hash_hex);
}

struct device *
device_by_name(const struct model *m, struct span door, struct span identity)
{
	char room[128]; /* asked for each fix: without the heap */
	size_t n = door.n + 1 + identity.n;
	struct buf AUTO(buf_done) k = { 0 };

	if (n > sizeof room) {
		device_key(&k, door, identity);
		return map_get(&m->device_names, buf_span(&k));
	}
	if (door.n)
		memcpy(room, door.p, door.n);
	room[door.n] = 0;
	if (identity.n)
		memcpy(room + door.n + 1, identity.p, identity.n);
	return map_get(&m->device_names, (struct span){ room, n });
}

struct signal *
signal_by_key(const struct model *m, struct span source, struct span key)
{
	struct buf AUTO(buf_done) k = { 0 };

	signal_key(&k, source, key);
	return map_get(&m->signal_keys, buf_span(&k));
}

static int
by_seq(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a;
	const struct record *y = *(struct record *const *)b;

	return x->id.seq < y->id.seq ? -1 : x->id.seq > y->id.seq;
}

struct record **
model_list(const struct model *m, enum noun_index n, size_t *ret_n, struct arena *arena)
{
	struct record **v = arena_alloc(arena, (m->tables[n].n + 1) * sizeof(*v));
	size_t len = 0;
	void *rec;

	for (size_t i = 0; map_next(&m->tables[n], &i, NULL, &rec);)
		v[len++] = rec;
	qsort(v, len, sizeof *v, by_seq);
	*ret_n = len;
	return v;
}

/* --- changing ------------------------------------------------------------ */

void
model_insert(struct model *m, enum noun_index n, struct record *rec)
{
	map_put(&m->tables[n], ID_KEY(&rec->id), rec);
	index_record(m, n, rec, true);
	derived_link(m, n, rec);
}

void
model_evict(struct model *m, enum noun_index n, struct record *rec)
{
	index_record(m, n, rec, false);
	derived_unlink(m, n, rec);
	map_remove(&m->tables[n], ID_KEY(&rec->id));
	derived_free(n, rec);
	record_free(nouns[n], rec);
}

void
model_on_touch(struct model *m, void (*fn)(void *ctx, const struct record *rec),
	       void *ctx)
{
	m->on_touch = fn;
	m->touch_ctx = ctx;
}

void
model_touch(struct model *m, struct record *rec, uint64_t seq)
{
	rec->touched_seq = seq;
	if (m->on_touch)
		m->on_touch(m->touch_ctx, rec);
	if (rec->is_dirty)
		return;
	rec->is_dirty = true;
	rec->next_dirty = m->dirty;
	m->dirty = rec;
}

struct record *
model_take_dirty(struct model *m)
{
	struct record *list = m->dirty, *turned = NULL;

	m->dirty = NULL;
	while (list) {
		struct record *next = list->next_dirty;

		list->next_dirty = turned;
		list->is_dirty = false;
		turned = list;
		list = next;
	}
	return turned;
}

void
model_apply(struct model *m, struct event *e)
{
	enum noun_index n = event_infos[e->type].noun;
	struct record *rec = model_find(m, n, e->subject);

	if (!rec) {
		rec = record_new(nouns[n], e->subject, e->world);
		if (!m->node_id[0])
			memcpy(m->node_id, e->subject.node, NODE_MAX);
		patch_apply(&e->body, rec);
		derive_name(m, e, rec);
		map_put(&m->tables[n], ID_KEY(&rec->id), rec);
		index_record(m, n, rec, true);
		derived_link(m, n, rec);
	} else {
		index_record(m, n, rec, false);
		patch_apply(&e->body, rec);
		derive_name(m, e, rec);
		index_record(m, n, rec, true);
	}
	model_touch(m, rec, e->seq);
	derive(m, e, rec);
}

/* --- deciding ------------------------------------------------------------ */

int
refuse(struct decision *d, int status, const char *code, const char *fmt, ...)
{
	va_list ap;

	d->refusal.status = status;
	d->refusal.code = code;
	va_start(ap, fmt);
	vsnprintf(d->refusal.detail, sizeof d->refusal.detail, fmt, ap);
	va_end(ap);
	return ERR_DENIED;
}

void
event_begin(struct decision *d, struct event *e, enum event_type type, int world,
	    struct id subject)
{
	*e = (struct event){ .type = type, .world = world, .subject = subject };
	e->at = d->now;
	e->key_slot = FIELD_NONE;
	if (d->actor)
		e->actor = d->actor->id;
	patch_init_in(&e->body, nouns[event_infos[type].noun], d->arena);
}

void
event_emit(struct decision *d, struct event *e)
{
	struct record *rec;
	enum noun_index n = event_infos[e->type].noun;

	e->seq = d->next_seq++;
	model_apply(d->m, e);
	rec = model_find(d->m, n, e->subject);
	derive_refs(d->m, e, rec);
	e->key_slot = model_key_slot(d->m, n, rec);
	d->sink(d->sink_ctx, e);
	event_done(e);
}

struct id
next_id(const struct decision *d, enum noun_index n)
{
	struct id id = { .seq = d->next_seq, .noun = nouns[n]->letter };

	memcpy(id.node, d->m->node_id, NODE_MAX);
	return id;
}

struct record *
decision_find(struct decision *d, enum noun_index n, struct id id)
{
	struct record *rec = model_find(d->m, n, id);

	if (!rec && d->load && id_is_set(id) && id.noun == nouns[n]->letter)
		rec = d->load(d->load_ctx, n, id);
	return rec;
}
