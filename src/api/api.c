/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request: find its route, say who is calling, check the form of the body
 * against the route's table, and hand it to the route's function.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/log.h"
#include "model/import.h"

#include <stdlib.h>

/* A press with its longest message and odd extras; nothing else comes near. */
#define BODY_MAX (256 * 1024)

/* Matches "/api/v1/incidents/{id}/close"; segments get what stands for {}. */
static bool
path_matches(const char *pattern, struct span path, struct span segments[2])
{
	struct span pat = span_of(pattern);
	size_t n = 0;

	for (;;) {
		struct span want = span_cut(&pat, '/'), got = span_cut(&path, '/');

		if (want.n && want.p[0] == '{') {
			/* "{id}.cap" stands for one that ends so */
			struct span ends =
				span_skip(want, (size_t)span_find(want, '}') + 1);

			if (got.n <= ends.n || n == 2 ||
			    !span_is(span_skip(got, got.n - ends.n), ends))
				return false;
			got.n -= ends.n;
			segments[n++] = got;
		} else if (!span_is(want, got)) {
			return false;
		}
		if (!pat.n && !path.n)
			return true;
		if (!pat.n || !path.n)
			return false;
	}
}

static const struct route *
find_route(const struct http_request *req, struct span segments[2], bool *ret_known)
{
	*ret_known = false;
	for (size_t i = 0; i < n_routes; i++) {
		if (!path_matches(routes[i].path, req->path, segments))
			continue;
		*ret_known = true;
		if (span_is_z(req->method, routes[i].method))
			return &routes[i];
	}
	return NULL;
}

static bool
changes_something(const struct http_request *req)
{
	return !span_is_z(req->method, "GET") && !span_is_z(req->method, "HEAD");
}

/* Cookie requests that change anything carry the CSRF word (api.md). */
static bool
may_call(struct call *c)
{
	unsigned who = c->route->who;

	auth_identify(c->api->cfg.auth, c->req, &c->auth);
	c->who = &c->auth.who;
	if (c->auth.how == AUTH_COOKIE && changes_something(c->req) &&
	    !auth_csrf_ok(c->api->cfg.auth, c->req)) {
		if (who & WHO_ANYONE) {
			/* a press is heard anyhow, but as nobody's */
			principal_anonymous(c->who, c->req->peer);
			return true;
		}
		answer_problem(c, 403, "bad_csrf",
			       "X-CSRF-Token is missing or not this session's");
		return false;
	}
	if (who & WHO_ANYONE)
		return true;
	if (c->auth.how == AUTH_NOBODY || c->auth.how == AUTH_BAD) {
		buf_add_z(&c->headers, "WWW-Authenticate: Bearer\r\n");
		answer_problem(c, 401, "no_session", "sign in, or send a valid token");
		return false;
	}
	if (c->who->role == ROLE_NONE || (c->who->sos_only && !(who & WHO_BUTTON)) ||
	    (c->who->role == ROLE_FEED && !(who & WHO_FEED))) {
		answer_problem(c, 403, "not_allowed",
			       "this credential may not do that");
		return false;
	}
	return true;
}

static bool
read_body(struct call *c)
{
	struct field_error fe;
	struct json_err je;

	if (!c->route->ask)
		return true;
	c->body = json_read(c->req->body.n ? c->req->body : SPAN("{}"), &je);
	if (!c->body) {
		answer_problem(c, 400, "bad_json", "line %d, column %d: %s", je.line,
			       je.column, je.text);
		return false;
	}
	patch_init(&c->ask, c->route->ask);
	if (patch_read(&c->ask, c->body, c->route->ask_flags,
		       !(c->route->ask_flags & FIELD_PATCH), &fe) < 0) {
		answer_field_error(c, &fe);
		return false;
	}
	return true;
}

static void
handle_api(struct api *api, struct http_exchange *ex, const struct http_request *req)
{
	struct call *c = arena_new(req->arena, struct call);
	bool is_known;

	c->api = api;
	c->ex = ex;
	c->req = req;
	c->m = journal_model(api->cfg.journal);
	c->route = find_route(req, c->segments, &is_known);
	if (!c->route) {
		if (is_known)
			answer_problem(c, 405, "bad_method", "this path has no %.*s",
				       SPAN_ARG(req->method));
		else
			answer_problem(c, 404, "no_such_path", "no such path");
		return;
	}
	if (c->segments[0].p)
		id_parse(c->segments[0], &c->id);
	if (!may_call(c) || !read_body(c))
		return;
	c->route->fn(c);
}

static void
on_request(void *ctx, struct http_exchange *ex, const struct http_request *req)
{
	struct api *api = ctx;

	if (span_starts(req->path, SPAN("/api/")) || span_is_z(req->path, "/healthz") ||
	    span_is_z(req->path, "/readyz") || span_is_z(req->path, "/metrics"))
		handle_api(api, ex, req);
	else if (!pages_serve(api, ex, req))
		http_respond(ex, 404, "text/plain; charset=utf-8", (struct span){ 0 },
			     SPAN("no such page\n"));
}

static size_t
larger(size_t max)
{
	return max > BODY_MAX ? max : BODY_MAX;
}

/* Only who may send a file there is let send a large body. */
static size_t
body_max_for(void *ctx, const struct http_request *req)
{
	struct api *api = ctx;
	struct span segments[2];
	struct auth_result auth;
	bool is_known;
	const struct route *r = find_route(req, segments, &is_known);

	if (!r || (r->fn != file_post && r->fn != import_post))
		return BODY_MAX;
	auth_identify(api->cfg.auth, req, &auth);
	if (auth.who.role == ROLE_NONE || auth.who.sos_only)
		return BODY_MAX;
	if (r->fn == file_post)
		return larger(talk_file_max(api->cfg.talk));
	return principal_is_administrator(&auth.who) ? larger(IMPORT_BYTES_MAX)
						     : BODY_MAX;
}

struct http_server
api_server(struct api *api)
{
	return (struct http_server){
		.on_request = on_request,
		.ctx = api,
		.body_max = BODY_MAX,
		.body_max_for = body_max_for,
		.header_timeout_ms = 10000,
		.idle_timeout_ms = 75000,
		.connections_max = 10000,
	};
}

int
api_open(const struct api_config *cfg, struct api **ret)
{
	struct api *api = calloc(1, sizeof *api);

	api->cfg = *cfg;
	api_openapi(&api->openapi);
	live_open(api, &api->live);
	downloads_open(api);
	turns_open(&api->turns, cfg->net);
	if (cfg->print_every_ms) {
		api->print_timer = net_timer_new(cfg->net, paper_print, api);
		net_timer_start(api->print_timer, cfg->print_every_ms,
				cfg->print_every_ms);
	}
	*ret = api;
	return 0;
}

void
api_close(struct api *api)
{
	if (!api)
		return;
	net_timer_free(api->print_timer);
	downloads_close(api);
	turns_close(&api->turns);
	live_close(api->live);
	buf_done(&api->openapi);
	free(api);
}

void
api_restart(struct api *api)
{
	api->is_leaving = true;
	live_restart(api->live);
}

void
api_unit_moved(struct api *api, struct id unit)
{
	live_unit_moved(api->live, unit);
}
