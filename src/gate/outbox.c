/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the way out for texts, and sends by it. */
#include "gate/outbox.h"

#include "base/auto.h"
#include "gate/inner.h"

#include <stdlib.h>

struct outbox {
	struct kannel http;
	struct smpp *smpp; /* NULL: http */
	struct net_tls *tls;
};

static const struct {
	struct span scheme;
	const char *port;
	bool is_tls, is_smpp;
} schemes[] = {
	{ SPAN("http://"), ":80", false, false },
	{ SPAN("https://"), ":443", true, false },
	{ SPAN("smpp://"), ":2775", false, true },
	{ SPAN("smpps://"), ":3550", true, true },
};

/* "https://host:port/path" in its parts; which of the schemes, or < 0. */
static int
url_cut(struct span url, struct buf *ret_address, struct buf *ret_path)
{
	struct span rest = url, host;
	size_t k = 0;

	while (k < ARRAY_LEN(schemes) && !span_starts(url, schemes[k].scheme))
		k++;
	if (k == ARRAY_LEN(schemes))
		return ERR_SYNTAX;
	rest = span_skip(url, schemes[k].scheme.n);
	host = span_cut(&rest, '/');
	/* A secret in an address is one that is written down everywhere. */
	if (!host.n || span_find(host, '@') >= 0 || span_find(url, '?') >= 0 ||
	    (schemes[k].is_smpp && rest.n))
		return ERR_SYNTAX;
	buf_add_span(ret_address, host);
	if (span_find(host, ':') < 0 || host.p[host.n - 1] == ']')
		buf_add_z(ret_address, schemes[k].port);
	buf_add_c(ret_path, '/');
	buf_add_span(ret_path, rest);
	return (int)k;
}

static char *
text_of(const char *z)
{
	return span_dup(span_of(z ? z : ""));
}

int
outbox_open(struct gate *g, struct outbox **ret, struct buf *why)
{
	const struct gate_gateway *w = &g->cfg.gateway;
	struct buf AUTO(buf_done) address = { 0 }, path = { 0 };
	int k = url_cut(span_of(w->url), &address, &path);
	struct outbox *o;

	if (k < 0) {
		buf_add_z(why,
			  "the SMS gateway is http[s]://HOST[:PORT]/PATH or "
			  "smpp[s]://HOST[:PORT], without a name or a secret in it");
		return ERR_SYNTAX;
	}
	o = calloc(1, sizeof *o);
	if (!o)
		abort();
	if (schemes[k].is_tls && net_tls_client(w->authority, &o->tls, why) < 0) {
		free(o);
		return ERR_CRYPTO;
	}
	if (schemes[k].is_smpp)
		o->smpp = smpp_open(g, address.p, w, o->tls);
	o->http = (struct kannel){ .net = g->cfg.net,
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
	if (o->smpp)
		return smpp_send(o->smpp, phone, text, done, ctx);
	return kannel_send(&o->http, phone, text, done, ctx);
}

void
outbox_leave(struct outbox *o)
{
	smpp_leave(o ? o->smpp : NULL);
}

void
outbox_close(struct outbox *o)
{
	if (!o)
		return;
	smpp_close(o->smpp);
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
