/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that the node makes: to a gateway for text messages and the like. A number
 * is called at once; a name is looked up by a work thread first, for a resolver may
 * take its time. Says nothing itself; who calls again, and when, is the caller's.
 */
#include "net/raw_in.h"
#include "net/under.h"

#include "base/log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#define HOST_MAX 256

struct call {
	struct net *net;
	struct net_conn *conn;
	struct net_tls *tls;
	char host[HOST_MAX], port[8];
	union address to;
	socklen_t to_n;
	int rc; /* of the look-up */
};

static void
call_free(struct call *k)
{
	net_tls_free(k->tls);
	free(k);
}

/* It never stood: the handlers hear of it as of any other end. */
static void
give_up(struct call *k, const char *why)
{
	struct net_conn *c = k->conn;

	log_info("net", "call_failed", "host=%s port=%s why=%s", k->host, k->port, why);
	conn_unname(c);
	if (c->door->handlers.on_close)
		c->door->handlers.on_close(c->own, c);
	free(c->door);
	free(c);
	call_free(k);
}

static int
open_call(const union address *to, socklen_t n)
{
	int fd =
		socket(to->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (connect(fd, &to->sa, n) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void
dial(void *ctx)
{
	struct call *k = ctx;
	struct net_conn *c = k->conn;
	int fd;

	net_busy(k->net);
	/* c->id 0: it was hung up before it was dialled */
	fd = k->rc == 0 && c->id && !k->net->is_closing ? open_call(&k->to, k->to_n)
							: -1;
	if (fd < 0) {
		give_up(k, k->rc ? "name" : "route");
		return;
	}
	c->stream = stream_new(k->net, fd, NULL);
	stream_attach(c->stream, &raw_ops, c);
	address_format(&k->to, false, c->stream->peer, sizeof c->stream->peer);
	c->stream->is_loopback = address_is_loopback(&k->to);
	if (stream_call(c->stream, k->tls, k->host) < 0)
		stream_close(c->stream);
	call_free(k);
}

static void
look_up(void *ctx)
{
	struct call *k = ctx;
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	const char *host = k->host;
	const struct addrinfo *one;

	/* This machine, also where no file of hosts says so (RFC 6761, 6.3). */
	if (strcasecmp(host, "localhost") == 0)
		host = "127.0.0.1";
	k->rc = getaddrinfo(host, k->port, &hints, &list) == 0 && list ? 0 : ERR_IO;
	/* One is called, no list tried: where there are both, a number of IPv4 is what
	 * the machines of a room listen on. */
	for (one = list; one && one->ai_family != AF_INET; one = one->ai_next)
		;
	if (!one)
		one = list;
	if (k->rc == 0 && one->ai_addrlen <= sizeof k->to) {
		memcpy(&k->to, one->ai_addr, one->ai_addrlen);
		k->to_n = one->ai_addrlen;
	}
	if (list)
		freeaddrinfo(list);
}

static int
split(struct span address, struct call *k)
{
	struct span host = address, port;
	int64_t n;

	while (host.n && host.p[host.n - 1] != ':')
		host.n--;
	if (!host.n)
		return ERR_SYNTAX;
	port = span_skip(address, host.n);
	host.n--;
	if (!span_to_i64(port, &n) || n < 1 || n > 65535 || port.n >= sizeof k->port)
		return ERR_SYNTAX;
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct span){ host.p + 1, host.n - 2 };
	if (!host.n || host.n >= sizeof k->host || memchr(host.p, 0, host.n))
		return ERR_SYNTAX;
	memcpy(k->host, host.p, host.n);
	memcpy(k->port, port.p, port.n);
	return 0;
}

int
net_tcp_call(struct net *net, struct span address, struct net_tls *tls,
	     const struct net_handlers *h, void *ctx, uint64_t *ret_id)
{
	struct net_conn *c;
	struct call *k;

	if (net->is_closing)
		return ERR_CLOSED;
	if (h->in_max > LEFT_MAX)
		return ERR_RANGE;
	k = calloc(1, sizeof *k);
	c = calloc(1, sizeof *c);
	if (!k || !c || !(c->door = calloc(1, sizeof *c->door)))
		abort();
	if (split(address, k) < 0) {
		free(c->door);
		free(c);
		free(k);
		return ERR_SYNTAX;
	}
	c->net = k->net = net;
	c->door->handlers = *h;
	c->own = c->door->ctx = ctx;
	c->is_call = true;
	k->conn = c;
	k->tls = tls;
	tls_ref(tls);
	conn_name(c);
	*ret_id = c->id;
	/* In a later turn in any case, so that no handler runs inside this call. */
	if (address_parse(address, &k->to, &k->to_n) == 0)
		net_post(net, dial, k);
	else
		net_work(net, look_up, dial, k);
	return 0;
}
