/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settled records: agencies, sites, units, accounts, devices, run cards,
 * tokens, invitations and enrolments. One list and one get serve them all.
 */
#include "api/routes.h"

#include "base/auto.h"
#include "base/qr.h"

#include <stdlib.h>

enum noun_index
settled_noun(const struct call *c)
{
	struct span path = span_skip(c->req->path, strlen("/api/v1/"));
	struct span plural = span_cut(&path, '/');

	for (int n = 0; n < NOUN__COUNT; n++)
		if (span_is_z(plural, nouns[n]->plural))
			return n;
	return NOUN__COUNT;
}

void
list_where(struct call *c, enum noun_index n,
	   bool (*keep)(struct call *c, const struct record *rec))
{
	struct pager p;
	struct record **all;
	size_t len;

	if (!pager_read(c, &p))
		return;
	all = model_list(c->m, n, &len, c->req->arena);
	pager_open(c);
	for (size_t k = 0; k < len; k++) {
		enum view v = access_record(c->m, c->who, n, all[k]);

		if (v == VIEW_NONE || all[k]->id.seq <= p.after ||
		    (keep && !keep(c, all[k])))
			continue;
		if ((int64_t)p.n == p.limit) {
			p.has_more = true;
			break;
		}
		view_record(c, &c->out, n, all[k], v);
		if (v == VIEW_GRANTED)
			look_add(c, n, all[k]);
		else if (n == NOUN_PERSON)
			person_note(c, (const struct person *)all[k], true);
		p.n++;
		p.last = all[k]->id.seq;
	}
	pager_close(c, &p);
	answer(c, 200);
}

static bool
is_borne(struct call *c, const struct record *rec)
{
	const struct device *d = (const struct device *)rec;
	struct unit *u;
	struct site *s;
	struct id by;

	if (id_parse(http_query(c->req, "bound_to"), &by) < 0)
		return false;
	device_home(c->m, d, &u, &s);
	/* a person's are also those of his unit or site */
	return id_is(d->bound_to, by) || (u && id_is(u->r.id, by)) ||
	       (s && id_is(s->r.id, by));
}

void
settled_list(struct call *c)
{
	enum noun_index n = settled_noun(c);
	struct span by = http_query(c->req, "bound_to");
	struct id id;

	if (n != NOUN_DEVICE || !by.n)
		list_where(c, n, NULL);
	else if (id_parse(by, &id) < 0)
		answer_problem(c, 400, "bad_query", "bound_to must be an id");
	else
		list_where(c, n, is_borne);
}

void
answer_record(struct call *c, enum noun_index n, struct id id, int status)
{
	struct record *rec = model_find(c->m, n, id);
	enum view v = access_record(c->m, c->who, n, rec);

	if (v == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (v == VIEW_GRANTED)
		note_opening(c, n, rec);
	else if (n == NOUN_PERSON)
		person_note(c, (const struct person *)rec, false);
	view_record(c, &c->out, n, rec, v);
	answer(c, status);
}

void
answer_done(struct call *c, struct decision *d, int rc, enum noun_index n, struct id id,
	    int status)
{
	if (rc < 0)
		answer_refusal(c, d);
	else
		answer_record(c, n, id, status);
}

void
settled_get(struct call *c)
{
	answer_record(c, settled_noun(c), c->id, 200);
}

static int
put(struct call *c, struct decision *d, enum noun_index n, struct id id, struct id *ret)
{
	switch (n) {
	case NOUN_AGENCY:
		return agency_put(d, id, &c->ask, ret);
	case NOUN_SITE:
		return site_put(d, id, &c->ask, ret);
	case NOUN_UNIT:
		return unit_put(d, id, &c->ask, ret);
	case NOUN_RUN_CARD:
		return run_card_put(d, id, &c->ask, ret);
	case NOUN_PERSON:
		return person_put(d, id, &c->ask, ret);
	case NOUN_DEVICE:
		return device_put(d, id, &c->ask, ret);
	case NOUN_CLOSURE:
		return closure_put(d, id, &c->ask, ret);
	case NOUN_CAP_RULE:
		return cap_rule_put(d, id, &c->ask, ret);
	default:
		return refuse(d, 405, "bad_method", "these are not made so");
	}
}

void
settled_post(struct call *c)
{
	enum noun_index n = settled_noun(c);
	struct decision *d = call_decide(c);
	struct id id = { 0 };

	if (put(c, d, n, (struct id){ 0 }, &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	/* who made it may see it, also in a world that is not his own */
	view_record(c, &c->out, n, model_find(c->m, n, id), VIEW_ADMIN);
	answer(c, 201);
}

void
settled_patch(struct call *c)
{
	enum noun_index n = settled_noun(c);
	struct decision *d = call_decide(c);
	struct record *rec = model_find(c->m, n, c->id);

	/* what may not be seen is not there, whatever is asked of it */
	if (access_record(c->m, c->who, n, rec) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (put(c, d, n, c->id, NULL) < 0)
		answer_refusal(c, d);
	else
		answer_record(c, n, c->id, 200);
}

/* --- accounts: their passwords are hashed in the pool first ---------------------- */

struct account_job {
	struct call *c;
	struct id id;        /* unset: a new one */
	struct buf one_time; /* shown once */
};

static void
account_hashed(void *ctx, struct span hash)
{
	struct account_job *job = ctx;
	struct call *c = job->c;
	struct decision *d;
	struct id id = job->id;
	struct record *rec;

	if (!hash.n) {
		answer_problem(c, 503, "busy", "too many passwords at once: try again");
		goto out;
	}
	/* the state may have moved on meanwhile: who is asked again */
	auth_identify(c->api->cfg.auth, c->req, &c->auth);
	d = call_decide(c);
	if (account_put(d, job->id, &c->ask, hash, job->one_time.n > 0, &id) < 0) {
		answer_refusal(c, d);
		goto out;
	}
	rec = model_find(c->m, NOUN_ACCOUNT, id);
	jw_open(&c->out, '{');
	view_members(c, &c->out, NOUN_ACCOUNT, rec, VIEW_ADMIN);
	if (job->one_time.n)
		jw_kstr(&c->out, "password", buf_span(&job->one_time));
	jw_close(&c->out, '}');
	answer(c, id_is_set(job->id) ? 200 : 201);
out:
	buf_done(&job->one_time);
	free(job);
}

static void
account_put_with_password(struct call *c, struct id id)
{
	struct account *ask = (struct account *)c->ask.rec;
	struct account_job *job = calloc(1, sizeof *job);

	job->c = c;
	job->id = id;
	if (!ask->password)
		auth_new_password(&job->one_time);
	auth_hash_password(c->api->cfg.auth,
			   ask->password ? span_of(ask->password)
					 : buf_span(&job->one_time),
			   account_hashed, job);
}

/* Cheap refusals before 80 ms of argon2. */
static bool
may_manage(struct call *c)
{
	if (principal_is_administrator(c->who))
		return true;
	answer_problem(c, 403, "needs_administrator",
		       "only an administrator may do this");
	return false;
}

void
account_post(struct call *c)
{
	if (may_manage(c))
		account_put_with_password(c, (struct id){ 0 });
}

void
account_patch(struct call *c)
{
	struct account *ask = (struct account *)c->ask.rec;
	struct record *rec = model_find(c->m, NOUN_ACCOUNT, c->id);
	struct decision *d;

	if (access_record(c->m, c->who, NOUN_ACCOUNT, rec) == VIEW_NONE) {
		answer_hidden(c);
		return;
	}
	if (!may_manage(c))
		return;
	if (ask->reset_password || ask->password) {
		account_put_with_password(c, c->id);
		return;
	}
	d = call_decide(c);
	if (account_put(d, c->id, &c->ask, (struct span){ 0 }, false, NULL) < 0)
		answer_refusal(c, d);
	else
		answer_record(c, NOUN_ACCOUNT, c->id, 200);
}

/* --- tokens, invitations, enrolments ---------------------------------------------- */

static bool
token_fits(const struct model *m, const struct token_args *a)
{
	const struct unit *u = unit_find(m, a->unit);
	const struct site *s = site_find(m, a->site);
	const struct device *d = device_find(m, a->device);

	if (a->role == ROLE_RESPONDER && (!u || !id_is(u->agency, a->agency)))
		return false;
	if (id_is_set(a->site) && (!s || !id_is(s->agency, a->agency)))
		return false;
	if (a->role == ROLE_FEED && !id_is(a->agency, m->node->control))
		return false;
	/* Whose it is is told by what it is bound to. */
	if (a->role == ROLE_DEVICE)
		return d && id_is(d->agency, a->agency) && !id_is_set(a->unit) &&
		       !id_is_set(a->site);
	return !id_is_set(a->device);
}

void
token_post(struct call *c)
{
	const struct ask_token *ask = (const struct ask_token *)c->ask.rec;
	struct buf AUTO(buf_done) secret = { 0 }, hash = { 0 };
	struct token_args a = {
		.role = ask->role,
		.agency = id_is_set(ask->agency) ? ask->agency : c->who->agency,
		.unit = ask->unit,
		.site = ask->site,
		.device = ask->device,
		.label = span_of(ask->label ? ask->label : ""),
		.world = c->who->world,
		.sos_only = ask->role == ROLE_DEVICE,
	};
	struct id id;

	if (!may_manage(c))
		return;
	if (!agency_find(c->m, a.agency) ||
	    (!c->who->is_control && !id_is(a.agency, c->who->agency))) {
		answer_problem(c, 422, "no_such_agency", "agency: no such agency");
		return;
	}
	if (!token_fits(c->m, &a)) {
		answer_problem(c, 422, "bad_field",
			       "role, unit, site and device must fit together and to "
			       "the agency");
		return;
	}
	auth_new_secret(&secret, &hash);
	a.hash = buf_span(&hash);
	token_make(call_decide(c), &a, &id);
	jw_open(&c->out, '{');
	view_members(c, &c->out, NOUN_TOKEN, model_find(c->m, NOUN_TOKEN, id),
		     VIEW_ADMIN);
	jw_kstr(&c->out, "token", buf_span(&secret));
	jw_close(&c->out, '}');
	answer(c, 201);
}

void
token_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	if (access_record(c->m, c->who, NOUN_TOKEN,
			  model_find(c->m, NOUN_TOKEN, c->id)) == VIEW_NONE)
		answer_hidden(c);
	else if (token_revoke(d, c->id) < 0)
		answer_refusal(c, d);
	else
		answer_record(c, NOUN_TOKEN, c->id, 200);
}

void
base_url(struct call *c, struct buf *b)
{
	struct span host = http_header_find(c->req, "host");

	if (c->api->cfg.public_url)
		buf_add_z(b, c->api->cfg.public_url);
	else
		buf_printf(b, "%s://" SPAN_FMT, c->req->is_tls ? "https" : "http",
			   SPAN_ARG(host));
}

static void
invitation_url(struct call *c, struct buf *b, const char *page, struct span code)
{
	base_url(c, b);
	buf_add_z(b, page);
	buf_add_span(b, code);
}

/* Whom one calls when nothing else works. */
static void
write_phones(struct call *c, struct buf *b)
{
	jw_key(b, "phones");
	jw_open(b, '{');
	jw_kz(b, "emergency", c->m->node->emergency_phone);
	jw_kz(b, "room", c->m->node->room_phone);
	jw_close(b, '}');
}

static int
invite(struct decision *d, const struct invitation *ask, struct span hash,
       int64_t expires_at, struct id *ret)
{
	struct span label = span_of(ask->label ? ask->label : "");

	if (ask->role)
		return invitation_make_person(d, ask->agency, label, hash, expires_at,
					      ret);
	return invitation_make(d, ask->site, label, hash, expires_at, ret);
}

void
invitation_post(struct call *c)
{
	const struct invitation *ask = (const struct invitation *)c->ask.rec;
	struct buf AUTO(buf_done) code = { 0 }, hash = { 0 }, url = { 0 }, svg = { 0 };
	struct decision *d = call_decide(c);
	struct id id;

	auth_new_code(&code, &hash);
	if (invite(d, ask, buf_span(&hash), d->now + c->api->cfg.invitation_ms, &id) <
	    0) {
		answer_refusal(c, d);
		return;
	}
	invitation_url(c, &url, ask->role ? "/liaison#" : "/sos#", buf_span(&code));
	jw_open(&c->out, '{');
	view_members(c, &c->out, NOUN_INVITATION, model_find(c->m, NOUN_INVITATION, id),
		     VIEW_ADMIN);
	jw_kstr(&c->out, "code", buf_span(&code));
	jw_kstr(&c->out, "url", buf_span(&url));
	qr_svg(&svg, url.p);
	jw_kstr(&c->out, "qr_svg", buf_span(&svg));
	write_phones(c, &c->out);
	jw_close(&c->out, '}');
	answer(c, 201);
}

void
invitation_patch(struct call *c)
{
	struct decision *d = call_decide(c);

	if (access_record(c->m, c->who, NOUN_INVITATION,
			  model_find(c->m, NOUN_INVITATION, c->id)) == VIEW_NONE)
		answer_hidden(c);
	else if (invitation_revoke(d, c->id) < 0)
		answer_refusal(c, d);
	else
		answer_record(c, NOUN_INVITATION, c->id, 200);
}

void
enrolment_post(struct call *c)
{
	const struct ask_enrolment *ask = (const struct ask_enrolment *)c->ask.rec;
	struct buf AUTO(buf_done) secret = { 0 }, hash = { 0 }, code_hash = { 0 };
	struct decision *d = call_decide(c);
	struct buf *b = &c->out;
	struct id invitation, token;
	const struct token *t;
	const struct site *s;
	const struct agency *g;

	auth_hash_code(&code_hash, span_of(ask->code));
	auth_new_secret(&secret, &hash);
	if (invitation_use(d, buf_span(&code_hash), buf_span(&hash), &invitation,
			   &token) < 0) {
		answer_refusal(c, d);
		return;
	}
	t = token_find(c->m, token);
	s = site_find(c->m, t->site);
	g = agency_find(c->m, t->agency);
	jw_open(b, '{');
	jw_kstr(b, "token", buf_span(&secret));
	jw_kid(b, "invitation", invitation);
	jw_key(b, "site");
	jw_open(b, '{');
	jw_kid(b, "id", t->site);
	jw_kz(b, "name", s ? s->name : NULL);
	jw_kz(b, "name_ur", s ? s->name_ur : NULL);
	if (s)
		jw_kpos(b, "position", &s->position);
	jw_close(b, '}');
	jw_kid(b, "agency", t->agency);
	jw_kz(b, "agency_name", g ? g->name : NULL);
	write_phones(c, b);
	jw_kz(b, "sms", c->m->node->sms_phone);
	jw_kz(b, "language", c->m->node->language);
	jw_close(b, '}');
	answer(c, 201);
}
