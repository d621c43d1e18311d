/* SPDX-License-Identifier: Apache-2.0 */
/* Roads over HTTP: what is loaded, what is closed, a unit's way to its incident. */
#include "api/routes.h"

#include "base/auto.h"
#include "base/log.h"

static void
write_facts(struct buf *b, const struct route *r)
{
	struct route_facts f;
	bool is_loaded = route_facts(r, &f);

	jw_open(b, '{');
	jw_kbool(b, "loaded", is_loaded);
	if (is_loaded) {
		jw_ki64(b, "junctions", (int64_t)f.nodes);
		jw_ki64(b, "stretches", (int64_t)f.edges);
		jw_ki64(b, "streets", (int64_t)f.streets);
		jw_ki64(b, "km", (int64_t)f.km);
		jw_ki64(b, "parts", (int64_t)f.components);
		jw_ki64(b, "largest_km", (int64_t)f.largest_km);
		jw_kpos(b, "from", &f.from);
		jw_kpos(b, "to", &f.to);
		jw_kz(b, "attribution", f.notice);
	}
	jw_close(b, '}');
}

void
roads_get(struct call *c)
{
	write_facts(&c->out, c->api->cfg.route);
	answer(c, 200);
}

void
roads_reload_post(struct call *c)
{
	struct buf AUTO(buf_done) why = { 0 };
	struct route_facts f;

	if (!principal_is_administrator(c->who) || !c->who->is_control) {
		answer_problem(
			c, 403, "needs_administrator",
			"only an administrator of the control agency may do this");
		return;
	}
	if (route_reload(c->api->cfg.route, &why) < 0) {
		log_warn("api", "roads_refused", "why=%s", why.p);
		answer_problem(c, 422, "bad_roads", "%s", why.p);
		return;
	}
	dispatch_roads_changed(c->api->cfg.dispatch);
	places_streets_changed(c->api->cfg.places);
	if (route_facts(c->api->cfg.route, &f))
		log_info("api", "roads_read", "junctions=%zu stretches=%zu km=%.0f",
			 f.nodes, f.edges, f.km);
	write_facts(&c->out, c->api->cfg.route);
	answer(c, 200);
}

static bool
is_on(struct call *c, const struct record *rec)
{
	(void)c;
	return !((const struct closure *)rec)->ended;
}

void
closures_list(struct call *c)
{
	bool is_all = !span_is_z(http_query(c->req, "state"), "on");

	list_where(c, NOUN_CLOSURE, is_all ? NULL : is_on);
}

/* --- a unit's way ------------------------------------------------------------------
 */

static bool
is_sent(const struct incident *i, const struct unit *u)
{
	for (size_t k = 0; k < i->n_assignments; k++)
		if (id_is(i->assignments[k]->unit, u->r.id) &&
		    assignment_is_open(i->assignments[k]))
			return true;
	return false;
}

/* The room may ask for any unit that it sees, a crew for its own way. */
static const struct unit *
asked_unit(struct call *c, const struct incident *i)
{
	struct span text = http_query(c->req, "unit");
	struct id id = c->who->unit;
	const struct unit *u;

	if (text.n && id_parse(text, &id) < 0) {
		answer_problem(c, 400, "bad_query", "unit must be an id");
		return NULL;
	}
	u = unit_find(c->m, id);
	if (!u || access_record(c->m, c->who, NOUN_UNIT, &u->r) == VIEW_NONE ||
	    (c->who->role == ROLE_RESPONDER && !is_sent(i, u)) ||
	    (c->who->role != ROLE_RESPONDER && !principal_is_room(c->who))) {
		answer_hidden(c);
		return NULL;
	}
	return u;
}

static void
write_leg(struct buf *b, const struct unit *u, const struct dispatch_way *w)
{
	jw_key(b, "properties");
	jw_open(b, '{');
	jw_kid(b, "unit", u->r.id);
	jw_kz(b, "method", w->leg.why == ROUTE_FOUND ? "road" : "straight_line");
	jw_kz(b, "reason", w->reason);
	if (w->leg.why == ROUTE_FOUND) {
		jw_ki64(b, "distance_m", (int64_t)w->leg.metres);
		jw_ki64(b, "eta_s", (w->leg.ms + 999) / 1000);
		jw_kbool(b, "crosses_closure", w->leg.crosses_closure);
		jw_kz(b, "attribution", w->notice);
	}
	jw_close(b, '}');
}

static void
show_way(struct call *c)
{
	struct buf AUTO(buf_done) line = { 0 };
	const struct incident *i = (const struct incident *)journal_find(
		c->api->cfg.journal, NOUN_INCIDENT, c->id);
	const struct unit *u;
	struct dispatch_way w;
	struct buf *b = &c->out;

	if (!i || access_record(c->m, c->who, NOUN_INCIDENT, &i->r) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	u = asked_unit(c, i);
	if (!u)
		return;
	dispatch_way(c->api->cfg.dispatch, i, u, &line, &w);
	jw_open(b, '{');
	jw_kz(b, "type", "Feature");
	if (line.n) {
		jw_key(b, "geometry");
		jw_open(b, '{');
		jw_kz(b, "type", "LineString");
		jw_key(b, "coordinates");
		jw_raw(b, buf_span(&line));
		jw_close(b, '}');
	}
	write_leg(b, u, &w);
	jw_close(b, '}');
	answer(c, 200);
}

void
incident_route_get(struct call *c)
{
	call_in_turn(c, show_way);
}
