/* SPDX-License-Identifier: Apache-2.0 */
/* The room's own state: status line, mute, site tests, health. */
#include "api/routes.h"

#include "base/auto.h"

static bool
needs_room(struct call *c)
{
	if (principal_is_room(c->who))
		return true;
	answer_problem(c, 403, "not_allowed", "only the room may see this");
	return false;
}

int
room_disk_used_pct(const struct api *api)
{
	struct store_space space;

	if (store_space(journal_store(api->cfg.journal), &space) < 0)
		return -1;
	/* the disk was full: that the reserve is free now is no good news */
	return space.is_reserve_gone ? 100 : space.used_percent;
}

static void
write_mute(struct call *c, struct buf *b)
{
	const struct node *n = c->m->node;

	if (n->muted_until == TIME_NONE ||
	    n->muted_until < net_wall_ms(c->api->cfg.net))
		return;
	jw_key(b, "mute");
	jw_open(b, '{');
	jw_ktime(b, "until", n->muted_until);
	jw_kz(b, "by", n->muted_by);
	jw_close(b, '}');
}

#define LOSSES_SHOWN 50

/* Many links at once: rows among the storms. */
static void
write_losses_together(struct call *c, struct buf *b)
{
	const struct losses *l = dispatch_losses(c->api->cfg.dispatch);

	for (size_t k = 0; k < l->n_rows && k < LOSSES_SHOWN; k++) {
		const struct loss_row *r = &l->rows[k];

		jw_open(b, '{');
		jw_kz(b, "kind", "device_lost");
		if (*r->carrier)
			jw_kz(b, "carrier", r->carrier);
		jw_ki64(b, "devices", (int64_t)r->devices);
		jw_ki64(b, "sites", (int64_t)r->sites);
		if (r->middle.is_set) {
			jw_kpos(b, "position", &r->middle);
			jw_ki64(b, "radius_m", (int64_t)r->radius_m);
		}
		jw_ktime(b, "since", r->since);
		jw_close(b, '}');
	}
}

/* Links of sites that were lost by themselves. */
static void
write_lost_sites(struct call *c, struct buf *b)
{
	const struct losses *l = dispatch_losses(c->api->cfg.dispatch);
	size_t n = 0;

	jw_key(b, "lost_sites");
	jw_open(b, '[');
	for (size_t k = 0; k < l->n_ones; k++) {
		const struct site *s = site_find(c->m, l->ones[k].site);

		if (!s || access_record(c->m, c->who, NOUN_SITE, &s->r) == VIEW_NONE ||
		    ++n > LOSSES_SHOWN)
			continue;
		jw_open(b, '{');
		jw_kid(b, "site", s->r.id);
		jw_kid(b, "device", l->ones[k].device);
		jw_ktime(b, "since", l->ones[k].since);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_ki64(b, "lost_sites_count", (int64_t)n);
}

static void
write_storms(struct call *c, struct buf *b)
{
	struct storm storms[16];
	size_t n = dispatch_storms(c->api->cfg.dispatch, storms, 16);

	jw_key(b, "storms");
	jw_open(b, '[');
	for (size_t k = 0; k < n; k++) {
		jw_open(b, '{');
		jw_kz(b, "kind", storms[k].kind);
		jw_ki64(b, "incidents", (int64_t)storms[k].incidents);
		jw_kpos(b, "position", &storms[k].middle);
		jw_ktime(b, "since", storms[k].since);
		jw_close(b, '}');
	}
	write_losses_together(c, b);
	jw_close(b, ']');
	write_lost_sites(c, b);
}

size_t
room_tests_overdue(const struct api *api, int world)
{
	const struct model *m = journal_model(api->cfg.journal);
	int64_t now = journal_now(api->cfg.journal);
	size_t n = 0;
	void *rec;

	for (size_t i = 0; map_next(&m->tables[NOUN_SITE], &i, NULL, &rec);) {
		const struct site *s = rec;

		n += !s->disabled && s->r.world == world && site_test_due_at(s) <= now;
	}
	return n;
}

static void
write_desk(struct call *c, struct buf *b)
{
	struct dispatch_status s;

	dispatch_status(c->api->cfg.dispatch, &s);
	jw_key(b, "second_path");
	jw_open(b, '{');
	jw_kbool(b, "set", s.has_second_path);
	jw_kbool(b, "ok", s.second_path_ok);
	jw_ki64(b, "waiting", (int64_t)s.pages_waiting);
	jw_ktime(b, "last_at", s.page_last_at);
	jw_close(b, '}');
	jw_key(b, "synthetic");
	jw_open(b, '{');
	jw_kbool(b, "ok", s.synthetic_ok);
	jw_ktime(b, "last_at", s.synthetic_at);
	jw_ki64(b, "ms", s.synthetic_ms);
	jw_close(b, '}');
}

void
room_get(struct call *c)
{
	struct buf *b = &c->out;
	unsigned open, with_sound;
	int used = room_disk_used_pct(c->api);

	if (!needs_room(c))
		return;
	live_counts(c->api->live, &open, &with_sound);
	jw_open(b, '{');
	jw_ki64(b, "seq", (int64_t)journal_tail(c->api->cfg.journal));
	jw_ktime(b, "now", net_wall_ms(c->api->cfg.net));
	jw_key(b, "node");
	jw_open(b, '{');
	jw_kz(b, "id", c->m->node->node);
	jw_kz(b, "name", c->m->node->name);
	jw_close(b, '}');
	jw_key(b, "consoles");
	jw_open(b, '{');
	jw_ki64(b, "open", open);
	jw_ki64(b, "sound", with_sound);
	jw_close(b, '}');
	write_mute(c, b);
	write_desk(c, b);
	jw_kbool(b, "standby", false); /* one machine holds the only copy: say so */
	if (used >= 0) {
		jw_key(b, "disk");
		jw_open(b, '{');
		jw_ki64(b, "used_pct", used);
		jw_close(b, '}');
	}
	write_storms(c, b);
	jw_ki64(b, "tests_overdue", (int64_t)room_tests_overdue(c->api, c->who->world));
	jw_key(b, "print");
	jw_open(b, '{');
	jw_ktime(b, "last_at", c->m->node->snapshot_at);
	jw_ki64(b, "interval_min", c->api->cfg.print_every_ms / 60000);
	jw_close(b, '}');
	jw_close(b, '}');
	answer(c, 200);
}

void
room_second_path_get(struct call *c)
{
	struct dispatch_status s;

	if (!(principal_is_administrator(c->who) && c->who->is_control) &&
	    !needs_room(c))
		return;
	dispatch_status(c->api->cfg.dispatch, &s);
	jw_open(&c->out, '{');
	jw_kbool(&c->out, "set", s.has_second_path);
	jw_kbool(&c->out, "ok", s.second_path_ok);
	jw_close(&c->out, '}');
	answer(c, 200);
}

void
room_mute_post(struct call *c)
{
	struct decision *d = call_decide(c);

	if (room_mute(d) < 0) {
		answer_refusal(c, d);
		return;
	}
	jw_open(&c->out, '{');
	write_mute(c, &c->out);
	jw_close(&c->out, '}');
	answer(c, 200);
}

void
site_tests_get(struct call *c)
{
	int64_t now = journal_now(c->api->cfg.journal);
	struct record **all;
	struct pager p = { 0 };
	size_t n;

	all = model_list(c->m, NOUN_SITE, &n, c->req->arena);
	pager_open(c);
	for (size_t k = 0; k < n; k++) {
		const struct site *s = (const struct site *)all[k];
		enum view v = access_record(c->m, c->who, NOUN_SITE, &s->r);

		/* what is granted of a site are its parts, not how it is tested */
		if (s->disabled || v == VIEW_NONE || v == VIEW_GRANTED)
			continue;
		jw_open(&c->out, '{');
		jw_kid(&c->out, "site", s->r.id);
		jw_kz(&c->out, "name", s->name);
		jw_kz(&c->out, "name_ur", s->name_ur);
		jw_ktime(&c->out, "last_test_at", s->last_test_at);
		jw_ktime(&c->out, "due_at", site_test_due_at(s));
		jw_kbool(&c->out, "overdue", site_test_due_at(s) <= now);
		jw_close(&c->out, '}');
	}
	pager_close(c, &p);
	answer(c, 200);
}

void
openapi_get(struct call *c)
{
	buf_add_span(&c->out, buf_span(&c->api->openapi));
	answer(c, 200);
}

void
healthz_get(struct call *c)
{
	buf_add_z(&c->out, "{\"ok\":true}");
	answer(c, 200);
}

/* It can make things durable: the last synthetic run, a real commit, was good. */
void
readyz_get(struct call *c)
{
	struct dispatch_status s;

	dispatch_status(c->api->cfg.dispatch, &s);
	if (!c->m->node || (s.synthetic_at != TIME_NONE && !s.synthetic_ok)) {
		answer_problem(c, 503, "not_ready", "commits are failing or late");
		return;
	}
	buf_add_z(&c->out, "{\"ok\":true}");
	answer(c, 200);
}
