/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service manager: the sockets that it holds for us over a restart, what it is told,
 * and leaving so that nobody who calls meanwhile is turned away. Spoken by hand:
 * sd_listen_fds(3) and sd_notify(3) of systemd say how.
 */
#include "net/inside.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3
#define LOOK_MS 20
#define ARRIVE_MS 150 /* who was let in has time to say what it wants */
#define LEAVE_MS 2000 /* then it is left without an answer, and asks again */

static int64_t
number_of(const char *name)
{
	const char *text = getenv(name);
	int64_t v;

	return text && span_to_i64(span_of(text), &v) && v > 0 ? v : 0;
}

void
service_open(struct net *net)
{
	bool is_ours = number_of("LISTEN_PID") == getpid();
	int64_t n = is_ours ? number_of("LISTEN_FDS") : 0;
	const char *at = getenv("NOTIFY_SOCKET");
	bool is_watched =
		!getenv("WATCHDOG_PID") || number_of("WATCHDOG_PID") == getpid();

	net->service.notify =
		at && (*at == '/' || *at == '@') ? span_dup(span_of(at)) : NULL;
	net->service.watchdog_ms = is_watched ? number_of("WATCHDOG_USEC") / 2000 : 0;
	for (int fd = FIRST_FD; fd < FIRST_FD + n && fd < FIRST_FD + INHERITED_MAX;
	     fd++) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		net->service.inherited[net->service.n_inherited++] = fd;
	}
	net->service.has_inherited = net->service.n_inherited > 0;
	/* Those whom we start are not meant. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
service_close(struct net *net)
{
	for (size_t i = 0; i < net->service.n_inherited; i++)
		close(net->service.inherited[i]);
	free(net->service.notify);
	net_timer_free(net->service.leaving);
}

int
service_take(struct net *net, const union address *want, int socktype)
{
	char told[PEER_MAX + 8], asked[PEER_MAX + 8];

	address_format(want, true, asked, sizeof asked);
	for (size_t i = 0; i < net->service.n_inherited; i++) {
		int fd = net->service.inherited[i], type = 0;
		socklen_t type_n = sizeof type, n = sizeof(union address);
		union address a;

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_n) != 0 ||
		    type != socktype || getsockname(fd, &a.sa, &n) != 0)
			continue;
		address_format(&a, true, told, sizeof told);
		if (strcmp(told, asked) != 0)
			continue;
		net->service.inherited[i] =
			net->service.inherited[--net->service.n_inherited];
		return fd;
	}
	return -1;
}

void
net_service_left(struct net *net, struct buf *ret)
{
	char told[PEER_MAX + 8];

	for (size_t i = 0; i < net->service.n_inherited; i++) {
		socklen_t n = sizeof(union address);
		union address a = { 0 };

		if (getsockname(net->service.inherited[i], &a.sa, &n) != 0)
			continue;
		address_format(&a, true, told, sizeof told);
		buf_printf(ret, "%s%s", ret->n ? ", " : "", told);
	}
}

void
net_service_tell(struct net *net, const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = net->service.notify ? strlen(net->service.notify) : 0;
	int fd;

	if (!n || n >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, net->service.notify, n);
	if (to.sun_path[0] == '@') /* a name without a file begins with NUL */
		to.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("net", "service_not_told", "state=%s err=\"%s\"", state,
			 strerror(errno));
	close(fd);
}

int64_t
net_service_watchdog_ms(const struct net *net)
{
	return net->service.watchdog_ms;
}

/* --- leaving ------------------------------------------------------------------- */

static void
look(void *ctx)
{
	struct net *net = ctx;
	int64_t waited = net_mono_ms(net) - net->service.left_ms;
	bool is_early = net->service.has_inherited && waited < ARRIVE_MS;

	if (waited < LEAVE_MS && (is_early || list_first(&net->exchanges)))
		return;
	net_timer_stop(net->service.leaving);
	net->service.last.fn(net->service.last.ctx);
	net_stop(net);
}

void
net_leave(struct net *net, void (*last)(void *ctx), void *ctx)
{
	struct net_listener *l;
	struct link *at;

	if (net->service.leaving) { /* asked twice: at once */
		net_stop(net);
		return;
	}
	net->service.last = (struct post){ last, ctx };
	net->service.left_ms = net_mono_ms(net);
	/* Who calls on a socket that is not ours alone waits there for the next. */
	for (at = list_first(&net->listeners); at;
	     at = list_after(&net->listeners, at)) {
		l = LINK_OF(at, struct net_listener, all);
		if (l->is_inherited)
			uv_poll_stop(&l->poll);
	}
	net->service.leaving = net_timer_new(net, look, net);
	net_timer_start(net->service.leaving, 0, LOOK_MS);
}
