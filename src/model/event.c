/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events and records as bytes. The envelope is canonical: one order of keys,
 * no blanks, so that the same event is the same bytes on every machine and
 * the chain can hash it. Personal fields go into one sealed box, whose key can
 * be destroyed without breaking the chain.
 */
#include "model/event.h"

#include "base/auto.h"
#include "base/crypt.h"

#include <stdio.h>
#include <stdlib.h>

const struct event_info event_infos[EVENT__COUNT] = {
#define EVENT(name, type, noun, audience) \
	[EVENT_##name] = { type, NOUN_##noun, audience },
#include "model/events.def"
#undef EVENT
};

enum event_type
event_find(struct span type)
{
	for (int i = 1; i < EVENT__COUNT; i++)
		if (span_is_z(type, event_infos[i].type))
			return i;
	return EVENT__NONE;
}

#define CACHE_BOXES 256

struct seal_cache {
	struct {
		int64_t slot;
		struct buf plain, box;
	} at[CACHE_BOXES];
};

struct seal_cache *
seal_cache_new(void)
{
	return calloc(1, sizeof(struct seal_cache));
}

void
seal_cache_free(struct seal_cache *c)
{
	for (size_t i = 0; c && i < CACHE_BOXES; i++) {
		if (c->at[i].plain.p)
			crypt_wipe(c->at[i].plain.p, c->at[i].plain.n);
		buf_done(&c->at[i].plain);
		buf_done(&c->at[i].box);
	}
	free(c);
}

/* The box of plain under slot's key as base64; false when the key is gone. */
static bool
write_box(struct buf *b, struct span plain, int64_t slot, const struct seal_keys *keys)
{
	const uint8_t *key = keys->key(keys->ctx, slot);
	struct buf AUTO(buf_done) box = { 0 };
	size_t n, at = b->n;

	if (!key)
		return false; /* destroyed: what it sealed is gone for good */
	n = keys->cache ? crypt_short(plain) % CACHE_BOXES : 0;
	if (keys->cache && keys->cache->at[n].slot == slot &&
	    span_is(plain, buf_span(&keys->cache->at[n].plain))) {
		buf_add_span(b, buf_span(&keys->cache->at[n].box));
		return true;
	}
	crypt_seal(&box, plain, key);
	crypt_b64(b, box.p, box.n);
	if (keys->cache) {
		buf_clear(&keys->cache->at[n].plain);
		buf_clear(&keys->cache->at[n].box);
		buf_add_span(&keys->cache->at[n].plain, plain);
		buf_add(&keys->cache->at[n].box, b->p + at, b->n - at);
		keys->cache->at[n].slot = slot;
	}
	return true;
}

/* "sealed":{"key":slot,"box":"…"} of the fields flagged FIELD_SEALED. */
static void
write_sealed(struct buf *b, const struct noun *noun, const struct record *rec,
	     uint64_t given, bool with_null, int64_t slot, const struct seal_keys *keys)
{
	struct buf AUTO(buf_done) plain = { 0 };
	size_t before = b->n;

	if (slot == FIELD_NONE || !keys)
		return;
	jw_open(&plain, '{');
	if (!fields_write_only(&plain, noun, rec, given, with_null, FIELD_SEALED))
		return;
	jw_close(&plain, '}');
	jw_key(b, "sealed");
	jw_open(b, '{');
	jw_ki64(b, "key", slot);
	jw_key(b, "box");
	buf_add_c(b, '"');
	if (!write_box(b, buf_span(&plain), slot, keys)) {
		b->n = before;
		return;
	}
	buf_add_c(b, '"');
	jw_close(b, '}');
}

static void
read_sealed(const json_t *sealed, const struct seal_keys *keys, struct patch *into)
{
	int64_t slot = json_integer_value(json_object_get(sealed, "key"));
	const uint8_t *key = keys ? keys->key(keys->ctx, slot) : NULL;
	struct buf AUTO(buf_done) box = { 0 }, plain = { 0 };
	json_t AUTO(auto_json) *obj = NULL;

	if (!sealed || !key || !crypt_unb64(json_str(sealed, "box"), &box) ||
	    crypt_unseal(&plain, buf_span(&box), key) < 0)
		return;
	obj = json_read(buf_span(&plain), NULL);
	if (obj)
		patch_load(into, obj);
}

void
event_encode(struct buf *b, const struct event *e, const struct seal_keys *keys)
{
	const struct noun *noun = nouns[event_infos[e->type].noun];
	bool is_sealing = e->key_slot != FIELD_NONE && keys;

	jw_open(b, '{');
	jw_ki64(b, "seq", (int64_t)e->seq);
	jw_ktime(b, "at", e->at);
	jw_ki64(b, "epoch", (int64_t)e->epoch);
	jw_kz(b, "world", world_names[e->world]);
	jw_kz(b, "type", event_infos[e->type].type);
	jw_kid(b, "subject", e->subject);
	jw_kid(b, "actor", e->actor);
	jw_kid(b, "agency", e->agency);
	jw_kid(b, "incident", e->incident);
	jw_kid(b, "signal", e->signal);
	jw_kid(b, "unit", e->unit);
	jw_kid(b, "unit_agency", e->unit_agency);
	jw_kid(b, "site", e->site);
	jw_key(b, "body");
	jw_open(b, '{');
	fields_write(b, noun, e->body.rec, e->body.given, true,
		     is_sealing ? FIELD_SEALED : 0);
	jw_close(b, '}');
	if (is_sealing)
		write_sealed(b, noun, e->body.rec, e->body.given, true, e->key_slot,
			     keys);
	jw_close(b, '}');
}

static int
corrupt(struct field_error *why, const char *what)
{
	why->field = what;
	snprintf(why->text, sizeof why->text, "event envelope: bad %s", what);
	return ERR_CORRUPT;
}

static void
read_ref(const json_t *o, const char *key, struct id *ret)
{
	struct span s = json_str(o, key);

	if (s.p)
		id_parse(s, ret);
}

int
event_decode(struct span doc, const struct seal_keys *keys, struct event *ret,
	     struct field_error *why)
{
	json_t AUTO(auto_json) *o = json_read(doc, NULL);
	struct event e = { .key_slot = FIELD_NONE };
	const json_t *body = json_object_get(o, "body");
	const json_t *sealed = json_object_get(o, "sealed");

	e.type = event_find(json_str(o, "type"));
	e.seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
	e.epoch = (uint64_t)json_integer_value(json_object_get(o, "epoch"));
	e.world = enum_find(world_names, json_str(o, "world"));
	if (!o || !e.seq)
		return corrupt(why, "seq");
	if (!e.type)
		return corrupt(why, "type");
	if (!span_is_z(json_str(o, "world"), world_names[e.world]))
		return corrupt(why, "world"); /* never live by default */
	if (time_parse(json_str(o, "at"), &e.at) < 0)
		return corrupt(why, "at");
	if (id_parse(json_str(o, "subject"), &e.subject) < 0 ||
	    e.subject.noun != nouns[event_infos[e.type].noun]->letter)
		return corrupt(why, "subject");
	if (!json_is_object(body))
		return corrupt(why, "body");
	read_ref(o, "actor", &e.actor);
	read_ref(o, "agency", &e.agency);
	read_ref(o, "incident", &e.incident);
	read_ref(o, "signal", &e.signal);
	read_ref(o, "unit", &e.unit);
	read_ref(o, "unit_agency", &e.unit_agency);
	read_ref(o, "site", &e.site);
	patch_init(&e.body, nouns[event_infos[e.type].noun]);
	patch_load(&e.body, body);
	if (sealed) {
		e.key_slot = json_integer_value(json_object_get(sealed, "key"));
		read_sealed(sealed, keys, &e.body);
	}
	*ret = e;
	return 0;
}

void
event_done(struct event *e)
{
	patch_done(&e->body);
}

void
record_encode(struct buf *b, enum noun_index n, const struct record *rec,
	      int64_t key_slot, const struct seal_keys *keys)
{
	bool is_sealing = key_slot != FIELD_NONE && keys;

	jw_open(b, '{');
	jw_kid(b, "id", rec->id);
	jw_kz(b, "world", world_names[rec->world]);
	fields_write(b, nouns[n], rec, ~0ull, false, is_sealing ? FIELD_SEALED : 0);
	if (is_sealing)
		write_sealed(b, nouns[n], rec, ~0ull, false, key_slot, keys);
	jw_close(b, '}');
}

int
record_decode(enum noun_index n, struct id id, struct span body,
	      const struct seal_keys *keys, struct record **ret)
{
	json_t AUTO(auto_json) *o = json_read(body, NULL);
	int world = enum_find(world_names, json_str(o, "world"));
	struct patch p;

	if (!json_is_object(o) || !span_is_z(json_str(o, "world"), world_names[world]))
		return ERR_CORRUPT;
	patch_init(&p, nouns[n]);
	patch_load(&p, o);
	read_sealed(json_object_get(o, "sealed"), keys, &p);
	p.rec->id = id;
	p.rec->world = world;
	*ret = TAKE(p.rec);
	return 0;
}

void
event_hash(uint8_t out[32], const uint8_t prev[32], struct span doc)
{
	crypt_hash2(out, (struct span){ (const char *)prev, 32 }, doc, NULL);
}
