/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helpers for the tests of net: cmocka, connections in memory, and a real loop
 * on a thread of its own for tests that need sockets.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/net_memory.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* --- a loop on its own thread --- */

struct live {
	struct net *net;
	pthread_t thread;
};

static void *
live_run(void *ctx)
{
	struct live *l = ctx;

	net_run(l->net);
	net_shut(l->net);
	return NULL;
}

static inline void
live_start(struct live *l)
{
	assert_int_equal(pthread_create(&l->thread, NULL, live_run, l), 0);
}

static void
live_halt(void *ctx)
{
	net_stop(((struct live *)ctx)->net);
}

static inline void
live_stop(struct live *l)
{
	net_post(l->net, live_halt, l);
	pthread_join(l->thread, NULL);
	net_close(l->net);
}

static inline int
live_connect(int port, int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { 10, 0 };
	int fd = socket(AF_INET, type, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* Reads until `mark` has come or the end. */
static inline bool
live_read(int fd, struct buf *b, const char *mark)
{
	char tmp[4096];
	ssize_t n;

	while (!strstr(text_of(b), mark)) {
		n = recv(fd, tmp, sizeof tmp, 0);
		if (n <= 0)
			return false;
		buf_add(b, tmp, (size_t)n);
	}
	return true;
}
