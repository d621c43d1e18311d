/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and logins. argon2id runs in the pool, at most two at once with a
 * short queue, so that a flood of logins can neither eat the memory nor the
 * loop. Ten tries in fifteen minutes per login and address; beyond that the
 * address waits, and nobody else does. Codes of a second factor count by account:
 * whoever tries them has the password. None of it touches a session that stands.
 */
#include "auth/auth.h"

#include "auth/totp.h"

#include "base/auto.h"
#include "base/log.h"

#define COOKIE "kumak"
#define SESSION_MS (24ll * 3600000) /* a shift and its overlap */
#define TRIES_MAX 10
#define TRIES_WINDOW_MS (15 * 60000ll)
#define ARGON_AT_ONCE 2
#define ARGON_QUEUE 64     /* beyond: 503, come back */
#define THROTTLE_MAX 20000 /* entries; a flood of logins forgets the oldest */

struct tries {
	int64_t since;
	int count;
};

/* One argon2 job: check `password` against `hash`, or make a hash. */
struct job {
	struct auth *auth;
	struct job *next;
	char *login, *password, *totp, *hash, *peer;
	struct id account;
	char made[PASSWORD_HASH_MAX];
	bool is_check, ok, is_tls;
	struct auth_login l;
	void (*on_hash)(void *ctx, struct span hash);
	void (*on_check)(void *ctx, bool ok);
	void *ctx;
};

struct auth {
	struct net *net;
	struct journal *journal;
	struct map throttle; /* login ‖ address → struct tries */
	struct map codes;    /* account → struct tries, of codes */
	struct job *queue, **queue_end;
	size_t queued, running;
	struct buf local;              /* hash of the machine's own secret */
	char dummy[PASSWORD_HASH_MAX]; /* checked for logins that do not exist */
};

int
auth_open(struct net *net, struct journal *journal, struct auth **ret)
{
	struct auth *a = calloc(1, sizeof *a);

	a->net = net;
	a->journal = journal;
	a->queue_end = &a->queue;
	*ret = a;
	return 0;
}

static void
job_free(struct job *job)
{
	if (job->password)
		crypt_wipe(job->password, strlen(job->password));
	free(job->login);
	free(job->password);
	free(job->totp);
	free(job->hash);
	free(job->peer);
	free(job);
}

void
auth_close(struct auth *a)
{
	void *t;

	if (!a)
		return;
	for (size_t i = 0; map_next(&a->throttle, &i, NULL, &t);)
		free(t);
	for (size_t i = 0; map_next(&a->codes, &i, NULL, &t);)
		free(t);
	map_done(&a->throttle);
	map_done(&a->codes);
	buf_done(&a->local);
	while (a->queue) {
		struct job *job = a->queue;

		a->queue = job->next;
		job_free(job);
	}
	free(a);
}

/* --- identifying ----------------------------------------------------------- */

static struct span
bearer(const struct http_request *req)
{
	struct span h = http_header_find(req, "authorization"), rest;

	if (h.n > 7 && span_is_nocase((struct span){ h.p, 7 }, SPAN("bearer ")))
		return span_trim(span_skip(h, 7));
	rest = http_header_find(req, "sec-websocket-protocol");
	while (rest.n) {
		struct span word = span_trim(span_cut(&rest, ','));

		if (span_starts(word, SPAN("token.")))
			return span_skip(word, 6);
	}
	return (struct span){ 0 };
}

static struct session *
find_session(struct auth *a, const struct http_request *req)
{
	struct span cookie = http_cookie(req, COOKIE);
	struct buf AUTO(buf_done) hash = { 0 };
	struct session *s;

	if (!cookie.n)
		return NULL;
	auth_hash_secret(&hash, cookie);
	s = session_by_hash(journal_model(a->journal), buf_span(&hash));
	if (!s || s->expires_at < journal_now(a->journal))
		return NULL;
	return s;
}

void
auth_set_local(struct auth *a, struct span secret)
{
	buf_clear(&a->local);
	auth_hash_secret(&a->local, secret);
}

static bool
is_local(const struct auth *a, const struct http_request *req, struct span hash)
{
	return req->is_loopback && a->local.n == hash.n && hash.n &&
	       crypt_equal(a->local.p, hash.p, hash.n);
}

static void
principal_local(const struct model *m, struct principal *ret)
{
	*ret = (struct principal){
		.role = ROLE_ADMINISTRATOR,
		.agency = m->node->control,
		.is_control = true,
		.is_verified = true,
		.name = "this machine",
		.source = "local",
	};
}

void
auth_identify(struct auth *a, const struct http_request *req, struct auth_result *ret)
{
	struct model *m = journal_model(a->journal);
	struct span secret = bearer(req);
	struct buf AUTO(buf_done) hash = { 0 };
	const struct session *s;
	const struct account *acc;

	*ret = (struct auth_result){ .how = AUTH_NOBODY };
	principal_anonymous(&ret->who, req->peer);
	if (secret.n) {
		const struct token *t;

		auth_hash_secret(&hash, secret);
		t = token_by_hash(m, buf_span(&hash));
		ret->how = AUTH_BAD;
		if (m->node && is_local(a, req, buf_span(&hash))) {
			principal_local(m, &ret->who);
			ret->how = AUTH_BEARER;
		} else if (t && !t->revoked) {
			principal_of_token(m, t, &ret->who);
			ret->how = AUTH_BEARER;
		}
		return;
	}
	s = find_session(a, req);
	if (!s) {
		if (http_cookie(req, COOKIE).n)
			ret->how = AUTH_BAD;
		return;
	}
	acc = account_find(m, s->account);
	ret->how = AUTH_BAD;
	if (!acc || acc->disabled)
		return;
	ret->how = AUTH_COOKIE;
	ret->session = s->r.id;
	ret->must_change_password = acc->must_change_password;
	principal_of_account(m, acc, &ret->who);
}

void
auth_csrf(struct auth *a, const struct http_request *req, struct buf *b)
{
	uint8_t h[HASH_BYTES];

	crypt_hash2(h, SPAN("kumak csrf 1:"), http_cookie(req, COOKIE),
		    journal_node_key(a->journal));
	crypt_b64(b, h, 24);
}

bool
auth_csrf_ok(struct auth *a, const struct http_request *req)
{
	struct span given = http_header_find(req, "x-csrf-token");
	struct buf AUTO(buf_done) want = { 0 };

	auth_csrf(a, req, &want);
	return given.n == want.n && crypt_equal(given.p, want.p, want.n);
}

/* --- the throttle ---------------------------------------------------------- */

static struct span
throttle_key(struct buf *b, struct span login, const char *peer)
{
	buf_add_span(b, login.n > 96 ? (struct span){ login.p, 96 } : login);
	buf_add_c(b, '\n');
	buf_add_z(b, peer);
	return buf_span(b);
}

static void
forget_all(struct auth *a)
{
	void *t;

	for (size_t i = 0; map_next(&a->throttle, &i, NULL, &t);)
		free(t);
	map_done(&a->throttle);
}

/* Seconds to wait, 0: go on. Counts this try. */
static int
count_try(struct map *tries, struct span key, int64_t now)
{
	struct tries *t = map_get(tries, key);

	if (!t) {
		t = calloc(1, sizeof *t);
		t->since = now;
		map_put(tries, key, t);
	}
	if (now - t->since > TRIES_WINDOW_MS)
		*t = (struct tries){ now, 0 };
	if (t->count >= TRIES_MAX)
		return (int)((t->since + TRIES_WINDOW_MS - now) / 1000 + 1);
	t->count++;
	return 0;
}

static int
throttle(struct auth *a, struct span login, const char *peer)
{
	struct buf AUTO(buf_done) k = { 0 };

	if (a->throttle.n >= THROTTLE_MAX)
		forget_all(a);
	return count_try(&a->throttle, throttle_key(&k, login, peer),
			 net_mono_ms(a->net));
}

static void
throttle_clear(struct auth *a, struct span login, const char *peer)
{
	struct buf AUTO(buf_done) k = { 0 };

	free(map_remove(&a->throttle, throttle_key(&k, login, peer)));
}

/* --- argon2 in the pool ---------------------------------------------------- */

static void
work(void *ctx)
{
	struct job *job = ctx;

	if (job->is_check)
		job->ok = crypt_password_check(job->hash, span_of(job->password));
	else
		job->ok = crypt_password_hash(job->made, span_of(job->password)) == 0;
}

static void start_next(struct auth *a);

/* --- the second factor ------------------------------------------------------ */

const char *
auth_check_totp(struct auth *a, struct id account, bool is_asked, struct span code,
		int64_t *ret_step, int *ret_retry_after_s)
{
	const struct account *acc = account_find(journal_model(a->journal), account);
	const char *secret = !acc       ? NULL
			     : is_asked ? acc->totp_asked
					: acc->totp_secret;
	int wait = count_try(&a->codes, ID_KEY(&account), net_mono_ms(a->net));

	if (wait) {
		*ret_retry_after_s = wait;
		return "too_many_tries";
	}
	/* a secret whose key was destroyed fits no code */
	if (!secret || !totp_check(span_of(secret), code, journal_now(a->journal),
				   acc->totp_step, ret_step))
		return "bad_totp";
	free(map_remove(&a->codes, ID_KEY(&account)));
	return "";
}

void
auth_new_totp(struct auth *a, struct id account, struct buf *ret_secret,
	      struct buf *ret_uri)
{
	const struct model *m = journal_model(a->journal);
	const struct account *acc = account_find(m, account);

	totp_new_secret(ret_secret);
	totp_uri(ret_uri, span_of(m->node->name ? m->node->name : "Kumak"),
		 span_of(acc->login), buf_span(ret_secret));
}

/* What is wrong with the login, its password being right; "": nothing. */
static const char *
second_factor(struct auth *a, struct job *job, int64_t *ret_step, int *ret_wait)
{
	const struct account *acc =
		account_find(journal_model(a->journal), job->account);

	if (!acc || !acc->totp)
		return "";
	if (!*job->totp)
		return "totp_needed";
	return auth_check_totp(a, job->account, false, span_of(job->totp), ret_step,
			       ret_wait);
}

static void
refuse_login(struct job *job, const char *code, int retry_after_s)
{
	struct auth_outcome o = { .status = 401,
				  .code = code,
				  .retry_after_s = retry_after_s };

	if (strcmp(code, "too_many_tries") == 0)
		o.status = 429;
	else if (strcmp(code, "busy") == 0)
		o.status = 503;
	else
		log_info("auth", "login_refused", "peer=%s code=%s", job->peer, code);
	job->l.done(job->l.ctx, &o);
}

static void
finish_login(struct auth *a, struct job *job)
{
	struct buf AUTO(buf_done) secret = { 0 }, hash = { 0 };
	struct auth_outcome o = { .status = 200, .account = job->account };
	int64_t step = FIELD_NONE;
	struct decision *d;
	struct id session;
	const char *wrong;
	int wait = 0;

	if (!job->ok || !id_is_set(job->account)) {
		refuse_login(job, "bad_login", 0);
		return;
	}
	wrong = second_factor(a, job, &step, &wait);
	if (*wrong) {
		refuse_login(job, wrong, wait);
		return;
	}
	auth_new_secret(&secret, &hash);
	d = journal_begin(a->journal, NULL);
	if (session_open(d, job->account, buf_span(&hash), d->now + SESSION_MS,
			 span_of(job->peer), step, &session) < 0) {
		refuse_login(job, d->refusal.code, 0);
		return;
	}
	throttle_clear(a, span_of(job->login), job->peer);
	o.cookie = buf_span(&secret);
	job->l.done(job->l.ctx, &o);
}

static void
done(void *ctx)
{
	struct job *job = ctx;
	struct auth *a = job->auth;

	a->running--;
	if (job->l.done)
		finish_login(a, job);
	else if (job->on_check)
		job->on_check(job->ctx, job->ok);
	else
		job->on_hash(job->ctx,
			     job->ok ? span_of(job->made) : (struct span){ 0 });
	job_free(job);
	start_next(a);
}

static void
start_next(struct auth *a)
{
	while (a->queue && a->running < ARGON_AT_ONCE) {
		struct job *job = a->queue;

		a->queue = job->next;
		if (!a->queue)
			a->queue_end = &a->queue;
		a->queued--;
		a->running++;
		net_work(a->net, work, done, job);
	}
}

static bool
enqueue(struct auth *a, struct job *job)
{
	if (a->queued >= ARGON_QUEUE)
		return false;
	job->auth = a;
	*a->queue_end = job;
	a->queue_end = &job->next;
	a->queued++;
	start_next(a);
	return true;
}

/* A login that does not exist costs the same time as a wrong password: it is
 * checked against a hash of something that nobody can type. */
static const char *
dummy_hash(struct auth *a)
{
	if (!a->dummy[0]) {
		uint8_t r[32];

		crypt_random(r, sizeof r);
		crypt_password_hash(a->dummy, (struct span){ (char *)r, sizeof r });
	}
	return a->dummy;
}

void
auth_login(struct auth *a, const struct auth_login *l)
{
	const struct account *acc =
		account_for_sign_in(journal_model(a->journal), l->login);
	int wait = throttle(a, l->login, l->peer);
	bool has = acc && !acc->disabled && acc->password_hash;
	struct job *job = calloc(1, sizeof *job);

	job->l = *l;
	job->peer = span_dup(span_of(l->peer));
	if (wait) {
		refuse_login(job, "too_many_tries", wait);
		job_free(job);
		return;
	}
	job->is_check = true;
	job->login = span_dup(l->login);
	job->password = span_dup(l->password);
	job->totp = span_dup(l->totp);
	job->hash = span_dup(span_of(has ? acc->password_hash : dummy_hash(a)));
	if (has)
		job->account = acc->r.id;
	if (!enqueue(a, job)) {
		refuse_login(job, "busy", 2);
		job_free(job);
	}
}

void
auth_logout(struct auth *a, struct id session)
{
	session_end(journal_begin(a->journal, NULL), session);
}

void
auth_check_password(struct auth *a, struct id account, struct span password,
		    void (*on_check)(void *ctx, bool ok), void *ctx)
{
	const struct account *acc = account_find(journal_model(a->journal), account);
	struct job *job = calloc(1, sizeof *job);

	job->is_check = true;
	job->password = span_dup(password);
	job->hash = span_dup(span_of(acc && acc->password_hash ? acc->password_hash
							       : dummy_hash(a)));
	job->on_check = on_check;
	job->ctx = ctx;
	if (!enqueue(a, job)) {
		job_free(job);
		on_check(ctx, false);
	}
}

void
auth_hash_password(struct auth *a, struct span password,
		   void (*on_hash)(void *ctx, struct span hash), void *ctx)
{
	struct job *job = calloc(1, sizeof *job);

	job->password = span_dup(password);
	job->on_hash = on_hash;
	job->ctx = ctx;
	if (!enqueue(a, job)) {
		job_free(job);
		on_hash(ctx, (struct span){ 0 });
	}
}
