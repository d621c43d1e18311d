/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak bench device: plays devices at a door, one to try it by hand, or thousands to
 * load it. Says what it sent and what came back; 0 only if all that is answered was.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "sim/sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAID_MAX 64 /* that wait for an answer, of one device */
#define ANSWER_MS 5000

enum said { SAID_HELLO, SAID_FIX, SAID_SOS, N_SAID };
static const char *const said_words[N_SAID] = { "first words", "fix", "SOS" };

struct bench_args {
	const struct sim_protocol *protocol;
	const char *to, *identity;
	double lat, lon;
	bool is_sos, is_udp, is_quiet;
	int64_t every_ms, stay_ms, over_ms;
	unsigned count;
};

struct player {
	struct sim_device d;
	int fd; /* -1: not yet, or gone */
	bool is_connecting, is_greeted, has_called;
	int64_t next_ms;
	struct buf in, out;
	struct {
		enum said what;
		int64_t at_us;
	} said[SAID_MAX];
	unsigned n_said;
};

struct bench {
	const struct bench_args *a;
	struct sockaddr_storage addr;
	socklen_t addr_n;
	struct player *players;
	struct pollfd *polls;
	unsigned n_sent[N_SAID], n_answered[N_SAID], n_orders, n_lost;
	unsigned *took_us; /* of SOS */
	size_t n_took;
	char host[128];
};

static int64_t
clock_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
mono_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

/* --- one device ------------------------------------------------------------------ */

static void
tell(const struct bench *b, const struct player *p, const char *fmt, const char *words)
{
	if (b->a->is_quiet)
		return;
	printf("%s: ", p->d.identity);
	printf(fmt, words);
	putchar('\n');
	fflush(stdout);
}

static void
flush(struct bench *b, struct player *p)
{
	ssize_t n;

	if (p->fd < 0 || p->is_connecting || !p->out.n)
		return;
	n = send(p->fd, p->out.p, p->out.n, MSG_NOSIGNAL);
	if (n > 0)
		buf_eat(&p->out, (size_t)n);
	(void)b;
}

static void
say(struct bench *b, struct player *p, enum said what)
{
	const struct sim_protocol *s = p->d.protocol;
	bool is_answered = what == SAID_HELLO ? s->is_hello_answered
			   : what == SAID_FIX ? s->is_fix_answered
					      : true;

	p->d.at = clock_us(CLOCK_REALTIME) / 1000;
	(what == SAID_HELLO ? s->hello
	 : what == SAID_FIX ? s->fix
			    : s->sos)(&p->d, &p->out);
	b->n_sent[what]++;
	if (!is_answered)
		b->n_answered[what]++;
	else if (p->n_said < SAID_MAX) {
		p->said[p->n_said].what = what;
		p->said[p->n_said++].at_us = clock_us(CLOCK_MONOTONIC);
	}
	tell(b, p, "says %s", said_words[what]);
	flush(b, p);
}

static void
answered(struct bench *b, struct player *p, const char *words)
{
	enum said what;

	if (!p->n_said)
		return;
	what = p->said[0].what;
	b->n_answered[what]++;
	if (what == SAID_SOS)
		b->took_us[b->n_took++] =
			(unsigned)(clock_us(CLOCK_MONOTONIC) - p->said[0].at_us);
	memmove(p->said, p->said + 1, --p->n_said * sizeof p->said[0]);
	if (what == SAID_HELLO)
		p->is_greeted = true;
	tell(b, p, what == SAID_SOS ? "the SOS is taken (%s)" : "heard %s", words);
}

static void
hear(struct bench *b, struct player *p)
{
	size_t n;

	while (p->in.n && (n = p->d.protocol->cut(buf_span(&p->in))) > 0) {
		struct sim_heard h = { 0 };

		p->d.at = clock_us(CLOCK_REALTIME) / 1000;
		p->d.protocol->hear(&p->d, (struct span){ p->in.p, n }, &h, &p->out);
		buf_eat(&p->in, n);
		if (h.kind == SIM_ANSWER) {
			answered(b, p, h.words);
		} else if (h.kind == SIM_ORDER) {
			b->n_orders++;
			tell(b, p, "is ordered: %s", h.words);
		} else {
			tell(b, p, "hears %s", h.words);
		}
	}
	flush(b, p);
}

static void
hang_up(struct bench *b, struct player *p, const char *why)
{
	tell(b, p, "%s", why);
	close(p->fd);
	p->fd = -1;
	b->n_lost++;
}

static void
call(struct bench *b, struct player *p)
{
	int type = b->a->is_udp ? SOCK_DGRAM : SOCK_STREAM, on = 1;

	p->fd = socket(b->addr.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0) {
		b->n_lost++;
		return;
	}
	if (!b->a->is_udp)
		setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	p->is_connecting = connect(p->fd, (struct sockaddr *)&b->addr, b->addr_n) < 0;
	if (p->is_connecting && errno != EINPROGRESS) {
		hang_up(b, p, strerror(errno));
		return;
	}
	if (p->d.protocol->hello)
		say(b, p, SAID_HELLO);
	else
		p->is_greeted = true;
	p->is_greeted |= !p->d.protocol->is_hello_answered;
}

/* --- all of them -------------------------------------------------------------------
 */

static void
on_ready(struct bench *b, struct player *p, short events)
{
	char part[4096];
	ssize_t n;

	if (p->is_connecting && events & (POLLOUT | POLLERR | POLLHUP)) {
		int err = 0;
		socklen_t len = sizeof err;

		getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &err, &len);
		if (err) {
			hang_up(b, p, strerror(err));
			return;
		}
		p->is_connecting = false;
	}
	flush(b, p);
	if (!(events & (POLLIN | POLLHUP | POLLERR)))
		return;
	n = recv(p->fd, part, sizeof part, 0);
	if (n > 0) {
		buf_add(&p->in, part, (size_t)n);
		hear(b, p);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		hang_up(b, p, n == 0 ? "the door closed" : strerror(errno));
	}
}

/* An order may have changed it. */
static int64_t
every(const struct bench *b, const struct player *p)
{
	return p->d.interval_s ? p->d.interval_s * 1000 : b->a->every_ms;
}

/* What is due of one device. */
static void
act(struct bench *b, struct player *p, int64_t now)
{
	if (p->fd < 0 && now >= p->next_ms && p->next_ms) {
		p->next_ms = 0;
		call(b, p);
	}
	if (p->fd < 0 || p->is_connecting || !p->is_greeted)
		return;
	if (b->a->is_sos && !p->has_called) {
		p->has_called = true;
		say(b, p, SAID_FIX);
		say(b, p, SAID_SOS);
		p->next_ms = now + every(b, p);
	} else if (now >= p->next_ms) {
		say(b, p, SAID_FIX);
		p->next_ms = now + every(b, p);
	}
}

static bool
is_done(const struct bench *b)
{
	if (b->a->is_sos)
		return b->n_answered[SAID_SOS] >= b->a->count;
	return b->n_answered[SAID_FIX] >= b->a->count;
}

static void
play(struct bench *b)
{
	int64_t start = mono_ms(), end = start + b->a->over_ms + b->a->stay_ms;
	int64_t latest = end > start + b->a->over_ms + ANSWER_MS
				 ? end
				 : start + b->a->over_ms + ANSWER_MS;

	for (unsigned i = 0; i < b->a->count; i++)
		b->players[i].next_ms =
			start + 1 + (int64_t)i * b->a->over_ms / b->a->count;
	for (;;) {
		int64_t now = mono_ms();

		if ((now >= end && is_done(b)) || now >= latest ||
		    b->n_lost == b->a->count)
			return;
		for (unsigned i = 0; i < b->a->count; i++) {
			struct player *p = &b->players[i];

			act(b, p, now);
			b->polls[i] = (struct pollfd){
				.fd = p->fd,
				.events = (short)(POLLIN | (p->is_connecting || p->out.n
								    ? POLLOUT
								    : 0)),
			};
		}
		if (poll(b->polls, b->a->count, 10) <= 0)
			continue;
		for (unsigned i = 0; i < b->a->count; i++)
			if (b->polls[i].fd >= 0 && b->polls[i].revents)
				on_ready(b, &b->players[i], b->polls[i].revents);
	}
}

static int
by_time(const void *x, const void *y)
{
	const unsigned *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static int
report(struct bench *b)
{
	bool is_good = true;

	qsort(b->took_us, b->n_took, sizeof *b->took_us, by_time);
	printf("{\"door\":\"%s\",\"devices\":%u,\"lost\":%u,\"orders\":%u",
	       b->a->protocol->door, b->a->count, b->n_lost, b->n_orders);
	for (int k = 0; k < N_SAID; k++) {
		static const char *const keys[N_SAID] = { "hello", "fixes", "sos" };

		printf(",\"%s\":%u,\"%s_answered\":%u", keys[k], b->n_sent[k], keys[k],
		       b->n_answered[k]);
		/* the last ones may still be on their way */
		is_good &= k == SAID_FIX ? !b->n_sent[k] || b->n_answered[k]
					 : b->n_answered[k] >= b->n_sent[k];
	}
	if (b->n_took)
		printf(",\"sos_ack_us\":{\"p50\":%u,\"p99\":%u,\"max\":%u}",
		       b->took_us[b->n_took / 2], b->took_us[b->n_took * 99 / 100],
		       b->took_us[b->n_took - 1]);
	printf("}\n");
	return is_good && b->n_sent[SAID_FIX] && !b->n_lost ? 0 : 1;
}

/* --- the command line ----------------------------------------------------------------
 */

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak bench: %s\n"
		"usage: kumak bench device --door NAME [--to HOST:PORT] [--identity "
		"ID]\n"
		"       [--at LAT,LON] [--sos] [--every SECONDS] [--seconds N] "
		"[--udp]\n"
		"       [--count N] [--over SECONDS]\n"
		"Plays one device, or N whose identities count up, and stays so "
		"long.\n",
		why);
	for (size_t i = 0; sim_protocols[i]; i++)
		fprintf(stderr, "  %-12s %s\n", sim_protocols[i]->door,
			sim_protocols[i]->what);
	return 2;
}

/* A number with a fraction, times scale; false: none, or out of bounds. */
static bool
read_number(const char *text, double low, double high, double scale, int64_t *ret)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !(v >= low && v <= high))
		return false;
	*ret = (int64_t)(v * scale);
	return true;
}

static bool
read_place(const char *text, struct bench_args *a)
{
	char *end;

	a->lat = strtod(text, &end);
	if (end == text || *end != ',')
		return false;
	text = end + 1;
	a->lon = strtod(text, &end);
	return end != text && !*end && a->lat >= -90 && a->lat <= 90 &&
	       a->lon >= -180 && a->lon <= 180;
}

static const char *
read_flag(struct bench_args *a, const char *flag, const char *v)
{
	int64_t n;

	if (strcmp(flag, "--door") == 0)
		return (a->protocol = sim_find(v)) ? NULL : "no simulator of that name";
	if (strcmp(flag, "--to") == 0)
		return a->to = v, NULL;
	if (strcmp(flag, "--identity") == 0)
		return a->identity = v, NULL;
	if (strcmp(flag, "--at") == 0)
		return read_place(v, a) ? NULL : "--at wants LAT,LON";
	if (strcmp(flag, "--every") == 0)
		return read_number(v, 0.01, 86400, 1000, &a->every_ms)
			       ? NULL
			       : "--every wants seconds";
	if (strcmp(flag, "--seconds") == 0)
		return read_number(v, 0, 1e9, 1000, &a->stay_ms) ? NULL
								 : "--seconds wants a "
								   "number";
	if (strcmp(flag, "--over") == 0)
		return read_number(v, 0, 86400, 1000, &a->over_ms) ? NULL
								   : "--over wants "
								     "seconds";
	if (strcmp(flag, "--count") == 0) {
		if (!read_number(v, 1, 19000, 1, &n))
			return "--count wants 1 to 19000";
		a->count = (unsigned)n;
		return NULL;
	}
	return "what is that flag?";
}

static const char *
read_args(int argc, char **argv, struct bench_args *a)
{
	*a = (struct bench_args){
		.lat = 24.8607, .lon = 67.0011, .every_ms = 10000, .count = 1
	};
	for (int i = 0; i < argc; i++) {
		const char *why;

		if (strcmp(argv[i], "--sos") == 0) {
			a->is_sos = true;
			continue;
		}
		if (strcmp(argv[i], "--udp") == 0) {
			a->is_udp = true;
			continue;
		}
		if (i + 1 == argc)
			return "a flag wants a value";
		why = read_flag(a, argv[i], argv[i + 1]);
		if (why)
			return why;
		i++;
	}
	if (!a->protocol)
		return "--door is wanted";
	if (!a->identity)
		a->identity = a->protocol->identity;
	a->is_quiet = a->count > 1;
	return NULL;
}

/* "host:port", or the door's own port on this machine. */
static const char *
find_door(struct bench *b)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *found;
	const char *colon;
	char port[8], host[128];

	if (b->a->to)
		snprintf(b->host, sizeof b->host, "%s", b->a->to);
	else
		snprintf(b->host, sizeof b->host, "127.0.0.1:%u", b->a->protocol->port);
	colon = strrchr(b->host, ':');
	if (!colon || strlen(colon + 1) >= sizeof port)
		return "--to wants HOST:PORT";
	snprintf(port, sizeof port, "%s", colon + 1);
	snprintf(host, sizeof host, "%.*s", (int)(colon - b->host), b->host);
	if (getaddrinfo(host, port, &want, &found) != 0)
		return "--to: no such place";
	memcpy(&b->addr, found->ai_addr, found->ai_addrlen);
	b->addr_n = found->ai_addrlen;
	freeaddrinfo(found);
	return NULL;
}

static void
make_players(struct bench *b)
{
	const struct bench_args *a = b->a;

	b->players = calloc(a->count, sizeof *b->players);
	b->polls = calloc(a->count, sizeof *b->polls);
	b->took_us = calloc(a->count, sizeof *b->took_us);
	if (!b->players || !b->polls || !b->took_us)
		abort();
	for (unsigned i = 0; i < a->count; i++) {
		struct player *p = &b->players[i];

		p->fd = -1;
		p->d = (struct sim_device){
			.protocol = a->protocol,
			.lat = a->lat + i % 100 * 0.0005,
			.lon = a->lon + i / 100 % 100 * 0.0005,
			.host = b->host,
		};
		sim_identity(a->identity, i, p->d.identity, sizeof p->d.identity);
	}
}

int
cli_bench(int argc, char **argv)
{
	struct bench_args a;
	struct bench b = { .a = &a };
	const char *why;
	int rc;

	if (argc < 1 || strcmp(argv[0], "device") != 0)
		return usage("what is to be played?");
	why = read_args(argc - 1, argv + 1, &a);
	if (!why)
		why = find_door(&b);
	if (why)
		return usage(why);
	make_players(&b);
	play(&b);
	rc = report(&b);
	for (unsigned i = 0; i < a.count; i++) {
		if (b.players[i].fd >= 0)
			close(b.players[i].fd);
		buf_done(&b.players[i].in);
		buf_done(&b.players[i].out);
	}
	free(b.players);
	free(b.polls);
	free(b.took_us);
	return rc;
}
