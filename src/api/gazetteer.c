/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer over HTTP: search, the landmark beside an incident, reading it anew. */
#include "api/routes.h"

#include "base/auto.h"
#include "base/log.h"

static void
write_text(struct buf *b, const char *key, const char *a, const char *with)
{
	struct buf AUTO(buf_done) both = { 0 };

	if (!*a || (with && !*with))
		return;
	buf_printf(&both, with ? "%s / %s" : "%s", a, with);
	jw_kstr(b, key, buf_span(&both));
}

/* A name that has no Latin form of its own may still be in Latin letters. */
static void
write_names(struct buf *b, const struct place *p)
{
	const struct route_name *w = p->with;
	const char *also = w ? (*w->name ? w->name : w->name_en) : NULL;

	write_text(b, "name",
		   *p->name      ? p->name
		   : *p->name_en ? p->name_en
		   : *p->name_ur ? p->name_ur
				 : p->name_sd,
		   also);
	write_text(b, "name_en", p->name_en, w ? w->name_en : NULL);
	write_text(b, "name_ur", p->name_ur, w ? w->name_ur : NULL);
	write_text(b, "name_sd", p->name_sd, w ? w->name_sd : NULL);
	jw_kz(b, "kind", p->kind);
}

static bool
query_near(struct call *c, struct position *ret)
{
	struct span text = http_query(c->req, "near"), lon = text;
	struct span lat = span_cut(&lon, ',');
	double y, x;

	if (!text.n)
		return true;
	if (span_to_double(span_trim(lat), &y) && span_to_double(span_trim(lon), &x) &&
	    geo_position(y, x, ret))
		return true;
	answer_problem(c, 400, "bad_query", "near must be LATITUDE,LONGITUDE");
	return false;
}

void
places_search_get(struct call *c)
{
	struct span q = http_query(c->req, "q");
	struct position near = { 0 };
	struct place found[PLACES_FOUND];
	struct pager p = { 0 };
	int64_t limit = 10;
	size_t n;

	if (!query_number(c, "limit", 1, PLACES_FOUND, &limit) || !query_near(c, &near))
		return;
	if (q.n > 200) {
		answer_problem(c, 400, "bad_query", "q has at most 200 bytes");
		return;
	}
	n = places_search(c->api->cfg.places, q, near.is_set ? &near : NULL,
			  (size_t)limit, found);
	pager_open(c);
	for (size_t k = 0; k < n; k++) {
		jw_open(&c->out, '{');
		write_names(&c->out, &found[k]);
		jw_kpos(&c->out, "position", &found[k].position);
		jw_key(&c->out, "match");
		jw_double(&c->out, found[k].match, 2);
		if (found[k].is_part)
			jw_kbool(&c->out, "partial", true);
		if (found[k].metres >= 0)
			jw_ki64(&c->out, "distance_m", (int64_t)found[k].metres);
		jw_close(&c->out, '}');
	}
	pager_close(c, &p);
	answer(c, 200);
}

void
write_landmark(struct call *c, struct buf *b, const struct position *at)
{
	struct landmark l;

	if (!places_landmark(c->api->cfg.places, at, &l))
		return;
	jw_key(b, "landmark");
	jw_open(b, '{');
	write_names(b, &l.place);
	jw_ki64(b, "distance_m", (int64_t)l.metres);
	jw_kz(b, "direction", l.direction);
	jw_close(b, '}');
}

void
places_reload_post(struct call *c)
{
	struct buf AUTO(buf_done) why = { 0 };

	if (!principal_is_administrator(c->who) || !c->who->is_control) {
		answer_problem(
			c, 403, "needs_administrator",
			"only an administrator of the control agency may do this");
		return;
	}
	if (places_reload(c->api->cfg.places, &why) < 0) {
		log_warn("api", "places_refused", "why=%s", why.p);
		answer_problem(c, 422, "bad_places", "%s", why.p);
		return;
	}
	jw_open(&c->out, '{');
	jw_ki64(&c->out, "places", (int64_t)places_count(c->api->cfg.places));
	jw_close(&c->out, '}');
	answer(c, 200);
}
