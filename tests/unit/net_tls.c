/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS with the node's own authority: versions, who trusts whom, clients'
 * certificates, large answers in many records, renewal.
 */
#include "unit/net_server.h"

#include "net/ossl.h"

#include "base/auto.h"

static void
auto_buf(struct buf *b)
{
	buf_done(b);
}

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
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_large_over_tls),
		cmocka_unit_test(test_client_certificates),
		cmocka_unit_test(test_certificates),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
