/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel at work: each member holds a live socket and a connection for calls. One
 * posts --rate times a second; whoever sees a post moves his cursor to it (delivered
 * and read, one call). Meanwhile members in turn read the channel's list. Figures as
 * one JSON line: post to frame, list, receipt, and how many frames there were to be.
 * Tokens come on stdin, a line each; the first is the sender's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_BYTES (256u << 10)
#define MEMBERS_MAX 4000

struct samples {
	uint32_t *us;
	size_t n, cap;
};

struct member;
struct conn {
	struct member *of;
	int fd;
	bool is_live, is_busy;
	uint64_t asked_ns;
	struct samples *into; /* what its answer is a sample of */
	char *in;
	size_t n;
};

struct member {
	char token[96];
	struct conn live, calls;
	char read_to[48], wants[48]; /* ids of posts */
};

static struct member *members;
static int count, port, ep;
static const char *channel;
static double rate = 100.0 / 60, secs = 20;
static struct samples frames, lists, receipts, posts;
static uint64_t bad, begun;

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
	fprintf(stderr, "members: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
sample(struct samples *s, uint64_t from)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 1024;
		s->us = realloc(s->us, s->cap * sizeof *s->us);
		if (!s->us)
			die("memory");
	}
	s->us[s->n++] = (uint32_t)((now_ns() - from) / 1000);
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

static void
dial(struct conn *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	c->in = malloc(IN_BYTES);
	if (!c->in)
		die("memory");
}

static void
join_loop(struct conn *c)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

static void
open_member(struct member *m)
{
	char req[512];
	size_t got = 0;
	int n = snprintf(req, sizeof req,
			 "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Authorization: Bearer %s\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			 "Sec-WebSocket-Version: 13\r\n\r\n",
			 port, m->token);

	m->live.of = m->calls.of = m;
	m->live.is_live = true;
	dial(&m->live);
	dial(&m->calls);
	put(m->live.fd, req, (size_t)n);
	while (!memmem(m->live.in, got, "\r\n\r\n", 4)) {
		if (read(m->live.fd, m->live.in + got, 1) != 1)
			die("handshake");
		got++;
	}
	if (strncmp(m->live.in, "HTTP/1.1 101", 12) != 0)
		die("refused");
	join_loop(&m->live);
	join_loop(&m->calls);
}

static void
call(struct conn *c, struct samples *into, uint64_t due, const char *method,
     const char *path, const char *body)
{
	char req[1024];
	int n = snprintf(req, sizeof req,
			 "%s /api/v1/channels/%s/%s HTTP/1.1\r\nHost: x\r\n"
			 "Content-Type: application/json\r\n"
			 "Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
			 method, channel, path, c->of->token, strlen(body), body);

	c->is_busy = true;
	c->asked_ns = due;
	c->into = into;
	put(c->fd, req, (size_t)n);
}

static void
move_cursor(struct member *m)
{
	char body[160];

	if (m->calls.is_busy || !*m->wants || !strcmp(m->wants, m->read_to))
		return;
	strcpy(m->read_to, m->wants);
	snprintf(body, sizeof body, "{\"delivered\":\"%s\",\"read\":\"%s\"}", m->wants,
		 m->wants);
	call(&m->calls, &receipts, now_ns(), "POST", "cursor", body);
}

/* One text of the live socket: a post with its time in it, or something else. */
static void
on_frame(struct member *m, char *p, size_t n)
{
	char *mark, *id, *end;
	uint64_t sent;

	if (!memmem(p, n, "\"post.posted\"", 13))
		return;
	mark = memmem(p, n, "due~", 4);
	id = memmem(p, n, "\"data\":{\"id\":\"", 14);
	end = id ? memchr(id + 14, '"', (size_t)(p + n - id - 14)) : NULL;
	if (!mark || !end || end - id - 14 >= (ptrdiff_t)sizeof m->wants)
		return;
	sent = strtoull(mark + 4, NULL, 16);
	if (sent < begun)
		return;
	sample(&frames, sent);
	snprintf(m->wants, sizeof m->wants, "%.*s", (int)(end - id - 14), id + 14);
	move_cursor(m);
}

static void
take_frames(struct conn *c)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *p = (const uint8_t *)c->in + at;
		size_t left = c->n - at, head = 2, n;

		if (left < 2)
			break;
		n = p[1] & 127;
		if (n == 126)
			head = 4;
		else if (n == 127)
			head = 10;
		if (left < head)
			break;
		if (n >= 126) {
			n = 0;
			for (size_t k = 2; k < head; k++)
				n = n << 8 | p[k];
		}
		if (left < head + n)
			break;
		if ((p[0] & 15) == 1)
			on_frame(c->of, c->in + at + head, n);
		at += head + n;
	}
	memmove(c->in, c->in + at, c->n - at);
	c->n -= at;
}

static void
take_answer(struct conn *c)
{
	char *end = memmem(c->in, c->n, "\r\n\r\n", 4), *len;
	size_t want;

	if (!end)
		return;
	*end = 0;
	len = strcasestr(c->in, "content-length:");
	want = (size_t)(end + 4 - c->in) + (len ? strtoul(len + 15, NULL, 10) : 0);
	*end = '\r';
	if (c->n < want)
		return;
	if (c->in[9] != '2' && !bad++)
		fprintf(stderr, "members: %.300s\n", c->in);
	c->n = 0;
	c->is_busy = false;
	if (c->asked_ns >= begun)
		sample(c->into, c->asked_ns);
	move_cursor(c->of); /* what came meanwhile */
}

static void
on_readable(struct conn *c)
{
	ssize_t r = read(c->fd, c->in + c->n, IN_BYTES - c->n);

	if (r < 0 && errno == EAGAIN)
		return;
	if (r <= 0)
		die("closed");
	c->n += (size_t)r;
	if (c->is_live)
		take_frames(c);
	else
		take_answer(c);
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
print(const char *name, struct samples *s)
{
	if (s->n)
		qsort(s->us, s->n, sizeof *s->us, by_size);
	printf("\"%s\":{\"n\":%zu,\"p50\":%u,\"p95\":%u,\"max\":%u},", name, s->n,
	       s->n ? s->us[s->n / 2] : 0, s->n ? s->us[s->n * 95 / 100] : 0,
	       s->n ? s->us[s->n - 1] : 0);
}

/* What is due: a post, or somebody's look at the list. */
static void
do_due(struct conn *sender, struct conn *reader, uint64_t *post_at, uint64_t *list_at)
{
	uint64_t now = now_ns();
	char body[200];

	if (*post_at <= now && !sender->is_busy) {
		snprintf(body, sizeof body,
			 "{\"kind\":\"situation\",\"tlp\":\"GREEN\",\"text\":\"due~%"
			 "016llx~ "
			 "the road to the gate is open again\"}",
			 (unsigned long long)*post_at);
		call(sender, &posts, *post_at, "POST", "posts", body);
		*post_at += (uint64_t)(1e9 / rate);
	}
	if (*list_at <= now && !reader->is_busy) {
		reader->of = &members[1 + (size_t)(*list_at / 50000000) % (count - 1)];
		call(reader, &lists, *list_at, "GET", "posts?limit=50", "");
		*list_at += 50000000; /* 20 a second */
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event ev[512];
	struct conn sender = { 0 }, reader = { 0 };
	uint64_t post_at, list_at, end;

	if (argc < 5)
		die("port channel rate seconds");
	port = atoi(argv[1]);
	channel = argv[2];
	rate = atof(argv[3]);
	secs = atof(argv[4]);
	ep = epoll_create1(0);
	members = calloc(MEMBERS_MAX, sizeof *members);
	while (count < MEMBERS_MAX && scanf("%95s", members[count].token) == 1)
		open_member(&members[count++]);
	sender.of = reader.of = &members[0];
	dial(&sender);
	dial(&reader);
	join_loop(&sender);
	join_loop(&reader);
	post_at = list_at = now_ns() + 500000000;
	begun = post_at + 2000000000; /* what comes before warms up */
	end = begun + (uint64_t)(secs * 1e9);
	while (now_ns() < end + 2000000000) {
		int n = epoll_wait(ep, ev, 512, 5);

		if (now_ns() < end)
			do_due(&sender, &reader, &post_at, &list_at);
		for (int i = 0; i < n; i++)
			on_readable(ev[i].data.ptr);
	}
	printf("{\"members\":%d,\"bad\":%llu,", count, (unsigned long long)bad);
	print("frame_us", &frames);
	print("list_us", &lists);
	print("receipt_us", &receipts);
	print("post_us", &posts);
	printf("\"secs\":%g}\n", secs);
	return 0;
}
