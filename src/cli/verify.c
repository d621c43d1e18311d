/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak verify: the whole chain, offline, by anyone who holds the folder. With
 * a head that somebody else kept, also that nothing was cut off or rewritten.
 */
#include "cli/cli.h"

#include "base/auto.h"

#include <stdio.h>

struct head {
	uint64_t seq;
	uint8_t hash[32];
	bool is_given;
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak verify: %s\n"
		"usage: kumak verify [--data DIR] [--head SEQ:HASH | --head-file "
		"FILE]\n",
		why);
	return 2;
}

static bool
read_head(const char *text, struct head *h)
{
	struct span s = span_of(text), seq = span_cut(&s, ':');
	int64_t n;

	if (!span_to_i64(seq, &n) || n <= 0 || !crypt_unhex(s, h->hash, 32))
		return false;
	h->seq = (uint64_t)n;
	h->is_given = true;
	return true;
}

/* A head as GET /api/v1/head gave it; its signature is checked too. */
static bool
read_head_file(const char *path, struct head *h, struct buf *why)
{
	struct buf AUTO(buf_done) text = { 0 }, signed_text = { 0 }, sig = { 0 };
	json_t AUTO(auto_json) *o = NULL;
	uint8_t pub[32];
	int64_t at = 0;

	if (read_file(path, &text) < 0) {
		buf_printf(why, "%s cannot be read", path);
		return false;
	}
	o = json_read(buf_span(&text), NULL);
	h->seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
	if (!h->seq || !crypt_unhex(json_str(o, "hash"), h->hash, 32)) {
		buf_printf(why, "%s holds no head", path);
		return false;
	}
	h->is_given = true;
	if (!json_str(o, "signature").n || !json_str(o, "public_key").n)
		return true;
	time_parse(json_str(o, "at"), &at);
	chain_head_text(&signed_text, json_string_value(json_object_get(o, "node")),
			h->seq, h->hash, at);
	if (!crypt_unhex(json_str(o, "public_key"), pub, 32) ||
	    !crypt_unb64(json_str(o, "signature"), &sig) || sig.n != SIGN_BYTES ||
	    !crypt_verify((const uint8_t *)sig.p, buf_span(&signed_text), pub)) {
		buf_printf(why, "%s: the signature is not of this head", path);
		return false;
	}
	return true;
}

int
cli_verify(int argc, char **argv)
{
	const char *dir = "kumak-data";
	struct buf AUTO(buf_done) why = { 0 }, hex = { 0 };
	struct chain_report r;
	struct store_info info;
	struct head h = { 0 };
	struct store *s;
	int rc;

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage("a flag wants a value");
		if (strcmp(argv[i], "--data") == 0)
			dir = argv[i + 1];
		else if (strcmp(argv[i], "--head") == 0) {
			if (!read_head(argv[i + 1], &h))
				return usage("--head wants SEQ:HASH");
		} else if (strcmp(argv[i], "--head-file") == 0) {
			if (!read_head_file(argv[i + 1], &h, &why)) {
				fprintf(stderr, "kumak verify: %s\n", why.p);
				return 1;
			}
		} else
			return usage("unknown flag");
	}
	if (store_open(dir, STORE_READ, &s, &info, &why) < 0) {
		fprintf(stderr, "kumak verify: %s\n", why.p);
		return 1;
	}
	rc = chain_verify(s, h.is_given ? h.seq : 0, h.hash, &r);
	store_close(s);
	if (rc < 0) {
		fprintf(stderr, "kumak verify: %s\n", r.bad_seq ? r.why : err_text(rc));
		return 1;
	}
	crypt_hex(&hex, r.hash, 32);
	printf("%llu:%s\n", (unsigned long long)r.seq, hex.n ? hex.p : "");
	return 0;
}
