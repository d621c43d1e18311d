/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and what a page asks about itself. */
#include "api/routes.h"

#include "base/auto.h"
#include "base/qr.h"

#include <stdlib.h>

static void
write_session(struct call *c, struct buf *b, const struct account *a, struct span csrf)
{
	const struct agency *g = agency_find(c->m, a->agency);

	jw_open(b, '{');
	jw_kid(b, "account", a->r.id);
	jw_kstr(b, "csrf", csrf);
	jw_kz(b, "login", a->login);
	jw_kz(b, "name", a->name ? a->name : a->login);
	jw_kz(b, "role", role_names[a->role]);
	jw_kid(b, "agency", a->agency);
	jw_kz(b, "agency_name", g ? g->name : NULL);
	jw_kbool(b, "is_control", g && g->is_control);
	jw_kid(b, "unit", a->unit);
	jw_kid(b, "site", a->site);
	jw_kz(b, "world", world_names[a->r.world]);
	jw_kz(b, "language",
	      a->language            ? a->language
	      : c->m->node->language ? c->m->node->language
				     : "en");
	jw_kbool(b, "must_change_password", a->must_change_password);
	jw_kbool(b, "totp", a->totp);
	jw_key(b, "node");
	jw_open(b, '{');
	jw_kz(b, "id", c->m->node->node);
	jw_kz(b, "name", c->m->node->name);
	jw_kbool(b, "demo", c->m->node->is_demo);
	jw_close(b, '}');
	jw_ktime(b, "now", net_wall_ms(c->api->cfg.net));
	jw_close(b, '}');
}

/* What is said of a code, at sign-in and when it is set. */
static void
answer_code(struct call *c, int status, const char *code, int retry_after_s)
{
	if (retry_after_s)
		buf_printf(&c->headers, "Retry-After: %d\r\n", retry_after_s);
	answer_problem(c, status, code,
		       retry_after_s                      ? "try again in %d s"
		       : strcmp(code, "totp_needed") == 0 ? "totp: a code is needed"
		       : strcmp(code, "bad_totp") == 0
			       ? "the code is wrong, or was used"
			       : "login or password is wrong",
		       retry_after_s);
}

static void
logged_in(void *ctx, const struct auth_outcome *o)
{
	struct call *c = ctx;
	struct buf AUTO(buf_done) csrf = { 0 };
	uint8_t h[HASH_BYTES];
	const struct account *a = account_find(c->m, o->account);

	if (o->status != 200 || !a) {
		answer_code(c, o->status == 200 ? 401 : o->status,
			    o->code ? o->code : "bad_login", o->retry_after_s);
		return;
	}
	buf_printf(&c->headers,
		   "Set-Cookie: kumak=" SPAN_FMT
		   "; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400%s\r\n",
		   SPAN_ARG(o->cookie), c->req->is_tls ? "; Secure" : "");
	/* the same word that auth_csrf makes of the cookie when it comes back */
	crypt_hash2(h, SPAN("kumak csrf 1:"), o->cookie,
		    journal_node_key(c->api->cfg.journal));
	crypt_b64(&csrf, h, 24);
	write_session(c, &c->out, a, buf_span(&csrf));
	answer(c, 200);
}

static void
sign_in(struct call *c, const char *login, const char *password, const char *totp)
{
	auth_login(c->api->cfg.auth, &(struct auth_login){
					     .login = span_of(login),
					     .password = span_of(password),
					     .totp = span_of(totp ? totp : ""),
					     .peer = c->req->peer,
					     .is_tls = c->req->is_tls,
					     .done = logged_in,
					     .ctx = c,
				     });
}

void
session_post(struct call *c)
{
	const struct ask_login *ask = (const struct ask_login *)c->ask.rec;

	sign_in(c, ask->login, ask->password, ask->totp);
}

/* --- joining by an invitation: an account and its session in one step ------------- */

static void
join_hashed(void *ctx, struct span hash)
{
	struct call *c = ctx;
	const struct ask_join *ask = (const struct ask_join *)c->ask.rec;
	struct buf AUTO(buf_done) code_hash = { 0 }, login = { 0 };
	struct decision *d;
	uint8_t random[5];
	struct id id;

	if (!hash.n) {
		answer_problem(c, 503, "busy", "try again");
		return;
	}
	/* a login that tells nothing and of which nothing can be asked */
	crypt_random(random, sizeof random);
	buf_add_z(&login, "l-");
	crypt_hex(&login, random, sizeof random);
	auth_hash_code(&code_hash, span_of(ask->code));
	d = journal_begin(c->api->cfg.journal, NULL);
	if (invitation_join(d, buf_span(&code_hash),
			    &(struct enrol_args){ .login = buf_span(&login),
						  .name = span_of(ask->name),
						  .password_hash = hash,
						  .phone = span_of(ask->phone),
						  .language = span_of(ask->language) },
			    &id) < 0) {
		answer_refusal(c, d);
		return;
	}
	sign_in(c, account_find(c->m, id)->login, ask->password, NULL);
}

void
join_post(struct call *c)
{
	const struct ask_join *ask = (const struct ask_join *)c->ask.rec;
	struct decision *d = journal_begin(c->api->cfg.journal, NULL);
	struct buf AUTO(buf_done) code_hash = { 0 };
	struct id id;

	/* a bad code is refused before 80 ms of argon2 */
	auth_hash_code(&code_hash, span_of(ask->code));
	if (invitation_join(d, buf_span(&code_hash),
			    &(struct enrol_args){ .phone = span_of(ask->phone) },
			    &id) < 0)
		answer_refusal(c, d);
	else
		auth_hash_password(c->api->cfg.auth, span_of(ask->password),
				   join_hashed, c);
}

static const struct account *
own_account(struct call *c)
{
	const struct account *a = account_find(c->m, c->who->id);

	if (!a || c->auth.how != AUTH_COOKIE) {
		answer_problem(c, 401, "no_session", "sign in first");
		return NULL;
	}
	return a;
}

void
session_get(struct call *c)
{
	struct buf AUTO(buf_done) csrf = { 0 };
	const struct account *a = own_account(c);

	if (!a)
		return;
	auth_csrf(c->api->cfg.auth, c->req, &csrf);
	write_session(c, &c->out, a, buf_span(&csrf));
	answer(c, 200);
}

void
session_delete(struct call *c)
{
	if (c->auth.how == AUTH_COOKIE)
		auth_logout(c->api->cfg.auth, c->auth.session);
	buf_add_z(
		&c->headers,
		"Set-Cookie: kumak=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n");
	answer_empty(c, 204);
}

void
session_patch(struct call *c)
{
	const struct ask_session *ask = (const struct ask_session *)c->ask.rec;
	struct decision *d = call_decide(c);

	if (!own_account(c))
		return;
	if (account_set_own(d, (struct span){ 0 }, span_of(ask->language)) < 0) {
		answer_refusal(c, d);
		return;
	}
	session_get(c);
}

static void
password_hashed(void *ctx, struct span hash)
{
	struct call *c = ctx;
	struct decision *d;

	if (!hash.n) {
		answer_problem(c, 503, "busy", "try again");
		return;
	}
	d = call_decide(c);
	if (account_set_own(d, hash, (struct span){ 0 }) < 0)
		answer_refusal(c, d);
	else
		answer_empty(c, 204);
}

static void
password_checked(void *ctx, bool ok)
{
	struct call *c = ctx;
	const struct ask_password *ask = (const struct ask_password *)c->ask.rec;

	if (!ok) {
		answer_problem(c, 403, "bad_password", "old: the password is wrong");
		return;
	}
	auth_hash_password(c->api->cfg.auth, span_of(ask->new), password_hashed, c);
}

void
session_password_post(struct call *c)
{
	const struct ask_password *ask = (const struct ask_password *)c->ask.rec;

	if (!own_account(c))
		return;
	auth_check_password(c->api->cfg.auth, c->who->id, span_of(ask->old),
			    password_checked, c);
}

static void
answer_reach(struct call *c, const struct account *a)
{
	struct buf *b = &c->out;

	jw_open(b, '{');
	jw_kz(b, "phone", a->phone);
	jw_kz(b, "quiet_from", a->quiet_from);
	jw_kz(b, "quiet_to", a->quiet_to);
	if (a->utc_offset_min != FIELD_NONE)
		jw_ki64(b, "utc_offset_min", a->utc_offset_min);
	jw_kbool(b, "quiet_now", account_is_quiet(a, net_wall_ms(c->api->cfg.net)));
	jw_close(b, '}');
	answer(c, 200);
}

void
session_reach_get(struct call *c)
{
	const struct account *a = own_account(c);

	if (a)
		answer_reach(c, a);
}

void
session_reach_patch(struct call *c)
{
	const struct ask_reach *ask = (const struct ask_reach *)c->ask.rec;
	struct decision *d = call_decide(c);
	const struct account *a = own_account(c);
	struct patch p;

	if (!a)
		return;
	patch_init(&p, &noun_account);
#define HAS(member) \
	(c->ask.given >> field_at(&ask_reach, offsetof(struct ask_reach, member)) & 1)
	if (HAS(phone))
		PATCH_STR(&p, account, phone, span_of(ask->phone));
	if (HAS(quiet_from))
		PATCH_STR(&p, account, quiet_from, span_of(ask->quiet_from));
	if (HAS(quiet_to))
		PATCH_STR(&p, account, quiet_to, span_of(ask->quiet_to));
	if (HAS(utc_offset_min))
		PATCH_INT(&p, account, utc_offset_min, ask->utc_offset_min);
#undef HAS
	if (account_set_reach(d, &p) < 0) {
		patch_done(&p);
		answer_refusal(c, d);
		return;
	}
	answer_reach(c, account_find(c->m, c->who->id));
}

/* --- the second factor ------------------------------------------------------ */

/* The secret leaves once, to who has just said the password; it stands for
 * nothing until a code of it comes back. */
static void
totp_password_checked(void *ctx, bool ok)
{
	struct call *c = ctx;
	struct buf AUTO(buf_done) secret = { 0 }, uri = { 0 }, svg = { 0 };
	struct decision *d;

	if (!ok || !account_find(c->m, c->who->id)) {
		answer_problem(c, 403, "bad_password", "password: it is wrong");
		return;
	}
	auth_new_totp(c->api->cfg.auth, c->who->id, &secret, &uri);
	d = call_decide(c);
	if (totp_ask(d, buf_span(&secret)) < 0) {
		answer_refusal(c, d);
	} else {
		qr_svg(&svg, uri.p);
		jw_open(&c->out, '{');
		jw_kstr(&c->out, "secret", buf_span(&secret));
		jw_kstr(&c->out, "qr_svg", buf_span(&svg));
		jw_close(&c->out, '}');
		answer(c, 201);
	}
}

void
session_totp_post(struct call *c)
{
	const struct ask_totp *ask = (const struct ask_totp *)c->ask.rec;

	if (!own_account(c))
		return;
	auth_check_password(c->api->cfg.auth, c->who->id, span_of(ask->password),
			    totp_password_checked, c);
}

void
session_totp_patch(struct call *c)
{
	const struct ask_totp_set *ask = (const struct ask_totp_set *)c->ask.rec;
	bool is_on = ask->state == TOTP_ON; /* before c may be answered and gone */
	const struct account *a = own_account(c);
	int64_t step = 0;
	const char *wrong;
	struct decision *d;
	int wait = 0;

	if (!a)
		return;
	d = call_decide(c);
	wrong = a->totp == is_on || (is_on && !a->totp_asked)
			? "" /* the law says why not */
			: auth_check_totp(c->api->cfg.auth, a->r.id, is_on,
					  span_of(ask->code), &step, &wait);
	if (*wrong)
		answer_code(c, wait ? 429 : 403, wrong, wait);
	else if (totp_set(d, is_on, step) < 0)
		answer_refusal(c, d);
	else
		session_get(c);
}
