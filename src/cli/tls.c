/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's own authority: DIR/tls/ca.pem is what phones install once; the
 * server's certificate is made from it and renewed before it ends.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "net/net.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define RENEW_DAYS 30
#define NAMES_MAX 32

struct files {
	struct buf dir, ca_cert, ca_key, cert, key;
};

static void
files_done(struct files *f)
{
	buf_done(&f->dir);
	buf_done(&f->ca_cert);
	buf_done(&f->ca_key);
	buf_done(&f->cert);
	buf_done(&f->key);
}

static int
make_authority(const struct files *f, struct buf *ret_cert, struct buf *ret_key)
{
	if (read_file(f->ca_cert.p, ret_cert) == 0 &&
	    read_file(f->ca_key.p, ret_key) == 0)
		return 0;
	buf_clear(ret_cert);
	buf_clear(ret_key);
	if (net_authority_new(SPAN("Kumak node authority"), ret_cert, ret_key) < 0)
		return ERR_CRYPTO;
	if (write_file(f->ca_key.p, buf_span(ret_key)) < 0 ||
	    write_file(f->ca_cert.p, buf_span(ret_cert)) < 0)
		return ERR_IO;
	return 0;
}

static int
issue(const struct files *f, const char *names, struct buf *ret_cert,
      struct buf *ret_key)
{
	struct buf AUTO(buf_done) ca = { 0 }, ca_key = { 0 };
	struct span list[NAMES_MAX], rest = span_of(names);
	size_t n = 0;

	while (rest.n && n < NAMES_MAX)
		list[n++] = span_trim(span_cut(&rest, ','));
	buf_clear(ret_cert);
	buf_clear(ret_key);
	if (make_authority(f, &ca, &ca_key) < 0 ||
	    net_authority_issue(buf_span(&ca), buf_span(&ca_key), list, n, ret_cert,
				ret_key) < 0)
		return ERR_CRYPTO;
	if (write_file(f->key.p, buf_span(ret_key)) < 0 ||
	    write_file(f->cert.p, buf_span(ret_cert)) < 0)
		return ERR_IO;
	return 0;
}

int
cli_own_certificate(const char *dir, const char *names, struct buf *ret_cert,
		    struct buf *ret_key, struct buf *why)
{
	struct files AUTO(files_done) f = { 0 };
	int64_t now = clock_system.wall_ms(NULL);

	buf_printf(&f.dir, "%s/tls", dir);
	buf_printf(&f.ca_cert, "%s/ca.pem", f.dir.p);
	buf_printf(&f.ca_key, "%s/ca.key", f.dir.p);
	buf_printf(&f.cert, "%s/node.pem", f.dir.p);
	buf_printf(&f.key, "%s/node.key", f.dir.p);
	if (mkdir(f.dir.p, 0700) < 0 && errno != EEXIST) {
		buf_printf(why, "%s: %s", f.dir.p, strerror(errno));
		return ERR_IO;
	}
	if (read_file(f.cert.p, ret_cert) == 0 && read_file(f.key.p, ret_key) == 0 &&
	    net_certificate_days_left(buf_span(ret_cert), now) > RENEW_DAYS)
		return 0;
	if (issue(&f, names, ret_cert, ret_key) < 0) {
		buf_printf(why, "no certificate could be made in %s", f.dir.p);
		return ERR_CRYPTO;
	}
	return 0;
}
