/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's own certificate authority: makes it (EC P-256, 10 years) and
 * certificates from it: a server's for 397 days, what browsers accept at most. PEM in,
 * PEM out; keeps nothing. RFC 5280.
 */
#include "net/net.h"
#include "net/ossl.h"

#include "base/auto.h"

#include <arpa/inet.h>
#include <stdio.h>

#define AUTHORITY_DAYS 3652
#define SERVER_DAYS 397
#define BACKDATE_S 300 /* clocks of clients are not exact */
#define NAME_MAX_BYTES 253

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

static X509 *
read_certificate(struct span pem)
{
	AUTO(auto_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	ERR_clear_error();
	return x;
}

static EVP_PKEY *
read_key(struct span pem)
{
	AUTO(auto_bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	ERR_clear_error();
	return k;
}

static void
add_bio(struct buf *out, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	buf_add(out, p, (size_t)n);
}

static int
write_pair(X509 *cert, EVP_PKEY *key, struct buf *ret_cert, struct buf *ret_key)
{
	AUTO(auto_bio) BIO *c = BIO_new(BIO_s_mem());
	AUTO(auto_bio) BIO *k = BIO_new(BIO_s_mem());

	if (PEM_write_bio_X509(c, cert) != 1 ||
	    PEM_write_bio_PKCS8PrivateKey(k, key, NULL, NULL, 0, NULL, NULL) != 1)
		return ERR_CRYPTO;
	add_bio(ret_cert, c);
	add_bio(ret_key, k);
	return 0;
}

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (!ext)
		return false;
	ok = X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok == 1;
}

/* 128 random bits, positive, not zero (RFC 5280, 4.1.2.2). */
static bool
set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (bytes[0] & 0x7f) | 0x40;
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return ok;
}

static bool
set_name(X509_NAME *name, struct span common)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
					  (const unsigned char *)common.p,
					  (int)common.n, -1, 0) == 1;
}

/* All that both kinds share; issuer NULL: the certificate itself. */
static X509 *
certificate_new(struct span common, EVP_PKEY *key, X509 *issuer, int days)
{
	X509 *x = X509_new();

	if (x && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -BACKDATE_S) &&
	    X509_gmtime_adj(X509_getm_notAfter(x), (long)days * 86400) &&
	    set_name(X509_get_subject_name(x), common) &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x)) == 1 &&
	    X509_set_pubkey(x, key) == 1)
		return x;
	X509_free(x);
	ERR_clear_error();
	return NULL;
}

int
net_authority_new(struct span common_name, struct buf *ret_cert, struct buf *ret_key)
{
	AUTO(auto_pkey) EVP_PKEY *key = NULL;
	AUTO(auto_x509) X509 *x = NULL;

	if (!common_name.n || common_name.n > 64)
		return ERR_RANGE;
	key = EVP_EC_gen("P-256");
	if (!key)
		return ERR_CRYPTO;
	x = certificate_new(common_name, key, NULL, AUTHORITY_DAYS);
	if (!x ||
	    !add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_extension(x, x, NID_subject_key_identifier, "hash") ||
	    X509_sign(x, key, EVP_sha256()) <= 0)
		return ERR_CRYPTO;
	return write_pair(x, key, ret_cert, ret_key);
}

/* Letters, digits, "-", ".", a leading "*."; nothing that the extension's own
 * syntax could take for something else. */
static bool
is_dns_name(struct span name)
{
	if (!name.n || name.n > NAME_MAX_BYTES)
		return false;
	if (span_starts(name, SPAN("*.")))
		name = span_skip(name, 2);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
			return false;
	}
	return name.n > 0;
}

static bool
add_name(struct buf *list, struct span name)
{
	char z[NAME_MAX_BYTES + 1];
	unsigned char raw[16];

	if (name.n >= sizeof z)
		return false;
	snprintf(z, sizeof z, SPAN_FMT, SPAN_ARG(name));
	if (list->n)
		buf_add_c(list, ',');
	if (inet_pton(AF_INET, z, raw) == 1 || inet_pton(AF_INET6, z, raw) == 1)
		buf_printf(list, "IP:%s", z);
	else if (is_dns_name(name))
		buf_printf(list, "DNS:%s", z);
	else
		return false;
	return true;
}

/* names NULL: a client's certificate, else a server's. */
static int
issue(X509 *ca, EVP_PKEY *ca_key, const char *names, struct span common, int days,
      struct buf *ret_cert, struct buf *ret_key)
{
	const char *use = names ? "serverAuth" : "clientAuth";
	AUTO(auto_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
	AUTO(auto_x509) X509 *x = NULL;

	if (common.n > 64) /* a longer name stands among the others only */
		common = SPAN("Kumak node");
	if (key)
		x = certificate_new(common, key, ca, days);
	if (!x || !add_extension(x, ca, NID_basic_constraints, "critical,CA:FALSE") ||
	    !add_extension(x, ca, NID_key_usage, "critical,digitalSignature") ||
	    !add_extension(x, ca, NID_ext_key_usage, use) ||
	    !add_extension(x, ca, NID_subject_key_identifier, "hash") ||
	    !add_extension(x, ca, NID_authority_key_identifier, "keyid:always") ||
	    (names && !add_extension(x, ca, NID_subject_alt_name, names)) ||
	    X509_sign(x, ca_key, EVP_sha256()) <= 0)
		return ERR_CRYPTO;
	return write_pair(x, key, ret_cert, ret_key);
}

static void
auto_buf(struct buf *b)
{
	buf_done(b);
}

int
net_authority_issue(struct span ca_cert, struct span ca_key, const struct span *names,
		    size_t n_names, struct buf *ret_cert, struct buf *ret_key)
{
	AUTO(auto_x509) X509 *ca = read_certificate(ca_cert);
	AUTO(auto_pkey) EVP_PKEY *key = read_key(ca_key);
	AUTO(auto_buf) struct buf list = { 0 };
	int r;

	if (!ca || !key || X509_check_private_key(ca, key) != 1) {
		ERR_clear_error();
		return ERR_CRYPTO;
	}
	if (!n_names)
		return ERR_RANGE;
	for (size_t i = 0; i < n_names; i++)
		if (!add_name(&list, names[i]))
			return ERR_SYNTAX;
	r = issue(ca, key, list.p, names[0], SERVER_DAYS, ret_cert, ret_key);
	ERR_clear_error();
	return r;
}

int
net_authority_issue_client(struct span ca_cert, struct span ca_key,
			   struct span common_name, int days, struct buf *ret_cert,
			   struct buf *ret_key)
{
	AUTO(auto_x509) X509 *ca = read_certificate(ca_cert);
	AUTO(auto_pkey) EVP_PKEY *key = read_key(ca_key);
	int r;

	if (!ca || !key || X509_check_private_key(ca, key) != 1) {
		ERR_clear_error();
		return ERR_CRYPTO;
	}
	if (!common_name.n || common_name.n > 64 || days < 1 || days > AUTHORITY_DAYS)
		return ERR_RANGE;
	r = issue(ca, key, NULL, common_name, days, ret_cert, ret_key);
	ERR_clear_error();
	return r;
}

int
net_certificate_days_left(struct span cert_pem, int64_t now_ms)
{
	AUTO(auto_x509) X509 *x = read_certificate(cert_pem);
	time_t now = (time_t)(now_ms / 1000);
	ASN1_TIME *t;
	int days = 0, seconds = 0, ok;

	if (!x)
		return ERR_SYNTAX;
	t = ASN1_TIME_set(NULL, now);
	ok = t && ASN1_TIME_diff(&days, &seconds, t, X509_get0_notAfter(x));
	ASN1_TIME_free(t);
	if (!ok)
		return ERR_CRYPTO;
	return days < 0 || seconds < 0 ? ERR_RANGE : days;
}
