/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of an MQTT broker: libmosquitto on a thread of its own that only posts.
 * A message of quality 1 is acknowledged by the library when the callback is over: the
 * acknowledgement is queued before it, but the thread that writes it is the one that
 * is in the callback. So the callback waits until the loop says that the message is
 * taken, which is when it is on the disk. If that does not come in time the connection
 * is cut instead; the session lasts, so the broker brings the message again.
 * Owns the thread and the session. What messages say is not its business.
 */
#include "net/inside.h"

#include "base/log.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TAKEN_MS 10000 /* a disk that is slower than this is no disk */
#define KEEPALIVE_S 30
#define LOOK_MS 500 /* between looks at whether it is to end */
#define AGAIN_FIRST_MS 500
#define AGAIN_MOST_MS 15000

struct net_broker {
	struct net *net;
	struct net_broker_config cfg;
	struct mosquitto *m;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t cond;
	uint64_t serial, taken;
	bool is_ending, is_up;
	char *host;
	int port;
};

static void
deadline(struct timespec *t, int64_t ms)
{
	clock_gettime(CLOCK_MONOTONIC, t);
	t->tv_sec += ms / 1000;
	t->tv_nsec += (long)(ms % 1000) * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000;
	}
}

/* --- on the loop --- */

struct inbound {
	struct net_broker *b;
	uint64_t serial;
	struct buf topic, payload;
};

static void
deliver(void *ctx)
{
	struct inbound *in = ctx;
	struct net_broker *b = in->b;

	b->cfg.on_message(b->cfg.ctx, in->serial, buf_span(&in->topic),
			  buf_span(&in->payload));
	buf_done(&in->topic);
	buf_done(&in->payload);
	free(in);
}

static void
tell_link(void *ctx)
{
	struct net_broker *b = ctx;
	bool is_up;

	pthread_mutex_lock(&b->lock);
	is_up = b->is_up;
	pthread_mutex_unlock(&b->lock);
	b->cfg.on_link(b->cfg.ctx, is_up);
}

void
net_broker_taken(struct net_broker *b, uint64_t serial)
{
	pthread_mutex_lock(&b->lock);
	if (serial > b->taken)
		b->taken = serial;
	pthread_cond_broadcast(&b->cond);
	pthread_mutex_unlock(&b->lock);
}

/* Quality 1. False: there is no connection now, so nothing was said. */
bool
net_broker_publish(struct net_broker *b, const char *topic, struct span payload)
{
	bool is_up;

	pthread_mutex_lock(&b->lock);
	is_up = b->is_up;
	pthread_mutex_unlock(&b->lock);
	return is_up && mosquitto_publish(b->m, NULL, topic, (int)payload.n, payload.p,
					  1, false) == MOSQ_ERR_SUCCESS;
}

/* --- on the thread --- */

static void
set_up(struct net_broker *b, bool is_up)
{
	bool is_new;

	pthread_mutex_lock(&b->lock);
	is_new = b->is_up != is_up;
	b->is_up = is_up;
	pthread_mutex_unlock(&b->lock);
	if (is_new)
		net_post(b->net, tell_link, b);
}

static void
on_connect(struct mosquitto *m, void *ctx, int code)
{
	struct net_broker *b = ctx;

	if (code != 0) {
		log_warn("net", "broker_refused", "address=%s why=%s", b->cfg.address,
			 mosquitto_connack_string(code));
		return;
	}
	for (size_t i = 0; b->cfg.topics[i]; i++)
		mosquitto_subscribe(m, NULL, b->cfg.topics[i], 1);
	if (b->cfg.status)
		mosquitto_publish(m, NULL, b->cfg.status, 6, "online", 1, true);
	set_up(b, true);
}

static void
on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct net_broker *b = ctx;
	struct inbound *in = calloc(1, sizeof *in);
	struct timespec until;
	bool is_taken;

	if (!in)
		abort();
	in->b = b;
	buf_add_z(&in->topic, msg->topic ? msg->topic : "");
	buf_add(&in->payload, msg->payload, (size_t)msg->payloadlen);
	pthread_mutex_lock(&b->lock);
	in->serial = ++b->serial;
	pthread_mutex_unlock(&b->lock);
	net_post(b->net, deliver, in);
	deadline(&until, TAKEN_MS);
	pthread_mutex_lock(&b->lock);
	while (b->taken < b->serial && !b->is_ending &&
	       pthread_cond_timedwait(&b->cond, &b->lock, &until) == 0)
		;
	is_taken = b->taken >= b->serial;
	pthread_mutex_unlock(&b->lock);
	/* Not on the disk: the acknowledgement that waits behind us must not leave. */
	if (!is_taken)
		shutdown(mosquitto_socket(m), SHUT_RDWR);
}

static bool
is_ending(struct net_broker *b)
{
	bool it_is;

	pthread_mutex_lock(&b->lock);
	it_is = b->is_ending;
	pthread_mutex_unlock(&b->lock);
	return it_is;
}

static void
rest(struct net_broker *b, int64_t ms)
{
	struct timespec until;

	deadline(&until, ms);
	pthread_mutex_lock(&b->lock);
	while (!b->is_ending && pthread_cond_timedwait(&b->cond, &b->lock, &until) == 0)
		;
	pthread_mutex_unlock(&b->lock);
}

static void *
run(void *ctx)
{
	struct net_broker *b = ctx;
	int64_t wait_ms = AGAIN_FIRST_MS;

	while (!is_ending(b)) {
		int rc = mosquitto_connect(b->m, b->host, b->port, KEEPALIVE_S);
		bool was_up;

		while (rc == MOSQ_ERR_SUCCESS && !is_ending(b))
			rc = mosquitto_loop(b->m, LOOK_MS, 1);
		if (is_ending(b))
			break;
		pthread_mutex_lock(&b->lock);
		was_up = b->is_up;
		pthread_mutex_unlock(&b->lock);
		log_warn("net", "broker_lost", "address=%s why=\"%s\"", b->cfg.address,
			 rc == MOSQ_ERR_ERRNO ? strerror(errno)
					      : mosquitto_strerror(rc));
		set_up(b, false);
		wait_ms = was_up ? AGAIN_FIRST_MS : wait_ms * 2;
		if (wait_ms > AGAIN_MOST_MS)
			wait_ms = AGAIN_MOST_MS;
		rest(b, wait_ms);
	}
	return NULL;
}

/* --- opening and closing --- */

/* The library counts how often it was opened. */
static int
settle(struct net_broker *b, struct buf *ret_why)
{
	const struct net_broker_config *c = &b->cfg;
	int rc = MOSQ_ERR_SUCCESS;

	mosquitto_lib_init();
	b->m = mosquitto_new(c->client, false, b);
	if (!b->m)
		abort();
	mosquitto_threaded_set(b->m, true);
	mosquitto_connect_callback_set(b->m, on_connect);
	mosquitto_message_callback_set(b->m, on_message);
	if (c->user)
		rc = mosquitto_username_pw_set(b->m, c->user, c->password);
	if (rc == MOSQ_ERR_SUCCESS && c->status)
		rc = mosquitto_will_set(b->m, c->status, 7, "offline", 1, true);
	if (rc == MOSQ_ERR_SUCCESS && c->is_tls)
		rc = mosquitto_tls_set(b->m, c->authority,
				       c->authority ? NULL : "/etc/ssl/certs", NULL,
				       NULL, NULL);
	if (rc == MOSQ_ERR_SUCCESS && c->is_tls)
		rc = mosquitto_tls_opts_set(b->m, 1, NULL, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		buf_printf(ret_why, "the broker %s: %s", c->address,
			   mosquitto_strerror(rc));
	return rc == MOSQ_ERR_SUCCESS ? 0 : ERR_CRYPTO;
}

static void
broker_free(struct net_broker *b)
{
	mosquitto_destroy(b->m);
	mosquitto_lib_cleanup();
	pthread_cond_destroy(&b->cond);
	pthread_mutex_destroy(&b->lock);
	free(b->host);
	free(b);
}

int
net_broker_open(struct net *net, const struct net_broker_config *cfg,
		struct net_broker **ret, struct buf *ret_why)
{
	struct span host = span_of(cfg->address), port;
	struct net_broker *b;
	pthread_condattr_t attr;
	int64_t n = 0;

	while (host.n && host.p[host.n - 1] != ':')
		host.n--;
	port = span_skip(span_of(cfg->address), host.n);
	if (host.n < 2 || !span_to_i64(port, &n) || n < 1 || n > 65535) {
		buf_printf(ret_why, "a broker is HOST:PORT, not \"%s\"", cfg->address);
		return ERR_SYNTAX;
	}
	host.n--;
	if (host.p[0] == '[')
		host = (struct span){ host.p + 1, host.n - 2 };
	b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->net = net;
	b->cfg = *cfg;
	b->host = span_dup(host);
	b->port = (int)n;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->cond, &attr);
	pthread_condattr_destroy(&attr);
	if (settle(b, ret_why) < 0 || pthread_create(&b->thread, NULL, run, b) != 0) {
		broker_free(b);
		return ERR_IO;
	}
	*ret = b;
	return 0;
}

/* Without a goodbye: the broker then tells our will, and keeps what comes for us. */
void
net_broker_close(struct net_broker *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->is_ending = true;
	pthread_cond_broadcast(&b->cond);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	broker_free(b);
}
