/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real sockets: listeners and their limits, HTTP over TCP, device doors over
 * TCP and UDP, peers that do not read, and TLS with the node's own authority.
 */
#include "unit/net_help.h"

#include "net/ossl.h"

#include "base/auto.h"

static void
auto_buf(struct buf *b)
{
	buf_done(b);
}

/* --- HTTP --- */

static char big[1 << 20];

static void
on_request(void *ctx, struct http_exchange *ex, const struct http_request *req)
{
	uint8_t sha[32];

	(void)ctx;
	if (span_is(req->path, SPAN("/big")))
		http_respond_static(ex, 200, "a/b", SPAN(""),
				    (struct span){ big, sizeof big });
	else if (span_is(req->path, SPAN("/who")))
		http_respond(ex, http_certificate(ex, sha) == 0 ? 200 : 404, "a/b",
			     SPAN(""), span_of(req->peer));
	else
		http_respond(ex, 200, "a/b", SPAN(""),
			     req->is_loopback ? req->body : SPAN("far"));
}

static const struct http_server server = { on_request, NULL, 65536, 5000, 5000, 0 };

static int
start_http(struct live *l, struct net_tls *tls, int connections_max)
{
	struct http_server s = server;
	struct net_listener *door;
	int port;

	s.connections_max = connections_max;
	assert_int_equal(net_open(&clock_system, &l->net), 0);
	assert_int_equal(http_listen(l->net, SPAN("127.0.0.1:0"), tls, &s, &door), 0);
	port = net_listener_port(door);
	assert_true(port > 0);
	assert_true(
		span_starts(span_of(net_listener_address(door)), SPAN("127.0.0.1:")));
	live_start(l);
	return port;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"

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
	int opened, closed;
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

static const struct net_handlers device_handlers = { on_open, on_data, on_close,
						     1000,    5000,    0 };

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
	live_connect(port, SOCK_STREAM); /* open at the end */
	fd = live_connect(port, SOCK_STREAM);
	say(fd, "hello\n");
	assert_true(live_read(fd, &b, "hello\n"));
	live_stop(&l);
	assert_int_equal(d.opened, 5);
	assert_int_equal(d.closed, 5);
	assert_string_equal(text_of(&d.heard), "one\nbye\nbad\nhello\n");
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

/* --- TLS --- */

struct authority {
	struct buf ca, ca_key, cert, key, other, other_key;
};

static void
make_authority(struct authority *a)
{
	struct span names[] = { SPAN("node.test"), SPAN("127.0.0.1"), SPAN("::1") };

	memset(a, 0, sizeof *a);
	assert_int_equal(net_authority_new(SPAN("Test node"), &a->ca, &a->ca_key), 0);
	assert_int_equal(net_authority_issue(buf_span(&a->ca), buf_span(&a->ca_key),
					     names, 3, &a->cert, &a->key),
			 0);
	assert_int_equal(net_authority_new(SPAN("Other"), &a->other, &a->other_key), 0);
}

static void
free_authority(struct authority *a)
{
	buf_done(&a->ca);
	buf_done(&a->ca_key);
	buf_done(&a->cert);
	buf_done(&a->key);
	buf_done(&a->other);
	buf_done(&a->other_key);
}

static X509 *
x509_of(struct buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->n);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return x;
}

struct client {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

/* A client that trusts only `ca`, shows `cert` if given; false: no handshake. */
static bool
client_open(struct client *c, int port, struct buf *ca, struct buf *cert,
	    struct buf *key, int version)
{
	X509 *root = x509_of(ca);

	c->ctx = SSL_CTX_new(TLS_client_method());
	X509_STORE_add_cert(SSL_CTX_get_cert_store(c->ctx), root);
	X509_free(root);
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_security_level(c->ctx, 0);
	SSL_CTX_set_max_proto_version(c->ctx, version);
	if (cert) {
		BIO *bio = BIO_new_mem_buf(key->p, (int)key->n);
		EVP_PKEY *k = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
		X509 *x = x509_of(cert);

		SSL_CTX_use_certificate(c->ctx, x);
		SSL_CTX_use_PrivateKey(c->ctx, k);
		X509_free(x);
		EVP_PKEY_free(k);
		BIO_free(bio);
	}
	c->fd = live_connect(port, SOCK_STREAM);
	c->ssl = SSL_new(c->ctx);
	SSL_set_fd(c->ssl, c->fd);
	X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), "127.0.0.1");
	return SSL_connect(c->ssl) == 1;
}

/* Asks; status, or 0 when the connection ends instead. */
static int
client_ask(struct client *c, const char *request)
{
	struct buf b = { 0 };
	char tmp[4096];
	int n, status;

	SSL_write(c->ssl, request, (int)strlen(request));
	while (!strstr(text_of(&b), "\r\n\r\n")) {
		n = SSL_read(c->ssl, tmp, sizeof tmp);
		if (n <= 0)
			break;
		buf_add(&b, tmp, (size_t)n);
	}
	status = last_status(&b);
	buf_done(&b);
	return status;
}

static void
client_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd);
	ERR_clear_error();
}

#define WHO "GET /who HTTP/1.1\r\nHost: a\r\n\r\n"

static void
test_tls(void **state)
{
	struct net_tls *tls;
	struct authority a;
	struct client c;
	struct live l;
	int port;

	(void)state;
	make_authority(&a);
	assert_int_equal(
		net_tls_new(buf_span(&a.cert), buf_span(&a.key), SPAN(""), &tls, NULL),
		0);
	port = start_http(&l, tls, 0);
	net_tls_free(tls); /* the listener keeps it */
	assert_true(client_open(&c, port, &a.ca, NULL, NULL, TLS1_3_VERSION));
	assert_int_equal(client_ask(&c, WHO), 404);
	assert_int_equal(client_ask(&c, POST "hello"), 200);
	client_close(&c);
	assert_true(client_open(&c, port, &a.ca, NULL, NULL, TLS1_2_VERSION));
	assert_int_equal(client_ask(&c, POST "hello"), 200);
	assert_non_null(strstr(SSL_get_cipher(c.ssl), "ECDHE"));
	client_close(&c);
	assert_false(client_open(&c, port, &a.ca, NULL, NULL, TLS1_1_VERSION));
	client_close(&c);
	assert_false(client_open(&c, port, &a.other, NULL, NULL, TLS1_3_VERSION));
	client_close(&c);
	c.fd = live_connect(port, SOCK_STREAM); /* plain HTTP to a TLS door */
	say(c.fd, WHO);
	assert_true(recv(c.fd, big, 10, 0) <= 10);
	close(c.fd);
	live_stop(&l);
	free_authority(&a);
}

static void
test_large_over_tls(void **state)
{
	struct net_tls *tls;
	struct authority a;
	struct client c;
	struct live l;
	size_t got = 0;
	char tmp[65536];
	int n;

	(void)state;
	make_authority(&a);
	assert_int_equal(
		net_tls_new(buf_span(&a.cert), buf_span(&a.key), SPAN(""), &tls, NULL),
		0);
	assert_true(client_open(&c, start_http(&l, tls, 0), &a.ca, NULL, NULL,
				TLS1_3_VERSION));
	for (int i = 0; i < 4; i++)
		SSL_write(c.ssl, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", 32 - 2);
	usleep(100000); /* its queue fills */
	while (got < 4 * sizeof big && (n = SSL_read(c.ssl, tmp, sizeof tmp)) > 0)
		got += (size_t)n;
	assert_true(got >= 4 * sizeof big);
	client_close(&c);
	live_stop(&l);
	net_tls_free(tls);
	free_authority(&a);
}

static void
test_client_certificates(void **state)
{
	struct buf cert = { 0 }, key = { 0 };
	struct span name = SPAN("device");
	struct net_tls *tls;
	struct authority a;
	struct client c;
	struct live l;
	int port;

	(void)state;
	make_authority(&a);
	assert_int_equal(net_tls_new(buf_span(&a.cert), buf_span(&a.key),
				     buf_span(&a.other), &tls, NULL),
			 0);
	port = start_http(&l, tls, 0);
	client_open(&c, port, &a.ca, NULL, NULL, TLS1_3_VERSION);
	assert_int_equal(client_ask(&c, WHO), 0);
	client_close(&c);
	assert_false(client_open(&c, port, &a.ca, NULL, NULL, TLS1_2_VERSION));
	client_close(&c);
	client_open(&c, port, &a.ca, &a.cert, &a.key, TLS1_3_VERSION); /* wrong one */
	assert_int_equal(client_ask(&c, WHO), 0);
	client_close(&c);
	assert_int_equal(net_authority_issue_client(buf_span(&a.other),
						    buf_span(&a.other_key), name, 90,
						    &cert, &key),
			 0);
	assert_true(client_open(&c, port, &a.ca, &cert, &key, TLS1_3_VERSION));
	assert_int_equal(client_ask(&c, WHO), 200);
	client_close(&c);
	live_stop(&l);
	net_tls_free(tls);
	buf_done(&cert);
	buf_done(&key);
	free_authority(&a);
}

static void
test_certificates(void **state)
{
	AUTO(auto_buf) struct buf why = { 0 };
	int64_t now = clock_system.wall_ms(NULL);
	struct span bad = SPAN("a,IP:1.2.3.4");
	struct net_tls *tls = NULL;
	struct authority a;

	(void)state;
	make_authority(&a);
	assert_in_range(net_certificate_days_left(buf_span(&a.cert), now), 396, 397);
	assert_in_range(net_certificate_days_left(buf_span(&a.ca), now), 3650, 3653);
	assert_int_equal(
		net_certificate_days_left(buf_span(&a.cert), now + 398 * 86400000LL),
		ERR_RANGE);
	assert_int_equal(net_certificate_days_left(SPAN("nonsense"), now), ERR_SYNTAX);
	assert_int_equal(net_authority_issue(buf_span(&a.ca), buf_span(&a.ca_key), &bad,
					     1, &why, &why),
			 ERR_SYNTAX);
	assert_int_equal(net_authority_issue(buf_span(&a.ca), buf_span(&a.other_key),
					     &bad, 1, &why, &why),
			 ERR_CRYPTO);
	assert_int_equal(why.n, 0);
	assert_int_equal(net_tls_new(buf_span(&a.cert), buf_span(&a.ca_key), SPAN(""),
				     &tls, &why),
			 ERR_CRYPTO);
	assert_true(why.n > 0);
	assert_int_equal(net_tls_new(SPAN(""), SPAN(""), SPAN(""), &tls, NULL),
			 ERR_CRYPTO);
	assert_null(tls);
	assert_int_equal(
		net_tls_new(buf_span(&a.cert), buf_span(&a.key), SPAN(""), &tls, NULL),
		0);
	assert_int_equal(net_tls_renew(tls, SPAN("x"), SPAN("y"), NULL), ERR_CRYPTO);
	assert_int_equal(net_tls_renew(tls, buf_span(&a.cert), buf_span(&a.key), NULL),
			 0);
	net_tls_free(tls);
	free_authority(&a);
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
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tcp_device),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_udp_device),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_large_over_tls),
		cmocka_unit_test(test_client_certificates),
		cmocka_unit_test(test_certificates),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
