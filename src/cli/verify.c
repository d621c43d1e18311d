/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak verify: the whole chain, offline, by anyone who holds the folder. With
 * a head that somebody else kept, also that nothing was cut off or rewritten.
 */
#include "cli/cli.h"
#include "cli/heads.h"

#include "base/auto.h"

#include <stdio.h>

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
	heads_sort(h);
	rc = chain_verify(s, h->list, h->n, &r);
	if (rc < 0)
		buf_add_z(&why, r.bad_seq ? r.why : err_text(rc));
	else /* the chain is of events; what was made of them has its sums */
		rc = store_check(s, &why);
	store_close(s);
	if (rc < 0) {
		fprintf(stderr, "kumak verify: %s\n", why.p);
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
			rc = heads_read_word(&h, argv[i + 1])
				     ? 0
				     : usage("--head wants SEQ:HASH");
		else if (strcmp(argv[i], "--head-file") == 0)
			rc = heads_read_file(&h, argv[i + 1], &why) ? 0 : 1;
		else
			rc = usage("unknown flag");
	}
	if (why.n)
		fprintf(stderr, "kumak verify: %s\n", why.p);
	if (rc == 0)
		rc = verify(dir, &h);
	heads_done(&h);
	return rc;
}
