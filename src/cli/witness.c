/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak witness: the second machine. Takes signed heads over HTTP and appends them to a
 * file a node. It never takes one back: a head that goes back, tells another hash for a
 * number it knows, or is by another key is refused with 409 and kept apart.
 */
#include "cli/cli.h"

#include "base/auto.h"
#include "base/map.h"
#include "net/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MAX 4096
#define NODES_MAX 1000

struct known {
	uint64_t seq;
	uint8_t hash[32], key[32];
	bool has_key;
};

struct receiver {
	struct net *net;
	const char *dir, *listen, *tls_cert, *tls_key;
	uint8_t key[32]; /* the only one that is heard, if given */
	bool has_key;
	struct map nodes; /* node → struct known */
};

struct told {
	struct span node;
	uint64_t seq;
	uint8_t hash[32], key[32];
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak witness: %s\n"
		"usage: kumak witness --dir DIR [--listen ADDR:PORT] [--key HEX] "
		"[--tls-cert FILE --tls-key FILE]\n",
		why);
	return 2;
}

/* A head whose signature is good; false otherwise. */
static bool
read_head(const json_t *o, struct told *ret)
{
	struct buf AUTO(buf_done) text = { 0 }, sig = { 0 };
	int64_t at, seq = (int64_t)json_integer_value(json_object_get(o, "seq"));
	const char *node = json_string_value(json_object_get(o, "node"));

	if (!node || !id_is_node_name(span_of(node)) || seq < 1 ||
	    !crypt_unhex(json_str(o, "hash"), ret->hash, 32) ||
	    !crypt_unhex(json_str(o, "public_key"), ret->key, 32) ||
	    time_parse(json_str(o, "at"), &at) < 0 ||
	    !crypt_unb64(json_str(o, "signature"), &sig) || sig.n != SIGN_BYTES)
		return false;
	ret->node = span_of(node);
	ret->seq = (uint64_t)seq;
	chain_head_text(&text, node, ret->seq, ret->hash, at);
	return crypt_verify((const uint8_t *)sig.p, buf_span(&text), ret->key);
}

static void
remember(struct known *n, const struct told *t)
{
	n->seq = t->seq;
	memcpy(n->hash, t->hash, 32);
	memcpy(n->key, t->key, 32);
	n->has_key = true;
}

/* What an earlier run kept: the last head of the node's file. A line that was not
 * written to its end is none. */
static void
read_back(const struct receiver *k, struct span node, struct known *n)
{
	struct buf AUTO(buf_done) path = { 0 }, text = { 0 };
	struct span rest;

	buf_printf(&path, "%s/" SPAN_FMT ".heads.jsonl", k->dir, SPAN_ARG(node));
	if (read_file(path.p, &text) < 0)
		return;
	for (rest = buf_span(&text); rest.n;) {
		struct span line = span_cut(&rest, '\n');
		json_t AUTO(auto_json) *o = json_read(line, NULL);
		struct told t;

		if (o && read_head(o, &t))
			remember(n, &t);
	}
}

static struct known *
known_of(struct receiver *k, struct span node)
{
	struct known *n = map_get(&k->nodes, node);

	if (n || k->nodes.n == NODES_MAX)
		return n;
	n = calloc(1, sizeof *n);
	if (!n)
		abort();
	read_back(k, node, n);
	map_put(&k->nodes, node, n);
	return n;
}

/* NULL: it goes on from what is known. */
static const char *
contradiction(const struct receiver *k, const struct known *n, const struct told *t)
{
	if (k->has_key && !crypt_equal(k->key, t->key, 32))
		return "signed with another key than was given";
	if (n->has_key && !crypt_equal(n->key, t->key, 32))
		return "signed with another key than before";
	if (t->seq < n->seq)
		return "the history became shorter";
	if (t->seq == n->seq && !crypt_equal(t->hash, n->hash, 32))
		return "another hash for the same number";
	return NULL;
}

static bool
append(const struct receiver *k, const struct told *t, const char *kind,
       struct span line)
{
	struct buf AUTO(buf_done) path = { 0 }, whole = { 0 };
	bool is_kept;
	int fd;

	buf_printf(&path, "%s/" SPAN_FMT ".%s", k->dir, SPAN_ARG(t->node), kind);
	buf_add_span(&whole, line);
	buf_add_c(&whole, '\n');
	fd = open(path.p, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	is_kept = write(fd, whole.p, whole.n) == (ssize_t)whole.n && fsync(fd) == 0;
	return close(fd) == 0 && is_kept;
}

static int
take(struct receiver *k, struct span body)
{
	json_t AUTO(auto_json) *o = json_read(body, NULL);
	struct buf AUTO(buf_done) line = { 0 };
	const char *wrong;
	struct known *n;
	struct told t;
	char *text;

	if (!o || !read_head(o, &t))
		return 400;
	n = known_of(k, t.node);
	if (!n)
		return 503;
	text = json_dumps(o, JSON_COMPACT);
	buf_add_z(&line, text ? text : "");
	free(text);
	wrong = contradiction(k, n, &t);
	if (wrong) {
		fprintf(stderr, "kumak witness: " SPAN_FMT " %llu: %s\n",
			SPAN_ARG(t.node), (unsigned long long)t.seq, wrong);
		append(k, &t, "contradictions.jsonl", buf_span(&line));
		return 409;
	}
	if (t.seq == n->seq)
		return 204;
	if (!append(k, &t, "heads.jsonl", buf_span(&line)))
		return 500;
	remember(n, &t);
	return 204;
}

static void
on_request(void *ctx, struct http_exchange *ex, const struct http_request *req)
{
	int status = 404;

	if (span_is_z(req->path, "/head"))
		status = span_is_z(req->method, "POST") ? take(ctx, req->body) : 405;
	http_respond(ex, status, "text/plain", (struct span){ 0 }, (struct span){ 0 });
}

static const char *
read_args(int argc, char **argv, struct receiver *k)
{
	for (int i = 0; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!value)
			return "a flag wants a value";
		if (strcmp(argv[i], "--dir") == 0)
			k->dir = value;
		else if (strcmp(argv[i], "--listen") == 0)
			k->listen = value;
		else if (strcmp(argv[i], "--tls-cert") == 0)
			k->tls_cert = value;
		else if (strcmp(argv[i], "--tls-key") == 0)
			k->tls_key = value;
		else if (strcmp(argv[i], "--key") == 0)
			k->has_key = crypt_unhex(span_of(value), k->key, 32);
		else
			return "unknown flag";
		if (strcmp(argv[i], "--key") == 0 && !k->has_key)
			return "--key wants 64 hex digits";
	}
	return !k->dir                       ? "--dir is needed"
	       : !k->tls_cert != !k->tls_key ? "a certificate wants its key"
					     : NULL;
}

static int
open_tls(const struct receiver *k, struct net_tls **ret, struct buf *why)
{
	struct buf AUTO(buf_done) cert = { 0 }, key = { 0 };

	if (!k->tls_cert)
		return 0;
	if (read_file(k->tls_cert, &cert) < 0 || read_file(k->tls_key, &key) < 0) {
		buf_add_z(why, "the certificate or its key cannot be read");
		return ERR_IO;
	}
	return net_tls_new(buf_span(&cert), buf_span(&key), (struct span){ 0 }, ret,
			   why);
}

static void
on_terminate(void *ctx)
{
	net_stop(((struct receiver *)ctx)->net);
}

static int
listen_on(struct receiver *k, struct buf *why)
{
	struct http_server server = { .on_request = on_request,
				      .ctx = k,
				      .body_max = HEAD_MAX,
				      .header_timeout_ms = 10000,
				      .idle_timeout_ms = 60000,
				      .connections_max = 64 };
	struct net_listener *door;
	struct net_tls *tls = NULL;
	int rc = open_tls(k, &tls, why);

	if (rc == 0)
		rc = http_listen(k->net, span_of(k->listen), tls, &server, &door);
	net_tls_free(tls);
	if (rc == 0) {
		printf("kumak witness: ready on http%s://%s/head\n", tls ? "s" : "",
		       net_listener_address(door));
		fflush(stdout);
	} else if (!why->n) {
		buf_printf(why, "cannot listen on %s", k->listen);
	}
	return rc;
}

int
cli_witness(int argc, char **argv)
{
	struct receiver k = { .listen = "127.0.0.1:8091" };
	struct buf AUTO(buf_done) why = { 0 };
	const char *wrong = read_args(argc, argv, &k);
	void *n;
	int rc;

	if (wrong)
		return usage(wrong);
	if (mkdir(k.dir, 0700) < 0 && errno != EEXIST) {
		fprintf(stderr, "kumak witness: %s: %s\n", k.dir, strerror(errno));
		return 1;
	}
	rc = net_open(&clock_system, &k.net);
	if (rc == 0)
		net_on_terminate(k.net, on_terminate, &k);
	if (rc == 0)
		rc = listen_on(&k, &why);
	if (rc < 0)
		fprintf(stderr, "kumak witness: %s\n", why.n ? why.p : err_text(rc));
	else
		net_run(k.net);
	net_close(k.net);
	for (size_t at = 0; map_next(&k.nodes, &at, NULL, &n);)
		free(n);
	map_done(&k.nodes);
	return rc < 0;
}
