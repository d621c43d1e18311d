/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening sockets: bind, accept with limits, and what to do when there are
 * too many (the oldest idle connection goes, else the new one is refused).
 * A listener lives until its last connection is gone.
 */
#include "net/inside.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#define BACKLOG 1024
#define ACCEPTS_PER_TURN 64   /* then those who are in have their say */
#define USER_TIMEOUT_MS 30000 /* unacknowledged bytes: the peer is gone */

static int
open_socket(const union address *a, socklen_t n, int socktype)
{
	int fd = socket(a->sa.sa_family, socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	if (socktype == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (a->sa.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(fd, &a->sa, n) == 0 &&
	    (socktype != SOCK_STREAM || listen(fd, BACKLOG) == 0))
		return fd;
	close(fd);
	return -1;
}

static int
open_error(int number)
{
	switch (number) {
	case EADDRINUSE:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case EADDRNOTAVAIL:
		return ERR_NOT_FOUND;
	default:
		return ERR_IO;
	}
}

int
listener_open(struct net *net, struct span address, int socktype,
	      const struct listener_ops *ops, struct net_listener **ret)
{
	struct net_listener *l;
	union address a;
	socklen_t n;
	int inherited, fd, r = address_parse(address, &a, &n);

	if (r < 0)
		return r;
	inherited = service_take(net, &a, socktype);
	fd = inherited >= 0 ? inherited : open_socket(&a, n, socktype);
	if (fd < 0)
		return open_error(errno);
	l = calloc(1, sizeof *l);
	if (!l)
		abort();
	n = sizeof a;
	if (getsockname(fd, &a.sa, &n) != 0 ||
	    uv_poll_init_socket(&net->loop, &l->poll, fd) != 0) {
		close(fd);
		free(l);
		return ERR_IO;
	}
	address_format(&a, true, l->address, sizeof l->address);
	l->net = net;
	l->ops = ops;
	l->fd = fd;
	l->is_inherited = inherited >= 0;
	l->refs = 1;
	l->poll.data = l;
	list_add(&net->listeners, &l->all);
	*ret = l;
	return 0;
}

/* --- accepting --- */

/* At most a line a second, whatever comes. */
static void
complain(struct net_listener *l, const char *verb)
{
	int64_t now = net_mono_ms(l->net);

	l->n_refused++;
	if (l->told_ms && now - l->told_ms < 1000)
		return;
	log_warn("net", verb, "listener=%s connections=%d refused=%d", l->address,
		 l->n_connections, l->n_refused);
	l->n_refused = 0;
	l->told_ms = now;
}

/* No descriptor is left: take one caller with the spare, send it away. */
static void
shed(struct net_listener *l)
{
	struct net *net = l->net;
	int fd;

	complain(l, "no_descriptors");
	if (net->spare_fd >= 0)
		close(net->spare_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* The oldest idle connection goes; false when there is none. */
static bool
make_room(struct net_listener *l)
{
	struct link *idle = list_pop(&l->idle);

	if (!idle)
		return false;
	stream_close(LINK_OF(idle, struct stream, idle));
	return true;
}

static void
set_options(int fd)
{
	int one = 1, timeout_ms = USER_TIMEOUT_MS, idle_s = 60, every_s = 10;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static void
take(struct net_listener *l, int fd, const union address *from)
{
	struct stream *s;

	if (l->connections_max > 0 && l->n_connections >= l->connections_max &&
	    !make_room(l)) {
		complain(l, "refused");
		close(fd);
		return;
	}
	set_options(fd);
	s = stream_new(l->net, fd, l);
	address_format(from, false, s->peer, sizeof s->peer);
	s->is_loopback = address_is_loopback(from);
	if (stream_start(s, l->tls) < 0)
		stream_close(s);
	else if (l->tls)
		list_add(&l->idle, &s->idle); /* until it has shown who it is */
	else
		l->ops->on_accept(l, s);
}

static void
on_connection(uv_poll_t *poll, int status, int events)
{
	struct net_listener *l = poll->data;
	union address from;

	(void)events;
	net_busy(l->net);
	for (int i = 0; status >= 0 && i < ACCEPTS_PER_TURN; i++) {
		socklen_t n = sizeof from;
		int fd = accept4(l->fd, &from.sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take(l, fd, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE) {
			make_room(l);
			shed(l);
		}
		if (errno != EINTR && errno != ECONNABORTED)
			break;
	}
}

int
listener_start(struct net_listener *l, uv_poll_cb on_readable)
{
	if (!on_readable)
		on_readable = on_connection;
	return uv_poll_start(&l->poll, UV_READABLE, on_readable) == 0 ? 0 : ERR_IO;
}

/* --- life --- */

void
listener_ref(struct net_listener *l)
{
	l->refs++;
}

void
listener_unref(struct net_listener *l)
{
	if (--l->refs > 0)
		return;
	l->ops->on_free(l);
	net_tls_free(l->tls);
	free(l);
}

static void
on_closed(uv_handle_t *handle)
{
	listener_unref(handle->data);
}

void
net_listener_close(struct net_listener *l)
{
	if (!l || l->is_closed)
		return;
	l->is_closed = true;
	list_remove(&l->all);
	while (make_room(l))
		; /* those who wait between two requests */
	uv_poll_stop(&l->poll);
	close(l->fd);
	l->fd = -1;
	uv_close((uv_handle_t *)&l->poll, on_closed);
}

const char *
net_listener_address(const struct net_listener *l)
{
	return l->address;
}

int
net_listener_port(const struct net_listener *l)
{
	const char *colon = strrchr(l->address, ':');

	return colon ? atoi(colon + 1) : 0;
}
