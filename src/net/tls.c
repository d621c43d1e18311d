/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS under a stream: OpenSSL 3, TLS 1.2 and up, forward-secret suites only,
 * session tickets, released buffers (an idle connection costs 14 KiB). Makes
 * no certificates (authority.c).
 */
#include "net/inside.h"
#include "net/under.h"
#include "net/ossl.h"

#include "base/auto.h"

#include <stdlib.h>

/* TLS 1.2 suites: ECDHE with an AEAD, nothing else (RFC 9325, 4.2). */
#define SUITES_12 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define TICKET_KEYS_MS (12 * 3600 * 1000)

struct net_tls {
	SSL_CTX *ctx;
	unsigned refs;
	int64_t keys_ms;      /* when the ticket keys were made; 0: not by us */
	struct buf client_ca; /* PEM, for a renewal */
};

static void
auto_ctx(SSL_CTX **ctx)
{
	SSL_CTX_free(*ctx);
}

static void
auto_bio(BIO **b)
{
	BIO_free(*b);
}

static void
auto_x509(X509 **x)
{
	X509_free(*x);
}

static void
auto_pkey(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static int
why(struct buf *ret_why, const char *what)
{
	char text[160];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	if (ret_why)
		buf_printf(ret_why, "%s: %s", what, text);
	ERR_clear_error();
	return ERR_CRYPTO;
}

/* The first certificate is the server's own, the others are its chain. */
static int
use_certificate(SSL_CTX *ctx, struct span pem, struct buf *ret_why)
{
	AUTO(auto_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	AUTO(auto_x509) X509 *own = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	X509 *next;

	if (!own || SSL_CTX_use_certificate(ctx, own) != 1)
		return why(ret_why, "certificate");
	while ((next = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		if (SSL_CTX_add0_chain_cert(ctx, next) != 1) {
			X509_free(next);
			return why(ret_why, "certificate chain");
		}
	ERR_clear_error(); /* "no start line" is how the text ends */
	return 0;
}

static int
use_key(SSL_CTX *ctx, struct span pem, struct buf *ret_why)
{
	AUTO(auto_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	AUTO(auto_pkey) EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	if (!key || SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return why(ret_why, "private key");
	return 0;
}

/* Clients must show a certificate of one of these authorities. */
static int
use_client_ca(SSL_CTX *ctx, struct span pem, struct buf *ret_why)
{
	AUTO(auto_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *ca;
	int n = 0;

	for (; (ca = PEM_read_bio_X509(bio, NULL, NULL, NULL)); n++) {
		int ok = X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca) == 1 &&
			 SSL_CTX_add_client_CA(ctx, ca) == 1;

		X509_free(ca);
		if (!ok)
			return why(ret_why, "client authority");
	}
	if (!n)
		return why(ret_why, "client authority");
	ERR_clear_error();
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   NULL);
	return 0;
}

static int
set_rules(SSL_CTX *ctx)
{
	static const unsigned char id[] = "kumak";

	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets do it */
	SSL_CTX_set_session_id_context(ctx, id, sizeof id - 1);
	SSL_CTX_set_num_tickets(ctx, 1);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, SUITES_12) != 1)
		return ERR_CRYPTO;
	return 0;
}

static int
context_new(struct span cert_pem, struct span key_pem, struct span client_ca_pem,
	    SSL_CTX **ret, struct buf *ret_why)
{
	AUTO(auto_ctx) SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int r;

	if (!ctx || set_rules(ctx) < 0)
		return why(ret_why, "context");
	r = use_certificate(ctx, cert_pem, ret_why);
	if (r == 0)
		r = use_key(ctx, key_pem, ret_why);
	if (r == 0 && client_ca_pem.n)
		r = use_client_ca(ctx, client_ca_pem, ret_why);
	if (r < 0)
		return r;
	*ret = TAKE(ctx);
	return 0;
}

int
net_tls_new(struct span cert_pem, struct span key_pem, struct span client_ca_pem,
	    struct net_tls **ret, struct buf *ret_why)
{
	struct net_tls *tls;
	SSL_CTX *ctx;
	int r = context_new(cert_pem, key_pem, client_ca_pem, &ctx, ret_why);

	if (r < 0)
		return r;
	tls = calloc(1, sizeof *tls);
	if (!tls)
		abort();
	tls->ctx = ctx;
	tls->refs = 1;
	buf_add_span(&tls->client_ca, client_ca_pem);
	*ret = tls;
	return 0;
}

/* Whom we may call: servers that these authorities, or the machine's own, vouch for. */
int
net_tls_client(struct span ca_pem, struct net_tls **ret, struct buf *ret_why)
{
	AUTO(auto_ctx) SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct net_tls *tls;
	int r = 0;

	if (!ctx || set_rules(ctx) < 0)
		return why(ret_why, "context");
	if (ca_pem.n)
		r = use_client_ca(ctx, ca_pem, ret_why);
	else if (SSL_CTX_set_default_verify_paths(ctx) != 1)
		r = why(ret_why, "authorities of this machine");
	if (r < 0)
		return r;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	tls = calloc(1, sizeof *tls);
	if (!tls)
		abort();
	tls->ctx = TAKE(ctx);
	tls->refs = 1;
	*ret = tls;
	return 0;
}

int
net_tls_renew(struct net_tls *tls, struct span cert_pem, struct span key_pem,
	      struct buf *ret_why)
{
	SSL_CTX *ctx;
	int r = context_new(cert_pem, key_pem, buf_span(&tls->client_ca), &ctx,
			    ret_why);

	if (r < 0)
		return r;
	SSL_CTX_free(tls->ctx); /* sessions under way hold it */
	tls->ctx = ctx;
	tls->keys_ms = 0;
	return 0;
}

void
tls_ref(struct net_tls *tls)
{
	if (tls)
		tls->refs++;
}

void
net_tls_free(struct net_tls *tls)
{
	if (!tls || --tls->refs > 0)
		return;
	SSL_CTX_free(tls->ctx);
	buf_done(&tls->client_ca);
	free(tls);
}

/* --- one connection --- */

/* A stolen ticket key opens the recorded TLS 1.2 sessions it was used for. */
static void
change_ticket_keys(struct net_tls *tls, int64_t now_ms)
{
	unsigned char keys[80];

	if (tls->keys_ms && now_ms - tls->keys_ms < TICKET_KEYS_MS)
		return;
	if (RAND_bytes(keys, sizeof keys) == 1)
		SSL_CTX_set_tlsext_ticket_keys(tls->ctx, keys, sizeof keys);
	OPENSSL_cleanse(keys, sizeof keys);
	tls->keys_ms = now_ms;
}

struct ssl_st *
tls_session_new(struct net_tls *tls, int fd, int64_t now_ms)
{
	SSL *ssl;

	change_ticket_keys(tls, now_ms);
	ssl = SSL_new(tls->ctx);
	if (!ssl || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

struct ssl_st *
tls_session_call(struct net_tls *tls, int fd, const char *host)
{
	SSL *ssl = SSL_new(tls->ctx);
	X509_VERIFY_PARAM *param = ssl ? SSL_get0_param(ssl) : NULL;
	/* A number is looked for among the certificate's numbers. */
	bool is_set = ssl && (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ||
			      (SSL_set1_host(ssl, host) == 1 &&
			       SSL_set_tlsext_host_name(ssl, host) == 1));

	ERR_clear_error();
	if (!is_set || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}

void
tls_session_free(struct ssl_st *ssl)
{
	SSL_free(ssl);
}

int
tls_handshake(struct ssl_st *ssl, bool *ret_wants_write)
{
	int r = SSL_do_handshake(ssl), e;

	if (r == 1)
		return 1;
	e = SSL_get_error(ssl, r);
	ERR_clear_error();
	if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
		return ERR_CRYPTO;
	*ret_wants_write = e == SSL_ERROR_WANT_WRITE;
	return 0;
}

ssize_t
tls_read(struct ssl_st *ssl, void *p, size_t n)
{
	size_t got;
	int r = SSL_read_ex(ssl, p, n, &got), e;

	if (r == 1)
		return (ssize_t)got;
	e = SSL_get_error(ssl, r);
	ERR_clear_error();
	if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
		return ERR_AGAIN;
	return e == SSL_ERROR_ZERO_RETURN ? 0 : ERR_CLOSED;
}

ssize_t
tls_write(struct ssl_st *ssl, const void *p, size_t n)
{
	size_t put;
	int r = SSL_write_ex(ssl, p, n, &put), e;

	if (r == 1)
		return (ssize_t)put;
	e = SSL_get_error(ssl, r);
	ERR_clear_error();
	if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
		return ERR_AGAIN;
	return ERR_CLOSED;
}

bool
tls_has_more(struct ssl_st *ssl)
{
	return SSL_pending(ssl) > 0;
}

void
tls_goodbye(struct ssl_st *ssl)
{
	SSL_shutdown(ssl);
	ERR_clear_error();
}

int
tls_certificate(struct ssl_st *ssl, uint8_t ret_sha256[32])
{
	X509 *cert = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
	unsigned n = 32;

	if (!cert || X509_digest(cert, EVP_sha256(), ret_sha256, &n) != 1)
		return ERR_NOT_FOUND;
	return 0;
}
