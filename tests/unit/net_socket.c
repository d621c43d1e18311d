/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real sockets: listeners and their limits, HTTP over TCP, device doors over
 * TCP and UDP, peers that do not read.
 */
#include "unit/net_server.h"

#include "base/auto.h"

static void
auto_buf(struct buf *b)
{
	buf_done(b);
}

/* --- HTTP --- */

static void
test_http(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct live l;
	int fd = live_connect(start_http(&l, NULL, 0), SOCK_STREAM);

	(void)state;
	say(fd, POST "hel");
	usleep(20000);
	say(fd, "lo" POST "again");
	assert_true(live_read(fd, &b, "again"));
	assert_int_equal(count_of(&b, "HTTP/1.1 200 OK"), 2);
	say(fd, "nonsense\r\n\r\n");
	assert_true(live_read(fd, &b, "400 Bad Request"));
	assert_false(live_read(fd, &b, "no such thing")); /* the end */
	close(fd);
	live_stop(&l);
}

/* The answer to a refused request arrives though much was not read. */
static void
test_refusal_is_seen(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct live l;
	int fd = live_connect(start_http(&l, NULL, 0), SOCK_STREAM);

	(void)state;
	say(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
	for (int i = 0; i < 100; i++)
		if (send(fd, big, 10000, MSG_NOSIGNAL) < 0)
			break;
	assert_true(live_read(fd, &b, "413 Content Too Large"));
	close(fd);
	live_stop(&l);
}

static void
test_large_answer(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct live l;
	int fd = live_connect(start_http(&l, NULL, 0), SOCK_STREAM);
	char tmp[65536];
	ssize_t n;

	(void)state;
	memset(big, 'x', sizeof big);
	for (int i = 0; i < 3; i++)
		say(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, tmp, sizeof tmp, 0)) > 0)
		buf_add(&b, tmp, (size_t)n);
	assert_int_equal(n, 0);
	assert_true(b.n > 3 * sizeof big);
	assert_int_equal(count_of(&b, "HTTP/1.1 200 OK"), 3);
	close(fd);
	live_stop(&l);
}

/* --- one who does not read --- */

static _Atomic int64_t shift_ms;

static int64_t
shifted_wall(void *ctx)
{
	(void)ctx;
	return clock_system.mono_ms(NULL) + shift_ms;
}

static void
test_reader_asleep(void **state)
{
	struct clock clock = { shifted_wall, shifted_wall, NULL };
	struct http_server s = server;
	struct net_listener *door;
	struct live l;
	size_t got = 0;
	ssize_t n;
	int fd;

	(void)state;
	assert_int_equal(net_open(&clock, &l.net), 0);
	assert_int_equal(http_listen(l.net, SPAN("127.0.0.1:0"), NULL, &s, &door), 0);
	fd = live_connect(net_listener_port(door), SOCK_STREAM);
	live_start(&l);
	for (int i = 0; i < 14; i++) /* 14 MiB: more than sockets hold */
		say(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
	usleep(200000);
	shift_ms += STALL_MS + 1000;
	usleep(200000);
	while ((n = recv(fd, big, sizeof big, 0)) > 0)
		got += (size_t)n;
	assert_true(n <= 0 && got < 14 * sizeof big);
	close(fd);
	live_stop(&l);
}

/* Beyond the limit the oldest idle connection makes room. */
static void
test_connection_limit(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct live l;
	int port = start_http(&l, NULL, 3), fd[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		fd[i] = live_connect(port, SOCK_STREAM);
		buf_clear(&b);
		say(fd[i], POST "hello");
		assert_true(live_read(fd[i], &b, "hello"));
	}
	buf_clear(&b);
	assert_false(live_read(fd[0], &b, "anything"));
	say(fd[5], POST "still");
	assert_true(live_read(fd[5], &b, "still"));
	for (int i = 0; i < 6; i++)
		close(fd[i]);
	live_stop(&l);
}

/* Slowloris: those who never finish a head do not keep others out. */
static void
test_dripping_heads(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct live l;
	int port = start_http(&l, NULL, 3), fd[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		fd[i] = live_connect(port, SOCK_STREAM);
		say(fd[i], "GET / HTTP/1.1\r\nX: ");
		usleep(10000);
	}
	fd[0] = (close(fd[0]), live_connect(port, SOCK_STREAM));
	say(fd[0], POST "hello");
	assert_true(live_read(fd[0], &b, "hello"));
	for (int i = 0; i < 6; i++)
		close(fd[i]);
	live_stop(&l);
}

static void
test_addresses(void **state)
{
	struct net_listener *a, *b;
	struct net *net;
	char again[64];

	(void)state;
	assert_int_equal(net_open(NULL, &net), 0);
	assert_int_equal(http_listen(net, SPAN("127.0.0.1"), NULL, &server, &a),
			 ERR_SYNTAX);
	assert_int_equal(http_listen(net, SPAN("localhost:1"), NULL, &server, &a),
			 ERR_SYNTAX);
	assert_int_equal(http_listen(net, SPAN("127.0.0.1:70000"), NULL, &server, &a),
			 ERR_SYNTAX);
	assert_int_equal(http_listen(net, SPAN("[::1"), NULL, &server, &a), ERR_SYNTAX);
	assert_int_equal(http_listen(net, SPAN("127.0.0.1:0"), NULL, &server, &a), 0);
	snprintf(again, sizeof again, "%s", net_listener_address(a));
	assert_int_equal(http_listen(net, span_of(again), NULL, &server, &b),
			 ERR_EXISTS);
	net_listener_close(a);
	net_close(net);
}

/* --- device doors --- */

struct device {
	struct net *net;
	int opened, ended, closed;
	uint64_t last;
	struct buf heard;
};

static void *
on_open(void *ctx, struct net_conn *c)
{
	struct device *d = ctx;

	d->opened++;
	d->last = net_conn_id(c);
	assert_ptr_equal(net_conn_find(d->net, d->last), c);
	assert_string_equal(net_conn_peer(c), "127.0.0.1");
	return ctx;
}

/* Lines; "bad" ends it, "bye" closes it politely, the rest is echoed. */
static ssize_t
on_data(void *own, struct net_conn *c, struct span in)
{
	struct device *d = own;
	ptrdiff_t at = span_find(in, '\n');
	struct span line = { in.p, at < 0 ? 0 : (size_t)at + 1 };

	if (at < 0)
		return 0;
	buf_add_span(&d->heard, line);
	if (span_is(line, SPAN("bad\n")))
		return -1;
	assert_true(net_conn_send(c, line));
	if (span_is(line, SPAN("bye\n")))
		net_conn_close(c);
	return (ssize_t)line.n;
}

static void
on_close(void *own, struct net_conn *c)
{
	struct device *d = own;

	(void)c;
	d->closed++;
}

/* It says no more, and still hears. */
static void
on_end(void *own, struct net_conn *c)
{
	struct device *d = own;

	d->ended++;
	assert_int_equal(d->closed, 3);
	assert_true(net_conn_send(c, SPAN("end\n")));
}

static const struct net_handlers device_handlers = { .on_open = on_open,
						     .on_data = on_data,
						     .on_end = on_end,
						     .on_close = on_close,
						     .in_max = 1000,
						     .idle_timeout_ms = 5000 };

static void
test_tcp_device(void **state)
{
	AUTO(auto_buf) struct buf b = { 0 };
	struct device d = { 0 };
	struct net_listener *door;
	struct live l;
	int fd, port;

	(void)state;
	assert_int_equal(net_open(&clock_system, &l.net), 0);
	d.net = l.net;
	assert_int_equal(net_tcp_listen(l.net, SPAN("127.0.0.1:0"), NULL,
					&device_handlers, &d, &door),
			 0);
	port = net_listener_port(door);
	live_start(&l);
	fd = live_connect(port, SOCK_STREAM);
	say(fd, "one");
	usleep(20000);
	say(fd, "\n");
	assert_true(live_read(fd, &b, "one\n"));
	say(fd, "bye\n");
	assert_true(live_read(fd, &b, "bye\n"));
	assert_false(live_read(fd, &b, "more"));
	close(fd);
	fd = live_connect(port, SOCK_STREAM);
	say(fd, "bad\n");
	assert_false(live_read(fd, &b, "more"));
	close(fd);
	fd = live_connect(port, SOCK_STREAM);
	big[1001] = 0;
	memset(big, 'x', 1001); /* more than in_max without a line */
	say(fd, big);
	assert_false(live_read(fd, &b, "more"));
	close(fd);
	fd = live_connect(port, SOCK_STREAM);
	say(fd, "last\n");
	shutdown(fd, SHUT_WR);
	assert_true(live_read(fd, &b, "last\nend\n"));
	close(fd);
	live_connect(port, SOCK_STREAM); /* open at the end */
	fd = live_connect(port, SOCK_STREAM);
	say(fd, "hello\n");
	assert_true(live_read(fd, &b, "hello\n"));
	live_stop(&l);
	assert_int_equal(d.opened, 6);
	assert_int_equal(d.closed, 6);
	assert_int_equal(d.ended, 1);
	assert_string_equal(text_of(&d.heard), "one\nbye\nbad\nlast\nhello\n");
	buf_done(&d.heard);
}

/* A handle is good as long as the connection, no longer. */
static void
test_handles(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	assert_null(net_conn_find(m->net, 0));
	assert_null(net_conn_find(m->net, 1));
	assert_null(net_conn_find(m->net, UINT64_MAX));
	memory_free(m);
}

static void
answer_later(void *ctx)
{
	struct device *d = ctx;
	struct net_conn *c = net_conn_find(d->net, d->last);

	assert_non_null(c);
	assert_true(net_conn_send(c, SPAN("later\n")));
}

static void
test_udp_device(void **state)
{
	struct device d = { 0 };
	struct net_listener *door;
	struct live l;
	char tmp[64];
	int fd;

	(void)state;
	assert_int_equal(net_open(&clock_system, &l.net), 0);
	d.net = l.net;
	assert_int_equal(
		net_udp_listen(l.net, SPAN("127.0.0.1:0"), &device_handlers, &d, &door),
		0);
	fd = live_connect(net_listener_port(door), SOCK_DGRAM);
	live_start(&l);
	say(fd, "one\n");
	assert_int_equal(recv(fd, tmp, sizeof tmp, 0), 4);
	net_post(l.net, answer_later, &d); /* as after a commit */
	assert_int_equal(recv(fd, tmp, sizeof tmp, 0), 6);
	assert_memory_equal(tmp, "later\n", 6);
	assert_int_equal(send(fd, big, 5000, 0), 5000); /* above in_max: dropped */
	say(fd, "two\n");
	assert_int_equal(recv(fd, tmp, sizeof tmp, 0), 4);
	close(fd);
	live_stop(&l);
	assert_int_equal(d.opened, 2);
	assert_int_equal(d.closed, 2);
	buf_done(&d.heard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_refusal_is_seen),
		cmocka_unit_test(test_large_answer),
		cmocka_unit_test(test_reader_asleep),
		cmocka_unit_test(test_connection_limit),
		cmocka_unit_test(test_dripping_heads),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tcp_device),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_udp_device),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
