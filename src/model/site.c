/* SPDX-License-Identifier: Apache-2.0 */
/* Sites: table and commands. Codes are kept as salted hashes only. */
#include "model/commands.h"

#include "base/auto.h"
#include "base/crypt.h"

#define RING_POINTS 10000 /* of a boundary */

const char *const site_class_names[] = { "",     "consulate", "residence", "project",
					 "camp", "other",     NULL };

static const struct field fields[] = {
	NOUN_WORLD(site),
	NOUN_LINE(site, agency, ID, FIELD_POST,
		  .doc = "its owner; the caller's own when left out"),
	NOUN_LINE(site, name, STR, NEED, .min = 1, .max = 120,
		  .doc = "what people call it"),
	NOUN_LINE(site, name_ur, STR, GIVE, .max = 120, .doc = "its name in Urdu"),
	NOUN_LINE(site, ref, STR, GIVE, .max = 60,
		  .doc = "what its owner's own list calls it; an import finds it by "
			 "this"),
	NOUN_LINE(site, class, ENUM, GIVE, .names = site_class_names,
		  .doc = "decides the run card"),
	NOUN_LINE(site, position, POS, GIVE, .doc = "of the gate"),
	NOUN_LINE(site, boundary, JSON, GIVE, .doc = "GeoJSON polygon"),
	NOUN_LINE(site, address, STR, GIVE, .max = 400,
		  .doc = "as a driver would be told"),
	NOUN_LINE(site, response_time_s, INT, GIVE, .min = 0, .max = 86400,
		  .doc = "declared response time"),
	NOUN_LINE(site, link_class_s, INT, GIVE, .min = 20, .max = 3600,
		  .doc = "silence that raises link lost"),
	NOUN_LINE(site, phones, JSON, GIVE,
		  .doc = "list of {label, number} for the call-back"),
	NOUN_LINE(site, challenge_word, STR, GIVE, .max = 60,
		  .doc = "asked in a call-back"),
	NOUN_LINE(site, cancel_code, STR, GIVE | FIELD_ASK, .min = 4, .max = 32,
		  .doc = "write only"),
	NOUN_LINE(site, duress_code, STR, GIVE | FIELD_ASK, .min = 4, .max = 32,
		  .doc = "write only"),
	NOUN_LINE(site, cancel_hash, STR, FIELD_SECRET, .doc = "salted hash"),
	NOUN_LINE(site, duress_hash, STR, FIELD_SECRET, .doc = "salted hash"),
	NOUN_LINE(site, last_test_at, TIME, 0, .doc = "last test through to a person"),
	NOUN_LINE(site, made_at, TIME, FIELD_INNER | FIELD_ONCE, .doc = ""),
	NOUN_LINE(site, disabled, BOOL, GIVE, .doc = "no longer protected"),
};
NOUN_TABLE(noun_site, 's', "site", "sites", site, fields);

void
site_code_hash(struct buf *out, struct id site, struct span code)
{
	uint8_t h[HASH_BYTES];

	crypt_hash2(h, ID_KEY(&site), code, NULL);
	crypt_hex(out, h, sizeof h);
}

int64_t
site_test_due_at(const struct site *s)
{
	if (s->last_test_at == TIME_NONE)
		return s->made_at;
	return s->last_test_at + SITE_TEST_EVERY_MS;
}

static int
check_owner(struct decision *d, struct site *now, struct site *asked, struct id *ret)
{
	struct id agency = now ? now->agency : asked->agency;

	if (!id_is_set(agency) && d->actor)
		agency = d->actor->agency;
	if (!d->actor || !principal_is_administrator(d->actor))
		return refuse(d, 403, "needs_administrator",
			      "only an administrator may change sites");
	if (!d->actor->is_control && !id_is(agency, d->actor->agency))
		return now ? refuse_hidden(d)
			   : refuse(d, 403, "not_your_agency",
				    "sites can only be made for your own agency");
	if (!agency_find(d->m, agency))
		return refuse(d, 422, "no_such_agency", "agency: no such agency");
	*ret = agency;
	return 0;
}

/* A ring is closed, and each of its corners a place. */
static bool
is_ring(const json_t *ring)
{
	size_t k, n = json_array_size(ring);
	struct position p;
	json_t *v;

	if (n < 4 || n > RING_POINTS ||
	    !json_equal(json_array_get(ring, 0), json_array_get(ring, n - 1)))
		return false;
	json_array_foreach(ring, k, v)
	{
		const json_t *lon = json_array_get(v, 0), *lat = json_array_get(v, 1);

		if (!json_is_number(lon) || !json_is_number(lat) ||
		    !geo_position(json_number_value(lat), json_number_value(lon), &p))
			return false;
	}
	return true;
}

/* RFC 7946, 3.1.6 and 3.1.7. */
static bool
is_boundary(const char *text)
{
	json_t AUTO(auto_json) *o = json_read(span_of(text), NULL);
	json_t *parts = json_object_get(o, "coordinates"), *part, *ring;
	bool is_many = span_is_z(json_str(o, "type"), "MultiPolygon");
	size_t i, k;

	if (!is_many && !span_is_z(json_str(o, "type"), "Polygon"))
		return false;
	for (i = 0; i < (is_many ? json_array_size(parts) : 1); i++) {
		part = is_many ? json_array_get(parts, i) : parts;
		if (!json_array_size(part))
			return false;
		json_array_foreach(part, k, ring) if (!is_ring(ring)) return false;
	}
	return i > 0;
}

static int
check_texts(struct decision *d, const struct site *asked)
{
	if (asked->phones && !phones_are_good(asked->phones))
		return refuse(d, 422, "bad_phones",
			      "phones: at most %d of {label, number}", PHONES_MAX);
	if (asked->boundary && !is_boundary(asked->boundary))
		return refuse(d, 422, "bad_boundary",
			      "boundary: a GeoJSON Polygon of closed rings");
	return 0;
}

int
site_put(struct decision *d, struct id id, struct patch *p, struct id *ret)
{
	struct site *now = site_find(d->m, id), *asked = (struct site *)p->rec;
	struct buf AUTO(buf_done) hash = { 0 };
	int world;
	struct id agency, self = now ? id : next_id(d, NOUN_SITE);

	if (id_is_set(id) && (!now || !d->actor || now->r.world != d->actor->world))
		return refuse_hidden(d);
	if (check_owner(d, now, asked, &agency) < 0 ||
	    world_for(d, asked->ask_world, &world) < 0 || check_texts(d, asked) < 0)
		return ERR_DENIED;
	if (asked->cancel_code && asked->duress_code &&
	    strcmp(asked->cancel_code, asked->duress_code) == 0)
		return refuse(d, 422, "codes_equal",
			      "cancel_code and duress_code must differ");
	if (!now) {
		PATCH_ID(p, site, agency, agency);
		PATCH_INT(p, site, made_at, d->now);
	}
	if (asked->cancel_code) {
		site_code_hash(&hash, self, span_of(asked->cancel_code));
		if (now && now->duress_hash && strcmp(hash.p, now->duress_hash) == 0 &&
		    !asked->duress_code)
			return refuse(d, 422, "codes_equal",
				      "cancel_code must differ from duress_code");
		PATCH_STR(p, site, cancel_hash, buf_span(&hash));
	}
	buf_clear(&hash);
	if (asked->duress_code) {
		site_code_hash(&hash, self, span_of(asked->duress_code));
		if (now && now->cancel_hash && strcmp(hash.p, now->cancel_hash) == 0 &&
		    !asked->cancel_code)
			return refuse(d, 422, "codes_equal",
				      "duress_code must differ from cancel_code");
		PATCH_STR(p, site, duress_hash, buf_span(&hash));
	}
	return config_put(d, EVENT_SITE_CHANGED, world, id, p, ret);
}
