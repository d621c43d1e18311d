/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the way out for texts, and sends by it. */
#include "gate/outbox.h"

#include "base/auto.h"
#include "gate/inner.h"

#include <stdlib.h>

struct outbox {
	struct kannel http;
	struct net_tls *tls;
};

/* "https://host:port/path" in its parts. */
static int
url_cut(struct span url, bool *ret_is_tls, struct buf *ret_address,
	struct buf *ret_path)
{
	struct span rest = url, host;
	const char *port;

	if (span_starts(url, SPAN("http://")) || span_starts(url, SPAN("https://"))) {
		*ret_is_tls = url.p[4] == 's';
		port = *ret_is_tls ? ":443" : ":80";
	} else {
		return ERR_SYNTAX;
	}
	rest = span_skip(url, 7 + *ret_is_tls);
	host = span_cut(&rest, '/');
	/* A secret in an address is one that is written down everywhere. */
	if (!host.n || span_find(host, '@') >= 0 || span_find(url, '?') >= 0)
		return ERR_SYNTAX;
	buf_add_span(ret_address, host);
	if (span_find(host, ':') < 0 || host.p[host.n - 1] == ']')
		buf_add_z(ret_address, port);
	buf_add_c(ret_path, '/');
	buf_add_span(ret_path, rest);
	return 0;
}

static char *
text_of(const char *z)
{
	return span_dup(span_of(z ? z : ""));
}

int
outbox_open(const struct gate_config *cfg, struct outbox **ret, struct buf *why)
{
	const struct gate_gateway *w = &cfg->gateway;
	struct buf AUTO(buf_done) address = { 0 }, path = { 0 };
	struct outbox *o;
	bool is_tls = false;

	if (url_cut(span_of(w->url), &is_tls, &address, &path) < 0) {
		buf_add_z(why, "the SMS gateway is http[s]://HOST[:PORT]/PATH, without "
			       "a name or a secret in it");
		return ERR_SYNTAX;
	}
	o = calloc(1, sizeof *o);
	if (!o)
		abort();
	if (is_tls && net_tls_client(w->authority, &o->tls, why) < 0) {
		free(o);
		return ERR_CRYPTO;
	}
	o->http = (struct kannel){ .net = cfg->net,
				   .tls = o->tls,
				   .address = text_of(address.p),
				   .path = text_of(path.p),
				   .user = text_of(w->user),
				   .secret = span_dup(w->secret),
				   .number = text_of(w->number) };
	*ret = o;
	return 0;
}

int
outbox_send(struct outbox *o, struct span phone, struct span text,
	    void (*done)(void *ctx, int status), void *ctx)
{
	return kannel_send(&o->http, phone, text, done, ctx);
}

void
outbox_close(struct outbox *o)
{
	if (!o)
		return;
	kannel_done(&o->http);
	free(o->http.address);
	free(o->http.path);
	free(o->http.user);
	crypt_wipe(o->http.secret, strlen(o->http.secret));
	free(o->http.secret);
	free(o->http.number);
	net_tls_free(o->tls);
	free(o);
}
