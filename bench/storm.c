/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole city's devices lose their network and come back:
 *   storm SECONDS PRESSES_A_SECOND SILENT DOOR=PORT=FIRST_IDENTITY=COUNT …
 * All connect and say where they are; a JSON line; then, when a line is read, all drop.
 * A third of them close, a third are reset, and so many fall silent with their old
 * connection still standing. They return in no order within the time, half of those
 * that closed from another address, and meanwhile some are pressed: such as are back,
 * and such as are not, which come back at once to call. A second JSON line; ends at
 * another line. One process, one thread; the devices are those of src/sim.
 */
#include "sim/sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KINDS_MAX 16
#define UP_US 20000000 /* to bring all up before it begins */
#define CONNECTING_MAX \
	256 /* at once, while they come up: the storm itself has no bound */
#define AFTER_US 10000000 /* and then those who have no answer are lost */
#define SAID_MAX 4
#define LAT 24.8607
#define LON 67.0011

enum said { SAID_HELLO, SAID_FIX, SAID_SOS };

struct kind {
	const struct sim_protocol *protocol;
	struct sockaddr_in to;
	char host[32];
	unsigned first, n, n_back;
	int64_t all_back_us;
};

struct dev {
	struct sim_device d;
	struct kind *kind;
	int fd, old; /* -1: none */
	struct buf in, out;
	unsigned char said[SAID_MAX], n_said;
	bool is_connecting, is_greeted, is_back, is_pressed, is_called, has_moved;
	int64_t pressed_us;
};

static struct storm {
	struct kind kinds[KINDS_MAX];
	unsigned n_kinds, n, n_back, n_broken, n_pressed, n_waiting, n_late_calls;
	unsigned n_connecting;
	struct dev *devs;
	unsigned *order; /* in which they return, and by another walk are pressed */
	unsigned *took_us, n_took;
	int epoll;
	int64_t began_us;
} w;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The same row of numbers each time. */
static uint32_t
chance(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 32);
}

/* --- one device ------------------------------------------------------------------ */

static void
watch(struct dev *v, int op)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = v };

	if (v->is_connecting || v->out.n)
		e.events |= EPOLLOUT;
	if (epoll_ctl(w.epoll, op, v->fd, &e) < 0)
		fail("epoll");
}

static void
flush(struct dev *v)
{
	ssize_t n;

	if (v->is_connecting || !v->out.n)
		return;
	n = send(v->fd, v->out.p, v->out.n, MSG_NOSIGNAL);
	if (n > 0)
		buf_eat(&v->out, (size_t)n);
	if (!v->out.n)
		buf_done(&v->out);
	else
		watch(v, EPOLL_CTL_MOD);
}

static void
say(struct dev *v, enum said what)
{
	const struct sim_protocol *s = v->d.protocol;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	v->d.at = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	(what == SAID_HELLO ? s->hello
	 : what == SAID_FIX ? s->fix
			    : s->sos)(&v->d, &v->out);
	if (v->n_said == SAID_MAX)
		fail("one device says too much");
	v->said[v->n_said++] = (unsigned char)what;
	flush(v);
}

static void
call_for_help(struct dev *v)
{
	v->is_called = true;
	say(v, SAID_SOS);
}

/* What it says when it is greeted, or has nothing to say before. */
static void
greeted(struct dev *v)
{
	v->is_greeted = true;
	if (v->is_pressed && !v->is_called)
		call_for_help(v);
	say(v, SAID_FIX);
}

static void
back(struct dev *v)
{
	struct kind *k = v->kind;

	if (v->is_back)
		return;
	v->is_back = true;
	w.n_back++;
	if (++k->n_back == k->n)
		k->all_back_us = now_us() - w.began_us;
}

static void
answered(struct dev *v)
{
	enum said what = (enum said)v->said[0];

	if (!v->n_said)
		return;
	memmove(v->said, v->said + 1, --v->n_said);
	if (what == SAID_HELLO) {
		greeted(v);
	} else if (what == SAID_FIX) {
		back(v);
	} else {
		w.took_us[w.n_took++] = (unsigned)(now_us() - v->pressed_us);
		w.n_waiting--;
	}
}

static void
hear(struct dev *v)
{
	size_t n;

	while (v->in.n && (n = v->d.protocol->cut(buf_span(&v->in))) > 0) {
		struct sim_heard h = { 0 };

		v->d.protocol->hear(&v->d, (struct span){ v->in.p, n }, &h, &v->out);
		buf_eat(&v->in, n);
		if (h.kind == SIM_ANSWER)
			answered(v);
	}
	if (!v->in.n)
		buf_done(&v->in);
	flush(v);
}

/* Each has an address of its own; one that moved, another. */
static void
connect_it(struct dev *v)
{
	unsigned i = (unsigned)(v - w.devs);
	struct sockaddr_in from = { .sin_family = AF_INET };
	int on = 1;

	v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (v->fd < 0)
		fail("socket");
	from.sin_addr.s_addr = htonl(0x7f0a0000u + ((unsigned)v->has_moved << 16) +
				     (i / 250 << 8) + 1 + i % 250);
	setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(v->fd, (struct sockaddr *)&from, sizeof from) < 0)
		fail("bind");
	v->is_connecting =
		connect(v->fd, (struct sockaddr *)&v->kind->to, sizeof v->kind->to) < 0;
	if (v->is_connecting && errno != EINPROGRESS)
		fail("connect");
	w.n_connecting += v->is_connecting;
	v->n_said = 0;
	watch(v, EPOLL_CTL_ADD);
	if (v->d.protocol->hello)
		say(v, SAID_HELLO);
	else
		greeted(v);
}

static void
broken(struct dev *v)
{
	w.n_broken++;
	close(v->fd);
	v->fd = -1;
}

static void
on_ready(struct dev *v, uint32_t events)
{
	char part[4096];
	ssize_t n;

	if (v->is_connecting && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
		v->is_connecting = false;
		w.n_connecting--;
		watch(v, EPOLL_CTL_MOD);
	}
	flush(v);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	n = recv(v->fd, part, sizeof part, 0);
	if (n > 0) {
		buf_add(&v->in, part, (size_t)n);
		hear(v);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		broken(v);
	}
}

static void
turn(int64_t until_us)
{
	struct epoll_event e[256];
	int64_t left = until_us - now_us();
	int n = epoll_wait(w.epoll, e, 256, left <= 0 ? 0 : (int)(left + 999) / 1000);

	for (int i = 0; i < n; i++) {
		struct dev *v = e[i].data.ptr;

		if (v->fd >= 0)
			on_ready(v, e[i].events);
	}
}

/* --- all of them ----------------------------------------------------------------- */

static void
come_up(void)
{
	int64_t end;
	unsigned i = 0;

	w.began_us = now_us();
	end = w.began_us + UP_US;
	while (w.n_back < w.n && now_us() < end) {
		while (i < w.n && w.n_connecting < CONNECTING_MAX)
			connect_it(&w.devs[i++]);
		turn(now_us() + 10000);
	}
}

static void
drop(struct dev *v, bool is_silent)
{
	static const struct linger hard = { 1, 0 };
	unsigned i = (unsigned)(v - w.devs);

	if (v->fd < 0)
		return;
	if (is_silent) {
		epoll_ctl(w.epoll, EPOLL_CTL_DEL, v->fd, NULL);
		v->old = v->fd;
	} else {
		if (i % 3 == 1)
			setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		else
			v->has_moved = i % 3 == 0 && i % 2;
		close(v->fd);
	}
	v->fd = -1;
	v->is_back = v->is_greeted = v->is_connecting = false;
	buf_done(&v->in);
	buf_done(&v->out);
}

static void
drop_all(unsigned silent)
{
	for (unsigned i = 0; i < w.n; i++) {
		bool is_silent = i % 3 == 2 && silent > 0;

		silent -= is_silent;
		drop(&w.devs[i], is_silent);
	}
	w.n_back = w.n_broken = w.n_connecting = 0;
	for (unsigned k = 0; k < w.n_kinds; k++) {
		w.kinds[k].n_back = 0;
		w.kinds[k].all_back_us = 0;
	}
}

static void
press(struct dev *v)
{
	v->is_pressed = true;
	v->pressed_us = now_us();
	w.n_pressed++;
	w.n_waiting++;
	if (v->is_greeted) {
		call_for_help(v);
		return;
	}
	w.n_late_calls++; /* and when it is greeted it calls */
	if (v->fd < 0)
		connect_it(v);
}

static void
return_all(int64_t over_us, unsigned presses_a_s)
{
	int64_t end = w.began_us + over_us + AFTER_US, now;
	unsigned i = 0, presses = (unsigned)(over_us / 1000000 * presses_a_s);

	while ((now = now_us()) < end) {
		int64_t gone = now - w.began_us;

		while (i < w.n && gone >= over_us * i / w.n) {
			struct dev *v = &w.devs[w.order[i++]];

			if (v->fd < 0)
				connect_it(v);
		}
		while (w.n_pressed < presses && gone >= over_us * w.n_pressed / presses)
			press(&w.devs[w.order[(w.n_pressed * 7919u + 13) % w.n]]);
		if (i == w.n && w.n_pressed == presses && w.n_back == w.n &&
		    !w.n_waiting)
			return;
		turn(now + 1000);
	}
}

/* --- what it says, what it is told --------------------------------------------------
 */

static int
by_size(const void *x, const void *y)
{
	const unsigned *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static void
tell(unsigned silent)
{
	int64_t last = 0;

	printf("{\"devices\":%u,\"back\":%u,\"broken\":%u,\"silent\":%u,\"kinds\":[",
	       w.n, w.n_back, w.n_broken, silent);
	for (unsigned k = 0; k < w.n_kinds; k++) {
		const struct kind *at = &w.kinds[k];

		printf("%s{\"door\":\"%s\",\"devices\":%u,\"back\":%u,\"all_back_s\":%."
		       "2f}",
		       k ? "," : "", at->protocol->door, at->n, at->n_back,
		       (double)at->all_back_us / 1e6);
		last = at->all_back_us > last ? at->all_back_us : last;
	}
	printf("],\"all_back_s\":%.2f,\"pressed\":%u,\"came_to_call\":%u,\"answered\":%"
	       "u",
	       (double)last / 1e6, w.n_pressed, w.n_late_calls, w.n_took);
	qsort(w.took_us, w.n_took, sizeof *w.took_us, by_size);
	if (w.n_took)
		printf(",\"sos_ack_us\":{\"p50\":%u,\"p99\":%u,\"max\":%u}",
		       w.took_us[w.n_took / 2], w.took_us[w.n_took * 99 / 100],
		       w.took_us[w.n_took - 1]);
	printf(",\"callers\":[");
	for (unsigned i = 0, n = 0; i < w.n; i++)
		if (w.devs[i].is_pressed)
			printf("%s\"%s %s\"", n++ ? "," : "",
			       w.devs[i].d.protocol->door, w.devs[i].d.identity);
	printf("]}\n");
	fflush(stdout);
}

static void
wait_for_a_line(void)
{
	char line[16];

	if (read(STDIN_FILENO, line, sizeof line) <= 0)
		exit(1);
}

static void
add_kind(char *text)
{
	struct kind *k = &w.kinds[w.n_kinds];
	char *door = strtok(text, "="), *port = strtok(NULL, "="),
	     *first = strtok(NULL, "="), *count = strtok(NULL, "=");

	if (!count || w.n_kinds == KINDS_MAX || !(k->protocol = sim_find(door)))
		fail("DOOR=PORT=FIRST=COUNT is wanted");
	k->first = w.n;
	k->n = (unsigned)atoi(count);
	k->to.sin_family = AF_INET;
	k->to.sin_port = htons((uint16_t)atoi(port));
	k->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(k->host, sizeof k->host, "127.0.0.1:%s", port);
	w.n += k->n;
	w.n_kinds++;
	w.devs = realloc(w.devs, w.n * sizeof *w.devs);
	for (unsigned i = k->first; i < w.n; i++) {
		w.devs[i] = (struct dev){ .kind = k, .fd = -1, .old = -1 };
		w.devs[i].d = (struct sim_device){
			.protocol = k->protocol, .lat = LAT, .lon = LON, .host = k->host
		};
		sim_identity(first, i - k->first, w.devs[i].d.identity,
			     sizeof w.devs[i].d.identity);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	unsigned silent;

	if (argc < 5)
		fail("SECONDS PRESSES_A_SECOND SILENT DOOR=PORT=FIRST=COUNT …");
	for (int i = 4; i < argc; i++)
		add_kind(argv[i]);
	silent = (unsigned)atoi(argv[3]);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur < w.n + silent + 32)
		fail("too few files may be open");
	w.order = calloc(w.n, sizeof *w.order);
	w.took_us = calloc(w.n, sizeof *w.took_us);
	w.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < w.n; i++) {
		unsigned k = chance() % (i + 1);

		w.order[i] = w.order[k];
		w.order[k] = i;
	}
	come_up();
	tell(0);
	wait_for_a_line();
	drop_all(silent);
	w.began_us = now_us();
	return_all((int64_t)(atof(argv[1]) * 1e6), (unsigned)atoi(argv[2]));
	tell(silent);
	wait_for_a_line();
	return 0;
}
