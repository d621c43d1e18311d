/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak verify: the whole chain, offline, by anyone who holds the folder. With
 * a head that somebody else kept, also that nothing was cut off or rewritten.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <stdio.h>

#define HEADS_MAX 100000 /* a phone keeps one a day */

struct heads {
	struct chain_head *list;
	size_t n;
	uint8_t node_pub[32]; /* of the folder, when its key is there */
	bool has_node_pub;
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak verify: %s\n"
		"usage: kumak verify [--data DIR] [--head SEQ:HASH | --head-file "
		"FILE]\n       kumak verify --figures FROM TO [--data DIR] …\n",
		why);
	return 2;
}

static bool
add_head(struct heads *h, uint64_t seq, const uint8_t hash[32])
{
	struct chain_head *more = realloc(h->list, (h->n + 1) * sizeof *more);

	if (!more)
		return false;
	h->list = more;
	h->list[h->n].seq = seq;
	memcpy(h->list[h->n++].hash, hash, 32);
	return true;
}

static bool
read_head(const char *text, struct heads *h)
{
	struct span s = span_of(text), seq = span_cut(&s, ':');
	uint8_t hash[32];
	int64_t n;

	return span_to_i64(seq, &n) && n > 0 && crypt_unhex(s, hash, 32) &&
	       add_head(h, (uint64_t)n, hash);
}

/* Its signature is of it, and by this node's key if that is at hand. */
static bool
is_signed(const struct heads *h, const json_t *o, uint64_t seq, const uint8_t *hash,
	  struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, sig = { 0 };
	uint8_t pub[32];
	int64_t at = 0;

	time_parse(json_str(o, "at"), &at);
	chain_head_text(&text, json_string_value(json_object_get(o, "node")), seq, hash,
			at);
	if (!crypt_unhex(json_str(o, "public_key"), pub, 32) ||
	    !crypt_unb64(json_str(o, "signature"), &sig) || sig.n != SIGN_BYTES ||
	    !crypt_verify((const uint8_t *)sig.p, buf_span(&text), pub)) {
		buf_add_z(why, "the signature is not of this head");
		return false;
	}
	if (h->has_node_pub && !crypt_equal(pub, h->node_pub, sizeof pub)) {
		buf_add_z(why, "signed with another key than this node's");
		return false;
	}
	return true;
}

/* A head as GET /api/v1/head gave it. */
static bool
take_head(struct heads *h, const json_t *o, struct buf *why)
{
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
	uint8_t hash[32];

	if (!seq || !crypt_unhex(json_str(o, "hash"), hash, 32)) {
		buf_add_z(why, "holds no head");
		return false;
	}
	if (json_str(o, "signature").n && json_str(o, "public_key").n &&
	    !is_signed(h, o, seq, hash, why))
		return false;
	return add_head(h, seq, hash);
}

/* One head, or {"heads":[…]} as the SOS page saves those that it was given. */
static bool
read_head_file(const char *path, struct heads *h, struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, what = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	const json_t *list;
	bool is_good = true;
	size_t i = 0, n;

	if (read_file(path, &text) < 0) {
		buf_printf(why, "%s cannot be read", path);
		return false;
	}
	o = json_read(buf_span(&text), NULL);
	list = json_object_get(o, "heads");
	n = list ? json_array_size(list) : 1;
	if (!n || n > HEADS_MAX) {
		buf_printf(why, "%s: %s", path, n ? "too many heads" : "holds no head");
		return false;
	}
	for (; is_good && i < n; i++)
		is_good = take_head(h, list ? json_array_get(list, i) : o, &what);
	if (is_good)
		return true;
	buf_printf(why, "%s: ", path);
	if (list)
		buf_printf(why, "head %zu: ", i);
	buf_add_span(why, buf_span(&what));
	return false;
}

static int
by_seq(const void *a, const void *b)
{
	const struct chain_head *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void
read_node_key(const char *dir, struct heads *h)
{
	struct buf AUTO(buf_done) why = { 0 };
	uint8_t key[64], sec[64];

	h->has_node_pub = node_key_load(dir, false, key, &why) == 0;
	if (h->has_node_pub)
		crypt_sign_seed(key, h->node_pub, sec);
	crypt_wipe(key, sizeof key);
	crypt_wipe(sec, sizeof sec);
}

static int
verify(const char *dir, struct heads *h)
{
	struct buf AUTO(buf_done) why = { 0 }, hex = { 0 };
	struct chain_report r;
	struct store_info info;
	struct store *s;
	int rc;

	if (store_open(dir, STORE_READ, &s, &info, &why) < 0) {
		fprintf(stderr, "kumak verify: %s\n", why.p);
		return 1;
	}
	if (h->n)
		qsort(h->list, h->n, sizeof *h->list, by_seq);
	rc = chain_verify(s, h->list, h->n, &r);
	store_close(s);
	if (rc < 0) {
		fprintf(stderr, "kumak verify: %s\n", r.bad_seq ? r.why : err_text(rc));
		return 1;
	}
	crypt_hex(&hex, r.hash, 32);
	printf("%llu:%s\n", (unsigned long long)r.seq, hex.n ? hex.p : "");
	return 0;
}

int
cli_verify(int argc, char **argv)
{
	struct buf AUTO(buf_done) why = { 0 };
	const char *dir = "kumak-data";
	struct heads h = { 0 };
	int rc = 0;

	for (int i = 0; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--data") == 0)
			dir = argv[i + 1];
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--figures") == 0)
			return cli_figures(argc, argv);
	read_node_key(dir, &h);
	for (int i = 0; rc == 0 && i < argc; i += 2) {
		if (i + 1 == argc)
			rc = usage("a flag wants a value");
		else if (strcmp(argv[i], "--data") == 0)
			continue;
		else if (strcmp(argv[i], "--head") == 0)
			rc = read_head(argv[i + 1], &h)
				     ? 0
				     : usage("--head wants SEQ:HASH");
		else if (strcmp(argv[i], "--head-file") == 0)
			rc = read_head_file(argv[i + 1], &h, &why) ? 0 : 1;
		else
			rc = usage("unknown flag");
	}
	if (why.n)
		fprintf(stderr, "kumak verify: %s\n", why.p);
	if (rc == 0)
		rc = verify(dir, &h);
	free(h.list);
	return rc;
}
