/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and logins. argon2id runs in the pool, at most two at once with a
 * short queue, so that a flood of logins can neither eat the memory nor the
 * loop. Ten tries in fifteen minutes per login and address; beyond that the
 * address waits, and nobody else does.
 */
#include "auth/auth.h"

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
	char *login, *password, *hash, *peer;
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
	map_done(&a->throttle);
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
throttle(struct auth *a, struct span login, const char *peer)
{
	struct buf AUTO(buf_done) k = { 0 };
	struct span key = throttle_key(&k, login, peer);
	struct tries *t = map_get(&a->throttle, key);
	int64_t now = net_mono_ms(a->net);

	if (!t) {
		if (a->throttle.n >= THROTTLE_MAX)
			forget_all(a);
		t = calloc(1, sizeof *t);
		t->since = now;
		map_put(&a->throttle, key, t);
	}
	if (now - t->since > TRIES_WINDOW_MS)
		*t = (struct tries){ now, 0 };
	if (t->count >= TRIES_MAX)
		return (int)((t->since + TRIES_WINDOW_MS - now) / 1000 + 1);
	t->count++;
	return 0;
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

static void
finish_login(struct auth *a, struct job *job)
{
	struct buf AUTO(buf_done) secret = { 0 }, hash = { 0 };
	struct decision *d;
	struct id session;

	if (!job->ok || !id_is_set(job->account)) {
		log_info("auth", "login_refused", "peer=%s", job->peer);
		job->l.done(job->l.ctx, 401, (struct id){ 0 }, (struct span){ 0 }, 0);
		return;
	}
	auth_new_secret(&secret, &hash);
	d = journal_begin(a->journal, NULL);
	if (session_open(d, job->account, buf_span(&hash), d->now + SESSION_MS,
			 span_of(job->peer), &session) < 0) {
		job->l.done(job->l.ctx, 401, (struct id){ 0 }, (struct span){ 0 }, 0);
		return;
	}
	throttle_clear(a, span_of(job->login), job->peer);
	job->l.done(job->l.ctx, 200, job->account, buf_span(&secret), 0);
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
	struct job *job;

	if (wait) {
		l->done(l->ctx, 429, (struct id){ 0 }, (struct span){ 0 }, wait);
		return;
	}
	job = calloc(1, sizeof *job);
	job->l = *l;
	job->is_check = true;
	job->login = span_dup(l->login);
	job->password = span_dup(l->password);
	job->peer = span_dup(span_of(l->peer));
	job->hash = span_dup(span_of(has ? acc->password_hash : dummy_hash(a)));
	if (has)
		job->account = acc->r.id;
	if (!enqueue(a, job)) {
		l->done(l->ctx, 503, (struct id){ 0 }, (struct span){ 0 }, 2);
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
