/* SPDX-License-Identifier: Apache-2.0 */
/* kumak init: a real node, its first administrator, its standard run cards. */
#include "cli/cli.h"

#include "base/auto.h"

#include <stdio.h>

struct init_args {
	const char *data, *node, *name, *agency, *admin, *emergency, *room;
};

static int
usage(const char *why)
{
	fprintf(stderr,
		"kumak init: %s\n"
		"usage: kumak init --data DIR --node ID --name NAME [--agency NAME]\n"
		"                  [--admin LOGIN] [--emergency-phone N] [--room-phone "
		"N]\n",
		why);
	return 2;
}

static int
read_args(int argc, char **argv, struct init_args *a)
{
	const struct {
		const char *flag;
		const char **to;
	} flags[] = {
		{ "--data", &a->data },      { "--node", &a->node },
		{ "--name", &a->name },      { "--agency", &a->agency },
		{ "--admin", &a->admin },    { "--emergency-phone", &a->emergency },
		{ "--room-phone", &a->room }
	};

	for (int i = 0; i < argc; i += 2) {
		size_t k = 0;

		while (k < ARRAY_LEN(flags) && strcmp(argv[i], flags[k].flag) != 0)
			k++;
		if (k == ARRAY_LEN(flags) || i + 1 == argc)
			return usage(k == ARRAY_LEN(flags) ? "unknown flag"
							   : "a flag wants a value");
		*flags[k].to = argv[i + 1];
	}
	if (!a->data || !a->node || !a->name)
		return usage("--data, --node and --name are needed");
	if (!id_is_node_name(span_of(a->node)))
		return usage("--node: 1 to 7 letters and digits, a letter first");
	return 0;
}

int
cli_init(int argc, char **argv)
{
	struct init_args a = { .agency = "Police",
			       .admin = "admin",
			       .emergency = "15" };
	struct buf AUTO(buf_done) why = { 0 }, password = { 0 }, key = { 0 };
	uint8_t keys[64], pub[32], sec[64];
	struct maker m;
	int rc = read_args(argc, argv, &a);

	if (rc)
		return rc;
	if (maker_open(&m, a.data, &why) < 0) {
		fprintf(stderr, "kumak init: %s\n", why.p);
		return 1;
	}
	node_key_load(a.data, false, keys, &why);
	crypt_sign_seed(keys, pub, sec);
	crypt_hex(&key, pub, sizeof pub);
	rc = maker_node(
		&m,
		&(struct node_args){
			.node = span_of(a.node),
			.name = span_of(a.name),
			.agency_name = span_of(a.agency),
			.emergency_phone = span_of(a.emergency),
			.room_phone = span_of(a.room ? a.room : ""),
			.head_key = buf_span(&key),
			.number_seed = (int64_t)(*(uint64_t *)(void *)keys >> 24),
		},
		&why);
	crypt_wipe(sec, sizeof sec);
	crypt_wipe(keys, sizeof keys);
	if (rc == 0) {
		maker_run_cards(&m);
		rc = maker_account(&m, span_of(a.admin), ROLE_ADMINISTRATOR,
				   m.admin.agency, (struct id){ 0 }, (struct id){ 0 },
				   NULL, &password, NULL);
	}
	maker_close(&m);
	if (rc < 0) {
		fprintf(stderr, "kumak init: %s\n", why.n ? why.p : err_text(rc));
		return 1;
	}
	printf("node %s (%s) made in %s\n"
	       "first administrator: login %s, one-time password %s\n"
	       "(it is shown only now; you will be asked to change it)\n"
	       "start it with: kumak serve --data %s\n",
	       a.node, a.name, a.data, a.admin, password.p, a.data);
	return 0;
}
