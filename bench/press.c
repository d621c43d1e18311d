/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load of presses: CLIENTS keep-alive connections post SOS calls, BOARDS
 * WebSocket readers see them come. Open loop with --rate (latency counts from
 * the time a press was due), closed loop without. One JSON line of figures.
 * Speaks to any server that answers POST with a Content-Length, so the same
 * load runs against the bare loop that Kumak is measured beside.
 */
#include "base/soon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX (8u << 20)
#define IN_BYTES 65536
#define MARK '~' /* "~<16 hex digits: monotonic ns>~" in the message */

struct samples {
	uint32_t *us10; /* tenths of a microsecond */
	size_t n;
};

struct conn {
	int fd;
	bool is_board, is_waiting;
	uint64_t sent_ns;
	char in[IN_BYTES];
	size_t n;
};

static const char *host = "127.0.0.1", *path = "/api/v1/sos", *token = "",
		  *board_token = "", *board_path = "/api/v1/live";
static int port = 8080, clients = 1, boards, pid;
static double rate, secs = 5, warm = 1;
static struct samples acks, frames;
static uint64_t serial, ok, bad, start_ns, measure_ns;

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
die(const char *what)
{
	fprintf(stderr, "press: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
sample(struct samples *s, uint64_t from, uint64_t to)
{
	if (from < measure_ns || s->n == SAMPLES_MAX)
		return;
	if (!s->us10)
		s->us10 = malloc(SAMPLES_MAX * sizeof *s->us10);
	s->us10[s->n++] = (uint32_t)((to - from) / 100);
}

static int
dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	inet_pton(AF_INET, host, &a.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void
put(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EAGAIN)
			continue;
		if (w <= 0)
			die("write");
		p += w;
		n -= (size_t)w;
	}
}

/* due: when this press ought to go out, for an open loop without omission. */
static void
press(struct conn *c, uint64_t due)
{
	char body[256], req[1024];
	int n, m;

	n = snprintf(
		body, sizeof body,
		"{\"key\":\"bench-%d-%llx\",\"message\":\"~%016llx~\",\"position\":"
		"{\"lat\":24.81,\"lon\":67.03,\"accuracy_m\":8}}",
		getpid(), (unsigned long long)serial++, (unsigned long long)due);
	m = snprintf(
		req, sizeof req,
		"POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
		"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		path, host, port, token, n, body);
	c->sent_ns = due;
	c->is_waiting = true;
	put(c->fd, req, (size_t)m);
}

static void
open_board(struct conn *c)
{
	char req[1024];
	size_t got = 0;
	int n = snprintf(req, sizeof req,
			 "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
			 "Connection: Upgrade\r\nAuthorization: Bearer %s\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			 "Sec-WebSocket-Version: 13\r\n\r\n",
			 board_path, host, port, board_token);

	c->fd = dial();
	c->is_board = true;
	put(c->fd, req, (size_t)n);
	while (!memmem(c->in, got, "\r\n\r\n", 4)) {
		ssize_t r = read(c->fd, c->in + got, 1);

		if (r <= 0)
			die("board handshake");
		got++;
	}
	if (strncmp(c->in, "HTTP/1.1 101", 12) != 0)
		die("board refused");
}

static void
scan_marks(struct conn *c)
{
	uint64_t now = now_ns();
	size_t at = 0;

	while (at + 18 <= c->n) {
		char *p = memchr(c->in + at, MARK, c->n - at);
		char *end;
		uint64_t v;

		if (!p || (size_t)(p - c->in) + 18 > c->n) {
			at = p ? (size_t)(p - c->in) : c->n;
			break;
		}
		v = strtoull(p + 1, &end, 16);
		if (end == p + 17 && p[17] == MARK) {
			sample(&frames, v, now);
			at = (size_t)(p - c->in) + 18;
		} else {
			at = (size_t)(p - c->in) + 1;
		}
	}
	memmove(c->in, c->in + at, c->n - at);
	c->n -= at;
}

/* True: the whole answer is here. */
static bool
answered(struct conn *c)
{
	char *end = memmem(c->in, c->n, "\r\n\r\n", 4), *len;
	size_t want;

	if (!end)
		return false;
	*end = 0;
	len = strcasestr(c->in, "content-length:");
	want = (size_t)(end + 4 - c->in) + (len ? strtoul(len + 15, NULL, 10) : 0);
	if (c->n < want) {
		*end = '\r';
		return false;
	}
	if (c->in[9] == '2')
		ok++;
	else if (!bad++)
		fprintf(stderr, "press: %.60s\n", c->in);
	c->n = 0;
	return true;
}

static void
on_readable(struct conn *c)
{
	ssize_t r = read(c->fd, c->in + c->n, sizeof c->in - c->n);

	if (r <= 0) {
		if (r < 0 && errno == EAGAIN)
			return;
		die(c->is_board ? "board closed" : "client closed");
	}
	c->n += (size_t)r;
	if (c->is_board) {
		scan_marks(c);
	} else if (c->is_waiting && answered(c)) {
		uint64_t now = now_ns();

		sample(&acks, c->sent_ns, now);
		c->is_waiting = false;
		if (rate == 0)
			press(c, now_ns());
	}
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static double
pct(struct samples *s, double p)
{
	size_t at = (size_t)((double)s->n * p);

	return s->n ? s->us10[at >= s->n ? s->n - 1 : at] / 10.0 : 0;
}

static double
cpu_seconds(void)
{
	char name[64], text[1024];
	unsigned long u, k;
	FILE *f;

	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	f = pid ? fopen(name, "r") : NULL;
	if (!f)
		return 0;
	if (!fgets(text, sizeof text, f) ||
	    sscanf(strrchr(text, ')') + 2,
		   "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k) != 2)
		u = k = 0;
	fclose(f);
	return (double)(u + k) / (double)sysconf(_SC_CLK_TCK);
}

static void
read_args(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *k = argv[i], *v = argv[i + 1];

		if (!strcmp(k, "--port"))
			port = atoi(v);
		else if (!strcmp(k, "--path"))
			path = v;
		else if (!strcmp(k, "--token"))
			token = v;
		else if (!strcmp(k, "--board-token"))
			board_token = v;
		else if (!strcmp(k, "--board-path"))
			board_path = v;
		else if (!strcmp(k, "--clients"))
			clients = atoi(v);
		else if (!strcmp(k, "--boards"))
			boards = atoi(v);
		else if (!strcmp(k, "--rate"))
			rate = atof(v);
		else if (!strcmp(k, "--secs"))
			secs = atof(v);
		else if (!strcmp(k, "--pid"))
			pid = atoi(v);
		else {
			fprintf(stderr, "press: what is %s?\n", k);
			exit(2);
		}
	}
}

/* Sends what is due on clients that are free; returns ms until the next. */
static int
send_due(struct conn *all, uint64_t *next_due, uint64_t end)
{
	uint64_t now = now_ns();

	while (*next_due <= now && *next_due < end) {
		struct conn *c = NULL;

		for (int i = 0; i < clients && !c; i++)
			if (!all[i].is_waiting)
				c = &all[i];
		if (!c)
			return 1; /* all busy: the wait counts, as it is due */
		press(c, *next_due);
		*next_due += (uint64_t)(1e9 / rate);
	}
	return *next_due > now ? (int)((*next_due - now) / 1000000) : 0;
}

static void
print_figures(double took, double cpu)
{
	if (acks.n)
		qsort(acks.us10, acks.n, sizeof *acks.us10, by_size);
	if (frames.n)
		qsort(frames.us10, frames.n, sizeof *frames.us10, by_size);
	printf("{\"acks\":%zu,\"per_s\":%.0f,\"per_cpu_s\":%.0f,\"bad\":%llu,\"ack_"
	       "us\":"
	       "{\"p50\":%.1f,\"p95\":%.1f,\"p99\":%.1f,\"max\":%.1f},\"frames\":%zu,"
	       "\"frame_us\":{\"p50\":%.1f,\"p95\":%.1f,\"p99\":%.1f}}\n",
	       acks.n, (double)acks.n / took, cpu > 0 ? (double)acks.n / cpu : 0,
	       (unsigned long long)bad, pct(&acks, .5), pct(&acks, .95),
	       pct(&acks, .99), pct(&acks, 1), frames.n, pct(&frames, .5),
	       pct(&frames, .95), pct(&frames, .99));
}

int
main(int argc, char **argv)
{
	struct epoll_event ev[512];
	struct conn *all;
	uint64_t end, next_due;
	double cpu = 0;
	bool is_measuring = false;
	int ep = epoll_create1(0);

	read_args(argc, argv);
	thread_soon(); /* what it waits for the processor is not the node's */
	all = calloc((size_t)(clients + boards), sizeof *all);
	for (int i = 0; i < clients + boards; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &all[i] };

		if (i >= clients)
			open_board(&all[i]);
		else
			all[i].fd = dial();
		fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
		epoll_ctl(ep, EPOLL_CTL_ADD, all[i].fd, &e);
	}
	start_ns = now_ns();
	measure_ns = start_ns + (uint64_t)(warm * 1e9);
	end = measure_ns + (uint64_t)(secs * 1e9);
	next_due = start_ns;
	for (int i = 0; rate == 0 && i < clients; i++)
		press(&all[i], now_ns());
	while (now_ns() < end) {
		int wait = rate > 0 ? send_due(all, &next_due, end) : 100;
		int n = epoll_wait(ep, ev, 512, wait > 100 ? 100 : wait);

		if (!is_measuring && now_ns() >= measure_ns) {
			is_measuring = true;
			cpu = cpu_seconds();
		}
		for (int i = 0; i < n; i++)
			on_readable(ev[i].data.ptr);
	}
	print_figures(secs, cpu_seconds() - cpu);
	return 0;
}
